// SPDX-License-Identifier: Apache-2.0
/* What a switch did to the TCP flow beside it. */
#include <math.h>

#include "testbed/measure/result.h"
#include "testbed/measure/search.h"
#include "testbed/measure/tcp_flow.h"

static double stall(const struct tcp_run *run, uint64_t from, uint64_t until)
{
	double longest = 0;

	for (size_t i = SEARCH_TIME(run->silence, run->silence_count, from_ns, from);
	     i < run->silence_count && run->silence[i].from_ns <= until; i++) {
		const struct tcp_silence *s = &run->silence[i];

		longest = fmax(longest, (double)(s->to_ns - s->from_ns) / 1e3);
	}
	return longest;
}

/* The longest of those that ended in the window; what never came back has no figure */
static void reconnects(const struct tcp_run *run, uint64_t from, uint64_t until,
		       struct tcp_result *ret)
{
	for (size_t i = 0; i < run->connection_count; i++) {
		const struct tcp_connection *c = &run->connection[i], *next = c + 1;

		if (!c->ended_ns || c->ended_ns < from || c->ended_ns > until)
			continue;
		ret->ended++;
		if (i + 1 < run->connection_count && next->connected_ns)
			ret->reconnect_us = fmax(ret->reconnect_us,
						 (double)(next->connected_ns - c->ended_ns) / 1e3);
	}
}

/* Octets a second between two neighbouring samples */
static double speed(const struct tcp_sample *s)
{
	return (double)(s[1].received_bytes - s[0].received_bytes) * 1e9 /
	       (double)(s[1].ns - s[0].ns);
}

static void dip(const struct tcp_run *run, uint64_t from, uint64_t t0, uint64_t until,
		struct tcp_result *ret)
{
	const struct tcp_sample *s = run->sample;
	size_t first = SEARCH_TIME(s, run->sample_count, ns, from),
	       middle = SEARCH_TIME(s, run->sample_count, ns, t0);
	double before, slowest = INFINITY, slow_ns = 0;

	if (middle <= first + 1 || middle >= run->sample_count)
		return;
	before = (double)(s[middle - 1].received_bytes - s[first].received_bytes) * 1e9 /
		 (double)(s[middle - 1].ns - s[first].ns);
	if (before <= 0)
		return;
	for (size_t i = middle - 1; i + 1 < run->sample_count && s[i + 1].ns <= until; i++) {
		double now = speed(&s[i]);

		slowest = fmin(slowest, now);
		if (now < before / 2)
			slow_ns += (double)(s[i + 1].ns - s[i].ns);
	}
	ret->dip_share = isinf(slowest) ? NAN : fmax(0, 1 - slowest / before);
	ret->dip_us = slow_ns / 1e3;
}

struct tcp_result tcp_compute(const struct tcp_run *run, uint64_t t0_ns, uint64_t until_ns)
{
	struct tcp_result r = {.reconnect_us = NAN, .dip_share = NAN, .dip_us = NAN};
	uint64_t from = t0_ns - WINDOW_LEAD_NS;
	size_t first = SEARCH_TIME(run->sample, run->sample_count, ns, from),
	       last = SEARCH_TIME(run->sample, run->sample_count, ns, until_ns);

	r.stall_us = stall(run, from, until_ns);
	reconnects(run, from, until_ns, &r);
	dip(run, from, t0_ns, until_ns, &r);
	if (last > first && run->sample_count)
		r.retransmissions =
			run->sample[last < run->sample_count ? last : last - 1].retransmissions -
			run->sample[first].retransmissions;
	return r;
}
