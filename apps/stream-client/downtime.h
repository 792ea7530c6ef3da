/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stream switch cost the one who watches, from what was recorded. Pure.
 *
 * Downtime at the frame level: the longest interval between displays of new render sequences across
 * the switch, less the frame interval; a picture shown again doesn't count. Across the switch are
 * all intervals that overlap the time from t0 to two frame intervals after the switch was over
 * (settled, and the new primary known to be one: what was rendered before it knew is shown by
 * then). While no new picture follows, the interval lasts until the last display that was recorded.
 */
#ifndef BATON_APPS_STREAM_CLIENT_DOWNTIME_H
#define BATON_APPS_STREAM_CLIENT_DOWNTIME_H

#include <stddef.h>

#include "apps/stream-client/rows.h"

enum { DOWNTIME_AROUND_S = 2 }; /* input-to-display: how long before and after the switch */

struct downtime_switch {
	uint64_t t0_ns, settled_ns, role_ns; /* 0: not known (yet) */
	uint32_t to;			     /* the destination's stream */
	uint64_t interval_ns;		     /* of frames */
};

struct downtime_delay {
	unsigned count;	  /* inputs made then */
	unsigned unshown; /* of them, not shown yet */
	double p50_ms, max_ms;
};

struct downtime {
	bool complete; /* nothing that is recorded later can change it */
	double frame_ms;
	uint64_t gap_from_ns, gap_to_ns; /* the interval that it is about */
	unsigned displays, again;	 /* across the switch */
	bool has_jump;
	int64_t tick_before, tick_after; /* last of the source, first of the destination */
	int64_t tick_jump;		 /* after - before */
	struct downtime_delay before, after;
	/* T_comp (B34): from the last input of the old way to the first of the new one, taking
	 * effect (first shown), less the interval in which they were made; 0 when it is less than
	 * that */
	bool has_comp;
	double comp_ms;
};

/**
 * downtime_compute -
 * @rows:   displays in order, beginning at least DOWNTIME_AROUND_S before t0
 * @inputs: in order
 *
 * Return: 0; -EINVAL: not switched (t0 0); -ENODATA: no new picture at or before t0 in @rows
 */
int downtime_compute(const struct downtime_switch *at, const struct display_row *rows, size_t count,
		     const struct input_row *inputs, size_t input_count,
		     struct downtime *ret_downtime);

/**
 * downtime_packets - the same at the packet level (T_net): the longest interval without a packet of
 * the stream whose role it is, the source's up to t0 and the destination's after it, less the frame
 * interval
 * @source, @destination: arrivals in order; an interval that has no end yet isn't one
 *
 * Return: 0; -ENODATA: nothing of the source before t0, or nothing of the destination after it
 */
int downtime_packets(const struct downtime_switch *at, const struct arrival_row *source,
		     size_t source_count, const struct arrival_row *destination,
		     size_t destination_count, double *ret_ms);

#endif
