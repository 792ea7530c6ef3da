// SPDX-License-Identifier: Apache-2.0
/* IPv4 routes in any table. */
#include <errno.h>

#include "lib/netlink/request.h"

static const unsigned char route_types[] = {
	[NL_ROUTE_UNICAST] = RTN_UNICAST,
	[NL_ROUTE_BLACKHOLE] = RTN_BLACKHOLE,
	[NL_ROUTE_PROHIBIT] = RTN_PROHIBIT,
	[NL_ROUTE_UNREACHABLE] = RTN_UNREACHABLE,
};

static unsigned char route_scope(const struct nl_route *route, uint16_t type)
{
	if (type == RTM_DELROUTE)
		return RT_SCOPE_NOWHERE; /* any */
	if (route->type != NL_ROUTE_UNICAST || route->gateway.s_addr)
		return RT_SCOPE_UNIVERSE;
	return RT_SCOPE_LINK;
}

static void put_optional(struct nlmsghdr *nlh, uint16_t attr, uint32_t value)
{
	if (value)
		mnl_attr_put_u32(nlh, attr, value);
}

static void put_mtu(struct nlmsghdr *nlh, uint32_t mtu)
{
	struct nlattr *metrics;

	if (!mtu)
		return;
	metrics = mnl_attr_nest_start(nlh, RTA_METRICS);
	mnl_attr_put_u32(nlh, RTAX_MTU, mtu);
	mnl_attr_nest_end(nlh, metrics);
}

static int route_change(struct nl *nl, uint16_t type, uint16_t flags, const struct nl_route *route)
{
	uint32_t table = route->table ? route->table : RT_TABLE_MAIN;
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;

	if (route->dst_len > 32)
		return -EINVAL;
	nlh = nl_request(nl, type, flags);
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = (unsigned char)route->dst_len;
	rtm->rtm_table = table < 256 ? (unsigned char)table : RT_TABLE_UNSPEC;
	rtm->rtm_protocol = type == RTM_DELROUTE ? RTPROT_UNSPEC : RTPROT_STATIC;
	rtm->rtm_scope = route_scope(route, type);
	rtm->rtm_type = route_types[route->type];
	if (route->dst_len)
		mnl_attr_put_u32(nlh, RTA_DST, route->dst.s_addr);
	put_optional(nlh, RTA_GATEWAY, route->gateway.s_addr);
	put_optional(nlh, RTA_PREFSRC, route->prefsrc.s_addr);
	put_optional(nlh, RTA_OIF, route->ifindex);
	put_optional(nlh, RTA_TABLE, table);
	put_optional(nlh, RTA_PRIORITY, route->metric);
	put_mtu(nlh, route->mtu);
	return nl_submit(nl, nlh, 0);
}

int nl_route_add(struct nl *nl, const struct nl_route *route)
{
	return route_change(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route);
}

int nl_route_replace(struct nl *nl, const struct nl_route *route)
{
	return route_change(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, route);
}

int nl_route_del(struct nl *nl, const struct nl_route *route)
{
	return route_change(nl, RTM_DELROUTE, 0, route);
}

struct route_walk {
	uint32_t table;
	int (*each)(const struct nl_route *route, void *user);
	void *user;
};

static bool read_type(unsigned char type, enum nl_route_type *ret_type)
{
	for (size_t i = 0; i < sizeof(route_types); i++)
		if (route_types[i] == type) {
			*ret_type = (enum nl_route_type)i;
			return true;
		}
	return false;
}

static uint32_t read_mtu(const struct nlattr *metrics)
{
	const struct nlattr *attr;

	if (!metrics)
		return 0;
	mnl_attr_for_each_nested(attr, metrics) if (mnl_attr_get_type(attr) ==
						    RTAX_MTU) return nl_attr_u32(attr, 0);
	return 0;
}

static int read_route(const struct nlmsghdr *nlh, void *user)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct route_walk *walk = user;
	const struct nlattr *attr[RTA_MAX + 1];
	struct nl_route route = {0};

	if (nlh->nlmsg_type != RTM_NEWROUTE || rtm->rtm_flags & RTM_F_CLONED ||
	    !read_type(rtm->rtm_type, &route.type))
		return 0;
	nl_attrs(nlh, sizeof(*rtm), attr, RTA_MAX);
	route.table = nl_attr_u32(attr[RTA_TABLE], rtm->rtm_table);
	if (route.table != walk->table)
		return 0;
	route.dst_len = rtm->rtm_dst_len;
	route.dst = nl_attr_in(attr[RTA_DST]);
	route.gateway = nl_attr_in(attr[RTA_GATEWAY]);
	route.prefsrc = nl_attr_in(attr[RTA_PREFSRC]);
	route.ifindex = nl_attr_u32(attr[RTA_OIF], 0);
	route.metric = nl_attr_u32(attr[RTA_PRIORITY], 0);
	route.mtu = read_mtu(attr[RTA_METRICS]);
	return walk->each(&route, walk->user);
}

int nl_route_list(struct nl *nl, uint32_t table,
		  int (*each)(const struct nl_route *route, void *user), void *user)
{
	struct route_walk walk = {table ? table : RT_TABLE_MAIN, each, user};
	struct nlmsghdr *nlh = nl_request(nl, RTM_GETROUTE, NLM_F_DUMP);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	int error;

	/* The kernel filters by table only when told so strictly, and knows no table that never
	 * held a route. */
	rtm->rtm_family = AF_INET;
	error = nl_query(nl, nlh, read_route, &walk);
	return error == -ENOENT ? 0 : error;
}
