// SPDX-License-Identifier: Apache-2.0
/* The runs of an experiment, one after another, and the result. */
#include "testbed/experiment/series.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "testbed/experiment/child.h"

enum { ATTEMPTS = 2 };

const char *series_duration(double seconds, char buf[32])
{
	long s = lround(seconds);

	if (s < 60)
		snprintf(buf, 32, "%ld s", s);
	else if (s < 3600)
		snprintf(buf, 32, "%ld min %02ld s", s / 60, s % 60);
	else
		snprintf(buf, 32, "%ld h %02ld min", s / 3600, s % 3600 / 60);
	return buf;
}

const char *series_settings(const json_t *settings, char *buf, size_t size)
{
	const char *knob;
	json_t *value;

	snprintf(buf, size, "%s", json_object_size(settings) ? "" : "as the file says");
	json_object_foreach((json_t *)settings, knob, value)
		snprintf(buf + strlen(buf), size - strlen(buf), "%s%s=%s", *buf ? ", " : "", knob,
			 json_string_value(value));
	return buf;
}

/* ---- the folder ---- */

void series_folder(const struct series *s, char dir[PATH_MAX])
{
	if (s->options->out)
		snprintf(dir, PATH_MAX, "%s%s%s", s->options->out, s->options->files > 1 ? "/" : "",
			 s->options->files > 1 ? s->experiment.name : "");
	else
		snprintf(dir, PATH_MAX, "results/%s", s->experiment.name);
}

static int open_store(struct series *s)
{
	char dir[PATH_MAX];
	int r;

	series_folder(s, dir);
	r = store_open(dir, &s->store);
	if (r == -EBUSY)
		complain("%s: another `baton experiment` is at work there", dir);
	else if (r < 0)
		complain("%s: %s", dir, strerror(-r));
	s->runner.store = &s->store;
	return r < 0 ? BATON_FAILED : BATON_OK;
}

/* What is there already must be this very plan. */
static int check_plan(struct series *s)
{
	json_t *old = store_load(&s->store, "plan.json");
	const char *differs = old ? plan_difference(old, s->plan) : NULL;
	int r;

	json_decref(old);
	if (differs) {
		complain("%s holds runs of another plan: '%s' differs; choose another folder with "
			 "--out, or remove it",
			 s->store.dir, differs);
		return BATON_FAILED;
	}
	if (!old && s->options->resume) {
		complain("%s: nothing to resume there, it has no plan.json", s->store.dir);
		return BATON_FAILED;
	}
	r = old ? 0 : store_save(&s->store, "plan.json", s->plan);
	if (r < 0)
		complain("%s/plan.json: %s", s->store.dir, strerror(-r));
	return r < 0 ? BATON_FAILED : BATON_OK;
}

/* ---- running ---- */

static void progress(const struct series *s, size_t index, const json_t *run)
{
	bool terminal = isatty(STDERR_FILENO);
	size_t total = json_array_size(s->runs);
	char settings[512], left[32] = "";
	double ahead = 0;

	for (size_t i = index; i < total; i++)
		ahead += plan_seconds(&s->experiment,
				      json_object_get(json_array_get(s->runs, i), "settings"));
	if (s->made) /* what runs have really taken says more than the guess */
		ahead = s->spent / (double)s->made * (double)(total - index);
	fprintf(stderr, "%s  run %zu of %zu, %s left: %.120s%s", terminal ? "\r\033[K" : "",
		index + 1, total, series_duration(ahead, left),
		series_settings(json_object_get(run, "settings"), settings, sizeof(settings)),
		terminal ? "" : "\n");
	fflush(stderr);
}

static void end_line(void)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\n");
}

static int measure_unshaped(struct series *s, double *ret_bps)
{
	json_t *saved = store_load(&s->store, "unshaped.json"), *run;
	char why[512] = "";
	size_t i;

	*ret_bps = json_number_value(json_object_get(saved, "bps"));
	json_decref(saved);
	if (*ret_bps > 0)
		return BATON_OK;
	json_array_foreach(s->runs, i, run)
	{
		*ret_bps = run_unshaped(&s->runner, json_object_get(run, "settings"), why,
					sizeof(why));
		if (!s->runner.skipped)
			break;
	}
	if (s->runner.skipped) /* so will be each run, and say so */
		return BATON_OK;
	if (child_interrupted())
		return BATON_INTERRUPTED;
	if (*ret_bps <= 0) {
		complain("the path without a rate can't be measured, which a sweep over rates "
			 "needs: %s",
			 why);
		return BATON_FAILED;
	}
	saved = json_pack("{s:f}", "bps", *ret_bps);
	store_save(&s->store, "unshaped.json", saved);
	json_decref(saved);
	return BATON_OK;
}

/* H7: a rate above two thirds of what the path carries unshaped says nothing about the rate */
static int check_rates(struct series *s)
{
	double highest = 0, bps;
	json_t *run;
	size_t i;
	int rc;

	json_array_foreach(s->runs, i, run) highest =
		fmax(highest, run_rates_asked(json_object_get(run, "settings")).highest);
	if (!highest || !s->topology)
		return BATON_OK;
	rc = measure_unshaped(s, &bps);
	if (rc != BATON_OK)
		return rc;
	if (bps <= 0)
		return BATON_OK;
	json_object_set_new(s->plan, "unshaped_bps", json_real(bps));
	if (highest > bps * 2 / 3) {
		complain("a rate of %.4g Mbit/s is above two thirds of the %.4g Mbit/s that the "
			 "path carries unshaped: expected at most %.4g Mbit/s",
			 highest / 1e6, bps / 1e6, bps * 2 / 3 / 1e6);
		return BATON_FAILED;
	}
	return BATON_OK;
}

/* A run that went well in the end tells what it did before. */
static void note_attempt(json_t *failures, const json_t *record)
{
	json_t *error = json_object_get(record, "error");

	if (error && !json_object_get(record, "report"))
		json_array_append(failures, error);
}

/* Once more when it fails, but not for want of packages; a record either way, unless we were told
 * to stop. */
static json_t *make_record(struct series *s, json_t *run, json_t *old)
{
	json_int_t before = json_integer_value(json_object_get(old, "attempts"));
	json_t *record = NULL, *failures = json_copy(json_object_get(old, "failures"));
	char name[96];

	if (!failures)
		failures = json_array();
	store_run_name(run, name, sizeof(name));
	for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
		json_decref(record);
		record = run_make(&s->runner, run);
		if (child_interrupted()) {
			json_decref(record);
			json_decref(failures);
			return NULL;
		}
		note_attempt(failures, record);
		json_object_set_new(record, "attempts", json_integer(before + attempt));
		json_object_set_new(record, "file", json_string(name));
		if (json_object_get(record, "report") || s->runner.fatal)
			break;
		end_line();
		if (s->runner.skipped) {
			complain("run %s skipped: %s", name,
				 json_string_value(json_object_get(record, "error")));
			break;
		}
		complain("run %s failed%s: %s", name, attempt < ATTEMPTS ? ", once more" : " again",
			 json_string_value(json_object_get(record, "error")));
	}
	if (json_array_size(failures))
		json_object_set(record, "failures", failures);
	json_decref(failures);
	return record;
}

static bool is_done(const json_t *record)
{
	return json_object_get(record, "report") != NULL;
}

static int run_one(struct series *s, size_t index)
{
	json_t *run = json_array_get(s->runs, index);
	json_t *old = store_run_load(&s->store, run), *record;
	double begun = clock_mono_s();
	char name[96];
	int r;

	if (old && is_done(old)) {
		json_array_append_new(s->records, old);
		return BATON_OK;
	}
	progress(s, index, run);
	record = make_record(s, run, old);
	json_decref(old);
	if (!record)
		return BATON_INTERRUPTED;
	if (!s->runner.skipped) {
		s->spent += clock_mono_s() - begun;
		s->made++;
	}
	json_array_append_new(s->records, record);
	store_run_name(run, name, sizeof(name));
	r = store_save(&s->store, name, record);
	if (r < 0) {
		complain("%s/%s: %s", s->store.dir, name, strerror(-r));
		return BATON_FAILED;
	}
	if (s->runner.fatal)
		complain("%s", json_string_value(json_object_get(record, "error")));
	return s->runner.fatal;
}

/* From the file, whose figures are rounded: `baton report` makes the same page */
static int save_page(const struct series *s)
{
	json_t *result = store_load(&s->store, "result.json");
	char path[PATH_MAX + 16];
	int r;

	snprintf(path, sizeof(path), "%s/report.html", s->store.dir);
	r = result ? page_write(result, path) : -EIO;
	json_decref(result);
	return r;
}

/* Rows of which nothing was measured though their runs are done */
static bool complain_of_empty(const struct series *s, const json_t *result)
{
	bool any = false;
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(result, "rows"), i, row)
	{
		const char *id = json_string_value(json_object_get(row, "id"));
		const char *metric = json_string_value(json_object_get(row, "metric"));

		if (!json_is_true(json_object_get(row, "empty")))
			continue;
		complain("%s: row %s: no run has a number at '%s'; the runs' files have what there "
			 "is",
			 s->experiment.name, id ? id : "?", metric ? metric : "");
		any = true;
	}
	return any;
}

/* ", 3 skipped" */
static const char *skipped_text(const json_t *result, char buf[32])
{
	json_int_t skipped = json_integer_value(json_object_get(result, "skipped"));

	buf[0] = '\0';
	if (skipped)
		snprintf(buf, 32, ", %lld skipped", (long long)skipped);
	return buf;
}

static void print_ours(const json_t *row)
{
	const json_t *ours = json_object_get(row, "ours");
	const char *unit = json_string_value(json_object_get(row, "unit"));

	if (json_is_string(ours))
		fprintf(stderr, ": %s %s", json_string_value(ours), unit);
	else if (json_is_number(ours))
		fprintf(stderr, ": %.6g %s", json_number_value(ours), unit);
}

/* What was expected of each row, and whether the data have it: a line each */
static void print_verdicts(const json_t *result)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(result, "rows"), i, row)
	{
		const json_t *holds = json_object_get(row, "shape_holds");

		if (!json_object_get(row, "shape"))
			continue;
		fprintf(stderr, "  %s %s %s",
			json_is_true(holds)    ? "holds:        "
			: json_is_false(holds) ? "does not hold:"
					       : "not known:    ",
			json_string_value(json_object_get(row, "id")),
			json_string_value(json_object_get(row, "what")));
		print_ours(row);
		fprintf(stderr, "; %s\n", json_string_value(json_object_get(row, "why")));
	}
}

/* All runs may have been skipped: nothing is wrong, and there is nothing. */
static int result_status(const struct series *s, const json_t *result, int rc)
{
	json_int_t done = json_integer_value(json_object_get(result, "done")),
		   skipped = json_integer_value(json_object_get(result, "skipped"));
	bool partial = json_is_true(json_object_get(result, "partial")),
	     empty = complain_of_empty(s, result);

	if (rc == BATON_OK && (empty || (partial && !s->options->only)))
		return BATON_FAILED;
	return rc == BATON_OK && skipped && !done ? BATON_PACKAGES : rc;
}

static int save_result(struct series *s, int rc)
{
	json_t *result = result_make(&s->experiment, s->plan, s->records, s->store.dir);
	bool partial = json_is_true(json_object_get(result, "partial"));
	char skipped[32];
	int r;

	json_object_set_new(result, "command", json_string(s->options->line));
	r = store_save(&s->store, "result.json", result);
	if (r == 0)
		r = save_page(s);
	if (s->options->json)
		json_dumpf(result, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9)), printf("\n");
	if (r < 0)
		complain("%s/result.json: %s", s->store.dir, strerror(-r));
	else
		fprintf(stderr, "%s: %lld of %lld runs%s%s; %s/report.html\n", s->experiment.name,
			(long long)json_integer_value(json_object_get(result, "done")),
			(long long)json_integer_value(json_object_get(result, "planned")),
			skipped_text(result, skipped), partial ? ", partial" : "", s->store.dir);
	if (r == 0)
		print_verdicts(result);
	rc = r < 0 ? BATON_FAILED : result_status(s, result, rc);
	json_decref(result);
	return rc;
}

int series_run(struct series *s)
{
	int rc = geteuid() == 0 ? open_store(s) : BATON_NOT_ROOT;

	if (rc == BATON_NOT_ROOT)
		complain("experiment needs root");
	if (rc == BATON_OK)
		rc = check_plan(s);
	if (rc != BATON_OK)
		return rc;
	runner_name(&s->runner);
	runner_clean(&s->runner);
	rc = check_rates(s);
	s->records = json_array();
	for (size_t i = 0; rc == BATON_OK && i < json_array_size(s->runs); i++)
		rc = run_one(s, i);
	end_line();
	return json_array_size(s->records) ? save_result(s, rc) : rc;
}
