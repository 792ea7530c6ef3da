// SPDX-License-Identifier: Apache-2.0
/* Which pictures are kept of a switch, and that they are joined whole. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "apps/stream-client/strip.h"

enum { WIDTH = 32, HEIGHT = 16, TURN_MS = 16, GAP = 8 };

static struct strip *strip;
static uint64_t now_ns;

/* A picture all of one luma value */
static void show(uint8_t luma, int32_t n)
{
	struct display_row row = {.display_ns = now_ns, .alpha_n = n};
	struct picture *picture;

	assert_int_equal(picture_new(WIDTH, HEIGHT, &picture), 0);
	picture_fill(picture, luma, 128, 128);
	strip_show(strip, &row, picture);
	picture_free(picture);
	now_ns += TURN_MS * UINT64_C(1000000);
}

static void expect(const uint8_t *luma, unsigned count)
{
	struct picture *joined;

	assert_int_equal(strip_join(strip, &joined), 0);
	assert_int_equal(joined->width, count * WIDTH + (count - 1) * GAP);
	assert_int_equal(joined->height, HEIGHT);
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *last = joined->plane[PICTURE_Y] +
				      (HEIGHT - 1) * joined->stride[PICTURE_Y] + i * (WIDTH + GAP);

		assert_int_equal(last[0], luma[i]);
		assert_int_equal(last[WIDTH - 1], luma[i]);
		if (i + 1 < count)
			assert_int_equal(last[WIDTH], 235);
	}
	picture_free(joined);
}

static int begin(void **state)
{
	now_ns = 1000;
	return strip_new(&strip);
}

static int end(void **state)
{
	strip_free(strip);
	return 0;
}

static void test_none(void **state)
{
	struct picture *joined = NULL;

	show(50, NOT_SLIDING); /* no switch: nothing is kept */
	assert_int_equal(strip_join(strip, &joined), -ENODATA);
	assert_null(joined);
}

/* N = 8: the source's last is n = 0, the middle n = 4, the destination's first the one after n = 7
 */
static void test_sliding(void **state)
{
	strip_begin(strip, 8);
	for (int n = 0; n < 8; n++)
		show((uint8_t)(100 + n), n);
	expect((const uint8_t[]){100, 104}, 2);
	for (int i = 0; i < 40; i++)
		show((uint8_t)(120 + i), NOT_SLIDING);
	/* half a second is 32 turns of 16 ms */
	expect((const uint8_t[]){100, 104, 120, 152}, 4);
	strip_begin(strip, 8); /* the next switch forgets them */
	show(99, 0);
	expect((const uint8_t[]){99}, 1);
}

/* N = 1: nothing between the two */
static void test_no_sliding(void **state)
{
	strip_begin(strip, 1);
	show(100, 0);
	for (int i = 0; i < 40; i++)
		show((uint8_t)(120 + i), NOT_SLIDING);
	expect((const uint8_t[]){100, 120, 152}, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_none, begin, end),
		cmocka_unit_test_setup_teardown(test_sliding, begin, end),
		cmocka_unit_test_setup_teardown(test_no_sliding, begin, end),
	};

	return cmocka_run_group_tests_name("strip", tests, NULL, NULL);
}
