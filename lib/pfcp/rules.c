// SPDX-License-Identifier: Apache-2.0
/*
 * The rules of a session, but for what measures (urr.c): which IEs PDRs, Traffic Endpoints, FARs,
 * QERs and BARs hold, in the order of the standard's tables (TS 29.244 cl. 7.5.2 to 7.5.5, 7.5.9),
 * and the conditions between them that the rule alone tells.
 *
 * Create and Update share a struct and differ here: in what is mandatory, and in that an Update
 * takes away by an IE of length 0. Where the standard calls optional what says which packets a PDR
 * matches, it is conditional here: a PDR that is read without it would match others.
 */
#include "lib/pfcp/table.h"

static uint8_t missing(uint16_t type, uint16_t *ret_type)
{
	*ret_type = type;
	return PFCP_CAUSE_CONDITIONAL_IE_MISSING;
}

/* ---- PDR ---- */

// clang-format off
#define S struct pfcp_pdi
static const struct pfcp_member pdi[] = {
	ALWAYS(MANDATORY, SOURCE_INTERFACE, S, source_interface),
	ONE(CONDITIONAL, F_TEID, S, f_teid),
	ONE(CONDITIONAL, NETWORK_INSTANCE, S, network_instance),
	THERE(CONDITIONAL, REDUNDANT_TRANSMISSION_PARAMETERS, S, has_redundant_transmission),
	LIST(CONDITIONAL, UE_IP_ADDRESS, S, ue_ip),
	LIST(CONDITIONAL, TRAFFIC_ENDPOINT_ID, S, traffic_endpoint_id),
	LIST(CONDITIONAL, SDF_FILTER, S, sdf),
	ONE(CONDITIONAL, APPLICATION_ID, S, application_id),
	ONE_AS(CONDITIONAL, ETHERNET_PDU_SESSION_INFORMATION, S, ethernet_session, has_ethernet_session),
	THERE(CONDITIONAL, ETHERNET_PACKET_FILTER, S, has_ethernet_filter),
	LIST(CONDITIONAL, QFI, S, qfi),
	LIST(CONDITIONAL, FRAMED_ROUTE, S, framed_route),
	ONE(OPTIONAL, FRAMED_ROUTING, S, framed_routing),
	LIST(CONDITIONAL, FRAMED_IPV6_ROUTE, S, framed_ipv6_route),
	ONE(OPTIONAL, 3GPP_INTERFACE_TYPE, S, interface_type),
	THERE(CONDITIONAL, IP_MULTICAST_ADDRESSING_INFO, S, has_ip_multicast),
	THERE(CONDITIONAL, DNS_QUERY_FILTER, S, has_dns_query_filter),
	THERE(CONDITIONAL, MBS_SESSION_IDENTIFIER, S, has_mbs_session),
};
#undef S

#define S struct pfcp_pdr
static const struct pfcp_member create_pdr[] = {
	ALWAYS(MANDATORY, PDR_ID, S, pdr_id),
	ONE(MANDATORY, PRECEDENCE, S, precedence),
	ONE(MANDATORY, PDI, S, pdi),
	ONE(CONDITIONAL, OUTER_HEADER_REMOVAL, S, outer_header_removal),
	ONE(CONDITIONAL, FAR_ID, S, far_id),
	LIST(CONDITIONAL, URR_ID, S, urr_id),
	LIST(CONDITIONAL, QER_ID, S, qer_id),
	LIST(CONDITIONAL, ACTIVATE_PREDEFINED_RULES, S, activate_rules),
	ONE(OPTIONAL, ACTIVATION_TIME, S, activation_time),
	ONE(OPTIONAL, DEACTIVATION_TIME, S, deactivation_time),
	ONE(CONDITIONAL, MAR_ID, S, mar_id),
	THERE(CONDITIONAL, IP_MULTICAST_ADDRESSING_INFO, S, has_ip_multicast),
	LIST(OPTIONAL, UE_IP_ADDRESS_POOL_IDENTITY, S, pool),
	ONE(CONDITIONAL, MPTCP_APPLICABLE_INDICATION, S, mptcp),
};

static const struct pfcp_member update_pdr[] = {
	ALWAYS(MANDATORY, PDR_ID, S, pdr_id),
	ONE(CONDITIONAL, OUTER_HEADER_REMOVAL, S, outer_header_removal),
	ONE(CONDITIONAL, PRECEDENCE, S, precedence),
	ONE(CONDITIONAL, PDI, S, pdi),
	ONE(CONDITIONAL, FAR_ID, S, far_id),
	LIST(CONDITIONAL, URR_ID, S, urr_id),
	LIST(CONDITIONAL, QER_ID, S, qer_id),
	LIST(CONDITIONAL, ACTIVATE_PREDEFINED_RULES, S, activate_rules),
	LIST(CONDITIONAL, DEACTIVATE_PREDEFINED_RULES, S, deactivate_rules),
	ONE(OPTIONAL, ACTIVATION_TIME, S, activation_time),
	ONE(OPTIONAL, DEACTIVATION_TIME, S, deactivation_time),
	THERE(CONDITIONAL, IP_MULTICAST_ADDRESSING_INFO, S, has_ip_multicast),
};
#undef S

static const struct pfcp_member created_pdr[] = {
	ALWAYS(MANDATORY, PDR_ID, struct pfcp_created_pdr, pdr_id),
	ONE(CONDITIONAL, F_TEID, struct pfcp_created_pdr, f_teid),
	LIST(CONDITIONAL, UE_IP_ADDRESS, struct pfcp_created_pdr, ue_ip),
};

/* Its F-TEID, on N4, is that for redundant transmission. */
static const struct pfcp_member updated_pdr[] = {
	ALWAYS(MANDATORY, PDR_ID, struct pfcp_created_pdr, pdr_id),
	LIST(CONDITIONAL, UE_IP_ADDRESS, struct pfcp_created_pdr, ue_ip),
};

static const struct pfcp_member remove_pdr[] = { ONLY(PDR_ID, uint16_t) };
// clang-format on

static uint8_t check_create_pdr(const void *value, uint16_t *ret_type)
{
	const struct pfcp_pdr *pdr = value;

	if (!pdr->has_far_id && !pdr->n_activate_rules && !pdr->has_mar_id)
		return missing(PFCP_IE_FAR_ID, ret_type);
	return 0;
}

/* Only a CP function may ask for a choice (cl. 8.2.3). */
static uint8_t check_chosen(const struct pfcp_f_teid *f_teid, uint16_t *ret_type)
{
	*ret_type = PFCP_IE_F_TEID;
	return f_teid->choose ? PFCP_CAUSE_MANDATORY_IE_INCORRECT : 0;
}

static uint8_t check_created_pdr(const void *value, uint16_t *ret_type)
{
	return check_chosen(&((const struct pfcp_created_pdr *)value)->f_teid, ret_type);
}

const struct pfcp_group pfcp_group_pdi = MEMBERS(pdi, HEAD(struct pfcp_pdi));
const struct pfcp_group pfcp_group_create_pdr =
	MEMBERS(create_pdr, HEAD_AT(struct pfcp_pdr, pdi.lists), .check = check_create_pdr);
const struct pfcp_group pfcp_group_update_pdr =
	UPDATE(update_pdr, struct pfcp_pdr, HEAD_AT(struct pfcp_pdr, pdi.lists));
const struct pfcp_group pfcp_group_created_pdr = MEMBERS(created_pdr, .check = check_created_pdr);
const struct pfcp_group pfcp_group_updated_pdr = MEMBERS(updated_pdr);
const struct pfcp_group pfcp_group_remove_pdr = MEMBERS(remove_pdr);

/* ---- Traffic Endpoint ---- */

// clang-format off
#define S struct pfcp_traffic_endpoint
static const struct pfcp_member create_traffic_endpoint[] = {
	ALWAYS(MANDATORY, TRAFFIC_ENDPOINT_ID, S, id),
	ONE(CONDITIONAL, F_TEID, S, f_teid),
	ONE(CONDITIONAL, NETWORK_INSTANCE, S, network_instance),
	THERE(CONDITIONAL, REDUNDANT_TRANSMISSION_PARAMETERS, S, has_redundant_transmission),
	LIST(CONDITIONAL, UE_IP_ADDRESS, S, ue_ip),
	ONE_AS(CONDITIONAL, ETHERNET_PDU_SESSION_INFORMATION, S, ethernet_session, has_ethernet_session),
	LIST(CONDITIONAL, FRAMED_ROUTE, S, framed_route),
	ONE(OPTIONAL, FRAMED_ROUTING, S, framed_routing),
	LIST(CONDITIONAL, FRAMED_IPV6_ROUTE, S, framed_ipv6_route),
	LIST(CONDITIONAL, QFI, S, qfi),
	ONE(OPTIONAL, 3GPP_INTERFACE_TYPE, S, interface_type),
	THERE(CONDITIONAL, MBS_SESSION_IDENTIFIER, S, has_mbs_session),
};

static const struct pfcp_member update_traffic_endpoint[] = {
	ALWAYS(MANDATORY, TRAFFIC_ENDPOINT_ID, S, id),
	ONE(CONDITIONAL, F_TEID, S, f_teid),
	ONE(CONDITIONAL, NETWORK_INSTANCE, S, network_instance),
	THERE(CONDITIONAL, REDUNDANT_TRANSMISSION_PARAMETERS, S, has_redundant_transmission),
	LIST(CONDITIONAL, UE_IP_ADDRESS, S, ue_ip),
	LIST(CONDITIONAL, FRAMED_ROUTE, S, framed_route),
	ONE(CONDITIONAL, FRAMED_ROUTING, S, framed_routing),
	LIST(CONDITIONAL, FRAMED_IPV6_ROUTE, S, framed_ipv6_route),
	LIST(CONDITIONAL, QFI, S, qfi),
	ONE(CONDITIONAL, 3GPP_INTERFACE_TYPE, S, interface_type),
};
#undef S

#define S struct pfcp_created_traffic_endpoint
static const struct pfcp_member created_traffic_endpoint[] = {
	ALWAYS(MANDATORY, TRAFFIC_ENDPOINT_ID, S, id),
	ONE(CONDITIONAL, F_TEID, S, f_teid),
	LIST(CONDITIONAL, UE_IP_ADDRESS, S, ue_ip),
};
#undef S

static const struct pfcp_member remove_traffic_endpoint[] = { ONLY(TRAFFIC_ENDPOINT_ID, uint8_t) };
// clang-format on

static uint8_t check_created_traffic_endpoint(const void *value, uint16_t *ret_type)
{
	return check_chosen(&((const struct pfcp_created_traffic_endpoint *)value)->f_teid,
			    ret_type);
}

const struct pfcp_group pfcp_group_create_traffic_endpoint =
	MEMBERS(create_traffic_endpoint, HEAD(struct pfcp_traffic_endpoint));
const struct pfcp_group pfcp_group_update_traffic_endpoint = UPDATE(
	update_traffic_endpoint, struct pfcp_traffic_endpoint, HEAD(struct pfcp_traffic_endpoint));
const struct pfcp_group pfcp_group_created_traffic_endpoint =
	MEMBERS(created_traffic_endpoint, .check = check_created_traffic_endpoint);
const struct pfcp_group pfcp_group_remove_traffic_endpoint = MEMBERS(remove_traffic_endpoint);

/* ---- FAR ---- */

// clang-format off
#define S struct pfcp_forwarding
static const struct pfcp_member forwarding[] = {
	ONE(MANDATORY, DESTINATION_INTERFACE, S, destination_interface),
	ONE(OPTIONAL, NETWORK_INSTANCE, S, network_instance),
	ONE(CONDITIONAL, REDIRECT_INFORMATION, S, redirect),
	ONE(CONDITIONAL, OUTER_HEADER_CREATION, S, outer_header_creation),
	ONE(CONDITIONAL, TRANSPORT_LEVEL_MARKING, S, transport_level_marking),
	ONE(CONDITIONAL, FORWARDING_POLICY, S, policy),
	ONE(OPTIONAL, HEADER_ENRICHMENT, S, header_enrichment),
	ONE(CONDITIONAL, TRAFFIC_ENDPOINT_ID, S, linked_endpoint),
	ONE(CONDITIONAL, PROXYING, S, proxying),
	ONE(OPTIONAL, 3GPP_INTERFACE_TYPE, S, interface_type),
	ONE(CONDITIONAL, DATA_NETWORK_ACCESS_IDENTIFIER, S, dnai),
	ONE(CONDITIONAL, IP_ADDRESS_AND_PORT_NUMBER_REPLACEMENT, S, replacement),
};

static const struct pfcp_member update_forwarding[] = {
	ONE(CONDITIONAL, DESTINATION_INTERFACE, S, destination_interface),
	ONE(CONDITIONAL, NETWORK_INSTANCE, S, network_instance),
	ONE(CONDITIONAL, REDIRECT_INFORMATION, S, redirect),
	ONE(CONDITIONAL, OUTER_HEADER_CREATION, S, outer_header_creation),
	ONE(CONDITIONAL, TRANSPORT_LEVEL_MARKING, S, transport_level_marking),
	ONE(CONDITIONAL, FORWARDING_POLICY, S, policy),
	ONE(CONDITIONAL, HEADER_ENRICHMENT, S, header_enrichment),
	ONE(CONDITIONAL, PFCPSMREQ_FLAGS, S, smreq_flags),
	ONE(CONDITIONAL, TRAFFIC_ENDPOINT_ID, S, linked_endpoint),
	ONE(CONDITIONAL, 3GPP_INTERFACE_TYPE, S, interface_type),
	ONE(CONDITIONAL, DATA_NETWORK_ACCESS_IDENTIFIER, S, dnai),
	ONE(CONDITIONAL, IP_ADDRESS_AND_PORT_NUMBER_REPLACEMENT, S, replacement),
};
#undef S

#define S struct pfcp_duplicating
static const struct pfcp_member duplicating[] = {
	ONE(MANDATORY, DESTINATION_INTERFACE, S, destination_interface),
	ONE(CONDITIONAL, OUTER_HEADER_CREATION, S, outer_header_creation),
	ONE(CONDITIONAL, TRANSPORT_LEVEL_MARKING, S, transport_level_marking),
	ONE(CONDITIONAL, FORWARDING_POLICY, S, policy),
};

static const struct pfcp_member update_duplicating[] = {
	ONE(CONDITIONAL, DESTINATION_INTERFACE, S, destination_interface),
	ONE(CONDITIONAL, OUTER_HEADER_CREATION, S, outer_header_creation),
	ONE(CONDITIONAL, TRANSPORT_LEVEL_MARKING, S, transport_level_marking),
	ONE(CONDITIONAL, FORWARDING_POLICY, S, policy),
};
#undef S

#define S struct pfcp_far
static const struct pfcp_member create_far[] = {
	ALWAYS(MANDATORY, FAR_ID, S, far_id),
	ONE(MANDATORY, APPLY_ACTION, S, apply_action),
	ONE(CONDITIONAL, FORWARDING_PARAMETERS, S, forwarding),
	LIST(CONDITIONAL, DUPLICATING_PARAMETERS, S, duplicating),
	ONE(OPTIONAL, BAR_ID, S, bar_id),
};

static const struct pfcp_member update_far[] = {
	ALWAYS(MANDATORY, FAR_ID, S, far_id),
	ONE(CONDITIONAL, APPLY_ACTION, S, apply_action),
	ONE(CONDITIONAL, UPDATE_FORWARDING_PARAMETERS, S, forwarding),
	LIST(CONDITIONAL, UPDATE_DUPLICATING_PARAMETERS, S, duplicating),
	ONE(CONDITIONAL, BAR_ID, S, bar_id),
};
#undef S

static const struct pfcp_member remove_far[] = { ONLY(FAR_ID, uint32_t) };
// clang-format on

static uint8_t check_create_far(const void *value, uint16_t *ret_type)
{
	const struct pfcp_far *far = value;

	if ((far->apply_action & PFCP_ACTION_FORW) && !far->has_forwarding)
		return missing(PFCP_IE_FORWARDING_PARAMETERS, ret_type);
	if ((far->apply_action & PFCP_ACTION_DUPL) && !far->n_duplicating)
		return missing(PFCP_IE_DUPLICATING_PARAMETERS, ret_type);
	return 0;
}

const struct pfcp_group pfcp_group_forwarding = MEMBERS(forwarding);
const struct pfcp_group pfcp_group_update_forwarding =
	UPDATE(update_forwarding, struct pfcp_forwarding);
const struct pfcp_group pfcp_group_duplicating = MEMBERS(duplicating);
const struct pfcp_group pfcp_group_update_duplicating =
	UPDATE(update_duplicating, struct pfcp_duplicating);
const struct pfcp_group pfcp_group_create_far =
	MEMBERS(create_far, HEAD(struct pfcp_far), .check = check_create_far);
const struct pfcp_group pfcp_group_update_far =
	UPDATE(update_far, struct pfcp_far, HEAD(struct pfcp_far));
const struct pfcp_group pfcp_group_remove_far = MEMBERS(remove_far);

/* ---- QER ---- */

// clang-format off
#define S struct pfcp_qer
static const struct pfcp_member create_qer[] = {
	ALWAYS(MANDATORY, QER_ID, S, qer_id),
	ONE(MANDATORY, GATE_STATUS, S, gate_status),
	ONE(CONDITIONAL, QER_CORRELATION_ID, S, correlation_id),
	ONE(CONDITIONAL, MBR, S, mbr),
	ONE(CONDITIONAL, GBR, S, gbr),
	ONE(CONDITIONAL, PACKET_RATE, S, packet_rate),
	ONE(CONDITIONAL, DL_FLOW_LEVEL_MARKING, S, flow_marking),
	ONE(CONDITIONAL, QFI, S, qfi),
	ONE(CONDITIONAL, RQI, S, reflective),
	ONE(CONDITIONAL, PAGING_POLICY_INDICATOR, S, paging_policy),
	ONE_AS(OPTIONAL, AVERAGING_WINDOW, S, averaging_window_ms, has_averaging_window),
	ONE(CONDITIONAL, QER_CONTROL_INDICATIONS, S, control),
};

static const struct pfcp_member update_qer[] = {
	ALWAYS(MANDATORY, QER_ID, S, qer_id),
	ONE(CONDITIONAL, QER_CORRELATION_ID, S, correlation_id),
	ONE(CONDITIONAL, GATE_STATUS, S, gate_status),
	ONE(CONDITIONAL, MBR, S, mbr),
	ONE(CONDITIONAL, GBR, S, gbr),
	ONE(CONDITIONAL, PACKET_RATE, S, packet_rate),
	ONE(CONDITIONAL, DL_FLOW_LEVEL_MARKING, S, flow_marking),
	ONE(CONDITIONAL, QFI, S, qfi),
	ONE(CONDITIONAL, RQI, S, reflective),
	ONE(CONDITIONAL, PAGING_POLICY_INDICATOR, S, paging_policy),
	ONE_AS(OPTIONAL, AVERAGING_WINDOW, S, averaging_window_ms, has_averaging_window),
	ONE(CONDITIONAL, QER_CONTROL_INDICATIONS, S, control),
};
#undef S

static const struct pfcp_member remove_qer[] = { ONLY(QER_ID, uint32_t) };
// clang-format on

const struct pfcp_group pfcp_group_create_qer = MEMBERS(create_qer);
const struct pfcp_group pfcp_group_update_qer = UPDATE(update_qer, struct pfcp_qer);
const struct pfcp_group pfcp_group_remove_qer = MEMBERS(remove_qer);

/* ---- BAR ---- */

// clang-format off
#define S struct pfcp_bar
static const struct pfcp_member bar[] = {
	ALWAYS(MANDATORY, BAR_ID, S, bar_id),
	ONE(CONDITIONAL, DL_DATA_NOTIFICATION_DELAY, S, notification_delay),
	ONE(CONDITIONAL, SUGGESTED_BUFFERING_PACKETS_COUNT, S, suggested_packets),
};

/* In a Session Report Response */
static const struct pfcp_member bar_report[] = {
	ALWAYS(MANDATORY, BAR_ID, S, bar_id),
	ONE(CONDITIONAL, DL_DATA_NOTIFICATION_DELAY, S, notification_delay),
	ONE_AS(CONDITIONAL, DL_BUFFERING_DURATION, S, buffering_duration_s, has_buffering_duration),
	ONE(OPTIONAL, DL_BUFFERING_SUGGESTED_PACKET_COUNT, S, buffering_packets),
	ONE(CONDITIONAL, SUGGESTED_BUFFERING_PACKETS_COUNT, S, suggested_packets),
};
#undef S

static const struct pfcp_member remove_bar[] = { ONLY(BAR_ID, uint8_t) };
// clang-format on

const struct pfcp_group pfcp_group_create_bar = MEMBERS(bar);
const struct pfcp_group pfcp_group_update_bar = UPDATE(bar, struct pfcp_bar);
const struct pfcp_group pfcp_group_update_bar_report = UPDATE(bar_report, struct pfcp_bar);
const struct pfcp_group pfcp_group_remove_bar = MEMBERS(remove_bar);
