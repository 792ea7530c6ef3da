// SPDX-License-Identifier: Apache-2.0
/* The report as one table for people: the modes side by side. */
#include <math.h>
#include <string.h>

#include "testbed/measure/report.h"

enum { LABEL_WIDTH = 38, COLUMN_WIDTH = 26 };

static void row_begin(FILE *out, const char *label)
{
	fprintf(out, "  %-*s", LABEL_WIDTH, label);
}

static void time_cell(char *buf, size_t size, double us)
{
	if (isnan(us))
		snprintf(buf, size, "-");
	else if (us < 1000)
		snprintf(buf, size, "%.0f us", us);
	else
		snprintf(buf, size, "%.*f ms", us < 10000 ? 2 : us < 100000 ? 1 : 0, us / 1000);
}

static void cell(FILE *out, const char *text)
{
	fprintf(out, "%*s", COLUMN_WIDTH, text);
}

static void summary_row(FILE *out, const struct report *r, const char *label,
			enum report_direction d, enum report_figure figure)
{
	char p50[16], p99[16], max[16], text[64];

	row_begin(out, label);
	for (size_t m = 0; m < r->mode_count; m++) {
		struct summary s = report_summary(r, m, d, figure);

		time_cell(p50, sizeof p50, s.p50);
		time_cell(p99, sizeof p99, s.p99);
		time_cell(max, sizeof max, s.max);
		snprintf(text, sizeof text, "%s / %s / %s", p50, p99, max);
		cell(out, text);
	}
	fprintf(out, "\n");
}

static void count_row(FILE *out, const struct report *r, const char *label, enum report_direction d)
{
	char text[64];

	row_begin(out, label);
	for (size_t m = 0; m < r->mode_count; m++) {
		struct report_counts c = report_count(r, m);

		snprintf(text, sizeof text, "%llu / %llu / %llu", (unsigned long long)c.lost[d],
			 (unsigned long long)c.duplicated[d], (unsigned long long)c.reordered[d]);
		cell(out, text);
	}
	fprintf(out, "\n");
}

static void heading(FILE *out, const struct report *r)
{
	char text[64];

	fprintf(out,
		"%s: data plane %s (UPF), %s (gNB), a probe every %llu us, hold %llu ms\n%s, Linux "
		"%s\n\n",
		r->topology, r->dataplane_upf, r->dataplane_gnb,
		(unsigned long long)(r->interval_ns / 1000), (unsigned long long)r->hold_ms,
		r->machine, r->kernel);
	row_begin(out, "");
	for (size_t m = 0; m < r->mode_count; m++)
		cell(out, r->mode[m].name);
	fprintf(out, "\n");
	row_begin(out, "switches completed");
	for (size_t m = 0; m < r->mode_count; m++) {
		struct report_counts c = report_count(r, m);

		snprintf(text, sizeof text, "%llu of %llu", (unsigned long long)c.completed,
			 (unsigned long long)(c.completed + c.failed));
		cell(out, text);
	}
	fprintf(out, "\n");
}

static void footing(FILE *out, const struct report *r)
{
	char up[16], down[16];

	time_cell(up, sizeof up, r->noise_up.p50);
	time_cell(down, sizeof down, r->noise_down.p50);
	fprintf(out,
		"\n  Times are p50 / p99 / max; a p99 is given from %d switches on. Without any "
		"switch the largest gap of\n"
		"  such a window is %s uplink, %s downlink (median of %zu): gaps near that are the "
		"machine's.\n",
		P99_MIN_SAMPLES, up, down, r->noise_up.count);
	if (r->emulated)
		fprintf(out, "  This ran under TCG emulation, 10 to 20 times slower than a "
			     "machine: only ratios within this table mean anything.\n");
}

void report_table(const struct report *r, FILE *out)
{
	heading(out, r);
	summary_row(out, r, "PDU session set-up", UPLINK, FIGURE_SETUP);
	summary_row(out, r, "switch latency, uplink (N3)", UPLINK, FIGURE_LATENCY);
	summary_row(out, r, "switch latency, downlink (UE)", DOWNLINK, FIGURE_LATENCY);
	summary_row(out, r, "largest gap, uplink", UPLINK, FIGURE_LARGEST_GAP);
	summary_row(out, r, "largest gap, downlink", DOWNLINK, FIGURE_LARGEST_GAP);
	count_row(out, r, "lost / duplicated / reordered, uplink", UPLINK);
	count_row(out, r, "lost / duplicated / reordered, downlink", DOWNLINK);
	footing(out, r);
}
