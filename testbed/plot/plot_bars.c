// SPDX-License-Identifier: Apache-2.0
/* Horizontal bars in stacks: what a whole is made of, side by side. */
#include <math.h>
#include <string.h>

#include "testbed/plot/plot_internal.h"

enum {
	BAR = 26,
	BAR_GAP = 16,
	NAME_WIDTH = 190, /* at least, */
	NAME_WIDTH_MAX = 430,
	LETTER = 7,
	HEAD = 72,
	AXIS = 52,
	LEGEND_LINE = 20,
	LEGEND_COLUMNS = 4
};

static double value_of(const struct plot_bars *b, size_t bar, size_t part)
{
	double value = b->value[bar * b->part_count + part];

	return isfinite(value) && value > 0 ? value : 0;
}

static double start_of(const struct plot_bars *b, size_t bar)
{
	return b->start && isfinite(b->start[bar]) ? b->start[bar] : 0;
}

static double sum_of(const struct plot_bars *b, size_t bar)
{
	double sum = 0;

	for (size_t p = 0; p < b->part_count; p++)
		sum += value_of(b, bar, p);
	return sum;
}

/* Where bars begin: behind the longest name */
static double left_of(const struct plot_bars *b)
{
	size_t longest = 0;

	for (size_t i = 0; i < b->bar_count; i++)
		if (strlen(b->bar[i]) > longest)
			longest = strlen(b->bar[i]);
	return fmin(fmax(NAME_WIDTH, (double)longest * LETTER + 20), NAME_WIDTH_MAX);
}

static double x_of(const struct plot_bars *b, const struct plot_range *range, double value)
{
	double left = left_of(b);

	return left + plot_share(range, value) * (PLOT_WIDTH - left - PLOT_RIGHT - 60);
}

static void draw_axis(const struct plot_bars *b, const struct plot_range *range, double bottom,
		      FILE *out)
{
	struct plot_tick ticks[PLOT_TICKS_MAX];
	size_t count = plot_ticks(range, ticks);
	char label[32];

	for (size_t i = 0; i < count; i++) {
		double x = x_of(b, range, ticks[i].value);

		fprintf(out, "<path d='M%.1f %d V%.1f' stroke='#d4d4d4'/>\n", x, HEAD, bottom);
		plot_number(b->unit, ticks[i].value, label, sizeof label);
		plot_at(out, x, bottom + 18, "middle", label);
	}
	if (b->axis_title)
		plot_at(out, (left_of(b) + PLOT_WIDTH) / 2.0, bottom + 40, "middle", b->axis_title);
}

static void draw_bar(const struct plot_bars *b, const struct plot_range *range, size_t bar,
		     double y, FILE *out)
{
	double from = start_of(b, bar);
	char label[32];

	for (size_t p = 0; p < b->part_count; p++) {
		double to = from + value_of(b, bar, p);

		if (to > from)
			fprintf(out,
				"<rect x='%.1f' y='%.1f' width='%.1f' height='%d' fill='%s'/>\n",
				x_of(b, range, from), y, x_of(b, range, to) - x_of(b, range, from),
				BAR, plot_colour[p % PLOT_COLOURS]);
		from = to;
	}
	plot_at(out, left_of(b) - 10, y + BAR / 2.0 + 4, "end", b->bar[bar]);
	plot_number(b->unit, sum_of(b, bar), label, sizeof label);
	plot_at(out, x_of(b, range, from) + 6, y + BAR / 2.0 + 4, "start", label);
}

static void draw_legend(const struct plot_bars *b, double top, FILE *out)
{
	for (size_t p = 0; p < b->part_count; p++) {
		double x = PLOT_LEFT + (double)(p % LEGEND_COLUMNS) *
					       (PLOT_WIDTH - PLOT_LEFT - PLOT_RIGHT) /
					       LEGEND_COLUMNS;
		double y = top + (double)(p / LEGEND_COLUMNS) * LEGEND_LINE;

		fprintf(out, "<rect x='%.1f' y='%.1f' width='14' height='14' fill='%s'/>\n", x, y,
			plot_colour[p % PLOT_COLOURS]);
		plot_at(out, x + 20, y + 12, "start", b->part[p]);
	}
}

int plot_bars_svg(const struct plot_bars *bars, FILE *out)
{
	static const struct plot_axis axis = {.scale = PLOT_LINEAR, .low = 0, .high = NAN};
	double bottom = HEAD + (double)bars->bar_count * (BAR + BAR_GAP) + BAR_GAP / 2.0,
	       largest = 0;
	size_t lines = bars->part ? (bars->part_count + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS : 0;
	struct plot_range range;

	for (size_t i = 0; i < bars->bar_count; i++)
		largest = fmax(largest, start_of(bars, i) + sum_of(bars, i));
	range = plot_range_of(&axis, 0, largest);
	plot_begin(out, (int)bottom + AXIS + (int)lines * LEGEND_LINE + 20);
	plot_heading(out, 28, bars->title, bars->subtitle);
	draw_axis(bars, &range, bottom, out);
	for (size_t i = 0; i < bars->bar_count; i++)
		draw_bar(bars, &range, i, HEAD + BAR_GAP / 2.0 + (double)i * (BAR + BAR_GAP), out);
	if (bars->part)
		draw_legend(bars, bottom + AXIS, out);
	fprintf(out, "</svg>\n");
	return 0;
}
