// SPDX-License-Identifier: Apache-2.0
/* One FAR, one QER from its IE: TS 29.244 cl. 7.5.2.3, 7.5.2.5, 7.5.4.3, 7.5.4.5. */
#include <errno.h>

#include "upf/rules.h"

static int action_read(struct upf_far *far, const struct pfcp_far *ie, struct upf_refusal *r)
{
	if (!ie->has_apply_action)
		return 0;
	/* Flags beside it, BUFF and NOCP above all, are promises that nobody would keep. */
	if (ie->apply_action != PFCP_ACTION_DROP && ie->apply_action != PFCP_ACTION_FORW)
		return upf_refuse_rule(r, PFCP_RULE_FAR, ie->far_id,
				       "apply action 0x%x is not supported", ie->apply_action);
	far->forward = ie->apply_action == PFCP_ACTION_FORW;
	return 0;
}

static int tunnel_read(struct upf_far *far, const struct pfcp_far *ie, struct in_addr n3_addr,
		       struct upf_refusal *r)
{
	const struct pfcp_outer_header_creation *ohc = &ie->forwarding.outer_header_creation;
	uint32_t host = ntohl(ohc->ip4.s_addr);

	if (!ie->forwarding.has_outer_header_creation)
		return 0;
	if (ohc->description != PFCP_OHC_GTPU_UDP_IP4)
		return upf_refuse_rule(r, PFCP_RULE_FAR, ie->far_id,
				       "outer header creation 0x%04x is not supported",
				       ohc->description);
	if (!ohc->teid || !host || host == INADDR_BROADCAST || IN_MULTICAST(host) ||
	    ohc->ip4.s_addr == n3_addr.s_addr)
		return upf_refuse_rule(r, PFCP_RULE_FAR, ie->far_id,
				       "the outer header leads nowhere");
	far->has_tunnel = true;
	far->peer = ohc->ip4;
	far->teid = ohc->teid;
	return 0;
}

static int destination_read(struct upf_far *far, const struct pfcp_far *ie, struct upf_refusal *r)
{
	const struct pfcp_forwarding *fwd = &ie->forwarding;

	if (!fwd->has_destination_interface)
		return 0;
	if (fwd->destination_interface != PFCP_INTERFACE_ACCESS &&
	    fwd->destination_interface != PFCP_INTERFACE_CORE)
		return upf_refuse_rule(r, PFCP_RULE_FAR, ie->far_id,
				       "destination interface %u is not supported",
				       fwd->destination_interface);
	/* A path switch from one side to the other brings its own tunnel, or needs none. */
	if (far->has_destination && far->destination != fwd->destination_interface)
		far->has_tunnel = false;
	far->has_destination = true;
	far->destination = fwd->destination_interface;
	return 0;
}

/* What this data plane does to no packet */
static const struct upf_unserved forwarding_unserved[] = {
	{offsetof(struct pfcp_forwarding, has_transport_level_marking), 0,
	 "transport level marking is"},
	{offsetof(struct pfcp_forwarding, has_redirect), 0, "redirection is"},
	{offsetof(struct pfcp_forwarding, has_header_enrichment), 0, "header enrichment is"},
	{offsetof(struct pfcp_forwarding, has_replacement), 0, "replacement of addresses is"},
	{offsetof(struct pfcp_forwarding, has_proxying), 0, "proxying is"},
	{offsetof(struct pfcp_forwarding, has_linked_endpoint), 0, "a linked traffic endpoint is"},
	{0},
};

static int forwarding_check(const struct pfcp_far *ie, struct upf_refusal *r)
{
	const char *what = upf_unserved_find(&ie->forwarding, forwarding_unserved);

	if (what)
		return upf_refuse_rule(r, PFCP_RULE_FAR, ie->far_id, "%s not supported", what);
	if (!ie->forwarding.has_policy)
		return 0;
	upf_refuse_rule(r, PFCP_RULE_FAR, ie->far_id, "there are no forwarding policies");
	r->cause = PFCP_CAUSE_INVALID_FORWARDING_POLICY;
	return -EINVAL;
}

/* What an update takes away; whether the rest makes sense is asked of the whole, later */
static void lost_read(struct upf_far *far, const struct pfcp_far *ie)
{
	bool all = upf_rule_loses(&ie->cleared, PFCP_IE_UPDATE_FORWARDING_PARAMETERS);
	const struct pfcp_cleared *inner = &ie->forwarding.cleared;

	if (all || (ie->has_forwarding && upf_rule_loses(inner, PFCP_IE_OUTER_HEADER_CREATION)))
		far->has_tunnel = false;
	if (all || (ie->has_forwarding && upf_rule_loses(inner, PFCP_IE_DESTINATION_INTERFACE)))
		far->has_destination = false;
}

int upf_far_read(struct upf_far *far, const struct pfcp_far *ie, struct in_addr n3_addr,
		 struct upf_refusal *ret_refusal)
{
	int rc = action_read(far, ie, ret_refusal);

	far->id = ie->far_id;
	if (!rc && upf_rule_loses(&ie->cleared, PFCP_IE_APPLY_ACTION))
		rc = upf_refuse_rule(ret_refusal, PFCP_RULE_FAR, ie->far_id,
				     "a FAR can't do without an action");
	lost_read(far, ie);
	if (!rc && ie->has_bar_id)
		rc = upf_refuse_rule(ret_refusal, PFCP_RULE_FAR, ie->far_id,
				     "buffering is not supported");
	if (rc || !ie->has_forwarding)
		return rc;
	rc = forwarding_check(ie, ret_refusal);
	if (!rc)
		rc = destination_read(far, ie, ret_refusal);
	if (!rc)
		rc = tunnel_read(far, ie, n3_addr, ret_refusal);
	return rc;
}

/* The Averaging Window and the QER Correlation ID say something about bit rates only. */
static const struct upf_unserved qer_unserved[] = {
	{offsetof(struct pfcp_qer, has_mbr), 0, "a bit rate is"},
	{offsetof(struct pfcp_qer, has_gbr), 0, "a bit rate is"},
	{offsetof(struct pfcp_qer, has_packet_rate), 0, "a packet rate is"},
	{offsetof(struct pfcp_qer, has_flow_marking), 0, "DL flow level marking is"},
	{offsetof(struct pfcp_qer, has_paging_policy), 0, "a paging policy indicator is"},
	{offsetof(struct pfcp_qer, has_control), 0, "reporting of the rate control status is"},
	/* the flag, not whether it is there: 0 asks for nothing */
	{offsetof(struct pfcp_qer, reflective), 0, "reflective QoS is"},
	{0},
};

int upf_qer_read(struct upf_qer *qer, const struct pfcp_qer *ie, struct upf_refusal *ret_refusal)
{
	const char *what = upf_unserved_find(ie, qer_unserved);

	qer->id = ie->qer_id;
	if (what)
		return upf_refuse_rule(ret_refusal, PFCP_RULE_QER, ie->qer_id, "%s not supported",
				       what);
	if (upf_rule_loses(&ie->cleared, PFCP_IE_GATE_STATUS))
		return upf_refuse_rule(ret_refusal, PFCP_RULE_QER, ie->qer_id,
				       "a QER can't do without a gate status");
	if (upf_rule_loses(&ie->cleared, PFCP_IE_QFI))
		qer->qfi = 0;
	if (ie->has_gate_status) {
		qer->closed_uplink = ie->gate_status.uplink != PFCP_GATE_OPEN;
		qer->closed_downlink = ie->gate_status.downlink != PFCP_GATE_OPEN;
	}
	if (ie->has_qfi)
		qer->qfi = ie->qfi;
	return 0;
}
