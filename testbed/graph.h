/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A drawing of a topology: vertices (nodes, and the networks of more than two members) and edges
 * (links, PDU sessions). graph_build.c makes it from a topology, graph_layout.c and graph_place.c
 * give it places, graph_svg.c and graph_text.c write it. Lengths are pixels of the SVG, from its
 * upper left corner.
 */
#ifndef BATON_TESTBED_GRAPH_H
#define BATON_TESTBED_GRAPH_H

#include <stdbool.h>
#include <stdio.h>

#include "testbed/topology.h"

enum graph_role { GRAPH_NODE, GRAPH_NETWORK, GRAPH_BEND /* where a long edge passes a column */ };
enum graph_side { GRAPH_LEFT, GRAPH_RIGHT };
enum { GRAPH_NAME = 72, GRAPH_LABEL = 96 };

struct graph_vertex {
	enum graph_role role;
	enum topo_kind kind;			  /* of a node */
	enum topo_layer layer;			  /* of a network */
	char name[GRAPH_NAME], note[GRAPH_LABEL]; /* below the name: kind, or prefix */
	bool gone;				  /* a node that has ended */
	int rank;				  /* -1: not known yet; later the column */
	size_t order;				  /* in its column */
	double weight;				  /* while ordering: where it would like to be */
	double x, y, width, height;		  /* x, y: its middle */
};

struct graph_end {
	size_t vertex;
	char label[GRAPH_LABEL],
		note[GRAPH_LABEL]; /* above and below the line: interface, address */
	enum graph_side side;
	double port; /* from the vertex' middle, downwards */
};

struct graph_edge {
	struct graph_end end[2];
	char middle[GRAPH_LABEL];    /* how the link is shaped */
	char title[8 * GRAPH_LABEL]; /* all there is to know, for the pointer */
	bool session;
	size_t first, last; /* its pieces, [first, last) */
};

/* From column to column, or around the side of one column */
struct graph_piece {
	size_t edge;
	struct graph_end end[2];
};

enum graph_form {
	GRAPH_COLUMNS,
	GRAPH_SNAKE /* a long chain, folded */,
	GRAPH_RING /* nearly all with all */
};

struct graph {
	char title[GRAPH_LABEL];
	struct graph_vertex *vertex;
	struct graph_edge *edge;
	struct graph_piece *piece;
	size_t vertex_count, edge_count, piece_count;
	size_t columns;
	enum graph_form form;
	double width, height;
};

/** graph_build - of a topology; what a list of PDU sessions of smf-lite says of them, or the file
 * where @sessions is NULL */
int graph_build(const struct topology *t, const void *sessions, struct graph *ret_graph);
void graph_done(struct graph *g);

/** graph_layout - ranks, bends, order (graph_layout.c), then places (graph_place.c); Return: 0 or
 * -ENOMEM */
int graph_layout(struct graph *g);
void graph_place(struct graph *g);
void graph_place_ring(struct graph *g);

/** graph_text_width - of a label, in the fixed-width font at 10 px; graph_end_width - of the wider
 * of both */
double graph_text_width(const char *text);
double graph_end_width(const struct graph_end *end);

void graph_write_svg(const struct graph *g, FILE *out);
void graph_write_dot(const struct graph *g, FILE *out);
void graph_write_mermaid(const struct graph *g, FILE *out);

#endif
