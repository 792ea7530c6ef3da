// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NS_PER_US = 1000 };
static const uint64_t ns_per_s = 1000000000;

void line_init(struct line *l, uint64_t seed)
{
	memset(l, 0, sizeof(*l));
	random_seed(&l->random, seed);
}

void line_done(struct line *l)
{
	free(l->end);
	l->end = NULL;
	l->end_size = l->end_count = 0;
}

/* The ring of those in the queue, for another limit. More than it takes now are forgotten: they go
 * out as they were told, and the queue counts as full until they have. */
static int queue_resize(struct line *l, uint32_t size)
{
	uint64_t *end;
	uint32_t keep = l->end_count < size ? l->end_count : size;

	if (size == l->end_size)
		return 0;
	end = malloc(size * sizeof(*end));
	if (!end)
		return -ENOMEM;
	/* the last to be sent are those that the queue waits for */
	for (uint32_t i = 0; i < keep; i++)
		end[i] = l->end[(l->end_first + l->end_count - keep + i) % l->end_size];
	free(l->end);
	l->end = end;
	l->end_size = size;
	l->end_first = 0;
	l->end_count = keep;
	return 0;
}

int line_set(struct line *l, const struct link_shape *shape)
{
	uint32_t size = shape->queue_packets ? shape->queue_packets : LINE_QUEUE_DEFAULT;
	int rc;

	if (size > LINE_QUEUE_MAX)
		return -EINVAL;
	rc = shape->rate_bps ? queue_resize(l, size) : 0;
	if (rc)
		return rc;
	if (!shape->rate_bps)
		l->end_count = 0;
	l->shape = *shape;
	l->free_rest = 0;
	return 0;
}

uint64_t line_send_ns(const struct line *l, uint32_t bytes)
{
	return l->shape.rate_bps ? bytes * 8 * ns_per_s / l->shape.rate_bps : 0;
}

uint32_t line_queued(struct line *l, uint64_t now_ns)
{
	while (l->end_count && l->end[l->end_first] <= now_ns) {
		l->end_first = (l->end_first + 1) % l->end_size;
		l->end_count--;
	}
	return l->end_count;
}

/* The rate: when the last bit of it is sent. What the division leaves is carried on, so that many
 * small packets take as long as they should. */
static bool serialise(struct line *l, uint64_t now_ns, uint32_t bytes, uint64_t *ret_end_ns)
{
	uint64_t work;

	*ret_end_ns = now_ns;
	if (!l->shape.rate_bps)
		return true;
	if (line_queued(l, now_ns) >= l->end_size)
		return false;
	if (l->free_ns < now_ns) {
		l->free_ns = now_ns;
		l->free_rest = 0;
	}
	work = bytes * 8 * ns_per_s + l->free_rest;
	l->free_ns += work / l->shape.rate_bps;
	l->free_rest = work % l->shape.rate_bps;
	l->end[(l->end_first + l->end_count++) % l->end_size] = l->free_ns;
	*ret_end_ns = l->free_ns;
	return true;
}

static uint64_t delay_ns(struct line *l)
{
	const uint64_t delay = (uint64_t)l->shape.delay_us * NS_PER_US;
	const uint64_t jitter = (uint64_t)l->shape.jitter_us * NS_PER_US;
	uint64_t spread;

	if (!jitter)
		return delay;
	spread = random_below(&l->random, 2 * jitter + 1);
	return delay + spread > jitter ? delay + spread - jitter : 0;
}

static uint64_t due(struct line *l, uint64_t end_ns)
{
	uint64_t at;

	if (l->shape.reorder > 0) {
		if (!random_share(&l->random, l->shape.reorder))
			return end_ns + delay_ns(l);
		l->counters.reordered++;
		return end_ns;
	}
	at = end_ns + delay_ns(l);
	if (at < l->last_due_ns)
		at = l->last_due_ns;
	l->last_due_ns = at;
	return at;
}

void line_admit(struct line *l, uint64_t now_ns, uint32_t bytes, struct line_verdict *ret)
{
	unsigned copies = 1;
	uint64_t end_ns;

	ret->copies = 0;
	l->counters.packets++;
	l->counters.bytes += bytes;
	if (random_share(&l->random, l->shape.loss)) {
		l->counters.dropped_loss++;
		return;
	}
	if (random_share(&l->random, l->shape.duplicate)) {
		l->counters.duplicated++;
		copies = 2;
	}
	for (unsigned i = 0; i < copies; i++) {
		struct line_copy *copy = &ret->copy[ret->copies];

		if (!serialise(l, now_ns, bytes, &end_ns)) {
			l->counters.dropped_queue++;
			continue;
		}
		copy->corrupt = random_share(&l->random, l->shape.corrupt);
		l->counters.corrupted += copy->corrupt;
		copy->due_ns = due(l, end_ns);
		ret->copies++;
	}
}
