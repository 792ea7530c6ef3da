// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/gtpu/gtpu.h"
#include "lib/netlink/netlink.h"
#include "testbed/measure/probe.h"

enum {
	TAPS_MAX = 16,
	PRIORITY = 20,
	POLL_MS = 50,
	SOCKET_BUFFER = 8 << 20,
	SNAP = 256, /* a probe in its tunnel has about 120 octets */
	GROW_FIRST = 1 << 16
};

struct tap {
	uint16_t ssid;
	struct pollfd fd[TAPS_MAX];
	size_t count;
	pthread_t thread;
	bool runs;
	atomic_bool stop;
	struct tap_packet *packet;
	size_t packet_count, packet_room;
};

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
	uint8_t bytes[SNAP];
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
	struct tap_packet packet = {0};
	uint16_t ssid;

	if (len < 0)
		return errno == EINTR;
	if (from.sll_pkttype != PACKET_OUTGOING || !tap_parse(bytes, (size_t)len, &packet, &ssid) ||
	    ssid != t->ssid)
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

int tap_new(uint16_t ssid, struct tap **ret_tap)
{
	struct tap *t = calloc(1, sizeof *t);

	if (!t)
		return -ENOMEM;
	t->ssid = ssid;
	*ret_tap = t;
	return 0;
}

/* Only what may be a probe comes up from the kernel, so that other traffic on N3, gigabits maybe,
 * costs the run nothing: outgoing, IPv4, UDP to port 2152, and short. */
static int attach_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 9),
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, SNAP, 7, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x40, 0, 4),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, GTPU_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0 ? -errno
											  : 0;
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
	if (attach_filter(fd) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) < 0 ||
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

/* How many the socket had no room for */
static uint64_t dropped(int fd)
{
	struct tpacket_stats stats = {0};
	socklen_t len = sizeof stats;

	return getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) == 0 ? stats.tp_drops
										: 0;
}

void tap_finish(struct tap *t, struct probe_run *run)
{
	if (!t)
		return;
	atomic_store(&t->stop, true);
	if (t->runs)
		pthread_join(t->thread, NULL);
	for (size_t i = 0; i < t->count; i++) {
		run->tap_dropped += dropped(t->fd[i].fd);
		close(t->fd[i].fd);
	}
	if (t->packet)
		qsort(t->packet, t->packet_count, sizeof *t->packet, by_time);
	run->tap = t->packet;
	run->tap_count = t->packet_count;
	free(t);
}
