// SPDX-License-Identifier: Apache-2.0
/* The budget of lines that a peer can cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/log.h"

/* Until a second is over, which one may be in the midst of this: @used begins anew then */
static void test_so_many_a_second(void **state)
{
	struct log_budget budget = {0};
	unsigned suppressed, told = 0, allowed = 0;

	for (int i = 0; i < 100; i++) {
		if (!log_allowed(&budget, 10, &suppressed))
			continue;
		allowed++;
		told += suppressed;
	}
	assert_in_range(allowed, 10, 20);
	assert_int_equal(told + budget.suppressed, 100 - allowed);
}

static void test_what_was_not_told_is_told_once(void **state)
{
	struct log_budget budget = {.second = 1, .used = 5, .suppressed = 3};
	unsigned suppressed = 0;

	assert_true(log_allowed(&budget, 5, &suppressed));
	assert_int_equal(suppressed, 3);
	assert_true(log_allowed(&budget, 5, &suppressed));
	assert_int_equal(suppressed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_so_many_a_second),
		cmocka_unit_test(test_what_was_not_told_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
