// SPDX-License-Identifier: Apache-2.0
/* `baton experiment`: the plan, here or in the lab. */
#include "testbed/experiment/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testbed/experiment/child.h"
#include "testbed/experiment/lab.h"
#include "testbed/experiment/series.h"

enum { TEXT_SIZE = 256 };

static int load_topology(struct series *s)
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

static double estimate(const struct series *s)
{
	double seconds = 0;
	json_t *run;
	size_t i;

	json_array_foreach(s->runs, i, run) seconds +=
		plan_seconds(&s->experiment, json_object_get(run, "settings"));
	return seconds;
}

static void keep_only(struct series *s)
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
static void print_plan(const struct series *s)
{
	const struct experiment *e = &s->experiment;
	FILE *out = s->options->dry ? stdout : stderr;
	char text[32], settings[512];
	json_t *run;
	size_t i;

	fprintf(out, "%s%s%s: %zu run%s, about %s%s, seed %llu\n", e->name, e->title[0] ? ", " : "",
		e->title, json_array_size(s->runs), json_array_size(s->runs) == 1 ? "" : "s",
		series_duration(estimate(s), text),
		s->options->full ? ", all points and repeats"
				 : ", ends and middle of each sweep (--full: all)",
		(unsigned long long)e->seed);
	json_array_foreach(s->runs, i, run) fprintf(
		out, "  %3lld  %s, repeat %lld\n",
		(long long)json_integer_value(json_object_get(run, "number")),
		series_settings(json_object_get(run, "settings"), settings, sizeof(settings)),
		(long long)json_integer_value(json_object_get(run, "repeat")));
}

static int print_plan_json(const struct series *s)
{
	json_t *document = json_pack("{s:s,s:f,s:O,s:O}", "experiment", s->experiment.name,
				     "seconds", estimate(s), "plan", s->plan, "runs", s->runs);

	json_dumpf(document, stdout, JSON_INDENT(1));
	printf("\n");
	json_decref(document);
	return BATON_OK;
}

static int check_size(const struct series *s)
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
			 s->experiment.name, series_duration(estimate(s), text));
		return BATON_USAGE;
	}
	return BATON_OK;
}

static int series_prepare(struct series *s, const char *file)
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

static void series_end(struct series *s)
{
	experiment_free(&s->experiment);
	json_decref(s->topology);
	json_decref(s->plan);
	json_decref(s->runs);
	json_decref(s->records);
	store_close(&s->store);
}

/* ---- in the lab ---- */

/* What the lab's own `baton experiment` is told beside file and folder */
struct lab_options {
	char only[EXPERIMENT_ONLY_MAX][TEXT_SIZE];
	const char *word[2 * EXPERIMENT_ONLY_MAX + 4];
};

static void lab_options(const struct experiment_options *o, struct lab_options *ret)
{
	size_t n = 0, count = 0, i;
	const char *knob;
	json_t *values, *value;

	if (o->full)
		ret->word[n++] = "--full";
	if (o->resume)
		ret->word[n++] = "--resume";
	if (o->json)
		ret->word[n++] = "--json";
	json_object_foreach(o->only, knob, values) json_array_foreach(values, i, value)
	{
		snprintf(ret->only[count], TEXT_SIZE, "%s=%s", knob, json_string_value(value));
		ret->word[n++] = "--only";
		ret->word[n++] = ret->only[count++];
	}
	ret->word[n] = NULL;
}

static int run_in_lab(struct series *s, const char *file, const char *why)
{
	struct lab_options options;
	char dir[PATH_MAX];

	if (getenv("BATON_LAB")) {
		complain("%s: needs CRIU, which isn't sound in this lab either: %s", file, why);
		return BATON_KERNEL;
	}
	fprintf(stderr, "%s: CRIU: %s; in the lab, then\n", s->experiment.name, why);
	series_folder(s, dir);
	lab_options(s->options, &options);
	return lab_run(s->options->ctx, file, &s->experiment, dir, estimate(s), options.word);
}

static int run_file(const struct experiment_options *o, const char *file)
{
	struct series s = {.options = o, .store.lock = -1};
	int rc = series_prepare(&s, file);
	char why[TEXT_SIZE];

	if (rc == BATON_OK && o->dry && o->json)
		rc = print_plan_json(&s);
	else if (rc == BATON_OK && !o->dry &&
		 lab_is_wanted(o->ctx, &s.experiment, why, sizeof(why)))
		rc = run_in_lab(&s, file, why); /* which prints the plan, too */
	else if (rc == BATON_OK) {
		print_plan(&s);
		if (!o->dry)
			rc = series_run(&s);
	}
	series_end(&s);
	return rc;
}

int experiment_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct experiment_options o = {
		.json = ctx->json, .line = experiment_command_line(argc, argv), .ctx = ctx};
	int rc = o.line ? experiment_options_read(&o, argc, argv) : BATON_FAILED, worst = rc;

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
