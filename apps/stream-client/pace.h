/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the selector's turns are: absolute deadlines, one frame interval apart. Pure.
 *
 * Streams come at the same rate, but when within the interval is theirs. A turn that falls together
 * with the arrivals would meet some frames just before and some just after: a picture shown twice,
 * the next one never. So deadlines are moved, slowly (PACE_STEP of an interval a turn), to where in
 * the interval the fewest frames of any stream arrive near by; as a display with a variable refresh
 * rate does.
 */
#ifndef BATON_APPS_STREAM_CLIENT_PACE_H
#define BATON_APPS_STREAM_CLIENT_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PACE_SLOTS = 64, /* parts of an interval that arrivals are counted in */
	PACE_STEP = 256, /* of an interval: the most that a deadline moves in a turn */
	PACE_DECAY = 64, /* turns after which an arrival has lost most of its weight */
};

struct pace {
	uint64_t interval_ns, deadline_ns; /* CLOCK_MONOTONIC */
	bool follow;
	double weight[PACE_SLOTS]; /* of arrivals, by when in the interval of that clock */
};

/** pace_init - @follow: false: deadlines are never moved */
void pace_init(struct pace *pace, unsigned fps, bool follow, uint64_t now_ns);
/** pace_arrival - a frame was there at @ns, CLOCK_MONOTONIC */
void pace_arrival(struct pace *pace, uint64_t ns);
/**
 * pace_next - the deadline of the next turn
 * @ret_left_out: turns that could not be held since @now_ns is past them
 */
uint64_t pace_next(struct pace *pace, uint64_t now_ns, uint64_t *ret_left_out);

#endif
