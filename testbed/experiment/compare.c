// SPDX-License-Identifier: Apache-2.0
/* `baton report` and `baton compare`: what is made of results that are there. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "testbed/experiment/command.h"
#include "testbed/experiment/experiment.h"
#include "testbed/experiment/sample.h"

enum { SEED = 1 };

/* DIR/result.json, or a file given by itself */
static json_t *load_result(const char *path)
{
	char file[PATH_MAX];
	json_error_t error;
	struct stat st;
	json_t *result;

	if (stat(path, &st) < 0) {
		complain("%s: %s", path, strerror(errno));
		return NULL;
	}
	snprintf(file, sizeof(file), "%s%s", path, S_ISDIR(st.st_mode) ? "/result.json" : "");
	/* a folder of `measure --out` */
	if (S_ISDIR(st.st_mode) && stat(file, &st) < 0)
		snprintf(file, sizeof(file), "%s/report.json", path);
	if (stat(file, &st) < 0) {
		complain("%s: has neither result.json nor report.json", path);
		return NULL;
	}
	result = json_load_file(file, 0, &error);
	if (!json_is_object(result)) {
		complain("%s: %s", file, result ? "expected a JSON object" : error.text);
		json_decref(result);
		return NULL;
	}
	return result;
}

int report_main(const struct baton_context *ctx, int argc, char **argv)
{
	static const struct option known[] = {{"out", required_argument, NULL, 'o'}, {0}};
	const char *out = NULL;
	char file[PATH_MAX + 16];
	struct stat st;
	json_t *result;
	int c, r;

	while ((c = getopt_long(argc, argv, "", known, NULL)) == 'o')
		out = optarg;
	if (c != -1 || optind + 1 != argc) {
		complain("usage: baton report DIR [--out FILE.html]");
		return BATON_USAGE;
	}
	result = load_result(argv[optind]);
	if (!result)
		return BATON_FAILED;
	if (!json_is_array(json_object_get(result, "rows"))) {
		complain("%s: not the result of an experiment: 'rows' is missing", argv[optind]);
		json_decref(result);
		return BATON_FAILED;
	}
	snprintf(file, sizeof(file), "%s%s", argv[optind],
		 !stat(argv[optind], &st) && S_ISDIR(st.st_mode) ? "/report.html" : ".html");
	r = page_write(result, out ? out : file);
	if (r < 0)
		complain("%s: %s", out ? out : file, strerror(-r));
	else
		printf("%s\n", out ? out : file);
	json_decref(result);
	return r < 0 ? BATON_FAILED : BATON_OK;
}

/* ---- a measurement's report.json as rows ---- */

static json_t *runs_of_mode(const json_t *report, const char *mode, const char *direction,
			    const char *figure)
{
	json_t *values = json_array(), *sample;
	size_t i;

	json_array_foreach(json_object_get(report, "samples"), i, sample)
	{
		const char *of = json_string_value(json_object_get(sample, "mode"));
		json_t *value = json_object_get(json_object_get(sample, direction), figure);

		if (of && !strcmp(of, mode) && json_is_number(value))
			json_array_append(values, value);
	}
	return json_pack("[o]", values);
}

static json_t *row_of(const json_t *report, const char *direction, const char *figure)
{
	json_t *points = json_array(), *mode_figures;
	const char *mode;

	json_object_foreach(json_object_get(report, "modes"), mode, mode_figures)
		json_array_append_new(points,
				      json_pack("{s:{s:s},s:o}", "settings", "mode", mode, "runs",
						runs_of_mode(report, mode, direction, figure)));
	return json_pack("{s:s++,s:s,s:o}", "metric", direction, ".", figure, "unit",
			 strstr(figure, "_us") ? "us" : "packets", "points", points);
}

static json_t *rows_of(const json_t *document)
{
	static const char *const directions[] = {"uplink", "downlink"};
	static const char *const figures[] = {"latency_us", "largest_gap_us", "loss_gap_us",
					      "lost"};
	json_t *rows = json_object_get(document, "rows");

	if (json_is_array(rows))
		return json_incref(rows);
	if (!json_is_array(json_object_get(document, "samples")))
		return NULL;
	rows = json_array();
	for (size_t d = 0; d < 2; d++)
		for (size_t f = 0; f < 4; f++)
			json_array_append_new(rows, row_of(document, directions[d], figures[f]));
	return rows;
}

/* ---- comparing ---- */

struct pair {
	struct interval difference, ratio; /* b less a; b over a */
	double a, b;
	size_t runs_a, runs_b;
	const char *verdict;
};

static const char *verdict_of(const struct pair *p, bool more_is_better)
{
	if (isnan(p->difference.low) || isnan(p->difference.high))
		return "no data";
	if (p->difference.low <= 0 && p->difference.high >= 0)
		return "no difference seen";
	return (p->difference.value < 0) == !more_is_better ? "faster" : "slower";
}

static int compare_samples(const json_t *a, const json_t *b, enum statistic which, bool more,
			   struct pair *ret)
{
	double *differences = calloc(BOOTSTRAP_ROUNDS, sizeof(double));
	double *ratios = calloc(BOOTSTRAP_ROUNDS, sizeof(double));
	uint64_t state = SEED;
	struct sample sa = {0}, sb = {0};
	int r = differences && ratios ? sample_read(a, &sa) : -ENOMEM;

	if (r == 0)
		r = sample_read(b, &sb);
	if (r == 0) {
		ret->a = sample_statistic(&sa.view, which);
		ret->b = sample_statistic(&sb.view, which);
		ret->runs_a = sa.view.runs;
		ret->runs_b = sb.view.runs;
		for (size_t i = 0; sa.view.runs && sb.view.runs && i < BOOTSTRAP_ROUNDS; i++) {
			double x = sample_resample(&sa.view, which, &state, sa.scratch);
			double y = sample_resample(&sb.view, which, &state, sb.scratch);

			differences[i] = y - x;
			ratios[i] = x ? y / x : NAN;
		}
		ret->difference =
			interval_of_draws(ret->b - ret->a, differences,
					  sa.view.runs && sb.view.runs ? BOOTSTRAP_ROUNDS : 0);
		ret->ratio = interval_of_draws(ret->a ? ret->b / ret->a : NAN, ratios,
					       sa.view.runs && sb.view.runs ? BOOTSTRAP_ROUNDS : 0);
		ret->verdict = verdict_of(ret, more);
	}
	sample_free(&sa);
	sample_free(&sb);
	free(differences);
	free(ratios);
	return r;
}

static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *interval_json(const struct interval *i)
{
	return json_pack("{s:o,s:o,s:o}", "value", number(i->value), "low", number(i->low), "high",
			 number(i->high));
}

static const char *text_at(const json_t *at, const char *key)
{
	const char *text = json_string_value(json_object_get(at, key));

	return text ? text : "";
}

static json_t *pair_json(const json_t *row, const json_t *settings, const struct pair *p)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:O,s:o,s:o,s:I,s:I,s:o,s:o,s:s}", "id",
			 text_at(row, "id"), "what", text_at(row, "what"), "metric",
			 text_at(row, "metric"), "unit", text_at(row, "unit"), "settings", settings,
			 "a", number(p->a), "b", number(p->b), "runs_a", (json_int_t)p->runs_a,
			 "runs_b", (json_int_t)p->runs_b, "difference",
			 interval_json(&p->difference), "ratio", interval_json(&p->ratio),
			 "verdict", p->verdict);
}

/* The same metric, narrowed to the same points, is the same row. */
static const json_t *same_row(const json_t *rows, const json_t *row)
{
	static const char *const members[] = {"metric", "where", "statistic", "unit"};
	json_t *other;
	size_t i, m;

	json_array_foreach((json_t *)rows, i, other)
	{
		for (m = 0; m < 4; m++) {
			json_t *x = json_object_get(row, members[m]);
			json_t *y = json_object_get(other, members[m]);

			if (x != y && !json_equal(x, y))
				break;
		}
		if (m == 4)
			return other;
	}
	return NULL;
}

static const json_t *same_point(const json_t *row, const json_t *settings)
{
	json_t *point;
	size_t i;

	json_array_foreach(
		json_object_get(row, "points"), i,
		point) if (json_equal(json_object_get(point, "settings"), settings)) return point;
	return NULL;
}

/* More of a rate is better; of everything else that is measured here, less */
static bool more_is_better(const json_t *row)
{
	return strstr(text_at(row, "unit"), "bit/s") || strstr(text_at(row, "unit"), "/s");
}

static json_t *compare_rows(const json_t *a, const json_t *b, const char *metric)
{
	json_t *pairs = json_array(), *row, *point;
	size_t i, k;

	json_array_foreach((json_t *)a, i, row)
	{
		const json_t *other = same_row(b, row);

		if (!other || (metric && !strstr(text_at(row, "metric"), metric)))
			continue;
		json_array_foreach(json_object_get(row, "points"), k, point)
		{
			const json_t *settings = json_object_get(point, "settings");
			const json_t *match = same_point(other, settings);
			struct pair p = {0};

			if (match && compare_samples(point, match,
						     statistic_parse(json_string_value(
							     json_object_get(row, "statistic"))),
						     more_is_better(row), &p) == 0)
				json_array_append_new(pairs, pair_json(row, settings, &p));
		}
	}
	return pairs;
}

/* ---- may they be compared at all ---- */

static bool differs(const json_t *a, const json_t *b, const char *key)
{
	json_t *x = json_object_get(a, key), *y = json_object_get(b, key);

	return x && y && !json_equal(x, y);
}

static bool other_topology(const json_t *a, const json_t *b)
{
	return differs(a, b, "topology") ||
	       differs(json_object_get(a, "plan"), json_object_get(b, "plan"), "topology");
}

static json_t *warnings_of(const json_t *a, const json_t *b)
{
	static const char *const keys[] = {"machine", "kernel", "dataplane", "full", "interval_us"};
	json_t *warnings = json_array();

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (differs(a, b, keys[i]))
			json_array_append_new(warnings, json_sprintf("'%s' differs", keys[i]));
	if (json_is_true(json_object_get(a, "partial")) ||
	    json_is_true(json_object_get(b, "partial")))
		json_array_append_new(warnings, json_string("one of them is partial"));
	return warnings;
}

static void print_pair(const json_t *pair)
{
	const json_t *d = json_object_get(pair, "difference"), *r = json_object_get(pair, "ratio");
	const char *knob;
	json_t *value;

	printf("%s%s%s\n ", text_at(pair, "id"), *text_at(pair, "id") ? " " : "",
	       *text_at(pair, "what") ? text_at(pair, "what") : text_at(pair, "metric"));
	json_object_foreach(json_object_get(pair, "settings"), knob, value)
		printf(" %s=%s", knob, json_string_value(value) ?: "?");
	printf("\n    %.6g -> %.6g %s, difference %.4g [%.4g, %.4g]",
	       json_number_value(json_object_get(pair, "a")),
	       json_number_value(json_object_get(pair, "b")), text_at(pair, "unit"),
	       json_number_value(json_object_get(d, "value")),
	       json_number_value(json_object_get(d, "low")),
	       json_number_value(json_object_get(d, "high")));
	if (json_is_number(json_object_get(r, "value")))
		printf(", ratio %.3g [%.3g, %.3g]", json_number_value(json_object_get(r, "value")),
		       json_number_value(json_object_get(r, "low")),
		       json_number_value(json_object_get(r, "high")));
	printf(": %s\n", text_at(pair, "verdict"));
}

static int print_comparison(const struct baton_context *ctx, json_t *warnings, json_t *pairs)
{
	static const char method[] =
		"95 % intervals by the percentile bootstrap in two stages (runs, then values), "
		"2000 draws, seed 1";
	json_t *one, *document;
	size_t i;

	json_array_foreach(warnings, i, one) complain("warning: %s", json_string_value(one));
	if (ctx->json) {
		document = json_pack("{s:s,s:O,s:O}", "method", method, "warnings", warnings,
				     "rows", pairs);
		json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
		printf("\n");
		json_decref(document);
		return BATON_OK;
	}
	json_array_foreach(pairs, i, one) print_pair(one);
	printf("%s\n", method);
	return BATON_OK;
}

static int compare(const struct baton_context *ctx, const json_t *a, const json_t *b,
		   const char *metric)
{
	json_t *rows_a = rows_of(a), *rows_b = rows_of(b), *pairs = NULL, *warnings = NULL;
	int rc = BATON_FAILED;

	if (!rows_a || !rows_b)
		complain("%s: expected the result of an experiment, or a measurement's report.json",
			 rows_a ? "the second" : "the first");
	else if (other_topology(a, b))
		complain("they can't be compared: their topologies differ");
	else if (pairs = compare_rows(rows_a, rows_b, metric), !json_array_size(pairs))
		complain("they can't be compared: no point of one is in the other%s%s",
			 metric ? " for metric " : "", metric ? metric : "");
	else
		rc = print_comparison(ctx, warnings = warnings_of(a, b), pairs);
	json_decref(rows_a);
	json_decref(rows_b);
	json_decref(pairs);
	json_decref(warnings);
	return rc;
}

int compare_main(const struct baton_context *ctx, int argc, char **argv)
{
	static const struct option known[] = {{"metric", required_argument, NULL, 'm'}, {0}};
	const char *metric = NULL;
	json_t *a, *b = NULL;
	int c, rc = BATON_FAILED;

	while ((c = getopt_long(argc, argv, "", known, NULL)) == 'm')
		metric = optarg;
	if (c != -1 || optind + 2 != argc) {
		complain("usage: baton compare A B [--metric M] [--json]");
		return BATON_USAGE;
	}
	a = load_result(argv[optind]);
	if (a)
		b = load_result(argv[optind + 1]);
	if (a && b)
		rc = compare(ctx, a, b, metric);
	json_decref(a);
	json_decref(b);
	return rc;
}
