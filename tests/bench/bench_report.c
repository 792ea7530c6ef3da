// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "lib/version.h"

double bench_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void bench_run(struct bench_row *row, double value, double yardstick_value)
{
	if (row->runs == BENCH_RUNS_MAX)
		return;
	row->value[row->runs] = value;
	row->yardstick_value[row->runs++] = yardstick_value;
}

void bench_begin(struct bench_report *report)
{
	report->rows = json_array();
	printf("%-34s %10s %-9s %-23s %-34s %10s %6s\n", "", "median", "", "from .. to",
	       "yardstick", "median", "ratio");
}

/* ---- a row ---- */

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct spread {
	double smallest, median, largest;
};

static struct spread spread_of(const double *values, size_t count)
{
	double sorted[BENCH_RUNS_MAX];

	memcpy(sorted, values, count * sizeof *values);
	qsort(sorted, count, sizeof sorted[0], compare);
	return (struct spread){sorted[0], sorted[count / 2], sorted[count - 1]};
}

static json_t *numbers(const double *values, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_real(values[i]));
	return array;
}

void bench_add(struct bench_report *report, const struct bench_row *row)
{
	struct spread own, yardstick;
	double ratio;
	char range[32];

	if (!row->runs)
		return;
	own = spread_of(row->value, row->runs);
	yardstick = spread_of(row->yardstick_value, row->runs);
	ratio = row->smaller_is_better ? yardstick.median / own.median
				       : own.median / yardstick.median;
	json_array_append_new(report->rows,
			      json_pack("{s:s, s:f, s:s, s:s, s:f, s:f, s:o, s:o}", "name",
					row->name, "value", own.median, "unit", row->unit,
					"yardstick", row->yardstick, "yardstick_value",
					yardstick.median, "ratio", ratio, "runs",
					numbers(row->value, row->runs), "yardstick_runs",
					numbers(row->yardstick_value, row->runs)));
	snprintf(range, sizeof range, "%.4g .. %.4g", own.smallest, own.largest);
	printf("%-34s %10.4g %-9s %-23s %-34s %10.4g %6.2f\n", row->name, own.median, row->unit,
	       range, row->yardstick, yardstick.median, ratio);
	fflush(stdout);
}

/* ---- the file ---- */

static json_t *machine(void)
{
	char model[256] = "unknown", line[256];
	FILE *file = fopen("/proc/cpuinfo", "re");

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
			snprintf(model, sizeof(model), "%s", strchr(line, ':') + 2);
			model[strcspn(model, "\n")] = 0;
			break;
		}
	if (file)
		fclose(file);
	return json_sprintf("%s, %ld processors", model, sysconf(_SC_NPROCESSORS_ONLN));
}

int bench_end(struct bench_report *report, const char *dataplane, const char *path)
{
	struct utsname name;
	json_t *result;
	int rc;

	uname(&name);
	result = json_pack("{s:o, s:s, s:s, s:o}", "machine", machine(), "kernel", name.release,
			   "commit", version_commit, "rows", report->rows);
	if (dataplane)
		json_object_set_new(result, "dataplane", json_string(dataplane));
	rc = json_dump_file(result, path, JSON_INDENT(2));
	json_decref(result);
	if (rc)
		perror(path);
	return rc;
}
