// SPDX-License-Identifier: Apache-2.0
/*
 * The selector with made-up frames, a turn each 16 ms: what is shown, the gate, the one step of the
 * switch, the sliding's golden pictures, and everything that can come between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/picture/ssim.h"
#include "apps/stream-client/downtime.h"
#include "apps/stream-client/selector.h"

enum { WIDTH = 320, HEIGHT = 96, TURN_NS = 16666666, ROWS = 512 };

struct source {
	struct frame frame;
	bool there, stalled, frozen;
};

struct world {
	struct selector *selector;
	uint64_t now_ns;
	struct source stream[4]; /* numbers 1 to 3 */
	struct selector_turn turn;
	struct display_row row[ROWS];
	size_t rows;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	selector_new(&w->selector);
	w->now_ns = 5000000000;
	for (unsigned n = 1; n < 4; n++) {
		w->stream[n].frame.stamp.edge = (uint16_t)n;
		picture_new(WIDTH, HEIGHT, &w->stream[n].frame.picture);
	}
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	for (unsigned n = 1; n < 4; n++)
		picture_free(w->stream[n].frame.picture);
	selector_free(w->selector);
	free(w);
	return 0;
}

/* The next frame of a stream, of one luma */
static void render(struct world *w, unsigned n, uint8_t luma)
{
	struct frame *f = &w->stream[n].frame;

	f->stamp.seq++;
	f->stamp.tick++;
	f->generation++;
	picture_fill(f->picture, luma, 128, 128);
	assert_int_equal(frame_stamp_draw(f->picture, &f->stamp), 0);
	w->stream[n].there = true;
}

static void turn(struct world *w)
{
	struct selector_stream streams[4];
	unsigned count = 0;

	for (unsigned n = 1; n < 4; n++)
		if (w->stream[n].there)
			streams[count++] = (struct selector_stream){
				.n = n,
				.stalled = w->stream[n].stalled,
				.frame =
					w->stream[n].frame.generation ? &w->stream[n].frame : NULL};
	w->now_ns += TURN_NS;
	selector_step(w->selector, w->now_ns, streams, count, &w->turn);
	if (!w->turn.picture)
		return;
	selector_displayed(w->selector, &w->turn, w->now_ns + 1000);
	if (w->rows < ROWS)
		w->row[w->rows++] = w->turn.row;
}

/* New frames on streams 1 and 2, then a turn */
static void both(struct world *w, uint8_t luma1, uint8_t luma2)
{
	if (!w->stream[1].frozen)
		render(w, 1, luma1);
	if (!w->stream[2].frozen)
		render(w, 2, luma2);
	turn(w);
}

/* A sample below the strip; the code in the strip */
static uint8_t luma(const struct world *w)
{
	const struct picture *p = w->turn.picture;

	return p->plane[PICTURE_Y][(HEIGHT - 1) * p->stride[PICTURE_Y] + WIDTH / 2];
}

static struct frame_stamp code(const struct world *w)
{
	struct frame_stamp stamp = {0};

	assert_int_equal(frame_stamp_read(w->turn.picture, &stamp), 0);
	return stamp;
}

static struct switch_record ask_for(uint32_t number, uint32_t to, double threshold, uint32_t window)
{
	return (struct switch_record){.request = {.number = number,
						  .to = to,
						  .threshold = threshold,
						  .window = window,
						  .timeout_ns = 1000000000}};
}

static void show_first(struct world *w)
{
	selector_show(w->selector, 1);
	both(w, 100, 200);
}

/* ---- what is shown ---- */

static void test_nothing_then_first(void **state)
{
	struct world *w = *state;

	turn(w);
	assert_null(w->turn.picture);
	assert_true(w->turn.stalled);
	selector_show(w->selector, 1);
	selector_show(w->selector, 2); /* something is shown already */
	assert_int_equal(selector_shown(w->selector), 1);
	both(w, 100, 200);
	assert_int_equal(w->turn.row.stream, 1);
	assert_int_equal(luma(w), 100);
	assert_int_equal(w->turn.row.alpha_n, NOT_SLIDING);
	assert_false(w->turn.stalled);
	assert_false(w->turn.has_pair);
}

static void test_again(void **state)
{
	struct world *w = *state;

	show_first(w);
	assert_false(w->turn.row.again);
	turn(w);
	assert_true(w->turn.row.again);
	assert_int_equal(luma(w), 100);
	both(w, 101, 200);
	assert_false(w->turn.row.again);
}

static void test_stalled_alone(void **state)
{
	struct world *w = *state;

	show_first(w);
	w->stream[1].stalled = true;
	turn(w);
	assert_true(w->turn.stalled);
	assert_true(w->turn.row.again);
	assert_int_equal(luma(w), 100);
}

/* ---- the gate ---- */

static void test_gate_waits_and_opens(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(1, 2, 0.85, 4);

	show_first(w);
	assert_int_equal(selector_ask(w->selector, &r, w->now_ns), 0);
	both(w, 60, 230);
	assert_true(w->turn.has_pair);
	assert_true(w->turn.pair.ssim < 0.85);
	assert_int_equal(w->turn.pair.tick_s, w->stream[1].frame.stamp.tick);
	assert_int_equal(w->turn.pair.tick_d, w->stream[2].frame.stamp.tick);
	assert_int_equal(r.state, SWITCH_WAITING);
	assert_int_equal(w->turn.row.stream, 1);
	turn(w); /* the same pair isn't looked at twice */
	assert_false(w->turn.has_pair);
	assert_int_equal(r.pairs, 1);
	both(w, 150, 150);
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
	struct switch_record r = ask_for(1, 2, 1, 4);

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	both(w, 90, 90);
	assert_true(w->turn.pair.ssim == 1);
	assert_int_equal(r.state, SWITCH_WAITING);
}

static void test_no_gate(void **state)
{
	struct world *w = *state;
	struct switch_record zero = ask_for(1, 2, 0, 1), force = ask_for(2, 1, 0.99, 1);

	show_first(w);
	selector_ask(w->selector, &zero, w->now_ns);
	both(w, 20, 230);
	assert_int_equal(zero.state, SWITCH_SWITCHED);
	assert_int_equal(zero.reason, SWITCH_REASON_FORCED);
	both(w, 20, 230);
	force.request.force = true;
	assert_int_equal(selector_ask(w->selector, &force, w->now_ns), 0);
	both(w, 20, 230);
	assert_int_equal(force.state, SWITCH_SWITCHED);
	assert_int_equal(force.reason, SWITCH_REASON_FORCED);
}

static void test_sizes_differ(void **state)
{
	struct world *w = *state;
	struct switch_record gated = ask_for(1, 2, 0.5, 4), forced = ask_for(2, 2, 0, 4);

	show_first(w);
	picture_free(w->stream[2].frame.picture);
	picture_new(WIDTH, 2 * HEIGHT, &w->stream[2].frame.picture);
	selector_ask(w->selector, &gated, w->now_ns);
	both(w, 100, 100);
	assert_int_equal(gated.state, SWITCH_WAITING);
	assert_true(gated.ssim == -1);
	selector_cancel(w->selector, &gated, w->now_ns);
	selector_ask(w->selector, &forced, w->now_ns);
	both(w, 100, 100);
	assert_int_equal(forced.state, SWITCH_SWITCHED);
	assert_int_equal(w->turn.row.stream, 2); /* nothing to slide from */
	assert_int_equal(w->turn.picture->height, 2 * HEIGHT);
}

static void test_pairs_always(void **state)
{
	struct world *w = *state;

	selector_record_pairs(w->selector, true);
	show_first(w);
	assert_true(w->turn.has_pair);
	turn(w);
	assert_false(w->turn.has_pair);
	w->stream[2].stalled = true;
	both(w, 100, 100);
	assert_false(w->turn.has_pair);
}

/* ---- the switch as one step, and the sliding's pictures ---- */

static void test_one_step(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(9, 2, 0.5, 4);

	show_first(w);
	both(w, 100, 100);
	assert_false(w->turn.switched);
	selector_ask(w->selector, &r, w->now_ns);
	both(w, 100, 100);
	assert_true(w->turn.switched); /* steer and signal, in this turn */
	assert_ptr_equal(w->turn.record, &r);
	assert_int_equal(selector_shown(w->selector), 2);
	assert_int_equal(r.from, 1);
	assert_int_equal(r.t0_ns, w->now_ns);
	assert_int_equal(w->turn.row.alpha_n, 0); /* and the sliding has begun */
	assert_int_equal(w->turn.row.stream, 1);
	both(w, 100, 100);
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
	struct switch_record r = ask_for(1, 2, 0, 4);

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	for (unsigned n = 0; n < 6; n++) {
		unsigned from = n == 0 ? 1 : 2;
		struct frame_stamp stamp;

		both(w, 100, 200);
		stamp = code(w);
		assert_int_equal(luma(w), want[n]);
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
	struct switch_record r = ask_for(1, 2, 0, 1);

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	both(w, 100, 200);
	assert_int_equal(luma(w), 100);
	both(w, 100, 200);
	assert_int_equal(luma(w), 200);
	assert_ptr_equal(w->turn.picture, w->stream[2].frame.picture);
	assert_int_equal(r.settled_ns, w->now_ns + 1000);
}

/* The destination has nothing new for a turn: a blended picture changes, but is shown "again". */
static void test_slide_over_frozen(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(1, 2, 0, 4);

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	both(w, 100, 200);
	w->stream[2].frozen = true;
	both(w, 100, 200);
	assert_true(w->turn.row.again); /* it was in the picture n = 0, with weight 0 */
	assert_int_equal(luma(w), 125);
	both(w, 100, 200);
	assert_true(w->turn.row.again);
	assert_int_equal(luma(w), 150);
	assert_int_equal(r.first_display_ns, 0);
	w->stream[2].frozen = false;
	both(w, 100, 200);
	assert_false(w->turn.row.again);
	assert_int_equal(r.first_display_ns, w->now_ns + 1000);
}

static void test_source_goes_while_sliding(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(1, 2, 0, 8);

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	both(w, 100, 200);
	both(w, 100, 200);
	w->stream[1].there = false;
	w->stream[1].frozen = true;
	selector_forget(w->selector, 1, w->now_ns);
	both(w, 0, 200);
	assert_int_equal(luma(w), 200);
	assert_true(r.settled_ns > 0);
	both(w, 0, 200);
	assert_int_equal(w->turn.row.alpha_n, NOT_SLIDING);
}

static void test_switch_back_while_sliding(void **state)
{
	struct world *w = *state;
	struct switch_record there = ask_for(1, 2, 0, 4), back = ask_for(2, 1, 0, 4);

	show_first(w);
	selector_ask(w->selector, &there, w->now_ns);
	both(w, 100, 200);
	both(w, 100, 200);
	assert_int_equal(selector_ask(w->selector, &back, w->now_ns), 0);
	for (unsigned n = 2; n <= 4; n++) {
		both(w, 100, 200);
		assert_int_equal(back.state, SWITCH_WAITING);
		assert_int_equal(luma(w), 100 + 25 * n);
	}
	both(w, 100, 200);
	assert_int_equal(back.state, SWITCH_SWITCHED);
	assert_true(there.settled_ns > 0 && there.settled_ns < back.t0_ns);
	assert_int_equal(luma(w), 200);
	both(w, 100, 200);
	assert_int_equal(luma(w), 175);
	for (unsigned n = 0; n < 4; n++)
		both(w, 100, 200);
	assert_int_equal(luma(w), 100);
	assert_int_equal(selector_shown(w->selector), 1);
}

/* ---- what comes between ---- */

static void test_timeout(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(1, 2, 0.9, 8);
	unsigned turns = 0;

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	while (r.state == SWITCH_WAITING && turns < 1000) {
		both(w, 60, 230);
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
	both(w, 150, 150);
	assert_int_equal(selector_shown(w->selector), 1);
}

static void test_destination_stalls(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(1, 2, 0.9, 8);

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	w->stream[2].stalled = true;
	turn(w);
	assert_int_equal(r.state, SWITCH_GIVEN_UP);
	assert_int_equal(r.reason, SWITCH_REASON_DESTINATION_STALLED);
	assert_int_equal(w->turn.row.stream, 1);
}

static void test_destination_goes(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(1, 2, 0.9, 8), unknown = ask_for(2, 3, 0.9, 8);

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	w->stream[2].there = false;
	selector_forget(w->selector, 2, w->now_ns);
	assert_int_equal(r.state, SWITCH_GIVEN_UP);
	assert_int_equal(r.reason, SWITCH_REASON_DESTINATION_GONE);
	assert_int_equal(selector_ask(w->selector, &unknown, w->now_ns), 0);
	turn(w);
	assert_int_equal(unknown.reason, SWITCH_REASON_DESTINATION_GONE);
}

static void test_destination_joins_late(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(1, 3, 0, 8);

	show_first(w);
	w->stream[3].there = true;
	selector_ask(w->selector, &r, w->now_ns);
	both(w, 100, 100);
	assert_int_equal(r.state, SWITCH_WAITING);
	render(w, 3, 100);
	both(w, 100, 100);
	assert_int_equal(r.state, SWITCH_SWITCHED);
}

static void test_source_stalls(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(1, 2, 0.9, 8);

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	both(w, 60, 230);
	assert_int_equal(r.state, SWITCH_WAITING);
	w->stream[1].stalled = w->stream[1].frozen = true;
	both(w, 60, 230);
	assert_int_equal(r.state, SWITCH_SWITCHED);
	assert_int_equal(r.reason, SWITCH_REASON_NO_SOURCE);
	assert_int_equal(luma(w), 230); /* at once: a frozen picture isn't slid from */
	assert_int_equal(w->turn.row.alpha_n, NOT_SLIDING);
	assert_true(r.settled_ns > 0);
}

static void test_shown_is_forgotten(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(1, 2, 0.9, 8);

	show_first(w);
	w->stream[1].there = false;
	w->stream[1].frozen = true;
	selector_forget(w->selector, 1, w->now_ns);
	both(w, 0, 200);
	assert_null(w->turn.picture);
	assert_int_equal(selector_shown(w->selector), 0);
	selector_ask(w->selector, &r, w->now_ns);
	both(w, 0, 200);
	assert_int_equal(r.reason, SWITCH_REASON_NO_SOURCE);
	assert_int_equal(r.from, 0);
	assert_int_equal(luma(w), 200);
}

static void test_cancel(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(1, 2, 0.9, 8), other = ask_for(2, 2, 0, 8);

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	assert_int_equal(selector_ask(w->selector, &other, w->now_ns), -EBUSY);
	assert_int_equal(selector_cancel(w->selector, &other, w->now_ns), -ENOENT);
	assert_int_equal(selector_cancel(w->selector, &r, w->now_ns), 0);
	assert_int_equal(r.state, SWITCH_CANCELLED);
	assert_int_equal(selector_cancel(w->selector, &r, w->now_ns), -ENOENT);
	both(w, 150, 150);
	assert_int_equal(w->turn.row.stream, 1);
	assert_int_equal(selector_ask(w->selector, &other, w->now_ns), 0);
	both(w, 150, 150);
	assert_int_equal(other.state, SWITCH_SWITCHED);
	assert_int_equal(selector_cancel(w->selector, &other, w->now_ns), -ENOENT);
}

/* Signals only: what slides goes on sliding */
static void test_to_the_shown(void **state)
{
	struct world *w = *state;
	struct switch_record r = ask_for(1, 2, 0, 4), same = ask_for(2, 2, 0.99, 4);

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	both(w, 100, 200);
	selector_ask(w->selector, &same, w->now_ns);
	both(w, 100, 200);
	assert_int_equal(same.state, SWITCH_SWITCHED);
	assert_int_equal(same.reason, SWITCH_REASON_SHOWN);
	assert_true(w->turn.switched);
	assert_int_equal(luma(w), 125);
	both(w, 100, 200);
	assert_int_equal(luma(w), 150);
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
	struct switch_record r = ask_for(1, 2, 0, 8);

	show_first(w);
	selector_ask(w->selector, &r, w->now_ns);
	for (unsigned i = 0; i < 60; i++)
		both(w, 100, 200);
	assert_true(downtime_of(w, &r) == 0);
}

/* The negative control: a destination that freezes at the switch, also while it is slid to */
static void test_downtime_of_a_freeze(void **state)
{
	static const unsigned window[] = {1, 8};
	struct world *w = *state;

	for (unsigned i = 0; i < 2; i++) {
		struct switch_record r = ask_for(i + 1, 2 - i, 0, window[i]);
		struct source *destination = &w->stream[r.request.to];

		if (i == 0)
			show_first(w);
		selector_ask(w->selector, &r, w->now_ns);
		both(w, 100, 100);
		destination->frozen = true;
		for (unsigned t = 0; t < 30; t++) /* 500 ms */
			both(w, 100, 100);
		destination->frozen = false;
		for (unsigned t = 0; t < 60; t++)
			both(w, 100, 100);
		assert_true(downtime_of(w, &r) >= 30 * (TURN_NS / 1e6) - 0.001);
		w->rows = 0;
		both(w, 100, 100);
	}
}

#define world_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

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
		world_test(test_one_step),
		world_test(test_sliding),
		world_test(test_no_sliding),
		world_test(test_slide_over_frozen),
		world_test(test_source_goes_while_sliding),
		world_test(test_switch_back_while_sliding),
		world_test(test_timeout),
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
