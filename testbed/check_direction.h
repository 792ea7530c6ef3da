/* SPDX-License-Identifier: Apache-2.0 */
/* One direction of a link against what was asked of it: measured (check_measure.c), judged
 * (check_judge.c). */
#ifndef BATON_TESTBED_CHECK_DIRECTION_H
#define BATON_TESTBED_CHECK_DIRECTION_H

#include "lib/shape/shape.h"
#include "testbed/check_probe.h"

enum {
	CHECK_PROBE_SIZE = 128,	 /* of a frame that tells delay and shares */
	CHECK_PROBE_HEADER = 18, /* with the mark of the run: a bit flipped there makes it nobody's */
};

struct direction_check {
	struct check_end from, to;
	const char *node, *interface, *far;
	struct link_shape asked;
	char by[16];
	struct check_seen seen;
	double delay_us, jitter_us, rate_bps; /* measured; NAN: not asked, or not to be had */
	char off[160];			      /* keys that are off, with blanks between; "": none */
	char note[240];
};

/** check_direction - measure and judge; free d->seen.delay_us; Return: 0 or a negative errno */
int check_direction(struct direction_check *d);

/** check_direction_seconds - how long it may take at most */
unsigned check_direction_seconds(const struct link_shape *asked);

/** check_note - something to be said beside the verdict */
void check_note(struct direction_check *d, const char *text);

/* What is off is added to d->off; what was measured is kept. */
void check_judge_shares(struct direction_check *d);
/** check_judge_delay - delay and jitter, of frames that don't wait for one another */
void check_judge_delay(struct direction_check *d, const struct check_seen *seen);
void check_judge_rate(struct direction_check *d, const struct check_seen *seen);

#endif
