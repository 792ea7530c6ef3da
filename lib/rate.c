// SPDX-License-Identifier: Apache-2.0
#include "lib/rate.h"

#define NS_PER_S 1000000000ULL

uint64_t rate_take(struct rate *r, uint64_t bytes, uint64_t now_ns)
{
	uint64_t earliest = now_ns > RATE_BURST_NS ? now_ns - RATE_BURST_NS : 0;

	if (!r->bytes_per_s)
		return 0;
	if (r->paid_ns < earliest)
		r->paid_ns = earliest;
	/* in two steps: bytes times 10^9 may not fit */
	r->paid_ns += bytes / r->bytes_per_s * NS_PER_S +
		      bytes % r->bytes_per_s * NS_PER_S / r->bytes_per_s;
	return r->paid_ns > now_ns ? r->paid_ns - now_ns : 0;
}
