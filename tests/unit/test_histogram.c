// SPDX-License-Identifier: Apache-2.0
/* Histograms: what falls where, and what Prometheus reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/histogram.h"

static char *written(const struct histogram *h)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	histogram_write(out, "x_seconds", "a=\"b\"", h);
	fclose(out);
	return text;
}

static void test_upper_ends_belong_to_their_bucket(void **state)
{
	struct histogram h = {0};

	histogram_add(&h, 0);
	histogram_add(&h, 10000);
	histogram_add(&h, 10001);
	histogram_add(&h, 2500000000);
	histogram_add(&h, 2500000001);
	histogram_add(&h, UINT64_MAX / 4);
	assert_int_equal(h.bucket[0], 2);
	assert_int_equal(h.bucket[1], 1);
	assert_int_equal(h.bucket[HISTOGRAM_BUCKETS - 2], 1);
	assert_int_equal(h.bucket[HISTOGRAM_BUCKETS - 1], 2);
	assert_int_equal(histogram_count(&h), 6);
}

static void test_lines_are_cumulative(void **state)
{
	struct histogram h = {0};
	char *text;

	histogram_add(&h, 20000);
	histogram_add(&h, 2000000);
	text = written(&h);
	assert_non_null(strstr(text, "x_seconds_bucket{a=\"b\",le=\"0.00001\"} 0\n"));
	assert_non_null(strstr(text, "x_seconds_bucket{a=\"b\",le=\"0.000025\"} 1\n"));
	assert_non_null(strstr(text, "x_seconds_bucket{a=\"b\",le=\"0.001\"} 1\n"));
	assert_non_null(strstr(text, "x_seconds_bucket{a=\"b\",le=\"0.0025\"} 2\n"));
	assert_non_null(strstr(text, "x_seconds_bucket{a=\"b\",le=\"+Inf\"} 2\n"));
	assert_non_null(strstr(text, "x_seconds_sum{a=\"b\"} 0.002020000\n"));
	assert_non_null(strstr(text, "x_seconds_count{a=\"b\"} 2\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upper_ends_belong_to_their_bucket),
		cmocka_unit_test(test_lines_are_cumulative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
