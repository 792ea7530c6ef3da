// SPDX-License-Identifier: Apache-2.0
/* What a switch cost, from rows made by hand; the rings that rows are kept in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apps/stream-client/downtime.h"
#include "apps/stream-client/ring.h"

enum { MS = 1000000, ROWS = 1024 };

#define T0	 (100ULL * 1000 * MS)
#define INTERVAL (10ULL * MS)

struct rows {
	struct display_row row[ROWS];
	size_t count;
};

/* One display; a tick each */
static void add(struct rows *r, int64_t at_ms, uint32_t stream, uint32_t tick, bool again)
{
	assert_true(r->count < ROWS);
	r->row[r->count++] = (struct display_row){
		.display_ns = T0 + (uint64_t)(at_ms * MS),
		.stream = stream,
		.stamp = {.edge = (uint16_t)stream, .seq = tick, .tick = tick},
		.alpha_n = NOT_SLIDING,
		.again = again,
	};
}

static void add_run(struct rows *r, int64_t from_ms, int64_t to_ms, uint32_t stream, uint32_t tick)
{
	for (int64_t at = from_ms; at <= to_ms; at += 10)
		add(r, at, stream, tick++, false);
}

static struct downtime_switch at_t0(void)
{
	return (struct downtime_switch){.t0_ns = T0,
					.settled_ns = T0 + 50 * MS,
					.role_ns = T0 + 30 * MS,
					.to = 2,
					.interval_ns = INTERVAL};
}

static struct downtime compute(const struct rows *r)
{
	struct downtime_switch at = at_t0();
	struct downtime d;

	assert_int_equal(downtime_compute(&at, r->row, r->count, NULL, 0, &d), 0);
	return d;
}

static void test_seamless(void **state)
{
	struct rows r = {0};
	struct downtime d;

	add_run(&r, -2000, 0, 1, 100);
	add_run(&r, 10, 2100, 2, 301);
	d = compute(&r);
	assert_true(d.frame_ms == 0);
	assert_true(d.complete);
	assert_int_equal(d.again, 0);
	assert_true(d.has_jump);
	assert_int_equal(d.tick_jump, 1);
}

/* The longest interval of new sequences, less the frame interval; what is shown again between
 * doesn't shorten it */
static void test_gap_with_repeats(void **state)
{
	struct rows r = {0};
	struct downtime d;

	add_run(&r, -2000, 0, 1, 100);
	for (int at = 10; at < 70; at += 10)
		add(&r, at, 1, 300, true);
	add_run(&r, 70, 2100, 2, 290);
	d = compute(&r);
	assert_true(fabs(d.frame_ms - 60) < 1e-6);
	assert_int_equal(d.again, 6);
	assert_int_equal(d.gap_from_ns, T0);
	assert_int_equal(d.gap_to_ns, T0 + 70 * MS);
	assert_int_equal(d.tick_jump, -10);
}

/* A gap before the switch and one long after it are not its own. */
static void test_other_gaps(void **state)
{
	struct rows r = {0};
	struct downtime d;

	add_run(&r, -2000, -600, 1, 100);
	add_run(&r, -100, 0, 1, 300);
	add_run(&r, 10, 200, 2, 311);
	add_run(&r, 900, 2900, 2, 400);
	d = compute(&r);
	assert_true(d.frame_ms == 0);
}

/* The destination freezes after the sliding began and before its role was known. */
static void test_freeze_in_the_sliding(void **state)
{
	struct rows r = {0};

	add_run(&r, -2000, 0, 1, 100);
	add_run(&r, 10, 40, 2, 301);
	add_run(&r, 540, 2600, 2, 350);
	assert_true(fabs(compute(&r).frame_ms - 490) < 1e-6);
}

static void test_still_frozen(void **state)
{
	struct rows r = {0};
	struct downtime d;

	add_run(&r, -2000, 0, 1, 100);
	for (int at = 10; at <= 800; at += 10)
		add(&r, at, 2, 300, at > 10);
	d = compute(&r);
	assert_false(d.complete);
	assert_true(fabs(d.frame_ms - 780) < 1e-6);
}

static void test_no_answer_to_the_signal(void **state)
{
	struct downtime_switch at = at_t0();
	struct rows r = {0};
	struct downtime d;

	at.role_ns = 0; /* then a second is looked at */
	add_run(&r, -2000, 0, 1, 100);
	add_run(&r, 10, 700, 2, 301);
	add_run(&r, 800, 2500, 2, 380);
	assert_int_equal(downtime_compute(&at, r.row, r.count, NULL, 0, &d), 0);
	assert_true(fabs(d.frame_ms - 90) < 1e-6);
	assert_true(fabs(compute(&r).frame_ms) < 1e-6);
}

static void test_not_switched(void **state)
{
	struct downtime_switch at = at_t0();
	struct rows r = {0};
	struct downtime d;

	assert_int_equal(downtime_compute(&at, r.row, 0, NULL, 0, &d), -ENODATA);
	add_run(&r, 500, 900, 2, 300);
	assert_int_equal(downtime_compute(&at, r.row, r.count, NULL, 0, &d), -ENODATA);
	at.t0_ns = 0;
	assert_int_equal(downtime_compute(&at, r.row, r.count, NULL, 0, &d), -EINVAL);
}

static void test_input_to_display(void **state)
{
	struct input_row input[] = {
		{.seq = 1, .made_ns = T0 - 2100 * MS, .shown_ns = T0 - 1000 * MS}, /* too early */
		{.seq = 2, .made_ns = T0 - 2000 * MS, .shown_ns = T0 - 1980 * MS},
		{.seq = 3, .made_ns = T0 - 900 * MS, .shown_ns = T0 - 870 * MS},
		{.seq = 4, .made_ns = T0 - 10 * MS, .shown_ns = T0 + 80 * MS},
		{.seq = 5, .made_ns = T0, .shown_ns = T0 + 15 * MS},
		{.seq = 6, .made_ns = T0 + 1999ULL * MS},
		{.seq = 7, .made_ns = T0 + 2000ULL * MS, .shown_ns = T0 + 2500ULL * MS},
	};
	struct downtime_switch at = at_t0();
	struct rows r = {0};
	struct downtime d;

	add_run(&r, -2000, 0, 1, 100);
	add_run(&r, 10, 2600, 2, 301);
	assert_int_equal(downtime_compute(&at, r.row, r.count, input, 7, &d), 0);
	assert_int_equal(d.before.count, 3);
	assert_true(d.before.p50_ms == 30 && d.before.max_ms == 90);
	assert_int_equal(d.after.count, 2);
	assert_int_equal(d.after.unshown, 1);
	assert_true(d.after.p50_ms == 15 && d.after.max_ms == 15);
	assert_false(d.complete);
	input[5].shown_ns = T0 + 2010ULL * MS;
	assert_int_equal(downtime_compute(&at, r.row, r.count, input, 7, &d), 0);
	assert_true(d.complete);
}

/* T_comp of B34: how much further apart the last input of the old way and the first of the new one
 * take effect than they were made */
static bool comp(struct input_row *input, size_t count, double *ret_ms)
{
	struct downtime_switch at = at_t0();
	struct rows r = {0};
	struct downtime d;

	add_run(&r, -2000, 0, 1, 100);
	add_run(&r, 10, 2600, 2, 301);
	assert_int_equal(downtime_compute(&at, r.row, r.count, input, count, &d), 0);
	*ret_ms = d.comp_ms;
	return d.has_comp;
}

static void test_comp(void **state)
{
	struct input_row input[] = {
		{.seq = 1, .made_ns = T0 - 300 * MS, .shown_ns = T0 - 280 * MS},
		{.seq = 2, .made_ns = T0 - 100 * MS, .shown_ns = T0 - 80 * MS}, /* the old way */
		{.seq = 3, .made_ns = T0 + 50 * MS, .shown_ns = T0 + 85 * MS},	/* the new one */
		{.seq = 4, .made_ns = T0 + 60 * MS, .shown_ns = T0 + 400 * MS},
	};
	double ms;

	/* 165 apart in effect, 150 when they were made */
	assert_true(comp(input, 4, &ms) && fabs(ms - 15) < 1e-6);
	/* the new way is the faster one: it costs nothing */
	input[2].shown_ns = T0 + 55 * MS;
	assert_true(comp(input, 4, &ms) && ms == 0);
	/* the old way lost it, and the new one brought it, late: that much less is waited for */
	input[1].shown_ns = T0 + 70 * MS;
	input[2].shown_ns = T0 + 85 * MS;
	assert_true(comp(input, 4, &ms) && ms == 0);
	/* one that was made in the very moment of the switch goes the new way */
	input[1].shown_ns = T0 - 80 * MS;
	input[2].made_ns = T0;
	assert_true(comp(input, 4, &ms) && fabs(ms - 65) < 1e-6);
}

static void test_no_comp(void **state)
{
	struct input_row input[] = {
		{.seq = 1, .made_ns = T0 - 100 * MS, .shown_ns = T0 - 80 * MS},
		{.seq = 2, .made_ns = T0 + 50 * MS, .shown_ns = T0 + 85 * MS},
	};
	double ms;

	assert_true(comp(input, 2, &ms));
	assert_false(comp(input, 0, &ms));
	assert_false(comp(input, 1, &ms));     /* none of the new way */
	assert_false(comp(input + 1, 1, &ms)); /* none of the old one */
	input[1].shown_ns = 0;		       /* not shown yet */
	assert_false(comp(input, 2, &ms));
	input[1].shown_ns = T0 + 85 * MS;
	input[0].shown_ns = 0;
	assert_false(comp(input, 2, &ms));
	/* a player who rests: what he did long before or long after says nothing of the switch */
	input[0] = (struct input_row){1, .made_ns = T0 - 2001ULL * MS, .shown_ns = T0 - 1980 * MS};
	assert_false(comp(input, 2, &ms));
	input[0] = (struct input_row){1, .made_ns = T0 - 2000ULL * MS, .shown_ns = T0 - 1980 * MS};
	assert_true(comp(input, 2, &ms));
	input[1] =
		(struct input_row){2, .made_ns = T0 + 2001ULL * MS, .shown_ns = T0 + 2020ULL * MS};
	assert_false(comp(input, 2, &ms));
}

/* ---- packets ---- */

static size_t arrivals(struct arrival_row *row, int64_t from_ms, int64_t to_ms)
{
	size_t count = 0;

	for (int64_t at = from_ms; at <= to_ms; at += 10, count++)
		row[count] = (struct arrival_row){.first_ns = T0 + (uint64_t)(at * MS),
						  .last_ns = T0 + (uint64_t)(at * MS) + MS};
	return count;
}

static void test_packets(void **state)
{
	struct arrival_row source[64], destination[256];
	struct downtime_switch at = at_t0();
	size_t sources = arrivals(source, -100, 200), count;
	double ms = -1;

	/* Source up to -9, destination from 5 on: 14 less 10 */
	count = arrivals(destination, -105, 995);
	assert_int_equal(downtime_packets(&at, source, sources, destination, count, &ms), 0);
	assert_true(fabs(ms - 4) < 1e-6);
	/* Source up to -9, destination from 45 on: 54 less 10 */
	count = arrivals(destination, 45, 995);
	assert_int_equal(downtime_packets(&at, source, sources, destination, count, &ms), 0);
	assert_true(fabs(ms - 44) < 1e-6);
	/* Frozen from 11 to 305 */
	count = arrivals(destination, -105, 5);
	count += arrivals(destination + count, 305, 995);
	assert_int_equal(downtime_packets(&at, source, sources, destination, count, &ms), 0);
	assert_true(fabs(ms - (305 - 6 - 10)) < 1e-6);
	/* Long after the switch: another matter */
	count = arrivals(destination, -105, 505);
	count += arrivals(destination + count, 805, 995);
	assert_int_equal(downtime_packets(&at, source, sources, destination, count, &ms), 0);
	assert_true(fabs(ms - 4) < 1e-6);
	assert_int_equal(downtime_packets(&at, source, 0, destination, count, &ms), -ENODATA);
	assert_int_equal(downtime_packets(&at, source, sources, destination, 5, &ms), -ENODATA);
	at.t0_ns = 0;
	assert_int_equal(downtime_packets(&at, source, sources, destination, count, &ms), -ENODATA);
}

/* ---- rings ---- */

static void test_ring(void **state)
{
	struct ring *ring;
	uint32_t rows[8], value;
	uint64_t first;

	assert_int_equal(ring_new(0, 4, &ring), -EINVAL);
	assert_int_equal(ring_new(5, sizeof value, &ring), 0);
	assert_int_equal(ring_read(ring, 0, 8, rows, &first), 0);
	assert_int_equal(first, 1);
	for (value = 1; value <= 12; value++)
		assert_int_equal(ring_add(ring, &value), value);
	assert_int_equal(ring_read(ring, 0, 8, rows, &first), 5);
	assert_int_equal(first, 8);
	assert_int_equal(rows[0], 8);
	assert_int_equal(rows[4], 12);
	assert_int_equal(ring_read(ring, 10, 2, rows, &first), 2);
	assert_int_equal(rows[1], 11);
	assert_int_equal(ring_read(ring, 13, 8, rows, &first), 0);
	assert_int_equal(first, 13);
	assert_int_equal(ring_read(ring, UINT64_MAX, 8, rows, &first), 0);
	assert_int_equal(first, 13);
	assert_int_equal(ring_next(ring), 13);
	ring_free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seamless),     cmocka_unit_test(test_gap_with_repeats),
		cmocka_unit_test(test_other_gaps),   cmocka_unit_test(test_freeze_in_the_sliding),
		cmocka_unit_test(test_still_frozen), cmocka_unit_test(test_no_answer_to_the_signal),
		cmocka_unit_test(test_not_switched), cmocka_unit_test(test_input_to_display),
		cmocka_unit_test(test_comp),	     cmocka_unit_test(test_no_comp),
		cmocka_unit_test(test_packets),	     cmocka_unit_test(test_ring),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
