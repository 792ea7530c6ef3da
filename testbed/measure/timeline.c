// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/timeline.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct ranked {
	double gap;
	size_t event;
};

static int by_gap(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->gap != y->gap)
		return x->gap < y->gap ? -1 : 1;
	return x->event < y->event ? -1 : x->event > y->event;
}

/* Return: 0 or -ENOMEM */
int timelines_pick(const struct switch_event *event, size_t count, size_t mode, size_t *ret_index)
{
	struct ranked *ranked = malloc((count + 1) * sizeof *ranked);
	size_t n = 0;

	*ret_index = SIZE_MAX;
	if (!ranked)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (event[i].mode == mode && event[i].ok && !event[i].note[0] &&
		    !isnan(event[i].down.largest_gap_us))
			ranked[n++] = (struct ranked){event[i].down.largest_gap_us, i};
	qsort(ranked, n, sizeof *ranked, by_gap);
	if (n)
		*ret_index = ranked[(n - 1) / 2].event;
	free(ranked);
	return 0;
}

struct walk {
	struct timeline *to;
	uint64_t t0_ns;
	size_t room;
	bool failed;
};

static bool grow(struct walk *w)
{
	size_t wanted = w->room ? 2 * w->room : 512;
	double *sent = realloc(w->to->sent_us, wanted * sizeof *sent), *delay;

	if (sent)
		w->to->sent_us = sent;
	delay = realloc(w->to->delay_us, wanted * sizeof *delay);
	if (delay)
		w->to->delay_us = delay;
	if (sent && delay)
		w->room = wanted;
	return sent && delay;
}

static void note_packet(uint64_t sent_ns, uint64_t arrived_ns, void *user)
{
	struct walk *w = user;

	if (w->failed || (w->to->count == w->room && !grow(w))) {
		w->failed = true;
		return;
	}
	w->to->sent_us[w->to->count] = (double)(int64_t)(sent_ns - w->t0_ns) / 1e3;
	w->to->delay_us[w->to->count++] = arrived_ns ? (double)(arrived_ns - sent_ns) / 1e3 : NAN;
}

int timelines_fill(const struct compute *c, const struct switch_event *event, struct timelines *ret)
{
	uint64_t from, to;

	event_window(event, &from, &to);
	for (int d = 0; d < 2; d++) {
		struct walk w = {.to = &ret->direction[d], .t0_ns = event->t0_ns};

		compute_each_packet(c, d == 0, from, to, note_packet, &w);
		if (w.failed)
			return -ENOMEM;
	}
	return 0;
}

void timelines_done(struct timelines *t)
{
	for (int d = 0; d < 2; d++) {
		free(t->direction[d].sent_us);
		free(t->direction[d].delay_us);
	}
}
