// SPDX-License-Identifier: Apache-2.0
/*
 * Routing in a UPF around the device that stands for its UEs (dp-ue or dp-gtp):
 *
 *   main table: UE pools dev DEV, and UE/32 for a session with an MTU of its own
 *   rules: iif DEV to POOL lookup main (from UE to UE), iif DEV lookup n6_table, iif DEV
 * unreachable
 *
 * so that what was decapsulated sees n6_table and no other, nor falls through when that has no
 * route.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/internal.h"

enum { RULE_POOL = 10599, RULE_LOOKUP = 10600, RULE_STOP = 10601 };

static int addr_first(struct in_addr addr, unsigned prefix_len, void *user)
{
	*(struct in_addr *)user = addr;
	return 1;
}

/* ICMP to a UE comes from the N6 address */
static int pool_routes(struct dataplane *dp, unsigned ifindex)
{
	struct in_addr own = {0};
	int rc = nl_addr_list(dp->nl, dp->n6.ifindex, addr_first, &own);

	for (size_t i = 0; i < dp->config.ue_pool_count && rc >= 0; i++) {
		const struct nl_route route = {.dst = dp->config.ue_pool[i].addr,
					       .dst_len = dp->config.ue_pool[i].len,
					       .prefsrc = own,
					       .ifindex = ifindex};

		rc = nl_route_add(dp->nl, &route);
	}
	return rc < 0 ? rc : 0;
}

static struct nl_rule rule_of(const char *dev, uint32_t priority, enum nl_route_type action,
			      uint32_t table)
{
	struct nl_rule rule = {.priority = priority, .action = action, .table = table};

	snprintf(rule.iif, sizeof(rule.iif), "%s", dev);
	return rule;
}

struct rule_search {
	const char *dev;
	struct nl_rule found;
};

static int rule_ours(const struct nl_rule *rule, void *user)
{
	struct rule_search *search = user;

	if (strcmp(rule->iif, search->dev) != 0)
		return 0;
	search->found = *rule;
	return 1;
}

/* A rule outlives the device that it names */
static void rules_clear(struct nl *nl, const char *dev)
{
	struct rule_search search = {.dev = dev};

	while (nl_rule_list(nl, rule_ours, &search) > 0)
		if (nl_rule_del(nl, &search.found))
			return;
}

/* The stop first: at no time may a packet fall through to other tables */
static int rules_add(struct dataplane *dp, const char *dev)
{
	const struct nl_rule lookup =
		rule_of(dev, RULE_LOOKUP, NL_ROUTE_UNICAST, dp->config.n6_table);
	const struct nl_rule stop = rule_of(dev, RULE_STOP, NL_ROUTE_UNREACHABLE, 0);
	struct nl_rule pool = rule_of(dev, RULE_POOL, NL_ROUTE_UNICAST, RT_TABLE_MAIN);
	int rc;

	rules_clear(dp->nl, dev);
	rc = nl_rule_add(dp->nl, &stop);
	if (!rc)
		rc = nl_rule_add(dp->nl, &lookup);
	for (size_t i = 0; i < dp->config.ue_pool_count && !rc; i++) {
		pool.dst = dp->config.ue_pool[i].addr;
		pool.dst_len = dp->config.ue_pool[i].len;
		rc = nl_rule_add(dp->nl, &pool);
	}
	return rc;
}

int n6_routing_up(struct dataplane *dp, const char *dev, unsigned ifindex, struct dp_error *ret_err)
{
	const char *what = "settings of the namespace";
	int rc = dp_sysctl_set(NULL, "ip_forward", 1);

	if (!rc)
		rc = dp_forwarding_set_up(dp->config.n6_dev);
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

void n6_routing_down(struct dataplane *dp, const char *dev)
{
	rules_clear(dp->nl, dev);
}

static bool session_ue(const struct dp_session *session, struct in_addr *ret_ue)
{
	for (size_t i = 0; i < session->pdr_count; i++)
		if (session->pdr[i].source == DP_N6) {
			*ret_ue = session->pdr[i].ue_addr;
			return true;
		}
	return false;
}

int n6_routing_session(struct dataplane *dp, unsigned ifindex, const struct dp_session *old,
		       const struct dp_session *session)
{
	struct nl_route route = {.dst_len = 32, .ifindex = ifindex};
	struct in_addr old_ue = {0};
	bool had = old->mtu && session_ue(old, &old_ue);

	if (session && session->mtu && session_ue(session, &route.dst)) {
		int rc;

		route.mtu = dp_session_mtu(dp, session);
		rc = nl_route_replace(dp->nl, &route);
		if (rc || !had || old_ue.s_addr == route.dst.s_addr)
			return rc;
	}
	if (had) {
		route.dst = old_ue;
		route.mtu = 0;
		(void)nl_route_del(dp->nl, &route);
	}
	return 0;
}
