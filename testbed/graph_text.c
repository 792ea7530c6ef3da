// SPDX-License-Identifier: Apache-2.0
/* A graph in the languages of Graphviz (dot) and Mermaid (flowchart). */
#include "testbed/graph.h"

/* In a quoted string of dot */
static void put_dot(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void put_dot_vertex(FILE *out, const struct graph_vertex *v)
{
	static const char *const colours[TOPO_KINDS] = {
		[TOPO_CORE] = "#efe9fb", [TOPO_UE] = "#e3effd",	    [TOPO_GNB] = "#e2f5ee",
		[TOPO_UPF] = "#fff1dc",	 [TOPO_EDGE] = "#fdeaea",   [TOPO_CLOUD] = "#e6edf2",
		[TOPO_HOST] = "#f3f3f3", [TOPO_ROUTER] = "#eff4df",
	};

	if (v->role == GRAPH_BEND)
		return;
	fprintf(out, "  ");
	put_dot(out, v->name);
	if (v->role == GRAPH_NETWORK)
		fprintf(out, " [shape=ellipse, fillcolor=white, label=");
	else
		fprintf(out, " [shape=box, fillcolor=\"%s\", label=", colours[v->kind]);
	/* names and prefixes have nothing to escape */
	fprintf(out, "\"%s%s%s\"];\n", v->name, v->note[0] ? "\\n" : "", v->note);
}

static void put_dot_end(FILE *out, const struct graph_end *end)
{
	char text[2 * GRAPH_LABEL];

	snprintf(text, sizeof(text), "%s%s%s", end->label, end->note[0] ? " " : "", end->note);
	put_dot(out, text);
}

static void put_dot_edge(FILE *out, const struct graph *g, const struct graph_edge *e)
{
	fprintf(out, "  ");
	put_dot(out, g->vertex[e->end[0].vertex].name);
	fprintf(out, " -- ");
	put_dot(out, g->vertex[e->end[1].vertex].name);
	fprintf(out, " [%s=", e->session ? "style=dashed, constraint=false, label" : "taillabel");
	put_dot_end(out, &e->end[0]);
	if (e->end[1].label[0]) {
		fprintf(out, ", headlabel=");
		put_dot_end(out, &e->end[1]);
	}
	if (e->middle[0]) {
		fprintf(out, ", label=");
		put_dot(out, e->middle);
	}
	fprintf(out, "];\n");
}

void graph_write_dot(const struct graph *g, FILE *out)
{
	fprintf(out, "graph ");
	put_dot(out, g->title);
	fprintf(out,
		" {\n  rankdir=LR;\n  node [style=\"filled,rounded\", fontname=\"DejaVu Sans\"];\n"
		"  edge [fontname=\"DejaVu Sans Mono\", fontsize=9];\n");
	for (size_t v = 0; v < g->vertex_count; v++)
		put_dot_vertex(out, &g->vertex[v]);
	for (size_t i = 0; i < g->edge_count; i++)
		put_dot_edge(out, g, &g->edge[i]);
	fprintf(out, "}\n");
}

/* In a quoted label of Mermaid, which has no backslash but entities */
static void put_mermaid(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '#' || *text == '<' || *text == '>' || *text == '&')
			fprintf(out, "#%d;", *text);
		else
			fputc(*text, out);
	}
}

static void put_mermaid_vertex(FILE *out, const struct graph_vertex *v, size_t index)
{
	if (v->role == GRAPH_BEND)
		return;
	fprintf(out, "  v%zu%s\"", index, v->role == GRAPH_NETWORK ? "([" : "[");
	put_mermaid(out, v->name);
	fprintf(out, "%s", v->note[0] ? "<br/>" : "");
	put_mermaid(out, v->note);
	fprintf(out, "\"%s%s%s\n", v->role == GRAPH_NETWORK ? "])" : "]",
		v->role == GRAPH_NODE ? ":::" : "",
		v->role == GRAPH_NODE ? topo_kind_name(v->kind) : "");
}

static void put_mermaid_edge(FILE *out, const struct graph_edge *e)
{
	fprintf(out, "  v%zu %s|\"", e->end[0].vertex, e->session ? "-.-" : "---");
	for (int i = 0; i < 2; i++) {
		fprintf(out, "%s", i && e->end[i].label[0] ? "<br/>" : "");
		put_mermaid(out, e->end[i].label);
		fprintf(out, "%s", e->end[i].note[0] ? " " : "");
		put_mermaid(out, e->end[i].note);
	}
	fprintf(out, "%s", e->middle[0] ? "<br/>" : "");
	put_mermaid(out, e->middle);
	fprintf(out, "\"| v%zu\n", e->end[1].vertex);
}

void graph_write_mermaid(const struct graph *g, FILE *out)
{
	static const char *const classes = "  classDef core fill:#efe9fb,stroke:#6b46c1\n  "
					   "classDef ue fill:#e3effd,stroke:#1f66b5\n"
					   "  classDef gnb fill:#e2f5ee,stroke:#15805f\n  classDef "
					   "upf fill:#fff1dc,stroke:#b86e00\n"
					   "  classDef edge fill:#fdeaea,stroke:#b83227\n  "
					   "classDef cloud fill:#e6edf2,stroke:#44607a\n"
					   "  classDef host fill:#f3f3f3,stroke:#5a5a5a\n  "
					   "classDef router fill:#eff4df,stroke:#5c7a18\n";

	fprintf(out, "%%%% %s\nflowchart LR\n", g->title);
	for (size_t v = 0; v < g->vertex_count; v++)
		put_mermaid_vertex(out, &g->vertex[v], v);
	for (size_t i = 0; i < g->edge_count; i++)
		put_mermaid_edge(out, &g->edge[i]);
	fputs(classes, out);
}
