// SPDX-License-Identifier: Apache-2.0
/* The report as a picture: CDF of the largest gap of each mode and direction, on a logarithmic axis
 * of time. */
#include <math.h>
#include <stdlib.h>

#include "testbed/measure/report.h"

enum { WIDTH = 860, HEIGHT = 500, LEFT = 80, RIGHT = 30, TOP = 70, BOTTOM = 120 };

/* Told apart without colour too: a dash for downlink. */
static const char *const colours[MODES_MAX] = {"#0b6e99", "#c8501e", "#4f7f2f", "#7a4fa3"};

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
	return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static size_t gaps(const struct report *r, size_t mode, enum report_direction d, double *values)
{
	size_t n = report_values(r, mode, d, FIGURE_LARGEST_GAP, values);

	qsort(values, n, sizeof *values, by_value);
	return n;
}

/* From the decade below the smallest gap to the one above the largest; a gap of nothing counts as 1
 * us. */
static struct axis find_axis(const struct report *r, double *values)
{
	double smallest = INFINITY, largest = 10;
	struct axis axis;

	for (size_t m = 0; m < r->mode_count; m++) {
		for (int d = 0; d < 2; d++) {
			size_t n = gaps(r, m, (enum report_direction)d, values);

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

static const char *decade_label(int decade, char buf[16])
{
	static const char *const units[] = {"us", "ms", "s"};
	int unit = decade / 3 < 2 ? decade / 3 : 2;

	snprintf(buf, 16, "%.0f %s", pow(10, decade - unit * 3), units[unit]);
	return buf;
}

static void draw_grid(const struct axis *axis, FILE *out)
{
	char label[16];

	for (int decade = axis->low; decade <= axis->high; decade++) {
		double x = x_of(axis, pow(10, decade));

		fprintf(out, "<path d='M%.1f %d V%d' stroke='#c9c9c9'/>", x, TOP, HEIGHT - BOTTOM);
		fprintf(out, "<text x='%.1f' y='%d' text-anchor='middle'>%s</text>\n", x,
			HEIGHT - BOTTOM + 20, decade_label(decade, label));
		for (int k = 2; k < 10 && decade < axis->high; k++) {
			x = x_of(axis, k * pow(10, decade));
			fprintf(out, "<path d='M%.1f %d V%d' stroke='#ededed'/>", x, TOP,
				HEIGHT - BOTTOM);
		}
	}
	for (int i = 0; i <= 4; i++) {
		double share = i / 4.0;

		fprintf(out, "<path d='M%d %.1f H%d' stroke='#dddddd'/>", LEFT, y_of(share),
			WIDTH - RIGHT);
		fprintf(out, "<text x='%d' y='%.1f' text-anchor='end'>%.2f</text>\n", LEFT - 8,
			y_of(share) + 4, share);
	}
	fprintf(out,
		"<text x='%d' y='%d' text-anchor='middle'>largest gap at the receiver, less the "
		"interval</text>\n",
		(WIDTH + LEFT - RIGHT) / 2, HEIGHT - BOTTOM + 44);
	fprintf(out,
		"<text transform='translate(22 %d) rotate(-90)' text-anchor='middle'>share of "
		"switches</text>\n",
		(HEIGHT - BOTTOM + TOP) / 2);
}

static void draw_curve(const struct axis *axis, const double *values, size_t n, const char *colour,
		       bool dashed, FILE *out)
{
	if (n == 0)
		return;
	fprintf(out, "<path fill='none' stroke='%s' stroke-width='2.5'%s d='M%.1f %.1f", colour,
		dashed ? " stroke-dasharray='7 4'" : "", x_of(axis, values[0]), y_of(0));
	for (size_t i = 0; i < n; i++)
		fprintf(out, " H%.1f V%.1f", x_of(axis, values[i]),
			y_of((double)(i + 1) / (double)n));
	fprintf(out, "'/>\n");
}

static void draw_legend(const struct report *r, FILE *out)
{
	int y = HEIGHT - 48;

	for (size_t m = 0; m < r->mode_count; m++) {
		for (int d = 0; d < 2; d++) {
			int x = LEFT + (int)m * 390 + d * 195;

			fprintf(out, "<path d='M%d %d h34' stroke='%s' stroke-width='2.5'%s/>", x,
				y, colours[m], d ? " stroke-dasharray='7 4'" : "");
			fprintf(out, "<text x='%d' y='%d' font-size='12'>%s, %s</text>\n", x + 40,
				y + 4, r->mode[m].name, d ? "down" : "up");
		}
	}
}

void report_svg(const struct report *r, FILE *out)
{
	double *values = calloc(r->event_count + 1, sizeof *values);
	struct axis axis;

	if (!values)
		return;
	axis = find_axis(r, values);
	fprintf(out,
		"<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d "
		"%d' font-family='sans-serif' font-size='13' "
		"fill='#222222'>\n<rect width='100%%' height='100%%' fill='white'/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT);
	fprintf(out,
		"<text x='%d' y='28' font-size='17'>Largest gap during a PDU session "
		"switch</text>\n",
		LEFT);
	fprintf(out,
		"<text x='%d' y='50' fill='#555555'>%s, %s (UPF) and %s (gNB), a probe every %llu "
		"us%s</text>\n",
		LEFT, r->topology, r->dataplane_upf, r->dataplane_gnb,
		(unsigned long long)(r->interval_ns / 1000),
		r->emulated ? "; under TCG emulation: ratios only" : "");
	draw_grid(&axis, out);
	for (size_t m = 0; m < r->mode_count; m++) {
		for (int d = 0; d < 2; d++) {
			size_t n = gaps(r, m, (enum report_direction)d, values);

			draw_curve(&axis, values, n, colours[m], d == DOWNLINK, out);
		}
	}
	draw_legend(r, out);
	fprintf(out, "</svg>\n");
	free(values);
}
