// SPDX-License-Identifier: Apache-2.0
/* Links of a running topology that come and go, and what the kernel says there is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/links.h"
#include "testbed/reconcile.h"

#define MANAGEMENT_BRIDGE "br-mgmt"

enum {
	IFINDEX_ADDED = 40000, /* above all that a plan gives */
	NAME_TRIES = 16,
};

/* ---- what is there ---- */

static int note_link(const struct nl_link *link, void *user)
{
	struct live *live = user;
	struct nl_link *grown = realloc(live->link, (live->count + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	live->link = grown;
	live->link[live->count++] = *link;
	if (link->ifindex >= live->next_ifindex)
		live->next_ifindex = link->ifindex + 1;
	return 0;
}

static int live_read_one(struct reconcile *r, unsigned node)
{
	struct live *live = &r->live[node];
	int rc;

	live->next_ifindex = IFINDEX_ADDED;
	rc = nl_open_netns(r->up->netns[node], &live->nl);
	return rc ? rc : nl_link_list(live->nl, note_link, live);
}

int live_read(struct reconcile *r)
{
	for (unsigned i = 0; i < r->up->run.node_count; i++) {
		int rc = up_is_kept(r->up, i) ? live_read_one(r, i) : 0;

		if (rc)
			return node_fail(&r->err, rc, "interfaces of node %s",
					 r->up->run.node[i].name);
	}
	return 0;
}

const struct nl_link *live_find(const struct live *live, const char *name)
{
	for (size_t i = 0; i < live->count; i++)
		if (!strcmp(live->link[i].name, name))
			return &live->link[i];
	return NULL;
}

void live_free(struct reconcile *r)
{
	for (unsigned i = 0; r->live && i < r->up->run.node_count; i++) {
		if (r->live[i].nl)
			nl_close(r->live[i].nl);
		free(r->live[i].link);
	}
	free(r->live);
	r->live = NULL;
}

/* ---- what goes ---- */

static int remove_link(struct live *live, const char *name)
{
	int rc = nl_link_del_name(live->nl, name);

	return rc == -ENODEV || rc == -ENOENT ? 0 : rc;
}

static int remove_ports(struct reconcile *r, int source)
{
	const struct topology *from = r->from[source];
	int rc = 0;

	for (unsigned p = 0; !rc && p < from->port_count; p++) {
		int new = r->diff[source].old_port[p];
		int node = topology_find_node(r->t, from->node[from->port[p].node].name);

		if (node < 0 || !up_is_kept(r->up, (unsigned)node) ||
		    (new >= 0 && r->kept_port[new]))
			continue;
		r->touched[node] = true;
		rc = remove_link(&r->live[node], from->port[p].ifname);
		if (rc)
			node_fail(&r->err, rc, "removing %s of node %s", from->port[p].ifname,
				  r->t->node[node].name);
	}
	return rc;
}

static bool stays(const struct reconcile *r, const struct topo_network *network)
{
	for (size_t i = 0; i < r->t->network_count; i++)
		if (r->t->network[i].bridged && !strcmp(r->t->network[i].bridge, network->bridge))
			return true;
	return false;
}

static int remove_bridges(struct reconcile *r, int source)
{
	const struct topology *from = r->from[source];
	struct live *fabric = &r->live[r->t->node_count];
	int rc = 0;

	for (size_t i = 0; !rc && i < from->network_count; i++)
		if (from->network[i].bridged && !stays(r, &from->network[i]))
			rc = remove_link(fabric, from->network[i].bridge);
	if (rc)
		node_fail(&r->err, rc, "removing a bridge");
	return rc;
}

int reconcile_links_remove(struct reconcile *r)
{
	int rc = 0;

	for (int s = 0; !rc && s < RECONCILE_SOURCES; s++)
		if (r->from[s]) {
			rc = remove_ports(r, s);
			if (!rc)
				rc = remove_bridges(r, s);
		}
	return rc;
}

/* ---- MAC addresses ---- */

static bool mac_is_taken(const struct reconcile *r, unsigned port)
{
	for (unsigned p = 0; p < r->t->port_count; p++)
		if (p != port && (r->kept_port[p] || p < port) &&
		    !memcmp(r->t->port[p].mac, r->t->port[port].mac, 6))
			return true;
	return false;
}

void reconcile_macs(struct reconcile *r)
{
	for (unsigned p = 0; p < r->t->port_count; p++) {
		struct topo_port *port = &r->t->port[p];
		const struct nl_link *link;

		if (!r->kept_port[p])
			continue;
		link = live_find(&r->live[port->node], port->ifname);
		memcpy(port->mac, link->mac, 6);
	}
	/* a radio's tell bearers and gNBs apart, and are right as they are */
	for (unsigned p = 0; p < r->t->port_count; p++)
		while (!r->kept_port[p] &&
		       r->t->network[r->t->port[p].network].layer != TOPO_RADIO &&
		       mac_is_taken(r, p))
			r->t->port[p].mac[1]++;
}

/* ---- what comes ---- */

/* A node that is new sets itself up, and counts on the indices of a plan. */
static unsigned node_ifindex(struct reconcile *r, unsigned port)
{
	struct live *live = &r->live[r->t->port[port].node];

	return live->nl ? live->next_ifindex++ : IFINDEX_PORT + port;
}

static int add_pair(struct reconcile *r, const struct topo_network *network)
{
	unsigned first = network->first_port;
	const struct topo_port *a = &r->t->port[first], *b = a + 1;
	struct nl_veth veth = {.name = a->ifname,
			       .peer = b->ifname,
			       .netns_fd = r->up->netns[a->node],
			       .peer_netns_fd = r->up->netns[b->node],
			       .mac = a->mac,
			       .peer_mac = b->mac,
			       .mtu = network->mtu};

	veth.ifindex = r->ifindex[first] = node_ifindex(r, first);
	veth.peer_ifindex = r->ifindex[first + 1] = node_ifindex(r, first + 1);
	/* by any handle: both ends say where they go */
	return nl_link_add_veth(r->live[r->t->node_count].nl, &veth);
}

/* Cut names have a number in them that another link may have had. */
static int add_member(struct reconcile *r, const struct topo_network *network, unsigned p,
		      unsigned bridge)
{
	struct live *fabric = &r->live[r->t->node_count];
	struct topo_port *port = &r->t->port[p];
	char name[IFNAMSIZ];
	struct nl_veth veth = {.name = name,
			       .peer = port->ifname,
			       .netns_fd = -1,
			       .peer_netns_fd = r->up->netns[port->node],
			       .peer_mac = port->mac,
			       .mtu = network->mtu,
			       .master = bridge};
	int rc = -EEXIST;

	veth.peer_ifindex = r->ifindex[p] = node_ifindex(r, p);
	veth.ifindex = r->far[p] = fabric->next_ifindex++;
	snprintf(name, sizeof(name), "%s", port->bridge_ifname);
	for (int i = 0; rc == -EEXIST && i < NAME_TRIES; i++) {
		rc = nl_link_add_veth(fabric->nl, &veth);
		snprintf(name, sizeof(name), "%.8s~%x", port->bridge_ifname, fabric->next_ifindex);
	}
	return rc ? rc : nl_link_set_up(fabric->nl, r->far[p], true);
}

/* The bridge of a member that stays, or of that name, or a new one */
static int find_bridge(struct reconcile *r, const struct topo_network *network,
		       unsigned *ret_ifindex)
{
	struct live *fabric = &r->live[r->t->node_count];
	unsigned far = 0;
	int rc;

	for (unsigned p = network->first_port; p < network->first_port + network->port_count; p++)
		if (r->kept_port[p])
			far = r->far[p];
	for (size_t i = 0; far && i < fabric->count; i++)
		if (fabric->link[i].ifindex == far && fabric->link[i].master) {
			*ret_ifindex = fabric->link[i].master;
			return 0;
		}
	rc = nl_link_index(fabric->nl, network->bridge, ret_ifindex);
	if (rc == -ENODEV)
		rc = nl_link_add_bridge(fabric->nl, network->bridge);
	else
		return rc;
	if (!rc)
		rc = nl_link_index(fabric->nl, network->bridge, ret_ifindex);
	return rc ? rc : nl_link_set_up(fabric->nl, *ret_ifindex, true);
}

static int add_bridged(struct reconcile *r, const struct topo_network *network)
{
	unsigned bridge;
	int rc = find_bridge(r, network, &bridge);

	for (unsigned p = network->first_port; !rc && p < network->first_port + network->port_count;
	     p++)
		if (!r->kept_port[p])
			rc = add_member(r, network, p, bridge);
	return rc;
}

static int add_management(struct reconcile *r, unsigned node)
{
	struct live *fabric = &r->live[r->t->node_count];
	char name[IFNAMSIZ];
	uint8_t mac[6];
	struct nl_veth veth = {.name = name,
			       .peer = "mgmt0",
			       .peer_mac = mac,
			       .netns_fd = -1,
			       .peer_netns_fd = r->up->netns[node],
			       .peer_ifindex = IFINDEX_MGMT};
	unsigned bridge;
	int rc = nl_link_index(fabric->nl, MANAGEMENT_BRIDGE, &bridge);

	management_mac(r->up->run.node[node].address, mac);
	topo_name_cut(name, sizeof(name), "m.", r->t->node[node].name, fabric->next_ifindex);
	/* what a node of that name had, when its namespace was not quite gone */
	(void)remove_link(fabric, name);
	veth.master = bridge;
	veth.ifindex = fabric->next_ifindex++;
	if (!rc)
		rc = nl_link_add_veth(fabric->nl, &veth);
	return rc ? rc : nl_link_set_up(fabric->nl, veth.ifindex, true);
}

static bool is_whole(const struct reconcile *r, const struct topo_network *network)
{
	for (unsigned p = network->first_port; p < network->first_port + network->port_count; p++)
		if (!r->kept_port[p])
			return false;
	return true;
}

int reconcile_links_add(struct reconcile *r)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < r->t->network_count; i++) {
		const struct topo_network *network = &r->t->network[i];

		if (is_whole(r, network) && network->port_count)
			continue;
		rc = network->bridged ? add_bridged(r, network) : add_pair(r, network);
		if (rc)
			return node_fail(&r->err, rc, "link %s: %s", network->name,
					 nl_error_text(r->live[r->t->node_count].nl));
	}
	for (unsigned i = 0; !rc && r->up->plan.managed && i < r->t->node_count; i++)
		if (!up_is_kept(r->up, i))
			rc = add_management(r, i);
	return rc ? node_fail(&r->err, rc, "the management network") : 0;
}
