/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Experiments: a file that says what to run, and all that comes of it. docs/experiments.md has the
 * form.
 *
 * Read in this order: file.c (the YAML file), plan.c (its points, their order), override.c (a
 * topology with some knobs turned), child.c (baton run by baton), run.c (one run and its record),
 * store.c (the result folder), lab.c (where it isn't run here), metric.c, bootstrap.c and shape.c
 * (what is worked out), result.c (result.json), page.c and chart.c (the page), compare.c.
 */
#ifndef BATON_EXPERIMENT_H
#define BATON_EXPERIMENT_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/yaml.h"

enum {
	EXPERIMENT_VALUES_MAX = 64, /* of one knob */
	EXPERIMENT_KNOBS_MAX = 8,
	EXPERIMENT_ROWS_MAX = 64,
	EXPERIMENT_RUNS_MAX = 5000,
	EXPERIMENT_ONLY_MAX = 64, /* --only */
	EXPERIMENT_DEFAULT_SECONDS = 20 * 60 /* H6 of the acceptance list */
};

/* Half of the lab's memory holds what is written: images of processes, at both edges */
enum { LAB_MEMORY_MB = 4096, LAB_MEMORY_MIN_MB = 1024, LAB_MEMORY_MAX_MB = 65536 };

/* What the file says, checked; values are texts as written, knobs in file order. */
struct experiment {
	char name[64], title[256];
	char strategy[32];
	char topology[PATH_MAX]; /* "": the workload makes its own */
	json_t *set;		 /* {path: text} */
	bool needs_criu;	 /* else a machine where CRIU isn't sound runs it in the lab */
	char lab_kernel[32];	 /* that the lab boots; "": its own choice */
	uint64_t lab_memory;	 /* of the lab, MB */
	json_t *measure;	 /* "switch", "storm", or NULL */
	json_t *options;	 /* {option: text} of measure */
	json_t *command;	 /* [text], or NULL */
	char node[64];		 /* where the command runs */
	char parser[16];	 /* of its output: json, number, lines */
	uint64_t seconds;	 /* that one run takes, as the file says; 0: worked out */
	json_t *modes;		 /* [text] */
	json_t *knobs;		 /* {path: [text]} */
	bool zipped;
	uint64_t repeats, repeats_full, seed;
	bool bandwidth;
	char from[64], to[64]; /* of the bandwidth check; "": the first UE, the first service */
	json_t *places; /* {"workload": "x.yaml:3:11", "options": {NAME: ...}, "knobs": {NAME:
			   ...}}: where it stands, for what shows only when points are put together
			 */
	json_t *rows;	/* [{id, what, paper, unit, metric, where, statistic, shape, why}] */
};

/**
 * experiment_read_file, experiment_read_memory - an experiment file
 * @name: what mistakes call it; a topology's path is relative to its folder
 *
 * Return: 0; -EINVAL with @err set for the contents; another negative errno. Free with
 * experiment_free, always.
 */
int experiment_read_file(const char *path, struct experiment *ret, struct yaml_error *err);
int experiment_read_memory(const char *name, const void *text, size_t len, struct experiment *ret,
			   struct yaml_error *err);
void experiment_free(struct experiment *e);

/* ---- plan.c ---- */

/**
 * plan_points - every combination of modes and knobs, [{"mode": "...", KNOB: "..."}]
 * @full: all values; else of each list its ends and its middle
 */
json_t *plan_points(const struct experiment *e, bool full);
/** plan_runs - points times repeats, shuffled by the seed: [{"number", "point", "repeat",
 * "settings"}] */
json_t *plan_runs(const struct experiment *e, bool full);
/** plan_seconds - about how long one run takes with @settings */
double plan_seconds(const struct experiment *e, const json_t *settings);
/** plan_describe - all that a run depends on; two plans with the same description may be continued
 */
json_t *plan_describe(const struct experiment *e, const char *topology_text, bool full);
/** plan_difference - the first member that differs, NULL when none does */
const char *plan_difference(const json_t *a, const json_t *b);
/** quantity_parse - "5ms" in microseconds, "10Mbit" in bit/s, "64MB" in octets, "1%" as 0.01, plain
 * numbers; Return:
 * 0 or -EINVAL */
int quantity_parse(const char *text, double *ret);
/** quantity_shown - the same in the unit that people read, which is returned: ms, Mbit/s, MB, or
 * none; NAN when it is none */
const char *quantity_shown(const char *text, double *ret);

/* ---- override.c ---- */

json_t *yaml_to_json(const struct yaml_node *node);
/**
 * override_set - turn one knob of a topology
 * @path: "nodes.upf-a.dataplane", "links.ue-gnb1.delay" (an entry of two names in either order,
 * made when there is none), with or without "topology." before it
 * @value: a text; in brackets a list, "[edge-a, edge-b]"; NULL: the topology shall have none there
 * Return: 0, or -EINVAL with what is wrong in @why
 */
int override_set(json_t *topology, const char *path, const char *value, char *why, size_t size);
/** topology_first - the name of the first node of @kind, or of the first service with @kind
 * "service"; @fallback */
const char *topology_first(const json_t *topology, const char *kind, const char *fallback);

/* ---- metric.c ---- */

/** metric_values - numbers at @path in @report: members by dots, "[]" all elements, "*" all
 * members; [numbers] */
json_t *metric_values(const json_t *report, const char *path);
/** settings_match - @where: {knob: value, or [any of these]} */
bool settings_match(const json_t *settings, const json_t *where);

/* ---- shape.c ---- */

/** series_make - [{"settings", "runs": [[..]], "n", "value", "low", "high"}] of @metric, a point
 * each */
json_t *series_make(const json_t *runs, const json_t *points, const json_t *row, uint64_t seed);
/**
 * shape_judge - fills "ours", "shape_holds" and "why" of a row
 * @series:  the row's points
 * @against: those it is compared with in a ratio, or agrees with; may be empty
 */
void shape_judge(json_t *row, const json_t *series, const json_t *against, uint64_t seed);

/* ---- result.c, page.c ---- */

json_t *result_make(const struct experiment *e, const json_t *plan, const json_t *runs,
		    const char *dir);
/** page_write - @result as one HTML page; Return: 0 or a negative errno */
int page_write(const json_t *result, const char *path);

#endif
