// SPDX-License-Identifier: Apache-2.0
/*
 * The grouped IEs of PFCP: which IEs each holds, in the order of the standard's tables (TS 29.244
 * cl. 7.4, 7.5), and the conditions between them that the group alone tells.
 *
 * Create and Update share a struct and differ here: in what is mandatory, and in that an Update
 * takes away by an IE of length 0.
 */
#include "lib/pfcp/table.h"

static uint8_t missing(uint16_t type, uint16_t *ret_type)
{
	*ret_type = type;
	return PFCP_CAUSE_CONDITIONAL_IE_MISSING;
}

/* ---- PDR ---- */

// clang-format off
static const struct pfcp_member pdi[] = {
	ALWAYS(MANDATORY, SOURCE_INTERFACE, struct pfcp_pdi, source_interface),
	ONE(CONDITIONAL, F_TEID, struct pfcp_pdi, f_teid),
	ONE(OPTIONAL, NETWORK_INSTANCE, struct pfcp_pdi, network_instance),
	ONE(CONDITIONAL, UE_IP_ADDRESS, struct pfcp_pdi, ue_ip),
	ONE(CONDITIONAL, TRAFFIC_ENDPOINT_ID, struct pfcp_pdi, traffic_endpoint_id),
	LIST(CONDITIONAL, SDF_FILTER, struct pfcp_pdi, sdf),
	ONE(CONDITIONAL, APPLICATION_ID, struct pfcp_pdi, application_id),
	LIST(CONDITIONAL, QFI, struct pfcp_pdi, qfi),
	ONE(OPTIONAL, 3GPP_INTERFACE_TYPE, struct pfcp_pdi, interface_type),
};

static const struct pfcp_member create_pdr[] = {
	ALWAYS(MANDATORY, PDR_ID, struct pfcp_pdr, pdr_id),
	ONE(MANDATORY, PRECEDENCE, struct pfcp_pdr, precedence),
	ONE(MANDATORY, PDI, struct pfcp_pdr, pdi),
	ONE(CONDITIONAL, OUTER_HEADER_REMOVAL, struct pfcp_pdr, outer_header_removal),
	ONE(CONDITIONAL, FAR_ID, struct pfcp_pdr, far_id),
	LIST(CONDITIONAL, URR_ID, struct pfcp_pdr, urr_id),
	LIST(CONDITIONAL, QER_ID, struct pfcp_pdr, qer_id),
	ONE(CONDITIONAL, ACTIVATE_PREDEFINED_RULES, struct pfcp_pdr, predefined_rules),
};

static const struct pfcp_member update_pdr[] = {
	ALWAYS(MANDATORY, PDR_ID, struct pfcp_pdr, pdr_id),
	ONE(CONDITIONAL, OUTER_HEADER_REMOVAL, struct pfcp_pdr, outer_header_removal),
	ONE(CONDITIONAL, PRECEDENCE, struct pfcp_pdr, precedence),
	ONE(CONDITIONAL, PDI, struct pfcp_pdr, pdi),
	ONE(CONDITIONAL, FAR_ID, struct pfcp_pdr, far_id),
	LIST(CONDITIONAL, URR_ID, struct pfcp_pdr, urr_id),
	LIST(CONDITIONAL, QER_ID, struct pfcp_pdr, qer_id),
	ONE(CONDITIONAL, ACTIVATE_PREDEFINED_RULES, struct pfcp_pdr, predefined_rules),
};

static const struct pfcp_member created_pdr[] = {
	ALWAYS(MANDATORY, PDR_ID, struct pfcp_created_pdr, pdr_id),
	ONE(CONDITIONAL, F_TEID, struct pfcp_created_pdr, f_teid),
	ONE(CONDITIONAL, UE_IP_ADDRESS, struct pfcp_created_pdr, ue_ip),
};

static const struct pfcp_member remove_pdr[] = { ONLY(PDR_ID, uint16_t) };
// clang-format on

static uint8_t check_create_pdr(const void *value, uint16_t *ret_type)
{
	const struct pfcp_pdr *pdr = value;

	if (!pdr->has_far_id && !pdr->has_predefined_rules)
		return missing(PFCP_IE_FAR_ID, ret_type);
	return 0;
}

/* Only a CP function may ask for a choice (cl. 8.2.3). */
static uint8_t check_created_pdr(const void *value, uint16_t *ret_type)
{
	const struct pfcp_created_pdr *created = value;

	*ret_type = PFCP_IE_F_TEID;
	return created->f_teid.choose ? PFCP_CAUSE_MANDATORY_IE_INCORRECT : 0;
}

const struct pfcp_group pfcp_group_pdi = MEMBERS(pdi);
const struct pfcp_group pfcp_group_create_pdr = MEMBERS(create_pdr, .check = check_create_pdr);
const struct pfcp_group pfcp_group_update_pdr = UPDATE(update_pdr, struct pfcp_pdr);
const struct pfcp_group pfcp_group_created_pdr = MEMBERS(created_pdr, .check = check_created_pdr);
const struct pfcp_group pfcp_group_remove_pdr = MEMBERS(remove_pdr);

/* ---- FAR ---- */

// clang-format off
static const struct pfcp_member forwarding[] = {
	ONE(MANDATORY, DESTINATION_INTERFACE, struct pfcp_forwarding, destination_interface),
	ONE(OPTIONAL, NETWORK_INSTANCE, struct pfcp_forwarding, network_instance),
	ONE(CONDITIONAL, OUTER_HEADER_CREATION, struct pfcp_forwarding, outer_header_creation),
	ONE(CONDITIONAL, TRANSPORT_LEVEL_MARKING, struct pfcp_forwarding, transport_level_marking),
	ONE(OPTIONAL, 3GPP_INTERFACE_TYPE, struct pfcp_forwarding, interface_type),
};

static const struct pfcp_member update_forwarding[] = {
	ONE(CONDITIONAL, DESTINATION_INTERFACE, struct pfcp_forwarding, destination_interface),
	ONE(CONDITIONAL, NETWORK_INSTANCE, struct pfcp_forwarding, network_instance),
	ONE(CONDITIONAL, OUTER_HEADER_CREATION, struct pfcp_forwarding, outer_header_creation),
	ONE(CONDITIONAL, TRANSPORT_LEVEL_MARKING, struct pfcp_forwarding, transport_level_marking),
	ONE(CONDITIONAL, PFCPSMREQ_FLAGS, struct pfcp_forwarding, smreq_flags),
	ONE(CONDITIONAL, 3GPP_INTERFACE_TYPE, struct pfcp_forwarding, interface_type),
};

static const struct pfcp_member create_far[] = {
	ALWAYS(MANDATORY, FAR_ID, struct pfcp_far, far_id),
	ONE(MANDATORY, APPLY_ACTION, struct pfcp_far, apply_action),
	ONE(CONDITIONAL, FORWARDING_PARAMETERS, struct pfcp_far, forwarding),
	ONE(OPTIONAL, BAR_ID, struct pfcp_far, bar_id),
};

static const struct pfcp_member update_far[] = {
	ALWAYS(MANDATORY, FAR_ID, struct pfcp_far, far_id),
	ONE(CONDITIONAL, APPLY_ACTION, struct pfcp_far, apply_action),
	ONE(CONDITIONAL, UPDATE_FORWARDING_PARAMETERS, struct pfcp_far, forwarding),
	ONE(CONDITIONAL, BAR_ID, struct pfcp_far, bar_id),
};

static const struct pfcp_member remove_far[] = { ONLY(FAR_ID, uint32_t) };
// clang-format on

static uint8_t check_create_far(const void *value, uint16_t *ret_type)
{
	const struct pfcp_far *far = value;

	if ((far->apply_action & PFCP_ACTION_FORW) && !far->has_forwarding)
		return missing(PFCP_IE_FORWARDING_PARAMETERS, ret_type);
	return 0;
}

const struct pfcp_group pfcp_group_forwarding = MEMBERS(forwarding);
const struct pfcp_group pfcp_group_update_forwarding =
	UPDATE(update_forwarding, struct pfcp_forwarding);
const struct pfcp_group pfcp_group_create_far = MEMBERS(create_far, .check = check_create_far);
const struct pfcp_group pfcp_group_update_far = UPDATE(update_far, struct pfcp_far);
const struct pfcp_group pfcp_group_remove_far = MEMBERS(remove_far);

/* ---- QER ---- */

// clang-format off
static const struct pfcp_member create_qer[] = {
	ALWAYS(MANDATORY, QER_ID, struct pfcp_qer, qer_id),
	ONE(CONDITIONAL, QER_CORRELATION_ID, struct pfcp_qer, correlation_id),
	ONE(MANDATORY, GATE_STATUS, struct pfcp_qer, gate_status),
	ONE(CONDITIONAL, MBR, struct pfcp_qer, mbr),
	ONE(CONDITIONAL, GBR, struct pfcp_qer, gbr),
	ONE(CONDITIONAL, QFI, struct pfcp_qer, qfi),
};

static const struct pfcp_member update_qer[] = {
	ALWAYS(MANDATORY, QER_ID, struct pfcp_qer, qer_id),
	ONE(CONDITIONAL, QER_CORRELATION_ID, struct pfcp_qer, correlation_id),
	ONE(CONDITIONAL, GATE_STATUS, struct pfcp_qer, gate_status),
	ONE(CONDITIONAL, MBR, struct pfcp_qer, mbr),
	ONE(CONDITIONAL, GBR, struct pfcp_qer, gbr),
	ONE(CONDITIONAL, QFI, struct pfcp_qer, qfi),
};

static const struct pfcp_member remove_qer[] = { ONLY(QER_ID, uint32_t) };
// clang-format on

const struct pfcp_group pfcp_group_create_qer = MEMBERS(create_qer);
const struct pfcp_group pfcp_group_update_qer = UPDATE(update_qer, struct pfcp_qer);
const struct pfcp_group pfcp_group_remove_qer = MEMBERS(remove_qer);

/* ---- URR and its reports ---- */

// clang-format off
static const struct pfcp_member create_urr[] = {
	ALWAYS(MANDATORY, URR_ID, struct pfcp_urr, urr_id),
	ONE(MANDATORY, MEASUREMENT_METHOD, struct pfcp_urr, method),
	ONE(MANDATORY, REPORTING_TRIGGERS, struct pfcp_urr, triggers),
	ONE_AS(CONDITIONAL, MEASUREMENT_PERIOD, struct pfcp_urr, period_s, has_period),
	ONE(CONDITIONAL, VOLUME_THRESHOLD, struct pfcp_urr, volume_threshold),
	ONE_AS(CONDITIONAL, TIME_THRESHOLD, struct pfcp_urr, time_threshold_s, has_time_threshold),
};

static const struct pfcp_member update_urr[] = {
	ALWAYS(MANDATORY, URR_ID, struct pfcp_urr, urr_id),
	ONE(CONDITIONAL, MEASUREMENT_METHOD, struct pfcp_urr, method),
	ONE(CONDITIONAL, REPORTING_TRIGGERS, struct pfcp_urr, triggers),
	ONE_AS(CONDITIONAL, MEASUREMENT_PERIOD, struct pfcp_urr, period_s, has_period),
	ONE(CONDITIONAL, VOLUME_THRESHOLD, struct pfcp_urr, volume_threshold),
	ONE_AS(CONDITIONAL, TIME_THRESHOLD, struct pfcp_urr, time_threshold_s, has_time_threshold),
};

static const struct pfcp_member remove_urr[] = { ONLY(URR_ID, uint32_t) };

static const struct pfcp_member usage_report[] = {
	ALWAYS(MANDATORY, URR_ID, struct pfcp_usage_report, urr_id),
	ALWAYS(MANDATORY, UR_SEQN, struct pfcp_usage_report, ur_seqn),
	ALWAYS(MANDATORY, USAGE_REPORT_TRIGGER, struct pfcp_usage_report, trigger),
	ONE(CONDITIONAL, START_TIME, struct pfcp_usage_report, start_time),
	ONE(CONDITIONAL, END_TIME, struct pfcp_usage_report, end_time),
	ONE(CONDITIONAL, VOLUME_MEASUREMENT, struct pfcp_usage_report, volume),
	ONE_AS(CONDITIONAL, DURATION_MEASUREMENT, struct pfcp_usage_report, duration_s, has_duration),
};
// clang-format on

static uint8_t check_create_urr(const void *value, uint16_t *ret_type)
{
	const struct pfcp_urr *urr = value;

	if ((urr->triggers & PFCP_TRIGGER_PERIO) && !urr->has_period)
		return missing(PFCP_IE_MEASUREMENT_PERIOD, ret_type);
	if ((urr->triggers & PFCP_TRIGGER_VOLTH) && !urr->has_volume_threshold)
		return missing(PFCP_IE_VOLUME_THRESHOLD, ret_type);
	if ((urr->triggers & PFCP_TRIGGER_TIMTH) && !urr->has_time_threshold)
		return missing(PFCP_IE_TIME_THRESHOLD, ret_type);
	return 0;
}

const struct pfcp_group pfcp_group_create_urr = MEMBERS(create_urr, .check = check_create_urr);
const struct pfcp_group pfcp_group_update_urr = UPDATE(update_urr, struct pfcp_urr);
const struct pfcp_group pfcp_group_remove_urr = MEMBERS(remove_urr);
const struct pfcp_group pfcp_group_usage_report = MEMBERS(usage_report);

/* ---- BAR ---- */

// clang-format off
static const struct pfcp_member bar[] = {
	ALWAYS(MANDATORY, BAR_ID, struct pfcp_bar, bar_id),
	ONE(CONDITIONAL, DL_DATA_NOTIFICATION_DELAY, struct pfcp_bar, notification_delay),
	ONE(CONDITIONAL, SUGGESTED_BUFFERING_PACKETS_COUNT, struct pfcp_bar, suggested_packets),
};

static const struct pfcp_member remove_bar[] = { ONLY(BAR_ID, uint8_t) };
// clang-format on

const struct pfcp_group pfcp_group_create_bar = MEMBERS(bar);
const struct pfcp_group pfcp_group_update_bar = UPDATE(bar, struct pfcp_bar);
const struct pfcp_group pfcp_group_remove_bar = MEMBERS(remove_bar);

/* ---- Reports, association ---- */

// clang-format off
static const struct pfcp_member downlink_data_report[] = {
	LIST(MANDATORY, PDR_ID, struct pfcp_downlink_data_report, pdr_id),
};

static const struct pfcp_member error_indication_report[] = {
	LIST(MANDATORY, F_TEID, struct pfcp_error_indication_report, remote_f_teid),
};

static const struct pfcp_member session_retention[] = {
	LIST(OPTIONAL, CP_PFCP_ENTITY_IP_ADDRESS, struct pfcp_session_retention, cp_entity),
};
// clang-format on

static uint8_t check_error_indication_report(const void *value, uint16_t *ret_type)
{
	const struct pfcp_error_indication_report *report = value;

	*ret_type = PFCP_IE_F_TEID;
	for (unsigned int i = 0; i < report->n_remote_f_teid; i++) {
		if (report->remote_f_teid[i].choose)
			return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	}
	return 0;
}

const struct pfcp_group pfcp_group_downlink_data_report = MEMBERS(downlink_data_report);
const struct pfcp_group pfcp_group_error_indication_report =
	MEMBERS(error_indication_report, .check = check_error_indication_report);
const struct pfcp_group pfcp_group_session_retention = MEMBERS(session_retention);
