// SPDX-License-Identifier: Apache-2.0
/* Which runs an experiment is made of, and in what order. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/experiment/bootstrap.h"
#include "testbed/experiment/experiment.h"
#include "testbed/measure/clips.h"

enum { MIGRATION_SECONDS = 5 /* about, each, where the file doesn't say */ };

static const struct {
	const char *text, *base;
	double factor;
} units[] = {{"us", "us", 1},	     {"ms", "us", 1e3},	     {"s", "us", 1e6},
	     {"%", "", 0.01},	     {"KB", "B", 1 << 10},   {"MB", "B", 1 << 20},
	     {"GB", "B", 1 << 30},   {"bit", "bit/s", 1},    {"kbit", "bit/s", 1e3},
	     {"Mbit", "bit/s", 1e6}, {"Gbit", "bit/s", 1e9}, {"", "", 1}};

static size_t find_unit(const char *text)
{
	size_t i = 0;

	while (i < sizeof(units) / sizeof(*units) && strcmp(units[i].text, text))
		i++;
	return i;
}

int quantity_parse(const char *text, double *ret)
{
	size_t len = strspn(text, "0123456789."), unit;
	char *end;

	*ret = strtod(text, &end);
	unit = find_unit(text + len);
	if (!len || end != text + len || unit == sizeof(units) / sizeof(*units) || !isfinite(*ret))
		return -EINVAL;
	*ret *= units[unit].factor;
	return 0;
}

const char *quantity_shown(const char *text, double *ret)
{
	size_t unit = find_unit(text + strspn(text, "0123456789."));

	if (quantity_parse(text, ret) < 0) {
		*ret = NAN;
		return "";
	}
	if (!strcmp(units[unit].base, "us")) {
		*ret /= 1e3;
		return "ms";
	}
	if (!strcmp(units[unit].base, "bit/s")) {
		*ret /= 1e6;
		return "Mbit/s";
	}
	if (!strcmp(units[unit].base, "B")) {
		*ret /= 1 << 20;
		return "MB";
	}
	return units[unit].base;
}

/* Index @i of the @n that are run of @of values: all, or both ends and the middle */
static size_t pick(size_t i, size_t n, size_t of)
{
	return n == of || n < 2 ? i : i * (of - 1) / (n - 1);
}

/* Words have no middle: of a list with one all are run. */
static bool has_words(const json_t *values)
{
	double value;
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)values, i, one)
	{
		const char *text = json_string_value(one);

		if (!text || quantity_parse(text, &value) < 0)
			return true;
	}
	return false;
}

static bool any_words(const json_t *knobs)
{
	const char *knob;
	json_t *values;

	json_object_foreach((json_t *)knobs, knob, values)
	{
		if (has_words(values))
			return true;
	}
	return false;
}

static size_t picked(size_t of, bool full)
{
	return full || of <= 3 ? of : 3;
}

static json_t *with(const json_t *point, const char *knob, const json_t *values, size_t i)
{
	json_t *copy = json_copy((json_t *)point);

	json_object_set(copy, knob, json_array_get(values, i));
	return copy;
}

static json_t *cross(json_t *points, const char *knob, const json_t *values, bool full)
{
	size_t of = json_array_size(values), n = picked(of, full || has_words(values)), p;
	json_t *crossed = json_array(), *point;

	json_array_foreach(points, p,
			   point) for (size_t i = 0;
				       i < n && json_array_size(crossed) <= EXPERIMENT_RUNS_MAX;
				       i++)
		json_array_append_new(crossed, with(point, knob, values, pick(i, n, of)));
	json_decref(points);
	return crossed;
}

static json_t *zip(json_t *points, const json_t *knobs, bool full)
{
	size_t of = json_array_size(json_object_iter_value(json_object_iter((json_t *)knobs)));
	size_t n = picked(of, full || any_words(knobs)), p;
	json_t *zipped = json_array(), *point, *values;
	const char *knob;

	json_array_foreach(points, p, point) for (size_t i = 0; i < n; i++)
	{
		json_t *copy = json_copy(point);

		json_object_foreach((json_t *)knobs, knob, values)
			json_object_set(copy, knob, json_array_get(values, pick(i, n, of)));
		json_array_append_new(zipped, copy);
	}
	json_decref(points);
	return zipped;
}

json_t *plan_points(const struct experiment *e, bool full)
{
	json_t *points = json_pack("[{}]"), *values;
	const char *knob;

	if (json_array_size(e->modes)) /* every mode, always */
		points = cross(points, "mode", e->modes, true);
	if (e->zipped && json_object_size(e->knobs))
		return zip(points, e->knobs, full);
	json_object_foreach(e->knobs, knob, values) points = cross(points, knob, values, full);
	return points;
}

static void shuffle(json_t *runs, uint64_t seed)
{
	uint64_t state = seed;

	for (size_t i = json_array_size(runs); i > 1; i--) {
		size_t j = random_below(&state, i);
		json_t *a = json_incref(json_array_get(runs, i - 1));

		json_array_set(runs, i - 1, json_array_get(runs, j));
		json_array_set_new(runs, j, a);
	}
}

json_t *plan_runs(const struct experiment *e, bool full)
{
	json_t *points = plan_points(e, full), *runs = json_array(), *point, *run;
	size_t p, n;

	for (uint64_t r = 1; r <= (full ? e->repeats_full : e->repeats); r++)
		json_array_foreach(points, p,
				   point) if (json_array_size(runs) <= EXPERIMENT_RUNS_MAX)
			json_array_append_new(runs, json_pack("{s:I,s:I,s:O}", "point",
							      (json_int_t)p, "repeat",
							      (json_int_t)r, "settings", point));
	json_decref(points);
	shuffle(runs, e->seed);
	json_array_foreach(runs, n, run)
		json_object_set_new(run, "number", json_integer((json_int_t)n + 1));
	return runs;
}

static double option(const struct experiment *e, const json_t *settings, const char *name,
		     double fallback)
{
	char knob[80];
	const char *text;
	double value;

	snprintf(knob, sizeof(knob), "workload.%s", name);
	text = json_string_value(json_object_get(settings, knob));
	if (!text)
		text = json_string_value(json_object_get(e->options, name));
	return text && quantity_parse(text, &value) == 0 ? value : fallback;
}

double plan_seconds(const struct experiment *e, const json_t *settings)
{
	double around = (e->topology[0] ? 1.5 : 0) + (e->bandwidth ? 1.5 : 0);
	double modes = json_object_get(settings, "mode") ? 1 : 2;

	if (e->seconds)
		return around + (double)e->seconds;
	if (!e->measure)
		return around + 5;
	if (!strcmp(json_string_value(e->measure), "storm"))
		return around + 5 + option(e, settings, "ues", 50) * 0.1;
	if (!strcmp(json_string_value(e->measure), "clips"))
		return around + 3 + CLIPS_SECONDS * option(e, settings, "clips", 10);
	if (!strcmp(json_string_value(e->measure), "migration"))
		return around + 8 + MIGRATION_SECONDS * option(e, settings, "count", 10);
	if (!strcmp(json_string_value(e->measure), "play"))
		return around + 1 + option(e, settings, "seconds", 20);
	/* the noise floor takes 3 s; a switch the probes before it, the hold, and its migration */
	return around + 3.5 +
	       modes * option(e, settings, "switches", 100) *
		       (0.35 + option(e, settings, "hold", 200) / 1000);
}

/* Where its runs are made, and between whom the bandwidth is checked */
static void describe_place(const struct experiment *e, json_t *plan)
{
	if (e->needs_criu)
		json_object_set_new(plan, "lab",
				    json_pack("{s:s, s:I}", "kernel", e->lab_kernel, "memory",
					      (json_int_t)e->lab_memory));
	if (e->bandwidth)
		json_object_set_new(plan, "between", json_pack("[s, s]", e->from, e->to));
}

json_t *plan_describe(const struct experiment *e, const char *topology_text, bool full)
{
	json_t *plan = json_pack(
		"{s:s,s:s,s:O,s:O*,s:O,s:O*,s:s,s:s,s:s,s:O,s:O,s:b,s:I,s:I,s:b,s:b}", "experiment",
		e->name, "topology", topology_text, "set", e->set, "measure", e->measure, "options",
		e->options, "command", e->command, "node", e->node, "result", e->parser, "strategy",
		e->strategy, "mode", e->modes, "knobs", e->knobs, "zipped", e->zipped, "repeats",
		(json_int_t)(full ? e->repeats_full : e->repeats), "seed", (json_int_t)e->seed,
		"bandwidth", e->bandwidth, "full", full);

	describe_place(e, plan);
	return plan;
}

const char *plan_difference(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)a, key,
			    value) if (!json_equal(value, json_object_get(b, key))) return key;
	json_object_foreach((json_t *)b, key, value) if (!json_object_get(a, key)) return key;
	return NULL;
}
