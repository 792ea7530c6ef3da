// SPDX-License-Identifier: Apache-2.0
/*
 * How long after each of the player's inputs a picture was on the screen that has it, across the
 * switches: for each edge that was switched to a plot over the time around the switch, all switches
 * laid over one another, and below them the distributions before and after.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/ascending.h"
#include "testbed/measure/report.h"
#include "testbed/plot/plot.h"

enum {
	DESTINATIONS_MAX = 4, /* of one measurement; there are two */
	UNSHOWN = EDGES_MAX,  /* behind a series for each edge */
	RESENT,
	MEDIAN,
	SERIES,
	SWITCH_STAGE = 4, /* counted from 0 */
};

static const char *const stage_numbers[APP_STAGES] = {"i", "ii", "iii", "iv", "switch", "vi"};
static const double around_us = (double)INPUTS_AROUND_NS / 1e3;

struct points {
	double *x, *y;
	size_t count;
};

/* All switches to one edge */
struct panel {
	const char *destination;
	struct points of[SERIES];
	char name[SERIES][96], title[160], subtitle[400], cdf_name[2][96];
	struct plot_series series[SERIES];
	size_t series_count;
	struct plot_marker marker[APP_STAGES];
	size_t marker_count;
	double *latency[2]; /* before, after; ascending */
	size_t latency_count[2], switches;
};

static bool is_of(const struct panel *p, const struct switch_event *e)
{
	return e->inputs.count && strcmp(e->to, p->destination) == 0;
}

static void add(struct points *p, double x, double y)
{
	p->x[p->count] = x;
	p->y[p->count++] = y;
}

/* Of edges without a number in the table the last one's series is taken. */
static size_t series_of(const struct input_sample *s)
{
	if (isnan(s->latency_us))
		return UNSHOWN;
	return s->edge > 0 && s->edge <= EDGES_MAX ? s->edge - 1 : EDGES_MAX - 1;
}

static void add_event(struct panel *p, const struct switch_event *e, double top)
{
	p->switches++;
	for (size_t i = 0; i < e->inputs.count; i++) {
		const struct input_sample *s = &e->inputs.sample[i];
		double x = (double)s->from_switch_ns / 1e3,
		       y = isnan(s->latency_us) ? top : s->latency_us;

		add(&p->of[series_of(s)], x, y);
		if (s->resent)
			add(&p->of[RESENT], x, y);
	}
}

/* A line over the 2 s before and one over those after */
static void add_medians(struct panel *p)
{
	for (int after = 0; after < 2; after++) {
		double median = ascending_at(p->latency[after], p->latency_count[after], 0.5);

		if (isnan(median))
			continue;
		add(&p->of[MEDIAN], after ? 1 : -around_us, median);
		add(&p->of[MEDIAN], after ? around_us : -1, median);
	}
}

/* When the stage began, from the switch: the median of the switches; NAN: not told */
static double stage_begins(const struct panel *p, const struct report *r, int stage,
			   double *scratch)
{
	size_t n = 0;

	for (size_t i = 0; i < r->event_count; i++) {
		const struct app_result *a = &r->event[i].app;

		if (is_of(p, &r->event[i]) && a->stage_ns[stage] && a->t0_ns)
			scratch[n++] = (double)(int64_t)(a->stage_ns[stage] - a->t0_ns) / 1e3;
	}
	ascending_sort(scratch, n);
	return ascending_at(scratch, n, 0.5);
}

/* Those that lie within what is drawn. The fifth begins with the wait for alike pictures, and what
 * is drawn is the switch itself. */
static int add_markers(struct panel *p, const struct report *r)
{
	double *scratch = calloc(r->event_count + 1, sizeof *scratch);

	if (!scratch)
		return -ENOMEM;
	for (int i = 0; i < APP_STAGES; i++) {
		double at = i == SWITCH_STAGE ? 0 : stage_begins(p, r, i, scratch);

		if (at >= -around_us && at <= around_us)
			p->marker[p->marker_count++] = (struct plot_marker){at, stage_numbers[i]};
	}
	free(scratch);
	return 0;
}

static void add_series(struct panel *p, int which, enum plot_kind kind, unsigned colour)
{
	const struct points *of = &p->of[which];

	if (of->count)
		p->series[p->series_count++] = (struct plot_series){.name = p->name[which],
								    .kind = kind,
								    .x = of->x,
								    .y = of->y,
								    .count = of->count,
								    .colour = colour,
								    .dashed = which == MEDIAN};
}

static void name_series(struct panel *p, const struct report *r)
{
	char edge[64];

	for (uint32_t i = 0; i < EDGES_MAX; i++)
		snprintf(p->name[i], sizeof p->name[i], "first shown by %s",
			 report_edge_name(r, i + 1, edge, sizeof edge));
	snprintf(p->name[UNSHOWN], sizeof p->name[0], "not shown");
	snprintf(p->name[RESENT], sizeof p->name[0], "under way at the switch, sent again: %zu",
		 p->of[RESENT].count);
	snprintf(p->name[MEDIAN], sizeof p->name[0], "median of the 2 s before, and after");
	for (int i = 0; i < EDGES_MAX; i++)
		add_series(p, i, PLOT_DOTS, 2 * (unsigned)i);
	add_series(p, UNSHOWN, PLOT_CROSSES, 6);
	add_series(p, RESENT, PLOT_RINGS, 6);
	add_series(p, MEDIAN, PLOT_CURVE, 4);
}

static void describe(struct panel *p, const struct report *r)
{
	char text[2][16];

	for (int after = 0; after < 2; after++) {
		report_time_text(ascending_at(p->latency[after], p->latency_count[after], 0.5),
				 text[after], sizeof text[after]);
		snprintf(p->cdf_name[after], sizeof p->cdf_name[after],
			 "to %.20s, %s: median %s of %zu", p->destination,
			 after ? "after" : "before", text[after], p->latency_count[after]);
	}
	snprintf(p->title, sizeof p->title, "Input to display across the switch of %s to %s",
		 r->app, p->destination);
	snprintf(p->subtitle, sizeof p->subtitle,
		 "%zu switch%s; median %s before, %s after; %s, %s", p->switches,
		 p->switches == 1 ? "" : "es", text[0], text[1], r->topology, r->machine);
}

static int make_room(struct panel *p, size_t inputs)
{
	for (int i = 0; i < SERIES; i++) {
		p->of[i].x = calloc(inputs + 4, sizeof *p->of[i].x);
		p->of[i].y = calloc(inputs + 4, sizeof *p->of[i].y);
		if (!p->of[i].x || !p->of[i].y)
			return -ENOMEM;
	}
	return 0;
}

static double longest(const struct panel *p)
{
	double before = ascending_at(p->latency[0], p->latency_count[0], 1),
	       after = ascending_at(p->latency[1], p->latency_count[1], 1);

	return fmax(1, fmax(before, after)); /* NAN is smaller than all */
}

static int fill(struct panel *p, const struct report *r, size_t inputs)
{
	int status = make_room(p, inputs);

	for (int after = 0; after < 2 && status == 0; after++) {
		p->latency[after] = report_input_values(r, SIZE_MAX, p->destination, after,
							&p->latency_count[after]);
		status = p->latency[after] ? 0 : -ENOMEM;
	}
	if (status < 0)
		return status;
	for (size_t i = 0; i < r->event_count; i++)
		if (is_of(p, &r->event[i]))
			add_event(p, &r->event[i], longest(p) * 1.1);
	add_medians(p);
	describe(p, r);
	name_series(p, r);
	return add_markers(p, r);
}

static void done(struct panel *p)
{
	for (int i = 0; i < SERIES; i++) {
		free(p->of[i].x);
		free(p->of[i].y);
	}
	free(p->latency[0]);
	free(p->latency[1]);
}

/* ---- all of them ---- */

static size_t find_destinations(const struct report *r, struct panel *panel)
{
	size_t n = 0, k;

	for (size_t i = 0; i < r->event_count; i++) {
		for (k = 0; k < n && !is_of(&panel[k], &r->event[i]); k++)
			;
		if (k == n && n < DESTINATIONS_MAX && r->event[i].inputs.count)
			panel[n++].destination = r->event[i].to;
	}
	return n;
}

/* What the lines are called stands above what is drawn. */
static struct plot plot_of(const struct panel *p)
{
	return (struct plot){.title = p->title,
			     .subtitle = p->subtitle,
			     .x = {"made, from the switch", PLOT_LINEAR, PLOT_MICROSECONDS,
				   -around_us, around_us},
			     .y = {"until it is on the screen", PLOT_LINEAR, PLOT_MICROSECONDS, 0,
				   longest(p) * 1.4},
			     .series = p->series,
			     .series_count = p->series_count,
			     .marker = p->marker,
			     .marker_count = p->marker_count,
			     .height = 260};
}

static int draw(const struct panel *panel, size_t count, FILE *out)
{
	struct plot plots[DESTINATIONS_MAX + 1];
	struct plot_series cdf[2 * DESTINATIONS_MAX] = {0};

	for (size_t i = 0; i < count; i++) {
		plots[i] = plot_of(&panel[i]);
		for (unsigned after = 0; after < 2; after++)
			cdf[2 * i + after] =
				(struct plot_series){.name = panel[i].cdf_name[after],
						     .kind = PLOT_CDF,
						     .x = panel[i].latency[after],
						     .y = panel[i].latency[after],
						     .count = panel[i].latency_count[after],
						     .colour = 2 * (unsigned)i,
						     .dashed = !after};
	}
	plots[count] = (struct plot){
		.title = "Before and after",
		.subtitle = "from the input to the first picture on the screen that has it",
		.x = {"until it is on the screen", PLOT_LINEAR, PLOT_MICROSECONDS, 0, NAN},
		.y = {"share of inputs", PLOT_LINEAR, PLOT_SHARE, 0, 1},
		.series = cdf,
		.series_count = 2 * count,
		.height = 220};
	return plot_svg(plots, count + 1, out);
}

int report_inputs_svg(const struct report *r, FILE *out)
{
	struct panel *panel = calloc(DESTINATIONS_MAX, sizeof *panel);
	size_t count = panel ? find_destinations(r, panel) : 0, inputs = 0;
	int status = panel ? 0 : -ENOMEM;

	for (size_t i = 0; i < r->event_count; i++)
		inputs += r->event[i].inputs.count;
	for (size_t i = 0; i < count && status == 0; i++)
		status = fill(&panel[i], r, inputs);
	if (status == 0)
		status = draw(panel, count, out);
	for (size_t i = 0; i < count; i++)
		done(&panel[i]);
	free(panel);
	return status;
}
