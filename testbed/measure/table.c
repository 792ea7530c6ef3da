// SPDX-License-Identifier: Apache-2.0
/* The report as one table for people: the modes side by side, each figure with its percentiles in
 * columns of their own. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/ascending.h"
#include "testbed/measure/report.h"

enum { LABEL_WIDTH = 30, CELL_WIDTH = 11, MODE_GAP = 1, CELLS = 3 };

void report_time_text(double us, char *buf, size_t size)
{
	static const struct {
		double below, unit;
		int decimals;
		const char *name;
	} forms[] = {{0.05, 1, 0, "us"},     {9.95, 1, 1, "us"},     {999.5, 1, 0, "us"},
		     {9995, 1e3, 2, "ms"},   {99950, 1e3, 1, "ms"},  {999500, 1e3, 0, "ms"},
		     {9995000, 1e6, 2, "s"}, {INFINITY, 1e6, 1, "s"}};
	size_t i = 0;

	if (isnan(us)) {
		snprintf(buf, size, "-");
		return;
	}
	while (us >= forms[i].below)
		i++;
	snprintf(buf, size, "%.*f %s", forms[i].decimals, us / forms[i].unit, forms[i].name);
}

void report_interval_text(const struct report *r, char *buf, size_t size)
{
	double us = (double)r->interval_ns / 1000;

	snprintf(buf, size, "%g %s", us < 1000 ? us : us / 1000, us < 1000 ? "us" : "ms");
}

/* ---- lines ---- */

static void label(FILE *out, const char *text)
{
	fprintf(out, "  %-*s", LABEL_WIDTH, text);
}

/* A text over all columns of a mode, to the right like the figures below it */
static void spanning(FILE *out, const char *text)
{
	fprintf(out, "%*s", MODE_GAP + CELLS * CELL_WIDTH, text);
}

static void cells(FILE *out, const char *a, const char *b, const char *c)
{
	fprintf(out, "%*s%*s%*s%*s", MODE_GAP, "", CELL_WIDTH, a, CELL_WIDTH, b, CELL_WIDTH, c);
}

static void columns(FILE *out, const struct report *r, const char *a, const char *b, const char *c)
{
	label(out, "");
	for (size_t m = 0; m < r->mode_count; m++)
		cells(out, a, b, c);
	fprintf(out, "\n");
}

static void summary_cells(FILE *out, struct summary s)
{
	char p50[16], p99[16], max[16];

	report_time_text(s.p50, p50, sizeof p50);
	report_time_text(s.p99, p99, sizeof p99);
	report_time_text(s.max, max, sizeof max);
	cells(out, p50, p99, max);
}

static void summary_row(FILE *out, const struct report *r, const char *text,
			enum report_direction d, enum report_figure figure)
{
	label(out, text);
	for (size_t m = 0; m < r->mode_count; m++)
		summary_cells(out, report_summary(r, m, d, figure));
	fprintf(out, "\n");
}

static void count_row(FILE *out, const struct report *r, const char *text, enum report_direction d)
{
	char lost[24], duplicated[24], reordered[24];

	label(out, text);
	for (size_t m = 0; m < r->mode_count; m++) {
		struct report_counts c = report_count(r, m);

		snprintf(lost, sizeof lost, "%" PRIu64, c.lost[d]);
		snprintf(duplicated, sizeof duplicated, "%" PRIu64, c.duplicated[d]);
		snprintf(reordered, sizeof reordered, "%" PRIu64, c.reordered[d]);
		cells(out, lost, duplicated, reordered);
	}
	fprintf(out, "\n");
}

/* Of the delays of all packets in the windows, what people compare: before, during, after. */
static void delay_row(FILE *out, const struct report *r, const char *text, enum report_direction d,
		      double (*pick)(struct summary))
{
	char cell[DELAY_PHASES][16];

	label(out, text);
	for (size_t m = 0; m < r->mode_count; m++) {
		for (int p = 0; p < DELAY_PHASES; p++)
			report_time_text(pick(hdr_summary(&report_delays(r, m, d)->phase[p])),
					 cell[p], sizeof cell[p]);
		cells(out, cell[0], cell[1], cell[2]);
	}
	fprintf(out, "\n");
}

static double p50_of(struct summary s)
{
	return s.p50;
}

static double max_of(struct summary s)
{
	return s.max;
}

static void variation_row(FILE *out, const struct report *r, const char *text,
			  enum report_direction d)
{
	label(out, text);
	for (size_t m = 0; m < r->mode_count; m++)
		summary_cells(out, hdr_summary(&report_delays(r, m, d)->variation));
	fprintf(out, "\n");
}

static void delay_rows(FILE *out, const struct report *r)
{
	if (!r->delays)
		return;
	columns(out, r, "before", "during", "after");
	delay_row(out, r, "one-way delay, uplink, p50", UPLINK, p50_of);
	delay_row(out, r, "                       max", UPLINK, max_of);
	delay_row(out, r, "one-way delay, downlink, p50", DOWNLINK, p50_of);
	delay_row(out, r, "                         max", DOWNLINK, max_of);
	columns(out, r, "p50", "p99", "max");
	variation_row(out, r, "delay variation, uplink", UPLINK);
	variation_row(out, r, "delay variation, downlink", DOWNLINK);
}

/* A TCP flow's figures are there only when one was asked for. */
static void tcp_rows(FILE *out, const struct report *r)
{
	char again[24], ended[24];

	if (!r->tcp.rate_bps)
		return;
	columns(out, r, "p50", "p99", "max");
	summary_row(out, r, "TCP, longest silence", UPLINK, FIGURE_TCP_STALL);
	summary_row(out, r, "TCP, until reconnected", UPLINK, FIGURE_TCP_RECONNECT);
	summary_row(out, r, "TCP, below half its rate", UPLINK, FIGURE_TCP_DIP);
	columns(out, r, "", "sent again", "ended");
	label(out, "TCP segments, connections");
	for (size_t m = 0; m < r->mode_count; m++) {
		struct report_counts c = report_count(r, m);

		snprintf(again, sizeof again, "%" PRIu64, c.retransmissions);
		snprintf(ended, sizeof ended, "%" PRIu64, c.ended);
		cells(out, "", again, ended);
	}
	fprintf(out, "\n");
}

/* Nothing, where no switch was given up */
static void given_up_row(FILE *out, const struct report *r)
{
	char text[48];

	if (!report_given_up(r, SIZE_MAX))
		return;
	label(out, "given up: pictures not alike");
	for (size_t m = 0; m < r->mode_count; m++) {
		snprintf(text, sizeof text, "%zu", report_given_up(r, m));
		spanning(out, text);
	}
	fprintf(out, "\n");
}

/* Whether the pictures of two edges are alike while the player moves, too, or at rest only */
static void gate_row(FILE *out, const struct report *r)
{
	char text[48];

	label(out, "gate passed; while at rest");
	for (size_t m = 0; m < r->mode_count; m++) {
		struct report_gate gate = report_gate(r, m);

		snprintf(text, sizeof text, "%zu; %zu of %zu", gate.passed, gate.rested,
			 gate.known);
		spanning(out, text);
	}
	fprintf(out, "\n");
}

/* How far the world was ahead (or behind) in the destination's picture, at the switch */
static void tick_row(FILE *out, const struct report *r)
{
	double *jump = calloc(r->event_count + 1, sizeof *jump);
	char text[64];

	if (!jump)
		return;
	label(out, "jump in world tick; range");
	for (size_t m = 0; m < r->mode_count; m++) {
		size_t n = 0;

		for (size_t i = 0; i < r->event_count; i++)
			if (r->event[i].mode == m && r->event[i].ok &&
			    !isnan(r->event[i].app.tick_jump))
				jump[n++] = r->event[i].app.tick_jump;
		ascending_sort(jump, n);
		snprintf(text, sizeof text, "-");
		if (n)
			snprintf(text, sizeof text, "%.0f; %.0f to %.0f",
				 ascending_at(jump, n, 0.5), jump[0], jump[n - 1]);
		spanning(out, text);
	}
	fprintf(out, "\n");
	free(jump);
}

/* What the user of the application saw, what it was made of, and the stages of 001 III-C. */
static void app_rows(FILE *out, const struct report *r)
{
	char text[48];

	if (!r->app[0])
		return;
	columns(out, r, "p50", "p99", "max");
	summary_row(out, r, "downtime, frames shown", UPLINK, FIGURE_APP_FRAMES);
	summary_row(out, r, "downtime, packets (T_net)", UPLINK, FIGURE_APP_PACKETS);
	summary_row(out, r, "computation's part (T_comp)", UPLINK, FIGURE_APP_COMP);
	summary_row(out, r, "  the same, at the logic", UPLINK, FIGURE_APP_LOGIC);
	summary_row(out, r, "until the stream is steady", UPLINK, FIGURE_APP_SETTLE);
	summary_row(out, r, "wait for alike pictures", UPLINK, FIGURE_APP_WAIT);
	summary_row(out, r, "input to display, 2 s before", UPLINK, FIGURE_APP_INPUT_BEFORE);
	summary_row(out, r, "input to display, 2 s after", UPLINK, FIGURE_APP_INPUT_AFTER);
	summary_row(out, r, "migration time (T_mig)", UPLINK, FIGURE_APP_MIGRATION);
	tick_row(out, r);
	gate_row(out, r);
	given_up_row(out, r);
	for (int i = 0; i < APP_STAGES; i++) {
		snprintf(text, sizeof text, "  stage %d, %s", i + 1, app_stage_name[i]);
		summary_row(out, r, text, UPLINK, (enum report_figure)(FIGURE_APP_STAGE + i));
	}
}

static void waits_line(FILE *out, const struct waits *w)
{
	char p50[16], p90[16], max[16];

	report_time_text(ascending_at(w->us, w->count, 0.5), p50, sizeof p50);
	report_time_text(ascending_at(w->us, w->count, 0.9), p90, sizeof p90);
	report_time_text(ascending_at(w->us, w->count, 1), max, sizeof max);
	fprintf(out, "  over %.2f: median %s, p90 %s, longest %s; of %zu moments %zu given up",
		w->threshold, p50, p90, max, w->count + w->open, w->given_up);
	if (w->open)
		fprintf(out, ", %zu not known, as the recording ends before", w->open);
	fprintf(out, "\n");
}

static void live_line(FILE *out, const struct report *r, const struct waits *computed)
{
	static const char *const verdicts[] = {"too few to compare", "they don't agree",
					       "they agree"};
	char own[16], live[16], from[16], to[16];
	double low = NAN, high = NAN, *values;
	size_t n = 0;

	values = report_live_waits(r, &n);
	if (!values)
		return;
	median_interval(values, n, &low, &high);
	report_time_text(ascending_at(computed->us, computed->count, 0.5), own, sizeof own);
	report_time_text(ascending_at(values, n, 0.5), live, sizeof live);
	report_time_text(low, from, sizeof from);
	report_time_text(high, to, sizeof to);
	fprintf(out,
		"  live, over %.2f: median of %zu waits %s (95 %%: %s to %s), computed %s: %s\n",
		computed->threshold, n, live, from, to, own,
		verdicts[similarity_agrees(computed, values, n) + 1]);
	free(values);
}

/* How alike pictures were while both streams were held, and what waits that would have given */
static void similarity_rows(FILE *out, const struct report *r)
{
	static const double thresholds[] = {0.75, 0.80, 0.85, 0.90, 0.95};
	const struct similarity *s = &r->similarity;
	struct waits w;
	size_t n = 0;
	double *values = s->count ? similarity_values(s, &n) : NULL;

	if (!values)
		return;
	fprintf(out,
		"\n  SSIM of %zu recorded pairs: p5 %.3f, p25 %.3f, median %.3f, p75 %.3f, p95 "
		"%.3f\n  Waits that a switch would have had, given up after %g s:\n",
		n, ascending_at(values, n, 0.05), ascending_at(values, n, 0.25),
		ascending_at(values, n, 0.5), ascending_at(values, n, 0.75),
		ascending_at(values, n, 0.95), (double)s->timeout_ns / 1e9);
	free(values);
	for (size_t i = 0; i < sizeof thresholds / sizeof thresholds[0]; i++) {
		if (waits_compute(s->trace, s->count, thresholds[i], s->timeout_ns, &w) == 0)
			waits_line(out, &w);
		waits_done(&w);
	}
	if (waits_compute(s->trace, s->count, s->threshold, s->timeout_ns, &w) == 0)
		live_line(out, r, &w);
	waits_done(&w);
}

/* Of a storm: how long all of them took, and what they cost the daemons. */
static void storm_rows(FILE *out, const struct report *r)
{
	char text[80], seconds[16], each[16];

	if (!r->storm.rounds)
		return;
	columns(out, r, "p50", "p99", "max");
	summary_row(out, r, "first request to switched", UPLINK, FIGURE_SWITCHED);
	summary_row(out, r, "first request to the end", UPLINK, FIGURE_ENDED);
	columns(out, r, "", "a switch", "in all");
	for (size_t i = 0; i < r->storm.cpu_count; i++) {
		const struct report_cpu *c = &r->storm.cpu[i];

		snprintf(text, sizeof text, "CPU, %s%s%s", c->daemon,
			 strcmp(c->node, c->daemon) ? " of " : "",
			 strcmp(c->node, c->daemon) ? c->node : "");
		report_time_text(report_cpu_us(r, c), each, sizeof each);
		report_time_text(c->seconds * 1e6, seconds, sizeof seconds);
		label(out, text);
		cells(out, "", each, seconds);
		fprintf(out, "\n");
	}
}

/* ---- above and below ---- */

static void heading(FILE *out, const struct report *r)
{
	char text[64], interval[16];

	report_interval_text(r, interval, sizeof interval);
	fprintf(out,
		"%s%s%s%s: data plane %s (UPF), %s (gNB); a probe every %s%s, hold %" PRIu64
		" ms\n",
		r->running, r->running[0] ? " (" : "", r->topology, r->running[0] ? ")" : "",
		r->dataplane_upf, r->dataplane_gnb, interval,
		r->storm.rounds ? " from each UE" : "", r->hold_ms);
	if (r->storm.rounds)
		fprintf(out, "%zu UEs at once, %zu time%s\n", r->run_count, r->storm.rounds,
			r->storm.rounds > 1 ? "s" : "");
	fprintf(out, "%s, Linux %s\n\n", r->machine, r->kernel);
	label(out, "");
	for (size_t m = 0; m < r->mode_count; m++)
		spanning(out, r->mode[m].name);
	fprintf(out, "\n");
	label(out, "switches completed");
	for (size_t m = 0; m < r->mode_count; m++) {
		struct report_counts c = report_count(r, m);

		snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64, c.completed,
			 c.completed + c.failed);
		spanning(out, text);
	}
	fprintf(out, "\n");
}

/* A figure that some completed switches don't have is less than it seems. */
static void missing(FILE *out, const struct report *r, size_t mode)
{
	static const char *const names[] = {"uplink", "downlink"};
	struct report_counts c = report_count(r, mode);

	for (int d = 0; d < 2; d++) {
		struct summary s =
			report_summary(r, mode, (enum report_direction)d, FIGURE_LATENCY);

		/* a storm has no tap on N3 */
		if (d == UPLINK && r->storm.rounds)
			continue;
		if (s.count < c.completed - c.disturbed)
			fprintf(out,
				"  %s: in %" PRIu64 " of %" PRIu64
				" switches no %s packet was seen in the new session.\n",
				r->mode[mode].name, c.completed - c.disturbed - s.count,
				c.completed, names[d]);
	}
	if (c.disturbed)
		fprintf(out,
			"  %s: %" PRIu64 " of %" PRIu64
			" switches %s disturbed, and in no figure; report.json says by what.\n",
			r->mode[mode].name, c.disturbed, c.completed,
			c.disturbed == 1 ? "was" : "were");
}

/* "Links shaped: 2 by netem, 4 by user." */
static void links_line(FILE *out, const struct report_links *links)
{
	static const char *const backends[] = {"netem", "tbf", "user"};
	size_t count[3] = {0}, i;
	const char *before = "  Link ends shaped: ";
	json_t *port;

	json_array_foreach(links->ports, i, port)
	{
		const char *by = json_string_value(json_object_get(port, "backend"));

		for (size_t b = 0; by && b < 3; b++)
			count[b] += strcmp(by, backends[b]) == 0;
	}
	for (size_t b = 0; b < 3; b++) {
		if (!count[b])
			continue;
		fprintf(out, "%s%zu by %s", before, count[b], backends[b]);
		before = ", ";
	}
	if (before[0] == ',')
		fprintf(out, ".\n");
}

static void footing(FILE *out, const struct report *r)
{
	struct summary late = r->run[0].sender_late ? hdr_summary(r->run[0].sender_late)
						    : (struct summary){NAN, NAN, NAN, 0};
	char up[16], down[16], late_p99[16], late_max[16], mark[160];

	report_time_text(r->noise_up.p50, up, sizeof up);
	report_time_text(r->noise_down.p50, down, sizeof down);
	report_time_text(late.p99, late_p99, sizeof late_p99);
	report_time_text((double)report_sender(r).late_max_ns / 1000, late_max, sizeof late_max);
	fprintf(out,
		"\n  A p99 is given from %d switches on. Noise floor: without a switch the largest "
		"gap of such a\n"
		"  window is %s uplink, %s downlink (median of %zu); gaps near that are the "
		"machine's.\n"
		"  Probes were sent up to %s late (p99 %s). Outside of all windows %" PRIu64
		" of %" PRIu64 " probes\n"
		"  were lost, and %" PRIu64 " replies.\n",
		P99_MIN_SAMPLES, up, down, r->noise_up.count, late_max, late_p99,
		r->outside.lost_up, r->outside.sent, r->outside.lost_down);
	links_line(out, &r->links);
	for (size_t i = 0; report_mark(r, i, mark, sizeof mark); i++)
		fprintf(out, "  Marked: %s.\n", mark);
	for (size_t m = 0; m < r->mode_count; m++)
		missing(out, r, m);
	if (r->emulated)
		fprintf(out, "  This ran under TCG emulation, 10 to 20 times slower than a "
			     "machine: only ratios within this\n  table mean anything.\n");
}

void report_table(const struct report *r, FILE *out)
{
	heading(out, r);
	columns(out, r, "p50", "p99", "max");
	summary_row(out, r, "PDU session set-up", UPLINK, FIGURE_SETUP);
	summary_row(out, r, "switch latency, uplink (N3)", UPLINK, FIGURE_LATENCY);
	summary_row(out, r, "switch latency, downlink (UE)", DOWNLINK, FIGURE_LATENCY);
	summary_row(out, r, "largest gap, uplink", UPLINK, FIGURE_LARGEST_GAP);
	summary_row(out, r, "largest gap, downlink", DOWNLINK, FIGURE_LARGEST_GAP);
	summary_row(out, r, "longest run of losses, uplink", UPLINK, FIGURE_LOSS_GAP);
	summary_row(out, r, "longest run of losses, downl.", DOWNLINK, FIGURE_LOSS_GAP);
	summary_row(out, r, "first lost to received, upl.", UPLINK, FIGURE_FIRST_LOST);
	summary_row(out, r, "first lost to received, downl.", DOWNLINK, FIGURE_FIRST_LOST);
	columns(out, r, "lost", "duplicated", "reordered");
	count_row(out, r, "packets, uplink", UPLINK);
	count_row(out, r, "packets, downlink", DOWNLINK);
	delay_rows(out, r);
	tcp_rows(out, r);
	app_rows(out, r);
	similarity_rows(out, r);
	storm_rows(out, r);
	footing(out, r);
	report_watch_table(r, out);
}
