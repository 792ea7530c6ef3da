/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jumps (jump.h) of all that is shown, by a thread of its own: the selector's turn only pays for a
 * copy, and where the thread doesn't keep up, pictures are left out, which is counted, and the rows
 * of those and of the two after each gap have no jump.
 */
#ifndef BATON_APPS_STREAM_CLIENT_JUMPS_H
#define BATON_APPS_STREAM_CLIENT_JUMPS_H

#include <stdbool.h>

#include "apps/picture/picture.h"

struct jumps_state {
	uint64_t computed, left_out; /* pictures */
};

struct jumps;

/** jumps_new - @rows: how many are kept; Return: 0, or a negative errno */
int jumps_new(unsigned fps, size_t rows, struct jumps **ret_jumps);
void jumps_free(struct jumps *jumps);

/** jumps_put - what is shown, by one thread; copied; never waits for the other one
 * @row: its number in the trace, from 1 on, growing */
void jumps_put(struct jumps *jumps, const struct picture *picture, uint64_t row,
	       uint64_t display_ns);
/** jumps_get - of a row; Return: whether it is known */
bool jumps_get(struct jumps *jumps, uint64_t row, double *ret);
void jumps_state(struct jumps *jumps, struct jumps_state *ret_state);

#endif
