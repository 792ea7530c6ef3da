// SPDX-License-Identifier: Apache-2.0
/*
 * Waits worked out from recorded SSIM: of traces made by hand the waits are known, and so is which
 * of them are given up and of which nothing is known; the median's interval is the binomial one;
 * and what a report says of it all.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "testbed/measure/ascending.h"
#include "testbed/measure/similarity.h"

#define MS	 UINT64_C(1000000)
#define BASE_NS	 (UINT64_C(1795220000) * 1000 * MS)
#define FRAME_NS (16 * MS)

/* A pair each 16 ms: '+' is over 0.85, '-' isn't, '=' is 0.85 itself, 'x' can't be compared */
static struct pair_trace trace_of(const char *pairs)
{
	struct pair_trace t = {.count = strlen(pairs)};

	t.pair = calloc(t.count + 1, sizeof *t.pair);
	assert_non_null(t.pair);
	for (size_t i = 0; i < t.count; i++)
		t.pair[i] = (struct pair){.ns = BASE_NS + i * FRAME_NS,
					  .ssim = pairs[i] == '+'   ? 0.9
						  : pairs[i] == '=' ? 0.85
						  : pairs[i] == 'x' ? -1
								    : 0.8};
	return t;
}

static struct waits waits_of(const char *pairs, uint64_t timeout_ms)
{
	struct pair_trace t = trace_of(pairs);
	struct waits w;

	assert_int_equal(waits_compute(&t, 1, 0.85, timeout_ms * MS, &w), 0);
	pair_trace_done(&t);
	return w;
}

static void check(const char *pairs, uint64_t timeout_ms, size_t passed, size_t given_up,
		  size_t open)
{
	struct waits w = waits_of(pairs, timeout_ms);

	if (w.passed != passed || w.given_up != given_up || w.open != open)
		fail_msg("%s: %zu passed, %zu given up, %zu open", pairs, w.passed, w.given_up,
			 w.open);
	assert_int_equal(w.count, passed + given_up);
	waits_done(&w);
}

/* Waits begin halfway between two pairs: 8 ms until the next one, 24 ms until the one after it. */
static void test_known_waits(void **state)
{
	struct waits w = waits_of("++++", 75000);

	assert_int_equal(w.passed, 3);
	for (size_t i = 0; i < w.count; i++)
		assert_true(w.us[i] == 8000);
	waits_done(&w);
	w = waits_of("----+", 75000);
	assert_int_equal(w.count, 4);
	for (size_t i = 0; i < w.count; i++)
		assert_true(w.us[i] == 8000 + 16000 * (double)i);
	waits_done(&w);
	w = waits_of("+-+-+", 75000);
	assert_int_equal(w.count, 4);
	assert_true(w.us[0] == 8000 && w.us[1] == 8000 && w.us[2] == 24000 && w.us[3] == 24000);
	waits_done(&w);
}

static void test_greater_than_the_threshold(void **state)
{
	check("=====", 75000, 0, 0, 4);
	check("==+", 75000, 2, 0, 0);
	check("xxxxx", 75000, 0, 0, 4);
}

/* A wait that is too long is given up, whether a pair passes later or none ever does; where the
 * trace ends before that nothing is known of it. */
static void test_given_up(void **state)
{
	struct waits w = waits_of("----------+", 40);

	assert_int_equal(w.passed, 3); /* 8, 24, 40 ms */
	assert_int_equal(w.given_up, 7);
	assert_true(w.us[w.count - 1] == 40000); /* they count as long as that */
	waits_done(&w);
	check("----------", 40, 0, 7, 2); /* 24 and 8 ms before the end */
	check("----------", 75000, 0, 0, 9);
	check("+---------", 75000, 0, 0, 9);
	check("----------", 1, 0, 9, 0);
}

static void test_empty_traces(void **state)
{
	struct waits w = waits_of("", 75000);

	assert_int_equal(w.count + w.open, 0);
	assert_true(isnan(ascending_at(w.us, w.count, 0.5)));
	waits_done(&w);
	check("+", 75000, 0, 0, 0);
	assert_int_equal(waits_compute(NULL, 0, 0.85, MS, &w), 0);
	assert_int_equal(w.count, 0);
	waits_done(&w);
}

/* Each trace ends on its own: what is open in one doesn't pass in the next. */
static void test_two_traces(void **state)
{
	struct pair_trace t[] = {trace_of("-----"), trace_of("+++")};
	struct waits w;

	assert_int_equal(waits_compute(t, 2, 0.85, 75000 * MS, &w), 0);
	assert_int_equal(w.open, 4);
	assert_int_equal(w.passed, 2);
	waits_done(&w);
	pair_trace_done(&t[0]);
	pair_trace_done(&t[1]);
}

/* Waits of a scene whose pictures pass one second in ten: a tenth at once, the longest 9 s. */
static void test_distribution(void **state)
{
	char pairs[10001] = {0};
	struct waits w;

	for (int i = 0; i < 10000; i++)
		pairs[i] = i % 1000 < 900 ? '-' : '+';
	w = waits_of(pairs, 75000);
	assert_int_equal(w.given_up, 0);
	assert_int_equal(w.open, 0);
	assert_true(ascending_at(w.us, w.count, 0.1) == 8000);
	assert_true(fabs(ascending_at(w.us, w.count, 0.55) - 450 * 16e3) <= 16e3);
	assert_true(ascending_at(w.us, w.count, 1) == 900 * 16e3 + 8e3);
	waits_done(&w);
}

/* ---- the median's interval ---- */

/* From the tables of the sign test: of 10 values from the 2nd to the 9th, of 30 from the 10th to
 * the 21st; below 6 there is none. */
static void test_median_interval(void **state)
{
	double values[100], low, high;

	for (int i = 0; i < 100; i++)
		values[i] = i + 1;
	assert_false(median_interval(values, 0, &low, &high));
	assert_false(median_interval(values, 5, &low, &high));
	assert_true(median_interval(values, 6, &low, &high));
	assert_true(low == 1 && high == 6);
	assert_true(median_interval(values, 10, &low, &high));
	assert_true(low == 2 && high == 9);
	assert_true(median_interval(values, 30, &low, &high));
	assert_true(low == 10 && high == 21);
	assert_true(median_interval(values, 100, &low, &high));
	assert_true(low == 40 && high == 61);
}

static void test_agreement(void **state)
{
	double live[] = {1000, 2000, 8000, 8000, 8000, 30000, 40000};
	struct waits w = waits_of("+++++", 75000), none = {0};

	assert_int_equal(similarity_agrees(&w, live, 7), 1);
	assert_int_equal(similarity_agrees(&w, live + 2, 5), -1);
	assert_int_equal(similarity_agrees(&none, live, 7), -1);
	assert_true(w.resolution_us == 16000);
	for (int i = 0; i < 7; i++)
		live[i] = 9000 + i; /* nearer than two pairs are to one another */
	assert_int_equal(similarity_agrees(&w, live, 7), 1);
	for (int i = 0; i < 7; i++)
		live[i] = 24001 + i;
	assert_int_equal(similarity_agrees(&w, live, 7), 0);
	waits_done(&w);
}

/* ---- what the stream-client answers ---- */

static int add(struct pair_trace *t, const char *text)
{
	json_t *answer = json_loads(text, 0, NULL);
	int r = pair_trace_add(t, answer);

	json_decref(answer);
	return r;
}

static void test_answers(void **state)
{
	struct pair_trace t = {0};

	assert_int_equal(add(&t, "{\"pairs\": [[10, 0.9, 4, 5], [20, -1, 0, 0]], \"next\": 3}"), 2);
	assert_int_equal(t.next, 3);
	assert_int_equal(add(&t, "{\"pairs\": [[20, 1, 6, 6], [30, 0, 7, 7]], \"next\": 5}"), 2);
	assert_int_equal(t.count, 4);
	assert_true(t.pair[0].ssim == 0.9 && t.pair[0].tick_d == 5 && t.pair[3].ns == 30);
	assert_int_equal(add(&t, "{\"pairs\": [], \"next\": 5}"), 0);
	pair_trace_keep(&t, 15, 20);
	assert_int_equal(t.count, 2);
	assert_true(t.pair[0].ssim == -1);
	pair_trace_done(&t);
}

static void test_answers_that_are_none(void **state)
{
	static const char *const bad[] = {"{}",
					  "[]",
					  "{\"pairs\": {}, \"next\": 1}",
					  "{\"pairs\": []}",
					  "{\"pairs\": [], \"next\": -1}",
					  "{\"pairs\": [[30, 0.9]], \"next\": \"2\"}",
					  "{\"pairs\": [[5, 0.9, 1, 1]], \"next\": 2}",
					  "{\"pairs\": [[30, \"0.9\", 1, 1]], \"next\": 2}",
					  "{\"pairs\": [[30, 1.5, 1, 1]], \"next\": 2}",
					  "{\"pairs\": [[30.5, 0.5, 1, 1]], \"next\": 2}",
					  "{\"pairs\": [[30, 0.5, -1, 1]], \"next\": 2}",
					  "{\"pairs\": [[30, 0.5, 1, 4294967296]], \"next\": 2}",
					  "{\"pairs\": [7], \"next\": 2}"};
	struct pair_trace t = {0};

	assert_int_equal(add(&t, "{\"pairs\": [[10, 0.9, 4, 5]], \"next\": 2}"), 1);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (add(&t, bad[i]) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(t.count, 1);
		assert_int_equal(t.next, 2);
	}
	assert_int_equal(pair_trace_add(&t, NULL), -EINVAL);
	pair_trace_done(&t);
}

/* ---- what a report says ---- */

static const json_t *get(const json_t *j, const char *name)
{
	const json_t *value = json_object_get(j, name);

	if (!value)
		fail_msg("no %s", name);
	return value;
}

static void test_report(void **state)
{
	double live[] = {8000, 8000, 8000, 9000, 9000, 9000, 40000};
	struct similarity s = {.count = 2, .threshold = 0.85, .timeout_ns = 40 * MS};
	double shares = 0;
	const json_t *bin, *computed;
	json_t *j;
	size_t i;

	s.trace[0] = trace_of("+++++++++x");
	s.trace[1] = trace_of("----------");
	j = similarity_json(&s, live, 7, 1);
	assert_non_null(j);
	assert_int_equal(json_integer_value(get(j, "pairs")), 19);
	assert_true(json_real_value(get(get(j, "quantiles"), "p25")) == 0.8);
	assert_true(json_real_value(get(get(j, "quantiles"), "max")) == 0.9);
	assert_int_equal(json_array_size(get(j, "ssim")), 19);
	json_array_foreach((json_t *)get(j, "histogram"), i, bin) shares +=
		json_number_value(get(bin, "share"));
	assert_true(fabs(shares - 1) < 1e-3);
	assert_true(json_number_value(get(json_array_get(get(j, "histogram"), 0), "from")) == 0.8);
	computed = get(j, "computed");
	assert_int_equal(json_integer_value(get(computed, "passed")), 8);
	assert_int_equal(json_integer_value(get(computed, "given_up")), 7);
	assert_int_equal(json_integer_value(get(computed, "open")), 3);
	assert_int_equal(json_array_size(get(computed, "waits_ms")), 15);
	assert_true(json_real_value(get(get(computed, "wait_ms"), "p50")) == 8);
	assert_int_equal(json_array_size(get(j, "thresholds")), 5);
	assert_int_equal(json_integer_value(get(get(j, "live"), "given_up")), 1);
	assert_true(json_real_value(get(get(get(j, "live"), "wait_ms"), "p50")) == 9);
	assert_true(json_is_true(get(j, "agree")));
	assert_int_equal(json_array_size(get(j, "traces")), 2);
	json_decref(j);
	similarity_done(&s);
	j = similarity_json(&s, live, 0, 0); /* of nothing, nothing */
	assert_int_equal(json_integer_value(get(j, "pairs")), 0);
	assert_true(json_is_null(get(get(j, "quantiles"), "p50")));
	assert_true(json_is_null(get(j, "agree")));
	assert_int_equal(json_array_size(get(j, "histogram")), 0);
	json_decref(j);
}

/* Of many values as many as a page can show, from the smallest to the largest */
static void test_report_is_bounded(void **state)
{
	struct similarity s = {.count = 1, .threshold = 0.5, .timeout_ns = 1000 * MS};
	const json_t *list;
	char pairs[5001];
	json_t *j;

	memset(pairs, '-', 5000);
	pairs[0] = '+';
	pairs[5000] = '\0';
	s.trace[0] = trace_of(pairs);
	j = similarity_json(&s, NULL, 0, 0);
	list = get(j, "ssim");
	assert_int_equal(json_array_size(list), SIMILARITY_SHOWN);
	assert_true(json_number_value(json_array_get(list, 0)) == 0.8);
	assert_true(json_number_value(json_array_get(list, SIMILARITY_SHOWN - 1)) == 0.9);
	assert_int_equal(json_array_size(get(get(j, "computed"), "waits_ms")), SIMILARITY_SHOWN);
	json_decref(j);
	similarity_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_waits),
		cmocka_unit_test(test_greater_than_the_threshold),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_empty_traces),
		cmocka_unit_test(test_two_traces),
		cmocka_unit_test(test_distribution),
		cmocka_unit_test(test_median_interval),
		cmocka_unit_test(test_agreement),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_answers_that_are_none),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_report_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
