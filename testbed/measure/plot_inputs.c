// SPDX-License-Identifier: Apache-2.0
/*
 * How long after each of the player's inputs a picture was on the screen that has it, across the
 * switches: one plot over the time around the switch, all switches laid over one another, and the
 * distributions before and after.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "testbed/measure/report.h"
#include "testbed/plot/plot.h"

enum {
	EDGES = EDGES_MAX + 1, /* the last one: not shown */
	RESENT = EDGES,
	MEDIAN,
	SERIES,
	UNSHOWN = EDGES - 1,
	MARKERS = APP_STAGES,
	SWITCH_STAGE = 4, /* "v" */
};

static const char *const stage_numbers[APP_STAGES] = {"i", "ii", "iii", "iv", "switch", "vi"};

struct points {
	double *x, *y;
	size_t count;
};

struct picture {
	struct points of[SERIES];
	char name[SERIES][96], subtitle[2][400], title[160];
	struct plot_series series[SERIES + 1];
	size_t series_count;
	struct plot_marker marker[MARKERS];
	size_t marker_count;
	double *latency[2]; /* before, after; ascending */
	size_t latency_count[2];
	struct plot_series cdf[2];
	char cdf_name[2][96];
	size_t switches, resent;
};

static void add(struct points *p, double x, double y)
{
	p->x[p->count] = x;
	p->y[p->count++] = y;
}

static void add_event(struct picture *p, const struct switch_event *e, double top)
{
	p->switches += e->inputs.count > 0;
	for (size_t i = 0; i < e->inputs.count; i++) {
		const struct input_sample *s = &e->inputs.sample[i];
		double x = (double)s->from_switch_ns / 1e3,
		       y = isnan(s->latency_us) ? top : s->latency_us;
		size_t which = isnan(s->latency_us)		  ? UNSHOWN
			       : s->edge > 0 && s->edge < UNSHOWN ? s->edge - 1
								  : UNSHOWN - 1;

		add(&p->of[which], x, y);
		if (s->resent)
			add(&p->of[RESENT], x, y);
	}
	p->resent = p->of[RESENT].count;
}

static int make_room(struct picture *p, size_t inputs)
{
	for (int i = 0; i < SERIES; i++) {
		p->of[i].x = calloc(inputs + 4, sizeof *p->of[i].x);
		p->of[i].y = calloc(inputs + 4, sizeof *p->of[i].y);
		if (!p->of[i].x || !p->of[i].y)
			return -ENOMEM;
	}
	return 0;
}

/* A line over the 2 s before and one over those after; the point between ends the first */
static void add_medians(struct picture *p)
{
	const double around = (double)INPUTS_AROUND_NS / 1e3;

	for (int after = 0; after < 2; after++) {
		double median = ascending_at(p->latency[after], p->latency_count[after], 0.5);

		p->cdf[after].x = p->latency[after];
		p->cdf[after].y = p->latency[after];
		p->cdf[after].count = p->latency_count[after];
		if (isnan(median))
			continue;
		add(&p->of[MEDIAN], after ? 1 : -around, median);
		add(&p->of[MEDIAN], after ? around : -1, median);
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* When the stage began, from the switch: the median of the switches; NAN: not told */
static double stage_begins(const struct report *r, int stage, double *scratch)
{
	size_t n = 0;

	for (size_t i = 0; i < r->event_count; i++) {
		const struct app_result *a = &r->event[i].app;

		if (r->event[i].inputs.count && a->stage_ns[stage] && a->t0_ns)
			scratch[n++] = (double)(int64_t)(a->stage_ns[stage] - a->t0_ns) / 1e3;
	}
	qsort(scratch, n, sizeof *scratch, by_value);
	return n ? scratch[(n - 1) / 2] : NAN;
}

/* Those that lie within what is drawn. The fifth begins with the wait for alike pictures, and what
 * is drawn is the switch itself. */
static int add_markers(struct picture *p, const struct report *r)
{
	const double around = (double)INPUTS_AROUND_NS / 1e3;
	double *scratch = calloc(r->event_count + 1, sizeof *scratch);

	if (!scratch)
		return -ENOMEM;
	for (int i = 0; i < APP_STAGES; i++) {
		double at = i == SWITCH_STAGE ? 0 : stage_begins(r, i, scratch);

		if (at >= -around && at <= around)
			p->marker[p->marker_count++] = (struct plot_marker){at, stage_numbers[i]};
	}
	free(scratch);
	return 0;
}

static void add_series(struct picture *p, int which, enum plot_kind kind, unsigned colour)
{
	const struct points *of = &p->of[which];

	if (!of->count)
		return;
	p->series[p->series_count++] = (struct plot_series){
		p->name[which], kind, of->x, of->y, NULL, NULL, of->count, colour, which == MEDIAN};
}

static void name_series(struct picture *p, const struct report *r)
{
	char edge[64];

	for (uint32_t i = 0; i < UNSHOWN; i++)
		snprintf(p->name[i], sizeof p->name[i], "first shown in a picture of %s",
			 report_edge_name(r, i + 1, edge, sizeof edge));
	snprintf(p->name[UNSHOWN], sizeof p->name[0], "not shown");
	snprintf(p->name[RESENT], sizeof p->name[0],
		 "on its way at the switch: sent again on the new path (%zu)", p->resent);
	snprintf(p->name[MEDIAN], sizeof p->name[0], "median of the 2 s before, and after");
	for (uint32_t i = 0; i < UNSHOWN; i++)
		add_series(p, (int)i, PLOT_POINTS, 2 * i);
	add_series(p, UNSHOWN, PLOT_CROSSES, 6);
	add_series(p, RESENT, PLOT_RINGS, 6);
	add_series(p, MEDIAN, PLOT_LINE, 4);
}

static void describe(struct picture *p, const struct report *r)
{
	char text[2][16];

	for (int after = 0; after < 2; after++) {
		report_time_text(ascending_at(p->latency[after], p->latency_count[after], 0.5),
				 text[after], sizeof text[after]);
		snprintf(p->cdf_name[after], sizeof p->cdf_name[after],
			 "made in the 2 s %s the switch: %zu, median %s",
			 after ? "after" : "before", p->latency_count[after], text[after]);
		p->cdf[after] = (struct plot_series){.name = p->cdf_name[after],
						     .kind = PLOT_CDF,
						     .x = p->latency[after],
						     .y = p->latency[after],
						     .count = p->latency_count[after],
						     .colour = after ? 2 : 0,
						     .dashed = !after};
	}
	snprintf(p->title, sizeof p->title, "Input to display across the switch of %s", r->app);
	snprintf(p->subtitle[0], sizeof p->subtitle[0],
		 "%zu switches laid over one another; median %s before, %s after; %s, %s",
		 p->switches, text[0], text[1], r->topology, r->machine);
	snprintf(p->subtitle[1], sizeof p->subtitle[1],
		 "from the input to the first picture on the screen that has it");
}

static double longest(const struct picture *p)
{
	double most = 1;

	for (int after = 0; after < 2; after++)
		if (p->latency_count[after])
			most = fmax(most, p->latency[after][p->latency_count[after] - 1]);
	return most;
}

static int fill(struct picture *p, const struct report *r)
{
	size_t inputs = 0;
	int status;

	for (size_t i = 0; i < r->event_count; i++)
		inputs += r->event[i].inputs.count;
	status = make_room(p, inputs);
	for (int after = 0; after < 2 && status == 0; after++) {
		p->latency[after] =
			report_input_values(r, SIZE_MAX, after, &p->latency_count[after]);
		status = p->latency[after] ? 0 : -ENOMEM;
	}
	if (status < 0)
		return status;
	for (size_t i = 0; i < r->event_count; i++)
		add_event(p, &r->event[i], longest(p) * 1.1);
	describe(p, r);
	add_medians(p);
	name_series(p, r);
	return add_markers(p, r);
}

static void done(struct picture *p)
{
	for (int i = 0; i < SERIES; i++) {
		free(p->of[i].x);
		free(p->of[i].y);
	}
	free(p->latency[0]);
	free(p->latency[1]);
	free(p);
}

int report_inputs_svg(const struct report *r, FILE *out)
{
	const double around = (double)INPUTS_AROUND_NS / 1e3;
	struct picture *p = calloc(1, sizeof *p);
	int status = p ? fill(p, r) : -ENOMEM;

	if (status == 0) {
		struct plot panels[] = {
			{.title = p->title,
			 .subtitle = p->subtitle[0],
			 .x = {"made, from the switch", PLOT_LINEAR, PLOT_MICROSECONDS, -around,
			       around},
			 .y = {"until it is on the screen", PLOT_LINEAR, PLOT_MICROSECONDS, 0, NAN},
			 .series = p->series,
			 .series_count = p->series_count,
			 .marker = p->marker,
			 .marker_count = p->marker_count},
			{.title = "Before and after",
			 .subtitle = p->subtitle[1],
			 .x = {"until it is on the screen", PLOT_LINEAR, PLOT_MICROSECONDS, 0, NAN},
			 .y = {"share of inputs", PLOT_LINEAR, PLOT_SHARE, 0, 1},
			 .series = p->cdf,
			 .series_count = 2,
			 .height = 220}};

		status = plot_svg(panels, 2, out);
	}
	if (p)
		done(p);
	return status;
}
