// SPDX-License-Identifier: Apache-2.0
/*
 * The selector as it should go: what is shown, the gate, the one step of the switch, the sliding's
 * golden pictures.
 */
#include "tests/unit/selector_world.h"

/* ---- what is shown ---- */

static void test_nothing_then_first(void **state)
{
	struct world *w = *state;

	world_turn(w);
	assert_null(w->turn.picture);
	assert_true(w->turn.stalled);
	selector_show(w->selector, 1);
	selector_show(w->selector, 2); /* something is shown already */
	assert_int_equal(selector_shown(w->selector), 1);
	world_both(w, 100, 200);
	assert_int_equal(w->turn.row.stream, 1);
	assert_int_equal(world_luma(w), 100);
	assert_int_equal(w->turn.row.alpha_n, NOT_SLIDING);
	assert_false(w->turn.stalled);
	assert_false(w->turn.has_pair);
}

static void test_again(void **state)
{
	struct world *w = *state;

	world_show_first(w);
	assert_false(w->turn.row.again);
	world_turn(w);
	assert_true(w->turn.row.again);
	assert_int_equal(world_luma(w), 100);
	world_both(w, 101, 200);
	assert_false(w->turn.row.again);
}

static void test_stalled_alone(void **state)
{
	struct world *w = *state;

	world_show_first(w);
	w->stream[1].stalled = true;
	world_turn(w);
	assert_true(w->turn.stalled);
	assert_true(w->turn.row.again);
	assert_int_equal(world_luma(w), 100);
}

/* ---- the gate ---- */

static void test_gate_waits_and_opens(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0.85, 4);

	world_show_first(w);
	assert_int_equal(selector_ask(w->selector, &r, w->now_ns), 0);
	world_both(w, 60, 230);
	assert_true(w->turn.has_pair);
	assert_true(w->turn.pair.ssim < 0.85);
	assert_int_equal(w->turn.pair.tick_s, w->stream[1].frame.stamp.tick);
	assert_int_equal(w->turn.pair.tick_d, w->stream[2].frame.stamp.tick);
	assert_int_equal(r.state, SWITCH_WAITING);
	assert_int_equal(w->turn.row.stream, 1);
	world_turn(w); /* the same pair isn't looked at twice */
	assert_false(w->turn.has_pair);
	assert_int_equal(r.pairs, 1);
	world_both(w, 150, 150);
	assert_true(w->turn.has_pair);
	assert_int_equal(r.state, SWITCH_SWITCHED);
	assert_int_equal(r.reason, SWITCH_REASON_ALIKE);
	assert_int_equal(r.pairs, 2);
	assert_true(r.ssim > 0.85);
}

/* "Only when the SSIM is greater than the preset threshold": not when it is equal */
static void test_gate_is_strict(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 1, 4);

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	world_both(w, 90, 90);
	assert_true(w->turn.pair.ssim == 1);
	assert_int_equal(r.state, SWITCH_WAITING);
}

static void test_no_gate(void **state)
{
	struct world *w = *state;
	struct switch_record zero = world_ask(1, 2, 0, 1), force = world_ask(2, 1, 0.99, 1);

	world_show_first(w);
	selector_ask(w->selector, &zero, w->now_ns);
	world_both(w, 20, 230);
	assert_int_equal(zero.state, SWITCH_SWITCHED);
	assert_int_equal(zero.reason, SWITCH_REASON_FORCED);
	world_both(w, 20, 230);
	force.request.force = true;
	assert_int_equal(selector_ask(w->selector, &force, w->now_ns), 0);
	world_both(w, 20, 230);
	assert_int_equal(force.state, SWITCH_SWITCHED);
	assert_int_equal(force.reason, SWITCH_REASON_FORCED);
}

static void test_sizes_differ(void **state)
{
	struct world *w = *state;
	struct switch_record gated = world_ask(1, 2, 0.5, 4), forced = world_ask(2, 2, 0, 4);

	world_show_first(w);
	picture_free(w->stream[2].frame.picture);
	picture_new(WIDTH, 2 * HEIGHT, &w->stream[2].frame.picture);
	selector_ask(w->selector, &gated, w->now_ns);
	world_both(w, 100, 100);
	assert_int_equal(gated.state, SWITCH_WAITING);
	assert_true(gated.ssim == -1);
	selector_cancel(w->selector, &gated, w->now_ns);
	selector_ask(w->selector, &forced, w->now_ns);
	world_both(w, 100, 100);
	assert_int_equal(forced.state, SWITCH_SWITCHED);
	assert_int_equal(w->turn.row.stream, 2); /* nothing to slide from */
	assert_int_equal(w->turn.picture->height, 2 * HEIGHT);
}

static void test_pairs_always(void **state)
{
	struct world *w = *state;

	selector_record_pairs(w->selector, true);
	world_show_first(w);
	assert_true(w->turn.has_pair);
	world_turn(w);
	assert_false(w->turn.has_pair);
	w->stream[2].stalled = true;
	world_both(w, 100, 100);
	assert_false(w->turn.has_pair);
}

/* The gate stays shut for a stream that isn't settled, but not for ever. */
static void test_unsettled(void **state)
{
	struct world *w = *state;
	struct switch_record soon = world_ask(1, 2, 0.5, 1), never = world_ask(2, 1, 0.5, 1);

	world_show_first(w);
	selector_ask(w->selector, &soon, w->now_ns);
	w->stream[2].unsettled = true;
	world_both(w, 100, 100);
	world_both(w, 100, 100);
	assert_int_equal(soon.state, SWITCH_WAITING);
	assert_int_equal(soon.pairs, 2);
	w->stream[2].unsettled = false;
	world_both(w, 100, 100);
	assert_int_equal(soon.state, SWITCH_SWITCHED);

	world_both(w, 100, 100);
	selector_ask(w->selector, &never, w->now_ns);
	w->stream[1].unsettled = true;
	for (unsigned i = 0; i < SELECTOR_SETTLE; i++) {
		world_both(w, 100, 100);
		assert_int_equal(never.state, SWITCH_WAITING);
	}
	world_both(w, 100, 100);
	assert_int_equal(never.state, SWITCH_SWITCHED);
	assert_int_equal(never.reason, SWITCH_REASON_ALIKE);
	assert_int_equal(never.gate_ns, never.t0_ns);
	assert_int_equal(soon.gate_ns - soon.asked_ns, 3 * TURN_NS);
}

/* ---- the switch as one step, and the sliding's pictures ---- */

static void test_one_step(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(9, 2, 0.5, 4);

	world_show_first(w);
	world_both(w, 100, 100);
	assert_false(w->turn.switched);
	selector_ask(w->selector, &r, w->now_ns);
	world_both(w, 100, 100);
	assert_true(w->turn.switched); /* steer and signal, in this turn */
	assert_ptr_equal(w->turn.record, &r);
	assert_int_equal(selector_shown(w->selector), 2);
	assert_int_equal(r.from, 1);
	assert_int_equal(r.t0_ns, w->now_ns);
	assert_int_equal(w->turn.row.alpha_n, 0); /* and the sliding has begun */
	assert_int_equal(w->turn.row.stream, 1);
	world_both(w, 100, 100);
	assert_false(w->turn.switched);
	assert_null(w->turn.record);
	assert_int_equal(w->turn.row.alpha_n, 1);
	assert_int_equal(w->turn.row.stream, 2);
}

/* Eq. 4 to 6 with N = 4, from 100 to 200; the code is the source's while alpha is 0 */
static void test_sliding(void **state)
{
	static const uint8_t want[] = {100, 125, 150, 175, 200, 200};
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0, 4);

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	for (unsigned n = 0; n < 6; n++) {
		unsigned from = n == 0 ? 1 : 2;
		struct frame_stamp stamp;

		world_both(w, 100, 200);
		stamp = world_code(w);
		assert_int_equal(world_luma(w), want[n]);
		assert_true(frame_stamp_equal(&stamp, &w->stream[from].frame.stamp));
		assert_true(frame_stamp_equal(&w->turn.row.stamp, &stamp));
		assert_int_equal(w->turn.row.alpha_n, n <= 4 ? (int)n : NOT_SLIDING);
		assert_int_equal(r.settled_ns != 0, n >= 4);
		assert_int_equal(r.first_display_ns != 0, n >= 1);
	}
	assert_int_equal(r.first_display_ns, r.t0_ns + TURN_NS + 1000);
	assert_int_equal(r.settled_ns, r.t0_ns + 4 * TURN_NS + 1000);
}

static void test_no_sliding(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0, 1);

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	world_both(w, 100, 200);
	assert_int_equal(world_luma(w), 100);
	world_both(w, 100, 200);
	assert_int_equal(world_luma(w), 200);
	assert_ptr_equal(w->turn.picture, w->stream[2].frame.picture);
	assert_int_equal(r.settled_ns, w->now_ns + 1000);
}

/* The destination has nothing new for a turn: a blended picture changes, but is shown "again". */
static void test_slide_over_frozen(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0, 4);

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	world_both(w, 100, 200);
	w->stream[2].frozen = true;
	world_both(w, 100, 200);
	assert_true(w->turn.row.again); /* it was in the picture n = 0, with weight 0 */
	assert_int_equal(world_luma(w), 125);
	world_both(w, 100, 200);
	assert_true(w->turn.row.again);
	assert_int_equal(world_luma(w), 150);
	assert_int_equal(r.first_display_ns, 0);
	w->stream[2].frozen = false;
	world_both(w, 100, 200);
	assert_false(w->turn.row.again);
	assert_int_equal(r.first_display_ns, w->now_ns + 1000);
}

static void test_source_goes_while_sliding(void **state)
{
	struct world *w = *state;
	struct switch_record r = world_ask(1, 2, 0, 8);

	world_show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	world_both(w, 100, 200);
	world_both(w, 100, 200);
	w->stream[1].there = false;
	w->stream[1].frozen = true;
	selector_forget(w->selector, 1, w->now_ns);
	world_both(w, 0, 200);
	assert_int_equal(world_luma(w), 200);
	assert_true(r.settled_ns > 0);
	world_both(w, 0, 200);
	assert_int_equal(w->turn.row.alpha_n, NOT_SLIDING);
}

static void test_switch_back_while_sliding(void **state)
{
	struct world *w = *state;
	struct switch_record there = world_ask(1, 2, 0, 4), back = world_ask(2, 1, 0, 4);

	world_show_first(w);
	selector_ask(w->selector, &there, w->now_ns);
	world_both(w, 100, 200);
	world_both(w, 100, 200);
	assert_int_equal(selector_ask(w->selector, &back, w->now_ns), 0);
	for (unsigned n = 2; n <= 4; n++) {
		world_both(w, 100, 200);
		assert_int_equal(back.state, SWITCH_WAITING);
		assert_int_equal(world_luma(w), 100 + 25 * n);
	}
	world_both(w, 100, 200);
	assert_int_equal(back.state, SWITCH_SWITCHED);
	assert_true(there.settled_ns > 0 && there.settled_ns < back.t0_ns);
	assert_int_equal(world_luma(w), 200);
	world_both(w, 100, 200);
	assert_int_equal(world_luma(w), 175);
	for (unsigned n = 0; n < 4; n++)
		world_both(w, 100, 200);
	assert_int_equal(world_luma(w), 100);
	assert_int_equal(selector_shown(w->selector), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_nothing_then_first),
		world_test(test_again),
		world_test(test_stalled_alone),
		world_test(test_gate_waits_and_opens),
		world_test(test_gate_is_strict),
		world_test(test_no_gate),
		world_test(test_sizes_differ),
		world_test(test_pairs_always),
		world_test(test_unsettled),
		world_test(test_one_step),
		world_test(test_sliding),
		world_test(test_no_sliding),
		world_test(test_slide_over_frozen),
		world_test(test_source_goes_while_sliding),
		world_test(test_switch_back_while_sliding),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
