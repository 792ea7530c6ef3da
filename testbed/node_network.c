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
};

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
	return rc;
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
	if (!rc)
		rc = node_process_rules(nl, plan, node);
	return rc ? rc : node_routes(t, node, add_route, nl);
}

int node_network(const struct plan *plan, unsigned node, struct node_error *err)
{
	struct nl *nl;
	size_t index = 0;
	int rc = nl_open(&nl), end;

	if (rc)
		return node_fail(err, rc, "netlink");
	rc = node_process_answers(plan, node, err);
	if (rc) {
		nl_close(nl);
		return rc;
	}
	nl_batch_begin(nl);
	rc = node < plan->t->node_count ? configure_node(nl, plan, node)
					: nl_link_set_up(nl, LO, true); /* its links came up as they were made */
	end = nl_batch_end(nl, &index);
	if (!rc)
		rc = end;
	if (rc)
		node_fail(err, rc, "network request %zu: %s", index, nl_error_text(nl));
	nl_close(nl);
	return rc;
}
