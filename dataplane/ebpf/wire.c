// SPDX-License-Identifier: Apache-2.0
/*
 * The ebpf back end's wire into the stack.
 *
 *   N6 --+--[dp_n6]------------------------------> N3          the fast path
 *        |  too big, TTL at its end: the stack answers, or cuts it and sends it on by
 *        +--> UE pool dev dp-ue ==veth== dp-ue-x --[dp_stack]--> N3
 *   N3 -----[dp_n3]------------------------------> N6          table n6_table
 *             +--> dp-ue-x ==veth== dp-ue --> stack, iif dp-ue --> n6_table
 *
 * In a gNB (and only where N3 can't carry super-packets) it goes in a circle: radio --> dp-ue,
 * which cuts them in pieces, --> dp-ue-x --[dp_radio]--> N3, the radio link being told by the mark.
 *
 * Each network instance has a pair of its own, so that the stack knows whose packets are: dp-ue1,
 * dp-ue1-x for the second. n6_routing.c makes the routes and rules of dp-ue; bpf_fib_lookup is
 * asked with dp-ue as its ingress, so the fast path obeys them as well.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/ebpf/ebpf.h"

struct names {
	char stack[IFNAMSIZ], wire[IFNAMSIZ];
};

static struct names names_of(unsigned instance)
{
	struct names ret = {"dp-ue", "dp-ue-x"};

	if (instance) {
		snprintf(ret.stack, sizeof(ret.stack), "dp-ue%u", instance & 0xff);
		snprintf(ret.wire, sizeof(ret.wire), "dp-ue%u-x", instance & 0xff);
	}
	return ret;
}

/* Nobody talks IPv6 on the wire by itself: our end has none, the stack's is quiet */
static int wire_up(struct dataplane *dp, const struct wire *wire, const struct names *names,
		   bool ip6)
{
	int rc = ip6 ? dp_ip6_quiet(names->stack) : dp_ipv6_disable(names->stack);

	if (!rc)
		rc = dp_ipv6_disable(names->wire);
	if (!rc)
		rc = nl_link_set_up(dp->nl, wire->wire_ifindex, true);
	return rc ? rc : nl_link_set_up(dp->nl, wire->stack_ifindex, true);
}

static void wire_fill(struct wire *wire, const struct nl_link *stack, const struct nl_link *peer)
{
	wire->made = true;
	wire->stack_ifindex = stack->ifindex;
	wire->wire_ifindex = peer->ifindex;
	memcpy(wire->stack_mac, stack->mac, sizeof(stack->mac));
	memcpy(wire->wire_mac, peer->mac, sizeof(peer->mac));
}

static int wire_pair(struct dataplane *dp, bool segment, unsigned instance, struct wire *wire)
{
	const struct names names = names_of(instance);
	const struct nl_veth veth = {.name = names.stack,
				     .peer = names.wire,
				     .netns_fd = -1,
				     .peer_netns_fd = -1,
				     .mtu = dp_mtu_max(dp),
				     .noarp = true};
	const bool ip6 = dp->config.role == DP_ROLE_UPF &&
			 dp_instance_has_ip6(&dp->config.instance[instance]);
	struct nl_link link, peer;
	int rc = nl_link_add_veth(dp->nl, &veth);

	if (rc)
		return rc;
	rc = dp_link_find(dp->nl, names.stack, &link);
	if (!rc)
		rc = dp_link_find(dp->nl, names.wire, &peer);
	if (rc)
		return rc;
	wire_fill(wire, &link, &peer);
	rc = nl_link_set_alias(dp->nl, wire->stack_ifindex, DP_LINK_ALIAS);
	if (!rc && segment)
		rc = dp_segmentation_off(names.stack);
	return rc ? rc : wire_up(dp, wire, &names, ip6);
}

/* A predecessor's, as it is: with its addresses, routes and rules. Return: 0 or -ENOENT */
static int wire_adopt(struct dataplane *dp, unsigned instance, struct wire *wire)
{
	const struct names names = names_of(instance);
	struct nl_link stack, peer;

	if (dp_link_find(dp->nl, names.stack, &stack) || dp_link_find(dp->nl, names.wire, &peer) ||
	    strcmp(stack.alias, DP_LINK_ALIAS) != 0)
		return -ENOENT;
	wire_fill(wire, &stack, &peer);
	return 0;
}

int wires_adopt(struct dataplane *dp, struct ebpf *e)
{
	int rc = 0;

	for (unsigned i = 0; i < dp->config.instance_count && !rc; i++)
		rc = wire_adopt(dp, i, &e->wire[i]);
	return rc;
}

int wires_lead(struct dataplane *dp, const struct ebpf *e, const struct dataplane *than,
	       struct dp_error *ret_err)
{
	for (uint8_t i = 0; i < dp->config.instance_count; i++) {
		int rc = n6_routing_add(dp, than, i, e->wire[i].stack_ifindex);

		if (rc)
			return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc,
					    "routes of UE pools: %s", strerror(-rc));
	}
	return 0;
}

void wires_lead_no_more(struct dataplane *dp, const struct ebpf *e, const struct dataplane *than)
{
	for (uint8_t i = 0; i < dp->config.instance_count; i++)
		n6_routing_drop(dp, than, i, e->wire[i].stack_ifindex);
}

/* A predecessor may have had more of them */
static int wires_clear(struct dataplane *dp, struct dp_error *ret_err)
{
	for (unsigned i = 0; i < EBPF_INSTANCES_MAX; i++) {
		const struct names names = names_of(i);
		int rc = dp_link_clear(dp->nl, names.stack);

		if (rc && i < (dp->config.instance_count ? dp->config.instance_count : 1))
			return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "interface %s: %s",
					    names.stack, strerror(-rc));
	}
	return 0;
}

int wires_make(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err)
{
	const bool upf = dp->config.role == DP_ROLE_UPF;
	const unsigned count = upf ? dp->config.instance_count : 1;
	int rc = wires_clear(dp, ret_err);

	for (unsigned i = 0; i < count && !rc; i++) {
		const struct names names = names_of(i);

		rc = wire_pair(dp, e->segment, i, &e->wire[i]);
		if (rc)
			return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "interface %s: %s",
					    names.stack, strerror(-rc));
		if (upf)
			rc = n6_routing_up(dp, (uint8_t)i, names.stack, e->wire[i].stack_ifindex,
					   ret_err);
	}
	return rc;
}

void wires_remove(struct dataplane *dp, struct ebpf *e)
{
	if (dp->config.role == DP_ROLE_UPF && e->wire[0].made)
		n6_routing_down(dp);
	for (unsigned i = 0; i < EBPF_INSTANCES_MAX; i++) {
		if (e->wire[i].made)
			(void)nl_link_del(dp->nl, e->wire[i].stack_ifindex);
		e->wire[i].made = false;
	}
}
