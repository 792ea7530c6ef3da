// SPDX-License-Identifier: Apache-2.0
/*
 * A layered layout after Sugiyama, Tagawa and Toda (1981). Ranks: what is of 5G has columns by its
 * kind, from UE to cloud; everything else is as far away as its links make it. Edges over several
 * columns get bends. Each column is then ordered by the barycentres of its neighbours, to and fro,
 * and the order with the fewest crossings is kept.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/graph.h"

enum {
	STEP_LINK = 4,	  /* ranks from node to node */
	STEP_NETWORK = 2, /* from a node to a network */
	SWEEPS = 24,
	SNAKE_COLUMNS = 8, /* longer chains are folded */
	RING_DEGREE = 6,   /* mean degree above which columns would be a tangle */
	BENDS_MAX = 1 << 18,
};

static const int kind_ranks[TOPO_KINDS] = {
	[TOPO_UE] = 0,	  [TOPO_GNB] = 4,    [TOPO_CORE] = 8,  [TOPO_UPF] = 12,
	[TOPO_EDGE] = 16, [TOPO_CLOUD] = 20, [TOPO_HOST] = -1, [TOPO_ROUTER] = -1,
};
static const int layer_ranks[TOPO_LAYERS] = {
	[TOPO_N2] = 6,	 [TOPO_N3] = 8,	   [TOPO_N4] = 10,    [TOPO_N6] = 14,
	[TOPO_WAN] = 18, [TOPO_RADIO] = 2, [TOPO_PLAIN] = -1,
};

/* The ends of an edge, one after the other */
static size_t other_end(const struct graph_edge *e, size_t vertex)
{
	return e->end[e->end[0].vertex == vertex].vertex;
}

static bool touches(const struct graph_edge *e, size_t vertex)
{
	return e->end[0].vertex == vertex || e->end[1].vertex == vertex;
}

/* Breadth first from what is in @queue; Return: how many are in it at the end */
static size_t spread(struct graph *g, size_t *queue, size_t count)
{
	for (size_t done = 0; done < count; done++) {
		size_t at = queue[done];

		for (size_t i = 0; i < g->edge_count; i++) {
			size_t to;
			bool hub;

			if (g->edge[i].session || !touches(&g->edge[i], at))
				continue;
			to = other_end(&g->edge[i], at);
			hub = g->vertex[to].role == GRAPH_NETWORK ||
			      g->vertex[at].role == GRAPH_NETWORK;
			if (g->vertex[to].rank >= 0)
				continue;
			g->vertex[to].rank = g->vertex[at].rank + (hub ? STEP_NETWORK : STEP_LINK);
			queue[count++] = to;
		}
	}
	return count;
}

static void unrank(struct graph *g, const size_t *queue, size_t count)
{
	for (size_t i = 0; i < count; i++)
		g->vertex[queue[i]].rank = -1;
}

/* A component without 5G: from one of its far ends, so that a chain begins at its end */
static void rank_component(struct graph *g, size_t start, size_t *queue)
{
	size_t count, far;

	g->vertex[start].rank = 0;
	queue[0] = start;
	count = spread(g, queue, 1);
	far = queue[count - 1];
	unrank(g, queue, count);
	g->vertex[far].rank = 0;
	queue[0] = far;
	spread(g, queue, 1);
	/* of two far ends the one that the file has first */
	far = queue[count - 1] < far ? queue[count - 1] : far;
	unrank(g, queue, count);
	g->vertex[far].rank = 0;
	queue[0] = far;
	spread(g, queue, 1);
}

static void rank_all(struct graph *g, size_t *queue)
{
	size_t count = 0;

	for (size_t v = 0; v < g->vertex_count; v++) {
		struct graph_vertex *vertex = &g->vertex[v];

		vertex->rank = vertex->role == GRAPH_NODE ? kind_ranks[vertex->kind]
							  : layer_ranks[vertex->layer];
		if (vertex->rank >= 0)
			queue[count++] = v;
	}
	if (count)
		spread(g, queue, count);
	for (size_t v = 0; v < g->vertex_count; v++)
		if (g->vertex[v].rank < 0)
			rank_component(g, v, queue);
}

/* Ranks that nobody has are left out. */
static void number_columns(struct graph *g)
{
	int max = 0, column = 0;

	for (size_t v = 0; v < g->vertex_count; v++)
		max = g->vertex[v].rank > max ? g->vertex[v].rank : max;
	for (int rank = 0; rank <= max; rank++) {
		bool any = false;

		for (size_t v = 0; v < g->vertex_count; v++)
			if (g->vertex[v].rank == rank) {
				g->vertex[v].rank = column;
				any = true;
			}
		column += any;
	}
	g->columns = (size_t)column;
}

static void add_piece(struct graph *g, size_t edge, struct graph_end from, struct graph_end to)
{
	struct graph_piece *piece = &g->piece[g->piece_count++];
	bool around = g->vertex[from.vertex].rank == g->vertex[to.vertex].rank;

	piece->edge = edge;
	piece->end[0] = from;
	piece->end[1] = to;
	piece->end[0].side = GRAPH_RIGHT;
	piece->end[1].side = around ? GRAPH_RIGHT : GRAPH_LEFT;
}

static struct graph_end add_bend(struct graph *g, int rank)
{
	struct graph_vertex *bend = &g->vertex[g->vertex_count];

	*bend = (struct graph_vertex){.role = GRAPH_BEND, .rank = rank};
	return (struct graph_end){.vertex = g->vertex_count++};
}

static void cut_edge(struct graph *g, size_t index)
{
	struct graph_edge *e = &g->edge[index];
	bool forward = g->vertex[e->end[0].vertex].rank <= g->vertex[e->end[1].vertex].rank;
	struct graph_end at = e->end[!forward], to = e->end[forward];
	int last = g->vertex[to.vertex].rank;

	e->first = g->piece_count;
	for (int rank = g->vertex[at.vertex].rank + 1; rank < last; rank++) {
		struct graph_end bend = add_bend(g, rank);

		add_piece(g, index, at, bend);
		at = bend;
	}
	add_piece(g, index, at, to);
	e->last = g->piece_count;
}

static size_t span(const struct graph *g, const struct graph_edge *e)
{
	int d = g->vertex[e->end[0].vertex].rank - g->vertex[e->end[1].vertex].rank;

	return (size_t)(d < 0 ? -d : d);
}

static int cut_edges(struct graph *g)
{
	size_t bends = 0;
	struct graph_vertex *grown;

	for (size_t i = 0; i < g->edge_count; i++)
		bends += span(g, &g->edge[i]);
	if (bends > BENDS_MAX)
		return -E2BIG;
	grown = realloc(g->vertex, (g->vertex_count + bends + 1) * sizeof(*grown));
	if (grown)
		g->vertex = grown;
	g->piece = calloc(bends + g->edge_count + 1, sizeof(*g->piece));
	if (!grown || !g->piece)
		return -ENOMEM;
	for (size_t i = 0; i < g->edge_count; i++)
		cut_edge(g, i);
	return 0;
}

/* ---- order ---- */

struct column {
	size_t *member;
	size_t count;
};

static int compare_pairs(const void *a, const void *b, void *user)
{
	const struct graph *g = user;
	const struct graph_piece *p = &g->piece[*(const size_t *)a],
				 *q = &g->piece[*(const size_t *)b];
	size_t left[2] = {g->vertex[p->end[0].vertex].order, g->vertex[q->end[0].vertex].order};
	size_t right[2] = {g->vertex[p->end[1].vertex].order, g->vertex[q->end[1].vertex].order};

	if (left[0] != left[1])
		return left[0] < left[1] ? -1 : 1;
	return (right[0] > right[1]) - (right[0] < right[1]);
}

/* Crossings between a column and the next: inversions of the right ends, by insertion into what
 * came before */
static size_t count_crossings(const struct graph *g, size_t *pieces)
{
	size_t total = 0;

	for (int column = 0; column + 1 < (int)g->columns; column++) {
		size_t count = 0;

		for (size_t i = 0; i < g->piece_count; i++)
			if (g->vertex[g->piece[i].end[0].vertex].rank == column &&
			    g->piece[i].end[1].side == GRAPH_LEFT)
				pieces[count++] = i;
		qsort_r(pieces, count, sizeof(*pieces), compare_pairs, (void *)g);
		for (size_t i = 1; i < count; i++)
			for (size_t j = 0; j < i; j++)
				total += g->vertex[g->piece[pieces[j]].end[1].vertex].order >
					 g->vertex[g->piece[pieces[i]].end[1].vertex].order;
	}
	return total;
}

static int compare_weights(const void *a, const void *b, void *user)
{
	const struct graph *g = user;
	const struct graph_vertex *v = &g->vertex[*(const size_t *)a],
				  *w = &g->vertex[*(const size_t *)b];

	if (v->weight != w->weight)
		return v->weight < w->weight ? -1 : 1;
	return (v->order > w->order) - (v->order < w->order);
}

static void order_column(struct graph *g, struct column *column, enum graph_side side)
{
	for (size_t i = 0; i < column->count; i++) {
		struct graph_vertex *v = &g->vertex[column->member[i]];
		double sum = 0;
		size_t count = 0;

		for (size_t p = 0; p < g->piece_count; p++) {
			const struct graph_piece *piece = &g->piece[p];

			if (piece->end[1].side == GRAPH_RIGHT ||
			    piece->end[side == GRAPH_LEFT].vertex != column->member[i])
				continue;
			sum += (double)g->vertex[piece->end[side == GRAPH_RIGHT].vertex].order;
			count++;
		}
		v->weight = count ? sum / (double)count : (double)v->order;
	}
	qsort_r(column->member, column->count, sizeof(*column->member), compare_weights, g);
	for (size_t i = 0; i < column->count; i++)
		g->vertex[column->member[i]].order = i;
}

/* One way through all columns */
static void sweep(struct graph *g, struct column *columns, bool right)
{
	for (size_t i = 1; i < g->columns; i++)
		order_column(g, &columns[right ? i : g->columns - 1 - i],
			     right ? GRAPH_LEFT : GRAPH_RIGHT);
}

static int order_all(struct graph *g)
{
	size_t *members = calloc(2 * g->vertex_count + g->piece_count + 1, sizeof(*members));
	size_t *best = members + g->vertex_count, *scratch = best + g->vertex_count, fewest,
	       used = 0;
	struct column *columns = calloc(g->columns, sizeof(*columns));

	if (!members || !columns) {
		free(members);
		free(columns);
		return -ENOMEM;
	}
	for (size_t c = 0; c < g->columns; c++) {
		columns[c].member = members + used;
		for (size_t v = 0; v < g->vertex_count; v++)
			if (g->vertex[v].rank == (int)c) {
				g->vertex[v].order = columns[c].count;
				columns[c].member[columns[c].count++] = v;
			}
		used += columns[c].count;
	}
	fewest = count_crossings(g, scratch);
	for (size_t v = 0; v < g->vertex_count; v++)
		best[v] = g->vertex[v].order;
	for (unsigned i = 0; i < SWEEPS && fewest; i++) {
		size_t crossings;

		sweep(g, columns, i % 2 == 0);
		crossings = count_crossings(g, scratch);
		if (crossings >= fewest)
			continue;
		fewest = crossings;
		for (size_t v = 0; v < g->vertex_count; v++)
			best[v] = g->vertex[v].order;
	}
	for (size_t v = 0; v < g->vertex_count; v++)
		g->vertex[v].order = best[v];
	free(members);
	free(columns);
	return 0;
}

/* ---- which form ---- */

static bool is_dense(const struct graph *g)
{
	size_t links = 0;

	for (size_t v = 0; v < g->vertex_count; v++)
		if (g->vertex[v].role == GRAPH_NODE && kind_ranks[g->vertex[v].kind] >= 0)
			return false;
	for (size_t i = 0; i < g->edge_count; i++)
		links += !g->edge[i].session;
	return g->vertex_count > 6 && 2 * links > RING_DEGREE * g->vertex_count;
}

static bool is_chain(const struct graph *g)
{
	return g->columns > SNAKE_COLUMNS && g->columns == g->vertex_count &&
	       g->piece_count + 1 == g->vertex_count;
}

int graph_layout(struct graph *g)
{
	size_t *queue = calloc(g->vertex_count + 1, sizeof(*queue));
	int rc;

	if (!queue)
		return -ENOMEM;
	rank_all(g, queue);
	free(queue);
	number_columns(g);
	if (is_dense(g)) {
		g->form = GRAPH_RING;
		graph_place_ring(g);
		return 0;
	}
	rc = cut_edges(g);
	if (!rc)
		rc = order_all(g);
	if (rc)
		return rc;
	if (is_chain(g))
		g->form = GRAPH_SNAKE;
	graph_place(g);
	return 0;
}
