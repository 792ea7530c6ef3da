// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/gtpu/gtpu.h"
#include "lib/netlink/netlink.h"
#include "lib/stamp/stamp.h"
#include "testbed/measure/probe.h"

enum {
	TAPS_MAX = 16,
	PRIORITY = 20,
	POLL_MS = 50,
	SOCKET_BUFFER = 8 << 20,
	IP_HEADER_MIN = 20,
	UDP_HEADER = 8,
	GROW_FIRST = 1 << 16
};

struct tap {
	struct pollfd fd[TAPS_MAX];
	size_t count;
	pthread_t thread;
	bool runs;
	atomic_bool stop;
	struct tap_packet *packet;
	size_t packet_count, packet_room;
};

/* ---- parsing ---- */

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* The payload of an unfragmented IPv4/UDP packet to @port; NULL: it is something else. */
static const uint8_t *udp_payload(const uint8_t *packet, size_t len, uint16_t port, size_t *ret_len)
{
	size_t header = len >= IP_HEADER_MIN ? (size_t)(packet[0] & 15) * 4 : 0;
	size_t total = len >= IP_HEADER_MIN ? get16(packet + 2) : 0, udp_len;

	if (header < IP_HEADER_MIN || packet[0] >> 4 != 4 || packet[9] != IPPROTO_UDP ||
	    (get16(packet + 6) & 0x3fff))
		return NULL;
	if (total > len || total < header + UDP_HEADER || get16(packet + header + 2) != port)
		return NULL;
	udp_len = get16(packet + header + 4);
	if (udp_len < UDP_HEADER || udp_len > total - header)
		return NULL;
	*ret_len = udp_len - UDP_HEADER;
	return packet + header + UDP_HEADER;
}

bool tap_parse(const uint8_t *packet, size_t len, uint32_t *ret_teid, uint32_t *ret_seq)
{
	struct stamp_test test;
	struct gtpu_msg gtpu;
	size_t inner_len;
	const uint8_t *inner = udp_payload(packet, len, GTPU_PORT, &inner_len);

	if (!inner || gtpu_decode(inner, inner_len, &gtpu) < 0 || gtpu.header.type != GTPU_G_PDU)
		return false;
	inner = udp_payload(gtpu.payload, gtpu.payload_len, STAMP_PORT, &inner_len);
	if (!inner || stamp_test_decode(inner, inner_len, &test) < 0)
		return false;
	*ret_teid = gtpu.header.teid;
	*ret_seq = test.seq;
	return true;
}

/* ---- capturing ---- */

static uint64_t stamp_of(struct msghdr *header)
{
	struct timespec ts = {0};

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
			memcpy(&ts, CMSG_DATA(c), sizeof ts);
	}
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void keep(struct tap *t, const struct tap_packet *packet)
{
	if (t->packet_count == t->packet_room) {
		size_t room = t->packet_room ? t->packet_room * 2 : GROW_FIRST;
		struct tap_packet *larger = t->packet_count < SAMPLES_MAX
						    ? realloc(t->packet, room * sizeof *larger)
						    : NULL;

		if (!larger)
			return;
		t->packet = larger;
		t->packet_room = room;
	}
	t->packet[t->packet_count++] = *packet;
}

static bool receive_one(struct tap *t, int fd)
{
	uint8_t bytes[256];
	char control[64];
	struct sockaddr_ll from;
	struct iovec iov = {bytes, sizeof bytes};
	struct msghdr header = {.msg_name = &from,
				.msg_namelen = sizeof from,
				.msg_iov = &iov,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof control};
	ssize_t len = recvmsg(fd, &header, MSG_DONTWAIT);
	struct tap_packet packet;

	if (len < 0)
		return errno == EINTR;
	if (from.sll_pkttype != PACKET_OUTGOING ||
	    !tap_parse(bytes, (size_t)len, &packet.teid, &packet.seq))
		return true;
	packet.ns = stamp_of(&header);
	keep(t, &packet);
	return true;
}

static void *capture(void *arg)
{
	struct tap *t = arg;

	while (!atomic_load(&t->stop)) {
		if (poll(t->fd, t->count, POLL_MS) <= 0)
			continue;
		for (size_t i = 0; i < t->count; i++) {
			while ((t->fd[i].revents & POLLIN) && receive_one(t, t->fd[i].fd))
				;
		}
	}
	return NULL;
}

/* ---- starting and ending ---- */

int tap_new(struct tap **ret_tap)
{
	*ret_tap = calloc(1, sizeof **ret_tap);
	return *ret_tap ? 0 : -ENOMEM;
}

static int device_index(int netns_fd, const char *device, unsigned *ret_ifindex)
{
	struct nl *nl;
	int r = nl_open_netns(netns_fd, &nl);

	if (r < 0)
		return r;
	r = nl_link_index(nl, device, ret_ifindex);
	nl_close(nl);
	return r;
}

int tap_add(struct tap *t, int netns_fd, const char *device)
{
	struct sockaddr_ll local = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int on = 1, size = SOCKET_BUFFER, fd, r;
	unsigned ifindex;

	if (t->count == TAPS_MAX)
		return -ENOSPC;
	r = device_index(netns_fd, device, &ifindex);
	if (r < 0)
		return r;
	fd = netns_socket(netns_fd, AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	local.sll_ifindex = (int)ifindex;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
	    bind(fd, (struct sockaddr *)&local, sizeof local) < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	t->fd[t->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
	return 0;
}

int tap_start(struct tap *t)
{
	struct sched_param param = {.sched_priority = PRIORITY};
	int r = pthread_create(&t->thread, NULL, capture, t);

	t->runs = r == 0;
	if (t->runs)
		pthread_setschedparam(t->thread, SCHED_FIFO, &param);
	return -r;
}

static int by_time(const void *a, const void *b)
{
	const struct tap_packet *x = a, *y = b;

	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

void tap_finish(struct tap *t, struct probe_run *run)
{
	if (!t)
		return;
	atomic_store(&t->stop, true);
	if (t->runs)
		pthread_join(t->thread, NULL);
	for (size_t i = 0; i < t->count; i++)
		close(t->fd[i].fd);
	if (t->packet)
		qsort(t->packet, t->packet_count, sizeof *t->packet, by_time);
	run->tap = t->packet;
	run->tap_count = t->packet_count;
	free(t);
}
