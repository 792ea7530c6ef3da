// SPDX-License-Identifier: Apache-2.0
/* Whether what was measured has the shape that was expected, with what confidence. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/experiment/experiment.h"
#include "testbed/experiment/sample.h"

enum { NAMED_MAX = 4 /* figures told each by its name */ };

/* A row's points, and what one draw of them gives */
struct judged {
	size_t n;
	struct sample *samples, *against;
	double *x;
	enum statistic statistic;
	const char *check, *unit; /* unit: of x */
};

static json_t *number_or_null(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *runs_of_point(const json_t *runs, size_t point, const char *metric)
{
	json_t *list = json_array(), *run;
	size_t i;

	json_array_foreach((json_t *)runs, i, run)
	{
		json_int_t of = json_integer_value(json_object_get(run, "point"));

		if ((size_t)of == point && json_object_get(run, "report"))
			json_array_append_new(
				list, metric_values(json_object_get(run, "report"), metric));
	}
	return list;
}

static json_t *series_point(const json_t *settings, json_t *runs, enum statistic which,
			    uint64_t seed)
{
	json_t *point = json_pack("{s:O,s:o}", "settings", settings, "runs", runs), *run;
	struct interval interval = {NAN, NAN, NAN};
	struct sample sample;
	size_t n = 0, i;

	if (sample_read(point, &sample) == 0)
		interval = bootstrap_interval(&sample.view, which, seed);
	sample_free(&sample);
	json_array_foreach(runs, i, run) n += json_array_size(run);
	json_object_set_new(point, "n", json_integer((json_int_t)n));
	json_object_set_new(point, "value", number_or_null(interval.value));
	json_object_set_new(point, "low", number_or_null(interval.low));
	json_object_set_new(point, "high", number_or_null(interval.high));
	return point;
}

json_t *series_make(const json_t *runs, const json_t *points, const json_t *row, uint64_t seed)
{
	const char *metric = json_string_value(json_object_get(row, "metric"));
	const char *which = json_string_value(json_object_get(row, "statistic"));
	json_t *series = json_array(), *settings;
	size_t p;

	json_array_foreach((json_t *)points, p,
			   settings) if (settings_match(settings, json_object_get(row, "where")))
		json_array_append_new(
			series, series_point(settings, runs_of_point(runs, p, metric ? metric : ""),
					     statistic_parse(which), seed));
	return series;
}

/* ---- a draw ---- */

static double slope_of(const double *x, const double *y, size_t n)
{
	double mx = 0, my = 0, above = 0, below = 0;

	for (size_t i = 0; i < n; i++) {
		mx += x[i] / (double)n;
		my += y[i] / (double)n;
	}
	for (size_t i = 0; i < n; i++) {
		above += (x[i] - mx) * (y[i] - my);
		below += (x[i] - mx) * (x[i] - mx);
	}
	return below > 0 ? above / below : NAN;
}

/* The largest over the smallest, less one: 0 is flat */
static double spread_of(const double *y, size_t n)
{
	double low = INFINITY, high = -INFINITY;

	for (size_t i = 0; i < n; i++) {
		low = fmin(low, y[i]);
		high = fmax(high, y[i]);
	}
	return high == low ? 0 : high / low - 1;
}

static double smallest_of(const double *y, size_t n)
{
	double low = INFINITY;

	for (size_t i = 0; i < n; i++)
		low = fmin(low, y[i]);
	return low;
}

static double largest_of(const double *y, size_t n)
{
	double high = -INFINITY;

	for (size_t i = 0; i < n; i++)
		high = fmax(high, y[i]);
	return high;
}

static double figure_of(const struct judged *j, const double *y)
{
	if (!strcmp(j->check, "grows") || !strcmp(j->check, "falls") ||
	    !strcmp(j->check, "ratio-grows"))
		return slope_of(j->x, y, j->n);
	if (!strcmp(j->check, "flat"))
		return spread_of(y, j->n);
	return strcmp(j->check, "at-most") ? smallest_of(y, j->n) : largest_of(y, j->n);
}

/* @state NULL: of the values themselves */
static double draw(const struct judged *j, uint64_t *state, double *y)
{
	for (size_t i = 0; i < j->n; i++) {
		struct sample *s = &j->samples[i];

		y[i] = state ? sample_resample(&s->view, j->statistic, state, s->scratch)
			     : sample_statistic(&s->view, j->statistic);
		if (j->against) {
			struct sample *a = &j->against[i];
			double other =
				state ? sample_resample(&a->view, j->statistic, state, a->scratch)
				      : sample_statistic(&a->view, j->statistic);
			y[i] = other / y[i];
		}
	}
	return figure_of(j, y);
}

static struct interval draws_of(const struct judged *j, uint64_t seed)
{
	double *y = calloc(j->n + 1, sizeof(*y)), *draws = calloc(BOOTSTRAP_ROUNDS, sizeof(*draws));
	struct interval interval = {NAN, NAN, NAN};
	uint64_t state = seed;

	if (y && draws) {
		double value = draw(j, NULL, y);

		for (size_t i = 0; i < BOOTSTRAP_ROUNDS; i++)
			draws[i] = draw(j, &state, y);
		interval = interval_of_draws(value, draws, BOOTSTRAP_ROUNDS);
	}
	free(y);
	free(draws);
	return interval;
}

/* ---- a row ---- */

static double limit_of(const json_t *shape, const char *key)
{
	const char *text = json_string_value(json_object_get(shape, key));
	double value = NAN;

	return text && quantity_parse(text, &value) == 0 ? value : NAN;
}

static double x_of(const json_t *point, const char *over, size_t index, const char **ret_unit)
{
	const char *text =
		over ? json_string_value(json_object_get(json_object_get(point, "settings"), over))
		     : NULL;
	double x = NAN;

	*ret_unit = text ? quantity_shown(text, &x) : "";
	return isnan(x) ? (double)index : x;
}

/* The point of @against that differs from @point in nothing but what @keys name */
static const json_t *partner_of(const json_t *point, const json_t *against, const json_t *keys)
{
	json_t *wanted = json_copy(json_object_get(point, "settings")), *other;
	const json_t *found = NULL;
	size_t i;

	json_object_update(wanted, (json_t *)keys);
	json_array_foreach((json_t *)against, i,
			   other) if (json_equal(json_object_get(other, "settings"), wanted))
		found = other;
	json_decref(wanted);
	return found;
}

static bool judged_fill(struct judged *j, const json_t *series, const json_t *against,
			const json_t *shape)
{
	const char *over = json_string_value(json_object_get(shape, "over"));
	bool whole = j->n > 0;

	for (size_t i = 0; i < j->n; i++) {
		const json_t *point = json_array_get(series, i);

		j->x[i] = x_of(point, over, i, &j->unit);
		whole = sample_read(point, &j->samples[i]) == 0 && j->samples[i].view.runs && whole;
		if (j->against) {
			const json_t *other =
				partner_of(point, against, json_object_get(shape, "against"));

			whole = sample_read(other, &j->against[i]) == 0 &&
				j->against[i].view.runs && whole;
		}
	}
	return whole;
}

static bool shape_holds(const char *check, const json_t *shape, const struct interval *i)
{
	if (!strcmp(check, "grows") || !strcmp(check, "ratio-grows"))
		return i->low > 0;
	if (!strcmp(check, "falls"))
		return i->high < 0;
	if (!strcmp(check, "flat"))
		return i->high <= limit_of(shape, "within");
	if (!strcmp(check, "at-most"))
		return i->high <= limit_of(shape, "limit");
	return i->low >= limit_of(shape, strcmp(check, "ratio") ? "limit" : "at_least");
}

static void shape_explain(const struct judged *j, const json_t *shape, const struct interval *i,
			  char *text, size_t size)
{
	const char *check = j->check;
	const char *over = json_string_value(json_object_get(shape, "over"));

	if (!strcmp(check, "grows") || !strcmp(check, "falls"))
		snprintf(text, size, "slope over %s %.4g [%.4g, %.4g] per %s, expected %s 0", over,
			 i->value, i->low, i->high, *j->unit ? j->unit : "unit",
			 *check == 'g' ? "above" : "below");
	else if (!strcmp(check, "ratio-grows"))
		snprintf(text, size,
			 "ratio's slope over %s %.4g [%.4g, %.4g] per %s, expected above 0", over,
			 i->value, i->low, i->high, *j->unit ? j->unit : "unit");
	else if (!strcmp(check, "flat"))
		snprintf(text, size,
			 "varies by %.0f %% [%.0f, %.0f] over %s, expected at most %.0f %%",
			 i->value * 100, i->low * 100, i->high * 100, over,
			 limit_of(shape, "within") * 100);
	else if (!strcmp(check, "ratio"))
		snprintf(text, size, "ratio %.3g [%.3g, %.3g], expected at least %.3g", i->value,
			 i->low, i->high, limit_of(shape, "at_least"));
	else
		snprintf(text, size, "%s %.4g [%.4g, %.4g], expected %s %.4g",
			 check[3] == 'm' ? "largest" : "smallest", i->value, i->low, i->high,
			 check[3] == 'm' ? "at most" : "at least", limit_of(shape, "limit"));
}

/* ---- agreement ---- */

/* Of the difference between what a point's two metrics give */
static struct interval difference_of(struct sample *a, struct sample *b, enum statistic which,
				     uint64_t seed)
{
	double *draws = calloc(BOOTSTRAP_ROUNDS, sizeof(*draws));
	struct interval interval = {NAN, NAN, NAN};
	uint64_t state = seed;

	for (size_t i = 0; draws && i < BOOTSTRAP_ROUNDS; i++)
		draws[i] = sample_resample(&a->view, which, &state, a->scratch) -
			   sample_resample(&b->view, which, &state, b->scratch);
	if (draws)
		interval = interval_of_draws(sample_statistic(&a->view, which) -
						     sample_statistic(&b->view, which),
					     draws, BOOTSTRAP_ROUNDS);
	free(draws);
	return interval;
}

/* "0.85: 8.3 and 8.7" */
static void tell_both(const json_t *point, const json_t *other, char *text, size_t size)
{
	json_t *settings = json_object_get(point, "settings"), *value;
	size_t len = strlen(text);
	const char *knob;

	len += (size_t)snprintf(text + len, size - len, "%s", len ? "; " : "");
	json_object_foreach(settings, knob, value) if (strcmp(knob, "mode") && len < size) len +=
		(size_t)snprintf(text + len, size - len, "%s%s", json_string_value(value), ": ");
	if (len < size)
		snprintf(text + len, size - len, "%.4g and %.4g",
			 json_number_value(json_object_get(point, "value")),
			 json_number_value(json_object_get(other, "value")));
}

/* Holds where no point's difference is surely beyond what the shape lets it be; Return: true, false
 * or null */
static json_t *judge_agreement(const json_t *series, const json_t *with, const json_t *shape,
			       enum statistic which, uint64_t seed, char *text, size_t size)
{
	double within = json_object_get(shape, "within") ? limit_of(shape, "within") : 0;
	bool agree = true, whole = json_array_size(series) > 0;
	json_t *point;
	size_t i;

	text[0] = '\0';
	json_array_foreach((json_t *)series, i, point)
	{
		const json_t *other = json_array_get(with, i);
		struct interval interval = {NAN, NAN, NAN};
		struct sample a = {0}, b = {0};

		whole = sample_read(point, &a) == 0 && a.view.runs && whole;
		whole = sample_read(other, &b) == 0 && b.view.runs && whole;
		if (whole)
			interval = difference_of(&a, &b, which, seed);
		whole = whole && !isnan(interval.value);
		agree = agree && interval.low <= within && interval.high >= -within;
		tell_both(point, other, text, size);
		sample_free(&a);
		sample_free(&b);
	}
	if (!whole)
		snprintf(text, size, "not every point has been measured");
	return whole ? json_boolean(agree) : json_null();
}

static void judge_shape(json_t *row, const json_t *series, const json_t *against, uint64_t seed)
{
	const json_t *shape = json_object_get(row, "shape");
	const char *given = json_string_value(json_object_get(row, "why"));
	struct judged j = {
		.n = json_array_size(series),
		.check = json_string_value(json_object_get(shape, "check")),
		.statistic = statistic_parse(json_string_value(json_object_get(row, "statistic")))};
	char text[512] = "not every point has been measured";
	json_t *holds = json_null();

	j.samples = calloc(j.n + 1, sizeof(*j.samples));
	j.x = calloc(j.n + 1, sizeof(*j.x));
	if (j.check && !strncmp(j.check, "ratio", 5))
		j.against = calloc(j.n + 1, sizeof(*j.against));
	if (!j.check) {
		snprintf(text, sizeof(text), "no shape is expected");
	} else if (!strcmp(j.check, "agrees")) {
		holds = judge_agreement(series, against, shape, j.statistic, seed, text,
					sizeof(text));
	} else if (j.samples && j.x && judged_fill(&j, series, against, shape)) {
		struct interval interval = draws_of(&j, seed);

		holds = json_boolean(shape_holds(j.check, shape, &interval));
		shape_explain(&j, shape, &interval, text, sizeof(text));
	}
	json_object_set_new(row, "shape_holds", holds);
	json_object_set_new(row, "why",
			    json_sprintf("%s%s%s", given ? given : "", given ? "; " : "", text));
	for (size_t i = 0; j.samples && i < j.n; i++)
		sample_free(&j.samples[i]);
	for (size_t i = 0; j.against && i < j.n; i++)
		sample_free(&j.against[i]);
	free(j.samples);
	free(j.against);
	free(j.x);
}

/* The word by which @point differs from others, such as a mode; NULL: it is a quantity, or there is
 * more than one */
static const char *word_of(const json_t *point)
{
	json_t *settings = json_object_get(point, "settings");
	const char *word = NULL;

	if (json_object_size(settings) == 1)
		word = json_string_value(json_object_iter_value(json_object_iter(settings)));
	return word && isalpha((unsigned char)word[0]) ? word : NULL;
}

/* Of a few points that have no order, each by its name: "local 63, cloud 105, edge 69" */
static json_t *ours_by_name(const json_t *series)
{
	char text[NAMED_MAX * 96] = "";
	size_t i, len = 0;
	json_t *point;

	if (json_array_size(series) > NAMED_MAX)
		return NULL;
	json_array_foreach(series, i, point)
	{
		const char *word = word_of(point);

		if (!word || !json_is_number(json_object_get(point, "value")))
			return NULL;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.60s %.6g",
					i ? ", " : "", word,
					json_number_value(json_object_get(point, "value")));
	}
	return json_string(text);
}

/* One figure as a number; several as a text from the first to the last */
static json_t *ours_of(const json_t *series)
{
	size_t n = json_array_size(series);
	json_t *first = json_array_get(series, 0), *last = json_array_get(series, n ? n - 1 : 0);
	json_t *named;

	if (n < 2)
		return json_incref(first ? json_object_get(first, "value") : json_null());
	if (!json_is_number(json_object_get(first, "value")) ||
	    !json_is_number(json_object_get(last, "value")))
		return json_null();
	named = ours_by_name(series);
	return named ? named
		     : json_sprintf("%.6g to %.6g",
				    json_number_value(json_object_get(first, "value")),
				    json_number_value(json_object_get(last, "value")));
}

void shape_judge(json_t *row, const json_t *series, const json_t *against, uint64_t seed)
{
	json_object_set_new(row, "ours", ours_of(series));
	if (!json_object_get(row, "paper"))
		json_object_set_new(row, "paper", json_null());
	judge_shape(row, series, against, seed);
}
