// SPDX-License-Identifier: Apache-2.0
/*
 * `baton measure`: from samples to figures. Figures worked out by hand from docs/guide.md, "What is
 * measured", on runs made by hand (measure_world.h); percentiles; properties of random runs.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/measure_world.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { TEN_MS_NS = 10000000 };

static bool same(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) < 0.0005;
}

static struct switch_event worked_out(const struct probe_run *run, struct switch_event event)
{
	struct compute *c;

	assert_int_equal(compute_new(run, &c), 0);
	compute_switch(c, &event);
	compute_free(c);
	return event;
}

/* ---- rows ---- */

struct wanted {
	double gap, loss_gap, first_lost; /* microseconds */
	uint64_t lost, duplicated, reordered;
};

/* Probes every 10 ms; the window is from the probe @first to the probe @last. */
static const struct row {
	const char *what, *fates;
	unsigned first, last;
	struct wanted up, down;
} rows[] = {
	{"1: nothing happens", "aaaaaaaaaaaaaaaaaaaaaaaaa", 0, 20, {.gap = 0}, {.gap = 0}},
	{"2: a switch without a trace",
	 "aaaaaaaaaaaabbbbbbbbbbbbb",
	 0,
	 20,
	 {.gap = 0},
	 {.gap = 10}},
	{"3: three in a row are lost uplink: 12 to 14; 11 and 15 arrive 40 ms apart",
	 "aaaaaaaaaaaa---aaaaaaaaaa",
	 0,
	 20,
	 {30000, 30000, 30100, 3, 0, 0},
	 {.gap = 30000}},
	{"4: three replies in a row are lost",
	 "aaaaaaaaaaaaAAAaaaaaaaaaa",
	 0,
	 20,
	 {.gap = 0},
	 {30000, 30000, 30100, 3, 0, 0}},
	{"5: lost around the window's beginning: the silence counts whole, of the lost only 5",
	 "aaa---aaaaaaaaaaaaaaaaaaa",
	 5,
	 20,
	 {30000, 10000, 10100, 1, 0, 0},
	 {.gap = 30000}},
	{"6: lost around its end: 20 only, but it is not heard again before 23",
	 "aaaaaaaaaaaaaaaaaaaa---aaaa",
	 0,
	 20,
	 {30000, 10000, 30100, 1, 0, 0},
	 {.gap = 30000}},
	{"7: lost outside only, and the silence does not touch the window",
	 "--aaaaaaaaaaaaaaaaaaaaa--aa",
	 5,
	 20,
	 {.gap = 0},
	 {.gap = 0}},
	{"8: one probe reaches both edges: a duplicate uplink, none downlink, where each edge has "
	 "its own sequence",
	 "aaaaaaaaaaaa2bbbbbbbbbbbb",
	 0,
	 20,
	 {.duplicated = 1},
	 {.gap = 0}},
	{"9: both edges' first replies have equal numbers",
	 "2bbbbbbbbbbbbbbbbbbbbbbbb",
	 0,
	 20,
	 {.duplicated = 1},
	 {.gap = 0}},
	{"10: of two replies with equal numbers one is lost: it is b's, not one of a's doubled",
	 "xbbbbbbbbbbbbbbbbbbbbbbbb",
	 0,
	 20,
	 {.duplicated = 1},
	 {10, 10000, 10100, 1, 0, 0}},
	{"11: a probe reaches its edge twice: both replies are new packets",
	 "aaaaaaaaaaaadaaaaaaaaaaaa",
	 0,
	 20,
	 {.duplicated = 1},
	 {.gap = 0}},
	{"12: a reply comes twice",
	 "aaaaaaaaaaaaDaaaaaaaaaaaa",
	 0,
	 20,
	 {.gap = 0},
	 {.duplicated = 1}},
	{"13: 12 arrives behind 14; the edge answers in order of arrival",
	 "aaaaaaaaaaaaraaaaaaaaaaaa",
	 0,
	 20,
	 {.gap = 10000, .reordered = 1},
	 {.gap = 10000}},
	{"14: 12's reply arrives behind 14's",
	 "aaaaaaaaaaaaRaaaaaaaaaaaa",
	 0,
	 20,
	 {.gap = 0},
	 {.gap = 10000, .reordered = 1}},
	{"15: two out of order are behind one and the same",
	 "aaaaaaaaaaaarraaaaaaaaaaa",
	 0,
	 20,
	 {.gap = 20000, .reordered = 2},
	 {.gap = 20000}},
	{"16: an outage without an end: the window ends it; nothing comes any more",
	 "aaaaaaaaaaaa-------------",
	 0,
	 20,
	 {79900, 90000, NAN, 9, 0, 0},
	 {.gap = 79790}},
	{"17: nothing ever arrives",
	 "-------------------------",
	 0,
	 20,
	 {190000, 210000, NAN, 21, 0, 0},
	 {.gap = 190000}},
	{"18: the old edge's last replies are lost with its session; the new edge's is heard",
	 "aaaaaaaaaaAAbbbbbbbbbbbbb",
	 0,
	 20,
	 {.gap = 0},
	 {20010, 20000, 20110, 2, 0, 0}},
	{"19: break-before-make: replies lost, then probes",
	 "aaaaaaaaaaA---bbbbbbbbbbb",
	 0,
	 20,
	 {30000, 30000, 30100, 3, 0, 0},
	 {40010, 10000, 40110, 1, 0, 0}},
	{"20: two losses apart: the longest run is 2; the first of all lost is 8",
	 "aaaaaaaa-aaa--aaaaaaaaaaa",
	 0,
	 20,
	 {20000, 20000, 10100, 3, 0, 0},
	 {.gap = 20000}},
	{"21: lost replies of a are no run when b's arrive between them",
	 "aaaaaaaaaaaAbAbbbbbbbbbbb",
	 0,
	 20,
	 {.gap = 0},
	 {10010, 10000, 10110, 2, 0, 0}},
	{"22: more than a second late is lost",
	 "aaaaaaaaaaaaLaaaaaaaaaaaa",
	 0,
	 20,
	 {10000, 10000, 10100, 1, 0, 0},
	 {.gap = 10000}},
	{"23: one probe is all there is: silence to the window's end",
	 "a",
	 0,
	 10,
	 {.gap = 89900},
	 {.gap = 89790}},
	{"24: a silence before the window and one behind it bound the window's only arrival",
	 "a---a---------a",
	 1,
	 11,
	 {90000, 70000, 30100, 10, 0, 0},
	 {.gap = 90000}},
	{"25: of three that follow a lost one late, the first ends the wait",
	 "aaaaaaaaaaaa-rrraaaaaaaaa",
	 0,
	 20,
	 {35000, 10000, 35100, 1, 0, 2},
	 {.gap = 35000}},
};

static void check(const struct row *row, const char *direction, const struct direction_result *got,
		  const struct wanted *wanted)
{
	if (same(got->largest_gap_us, wanted->gap) && same(got->loss_gap_us, wanted->loss_gap) &&
	    same(got->first_lost_us, wanted->first_lost) && got->lost == wanted->lost &&
	    got->duplicated == wanted->duplicated && got->reordered == wanted->reordered &&
	    got->counted)
		return;
	fail_msg("%s, %s: gap %.3f, loss gap %.3f, first lost %.3f, lost %u, duplicated %u, "
		 "reordered %u",
		 row->what, direction, got->largest_gap_us, got->loss_gap_us, got->first_lost_us,
		 (unsigned)got->lost, (unsigned)got->duplicated, (unsigned)got->reordered);
}

static void test_rows(void **state)
{
	for (size_t i = 0; i < N(rows); i++) {
		struct switch_event event = world_window(TEN_MS_NS, rows[i].first, rows[i].last);
		struct probe_run run;

		world_make(rows[i].fates, TEN_MS_NS, &run);
		event = worked_out(&run, event);
		check(&rows[i], "up", &event.up, &rows[i].up);
		check(&rows[i], "down", &event.down, &rows[i].down);
		assert_string_equal(event.note, "");
		probe_run_done(&run);
	}
}

/* ---- the window's beginning, small intervals, latencies ---- */

static void test_before_the_first_probe(void **state)
{
	struct switch_event event = world_window(TEN_MS_NS, 0, 20);
	struct probe_run run;

	world_make("aaaaaaaaaaaaaaaaaaaaaaaaa", TEN_MS_NS, &run);
	event.t0_ns = event.switched_ns = WORLD_BASE + WINDOW_LEAD_NS - 50000000;
	event = worked_out(&run, event);
	/* 50 ms without a probe, and its 100 us to the edge, 210 us to the edge and back */
	assert_true(same(event.up.largest_gap_us, 40100));
	assert_true(same(event.down.largest_gap_us, 40210));
	assert_int_equal(event.up.lost, 0);
	probe_run_done(&run);
}

static void test_100_us(void **state)
{
	static char fates[3001];
	struct switch_event event = world_window(100000, 500, 2500);
	struct probe_run run;

	memset(fates, 'a', 1200);
	memset(fates + 1200, '-', 7);
	memset(fates + 1207, 'b', 3000 - 1207);
	fates[1250] = 'B';
	world_make(fates, 100000, &run);
	event = worked_out(&run, event);
	assert_true(same(event.up.largest_gap_us, 700));
	assert_true(same(event.up.loss_gap_us, 700));
	assert_true(same(event.up.first_lost_us, 800)); /* 7 intervals and the way up */
	assert_int_equal(event.up.lost, 7);
	assert_true(same(event.down.largest_gap_us, 710));
	assert_true(same(event.down.loss_gap_us, 100));
	assert_int_equal(event.down.lost, 1);
	assert_true(same(event.sender_gap_us, 0));
	probe_run_done(&run);
}

static void test_late_sender(void **state)
{
	struct switch_event event = world_window(TEN_MS_NS, 0, 20);
	struct probe_run run;

	world_make("aaaaaaaaaaaaaaaaaaaaaaaaa", TEN_MS_NS, &run);
	run.sent_ns[7] += 3000000; /* 3 ms late, and what it led to: */
	run.segment[0].sample[7].received_ns += 3000000;
	event = worked_out(&run, event);
	assert_true(same(event.sender_gap_us, 3000));
	assert_true(same(event.up.largest_gap_us, 3000));
	probe_run_done(&run);
}

static const struct {
	const char *what;
	uint32_t teid;
	struct tap_packet tap[4]; /* times in microseconds from T0 here */
	double wanted;
} uplink_rows[] = {
	{"1: the first in the new tunnel counts",
	 7,
	 {{5, {1}, 6, 0, {4}}, {9, {1}, 7, 0, {4}}, {19, {1}, 7, 0, {4}}},
	 9},
	{"2: at T0 itself", 7, {{0, {1}, 7, 0, {4}}}, 0},
	{"3: equal TEIDs of another UPF are another tunnel",
	 7,
	 {{5, {2}, 7, 0, {4}}, {9, {1}, 7, 0, {4}}},
	 9},
	{"4: none", 7, {{5, {1}, 6, 0, {4}}}, NAN},
	{"5: a handover's is by the target", 8, {{5, {1}, 8, 0, {4}}, {9, {1}, 8, 0, {5}}}, 9},
	{"6: the new tunnel isn't known", 0, {{5, {1}, 0, 0, {4}}}, NAN},
};

static void test_uplink_latency(void **state)
{
	for (size_t i = 0; i < N(uplink_rows); i++) {
		struct switch_event event = world_window(TEN_MS_NS, 0, 20);
		/* one long before T0 belongs to an earlier switch */
		struct tap_packet tap[5] = {{event.t0_ns - 1000, {1}, 7, 0, {4}}};
		struct probe_run run;
		size_t n = 1;

		world_make("aaaaaaaaaaaaaaaaaaaaaaaaa", TEN_MS_NS, &run);
		for (size_t k = 0; k < 4 && uplink_rows[i].tap[k].upf.s_addr; k++) {
			tap[n] = uplink_rows[i].tap[k];
			tap[n].ns = event.t0_ns + tap[n].ns * 1000;
			n++;
		}
		event.uplink_teid = uplink_rows[i].teid;
		event.uplink_upf.s_addr = 1;
		event.uplink_gnb.s_addr = uplink_rows[i].teid == 8 ? 5 : 0;
		run.tap = tap;
		run.tap_count = n;
		event = worked_out(&run, event);
		run.tap = NULL;
		probe_run_done(&run);
		if (!same(event.up.latency_us, uplink_rows[i].wanted))
			fail_msg("%s: %f", uplink_rows[i].what, event.up.latency_us);
	}
}

static void test_downlink_latency(void **state)
{
	struct switch_event event = world_window(TEN_MS_NS, 0, 20), got;
	struct probe_run run;

	/* T0 is when probe 10 is sent; the new edge's first reply is to probe 12, 220 us later */
	world_make("bbbbaaaaaaaabbbbbbbbbbbbb", TEN_MS_NS, &run);
	event.destination_address.s_addr = 2;
	got = worked_out(&run, event);
	assert_true(same(got.down.latency_us, 20220));
	event.destination_address.s_addr = 3;
	got = worked_out(&run, event);
	assert_true(isnan(got.down.latency_us));
	probe_run_done(&run);
}

/* The address stays (uplink-classifier): what answers a probe of the new tunnel is of the new path
 */
static void test_downlink_latency_of_the_same_address(void **state)
{
	struct switch_event event = world_window(TEN_MS_NS, 0, 20), got;
	struct tap_packet tap[] = {
		{.ns = event.t0_ns + 5000, .teid = 7, .seq = 12},
		{.ns = event.t0_ns + 9000, .teid = 8, .seq = 13},
		{.ns = event.t0_ns + 9500, .teid = 8, .seq = 14},
	};
	struct probe_run run;

	world_make("aaaaaaaaaaaaaaaaaaaaaaaaa", TEN_MS_NS, &run);
	run.tap = tap;
	run.tap_count = 3;
	event.same_address = true;
	event.destination_address.s_addr = 1;
	event.uplink_teid = 8;
	got = worked_out(&run, event);
	assert_true(same(got.up.latency_us, 9));
	assert_true(same(got.down.latency_us, 30210)); /* the reply to probe 13 */
	event.uplink_teid = 9;			       /* no packet was seen in it */
	got = worked_out(&run, event);
	assert_true(isnan(got.down.latency_us));
	run.tap = NULL;
	probe_run_done(&run);
}

/* ---- what isn't known ---- */

static void assert_nothing(const struct switch_event *event, const char *why)
{
	assert_true(isnan(event->up.largest_gap_us) && isnan(event->down.largest_gap_us));
	assert_true(isnan(event->up.latency_us) && isnan(event->down.loss_gap_us));
	assert_false(event->up.counted || event->down.counted);
	assert_string_equal(event->note, why);
}

static void test_nothing_to_say(void **state)
{
	struct switch_event event = world_window(TEN_MS_NS, 0, 20), got;
	struct probe_run run;

	world_make("aaaaaaaaaaaaaaaaaaaaaaaaa", TEN_MS_NS, &run);
	event.t0_ns = 0;
	got = worked_out(&run, event);
	assert_nothing(&got, "the migration manager told no T0");
	event = world_window(TEN_MS_NS, 0, 20);
	event.switched_ns = 0;
	got = worked_out(&run, event);
	assert_nothing(&got, "the migration manager told no T0");
	event = world_window(TEN_MS_NS, 100, 120);
	got = worked_out(&run, event);
	assert_nothing(&got, "no probe was sent");
	probe_run_done(&run);
	event = world_window(TEN_MS_NS, 0, 20);
	run = (struct probe_run){.interval_ns = TEN_MS_NS};
	got = worked_out(&run, event);
	assert_nothing(&got, "no probe was sent");
}

/* The UE's own arrivals are known all the same. */
static void test_hole(void **state)
{
	struct switch_event event = world_window(TEN_MS_NS, 0, 20), got;
	struct probe_run run;
	double noise[2][2];
	struct compute *c;

	world_make("aaaaaaaaaaa---bbbbbbbbbbb", TEN_MS_NS, &run);
	run.hole[run.hole_count++] = (struct hole){1, event.t0_ns, event.t0_ns + 1, HOLE_RESTARTED};
	event.destination_address.s_addr = 2;
	got = worked_out(&run, event);
	assert_true(isnan(got.up.largest_gap_us) && isnan(got.up.first_lost_us));
	assert_true(isnan(got.down.loss_gap_us) && isnan(got.down.first_lost_us));
	assert_false(got.up.counted || got.down.counted);
	assert_int_equal(got.up.lost, 0);
	assert_true(same(got.down.largest_gap_us, 30010));
	assert_true(same(got.down.latency_us, 40220));
	assert_string_equal(got.note, "the edge agent of edge-b was restarted");
	assert_int_equal(compute_new(&run, &c), 0);
	compute_noise(c, WORLD_BASE, 2 * TEN_MS_NS, 2, noise[0], noise[1]);
	assert_true(same(noise[0][0], 0) && same(noise[1][0], 0));
	run.hole[0].from_ns = WORLD_BASE;
	compute_noise(c, WORLD_BASE, 2 * TEN_MS_NS, 2, noise[0], noise[1]);
	assert_true(isnan(noise[0][0]) && same(noise[1][0], 0));
	compute_free(c);
	run.hole[0].to_ns = event.t0_ns - WINDOW_LEAD_NS - 1;
	run.hole[0].from_ns = run.hole[0].to_ns - 5;
	got = worked_out(&run, event);
	assert_int_equal(got.up.lost, 3);
	assert_string_equal(got.note, "");
	probe_run_done(&run);
}

/* Windows from 3 to 14 and from 20 to 31: what is lost at 1 is before @from, at 2, 15 and 19
 * outside; and replies at 17 and 33 */
static void test_outside(void **state)
{
	const char *fates = "a--aaa-aaaaAaaa-aAa-aaaaaaaaa---aA";
	struct switch_event events[4] = {world_window(TEN_MS_NS, 3, 14),
					 {.ok = false, .t0_ns = 5},
					 world_window(TEN_MS_NS, 20, 31),
					 {.ok = true}};
	struct probe_run run;
	struct compute *c;
	struct outside o;

	world_make(fates, TEN_MS_NS, &run);
	assert_int_equal(compute_new(&run, &c), 0);
	o = compute_outside(c, events, 4, run.sent_ns[2]);
	assert_int_equal(o.sent, strlen(fates) - 2 - 12 - 12);
	assert_int_equal(o.lost_up, 3);
	assert_int_equal(o.lost_down, 2);
	run.hole[run.hole_count++] =
		(struct hole){0, run.sent_ns[14], run.sent_ns[18], HOLE_RESTARTED};
	o = compute_outside(c, events, 4, run.sent_ns[2]);
	assert_int_equal(o.sent, strlen(fates) - 2 - 12 - 12 - 4);
	assert_int_equal(o.lost_up, 2);
	assert_int_equal(o.lost_down, 1);
	compute_free(c);
	probe_run_done(&run);
}

/* ---- percentiles ---- */

static const struct {
	const char *what;
	size_t count; /* of the values 1 to count, in a wild order, and one NAN */
	double p50, p99, max;
} percentile_rows[] = {
	{"1: none", 0, NAN, NAN, NAN},
	{"2: one", 1, 1, NAN, 1},
	{"3: two: rank 1", 2, 1, NAN, 2},
	{"4: three: rank 2", 3, 2, NAN, 3},
	{"5: 99", 99, 50, NAN, 99},
	{"6: 100: rank 99", 100, 50, 99, 100},
	{"7: 101: rank 100", 101, 51, 100, 101},
	{"8: 200", 200, 100, 198, 200},
	{"9: 1000", 1000, 500, 990, 1000},
	{"10: 199: ranks 99.5 and 197.01, rounded up", 199, 100, 198, 199},
	{"11: 2700", 2700, 1350, 2673, 2700},
};

static void test_percentiles(void **state)
{
	for (size_t i = 0; i < N(percentile_rows); i++) {
		size_t n = percentile_rows[i].count;
		double *values = calloc(n + 1, sizeof *values);
		struct summary s;

		/* 7919 is prime, and divides none of the counts */
		for (size_t k = 0; k < n; k++)
			values[k] = (double)(k * 7919 % n + 1);
		values[n] = values[n / 2];
		values[n / 2] = NAN;
		s = compute_summary(values, n + 1);
		if (n == 0)
			s = compute_summary((double[]){NAN}, 1);
		if (s.count != n || !same(s.p50, percentile_rows[i].p50) ||
		    !same(s.p99, percentile_rows[i].p99) || !same(s.max, percentile_rows[i].max))
			fail_msg("%s: %zu values, %f, %f, %f", percentile_rows[i].what, s.count,
				 s.p50, s.p99, s.max);
		free(values);
	}
}

/* ---- random runs ---- */

static uint64_t state_of_chance = 20261121;

static unsigned chance(unsigned n)
{
	state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state_of_chance >> 33) % n;
}

/* Mostly good, with spells of trouble */
static void random_fates(char *fates, size_t n)
{
	static const char trouble[] = "---AAABB2xdDrRb";

	for (size_t i = 0; i < n; i++) {
		size_t spell = chance(4) == 0 ? chance(12) : 0;

		fates[i] = chance(2) ? 'a' : 'b';
		for (; spell > 0 && i + 1 < n; spell--)
			fates[i++] = trouble[chance(sizeof trouble - 1)];
		if (!fates[i])
			fates[i] = 'a';
	}
	fates[n] = '\0';
}

static void check_properties(const char *fates, unsigned first, unsigned last,
			     const struct switch_event *e)
{
	/* how late a packet can be: 2.5 intervals and 220 us */
	const double interval = 10000, late = 25220;
	uint64_t lost = 0, duplicated = 0;
	unsigned streak = 0, longest = 0;

	for (unsigned i = first; i <= last; i++) {
		lost += fates[i] == '-';
		duplicated += fates[i] == '2' || fates[i] == 'x' || fates[i] == 'd';
		streak = fates[i] == '-' ? streak + 1 : 0;
		longest = streak > longest ? streak : longest;
	}
	assert_int_equal(e->up.lost, lost);
	assert_int_equal(e->up.duplicated, duplicated);
	assert_true(same(e->up.loss_gap_us, longest * interval));
	assert_true(e->up.lost == 0 ? e->up.first_lost_us == 0
				    : isnan(e->up.first_lost_us) || e->up.first_lost_us > interval);
	assert_true(e->up.largest_gap_us >= longest * interval - interval - late);
	assert_true(e->down.largest_gap_us >= e->down.loss_gap_us - interval - late);
	assert_true(e->down.loss_gap_us <= (double)e->down.lost * interval);
	assert_true(e->up.largest_gap_us >= 0 && e->down.largest_gap_us >= 0);
	assert_true(e->up.reordered + e->up.lost <= last - first + 1);
}

static void test_properties(void **state)
{
	char fates[121];

	for (int round = 0; round < 2000; round++) {
		unsigned first = 5 + chance(30), last = first + 10 + chance(60);
		struct probe_run run;
		struct switch_event event;
		size_t replies_lost = 0, replies = 0;

		random_fates(fates, sizeof fates - 1);
		world_make(fates, TEN_MS_NS, &run);
		event = worked_out(&run, world_window(TEN_MS_NS, first, last));
		check_properties(fates, first, last, &event);

		/* over the whole run: what edges sent is what the UE got and what was lost */
		event = worked_out(&run, world_window(TEN_MS_NS, 0, 200));
		for (size_t i = 0; i < sizeof fates - 1; i++)
			replies_lost += strchr("ABx", fates[i]) != NULL;
		replies = run.reply_count;
		assert_int_equal(event.down.lost, replies_lost);
		assert_int_equal(replies - event.down.duplicated + event.down.lost,
				 run.sample_count);
		probe_run_done(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_before_the_first_probe),
		cmocka_unit_test(test_100_us),
		cmocka_unit_test(test_late_sender),
		cmocka_unit_test(test_uplink_latency),
		cmocka_unit_test(test_downlink_latency),
		cmocka_unit_test(test_downlink_latency_of_the_same_address),
		cmocka_unit_test(test_nothing_to_say),
		cmocka_unit_test(test_hole),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_properties),
	};

	return cmocka_run_group_tests_name("measure", tests, NULL, NULL);
}
