// SPDX-License-Identifier: Apache-2.0
/*
 * A node that stands is brought to what the file says: its interfaces, services, routes and
 * settings. Additions come before removals, so that traffic that both allow goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testbed/reconcile.h"

enum { LO = 1, ROUTES_MAX = 4096 };

struct route_list {
	size_t count;
	struct nl_route route[ROUTES_MAX];
};

static int is_there(int rc)
{
	return rc == -EEXIST ? 0 : rc;
}

static int is_gone(int rc)
{
	return rc == -ESRCH || rc == -ENOENT || rc == -ENODEV || rc == -EADDRNOTAVAIL ? 0 : rc;
}

static int set_mtu(struct nl *nl, const struct live *live, unsigned ifindex, uint32_t mtu)
{
	for (size_t i = 0; i < live->count; i++)
		if (live->link[i].ifindex == ifindex && live->link[i].mtu != mtu)
			return nl_link_set_mtu(nl, ifindex, mtu);
	return 0;
}

/* ---- addresses and neighbours ---- */

static int add_address(struct nl *nl, const struct reconcile *r, unsigned p)
{
	const struct topo_port *port = &r->t->port[p];
	unsigned len = r->t->network[port->network].prefix.len;

	if (!port->addr.s_addr)
		return 0;
	return is_there(nl_addr_add(nl, r->ifindex[p], port->addr, len));
}

static int remove_addresses(struct reconcile *r, struct nl *nl, unsigned p, bool *ret_changed)
{
	const struct topo_port *port = &r->t->port[p];
	unsigned len = r->t->network[port->network].prefix.len;
	int rc = 0;

	for (int s = 0; !rc && s < RECONCILE_SOURCES; s++) {
		int old = r->from[s] ? r->diff[s].port[p] : -1;
		const struct topo_port *before = old < 0 ? NULL : &r->from[s]->port[old];
		unsigned before_len = before ? r->from[s]->network[before->network].prefix.len : 0;

		if (!before || !before->addr.s_addr ||
		    (before->addr.s_addr == port->addr.s_addr && before_len == len))
			continue;
		*ret_changed = true;
		rc = is_gone(nl_addr_del(nl, r->ifindex[p], before->addr, before_len));
	}
	return rc;
}

/* An address in the prefix of the one before goes with that one, so it is added again. */
static int change_address(struct reconcile *r, struct nl *nl, unsigned p)
{
	bool changed = false;
	int rc = add_address(nl, r, p);

	if (!rc)
		rc = remove_addresses(r, nl, p, &changed);
	if (!rc && changed) {
		r->touched[r->t->port[p].node] = true;
		rc = add_address(nl, r, p);
	}
	return rc;
}

static bool is_on(const struct topology *t, const struct topo_network *network, struct in_addr addr)
{
	for (unsigned p = network->first_port; p < network->first_port + network->port_count; p++)
		if (t->port[p].addr.s_addr == addr.s_addr)
			return true;
	return false;
}

static int forget_neighbours(struct reconcile *r, struct nl *nl, unsigned p)
{
	const struct topo_network *now = &r->t->network[r->t->port[p].network];
	int rc = 0;

	for (int s = 0; s < RECONCILE_SOURCES; s++) {
		int old = r->from[s] ? r->diff[s].port[p] : -1;
		const struct topo_network *before;

		if (old < 0)
			continue;
		before = &r->from[s]->network[r->from[s]->port[old].network];
		for (unsigned q = 0; !rc && q < before->port_count; q++) {
			struct in_addr addr = r->from[s]->port[before->first_port + q].addr;

			if (addr.s_addr && !is_on(r->t, now, addr))
				rc = is_gone(nl_neigh_del(nl, r->ifindex[p], addr));
		}
	}
	return rc;
}

static int set_neighbours(struct reconcile *r, struct nl *nl, unsigned p)
{
	const struct topo_network *network = &r->t->network[r->t->port[p].network];
	int rc = forget_neighbours(r, nl, p);

	for (unsigned q = 0;
	     !rc && q < network->port_count && network->port_count <= NODE_NEIGHBOURS_MAX; q++) {
		unsigned index = network->first_port + q;
		const struct topo_port *peer = &r->t->port[index];

		if (index != p && peer->addr.s_addr)
			rc = nl_neigh_replace(nl, r->ifindex[p], peer->addr, peer->mac);
	}
	return rc;
}

/* Whether who is on the network, or under which address, is not what it was */
static bool network_changes(const struct reconcile *r, const struct topo_network *network)
{
	for (int s = 0; s < RECONCILE_SOURCES; s++)
		for (unsigned q = 0; r->from[s] && q < network->port_count; q++) {
			unsigned index = network->first_port + q;
			int old = r->diff[s].port[index];

			if (old < 0 || !r->kept_port[index] ||
			    r->from[s]->port[old].addr.s_addr != r->t->port[index].addr.s_addr ||
			    r->from[s]->network[r->from[s]->port[old].network].port_count !=
				    network->port_count)
				return true;
		}
	return false;
}

static int change_port(struct reconcile *r, struct live *live, unsigned p)
{
	const struct topo_port *port = &r->t->port[p];
	const struct topo_network *network = &r->t->network[port->network];
	unsigned ifindex = r->ifindex[p];
	int rc;

	if (!r->kept_port[p]) {
		r->touched[port->node] = true;
		rc = nl_link_set_up(live->nl, ifindex, true);
	} else {
		rc = set_mtu(live->nl, live, ifindex, network->mtu);
	}
	if (!rc)
		rc = change_address(r, live->nl, p);
	if (!rc && network_changes(r, network))
		rc = set_neighbours(r, live->nl, p);
	return rc;
}

/* ---- services and routes ---- */

static bool serves(const struct topology *t, unsigned node, struct in_addr addr)
{
	for (size_t i = 0; i < t->service_count; i++)
		if (t->service[i].on[node] && t->service[i].addr.s_addr == addr.s_addr)
			return true;
	return false;
}

static int remove_services(struct reconcile *r, struct nl *nl, unsigned node)
{
	int rc = 0;

	for (int s = 0; s < RECONCILE_SOURCES; s++) {
		int old = r->from[s] ? r->diff[s].node[node] : -1;

		for (size_t i = 0; !rc && old >= 0 && i < r->from[s]->service_count; i++) {
			const struct topo_service *service = &r->from[s]->service[i];

			if (!service->on[old] || serves(r->t, node, service->addr))
				continue;
			r->touched[node] = true;
			rc = is_gone(nl_addr_del(nl, LO, service->addr, 32));
		}
	}
	return rc;
}

static int add_services(struct reconcile *r, struct nl *nl, unsigned node)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < r->t->service_count; i++) {
		if (!r->t->service[i].on[node])
			continue;
		rc = nl_addr_add(nl, LO, r->t->service[i].addr, 32);
		if (!rc)
			r->touched[node] = true;
		rc = is_there(rc);
	}
	return rc;
}

static int take_route(const struct nl_route *route, void *user)
{
	struct route_list *list = user;

	if (list->count == ROUTES_MAX)
		return -E2BIG;
	list->route[list->count++] = *route;
	return 0;
}

static bool same_destination(const struct nl_route *a, const struct nl_route *b)
{
	return a->dst.s_addr == b->dst.s_addr && a->dst_len == b->dst_len && a->table == b->table;
}

static bool leads_to(const struct route_list *list, const struct nl_route *route)
{
	for (size_t i = 0; i < list->count; i++)
		if (same_destination(&list->route[i], route))
			return true;
	return false;
}

static int add_routes(struct reconcile *r, struct nl *nl, struct route_list *now)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < now->count; i++) {
		struct nl_route route = now->route[i];

		if (route.ifindex)
			route.ifindex = r->ifindex[route.ifindex - IFINDEX_PORT];
		rc = nl_route_replace(nl, &route);
	}
	return rc;
}

static int remove_routes(struct reconcile *r, struct nl *nl, unsigned node,
			 const struct route_list *now, struct route_list *before)
{
	int rc = 0;

	for (int s = 0; !rc && s < RECONCILE_SOURCES; s++) {
		int old = r->from[s] ? r->diff[s].node[node] : -1;

		before->count = 0;
		if (old >= 0)
			rc = node_routes(r->from[s], (unsigned)old, take_route, before);
		for (size_t i = 0; !rc && i < before->count; i++) {
			struct nl_route *route = &before->route[i];

			route->ifindex = 0; /* its index was that of a plan */
			if (!leads_to(now, route))
				rc = is_gone(nl_route_del(nl, route));
		}
	}
	return rc;
}

static bool routes_change(const struct reconcile *r, const char *node)
{
	for (int s = 0; s < RECONCILE_SOURCES; s++)
		for (size_t i = 0; r->from[s] && i < r->diff[s].count; i++)
			if (!strcmp(r->diff[s].change[i].what, "routes") &&
			    !strcmp(r->diff[s].change[i].name, node))
				return true;
	return false;
}

/* The routes of 5G nodes follow from others' addresses, too, and are few. */
static bool goes_through_routes(const struct reconcile *r, unsigned node)
{
	enum topo_kind kind = r->t->node[node].kind;

	return r->touched[node] || kind == TOPO_UPF || kind == TOPO_EDGE || kind == TOPO_CLOUD ||
	       routes_change(r, r->t->node[node].name);
}

static int change_routes(struct reconcile *r, struct nl *nl, unsigned node)
{
	struct route_list *now, *before;
	int rc = -ENOMEM;

	if (!goes_through_routes(r, node))
		return 0;
	now = calloc(1, sizeof(*now));
	before = calloc(1, sizeof(*before));
	if (now && before)
		rc = node_routes(r->t, node, take_route, now);
	if (!rc)
		rc = add_routes(r, nl, now);
	if (!rc)
		rc = remove_routes(r, nl, node, now, before);
	free(now);
	free(before);
	return rc;
}

/* ---- settings ---- */

static bool forwarding_changes(const struct reconcile *r, unsigned node)
{
	for (int s = 0; s < RECONCILE_SOURCES; s++) {
		int old = r->from[s] ? r->diff[s].node[node] : -1;

		if (old >= 0 && r->from[s]->node[old].forwards != r->t->node[node].forwards)
			return true;
	}
	return false;
}

/* /proc/sys/net is that of who looks. */
static int change_settings(struct reconcile *r, unsigned node)
{
	int home, rc;

	if (!forwarding_changes(r, node))
		return 0;
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0)
		return -errno;
	rc = setns(r->up->netns[node], CLONE_NEWNET) ? -errno : 0;
	if (!rc)
		rc = node_settings(&r->up->plan, node, &r->err);
	if (setns(home, CLONE_NEWNET) && !rc)
		rc = -errno;
	close(home);
	return rc;
}

static int change_fabric(struct reconcile *r, struct live *live)
{
	int rc = 0;

	for (unsigned p = 0; !rc && p < r->t->port_count; p++) {
		const struct topo_network *network = &r->t->network[r->t->port[p].network];

		if (network->bridged && r->kept_port[p])
			rc = set_mtu(live->nl, live, r->far[p], network->mtu);
	}
	return rc;
}

int reconcile_node(struct reconcile *r, unsigned node)
{
	struct live *live = &r->live[node];
	int rc = 0;

	if (node == r->t->node_count) {
		rc = change_fabric(r, live);
	} else {
		rc = change_settings(r, node);
		if (!rc)
			rc = add_services(r, live->nl, node);
		for (unsigned p = 0; !rc && p < r->t->port_count; p++)
			if (r->t->port[p].node == node)
				rc = change_port(r, live, p);
		if (!rc)
			rc = change_routes(r, live->nl, node);
		/* last: a route may have had its address for a source */
		if (!rc)
			rc = remove_services(r, live->nl, node);
		if (!rc && r->touched[node])
			rc = change_routes(r, live->nl, node);
	}
	if (rc)
		node_fail(&r->err, rc, "node %s: %s", plan_node_name(&r->up->plan, node),
			  nl_error_text(live->nl));
	return rc;
}
