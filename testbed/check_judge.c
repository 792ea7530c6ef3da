// SPDX-License-Identifier: Apache-2.0
/* Is what was measured what was asked? By chance alone a verdict is wrong less than once in
 * 100,000. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "testbed/check_direction.h"

enum { DELAY_TOLERANCE_US = 1000, ARRIVALS_MIN = 20 };

/* A veth has a queue on each processor, and a sender that moves to another overtakes itself. */
#define ORDER_TOLERANCE 0.01

static const double sigmas = 4.5;

/*
 * What becomes of a frame: how many copies go on, and how many of those whole. The shaper draws for
 * loss once, before it copies; netem draws for loss and copies at the same time, where one makes up
 * for the other, and for the copy's loss anew (net/sched/sch_netem.c, netem_enqueue).
 */
struct fate {
	double one, two;	 /* shares of the frames sent, by copies on their way */
	double arrives, twice;	 /* shares that come whole at least once, and twice */
};

static struct fate fate_of(const struct direction_check *d)
{
	const double loss = d->asked.loss, copied = d->asked.duplicate, whole = 1 - d->asked.corrupt;
	struct fate f;

	if (!strcmp(d->by, "netem")) {
		f.two = copied * (1 - loss) * (1 - loss);
		f.one = copied * (1 - loss) * loss + copied * loss + (1 - copied) * (1 - loss);
	} else {
		f.two = copied * (1 - loss);
		f.one = (1 - copied) * (1 - loss);
	}
	f.twice = f.two * whole * whole;
	f.arrives = f.one * whole + f.two * (1 - (1 - whole) * (1 - whole));
	return f;
}

static void add_off(struct direction_check *d, const char *key)
{
	size_t len = strlen(d->off);

	snprintf(d->off + len, sizeof(d->off) - len, "%s%s", len ? " " : "", key);
}

void check_note(struct direction_check *d, const char *text)
{
	size_t len = strlen(d->note);

	snprintf(d->note + len, sizeof(d->note) - len, "%s%s", len ? "; " : "", text);
}

/* Could so many of @n have been hit by chance, each with @share? Half a packet is for the step from
 * counts to the curve. */
static bool is_likely(double share, double n, double hits)
{
	double sigma = sqrt(n * share * (1 - share));

	return fabs(hits - n * share) <= sigmas * sigma + 0.5;
}

/* Of the copies that came. The header's part of the flipped bits may show as loss instead. */
static void judge_corrupt(struct direction_check *d, double whole)
{
	const double all = d->asked.corrupt,
		     seen = all * (CHECK_PROBE_SIZE - CHECK_PROBE_HEADER) / CHECK_PROBE_SIZE;
	const double n = whole + d->seen.corrupted, hits = d->seen.corrupted;

	if ((hits > n * all && !is_likely(all, n, hits)) ||
	    (hits < n * seen && !is_likely(seen, n, hits)))
		add_off(d, "corrupt");
}

void check_judge_shares(struct direction_check *d)
{
	const struct link_shape *a = &d->asked;
	const struct check_seen *s = &d->seen;
	const struct fate fate = fate_of(d);
	double kept = s->arrived;

	/* whether a frame with a flipped bit was seen or not, it isn't among those that came whole */
	if (!is_likely(1 - fate.arrives, s->sent, s->sent - kept))
		add_off(d, "loss");
	if (kept && !is_likely(fate.twice / fate.arrives, kept, s->duplicated))
		add_off(d, "duplicate");
	judge_corrupt(d, kept + s->duplicated);
	/* what goes at once overtakes only what is on its way, so some of the share are in order */
	if (a->reorder > 0 ? !s->reordered
			   : a->jitter_us == 0 && s->reordered > kept * ORDER_TOLERANCE)
		add_off(d, "reorder");
	else if (a->reorder == 0 && a->jitter_us == 0 && s->reordered)
		check_note(d, "a few frames overtook others, as on a busy machine of several "
			      "processors");
}

static double at(const struct check_seen *s, double share)
{
	return s->arrived ? s->delay_us[(size_t)(share * (s->arrived - 1))] : NAN;
}

/* The median is that of those that waited: shares that go at once are left out from below. */
void check_judge_delay(struct direction_check *d, const struct check_seen *s)
{
	const struct link_shape *a = &d->asked;
	double tolerance = DELAY_TOLERANCE_US + a->delay_us * 0.02;
	double chance = sigmas / sqrt(s->arrived ? s->arrived : 1), spread, want;

	d->delay_us = at(s, a->reorder + (1 - a->reorder) / 2);
	if (isnan(d->delay_us)) {
		if (fate_of(d).arrives * s->sent > ARRIVALS_MIN)
			add_off(d, "delay");
		else
			check_note(d, "delay not judged: hardly any frame is to arrive whole");
		return;
	}
	/* the median of n uniform ones is off by the half width over the root of n */
	if (fabs(d->delay_us - a->delay_us) > tolerance + a->jitter_us * chance)
		add_off(d, "delay");
	if (!a->jitter_us)
		return;
	/* uniform: nine tenths lie within nine tenths of the width; none comes before it is sent */
	spread = at(s, 0.95) - at(s, a->reorder + (1 - a->reorder) * 0.05);
	want = a->delay_us + a->jitter_us * 0.9 - fmax(0, a->delay_us - a->jitter_us * 0.9);
	d->jitter_us = spread / 1.8;
	if (fabs(spread - want) > tolerance + want * (0.1 + 0.35 * chance))
		add_off(d, "jitter");
}

void check_judge_rate(struct direction_check *d, const struct check_seen *seen)
{
	const double rate = (double)d->asked.rate_bps, loss = d->asked.loss,
		     duplicate = d->asked.duplicate;

	if (seen->sent_bps < rate * 1.1) {
		check_note(d, "rate not measured: this machine could not send more just then");
		return;
	}
	/* frames with a flipped bit take their time too, and aren't counted */
	d->rate_bps = seen->rate_bps / (1 - d->asked.corrupt);
	/* loss, when it is carried out behind the rate, takes its share of it */
	if (d->rate_bps < rate * (1 - loss) * 0.93 || d->rate_bps > rate * (1 + duplicate) * 1.07)
		add_off(d, "rate");
}
