// SPDX-License-Identifier: Apache-2.0
/*
 * Routing in a UPF around the devices that stand for its UEs, one for each network instance (DEV:
 * dp-ue, or dp-gtp). All that an instance's packets are routed by is in the instance's own table,
 * so that two of them may have the same addresses:
 *
 *   table   UE pools dev DEV; a UE's own prefix where it has an MTU of its own, or another device
 *
 *   rules   iif N6DEV to POOL   table     downlink that the fast path leaves to the stack
 *           iif DEV             table     uplink, UE to UE
 *           iif DEV             unreachable: nor does it fall through when that has no route
 *           from N6ADDR         table     our own answers and ICMP errors
 *           to POOL             table     what else this node sends to UEs; of two instances with
 *                                         the same pool the first has it
 *
 * The main table need not know N6. ICMP errors come from the address of the interface that the
 * packet came in by; DEV has N6's too.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/address.h"
#include "dataplane/internal.h"

/* Rules with these priorities are ours */
enum { RULE_POOL = 10599, RULE_LOOKUP, RULE_STOP, RULE_OWN, RULE_NODE };

bool dp_instance_has_ip6(const struct dp_instance *instance)
{
	for (size_t i = 0; i < instance->pool_count; i++)
		if (instance->pool[i].addr.family == AF_INET6)
			return true;
	return false;
}

/* ---- routes ---- */

static int address_add(struct dataplane *dp, uint8_t instance, unsigned ifindex)
{
	const struct n6_link *n6 = &dp->n6[instance];
	int rc = 0;

	if (n6->ip4.s_addr)
		rc = nl_addr_add(dp->nl, ifindex, n6->ip4, 32);
	if (!rc && !IN6_IS_ADDR_UNSPECIFIED(&n6->ip6) &&
	    dp_instance_has_ip6(&dp->config.instance[instance]))
		rc = nl_addr6_add(dp->nl, ifindex, n6->ip6, 128);
	return rc;
}

/* To the UEs of a prefix */
static struct nl_route route_to(const struct dataplane *dp, uint8_t instance,
				const struct dp_prefix *prefix, unsigned ifindex)
{
	struct nl_route ret = {.family = prefix->addr.family,
			       .dst_len = prefix->len,
			       .ifindex = ifindex,
			       .table = dp->config.instance[instance].table};

	if (prefix->addr.family == AF_INET6) {
		/* No source: for ICMPv6 errors the kernel asks for the way before it has one, and
		 * would take that of another instance's route. It takes DEV's as it is */
		ret.dst6 = prefix->addr.ip6;
	} else {
		ret.dst = prefix->addr.ip4;
		ret.prefsrc = dp->n6[instance].ip4;
	}
	return ret;
}

static int pool_routes(struct dataplane *dp, uint8_t instance, unsigned ifindex)
{
	const struct dp_instance *n6 = &dp->config.instance[instance];
	int rc = address_add(dp, instance, ifindex);

	for (size_t i = 0; i < n6->pool_count && !rc; i++) {
		const struct nl_route route = route_to(dp, instance, &n6->pool[i], ifindex);

		rc = nl_route_add(dp->nl, &route);
	}
	return rc;
}

/* ---- rules ---- */

static int rule_ours(const struct nl_rule *rule, void *user)
{
	if (rule->priority < RULE_POOL || rule->priority > RULE_NODE)
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
			break;
	while (nl_rule6_list(nl, rule_ours, &rule) > 0)
		if (nl_rule_del(nl, &rule))
			break;
}

/* @priority: RULE_POOL, RULE_NODE */
static struct nl_rule rule_of_pool(const struct dp_instance *n6, const struct dp_prefix *pool,
				   uint32_t priority)
{
	struct nl_rule rule = {.family = pool->addr.family,
			       .priority = priority,
			       .table = n6->table,
			       .dst_len = pool->len};

	memcpy(&rule.dst6, &pool->addr.ip6, dp_addr_octets(&pool->addr));
	if (priority == RULE_POOL)
		snprintf(rule.iif, sizeof(rule.iif), "%s", n6->dev);
	return rule;
}

static int pool_rules(struct dataplane *dp, uint8_t instance, const struct dp_prefix *pool)
{
	const struct dp_instance *n6 = &dp->config.instance[instance];
	const struct nl_rule through = rule_of_pool(n6, pool, RULE_POOL),
			     own = rule_of_pool(n6, pool, RULE_NODE);
	int rc = nl_rule_add(dp->nl, &through);

	return rc ? rc : nl_rule_append(dp->nl, &own);
}

/* The stop first: at no time may a packet fall through to other tables */
static int device_rules(struct dataplane *dp, uint8_t instance, sa_family_t family, const char *dev)
{
	const struct n6_link *n6 = &dp->n6[instance];
	const uint32_t table = dp->config.instance[instance].table;
	struct nl_rule stop = {
		.family = family, .priority = RULE_STOP, .action = NL_ROUTE_UNREACHABLE};
	struct nl_rule lookup = {.family = family, .priority = RULE_LOOKUP, .table = table};
	struct nl_rule own = {.family = family, .priority = RULE_OWN, .table = table};
	int rc;

	snprintf(stop.iif, sizeof(stop.iif), "%s", dev);
	snprintf(lookup.iif, sizeof(lookup.iif), "%s", dev);
	rc = nl_rule_add(dp->nl, &stop);
	if (!rc)
		rc = nl_rule_add(dp->nl, &lookup);
	if (family == AF_INET6 && !IN6_IS_ADDR_UNSPECIFIED(&n6->ip6)) {
		own.src6 = n6->ip6;
		own.src_len = 128;
	} else if (family == AF_INET && n6->ip4.s_addr) {
		own.src = n6->ip4;
		own.src_len = 32;
	}
	return rc || !own.src_len ? rc : nl_rule_add(dp->nl, &own);
}

static int rules_add(struct dataplane *dp, uint8_t instance, const char *dev)
{
	const struct dp_instance *n6 = &dp->config.instance[instance];
	int rc = device_rules(dp, instance, AF_INET, dev);

	if (!rc && dp_instance_has_ip6(n6))
		rc = device_rules(dp, instance, AF_INET6, dev);
	for (size_t i = 0; i < n6->pool_count && !rc; i++)
		rc = pool_rules(dp, instance, &n6->pool[i]);
	return rc;
}

/* ---- up and down ---- */

static int settings(const struct dp_instance *n6, const char *dev)
{
	int rc = dp_sysctl_set(NULL, "ip_forward", 1);

	if (!rc)
		rc = dp_sysctl_set(NULL, "icmp_errors_use_inbound_ifaddr", 1);
	if (!rc)
		rc = dp_forwarding_set_up(n6->dev);
	if (!rc)
		rc = dp_forwarding_set_up(dev);
	if (rc || !dp_instance_has_ip6(n6))
		return rc;
	rc = dp_forwarding6_set_up(n6->dev);
	return rc ? rc : dp_forwarding6_set_up(dev);
}

int n6_routing_up(struct dataplane *dp, uint8_t instance, const char *dev, unsigned ifindex,
		  struct dp_error *ret_err)
{
	const char *what = "settings of the namespace";
	int rc = settings(&dp->config.instance[instance], dev);

	if (!instance)
		rules_clear(dp->nl); /* a predecessor's */
	if (!rc) {
		what = "policy rules";
		rc = rules_add(dp, instance, dev);
	}
	if (!rc) {
		what = "routes of UE pools";
		rc = pool_routes(dp, instance, ifindex);
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

/* ---- pools that come and go ---- */

static bool has_pool(const struct dp_instance *n6, const struct dp_prefix *pool)
{
	for (size_t i = 0; i < n6->pool_count; i++)
		if (dp_prefix_equal(&n6->pool[i], pool))
			return true;
	return false;
}

static int pool_add(struct dataplane *dp, uint8_t instance, const struct dp_prefix *pool,
		    unsigned ifindex)
{
	const struct nl_route route = route_to(dp, instance, pool, ifindex);
	int rc = nl_route_add(dp->nl, &route);

	return rc ? rc : pool_rules(dp, instance, pool);
}

int n6_routing_add(struct dataplane *dp, const struct dataplane *than, uint8_t instance,
		   unsigned ifindex)
{
	const struct dp_instance *n6 = &dp->config.instance[instance];
	int rc = 0;

	for (size_t i = 0; i < n6->pool_count && !rc; i++)
		if (!has_pool(&than->config.instance[instance], &n6->pool[i]))
			rc = pool_add(dp, instance, &n6->pool[i], ifindex);
	return rc;
}

static void pool_drop(struct dataplane *dp, uint8_t instance, const struct dp_prefix *pool,
		      unsigned ifindex)
{
	const struct dp_instance *n6 = &dp->config.instance[instance];
	const struct nl_rule through = rule_of_pool(n6, pool, RULE_POOL),
			     own = rule_of_pool(n6, pool, RULE_NODE);
	const struct nl_route route = route_to(dp, instance, pool, ifindex);

	(void)nl_rule_del(dp->nl, &through);
	(void)nl_rule_del(dp->nl, &own);
	(void)nl_route_del(dp->nl, &route);
}

void n6_routing_drop(struct dataplane *dp, const struct dataplane *than, uint8_t instance,
		     unsigned ifindex)
{
	const struct dp_instance *n6 = &dp->config.instance[instance];

	for (size_t i = 0; i < n6->pool_count; i++)
		if (!has_pool(&than->config.instance[instance], &n6->pool[i]))
			pool_drop(dp, instance, &n6->pool[i], ifindex);
}

/* ---- sessions ---- */

/* Return: whether there has to be a route for it */
static bool way_route(const struct dataplane *dp, unsigned pool_ifindex, const struct n6_way *way,
		      struct nl_route *ret_route)
{
	const uint16_t mtu = way ? dp_route_mtu(dp, way->ue.addr.family, way->mtu) : 0;

	if (!way || (!mtu && way->ifindex == pool_ifindex))
		return false;
	*ret_route = route_to(dp, way->instance, &way->ue, way->ifindex);
	ret_route->mtu = mtu;
	return true;
}

int n6_routing_session(struct dataplane *dp, unsigned pool_ifindex, const struct n6_way *old,
		       const struct n6_way *new)
{
	struct nl_route was, is;
	const bool had = way_route(dp, pool_ifindex, old, &was);

	if (way_route(dp, pool_ifindex, new, &is)) {
		int rc = nl_route_replace(dp->nl, &is);

		if (rc || !had || (dp_prefix_equal(&old->ue, &new->ue) && was.table == is.table))
			return rc;
	}
	if (had)
		(void)nl_route_del(dp->nl, &was);
	return 0;
}
