// SPDX-License-Identifier: Apache-2.0
/* The report as pictures of its course: the packets around a switch of each mode, and what a
 * migration's time goes into. */
#include <math.h>
#include <errno.h>
#include <stdlib.h>

#include "testbed/measure/report.h"
#include "testbed/plot/plot.h"

/* ---- packets around a switch ---- */

/* What was lost has no delay: crosses at the top tell. */
static double highest(const struct timelines *t)
{
	double most = 1;

	for (int d = 0; d < 2; d++)
		for (size_t i = 0; i < t->direction[d].count; i++)
			if (t->direction[d].delay_us[i] > most)
				most = t->direction[d].delay_us[i];
	return most;
}

static double *lost_of(const struct timeline *t, double at)
{
	double *y = malloc((t->count + 1) * sizeof *y);

	for (size_t i = 0; y && i < t->count; i++)
		y[i] = isnan(t->delay_us[i]) ? at : NAN;
	return y;
}

struct picture {
	struct plot plot;
	struct plot_series series[4];
	struct plot_marker marker[3];
	double *lost[2];
	char title[96];
};

static int fill_picture(const struct report *r, size_t mode, struct picture *p)
{
	static const char *const names[] = {"uplink", "downlink"}, *const lost[] = {
									   "lost, uplink",
									   "lost, downlink"};
	const struct timelines *t = &r->timelines[mode];
	const struct switch_event *e = &r->event[t->event];
	double top = highest(t) * 1.5;

	for (int d = 0; d < 2; d++) {
		const struct timeline *line = &t->direction[d];

		p->lost[d] = lost_of(line, d ? top / 1.2 : top);
		if (!p->lost[d])
			return -ENOMEM;
		p->series[d] = (struct plot_series){names[d],	    PLOT_POINTS, line->sent_us,
						    line->delay_us, NULL,	 NULL,
						    line->count,    d ? 2 : 0,	 false};
		p->series[2 + d] =
			(struct plot_series){lost[d], PLOT_CROSSES, line->sent_us, p->lost[d], NULL,
					     NULL,    line->count,  d ? 2 : 0,	   false};
	}
	p->marker[0] = (struct plot_marker){0, "T0"};
	p->marker[1] = (struct plot_marker){(double)(e->switched_ns - e->t0_ns) / 1e3, "switched"};
	p->marker[2] = (struct plot_marker){(double)(e->switched_ns + e->hold_ns - e->t0_ns) / 1e3,
					    "end of hold"};
	snprintf(p->title, sizeof p->title, "%s: packets around a switch", r->mode[mode].name);
	p->plot = (struct plot){.title = p->title,
				.subtitle = "the switch whose largest gap is the median",
				.x = {"sent, from T0", PLOT_LINEAR, PLOT_MICROSECONDS,
				      -WINDOW_LEAD_NS / 1e3, p->marker[2].x},
				.y = {"one-way delay", PLOT_LOG, PLOT_MICROSECONDS, NAN, NAN},
				.series = p->series,
				.series_count = 4,
				.marker = p->marker,
				.marker_count = 3,
				.height = 240};
	return 0;
}

int report_timeline_svg(const struct report *r, FILE *out)
{
	struct picture *picture = calloc(MODES_MAX, sizeof *picture);
	struct plot panels[MODES_MAX];
	size_t n = 0;
	int status = picture ? 0 : -ENOMEM;

	for (size_t m = 0; m < r->mode_count && r->timelines && status == 0; m++) {
		if (r->timelines[m].event == SIZE_MAX)
			continue;
		status = fill_picture(r, m, &picture[n]);
		panels[n] = picture[n].plot;
		n++;
	}
	if (status == 0)
		status = plot_svg(panels, n, out);
	for (size_t i = 0; picture && i < MODES_MAX; i++) {
		free(picture[i].lost[0]);
		free(picture[i].lost[1]);
	}
	free(picture);
	return status;
}

/* ---- phases ---- */

enum phase { BEFORE, SETUP, SWITCH, RELEASE, PHASES };

static const char *const phase_names[] = {"preparation", "PDU session set-up", "switch", "release"};

/* In microseconds. In break-before-make the set-up lies between T0 and the switch, else before T0.
 */
static double phase_of(const struct switch_event *e, enum phase phase)
{
	double setup = isnan(e->setup_us) ? 0 : e->setup_us,
	       before = (double)(int64_t)(e->t0_ns - e->created_ns) / 1e3;
	double change = (double)(int64_t)(e->switched_ns - e->t0_ns) / 1e3, total;
	bool inside = change >= setup && setup > before;

	switch (phase) {
	case BEFORE:
		return inside ? before : before - setup;
	case SETUP:
		return setup;
	case SWITCH:
		return inside ? change - setup : change;
	default:
		total = (double)(int64_t)(e->ended_ns - e->switched_ns) / 1e3 -
			(double)e->hold_ns / 1e3;
		return total > 0 ? total : 0;
	}
}

static double median_phase(const struct report *r, size_t mode, enum phase phase, double *values)
{
	size_t n = 0;

	for (size_t i = 0; i < r->event_count; i++)
		if (r->event[i].mode == mode && r->event[i].ok && r->event[i].created_ns &&
		    r->event[i].ended_ns)
			values[n++] = phase_of(&r->event[i], phase);
	return compute_summary(values, n).p50;
}

int report_phases_svg(const struct report *r, FILE *out)
{
	const char *names[MODES_MAX];
	double value[MODES_MAX * PHASES], *values = calloc(r->event_count + 1, sizeof *values);
	struct plot_bars bars = {
		.title = "What the time of a migration goes into",
		.subtitle = "medians of each phase, without the hold, which is asked for",
		.axis_title = "from the accepted request to the end, less the hold",
		.unit = PLOT_MICROSECONDS,
		.bar = names,
		.part = phase_names,
		.bar_count = r->mode_count,
		.part_count = PHASES,
		.value = value};
	int status;

	if (!values)
		return -ENOMEM;
	for (size_t m = 0; m < r->mode_count; m++) {
		names[m] = r->mode[m].name;
		for (int p = 0; p < PHASES; p++)
			value[m * PHASES + (size_t)p] = median_phase(r, m, (enum phase)p, values);
	}
	status = plot_bars_svg(&bars, out);
	free(values);
	return status;
}
