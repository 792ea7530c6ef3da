// SPDX-License-Identifier: Apache-2.0
#include "apps/service-client/pace.h"

#include "lib/amount.h"

static uint64_t a_burst(const struct pace *p)
{
	const uint64_t requests = (uint64_t)(p->rate * (double)p->on_ms / 1000 + 1e-9);

	return requests ? requests : 1;
}

int pace_read_burst(const char *text, struct pace *ret)
{
	struct amount_burst burst;
	int rc = amount_read_burst(text, &burst);

	if (!rc)
		*ret = (struct pace){.kind = PACE_BURST,
				     .rate = burst.rate,
				     .on_ms = burst.on_ms,
				     .off_ms = burst.off_ms};
	return rc;
}

uint64_t pace_due_ns(const struct pace *p, uint64_t index)
{
	uint64_t begin = 0;

	if (p->kind == PACE_BURST) {
		begin = index / a_burst(p) * (p->on_ms + p->off_ms) * 1000000;
		index %= a_burst(p);
	}
	return begin + (uint64_t)((double)index * 1e9 / p->rate);
}
