// SPDX-License-Identifier: Apache-2.0
/* A result as one HTML page, which needs nothing but itself. Everything that comes from outside is
 * escaped. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/experiment/experiment.h"
#include "testbed/experiment/svg.h"
#include "lib/file.h"

static const char style[] =
	":root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6775;--paper:#fff;--panel:#f5f7f9;"
	"--line:#d9dfe5;--good:#1c7c43;--bad:#b3261e;--c0:#0b6e99;--c1:#c8501e;--c2:#4f7f2f;"
	"--c3:#7a4fa3;--c4:#9a7400;--c5:#b03a6e}"
	"@media(prefers-color-scheme:dark){:root{--ink:#e4e9ee;--soft:#9aa6b2;--paper:#12171d;"
	"--panel:#1a2129;--line:#313b46;--good:#6fcf97;--bad:#ff8a80;--c0:#63b7dc;--c1:#f2a375;"
	"--c2:#9cc97b;--c3:#c0a0dd;--c4:#e0bd55;--c5:#ee8fb6}}"
	"*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);"
	"font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}"
	"main{max-width:60rem;margin:0 auto;padding:2rem 1.2rem 4rem}"
	"h1{font-size:1.7rem;line-height:1.2;margin:0 0 .3rem}"
	"h2{font-size:1.2rem;margin:2.4rem 0 .7rem}h3{font-size:1rem;margin:0 0 .2rem}"
	"p{margin:.3rem 0}.soft{color:var(--soft)}.wide{overflow-x:auto}"
	"table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-"
	"nums}"
	"th,td{text-align:left;vertical-align:top;padding:.45rem .7rem .45rem 0;border-bottom:1px "
	"solid var(--line)}th{font-weight:600;color:var(--soft);white-space:nowrap}"
	"td.n{white-space:nowrap}.good{color:var(--good);font-weight:600}"
	".bad{color:var(--bad);font-weight:600}"
	"figure{margin:1rem 0;padding:1rem;background:var(--panel);border-radius:.6rem;"
	"break-inside:avoid}figcaption{margin-bottom:.6rem}svg{width:100%;height:auto;display:"
	"block}"
	".grid{stroke:var(--line);stroke-width:1}.tick{fill:var(--soft);font-size:12px}"
	".axis{fill:var(--ink);font-size:13px}.curve{fill:none;stroke-width:2.2}"
	".bar{fill:none;stroke-width:1.6}.dot{stroke:var(--panel);stroke-width:1.5}"
	".c0{stroke:var(--c0)}.c1{stroke:var(--c1)}.c2{stroke:var(--c2)}.c3{stroke:var(--c3)}"
	".c4{stroke:var(--c4)}.c5{stroke:var(--c5)}.dot.c0{fill:var(--c0)}.dot.c1{fill:var(--c1)}"
	".dot.c2{fill:var(--c2)}.dot.c3{fill:var(--c3)}.dot.c4{fill:var(--c4)}.dot.c5{fill:var(--"
	"c5)}"
	".dot{stroke:var(--panel)}pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.82rem;"
	"background:var(--panel);padding:1rem;border-radius:.6rem}code{font-size:.92em}"
	".note{border-left:4px solid var(--bad);padding:.4rem .8rem;background:var(--panel);"
	"margin:1rem 0}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;"
	"font-size:.92rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}"
	"@media(max-width:40rem){.wide "
	"table{min-width:46rem}figure{overflow-x:auto}svg{min-width:32rem}main{padding:1.2rem "
	".9rem}dl{grid-template-columns:1fr}dd{"
	"margin-bottom:.4rem}table{font-size:.82rem}}"
	"@media print{main{max-width:none;padding:0}body{font-size:11pt}details{display:block}}";

static const char *text_at(const json_t *at, const char *key)
{
	const char *text = json_string_value(json_object_get(at, key));

	return text ? text : "";
}

/* Whatever it is, as a person reads it */
static void put_value(FILE *out, const json_t *value)
{
	if (json_is_string(value))
		html_text(out, json_string_value(value));
	else if (json_is_number(value))
		fprintf(out, "%.6g", json_number_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "yes" : "no", out);
	else
		fputs("&ndash;", out);
}

static void put_settings(FILE *out, const json_t *settings)
{
	const char *knob;
	json_t *value;
	bool more = false;

	json_object_foreach((json_t *)settings, knob, value)
	{
		fputs(more ? ", " : "", out);
		if (strcmp(knob, "mode")) {
			html_text(out, knob);
			fputs(" ", out);
		}
		put_value(out, value);
		more = true;
	}
	if (!more)
		fputs("as the file says", out);
}

static void put_head(FILE *out, const json_t *result)
{
	const char *title = text_at(result, "title");

	fputs("<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
	      "<meta name='viewport' content='width=device-width,initial-scale=1'><title>",
	      out);
	html_text(out, text_at(result, "experiment"));
	fprintf(out, "</title><style>%s</style></head><body><main>\n<h1>", style);
	html_text(out, *title ? title : text_at(result, "experiment"));
	fputs("</h1><p class='soft'>", out);
	html_text(out, text_at(result, "experiment"));
	fprintf(out, ": %lld of %lld runs%s, %s; %s</p>\n",
		(long long)json_integer_value(json_object_get(result, "done")),
		(long long)json_integer_value(json_object_get(result, "planned")),
		json_integer_value(json_object_get(result, "skipped"))
			? " (what was skipped, and why, is in the table of runs)"
			: "",
		json_is_true(json_object_get(result, "full"))
			? "all points and repeats"
			: "ends and middle of each sweep, fewer repeats than with --full",
		"intervals are 95 % by bootstrap");
	if (json_is_true(json_object_get(result, "partial")))
		fputs("<p class='note'>Partial: not every planned run is done. What follows is "
		      "from those that are.</p>\n",
		      out);
}

static void put_summary_row(FILE *out, const json_t *row)
{
	const json_t *holds = json_object_get(row, "shape_holds");

	fputs("<tr><td class='n'>", out);
	html_text(out, text_at(row, "id"));
	fputs("</td><td>", out);
	html_text(out, text_at(row, "what"));
	fputs("</td><td>", out);
	put_value(out, json_object_get(row, "paper"));
	fputs("</td><td class='n'>", out);
	put_value(out, json_object_get(row, "ours"));
	if (!json_is_null(json_object_get(row, "ours"))) {
		fputs(" ", out);
		html_text(out, text_at(row, "unit"));
	}
	fprintf(out, "</td><td class='%s'>%s</td><td>",
		json_is_true(holds)    ? "good n"
		: json_is_false(holds) ? "bad n"
				       : "soft n",
		json_is_true(holds)    ? "holds"
		: json_is_false(holds) ? "does not hold"
				       : "&ndash;");
	html_text(out, text_at(row, "why"));
	fputs("</td></tr>\n", out);
}

static void put_summary(FILE *out, const json_t *rows)
{
	json_t *row;
	size_t i;

	fputs("<h2>Summary</h2><div class='wide'><table><tr><th>Row</th><th>What</th><th>Paper</th>"
	      "<th>Ours</th><th>Shape</th><th>Why</th></tr>\n",
	      out);
	json_array_foreach((json_t *)rows, i, row) put_summary_row(out, row);
	fputs("</table></div>\n", out);
}

/* The knob that a row is drawn over: what its shape says, else the first one whose values are
 * numbers that differ */
static const char *axis_of(const json_t *row)
{
	const char *over =
		json_string_value(json_object_get(json_object_get(row, "shape"), "over"));
	const json_t *points = json_object_get(row, "points");
	const json_t *first = json_object_get(json_array_get(points, 0), "settings");
	const json_t *last = json_object_get(
		json_array_get(points, json_array_size(points) ? json_array_size(points) - 1 : 0),
		"settings");
	const char *knob;
	json_t *value;
	double x;

	if (over)
		return over;
	json_object_foreach((json_t *)first, knob,
			    value) if (json_is_string(value) &&
				       quantity_parse(json_string_value(value), &x) == 0 &&
				       !json_equal(value, json_object_get(last, knob))) return knob;
	return NULL;
}

static void put_plot(FILE *out, const json_t *row)
{
	const char *over = axis_of(row);

	fputs("<figure><figcaption><h3>", out);
	html_text(out, text_at(row, "id"));
	fputs(": ", out);
	html_text(out, text_at(row, "what"));
	fputs("</h3><p class='soft'>", out);
	html_text(out, *text_at(row, "statistic") ? text_at(row, "statistic") : "median");
	fputs(" of <code>", out);
	html_text(out, text_at(row, "metric"));
	fputs("</code></p></figcaption>\n", out);
	if (!(over && svg_sweep(out, row, over)) && !svg_points(out, row))
		fputs("<p class='soft'>No values.</p>", out);
	svg_cdf(out, row);
	fputs("</figure>\n", out);
}

static void put_bandwidth(FILE *out, const json_t *run)
{
	const json_t *bandwidth = json_object_get(run, "bandwidth");
	double bps = json_number_value(json_object_get(bandwidth, "measured_bps"));

	if (bps > 0)
		fprintf(out, "%.4g %cbit/s", bps / (bps < 1e9 ? 1e6 : 1e9), bps < 1e9 ? 'M' : 'G');
	else
		fputs(bandwidth ? "not measured" : "&ndash;", out);
}

static void put_run(FILE *out, const json_t *run)
{
	const char *status = text_at(run, "status");
	json_t *mark;
	size_t i;

	fprintf(out, "<tr><td class='n'>%lld</td><td>",
		(long long)json_integer_value(json_object_get(run, "number")));
	put_settings(out, json_object_get(run, "settings"));
	fprintf(out, "</td><td>%lld</td><td class='n'>",
		(long long)json_integer_value(json_object_get(run, "repeat")));
	html_text(out, text_at(run, "started"));
	fprintf(out, "</td><td class='n'>%.1f s</td><td class='n'>",
		json_number_value(json_object_get(run, "seconds")));
	put_bandwidth(out, run);
	fprintf(out, "</td><td><span class='%s'>",
		!strcmp(status, "done")	     ? "good"
		: !strcmp(status, "skipped") ? "soft"
					     : "bad");
	html_text(out, status);
	fputs("</span> ", out);
	html_text(out, text_at(run, "error"));
	json_array_foreach(json_object_get(run, "marks"), i, mark)
	{
		fputs(" <span class='bad'>", out);
		put_value(out, mark);
		fputs("</span>", out);
	}
	fputs("</td></tr>\n", out);
}

static void put_runs(FILE *out, const json_t *runs)
{
	json_t *run;
	size_t i;

	fputs("<h2>Runs</h2><div "
	      "class='wide'><table><tr><th>No.</th><th>Settings</th><th>Repeat</th>"
	      "<th>Started</th><th>Took</th><th>Bandwidth before</th><th>Status</th></tr>\n",
	      out);
	json_array_foreach((json_t *)runs, i, run) put_run(out, run);
	fputs("</table></div>\n", out);
}

static void put_term(FILE *out, const char *term, const json_t *value)
{
	char *text;

	if (!value)
		return;
	fprintf(out, "<dt>%s</dt><dd>", term);
	if (json_is_object(value) || json_is_array(value)) {
		text = json_dumps(value, JSON_COMPACT);
		html_text(out, text);
		free(text);
	} else {
		put_value(out, value);
	}
	fputs("</dd>\n", out);
}

static void put_machine(FILE *out, const json_t *result)
{
	static const struct {
		const char *term, *member;
	} terms[] = {
		{"Command", "command"}, {"Machine", "machine"},	    {"Kernel", "kernel"},
		{"Baton", "version"},	{"Commit", "commit"},	    {"Data plane", "dataplane"},
		{"Seed", "seed"},	{"Intervals", "intervals"}, {"Folder", "dir"}};

	fputs("<h2>How it was made</h2><dl>\n", out);
	for (size_t i = 0; i < sizeof(terms) / sizeof(*terms); i++)
		put_term(out, terms[i].term, json_object_get(result, terms[i].member));
	fputs("</dl>\n", out);
}

static void put_json(FILE *out, const char *title, const json_t *value)
{
	char *text = value ? json_dumps(value, JSON_INDENT(2)) : NULL;

	if (!text)
		return;
	fprintf(out, "<details><summary>%s</summary><pre>", title);
	for (char *line = text, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		html_text(out, line);
		fputc('\n', out);
	}
	fputs("</pre></details>\n", out);
	free(text);
}

static void put_page(FILE *out, const json_t *result)
{
	json_t *rows = json_object_get(result, "rows"), *row;
	size_t i;

	put_head(out, result);
	put_summary(out, rows);
	fputs("<h2>Figures</h2>\n", out);
	json_array_foreach(rows, i, row) put_plot(out, row);
	put_runs(out, json_object_get(result, "runs"));
	put_machine(out, result);
	fputs("<h2>Configuration</h2>\n", out);
	put_json(out, "The plan", json_object_get(result, "plan"));
	put_json(out, "What shapes each link", json_object_get(result, "links"));
	fputs("</main></body></html>\n", out);
}

int page_write(const json_t *result, const char *path)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int r;

	if (!out)
		return -ENOMEM;
	put_page(out, result);
	r = fclose(out) ? -ENOMEM : file_create(path, text, len, 0666);
	free(text);
	return r;
}
