// SPDX-License-Identifier: Apache-2.0
/* How much the screen jumps: a scene that scrolls, and what an eye would object to in it; the
 * thread that computes it beside the selector. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "apps/picture/blend.h"
#include "apps/picture/stamp.h"
#include "apps/stream-client/jump.h"
#include "apps/stream-client/jumps.h"
#include "tests/unit/picture_scene.h"

enum { WIDTH = 320, HEIGHT = 240, FPS = 50, JUMPS_MAX = 256 };

#define INTERVAL (1000000000ULL / FPS)
#define BEGIN	 (100 * INTERVAL)

/* A screen that shows the scene at this or that time */
struct screen {
	struct jump *jump;
	struct picture *picture, *other, *texture;
	uint64_t ns;
	double last; /* jump */
};

static int begin(void **state)
{
	struct screen *s = calloc(1, sizeof *s);

	assert_non_null(s);
	assert_int_equal(jump_new(INTERVAL, &s->jump), 0);
	assert_int_equal(picture_new(WIDTH, HEIGHT, &s->picture), 0);
	assert_int_equal(picture_new(WIDTH, HEIGHT, &s->other), 0);
	assert_int_equal(picture_new(1024, 1024, &s->texture), 0);
	scene_draw(s->texture, 0);
	s->ns = BEGIN;
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct screen *s = *state;

	jump_free(s->jump);
	picture_free(s->picture);
	picture_free(s->other);
	picture_free(s->texture);
	free(s);
	return 0;
}

static double show_after(struct screen *s, unsigned time, uint64_t after_ns)
{
	int r;

	scene_draw(s->picture, time);
	s->ns += after_ns;
	s->last = -1;
	r = jump_next(s->jump, s->picture, s->ns, &s->last);
	assert_true(r == 0 || r == -ENODATA);
	return s->last;
}

static double show(struct screen *s, unsigned time)
{
	return show_after(s, time, INTERVAL);
}

/* A texture without anything that moves by itself, seen from (x, y) on */
static double show_at(struct screen *s, int x, int y)
{
	struct picture *p = s->picture;

	for (unsigned j = 0; j < p->height; j++)
		for (unsigned i = 0; i < p->width; i++)
			p->plane[PICTURE_Y][j * p->stride[PICTURE_Y] + i] =
				s->texture->plane[PICTURE_Y][(j + (unsigned)y) *
								     s->texture->stride[PICTURE_Y] +
							     i + (unsigned)x];
	s->ns += INTERVAL;
	jump_next(s->jump, p, s->ns, &s->last);
	return s->last;
}

/* Up to @time - 1 without anything to object to; Return: the largest jump in it */
static double run_to(struct screen *s, unsigned from, unsigned time)
{
	double largest = 0;

	for (unsigned t = from; t < time; t++) {
		double jump = show(s, t);

		largest = jump > largest ? jump : largest;
	}
	return largest;
}

static void test_first_two_have_none(void **state)
{
	struct screen *s = *state;

	assert_true(show(s, 10) < 0);
	assert_true(show(s, 11) < 0);
	assert_true(show(s, 12) >= 0);
	jump_forget(s->jump);
	assert_true(show(s, 13) < 0);
	assert_true(show(s, 14) < 0);
	assert_true(show(s, 15) >= 0);
}

static void test_stillness_is_none(void **state)
{
	struct screen *s = *state;

	for (int i = 0; i < 5; i++)
		show(s, 7);
	assert_true(s->last == 0);
}

static void test_unit(void **state)
{
	struct screen *s = *state;
	double jump = -1;

	for (unsigned i = 0; i < 3; i++) {
		static const uint8_t luma[] = {100, 103, 102};

		picture_fill(s->picture, luma[i], 128, 128);
		jump_next(s->jump, s->picture, BEGIN + i * INTERVAL, &jump);
	}
	assert_true(jump == 1);
	picture_fill(s->picture, 255, 128, 128);
	jump_next(s->jump, s->picture, BEGIN + 3 * INTERVAL, &jump);
	picture_fill(s->picture, 0, 128, 128);
	jump_next(s->jump, s->picture, BEGIN + 4 * INTERVAL, &jump);
	assert_true(jump == 255);
}

static void test_freeze(void **state)
{
	struct screen *s = *state;
	double usual = run_to(s, 0, 20);

	assert_true(show(s, 19) > 1.5 * usual);	      /* again */
	assert_true(show(s, 20) > 1.5 * usual);	      /* and on */
	assert_true(run_to(s, 22, 30) > 1.5 * usual); /* 21 was left out */
}

static void test_step_back_is_worse_than_freeze(void **state)
{
	struct screen *s = *state;
	double freeze, back;

	run_to(s, 0, 20);
	freeze = show(s, 19);
	jump_forget(s->jump);
	run_to(s, 0, 20);
	back = show(s, 18);
	assert_true(back > 1.2 * freeze);
}

/* Any way that the scene scrolls, and at any speed up to the largest: what goes on isn't a jump */
static void test_motion_goes_on(void **state)
{
	static const int way[][2] = {{2, 0}, {0, 2}, {-3, 0}, {0, -5}, {2, 2}, {-4, 7}, {16, 0}, {-5, -16}};
	struct screen *s = *state;

	for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
		double went_on, turned;

		jump_forget(s->jump);
		for (int t = 0; t < 8; t++)
			show_at(s, 400 + way[i][0] * t, 400 + way[i][1] * t);
		went_on = s->last;
		turned = show_at(s, 400 + way[i][0] * 7 - way[i][1],
				 400 + way[i][1] * 7 + way[i][0]);
		assert_true(went_on == 0);
		assert_true(turned > 1);
	}
}

static void test_steps_ahead_grow(void **state)
{
	struct screen *s = *state;
	double before = run_to(s, 0, 20);

	for (unsigned ahead = 1; ahead <= 3; ahead++) {
		double jump;

		jump_forget(s->jump);
		run_to(s, 0, 20);
		jump = show(s, 20 + ahead);
		assert_true(jump > before);
		before = jump;
	}
}

/* The same two places, slid over in eight pictures: none of them jumps as the switch at once does
 */
static void test_sliding_is_smooth(void **state)
{
	struct screen *s = *state;
	double usual = run_to(s, 0, 20), at_once = show(s, 23), largest = 0;
	const unsigned window = 8;

	jump_forget(s->jump);
	run_to(s, 0, 20);
	for (unsigned n = 0; n <= window; n++) {
		double jump = 0;

		scene_draw(s->picture, 20 + n);
		scene_draw(s->other, 22 + n);
		assert_int_equal(picture_blend(s->picture, s->other, s->picture, n, window, 0), 0);
		s->ns += INTERVAL;
		assert_int_equal(jump_next(s->jump, s->picture, s->ns, &jump), 0);
		largest = jump > largest ? jump : largest;
	}
	assert_true(largest < at_once / 2);
	assert_true(largest < 3 * usual);
}

/* No picture for a refresh: what was there is seen twice */
static void test_late_is_a_freeze(void **state)
{
	struct screen *s = *state;
	double freeze, late;

	run_to(s, 0, 20);
	freeze = show(s, 19);
	jump_forget(s->jump);
	run_to(s, 0, 20);
	late = show_after(s, 20, 2 * INTERVAL);
	assert_true(late >= freeze * 0.99);
	jump_forget(s->jump);
	run_to(s, 0, 20);
	assert_true(show_after(s, 20, INTERVAL + INTERVAL / 3) <
		    freeze / 1.5); /* only not quite on time */
}

static void test_strip_does_not_count(void **state)
{
	struct screen *s = *state;
	double jump = -1;

	for (unsigned i = 0; i < 4; i++) {
		struct frame_stamp stamp = {1, 0x12345678U << i, 77 * i, i};

		picture_fill(s->picture, 90, 128, 128);
		assert_int_equal(frame_stamp_draw(s->picture, &stamp), 0);
		jump_next(s->jump, s->picture, BEGIN + i * INTERVAL, &jump);
	}
	assert_true(jump == 0);
}

static void test_another_size_begins_anew(void **state)
{
	struct screen *s = *state;
	struct picture *small;
	double jump = -1;

	run_to(s, 0, 5);
	assert_int_equal(picture_new(64, 48, &small), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(jump_next(s->jump, small, BEGIN, &jump), i < 2 ? -ENODATA : 0);
	assert_true(jump == 0);
	picture_free(small);
}

/* ---- the thread ---- */

static void await_count(struct jumps *jumps, uint64_t computed)
{
	struct jumps_state state;

	do {
		sched_yield();
		jumps_state(jumps, &state);
	} while (state.computed < computed);
}

static void test_thread(void **state)
{
	struct screen *s = *state;
	struct jumps *jumps;
	struct jumps_state counts;
	double by_thread = -1;

	assert_int_equal(jumps_new(FPS, JUMPS_MAX, &jumps), 0);
	for (unsigned t = 1; t <= 10; t++) {
		show(s, t);
		jumps_put(jumps, s->picture, t, s->ns);
		if (t > 2)
			await_count(jumps, t - 2);
		assert_int_equal(jumps_get(jumps, t, &by_thread), t > 2);
		assert_true(t <= 2 || by_thread == s->last);
	}
	assert_false(jumps_get(jumps, 11, &by_thread));
	/* row 11 was left out: nothing is known of the two that follow */
	for (unsigned t = 12; t <= 14; t++)
		jumps_put(jumps, s->picture, t, s->ns += INTERVAL);
	await_count(jumps, 9);
	assert_false(jumps_get(jumps, 12, &by_thread));
	assert_false(jumps_get(jumps, 13, &by_thread));
	assert_true(jumps_get(jumps, 14, &by_thread));
	assert_true(by_thread == 0);
	jumps_state(jumps, &counts);
	assert_int_equal(counts.left_out, 0);
	jumps_free(jumps);
}

/* More than there is room for at once: what isn't computed is counted, nothing waits */
static void test_flood(void **state)
{
	struct screen *s = *state;
	struct jumps *jumps;
	struct jumps_state counts;
	double jump;
	const unsigned puts = 2000;
	unsigned known = 0;

	assert_int_equal(jumps_new(FPS, JUMPS_MAX, &jumps), 0);
	for (unsigned t = 1; t <= puts; t++)
		jumps_put(jumps, s->picture, t, BEGIN + t * INTERVAL);
	jumps_state(jumps, &counts);
	for (unsigned t = 1; t <= puts; t++)
		known += jumps_get(jumps, t, &jump);
	assert_true(known <= JUMPS_MAX);
	assert_true(counts.computed + counts.left_out <= puts);
	jumps_free(jumps);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_first_two_have_none),
		TEST(test_stillness_is_none),
		TEST(test_unit),
		TEST(test_freeze),
		TEST(test_step_back_is_worse_than_freeze),
		TEST(test_motion_goes_on),
		TEST(test_steps_ahead_grow),
		TEST(test_sliding_is_smooth),
		TEST(test_late_is_a_freeze),
		TEST(test_strip_does_not_count),
		TEST(test_another_size_begins_anew),
		TEST(test_thread),
		TEST(test_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
