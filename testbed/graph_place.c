// SPDX-License-Identifier: Apache-2.0
/*
 * Where everything of a layered graph goes. Each piece of an edge has a port of its own at the side
 * of its vertices, a label's height apart, and begins with a level stretch as long as its label, so
 * that labels never meet. Heights in a column are the least-squares answer to "as level as
 * possible, in this order, this far apart" (pooling adjacent violators), found column by column.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/graph.h"

enum {
	MARGIN = 28,
	TITLE = 44,
	LEGEND = 58,
	PORT = 29, /* from port to port: two lines of text */
	NODE = 50, /* least height of a node */
	NODE_WIDTH = 118,
	GAP = 26, /* from vertex to vertex in a column */
	BEND_GAP = 14,
	CURVE = 46, /* least width of the curved part of an edge */
	ROUNDS = 40,
	SNAKE_ROW = 6,
	RING_ROOM = 138,
};

double graph_text_width(const char *text)
{
	size_t chars = 0;

	for (; *text; text++)
		chars += (*text & 0xc0) != 0x80;
	return 6.1 * (double)chars;
}

double graph_end_width(const struct graph_end *end)
{
	return fmax(graph_text_width(end->label), graph_text_width(end->note));
}

/* ---- sizes and ports ---- */

/* What a piece says at this end: bends are silent */
static double stub(const struct graph *g, const struct graph_end *end)
{
	const struct graph_vertex *v = &g->vertex[end->vertex];

	if (v->role == GRAPH_BEND)
		return 4;
	return graph_end_width(end) + 14;
}

struct port {
	struct graph_end *end;
	double where; /* of the other end, from the top */
	size_t piece;
};

static int compare_ports(const void *a, const void *b)
{
	const struct port *p = a, *q = b;

	if (p->where != q->where)
		return p->where < q->where ? -1 : 1;
	return (p->piece > q->piece) - (p->piece < q->piece);
}

static size_t collect_ports(struct graph *g, size_t vertex, enum graph_side side,
			    struct port *ports)
{
	size_t count = 0;

	for (size_t i = 0; i < g->piece_count; i++) {
		for (int e = 0; e < 2; e++) {
			struct graph_end *end = &g->piece[i].end[e];
			const struct graph_vertex *other = &g->vertex[g->piece[i].end[!e].vertex];

			if (end->vertex != vertex || end->side != side)
				continue;
			ports[count++] = (struct port){end, (double)other->order, i};
		}
	}
	qsort(ports, count, sizeof(*ports), compare_ports);
	return count;
}

static void size_vertex(struct graph *g, size_t index, struct port *ports)
{
	struct graph_vertex *v = &g->vertex[index];
	size_t most = 0;

	for (enum graph_side side = GRAPH_LEFT; side <= GRAPH_RIGHT; side++) {
		size_t count = collect_ports(g, index, side, ports);

		for (size_t i = 0; i < count; i++)
			ports[i].end->port = PORT * ((double)i - ((double)count - 1) / 2);
		most = count > most ? count : most;
	}
	if (v->role == GRAPH_BEND) {
		v->width = v->height = 0;
		return;
	}
	v->height = (double)most * PORT + 8;
	v->width = fmax(graph_text_width(v->note) + 24, (double)strlen(v->name) * 8.4 + 28);
	if (v->role == GRAPH_NODE) {
		v->height = fmax(v->height, NODE);
		v->width = fmax(v->width, NODE_WIDTH);
	} else {
		v->height = fmax(v->height, v->note[0] ? 42 : 28);
		v->width = fmax(v->width, 64);
	}
}

/* ---- columns ---- */

static double gap_after(const struct graph *g, int column)
{
	double left = 0, right = 0, middle = CURVE;

	for (size_t i = 0; i < g->piece_count; i++) {
		const struct graph_piece *p = &g->piece[i];

		if (g->vertex[p->end[0].vertex].rank != column)
			continue;
		left = fmax(left, stub(g, &p->end[0]));
		if (p->end[1].side == GRAPH_LEFT)
			right = fmax(right, stub(g, &p->end[1]));
		if (i == g->edge[p->edge].first && g->edge[p->edge].middle[0])
			middle = fmax(middle, graph_text_width(g->edge[p->edge].middle) + 40);
	}
	return left + middle + right;
}

static double column_width(const struct graph *g, int column)
{
	double width = 0;

	for (size_t v = 0; v < g->vertex_count; v++)
		if (g->vertex[v].rank == column)
			width = fmax(width, g->vertex[v].width);
	return width;
}

/* Vertices of a column in order */
static size_t collect_column(const struct graph *g, int column, size_t *members)
{
	size_t count = 0;

	for (size_t v = 0; v < g->vertex_count; v++)
		if (g->vertex[v].rank == column) {
			members[g->vertex[v].order] = v;
			count++;
		}
	return count;
}

static double distance(const struct graph_vertex *a, const struct graph_vertex *b)
{
	bool bend = a->role == GRAPH_BEND && b->role == GRAPH_BEND;

	return a->height / 2 + b->height / 2 + (bend ? BEND_GAP : GAP);
}

/* Where the neighbours on @side (or both: -1) would have it */
static void wish(struct graph *g, size_t index, int side)
{
	double sum = 0;
	size_t count = 0;

	for (size_t i = 0; i < g->piece_count; i++) {
		const struct graph_piece *p = &g->piece[i];

		for (int e = 0; e < 2; e++) {
			const struct graph_end *own = &p->end[e], *other = &p->end[!e];

			if (own->vertex != index || own->side == other->side ||
			    (side >= 0 && (int)own->side != side))
				continue;
			sum += g->vertex[other->vertex].y + other->port - own->port;
			count++;
		}
	}
	g->vertex[index].weight = count ? sum / (double)count : g->vertex[index].y;
}

struct block {
	double sum;
	size_t count;
};

/* Isotonic regression of (wish - what is above it) */
static void settle(struct graph *g, const size_t *members, size_t count, struct block *blocks)
{
	size_t used = 0, at = 0;
	double above = 0;

	for (size_t i = 0; i < count; i++) {
		if (i)
			above += distance(&g->vertex[members[i - 1]], &g->vertex[members[i]]);
		blocks[used++] = (struct block){g->vertex[members[i]].weight - above, 1};
		while (used > 1 && blocks[used - 1].sum / (double)blocks[used - 1].count <
					   blocks[used - 2].sum / (double)blocks[used - 2].count) {
			blocks[used - 2].sum += blocks[used - 1].sum;
			blocks[used - 2].count += blocks[used - 1].count;
			used--;
		}
	}
	above = 0;
	for (size_t b = 0; b < used; b++)
		for (size_t i = 0; i < blocks[b].count; i++, at++) {
			if (at)
				above += distance(&g->vertex[members[at - 1]],
						  &g->vertex[members[at]]);
			g->vertex[members[at]].y = blocks[b].sum / (double)blocks[b].count + above;
		}
}

static void stack(struct graph *g, const size_t *members, size_t count)
{
	double y = 0;

	for (size_t i = 0; i < count; i++) {
		y += i ? distance(&g->vertex[members[i - 1]], &g->vertex[members[i]]) : 0;
		g->vertex[members[i]].y = y;
	}
	for (size_t i = 0; i < count; i++)
		g->vertex[members[i]].y -= y / 2;
}

static void place_heights(struct graph *g, size_t *members, struct block *blocks)
{
	for (size_t c = 0; c < g->columns; c++)
		stack(g, members, collect_column(g, (int)c, members));
	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < g->columns; i++) {
			/* to and fro by one side; at last both together */
			int column = (int)(round % 2 ? g->columns - 1 - i : i);
			int side = round >= ROUNDS / 2 ? -1 : round % 2 ? GRAPH_RIGHT : GRAPH_LEFT;
			size_t count = collect_column(g, column, members);

			for (size_t m = 0; m < count; m++)
				wish(g, members[m], side);
			settle(g, members, count, blocks);
		}
	}
}

/* ---- the whole ---- */

static void place_columns(struct graph *g)
{
	double x = MARGIN;

	for (size_t c = 0; c < g->columns; c++) {
		double width = column_width(g, (int)c);

		for (size_t v = 0; v < g->vertex_count; v++)
			if (g->vertex[v].rank == (int)c)
				g->vertex[v].x = x + width / 2;
		x += width + (c + 1 < g->columns ? gap_after(g, (int)c) : 0);
	}
	g->width = x + MARGIN;
}

/* A chain: rows to and fro, a curve at the end of each */
static void place_snake(struct graph *g)
{
	double step = 0, turn = 0;

	for (size_t c = 0; c + 1 < g->columns; c++) {
		step = fmax(step, gap_after(g, (int)c) + column_width(g, (int)c));
		turn = fmax(turn, gap_after(g, (int)c));
	}
	for (size_t v = 0; v < g->vertex_count; v++) {
		int row = g->vertex[v].rank / SNAKE_ROW, column = g->vertex[v].rank % SNAKE_ROW;

		g->vertex[v].x = MARGIN + turn / 2 + NODE_WIDTH / 2 +
				 step * (row % 2 ? SNAKE_ROW - 1 - column : column);
		g->vertex[v].y = row * (NODE + 2 * GAP);
	}
	for (size_t i = 0; i < g->piece_count; i++) {
		struct graph_piece *p = &g->piece[i];
		int from = g->vertex[p->end[0].vertex].rank / SNAKE_ROW;
		int to = g->vertex[p->end[1].vertex].rank / SNAKE_ROW;

		p->end[0].side = from % 2 ? GRAPH_LEFT : GRAPH_RIGHT;
		p->end[1].side = from != to ? p->end[0].side : from % 2 ? GRAPH_RIGHT : GRAPH_LEFT;
	}
	g->width = 2 * MARGIN + turn + NODE_WIDTH + step * (SNAKE_ROW - 1);
}

/* Pieces around the side of a column need room there. */
static double overhang(const struct graph *g)
{
	double most = 0;

	for (size_t i = 0; i < g->piece_count; i++)
		if (g->piece[i].end[0].side == g->piece[i].end[1].side &&
		    g->vertex[g->piece[i].end[0].vertex].rank + 1 == (int)g->columns)
			most = fmax(
				most,
				fmax(stub(g, &g->piece[i].end[0]), stub(g, &g->piece[i].end[1])) +
					CURVE + graph_text_width(g->edge[g->piece[i].edge].middle));
	return most;
}

static void move_to_page(struct graph *g)
{
	double top = INFINITY, bottom = -INFINITY;

	for (size_t v = 0; v < g->vertex_count; v++) {
		top = fmin(top, g->vertex[v].y - g->vertex[v].height / 2);
		bottom = fmax(bottom, g->vertex[v].y + g->vertex[v].height / 2);
	}
	for (size_t v = 0; v < g->vertex_count; v++)
		g->vertex[v].y += TITLE + MARGIN - top;
	g->height = TITLE + LEGEND + 2 * MARGIN + bottom - top;
}

void graph_place(struct graph *g)
{
	size_t *members = calloc(g->vertex_count + 1, sizeof(*members));
	struct block *blocks = calloc(g->vertex_count + 1, sizeof(*blocks));
	struct port *ports = calloc(2 * g->piece_count + 1, sizeof(*ports));

	if (members && blocks && ports) {
		for (size_t v = 0; v < g->vertex_count; v++)
			size_vertex(g, v, ports);
		if (g->form == GRAPH_SNAKE) {
			place_snake(g);
		} else {
			place_columns(g);
			g->width += overhang(g);
			place_heights(g, members, blocks);
		}
		move_to_page(g);
	}
	free(members);
	free(blocks);
	free(ports);
}

/* Nearly all with all: on a circle, edges are chords and their labels come with the pointer. */
void graph_place_ring(struct graph *g)
{
	double radius = fmax(150, RING_ROOM * (double)g->vertex_count / (2 * M_PI)), widest = 0;

	for (size_t v = 0; v < g->vertex_count; v++) {
		struct graph_vertex *vertex = &g->vertex[v];
		double angle = 2 * M_PI * (double)v / (double)g->vertex_count - M_PI / 2;

		vertex->width = fmax(NODE_WIDTH, (double)strlen(vertex->name) * 8.4 + 28);
		vertex->height = NODE;
		vertex->x = radius * cos(angle);
		vertex->y = radius * sin(angle);
		widest = fmax(widest, vertex->width);
	}
	for (size_t v = 0; v < g->vertex_count; v++) {
		g->vertex[v].x += radius + widest / 2 + MARGIN;
		g->vertex[v].y += radius;
	}
	g->width = 2 * (radius + MARGIN) + widest;
	move_to_page(g);
}
