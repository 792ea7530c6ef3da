/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bench says: a table as it goes, and build/bench/NAME.json at the end, in the form that all
 * benches have (docs/performance.md). Each row is a figure beside a yardstick that was measured in
 * the same run, turn about; the ratio of their medians is so formed that larger is better.
 */
#ifndef BATON_TESTS_BENCH_REPORT_H
#define BATON_TESTS_BENCH_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { BENCH_RUNS_MAX = 32 };

struct bench_row {
	const char *name, *unit, *yardstick;
	bool smaller_is_better; /* a time: the ratio is turned round */
	size_t runs;
	double value[BENCH_RUNS_MAX], yardstick_value[BENCH_RUNS_MAX];
};

struct bench_report {
	json_t *rows;
};

/** bench_begin - the head of the table; bench_end writes the file and frees what there is */
void bench_begin(struct bench_report *report);
void bench_add(struct bench_report *report, const struct bench_row *row);
/** bench_end - @dataplane: NULL where there is none; Return: 0, or -1 when @path can't be written
 */
int bench_end(struct bench_report *report, const char *dataplane, const char *path);
/** bench_run - another run of @row */
void bench_run(struct bench_row *row, double value, double yardstick_value);

/** bench_seconds - CLOCK_MONOTONIC */
double bench_seconds(void);

#endif
