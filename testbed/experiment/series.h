/* SPDX-License-Identifier: Apache-2.0 */
/* An experiment under way: what was asked for (options.c), the plan (command.c), and its runs with
 * what comes of them (series.c). */
#ifndef BATON_EXPERIMENT_SERIES_H
#define BATON_EXPERIMENT_SERIES_H

#include <limits.h>

#include "testbed/baton.h"
#include "testbed/experiment/experiment.h"
#include "testbed/experiment/run.h"
#include "testbed/experiment/store.h"

struct experiment_options {
	const char *out;
	bool full, resume, dry, json;
	json_t *only; /* {knob: [values]} */
	int only_count;
	size_t files;
	char *line; /* the command that made it */
	const struct baton_context *ctx;
};

struct series {
	struct experiment experiment;
	const struct experiment_options *options;
	struct yaml_error err;
	json_t *topology, *plan, *runs; /* runs: of the plan, in order */
	struct store store;
	struct runner runner;
	double spent;
	size_t made, left;
	json_t *records;
};

/* options.c */
/** experiment_options_read - files follow from optind on; complains; Return: an exit status */
int experiment_options_read(struct experiment_options *o, int argc, char **argv);
/** experiment_command_line - "baton experiment ...": what made the result; returned */
char *experiment_command_line(int argc, char **argv);

/* series.c */
/** series_run - the runs of @s's plan that are not done, and the result; Return: an exit status */
int series_run(struct series *s);
/** series_folder - where the result goes */
void series_folder(const struct series *s, char dir[PATH_MAX]);
/** series_duration - "42 s", "3 min 05 s", "2 h 10 min" */
const char *series_duration(double seconds, char buf[32]);
/** series_settings - "mode=make-before-break, links.upf-b-n3.delay=5ms" */
const char *series_settings(const json_t *settings, char *buf, size_t size);

#endif
