// SPDX-License-Identifier: Apache-2.0
/*
 * Links: a network of two nodes is one veth pair between them; any other is a bridge in the fabric
 * with a pair for each member. All are made in two batches, with names, addresses and indices
 * given, each end in its namespace from the start.
 */
#include "testbed/links.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/netlink/netlink.h"

#define MANAGEMENT_BRIDGE "br-mgmt"

static int add_pair(struct nl *nl, const struct plan *plan, const struct topo_network *network,
		    const int *netns)
{
	const struct topo_port *a = &plan->t->port[network->first_port], *b = a + 1;
	struct nl_veth veth = {
		.name = a->ifname,
		.peer = b->ifname,
		.netns_fd = netns[a->node],
		.peer_netns_fd = netns[b->node],
		.mac = a->mac,
		.peer_mac = b->mac,
		.mtu = network->mtu,
		.ifindex = IFINDEX_PORT + network->first_port,
		.peer_ifindex = IFINDEX_PORT + network->first_port + 1,
	};

	return nl_link_add_veth(nl, &veth);
}

static int make_pairs(const struct plan *plan, const int *netns, struct node_error *err)
{
	size_t index = 0;
	struct nl *nl;
	int rc = nl_open(&nl), end;

	if (rc)
		return node_fail(err, rc, "netlink");
	nl_batch_begin(nl);
	for (size_t i = 0; !rc && i < plan->t->network_count; i++)
		if (!plan->t->network[i].bridged)
			rc = add_pair(nl, plan, &plan->t->network[i], netns);
	end = nl_batch_end(nl, &index);
	if (!rc)
		rc = end;
	if (rc)
		node_fail(err, rc, "link %zu: %s", index, nl_error_text(nl));
	nl_close(nl);
	return rc;
}

static int add_bridge(struct nl *nl, const char *name, unsigned *ret_ifindex)
{
	int rc = nl_link_add_bridge(nl, name);

	if (!rc)
		rc = nl_link_index(nl, name, ret_ifindex);
	return rc ? rc : nl_link_set_up(nl, *ret_ifindex, true);
}

static int add_bridged(struct nl *nl, const struct plan *plan, const struct topo_network *network,
		       const int *netns)
{
	unsigned bridge = 0;
	int rc = add_bridge(nl, network->bridge, &bridge);

	nl_batch_begin(nl);
	for (unsigned p = 0; !rc && p < network->port_count; p++) {
		unsigned index = network->first_port + p;
		const struct topo_port *port = &plan->t->port[index];
		struct nl_veth veth = {
			.name = port->bridge_ifname,
			.peer = port->ifname,
			.netns_fd = -1,
			.peer_netns_fd = netns[port->node],
			.peer_mac = port->mac,
			.mtu = network->mtu,
			.ifindex = IFINDEX_PORT + index,
			.peer_ifindex = IFINDEX_PORT + index,
			.master = bridge,
		};

		rc = nl_link_add_veth(nl, &veth);
		if (!rc)
			rc = nl_link_set_up(nl, IFINDEX_PORT + index, true);
	}
	return rc ? (void)nl_batch_end(nl, NULL), rc : nl_batch_end(nl, NULL);
}

static int add_network(struct nl *nl, const struct plan *plan, const struct topo_network *network,
		       const int *netns)
{
	bool mesh = plan->t->n3_path_count &&
		    plan->t->port[plan->t->n3_path[0].from].network == network - plan->t->network;

	return mesh ? links_mesh_make(nl, plan, network, netns)
		    : add_bridged(nl, plan, network, netns);
}

/* mgmt0 of every node; the fabric's end has the node's name. */
static int add_management(struct nl *nl, const struct plan *plan, const int *netns, unsigned bridge)
{
	int rc = 0;

	nl_batch_begin(nl);
	for (unsigned i = 0; !rc && i < plan->t->node_count; i++) {
		char name[IFNAMSIZ];
		uint8_t mac[6];
		struct nl_veth veth = {
			.name = name,
			.peer = "mgmt0",
			.peer_mac = mac,
			.netns_fd = -1,
			.peer_netns_fd = netns[i],
			.ifindex = IFINDEX_FABRIC_MGMT + i,
			.peer_ifindex = IFINDEX_MGMT,
			.master = bridge,
		};

		management_mac(plan->run->node[i].address, mac);
		topo_name_cut(name, sizeof(name), "m.", plan->t->node[i].name, i);
		rc = nl_link_add_veth(nl, &veth);
		if (!rc)
			rc = nl_link_set_up(nl, IFINDEX_FABRIC_MGMT + i, true);
	}
	return rc ? (void)nl_batch_end(nl, NULL), rc : nl_batch_end(nl, NULL);
}

static int add_host_end(struct nl *nl, const struct plan *plan, unsigned bridge)
{
	int host = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct nl_veth veth = {.name = "host",
			       .peer = plan->run->host_ifname,
			       .netns_fd = -1,
			       .peer_netns_fd = host,
			       .master = bridge};
	unsigned ifindex;
	int rc;

	if (host < 0)
		return -errno;
	rc = nl_link_add_veth(nl, &veth);
	close(host);
	if (!rc)
		rc = nl_link_index(nl, "host", &ifindex);
	return rc ? rc : nl_link_set_up(nl, ifindex, true);
}

static int make_management(struct nl *nl, const struct plan *plan, const int *netns)
{
	unsigned bridge = 0;
	int rc;

	if (!plan->managed)
		return 0;
	rc = add_bridge(nl, MANAGEMENT_BRIDGE, &bridge);
	if (!rc)
		rc = add_management(nl, plan, netns, bridge);
	return rc ? rc : add_host_end(nl, plan, bridge);
}

static int make_fabric(const struct plan *plan, const int *netns, struct node_error *err)
{
	struct nl *nl;
	int rc = nl_open_netns(netns[plan->t->node_count], &nl);

	if (rc)
		return node_fail(err, rc, "the fabric's namespace");
	for (size_t i = 0; !rc && i < plan->t->network_count; i++)
		if (plan->t->network[i].bridged)
			rc = add_network(nl, plan, &plan->t->network[i], netns);
	if (!rc)
		rc = make_management(nl, plan, netns);
	if (rc)
		node_fail(err, rc, "bridged links: %s", nl_error_text(nl));
	nl_close(nl);
	return rc;
}

int links_make(const struct plan *plan, const int *netns, struct node_error *err)
{
	int rc = make_fabric(plan, netns, err);

	if (!rc)
		rc = make_pairs(plan, netns, err);
	return rc || !plan->managed ? rc : management_host_up(plan, err);
}
