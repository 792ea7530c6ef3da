// SPDX-License-Identifier: Apache-2.0
/* A graph as SVG 1.1: no script, no outside address, and nothing that only one browser draws. */
#include <math.h>
#include <string.h>

#include "testbed/graph.h"

#define MONO "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\""

static const struct look {
	const char *fill, *line;
} looks[TOPO_KINDS] = {
	[TOPO_CORE] = {"#efe9fb", "#6b46c1"}, [TOPO_UE] = {"#e3effd", "#1f66b5"},
	[TOPO_GNB] = {"#e2f5ee", "#15805f"},  [TOPO_UPF] = {"#fff1dc", "#b86e00"},
	[TOPO_EDGE] = {"#fdeaea", "#b83227"}, [TOPO_CLOUD] = {"#e6edf2", "#44607a"},
	[TOPO_HOST] = {"#f3f3f3", "#5a5a5a"}, [TOPO_ROUTER] = {"#eff4df", "#5c7a18"},
};
static const char *const session_lines[] = {"#0b7285", "#a61e4d", "#5f3dc4", "#2b8a3e"};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void put_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
		}
	}
}

static void put_label(FILE *out, double x, double y, const char *attributes, const char *text)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" %s>", x, y, attributes);
	put_text(out, text);
	fprintf(out, "</text>\n");
}

/* ---- edges ---- */

struct spot {
	double x, y;
};

static struct spot port_of(const struct graph *g, const struct graph_end *end)
{
	const struct graph_vertex *v = &g->vertex[end->vertex];

	return (struct spot){v->x + (end->side == GRAPH_RIGHT ? v->width : -v->width) / 2,
			     v->y + end->port};
}

static double outward(const struct graph_end *end)
{
	return end->side == GRAPH_RIGHT ? 1 : -1;
}

/* As long as what is written on it */
static double stub_of(const struct graph *g, const struct graph_end *end)
{
	if (g->vertex[end->vertex].role == GRAPH_BEND)
		return 0;
	return graph_end_width(end) + 12;
}

static void path_piece(FILE *out, const struct graph *g, const struct graph_piece *p)
{
	struct spot a = port_of(g, &p->end[0]), b = port_of(g, &p->end[1]), from = a, to = b;
	double reach;

	from.x += outward(&p->end[0]) * stub_of(g, &p->end[0]);
	to.x += outward(&p->end[1]) * stub_of(g, &p->end[1]);
	if (p->end[0].side == p->end[1].side) {
		/* around: level with the longer stub, then a bow */
		from.x = to.x = outward(&p->end[0]) > 0 ? fmax(from.x, to.x) : fmin(from.x, to.x);
		reach = outward(&p->end[0]) * 44;
		fprintf(out, "M%.1f %.1fH%.1fC%.1f %.1f %.1f %.1f %.1f %.1fH%.1f", a.x, a.y, from.x,
			from.x + reach, a.y, to.x + reach, b.y, to.x, b.y, b.x);
		return;
	}
	reach = (to.x - from.x) / 2;
	fprintf(out, "M%.1f %.1fH%.1fC%.1f %.1f %.1f %.1f %.1f %.1fH%.1f", a.x, a.y, from.x,
		from.x + reach, from.y, to.x - reach, to.y, to.x, to.y, b.x);
}

static void put_session_style(FILE *out, size_t number)
{
	fprintf(out, "stroke=\"%s\" stroke-width=\"1.8\" stroke-dasharray=\"7 4\"",
		session_lines[number % COUNT(session_lines)]);
}

static void put_edge(FILE *out, const struct graph *g, const struct graph_edge *e, size_t session)
{
	fprintf(out, "<path fill=\"none\" ");
	if (e->session)
		put_session_style(out, session);
	else
		fprintf(out, "stroke=\"#8a94a0\" stroke-width=\"1.4\"");
	fprintf(out, " d=\"");
	if (g->form == GRAPH_RING) {
		const struct graph_vertex *a = &g->vertex[e->end[0].vertex],
					  *b = &g->vertex[e->end[1].vertex];

		fprintf(out, "M%.1f %.1fL%.1f %.1f", a->x, a->y, b->x, b->y);
	}
	for (size_t i = e->first; i < e->last; i++)
		path_piece(out, g, &g->piece[i]);
	fprintf(out, "\"%s><title>", g->form == GRAPH_RING ? " stroke-opacity=\"0.45\"" : "");
	put_text(out, e->title);
	fprintf(out, "</title></path>\n");
}

static void put_end_label(FILE *out, const struct graph *g, const struct graph_end *end,
			  const char *colour)
{
	struct spot at = port_of(g, end);
	char attributes[192];

	if (g->vertex[end->vertex].role == GRAPH_BEND || !end->label[0])
		return;
	snprintf(attributes, sizeof(attributes),
		 "text-anchor=\"%s\" font-size=\"10\" fill=\"%s\" stroke=\"#fff\" "
		 "stroke-width=\"3\" paint-order=\"stroke\" " MONO,
		 end->side == GRAPH_RIGHT ? "start" : "end", colour);
	put_label(out, at.x + outward(end) * 6, at.y - 4, attributes, end->label);
	if (end->note[0])
		put_label(out, at.x + outward(end) * 6, at.y + 11, attributes, end->note);
}

/* Of the middle piece: the curve's own middle */
static struct spot middle_of(const struct graph *g, const struct graph_edge *e)
{
	const struct graph_piece *p = &g->piece[e->first];
	struct spot a, b;

	if (g->form == GRAPH_RING) {
		const struct graph_vertex *v = &g->vertex[e->end[0].vertex],
					  *w = &g->vertex[e->end[1].vertex];

		return (struct spot){(v->x + w->x) / 2, (v->y + w->y) / 2};
	}
	a = port_of(g, &p->end[0]);
	b = port_of(g, &p->end[1]);
	a.x += outward(&p->end[0]) * stub_of(g, &p->end[0]);
	b.x += outward(&p->end[1]) * stub_of(g, &p->end[1]);
	if (p->end[0].side == p->end[1].side) {
		double x = outward(&p->end[0]) > 0 ? fmax(a.x, b.x) : fmin(a.x, b.x);

		return (struct spot){x + outward(&p->end[0]) * 33, (a.y + b.y) / 2};
	}
	return (struct spot){(a.x + b.x) / 2, (a.y + b.y) / 2};
}

static void put_shape_label(FILE *out, const struct graph *g, const struct graph_edge *e)
{
	struct spot at = middle_of(g, e);
	double width = graph_text_width(e->middle) + 12;

	fprintf(out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"16\" rx=\"8\" "
		"fill=\"#fff8db\" stroke=\"#d4a72c\"/>\n",
		at.x - width / 2, at.y - 8, width);
	put_label(out, at.x, at.y + 3.5,
		  "text-anchor=\"middle\" font-size=\"10\" fill=\"#6b5200\" " MONO, e->middle);
}

static void put_labels(FILE *out, const struct graph *g, const struct graph_edge *e, size_t session)
{
	const char *colour = e->session ? session_lines[session % COUNT(session_lines)] : "#3d4650";

	for (size_t i = e->first; i < e->last; i++) {
		put_end_label(out, g, &g->piece[i].end[0], colour);
		put_end_label(out, g, &g->piece[i].end[1], colour);
	}
	if (e->middle[0])
		put_shape_label(out, g, e);
}

/* ---- vertices ---- */

static void put_vertex(FILE *out, const struct graph_vertex *v)
{
	bool node = v->role == GRAPH_NODE;
	const struct look hub = {"#ffffff", "#8a94a0"}, *look = node ? &looks[v->kind] : &hub;
	double radius = node ? 7 : fmin(v->height / 2, 16);

	fprintf(out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%.1f\" "
		"fill=\"%s\" stroke=\"%s\" "
		"stroke-width=\"%s\"/>\n",
		v->x - v->width / 2, v->y - v->height / 2, v->width, v->height, radius, look->fill,
		v->gone ? "#c92a2a" : look->line, v->gone ? "3\" stroke-dasharray=\"3 3" : "1.5");
	put_label(out, v->x, v->y + (v->note[0] ? (node ? 0 : -2) : 4),
		  node ? "text-anchor=\"middle\" font-size=\"14\" font-weight=\"600\" "
			 "fill=\"#1b2026\""
		       : "text-anchor=\"middle\" font-size=\"12\" font-weight=\"600\" "
			 "fill=\"#3d4650\"",
		  v->name);
	if (v->note[0]) {
		char attributes[160];

		snprintf(attributes, sizeof(attributes),
			 "text-anchor=\"middle\" font-size=\"%s\" fill=\"%s\"%s",
			 node ? "11" : "10", v->gone ? "#c92a2a" : look->line,
			 node ? "" : " " MONO);
		put_label(out, v->x, v->y + (node ? 15 : 12), attributes, v->note);
	}
}

/* ---- around it ---- */

static double put_legend_item(FILE *out, double x, double y, const char *shape, const char *text)
{
	fputs(shape, out);
	put_label(out, x + 34, y + 4, "font-size=\"11\" fill=\"#3d4650\"", text);
	return x + 34 + 6.6 * (double)strlen(text) + 22;
}

static bool any_edge(const struct graph *g, bool session)
{
	for (size_t i = 0; i < g->edge_count; i++)
		if (session ? g->edge[i].session : g->edge[i].middle[0] != '\0')
			return true;
	return false;
}

static void put_legend(FILE *out, const struct graph *g)
{
	double x = 28, y = g->height - 30;
	char shape[320];

	for (enum topo_kind kind = 0; kind < TOPO_KINDS; kind++) {
		bool any = false;

		for (size_t v = 0; v < g->vertex_count; v++)
			any |= g->vertex[v].role == GRAPH_NODE && g->vertex[v].kind == kind;
		if (!any)
			continue;
		snprintf(shape, sizeof(shape),
			 "<rect x=\"%.1f\" y=\"%.1f\" width=\"26\" height=\"14\" rx=\"4\" "
			 "fill=\"%s\" stroke=\"%s\"/>\n",
			 x, y - 7, looks[kind].fill, looks[kind].line);
		x = put_legend_item(out, x, y, shape, topo_kind_name(kind));
	}
	if (any_edge(g, true)) {
		snprintf(shape, sizeof(shape),
			 "<path d=\"M%.1f %.1fh26\" stroke=\"%s\" stroke-width=\"1.8\" "
			 "stroke-dasharray=\"7 4\"/>\n",
			 x, y, session_lines[0]);
		x = put_legend_item(out, x, y, shape, "PDU session");
	}
	if (any_edge(g, false)) {
		snprintf(shape, sizeof(shape),
			 "<rect x=\"%.1f\" y=\"%.1f\" width=\"26\" height=\"14\" rx=\"7\" "
			 "fill=\"#fff8db\" stroke=\"#d4a72c\"/>\n",
			 x, y - 7);
		x = put_legend_item(out, x, y, shape, "shaped link");
	}
	if (g->form == GRAPH_RING)
		put_label(out, x, y + 4, "font-size=\"11\" fill=\"#3d4650\"",
			  "interfaces and addresses: point at a link");
}

static double legend_width(const struct graph *g)
{
	bool seen[TOPO_KINDS] = {false};
	double width = 56;

	for (size_t v = 0; v < g->vertex_count; v++) {
		if (g->vertex[v].role != GRAPH_NODE || seen[g->vertex[v].kind])
			continue;
		seen[g->vertex[v].kind] = true;
		width += 56 + 6.6 * (double)strlen(topo_kind_name(g->vertex[v].kind));
	}
	return width + (any_edge(g, true) ? 130 : 0) + (any_edge(g, false) ? 130 : 0) +
	       (g->form == GRAPH_RING ? 280 : 0);
}

static void put_summary(FILE *out, const struct graph *g)
{
	size_t nodes = 0, links = 0;
	char text[96];

	for (size_t v = 0; v < g->vertex_count; v++)
		nodes += g->vertex[v].role == GRAPH_NODE;
	for (size_t i = 0; i < g->edge_count; i++)
		links += !g->edge[i].session;
	snprintf(text, sizeof(text), "%zu node%s, %zu link%s", nodes, nodes == 1 ? "" : "s", links,
		 links == 1 ? "" : "s");
	put_label(out, 28, 36, "font-size=\"18\" font-weight=\"600\" fill=\"#1b2026\"", g->title);
	put_label(out, 28, 54, "font-size=\"11\" fill=\"#5d6873\"", text);
}

void graph_write_svg(const struct graph *g, FILE *out)
{
	double width = fmax(g->width, legend_width(g));
	size_t session = 0;

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		"viewBox=\"0 0 %.0f %.0f\" "
		"font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\">\n<title>",
		width, g->height, width, g->height);
	put_text(out, g->title);
	fprintf(out, "</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n");
	put_summary(out, g);
	for (size_t i = 0; i < g->edge_count; i++)
		put_edge(out, g, &g->edge[i], g->edge[i].session ? session++ : 0);
	session = 0;
	for (size_t i = 0; i < g->edge_count && g->form != GRAPH_RING; i++)
		put_labels(out, g, &g->edge[i], g->edge[i].session ? session++ : 0);
	for (size_t v = 0; v < g->vertex_count; v++)
		if (g->vertex[v].role != GRAPH_BEND)
			put_vertex(out, &g->vertex[v]);
	put_legend(out, g);
	fprintf(out, "</svg>\n");
}
