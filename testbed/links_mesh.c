// SPDX-License-Identifier: Apache-2.0
/*
 * N3 where pairs have ways of their own: in the fabric each member has a bridge, and each two
 * bridges are joined by a veth pair, which can be shaped both ways.
 *
 *   gnb1 -- br-n3-0 ==n3-0-2 n3-2-0== br-n3-2 -- upf-a
 *                 \\==n3-0-1 n3-1-0== br-n3-1 -- gnb2 ...
 *
 * Nothing is learnt or flooded, or frames would go in circles: entries lead each member's frames to
 * each other member by the pair's link, and neighbours are permanent (node_network.c). So each node
 * has one N3 interface and address as ever, and gNBs and UPFs know nothing of it.
 */
#include <errno.h>

#include "lib/netlink/netlink.h"
#include "testbed/links.h"

enum { IFINDEX_MESH = 30000 /* behind the fabric's others: two for each pair */ };

/* One veth pair of the mesh, @a's end on @a's bridge */
static unsigned end_ifindex(const struct topo_network *network, unsigned at, unsigned towards)
{
	return IFINDEX_MESH + at * network->port_count + towards;
}

static int add_member(struct nl *nl, const struct plan *plan, const struct topo_network *network,
		      unsigned member, const int *netns, unsigned *ret_bridge)
{
	unsigned index = network->first_port + member;
	const struct topo_port *port = &plan->t->port[index];
	char name[IFNAMSIZ];
	struct nl_veth veth = {
		.name = port->bridge_ifname,
		.peer = port->ifname,
		.netns_fd = -1,
		.peer_netns_fd = netns[port->node],
		.peer_mac = port->mac,
		.mtu = network->mtu,
		.ifindex = IFINDEX_PORT + index,
		.peer_ifindex = IFINDEX_PORT + index,
	};
	int rc;

	snprintf(name, sizeof(name), "br-n3-%u", member % 10000);
	rc = nl_link_add_bridge(nl, name);
	if (!rc)
		rc = nl_link_index(nl, name, ret_bridge);
	if (!rc)
		rc = nl_link_set_up(nl, *ret_bridge, true);
	veth.master = *ret_bridge;
	return rc ? rc : nl_link_add_veth(nl, &veth);
}

static int add_pair(struct nl *nl, const struct plan *plan, const struct topo_network *network,
		    unsigned a, unsigned b, const unsigned *bridge)
{
	char name[IFNAMSIZ], peer[IFNAMSIZ];
	struct nl_veth veth = {.name = name,
			       .peer = peer,
			       .netns_fd = -1,
			       .peer_netns_fd = -1,
			       .mtu = network->mtu,
			       .ifindex = end_ifindex(network, a, b),
			       .peer_ifindex = end_ifindex(network, b, a),
			       .master = bridge[a]};
	int rc;

	topology_path_ifname(plan->t, network->first_port + a, network->first_port + b, name);
	topology_path_ifname(plan->t, network->first_port + b, network->first_port + a, peer);
	rc = nl_link_add_veth(nl, &veth);
	return rc ? rc : nl_link_set_master(nl, veth.peer_ifindex, bridge[b]);
}

/* A port of @bridge's member: up, without learning, and the way to one address */
static int open_port(struct nl *nl, unsigned ifindex, const uint8_t mac[6])
{
	int rc = nl_link_set_up(nl, ifindex, true);

	if (!rc)
		rc = nl_bridge_port_static(nl, ifindex);
	return rc ? rc : nl_bridge_fdb_add(nl, ifindex, mac);
}

static int open_ports(struct nl *nl, const struct plan *plan, const struct topo_network *network,
		      unsigned member)
{
	const struct topo_port *port = &plan->t->port[network->first_port];
	int rc = open_port(nl, IFINDEX_PORT + network->first_port + member, port[member].mac);

	for (unsigned other = 0; !rc && other < network->port_count; other++)
		if (other != member)
			rc = open_port(nl, end_ifindex(network, member, other), port[other].mac);
	return rc;
}

int links_mesh_make(struct nl *nl, const struct plan *plan, const struct topo_network *network,
		    const int *netns)
{
	unsigned bridge[TOPO_MESH_MAX];
	int rc = network->port_count > TOPO_MESH_MAX ? -E2BIG : 0;

	for (unsigned m = 0; !rc && m < network->port_count; m++)
		rc = add_member(nl, plan, network, m, netns, &bridge[m]);
	for (unsigned a = 0; !rc && a < network->port_count; a++)
		for (unsigned b = a + 1; !rc && b < network->port_count; b++)
			rc = add_pair(nl, plan, network, a, b, bridge);
	for (unsigned m = 0; !rc && m < network->port_count; m++)
		rc = open_ports(nl, plan, network, m);
	return rc;
}
