// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/timeline.h"

static uint32_t step_count(const struct change *c)
{
	return c->over_us <= TIMELINE_STEP_US
		       ? 1
		       : (uint32_t)((c->over_us + TIMELINE_STEP_US - 1) / TIMELINE_STEP_US);
}

/* The end of step @step (from 0); one that takes no time is over when it begins. */
static uint64_t step_at(const struct change *c, uint32_t step)
{
	const uint64_t after = (uint64_t)(step + 1) * TIMELINE_STEP_US;

	return c->at_us + (after < c->over_us ? after : c->over_us);
}

/* The first step of @c in this round that isn't before @from_us; false: none */
static bool first_step(const struct change *c, uint64_t from_us, uint32_t *ret_step)
{
	const uint32_t count = step_count(c);
	uint64_t step = 0;

	if (from_us > c->at_us + TIMELINE_STEP_US)
		step = (from_us - c->at_us) / TIMELINE_STEP_US - 1;
	while (step < count && step_at(c, (uint32_t)step) < from_us)
		step++;
	*ret_step = (uint32_t)step;
	return step < count;
}

static bool next_in_round(const struct timeline *t, uint64_t after_us, long after_change,
			  struct timeline_event *ret)
{
	bool found = false;

	for (size_t i = 0; i < t->count; i++) {
		const struct change *c = &t->change[i];
		const uint64_t from_us = after_us + ((long)i <= after_change);
		uint32_t step;

		if (!first_step(c, from_us, &step))
			continue;
		if (found && step_at(c, step) >= ret->at_us)
			continue;
		*ret = (struct timeline_event){step_at(c, step), i, step_count(c) - step};
		found = true;
	}
	return found;
}

bool timeline_next(const struct timeline *t, uint64_t after_us, long after_change,
		   struct timeline_event *ret)
{
	const uint64_t round = t->repeat_us ? after_us / t->repeat_us : 0;
	const uint64_t start = round * t->repeat_us;

	if (next_in_round(t, after_us - start, after_change, ret)) {
		ret->at_us += start;
		return true;
	}
	if (!t->repeat_us || !next_in_round(t, 0, -1, ret))
		return false;
	ret->at_us += start + t->repeat_us;
	return true;
}
