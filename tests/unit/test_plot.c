// SPDX-License-Identifier: Apache-2.0
/* Plots: ticks and ranges as rows, and that pictures of odd data are well-formed, hold what they
 * should and no number that isn't one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "testbed/plot/plot_internal.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void test_ranges(void **state)
{
	static const struct {
		enum plot_scale scale;
		double smallest, largest, low, high;
		size_t ticks;
	} rows[] = {
		{PLOT_LINEAR, 0, 10, 0, 10, 6},
		{PLOT_LINEAR, 3, 97, 0, 100, 6},
		{PLOT_LINEAR, -4, 4, -4, 4, 5},
		{PLOT_LINEAR, 0, 0, 0, 1, 6},
		{PLOT_LINEAR, INFINITY, -INFINITY, 0, 1, 6},
		{PLOT_LOG, 12, 4700, 10, 10000, 28},
		{PLOT_LOG, 0, 0, 1, 10, 10},
		{PLOT_LOG, 5, 5, 1, 10, 10},
		{PLOT_LOG, INFINITY, -INFINITY, 1, 10, 10},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct plot_axis axis = {.scale = rows[i].scale, .low = NAN, .high = NAN};
		struct plot_range range = plot_range_of(&axis, rows[i].smallest, rows[i].largest);
		struct plot_tick ticks[PLOT_TICKS_MAX];

		assert_true(fabs(range.low - rows[i].low) < 1e-9);
		assert_true(fabs(range.high - rows[i].high) < 1e-9);
		assert_int_equal(plot_ticks(&range, ticks), rows[i].ticks);
		assert_true(plot_share(&range, range.low) == 0);
		assert_true(plot_share(&range, range.high) == 1);
		assert_true(plot_share(&range, -1e300) == 0);
	}
}

static void test_numbers(void **state)
{
	static const struct {
		enum plot_unit unit;
		double value;
		const char *text;
	} rows[] = {
		{PLOT_MICROSECONDS, 0, "0"},	     {PLOT_MICROSECONDS, 12, "12 us"},
		{PLOT_MICROSECONDS, 1500, "1.5 ms"}, {PLOT_MICROSECONDS, 2e6, "2 s"},
		{PLOT_MICROSECONDS, -2000, "-2 ms"}, {PLOT_SHARE, 0.25, "25 %"},
		{PLOT_NUMBER, 0.1, "0.1"},	     {PLOT_NUMBER, 200, "200"},
	};

	for (size_t i = 0; i < N(rows); i++) {
		char text[32];

		plot_number(rows[i].unit, rows[i].value, text, sizeof text);
		assert_string_equal(text, rows[i].text);
	}
}

/* Tags that are opened are closed, and no value is "nan" or "inf". */
static void check_document(const char *svg)
{
	static const char *const tags[] = {"svg", "g", "text"};

	assert_int_equal(strncmp(svg, "<svg ", 5), 0);
	for (size_t t = 0; t < N(tags); t++) {
		char open[16], close[16];
		int depth = 0;

		snprintf(open, sizeof open, "<%s", tags[t]);
		snprintf(close, sizeof close, "</%s>", tags[t]);
		for (const char *at = svg; *at; at++) {
			depth += !strncmp(at, open, strlen(open)) && strchr(" >", at[strlen(open)]);
			depth -= !strncmp(at, close, strlen(close));
			assert_true(depth >= 0);
		}
		assert_int_equal(depth, 0);
	}
	assert_null(strstr(svg, "nan"));
	assert_null(strstr(svg, "inf"));
}

static char *drawn(const struct plot *panels, size_t count)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(plot_svg(panels, count, out), 0);
	fclose(out);
	check_document(text);
	return text;
}

static void test_panels(void **state)
{
	static const double x[] = {1, 2, NAN, 4, 0}, y[] = {10, NAN, 30, 40, INFINITY},
			    low[] = {9, 1, 1, 30, 1}, high[] = {11, 1, 1, NAN, 1};
	const struct plot_series series[] = {
		{"a < b & \"c\"", PLOT_LINE, x, y, low, high, 5, 0, false},
		{"points", PLOT_POINTS, x, y, NULL, NULL, 5, 2, false},
		{"lost", PLOT_CROSSES, x, y, NULL, NULL, 5, 99, false},
		{"shares", PLOT_CDF, x, NULL, NULL, NULL, 5, 4, true},
		{"few", PLOT_DOTS, x, y, NULL, NULL, 5, 3, false},
		{"marked", PLOT_RINGS, x, y, NULL, NULL, 5, 6, false},
		{NULL, PLOT_LINE, x, y, NULL, NULL, 0, 0, false},
	};
	const struct plot_marker marker[] = {{2, "T0"}, {1e9, "far"}};
	const struct plot panels[] = {
		{"Title",
		 "below",
		 {"x", PLOT_LOG, PLOT_MICROSECONDS, NAN, NAN},
		 {"y", PLOT_LINEAR, PLOT_NUMBER, NAN, NAN},
		 series,
		 N(series),
		 marker,
		 N(marker),
		 0},
		{NULL,
		 NULL,
		 {NULL, PLOT_LINEAR, PLOT_NUMBER, 0, 10},
		 {NULL, PLOT_LOG, PLOT_SHARE, NAN, NAN},
		 series,
		 3,
		 NULL,
		 0,
		 80},
		{.x = {.low = NAN, .high = NAN},
		 .y = {.low = NAN, .high = NAN}}, /* nothing at all */
	};
	char *svg = drawn(panels, N(panels)), *again = drawn(panels, N(panels));

	assert_string_equal(svg, again);
	assert_non_null(strstr(svg, "a &lt; b &amp; &quot;c&quot;"));
	assert_non_null(strstr(svg, ">T0<"));
	free(svg);
	free(again);
}

static void test_bars(void **state)
{
	static const char *const bars[] = {"first & best", "second"}, *const parts[] = {"set-up",
											"switch",
											"release"};
	static const double values[] = {1000, 200, NAN, 0, -5, INFINITY};
	const struct plot_bars b = {.title = "Phases",
				    .axis_title = "time",
				    .unit = PLOT_MICROSECONDS,
				    .bar = bars,
				    .part = parts,
				    .bar_count = 2,
				    .part_count = 3,
				    .value = values};
	const struct plot_bars none = {.title = "Nothing"};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(plot_bars_svg(&b, out), 0);
	fclose(out);
	check_document(text);
	assert_non_null(strstr(text, "first &amp; best"));
	assert_non_null(strstr(text, "1.2 ms"));
	free(text);
	text = NULL;
	out = open_memstream(&text, &size);
	assert_int_equal(plot_bars_svg(&none, out), 0);
	fclose(out);
	check_document(text);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_panels),
		cmocka_unit_test(test_bars),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
