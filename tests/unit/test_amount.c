// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/amount.h"

static void sizes(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t octets;
	} rows[] = {
		{"0", 0, 0},
		{"4096", 0, 4096},
		{"7B", 0, 7},
		{"4KB", 0, 4096},
		{"0.5KB", 0, 512},
		{"64MB", 0, 64 << 20},
		{"2.5GB", 0, 5ULL << 29},
		{"1024GB", 0, 1ULL << 40},
		{"1025GB", -EINVAL, 0},
		{"99999999999999999999999GB", -EINVAL, 0},
		{"0.3B", -EINVAL, 0},
		{"4kb", -EINVAL, 0},
		{"4 KB", -EINVAL, 0},
		{"4KBs", -EINVAL, 0},
		{"-4KB", -EINVAL, 0},
		{"+4KB", -EINVAL, 0},
		{" 4KB", -EINVAL, 0},
		{"0x4KB", -EINVAL, 0},
		{"1e3", -EINVAL, 0},
		{"1.2.3MB", -EINVAL, 0},
		{"nan", -EINVAL, 0},
		{"", -EINVAL, 0},
		{"KB", -EINVAL, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t octets = 0;

		if (amount_read_size(rows[i].text, &octets) != rows[i].rc ||
		    octets != rows[i].octets)
			fail_msg("'%s': %llu", rows[i].text, (unsigned long long)octets);
	}
}

static void shares(void **state)
{
	static const char *const bad[] = {"",	 "1.01", "-0", "nan", "inf",
					  "0x1", "1e-1", ".5", "1 "};
	double share = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (amount_read_share(bad[i], &share) != -EINVAL)
			fail_msg("'%s'", bad[i]);
	assert_true(share == 7);
	assert_int_equal(amount_read_share("0.36", &share), 0);
	assert_true(share == 0.36);
	assert_int_equal(amount_read_share("1", &share), 0);
	assert_true(share == 1);
	assert_int_equal(amount_read_share("0", &share), 0);
	assert_true(share == 0);
}

static void bursts(void **state)
{
	static const char *const bad[] = {"",		"1",	       "1/2",
					  "1/2/",	"1/2/3/",      "0/2/3",
					  "1/2/0",	"1/2/0.09",    "-1/2/3",
					  "1/-2/3",	"1/2/-3",      "1/2/nan",
					  "a/2/3",	"1/2/3x",      " 1/2/3",
					  "1/ 2/3",	"3600001/2/3", "1.5/2/3",
					  "1/2/100001", "//",	       "1/3600001/3",
					  "1/2/1e2",	"1//3",	       "4294967297/2/3"};
	struct amount_burst b = {0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (amount_read_burst(bad[i], &b) != -EINVAL)
			fail_msg("'%s'", bad[i]);
	assert_int_equal(b.on_ms, 0);
	assert_int_equal(amount_read_burst("1000/3000/50", &b), 0);
	assert_int_equal(b.on_ms, 1000);
	assert_int_equal(b.off_ms, 3000);
	assert_true(b.rate == 50);
	assert_int_equal(amount_read_burst("1/0/0.5", &b), 0);
	assert_int_equal(b.off_ms, 0);
	assert_true(b.rate == 0.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(shares),
		cmocka_unit_test(bursts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
