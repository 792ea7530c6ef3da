/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plots as SVG, without any other tool: panels with axes, lines, points, steps (distributions),
 * error bars and markers; and bars in stacks. One sober style, readable in print, on light and on
 * dark pages (every picture brings its white ground). Output is the same for the same input, octet
 * by octet.
 *
 * Everything is borrowed for the call.
 */
#ifndef BATON_TESTBED_PLOT_H
#define BATON_TESTBED_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { PLOT_COLOURS = 8, PLOT_WIDTH = 860 };

enum plot_scale { PLOT_LINEAR, PLOT_LOG /* what isn't above 0 lies at the lower end */ };

/* How values of an axis are told at its ticks. */
enum plot_unit { PLOT_NUMBER, PLOT_MICROSECONDS /* "10 ms" */, PLOT_SHARE };

struct plot_axis {
	const char *title;
	enum plot_scale scale;
	enum plot_unit unit;
	double low, high; /* NAN: as the data want it */
};

enum plot_kind {
	PLOT_LINE,    /* with a dot at each point */
	PLOT_CURVE,   /* without */
	PLOT_POINTS,  /* a small dot each */
	PLOT_DOTS,    /* the same where there are few: larger */
	PLOT_CDF,     /* x alone: the share of values that are not above; y is not looked at */
	PLOT_CROSSES, /* for what was lost */
	PLOT_RINGS    /* around points that are marked */
};

struct plot_series {
	const char *name; /* in the legend; NULL: not there */
	enum plot_kind kind;
	const double *x, *y;	      /* those with a NAN are left out */
	const double *y_low, *y_high; /* error bars; NULL: none */
	size_t count;
	unsigned colour; /* of PLOT_COLOURS; neighbours come in pairs, dark and light */
	bool dashed;
};

/* A vertical line */
struct plot_marker {
	double x;
	const char *label;
};

struct plot {
	const char *title, *subtitle; /* NULL: none */
	struct plot_axis x, y;
	const struct plot_series *series;
	size_t series_count;
	const struct plot_marker *marker;
	size_t marker_count;
	int height; /* of the plotting area, in pixels; 0: 300 */
};

/** plot_svg - panels below one another, in one document */
int plot_svg(const struct plot *panels, size_t count, FILE *out);

/* Horizontal bars, each of several parts */
struct plot_bars {
	const char *title, *subtitle, *axis_title;
	enum plot_unit unit;
	const char *const *bar;	 /* names */
	const char *const *part; /* names; NULL: no legend */
	size_t bar_count, part_count;
	const double *value; /* [bar * part_count + part]; NAN counts as 0 */
	const double *start; /* where each bar begins, for timelines; NULL: all at 0 */
};

int plot_bars_svg(const struct plot_bars *bars, FILE *out);

/** plot_text - @text with &, <, > and quotes escaped, for SVG and HTML; what isn't printable is
 * left out */
void plot_text(FILE *out, const char *text);
/** plot_number - as at a tick: "1.5 ms", "25 %", "0.2" */
void plot_number(enum plot_unit unit, double value, char *buf, size_t size);

#endif
