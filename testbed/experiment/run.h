/* SPDX-License-Identifier: Apache-2.0 */
/* One run: its topology brought up, its bandwidth checked, its workload driven, all taken down, and
 * the record. */
#ifndef BATON_EXPERIMENT_RUN_H
#define BATON_EXPERIMENT_RUN_H

#include "testbed/experiment/experiment.h"
#include "testbed/experiment/store.h"

enum { RUN_OPTION_SIZE = 160, RUN_OPTIONS_MAX = 34 };

struct runner {
	const struct experiment *experiment;
	const struct store *store;
	const json_t *topology; /* as the file says, with its `set`; NULL when the workload makes
				   its own */
	char name[32];		/* of the topology that is up while we run */
	int fatal;    /* returned: an exit status when no other run could do better; 0: none */
	bool skipped; /* returned, of the last topology: packages that it needs aren't installed */
};

/** runner_name - a name of this folder's own: a later experiment there finds what this one left */
void runner_name(struct runner *r);
/** runner_clean - take down what an experiment that was killed left up */
void runner_clean(struct runner *r);
/**
 * run_make - the record of one run: {"status": "done", "failed" or "skipped", "error"?, "report",
 * ...}
 * An error that is the machine's or the file's, so that trying again is no use, sets @r->fatal.
 */
json_t *run_make(struct runner *r, const json_t *run);
/** run_unshaped - bit/s of the path without the rates of @settings; 0 with a reason in @why when it
 * can't be told; @r->skipped: with other settings it might */
double run_unshaped(struct runner *r, const json_t *settings, char *why, size_t size);
/* Of all links that a point of the sweep sets a rate for, in bit/s; 0 where it sets none */
struct run_rates {
	double lowest, highest;
};

struct run_rates run_rates_asked(const json_t *settings);

/** run_topology - @r->topology with @settings; NULL with @why */
json_t *run_topology_document(const struct runner *r, const json_t *settings, char *why,
			      size_t size);

/** run_workload_arguments - "--OPTION=VALUE" of the file and of the point, and --mode, behind the
 * first
 * @n of @argv, NULL-ended; Return: how many there are */
size_t run_workload_arguments(const struct experiment *e, const json_t *settings,
			      char store[][RUN_OPTION_SIZE], const char **argv, size_t n);

/** run_check_plan - would every point be one that can be run? (check.c) Complains, with the place
 * in the file; Return: an exit status */
int run_check_plan(const struct runner *r, const json_t *runs);

#endif
