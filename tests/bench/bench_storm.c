// SPDX-License-Identifier: Apache-2.0
/*
 * How fast many UEs are switched: bench_storm BATON STORM.YAML FILE. STORM.YAML with 200 UEs is
 * brought up; all are switched at once under probes, round after round (`baton measure storm`); the
 * yardstick is one of these UEs switched alone, in the same topology, in the same run.
 */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench_report.h"

#define UES  "200"
#define NAME "bench-storm"

enum { ROUNDS = 5, UE_COUNT = 200 };

static const char *baton;
static char topology[] = "/tmp/bench-storm-XXXXXX";

static void down(void)
{
	char line[512];

	snprintf(line, sizeof line, "'%s' --name " NAME " down --force >/dev/null 2>&1", baton);
	(void)!system(line);
	unlink(topology);
}

static void __attribute__((noreturn, format(printf, 1, 2))) bail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(1);
}

/* The file with another count */
static void write_topology(const char *from)
{
	FILE *in = fopen(from, "re"), *out;
	char line[512];
	int fd = mkstemp(topology), changed = 0;

	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!in || !out)
		bail("%s: %s", in ? topology : from, strerror(errno));
	while (fgets(line, sizeof line, in)) {
		char *count = strstr(line, "count: ");

		if (count && line[0] == ' ') {
			strcpy(count, "count: " UES "\n");
			changed++;
		}
		fputs(line, out);
	}
	fclose(in);
	if (fclose(out) != 0 || changed != 1)
		bail("%s: expected one node with a count", from);
}

/* What a measurement says; returned */
static json_t *measure(const char *arguments)
{
	char line[512];
	json_error_t error;
	json_t *report;
	FILE *out;

	snprintf(line, sizeof line, "'%s' --name " NAME " measure %s --quiet --json", baton,
		 arguments);
	out = popen(line, "re");
	report = out ? json_loadf(out, JSON_DISABLE_EOF_CHECK, &error) : NULL;
	if (!report || pclose(out) != 0)
		bail("%s failed", line);
	return report;
}

static double seconds(const json_t *sample, const char *from, const char *to)
{
	return (double)(json_integer_value(json_object_get(sample, to)) -
			json_integer_value(json_object_get(sample, from))) /
	       1e9;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Of all samples of one round; round 0 is the first. Samples are UE by UE. */
struct round {
	double switched_s; /* the last */
	double gap_us;	   /* downlink, median of the largest of each */
};

static struct round round_of(const json_t *report, size_t round, size_t rounds)
{
	const json_t *samples = json_object_get(report, "samples");
	double gap[UE_COUNT];
	struct round r = {0};
	size_t n = 0;

	for (size_t i = round; i < json_array_size(samples); i += rounds) {
		const json_t *sample = json_array_get(samples, i);

		if (!json_is_true(json_object_get(sample, "completed")))
			bail("a switch did not complete");
		r.switched_s = fmax(r.switched_s, seconds(sample, "asked_ns", "switched_ns"));
		gap[n++] = json_number_value(
			json_object_get(json_object_get(sample, "downlink"), "largest_gap_us"));
	}
	qsort(gap, n, sizeof gap[0], by_value);
	r.gap_us = gap[(n - 1) / 2];
	return r;
}

static json_int_t lost(const json_t *report)
{
	const json_t *mode = json_object_get(json_object_get(report, "modes"), "make-before-break");

	return json_integer_value(json_object_get(json_object_get(mode, "uplink"), "lost")) +
	       json_integer_value(json_object_get(json_object_get(mode, "downlink"), "lost"));
}

static void add_rows(struct bench_report *report, const json_t *storm, const json_t *alone)
{
	const json_t *samples = json_object_get(alone, "samples");
	struct bench_row time = {.name = UES " UEs, until all are switched",
				 .unit = "s",
				 .yardstick = UES " times one alone",
				 .smaller_is_better = true};
	struct bench_row gap = {.name = "largest gap of each, downlink",
				.unit = "us",
				.yardstick = "one alone",
				.smaller_is_better = true};

	for (size_t k = 0; k < ROUNDS; k++) {
		const json_t *one = json_array_get(samples, k);
		struct round round = round_of(storm, k, ROUNDS);

		bench_run(&time, round.switched_s,
			  UE_COUNT * seconds(one, "created_ns", "switched_ns"));
		bench_run(&gap, round.gap_us,
			  json_number_value(json_object_get(json_object_get(one, "downlink"),
							    "largest_gap_us")));
	}
	bench_add(report, &time);
	bench_add(report, &gap);
}

int main(int argc, char **argv)
{
	struct bench_report report;
	json_t *storm, *alone;
	char line[512];

	if (argc != 4)
		bail("usage: bench_storm BATON STORM.YAML FILE");
	baton = argv[1];
	write_topology(argv[2]);
	atexit(down);
	snprintf(line, sizeof line, "'%s' --name " NAME " up '%s' >/dev/null", baton, topology);
	if (system(line) != 0)
		bail("%s failed", line);
	bench_begin(&report);
	alone = measure("switch --ue ue-1 --mode make-before-break:5 --interval 10ms");
	storm = measure("storm --rounds 5");
	add_rows(&report, storm, alone);
	printf("packets lost in %d rounds: %lld of all UEs at once, %lld of one alone\n", ROUNDS,
	       (long long)lost(storm), (long long)lost(alone));
	json_decref(storm);
	json_decref(alone);
	return bench_end(&report, "ebpf", argv[3]) < 0;
}
