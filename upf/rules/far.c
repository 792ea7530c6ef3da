// SPDX-License-Identifier: Apache-2.0
/* One FAR from its IE, with its Duplicating Parameters: TS 29.244 cl. 7.5.2.3, 7.5.4.3. */
#include <errno.h>
#include <string.h>

#include "dataplane/address.h"
#include "upf/rules/rules.h"

#define REFUSE(reading, id, ...) upf_refuse_rule((reading)->refusal, PFCP_RULE_FAR, id, __VA_ARGS__)

/* One of these, and beside it what goes with it: cl. 8.2.26. Flags that nobody would keep the
 * promise of are refused. */
static bool action_served(uint16_t action)
{
	switch (action & (PFCP_ACTION_DROP | PFCP_ACTION_FORW | PFCP_ACTION_BUFF)) {
	case PFCP_ACTION_DROP:
	case PFCP_ACTION_BUFF:
		action &= (uint16_t)~PFCP_ACTION_NOCP;
		break;
	case PFCP_ACTION_FORW:
		break;
	default:
		return false;
	}
	return !(action &
		 ~(PFCP_ACTION_DROP | PFCP_ACTION_FORW | PFCP_ACTION_BUFF | PFCP_ACTION_DUPL));
}

static int action_read(struct upf_far *far, const struct pfcp_far *ie, struct upf_reading *reading)
{
	if (upf_rule_loses(&ie->cleared, PFCP_IE_APPLY_ACTION))
		return REFUSE(reading, ie->far_id, "a FAR can't do without an action");
	if (!ie->has_apply_action)
		return 0;
	if (!action_served(ie->apply_action))
		return REFUSE(reading, ie->far_id, "apply action 0x%x is not supported",
			      ie->apply_action);
	far->action = ie->apply_action;
	return 0;
}

/* ---- where to ---- */

/* What Forwarding and Duplicating Parameters have in common */
struct route {
	uint32_t far_id;
	const uint8_t *interface; /* NULL: not there, and so on */
	const struct pfcp_name *instance;
	const struct pfcp_outer_header_creation *header;
	const struct pfcp_transport_level_marking *marking;
};

static int header_refuse(const struct route *route, struct upf_reading *reading)
{
	return REFUSE(reading, route->far_id, "outer header creation 0x%04x is not supported",
		      route->header->description);
}

/* Where both versions are allowed (a peer with two addresses), the one that there is an N3 address
 * of, IPv4 first */
static int peer_read(struct dp_addr *peer, const struct route *route, struct upf_reading *reading)
{
	const struct pfcp_outer_header_creation *header = route->header;
	const struct upf_rules_env *env = reading->env;
	const uint16_t gtpu = PFCP_OHC_GTPU_UDP_IP4 | PFCP_OHC_GTPU_UDP_IP6;

	if (!(header->description & gtpu) || header->description & ~gtpu)
		return header_refuse(route, reading);
	if (header->description & PFCP_OHC_GTPU_UDP_IP4 && env->local[0].family == AF_INET)
		*peer = dp_addr_ip4(header->ip4);
	else if (header->description & PFCP_OHC_GTPU_UDP_IP6 && env->local[1].family == AF_INET6)
		*peer = (struct dp_addr){.family = AF_INET6, .ip6 = header->ip6};
	else
		return header_refuse(route, reading);
	if (!header->teid || !dp_addr_is_host(peer) || dp_addr_equal(peer, &env->local[0]) ||
	    dp_addr_equal(peer, &env->local[1]))
		return REFUSE(reading, route->far_id, "the outer header leads nowhere");
	return 0;
}

static int interface_read(struct upf_destination *to, const struct route *route,
			  struct upf_reading *reading)
{
	const uint8_t interface = *route->interface;

	switch (interface) {
	case PFCP_INTERFACE_ACCESS:
	case PFCP_INTERFACE_CORE:
	case PFCP_INTERFACE_N6_LAN:
	case PFCP_INTERFACE_CP_FUNCTION:
		break;
	default:
		return REFUSE(reading, route->far_id, "destination interface %u is not supported",
			      interface);
	}
	/* A path switch from one side to the other brings its own tunnel, or needs none. */
	if (to->set && to->interface != interface)
		to->has_tunnel = false;
	to->set = true;
	to->interface = interface;
	return 0;
}

static int instance_read(struct upf_destination *to, const struct route *route,
			 struct upf_reading *reading)
{
	int found;

	/* Of N3 there is one: its name says nothing. */
	if (!route->instance || to->has_tunnel)
		return 0;
	found = upf_instance_find(reading->env, route->instance);
	if (found < 0)
		return REFUSE(reading, route->far_id, "there is no network instance '%.64s'",
			      route->instance->text);
	to->instance = (uint8_t)found;
	return 0;
}

static int route_read(struct upf_destination *to, const struct route *route,
		      struct upf_reading *reading)
{
	int rc = 0;

	if (route->interface)
		rc = interface_read(to, route, reading);
	if (!rc && route->header) {
		rc = peer_read(&to->peer, route, reading);
		to->has_tunnel = !rc;
		to->teid = route->header->teid;
	}
	if (!rc && route->marking) {
		to->has_tos = true;
		to->tos = route->marking->tos;
		to->tos_mask = route->marking->mask;
	}
	return rc ? rc : instance_read(to, route, reading);
}

/* What an update takes away; whether the rest makes sense is asked of the whole, later */
static void route_lose(struct upf_destination *to, const struct pfcp_cleared *cleared)
{
	if (upf_rule_loses(cleared, PFCP_IE_OUTER_HEADER_CREATION))
		to->has_tunnel = false;
	if (upf_rule_loses(cleared, PFCP_IE_DESTINATION_INTERFACE))
		to->set = false;
	if (upf_rule_loses(cleared, PFCP_IE_TRANSPORT_LEVEL_MARKING))
		to->has_tos = false;
	if (upf_rule_loses(cleared, PFCP_IE_NETWORK_INSTANCE))
		to->instance = 0;
}

/* ---- forwarding ---- */

/* What this data plane does to no packet. A linked Traffic Endpoint says where answers come from,
 * which nothing here depends on. */
static const struct upf_unserved forwarding_unserved[] = {
	{offsetof(struct pfcp_forwarding, has_redirect), 0, "redirection is"},
	{offsetof(struct pfcp_forwarding, has_header_enrichment), 0, "header enrichment is"},
	{offsetof(struct pfcp_forwarding, has_replacement), 0, "replacement of addresses is"},
	{offsetof(struct pfcp_forwarding, has_proxying), 0, "proxying is"},
	{0},
};

static int policy_refuse(const struct pfcp_far *ie, struct upf_reading *reading)
{
	REFUSE(reading, ie->far_id, "there are no forwarding policies");
	reading->refusal->cause = PFCP_CAUSE_INVALID_FORWARDING_POLICY;
	return -EINVAL;
}

static int forwarding_read(struct upf_far *far, const struct pfcp_far *ie,
			   struct upf_reading *reading)
{
	const struct pfcp_forwarding *fwd = &ie->forwarding;
	const char *what = upf_unserved_find(fwd, forwarding_unserved);
	const struct route route = {
		.far_id = ie->far_id,
		.interface = fwd->has_destination_interface ? &fwd->destination_interface : NULL,
		.instance = fwd->has_network_instance ? &fwd->network_instance : NULL,
		.header = fwd->has_outer_header_creation ? &fwd->outer_header_creation : NULL,
		.marking = fwd->has_transport_level_marking ? &fwd->transport_level_marking : NULL,
	};

	if (what)
		return REFUSE(reading, ie->far_id, "%s not supported", what);
	if (fwd->has_policy)
		return policy_refuse(ie, reading);
	route_lose(&far->to, &fwd->cleared);
	return route_read(&far->to, &route, reading);
}

/* ---- copies ---- */

/* The @nth of a FAR, or NULL */
static struct upf_duplicate *duplicate_at(struct upf_rules *rules, uint32_t far_id, size_t nth)
{
	for (size_t i = 0; i < rules->n_duplicate; i++)
		if (rules->duplicate[i].far_id == far_id && nth-- == 0)
			return &rules->duplicate[i];
	return NULL;
}

static struct upf_duplicate *duplicate_place(struct upf_rules *rules, uint32_t far_id, size_t nth)
{
	struct upf_duplicate *at = duplicate_at(rules, far_id, nth);

	if (at || rules->n_duplicate == UPF_DUPLICATES_MAX)
		return at;
	at = &rules->duplicate[rules->n_duplicate++];
	*at = (struct upf_duplicate){.far_id = far_id};
	return at;
}

/* An update names them in the order in which they were created. */
static int duplicates_read(const struct pfcp_far *ie, struct upf_reading *reading)
{
	for (size_t i = 0; i < ie->n_duplicating; i++) {
		const struct pfcp_duplicating *dup = &ie->duplicating[i];
		const struct route route = {
			.far_id = ie->far_id,
			.interface =
				dup->has_destination_interface ? &dup->destination_interface : NULL,
			.header =
				dup->has_outer_header_creation ? &dup->outer_header_creation : NULL,
			.marking = dup->has_transport_level_marking ? &dup->transport_level_marking
								    : NULL,
		};
		struct upf_duplicate *at = duplicate_place(reading->rules, ie->far_id, i);
		int rc;

		if (!at)
			return upf_refuse(reading->refusal, PFCP_CAUSE_NO_RESOURCES, 0,
					  "more than %d Duplicating Parameters",
					  UPF_DUPLICATES_MAX);
		if (dup->has_policy)
			return policy_refuse(ie, reading);
		route_lose(&at->to, &dup->cleared);
		rc = route_read(&at->to, &route, reading);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- the whole ---- */

int upf_far_read(struct upf_far *far, const struct pfcp_far *ie, struct upf_reading *reading)
{
	int rc;

	if (ie->far_id & UPF_ID_PREDEFINED)
		return REFUSE(reading, ie->far_id, "FAR ID of a predefined rule");
	rc = action_read(far, ie, reading);
	if (upf_rule_loses(&ie->cleared, PFCP_IE_UPDATE_FORWARDING_PARAMETERS))
		far->to = (struct upf_destination){0};
	if (upf_rule_loses(&ie->cleared, PFCP_IE_UPDATE_DUPLICATING_PARAMETERS))
		upf_rules_drop_far(reading->rules, ie->far_id);
	if (upf_rule_loses(&ie->cleared, PFCP_IE_BAR_ID))
		far->has_bar = false;
	if (ie->has_bar_id) {
		far->has_bar = true;
		far->bar_id = ie->bar_id;
	}
	if (!rc && ie->has_forwarding)
		rc = forwarding_read(far, ie, reading);
	return rc ? rc : duplicates_read(ie, reading);
}
