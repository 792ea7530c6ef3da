// SPDX-License-Identifier: Apache-2.0
#include "dataplane/ebpf/buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"
#include "dataplane/tap.h"

enum { BATCH = 256 };

/* The second while one takes another's place */
static const char *const wire_names[] = {"dp-wait", "dp-wait1"};

struct waiting {
	struct waiting *next;
	struct virtio_net_hdr vnet;
	uint32_t len;
	uint16_t pdr;
	uint8_t frame[];
};

/* Of one session; gone when it is empty */
struct queue {
	uint32_t slot, count;
	struct waiting *first, **last;
	UT_hash_handle hh;
};

struct buffer {
	struct buffer_config config;
	size_t wire; /* in wire_names */
	struct queue *queues;
	size_t total;
	struct tap tap;
};

static struct queue *queue_find(struct buffer *b, uint32_t slot)
{
	struct queue *q;

	HASH_FIND(hh, b->queues, &slot, sizeof(slot), q);
	return q;
}

static struct queue *queue_make(struct buffer *b, uint32_t slot)
{
	struct queue *q = queue_find(b, slot);

	if (q)
		return q;
	q = calloc(1, sizeof(*q));
	if (!q)
		return NULL;
	q->slot = slot;
	q->last = &q->first;
	HASH_ADD(hh, b->queues, slot, sizeof(q->slot), q);
	if (q->hh.tbl)
		return q;
	free(q);
	return NULL;
}

static void queue_end(struct buffer *b, struct queue *q)
{
	HASH_DELETE(hh, b->queues, q);
	free(q);
}

/* ---- what a frame says of itself: tc.bpf.c ---- */

static uint32_t slot_of(const uint8_t *frame)
{
	return (uint32_t)frame[9] << 16 | (uint32_t)frame[10] << 8 | frame[11];
}

static void slot_set(uint8_t *frame, uint32_t slot)
{
	frame[9] = (uint8_t)(slot >> 16);
	frame[10] = (uint8_t)(slot >> 8);
	frame[11] = (uint8_t)slot;
}

static uint16_t pdr_of(const uint8_t *frame)
{
	return (uint16_t)(frame[4] << 8 | frame[5]);
}

/* It won't pass a program again, which would have counted it. Never below 0: the slot may be
 * another session's by now */
static void waits_no_more(struct buffer *b, const uint8_t *frame)
{
	uint32_t *waiting = &b->config.slot[slot_of(frame)].waiting[frame[3] & 1];
	uint32_t is = __atomic_load_n(waiting, __ATOMIC_ACQUIRE);

	while (is && !__atomic_compare_exchange_n(waiting, &is, is - 1, false, __ATOMIC_RELEASE,
						  __ATOMIC_ACQUIRE))
		;
}

/* ---- coming and going ---- */

static void send_on(struct buffer *b, const struct virtio_net_hdr *vnet, const uint8_t *frame,
		    size_t len)
{
	if (tap_send(&b->tap, b->config.stack_ifindex, vnet, frame, len) < 0)
		waits_no_more(b, frame);
}

static bool keep(struct buffer *b, uint32_t slot, uint16_t pdr, size_t len)
{
	struct waiting *w = b->total < DP_BUFFER_TOTAL ? malloc(sizeof(*w) + len) : NULL;
	struct queue *q = w ? queue_make(b, slot) : NULL;

	if (!q) {
		free(w);
		return false;
	}
	*w = (struct waiting){.vnet = b->tap.vnet, .len = (uint32_t)len, .pdr = pdr};
	memcpy(w->frame, b->tap.frame, len);
	*q->last = w;
	q->last = &w->next;
	q->count++;
	b->total++;
	return true;
}

/* The frame that is in the tap */
static void take(struct buffer *b, size_t len)
{
	const uint32_t slot = slot_of(b->tap.frame);
	const uint16_t pdr = pdr_of(b->tap.frame);

	if (b->tap.frame[8] != 0xfd || slot >= b->config.slots)
		return; /* none of ours */
	if (!b->config.buffers(slot, pdr, b->config.user))
		send_on(b, &b->tap.vnet, b->tap.frame, len);
	else if (!keep(b, slot, pdr, len))
		waits_no_more(b, b->tap.frame);
}

void buffer_process(struct buffer *b)
{
	for (int i = 0; i < BATCH; i++) {
		const size_t len = tap_receive(&b->tap);

		if (!len)
			return;
		take(b, len);
	}
}

/* What the socket still has comes behind what is queued, so it is queued, too. */
static void drain_socket(struct buffer *b)
{
	size_t len;

	while ((len = tap_receive(&b->tap)))
		take(b, len);
}

/* Those that @stays doesn't keep are sent on, or dropped */
static size_t queue_thin(struct buffer *b, struct queue *q, bool drop)
{
	struct waiting **at = &q->first, *w;
	size_t gone = 0;

	while ((w = *at)) {
		if (!drop && b->config.buffers(q->slot, w->pdr, b->config.user)) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		if (drop)
			waits_no_more(b, w->frame);
		else
			send_on(b, &w->vnet, w->frame, w->len);
		free(w);
		gone++;
	}
	q->last = at;
	q->count -= (uint32_t)gone;
	b->total -= gone;
	if (!q->count)
		queue_end(b, q);
	return gone;
}

/* First what is queued, then what the socket has: it came later. */
void buffer_flush(struct buffer *b, uint32_t slot)
{
	struct queue *q = queue_find(b, slot);

	if (q)
		(void)queue_thin(b, q, false);
	drain_socket(b);
}

size_t buffer_discard(struct buffer *b, uint32_t slot)
{
	struct queue *q;

	drain_socket(b);
	q = queue_find(b, slot);
	return q ? queue_thin(b, q, true) : 0;
}

/* ---- from one to another ---- */

/* Into @to's tap, as if it had come there */
static void frame_move(struct buffer *to, const struct waiting *w, uint32_t slot)
{
	struct tap *tap = &to->tap;

	memcpy(tap->frame, w->frame, w->len);
	tap->vnet = w->vnet;
	slot_set(tap->frame, slot);
	__atomic_add_fetch(&to->config.slot[slot].waiting[tap->frame[3] & 1], 1, __ATOMIC_RELEASE);
	take(to, w->len);
}

static bool all_stay(uint32_t slot, uint16_t pdr, void *user)
{
	return true;
}

void buffer_gather(struct buffer *b)
{
	b->config.buffers = all_stay;
	drain_socket(b);
}

void buffer_move(struct buffer *to, struct buffer *from, uint32_t slot, uint32_t slot_now)
{
	struct queue *q = queue_find(from, slot);
	struct waiting *w;

	if (!q)
		return;
	while ((w = q->first)) {
		q->first = w->next;
		frame_move(to, w, slot_now);
		free(w);
		from->total--;
	}
	queue_end(from, q);
}

/* ---- open and close ---- */

int buffer_open(const struct buffer_config *config, struct buffer **ret)
{
	struct buffer *b = calloc(1, sizeof(*b));
	int rc;

	if (!b)
		return -ENOMEM;
	b->config = *config;
	b->wire = config->beside && !config->beside->wire;
	rc = tap_open(&b->tap, config->nl, wire_names[b->wire]);
	if (!rc)
		rc = gtpu_path_watch(config->path, b->tap.in);
	if (rc) {
		buffer_close(b);
		return rc;
	}
	*ret = b;
	return 0;
}

void buffer_close(struct buffer *b)
{
	struct queue *q, *next;

	if (!b)
		return;
	HASH_ITER (hh, b->queues, q, next) {
		(void)queue_thin(b, q, true);
	}
	tap_close(&b->tap);
	free(b);
}

unsigned buffer_ifindex(const struct buffer *b)
{
	return b->tap.ifindex;
}
