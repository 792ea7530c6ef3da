// SPDX-License-Identifier: Apache-2.0
/*
 * Experiment files of arbitrary text. Besides not crashing: an error has a place; of what is read a
 * plan can be made, whose runs have every setting; and the same text is taken as a run's record,
 * out of which numbers are fetched.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/experiment/experiment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_experiment: %s\n", what);
	abort();
}

static void check_plan(const struct experiment *e)
{
	json_t *runs = plan_runs(e, false), *run;
	size_t knobs = json_object_size(e->knobs), i;

	require(json_array_size(runs) > 0, "no run");
	json_array_foreach(runs, i, run)
	{
		json_t *settings = json_object_get(run, "settings");

		require(json_object_size(settings) >= (i < 64 ? knobs : 0), "a setting is missing");
		require(plan_seconds(e, settings) > 0, "a run that takes no time");
	}
	json_decref(runs);
}

static void as_report(const uint8_t *data, size_t size)
{
	json_t *report = json_loadb((const char *)data, size, 0, NULL);
	json_t *values = metric_values(report, "samples[].*.lost");

	require(json_is_array(values), "no list");
	json_decref(values);
	json_decref(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_error err = {""};
	struct experiment e;

	if (size > 8192)
		return 0;
	if (experiment_read_memory("fuzz", data, size, &e, &err) < 0)
		require(!strncmp(err.text, "fuzz:", 5), "an error without its place");
	else
		check_plan(&e);
	experiment_free(&e);
	as_report(data, size);
	return 0;
}
