// SPDX-License-Identifier: Apache-2.0
/* Words and numbers in a picture. */
#include <math.h>

#include "testbed/plot/plot_internal.h"

/* Pairs, dark and light; told apart also by those who don't see red and green apart, and in grey */
const char *const plot_colour[PLOT_COLOURS] = {"#0b6e99", "#63b7dc", "#c8501e", "#f2a375",
					       "#4f7f2f", "#9cc97b", "#7a4fa3", "#c0a0dd"};

void plot_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '"')
			fputs("&quot;", out);
		else if (*text == '\'')
			fputs("&#39;", out);
		else if ((unsigned char)*text >= ' ')
			fputc(*text, out);
	}
}

void plot_number(enum plot_unit unit, double value, char *buf, size_t size)
{
	double size_of = fabs(value);

	if (unit == PLOT_SHARE)
		snprintf(buf, size, "%.4g %%", value * 100);
	else if (unit == PLOT_NUMBER)
		snprintf(buf, size, "%.6g", value);
	else if (size_of == 0)
		snprintf(buf, size, "0");
	else if (size_of < 999.9995)
		snprintf(buf, size, "%.4g us", value);
	else if (size_of < 999999.5)
		snprintf(buf, size, "%.4g ms", value / 1e3);
	else
		snprintf(buf, size, "%.4g s", value / 1e6);
}

void plot_at(FILE *out, double x, double y, const char *anchor, const char *text)
{
	fprintf(out, "<text x='%.1f' y='%.1f' text-anchor='%s'>", x, y, anchor);
	plot_text(out, text);
	fprintf(out, "</text>\n");
}

void plot_heading(FILE *out, double y, const char *title, const char *subtitle)
{
	if (title) {
		fprintf(out, "<g font-size='18'>");
		plot_at(out, PLOT_LEFT, y, "start", title);
		fprintf(out, "</g>\n");
	}
	if (subtitle) {
		fprintf(out, "<g fill='#555555'>");
		plot_at(out, PLOT_LEFT, y + 21, "start", subtitle);
		fprintf(out, "</g>\n");
	}
}

void plot_begin(FILE *out, int height)
{
	fprintf(out,
		"<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' viewBox='0 0 %d "
		"%d' font-family='sans-serif' "
		"font-size='13' fill='#222222'>\n<rect width='100%%' height='100%%' "
		"fill='white'/>\n",
		PLOT_WIDTH, height, PLOT_WIDTH, height);
}
