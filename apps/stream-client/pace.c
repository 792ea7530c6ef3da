// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/pace.h"

#include <math.h>
#include <string.h>

#define NS_PER_S   1000000000ULL
#define WEIGHT_MIN 0.05

void pace_init(struct pace *pace, unsigned fps, bool follow, uint64_t now_ns)
{
	*pace = (struct pace){
		.interval_ns = NS_PER_S / fps, .deadline_ns = now_ns, .follow = follow};
}

void pace_arrival(struct pace *pace, uint64_t ns)
{
	uint64_t phase = ns % pace->interval_ns;

	pace->weight[phase * PACE_SLOTS / pace->interval_ns] += 1;
}

static void decay(struct pace *pace)
{
	for (unsigned i = 0; i < PACE_SLOTS; i++)
		pace->weight[i] *= 1 - 1.0 / PACE_DECAY;
}

/* The widest run of slots without arrivals, round the end; Return: its length, 0 none */
static unsigned widest_gap(const struct pace *pace, unsigned *ret_first)
{
	unsigned best = 0, run = 0;

	for (unsigned i = 0; i < 2 * PACE_SLOTS; i++) {
		run = pace->weight[i % PACE_SLOTS] < WEIGHT_MIN ? run + 1 : 0;
		if (run > best && run <= PACE_SLOTS) {
			best = run;
			*ret_first = (i + 1 - run) % PACE_SLOTS;
		}
	}
	return best;
}

/* How far the deadline is from where it should be, the shorter way round */
static int64_t offset(const struct pace *pace)
{
	unsigned first = 0, len = widest_gap(pace, &first);
	int64_t interval = (int64_t)pace->interval_ns, by;

	if (len == 0 || len == PACE_SLOTS)
		return 0; /* no arrivals, or no place without any */
	by = (int64_t)((2 * first + len) * pace->interval_ns / (2 * PACE_SLOTS));
	by = (by - (int64_t)(pace->deadline_ns % pace->interval_ns)) % interval;
	if (by > interval / 2)
		by -= interval;
	else if (by < -interval / 2)
		by += interval;
	return by;
}

uint64_t pace_next(struct pace *pace, uint64_t now_ns, uint64_t *ret_left_out)
{
	int64_t by = pace->follow ? offset(pace) : 0;
	int64_t step = (int64_t)(pace->interval_ns / PACE_STEP);

	decay(pace);
	by = by > step ? step : by < -step ? -step : by;
	pace->deadline_ns += (uint64_t)((int64_t)pace->interval_ns + by);
	*ret_left_out = 0;
	if (pace->deadline_ns + pace->interval_ns < now_ns) {
		*ret_left_out = (now_ns - pace->deadline_ns) / pace->interval_ns;
		pace->deadline_ns += *ret_left_out * pace->interval_ns;
	}
	return pace->deadline_ns;
}
