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
	BURST_MS = 2,	       /* tbf: what may go at once */
	QUEUE_MS = 50,	       /* tbf: what may wait */
	BURST_MIN = 66 * 1024, /* one segmentation-offload packet */
};

/* A rate alone is tbf's, which every kernel has; netem does the rest, and then the rate too. */
int node_shape(struct nl *nl, unsigned ifindex, const struct topo_shape *s)
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
	     !rc && p < network->port_count && network->port_count <= NODE_NEIGHBOURS_MAX; p++) {
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
	return rc ? rc : node_shape(nl, ifindex, &port->shape);
}

static int add_services(struct nl *nl, const struct topology *t, unsigned node)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < t->service_count; i++)
		if (t->service[i].on[node])
			rc = nl_addr_add(nl, LO, t->service[i].addr, 32);
	return rc;
}

static int add_route(const struct nl_route *route, void *user)
{
	return nl_route_add(user, route);
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
	/* first: routes have a service's address for their source */
	if (!rc)
		rc = add_services(nl, t, node);
	return rc ? rc : node_routes(t, node, add_route, nl);
}

/* In the fabric: the far ends of bridged links shape what goes to the node. */
static int configure_fabric(struct nl *nl, const struct topology *t)
{
	int rc = nl_link_set_up(nl, LO, true);

	for (unsigned p = 0; !rc && p < t->port_count; p++)
		if (t->network[t->port[p].network].bridged)
			rc = node_shape(nl, IFINDEX_PORT + p, &t->port[p].shape);
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
