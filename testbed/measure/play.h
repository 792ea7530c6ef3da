/* SPDX-License-Identifier: Apache-2.0 */
/* What a player sees while nothing is migrated (001 Fig. 1; acceptance B20): from the
 * stream-client's trace. Pure. */
#ifndef BATON_MEASURE_PLAY_H
#define BATON_MEASURE_PLAY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "testbed/measure/app_trace.h"

/* New pictures shown, and the time of each; a picture that is shown again is none */
struct play_frames {
	uint64_t *ns;
	size_t count, room;
	uint64_t again;
};

/** play_frames_add - those of an answer of GET /v1/trace; Return: 0, -EINVAL, -ENOMEM, -ENOSPC */
int play_frames_add(struct play_frames *f, const json_t *answer);
void play_frames_done(struct play_frames *f);

/* Of inputs made, and pictures shown, in [@from_ns, @to_ns] */
struct play_figures {
	size_t inputs, unshown;
	double input_p50_ms, input_p95_ms, input_max_ms; /* NAN: none */
	double fps;					 /* pictures shown a second */
	double interval_p50_ms, interval_max_ms;	 /* between two of them */
};

/** play_figures - @inputs_to_ns: inputs made later may not be shown yet, and are left out; Return:
 * 0 or -ENOMEM */
int play_figures(const struct app_trace *trace, const struct play_frames *frames, uint64_t from_ns,
		 uint64_t inputs_to_ns, uint64_t to_ns, struct play_figures *ret);

#endif
