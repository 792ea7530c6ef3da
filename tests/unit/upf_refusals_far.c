// SPDX-License-Identifier: Apache-2.0
/* Establishments, well-formed, with a FAR, QER or BAR that can't be served or makes no sense. Issue
 * numbers are of the named project on GitHub. */
#include "tests/unit/upf_refusals.h"

#include <string.h>

#define FAR_DL(m) (&EST(m)->create_far[1])
#define OUTER(m)  (&FAR_DL(m)->forwarding.outer_header_creation)
#define QER(m)	  (&EST(m)->create_qer[0])

/* ---- ids ---- */

static void far_twice(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].far_id = EX_FAR_UL;
}

static void qer_twice(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->n_create_qer = 2;
	EST(m)->create_qer[1] = EST(m)->create_qer[0];
}

static void far_predefined(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].far_id = 0x80000001;
}

/* ---- actions ---- */

#define ACTION(name, flags)                                                                        \
	static void name(struct pfcp_msg *m, const struct example *ex)                             \
	{                                                                                          \
		FAR_DL(m)->apply_action = flags;                                                   \
	}
ACTION(action_forward_notify, PFCP_ACTION_FORW | PFCP_ACTION_NOCP)
ACTION(action_redundant, PFCP_ACTION_FORW | PFCP_ACTION_EDRT)

/* ---- where to ---- */

#define TO(name, to)                                                                               \
	static void name(struct pfcp_msg *m, const struct example *ex)                             \
	{                                                                                          \
		FAR_DL(m)->forwarding.destination_interface = to;                                  \
	}
TO(to_li, PFCP_DESTINATION_LI_FUNCTION)
TO(to_5g_vn, PFCP_DESTINATION_5G_VN)

static void far_no_tunnel(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].forwarding.has_outer_header_creation = false;
}

static void cp_no_tunnel(struct pfcp_msg *m, const struct example *ex)
{
	FAR_DL(m)->forwarding.destination_interface = PFCP_INTERFACE_CP_FUNCTION;
	far_no_tunnel(m, ex);
}

static void far_v6(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].forwarding.outer_header_creation.description = PFCP_OHC_GTPU_UDP_IP6;
}

static void far_to_self(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].forwarding.outer_header_creation.ip4 = ex->n3;
}

static void to_teid_0(struct pfcp_msg *m, const struct example *ex)
{
	OUTER(m)->teid = 0;
}

static void to_nobody(struct pfcp_msg *m, const struct example *ex)
{
	OUTER(m)->ip4.s_addr = 0;
}

static void to_multicast(struct pfcp_msg *m, const struct example *ex)
{
	OUTER(m)->ip4.s_addr = htonl(0xe0000001);
}

static void to_plain_udp(struct pfcp_msg *m, const struct example *ex)
{
	*OUTER(m) = (struct pfcp_outer_header_creation){
		.description = PFCP_OHC_UDP_IP4,
		.ip4 = ex->gnb,
		.port = 2152,
	};
}

static void far_bar(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_far[1].has_bar_id = true;
}

static void far_redirect(struct pfcp_msg *m, const struct example *ex)
{
	FWD(m)->has_redirect = true;
	FWD(m)->redirect.type = PFCP_REDIRECT_URL;
	strcpy(FWD(m)->redirect.address, "http://login.example/");
}

static void far_policy(struct pfcp_msg *m, const struct example *ex)
{
	FWD(m)->has_policy = true;
	strcpy(FWD(m)->policy.id, "firewall");
}

static void far_enrichment(struct pfcp_msg *m, const struct example *ex)
{
	FWD(m)->has_header_enrichment = true;
	strcpy(FWD(m)->header_enrichment.name, "X-Edge");
}

static void far_replacement(struct pfcp_msg *m, const struct example *ex)
{
	FWD(m)->has_replacement = true;
	FWD(m)->replacement.destination = (struct pfcp_address){.v4 = true, .ip4 = ex->gnb};
}

static void far_proxying(struct pfcp_msg *m, const struct example *ex)
{
	FWD(m)->has_proxying = true;
	FWD(m)->proxying = PFCP_PROXYING_ARP;
}

/* ---- copies ---- */

static void far_duplicate(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_far *far = &EST(m)->create_far[1];

	far->apply_action = PFCP_ACTION_FORW | PFCP_ACTION_DUPL;
	far->n_duplicating = 1;
	far->duplicating[0] = (struct pfcp_duplicating){
		.has_destination_interface = true,
		.destination_interface = PFCP_DESTINATION_LI_FUNCTION,
	};
}

static void copy_to_nobody(struct pfcp_msg *m, const struct example *ex)
{
	far_duplicate(m, ex);
	FAR_DL(m)->duplicating[0].destination_interface = PFCP_INTERFACE_ACCESS;
}

static void copy_policy(struct pfcp_msg *m, const struct example *ex)
{
	far_duplicate(m, ex);
	FAR_DL(m)->duplicating[0].destination_interface = PFCP_INTERFACE_CORE;
	FAR_DL(m)->duplicating[0].has_policy = true;
	strcpy(FAR_DL(m)->duplicating[0].policy.id, "tap");
}

/* A copy of downlink packets would go out by N6, from where they came */
static void copy_to_core(struct pfcp_msg *m, const struct example *ex)
{
	far_duplicate(m, ex);
	FAR_DL(m)->duplicating[0].destination_interface = PFCP_INTERFACE_CORE;
}

static void copies_too_many(struct pfcp_msg *m, const struct example *ex)
{
	copy_to_core(m, ex);
	FAR_DL(m)->n_duplicating = 2;
	FAR_DL(m)->duplicating[1] = FAR_DL(m)->duplicating[0];
	EST(m)->n_create_far = 6;
	for (unsigned i = 2; i < 6; i++) {
		EST(m)->create_far[i] = *FAR_DL(m);
		EST(m)->create_far[i].far_id = 100 + i;
	}
}

/* ---- QERs ---- */

static void qer_packet_rate(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_qer[0].has_packet_rate = true;
	EST(m)->create_qer[0].packet_rate = (struct pfcp_packet_rate){.has_uplink = true};
}

static void qer_correlation(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_qer[0].has_correlation_id = true;
	EST(m)->create_qer[0].correlation_id = 7;
}

static void qer_flow_marking(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_qer[0].has_flow_marking = true;
}

static void qer_control(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->create_qer[0].has_control = true;
	EST(m)->create_qer[0].control = PFCP_QER_RCSR;
}

static void gbr_over_mbr(struct pfcp_msg *m, const struct example *ex)
{
	QER(m)->has_mbr = QER(m)->has_gbr = true;
	QER(m)->mbr = (struct pfcp_bit_rate){1000, 1000};
	QER(m)->gbr = (struct pfcp_bit_rate){1000, 1001};
}

static void qers_too_many(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->n_create_qer = 17;
	for (unsigned i = 1; i < 17; i++) {
		EST(m)->create_qer[i] = *QER(m);
		EST(m)->create_qer[i].qer_id = 100 + i;
	}
}

// clang-format off
static const struct refusal rows[] = {
	RULE("one FAR ID twice", far_twice, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("one QER ID twice", qer_twice, RULE_FAILURE, QER, EX_QER),
	RULE("FAR ID of a predefined rule", far_predefined, RULE_FAILURE, FAR, 0x80000001),
	RULE("FORW and NOCP", action_forward_notify, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("redundant transmission", action_redundant, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("destination LI function", to_li, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("destination 5G VN internal", to_5g_vn, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("access side without outer header", far_no_tunnel, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("CP function without outer header", cp_no_tunnel, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("outer header of IPv6, of which there is no N3 address", far_v6, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("tunnel to this UPF itself", far_to_self, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("tunnel with TEID 0", to_teid_0, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("tunnel to 0.0.0.0", to_nobody, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("tunnel to a multicast address", to_multicast, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("outer header of UDP without GTP-U", to_plain_udp, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("FAR with a BAR that isn't there", far_bar, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("redirection", far_redirect, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("forwarding policy", far_policy, INVALID_FORWARDING_POLICY, FAR, EX_FAR_UL),
	RULE("header enrichment", far_enrichment, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("other addresses in the packet", far_replacement, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("proxying", far_proxying, RULE_FAILURE, FAR, EX_FAR_UL),
	RULE("copies to the LI function", far_duplicate, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("copies to the access side, without outer header", copy_to_nobody, RULE_FAILURE, FAR, EX_FAR_DL),
	RULE("copies by a forwarding policy", copy_policy, INVALID_FORWARDING_POLICY, FAR, EX_FAR_DL),
	RULE("copies from N6 to N6", copy_to_core, RULE_FAILURE, PDR, EX_PDR_DL),
	NONE(E, "ten Duplicating Parameters", copies_too_many, NO_RESOURCES),
	RULE("packet rate", qer_packet_rate, RULE_FAILURE, QER, EX_QER),
	RULE("flow level marking", qer_flow_marking, RULE_FAILURE, QER, EX_QER),
	RULE("QERs correlated over sessions", qer_correlation, RULE_FAILURE, QER, EX_QER),
	RULE("rate control status", qer_control, RULE_FAILURE, QER, EX_QER),
	RULE("guaranteed bit rate over the maximum", gbr_over_mbr, RULE_FAILURE, QER, EX_QER),
	NONE(E, "17 QERs", qers_too_many, NO_RESOURCES),
};
// clang-format on
const struct refusal_table refusals_far = TABLE(rows);
