// SPDX-License-Identifier: Apache-2.0
/*
 * Experiments: what a file may say, the plan it makes, knobs turned in a topology, numbers taken
 * out of reports, intervals against distributions whose answer is known, shapes, and the page.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "testbed/experiment/bootstrap.h"
#include "testbed/experiment/experiment.h"
#include "testbed/experiment/svg.h"

#define ROWS "rows: [{id: F2, what: w, metric: m, unit: us}]\n"
#define HEAD                                                                                       \
	"experiment: x\ntopology: t.yaml\nworkload: {measure: switch, options: {switches: 2}}\n"

static int read_text(const char *text, struct experiment *e, struct yaml_error *err)
{
	return experiment_read_memory("dir/x.yaml", text, strlen(text), e, err);
}

static struct experiment read_good(const char *text)
{
	struct yaml_error err = {""};
	struct experiment e;

	if (read_text(text, &e, &err) < 0)
		fail_msg("%s", err.text);
	return e;
}

/* ---- the file ---- */

static const struct {
	const char *text, *said;
} mistakes[] = {
	{"experiment: x\nworkload: {measure: switch}\n", "'rows'"},
	{"experiment: x\nworkload: {measure: dance}\n" ROWS,
	 "2:21: measure: expected one of: switch, storm, play, clips, migration; found 'dance'"},
	{"experiment: x\nworkload: {}\n" ROWS, "expected either 'measure' or 'command'"},
	{"experiment: x\nworkload: {command: [ls]}\n" ROWS, "needs 'node'"},
	{HEAD "mode: sideways\n" ROWS, "4:7: mode: expected one of"},
	{HEAD "mode: by-magic\n" ROWS, "4:7: mode: expected one of"},
	{HEAD "strategy: dual\n" ROWS, "strategy: expected one of: none"},
	{HEAD "sped: 1\n" ROWS, "unknown key 'sped'"},
	{HEAD "lab: {kernel: 6.12}\n" ROWS,
	 "4:6: lab: expected 'kernel' or 'memory' in it, and 'needs' beside it"},
	{HEAD "needs: criu\nlab: {}\n" ROWS, "lab: expected 'kernel' or 'memory' in it"},
	{HEAD "needs: criu\nlab: 6.12\n" ROWS,
	 "lab: expected a mapping with kernel, memory or both"},
	{HEAD "needs: criu\nlab: {memory: 512}\n" ROWS, "5:15: memory: expected a number"},
	{HEAD "needs: criu\nlab: {kernel: \"--help\"}\n" ROWS,
	 "kernel: expected a version of Debian's, such as 6.12, found '--help'"},
	{HEAD "needs: a lot\n" ROWS, "needs: expected one of: criu; found 'a lot'"},
	{HEAD "rows: [{id: C6, what: w, metric: m, unit: us, shape: {check: ratio-grows, over: "
	      "mode}}]\n",
	 "'against' is missing"},
	{HEAD
	 "mode: make-before-break\nrows: [{id: C6, what: w, metric: m, unit: us, shape: {check: "
	 "ratio-grows, against: {mode: make-before-break}}}]\n",
	 "'over' is missing"},
	{HEAD "repeats: 0\n" ROWS, "4:10"},
	{HEAD "repeats: {full: 3}\n" ROWS, "both 'default' and 'full'"},
	{HEAD "sweep: {order: zipped, knobs: {links.a-b.rate: [1Mbit], links.a-b.delay: [1ms, "
	      "2ms]}}\n" ROWS,
	 "expected 1 values, found 2"},
	{HEAD "sweep: {knobs: {links.a-b.rate: []}}\n" ROWS, "at least one value"},
	{"experiment: x\nworkload: {measure: storm}\nsweep: {knobs: {links.a-b.rate: "
	 "1Mbit}}\n" ROWS,
	 "a knob of the topology, and the file names none"},
	{HEAD "rows: [{id: F2, what: w, metric: m}]\n", "'unit' is missing"},
	{HEAD "rows: []\n", "at least one"},
	{"experiment: ../../escaped\nworkload: {measure: switch}\n" ROWS,
	 "1:13: experiment: expected 1 to 63 lower-case letters"},
	{"experiment: \"\"\nworkload: {measure: switch}\n" ROWS, "1:13: experiment: expected"},
	{"experiment: -x\nworkload: {measure: switch}\n" ROWS, "found '-x'"},
	{HEAD "mode: [make-before-break, make-before-break]\n" ROWS,
	 "'make-before-break' is given twice"},
	{HEAD "sweep: {knobs: {links.a-b.rate: [1Mbit, 2Mbit, 1Mbit]}}\n" ROWS,
	 "4:48: links.a-b.rate: '1Mbit' is given twice"},
	{HEAD "sweep: {order: zipped, knobs: {links.a-b.rate: [1Mbit, 1Mbit], links.a-b.delay: "
	      "[1ms, 1ms]}}\n" ROWS,
	 "entries 1 and 2 of the zipped lists are the same point"},
	{HEAD
	 "mode: make-before-break\nrows: [{id: F2, what: w, metric: m, unit: us, where: {mode: "
	 "break-before-make}}]\n",
	 "where: no point of the sweep has these settings"},
	{HEAD "mode: make-before-break\nrows: [{id: F2, what: w, metric: m, unit: us, shape: "
	      "{check: ratio, at_least: 1, against: {mode: break-before-make}}}]\n",
	 "against: no point of the sweep has these settings"},
	{HEAD "rows: [{id: F2, what: w, metric: m, unit: us, where: {rate: 1}}]\n",
	 "neither 'mode' nor a knob"},
	{HEAD "rows: [{id: F2, what: w, metric: m, unit: us, shape: {check: agrees}}]\n",
	 "shape: 'with' is missing"},
	{HEAD "rows: [{id: F2, what: w, metric: m, unit: us, shape: {check: agrees, with: [m]}}]\n",
	 "expected a metric of the same report"},
	{HEAD "rows: [{id: F2, what: w, metric: m, unit: us, shape: {check: grows}}]\n",
	 "'over' is missing"},
	{HEAD "rows: [{id: F2, what: w, metric: m, unit: us, shape: {check: ratio, against: {mode: "
	      "a}}}]\n",
	 "'at_least' is missing"},
	{HEAD
	 "rows: [{id: F2, what: w, metric: m, unit: us, shape: {check: at-most, limit: lots}}]\n",
	 "limit: expected a number"},
};

static void test_mistakes(void **state)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		struct yaml_error err = {""};
		struct experiment e;

		assert_int_equal(read_text(mistakes[i].text, &e, &err), -EINVAL);
		experiment_free(&e);
		if (strncmp(err.text, "dir/x.yaml:", 11) || !strstr(err.text, mistakes[i].said))
			fail_msg("said '%s', not '%s'", err.text, mistakes[i].said);
	}
}

static void test_lab(void **state)
{
	struct experiment e = read_good(HEAD "needs: criu\nlab: {kernel: 6.12}\n" ROWS);

	assert_true(e.needs_criu);
	assert_string_equal(e.lab_kernel, "6.12");
	experiment_free(&e);
	e = read_good(HEAD "needs: criu\n" ROWS);
	assert_string_equal(e.lab_kernel, "");
	assert_int_equal(e.lab_memory, LAB_MEMORY_MB);
	experiment_free(&e);
	e = read_good(HEAD "needs: criu\nlab: {memory: 8192}\n" ROWS);
	assert_int_equal(e.lab_memory, 8192);
	experiment_free(&e);
}

static void test_topology_beside_the_file(void **state)
{
	struct experiment e = read_good(HEAD ROWS);

	assert_string_equal(e.topology, "dir/t.yaml");
	experiment_free(&e);
}

/* ---- the plan ---- */

static const char *setting(const json_t *runs, size_t i, const char *knob)
{
	return json_string_value(
		json_object_get(json_object_get(json_array_get(runs, i), "settings"), knob));
}

static void test_plan(void **state)
{
	struct experiment e = read_good(
		HEAD
		"mode: [make-before-break, break-before-make]\nrepeats: {default: 2, full: 3}\n"
		"sweep: {knobs: {links.a-b.delay: [0ms, 1ms, 2ms, 3ms, 4ms]}}\nseed: 7\n" ROWS);
	json_t *some = plan_runs(&e, false), *again = plan_runs(&e, false),
	       *all = plan_runs(&e, true);
	json_t *points = plan_points(&e, false), *other;

	assert_int_equal(json_array_size(some), 2 * 3 * 2);
	assert_int_equal(json_array_size(all), 2 * 5 * 3);
	assert_true(json_equal(some, again)); /* the seed says the order */
	e.seed = 8;
	other = plan_runs(&e, false);
	assert_false(json_equal(some, other));
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(points, 1), "links.a-b.delay")),
		"2ms"); /* the middle */
	assert_non_null(setting(some, 0, "mode"));
	json_decref(some);
	json_decref(again);
	json_decref(other);
	json_decref(all);
	json_decref(points);
	experiment_free(&e);
}

static void test_zipped(void **state)
{
	struct experiment e =
		read_good(HEAD "sweep: {order: zipped, knobs: {links.a-b.rate: [1Mbit, 2Mbit], "
			       "links.a-b.delay: [5ms, 9ms]}}\n" ROWS);
	json_t *points = plan_points(&e, true);

	assert_int_equal(json_array_size(points), 2);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(points, 1), "links.a-b.rate")),
		"2Mbit");
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(points, 1), "links.a-b.delay")),
		"9ms");
	json_decref(points);
	experiment_free(&e);
}

static void test_plan_difference(void **state)
{
	struct experiment a = read_good(HEAD ROWS), b = read_good(HEAD "seed: 2\n" ROWS);
	json_t *x = plan_describe(&a, "{}", false), *y = plan_describe(&b, "{}", false);

	assert_null(plan_difference(x, x));
	assert_string_equal(plan_difference(x, y), "seed");
	json_decref(x);
	json_decref(y);
	experiment_free(&a);
	experiment_free(&b);
}

static void test_quantities(void **state)
{
	double v;

	assert_int_equal(quantity_parse("5ms", &v), 0);
	assert_float_equal(v, 5000, 0);
	assert_int_equal(quantity_parse("10Mbit", &v), 0);
	assert_float_equal(v, 1e7, 0);
	assert_int_equal(quantity_parse("30%", &v), 0);
	assert_float_equal(v, 0.3, 1e-12);
	assert_int_equal(quantity_parse("ms", &v), -EINVAL);
	assert_int_equal(quantity_parse("5 ms", &v), -EINVAL);
	assert_int_equal(quantity_parse("64MB", &v), 0);
	assert_float_equal(v, 64 * 1024 * 1024, 0);
	assert_string_equal(quantity_shown("512KB", &v), "MB");
	assert_float_equal(v, 0.5, 0);
	assert_string_equal(quantity_shown("20Mbit", &v), "Mbit/s");
	assert_float_equal(v, 20, 1e-9);
}

/* ---- knobs ---- */

static void test_override(void **state)
{
	json_t *t = json_loads(
		"{\"nodes\": {\"ue\": \"ue\", \"gnb1\": {\"kind\": \"gnb\"}, \"upf-b\": \"upf\"},"
		"\"links\": [{\"between\": [\"gnb1\", \"ue\"], \"rate\": \"1Mbit\"}]}",
		0, NULL);
	json_t *links = json_object_get(t, "links");
	char why[256];

	assert_int_equal(override_set(t, "links.ue-gnb1.delay", "5ms", why, sizeof(why)), 0);
	assert_int_equal(json_array_size(links), 1); /* there already, the other way round */
	assert_int_equal(override_set(t, "topology.links.upf-b-n3.delay", "9ms", why, sizeof(why)),
			 0);
	assert_int_equal(json_array_size(links), 2);
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(json_array_get(links, 1), "between"), 0)),
			    "upf-b");
	assert_int_equal(
		override_set(t, "topology.nodes.upf-b.dataplane", "ebpf", why, sizeof(why)), 0);
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(json_object_get(t, "nodes"), "upf-b"), "kind")),
			    "upf");
	json_object_set_new(t, "apps",
			    json_pack("{s:{s:[{s:s}]}}", "snake", "players", "ue", "ue"));
	assert_int_equal(override_set(t, "apps.snake.players.0.buffer", "fifo", why, sizeof(why)),
			 0);
	assert_string_equal(
		json_string_value(json_object_get(
			json_array_get(json_object_get(
					       json_object_get(json_object_get(t, "apps"), "snake"),
					       "players"),
				       0),
			"buffer")),
		"fifo");
	assert_int_equal(override_set(t, "apps.snake.at", "[edge-a, \"edge-b\"]", why, sizeof(why)),
			 0);
	assert_string_equal(
		json_string_value(json_array_get(
			json_object_get(json_object_get(json_object_get(t, "apps"), "snake"), "at"),
			1)),
		"edge-b");
	assert_int_equal(override_set(t, "apps.snake.at", NULL, why, sizeof(why)), 0);
	assert_null(json_object_get(json_object_get(json_object_get(t, "apps"), "snake"), "at"));
	assert_int_equal(override_set(t, "apps.snake.at", "[edge-a, ", why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "expected a list"));
	assert_int_equal(override_set(t, "apps.snake.players.1.buffer", "fifo", why, sizeof(why)),
			 -EINVAL);
	assert_int_equal(override_set(t, "apps.snake.players.x.buffer", "fifo", why, sizeof(why)),
			 -EINVAL);
	assert_int_equal(override_set(t, "apps.snake.players.0", "fifo", why, sizeof(why)),
			 -EINVAL);
	assert_int_equal(override_set(t, "links.a-b.delay", "5ms", why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "'a-b' is not a link"));
	assert_int_equal(override_set(t, "nodes.nobody.dataplane", "ebpf", why, sizeof(why)),
			 -EINVAL);
	assert_int_equal(override_set(t, "links", "5ms", why, sizeof(why)),
			 0); /* the topology's own reader refuses it */
	assert_string_equal(topology_first(t, "ue", "none"), "ue");
	assert_string_equal(topology_first(t, "service", "service"), "service");
	json_decref(t);
}

static void test_metric(void **state)
{
	json_t *r = json_loads(
		"{\"samples\": [{\"up\": {\"g\": 1}}, {\"up\": {\"g\": 2.5}}, {\"up\": {\"g\": "
		"null}}],"
		"\"modes\": {\"a\": {\"up\": {\"lost\": 3}}, \"b\": {\"up\": {\"lost\": 4}}}}",
		0, NULL);
	static const struct {
		const char *path;
		size_t n;
		double last;
	} cases[] = {{"samples[].up.g", 2, 2.5},
		     {"modes.*.up.lost", 2, 4},
		     {"modes.a.up.lost", 1, 3},
		     {"nothing.here", 0, 0},
		     {"", 0, 0},
		     {"..[][]", 0, 0},
		     {"modes[].x", 0, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *values = metric_values(r, cases[i].path);

		assert_int_equal(json_array_size(values), cases[i].n);
		if (cases[i].n)
			assert_float_equal(
				json_number_value(json_array_get(values, cases[i].n - 1)),
				cases[i].last, 0);
		json_decref(values);
	}
	json_decref(r);
}

/* ---- intervals ---- */

/* Normal by the sum of twelve uniforms: variance 1 */
static double normal(uint64_t *seed)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += (double)random_next(seed) / 18446744073709551616.0;
	return sum;
}

enum { DRAWN = 60, TRIALS = 200 };

/* Of 200 experiments with a known mean, about 95 % of the intervals hold it: 93.1 % for 60 values;
 * and they are as wide as theory says, 2 x 1.96 / sqrt(60). */
static void test_coverage(void **state)
{
	uint64_t seed = 42;
	double width = 0;
	int held = 0;

	for (int t = 0; t < TRIALS; t++) {
		double values[DRAWN];
		const double *runs[] = {values};
		size_t counts[] = {DRAWN};
		struct sample_runs s = {1, runs, counts};
		struct interval i;

		for (int k = 0; k < DRAWN; k++)
			values[k] = 10 + normal(&seed);
		i = bootstrap_interval(&s, STATISTIC_MEAN, (uint64_t)t);
		held += i.low <= 10 && 10 <= i.high;
		width += (i.high - i.low) / TRIALS;
	}
	assert_in_range(held, 0.90 * TRIALS, 0.99 * TRIALS);
	assert_float_equal(width, 2 * 1.96 / sqrt(DRAWN), 0.03);
}

/* What differs from run to run must widen the interval, however many values each run has. */
static void test_runs_count(void **state)
{
	double a[100], b[100], c[100];
	const double *runs[] = {a, b, c};
	size_t counts[] = {100, 100, 100};
	struct sample_runs s = {3, runs, counts};
	struct interval i;

	for (int k = 0; k < 100; k++) {
		a[k] = 1;
		b[k] = 2;
		c[k] = 3;
	}
	i = bootstrap_interval(&s, STATISTIC_MEAN, 1);
	assert_float_equal(i.value, 2, 0);
	assert_true(i.low <= 4.0 / 3 && i.high >= 8.0 / 3);
}

static void test_same_seed(void **state)
{
	double v[] = {1, 5, 2, 9, 4};
	const double *runs[] = {v};
	size_t counts[] = {5};
	struct sample_runs s = {1, runs, counts}, none = {0};
	struct interval x = bootstrap_interval(&s, STATISTIC_MEDIAN, 3);
	struct interval y = bootstrap_interval(&s, STATISTIC_MEDIAN, 3);

	assert_float_equal(x.value, 4, 0);
	assert_true(x.low == y.low && x.high == y.high);
	assert_true(isnan(bootstrap_interval(&none, STATISTIC_MEAN, 1).value));
	assert_float_equal(bootstrap_interval(&s, STATISTIC_MAX, 1).value, 9, 0);
	assert_float_equal(bootstrap_interval(&s, statistic_parse("min"), 1).value, 1, 0);
	assert_float_equal(bootstrap_interval(&s, STATISTIC_SUM, 1).value, 21, 0);
}

/* ---- shapes ---- */

static json_t *run_with(size_t point, double value)
{
	return json_pack("{s:I,s:{s:[f,f,f]}}", "point", (json_int_t)point, "report", "v", value,
			 value * 1.01, value * 0.99);
}

static json_t *judge(const char *shape, double first, double last, const json_t *against_where)
{
	json_t *row = json_pack("{s:s,s:o}", "metric", "v[]", "shape", json_loads(shape, 0, NULL));
	json_t *points = json_pack("[{s:s},{s:s}]", "delay", "0ms", "delay", "10ms");
	json_t *runs = json_pack("[o,o]", run_with(0, first), run_with(1, last));
	json_t *series, *against = NULL;

	if (against_where) { /* the first point against the second */
		json_object_set_new(row, "where", json_pack("{s:s}", "delay", "10ms"));
		against = series_make(runs, points, row, 1);
		json_object_set_new(row, "where", json_pack("{s:s}", "delay", "0ms"));
	}
	series = series_make(runs, points, row, 1);
	shape_judge(row, series, against, 1);
	json_decref(points);
	json_decref(runs);
	json_decref(series);
	json_decref(against);
	return row;
}

static void test_shapes(void **state)
{
	static const struct {
		const char *shape;
		double first, last;
		bool ratio, holds;
	} cases[] = {
		{"{\"check\": \"grows\", \"over\": \"delay\"}", 1, 5, false, true},
		{"{\"check\": \"grows\", \"over\": \"delay\"}", 5, 5, false, false},
		{"{\"check\": \"falls\", \"over\": \"delay\"}", 5, 1, false, true},
		{"{\"check\": \"falls\", \"over\": \"delay\"}", 1, 5, false, false},
		{"{\"check\": \"flat\", \"over\": \"delay\", \"within\": \"10%\"}", 5, 5, false,
		 true},
		{"{\"check\": \"flat\", \"over\": \"delay\", \"within\": \"10%\"}", 5, 6, false,
		 false},
		{"{\"check\": \"at-most\", \"limit\": \"6\"}", 1, 5, false, true},
		{"{\"check\": \"at-most\", \"limit\": \"4\"}", 1, 5, false, false},
		{"{\"check\": \"at-least\", \"limit\": \"0.9\"}", 1, 5, false, true},
		{"{\"check\": \"at-least\", \"limit\": \"2\"}", 1, 5, false, false},
		{"{\"check\": \"ratio\", \"against\": {\"delay\": \"10ms\"}, \"at_least\": \"4\"}",
		 1, 5, true, true},
		{"{\"check\": \"ratio\", \"against\": {\"delay\": \"10ms\"}, \"at_least\": \"6\"}",
		 1, 5, true, false},
	};
	json_t *yes = json_true();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *row = judge(cases[i].shape, cases[i].first, cases[i].last,
				    cases[i].ratio ? yes : NULL);
		json_t *holds = json_object_get(row, "shape_holds");

		if (!json_is_boolean(holds) || json_is_true(holds) != cases[i].holds)
			fail_msg("%s of %g and %g: %s", cases[i].shape, cases[i].first,
				 cases[i].last, json_string_value(json_object_get(row, "why")));
		json_decref(row);
	}
}

/* Of sizes 1 and 2 by method a and by b: how many times as large b's are, and whether that grows */
static json_t *judge_growth(double b_of_larger)
{
	json_t *row = json_pack("{s:s, s:{s:s}, s:{s:s, s:s, s:{s:s}}}", "metric", "v[]", "where",
				"method", "a", "shape", "check", "ratio-grows", "over", "size",
				"against", "method", "b");
	json_t *other = json_pack("{s:s, s:{s:s}}", "metric", "v[]", "where", "method", "b");
	json_t *points = json_pack("[{s:s,s:s},{s:s,s:s},{s:s,s:s},{s:s,s:s}]", "size", "1MB",
				   "method", "a", "size", "2MB", "method", "a", "size", "1MB",
				   "method", "b", "size", "2MB", "method", "b");
	json_t *runs = json_pack("[o,o,o,o]", run_with(0, 1), run_with(1, 1), run_with(2, 10),
				 run_with(3, b_of_larger));
	json_t *series = series_make(runs, points, row, 1),
	       *against = series_make(runs, points, other, 1);

	shape_judge(row, series, against, 1);
	json_decref(other);
	json_decref(points);
	json_decref(runs);
	json_decref(series);
	json_decref(against);
	return row;
}

static void test_ratio_that_grows(void **state)
{
	json_t *row = judge_growth(20);

	assert_true(json_is_true(json_object_get(row, "shape_holds")));
	assert_non_null(strstr(json_string_value(json_object_get(row, "why")),
			       "ratio's slope over size 10"));
	json_decref(row);
	row = judge_growth(10);
	assert_true(json_is_false(json_object_get(row, "shape_holds")));
	json_decref(row);
}

/* Where CRIU isn't sound such a file is the lab's */
static void test_needs(void **state)
{
	struct experiment e = read_good(HEAD "needs: criu\n" ROWS);

	assert_true(e.needs_criu);
	experiment_free(&e);
	e = read_good(HEAD ROWS);
	assert_false(e.needs_criu);
	experiment_free(&e);
}

/* A row and another metric of the same reports: how far apart, and from how many values */
static json_t *judge_agreement(double own, double other, const char *within, size_t runs_of_second)
{
	json_t *row =
		json_pack("{s:s,s:s,s:{s:s,s:s,s:s*}}", "metric", "v[]", "statistic", "median",
			  "shape", "check", "agrees", "with", "w[]", "within", within);
	json_t *with = json_pack("{s:s,s:s}", "metric", "w[]", "statistic", "median");
	json_t *points = json_pack("[{s:s},{s:s}]", "delay", "0ms", "delay", "10ms");
	json_t *runs = json_array(), *series, *against;

	for (size_t i = 0; i < 1 + runs_of_second; i++)
		json_array_append_new(runs, json_pack("{s:I,s:{s:[f,f,f,f],s:[f,f,f,f]}}", "point",
						      (json_int_t)(i > 0), "report", "v", own,
						      own * 1.3, own * 0.7, own * 1.1, "w", other,
						      other * 1.2, other * 0.8, other * 0.9));
	series = series_make(runs, points, row, 1);
	against = series_make(runs, points, with, 1);
	shape_judge(row, series, against, 1);
	json_decref(with);
	json_decref(points);
	json_decref(runs);
	json_decref(series);
	json_decref(against);
	return row;
}

static void test_agreement(void **state)
{
	json_t *row = judge_agreement(10, 10.5, NULL, 1);

	assert_true(json_is_true(json_object_get(row, "shape_holds")));
	/* the medians of each point, side by side */
	assert_string_equal(json_string_value(json_object_get(row, "why")),
			    "0ms: 10.5 and 9.975; 10ms: 10.5 and 9.975");
	json_decref(row);
	row = judge_agreement(10, 30, NULL, 1);
	assert_true(json_is_false(json_object_get(row, "shape_holds")));
	json_decref(row);
	row = judge_agreement(10, 30, "5", 1);
	assert_true(json_is_false(json_object_get(row, "shape_holds")));
	json_decref(row);
	row = judge_agreement(10, 30, "25", 1);
	assert_true(json_is_true(json_object_get(row, "shape_holds")));
	json_decref(row);
	row = judge_agreement(10, 10, NULL, 0); /* the second point has no run */
	assert_true(json_is_null(json_object_get(row, "shape_holds")));
	assert_string_equal(json_string_value(json_object_get(row, "why")),
			    "not every point has been measured");
	json_decref(row);
}

/* Curves of both, the other one's dashed, each point in one colour */
static void test_both_distributions(void **state)
{
	json_t *row =
		json_pack("{s:s,s:s,s:{s:s},s:[{s:{s:s},s:[[f,f,f]]}],s:[{s:{s:s},s:[[f,f,f]]}]}",
			  "what", "wait", "unit", "ms", "shape", "with", "w[]", "points",
			  "settings", "workload.x", "1", "runs", 1.0, 2.0, 3.0, "points_with",
			  "settings", "workload.x", "1", "runs", 1.5, 2.5, 9.0);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(svg_cdf(out, row), 1);
	fclose(out);
	assert_non_null(strstr(text, "<path class='c0 curve' d="));
	assert_non_null(strstr(text, "<path class='c0 curve' stroke-dasharray='6 4' d="));
	assert_non_null(strstr(text, ">x 1</text>"));
	assert_non_null(strstr(text, ">x 1, dashed: w[]</text>"));
	free(text);
	json_decref(row);
}

static void test_shape_unmeasured(void **state)
{
	json_t *row = json_pack("{s:s,s:{s:s,s:s}}", "metric", "v[]", "shape", "check", "grows",
				"over", "delay");
	json_t *points = json_pack("[{s:s},{s:s}]", "delay", "0ms", "delay", "10ms");
	json_t *runs = json_pack("[o]", run_with(0, 1)),
	       *series = series_make(runs, points, row, 1);

	shape_judge(row, series, NULL, 1);
	assert_true(json_is_null(json_object_get(row, "shape_holds")));
	assert_non_null(strstr(json_string_value(json_object_get(row, "why")), "not every point"));
	json_decref(row);
	json_decref(points);
	json_decref(runs);
	json_decref(series);
}

/* Words have no first and last: each is told, a few of them. Quantities have. */
static void test_ours(void **state)
{
	static const struct {
		const char *series, *ours;
	} cases[] = {
		{"[{'settings': {'rendering': 'local'}, 'value': 63.25}, {'settings': "
		 "{'rendering': "
		 "'cloud'}, 'value': 105}, {'settings': {'rendering': 'edge'}, 'value': 69}]",
		 "local 63.25, cloud 105, edge 69"},
		{"[{'settings': {'mode': 'make-before-break'}, 'value': 1}, {'settings': {'mode': "
		 "'break-before-make'}, 'value': 2}]",
		 "make-before-break 1, break-before-make 2"},
		{"[{'settings': {'rate': '5Mbit'}, 'value': 3}, {'settings': {'rate': '20Mbit'}, "
		 "'value': 2}, {'settings': {'rate': '50Mbit'}, 'value': 1}]",
		 "3 to 1"},
		{"[{'settings': {'mode': 'a', 'rate': '5Mbit'}, 'value': 3}, {'settings': {'mode': "
		 "'a', 'rate': '9Mbit'}, 'value': 2}]",
		 "3 to 2"},
		{"[{'settings': {'m': 'a'}, 'value': 1}, {'settings': {'m': 'b'}, 'value': 2}, "
		 "{'settings': {'m': 'c'}, 'value': 3}, {'settings': {'m': 'd'}, 'value': 4}, "
		 "{'settings': {'m': 'e'}, 'value': 5}]",
		 "1 to 5"},
		{"[{'settings': {'m': 'a'}, 'value': 1}, {'settings': {'m': 'b'}, 'value': null}]",
		 NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *row = json_object(), *series;
		char text[512];
		const char *ours;

		snprintf(text, sizeof(text), "%s", cases[i].series);
		for (char *c = text; *c; c++)
			if (*c == '\'')
				*c = '"';
		series = json_loads(text, 0, NULL);
		assert_non_null(series);
		shape_judge(row, series, NULL, 1);
		ours = json_string_value(json_object_get(row, "ours"));
		if (!ours || !cases[i].ours ? ours != cases[i].ours : !!strcmp(ours, cases[i].ours))
			fail_msg("case %zu: %s", i, ours ? ours : "null");
		json_decref(series);
		json_decref(row);
	}
}

/* ---- plots ---- */

/* A metric that no run has a number at is told as that, not passed over. */
static void test_empty_row(void **state)
{
	struct experiment e =
		read_good(HEAD "rows: [{id: F2, what: w, metric: nope, unit: us}, {id: F3, "
			       "what: w, metric: value, unit: us}]\n");
	json_t *runs = json_pack("[{s:i,s:i,s:{},s:s,s:{s:i}}]", "point", 0, "repeat", 1,
				 "settings", "status", "done", "report", "value", 7);
	json_t *plan = plan_describe(&e, "", false);
	json_t *result = result_make(&e, plan, runs, "/x"), *rows = json_object_get(result, "rows");

	assert_true(json_is_true(json_object_get(json_array_get(rows, 0), "empty")));
	assert_string_equal(json_string_value(json_object_get(json_array_get(rows, 0), "why")),
			    "no run has a number at nope");
	assert_null(json_object_get(json_array_get(rows, 1), "empty"));
	json_decref(result);
	json_decref(plan);
	json_decref(runs);
	experiment_free(&e);
}

static void test_escaped(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	html_text(out, "<a href=\"x\">'&\n");
	fclose(out);
	assert_string_equal(text, "&lt;a href=&quot;x&quot;&gt;&#39;&amp; ");
	free(text);
}

static void test_svg_of_garbage(void **state)
{
	static const char *const rows[] = {
		"{}", "{\"points\": 3}", "{\"points\": [1, null, {}]}",
		"{\"points\": [{\"runs\": [[\"x\"], 3], \"value\": \"y\"}]}",
		"{\"points\": [{\"settings\": {\"d\": 4}, \"value\": 1}]}"};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_t *row = json_loads(rows[i], 0, NULL);

		assert_int_equal(svg_sweep(out, row, "d"), 0);
		assert_int_equal(svg_cdf(out, row), 0);
		svg_points(out, row);
		json_decref(row);
	}
	fclose(out);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_lab),
		cmocka_unit_test(test_topology_beside_the_file),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_zipped),
		cmocka_unit_test(test_plan_difference),
		cmocka_unit_test(test_quantities),
		cmocka_unit_test(test_override),
		cmocka_unit_test(test_metric),
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_runs_count),
		cmocka_unit_test(test_same_seed),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_ratio_that_grows),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_shape_unmeasured),
		cmocka_unit_test(test_agreement),
		cmocka_unit_test(test_both_distributions),
		cmocka_unit_test(test_empty_row),
		cmocka_unit_test(test_escaped),
		cmocka_unit_test(test_svg_of_garbage),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
