// SPDX-License-Identifier: Apache-2.0
/* What `measure clips` found, as pictures. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/clips.h"
#include "testbed/plot/plot.h"

enum { VARIANTS = 4, NAME_SIZE = 64, TEXT_SIZE = 160, PANEL_HEIGHT = 170 };

/* From what should be seen least to what should be seen most */
static const char *const order[VARIANTS] = {"static", "csm", "no-sliding", "no-opt"};

static double number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static bool is_of(const json_t *document, const char *variant)
{
	const char *name = json_string_value(json_object_get(document, "variant"));

	return name && strcmp(name, variant) == 0;
}

/* ---- shares ---- */

struct shares {
	char name[2 * VARIANTS][NAME_SIZE];
	const char *bar[2 * VARIANTS];
	double value[2 * VARIANTS * 2]; /* here, the paper */
	size_t count;
};

static void add_bar(struct shares *s, const char *name, double here, double paper)
{
	snprintf(s->name[s->count], NAME_SIZE, "%s", name);
	s->bar[s->count] = s->name[s->count];
	s->value[2 * s->count] = here;
	s->value[2 * s->count + 1] = paper;
	s->count++;
}

/* All clips of a variant, of whichever document */
static void add_variant(struct shares *s, const json_t *documents, const char *variant)
{
	double count = 0, of = 0;
	const json_t *document;
	char name[NAME_SIZE];
	size_t i;

	json_array_foreach(documents, i, document)
	{
		const json_t *flicker = json_object_get(document, "flicker");

		if (!is_of(document, variant))
			continue;
		count += number(flicker, "count");
		of += number(flicker, "clips");
	}
	if (!(of > 0))
		return;
	snprintf(name, sizeof name, "%s, %.0f of %.0f", variant, count, of);
	add_bar(s, name, count / of, NAN);
	snprintf(name, sizeof name, "%s, paper", variant);
	add_bar(s, name, NAN, clips_variant_find(variant)->paper_percent / 100);
}

int clips_share_svg(const json_t *documents, FILE *out)
{
	static const char *const parts[] = {"here",
					    "viewers of 001, Table V"};
	struct shares *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return -ENOMEM;
	for (size_t i = 0; i < VARIANTS; i++)
		add_variant(s, documents, order[i]);
	r = plot_bars_svg(&(struct plot_bars){.title = "Is the switch of the stream seen?",
					      .subtitle =
						      "share of clips whose largest jump at the "
						      "switch is above the clip's own p99",
					      .axis_title = "share",
					      .unit = PLOT_SHARE,
					      .bar = s->bar,
					      .part = parts,
					      .bar_count = s->count,
					      .part_count = 2,
					      .value = s->value},
			  out);
	free(s);
	return r;
}

/* ---- an example of each ---- */

struct panel {
	struct plot_series series[2];
	struct plot_marker marker[2];
	double *ms, *jump, edge[2], p99[2];
	char title[TEXT_SIZE], subtitle[TEXT_SIZE];
};

struct ranked {
	const json_t *clip;
	double ratio;
};

static int by_ratio(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->ratio > y->ratio) - (x->ratio < y->ratio);
}

/* The clip whose jump, in units of its own p99, is the median; NULL: there is none */
static const json_t *median_clip(const json_t *clips)
{
	struct ranked *ranked = calloc(json_array_size(clips) + 1, sizeof *ranked);
	const json_t *clip, *found = NULL;
	size_t i, n = 0;

	json_array_foreach(clips, i, clip)
	{
		double ratio = number(clip, "jump") / fmax(number(clip, "p99"), 1e-3);

		if (ranked && !isnan(ratio))
			ranked[n++] = (struct ranked){clip, ratio};
	}
	if (n > 0) {
		qsort(ranked, n, sizeof *ranked, by_ratio);
		found = ranked[(n - 1) / 2].clip;
	}
	free(ranked);
	return found;
}

static size_t read_rows(const json_t *rows, struct panel *p)
{
	const json_t *row;
	size_t i, n = 0;

	json_array_foreach(rows, i, row)
	{
		const json_t *jump = json_array_get(row, 1);

		p->ms[n] = json_number_value(json_array_get(row, 0)) * 1000;
		p->jump[n++] = json_is_number(jump) ? json_number_value(jump) : NAN;
	}
	return n;
}

static void describe_panel(struct panel *p, const json_t *document, const json_t *clip)
{
	double ssim = number(clip, "ssim");
	char alike[48] = "";

	if (!isnan(ssim))
		snprintf(alike, sizeof alike, ", pair SSIM %.3f", ssim);
	snprintf(p->title, sizeof p->title, "%s: a clip's jumps",
		 json_string_value(json_object_get(document, "variant")));
	snprintf(p->subtitle, sizeof p->subtitle,
		 "the median clip; largest at the switch %.2f, its p99 without it %.2f%s: %s",
		 number(clip, "jump"), number(clip, "p99"), alike,
		 json_is_true(json_object_get(clip, "flicker")) ? "flickers" : "does not flicker");
}

/* So that what the lines are called stands above what is drawn */
static double room_above(const struct panel *p, size_t count)
{
	double most = p->p99[0];

	for (size_t i = 0; i < count; i++)
		most = fmax(most, p->jump[i]);
	return most > 0 ? most * 1.4 : NAN;
}

static int fill_panel(struct panel *p, const json_t *document, const json_t *clip,
		      struct plot *ret_plot)
{
	const json_t *rows = json_object_get(clip, "rows");
	double refresh_us = 1e6 / fmax(number(document, "fps"), 1);
	size_t count;

	p->ms = calloc(json_array_size(rows) + 1, sizeof *p->ms);
	p->jump = calloc(json_array_size(rows) + 1, sizeof *p->jump);
	if (!p->ms || !p->jump)
		return -ENOMEM;
	count = read_rows(rows, p);
	p->edge[0] = -CLIP_BEFORE_MS * 1000.0;
	p->edge[1] = CLIP_AFTER_MS * 1000.0;
	p->p99[0] = p->p99[1] = number(clip, "p99");
	p->series[0] = (struct plot_series){"jump", PLOT_LINE, p->ms, p->jump, NULL,
					    NULL,   count,     0,     false};
	p->series[1] = (struct plot_series){
		"p99 without the switch", PLOT_CURVE, p->edge, p->p99, NULL, NULL, 2, 2, true};
	p->marker[0] = (struct plot_marker){0, "switch"};
	p->marker[1] = (struct plot_marker){CLIP_ZONE * refresh_us, "over"};
	describe_panel(p, document, clip);
	*ret_plot = (struct plot){.title = p->title,
				  .subtitle = p->subtitle,
				  .x = {"shown, from the switch", PLOT_LINEAR, PLOT_MICROSECONDS,
					p->edge[0], p->edge[1]},
				  .y = {"luma steps", PLOT_LINEAR, PLOT_NUMBER, 0,
					room_above(p, count)},
				  .series = p->series,
				  .series_count = 2,
				  .marker = p->marker,
				  .marker_count = 2,
				  .height = PANEL_HEIGHT};
	return 0;
}

static const json_t *first_of(const json_t *documents, const char *variant)
{
	const json_t *document;
	size_t i;

	json_array_foreach(documents, i, document) if (is_of(document, variant)) return document;
	return NULL;
}

int clips_jumps_svg(const json_t *documents, FILE *out)
{
	struct panel *panel = calloc(VARIANTS, sizeof *panel);
	struct plot plots[VARIANTS];
	size_t n = 0;
	int r = panel ? 0 : -ENOMEM;

	for (size_t i = 0; i < VARIANTS && r == 0; i++) {
		const json_t *document = first_of(documents, order[i]);
		const json_t *clip = median_clip(json_object_get(document, "clips"));

		if (!clip)
			continue;
		r = fill_panel(&panel[n], document, clip, &plots[n]);
		n++;
	}
	if (r == 0)
		r = plot_svg(plots, n, out);
	for (size_t i = 0; panel && i < VARIANTS; i++) {
		free(panel[i].ms);
		free(panel[i].jump);
	}
	free(panel);
	return r;
}
