// SPDX-License-Identifier: Apache-2.0
/*
 * RTP packets into access units, first half: the order. A packet that is next goes on without being
 * copied; one that came too early is kept in a ring by its number until those before it are there
 * or are given up.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/stream/h264_assembly.h"

/* RFC 3550 A.1: what is further off than that is another sequence, if the packet after it agrees */
enum { DROPOUT_MAX = 3000, MISORDER_MAX = 100 };

struct slot {
	bool used, marker, has_ext;
	uint32_t timestamp;
	uint64_t received_ns;
	uint8_t ext[FRAME_STAMP_LEN];
	size_t len;
	uint8_t data[RTP_RECEIVE_MAX];
};

struct h264_unpacker {
	struct h264_assembly assembly;
	struct h264_unpacker_counters counters;
	bool started, jumped;
	uint32_t ssrc;
	uint16_t next;	    /* the packet that is waited for */
	uint16_t jump_next; /* after a jump: what would confirm it */
	uint32_t highest;   /* extended */
	unsigned window, held;
	struct slot slot[H264_WINDOW_MAX];
};

int h264_unpacker_new(unsigned window, h264_unit_fn unit, void *user,
		      struct h264_unpacker **ret_unpacker)
{
	struct h264_unpacker *u;

	if (window < 1 || window > H264_WINDOW_MAX || !unit)
		return -EINVAL;
	u = calloc(1, sizeof(*u));
	if (!u)
		return -ENOMEM;
	if (h264_assembly_init(&u->assembly, unit, user, &u->counters)) {
		free(u);
		return -ENOMEM;
	}
	u->window = window;
	*ret_unpacker = u;
	return 0;
}

void h264_unpacker_free(struct h264_unpacker *u)
{
	if (!u)
		return;
	h264_assembly_done(&u->assembly);
	free(u);
}

static struct slot *slot_of(struct h264_unpacker *u, uint16_t seq)
{
	return &u->slot[seq % H264_WINDOW_MAX];
}

static void begin_anew(struct h264_unpacker *u, const struct rtp_packet *p)
{
	if (u->started)
		u->counters.resets++;
	for (unsigned i = 0; i < H264_WINDOW_MAX; i++)
		u->slot[i].used = false;
	u->held = 0;
	u->ssrc = p->ssrc;
	u->next = p->seq;
	u->highest = p->seq;
	h264_assembly_lost(&u->assembly);
	u->started = true;
	u->jumped = false;
}

static void slot_fill(struct slot *s, const struct rtp_packet *p, uint64_t received_ns)
{
	s->used = true;
	s->marker = p->marker;
	s->timestamp = p->timestamp;
	s->received_ns = received_ns;
	s->has_ext = p->ext && p->ext_len == FRAME_STAMP_LEN;
	if (s->has_ext)
		memcpy(s->ext, p->ext, FRAME_STAMP_LEN);
	s->len = p->payload_len;
	memcpy(s->data, p->payload, p->payload_len);
}

static void slot_take(struct h264_unpacker *u, struct slot *s)
{
	const struct rtp_packet p = {
		.marker = s->marker,
		.timestamp = s->timestamp,
		.ext = s->has_ext ? s->ext : NULL,
		.ext_len = s->has_ext ? FRAME_STAMP_LEN : 0,
		.payload = s->data,
		.payload_len = s->len,
	};

	s->used = false;
	u->held--;
	h264_assembly_put(&u->assembly, &p, s->received_ns);
}

/* The next packet, or the lack of it */
static void step(struct h264_unpacker *u)
{
	struct slot *s = slot_of(u, u->next);

	u->next++;
	if (s->used) {
		slot_take(u, s);
		return;
	}
	u->counters.lost++;
	h264_assembly_lost(&u->assembly);
}

static void drain(struct h264_unpacker *u)
{
	while (u->held > 0 && slot_of(u, u->next)->used)
		step(u);
}

static void keep(struct h264_unpacker *u, const struct rtp_packet *p, uint64_t received_ns)
{
	struct slot *s;

	while ((uint16_t)(p->seq - u->next) >= u->window)
		step(u);
	s = slot_of(u, p->seq);
	if (s->used) {
		u->counters.late++;
		return;
	}
	slot_fill(s, p, received_ns);
	u->held++;
	drain(u);
}

/* Whether @p belongs to the sequence so far. A single stray packet mustn't end it: two in a row
 * must agree */
static bool in_sequence(struct h264_unpacker *u, const struct rtp_packet *p, int ahead)
{
	const bool confirmed = u->jumped && p->seq == u->jump_next;

	if (ahead < DROPOUT_MAX && ahead > -MISORDER_MAX - (int)u->window)
		return true;
	if (confirmed) {
		begin_anew(u, p);
		return true;
	}
	u->jumped = true;
	u->jump_next = (uint16_t)(p->seq + 1);
	return false;
}

void h264_unpacker_push(struct h264_unpacker *u, const struct rtp_packet *p, uint64_t received_ns)
{
	int ahead;

	u->counters.packets++;
	if (p->payload_len > RTP_RECEIVE_MAX) {
		u->counters.malformed++;
		return;
	}
	if (!u->started || p->ssrc != u->ssrc)
		begin_anew(u, p);
	ahead = (int16_t)(p->seq - u->next);
	if (!in_sequence(u, p, ahead)) {
		u->counters.late++;
		return;
	}
	ahead = (int16_t)(p->seq - u->next);
	if (ahead < 0) {
		u->counters.late++;
		return;
	}
	if ((int16_t)(p->seq - (uint16_t)u->highest) > 0)
		u->highest += (uint16_t)(p->seq - (uint16_t)u->highest);
	else if (ahead == 0 && u->held > 0)
		u->counters.reordered++;
	if (ahead > 0) {
		keep(u, p, received_ns);
		return;
	}
	u->next++;
	h264_assembly_put(&u->assembly, p, received_ns);
	drain(u);
}

/* The packet that has waited longest: the first in order, near enough */
uint64_t h264_unpacker_waiting(const struct h264_unpacker *u)
{
	for (unsigned i = 0; u->held > 0 && i < u->window; i++) {
		const struct slot *s = &u->slot[(uint16_t)(u->next + i) % H264_WINDOW_MAX];

		if (s->used)
			return s->received_ns;
	}
	return 0;
}

void h264_unpacker_expire(struct h264_unpacker *u)
{
	while (u->held > 0 && !slot_of(u, u->next)->used)
		step(u);
	drain(u);
}

uint32_t h264_unpacker_highest(const struct h264_unpacker *u)
{
	return u->highest;
}

const struct h264_unpacker_counters *h264_unpacker_counters(const struct h264_unpacker *u)
{
	return &u->counters;
}
