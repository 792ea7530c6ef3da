/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the plot library. */
#ifndef BATON_TESTBED_PLOT_INTERNAL_H
#define BATON_TESTBED_PLOT_INTERNAL_H

#include "testbed/plot/plot.h"

enum { PLOT_LEFT = 84, PLOT_RIGHT = 34, PLOT_TICKS_MAX = 64 };

/* An axis, when the data have been seen */
struct plot_range {
	enum plot_scale scale;
	double low, high;
};

struct plot_tick {
	double value;
	bool labelled;
};

extern const char *const plot_colour[PLOT_COLOURS];

/** plot_range_of - what @axis says, completed by the smallest and largest of the data */
struct plot_range plot_range_of(const struct plot_axis *axis, double smallest, double largest);
/** plot_share - where @value lies, from 0 to 1; clamped */
double plot_share(const struct plot_range *range, double value);
/** plot_ticks - Return: how many */
size_t plot_ticks(const struct plot_range *range, struct plot_tick ticks[PLOT_TICKS_MAX]);

void plot_begin(FILE *out, int height);
/** plot_at - a text; @anchor: start, middle or end */
void plot_at(FILE *out, double x, double y, const char *anchor, const char *text);
void plot_heading(FILE *out, double y, const char *title, const char *subtitle);

#endif
