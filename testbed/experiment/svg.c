// SPDX-License-Identifier: Apache-2.0
#include "testbed/experiment/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/experiment/experiment.h"

enum {
	WIDTH = 720,
	HEIGHT = 320,
	LEFT = 70,
	RIGHT = 20,
	TOP = 16,
	BOTTOM = HEIGHT - 48,
	LEGEND_LINE = 20,
	COLOURS = 6,
	CURVES_MAX = 12
};

#define DASHES " stroke-dasharray='6 4'"

void html_text(FILE *out, const char *text)
{
	for (const char *p = text ? text : ""; *p; p++) {
		if (*p == '<')
			fputs("&lt;", out);
		else if (*p == '>')
			fputs("&gt;", out);
		else if (*p == '&')
			fputs("&amp;", out);
		else if (*p == '"')
			fputs("&quot;", out);
		else if (*p == '\'')
			fputs("&#39;", out);
		else
			fputc((unsigned char)*p < 0x20 ? ' ' : *p, out);
	}
}

/* ---- axes ---- */

struct axis {
	double low, high, step;
	int from, to; /* pixels */
	bool log;
};

static double place(const struct axis *a, double v)
{
	double low = a->log ? log10(a->low) : a->low, high = a->log ? log10(a->high) : a->high;
	double at = a->log ? log10(fmax(v, a->low)) : v;

	return a->from + (at - low) / (high - low) * (a->to - a->from);
}

/* 1, 2 or 5 times a power of ten, for about five ticks */
static double tick_step(double span)
{
	double raw = span / 5, base = pow(10, floor(log10(raw)));

	return raw / base < 1.5	  ? base
	       : raw / base < 3.5 ? 2 * base
	       : raw / base < 7.5 ? 5 * base
				  : 10 * base;
}

static struct axis linear_axis(double low, double high, int from, int to)
{
	struct axis a = {.from = from, .to = to};

	if (!(high > low)) {
		low -= low ? fabs(low) * 0.1 : 0;
		high += high ? fabs(high) * 0.1 : 1;
	}
	a.step = tick_step(high - low);
	a.low = floor(low / a.step) * a.step;
	a.high = ceil(high / a.step) * a.step;
	return a;
}

static struct axis log_axis(double low, double high, int from, int to)
{
	return (struct axis){.low = pow(10, floor(log10(low))),
			     .high = pow(10, fmax(ceil(log10(high)), floor(log10(low)) + 1)),
			     .from = from,
			     .to = to,
			     .log = true};
}

static double next_tick(const struct axis *a, double v)
{
	return a->log ? v * 10 : v + a->step;
}

static void draw_x(FILE *out, const struct axis *a, int bottom, const char *title, const char *unit)
{
	for (double v = a->low; v <= a->high * (1 + 1e-9) + 1e-12; v = next_tick(a, v)) {
		double x = place(a, v);

		fprintf(out, "<line class='grid' x1='%.1f' x2='%.1f' y1='%d' y2='%d'/>", x, x, TOP,
			bottom);
		fprintf(out, "<text class='tick' x='%.1f' y='%d' text-anchor='middle'>%.6g</text>",
			x, bottom + 18, fabs(v) < 1e-12 ? 0 : v);
	}
	fprintf(out, "<text class='axis' x='%d' y='%d' text-anchor='middle'>", (LEFT + WIDTH) / 2,
		bottom + 38);
	html_text(out, title);
	if (unit && *unit) {
		fputs(" (", out);
		html_text(out, unit);
		fputs(")", out);
	}
	fputs("</text>\n", out);
}

static void draw_y(FILE *out, const struct axis *a, const char *title)
{
	for (double v = a->low; v <= a->high * (1 + 1e-9) + 1e-12; v = next_tick(a, v)) {
		double y = place(a, v);

		fprintf(out, "<line class='grid' x1='%d' x2='%d' y1='%.1f' y2='%.1f'/>", LEFT,
			WIDTH - RIGHT, y, y);
		fprintf(out, "<text class='tick' x='%d' y='%.1f' text-anchor='end'>%.6g</text>",
			LEFT - 8, y + 4, fabs(v) < 1e-12 ? 0 : v);
	}
	fprintf(out,
		"<text class='axis' transform='translate(14 %d) rotate(-90)' "
		"text-anchor='middle'>",
		(TOP + BOTTOM) / 2);
	html_text(out, title);
	fputs("</text>\n", out);
}

static void open_svg(FILE *out, int height, const char *title)
{
	fprintf(out, "<svg viewBox='0 0 %d %d' role='img'><title>", WIDTH, height);
	html_text(out, title);
	fputs("</title>\n", out);
}

static void legend(FILE *out, size_t i, int y, bool dashed, const char *text)
{
	fprintf(out,
		"<line class='c%zu curve'%s x1='%d' x2='%d' y1='%d' y2='%d'/>"
		"<text class='tick' x='%d' y='%d'>",
		i % COLOURS, dashed ? DASHES : "", LEFT, LEFT + 22, y - 4, y - 4, LEFT + 30, y);
	html_text(out, text);
	fputs("</text>\n", out);
}

/* ---- points ---- */

static const char *text_at(const json_t *at, const char *key)
{
	return json_string_value(json_object_get(at, key));
}

static double number_at(const json_t *at, const char *key)
{
	const json_t *n = json_object_get(at, key);

	return json_is_number(n) ? json_number_value(n) : NAN;
}

/* All settings but @but: "break-before-make, delay 5ms" */
static void point_name(const json_t *point, const char *but, char *buf, size_t size)
{
	const char *knob;
	json_t *value;

	*buf = '\0';
	json_object_foreach(json_object_get(point, "settings"), knob, value)
	{
		const char *last = strrchr(knob, '.');

		if (but && !strcmp(knob, but))
			continue;
		snprintf(buf + strlen(buf), size - strlen(buf), "%s%s%s%s", *buf ? ", " : "",
			 last ? last + 1 : "", last ? " " : "", json_string_value(value) ?: "?");
	}
	if (!*buf)
		snprintf(buf, size, "all runs");
}

static void widen(double v, double *low, double *high)
{
	if (isfinite(v)) {
		*low = fmin(*low, v);
		*high = fmax(*high, v);
	}
}

static double x_value(const json_t *point, const char *over, const char **ret_unit)
{
	const char *text = text_at(json_object_get(point, "settings"), over);
	double x = NAN;

	*ret_unit = text ? quantity_shown(text, &x) : "";
	return x;
}

static const char *x_unit(const json_t *points, const char *over)
{
	const char *unit;

	x_value(json_array_get(points, 0), over, &unit);
	return unit;
}

/* ---- sweep ---- */

struct curve {
	char name[160];
	double x[EXPERIMENT_VALUES_MAX], y[EXPERIMENT_VALUES_MAX], low[EXPERIMENT_VALUES_MAX],
		high[EXPERIMENT_VALUES_MAX];
	size_t n;
};

static struct curve *curve_of(struct curve *curves, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (!strcmp(curves[i].name, name))
			return &curves[i];
	if (*count == CURVES_MAX)
		return NULL;
	snprintf(curves[*count].name, sizeof(curves->name), "%s", name);
	return &curves[(*count)++];
}

static size_t gather(const json_t *points, const char *over, struct curve *curves)
{
	size_t count = 0, i;
	json_t *point;

	json_array_foreach((json_t *)points, i, point)
	{
		const char *unit;
		double x = x_value(point, over, &unit), y = number_at(point, "value");
		struct curve *c;
		char name[160];

		point_name(point, over, name, sizeof(name));
		c = curve_of(curves, &count, name);
		if (!c || isnan(x) || isnan(y) || c->n == EXPERIMENT_VALUES_MAX)
			continue;
		c->x[c->n] = x;
		c->y[c->n] = y;
		c->low[c->n] = number_at(point, "low");
		c->high[c->n++] = number_at(point, "high");
	}
	return count;
}

static void draw_curve(FILE *out, const struct curve *c, size_t index, const struct axis *ax,
		       const struct axis *ay)
{
	fprintf(out, "<polyline class='c%zu curve' points='", index % COLOURS);
	for (size_t i = 0; i < c->n; i++)
		fprintf(out, "%.1f,%.1f ", place(ax, c->x[i]), place(ay, c->y[i]));
	fputs("'/>\n", out);
	for (size_t i = 0; i < c->n; i++) {
		double x = place(ax, c->x[i]);

		if (!isnan(c->low[i]) && !isnan(c->high[i]))
			fprintf(out,
				"<path class='c%zu bar' d='M%.1f %.1fV%.1fm-5 0h10M%.1f %.1fh10'/>",
				index % COLOURS, x, place(ay, c->low[i]), place(ay, c->high[i]),
				x - 5, place(ay, c->low[i]));
		fprintf(out, "<circle class='c%zu dot' cx='%.1f' cy='%.1f' r='4'/>\n",
			index % COLOURS, x, place(ay, c->y[i]));
	}
}

int svg_sweep(FILE *out, const json_t *row, const char *over)
{
	const json_t *points = json_object_get(row, "points");
	struct curve *curves = calloc(CURVES_MAX, sizeof(*curves));
	double xl = INFINITY, xh = -INFINITY, yl = 0, yh = -INFINITY;
	size_t count = curves ? gather(points, over, curves) : 0, drawn = 0;
	struct axis ax, ay;

	for (size_t c = 0; c < count; c++)
		for (size_t i = 0; i < curves[c].n; i++, drawn++) {
			widen(curves[c].x[i], &xl, &xh);
			widen(curves[c].y[i], &yl, &yh);
			widen(curves[c].high[i], &yl, &yh);
		}
	if (!drawn) {
		free(curves);
		return 0;
	}
	ax = linear_axis(xl, xh, LEFT, WIDTH - RIGHT);
	ay = linear_axis(yl, yh, BOTTOM, TOP);
	open_svg(out, HEIGHT + LEGEND_LINE * (int)count, text_at(row, "what"));
	draw_x(out, &ax, BOTTOM, over, x_unit(points, over));
	draw_y(out, &ay, text_at(row, "unit"));
	for (size_t c = 0; c < count; c++) {
		draw_curve(out, &curves[c], c, &ax, &ay);
		legend(out, c, HEIGHT + LEGEND_LINE * (int)c + 12, false, curves[c].name);
	}
	fputs("</svg>\n", out);
	free(curves);
	return 1;
}

/* ---- points as intervals ---- */

static void draw_interval(FILE *out, const json_t *point, size_t i, const struct axis *ax)
{
	double low = number_at(point, "low"), high = number_at(point, "high");
	double value = number_at(point, "value");
	int y = TOP + 14 + (int)i * 40;
	char name[160];

	point_name(point, NULL, name, sizeof(name));
	fprintf(out, "<text class='tick' x='%d' y='%d'>", LEFT, y);
	html_text(out, name);
	fprintf(out, "  %.6g</text>", value);
	y += 14;
	if (!isnan(low) && !isnan(high))
		fprintf(out, "<path class='c%zu bar' d='M%.1f %dv10M%.1f %dv10M%.1f %dH%.1f'/>",
			i % COLOURS, place(ax, low), y - 5, place(ax, high), y - 5, place(ax, low),
			y, place(ax, high));
	fprintf(out, "<circle class='c%zu dot' cx='%.1f' cy='%d' r='5'/>\n", i % COLOURS,
		place(ax, value), y);
}

int svg_points(FILE *out, const json_t *row)
{
	const json_t *points = json_object_get(row, "points");
	double low = 0, high = -INFINITY;
	size_t i, drawn = 0;
	struct axis ax;
	json_t *point;
	int bottom;

	json_array_foreach((json_t *)points, i, point)
	{
		drawn += !isnan(number_at(point, "value"));
		widen(number_at(point, "value"), &low, &high);
		widen(number_at(point, "high"), &low, &high);
	}
	if (!drawn)
		return 0;
	bottom = TOP + 10 + 40 * (int)drawn;
	ax = linear_axis(low, high, LEFT, WIDTH - RIGHT);
	open_svg(out, bottom + 48, text_at(row, "what"));
	draw_x(out, &ax, bottom, text_at(row, "what"), text_at(row, "unit"));
	drawn = 0;
	json_array_foreach((json_t *)points, i, point) if (!isnan(number_at(point, "value")))
		draw_interval(out, point, drawn++, &ax);
	fputs("</svg>\n", out);
	return 1;
}

/* ---- distribution ---- */

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double *all_values(const json_t *point, size_t *ret_n)
{
	const json_t *runs = json_object_get(point, "runs");
	size_t room = 1, i, k;
	json_t *run, *value;
	double *values;

	json_array_foreach((json_t *)runs, i, run) room += json_array_size(run);
	values = calloc(room, sizeof(*values));
	*ret_n = 0;
	json_array_foreach((json_t *)runs, i, run)
		json_array_foreach(run, k, value) if (values && json_is_number(value))
			values[(*ret_n)++] = json_number_value(value);
	if (values)
		qsort(values, *ret_n, sizeof(*values), by_value);
	return values;
}

static void draw_steps(FILE *out, const double *values, size_t n, size_t index, bool dashed,
		       const struct axis *ax, const struct axis *ay)
{
	size_t stride = n / 1000 + 1; /* a curve of a thousand steps looks like one of a million */

	fprintf(out, "<path class='c%zu curve'%s d='M%.1f %d", index % COLOURS,
		dashed ? DASHES : "", place(ax, values[0]), BOTTOM);
	for (size_t i = 0; i < n; i += stride) {
		size_t at = i + stride >= n ? n - 1 : i;

		fprintf(out, "H%.1fV%.1f", place(ax, values[at]),
			place(ay, (double)(at + 1) / (double)n));
	}
	fprintf(out, "H%d'/>\n", WIDTH - RIGHT);
}

struct extent {
	double low, high;
	size_t curves, most; /* values of one */
};

static void extend(struct extent *e, const json_t *points)
{
	json_t *point;
	size_t i, n;

	json_array_foreach((json_t *)points, i, point)
	{
		double *values = all_values(point, &n);

		for (size_t k = 0; values && k < n; k++)
			widen(values[k], &e->low, &e->high);
		e->curves += n > 0;
		e->most = n > e->most ? n : e->most;
		free(values);
	}
}

/* @with: what the dashed ones are, for the legend; NULL: they are the row's own. Return: how many
 * curves there are by now */
static size_t draw_distributions(FILE *out, const json_t *points, const char *with, size_t curves,
				 const struct axis *ax, const struct axis *ay)
{
	size_t i, n, index = 0;
	json_t *point;

	json_array_foreach((json_t *)points, i, point)
	{
		double *values = all_values(point, &n);
		char name[160], text[320];

		if (values && n && curves < CURVES_MAX) {
			point_name(point, NULL, name, sizeof(name));
			snprintf(text, sizeof(text), "%s%s%s", name, with ? ", dashed: " : "",
				 with ? with : "");
			draw_steps(out, values, n, index++, with, ax, ay);
			legend(out, index - 1, HEIGHT + LEGEND_LINE * (int)curves + 12, with, text);
			curves++;
		}
		free(values);
	}
	return curves;
}

int svg_cdf(FILE *out, const json_t *row)
{
	const json_t *points = json_object_get(row, "points"),
		     *with = json_object_get(row, "points_with");
	struct extent e = {INFINITY, -INFINITY, 0, 0};
	struct axis ax, ay = {0, 1, 0.25, BOTTOM, TOP, false};
	size_t curves;

	extend(&e, points);
	if (!e.curves || e.most < 3)
		return 0;
	extend(&e, with);
	if (!(e.high > e.low))
		return 0;
	curves = e.curves > CURVES_MAX ? CURVES_MAX : e.curves;
	ax = e.low > 0 && e.high / e.low > 30 ? log_axis(e.low, e.high, LEFT, WIDTH - RIGHT)
					      : linear_axis(e.low, e.high, LEFT, WIDTH - RIGHT);
	open_svg(out, HEIGHT + LEGEND_LINE * (int)curves, text_at(row, "what"));
	draw_x(out, &ax, BOTTOM, text_at(row, "what"), text_at(row, "unit"));
	draw_y(out, &ay, "share of all");
	curves = draw_distributions(out, points, NULL, 0, &ax, &ay);
	draw_distributions(out, with, text_at(json_object_get(row, "shape"), "with"), curves, &ax,
			   &ay);
	fputs("</svg>\n", out);
	return 1;
}
