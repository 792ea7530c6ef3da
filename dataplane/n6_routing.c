// SPDX-License-Identifier: Apache-2.0
/*
 * Routing in a UPF around the device that stands for its UEs (dp-ue or dp-gtp):
 *
 *   main table: UE pools dev DEV, and UE/32 for a session with an MTU of its own or another device
 *   rules: to POOL lookup main (DEV, also from UE to UE)
 *          iif DEV lookup n6_table     what was decapsulated sees this table and no other,
 *          iif DEV unreachable         nor falls through when that has no route
 *          from N6ADDR lookup n6_table our own answers and ICMP errors; the main table need not
 * know N6
 *
 * ICMP errors come from the address of the interface that the packet came in by; DEV has N6's too.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/internal.h"

/* Rules with these priorities are ours */
enum { RULE_POOL = 10599, RULE_LOOKUP, RULE_STOP, RULE_OWN };

static int pool_routes(struct dataplane *dp, unsigned ifindex)
{
	const struct dp_instance *n6 = &dp->config.instance[0];
	const struct in_addr own = dp->n6_addr;
	int rc = 0;

	if (own.s_addr)
		rc = nl_addr_add(dp->nl, ifindex, own, 32);
	for (size_t i = 0; i < n6->pool_count && !rc; i++) {
		const struct nl_route route = {.dst = n6->pool[i].addr.ip4,
					       .dst_len = n6->pool[i].len,
					       .prefsrc = own,
					       .ifindex = ifindex};

		rc = nl_route_add(dp->nl, &route);
	}
	return rc;
}

static int rule_ours(const struct nl_rule *rule, void *user)
{
	if (rule->priority < RULE_POOL || rule->priority > RULE_OWN)
		return 0;
	*(struct nl_rule *)user = *rule;
	return 1;
}

/* A rule outlives the device that it names */
static void rules_clear(struct nl *nl)
{
	struct nl_rule rule;

	while (nl_rule_list(nl, rule_ours, &rule) > 0)
		if (nl_rule_del(nl, &rule))
			return;
}

static int pool_rules(struct dataplane *dp)
{
	const struct dp_instance *n6 = &dp->config.instance[0];
	int rc = 0;

	for (size_t i = 0; i < n6->pool_count && !rc; i++) {
		const struct nl_rule rule = {.priority = RULE_POOL,
					     .table = RT_TABLE_MAIN,
					     .dst = n6->pool[i].addr.ip4,
					     .dst_len = n6->pool[i].len};

		rc = nl_rule_add(dp->nl, &rule);
	}
	return rc;
}

/* The stop first: at no time may a packet fall through to other tables */
static int rules_add(struct dataplane *dp, const char *dev)
{
	struct nl_rule stop = {.priority = RULE_STOP, .action = NL_ROUTE_UNREACHABLE};
	struct nl_rule lookup = {.priority = RULE_LOOKUP, .table = dp->config.instance[0].table};
	const struct nl_rule own = {.priority = RULE_OWN,
				    .table = dp->config.instance[0].table,
				    .src = dp->n6_addr,
				    .src_len = 32};
	int rc;

	snprintf(stop.iif, sizeof(stop.iif), "%s", dev);
	snprintf(lookup.iif, sizeof(lookup.iif), "%s", dev);
	rules_clear(dp->nl);
	rc = nl_rule_add(dp->nl, &stop);
	if (!rc)
		rc = nl_rule_add(dp->nl, &lookup);
	if (!rc)
		rc = pool_rules(dp);
	if (!rc && own.src.s_addr)
		rc = nl_rule_add(dp->nl, &own);
	return rc;
}

int n6_routing_up(struct dataplane *dp, const char *dev, unsigned ifindex, struct dp_error *ret_err)
{
	const char *what = "settings of the namespace";
	int rc = dp_sysctl_set(NULL, "ip_forward", 1);

	if (!rc)
		rc = dp_sysctl_set(NULL, "icmp_errors_use_inbound_ifaddr", 1);
	if (!rc)
		rc = dp_forwarding_set_up(dp->config.instance[0].dev);
	if (!rc)
		rc = dp_forwarding_set_up(dev);
	if (!rc) {
		what = "policy rules";
		rc = rules_add(dp, dev);
	}
	if (!rc) {
		what = "routes of UE pools";
		rc = pool_routes(dp, ifindex);
	}
	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "%s, %s: %s", dev, what,
				    strerror(-rc));
	return 0;
}

void n6_routing_down(struct dataplane *dp)
{
	rules_clear(dp->nl);
}

/* Return: whether there has to be a route for it */
static bool way_route(const struct dataplane *dp, unsigned pool_ifindex, struct n6_way way,
		      struct nl_route *ret_route)
{
	if (!way.ue.s_addr || (!way.mtu && way.ifindex == pool_ifindex))
		return false;
	*ret_route = (struct nl_route){.dst = way.ue,
				       .dst_len = 32,
				       .prefsrc = dp->n6_addr,
				       .ifindex = way.ifindex,
				       .mtu = way.mtu ? dp_session_mtu(dp, way.mtu) : 0};
	return true;
}

int n6_routing_session(struct dataplane *dp, unsigned pool_ifindex, struct n6_way old,
		       struct n6_way new)
{
	struct nl_route was, is;
	const bool had = way_route(dp, pool_ifindex, old, &was);

	if (way_route(dp, pool_ifindex, new, &is)) {
		int rc = nl_route_replace(dp->nl, &is);

		if (rc || !had || was.dst.s_addr == is.dst.s_addr)
			return rc;
	}
	if (had)
		(void)nl_route_del(dp->nl, &was);
	return 0;
}
