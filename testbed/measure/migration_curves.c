// SPDX-License-Identifier: Apache-2.0
/* What `measure migration` found, as curves: waits over time, what is written between rounds, and
 * totals over what differs between several measurements. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/migration.h"
#include "testbed/measure/migration_draw.h"
#include "testbed/plot/plot.h"

enum { NAME_SIZE = 96, LINES_MAX = 12, POINTS_MAX = 64, PANELS = 4, EDGES = 4, HEIGHT = 200 };

static const double MB = 1 << 20; /* as topologies have it */

double migration_link_bps(const json_t *document)
{
	const json_t *link = json_array_get(json_object_get(document, "link"), 0);
	double asked = migration_number(link, "asked_bps");

	return isnan(asked) ? migration_number(link, "measured_bps") : asked;
}

static size_t add_text(char *buf, size_t size, size_t len, const char *format, double value)
{
	int n = isnan(value) || len >= size ? 0 : snprintf(buf + len, size - len, format, value);

	return len + (n > 0 ? (size_t)n : 0);
}

/* "compress gzip, rounds 3" */
static void add_process(const json_t *document, char *buf, size_t size)
{
	json_t *process = json_object_get(document, "process"), *value;
	const char *name;

	json_object_foreach(process, name, value)
	{
		size_t len = strlen(buf);

		if (len + 1 >= size)
			return;
		if (json_is_integer(value))
			snprintf(buf + len, size - len, ", %s %lld", name,
				 (long long)json_integer_value(value));
		else if (json_is_string(value))
			snprintf(buf + len, size - len, ", %s %s", name, json_string_value(value));
	}
}

void migration_name(const json_t *document, const char *strategy, char *buf, size_t size)
{
	size_t len = (size_t)snprintf(buf, size, "%s", strategy);

	len = add_text(buf, size, len, ", %.3g Mbit/s", migration_link_bps(document) / 1e6);
	add_text(buf, size, len, ", %.3g MB", migration_number(document, "model.heap") / MB);
	add_process(document, buf, size);
}

/* ---- waits ---- */

struct waits {
	double *x, *y; /* [edge][row] */
	size_t count[EDGES], room;
	const char *edge[EDGES];
	struct plot_marker *marker;
	size_t marker_count;
};

static void add_wait(struct waits *w, const json_t *row)
{
	const char *edge = json_string_value(json_array_get(row, 2));
	double ms = json_number_value(json_array_get(row, 0)),
	       wait = json_number_value(json_array_get(row, 1));
	size_t e = 0, at;

	while (e < EDGES && w->edge[e] && edge && strcmp(w->edge[e], edge) != 0)
		e++;
	if (e == EDGES || !edge)
		return;
	w->edge[e] = edge;
	at = e * w->room + w->count[e]++;
	w->x[at] = ms * 1e3;
	w->y[at] = wait * 1e3;
}

static void add_markers(struct waits *w, const json_t *document)
{
	const json_t *samples = json_object_get(document, "samples"), *sample;
	double began = migration_number(document, "began_ns");
	size_t i;

	json_array_foreach(samples, i, sample)
	{
		double at = migration_number(sample, "stamps.created_ns");

		if (!isnan(at) && !isnan(began) && json_array_size(samples) <= 12)
			w->marker[w->marker_count++] =
				(struct plot_marker){(at - began) / 1e3, i ? "" : "asked for"};
	}
}

static int draw_waits(const struct waits *w, FILE *out)
{
	struct plot_series series[EDGES];
	size_t n = 0;

	for (size_t e = 0; e < EDGES && w->edge[e]; e++)
		series[n++] = (struct plot_series){.name = w->edge[e],
						   .kind = PLOT_POINTS,
						   .x = w->x + e * w->room,
						   .y = w->y + e * w->room,
						   .count = w->count[e],
						   .colour = (unsigned)e * 2};
	return plot_svg(&(struct plot){.title = "Every request's wait for its answer",
				       .subtitle = "by the edge that answered",
				       .x = {"made, from the beginning", PLOT_LINEAR,
					     PLOT_MICROSECONDS, NAN, NAN},
				       .y = {"wait", PLOT_LOG, PLOT_MICROSECONDS, NAN, NAN},
				       .series = series,
				       .series_count = n,
				       .marker = w->marker,
				       .marker_count = w->marker_count},
			1, out);
}

int migration_waits_svg(const json_t *documents, FILE *out)
{
	const json_t *document = json_array_get(documents, 0),
		     *rows = json_object_get(document, "waits"), *row;
	struct waits w = {.room = json_array_size(rows) + 1};
	size_t i;
	int r = -ENOMEM;

	w.x = calloc(w.room * EDGES, sizeof *w.x);
	w.y = calloc(w.room * EDGES, sizeof *w.y);
	w.marker =
		calloc(json_array_size(json_object_get(document, "samples")) + 1, sizeof *w.marker);
	if (w.x && w.y && w.marker) {
		json_array_foreach(rows, i, row) add_wait(&w, row);
		add_markers(&w, document);
		r = draw_waits(&w, out);
	}
	free(w.x);
	free(w.y);
	free(w.marker);
	return r;
}

/* ---- lines of several measurements ---- */

struct line {
	char name[NAME_SIZE];
	double x[POINTS_MAX], y[PANELS][POINTS_MAX];
	size_t times[POINTS_MAX]; /* measurements behind a point */
	size_t count;
};

struct lines {
	struct line line[LINES_MAX];
	size_t count;
};

static struct line *line_named(struct lines *l, const char *name)
{
	size_t i = 0;

	while (i < l->count && strcmp(l->line[i].name, name) != 0)
		i++;
	if (i == LINES_MAX)
		return NULL;
	if (i == l->count) {
		l->count++;
		snprintf(l->line[i].name, NAME_SIZE, "%s", name);
	}
	return &l->line[i];
}

/* Several of the same are one point: their mean. In order of x. */
static void add_point(struct line *line, double x, const double y[PANELS])
{
	size_t i = 0;

	while (i < line->count && line->x[i] < x)
		i++;
	if (i == line->count || line->x[i] != x) {
		if (line->count == POINTS_MAX)
			return;
		for (size_t k = line->count++; k > i; k--) {
			line->x[k] = line->x[k - 1];
			line->times[k] = line->times[k - 1];
			for (int p = 0; p < PANELS; p++)
				line->y[p][k] = line->y[p][k - 1];
		}
		line->x[i] = x;
		line->times[i] = 0;
	}
	line->times[i]++;
	for (int p = 0; p < PANELS; p++)
		line->y[p][i] =
			line->times[i] == 1
				? y[p]
				: line->y[p][i] + (y[p] - line->y[p][i]) / (double)line->times[i];
}

/* Dark ones first, then the light ones of the pairs */
static unsigned colour_of(size_t line)
{
	return (unsigned)(line * 2 + line * 2 / PLOT_COLOURS) % PLOT_COLOURS;
}

static void draw_lines(const struct lines *l, int panel, struct plot_series series[LINES_MAX])
{
	for (size_t i = 0; i < l->count; i++)
		series[i] = (struct plot_series){.name = l->line[i].name,
						 .kind = PLOT_LINE,
						 .x = l->line[i].x,
						 .y = l->line[i].y[panel],
						 .count = l->line[i].count,
						 .colour = colour_of(i)};
}

/* ---- over what differs ---- */

static const struct {
	const char *title, *path;
	double scale;
} knobs[] = {{"link between the edges, Mbit/s", NULL, 1e-6},
	     {"heap, MB", "model.heap", 1.0 / (1 << 20)},
	     {"application layer, MB", "model.application", 1.0 / (1 << 20)}};

enum { KNOBS = sizeof knobs / sizeof knobs[0] };

static double knob_of(const json_t *document, size_t knob)
{
	double value = knobs[knob].path ? migration_number(document, knobs[knob].path)
					: migration_link_bps(document);

	return value * knobs[knob].scale;
}

static size_t distinct(const json_t *documents, size_t knob)
{
	double seen[POINTS_MAX];
	const json_t *document;
	size_t i, n = 0;

	json_array_foreach(documents, i, document)
	{
		double value = knob_of(document, knob);
		size_t k = 0;

		while (k < n && seen[k] != value)
			k++;
		if (k == n && n < POINTS_MAX && !isnan(value))
			seen[n++] = value;
	}
	return n;
}

/* That which has the most values */
static size_t choose_knob(const json_t *documents)
{
	size_t best = 0;

	for (size_t k = 1; k < KNOBS; k++)
		if (distinct(documents, k) > distinct(documents, best))
			best = k;
	return best;
}

static const struct {
	const char *title, *axis, *path;
	enum plot_unit unit;
	double scale;
} panels[PANELS] = {
	{"Total migration time", "from the request until open", "total_us", PLOT_MICROSECONDS, 1},
	{"Interruption", "longest wait for an answer", "interruption_us", PLOT_MICROSECONDS, 1},
	{"Dump and copy with the gate closed", "T_chkp + T_copy", "t_chkp_copy_us",
	 PLOT_MICROSECONDS, 1},
	{"Bytes from edge to edge", "MB", "bytes.total", PLOT_NUMBER, 1e-6}};

static void add_document(struct lines *l, const json_t *document, size_t knob)
{
	const json_t *strategies = json_object_get(document, "strategies"), *strategy;
	double x = knob_of(document, knob), y[PANELS];
	char name[NAME_SIZE];
	size_t i;

	json_array_foreach(strategies, i, strategy)
	{
		const char *s = json_string_value(strategy);
		struct line *line;

		if (!s || isnan(x))
			continue;
		snprintf(name, sizeof name, "%s", s);
		add_process(document, name, sizeof name);
		line = line_named(l, name);
		for (int p = 0; p < PANELS; p++)
			y[p] = migration_median(document, s, panels[p].path) * panels[p].scale;
		if (line)
			add_point(line, x, y);
	}
}

int migration_curves_svg(const json_t *documents, FILE *out)
{
	struct plot_series series[PANELS][LINES_MAX];
	struct lines *l = calloc(1, sizeof *l);
	size_t knob = choose_knob(documents), i;
	struct plot plot[PANELS];
	const json_t *document;
	int r;

	if (!l)
		return -ENOMEM;
	json_array_foreach(documents, i, document) add_document(l, document, knob);
	for (int p = 0; p < PANELS; p++) {
		draw_lines(l, p, series[p]);
		plot[p] = (struct plot){.title = panels[p].title,
					.subtitle = p ? NULL : "medians of each measurement",
					.x = {knobs[knob].title, PLOT_LINEAR, PLOT_NUMBER, 0, NAN},
					.y = {panels[p].axis, PLOT_LINEAR, panels[p].unit, 0, NAN},
					.series = series[p],
					.series_count = l->count,
					.height = HEIGHT};
	}
	r = plot_svg(plot, PANELS, out);
	free(l);
	return r;
}

/* ---- rounds ---- */

/* Of the first migration of each strategy: the rate at which memory is written, over the link's */
static void add_rounds(struct lines *l, const json_t *document)
{
	const json_t *samples = json_object_get(document, "samples"), *sample, *round;
	size_t i, k;

	json_array_foreach(samples, i, sample)
	{
		const char *strategy = json_string_value(json_object_get(sample, "strategy"));
		const json_t *rounds = json_object_get(sample, "rounds");
		char name[NAME_SIZE];
		struct line *line;

		if (!strategy || !json_array_size(rounds))
			continue;
		migration_name(document, strategy, name, sizeof name);
		line = line_named(l, name);
		if (!line || line->count)
			continue;
		json_array_foreach(rounds, k, round)
		{
			double y[PANELS] = {migration_number(round, "to_link"),
					    migration_number(round, "wire_to_link"), NAN, NAN};

			add_point(line, (double)k + 1, y);
		}
	}
}

int migration_rounds_svg(const json_t *documents, FILE *out)
{
	static const char *const titles[] = {"Memory written between rounds, over the link's rate",
					     "The same as it was sent (compressed)"};
	static const double ends[] = {1, 10}, ones[] = {1, 1};
	struct plot_series series[2][LINES_MAX + 1];
	struct lines *l = calloc(1, sizeof *l);
	const json_t *document;
	struct plot plot[2];
	size_t i;
	int r;

	if (!l)
		return -ENOMEM;
	json_array_foreach(documents, i, document) add_rounds(l, document);
	for (int p = 0; p < 2; p++) {
		draw_lines(l, p, series[p]);
		series[p][l->count] = (struct plot_series){.name = "the link's rate",
							   .kind = PLOT_CURVE,
							   .x = ends,
							   .y = ones,
							   .count = 2,
							   .colour = 6,
							   .dashed = true};
		plot[p] = (struct plot){
			.title = titles[p],
			.subtitle = p ? NULL : "above 1 rounds never end",
			.x = {"round", PLOT_LINEAR, PLOT_NUMBER, NAN, NAN},
			.y = {"times the link's rate", PLOT_LOG, PLOT_NUMBER, NAN, NAN},
			.series = series[p],
			.series_count = l->count + 1,
			.height = HEIGHT};
	}
	r = plot_svg(plot, 2, out);
	free(l);
	return r;
}
