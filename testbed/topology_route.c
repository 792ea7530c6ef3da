// SPDX-License-Identifier: Apache-2.0
/*
 * Routes: those that the file gives, and those among hosts and routers, which are worked out. For
 * each plain network the routers are walked outwards from it, breadth first; who is reached first
 * has the shortest way. A host with one link has a default route instead. 5G nodes have the routes
 * of their kind (node_network.c).
 */
#include "testbed/topology_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int add_route(struct topo_node *node, const struct topo_route *route)
{
	if (!topo_grow(&node->route, node->route_count, sizeof(*node->route)))
		return -ENOMEM;
	node->route[node->route_count++] = *route;
	return 0;
}

static int place_given(struct topo_reader *r, const struct topo_route_entry *entry)
{
	struct topology *t = r->t;
	struct topo_route route = {.to = entry->to, .via = entry->via};

	for (unsigned i = 0; i < t->port_count; i++) {
		const struct yaml_prefix *prefix = &t->network[t->port[i].network].prefix;

		if (t->port[i].node != entry->node || !prefix->len ||
		    !topo_same_prefix(entry->via, prefix->addr, prefix->len))
			continue;
		route.port = i;
		return add_route(&t->node[entry->node], &route);
	}
	return topo_fail_at(r, entry->at, "via: expected an address on a network of '%s'",
			    t->node[entry->node].name);
}

static bool takes_part(const struct topo_node *node)
{
	return node->kind == TOPO_HOST || node->kind == TOPO_ROUTER;
}

struct walk {
	struct topology *t;
	unsigned *queue; /* of networks */
	size_t head, tail;
	bool *seen_network, *seen_node;
};

static bool has_port_on(const struct topology *t, unsigned node, unsigned network)
{
	const struct topo_network *n = &t->network[network];

	for (unsigned p = n->first_port; p < n->first_port + n->port_count; p++)
		if (t->port[p].node == node)
			return true;
	return false;
}

/* Everyone on @near who has no way to @target yet goes by @gateway. */
static int route_members(struct walk *w, const struct topo_network *near,
			 const struct topo_port *gateway, const struct topo_network *target)
{
	for (unsigned p = near->first_port; p < near->first_port + near->port_count; p++) {
		unsigned index = w->t->port[p].node;
		struct topo_node *node = &w->t->node[index];
		struct topo_route route = {.to = target->prefix, .via = gateway->addr, .port = p};
		int rc;

		if (!takes_part(node) || w->seen_node[index])
			continue;
		w->seen_node[index] = true;
		rc = add_route(node, &route);
		if (rc)
			return rc;
	}
	return 0;
}

/* The routers on @network carry the walk on to their other networks. */
static int walk_routers(struct walk *w, unsigned network, const struct topo_network *target)
{
	const struct topo_network *from = &w->t->network[network];

	for (unsigned p = from->first_port; p < from->first_port + from->port_count; p++) {
		unsigned router = w->t->port[p].node;

		if (w->t->node[router].kind != TOPO_ROUTER)
			continue;
		for (unsigned q = 0; q < w->t->port_count; q++) {
			const struct topo_port *port = &w->t->port[q];
			int rc;

			if (port->node != router || w->seen_network[port->network] ||
			    w->t->network[port->network].layer != TOPO_PLAIN)
				continue;
			w->seen_network[port->network] = true;
			w->queue[w->tail++] = port->network;
			rc = route_members(w, &w->t->network[port->network], port, target);
			if (rc)
				return rc;
		}
	}
	return 0;
}

static int walk_from(struct walk *w, unsigned target)
{
	struct topology *t = w->t;

	memset(w->seen_network, 0, t->network_count * sizeof(bool));
	for (unsigned i = 0; i < t->node_count; i++)
		w->seen_node[i] = has_port_on(t, i, target);
	w->head = w->tail = 0;
	w->seen_network[target] = true;
	w->queue[w->tail++] = target;
	while (w->head < w->tail) {
		int rc = walk_routers(w, w->queue[w->head++], &t->network[target]);

		if (rc)
			return rc;
	}
	return 0;
}

static int walk_all(struct topology *t)
{
	struct walk w = {
		.t = t,
		.queue = calloc(t->network_count + 1, sizeof(*w.queue)),
		.seen_network = calloc(t->network_count + 1, sizeof(bool)),
		.seen_node = calloc(t->node_count + 1, sizeof(bool)),
	};
	int rc = w.queue && w.seen_network && w.seen_node ? 0 : -ENOMEM;

	for (unsigned i = 0; !rc && i < t->network_count; i++)
		if (t->network[i].layer == TOPO_PLAIN)
			rc = walk_from(&w, i);
	free(w.queue);
	free(w.seen_network);
	free(w.seen_node);
	return rc;
}

/* A host whose every route goes one way needs only one. */
static void fold_host(struct topo_node *node, size_t given)
{
	if (node->kind != TOPO_HOST || node->route_count < given + 1)
		return;
	for (size_t i = given + 1; i < node->route_count; i++)
		if (node->route[i].via.s_addr != node->route[given].via.s_addr)
			return;
	node->route[given].to = (struct yaml_prefix){0};
	node->route_count = given + 1;
}

int topo_place_routes(struct topo_reader *r)
{
	struct topology *t = r->t;
	size_t given[TOPO_NODES_MAX];
	int rc = 0;

	for (size_t i = 0; !rc && i < r->route_count; i++)
		rc = place_given(r, &r->route[i]);
	if (rc || !t->routing)
		return rc;
	for (size_t i = 0; i < t->node_count; i++)
		given[i] = t->node[i].route_count;
	rc = walk_all(t);
	for (size_t i = 0; !rc && i < t->node_count; i++)
		fold_host(&t->node[i], given[i]);
	return rc;
}
