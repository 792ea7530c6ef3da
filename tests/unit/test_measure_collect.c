// SPDX-License-Identifier: Apache-2.0
/*
 * `baton measure`: how the answers of reflectors are put together, also when one began anew,
 * forgot, ran over or talks nonsense; and how a step of the clock is told from a preempted reader.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "testbed/measure/clock_watch.h"
#include "testbed/measure/collect.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { MOST = 64 };

struct answer {
	uint8_t bytes[SAMPLE_HEADER_LEN + MOST * SAMPLE_LEN];
	size_t len;
};

/* @n samples from @first on; sample k was received at 1000 + k and has the sender's number 5 + k */
static struct answer make_answer(uint64_t began, uint64_t started, uint64_t first, size_t n,
				 uint64_t taken)
{
	struct stamp_sample_header header = {first, taken, began, started};
	struct answer a = {.len = SAMPLE_HEADER_LEN + n * SAMPLE_LEN};

	stamp_sample_header_put(&header, a.bytes);
	for (size_t i = 0; i < n; i++) {
		struct stamp_sample s = {.sender_seq = (uint32_t)(5 + first + i),
					 .seq = (uint32_t)(first + i),
					 .received_ns = 1000 + first + i,
					 .sent_ns = 1001 + first + i};

		stamp_sample_put(&s, a.bytes + SAMPLE_HEADER_LEN + i * SAMPLE_LEN);
	}
	return a;
}

static int take(struct probe_run *run, size_t edge, struct answer a, uint64_t asked_ns)
{
	return collect_answer(run, edge, a.bytes, a.len, asked_ns);
}

static struct probe_run new_run(void)
{
	return (struct probe_run){
		.began_ns = 900, .edge_count = 2, .edge_name = {"edge-a", "edge-b"}};
}

static void assert_hole(const struct probe_run *run, size_t i, size_t edge, uint64_t from,
			uint64_t to, enum hole_why why)
{
	assert_true(i < run->hole_count);
	assert_int_equal(run->hole[i].edge, edge);
	assert_int_equal(run->hole[i].from_ns, from);
	assert_int_equal(run->hole[i].to_ns, to);
	assert_int_equal(run->hole[i].why, why);
}

static void test_piece_by_piece(void **state)
{
	struct probe_run run = new_run();

	assert_int_equal(collect_next(&run, 0), 0);
	assert_int_equal(take(&run, 0, make_answer(950, 10, 0, 3, 5), 1003), 1);
	assert_int_equal(collect_next(&run, 0), 3);
	assert_int_equal(take(&run, 0, make_answer(950, 10, 3, 2, 5), 1005), 0);
	assert_int_equal(take(&run, 0, make_answer(950, 10, 5, 0, 5), 1006), 0);
	assert_int_equal(take(&run, 1, make_answer(960, 10, 0, 1, 1), 1006), 0);
	assert_int_equal(take(&run, 0, make_answer(950, 10, 5, 4, 9), 1010), 0);
	assert_int_equal(run.segment_count, 2);
	assert_int_equal(run.segment[0].count, 9);
	assert_int_equal(run.sample_count, 10);
	assert_int_equal(run.segment[0].sample[8].sender_seq, 13);
	assert_int_equal(run.hole_count, 0);
	assert_null(collect_hole_in(&run, 0, UINT64_MAX));
	probe_run_done(&run);
}

/* The question was about the old session: it is asked again, from 0 on. */
static void test_restart(void **state)
{
	struct probe_run run = new_run();
	char text[120];

	assert_int_equal(take(&run, 0, make_answer(950, 10, 0, 4, 4), 1010), 0);
	assert_int_equal(take(&run, 0, make_answer(2500, 2000, 2, 0, 2), 3000), 1);
	assert_int_equal(collect_next(&run, 0), 0);
	assert_int_equal(take(&run, 0, make_answer(2500, 2000, 0, 2, 2), 3000), 0);
	assert_int_equal(run.segment_count, 2);
	assert_int_equal(run.segment[1].count, 2);
	assert_int_equal(run.hole_count, 1);
	assert_hole(&run, 0, 0, 1010, 2000, HOLE_RESTARTED);
	collect_hole_text(&run, &run.hole[0], text, sizeof text);
	assert_string_equal(text, "the edge agent of edge-a was restarted");
	assert_null(collect_hole_in(&run, 0, 1009));
	assert_ptr_equal(collect_hole_in(&run, 0, 1010), &run.hole[0]);
	assert_ptr_equal(collect_hole_in(&run, 2000, 5000), &run.hole[0]);
	assert_null(collect_hole_in(&run, 2001, 5000));
	probe_run_done(&run);
}

/* Only its start tells that there may have been samples before the first answer. */
static void test_restart_before_the_first_answer(void **state)
{
	struct probe_run run = new_run();

	assert_int_equal(take(&run, 1, make_answer(2500, 2000, 0, 2, 2), 3000), 0);
	assert_int_equal(run.hole_count, 1);
	assert_hole(&run, 0, 1, 900, 2000, HOLE_RESTARTED);
	probe_run_done(&run);

	run = new_run(); /* it had none shortly before it was started again */
	collect_none(&run, 1, 1900);
	assert_int_equal(take(&run, 1, make_answer(2500, 2000, 0, 2, 2), 3000), 0);
	assert_hole(&run, 0, 1, 1900, 2000, HOLE_RESTARTED);
	probe_run_done(&run);

	run = new_run(); /* that there is no session now says nothing when there was one */
	assert_int_equal(take(&run, 1, make_answer(950, 10, 0, 4, 4), 1010), 0);
	collect_none(&run, 1, 1900);
	assert_int_equal(take(&run, 1, make_answer(2500, 2000, 4, 0, 9), 3000), 1);
	assert_hole(&run, 0, 1, 1010, 2000, HOLE_RESTARTED);
	probe_run_done(&run);
}

static void test_forgotten(void **state)
{
	struct probe_run run = new_run();

	assert_int_equal(take(&run, 0, make_answer(950, 10, 0, 4, 4), 1010), 0);
	assert_int_equal(take(&run, 0, make_answer(2500, 10, 4, 2, 6), 3000), 1);
	assert_int_equal(take(&run, 0, make_answer(2500, 10, 0, 6, 6), 3000), 0);
	assert_hole(&run, 0, 0, 1010, 2500, HOLE_FORGOTTEN);
	assert_int_equal(run.segment[1].count, 6);
	probe_run_done(&run);
}

static void test_overrun(void **state)
{
	struct probe_run run = new_run();

	assert_int_equal(take(&run, 0, make_answer(950, 10, 7, 3, 10), 1010), 0); /* at once */
	assert_int_equal(run.segment_count, 1);
	assert_int_equal(run.segment[0].first, 7);
	assert_hole(&run, 0, 0, 900, 1007, HOLE_OVERRUN);
	assert_int_equal(take(&run, 0, make_answer(950, 10, 20, 2, 22), 1022), 0);
	assert_int_equal(run.segment_count, 2);
	assert_int_equal(run.segment[1].first, 20);
	assert_int_equal(run.segment[1].began_ns, 950);
	assert_hole(&run, 1, 0, 1010, 1020, HOLE_OVERRUN);
	assert_int_equal(collect_next(&run, 0), 22);
	probe_run_done(&run);
}

static void test_missing(void **state)
{
	struct probe_run run = new_run();

	assert_int_equal(take(&run, 0, make_answer(950, 10, 0, 4, 4), 1002), 0);
	collect_missing(&run, 0, HOLE_UNREACHABLE, 5000);
	assert_hole(&run, 0, 0, 1003, 5000, HOLE_UNREACHABLE); /* the latest sample is later */
	collect_missing(&run, 1, HOLE_FORGOTTEN, 5000);
	assert_hole(&run, 1, 1, 900, 5000, HOLE_FORGOTTEN);
	probe_run_done(&run);
}

static const struct {
	const char *what;
	uint64_t first;
	size_t n;
	uint64_t taken;
	size_t cut; /* octets at the end */
} nonsense[] = {
	{"1: shorter than a header", 4, 0, 4, 1},
	{"2: a broken sample", 4, 1, 5, 3},
	{"3: more samples than were taken", 4, 3, 5, 0},
	{"4: begins behind the end", 9, 0, 4, 0},
	{"5: begins before what was asked for", 3, 1, 4, 0},
	{"6: there are more, and none is told", 4, 0, 9, 0},
	{"7: some ran over, and none is told", 6, 0, 9, 0},
};

static void test_nonsense(void **state)
{
	for (size_t i = 0; i < N(nonsense); i++) {
		struct probe_run run = new_run();
		struct answer a;

		assert_int_equal(take(&run, 0, make_answer(950, 10, 0, 4, 4), 1002), 0);
		a = make_answer(950, 10, nonsense[i].first, nonsense[i].n, nonsense[i].taken);
		a.len -= nonsense[i].cut;
		if (take(&run, 0, a, 2000) != -EBADMSG || run.sample_count != 4)
			fail_msg("%s", nonsense[i].what);
		probe_run_done(&run);
	}
}

/* An agent that is started over and over ends the taking, not the memory. */
static void test_bounds(void **state)
{
	struct probe_run run = new_run();
	int r = 1;

	for (uint64_t i = 1; r >= 0 && i < 1000; i++)
		r = take(&run, 0, make_answer(1000 * i, 1000 * i, 0, 1, 1), 1000 * i + 500);
	assert_int_equal(r, -ENOSPC);
	assert_true(run.segment_count <= SEGMENTS_MAX && run.hole_count <= HOLES_MAX);
	collect_missing(&run, 0, HOLE_UNREACHABLE, 5000000);
	for (uint64_t i = 0; i < 2 * HOLES_MAX; i++)
		collect_missing(&run, 1, HOLE_UNREACHABLE, 6000000 + i);
	assert_int_equal(run.hole_count, HOLES_MAX);
	assert_non_null(collect_hole_in(&run, 6000000 + 2 * HOLES_MAX - 1, UINT64_MAX));
	assert_non_null(collect_hole_in(&run, 900, 901));
	probe_run_done(&run);

	run = new_run();
	run.sample_count = SAMPLES_MAX;
	assert_int_equal(take(&run, 1, make_answer(950, 10, 0, 1, 1), 1002), -ENOMEM);
	assert_int_equal(run.sample_count, SAMPLES_MAX);
	probe_run_done(&run);
}

/* ---- clock ---- */

static const struct {
	const char *what;
	int64_t step_ns;   /* at pair 500 of 1000 */
	int64_t slew_ns;   /* a pair */
	unsigned late_one; /* each so-manieth pair is preempted between its readings, by 5 ms */
	int64_t wanted;
} clock_rows[] = {
	{"1: two clocks that run alike", 0, 0, 0, 0},
	{"2: slewed as fast as adjtime does, probes every 1 ms", 0, 500, 0, 0},
	{"3: slewed, every 10 ms", 0, 5000, 0, 0},
	{"4: preempted readings are no step", 0, 0, 7, 0},
	{"5: nor are those that come now and then", 0, 0, 100, 0},
	{"6: set forward by 10 ms", 10000000, 0, 0, 10000000},
	{"7: set back by 10 ms", -10000000, 0, 0, -10000000},
	{"8: set back by an hour, among preempted readings", -3600000000000, 0, 5, -3600000000000},
	{"9: set by half a millisecond: below what matters", 500000, 0, 0, 0},
};

static void test_clock_watch(void **state)
{
	for (size_t i = 0; i < N(clock_rows); i++) {
		struct clock_watch w = {0};

		for (unsigned k = 0; k < 1000; k++) {
			uint64_t monotonic = 5000000000u + k * 1000000u;
			int64_t offset = 1795220000000000000 + k * clock_rows[i].slew_ns;

			if (k >= 500)
				offset += clock_rows[i].step_ns;
			if (clock_rows[i].late_one && k % clock_rows[i].late_one == 0)
				offset += 5000000;
			clock_watch_pair(&w, monotonic, monotonic + (uint64_t)offset);
		}
		clock_watch_end(&w);
		if (w.step_ns != clock_rows[i].wanted)
			fail_msg("%s: %lld", clock_rows[i].what, (long long)w.step_ns);
	}
}

/* A step shortly before the end is seen too, unless all of a short rest were preempted. */
static void test_clock_watch_end(void **state)
{
	for (unsigned rest = 1; rest < CLOCK_WATCH_BLOCK; rest++) {
		struct clock_watch w = {0};

		for (unsigned k = 0; k < CLOCK_WATCH_BLOCK + rest; k++)
			clock_watch_pair(&w, k, k + (k >= CLOCK_WATCH_BLOCK ? 5000000u : 0));
		assert_int_equal(w.step_ns, 0);
		clock_watch_end(&w);
		assert_int_equal(w.step_ns, rest >= 8 ? 5000000 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_piece_by_piece),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_restart_before_the_first_answer),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_overrun),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_clock_watch),
		cmocka_unit_test(test_clock_watch_end),
	};

	return cmocka_run_group_tests_name("measure_collect", tests, NULL, NULL);
}
