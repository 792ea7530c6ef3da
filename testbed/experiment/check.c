// SPDX-License-Identifier: Apache-2.0
/* What only shows when a plan's points are put together, found before the first of them is run:
 * options that the measurement doesn't have, topologies that aren't any. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/baton.h"
#include "testbed/experiment/run.h"
#include "testbed/measure/clips.h"
#include "testbed/measure/migration.h"
#include "testbed/measure/options.h"
#include "testbed/topology.h"

static const char *place_of(const struct experiment *e, const char *kind, const char *name)
{
	const json_t *at = json_object_get(e->places, kind);
	const char *place = json_string_value(name ? json_object_get(at, name) : at);

	return place ? place : e->name;
}

/* ---- the workload ---- */

/* "--hold" in "--hold: expected a number, ..." and in "unknown option '--hold=x'" */
static bool is_about(const char *text, const char *option)
{
	size_t len = strlen(option);

	for (const char *at = strstr(text, "--"); at; at = strstr(at + 2, "--"))
		if (!strncmp(at + 2, option, len) &&
		    !strchr("abcdefghijklmnopqrstuvwxyz-", at[2 + len] ? at[2 + len] : ' '))
			return true;
	return false;
}

static const char *place_of_option(const struct experiment *e, const char *text)
{
	const char *key;
	json_t *value;

	json_object_foreach(e->knobs, key, value)
	{
		if (!strncmp(key, "workload.", 9) && is_about(text, key + 9))
			return place_of(e, "knobs", key);
	}
	json_object_foreach(e->options, key, value)
	{
		if (is_about(text, key))
			return place_of(e, "options", key);
	}
	return place_of(
		e, is_about(text, "mode") && json_array_size(e->modes) ? "mode" : "workload", NULL);
}

/* Each measurement has a reader of its own. */
static int read_options(const char *what, int argc, char **argv, char *error, size_t size)
{
	struct measure_options options = {0};
	struct migration_options migration = {0};
	struct clips_options clips = {0};
	int r;

	if (!strcmp(what, "clips")) {
		r = clips_options_read(&clips, argc, argv);
		snprintf(error, size, "%s", clips.error);
	} else if (!strcmp(what, "migration")) {
		r = migration_options_read(&migration, argc, argv);
		snprintf(error, size, "%s", migration.error);
		migration_options_done(&migration);
	} else {
		r = measure_options_read(&options, (enum measurement)measure_named(what), argc,
					 argv);
		snprintf(error, size, "%s", options.error);
	}
	return r;
}

static int check_options(const struct experiment *e, const json_t *settings)
{
	const char *what = json_string_value(e->measure);
	char store[RUN_OPTIONS_MAX][RUN_OPTION_SIZE];
	const char *argv[RUN_OPTIONS_MAX + 2] = {what};
	char error[200] = "";
	size_t n;

	if (!what)
		return BATON_OK;
	n = run_workload_arguments(e, settings, store, argv, 1);
	if (read_options(what, (int)n, (char **)argv, error, sizeof(error)) == 0)
		return BATON_OK;
	complain("%s: %s", place_of_option(e, error), error);
	return BATON_TOPOLOGY;
}

/* ---- the topology ---- */

/* Without the place, which is one of a text that nobody wrote */
static bool is_topology(const struct runner *r, const json_t *settings, char *why, size_t size)
{
	json_t *document = run_topology_document(r, settings, why, size);
	char *text = document ? json_dumps(document, 0) : NULL;
	struct yaml_error err = {""};
	struct topology *t = NULL;
	const char *said;
	int rc;

	json_decref(document);
	if (!text)
		return false;
	rc = topology_load_memory(r->experiment->topology, text, strlen(text), &t, &err);
	free(text);
	topology_free(t);
	said = strstr(err.text, ": ");
	if (rc)
		snprintf(why, size, "%s", said ? said + 2 : err.text[0] ? err.text : strerror(-rc));
	return !rc;
}

/* Which knob, turned alone, does it */
static const char *place_of_knob(const struct runner *r, const json_t *settings)
{
	const struct experiment *e = r->experiment;
	const char *knob;
	char why[512];
	json_t *value;

	json_object_foreach((json_t *)settings, knob, value)
	{
		json_t *alone = json_pack("{s:O}", knob, value);
		bool good = is_topology(r, alone, why, sizeof(why));

		json_decref(alone);
		if (!good)
			return place_of(e, "knobs", knob);
	}
	return place_of(e, "sweep", NULL);
}

static int check_topology(const struct runner *r, const json_t *settings)
{
	const struct experiment *e = r->experiment;
	struct yaml_error err = {""};
	struct topology *t = NULL;
	char why[512], plain[512];
	json_t *none;
	bool base;

	if (is_topology(r, settings, why, sizeof(why)))
		return BATON_OK;
	none = json_object();
	base = is_topology(r, none, plain, sizeof(plain));
	json_decref(none);
	if (base)
		complain("%s: %s", place_of_knob(r, settings), why);
	else if (topology_load(e->topology, &t, &err) && err.text[0])
		complain("%s", err.text);
	else
		complain("%s: set: %s", place_of(e, "topology", NULL), plain);
	topology_free(t);
	return BATON_TOPOLOGY;
}

int run_check_plan(const struct runner *r, const json_t *runs)
{
	int rc = BATON_OK;
	json_t *run;
	size_t i;

	json_array_foreach((json_t *)runs, i, run)
	{
		const json_t *settings = json_object_get(run, "settings");

		if (json_integer_value(json_object_get(run, "repeat")) != 1)
			continue;
		rc = check_options(r->experiment, settings);
		if (rc == BATON_OK && r->topology)
			rc = check_topology(r, settings);
		if (rc != BATON_OK)
			return rc;
	}
	return rc;
}
