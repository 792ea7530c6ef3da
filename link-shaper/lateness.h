/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long after their time packets left: a histogram of microseconds, eight steps an octave, so
 * that a percentile is read to an eighth of itself.
 */
#ifndef BATON_LINK_SHAPER_LATENESS_H
#define BATON_LINK_SHAPER_LATENESS_H

#include <stdint.h>

enum { LATENESS_LIMIT_US = 1000, LATENESS_STEPS = 8 + 32 * 8 };

struct lateness {
	uint64_t count[LATENESS_STEPS];
	uint64_t total, late, max_us; /* late: by more than LATENESS_LIMIT_US */
};

void lateness_add(struct lateness *l, uint64_t ns);
/** lateness_percentile - the upper end of the step in which @share (0 to 1) of all are; 0 without
 * any */
uint64_t lateness_percentile(const struct lateness *l, double share);

#endif
