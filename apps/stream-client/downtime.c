// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/downtime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NS_PER_MS = 1000000, TAIL_INTERVALS = 2, DELAYS_MAX = 4096 };

#define NS_PER_S 1000000000ULL

/* When the switch is over; without an answer to the signal, a second is looked at. */
static uint64_t window_end(const struct downtime_switch *at)
{
	uint64_t end = at->settled_ns > at->role_ns ? at->settled_ns : at->role_ns;

	if (at->settled_ns == 0 || at->role_ns == 0)
		end = end > at->t0_ns + NS_PER_S ? end : at->t0_ns + NS_PER_S;
	return end + TAIL_INTERVALS * at->interval_ns;
}

static void take_gap(struct downtime *d, const struct downtime_switch *at, uint64_t from,
		     uint64_t to)
{
	double ms;

	if (to < at->t0_ns || from > window_end(at) || to < from)
		return;
	ms = ((double)(to - from) - (double)at->interval_ns) / NS_PER_MS;
	if (d->gap_to_ns != 0 && ms <= d->frame_ms)
		return;
	d->frame_ms = ms > 0 ? ms : 0;
	d->gap_from_ns = from;
	d->gap_to_ns = to;
}

/* Return: whether there is a new picture at or before t0, from which on to count */
static bool compute_gaps(struct downtime *d, const struct downtime_switch *at,
			 const struct display_row *rows, size_t count)
{
	uint64_t last_new = 0, end = window_end(at);
	bool before = false;

	for (size_t i = 0; i < count; i++) {
		uint64_t ns = rows[i].display_ns;

		if (ns >= at->t0_ns && ns <= end) {
			d->displays++;
			d->again += rows[i].again;
		}
		if (rows[i].again)
			continue;
		before |= ns <= at->t0_ns;
		if (last_new)
			take_gap(d, at, last_new, ns);
		last_new = ns;
		d->complete |= ns > end;
	}
	if (count > 0 && last_new && rows[count - 1].display_ns > last_new)
		take_gap(d, at, last_new, rows[count - 1].display_ns);
	/* The very turn of the switch shows the source's frame a moment after t0. */
	return before || d->gap_from_ns != 0;
}

static void compute_jump(struct downtime *d, const struct downtime_switch *at,
			 const struct display_row *rows, size_t count)
{
	bool has_before = false;

	for (size_t i = 0; i < count; i++) {
		if (rows[i].stream != at->to || rows[i].display_ns < at->t0_ns) {
			if (rows[i].display_ns > at->t0_ns + NS_PER_S && has_before)
				return;
			d->tick_before = rows[i].stamp.tick;
			has_before = true;
			continue;
		}
		d->tick_after = rows[i].stamp.tick;
		d->tick_jump = d->tick_after - d->tick_before;
		d->has_jump = has_before;
		return;
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void compute_delay(struct downtime_delay *d, uint64_t from, uint64_t to,
			  const struct input_row *inputs, size_t count, double *scratch)
{
	unsigned shown = 0;

	for (size_t i = 0; i < count; i++) {
		if (inputs[i].made_ns < from || inputs[i].made_ns >= to)
			continue;
		d->count++;
		if (inputs[i].shown_ns == 0 || shown == DELAYS_MAX) {
			d->unshown += inputs[i].shown_ns == 0;
			continue;
		}
		scratch[shown++] = (double)(inputs[i].shown_ns - inputs[i].made_ns) / NS_PER_MS;
	}
	qsort(scratch, shown, sizeof *scratch, compare);
	if (shown > 0) {
		d->p50_ms = scratch[(shown - 1) / 2];
		d->max_ms = scratch[shown - 1];
	}
}

/* Inputs go the new way from t0 on. Those that the old way lost come by the new one, and later. */
static void compute_comp(struct downtime *d, uint64_t t0, const struct input_row *inputs,
			 size_t count)
{
	const uint64_t around = DOWNTIME_AROUND_S * NS_PER_S;
	const struct input_row *old = NULL, *new = NULL;
	double ms;

	for (size_t i = 0; i < count && !new; i++) {
		if (inputs[i].made_ns < t0)
			old = &inputs[i];
		else
			new = &inputs[i];
	}
	if (!old || !new || !old->shown_ns || !new->shown_ns || t0 - old->made_ns > around ||
	    new->made_ns - t0 > around)
		return;
	ms = ((double)new->shown_ns - (double)old->shown_ns -
	      (double)(new->made_ns - old->made_ns)) /
	     NS_PER_MS;
	d->has_comp = true;
	d->comp_ms = ms > 0 ? ms : 0;
}

int downtime_compute(const struct downtime_switch *at, const struct display_row *rows, size_t count,
		     const struct input_row *inputs, size_t input_count,
		     struct downtime *ret_downtime)
{
	const uint64_t around = DOWNTIME_AROUND_S * NS_PER_S;
	struct downtime d = {0};
	double *scratch;

	if (at->t0_ns == 0)
		return -EINVAL;
	if (!compute_gaps(&d, at, rows, count))
		return -ENODATA;
	compute_jump(&d, at, rows, count);
	scratch = malloc(DELAYS_MAX * sizeof *scratch);
	if (!scratch)
		return -ENOMEM;
	compute_delay(&d.before, at->t0_ns - around, at->t0_ns, inputs, input_count, scratch);
	compute_delay(&d.after, at->t0_ns, at->t0_ns + around, inputs, input_count, scratch);
	free(scratch);
	compute_comp(&d, at->t0_ns, inputs, input_count);
	d.complete &= rows[count - 1].display_ns >= at->t0_ns + around && d.after.unshown == 0;
	*ret_downtime = d;
	return 0;
}

/* ---- packets ---- */

struct packet_gap {
	uint64_t last_ns, longest_ns;
};

static void take_packets(struct packet_gap *gap, const struct arrival_row *row, uint64_t from_ns)
{
	if (gap->last_ns && gap->last_ns >= from_ns && row->first_ns > gap->last_ns &&
	    row->first_ns - gap->last_ns > gap->longest_ns)
		gap->longest_ns = row->first_ns - gap->last_ns;
	gap->last_ns = row->last_ns;
}

int downtime_packets(const struct downtime_switch *at, const struct arrival_row *source,
		     size_t source_count, const struct arrival_row *destination,
		     size_t destination_count, double *ret_ms)
{
	uint64_t end = window_end(at), from;
	struct packet_gap gap = {0};
	bool after = false;

	if (at->t0_ns == 0)
		return -ENODATA;
	/* The interval that t0 lies in counts from its beginning. */
	for (size_t i = 0; i < source_count && source[i].last_ns <= at->t0_ns; i++)
		gap.last_ns = source[i].last_ns;
	from = gap.last_ns;
	for (size_t i = 0; i < destination_count; i++) {
		if (destination[i].first_ns <= at->t0_ns || gap.last_ns > end)
			continue;
		take_packets(&gap, &destination[i], from);
		after = true;
	}
	if (from == 0 || !after)
		return -ENODATA;
	*ret_ms = gap.longest_ns > at->interval_ns
			  ? (double)(gap.longest_ns - at->interval_ns) / NS_PER_MS
			  : 0;
	return 0;
}
