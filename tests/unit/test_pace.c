// SPDX-License-Identifier: Apache-2.0
/* When the selector's turns are, with streams that arrive when a test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "apps/stream-client/pace.h"

enum { MS = 1000000 };

#define T0	 (100ULL * 1000 * MS)
#define INTERVAL (10ULL * MS)

static void test_pace_fixed(void **state)
{
	struct pace pace;
	uint64_t left_out;

	pace_init(&pace, 100, false, T0);
	for (unsigned i = 1; i <= 100; i++) {
		pace_arrival(&pace, 1, T0 + i * INTERVAL);
		assert_true(pace_next(&pace, T0, &left_out) == T0 + i * INTERVAL);
		assert_int_equal(left_out, 0);
	}
}

static void test_pace_late(void **state)
{
	struct pace pace;
	uint64_t left_out;

	pace_init(&pace, 100, false, T0);
	/* A little late: the next turn is at once, none is left out */
	assert_true(pace_next(&pace, T0 + 15 * MS, &left_out) == T0 + INTERVAL);
	assert_int_equal(left_out, 0);
	/* Far too late: turns are left out, the phase stays */
	assert_true(pace_next(&pace, T0 + 125 * MS, &left_out) == T0 + 120 * MS);
	assert_int_equal(left_out, 10);
}

/* Deadlines leave the moments at which two streams arrive, and stay away. */
static void test_pace_follows(void **state)
{
	struct pace pace;
	uint64_t left_out, before = T0, next = T0, away;

	pace_init(&pace, 100, true, T0);
	for (unsigned i = 1; i <= 2000; i++) {
		pace_arrival(&pace, 1, T0 + i * INTERVAL + (i % 3) * MS / 4);
		pace_arrival(&pace, 2, T0 + i * INTERVAL + 3 * MS);
		next = pace_next(&pace, T0, &left_out);
		assert_true(next - before >= INTERVAL - INTERVAL / PACE_STEP - 1);
		assert_true(next - before <= INTERVAL + INTERVAL / PACE_STEP + 1);
		before = next;
	}
	away = next % INTERVAL; /* arrivals: 0 to 0.5 and 3; the widest part is 3 to 10 */
	assert_in_range(away, 11 * MS / 2, 8 * MS);
}

static uint64_t apart(uint64_t a, uint64_t b)
{
	uint64_t d = a > b ? a - b : b - a;

	return d % INTERVAL < INTERVAL - d % INTERVAL ? d % INTERVAL : INTERVAL - d % INTERVAL;
}

/* A stream that has just come and arrives with the turns is left in a few of them, however long the
 * other one has been there; and what is gone doesn't count any more. */
static void test_pace_of_a_new_stream(void **state)
{
	struct pace pace;
	uint64_t left_out, next = T0, at;
	unsigned i = 1;

	pace_init(&pace, 100, true, T0);
	for (; i <= 200; i++) {
		pace_arrival(&pace, 1, T0 + i * INTERVAL);
		next = pace_next(&pace, T0, &left_out);
	}
	at = next % INTERVAL;
	assert_in_range(at, 4 * MS, 6 * MS);
	for (; i <= 208; i++) {
		pace_arrival(&pace, 1, T0 + i * INTERVAL);
		pace_arrival(&pace, 2, T0 + i * INTERVAL + at);
		next = pace_next(&pace, T0, &left_out);
	}
	assert_true(apart(next, at) > 3 * MS / 2);
	for (; i <= 220; i++) {
		pace_arrival(&pace, 1, T0 + i * INTERVAL);
		pace_arrival(&pace, 2, T0 + i * INTERVAL + at);
		next = pace_next(&pace, T0, &left_out);
	}
	assert_true(apart(next, at) >= 2 * MS && apart(next, T0) >= 2 * MS);
	for (; i <= 300; i++) {
		pace_arrival(&pace, 2, T0 + i * INTERVAL + at);
		next = pace_next(&pace, T0, &left_out);
	}
	assert_true(apart(next, at) > 4 * MS);
}

/* It is clear when enough is known and the turns have moved away; a collision isn't. */
static void test_pace_clear(void **state)
{
	struct pace pace;
	uint64_t left_out, at;
	unsigned i = 1, clear = 0;

	pace_init(&pace, 100, true, T0);
	assert_false(pace_is_clear(&pace, 1));
	at = pace_next(&pace, T0, &left_out) % INTERVAL;
	for (; i <= 24 && !clear; i++) {
		pace_arrival(&pace, 1, T0 + i * INTERVAL + at);
		(void)pace_next(&pace, T0, &left_out);
		clear = pace_is_clear(&pace, 1) ? i : 0;
	}
	assert_in_range(clear, PACE_KNOWN, 12);

	pace_init(&pace, 100, false, T0); /* turns that don't move never are */
	for (i = 1; i <= 100; i++) {
		pace_arrival(&pace, 1, T0 + i * INTERVAL);
		pace_arrival(&pace, 2, T0 + i * INTERVAL + INTERVAL / 2);
		(void)pace_next(&pace, T0, &left_out);
		assert_false(pace_is_clear(&pace, 1));
		assert_true(pace_is_clear(&pace, 2) == (i > PACE_KNOWN));
	}
}

static void test_pace_without_arrivals(void **state)
{
	struct pace pace;
	uint64_t left_out;

	pace_init(&pace, 100, true, T0);
	for (unsigned i = 1; i <= 10; i++)
		assert_true(pace_next(&pace, T0, &left_out) == T0 + i * INTERVAL);
	for (unsigned i = 0; i < PACE_SLOTS; i++) /* everywhere: no place is better */
		pace_arrival(&pace, 1, T0 + i * INTERVAL / PACE_SLOTS + 1);
	assert_true(pace_next(&pace, T0, &left_out) == T0 + 11 * INTERVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace_fixed),   cmocka_unit_test(test_pace_late),
		cmocka_unit_test(test_pace_follows), cmocka_unit_test(test_pace_of_a_new_stream),
		cmocka_unit_test(test_pace_clear),   cmocka_unit_test(test_pace_without_arrivals),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
