// SPDX-License-Identifier: Apache-2.0
/*
 * The report as a picture: the cumulative distribution of the largest gap of each mode and
 * direction, on a logarithmic axis of time, with a legend that has the same numbers as the table.
 */
#include <math.h>
#include <stdlib.h>

#include "testbed/measure/ascending.h"
#include "testbed/measure/report.h"

/* In pixels; below the plot stand the axis, its title and the legend, a line a curve. */
enum {
	WIDTH = 860,
	LEFT = 76,
	RIGHT = 34,
	TOP = 84,
	PLOT_HEIGHT = 320,
	BOTTOM = TOP + PLOT_HEIGHT,
	LEGEND = BOTTOM + 84,
	LEGEND_LINE = 22
};

/* Modes differ by colour, directions by shade and dashes: told apart in print, and where one curve
 * lies on the other. */
static const char *const colours[MODES_MAX][2] = {{"#0b6e99", "#63b7dc"},
						  {"#c8501e", "#f2a375"},
						  {"#4f7f2f", "#9cc97b"},
						  {"#7a4fa3", "#c0a0dd"},
						  {"#8a6d1f", "#d3bd7d"}};
static const char *const dashes[] = {"", " stroke-dasharray='7 4'"};
static const char *const names[] = {"uplink", "downlink"};

struct axis {
	int low, high; /* decades of microseconds */
};

static double x_of(const struct axis *axis, double us)
{
	double decade = log10(fmax(us, pow(10, axis->low)));

	return LEFT + (decade - axis->low) / (axis->high - axis->low) * (WIDTH - LEFT - RIGHT);
}

static double y_of(double share)
{
	return BOTTOM - share * PLOT_HEIGHT;
}

static size_t gaps(const struct report *r, size_t mode, int direction, double *values)
{
	size_t n = report_values(r, mode, (enum report_direction)direction, FIGURE_LARGEST_GAP,
				 values);

	ascending_sort(values, n);
	return n;
}

/* From the decade of the smallest gap to the one above the largest; a gap of nothing counts as 1
 * us. */
static struct axis find_axis(const struct report *r, double *values)
{
	double smallest = INFINITY, largest = 10;
	struct axis axis;

	for (size_t m = 0; m < r->mode_count; m++) {
		for (int d = 0; d < 2; d++) {
			size_t n = gaps(r, m, d, values);

			if (n) {
				smallest = fmin(smallest, fmax(values[0], 1));
				largest = fmax(largest, values[n - 1]);
			}
		}
	}
	axis.low = isinf(smallest) ? 0 : (int)floor(log10(smallest));
	axis.high = (int)ceil(log10(largest));
	if (axis.high <= axis.low)
		axis.high = axis.low + 1;
	return axis;
}

/* ---- text ---- */

static void escaped(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '<')
			fputs("&lt;", out);
		else if ((unsigned char)*text >= ' ')
			fputc(*text, out);
	}
}

static void text_at(FILE *out, double x, double y, const char *anchor, const char *text)
{
	fprintf(out, "<text x='%.1f' y='%.1f' text-anchor='%s'>", x, y, anchor);
	escaped(text, out);
	fprintf(out, "</text>\n");
}

static void title(const struct report *r, FILE *out)
{
	char text[512], interval[16];

	report_interval_text(r, interval, sizeof interval);
	fprintf(out, "<g font-size='18'>");
	text_at(out, LEFT, 30, "start", "Largest gap during a switch of the PDU session");
	fprintf(out, "</g><g fill='#555555'>");
	snprintf(text, sizeof text, "%s, data plane %s (UPF) and %s (gNB), a probe every %s",
		 r->topology, r->dataplane_upf, r->dataplane_gnb, interval);
	text_at(out, LEFT, 51, "start", text);
	snprintf(text, sizeof text, "%s, Linux %s", r->machine, r->kernel);
	text_at(out, LEFT, 68, "start", text);
	fprintf(out, "</g>\n");
}

/* ---- axes ---- */

static void vertical(FILE *out, double x, const char *colour)
{
	fprintf(out, "<path d='M%.1f %d V%d' stroke='%s'/>\n", x, TOP, BOTTOM, colour);
}

/* Between decades 2 and 5 are labelled where there is room. */
static void time_axis(const struct axis *axis, FILE *out)
{
	bool room = axis->high - axis->low <= 3;
	char label[16];

	for (int decade = axis->low; decade <= axis->high; decade++) {
		for (int k = 1; k < 10 && (k == 1 || decade < axis->high); k++) {
			double us = k * pow(10, decade), x = x_of(axis, us);

			vertical(out, x, k == 1 ? "#c4c4c4" : "#ececec");
			if (k != 1 && !(room && (k == 2 || k == 5)))
				continue;
			snprintf(label, sizeof label, "%g %s",
				 us / (us < 1e3	  ? 1
				       : us < 1e6 ? 1e3
						  : 1e6),
				 us < 1e3   ? "us"
				 : us < 1e6 ? "ms"
					    : "s");
			text_at(out, x, BOTTOM + 20, "middle", label);
		}
	}
	text_at(out, (WIDTH + LEFT - RIGHT) / 2.0, BOTTOM + 44, "middle",
		"longest silence at the receiver, less the interval between probes");
}

static void share_axis(FILE *out)
{
	char label[16];

	for (int i = 0; i <= 4; i++) {
		double share = i / 4.0;

		fprintf(out, "<path d='M%d %.1f H%d' stroke='#c4c4c4'/>\n", LEFT, y_of(share),
			WIDTH - RIGHT);
		snprintf(label, sizeof label, "%.2f", share);
		text_at(out, LEFT - 8, y_of(share) + 4, "end", label);
	}
	fprintf(out,
		"<text transform='translate(24 %d) rotate(-90)' text-anchor='middle'>share of "
		"switches</text>\n",
		TOP + PLOT_HEIGHT / 2);
}

/* Left of it, gaps are the machine's and not the switch's. */
static void noise(const struct report *r, const struct axis *axis, FILE *out)
{
	double us = fmax(r->noise_up.p50, r->noise_down.p50), x;

	if (isnan(us) || us < pow(10, axis->low) || us > pow(10, axis->high))
		return;
	x = x_of(axis, us);
	fprintf(out,
		"<path d='M%.1f %d V%d' stroke='#555555' stroke-width='1.5' "
		"stroke-dasharray='1 4' stroke-linecap='round'/>\n<g fill='#555555' "
		"font-size='12' stroke='white' stroke-width='4' paint-order='stroke'>",
		x, TOP, BOTTOM);
	if (x < WIDTH / 2.0)
		text_at(out, x + 6, BOTTOM - 8, "start", "noise floor");
	else
		text_at(out, x - 6, BOTTOM - 8, "end", "noise floor");
	fprintf(out, "</g>\n");
}

/* ---- curves ---- */

/* A dot at the largest gap: what lies there is easily missed on the frame. */
static void curve(const struct axis *axis, const double *values, size_t n, size_t mode,
		  int direction, FILE *out)
{
	if (n == 0)
		return;
	fprintf(out, "<path fill='none' stroke='%s' stroke-width='2.5'%s d='M%.1f %.1f",
		colours[mode][direction], dashes[direction], x_of(axis, values[0]), y_of(0));
	for (size_t i = 0; i < n; i++)
		fprintf(out, " H%.1f V%.1f", x_of(axis, values[i]),
			y_of((double)(i + 1) / (double)n));
	fprintf(out,
		"'/>\n<circle cx='%.1f' cy='%.1f' r='4' stroke='%s' stroke-width='2' fill='%s'/>\n",
		x_of(axis, values[n - 1]), y_of(1), colours[mode][direction],
		direction == DOWNLINK ? "white" : colours[mode][direction]);
}

static void legend_line(const struct report *r, size_t mode, int direction, int y, FILE *out)
{
	static const int column[] = {560, 660, 760}; /* right ends of p50, p99, max */
	struct summary s =
		report_summary(r, mode, (enum report_direction)direction, FIGURE_LARGEST_GAP);
	double figure[] = {s.p50, s.p99, s.max};
	char text[64];

	fprintf(out, "<path d='M%d %d h38' stroke='%s' stroke-width='2.5'%s/>\n", LEFT, y - 4,
		colours[mode][direction], dashes[direction]);
	snprintf(text, sizeof text, "%s, %s", r->mode[mode].name, names[direction]);
	text_at(out, LEFT + 48, y, "start", text);
	snprintf(text, sizeof text, "%zu switch%s", s.count, s.count == 1 ? "" : "es");
	text_at(out, 440, y, "end", text);
	for (int i = 0; i < 3; i++) {
		report_time_text(figure[i], text, sizeof text);
		text_at(out, column[i], y, "end", text);
	}
}

static void legend(const struct report *r, FILE *out)
{
	int y = LEGEND;

	fprintf(out, "<g fill='#555555'>");
	text_at(out, 560, y, "end", "p50");
	text_at(out, 660, y, "end", "p99");
	text_at(out, 760, y, "end", "max");
	fprintf(out, "</g>\n");
	for (size_t m = 0; m < r->mode_count; m++) {
		for (int d = 0; d < 2; d++)
			legend_line(r, m, d, y += LEGEND_LINE, out);
	}
}

void report_svg(const struct report *r, FILE *out)
{
	double *values = calloc(r->event_count + 1, sizeof *values);
	int height = LEGEND + (int)r->mode_count * 2 * LEGEND_LINE + 20;
	struct axis axis;

	if (!values)
		return;
	axis = find_axis(r, values);
	fprintf(out,
		"<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d "
		"%d' font-family='sans-serif' font-size='13' fill='#222222'>\n"
		"<rect width='100%%' height='100%%' fill='white'/>\n",
		WIDTH, height, WIDTH, height);
	title(r, out);
	time_axis(&axis, out);
	share_axis(out);
	for (size_t m = 0; m < r->mode_count; m++) {
		for (int d = 0; d < 2; d++)
			curve(&axis, values, gaps(r, m, d, values), m, d, out);
	}
	noise(r, &axis, out);
	legend(r, out);
	fprintf(out, "</svg>\n");
	free(values);
}
