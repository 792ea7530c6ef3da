// SPDX-License-Identifier: Apache-2.0
/*
 * The player's inputs across a switch: read from what a stream-client answers, page by page, with
 * what becomes known later; which edge showed each, which were on their way at the switch; and the
 * forms in which a report tells them: what is drawn is what was measured.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "testbed/measure/report.h"
#include "testbed/measure/turn.h"

#define MS    UINT64_C(1000000)
#define T0_NS (UINT64_C(1795220000) * 1000 * MS)

/* ---- answers ---- */

static json_t *frame(int64_t at_ms, int edge)
{
	return json_pack("[I,i,i,i,i,i,i,i]", (json_int_t)(T0_NS + (uint64_t)at_ms * MS), edge,
			 edge, 1, 1, 1, 0, -1);
}

/* Times from T0 in ms; shown 0: not yet */
static json_t *input(int seq, int64_t made_ms, int64_t acked_ms, int64_t shown_ms)
{
	uint64_t made = T0_NS + (uint64_t)made_ms * MS;

	return json_pack("[i,I,I,I,I,i,i]", seq, (json_int_t)made, (json_int_t)(made + MS),
			 acked_ms ? (json_int_t)(T0_NS + (uint64_t)acked_ms * MS) : (json_int_t)0,
			 shown_ms ? (json_int_t)(T0_NS + (uint64_t)shown_ms * MS) : (json_int_t)0,
			 seq % 6 + 1, 3);
}

static json_t *answer(json_t *frames, int next, json_t *inputs, int from, int inputs_next)
{
	return json_pack("{s:o, s:i, s:i, s:o, s:i, s:i}", "frames", frames, "from", 1, "next",
			 next, "inputs", inputs, "inputs_from", from, "inputs_next", inputs_next);
}

static int add(struct app_trace *t, json_t *j)
{
	int r = app_trace_add(t, j);

	json_decref(j);
	return r;
}

/* Inputs 1 to 6: long before; before; on its way at the switch; after; not shown; long after */
static struct app_trace make_trace(void)
{
	struct app_trace t = {0};
	json_t *frames = json_array(), *inputs = json_array();

	json_array_append_new(frames, frame(-2900, 1));
	json_array_append_new(frames, frame(-940, 1));
	json_array_append_new(frames, frame(45, 2));
	json_array_append_new(frames, frame(580, 2));
	json_array_append_new(inputs, input(1, -3000, -2910, -2900));
	json_array_append_new(inputs, input(2, -1000, -950, -940));
	json_array_append_new(inputs, input(3, -20, 40, 45));
	assert_int_equal(add(&t, answer(frames, 5, inputs, 1, 4)), 7);
	inputs = json_array();
	json_array_append_new(inputs, input(4, 500, 570, 580));
	json_array_append_new(inputs, input(5, 1000, 0, 0));
	json_array_append_new(inputs, input(6, 2500, 0, 0));
	assert_int_equal(add(&t, answer(json_array(), 5, inputs, 4, 7)), 3);
	assert_int_equal(t.next, 5);
	assert_int_equal(t.inputs_next, 7);
	return t;
}

static struct input_samples around(const struct app_trace *t)
{
	struct input_samples s;

	assert_int_equal(app_trace_around(t, T0_NS, &s), 0);
	return s;
}

static void test_around_a_switch(void **state)
{
	struct app_trace t = make_trace();
	struct input_samples s = around(&t);
	double latency[8];

	assert_int_equal(s.count, 4);
	assert_int_equal(s.sample[0].times.seq, 2);
	assert_true(s.sample[0].from_switch_ns == -1000 * (int64_t)MS);
	assert_true(s.sample[0].latency_us == 60000 && s.sample[0].edge == 1);
	assert_false(s.sample[0].resent);
	assert_true(s.sample[1].latency_us == 65000 && s.sample[1].edge == 2);
	assert_true(s.sample[1].resent);
	assert_true(s.sample[2].latency_us == 80000 && !s.sample[2].resent);
	assert_true(isnan(s.sample[3].latency_us) && s.sample[3].edge == 0);
	assert_false(s.sample[3].resent);
	assert_int_equal(input_latencies(&s, false, latency), 2);
	assert_true(latency[0] == 60000 && latency[1] == 65000);
	assert_int_equal(input_latencies(&s, true, latency), 1);
	assert_true(latency[0] == 80000);
	input_samples_done(&s);
	app_trace_done(&t);
}

/* The inputs are down, left, rest, go, up, right: the third is shown at 45 ms, the fourth at 580
 * ms, the others aren't. What was forgotten still counts. */
static void test_rest(void **state)
{
	struct app_trace t = make_trace(), empty = {0};

	assert_int_equal(t.input[3].input, 5);
	assert_int_equal(app_trace_rest(&empty, T0_NS), APP_REST_UNKNOWN);
	assert_int_equal(app_trace_rest(&t, T0_NS - 2901 * MS), APP_REST_UNKNOWN);
	assert_int_equal(app_trace_rest(&t, T0_NS), APP_MOVES);
	assert_int_equal(app_trace_rest(&t, T0_NS + 579 * MS), APP_MOVES);
	assert_int_equal(app_trace_rest(&t, T0_NS + 580 * MS), APP_RESTS);
	assert_int_equal(app_trace_rest(&t, T0_NS + 5000 * MS), APP_RESTS);
	app_trace_forget(&t, T0_NS + 600 * MS);
	assert_int_equal(t.input_count, 2);
	assert_int_equal(app_trace_rest(&t, T0_NS + 700 * MS), APP_RESTS);
	t.input[0].shown_ns = T0_NS + 1100 * MS;
	assert_int_equal(app_trace_rest(&t, T0_NS + 1099 * MS), APP_RESTS);
	assert_int_equal(app_trace_rest(&t, T0_NS + 1100 * MS), APP_MOVES);
	app_trace_done(&t);
}

/* Two seconds: the first moment of them is in, the first moment after them isn't. */
static void test_two_seconds(void **state)
{
	struct app_trace t = {0};
	struct input_samples s;
	json_t *inputs = json_array();

	json_array_append_new(inputs, input(1, -2001, 0, 0));
	json_array_append_new(inputs, input(2, -2000, 0, 0));
	json_array_append_new(inputs, input(3, 1999, 0, 0));
	json_array_append_new(inputs, input(4, 2000, 0, 0));
	assert_int_equal(add(&t, answer(json_array(), 1, inputs, 1, 5)), 4);
	s = around(&t);
	assert_int_equal(s.count, 2);
	assert_int_equal(s.sample[0].times.seq, 2);
	assert_int_equal(s.sample[1].times.seq, 3);
	input_samples_done(&s);
	app_trace_done(&t);
}

/* What is asked for again replaces what was known: it may have been shown by now. */
static void test_asked_again(void **state)
{
	struct app_trace t = make_trace();
	struct input_samples s;
	json_t *frames = json_array(), *inputs = json_array();

	app_trace_forget(&t, T0_NS + 100 * MS);
	assert_int_equal(t.shown_count, 1);
	assert_int_equal(t.input_count, 3);
	assert_int_equal(t.inputs_next, 4);
	json_array_append_new(frames, frame(1100, 2));
	json_array_append_new(inputs, input(4, 500, 570, 580));
	json_array_append_new(inputs, input(5, 1000, 1090, 1100));
	json_array_append_new(inputs, input(6, 2500, 0, 0));
	json_array_append_new(inputs, input(7, 2600, 0, 0));
	assert_int_equal(add(&t, answer(frames, 6, inputs, 4, 8)), 5);
	assert_int_equal(t.input_count, 4);
	s = around(&t);
	assert_int_equal(s.count, 2);
	assert_true(s.sample[1].latency_us == 100000 && s.sample[1].edge == 2);
	input_samples_done(&s);
	app_trace_forget(&t, UINT64_MAX);
	assert_int_equal(t.input_count + t.shown_count, 0);
	assert_int_equal(t.inputs_next, 8);
	app_trace_done(&t);
}

/* Who keeps all that was asked for still learns when the newest inputs were shown. */
static void test_the_newest_again(void **state)
{
	struct app_trace t = make_trace();
	json_t *inputs = json_array();

	app_trace_again(&t, T0_NS + 2501 * MS);
	assert_int_equal(t.inputs_next, 7); /* all are older */
	app_trace_again(&t, T0_NS + 1000 * MS);
	assert_int_equal(t.inputs_next, 5);
	assert_int_equal(t.input_count, 6);
	json_array_append_new(inputs, input(5, 1000, 1090, 1100));
	json_array_append_new(inputs, input(6, 2500, 2590, 2600));
	assert_int_equal(add(&t, answer(json_array(), 5, inputs, 5, 7)), 2);
	assert_int_equal(t.input_count, 6);
	assert_int_equal(t.inputs_next, 7);
	for (size_t i = 0; i < 6; i++)
		assert_true(t.input[i].seq == i + 1 && t.input[i].shown_ns);
	app_trace_again(&t, 0);
	assert_int_equal(t.inputs_next, 1);
	app_trace_done(&t);
	app_trace_again(&t, 0);
	assert_int_equal(t.inputs_next, 0);
}

static void test_answers_that_are_none(void **state)
{
	static const char *const bad[] = {
		"{}",
		"[]",
		"{\"frames\": [], \"next\": 1, \"inputs\": []}",
		"{\"frames\": [], \"next\": -1, \"inputs\": [], \"inputs_next\": 1, "
		"\"inputs_from\": 1}",
		"{\"frames\": [[1, 1, 65536]], \"next\": 1, \"inputs\": [], \"inputs_next\": 1, "
		"\"inputs_from\": 1}",
		"{\"frames\": [[2, 1, 1], [1, 1, 1]], \"next\": 1, \"inputs\": [], "
		"\"inputs_next\": 1, \"inputs_from\": 1}",
		"{\"frames\": [], \"next\": 1, \"inputs\": [[1, 5, 5, 5, 4, 1, 1]], "
		"\"inputs_next\": 1, \"inputs_from\": 1}", /* shown before it was made */
		"{\"frames\": [], \"next\": 1, \"inputs\": [[2, 5, 5, 5, 6, 1, 1], [1, 5, 5, 5, 6, "
		"1, 1]], \"inputs_next\": 1, \"inputs_from\": 1}",
		"{\"frames\": [], \"next\": 1, \"inputs\": [[1, 5, 5, 5, 6, 256, 1]], "
		"\"inputs_next\": 1, \"inputs_from\": 1}",
		"{\"frames\": [], \"next\": 1, \"inputs\": [[1, 5, \"5\", 5, 6, 1, 1]], "
		"\"inputs_next\": 1, \"inputs_from\": 1}",
		"{\"frames\": [], \"next\": 1, \"inputs\": [{}], \"inputs_next\": 1, "
		"\"inputs_from\": 1}",
	};
	struct app_trace t = {0};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (add(&t, json_loads(bad[i], 0, NULL)) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(t.shown_count + t.input_count, 0);
	}
	assert_int_equal(app_trace_add(&t, NULL), -EINVAL);
	app_trace_done(&t);
}

/* ---- forms ---- */

static struct report make_report(void)
{
	struct app_trace t = make_trace();
	struct report r = {.machine = "a machine",
			   .topology = "a & b",
			   .app = "snake",
			   .timeout_ms = 75000,
			   .mode_count = 1,
			   .mode = {{"make-before-break", 3}},
			   .event_count = 3};

	snprintf(r.edge_called[1], sizeof r.edge_called[1], "edge-a");
	r.event = calloc(3, sizeof *r.event);
	for (size_t i = 0; i < 3; i++)
		r.event[i].app = app_result_none();
	r.event[0].ok = true;
	snprintf(r.event[0].to, sizeof r.event[0].to, "edge-b");
	snprintf(r.event[0].migration, sizeof r.event[0].migration, "m1");
	r.event[0].inputs = around(&t);
	r.event[0].app.t0_ns = T0_NS;
	r.event[0].app.wait_us = 16000;
	r.event[0].app.stage_ns[0] = T0_NS - 5000 * MS; /* not within what is drawn */
	r.event[0].app.stage_ns[3] = T0_NS - 500 * MS;
	r.event[0].app.stage_ns[5] = T0_NS + 100 * MS;
	r.event[1].given_up = true;
	app_trace_done(&t);
	return r;
}

static char *printed(const struct report *r, int (*form)(const struct report *, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(form(r, out), 0);
	fclose(out);
	return text;
}

static size_t count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		n++;
	return n;
}

static void test_csv(void **state)
{
	struct report r = make_report();
	char *text = printed(&r, report_inputs_csv);

	assert_int_equal(count_of(text, "\n"), 5);
	assert_non_null(strstr(text,
			       "m1,make-before-break,edge-b,2,3,1795219999000000000,-1000000.000,"
			       "1000.000,50000.000,60000.000,edge-a,3,0\n"));
	assert_non_null(strstr(text, "65000.000,edge 2,3,1\n")); /* it has no name */
	assert_non_null(strstr(text, ",1000.000,,,,3,0\n"));	 /* never acknowledged nor shown */
	free(text);
	report_done(&r);
}

static void test_figures(void **state)
{
	struct report r = make_report();
	size_t n;
	double *values = report_input_values(&r, 0, NULL, false, &n);

	assert_int_equal(n, 2);
	assert_true(values[0] == 60000 && values[1] == 65000);
	free(values);
	values = report_input_values(&r, 1, NULL, false, &n); /* no switch of that mode */
	assert_int_equal(n, 0);
	free(values);
	values = report_input_values(&r, SIZE_MAX, "edge-b", true, &n);
	assert_int_equal(n, 1);
	assert_true(values[0] == 80000);
	free(values);
	values = report_input_values(&r, SIZE_MAX, "edge-a", true, &n); /* none went there */
	assert_int_equal(n, 0);
	free(values);
	assert_int_equal(report_given_up(&r, 0), 1);
	assert_int_equal(report_given_up(&r, 1), 0);
	values = report_live_waits(&r, &n); /* one that was given up waited all that time */
	assert_int_equal(n, 2);
	assert_true(values[0] == 16000 && values[1] == 75000000);
	free(values);
	report_done(&r);
}

/* A dot an input that was shown, a cross for the other, a ring around the one that was sent again;
 * in the place that its numbers give: x from -2 s to 2 s, y from 0. */
static void test_svg(void **state)
{
	struct report r = make_report();
	char *text = printed(&r, report_inputs_svg);

	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	assert_non_null(strstr(text, "a &amp; b"));
	assert_int_equal(count_of(text, "r='3.0'"), 3);
	assert_int_equal(count_of(text, "r='5.5'"), 2); /* the other one is the legend's */
	assert_int_equal(count_of(text, "l6 6m0 -6l-6 6"), 2);
	assert_non_null(strstr(text, ">iv</text>"));
	assert_non_null(strstr(text, ">switch</text>"));
	assert_non_null(strstr(text, ">vi</text>"));
	assert_null(strstr(text, ">i</text>"));
	assert_non_null(strstr(text, "first shown by edge-a"));
	assert_non_null(strstr(text, "1 switch; median 60.0 ms before, 80.0 ms after"));
	assert_non_null(strstr(text, "to edge-b, before: median 60.0 ms of 2"));
	/* an input made 1 s before lies at a quarter of the width between 84 and 860 - 34 */
	assert_non_null(strstr(text, "<circle cx='269.5'"));
	free(text);
	report_done(&r);
}

/* No switch, no input: still a picture */
static void test_svg_of_nothing(void **state)
{
	struct report r = {.mode_count = 1};
	char *text = printed(&r, report_inputs_svg);

	assert_null(strstr(text, "nan"));
	free(text);
	text = printed(&r, report_inputs_csv);
	assert_int_equal(count_of(text, "\n"), 1);
	free(text);
}

static double comp(const struct app_trace *t, int number, int last, int64_t last_ms, int first,
		   int64_t first_ms)
{
	json_t *turn = json_pack("{s:i, s:i, s:I, s:i, s:I}", "number", number, "last", last,
				 "last_ns", (json_int_t)(T0_NS + (uint64_t)last_ms * MS), "first",
				 first, "first_ns", (json_int_t)(T0_NS + (uint64_t)first_ms * MS));
	double us = turn_comp_us(turn, 7, t);

	json_decref(turn);
	return us;
}

/* At the logic server: applied so much farther apart than made */
static void test_comp_at_the_logic_server(void **state)
{
	struct app_trace t = {0};
	json_t *inputs = json_pack("[o, o, o]", input(3, -9000, -8990, -8980),
				   input(4, -100, -80, -60), input(5, 50, 90, 110));

	assert_true(add(&t, answer(json_array(), 2, inputs, 3, 6)) >= 0);
	assert_true(comp(&t, 7, 4, -90, 5, 75) == 15000);
	assert_true(comp(&t, 7, 4, -90, 5, 55) == 0);	/* sooner than they were made */
	assert_true(isnan(comp(&t, 8, 4, -90, 5, 75))); /* another switch */
	assert_true(isnan(comp(&t, 7, 4, -90, 6, 75))); /* not known when it was made */
	assert_true(isnan(comp(&t, 7, 0, -90, 5, 75)));
	assert_true(isnan(comp(&t, 7, 3, -90, 5, 75))); /* the player did nothing for long */
	assert_true(isnan(turn_comp_us(json_null(), 7, &t)));
	assert_true(isnan(turn_comp_us(NULL, 0, &t)));
	app_trace_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_around_a_switch),
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_two_seconds),
		cmocka_unit_test(test_asked_again),
		cmocka_unit_test(test_the_newest_again),
		cmocka_unit_test(test_answers_that_are_none),
		cmocka_unit_test(test_comp_at_the_logic_server),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_svg),
		cmocka_unit_test(test_svg_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
