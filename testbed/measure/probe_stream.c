// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/probe_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/stamp/stamp.h"
#include "testbed/measure/probe.h"

enum { SOCKET_BUFFER = 4 << 20, GROW_FIRST = 1 << 12 };

int netns_socket(int netns_fd, int domain, int type, int protocol)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd;

	if (own < 0)
		return -errno;
	if (setns(netns_fd, CLONE_NEWNET) < 0) {
		fd = -errno;
		close(own);
		return fd;
	}
	fd = socket(domain, type, protocol);
	if (fd < 0)
		fd = -errno;
	if (setns(own, CLONE_NEWNET) < 0)
		abort(); /* going on in the wrong namespace would measure, and touch, something else
			  */
	close(own);
	return fd;
}

/* Room for one more; false when there is none: then the run is cut (probe_trouble). */
static bool grow(void **array, size_t *room, size_t count, size_t size)
{
	size_t wanted = *room ? *room * 2 : GROW_FIRST;
	void *larger;

	if (count < *room)
		return true;
	larger = count < SAMPLES_MAX ? realloc(*array, wanted * size) : NULL;
	if (!larger)
		return false;
	*array = larger;
	*room = wanted;
	return true;
}

/* ---- sending ---- */

int probe_stream_send(struct probe_stream *s, uint64_t now_ns)
{
	struct stamp_test test = {
		.seq = (uint32_t)s->sent_count, .time_ns = now_ns, .ssid = s->ssid};
	uint8_t bytes[STAMP_LEN];

	if (!grow((void **)&s->sent_ns, &s->sent_room, s->sent_count, sizeof *s->sent_ns))
		return -ENOSPC;
	stamp_test_encode(&test, bytes);
	s->sent_ns[s->sent_count++] = now_ns;
	/* A probe that finds no route was sent and lost: that is what is measured. */
	(void)!sendto(s->fd, bytes, sizeof bytes, MSG_DONTWAIT, (const struct sockaddr *)&s->to,
		      sizeof s->to);
	return 0;
}

/* ---- receiving ---- */

static void read_control(struct probe_stream *s, struct msghdr *header, struct probe_reply *ret)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec ts;

			memcpy(&ts, CMSG_DATA(c), sizeof ts);
			ret->received_ns = (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof info);
			ret->local = info.ipi_addr;
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
			memcpy(&s->dropped, CMSG_DATA(c), sizeof s->dropped);
		}
	}
}

/* Return: 1 when there was one, 0, or -ENOSPC */
static int receive_one(struct probe_stream *s)
{
	uint8_t bytes[256];
	char control[128];
	struct iovec iov = {bytes, sizeof bytes};
	struct msghdr header = {.msg_iov = &iov,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof control};
	ssize_t len = recvmsg(s->fd, &header, MSG_DONTWAIT);
	struct probe_reply reply = {0};
	struct stamp_reply stamp;

	if (len < 0)
		return errno == EINTR;
	if (stamp_reply_decode(bytes, (size_t)len, &stamp) < 0 || stamp.ssid != s->ssid)
		return 1;
	if (!grow((void **)&s->reply, &s->reply_room, s->reply_count, sizeof *s->reply))
		return -ENOSPC;
	reply.sender_seq = stamp.sender_seq;
	reply.reflector_seq = stamp.seq;
	reply.reflected_ns = stamp.time_ns;
	read_control(s, &header, &reply);
	s->reply[s->reply_count++] = reply;
	return 1;
}

/* ---- departures ---- */

static uint64_t departure_ns(struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING) {
			struct scm_timestamping stamps;

			memcpy(&stamps, CMSG_DATA(c), sizeof stamps);
			return (uint64_t)stamps.ts[0].tv_sec * 1000000000u +
			       (uint64_t)stamps.ts[0].tv_nsec;
		}
	}
	return 0;
}

/* The kernel hands back a copy of the packet, headers and all, with the time at which the driver
 * got it; once for each driver on its way that doesn't let go of the socket, and the first is the
 * one that counts. Its number is taken from the probe at its end: the kernel's own count of packets
 * goes wrong with those that found no route. */
static bool note_departure(struct probe_stream *s)
{
	uint8_t bytes[256];
	char control[256];
	struct iovec iov = {bytes, sizeof bytes};
	struct msghdr header = {.msg_iov = &iov,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof control};
	ssize_t len = recvmsg(s->fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
	struct stamp_test test;
	uint64_t ns;

	if (len < 0)
		return errno == EINTR;
	ns = departure_ns(&header);
	if (!ns || len < STAMP_LEN || header.msg_flags & MSG_TRUNC ||
	    stamp_test_decode(bytes + len - STAMP_LEN, STAMP_LEN, &test) < 0)
		return true;
	if (s->departure_count && test.seq <= s->departure[s->departure_count - 1].seq)
		return true;
	if (grow((void **)&s->departure, &s->departure_room, s->departure_count,
		 sizeof *s->departure))
		s->departure[s->departure_count++] = (struct departure){ns, test.seq};
	return true;
}

int probe_stream_receive(struct probe_stream *s)
{
	int r = receive_one(s);

	/* of a stream that isn't in a hurry one is all, and it is asked again where it isn't */
	while (r > 0 && s->departures)
		r = receive_one(s);
	while (s->departures && note_departure(s))
		;
	return r;
}

/* From the program's stamps to the kernel's, where there are any. The order of sending is kept:
 * what follows is never earlier. */
static uint64_t use_departures(struct probe_stream *s)
{
	uint64_t used = 0;

	for (size_t i = 0; i < s->departure_count; i++) {
		const struct departure *d = &s->departure[i];

		if (d->seq < s->sent_count && d->ns >= s->sent_ns[d->seq]) {
			s->sent_ns[d->seq] = d->ns;
			used++;
		}
	}
	for (size_t i = 1; i < s->sent_count; i++)
		if (s->sent_ns[i] < s->sent_ns[i - 1])
			s->sent_ns[i] = s->sent_ns[i - 1];
	return used;
}

/* ---- from beginning to end ---- */

int probe_stream_open(struct probe_stream *s, int netns_fd, struct in_addr service, uint16_t ssid,
		      bool departures)
{
	int stamps = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
	int on = 1, size = SOCKET_BUFFER;

	s->ssid = ssid;
	s->to = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr = service, .sin_port = htons(STAMP_PORT)};
	s->fd = netns_socket(netns_fd, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return s->fd;
	setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	if (setsockopt(s->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
	    setsockopt(s->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) < 0 ||
	    setsockopt(s->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) < 0)
		return -errno;
	s->departures = departures &&
			setsockopt(s->fd, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof stamps) == 0;
	return 0;
}

/* The kernel stamps on several processors, and hands over in an order of its own. */
static int by_arrival(const void *a, const void *b)
{
	const struct probe_reply *x = a, *y = b;

	return x->received_ns < y->received_ns ? -1 : x->received_ns > y->received_ns;
}

void probe_stream_finish(struct probe_stream *s, struct probe_run *run)
{
	if (s->reply)
		qsort(s->reply, s->reply_count, sizeof *s->reply, by_arrival);
	run->stamped_by_kernel = use_departures(s);
	run->sent_ns = s->sent_ns;
	run->sent_count = s->sent_count;
	run->reply = s->reply;
	run->reply_count = s->reply_count;
	run->replies_dropped = s->dropped;
	run->sender_late_max_ns = s->late_max_ns;
	run->sender_missed = s->missed;
	s->sent_ns = NULL;
	s->reply = NULL;
}

void probe_stream_done(struct probe_stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->sent_ns);
	free(s->reply);
	free(s->departure);
}
