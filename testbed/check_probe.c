// SPDX-License-Identifier: Apache-2.0
#include "testbed/check_probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "testbed/measure/probe.h"

enum { ETHERTYPE = 0x88b6, BUFFER = 64 << 20, FRAME_MAX = 1514, POLL_MS = 20 };

/* What a frame carries behind its header; the rest is zeros. */
struct mark {
	uint32_t run, seq;
	uint64_t sent_ns; /* CLOCK_REALTIME, as the kernel's stamps */
	uint32_t check;	  /* of the above: what is flipped there or behind shows */
};

struct arrival {
	uint64_t ns;
	uint32_t seq;
};

struct probe_state {
	const struct check_flow *flow;
	int from, to;
	unsigned from_index;
	uint32_t run;
	atomic_bool done;
	bool *seen;
	struct arrival *arrival; /* of all copies */
	unsigned arrivals, room;
	struct check_seen *ret;
	uint32_t highest;
};

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static uint32_t sum(const uint8_t *bytes, size_t len)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ bytes[i]) * 16777619u;
	return h;
}

/* ---- sockets ---- */

static int open_end(const struct check_end *end, int protocol, unsigned *ret_index)
{
	int fd = netns_socket(end->netns_fd, AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), size = BUFFER,
	    on = 1;
	struct sockaddr_ll addr = {.sll_family = AF_PACKET,
				   .sll_protocol = htons((uint16_t)protocol)};
	struct ifreq request = {0};
	int error;

	if (fd < 0)
		return fd;
	strncpy(request.ifr_name, end->interface, IFNAMSIZ - 1);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	/* what waits in a qdisc counts: a send that waited for that would be stamped too early */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
	if (ioctl(fd, SIOCGIFINDEX, &request) == 0) {
		addr.sll_ifindex = request.ifr_ifindex;
		*ret_index = (unsigned)request.ifr_ifindex;
		if (bind(fd, (struct sockaddr *)&addr, sizeof addr) == 0)
			return fd;
	}
	error = -errno;
	close(fd);
	return error;
}

/* ---- receiving ---- */

static uint64_t stamp_of(struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec ts;

			memcpy(&ts, CMSG_DATA(c), sizeof ts);
			return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
		}
	return 0;
}

static void note(struct probe_state *p, const struct mark *mark, uint64_t ns)
{
	struct check_seen *r = p->ret;

	if (p->arrivals < p->room)
		p->arrival[p->arrivals++] = (struct arrival){ns, mark->seq};
	if (p->seen[mark->seq]) {
		r->duplicated++;
		return;
	}
	p->seen[mark->seq] = true;
	r->reordered += mark->seq < p->highest;
	if (mark->seq > p->highest)
		p->highest = mark->seq;
	r->delay_us[r->arrived++] = (double)(int64_t)(ns - mark->sent_ns) / 1e3;
}

static bool receive_one(struct probe_state *p)
{
	uint8_t frame[FRAME_MAX];
	char control[64];
	struct iovec iov = {frame, sizeof frame};
	struct msghdr header = {.msg_iov = &iov,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof control};
	ssize_t len = recvmsg(p->to, &header, MSG_DONTWAIT);
	struct mark mark;

	if (len < 0)
		return errno == EINTR;
	if (len != (ssize_t)p->flow->size || frame[12] != ETHERTYPE >> 8 ||
	    frame[13] != (ETHERTYPE & 0xff))
		return true;
	memcpy(&mark, frame + ETH_HLEN, sizeof mark);
	if (mark.run != p->run && mark.check != sum(frame + ETH_HLEN, offsetof(struct mark, check)))
		return true; /* somebody else's, as far as can be told */
	if (mark.check != sum(frame + ETH_HLEN, offsetof(struct mark, check)) ||
	    mark.seq >= p->flow->count) {
		p->ret->corrupted++;
		return true;
	}
	for (ssize_t i = ETH_HLEN + (ssize_t)sizeof mark; i < len; i++)
		if (frame[i]) {
			p->ret->corrupted++;
			return true;
		}
	note(p, &mark, stamp_of(&header));
	return true;
}

static void *receive(void *arg)
{
	struct probe_state *p = arg;
	struct pollfd poll_fd = {.fd = p->to, .events = POLLIN};

	while (!atomic_load(&p->done)) {
		if (poll(&poll_fd, 1, POLL_MS) > 0)
			while (receive_one(p))
				;
	}
	return NULL;
}

/* ---- sending ---- */

static void send_one(struct probe_state *p, uint32_t seq)
{
	static const uint8_t nobody[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x0f},
			     source[6] = {0x02, 0xba, 0, 0, 0, 1};
	uint8_t frame[FRAME_MAX] = {0};
	struct mark mark = {.run = p->run, .seq = seq, .sent_ns = now_ns(CLOCK_REALTIME)};

	memcpy(frame, nobody, 6);
	memcpy(frame + 6, source, 6);
	frame[12] = ETHERTYPE >> 8;
	frame[13] = ETHERTYPE & 0xff;
	mark.check = sum((uint8_t *)&mark, offsetof(struct mark, check));
	memcpy(frame + ETH_HLEN, &mark, sizeof mark);
	/* a qdisc that has no room answers with ENOBUFS: lost, as any packet would be */
	while (send(p->from, frame, p->flow->size, 0) < 0 && errno == EINTR)
		;
}

static void send_all(struct probe_state *p)
{
	uint64_t begin, next, paced = p->flow->count - p->flow->burst;

	for (uint32_t i = 0; i < p->flow->burst; i++)
		send_one(p, i);
	begin = next = now_ns(CLOCK_MONOTONIC);
	for (uint32_t i = p->flow->burst; i < p->flow->count; i++) {
		struct timespec ts = {(time_t)(next / 1000000000u), (long)(next % 1000000000u)};

		while (p->flow->interval_ns &&
		       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
			;
		send_one(p, i);
		next += p->flow->interval_ns;
	}
	p->ret->sent = p->flow->count;
	/* the last one's interval isn't over yet when it has gone */
	next = now_ns(CLOCK_MONOTONIC) + p->flow->interval_ns;
	p->ret->sent_bps = (double)paced * p->flow->size * 8e9 / (double)(next - begin);
}

/* ---- working it out ---- */

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void work_out(struct probe_state *p)
{
	struct check_seen *r = p->ret;
	/* of the burst all copies may have come, or none: what is left out is the burst at least */
	unsigned half = p->flow->burst < p->arrivals ? (p->flow->burst + p->arrivals) / 2 : 0;

	r->lost = r->sent - r->arrived > r->corrupted ? r->sent - r->arrived - r->corrupted : 0;
	qsort(r->delay_us, r->arrived, sizeof *r->delay_us, by_value);
	if (half && p->arrivals - half > 10 && p->arrival[p->arrivals - 1].ns > p->arrival[half].ns)
		r->rate_bps = (double)(p->arrivals - 1 - half) * p->flow->size * 8e9 /
			      (double)(p->arrival[p->arrivals - 1].ns - p->arrival[half].ns);
}

static int run(struct probe_state *p)
{
	struct timespec rest = {(time_t)(p->flow->longest_ns / 1000000000u),
				(long)(p->flow->longest_ns % 1000000000u)};
	pthread_t receiver;
	int r = -pthread_create(&receiver, NULL, receive, p);

	if (r < 0)
		return r;
	send_all(p);
	while (nanosleep(&rest, &rest) < 0 && errno == EINTR)
		;
	atomic_store(&p->done, true);
	pthread_join(receiver, NULL);
	work_out(p);
	return 0;
}

int check_probe(const struct check_flow *flow, struct check_seen *ret_seen)
{
	struct probe_state p = {
		.flow = flow, .ret = ret_seen, .from = -1, .to = -1, .room = 2 * flow->count};
	unsigned index;
	int r = -ENOMEM;

	*ret_seen = (struct check_seen){.delay_us = calloc(flow->count, sizeof(double))};
	p.seen = calloc(flow->count, sizeof *p.seen);
	p.arrival = calloc(p.room, sizeof *p.arrival);
	if (getrandom(&p.run, sizeof p.run, 0) != sizeof p.run)
		r = -EIO;
	else if (ret_seen->delay_us && p.seen && p.arrival)
		r = p.to = open_end(&flow->to, ETH_P_ALL, &index);
	if (r >= 0)
		r = p.from = open_end(&flow->from, 0, &p.from_index);
	if (r >= 0)
		r = run(&p);
	if (p.from >= 0)
		close(p.from);
	if (p.to >= 0)
		close(p.to);
	free(p.seen);
	free(p.arrival);
	if (r < 0) {
		free(ret_seen->delay_us);
		ret_seen->delay_us = NULL;
	}
	return r;
}
