// SPDX-License-Identifier: Apache-2.0
/* `baton experiment`: the plan, run after run, and the result. */
#include "testbed/experiment/command.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "testbed/experiment/child.h"
#include "testbed/experiment/experiment.h"
#include "testbed/experiment/run.h"
#include "testbed/experiment/store.h"
#include "lib/file.h"

enum { ATTEMPTS = 2 };

struct options {
	const char *out;
	bool full, resume, dry, json;
	json_t *only; /* {knob: value} */
	size_t files;
	char *line; /* the command that made it */
};

/* An experiment under way */
struct session {
	struct experiment experiment;
	const struct options *options;
	struct yaml_error err;
	json_t *topology, *plan, *runs; /* runs: of the plan, in order */
	struct store store;
	struct runner runner;
	double spent;
	size_t made, left;
	json_t *records;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* "42 s", "3 min 05 s", "2 h 10 min" */
static const char *duration(double seconds, char buf[32])
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

/* "mode=make-before-break, links.upf-b-n3.delay=5ms" */
static const char *settings_text(const json_t *settings, char *buf, size_t size)
{
	const char *knob;
	json_t *value;

	snprintf(buf, size, "%s", json_object_size(settings) ? "" : "as the file says");
	json_object_foreach((json_t *)settings, knob, value)
		snprintf(buf + strlen(buf), size - strlen(buf), "%s%s=%s", *buf ? ", " : "", knob,
			 json_string_value(value));
	return buf;
}

/* ---- before the start ---- */

static int load_topology(struct session *s)
{
	const struct experiment *e = &s->experiment;
	char reason[400];
	struct yaml_doc *doc;
	const char *knob;
	json_t *value;
	int r;

	if (!e->topology[0])
		return BATON_OK;
	r = yaml_load_file(e->topology, &doc, &s->err);
	if (r < 0) {
		complain("%s: %s", e->topology, r == -EINVAL ? s->err.text : strerror(-r));
		return BATON_TOPOLOGY;
	}
	s->topology = yaml_to_json(yaml_root(doc));
	yaml_free(doc);
	json_object_foreach(e->set, knob,
			    value) if (override_set(s->topology, knob, json_string_value(value),
						    reason, sizeof(reason)) < 0)
	{
		complain("%s: set: %s: %s", e->name, knob, reason);
		return BATON_TOPOLOGY;
	}
	s->runner.topology = s->topology;
	return BATON_OK;
}

static double estimate(const struct session *s)
{
	double seconds = 0;
	json_t *run;
	size_t i;

	json_array_foreach(s->runs, i, run) seconds +=
		plan_seconds(&s->experiment, json_object_get(run, "settings"));
	return seconds;
}

static void keep_only(struct session *s)
{
	json_t *kept = json_array(), *run;
	size_t i;

	json_array_foreach(s->runs, i, run) if (settings_match(json_object_get(run, "settings"),
							       s->options->only))
		json_array_append(kept, run);
	json_decref(s->runs);
	s->runs = kept;
}

/* To standard error while it runs, to standard output when the plan is all that was asked for */
static void print_plan(const struct session *s)
{
	const struct experiment *e = &s->experiment;
	FILE *out = s->options->dry ? stdout : stderr;
	char text[32], settings[512];
	json_t *run;
	size_t i;

	fprintf(out, "%s%s%s: %zu run%s, about %s%s, seed %llu\n", e->name, e->title[0] ? ", " : "",
		e->title, json_array_size(s->runs), json_array_size(s->runs) == 1 ? "" : "s",
		duration(estimate(s), text),
		s->options->full ? ", all points and repeats"
				 : ", ends and middle of each sweep (--full: all)",
		(unsigned long long)e->seed);
	json_array_foreach(s->runs, i, run)
		fprintf(out, "  %3lld  %s, repeat %lld\n",
			(long long)json_integer_value(json_object_get(run, "number")),
			settings_text(json_object_get(run, "settings"), settings, sizeof(settings)),
			(long long)json_integer_value(json_object_get(run, "repeat")));
}

static int print_plan_json(const struct session *s)
{
	json_t *document = json_pack("{s:s,s:f,s:O,s:O}", "experiment", s->experiment.name,
				     "seconds", estimate(s), "plan", s->plan, "runs", s->runs);

	json_dumpf(document, stdout, JSON_INDENT(1));
	printf("\n");
	json_decref(document);
	return BATON_OK;
}

static int check_size(const struct session *s)
{
	char text[32];

	if (json_array_size(s->runs) > EXPERIMENT_RUNS_MAX) {
		complain("%s: more than %d runs; shorten a list of the sweep", s->experiment.name,
			 EXPERIMENT_RUNS_MAX);
		return BATON_USAGE;
	}
	if (!json_array_size(s->runs)) {
		complain("%s: no run has the settings that --only asks for; --dry-run without it "
			 "lists what there is",
			 s->experiment.name);
		return BATON_USAGE;
	}
	if (!s->options->full && estimate(s) > EXPERIMENT_DEFAULT_SECONDS) {
		complain("%s: takes about %s, and at most 20 min are taken without --full; lower "
			 "repeats or switches in the file",
			 s->experiment.name, duration(estimate(s), text));
		return BATON_USAGE;
	}
	return BATON_OK;
}

static int session_prepare(struct session *s, const char *file)
{
	char *topology;
	int r = experiment_read_file(file, &s->experiment, &s->err), rc;

	if (r == -EINVAL)
		complain("%s", s->err.text);
	else if (r < 0)
		complain("%s: %s", file, strerror(-r));
	if (r < 0)
		return r == -EINVAL ? BATON_TOPOLOGY : BATON_FAILED;
	s->runner.experiment = &s->experiment;
	s->runs = plan_runs(&s->experiment, s->options->full);
	rc = load_topology(s);
	if (rc == BATON_OK)
		rc = run_check_plan(&s->runner, s->runs);
	if (rc != BATON_OK)
		return rc;
	topology = s->topology ? json_dumps(s->topology, 0) : NULL;
	s->plan = plan_describe(&s->experiment, topology ? topology : "", s->options->full);
	free(topology);
	keep_only(s);
	return check_size(s);
}

/* ---- the folder ---- */

static int open_store(struct session *s)
{
	char dir[PATH_MAX];
	int r;

	if (s->options->out)
		snprintf(dir, sizeof(dir), "%s%s%s", s->options->out,
			 s->options->files > 1 ? "/" : "",
			 s->options->files > 1 ? s->experiment.name : "");
	else
		snprintf(dir, sizeof(dir), "results/%s", s->experiment.name);
	r = store_open(dir, &s->store);
	if (r == -EBUSY)
		complain("%s: another `baton experiment` is at work there", dir);
	else if (r < 0)
		complain("%s: %s", dir, strerror(-r));
	s->runner.store = &s->store;
	return r < 0 ? BATON_FAILED : BATON_OK;
}

/* What is there already must be this very plan. */
static int check_plan(struct session *s)
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

static void progress(const struct session *s, size_t index, const json_t *run)
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
		index + 1, total, duration(ahead, left),
		settings_text(json_object_get(run, "settings"), settings, sizeof(settings)),
		terminal ? "" : "\n");
	fflush(stderr);
}

static void end_line(void)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\n");
}

/* H7: a rate above two thirds of what the path carries unshaped says nothing about the rate */
static double highest_rate(const json_t *settings)
{
	double highest = 0, rate;
	const char *knob;
	json_t *value;

	json_object_foreach((json_t *)settings, knob, value)
	{
		size_t len = strlen(knob);

		if (len > 5 && !strcmp(knob + len - 5, ".rate") &&
		    quantity_parse(json_string_value(value), &rate) == 0)
			highest = fmax(highest, rate);
	}
	return highest;
}

static int measure_unshaped(struct session *s, double *ret_bps)
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

static int check_rates(struct session *s)
{
	double highest = 0, bps;
	json_t *run;
	size_t i;
	int rc;

	json_array_foreach(s->runs, i, run) highest =
		fmax(highest, highest_rate(json_object_get(run, "settings")));
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

/* Once more when it fails, but not for want of packages; a record either way, unless we were told
 * to stop. */
static json_t *make_record(struct session *s, json_t *run, json_t *old)
{
	json_int_t before = json_integer_value(json_object_get(old, "attempts"));
	char name[96];
	json_t *record = NULL;

	store_run_name(run, name, sizeof(name));
	for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
		json_decref(record);
		record = run_make(&s->runner, run);
		if (child_interrupted()) {
			json_decref(record);
			return NULL;
		}
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
	return record;
}

static bool is_done(const json_t *record)
{
	return json_object_get(record, "report") != NULL;
}

static int run_one(struct session *s, size_t index)
{
	json_t *run = json_array_get(s->runs, index);
	json_t *old = store_run_load(&s->store, run), *record;
	double begun = now();
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
		s->spent += now() - begun;
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
static int save_page(const struct session *s)
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
static bool complain_of_empty(const struct session *s, const json_t *result)
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

/* All runs may have been skipped: nothing is wrong, and there is nothing. */
static int result_status(const struct session *s, const json_t *result, int rc)
{
	json_int_t done = json_integer_value(json_object_get(result, "done")),
		   skipped = json_integer_value(json_object_get(result, "skipped"));
	bool partial = json_is_true(json_object_get(result, "partial")),
	     empty = complain_of_empty(s, result);

	if (rc == BATON_OK && (empty || (partial && !s->options->only)))
		return BATON_FAILED;
	return rc == BATON_OK && skipped && !done ? BATON_PACKAGES : rc;
}

static int save_result(struct session *s, int rc)
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
	rc = r < 0 ? BATON_FAILED : result_status(s, result, rc);
	json_decref(result);
	return rc;
}

static int session_run(struct session *s)
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

static void session_end(struct session *s)
{
	experiment_free(&s->experiment);
	json_decref(s->topology);
	json_decref(s->plan);
	json_decref(s->runs);
	json_decref(s->records);
	store_close(&s->store);
}

static int run_file(const struct options *o, const char *file)
{
	struct session s = {.options = o, .store.lock = -1};
	int rc = session_prepare(&s, file);

	if (rc == BATON_OK && o->dry && o->json)
		rc = print_plan_json(&s);
	else if (rc == BATON_OK) {
		print_plan(&s);
		if (!o->dry)
			rc = session_run(&s);
	}
	session_end(&s);
	return rc;
}

/* ---- options ---- */

static int read_only(struct options *o, const char *text)
{
	const char *equals = strchr(text, '=');
	char knob[256];

	if (!equals || equals == text ||
	    snprintf(knob, sizeof(knob), "%.*s", (int)(equals - text), text) >= (int)sizeof(knob)) {
		complain("--only: expected KNOB=VALUE, such as mode=make-before-break, found "
			 "'%.60s'",
			 text);
		return BATON_USAGE;
	}
	if (!o->only)
		o->only = json_object();
	json_object_set_new(o->only, knob, json_string(equals + 1));
	return BATON_OK;
}

static int read_options(struct options *o, int argc, char **argv)
{
	static const struct option known[] = {
		{"out", required_argument, NULL, 'o'},	{"full", no_argument, NULL, 'f'},
		{"resume", no_argument, NULL, 'r'},	{"dry-run", no_argument, NULL, 'd'},
		{"only", required_argument, NULL, 'y'}, {0}};
	int c, rc = BATON_OK;

	while (rc == BATON_OK && (c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'o')
			o->out = optarg;
		else if (c == 'f')
			o->full = true;
		else if (c == 'r')
			o->resume = true;
		else if (c == 'd')
			o->dry = true;
		else if (c == 'y')
			rc = read_only(o, optarg);
		else
			rc = BATON_USAGE;
	}
	if (rc == BATON_OK && optind >= argc) {
		complain("usage: baton experiment FILE... [--out DIR] [--full] [--resume] "
			 "[--dry-run] [--only KNOB=VALUE]");
		return BATON_USAGE;
	}
	o->files = (size_t)(argc - optind);
	return rc;
}

/* "baton experiment ...": what made the result */
static char *command_line(int argc, char **argv)
{
	size_t size = 16;
	char *line;

	for (int i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	line = calloc(1, size);
	if (line)
		snprintf(line, size, "baton experiment");
	for (int i = 1; line && i < argc; i++)
		snprintf(line + strlen(line), size - strlen(line), " %s", argv[i]);
	return line;
}

int experiment_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct options o = {.json = ctx->json, .line = command_line(argc, argv)};
	int rc = o.line ? read_options(&o, argc, argv) : BATON_FAILED, worst = rc;

	if (rc == BATON_OK && !o.dry)
		child_catch_interrupts();
	for (int i = optind; rc == BATON_OK && i < argc && worst != BATON_INTERRUPTED; i++) {
		int one = run_file(&o, argv[i]);

		worst = one == BATON_OK ? worst : one;
	}
	json_decref(o.only);
	free(o.line);
	return worst;
}
