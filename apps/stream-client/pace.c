// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/pace.h"

#define NS_PER_S 1000000000ULL
/* A place is worth going to when it is a tenth better. */
#define PACE_WORTH 0.9

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

/* How near to arrivals a moment is: the nearer and the more of them, the dearer; half an interval
 * away they don't count. */
static double cost(const struct pace *pace, unsigned slot)
{
	double sum = 0;

	for (unsigned i = 0; i < PACE_SLOTS; i++) {
		unsigned apart = (i + PACE_SLOTS - slot) % PACE_SLOTS;
		double near;

		apart = apart > PACE_SLOTS / 2 ? PACE_SLOTS - apart : apart;
		near = 1 - (double)apart / (PACE_SLOTS / 2);
		sum += pace->weight[i] * near * near * near;
	}
	return sum;
}

/* How far the deadline is from where it should be, the shorter way round; 0 when it is good enough:
 * it isn't moved to and fro for little. */
static int64_t offset(const struct pace *pace)
{
	unsigned now =
		(unsigned)(pace->deadline_ns % pace->interval_ns * PACE_SLOTS / pace->interval_ns);
	double best = cost(pace, now), worth = best * PACE_WORTH;
	int slots = 0;

	for (unsigned i = 0; i < PACE_SLOTS; i++) {
		double c = cost(pace, i);

		if (c >= best || c >= worth)
			continue;
		best = c;
		slots = (int)((i + PACE_SLOTS - now) % PACE_SLOTS);
	}
	slots = slots > PACE_SLOTS / 2 ? slots - PACE_SLOTS : slots;
	return slots * (int64_t)(pace->interval_ns / PACE_SLOTS);
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
