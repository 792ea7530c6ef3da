// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/random.h"

enum { TAKEN = 20000 };

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* None twice, also where the store is filled anew, and where what is left is too little */
static void never_the_same(void **state)
{
	static uint64_t number[TAKEN];
	struct random_store store = {0};
	uint8_t odd[3];

	for (size_t i = 0; i < TAKEN; i++) {
		assert_int_equal(random_take(&store, &number[i], sizeof(number[i])), 0);
		assert_int_equal(random_take(&store, odd, i % sizeof(odd)), 0);
	}
	qsort(number, TAKEN, sizeof(number[0]), by_value);
	assert_true(number[0]);
	for (size_t i = 1; i < TAKEN; i++)
		assert_true(number[i] != number[i - 1]);
}

static void nothing_is_left_behind(void **state)
{
	static const uint8_t none[RANDOM_STORE];
	struct random_store store = {0};
	uint8_t all[RANDOM_STORE];

	assert_int_equal(random_take(&store, all, sizeof(all)), 0);
	assert_memory_equal(store.octets, none, sizeof(none));
	assert_memory_not_equal(all, none, sizeof(none));
	assert_int_equal(random_take(&store, all, RANDOM_STORE + 1), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_the_same),
		cmocka_unit_test(nothing_is_left_behind),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
