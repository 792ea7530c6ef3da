// SPDX-License-Identifier: Apache-2.0
/* Routes in any table. */
#include <errno.h>
#include <string.h>

#include "lib/netlink/request.h"

static const unsigned char route_types[] = {
	[NL_ROUTE_UNICAST] = RTN_UNICAST,
	[NL_ROUTE_BLACKHOLE] = RTN_BLACKHOLE,
	[NL_ROUTE_PROHIBIT] = RTN_PROHIBIT,
	[NL_ROUTE_UNREACHABLE] = RTN_UNREACHABLE,
};

static sa_family_t family_of(const struct nl_route *route)
{
	return route->family == AF_INET6 ? AF_INET6 : AF_INET;
}

/* Whether there is one, in the first 4 octets or all 16 */
static bool is_set(sa_family_t family, const struct in6_addr *addr)
{
	static const struct in6_addr none;

	return memcmp(addr, &none, nl_addr_bits(family) / 8) != 0;
}

static unsigned char route_scope(const struct nl_route *route, uint16_t type)
{
	if (family_of(route) == AF_INET6)
		return RT_SCOPE_UNIVERSE; /* means nothing there */
	if (type == RTM_DELROUTE)
		return RT_SCOPE_NOWHERE; /* any */
	if (route->type != NL_ROUTE_UNICAST || route->gateway.s_addr)
		return RT_SCOPE_UNIVERSE;
	return RT_SCOPE_LINK;
}

static void put_addr(struct nlmsghdr *nlh, uint16_t attr, sa_family_t family,
		     const struct in6_addr *addr)
{
	if (is_set(family, addr))
		nl_put_addr(nlh, attr, family, addr);
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
	const sa_family_t family = family_of(route);
	uint32_t table = route->table ? route->table : RT_TABLE_MAIN;
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;

	if (route->dst_len > nl_addr_bits(family))
		return -EINVAL;
	nlh = nl_request(nl, type, flags);
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = (unsigned char)family;
	rtm->rtm_dst_len = (unsigned char)route->dst_len;
	rtm->rtm_table = table < 256 ? (unsigned char)table : RT_TABLE_UNSPEC;
	rtm->rtm_protocol = type == RTM_DELROUTE ? RTPROT_UNSPEC : RTPROT_STATIC;
	rtm->rtm_scope = route_scope(route, type);
	rtm->rtm_type = route_types[route->type];
	if (route->dst_len)
		nl_put_addr(nlh, RTA_DST, family, &route->dst6);
	put_addr(nlh, RTA_GATEWAY, family, &route->gateway6);
	put_addr(nlh, RTA_PREFSRC, family, &route->prefsrc6);
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
	sa_family_t family;
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
	mnl_attr_for_each_nested (attr, metrics)
		if (mnl_attr_get_type(attr) == RTAX_MTU)
			return nl_attr_u32(attr, 0);
	return 0;
}

static int read_route(const struct nlmsghdr *nlh, void *user)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct route_walk *walk = user;
	const struct nlattr *attr[RTA_MAX + 1];
	struct nl_route route = {0};

	if (nlh->nlmsg_type != RTM_NEWROUTE || rtm->rtm_family != walk->family ||
	    rtm->rtm_flags & RTM_F_CLONED || !read_type(rtm->rtm_type, &route.type))
		return 0;
	nl_attrs(nlh, sizeof(*rtm), attr, RTA_MAX);
	route.table = nl_attr_u32(attr[RTA_TABLE], rtm->rtm_table);
	if (route.table != walk->table)
		return 0;
	route.dst_len = rtm->rtm_dst_len;
	route.family = walk->family == AF_INET6 ? AF_INET6 : 0;
	nl_attr_addr(attr[RTA_DST], walk->family, &route.dst6);
	nl_attr_addr(attr[RTA_GATEWAY], walk->family, &route.gateway6);
	nl_attr_addr(attr[RTA_PREFSRC], walk->family, &route.prefsrc6);
	route.ifindex = nl_attr_u32(attr[RTA_OIF], 0);
	route.metric = nl_attr_u32(attr[RTA_PRIORITY], 0);
	route.mtu = read_mtu(attr[RTA_METRICS]);
	return walk->each(&route, walk->user);
}

static int route_walk(struct nl *nl, struct route_walk *walk)
{
	struct nlmsghdr *nlh = nl_request(nl, RTM_GETROUTE, NLM_F_DUMP);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	int error;

	/* The kernel filters by table only when told so strictly, and knows no table that never
	 * held a route. */
	rtm->rtm_family = (unsigned char)walk->family;
	error = nl_query(nl, nlh, read_route, walk);
	return error == -ENOENT ? 0 : error;
}

int nl_route_list(struct nl *nl, uint32_t table,
		  int (*each)(const struct nl_route *route, void *user), void *user)
{
	struct route_walk walk = {AF_INET, table ? table : RT_TABLE_MAIN, each, user};

	return route_walk(nl, &walk);
}

int nl_route6_list(struct nl *nl, uint32_t table,
		   int (*each)(const struct nl_route *route, void *user), void *user)
{
	struct route_walk walk = {AF_INET6, table ? table : RT_TABLE_MAIN, each, user};

	return route_walk(nl, &walk);
}
