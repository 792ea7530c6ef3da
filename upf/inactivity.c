// SPDX-License-Identifier: Apache-2.0
/* User Plane Inactivity Timer of a session: TS 29.244 cl. 5.11.2. */
#include "upf/usage.h"

#define NS_PER_MS 1000000

void upf_inactivity_start(struct upf_inactivity *i, uint32_t timer_s, const struct upf_now *now)
{
	*i = (struct upf_inactivity){.timer_s = timer_s, .since_ms = now->ms};
}

bool upf_inactivity_tick(struct upf_inactivity *i, uint64_t latest_ns, const struct upf_now *now)
{
	const uint64_t latest = latest_ns / NS_PER_MS;

	if (!i->timer_s)
		return false;
	if (latest > i->since_ms) {
		i->since_ms = latest < now->ms ? latest : now->ms;
		i->told = false;
	}
	i->asked_ms = now->ms;
	if (i->told || now->ms < i->since_ms + i->timer_s * 1000ull)
		return false;
	return i->told = true;
}

/* Once told it is asked now and then whether the silence has ended, for the next one to be told. */
uint64_t upf_inactivity_next(const struct upf_inactivity *i)
{
	if (!i->timer_s)
		return UINT64_MAX;
	return (i->told ? i->asked_ms : i->since_ms) + i->timer_s * 1000ull;
}
