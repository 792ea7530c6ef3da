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
 * n6_routing.c makes the routes and rules of dp-ue; bpf_fib_lookup is asked with dp-ue as its
 * ingress, so the fast path obeys them as well.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/ebpf/ebpf.h"

static const char stack_name[] = "dp-ue";
static const char wire_name[] = "dp-ue-x";

static int wire_up(struct dataplane *dp, struct wire *wire)
{
	/* no IPv6 neighbour talk on a wire that has none */
	int rc = dp_ipv6_disable(stack_name);

	if (!rc)
		rc = dp_ipv6_disable(wire_name);
	if (!rc)
		rc = nl_link_set_up(dp->nl, wire->wire_ifindex, true);
	return rc ? rc : nl_link_set_up(dp->nl, wire->stack_ifindex, true);
}

static int wire_pair(struct dataplane *dp, struct wire *wire)
{
	const struct nl_veth veth = {.name = stack_name,
				     .peer = wire_name,
				     .netns_fd = -1,
				     .peer_netns_fd = -1,
				     .mtu = dp_session_mtu(dp, 0),
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
	rc = nl_link_set_alias(dp->nl, wire->stack_ifindex, DP_LINK_ALIAS);
	if (!rc && wire->segment)
		rc = dp_segmentation_off(stack_name);
	return rc ? rc : wire_up(dp, wire);
}

int wire_make(struct dataplane *dp, struct wire *ret_wire, struct dp_error *ret_err)
{
	int rc = dp_link_clear(dp->nl, stack_name);

	if (!rc)
		rc = wire_pair(dp, ret_wire);
	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "interface %s: %s",
				    stack_name, strerror(-rc));
	if (dp->config.role != DP_ROLE_UPF)
		return 0;
	return n6_routing_up(dp, stack_name, ret_wire->stack_ifindex, ret_err);
}

void wire_remove(struct dataplane *dp, struct wire *wire)
{
	if (!wire->made)
		return;
	if (dp->config.role == DP_ROLE_UPF)
		n6_routing_down(dp);
	(void)nl_link_del(dp->nl, wire->stack_ifindex);
	wire->made = false;
}
