// SPDX-License-Identifier: Apache-2.0
/*
 * The report as a HdrHistogram interval log, format 1.3: one line, with a tag of its own, for each
 * figure of each mode and direction, and for the one-way delays of all probes and of all replies.
 * Values are nanoseconds; the interval of a line is the whole run.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "lib/version.h"
#include "testbed/measure/hdr.h"
#include "testbed/measure/report.h"

/* Seconds of the run: from the first probe's sending to the last one's */
static double run_seconds(const struct report *r)
{
	const struct probe_run *run = r->run;

	return run->sent_count ? (double)(run->sent_ns[run->sent_count - 1] - run->sent_ns[0]) / 1e9
			       : 0;
}

/* The third column is the largest value, in milliseconds where values are nanoseconds. */
static int print_line(const struct report *r, const char *tag, const struct hdr *h, FILE *out)
{
	char *text;
	int status;

	if (!h->total)
		return 0;
	status = hdr_encode(h, &text);
	if (status < 0)
		return status;
	fprintf(out, "Tag=%s,0.000,%.3f,%.3f,%s\n", tag, run_seconds(r), (double)h->max / 1e6,
		text);
	free(text);
	return 0;
}

static const struct {
	enum report_figure figure;
	const char *name;
	bool both; /* directions */
} figures[] = {
	{FIGURE_SETUP, "pdu-session-setup", false},
	{FIGURE_LATENCY, "latency", true},
	{FIGURE_LARGEST_GAP, "largest-gap", true},
	{FIGURE_LOSS_GAP, "loss-gap", true},
	{FIGURE_FIRST_LOST, "first-lost-to-first-received", true},
	{FIGURE_SWITCHED, "storm-switched", false},
	{FIGURE_ENDED, "storm-ended", false},
	{FIGURE_TCP_STALL, "tcp-stall", false},
	{FIGURE_TCP_RECONNECT, "tcp-reconnect", false},
};

static int print_figure(const struct report *r, size_t mode, enum report_direction d, size_t f,
			struct hdr *h, double *values, FILE *out)
{
	static const char *const directions[] = {"uplink", "downlink"};
	size_t count = report_values(r, mode, d, figures[f].figure, values);
	char tag[96];

	*h = (struct hdr){0};
	for (size_t i = 0; i < count; i++)
		hdr_add(h, llround(values[i] * 1000));
	snprintf(tag, sizeof tag, "%s/%s%s%s", r->mode[mode].name,
		 figures[f].both ? directions[d] : "", figures[f].both ? "/" : "", figures[f].name);
	return print_line(r, tag, h, out);
}

static int print_mode(const struct report *r, size_t mode, struct hdr *h, double *values, FILE *out)
{
	int status = 0;

	for (size_t f = 0; f < sizeof figures / sizeof figures[0]; f++) {
		bool tcp = figures[f].figure >= FIGURE_TCP_STALL;

		for (int d = 0; d <= figures[f].both && status == 0 && !(tcp && !r->tcp.rate_bps);
		     d++)
			status = print_figure(r, mode, (enum report_direction)d, f, h, values, out);
	}
	return status;
}

static void add_uplink(const struct probe_run *run, struct hdr *h)
{
	for (size_t k = 0; k < run->segment_count; k++)
		for (size_t i = 0; i < run->segment[k].count; i++) {
			const struct stamp_sample *s = &run->segment[k].sample[i];

			if (s->sender_seq < run->sent_count)
				hdr_add(h, (int64_t)(s->received_ns - run->sent_ns[s->sender_seq]));
		}
}

static void add_downlink(const struct probe_run *run, struct hdr *h)
{
	for (size_t i = 0; i < run->reply_count; i++)
		hdr_add(h, (int64_t)(run->reply[i].received_ns - run->reply[i].reflected_ns));
}

static int print_delays(const struct report *r, struct hdr *h, FILE *out)
{
	int status;

	*h = (struct hdr){0};
	for (size_t i = 0; i < r->run_count; i++)
		add_uplink(&r->run[i], h);
	status = print_line(r, "one-way-delay/uplink", h, out);
	*h = (struct hdr){0};
	for (size_t i = 0; i < r->run_count; i++)
		add_downlink(&r->run[i], h);
	return status < 0 ? status : print_line(r, "one-way-delay/downlink", h, out);
}

int report_hlog(const struct report *r, FILE *out)
{
	struct hdr *h = malloc(sizeof *h);
	double *values = calloc(r->event_count + 1, sizeof *values);
	int status = h && values ? 0 : -ENOMEM;

	fprintf(out, "#[baton measure %s, version %s (%s)]\n#[Histogram log format version 1.3]\n",
		r->storm.rounds ? "storm" : "switch", version_string, version_commit);
	fprintf(out, "#[StartTime: %" PRIu64 ".%03" PRIu64 " (seconds since epoch)]\n",
		r->time_ns / 1000000000u, r->time_ns / 1000000u % 1000);
	fprintf(out, "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_"
		     "Compressed_Histogram\"\n");
	for (size_t m = 0; m < r->mode_count && status == 0; m++)
		status = print_mode(r, m, h, values, out);
	if (status == 0)
		status = print_delays(r, h, out);
	free(values);
	free(h);
	return status;
}
