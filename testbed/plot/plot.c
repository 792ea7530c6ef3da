// SPDX-License-Identifier: Apache-2.0
/* Panels: axes, what is drawn between them, and the legend. */
#include "testbed/plot/plot.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "testbed/plot/plot_internal.h"

enum {
	HEIGHT = 300,
	HEAD = 34,
	SUBTITLE = 21,
	AXIS = 56,
	LEGEND_LINE = 20,
	GAP = 18,
	LEGEND_COLUMNS = 2
};

/* A panel that has found its place */
struct panel {
	const struct plot *plot;
	struct plot_range x, y;
	double top, bottom;
};

static double x_of(const struct panel *p, double value)
{
	return PLOT_LEFT + plot_share(&p->x, value) * (PLOT_WIDTH - PLOT_LEFT - PLOT_RIGHT);
}

static double y_of(const struct panel *p, double value)
{
	return p->bottom - plot_share(&p->y, value) * (p->bottom - p->top);
}

/* ---- the data's extent ---- */

struct extent {
	double smallest, largest;
};

static void extend(struct extent *e, enum plot_scale scale, double value)
{
	if (!isfinite(value) || (scale == PLOT_LOG && value <= 0))
		return;
	e->smallest = fmin(e->smallest, value);
	e->largest = fmax(e->largest, value);
}

static void measure(struct panel *p)
{
	const struct plot *plot = p->plot;
	struct extent x = {INFINITY, -INFINITY}, y = x;

	for (size_t s = 0; s < plot->series_count; s++) {
		const struct plot_series *series = &plot->series[s];

		for (size_t i = 0; i < series->count; i++) {
			extend(&x, plot->x.scale, series->x[i]);
			extend(&y, plot->y.scale, series->kind == PLOT_CDF ? 1 : series->y[i]);
			if (series->y_low)
				extend(&y, plot->y.scale, series->y_low[i]);
			if (series->y_high)
				extend(&y, plot->y.scale, series->y_high[i]);
		}
	}
	p->x = plot_range_of(&plot->x, x.smallest, x.largest);
	p->y = plot_range_of(&plot->y, y.smallest, y.largest);
}

/* ---- axes ---- */

static void draw_x_axis(const struct panel *p, FILE *out)
{
	struct plot_tick ticks[PLOT_TICKS_MAX];
	size_t count = plot_ticks(&p->x, ticks);
	char label[32];

	for (size_t i = 0; i < count; i++) {
		double x = x_of(p, ticks[i].value);

		fprintf(out, "<path d='M%.1f %.1f V%.1f' stroke='%s'/>\n", x, p->top, p->bottom,
			ticks[i].labelled ? "#d4d4d4" : "#eeeeee");
		if (!ticks[i].labelled)
			continue;
		plot_number(p->plot->x.unit, ticks[i].value, label, sizeof label);
		plot_at(out, x, p->bottom + 20, "middle", label);
	}
	if (p->plot->x.title)
		plot_at(out, (PLOT_WIDTH + PLOT_LEFT - PLOT_RIGHT) / 2.0, p->bottom + 42, "middle",
			p->plot->x.title);
}

static void draw_y_axis(const struct panel *p, FILE *out)
{
	struct plot_tick ticks[PLOT_TICKS_MAX];
	size_t count = plot_ticks(&p->y, ticks);
	char label[32];

	for (size_t i = 0; i < count; i++) {
		double y = y_of(p, ticks[i].value);

		fprintf(out, "<path d='M%d %.1f H%d' stroke='%s'/>\n", PLOT_LEFT, y,
			PLOT_WIDTH - PLOT_RIGHT, ticks[i].labelled ? "#d4d4d4" : "#eeeeee");
		if (!ticks[i].labelled)
			continue;
		plot_number(p->plot->y.unit, ticks[i].value, label, sizeof label);
		plot_at(out, PLOT_LEFT - 8, y + 4, "end", label);
	}
	if (!p->plot->y.title)
		return;
	fprintf(out, "<text transform='translate(18 %.1f) rotate(-90)' text-anchor='middle'>",
		(p->top + p->bottom) / 2);
	plot_text(out, p->plot->y.title);
	fprintf(out, "</text>\n");
}

static void draw_markers(const struct panel *p, FILE *out)
{
	for (size_t i = 0; i < p->plot->marker_count; i++) {
		const struct plot_marker *m = &p->plot->marker[i];
		double x = x_of(p, m->x), y = p->top + 14 + 15 * (double)(i % 4);
		bool left = x > PLOT_WIDTH * 0.8;

		fprintf(out,
			"<path d='M%.1f %.1f V%.1f' stroke='#555555' stroke-width='1.5' "
			"stroke-dasharray='5 3'/>\n<g fill='#333333' "
			"font-size='12' stroke='white' stroke-width='4' paint-order='stroke'>",
			x, p->top, p->bottom);
		plot_at(out, left ? x - 5 : x + 5, y, left ? "end" : "start", m->label);
		fprintf(out, "</g>\n");
	}
}

/* ---- series ---- */

static const char *colour_of(const struct plot_series *s)
{
	return plot_colour[s->colour % PLOT_COLOURS];
}

static bool is_there(const struct plot_series *s, size_t i)
{
	return isfinite(s->x[i]) && isfinite(s->y[i]);
}

static void draw_line(const struct panel *p, const struct plot_series *s, FILE *out)
{
	bool begun = false;

	fprintf(out, "<path fill='none' stroke='%s' stroke-width='2.2'%s d='", colour_of(s),
		s->dashed ? " stroke-dasharray='7 4'" : "");
	for (size_t i = 0; i < s->count; i++) {
		if (!is_there(s, i))
			continue;
		fprintf(out, "%c%.1f %.1f", begun ? 'L' : 'M', x_of(p, s->x[i]), y_of(p, s->y[i]));
		begun = true;
	}
	fprintf(out, "'/>\n");
}

static void draw_dots(const struct panel *p, const struct plot_series *s, double radius, FILE *out)
{
	fprintf(out, "<g fill='%s'%s>\n", colour_of(s), radius < 3 ? " fill-opacity='0.65'" : "");
	for (size_t i = 0; i < s->count; i++)
		if (is_there(s, i))
			fprintf(out, "<circle cx='%.1f' cy='%.1f' r='%.1f'/>\n", x_of(p, s->x[i]),
				y_of(p, s->y[i]), radius);
	fprintf(out, "</g>\n");
}

static void draw_crosses(const struct panel *p, const struct plot_series *s, FILE *out)
{
	fprintf(out, "<path fill='none' stroke='%s' stroke-width='1.6' d='", colour_of(s));
	for (size_t i = 0; i < s->count; i++)
		if (is_there(s, i))
			fprintf(out, "M%.1f %.1fl6 6m0 -6l-6 6", x_of(p, s->x[i]) - 3,
				y_of(p, s->y[i]) - 3);
	fprintf(out, "'/>\n");
}

static void draw_rings(const struct panel *p, const struct plot_series *s, FILE *out)
{
	fprintf(out, "<g fill='none' stroke='%s' stroke-width='1.4'>\n", colour_of(s));
	for (size_t i = 0; i < s->count; i++)
		if (is_there(s, i))
			fprintf(out, "<circle cx='%.1f' cy='%.1f' r='5.5'/>\n", x_of(p, s->x[i]),
				y_of(p, s->y[i]));
	fprintf(out, "</g>\n");
}

static void draw_error_bars(const struct panel *p, const struct plot_series *s, FILE *out)
{
	if (!s->y_low || !s->y_high)
		return;
	fprintf(out, "<path fill='none' stroke='%s' stroke-width='1.4' d='", colour_of(s));
	for (size_t i = 0; i < s->count; i++) {
		double x = x_of(p, s->x[i]);

		if (is_there(s, i) && isfinite(s->y_low[i]) && isfinite(s->y_high[i]))
			fprintf(out, "M%.1f %.1fh10m-5 0V%.1fm-5 0h10", x - 5, y_of(p, s->y_low[i]),
				y_of(p, s->y_high[i]));
	}
	fprintf(out, "'/>\n");
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* A dot at the largest value: what lies there is easily missed on the frame. */
static int draw_distribution(const struct panel *p, const struct plot_series *s, FILE *out)
{
	double *sorted = malloc((s->count + 1) * sizeof *sorted);
	size_t n = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < s->count; i++)
		if (isfinite(s->x[i]))
			sorted[n++] = s->x[i];
	qsort(sorted, n, sizeof *sorted, by_value);
	if (n) {
		fprintf(out, "<path fill='none' stroke='%s' stroke-width='2.2'%s d='M%.1f %.1f",
			colour_of(s), s->dashed ? " stroke-dasharray='7 4'" : "",
			x_of(p, sorted[0]), y_of(p, 0));
		for (size_t i = 0; i < n; i++)
			fprintf(out, "H%.1fV%.1f", x_of(p, sorted[i]),
				y_of(p, (double)(i + 1) / (double)n));
		fprintf(out, "'/>\n<circle cx='%.1f' cy='%.1f' r='4' fill='%s'/>\n",
			x_of(p, sorted[n - 1]), y_of(p, 1), colour_of(s));
	}
	free(sorted);
	return 0;
}

static int draw_series(const struct panel *p, const struct plot_series *s, FILE *out)
{
	switch (s->kind) {
	case PLOT_LINE:
		draw_error_bars(p, s, out);
		draw_line(p, s, out);
		draw_dots(p, s, 3.2, out);
		return 0;
	case PLOT_CURVE:
		draw_line(p, s, out);
		return 0;
	case PLOT_POINTS:
		draw_error_bars(p, s, out);
		draw_dots(p, s, 1.8, out);
		return 0;
	case PLOT_DOTS:
		draw_dots(p, s, 3, out);
		return 0;
	case PLOT_CROSSES:
		draw_crosses(p, s, out);
		return 0;
	case PLOT_RINGS:
		draw_rings(p, s, out);
		return 0;
	case PLOT_CDF:
		return draw_distribution(p, s, out);
	}
	return -EINVAL;
}

/* ---- the legend ---- */

static size_t legend_entries(const struct plot *plot)
{
	size_t n = 0;

	for (size_t s = 0; s < plot->series_count; s++)
		n += plot->series[s].name != NULL;
	return n;
}

static int legend_height(const struct plot *plot)
{
	return (int)((legend_entries(plot) + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS) * LEGEND_LINE;
}

static void draw_key(const struct plot_series *s, double x, double y, FILE *out)
{
	if (s->kind == PLOT_POINTS || s->kind == PLOT_DOTS)
		fprintf(out, "<circle cx='%.1f' cy='%.1f' r='3' fill='%s'/>\n", x + 14, y - 4,
			colour_of(s));
	else if (s->kind == PLOT_CROSSES)
		fprintf(out,
			"<path fill='none' stroke='%s' stroke-width='1.6' d='M%.1f %.1fl6 6m0 "
			"-6l-6 6'/>\n",
			colour_of(s), x + 11, y - 7);
	else if (s->kind == PLOT_RINGS)
		fprintf(out,
			"<circle fill='none' stroke='%s' stroke-width='1.4' cx='%.1f' cy='%.1f' "
			"r='5.5'/>\n",
			colour_of(s), x + 14, y - 4);
	else
		fprintf(out, "<path d='M%.1f %.1fh28' stroke='%s' stroke-width='2.2'%s/>\n", x,
			y - 4, colour_of(s), s->dashed ? " stroke-dasharray='7 4'" : "");
}

static void draw_legend(const struct panel *p, FILE *out)
{
	size_t n = 0;

	for (size_t s = 0; s < p->plot->series_count; s++) {
		const struct plot_series *series = &p->plot->series[s];
		double x = PLOT_LEFT + (double)(n % LEGEND_COLUMNS) *
					       (PLOT_WIDTH - PLOT_LEFT - PLOT_RIGHT) /
					       LEGEND_COLUMNS;
		double y = p->bottom + AXIS + (double)(n / LEGEND_COLUMNS) * LEGEND_LINE + 6;

		if (!series->name)
			continue;
		draw_key(series, x, y, out);
		plot_at(out, x + 36, y, "start", series->name);
		n++;
	}
}

/* ---- all of it ---- */

static int head_height(const struct plot *plot)
{
	return (plot->title ? HEAD : 12) + (plot->subtitle ? SUBTITLE : 0) + 10;
}

static int area_height(const struct plot *plot)
{
	return plot->height > 0 ? plot->height : HEIGHT;
}

static int panel_height(const struct plot *plot)
{
	return head_height(plot) + area_height(plot) + AXIS + legend_height(plot) + GAP;
}

static int draw_panel(const struct plot *plot, int top, FILE *out)
{
	struct panel p = {.plot = plot, .top = top + head_height(plot)};
	int rc = 0;

	p.bottom = p.top + area_height(plot);
	measure(&p);
	plot_heading(out, top + 28, plot->title, plot->subtitle);
	draw_x_axis(&p, out);
	draw_y_axis(&p, out);
	for (size_t s = 0; s < plot->series_count && rc == 0; s++)
		rc = draw_series(&p, &plot->series[s], out);
	draw_markers(&p, out);
	draw_legend(&p, out);
	return rc;
}

int plot_svg(const struct plot *panels, size_t count, FILE *out)
{
	int height = 0, top = 0, rc = 0;

	for (size_t i = 0; i < count; i++)
		height += panel_height(&panels[i]);
	plot_begin(out, height);
	for (size_t i = 0; i < count && rc == 0; i++) {
		rc = draw_panel(&panels[i], top, out);
		top += panel_height(&panels[i]);
	}
	fprintf(out, "</svg>\n");
	return rc;
}
