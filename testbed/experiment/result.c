// SPDX-License-Identifier: Apache-2.0
/* result.json from the records of the runs. */
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "lib/version.h"
#include "testbed/experiment/experiment.h"

static json_t *against_of(const json_t *row, const json_t *runs, const json_t *points,
			  uint64_t seed)
{
	const json_t *keys = json_object_get(json_object_get(row, "shape"), "against");
	const json_t *with = json_object_get(json_object_get(row, "shape"), "with");
	json_t *copy, *where, *series;

	if (with) {
		copy = json_copy((json_t *)row);
		json_object_set(copy, "metric", (json_t *)with);
		series = series_make(runs, points, copy, seed);
		json_decref(copy);
		return series;
	}
	if (!keys)
		return json_array();
	copy = json_copy((json_t *)row);
	where = json_object_get(row, "where") ? json_copy(json_object_get(row, "where"))
					      : json_object();
	json_object_update(where, (json_t *)keys);
	json_object_set_new(copy, "where", where);
	series = series_make(runs, points, copy, seed);
	json_decref(copy);
	return series;
}

/* What result.json tells of a run; the raw rows stay in the run's own file. */
static json_t *run_summary(const json_t *run)
{
	static const char *const members[] = {"number",	 "point", "repeat",   "settings",
					      "status",	 "error", "attempts", "started",
					      "seconds", "file",  "marks",    "bandwidth"};
	json_t *summary = json_object();

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		json_t *member = json_object_get(run, members[i]);

		if (member)
			json_object_set(summary, members[i], member);
	}
	return summary;
}

static size_t count_of(const json_t *runs, const char *which)
{
	size_t i, n = 0;
	json_t *run;

	json_array_foreach((json_t *)runs, i, run)
	{
		const char *status = json_string_value(json_object_get(run, "status"));

		n += status && !strcmp(status, which);
	}
	return n;
}

/* Of the machine that the runs were made on, which may not be this one */
static void copy_environment(json_t *result, const json_t *runs)
{
	static const char *const members[] = {"version", "commit",    "kernel",
					      "machine", "dataplane", "links"};
	json_t *run;
	size_t i;

	json_array_foreach((json_t *)runs, i, run)
	{
		for (size_t m = 0; m < sizeof(members) / sizeof(*members); m++) {
			json_t *member = json_object_get(run, members[m]);

			if (member && !json_object_get(result, members[m]))
				json_object_set(result, members[m], member);
		}
	}
}

/* Runs that are done and have no number at the metric: it is misspelt, or there is nothing of it.
 */
static void note_empty(json_t *row, const json_t *series)
{
	const char *metric = json_string_value(json_object_get(row, "metric"));
	json_int_t runs = 0, values = 0;
	json_t *point;
	size_t i;

	json_array_foreach((json_t *)series, i, point)
	{
		runs += (json_int_t)json_array_size(json_object_get(point, "runs"));
		values += json_integer_value(json_object_get(point, "n"));
	}
	if (!runs || values)
		return;
	json_object_set_new(row, "empty", json_true());
	json_object_set_new(row, "why",
			    json_sprintf("no run has a number at %s", metric ? metric : ""));
}

/* Some of the row's points weren't run, and won't be: by what they lack, not by a failure. */
static void note_skipped(json_t *row, const json_t *runs)
{
	const char *why = json_string_value(json_object_get(row, "why"));
	json_t *run;
	size_t i;

	json_array_foreach((json_t *)runs, i, run)
	{
		const char *status = json_string_value(json_object_get(run, "status"));
		const char *error = json_string_value(json_object_get(run, "error"));

		if (!status || strcmp(status, "skipped") != 0 ||
		    !settings_match(json_object_get(run, "settings"),
				    json_object_get(row, "where")))
			continue;
		json_object_set_new(row, "why",
				    json_sprintf("%s%sskipped: %s", why ? why : "", why ? "; " : "",
						 error ? error : ""));
		return;
	}
}

json_t *result_make(const struct experiment *e, const json_t *plan, const json_t *runs,
		    const char *dir)
{
	bool full = json_is_true(json_object_get(plan, "full"));
	json_t *points = plan_points(e, full), *rows = json_array(), *all = json_array();
	size_t planned = json_array_size(points) * (full ? e->repeats_full : e->repeats), i;
	size_t done = count_of(runs, "done"), skipped = count_of(runs, "skipped");
	json_t *result, *row, *run;

	result = json_pack(
		"{s:s,s:s,s:o,s:o,s:b,s:b,s:I,s:I,s:I,s:I,s:O,s:s}", "experiment", e->name, "title",
		e->title, "rows", rows, "runs", all, "full", full, "partial",
		done + skipped < planned, "planned", (json_int_t)planned, "done", (json_int_t)done,
		"skipped", (json_int_t)skipped, "seed", (json_int_t)e->seed, "plan", plan,
		"intervals",
		"95 %, percentile bootstrap in two stages (runs, then values), 2000 draws");
	json_object_set_new(result, "dir", json_string(dir));
	json_array_foreach(e->rows, i, row)
	{
		json_t *judged = json_deep_copy(row);
		json_t *series = series_make(runs, points, row, e->seed);
		json_t *against = against_of(row, runs, points, e->seed);

		shape_judge(judged, series, against, e->seed);
		note_empty(judged, series);
		note_skipped(judged, runs);
		json_object_set_new(judged, "points", series);
		if (json_object_get(json_object_get(row, "shape"), "with"))
			json_object_set(judged, "points_with", against);
		json_decref(against);
		json_array_append_new(rows, judged);
	}
	json_array_foreach((json_t *)runs, i, run) json_array_append_new(all, run_summary(run));
	copy_environment(result, runs);
	json_decref(points);
	return result;
}
