// SPDX-License-Identifier: Apache-2.0
/*
 * The selector when something comes between: time is over, streams stall, go or come late, a switch
 * is cancelled; and the downtime of what was shown then.
 */
#include "tests/unit/selector_world.h"

#include <errno.h>

/* ---- what comes between ---- */

static void test_timeout(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0.9, 8);
	unsigned turns = 0;

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	while (r.state == SWITCH_WAITING && turns < 1000) {
		world_both(w, 60, 230);
		turns++;
	}
	assert_int_equal(r.state, SWITCH_GIVEN_UP);
	assert_int_equal(r.reason, SWITCH_REASON_TIMEOUT);
	assert_true(r.ended_ns - r.asked_ns >= r.request.timeout_ns);
	assert_true(r.ended_ns - r.asked_ns < r.request.timeout_ns + TURN_NS);
	assert_ptr_equal(w->turn.record, &r);
	assert_false(w->turn.switched);
	assert_int_equal(w->turn.row.stream, 1);
	assert_int_equal(r.t0_ns, 0);
	world_both(w, 150, 150);
	assert_int_equal(selector_shown(w->selector), 1);
}

/* A turn whose clock is behind the one that the switch was asked by */
static void test_clock_set_back(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0, 1);

	world_show_first(w);
	assert_int_equal(selector_ask(w->selector, &r, w->now_ns + 1000000000), 0);
	world_both(w, 100, 100);
	assert_int_equal(r.state, SWITCH_SWITCHED);
	assert_true(r.ended_ns == r.asked_ns); /* it waited no time at all */
	r = world_ask(2, 1, 0.9, 1);
	assert_int_equal(selector_ask(w->selector, &r, w->now_ns + 1000000000), 0);
	world_both(w, 60, 230);
	world_both(w, 60, 230);
	assert_int_equal(r.state, SWITCH_WAITING); /* its time has not even begun */
}

static void test_destination_stalls(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0.9, 8);

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	w->stream[2].stalled = true;
	world_turn(w);
	assert_int_equal(r.state, SWITCH_GIVEN_UP);
	assert_int_equal(r.reason, SWITCH_REASON_DESTINATION_STALLED);
	assert_int_equal(w->turn.row.stream, 1);
}

static void test_destination_goes(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0.9, 8), unknown = world_ask(2, 3, 0.9, 8);

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	w->stream[2].there = false;
	selector_forget(w->selector, 2, w->now_ns);
	assert_int_equal(r.state, SWITCH_GIVEN_UP);
	assert_int_equal(r.reason, SWITCH_REASON_DESTINATION_GONE);
	assert_int_equal(selector_ask(w->selector, &unknown, w->now_ns), 0);
	world_turn(w);
	assert_int_equal(unknown.reason, SWITCH_REASON_DESTINATION_GONE);
}

static void test_destination_joins_late(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 3, 0, 8);

	world_show_first(w);
	w->stream[3].there = true;
	selector_ask(w->selector, &r, w->now_ns);
	world_both(w, 100, 100);
	assert_int_equal(r.state, SWITCH_WAITING);
	world_render(w, 3, 100);
	world_both(w, 100, 100);
	assert_int_equal(r.state, SWITCH_SWITCHED);
}

static void test_source_stalls(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0.9, 8);

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	world_both(w, 60, 230);
	assert_int_equal(r.state, SWITCH_WAITING);
	w->stream[1].stalled = w->stream[1].frozen = true;
	world_both(w, 60, 230);
	assert_int_equal(r.state, SWITCH_SWITCHED);
	assert_int_equal(r.reason, SWITCH_REASON_NO_SOURCE);
	assert_int_equal(world_luma(w), 230); /* at once: a frozen picture isn't slid from */
	assert_int_equal(w->turn.row.alpha_n, NOT_SLIDING);
	assert_true(r.settled_ns > 0);
}

static void test_shown_is_forgotten(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0.9, 8);

	world_show_first(w);
	w->stream[1].there = false;
	w->stream[1].frozen = true;
	selector_forget(w->selector, 1, w->now_ns);
	world_both(w, 0, 200);
	assert_null(w->turn.picture);
	assert_int_equal(selector_shown(w->selector), 0);
	selector_ask(w->selector, &r, w->now_ns);
	world_both(w, 0, 200);
	assert_int_equal(r.reason, SWITCH_REASON_NO_SOURCE);
	assert_int_equal(r.from, 0);
	assert_int_equal(world_luma(w), 200);
}

static void test_cancel(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0.9, 8), other = world_ask(2, 2, 0, 8);

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	assert_int_equal(selector_ask(w->selector, &other, w->now_ns), -EBUSY);
	assert_int_equal(selector_cancel(w->selector, &other, w->now_ns), -ENOENT);
	assert_int_equal(selector_cancel(w->selector, &r, w->now_ns), 0);
	assert_int_equal(r.state, SWITCH_CANCELLED);
	assert_int_equal(selector_cancel(w->selector, &r, w->now_ns), -ENOENT);
	world_both(w, 150, 150);
	assert_int_equal(w->turn.row.stream, 1);
	assert_int_equal(selector_ask(w->selector, &other, w->now_ns), 0);
	world_both(w, 150, 150);
	assert_int_equal(other.state, SWITCH_SWITCHED);
	assert_int_equal(selector_cancel(w->selector, &other, w->now_ns), -ENOENT);
}

/* Signals only: what slides goes on sliding */
static void test_to_the_shown(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0, 4), same = world_ask(2, 2, 0.99, 4);

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	world_both(w, 100, 200);
	selector_ask(w->selector, &same, w->now_ns);
	world_both(w, 100, 200);
	assert_int_equal(same.state, SWITCH_SWITCHED);
	assert_int_equal(same.reason, SWITCH_REASON_SHOWN);
	assert_true(w->turn.switched);
	assert_int_equal(world_luma(w), 125);
	world_both(w, 100, 200);
	assert_int_equal(world_luma(w), 150);
}

/* ---- the downtime of what was shown ---- */

static double downtime_of(struct world *w, const struct switch_record *r)
{
	struct downtime_switch at = {.t0_ns = r->t0_ns,
				     .settled_ns = r->settled_ns,
				     .role_ns = r->t0_ns + TURN_NS,
				     .to = r->request.to,
				     .interval_ns = TURN_NS};
	struct downtime d;

	assert_int_equal(downtime_compute(&at, w->row, w->rows, NULL, 0, &d), 0);
	return d.frame_ms;
}

static void test_downtime_is_none(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0, 8);

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	for (unsigned i = 0; i < 60; i++)
		world_both(w, 100, 200);
	assert_true(downtime_of(w, &r) == 0);
}

/* The negative control: a destination that freezes at the switch, also while it is slid to */
static void test_downtime_of_a_freeze(void **state)
{
	static const unsigned window[] = {1, 8};
	struct world *w = *state;

	for (unsigned i = 0; i < 2; i++) {
		struct switch_record r = world_ask(i + 1, 2 - i, 0, window[i]);
		struct source *destination = &w->stream[r.request.to];

		if (i == 0)
			world_show_first(w);
		selector_ask(w->selector, &r, w->now_ns);
		world_both(w, 100, 100);
		destination->frozen = true;
		for (unsigned t = 0; t < 30; t++) /* 500 ms */
			world_both(w, 100, 100);
		destination->frozen = false;
		for (unsigned t = 0; t < 60; t++)
			world_both(w, 100, 100);
		assert_true(downtime_of(w, &r) >= 30 * (TURN_NS / 1e6) - 0.001);
		w->rows = 0;
		world_both(w, 100, 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_timeout),
		world_test(test_clock_set_back),
		world_test(test_destination_stalls),
		world_test(test_destination_goes),
		world_test(test_destination_joins_late),
		world_test(test_source_stalls),
		world_test(test_shown_is_forgotten),
		world_test(test_cancel),
		world_test(test_to_the_shown),
		world_test(test_downtime_is_none),
		world_test(test_downtime_of_a_freeze),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
