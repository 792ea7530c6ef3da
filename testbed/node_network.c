// SPDX-License-Identifier: Apache-2.0
/* A node's interfaces and routes, in one batch of netlink requests: every index is known
 * beforehand. */
#include "testbed/node.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "lib/netlink/netlink.h"

enum {
	LO = 1,
	NEIGHBOURS_MAX = 64,   /* a network with more members asks by ARP */
	BURST_MS = 2,	       /* tbf: what may go at once */
	QUEUE_MS = 50,	       /* tbf: what may wait */
	BURST_MIN = 66 * 1024, /* one segmentation-offload packet */
};

/* A rate alone is tbf's, which every kernel has; netem does the rest, and then the rate too. */
static int shape(struct nl *nl, unsigned ifindex, const struct topo_shape *s)
{
	struct nl_netem netem = {.delay_us = s->delay_us,
				 .jitter_us = s->jitter_us,
				 .loss = s->loss,
				 .rate_bps = s->rate_bps};
	uint64_t burst = s->rate_bps / 8 * BURST_MS / 1000,
		 queue = s->rate_bps / 8 * QUEUE_MS / 1000;

	if (topo_shape_is_plain(s))
		return 0;
	if (topo_shape_needs_netem(s))
		return nl_qdisc_netem(nl, ifindex, &netem);
	if (burst < BURST_MIN)
		burst = BURST_MIN;
	if (burst > UINT32_MAX / 4)
		burst = UINT32_MAX / 4;
	if (queue < 4 * BURST_MIN)
		queue = 4 * BURST_MIN;
	if (queue > UINT32_MAX / 2)
		queue = UINT32_MAX / 2;
	return nl_qdisc_tbf(nl, ifindex, s->rate_bps, (uint32_t)burst, (uint32_t)queue);
}

static int add_neighbours(struct nl *nl, const struct topology *t, unsigned index)
{
	const struct topo_network *network = &t->network[t->port[index].network];
	int rc = 0;

	for (unsigned p = 0;
	     !rc && p < network->port_count && network->port_count <= NEIGHBOURS_MAX; p++) {
		const struct topo_port *peer = &t->port[network->first_port + p];

		if (network->first_port + p != index && peer->addr.s_addr)
			rc = nl_neigh_replace(nl, IFINDEX_PORT + index, peer->addr, peer->mac);
	}
	return rc;
}

static int configure_port(struct nl *nl, const struct topology *t, unsigned index)
{
	const struct topo_port *port = &t->port[index];
	unsigned ifindex = IFINDEX_PORT + index;
	int rc = nl_link_set_up(nl, ifindex, true);

	if (!rc && port->addr.s_addr)
		rc = nl_addr_add(nl, ifindex, port->addr, t->network[port->network].prefix.len);
	if (!rc)
		rc = add_neighbours(nl, t, index);
	return rc ? rc : shape(nl, ifindex, &port->shape);
}

static int add_via(struct nl *nl, const struct topology *t, const struct topo_port *port,
		   struct yaml_prefix to, struct in_addr via, uint32_t table)
{
	struct nl_route route = {.dst = to.addr,
				 .dst_len = to.len,
				 .gateway = via,
				 .table = table,
				 .ifindex = IFINDEX_PORT + (unsigned)(port - t->port)};

	return nl_route_add(nl, &route);
}

static const struct topo_port *other_end(const struct topology *t, const struct topo_port *port)
{
	const struct topo_network *network = &t->network[port->network];

	return &t->port[network->first_port] == port ? port + 1 : port - 1;
}

/* What the data plane decapsulated is routed in a table that knows N6 only. */
static int upf_routes(struct nl *nl, const struct topology *t, unsigned node)
{
	const struct topo_port *n6 = topology_find_port(t, node, TOPO_N6);
	struct yaml_prefix all = {0}, link = t->network[n6->network].prefix;
	struct nl_route on_link = {.dst = link.addr,
				   .dst_len = link.len,
				   .table = N6_TABLE,
				   .ifindex = IFINDEX_PORT + (unsigned)(n6 - t->port)};
	int rc = nl_route_add(nl, &on_link);

	return rc ? rc : add_via(nl, t, n6, all, other_end(t, n6)->addr, N6_TABLE);
}

static int edge_services(struct nl *nl, const struct topology *t, unsigned node)
{
	struct nl_route others = {.dst = t->service_prefix.addr,
				  .dst_len = t->service_prefix.len,
				  .type = NL_ROUTE_UNREACHABLE};
	int rc = 0;

	for (size_t i = 0; !rc && i < t->service_count; i++)
		if (t->service[i].on[node])
			rc = nl_addr_add(nl, LO, t->service[i].addr, 32);
	/* service addresses never cross the WAN */
	return rc || !t->service_count ? rc : nl_route_add(nl, &others);
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
static int pool_route(struct nl *nl, const struct topology *t, unsigned node,
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
	return nl_route_add(nl, &route);
}

static int edge_routes(struct nl *nl, const struct topology *t, unsigned node)
{
	const struct topo_port *wan = topology_find_port(t, node, TOPO_WAN);
	const struct topo_port *n6 = topology_find_port(t, node, TOPO_N6);
	const struct topo_port *cloud = cloud_port(t);
	struct yaml_prefix all = {0};
	int rc = edge_services(nl, t, node);

	if (!rc && n6)
		rc = pool_route(nl, t, node, n6);
	if (!rc && wan && cloud)
		rc = add_via(nl, t, wan, all, cloud->addr, 0);
	return rc;
}

/* Every pool, and the N6 before it, by its edge */
static int cloud_routes(struct nl *nl, const struct topology *t, unsigned node)
{
	const struct topo_port *own = topology_find_port(t, node, TOPO_WAN);
	int rc = 0;

	for (unsigned i = 0; !rc && own && i < t->node_count; i++) {
		const struct topo_port *edge = topology_find_port(t, i, TOPO_WAN);
		const struct topo_port *n6 = topology_find_port(t, i, TOPO_N6);

		if (t->node[i].kind != TOPO_EDGE || !edge || !n6)
			continue;
		rc = add_via(nl, t, own, t->node[t->node[i].upf].pool, edge->addr, 0);
		if (!rc)
			rc = add_via(nl, t, own, t->network[n6->network].prefix, edge->addr, 0);
	}
	return rc;
}

static int add_routes(struct nl *nl, const struct topology *t, unsigned node)
{
	const struct topo_node *n = &t->node[node];
	int rc = 0;

	for (size_t i = 0; !rc && i < n->route_count; i++)
		rc = add_via(nl, t, &t->port[n->route[i].port], n->route[i].to, n->route[i].via, 0);
	if (rc)
		return rc;
	switch (n->kind) {
	case TOPO_UPF:
		return upf_routes(nl, t, node);
	case TOPO_EDGE:
		return edge_routes(nl, t, node);
	case TOPO_CLOUD:
		return cloud_routes(nl, t, node);
	default:
		return 0;
	}
}

static int configure_node(struct nl *nl, const struct plan *plan, unsigned node)
{
	const struct topology *t = plan->t;
	int rc = nl_link_set_up(nl, LO, true);

	if (!rc && plan->managed)
		rc = nl_link_set_up(nl, IFINDEX_MGMT, true);
	if (!rc && plan->managed)
		rc = nl_addr_add(nl, IFINDEX_MGMT, plan->run->node[node].address,
				 plan->run->management.len);
	for (unsigned p = 0; !rc && p < t->port_count; p++)
		if (t->port[p].node == node)
			rc = configure_port(nl, t, p);
	return rc ? rc : add_routes(nl, t, node);
}

/* In the fabric: the far ends of bridged links shape what goes to the node. */
static int configure_fabric(struct nl *nl, const struct topology *t)
{
	int rc = nl_link_set_up(nl, LO, true);

	for (unsigned p = 0; !rc && p < t->port_count; p++)
		if (t->network[t->port[p].network].bridged)
			rc = shape(nl, IFINDEX_PORT + p, &t->port[p].shape);
	return rc;
}

int node_network(const struct plan *plan, unsigned node, struct node_error *err)
{
	struct nl *nl;
	size_t index = 0;
	int rc = nl_open(&nl), end;

	if (rc)
		return node_fail(err, rc, "netlink");
	nl_batch_begin(nl);
	rc = node < plan->t->node_count ? configure_node(nl, plan, node)
					: configure_fabric(nl, plan->t);
	end = nl_batch_end(nl, &index);
	if (!rc)
		rc = end;
	if (rc)
		node_fail(err, rc, "network request %zu: %s", index, nl_error_text(nl));
	nl_close(nl);
	return rc;
}
