// SPDX-License-Identifier: Apache-2.0
/* Packets that wait, see hold.h */
#include "dataplane/hold.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/ebpf_shared.h"
#include "dataplane/gtpu_path.h"
#include "lib/log.h"
#include "lib/radio.h"

enum {
	BATCH = 256,
	PACKET_MAX = 65536 + ETH_HLEN,
	QUEUE_BYTES = 32 << 20, /* of the socket: the packets of a burst until we run */
	STALE_NS = 50000000,	/* so long nothing moved: what is still counted was lost */
};

static const char wire_name[] = "gnb-hold", tap_name[] = "gnb-hold-x";
static const size_t map_size = sizeof(struct ebpf_hold) * EBPF_HOLDS_MAX;

struct held {
	struct held *next;
	struct virtio_net_hdr vnet;
	uint32_t len;
	uint8_t frame[];
};

struct hold {
	bool used;
	unsigned ifindex;
	struct held *first, **last;
	uint64_t moved_ns; /* when something came or went */
};

struct hold_set {
	struct nl *nl;
	struct ebpf_hold *shared; /* the map's own memory */
	int tap, out;		  /* packet sockets */
	int backlog;
	unsigned wire_ifindex;
	struct hold hold[EBPF_HOLDS_MAX];
	struct dp_hold_counters counters;
	uint8_t frame[PACKET_MAX];
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* One that was given up may come all the same: never below 0 */
static void waits_no_more(struct hold_set *s, uint16_t number)
{
	uint32_t *waiting = &s->shared[number].waiting;
	uint32_t is = __atomic_load_n(waiting, __ATOMIC_ACQUIRE);

	while (is && !__atomic_compare_exchange_n(waiting, &is, is - 1, false, __ATOMIC_RELEASE,
						  __ATOMIC_ACQUIRE))
		;
	s->hold[number].moved_ns = now_ns();
}

/* ---- sending on ---- */

static void send_on(struct hold_set *s, uint16_t number, struct virtio_net_hdr *vnet,
		    uint8_t *frame, size_t len)
{
	static const uint8_t gnb_mac[] = RADIO_GNB_MAC;
	const struct hold *h = &s->hold[number];
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_IP),
				 .sll_ifindex = (int)h->ifindex,
				 .sll_halen = ETH_ALEN};
	struct iovec part[2] = {{vnet, sizeof(*vnet)}, {frame, len}};
	struct msghdr message = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = part, .msg_iovlen = 2};

	memcpy(to.sll_addr, frame, ETH_ALEN);
	memcpy(frame + ETH_ALEN, gnb_mac, ETH_ALEN);
	if (sendmsg(s->out, &message, MSG_DONTWAIT) < 0)
		s->counters.lost++;
	else
		s->counters.delivered++;
	/* Only now may the next one overtake us: it can't any more. */
	waits_no_more(s, number);
}

static void flush(struct hold_set *s, uint16_t number)
{
	struct hold *h = &s->hold[number];

	while (h->first) {
		struct held *held = h->first;

		h->first = held->next;
		if (!h->first)
			h->last = &h->first;
		send_on(s, number, &held->vnet, held->frame, held->len);
		free(held);
	}
}

/* ---- taking in ---- */

static void keep(struct hold_set *s, uint16_t number, const struct virtio_net_hdr *vnet, size_t len)
{
	struct hold *h = &s->hold[number];
	struct held *held = malloc(sizeof(*held) + len);

	if (!held) {
		s->counters.lost++;
		waits_no_more(s, number);
		return;
	}
	h->moved_ns = now_ns();
	*held = (struct held){.vnet = *vnet, .len = (uint32_t)len};
	memcpy(held->frame, s->frame, len);
	*h->last = held;
	h->last = &held->next;
}

/* The frame that is in s->frame */
static void take(struct hold_set *s, uint16_t number, struct virtio_net_hdr *vnet, size_t len)
{
	s->counters.held++;
	if (s->shared[number].closed || s->hold[number].first)
		keep(s, number, vnet, len);
	else
		send_on(s, number, vnet, s->frame, len);
}

bool hold_put(struct hold_set *s, uint16_t number, const uint8_t mac[6], const uint8_t *packet,
	      size_t len)
{
	struct virtio_net_hdr vnet = {0};
	struct ether_header header = {.ether_type = htons(ETHERTYPE_IP)};

	if (!s || !number || number >= EBPF_HOLDS_MAX || !s->hold[number].used ||
	    len > PACKET_MAX - sizeof(header) ||
	    __atomic_load_n(&s->shared[number].waiting, __ATOMIC_ACQUIRE) >= EBPF_HOLD_PACKETS_MAX)
		return false;
	memcpy(header.ether_dhost, mac, sizeof(header.ether_dhost));
	memcpy(s->frame, &header, sizeof(header));
	memcpy(s->frame + sizeof(header), packet, len);
	__atomic_add_fetch(&s->shared[number].waiting, 1, __ATOMIC_RELEASE);
	take(s, number, &vnet, sizeof(header) + len);
	return true;
}

static bool receive(struct hold_set *s)
{
	struct virtio_net_hdr vnet;
	struct iovec part[2] = {{&vnet, sizeof(vnet)}, {s->frame, sizeof(s->frame)}};
	struct msghdr message = {.msg_iov = part, .msg_iovlen = 2};
	ssize_t len = recvmsg(s->tap, &message, MSG_DONTWAIT);
	uint16_t number;

	if (len < 0)
		return false;
	if (len < (ssize_t)(sizeof(vnet) + ETH_HLEN) || message.msg_flags & MSG_TRUNC)
		return true; /* not one of ours: hold_empty gives up what is missing */
	number = (uint16_t)(s->frame[10] << 8 | s->frame[11]);
	if (s->frame[8] != 0xfe || number == 0 || number >= EBPF_HOLDS_MAX || !s->hold[number].used)
		return true;
	take(s, number, &vnet, (size_t)len - sizeof(vnet));
	return true;
}

void hold_process(struct hold_set *s)
{
	for (int i = 0; i < BATCH && receive(s); i++)
		;
}

/* ---- one hold ---- */

int hold_new(struct hold_set *s, unsigned ifindex, uint16_t *ret_hold)
{
	for (uint16_t i = 1; i < EBPF_HOLDS_MAX; i++) {
		struct hold *h = &s->hold[i];

		if (h->used)
			continue;
		*h = (struct hold){.used = true, .ifindex = ifindex, .moved_ns = now_ns()};
		h->last = &h->first;
		s->shared[i] = (struct ebpf_hold){.closed = 1, .wire_ifindex = s->wire_ifindex};
		*ret_hold = i;
		return 0;
	}
	return -ENOSPC;
}

/* What the socket still has comes behind what is queued: both are in order. */
void hold_release(struct hold_set *s, uint16_t number)
{
	while (receive(s))
		;
	flush(s, number);
	__atomic_store_n(&s->shared[number].closed, 0, __ATOMIC_RELEASE);
	hold_process(s);
}

bool hold_empty(struct hold_set *s, uint16_t number)
{
	struct ebpf_hold *shared = &s->shared[number];
	const struct hold *h = &s->hold[number];
	uint32_t waiting;

	if (shared->closed)
		return false;
	waiting = __atomic_load_n(&shared->waiting, __ATOMIC_ACQUIRE);
	if (!waiting)
		return true;
	if (now_ns() - h->moved_ns < STALE_NS)
		return false;
	/* on a busy machine they may just not have reached the socket yet */
	dp_barrier(s->backlog);
	if (receive(s))
		return false;
	log_warn("dataplane", "hold=%u what=\"packets lost on their way\" count=%u", number,
		 waiting);
	s->counters.lost += waiting;
	__atomic_store_n(&shared->waiting, 0, __ATOMIC_RELEASE);
	return true;
}

void hold_free(struct hold_set *s, uint16_t number)
{
	struct hold *h = &s->hold[number];

	if (!number || !h->used)
		return;
	hold_process(s);
	while (h->first) {
		struct held *held = h->first;

		h->first = held->next;
		free(held);
		s->counters.dropped++;
	}
	h->used = false;
	memset(&s->shared[number], 0, sizeof(s->shared[number]));
}

const struct dp_hold_counters *hold_counters(const struct hold_set *s)
{
	return &s->counters;
}

/* ---- the wire ---- */

static int wire_make(struct hold_set *s, unsigned *ret_tap)
{
	const struct nl_veth veth = {.name = wire_name,
				     .peer = tap_name,
				     .netns_fd = -1,
				     .peer_netns_fd = -1,
				     .mtu = ETH_MAX_MTU - ETH_HLEN,
				     .noarp = true};
	struct nl_link wire, tap;
	int rc = dp_link_clear(s->nl, wire_name);

	if (!rc)
		rc = nl_link_add_veth(s->nl, &veth);
	if (!rc)
		rc = dp_link_find(s->nl, wire_name, &wire);
	if (!rc)
		rc = dp_link_find(s->nl, tap_name, &tap);
	if (rc)
		return rc;
	s->wire_ifindex = wire.ifindex;
	*ret_tap = tap.ifindex;
	rc = nl_link_set_alias(s->nl, wire.ifindex, DP_LINK_ALIAS);
	if (!rc)
		rc = dp_ipv6_disable(wire_name);
	if (!rc)
		rc = dp_ipv6_disable(tap_name);
	if (!rc)
		rc = nl_link_set_up(s->nl, tap.ifindex, true);
	return rc ? rc : nl_link_set_up(s->nl, wire.ifindex, true);
}

/* @protocol: ETH_P_ALL to listen, 0 to send alone */
static int socket_open(int protocol, unsigned ifindex)
{
	struct sockaddr_ll local = {.sll_family = AF_PACKET,
				    .sll_protocol = htons((uint16_t)protocol),
				    .sll_ifindex = (int)ifindex};
	const int on = 1, queue = QUEUE_BYTES;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof(queue));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &queue, sizeof(queue));
	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    (protocol && bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0)) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

static int sockets_open(struct hold_set *s, unsigned tap_ifindex, struct gtpu_path *path)
{
	s->tap = socket_open(ETH_P_ALL, tap_ifindex);
	s->out = socket_open(0, 0);
	if (s->tap < 0 || s->out < 0)
		return s->tap < 0 ? s->tap : s->out;
	return gtpu_path_watch(path, s->tap);
}

int hold_open(struct nl *nl, int map, struct gtpu_path *path, int backlog,
	      struct hold_set **ret_holds)
{
	struct hold_set *s = calloc(1, sizeof(*s));
	unsigned tap;
	int rc;

	if (!s)
		return -ENOMEM;
	s->nl = nl;
	s->backlog = backlog;
	s->tap = s->out = -1;
	s->shared = mmap(NULL, map_size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	rc = s->shared == MAP_FAILED ? -errno : wire_make(s, &tap);
	if (!rc)
		rc = sockets_open(s, tap, path);
	if (rc) {
		hold_close(s);
		return rc;
	}
	*ret_holds = s;
	return 0;
}

void hold_close(struct hold_set *s)
{
	if (!s)
		return;
	for (uint16_t i = 1; s->shared != MAP_FAILED && i < EBPF_HOLDS_MAX; i++)
		hold_free(s, i);
	if (s->tap >= 0)
		close(s->tap);
	if (s->out >= 0)
		close(s->out);
	if (s->wire_ifindex)
		(void)nl_link_del(s->nl, s->wire_ifindex);
	if (s->shared != MAP_FAILED)
		munmap(s->shared, map_size);
	free(s);
}
