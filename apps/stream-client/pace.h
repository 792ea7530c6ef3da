/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the selector's turns are: absolute deadlines, one frame interval apart. Pure.
 *
 * Streams come at the same rate, but when within the interval is theirs. A turn that falls together
 * with the arrivals would meet some frames just before and some just after: a picture shown twice,
 * the next one never. So deadlines are moved to where in the interval the fewest frames of any
 * stream arrive near by; as a display with a variable refresh rate does. Each stream counts the
 * same, however long it has been there: one that is about to be switched to has just come. The
 * farther the way, the longer the steps, but never so long that the display's pace would show it.
 */
#ifndef BATON_APPS_STREAM_CLIENT_PACE_H
#define BATON_APPS_STREAM_CLIENT_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PACE_SLOTS = 64,  /* parts of an interval that arrivals are counted in */
	PACE_STEP = 16,	  /* of an interval: the most that a deadline moves in a turn */
	PACE_SHARE = 4,	  /* of the way: what it moves in a turn */
	PACE_DECAY = 64,  /* turns after which an arrival has lost most of its weight */
	PACE_SILENT = 10, /* turns without an arrival after which a stream counts as another one */
	PACE_STREAMS = 16,
	PACE_NEAR = 8,	/* slots: an arrival so near a turn may come before it or after it */
	PACE_KNOWN = 4, /* arrivals after which it is known when a stream's frames come */
};

struct pace_stream {
	unsigned silent;	   /* turns */
	bool begun;		   /* it had an arrival */
	double weight[PACE_SLOTS]; /* of arrivals, by when in the interval of that clock */
};

struct pace {
	uint64_t interval_ns, deadline_ns; /* CLOCK_MONOTONIC */
	bool follow;
	struct pace_stream stream[PACE_STREAMS];
};

/** pace_init - @follow: false: deadlines are never moved */
void pace_init(struct pace *pace, unsigned fps, bool follow, uint64_t now_ns);
/** pace_arrival - a frame of stream @n, below PACE_STREAMS, was there at @ns, CLOCK_MONOTONIC. The
 * first of a stream is a key frame, many times as large: it tells nothing of the next ones. */
void pace_arrival(struct pace *pace, unsigned n, uint64_t ns);
/** pace_is_clear - of stream @n's frames, few come near the turns as they are now; false also while
 * too few have come to tell */
bool pace_is_clear(const struct pace *pace, unsigned n);
/**
 * pace_next - the deadline of the next turn
 * @ret_left_out: turns that could not be held since @now_ns is past them
 */
uint64_t pace_next(struct pace *pace, uint64_t now_ns, uint64_t *ret_left_out);

#endif
