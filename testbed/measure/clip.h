/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a switch of the stream is seen: an objective stand-in for paper 001's Table V, where 115
 * people were shown a clip each and asked whether it flickered. Pure.
 *
 * A clip is what the screen showed from CLIP_BEFORE_MS before the switch until CLIP_AFTER_MS after
 * it. Its jumps (apps/stream-client/jump.h) in the first CLIP_ZONE refreshes from the switch on are
 * those at the switch: the sliding of eight pictures, and one on either side. All others are the
 * clip without its switch; their 99th percentile is what the viewer of this very clip is used to.
 * The clip flickers when the largest jump at the switch is above that. A clip without a switch is
 * judged in the same way, at a time chosen beforehand: how often that flickers is the chance level.
 */
#ifndef BATON_MEASURE_CLIP_H
#define BATON_MEASURE_CLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CLIP_BEFORE_MS = 2000,
	CLIP_AFTER_MS = 800,
	CLIP_ZONE = 10, /* refreshes */
	CLIP_PERCENTILE = 99,
};

/* What the screen showed at a refresh, a row of the stream-client's trace */
struct clip_row {
	uint64_t ns;
	uint32_t stream, tick;
	int alpha_n; /* n of the sliding, -1: none */
	double jump; /* luma steps; NAN: not known */
};

struct clip_verdict {
	double jump, p99; /* the largest at the switch; of the others */
	uint64_t jump_ns;
	size_t others;
	bool flicker;
};

/**
 * clip_judge -
 * @rows:  in order of time, of the clip or more
 * @at_ns: the switch: when the picture with n = 0 was chosen
 *
 * Return: 0; -ENODATA: a jump at the switch, or one in ten of the others, isn't known
 */
int clip_judge(const struct clip_row *rows, size_t count, uint64_t at_ns, uint64_t interval_ns,
	       struct clip_verdict *ret);

/** clip_window - the clip's rows among @rows; Return: how many, from @ret_first on */
size_t clip_window(const struct clip_row *rows, size_t count, uint64_t at_ns, size_t *ret_first);

/* Wilson's interval of a share, 95 % */
struct clip_share {
	double value, low, high;
};
struct clip_share clip_share_of(size_t count, size_t of);

#endif
