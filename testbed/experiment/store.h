/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folder of an experiment's results: plan.json (what it is), runs/NNN-pP-rR.json (one finished
 * run each, written whole or not at all), result.json, report.html, and a lock.
 */
#ifndef BATON_EXPERIMENT_STORE_H
#define BATON_EXPERIMENT_STORE_H

#include <jansson.h>
#include <limits.h>
#include <stddef.h>

struct store {
	char dir[PATH_MAX];
	int lock;
};

/** store_open - make @dir where needed and lock it; Return: 0, -EBUSY when another experiment runs
 * there, ... */
int store_open(const char *dir, struct store *ret);
void store_close(struct store *s);
/** store_load - a JSON file of the folder, NULL when there is none or it can't be read */
json_t *store_load(const struct store *s, const char *name);
/** store_save - in one step: readers see the old file or the new one */
int store_save(const struct store *s, const char *name, const json_t *document);
/** store_run_name - "runs/003-p1-r2.json" of a run of the plan */
void store_run_name(const json_t *run, char *buf, size_t size);
/**
 * store_run_load - the record of @run, when it is there, whole, and that run's; else NULL
 */
json_t *store_run_load(const struct store *s, const json_t *run);

#endif
