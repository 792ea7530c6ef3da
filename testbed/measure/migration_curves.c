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

enum { LINES_MAX = 128, POINTS_MAX = 128, PANELS = 4, HEIGHT = 200 };

/* ---- waits ---- */

struct waits {
	double *x, *y; /* [edge][row] */
	size_t count[REQUEST_EDGES_MAX], room;
	const char *edge[REQUEST_EDGES_MAX];
	struct plot_marker *marker;
	size_t marker_count;
};

static void add_wait(struct waits *w, const json_t *row)
{
	const char *edge = json_string_value(json_array_get(row, 2));
	double ms = json_number_value(json_array_get(row, 0)),
	       wait = json_number_value(json_array_get(row, 1));
	size_t e = 0, at;

	while (e < REQUEST_EDGES_MAX && w->edge[e] && edge && strcmp(w->edge[e], edge) != 0)
		e++;
	if (e == REQUEST_EDGES_MAX || !edge)
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
	struct plot_series series[REQUEST_EDGES_MAX];
	size_t n = 0;

	for (size_t e = 0; e < REQUEST_EDGES_MAX && w->edge[e]; e++)
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

	w.x = calloc(w.room * REQUEST_EDGES_MAX, sizeof *w.x);
	w.y = calloc(w.room * REQUEST_EDGES_MAX, sizeof *w.y);
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
	char name[MIGRATION_LABEL_SIZE];
	double x[POINTS_MAX], y[PANELS][POINTS_MAX];
	size_t times[PANELS][POINTS_MAX]; /* measurements behind a point */
	size_t count;
};

struct lines {
	struct line line[LINES_MAX];
	size_t count, left_out;
};

static struct line *line_named(struct lines *l, const char *name)
{
	size_t i = 0;

	while (i < l->count && strcmp(l->line[i].name, name) != 0)
		i++;
	if (i == LINES_MAX) {
		l->left_out++;
		return NULL;
	}
	if (i == l->count) {
		l->count++;
		snprintf(l->line[i].name, sizeof l->line[i].name, "%s", name);
	}
	return &l->line[i];
}

static void insert_point(struct line *line, size_t at, double x)
{
	for (size_t k = line->count++; k > at; k--) {
		line->x[k] = line->x[k - 1];
		for (int p = 0; p < PANELS; p++) {
			line->times[p][k] = line->times[p][k - 1];
			line->y[p][k] = line->y[p][k - 1];
		}
	}
	line->x[at] = x;
	for (int p = 0; p < PANELS; p++) {
		line->times[p][at] = 0;
		line->y[p][at] = NAN;
	}
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
		insert_point(line, i, x);
	}
	for (int p = 0; p < PANELS; p++)
		migration_mean(&line->y[p][i], &line->times[p][i], y[p]);
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

static const char *const knobs[KNOBS] = {[KNOB_LINK] = "link between the edges, Mbit/s",
					 [KNOB_HEAP] = "heap, MB",
					 [KNOB_APPLICATION] = "application layer, MB"};

static size_t distinct(const json_t *documents, enum migration_knob knob)
{
	double seen[POINTS_MAX];
	const json_t *document;
	size_t i, n = 0;

	json_array_foreach(documents, i, document)
	{
		double value = migration_knob_value(document, knob);
		size_t k = 0;

		while (k < n && seen[k] != value)
			k++;
		if (k == n && n < POINTS_MAX && !isnan(value))
			seen[n++] = value;
	}
	return n;
}

/* That which has the most values */
static enum migration_knob choose_knob(const json_t *documents)
{
	enum migration_knob best = KNOB_LINK;

	for (enum migration_knob k = KNOB_HEAP; k < KNOBS; k++)
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

static void add_document(struct lines *l, const json_t *documents, const json_t *document,
			 enum migration_knob knob)
{
	const json_t *strategies = json_object_get(document, "strategies"), *strategy;
	double x = migration_knob_value(document, knob), y[PANELS];
	char name[MIGRATION_LABEL_SIZE];
	size_t i;

	json_array_foreach(strategies, i, strategy)
	{
		const char *s = json_string_value(strategy);
		struct line *line;

		if (!s || isnan(x))
			continue;
		migration_label(documents, document, s, knob, name);
		line = line_named(l, name);
		for (int p = 0; p < PANELS; p++)
			y[p] = migration_median(document, s, panels[p].path) * panels[p].scale;
		if (line)
			add_point(line, x, y);
	}
}

/* A picture that lacks some of it says so. */
static const char *subtitle(const struct lines *l, const char *text, char buf[96])
{
	if (!l->left_out)
		return text;
	snprintf(buf, 96, "%s; no room for %zu more lines", text, l->left_out);
	return buf;
}

int migration_curves_svg(const json_t *documents, FILE *out)
{
	struct plot_series(*series)[LINES_MAX] = calloc(PANELS, sizeof *series);
	struct lines *l = calloc(1, sizeof *l);
	enum migration_knob knob = choose_knob(documents);
	struct plot plot[PANELS];
	const json_t *document;
	char text[96];
	size_t i;
	int r = -ENOMEM;

	if (!l || !series)
		goto out;
	json_array_foreach(documents, i, document) add_document(l, documents, document, knob);
	for (int p = 0; p < PANELS; p++) {
		draw_lines(l, p, series[p]);
		plot[p] = (struct plot){
			.title = panels[p].title,
			.subtitle = p ? NULL : subtitle(l, "medians of each measurement", text),
			.x = {knobs[knob], PLOT_LINEAR, PLOT_NUMBER, 0, NAN},
			.y = {panels[p].axis, PLOT_LINEAR, panels[p].unit, 0, NAN},
			.series = series[p],
			.series_count = l->count,
			.height = HEIGHT};
	}
	r = plot_svg(plot, PANELS, out);
out:
	free(series);
	free(l);
	return r;
}

/* ---- rounds ---- */

/* Of the first migration of each strategy: the rate at which memory is written, over the link's */
static void add_rounds(struct lines *l, const json_t *documents, const json_t *document)
{
	const json_t *samples = json_object_get(document, "samples"), *sample, *round;
	size_t i, k;

	json_array_foreach(samples, i, sample)
	{
		const char *strategy = json_string_value(json_object_get(sample, "strategy"));
		const json_t *rounds = json_object_get(sample, "rounds");
		char name[MIGRATION_LABEL_SIZE];
		struct line *line;

		if (!strategy || !json_array_size(rounds))
			continue;
		migration_label(documents, document, strategy, KNOBS, name);
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
	struct plot_series(*series)[LINES_MAX + 1] = calloc(2, sizeof *series);
	struct lines *l = calloc(1, sizeof *l);
	const json_t *document;
	struct plot plot[2];
	char text[96];
	size_t i;
	int r = -ENOMEM;

	if (!l || !series)
		goto out;
	json_array_foreach(documents, i, document) add_rounds(l, documents, document);
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
			.subtitle = p ? NULL : subtitle(l, "above 1 rounds never end", text),
			.x = {"round", PLOT_LINEAR, PLOT_NUMBER, NAN, NAN},
			.y = {"times the link's rate", PLOT_LOG, PLOT_NUMBER, NAN, NAN},
			.series = series[p],
			.series_count = l->count + 1,
			.height = HEIGHT};
	}
	r = plot_svg(plot, 2, out);
out:
	free(series);
	free(l);
	return r;
}
