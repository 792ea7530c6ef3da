// SPDX-License-Identifier: Apache-2.0
/* Packets that wait, see hold.h */
#include "dataplane/hold.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "dataplane/bpf_shared.h"
#include "dataplane/gtpu_path.h"
#include "dataplane/tap.h"
#include "lib/log.h"
#include "lib/radio.h"

enum {
	BATCH = 256,
	STALE_NS = 50000000, /* so long nothing moved: what is still counted was lost */
};

static const char wire_name[] = "gnb-hold";
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
	struct ebpf_hold *shared; /* the map's own memory */
	int backlog;
	struct tap tap;
	struct hold hold[EBPF_HOLDS_MAX];
	struct dp_hold_counters counters;
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

	memcpy(frame + ETH_ALEN, gnb_mac, ETH_ALEN);
	if (tap_send(&s->tap, s->hold[number].ifindex, vnet, frame, len) < 0)
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
	memcpy(held->frame, s->tap.frame, len);
	*h->last = held;
	h->last = &held->next;
}

/* The frame that is in the tap */
static void take(struct hold_set *s, uint16_t number, struct virtio_net_hdr *vnet, size_t len)
{
	s->counters.held++;
	if (s->shared[number].closed || s->hold[number].first)
		keep(s, number, vnet, len);
	else
		send_on(s, number, vnet, s->tap.frame, len);
}

bool hold_put(struct hold_set *s, uint16_t number, const uint8_t mac[6], const uint8_t *packet,
	      size_t len)
{
	struct virtio_net_hdr vnet = {0};
	struct ether_header header = {.ether_type = htons(ETHERTYPE_IP)};

	if (!s || !number || number >= EBPF_HOLDS_MAX || !s->hold[number].used ||
	    len > TAP_FRAME_MAX - sizeof(header) ||
	    __atomic_load_n(&s->shared[number].waiting, __ATOMIC_ACQUIRE) >= EBPF_HOLD_PACKETS_MAX)
		return false;
	memcpy(header.ether_dhost, mac, sizeof(header.ether_dhost));
	memcpy(s->tap.frame, &header, sizeof(header));
	memcpy(s->tap.frame + sizeof(header), packet, len);
	__atomic_add_fetch(&s->shared[number].waiting, 1, __ATOMIC_RELEASE);
	take(s, number, &vnet, sizeof(header) + len);
	return true;
}

static bool receive(struct hold_set *s)
{
	const size_t len = tap_receive(&s->tap);
	const uint8_t *frame = s->tap.frame;
	uint16_t number;

	if (!len)
		return false;
	number = (uint16_t)(frame[10] << 8 | frame[11]);
	/* one that isn't ours: hold_empty gives up what is missing */
	if (frame[8] != 0xfe || number == 0 || number >= EBPF_HOLDS_MAX || !s->hold[number].used)
		return true;
	take(s, number, &s->tap.vnet, len);
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
		s->shared[i] = (struct ebpf_hold){.closed = 1, .wire_ifindex = s->tap.ifindex};
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

/* ---- open and close ---- */

int hold_open(struct nl *nl, int map, struct gtpu_path *path, int backlog,
	      struct hold_set **ret_holds)
{
	struct hold_set *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->backlog = backlog;
	s->tap.in = s->tap.out = -1;
	s->shared = mmap(NULL, map_size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	rc = s->shared == MAP_FAILED ? -errno : tap_open(&s->tap, nl, wire_name);
	if (!rc)
		rc = gtpu_path_watch(path, s->tap.in);
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
	tap_close(&s->tap);
	if (s->shared != MAP_FAILED)
		munmap(s->shared, map_size);
	free(s);
}
