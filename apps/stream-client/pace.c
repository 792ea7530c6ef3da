// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/pace.h"

#include <string.h>

#define NS_PER_S 1000000000ULL
/* A place is worth going to when it is a tenth better. */
#define PACE_WORTH 0.9
/* Of a stream's frames, as many may come near the turns. */
#define PACE_FEW 0.1

void pace_init(struct pace *pace, unsigned fps, bool follow, uint64_t now_ns)
{
	*pace = (struct pace){
		.interval_ns = NS_PER_S / fps, .deadline_ns = now_ns, .follow = follow};
}

void pace_arrival(struct pace *pace, unsigned n, uint64_t ns)
{
	struct pace_stream *stream = &pace->stream[n];
	uint64_t phase = ns % pace->interval_ns;

	if (stream->begun)
		stream->weight[phase * PACE_SLOTS / pace->interval_ns] += 1;
	stream->begun = true;
	stream->silent = 0;
}

static void decay(struct pace *pace)
{
	for (unsigned n = 0; n < PACE_STREAMS; n++) {
		struct pace_stream *stream = &pace->stream[n];

		for (unsigned i = 0; i < PACE_SLOTS; i++)
			stream->weight[i] *= 1 - 1.0 / PACE_DECAY;
		if (stream->silent++ == PACE_SILENT)
			*stream = (struct pace_stream){0};
	}
}

/* When frames arrive: of each stream the share that comes then */
static void add_up(const struct pace *pace, double weight[PACE_SLOTS])
{
	memset(weight, 0, PACE_SLOTS * sizeof *weight);
	for (unsigned n = 0; n < PACE_STREAMS; n++) {
		const struct pace_stream *stream = &pace->stream[n];
		double sum = 0;

		for (unsigned i = 0; i < PACE_SLOTS; i++)
			sum += stream->weight[i];
		for (unsigned i = 0; sum > 0 && i < PACE_SLOTS; i++)
			weight[i] += stream->weight[i] / sum;
	}
}

static unsigned slots_apart(unsigned a, unsigned b)
{
	unsigned apart = (a + PACE_SLOTS - b) % PACE_SLOTS;

	return apart > PACE_SLOTS / 2 ? PACE_SLOTS - apart : apart;
}

/* Where in the interval turns are */
static unsigned slot_of_turns(const struct pace *pace)
{
	return (unsigned)(pace->deadline_ns % pace->interval_ns * PACE_SLOTS / pace->interval_ns);
}

/* How near to arrivals a moment is: the nearer and the more of them, the dearer; half an interval
 * away they don't count. */
static double cost(const double weight[PACE_SLOTS], unsigned slot)
{
	double sum = 0;

	for (unsigned i = 0; i < PACE_SLOTS; i++) {
		double near = 1 - (double)slots_apart(i, slot) / (PACE_SLOTS / 2);

		sum += weight[i] * near * near * near;
	}
	return sum;
}

/* How far the deadline is from where it should be, the shorter way round; 0 when it is good enough:
 * it isn't moved to and fro for little. */
static int64_t offset(const struct pace *pace)
{
	unsigned now = slot_of_turns(pace);
	double weight[PACE_SLOTS], best, worth;
	int slots = 0;

	add_up(pace, weight);
	best = cost(weight, now);
	worth = best * PACE_WORTH;
	for (unsigned i = 0; i < PACE_SLOTS; i++) {
		double c = cost(weight, i);

		if (c >= best || c >= worth)
			continue;
		best = c;
		slots = (int)((i + PACE_SLOTS - now) % PACE_SLOTS);
	}
	slots = slots > PACE_SLOTS / 2 ? slots - PACE_SLOTS : slots;
	return slots * (int64_t)(pace->interval_ns / PACE_SLOTS);
}

static int64_t step_of(const struct pace *pace)
{
	int64_t by = offset(pace) / PACE_SHARE, most = (int64_t)(pace->interval_ns / PACE_STEP);

	return by > most ? most : by < -most ? -most : by;
}

bool pace_is_clear(const struct pace *pace, unsigned n)
{
	const struct pace_stream *stream = &pace->stream[n];
	unsigned turns = slot_of_turns(pace);
	double sum = 0, near = 0;

	for (unsigned i = 0; i < PACE_SLOTS; i++) {
		sum += stream->weight[i];
		near += slots_apart(i, turns) < PACE_NEAR ? stream->weight[i] : 0;
	}
	return sum * (1 + PACE_KNOWN / (double)PACE_DECAY) >= PACE_KNOWN && near < sum * PACE_FEW;
}

uint64_t pace_next(struct pace *pace, uint64_t now_ns, uint64_t *ret_left_out)
{
	int64_t by = pace->follow ? step_of(pace) : 0;

	decay(pace);
	pace->deadline_ns += (uint64_t)((int64_t)pace->interval_ns + by);
	*ret_left_out = 0;
	if (pace->deadline_ns + pace->interval_ns < now_ns) {
		*ret_left_out = (now_ns - pace->deadline_ns) / pace->interval_ns;
		pace->deadline_ns += *ret_left_out * pace->interval_ns;
	}
	return pace->deadline_ns;
}
