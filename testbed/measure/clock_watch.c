// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/clock_watch.h"

#include <stdlib.h>

/* Fewer pairs than this could all have been preempted between their readings. */
enum { BLOCK_MIN = 8 };

static void end_block(struct clock_watch *w)
{
	int64_t step = w->blocks > 0 ? w->smallest - w->before : 0;

	if (llabs(step) > CLOCK_WATCH_STEP_NS && llabs(step) > llabs(w->step_ns))
		w->step_ns = step;
	w->before = w->smallest;
	w->blocks++;
	w->pairs = 0;
}

void clock_watch_pair(struct clock_watch *w, uint64_t monotonic_ns, uint64_t realtime_ns)
{
	int64_t difference = (int64_t)(realtime_ns - monotonic_ns);

	if (w->pairs == 0 || difference < w->smallest)
		w->smallest = difference;
	if (++w->pairs == CLOCK_WATCH_BLOCK)
		end_block(w);
}

void clock_watch_end(struct clock_watch *w)
{
	if (w->pairs >= BLOCK_MIN)
		end_block(w);
}
