// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/lateness.h"

static unsigned step_of(uint64_t us)
{
	unsigned octave, step;

	if (us < 8)
		return (unsigned)us;
	octave = 60 - (unsigned)__builtin_clzll(us); /* of 8 to 15: 0 */
	step = 8 + octave * 8 + (unsigned)(us >> octave & 7);
	return step < LATENESS_STEPS ? step : LATENESS_STEPS - 1;
}

static uint64_t step_end(unsigned step)
{
	if (step < 8)
		return step;
	return (((uint64_t)step % 8 + 9) << (step / 8 - 1)) - 1;
}

void lateness_add(struct lateness *l, uint64_t ns)
{
	const uint64_t us = ns / 1000;

	l->count[step_of(us)]++;
	l->total++;
	l->late += us > LATENESS_LIMIT_US;
	if (us > l->max_us)
		l->max_us = us;
}

uint64_t lateness_percentile(const struct lateness *l, double share)
{
	uint64_t wanted = (uint64_t)((double)l->total * share), seen = 0;

	if (!l->total)
		return 0;
	if (wanted >= l->total)
		return l->max_us;
	for (unsigned i = 0; i < LATENESS_STEPS; i++) {
		seen += l->count[i];
		if (seen > wanted)
			return step_end(i) < l->max_us ? step_end(i) : l->max_us;
	}
	return l->max_us;
}
