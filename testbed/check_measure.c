// SPDX-License-Identifier: Apache-2.0
/* What is sent to measure one direction: a slow flow for delay and shares, one a third above the
 * rate for that. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/check_direction.h"

enum {
	PROBES = 1000,
	PROBES_MAX = 30000,
	PROBES_MIN = 20,
	PROBES_LEAST = 8, /* of a flow that would take too long */
	PROBES_PER_HIT = 25, /* so many hits are expected, or none could be chance as well */
	PROBE_INTERVAL_NS = 1000000,
	PROBE_INTERVAL_MIN_NS = 200000,
	SPACED_NS = 2000000000, /* a flow whose frames don't wait for one another takes so long */
	RATE_SIZE = 1514,
	RATE_SIZE_MIN = 64,
	RATE_FRAMES_MIN = 60,
	RATE_FRAMES_LEAST = 24,
	RATE_MS = 400,
	TBF_BURST =
		128 << 10, /* as lib/shape gives it; what it lets pass says nothing of the rate */
	STRAGGLERS_MS = 50,
};

static const double rate_max_bps = 2e9; /* one thread sends no more, frame by frame */

/* So long a flow takes at most, without its stragglers. */
static const uint64_t flow_max_ns = UINT64_C(10000000000);

static uint64_t longest_ns(const struct direction_check *d)
{
	return (d->asked.delay_us + d->asked.jitter_us + STRAGGLERS_MS * 1000) * UINT64_C(1000);
}

static double smallest_share(const struct link_shape *a)
{
	const double shares[] = {a->loss, a->duplicate, a->corrupt, a->reorder};
	double least = 1;

	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		if (shares[i] > 0 && shares[i] < least)
			least = shares[i];
	return least;
}

/* As far apart as the link wants it: half of a low rate, half of a small queue. */
static uint64_t least_interval_ns(const struct link_shape *a)
{
	uint64_t least = PROBE_INTERVAL_MIN_NS, rate, queue;

	rate = a->rate_bps ? (uint64_t)(CHECK_PROBE_SIZE * 8 * 2e9 * (1 + a->duplicate) /
					(double)a->rate_bps)
			   : 0;
	queue = a->queue_packets ? (a->delay_us + a->jitter_us) * UINT64_C(2000) / a->queue_packets
				 : 0;
	least = rate > least ? rate : least;
	return queue > least ? queue : least;
}

/* Fewer frames where they would take too long; false: so few that they tell nothing */
static bool bound(struct check_flow *flow)
{
	if (flow->count * flow->interval_ns > flow_max_ns)
		flow->count = (unsigned)(flow_max_ns / flow->interval_ns);
	return flow->count >= PROBES_LEAST;
}

/* So many that the smallest share shows, as close together as that needs. */
static void plan_slow(struct direction_check *d, struct check_flow *flow)
{
	uint64_t least = least_interval_ns(&d->asked);
	double wanted = PROBES_PER_HIT / smallest_share(&d->asked), room;

	flow->count = wanted < PROBES	    ? PROBES
		      : wanted > PROBES_MAX ? PROBES_MAX
					    : (unsigned)wanted;
	flow->interval_ns = PROBES * (uint64_t)PROBE_INTERVAL_NS * 5 / flow->count;
	if (flow->interval_ns > PROBE_INTERVAL_NS)
		flow->interval_ns = PROBE_INTERVAL_NS;
	if (flow->interval_ns < least)
		flow->interval_ns = least;
	room = 6e9 / (double)flow->interval_ns;
	if (flow->count > room)
		flow->count = room < PROBES_MIN ? PROBES_MIN : (unsigned)room;
	if (flow->count < wanted && smallest_share(&d->asked) < 1)
		check_note(d, "too few frames to tell so small a share from none");
}

static int measure_slow(struct direction_check *d)
{
	struct check_flow flow = {.from = d->from,
				  .to = d->to,
				  .size = CHECK_PROBE_SIZE,
				  .longest_ns = longest_ns(d)};
	int r;

	plan_slow(d, &flow);
	if (!bound(&flow)) {
		check_note(d, "delay and shares not judged: so low a rate takes too long to "
			      "measure");
		return 0;
	}
	r = check_probe(&flow, &d->seen);
	if (r < 0)
		return r;
	check_judge_shares(d);
	return 0;
}

/* Order is kept under jitter, so a frame that is close behind another waits for it: those that
 * tell delay and jitter are as far apart as jitter reaches. */
static int measure_delay(struct direction_check *d)
{
	struct check_flow flow = {.from = d->from,
				  .to = d->to,
				  .size = CHECK_PROBE_SIZE,
				  .interval_ns = d->asked.jitter_us * UINT64_C(2000),
				  .longest_ns = longest_ns(d)};
	struct check_seen seen;
	int r;

	if (!d->asked.jitter_us) {
		if (d->seen.sent)
			check_judge_delay(d, &d->seen);
		return 0;
	}
	if (flow.interval_ns < PROBE_INTERVAL_NS)
		flow.interval_ns = PROBE_INTERVAL_NS;
	if (flow.interval_ns < least_interval_ns(&d->asked))
		flow.interval_ns = least_interval_ns(&d->asked);
	flow.count = (unsigned)(SPACED_NS / flow.interval_ns);
	if (flow.count < PROBES_MIN)
		flow.count = PROBES_MIN;
	if (!bound(&flow)) {
		check_note(d, "delay and jitter not judged: they take too long to measure");
		return 0;
	}
	r = check_probe(&flow, &seen);
	if (r < 0)
		return r;
	check_judge_delay(d, &seen);
	free(seen.delay_us);
	return 0;
}

/* Small frames where the rate is low, or enough of them would take minutes. */
static void plan_rate(const struct direction_check *d, double wanted, struct check_flow *flow)
{
	double rate = (double)d->asked.rate_bps, size = rate / 8 / RATE_FRAMES_MIN;

	flow->size = size > RATE_SIZE	    ? RATE_SIZE
		     : size < RATE_SIZE_MIN ? RATE_SIZE_MIN
					    : (unsigned)size;
	flow->interval_ns = (uint64_t)(flow->size * 8e9 / wanted);
	flow->count = (unsigned)(RATE_MS * 1e6 / (double)flow->interval_ns);
	if (flow->count < RATE_FRAMES_MIN)
		flow->count = RATE_FRAMES_MIN;
	if (flow->count * flow->interval_ns > flow_max_ns)
		flow->count = (unsigned)(flow_max_ns / flow->interval_ns);
	if (flow->count < RATE_FRAMES_LEAST)
		flow->count = RATE_FRAMES_LEAST;
	if (!strcmp(d->by, "tbf"))
		flow->burst = TBF_BURST / flow->size + 1;
	/* what a queue holds at its end, a third of what went and the burst, comes within this */
	flow->longest_ns = longest_ns(d) + STRAGGLERS_MS * UINT64_C(1000000) +
			   (uint64_t)(flow->count * flow->size * 8e9 / rate / 3);
	flow->count += flow->burst;
}

static int measure_rate(struct direction_check *d)
{
	double wanted = (double)d->asked.rate_bps * 4 / 3;
	struct check_flow flow = {.from = d->from, .to = d->to};
	struct check_seen seen;
	int r;

	if (!d->asked.rate_bps)
		return 0;
	if (wanted > rate_max_bps || d->asked.loss > 0.5 || d->asked.corrupt > 0.5) {
		check_note(d, wanted > rate_max_bps ? "rate not measured: above what this can send"
						    : "rate not measured: most is lost or harmed");
		return 0;
	}
	plan_rate(d, wanted, &flow);
	r = check_probe(&flow, &seen);
	if (r < 0)
		return r;
	check_judge_rate(d, &seen);
	free(seen.delay_us);
	return 0;
}

unsigned check_direction_seconds(const struct link_shape *asked)
{
	const struct direction_check d = {.asked = *asked};
	const unsigned flows = 1 + (asked->jitter_us > 0) + (asked->rate_bps > 0);

	return flows * (unsigned)((flow_max_ns + longest_ns(&d)) / 1000000000 + 1);
}

int check_direction(struct direction_check *d)
{
	int r;

	d->delay_us = d->jitter_us = d->rate_bps = NAN;
	r = measure_slow(d);
	if (r >= 0)
		r = measure_delay(d);
	return r < 0 ? r : measure_rate(d);
}
