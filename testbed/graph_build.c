// SPDX-License-Identifier: Apache-2.0
/* What is drawn of a topology: its nodes, networks, links with their labels, and PDU sessions. */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/graph.h"

static size_t add_vertex(struct graph *g, enum graph_role role, const char *name)
{
	struct graph_vertex *v = &g->vertex[g->vertex_count];

	v->role = role;
	v->rank = -1;
	snprintf(v->name, sizeof(v->name), "%s", name);
	return g->vertex_count++;
}

static struct graph_edge *add_edge(struct graph *g, size_t from, size_t to)
{
	struct graph_edge *e = &g->edge[g->edge_count++];

	e->end[0].vertex = from;
	e->end[1].vertex = to;
	return e;
}

/* "rate 100Mbit delay 5ms", as the file has it */
static void describe_shape(const struct topo_shape *shape, char *buf, size_t size)
{
	FILE *out;

	buf[0] = '\0';
	out = fmemopen(buf, size, "w");
	if (!out)
		return;
	shape_print(&shape->is, " ", " ", out);
	fclose(out);
	if (buf[0] == ' ')
		memmove(buf, buf + 1, strlen(buf));
}

static void label_end(struct graph_end *end, const struct topo_port *port, unsigned prefix_len)
{
	char addr[INET_ADDRSTRLEN];

	snprintf(end->label, GRAPH_LABEL, "%s", port->ifname);
	if (!port->addr.s_addr)
		return;
	inet_ntop(AF_INET, &port->addr, addr, sizeof(addr));
	if (prefix_len)
		snprintf(end->note, GRAPH_LABEL, "%s/%u", addr, prefix_len);
	else
		snprintf(end->note, GRAPH_LABEL, "%s", addr);
}

static void add_title(struct graph *g, struct graph_edge *e, const char *network)
{
	const struct graph_end *a = &e->end[0], *b = &e->end[1];

	snprintf(e->title, sizeof(e->title), "%s: %s %s %s \342\200\223 %s %s %s%s%s", network,
		 g->vertex[a->vertex].name, a->label, a->note, g->vertex[b->vertex].name, b->label,
		 b->note, e->middle[0] ? "; " : "", e->middle);
}

/* Both directions, once where they are alike */
static void describe_both(const struct topo_shape *forward, const struct topo_shape *backward,
			  char middle[GRAPH_LABEL])
{
	char back[GRAPH_LABEL], both[2 * GRAPH_LABEL + 16];

	describe_shape(forward, middle, GRAPH_LABEL);
	describe_shape(backward, back, sizeof(back));
	if (!strcmp(back, middle))
		return;
	snprintf(both, sizeof(both), "\342\206\222 %s, \342\206\220 %s",
		 middle[0] ? middle : "plain", back[0] ? back : "plain");
	snprintf(middle, GRAPH_LABEL, "%.*s", GRAPH_LABEL - 1, both);
}

static void add_pair(struct graph *g, const struct topology *t, const struct topo_network *network)
{
	const struct topo_port *a = &t->port[network->first_port], *b = a + 1;
	struct graph_edge *e = add_edge(g, a->node, b->node);

	label_end(&e->end[0], a, network->prefix.len);
	label_end(&e->end[1], b, network->prefix.len);
	describe_both(&a->shape, &b->shape, e->middle);
	add_title(g, e, network->name);
}

static void add_bridged(struct graph *g, const struct topology *t,
			const struct topo_network *network)
{
	size_t hub = add_vertex(g, GRAPH_NETWORK, network->name);
	char prefix[INET_ADDRSTRLEN];

	g->vertex[hub].layer = network->layer;
	if (network->prefix.len)
		snprintf(g->vertex[hub].note, GRAPH_LABEL, "%s/%u",
			 inet_ntop(AF_INET, &network->prefix.addr, prefix, sizeof(prefix)),
			 network->prefix.len);
	for (unsigned p = 0; p < network->port_count; p++) {
		const struct topo_port *port = &t->port[network->first_port + p];
		struct graph_edge *e = add_edge(g, port->node, hub);

		label_end(&e->end[0], port, 0);
		describe_both(&port->shape, &port->back, e->middle);
		add_title(g, e, network->name);
	}
}

static void add_session(struct graph *g, const struct topology *t, unsigned ue, int upf, int id,
			const char *text)
{
	struct graph_edge *e;

	if (upf < 0)
		return;
	e = add_edge(g, ue, (size_t)upf);
	e->session = true;
	snprintf(e->end[0].label, GRAPH_LABEL, "PDU session %d", id);
	snprintf(e->end[0].note, GRAPH_LABEL, "%s", text);
	snprintf(e->title, sizeof(e->title), "%s PDU session %d %s, anchored at %s",
		 t->node[ue].name, id, text, t->node[upf].name);
}

/* As the file asks for them. Where it leaves the choice to smf-lite, several UPFs could be it. */
static void add_configured(struct graph *g, const struct topology *t)
{
	for (unsigned n = 0; n < t->node_count; n++) {
		for (size_t s = 0; s < t->node[n].session_count; s++) {
			const struct topo_session *session = &t->node[n].session[s];
			int upf = session->anchor >= 0 ? t->node[session->anchor].upf : -1;

			for (unsigned u = 0; upf < 0 && u < t->node_count; u++)
				if (t->node[u].kind == TOPO_UPF && topology_count(t, TOPO_UPF) == 1)
					upf = (int)u;
			add_session(g, t, n, upf, (int)s + 1, session->dnn);
		}
	}
}

static void add_actual(struct graph *g, const struct topology *t, const json_t *sessions)
{
	size_t i;
	json_t *session;

	json_array_foreach(sessions, i, session)
	{
		const char *supi = "", *upf = "", *addr = "", *dnn = "", *state = "";
		char text[GRAPH_LABEL];
		int id = 0;

		json_unpack(session, "{s?s, s?s, s?s, s?s, s?s, s?i}", "supi", &supi, "upf", &upf,
			    "address", &addr, "dnn", &dnn, "state", &state, "id", &id);
		snprintf(text, sizeof(text), "%.32s %.15s%s%.16s", dnn, addr,
			 strcmp(state, "active") ? " " : "", strcmp(state, "active") ? state : "");
		for (unsigned n = 0; n < t->node_count; n++)
			if (t->node[n].kind == TOPO_UE && !strcmp(t->node[n].supi, supi))
				add_session(g, t, n, topology_find_node(t, upf), id, text);
	}
}

int graph_build(const struct topology *t, const void *sessions, struct graph *ret_graph)
{
	struct graph g = {0};
	size_t edges = t->port_count + json_array_size(sessions);

	for (size_t n = 0; n < t->node_count; n++)
		edges += t->node[n].session_count;
	g.vertex = calloc(t->node_count + t->network_count + 1, sizeof(*g.vertex));
	g.edge = calloc(edges + 1, sizeof(*g.edge));
	if (!g.vertex || !g.edge) {
		graph_done(&g);
		return -ENOMEM;
	}
	snprintf(g.title, sizeof(g.title), "%s", t->name);
	for (size_t n = 0; n < t->node_count; n++) {
		struct graph_vertex *v = &g.vertex[add_vertex(&g, GRAPH_NODE, t->node[n].name)];

		v->kind = t->node[n].kind;
		snprintf(v->note, sizeof(v->note), "%s", topo_kind_name(v->kind));
	}
	for (size_t n = 0; n < t->network_count; n++) {
		const struct topo_network *network = &t->network[n];

		if (network->bridged || network->port_count != 2)
			add_bridged(&g, t, network);
		else
			add_pair(&g, t, network);
	}
	if (sessions)
		add_actual(&g, t, sessions);
	else
		add_configured(&g, t);
	*ret_graph = g;
	return 0;
}

void graph_done(struct graph *g)
{
	free(g->vertex);
	free(g->edge);
	free(g->piece);
}
