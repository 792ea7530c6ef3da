// SPDX-License-Identifier: Apache-2.0
/* The address pool: order of hand-out, bounds, reservation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>

#include "smf-lite/pool.h"

static struct in_addr ip(const char *text)
{
	struct in_addr a;

	assert_int_equal(inet_pton(AF_INET, text, &a), 1);
	return a;
}

static void take(struct pool *pool, const char *wanted)
{
	struct in_addr got;

	assert_int_equal(pool_take(pool, &got), 0);
	assert_string_equal(inet_ntoa(got), wanted);
}

static void test_order(void **state)
{
	struct pool pool;

	assert_int_equal(pool_init(&pool, ip("10.60.1.0"), 24), 0);
	take(&pool, "10.60.1.2");
	take(&pool, "10.60.1.3");
	pool_release(&pool, ip("10.60.1.2"));
	take(&pool, "10.60.1.4"); /* not the one just given back */
	assert_int_equal(pool.taken, 2);
	pool_done(&pool);
}

static void test_exhaustion_and_reuse(void **state)
{
	struct in_addr addr;
	struct pool pool;

	assert_int_equal(pool_init(&pool, ip("10.60.1.0"), 29), 0);
	for (int i = 2; i <= 6; i++) /* .7 is broadcast */
		assert_int_equal(pool_take(&pool, &addr), 0);
	assert_int_equal(pool_take(&pool, &addr), -ENOSPC);
	pool_release(&pool, ip("10.60.1.5"));
	pool_release(&pool, ip("10.60.1.3"));
	pool_release(&pool, ip("10.60.1.3")); /* twice is once */
	take(&pool, "10.60.1.5");	      /* the one free for longest */
	take(&pool, "10.60.1.3");
	assert_int_equal(pool_take(&pool, &addr), -ENOSPC);
	assert_int_equal(pool.taken, 5);
	pool_done(&pool);
}

static void test_reserve_and_touch(void **state)
{
	struct pool pool;

	assert_int_equal(pool_init(&pool, ip("10.60.1.0"), 24), 0);
	assert_int_equal(pool_reserve(&pool, ip("10.60.1.2")), 0);
	assert_int_equal(pool_reserve(&pool, ip("10.60.1.2")), -EADDRINUSE);
	pool_touch(&pool, ip("10.60.1.3")); /* free, but used last before the restart */
	pool_touch(&pool, ip("10.60.1.2")); /* taken: nothing happens */
	take(&pool, "10.60.1.4");
	assert_int_equal(pool.taken, 2);
	pool_done(&pool);
}

static void test_foreign(void **state)
{
	static const char *const foreign[] = {"10.60.1.0", "10.60.1.1",	  "10.60.1.255",
					      "10.60.2.2", "10.60.0.255", "0.0.0.0"};
	struct pool pool;

	assert_int_equal(pool_init(&pool, ip("10.60.1.0"), 24), 0);
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		assert_int_equal(pool_reserve(&pool, ip(foreign[i])), -ERANGE);
		assert_false(pool_contains(&pool, ip(foreign[i])));
		pool_release(&pool, ip(foreign[i]));
		pool_touch(&pool, ip(foreign[i]));
	}
	assert_int_equal(pool.taken, 0);
	take(&pool, "10.60.1.2");
	pool_done(&pool);
}

static void test_bounds(void **state)
{
	struct pool pool;

	assert_int_equal(pool_init(&pool, ip("10.60.0.0"), 15), -EINVAL);
	assert_int_equal(pool_init(&pool, ip("10.60.0.0"), 31), -EINVAL);
	assert_int_equal(pool_init(&pool, ip("10.60.1.77"), 24), -EINVAL); /* host bits */
	assert_int_equal(pool_init(&pool, ip("10.60.1.0"), 23), -EINVAL);
	assert_int_equal(pool_init(&pool, ip("10.60.0.0"), 30), 0);
	take(&pool, "10.60.0.2"); /* the only one */
	pool_done(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_exhaustion_and_reuse),
		cmocka_unit_test(test_reserve_and_touch),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_bounds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("smf_pool", tests, NULL, NULL);
}
