// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/pfcp_load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench_report.h"
#include "tests/bench/process_use.h"
#include "tests/integration/dataplane_net.h"

enum { BATCH = 64, SEQUENCES = 1 << 24, AGAIN_MAX = 10, ROOM = 4 << 20, WAIT_S = 1 };

/* Of a header without and with a SEID (TS 29.244 cl. 7.2.2) */
static size_t sequence_at(const uint8_t *octets)
{
	return octets[0] & 1 ? 12 : 4;
}

static uint32_t sequence_of(const uint8_t *octets)
{
	const uint8_t *at = octets + sequence_at(octets);

	return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

static void socket_prepare(int fd)
{
	const struct timeval wait = {.tv_sec = WAIT_S};
	const int room = ROOM;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)))
		bail("setsockopt", errno);
}

void load_init(struct load *load, int fd, struct sockaddr_in to, uint32_t stamp)
{
	*load = (struct load){.fd = fd, .to = to, .stamp = stamp, .sequence = 1000000};
	load->request = calloc(LOAD_MAX, sizeof(*load->request));
	load->answer = calloc(LOAD_MAX, sizeof(*load->answer));
	if (!load->request || !load->answer)
		bail("load", ENOMEM);
	socket_prepare(fd);
}

void load_done(struct load *load)
{
	free(load->request);
	free(load->answer);
}

void load_begin(struct load *load)
{
	load->sequence = (load->sequence + load->n) % SEQUENCES;
	load->n = 0;
}

void load_add(struct load *load, struct pfcp_msg *msg)
{
	struct load_request *request = &load->request[load->n];
	size_t len;

	if (load->n == LOAD_MAX)
		bail("more requests than there is room for", ENOSPC);
	msg->header.sequence = (load->sequence + load->n) % SEQUENCES;
	if (pfcp_encode(msg, request->octets, sizeof(request->octets), &len))
		bail("a bench's own message", EINVAL);
	request->len = (uint16_t)len;
	load->n++;
}

/* ---- sending and receiving ---- */

static void requests_send(const struct load *load, uint32_t first, unsigned count)
{
	struct mmsghdr msgs[BATCH] = {0};
	struct iovec iov[BATCH];
	int sent;

	for (unsigned i = 0; i < count; i++) {
		struct load_request *request = &load->request[first + i];

		iov[i] = (struct iovec){request->octets, request->len};
		msgs[i].msg_hdr = (struct msghdr){.msg_name = (void *)&load->to,
						  .msg_namelen = sizeof(load->to),
						  .msg_iov = &iov[i],
						  .msg_iovlen = 1};
	}
	for (unsigned i = 0; i < count; i += (unsigned)sent) {
		sent = sendmmsg(load->fd, msgs + i, count - i, 0);
		if (sent < 0)
			bail("sendmmsg", errno);
	}
}

static void heartbeat_answer(const struct load *load, const uint8_t *request,
			     const struct sockaddr_in *to)
{
	static struct pfcp_msg msg;
	uint8_t octets[64];
	size_t len;

	pfcp_msg_init(&msg, PFCP_HEARTBEAT_RESPONSE, 0, sequence_of(request));
	msg.heartbeat_response.recovery_time_stamp = load->stamp;
	if (pfcp_encode(&msg, octets, sizeof(octets), &len) ||
	    sendto(load->fd, octets, len, 0, (const struct sockaddr *)to, sizeof(*to)) < 0)
		bail("heartbeat", errno);
}

/* Return: how many requests it answers, 0 or 1 */
static unsigned answer_take(const struct load *load, const uint8_t *octets, size_t len,
			    const struct sockaddr_in *from)
{
	const uint32_t i = (sequence_of(octets) - load->sequence) % SEQUENCES;
	struct load_answer *answer;

	if (octets[1] == PFCP_HEARTBEAT_REQUEST) {
		heartbeat_answer(load, octets, from);
		return 0;
	}
	if (i >= load->n || octets[1] != load->request[i].octets[1] + 1)
		return 0; /* of an earlier run, sent again */
	answer = &load->answer[i];
	if (answer->len)
		return 0;
	if (len > sizeof(answer->octets))
		bail("an answer that is too long", EMSGSIZE);
	memcpy(answer->octets, octets, len);
	answer->len = (uint16_t)len;
	return 1;
}

/* Waits for one, and takes what has come with it. Return: how many requests were answered; -1: none
 * came in WAIT_S */
static int answers_receive(const struct load *load)
{
	static uint8_t buf[BATCH][LOAD_REQUEST_MAX];
	struct sockaddr_in from[BATCH];
	struct mmsghdr msgs[BATCH] = {0};
	struct iovec iov[BATCH];
	unsigned answered = 0;
	int n;

	for (unsigned i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){buf[i], sizeof(buf[i])};
		msgs[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
						  .msg_namelen = sizeof(from[i]),
						  .msg_iov = &iov[i],
						  .msg_iovlen = 1};
	}
	n = recvmmsg(load->fd, msgs, BATCH, MSG_WAITFORONE, NULL);
	if (n < 0 && errno == EAGAIN)
		return -1;
	if (n < 0)
		bail("recvmmsg", errno);
	for (int i = 0; i < n; i++)
		answered += answer_take(load, buf[i], msgs[i].msg_len, &from[i]);
	return (int)answered;
}

static void send_again(struct load *load, uint32_t sent)
{
	for (uint32_t i = 0; i < sent; i++) {
		if (load->answer[i].len)
			continue;
		requests_send(load, i, 1);
		load->again++;
	}
}

static void load_work(struct load *load, unsigned outstanding)
{
	uint32_t sent = 0, answered = 0;
	unsigned silent = 0;

	while (answered < load->n) {
		uint32_t room = outstanding - (sent - answered);
		int n;

		while (room && sent < load->n) {
			uint32_t count = room < BATCH ? room : BATCH;

			if (count > load->n - sent)
				count = load->n - sent;
			requests_send(load, sent, count);
			sent += count;
			room -= count;
		}
		n = answers_receive(load);
		if (n >= 0) {
			answered += (uint32_t)n;
			silent = 0;
			continue;
		}
		if (++silent > AGAIN_MAX)
			bail("requests without an answer", ETIMEDOUT);
		send_again(load, sent);
	}
}

struct load_cost load_run(struct load *load, unsigned outstanding, pid_t who)
{
	const double cpu = process_seconds(who);
	double start;

	for (uint32_t i = 0; i < load->n; i++)
		load->answer[i].len = 0;
	start = bench_seconds();
	load_work(load, outstanding);
	return (struct load_cost){bench_seconds() - start, process_seconds(who) - cpu};
}

/* ---- the echo ---- */

static void echo_serve(int fd, size_t answer_len) __attribute__((noreturn));
static void echo_serve(int fd, size_t answer_len)
{
	uint8_t buf[LOAD_REQUEST_MAX] = {0};
	struct sockaddr_in from;

	for (;;) {
		socklen_t len = sizeof(from);

		if (recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len) < 0)
			_exit(1);
		buf[1]++;
		if (sendto(fd, buf, answer_len, 0, (struct sockaddr *)&from, len) < 0)
			_exit(1);
	}
}

struct load_cost echo_run(const struct load *load, unsigned outstanding, size_t answer_len)
{
	const int room = ROOM, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct load copy = *load;
	socklen_t len = sizeof(copy.to);
	struct load_cost cost;
	pid_t pid;

	copy.to = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = load->to.sin_addr};
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    bind(fd, (struct sockaddr *)&copy.to, len) ||
	    getsockname(fd, (struct sockaddr *)&copy.to, &len))
		bail("echo", errno);
	pid = fork();
	if (pid < 0)
		bail("fork", errno);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		echo_serve(fd, answer_len);
	}
	cost = load_run(&copy, outstanding, pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd);
	return cost;
}
