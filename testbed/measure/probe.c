// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/stamp/stamp.h"
#include "testbed/measure/clock_watch.h"

enum {
	SENDER_PRIORITY = 40,
	RECEIVER_PRIORITY = 30,
	SOCKET_BUFFER = 4 << 20,
	POLL_MS = 50,
	GROW_FIRST = 1 << 16
};

/* When the kernel gave a probe to the session's interface. */
struct departure {
	uint64_t ns;
	uint32_t seq;
};

struct probe {
	struct probe_config config;
	int fd;
	pthread_t sender, receiver;
	bool sender_runs, receiver_runs;
	atomic_bool stop_sending, stop_receiving, full, stepped;
	struct clock_watch watch; /* the sender's */
	uint64_t *sent_ns;
	size_t sent_count, sent_room;
	uint64_t late_max_ns, missed;
	struct hdr *late;
	struct probe_reply *reply;
	size_t reply_count, reply_room;
	uint32_t dropped; /* replies, by the socket */
	struct departure *departure;
	size_t departure_count, departure_room;
};

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

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
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

static void send_one(struct probe *p, const struct sockaddr_in *to, uint64_t monotonic_ns)
{
	uint8_t bytes[STAMP_LEN];
	struct stamp_test test = {.seq = (uint32_t)p->sent_count, .ssid = p->config.ssid};

	test.time_ns = now_ns(CLOCK_REALTIME);
	clock_watch_pair(&p->watch, monotonic_ns, test.time_ns);
	if (p->watch.step_ns)
		atomic_store(&p->stepped, true);
	stamp_test_encode(&test, bytes);
	p->sent_ns[p->sent_count++] = test.time_ns;
	/* A probe that finds no route was sent and lost: that is what is measured. */
	(void)!sendto(p->fd, bytes, sizeof bytes, MSG_DONTWAIT, (const struct sockaddr *)to,
		      sizeof *to);
}

static void note_lateness(struct probe *p, uint64_t late_ns)
{
	if (late_ns > p->late_max_ns)
		p->late_max_ns = late_ns;
	p->missed += late_ns >= p->config.interval_ns;
	hdr_add(p->late, (int64_t)late_ns);
}

static void *send_all(void *arg)
{
	struct probe *p = arg;
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_addr = p->config.service,
				 .sin_port = htons(STAMP_PORT)};
	uint64_t start = now_ns(CLOCK_MONOTONIC) + p->config.interval_ns;

	for (uint64_t n = 0; !atomic_load(&p->stop_sending); n++) {
		uint64_t deadline = start + n * p->config.interval_ns, now;
		struct timespec ts = {(time_t)(deadline / 1000000000u),
				      (long)(deadline % 1000000000u)};

		if (!grow((void **)&p->sent_ns, &p->sent_room, p->sent_count, sizeof *p->sent_ns)) {
			atomic_store(&p->full, true);
			break;
		}
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
			;
		now = now_ns(CLOCK_MONOTONIC);
		note_lateness(p, now - deadline);
		send_one(p, &to, now);
	}
	return NULL;
}

/* ---- receiving ---- */

static void read_control(struct probe *p, struct msghdr *header, struct probe_reply *ret)
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
			memcpy(&p->dropped, CMSG_DATA(c), sizeof p->dropped);
		}
	}
}

static bool receive_one(struct probe *p)
{
	uint8_t bytes[256];
	char control[128];
	struct iovec iov = {bytes, sizeof bytes};
	struct msghdr header = {.msg_iov = &iov,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof control};
	ssize_t len = recvmsg(p->fd, &header, MSG_DONTWAIT);
	struct probe_reply reply = {0};
	struct stamp_reply stamp;

	if (len < 0)
		return errno == EINTR;
	if (stamp_reply_decode(bytes, (size_t)len, &stamp) < 0 || stamp.ssid != p->config.ssid)
		return true;
	if (!grow((void **)&p->reply, &p->reply_room, p->reply_count, sizeof *p->reply)) {
		atomic_store(&p->full, true);
		return false;
	}
	reply.sender_seq = stamp.sender_seq;
	reply.reflector_seq = stamp.seq;
	reply.reflected_ns = stamp.time_ns;
	read_control(p, &header, &reply);
	p->reply[p->reply_count++] = reply;
	return true;
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
 * got it. Its number is taken from the probe at its end: the kernel's own count of packets goes
 * wrong with those that found no route. */
static bool note_departure(struct probe *p)
{
	uint8_t bytes[256];
	char control[256];
	struct iovec iov = {bytes, sizeof bytes};
	struct msghdr header = {.msg_iov = &iov,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof control};
	ssize_t len = recvmsg(p->fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
	struct stamp_test test;
	uint64_t ns;

	if (len < 0)
		return errno == EINTR;
	ns = departure_ns(&header);
	if (!ns || len < STAMP_LEN || header.msg_flags & MSG_TRUNC ||
	    stamp_test_decode(bytes + len - STAMP_LEN, STAMP_LEN, &test) < 0)
		return true;
	if (grow((void **)&p->departure, &p->departure_room, p->departure_count,
		 sizeof *p->departure))
		p->departure[p->departure_count++] = (struct departure){ns, test.seq};
	return true;
}

static void *receive_all(void *arg)
{
	struct probe *p = arg;
	struct pollfd poll_fd = {.fd = p->fd, .events = POLLIN};

	while (!atomic_load(&p->stop_receiving) && !atomic_load(&p->full)) {
		if (poll(&poll_fd, 1, POLL_MS) > 0) {
			while (receive_one(p))
				;
			while (note_departure(p))
				;
		}
	}
	return NULL;
}

/* From the program's stamps to the kernel's, where there are any. The order of sending is kept:
 * what follows is never earlier. */
static uint64_t use_departures(struct probe *p)
{
	uint64_t used = 0;

	for (size_t i = 0; i < p->departure_count; i++) {
		const struct departure *d = &p->departure[i];

		if (d->seq < p->sent_count && d->ns >= p->sent_ns[d->seq]) {
			p->sent_ns[d->seq] = d->ns;
			used++;
		}
	}
	for (size_t i = 1; i < p->sent_count; i++)
		if (p->sent_ns[i] < p->sent_ns[i - 1])
			p->sent_ns[i] = p->sent_ns[i - 1];
	return used;
}

/* ---- starting and ending ---- */

static int open_socket(struct probe *p)
{
	int on = 1, size = SOCKET_BUFFER;
	int departures = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;

	p->fd = netns_socket(p->config.netns_fd, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		return p->fd;
	setsockopt(p->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	if (setsockopt(p->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
	    setsockopt(p->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) < 0 ||
	    setsockopt(p->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) < 0)
		return -errno;
	/* without it departures are stamped by the program, just before the send */
	setsockopt(p->fd, SOL_SOCKET, SO_TIMESTAMPING, &departures, sizeof departures);
	return 0;
}

/* Real-time where allowed, else as the machine permits: the noise floor in the report tells. */
static int start_thread(pthread_t *thread, int priority, void *(*run)(void *), struct probe *p)
{
	struct sched_param param = {.sched_priority = priority};
	int r = pthread_create(thread, NULL, run, p);

	if (r == 0)
		pthread_setschedparam(*thread, SCHED_FIFO, &param);
	return -r;
}

/* The kernel stamps on several processors, and hands over in an order of its own. */
static int by_arrival(const void *a, const void *b)
{
	const struct probe_reply *x = a, *y = b;

	return x->received_ns < y->received_ns ? -1 : x->received_ns > y->received_ns;
}

/* Ends both threads and closes; what was seen is left. */
static void stop(struct probe *p)
{
	probe_stop_sending(p);
	atomic_store(&p->stop_receiving, true);
	if (p->receiver_runs)
		pthread_join(p->receiver, NULL);
	if (p->fd >= 0)
		close(p->fd);
}

int probe_start(const struct probe_config *config, struct probe **ret_probe)
{
	struct probe *p = calloc(1, sizeof *p);
	int r;

	if (!p)
		return -ENOMEM;
	p->config = *config;
	p->fd = -1;
	p->late = calloc(1, sizeof *p->late);
	r = p->late ? open_socket(p) : -ENOMEM;
	if (r == 0)
		r = start_thread(&p->receiver, RECEIVER_PRIORITY, receive_all, p);
	p->receiver_runs = r == 0;
	if (r == 0)
		r = start_thread(&p->sender, SENDER_PRIORITY, send_all, p);
	p->sender_runs = r == 0;
	if (r < 0) {
		stop(p);
		free(p->reply);
		free(p->sent_ns);
		free(p->late);
		free(p->departure);
		free(p);
		return r;
	}
	*ret_probe = p;
	return 0;
}

void probe_stop_sending(struct probe *p)
{
	atomic_store(&p->stop_sending, true);
	if (p->sender_runs)
		pthread_join(p->sender, NULL);
	p->sender_runs = false;
}

const char *probe_trouble(const struct probe *p)
{
	if (atomic_load(&p->full))
		return "there is no room for more samples";
	return atomic_load(&p->stepped) ? "the machine's clock was set" : NULL;
}

int64_t probe_finish(struct probe *p, struct probe_run *run)
{
	int64_t step_ns;

	stop(p);
	clock_watch_end(&p->watch);
	step_ns = p->watch.step_ns;
	if (p->reply)
		qsort(p->reply, p->reply_count, sizeof *p->reply, by_arrival);
	run->stamped_by_kernel = use_departures(p);
	run->interval_ns = p->config.interval_ns;
	run->sent_ns = p->sent_ns;
	run->sent_count = p->sent_count;
	run->reply = p->reply;
	run->reply_count = p->reply_count;
	run->replies_dropped = p->dropped;
	run->sender_late_max_ns = p->late_max_ns;
	run->sender_late = p->late;
	run->sender_missed = p->missed;
	free(p->departure);
	free(p);
	return step_ns;
}
