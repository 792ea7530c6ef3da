// SPDX-License-Identifier: Apache-2.0
/* The routes of a node: those of the file and those of its kind. A node's init adds them, and
 * reconciling compares them. */
#include <string.h>

#include "lib/netlink/netlink.h"
#include "testbed/node.h"

struct sink {
	int (*each)(const struct nl_route *route, void *user);
	void *user;
};

static int add_via(const struct sink *sink, const struct topology *t, const struct topo_port *port,
		   struct yaml_prefix to, struct in_addr via, uint32_t table)
{
	struct nl_route route = {.dst = to.addr,
				 .dst_len = to.len,
				 .gateway = via,
				 .table = table,
				 .ifindex = IFINDEX_PORT + (unsigned)(port - t->port)};

	return sink->each(&route, sink->user);
}

static const struct topo_port *other_end(const struct topology *t, const struct topo_port *port)
{
	const struct topo_network *network = &t->network[port->network];

	return &t->port[network->first_port] == port ? port + 1 : port - 1;
}

/* What the data plane decapsulated is routed in a table that knows N6 only. */
static int upf_routes(const struct sink *sink, const struct topology *t, unsigned node)
{
	const struct topo_port *n6 = topology_find_port(t, node, TOPO_N6);
	struct yaml_prefix all = {0}, link = t->network[n6->network].prefix;
	struct nl_route on_link = {.dst = link.addr,
				   .dst_len = link.len,
				   .table = N6_TABLE,
				   .ifindex = IFINDEX_PORT + (unsigned)(n6 - t->port)};
	int rc = sink->each(&on_link, sink->user);

	return rc ? rc : add_via(sink, t, n6, all, other_end(t, n6)->addr, N6_TABLE);
}

static const struct topo_port *cloud_port(const struct topology *t)
{
	for (unsigned i = 0; i < t->node_count; i++)
		if (t->node[i].kind == TOPO_CLOUD)
			return topology_find_port(t, i, TOPO_WAN);
	return NULL;
}

/* To its UEs, and from a service of this edge's where a server doesn't say: one that is bound to no
 * address (iperf3's UDP is) answers with the address that the UE knows. */
static int pool_route(const struct sink *sink, const struct topology *t, unsigned node,
		      const struct topo_port *n6)
{
	const struct yaml_prefix pool = t->node[t->node[node].upf].pool;
	struct nl_route route = {.dst = pool.addr,
				 .dst_len = pool.len,
				 .gateway = other_end(t, n6)->addr,
				 .ifindex = IFINDEX_PORT + (unsigned)(n6 - t->port)};
	size_t i;

	for (i = 0; i < t->service_count && !t->service[i].on[node]; i++)
		;
	if (i < t->service_count)
		route.prefsrc = t->service[i].addr;
	return sink->each(&route, sink->user);
}

/* Packets to what moves find it by ARP; from there they go back to their UE by its edge. */
static int process_routes(const struct sink *sink, const struct topology *t, unsigned node)
{
	const struct topo_port *wan = topology_find_port(t, node, TOPO_WAN);
	struct nl_route services = {0};
	struct yaml_prefix prefix;
	int rc;

	if (!t->process_count || !wan)
		return 0;
	prefix = topology_process_prefix(t);
	services.dst = prefix.addr;
	services.dst_len = prefix.len;
	services.ifindex = IFINDEX_PORT + (unsigned)(wan - t->port);
	rc = sink->each(&services, sink->user);
	for (unsigned i = 0; !rc && t->node[node].kind == TOPO_EDGE && i < t->node_count; i++) {
		const struct topo_port *other = topology_find_port(t, i, TOPO_WAN);

		if (i != node && t->node[i].kind == TOPO_EDGE && t->node[i].upf >= 0 && other)
			rc = add_via(sink, t, wan, t->node[t->node[i].upf].pool, other->addr, 0);
	}
	return rc;
}

static int edge_routes(const struct sink *sink, const struct topology *t, unsigned node)
{
	const struct topo_port *wan = topology_find_port(t, node, TOPO_WAN);
	const struct topo_port *n6 = topology_find_port(t, node, TOPO_N6);
	const struct topo_port *cloud = cloud_port(t);
	struct yaml_prefix all = {0};
	struct nl_route others = {.dst = t->service_prefix.addr,
				  .dst_len = t->service_prefix.len,
				  .type = NL_ROUTE_UNREACHABLE};
	/* service addresses never cross the WAN, but for those of what moves */
	int rc = t->service_count ? sink->each(&others, sink->user) : 0;

	if (!rc && n6)
		rc = pool_route(sink, t, node, n6);
	if (!rc && wan && cloud)
		rc = add_via(sink, t, wan, all, cloud->addr, 0);
	return rc ? rc : process_routes(sink, t, node);
}

/* Every pool, and the N6 before it, by its edge */
static int cloud_routes(const struct sink *sink, const struct topology *t, unsigned node)
{
	const struct topo_port *own = topology_find_port(t, node, TOPO_WAN);
	int rc = process_routes(sink, t, node);

	for (unsigned i = 0; !rc && own && i < t->node_count; i++) {
		const struct topo_port *edge = topology_find_port(t, i, TOPO_WAN);
		const struct topo_port *n6 = topology_find_port(t, i, TOPO_N6);

		if (t->node[i].kind != TOPO_EDGE || !edge || !n6)
			continue;
		rc = add_via(sink, t, own, t->node[t->node[i].upf].pool, edge->addr, 0);
		if (!rc)
			rc = add_via(sink, t, own, t->network[n6->network].prefix, edge->addr, 0);
	}
	return rc;
}

int node_routes(const struct topology *t, unsigned node,
		int (*each)(const struct nl_route *route, void *user), void *user)
{
	const struct sink taker = {each, user}, *sink = &taker;
	const struct topo_node *n = &t->node[node];
	int rc = 0;

	for (size_t i = 0; !rc && i < n->route_count; i++)
		rc = add_via(sink, t, &t->port[n->route[i].port], n->route[i].to, n->route[i].via,
			     0);
	if (rc)
		return rc;
	switch (n->kind) {
	case TOPO_UPF:
		return upf_routes(sink, t, node);
	case TOPO_EDGE:
		return edge_routes(sink, t, node);
	case TOPO_CLOUD:
		return cloud_routes(sink, t, node);
	default:
		return 0;
	}
}
