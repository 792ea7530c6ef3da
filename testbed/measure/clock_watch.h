/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Was CLOCK_REALTIME stepped while its stamps were taken? Pairs of readings of both clocks, the
 * monotonic one first, differ by a constant, apart from what passed between the two readings, which
 * only makes the difference larger. So the smallest difference of a block of pairs is kept, and
 * compared with the block before. Slewing (500 ppm at most) is no step.
 */
#ifndef BATON_MEASURE_CLOCK_WATCH_H
#define BATON_MEASURE_CLOCK_WATCH_H

#include <stdint.h>

enum { CLOCK_WATCH_BLOCK = 64, CLOCK_WATCH_STEP_NS = 1000000 };

struct clock_watch {
	int64_t smallest, before; /* of this block, of the one before */
	unsigned pairs, blocks;
	int64_t step_ns; /* the largest step seen, by its amount; 0: none */
};

/** clock_watch_pair - both zero-initialised @w and times in nanoseconds */
void clock_watch_pair(struct clock_watch *w, uint64_t monotonic_ns, uint64_t realtime_ns);
/** clock_watch_end - what is left over counts as a block */
void clock_watch_end(struct clock_watch *w);

#endif
