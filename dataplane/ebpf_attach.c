// SPDX-License-Identifier: Apache-2.0
/*
 * Where the ebpf back end's programs hang, and the wire into the stack.
 *
 *   N6 --+--[dp_n6]------------------------------> N3          the fast path
 *        |  too big, TTL at its end: the stack answers, or cuts it and sends it on by
 *        +--> UE pool dev dp-ue ==veth== dp-ue-x --[dp_stack]--> N3
 *   N3 -----[dp_n3]------------------------------> N6          table n6_table
 *             +--> dp-ue-x ==veth== dp-ue --> stack, iif dp-ue --> n6_table
 *
 * Rules "iif dp-ue lookup n6_table" and "iif dp-ue unreachable" keep what was decapsulated out of
 * every other table; bpf_fib_lookup is asked with dp-ue as its ingress, so the fast path obeys them
 * as well. Our filters are told by priority and handle, our links by their alias: those of a killed
 * predecessor are replaced.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/ebpf.h"

enum {
	FILTER_PRIORITY = 0xba70,
	FILTER_HANDLE = 0xba70,
	RULE_LOOKUP = 10600,
	RULE_STOP = 10601,
};

static const char stack_name[] = "dp-ue";
static const char wire_name[] = "dp-ue-x";
static const char wire_alias[] = "baton:dataplane";

static struct nl_bpf_filter filter_of(unsigned ifindex)
{
	return (struct nl_bpf_filter){.ifindex = ifindex,
				      .priority = FILTER_PRIORITY,
				      .handle = FILTER_HANDLE,
				      .prog_fd = -1};
}

int ebpf_attach(struct dataplane *dp, unsigned ifindex, int prog_fd, const char *name)
{
	struct nl_bpf_filter filter = filter_of(ifindex);
	int rc = nl_clsact_add(dp->nl, ifindex);

	filter.prog_fd = prog_fd;
	filter.name = name;
	return rc ? rc : nl_bpf_filter_replace(dp->nl, &filter);
}

/* The clsact qdisc stays: it may hold filters of others, and is nothing by itself */
void ebpf_detach(struct dataplane *dp, unsigned ifindex)
{
	const struct nl_bpf_filter filter = filter_of(ifindex);

	(void)nl_bpf_filter_del(dp->nl, &filter);
}

static int wire_clear(struct nl *nl)
{
	struct nl_link link;
	int rc = dp_link_find(nl, stack_name, &link);

	if (rc)
		return rc == -ENODEV ? 0 : rc;
	if (strcmp(link.alias, wire_alias) != 0)
		return -EEXIST;
	return nl_link_del(nl, link.ifindex);
}

static int wire_up(struct dataplane *dp, struct ebpf_wire *wire)
{
	int rc = dp_forwarding_set_up(stack_name);

	/* no IPv6 neighbour talk on a wire that has none */
	if (!rc)
		rc = dp_ipv6_disable(stack_name);
	if (!rc)
		rc = dp_ipv6_disable(wire_name);
	if (!rc)
		rc = nl_link_set_up(dp->nl, wire->wire_ifindex, true);
	return rc ? rc : nl_link_set_up(dp->nl, wire->stack_ifindex, true);
}

static int wire_pair(struct dataplane *dp, struct ebpf_wire *wire)
{
	const struct dp_session any = {0};
	const struct nl_veth veth = {.name = stack_name,
				     .peer = wire_name,
				     .netns_fd = -1,
				     .peer_netns_fd = -1,
				     .mtu = dp_session_mtu(dp, &any),
				     .noarp = true};
	struct nl_link link, peer;
	int rc = nl_link_add_veth(dp->nl, &veth);

	if (rc)
		return rc;
	rc = dp_link_find(dp->nl, stack_name, &link);
	if (!rc)
		rc = dp_link_find(dp->nl, wire_name, &peer);
	if (rc)
		return rc;
	wire->made = true;
	wire->stack_ifindex = link.ifindex;
	wire->wire_ifindex = peer.ifindex;
	memcpy(wire->stack_mac, link.mac, sizeof(link.mac));
	memcpy(wire->wire_mac, peer.mac, sizeof(peer.mac));
	rc = nl_link_set_alias(dp->nl, wire->stack_ifindex, wire_alias);
	return rc ? rc : wire_up(dp, wire);
}

static int addr_first(struct in_addr addr, unsigned prefix_len, void *user)
{
	*(struct in_addr *)user = addr;
	return 1;
}

/* ICMP to a UE comes from the N6 address */
static int pool_routes(struct dataplane *dp, const struct ebpf_wire *wire)
{
	struct in_addr own = {0};
	int rc = nl_addr_list(dp->nl, dp->n6.ifindex, addr_first, &own);

	for (size_t i = 0; i < dp->config.ue_pool_count && rc >= 0; i++) {
		const struct nl_route route = {.dst = dp->config.ue_pool[i].addr,
					       .dst_len = dp->config.ue_pool[i].len,
					       .prefsrc = own,
					       .ifindex = wire->stack_ifindex};

		rc = nl_route_add(dp->nl, &route);
	}
	return rc < 0 ? rc : 0;
}

static struct nl_rule rule_of(uint32_t priority, enum nl_route_type action, uint32_t table)
{
	struct nl_rule rule = {.priority = priority, .action = action, .table = table};

	snprintf(rule.iif, sizeof(rule.iif), "%s", stack_name);
	return rule;
}

static int rule_ours(const struct nl_rule *rule, void *user)
{
	if (strcmp(rule->iif, stack_name) != 0)
		return 0;
	*(struct nl_rule *)user = *rule;
	return 1;
}

static void rules_clear(struct nl *nl)
{
	struct nl_rule rule;

	while (nl_rule_list(nl, rule_ours, &rule) > 0)
		if (nl_rule_del(nl, &rule))
			return;
}

static int rules_add(struct dataplane *dp)
{
	const struct nl_rule lookup = rule_of(RULE_LOOKUP, NL_ROUTE_UNICAST, dp->config.n6_table);
	const struct nl_rule stop = rule_of(RULE_STOP, NL_ROUTE_UNREACHABLE, 0);
	int rc;

	rules_clear(dp->nl);
	/* the stop first: at no time may a packet fall through to other tables */
	rc = nl_rule_add(dp->nl, &stop);
	return rc ? rc : nl_rule_add(dp->nl, &lookup);
}

int ebpf_wire_make(struct dataplane *dp, struct ebpf_wire *ret_wire, struct dp_error *ret_err)
{
	const char *what = "settings of namespace";
	int rc = dp_sysctl_set(NULL, "ip_forward", 1);

	if (!rc)
		rc = dp_forwarding_set_up(dp->config.n6_dev);
	if (!rc) {
		what = "interface dp-ue";
		rc = wire_clear(dp->nl);
	}
	if (!rc)
		rc = wire_pair(dp, ret_wire);
	if (!rc) {
		what = "policy rules of dp-ue";
		rc = rules_add(dp);
	}
	if (!rc) {
		what = "routes of UE pools";
		rc = pool_routes(dp, ret_wire);
	}
	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "%s: %s", what,
				    strerror(-rc));
	return 0;
}

void ebpf_wire_remove(struct dataplane *dp, struct ebpf_wire *wire)
{
	if (!wire->made)
		return;
	(void)nl_link_del(dp->nl, wire->stack_ifindex);
	rules_clear(dp->nl);
	wire->made = false;
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

int ebpf_session_route(struct dataplane *dp, const struct ebpf_wire *wire,
		       const struct dp_session *old, const struct dp_session *session)
{
	struct nl_route route = {.dst_len = 32, .ifindex = wire->stack_ifindex};
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
