// SPDX-License-Identifier: Apache-2.0
/*
 * Routes to single UEs. An edge knows the way to the UEs that its own UPF anchors; one that is
 * anchored elsewhere, and whose traffic an uplink classifier lets out here (TS 23.501 cl. 5.6.4.2),
 * has its address routed to that UPF as well, while the manager says so. In a table of the
 * kernel's: it outlives the agent, and is what the agent tells.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "agents/edge-agent/agent.h"
#include "lib/log.h"
#include "lib/netlink/netlink.h"

enum { HOST = 32 };

/* Looking through the main table */
struct look {
	unsigned ifindex;
	struct in_addr address; /* zero: any */
	bool found;
	struct nl_route
		pool;  /* to the UPF's own UEs: its gateway and source are a single UE's, too */
	json_t *hosts; /* NULL, or those found are added */
};

static int look_at(const struct nl_route *route, void *user)
{
	struct look *l = user;

	if (route->ifindex != l->ifindex || !route->gateway.s_addr)
		return 0;
	if (route->dst_len < HOST && route->dst_len > 0) {
		l->pool = *route;
		return 0;
	}
	if (route->dst_len != HOST)
		return 0;
	l->found |= route->dst.s_addr == l->address.s_addr;
	if (l->hosts)
		json_array_append_new(l->hosts, json_ipv4(route->dst));
	return 0;
}

static int look(const struct agent *a, struct nl *nl, struct look *l)
{
	l->ifindex = a->config.n6_interface[0] ? if_nametoindex(a->config.n6_interface) : 0;
	return l->ifindex ? nl_route_list(nl, 0, look_at, l) : 0;
}

/* The address in the path; NULL netlink: answered */
static struct nl *begin(struct http_request *req, const struct agent *a, struct look *l)
{
	struct nl *nl;
	int r;

	if (inet_pton(AF_INET, http_param(req, "address"), &l->address) != 1) {
		http_problem(req, 404, "UE_NOT_FOUND", "'%s' is no IPv4 address",
			     http_param(req, "address"));
		return NULL;
	}
	r = nl_open(&nl);
	if (r == 0) {
		r = look(a, nl, l);
		if (r == 0)
			return nl;
		nl_close(nl);
	}
	http_problem(req, 500, "SYSTEM_FAILURE", "the routes can't be read: %s", strerror(-r));
	return NULL;
}

/* Told with the next registration, within a second. */
static void answer(struct http_request *req, struct agent *a, int r)
{
	if (a->registration.body)
		json_object_set_new(a->registration.body, "ue_routes", ue_routes_json(a));
	if (r < 0)
		http_problem(req, 500, "SYSTEM_FAILURE", "the route can't be changed: %s",
			     strerror(-r));
	else
		http_reply(req, 204, NULL);
}

void ue_route_put(struct http_request *req, void *user)
{
	struct agent *a = user;
	struct look l = {0};
	struct nl *nl = begin(req, a, &l);
	struct nl_route route;

	if (!nl)
		return;
	if (!l.pool.gateway.s_addr) {
		nl_close(nl);
		http_problem(req, 409, "NO_UPF", "there is no route to UEs on '%s'",
			     a->config.n6_interface);
		return;
	}
	route = l.pool;
	route.dst = l.address;
	route.dst_len = HOST;
	log_info("ue-route", "ue=%s what=here", http_param(req, "address"));
	answer(req, a, nl_route_replace(nl, &route));
	nl_close(nl);
}

void ue_route_delete(struct http_request *req, void *user)
{
	struct look l = {0};
	struct nl *nl = begin(req, user, &l);
	struct nl_route route = {.dst = l.address, .dst_len = HOST, .ifindex = l.ifindex};

	if (!nl)
		return;
	answer(req, user, l.found ? nl_route_del(nl, &route) : 0);
	nl_close(nl);
}

/* Owned by the caller; empty where they can't be read: the next registration tells them */
json_t *ue_routes_json(const struct agent *a)
{
	struct look l = {.hosts = json_array()};
	struct nl *nl;

	if (nl_open(&nl) < 0)
		return l.hosts;
	(void)look(a, nl, &l);
	nl_close(nl);
	return l.hosts;
}

void ue_routes_get(struct http_request *req, void *user)
{
	http_reply(req, 200, json_pack("{s:o}", "ue_routes", ue_routes_json(user)));
}
