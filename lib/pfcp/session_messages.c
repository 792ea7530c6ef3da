// SPDX-License-Identifier: Apache-2.0
/*
 * What PFCP's session messages hold, in the order of the standard's tables (TS 29.244 cl. 7.5), and
 * the conditions between IEs that the message alone tells.
 */
#include "lib/pfcp/table.h"

// clang-format off
#define S struct pfcp_session_establishment_request
static const struct pfcp_member session_establishment_request[] = {
	ALWAYS(MANDATORY, NODE_ID, S, node_id),
	ALWAYS(MANDATORY, F_SEID, S, cp_f_seid),
	LIST(MANDATORY, CREATE_PDR, S, create_pdr),
	LIST(MANDATORY, CREATE_FAR, S, create_far),
	LIST(CONDITIONAL, CREATE_URR, S, create_urr),
	LIST(CONDITIONAL, CREATE_QER, S, create_qer),
	ONE(OPTIONAL, CREATE_BAR, S, create_bar),
	LIST(CONDITIONAL, CREATE_TRAFFIC_ENDPOINT, S, create_traffic_endpoint),
	ONE(CONDITIONAL, PDN_TYPE, S, pdn_type),
	LIST(CONDITIONAL, FQ_CSID, S, fq_csid),
	ONE_AS(OPTIONAL, USER_PLANE_INACTIVITY_TIMER, S, inactivity_timer_s, has_inactivity_timer),
	ONE(OPTIONAL, USER_ID, S, user_id),
	ONE(OPTIONAL, APN_DNN, S, dnn),
	ONE(CONDITIONAL, PFCPSEREQ_FLAGS, S, sereq_flags),
	ONE(OPTIONAL, RECOVERY_TIME_STAMP, S, recovery_time_stamp),
	ONE(OPTIONAL, S_NSSAI, S, s_nssai),
	ONE(OPTIONAL, RAT_TYPE, S, rat_type),
	ONE(OPTIONAL, GROUP_ID, S, group_id),
};
#undef S

#define S struct pfcp_session_establishment_response
static const struct pfcp_member session_establishment_response[] = {
	ALWAYS(MANDATORY, NODE_ID, S, node_id),
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ONE(CONDITIONAL, OFFENDING_IE, S, offending_ie),
	ONE(CONDITIONAL, F_SEID, S, up_f_seid),
	LIST(CONDITIONAL, CREATED_PDR, S, created_pdr),
	ONE(OPTIONAL, LOAD_CONTROL_INFORMATION, S, load),
	ONE(OPTIONAL, OVERLOAD_CONTROL_INFORMATION, S, overload),
	LIST(CONDITIONAL, FQ_CSID, S, fq_csid),
	ONE(CONDITIONAL, FAILED_RULE_ID, S, failed_rule),
	LIST(CONDITIONAL, CREATED_TRAFFIC_ENDPOINT, S, created_traffic_endpoint),
	LIST(CONDITIONAL, PARTIAL_FAILURE_INFORMATION, S, partial_failure),
};
#undef S

#define S struct pfcp_session_modification_request
static const struct pfcp_member session_modification_request[] = {
	ONE(CONDITIONAL, F_SEID, S, cp_f_seid),
	LIST(CONDITIONAL, REMOVE_PDR, S, remove_pdr),
	LIST(CONDITIONAL, REMOVE_FAR, S, remove_far),
	LIST(CONDITIONAL, REMOVE_URR, S, remove_urr),
	LIST(CONDITIONAL, REMOVE_QER, S, remove_qer),
	ONE(CONDITIONAL, REMOVE_BAR, S, remove_bar),
	LIST(CONDITIONAL, REMOVE_TRAFFIC_ENDPOINT, S, remove_traffic_endpoint),
	LIST(CONDITIONAL, CREATE_PDR, S, create_pdr),
	LIST(CONDITIONAL, CREATE_FAR, S, create_far),
	LIST(CONDITIONAL, CREATE_URR, S, create_urr),
	LIST(CONDITIONAL, CREATE_QER, S, create_qer),
	ONE(CONDITIONAL, CREATE_BAR, S, create_bar),
	LIST(CONDITIONAL, CREATE_TRAFFIC_ENDPOINT, S, create_traffic_endpoint),
	LIST(CONDITIONAL, UPDATE_PDR, S, update_pdr),
	LIST(CONDITIONAL, UPDATE_FAR, S, update_far),
	LIST(CONDITIONAL, UPDATE_URR, S, update_urr),
	LIST(CONDITIONAL, UPDATE_QER, S, update_qer),
	ONE(CONDITIONAL, UPDATE_BAR, S, update_bar),
	LIST(CONDITIONAL, UPDATE_TRAFFIC_ENDPOINT, S, update_traffic_endpoint),
	ONE(CONDITIONAL, PFCPSMREQ_FLAGS, S, smreq_flags),
	LIST(CONDITIONAL, QUERY_URR, S, query_urr),
	LIST(CONDITIONAL, FQ_CSID, S, fq_csid),
	ONE_AS(CONDITIONAL, USER_PLANE_INACTIVITY_TIMER, S, inactivity_timer_s, has_inactivity_timer),
	ONE(OPTIONAL, QUERY_URR_REFERENCE, S, query_reference),
	ONE(CONDITIONAL, NODE_ID, S, node_id),
	ONE(OPTIONAL, S_NSSAI, S, s_nssai),
	ONE(OPTIONAL, RAT_TYPE, S, rat_type),
	ONE(CONDITIONAL, GROUP_ID, S, group_id),
};
#undef S

#define S struct pfcp_session_modification_response
static const struct pfcp_member session_modification_response[] = {
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ONE(CONDITIONAL, OFFENDING_IE, S, offending_ie),
	LIST(CONDITIONAL, CREATED_PDR, S, created_pdr),
	ONE(OPTIONAL, LOAD_CONTROL_INFORMATION, S, load),
	ONE(OPTIONAL, OVERLOAD_CONTROL_INFORMATION, S, overload),
	LIST(CONDITIONAL, USAGE_REPORT_MODIFICATION, S, usage_report),
	ONE(CONDITIONAL, FAILED_RULE_ID, S, failed_rule),
	ONE(CONDITIONAL, ADDITIONAL_USAGE_REPORTS_INFORMATION, S, additional_reports),
	LIST(CONDITIONAL, CREATED_TRAFFIC_ENDPOINT, S, created_traffic_endpoint),
	LIST(CONDITIONAL, UPDATED_PDR, S, updated_pdr),
	LIST(CONDITIONAL, PARTIAL_FAILURE_INFORMATION, S, partial_failure),
};
#undef S

#define S struct pfcp_session_deletion_response
static const struct pfcp_member session_deletion_response[] = {
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ONE(CONDITIONAL, OFFENDING_IE, S, offending_ie),
	ONE(OPTIONAL, LOAD_CONTROL_INFORMATION, S, load),
	ONE(OPTIONAL, OVERLOAD_CONTROL_INFORMATION, S, overload),
	LIST(CONDITIONAL, USAGE_REPORT_DELETION, S, usage_report),
	ONE(CONDITIONAL, ADDITIONAL_USAGE_REPORTS_INFORMATION, S, additional_reports),
	ONE(CONDITIONAL, PFCPSDRSP_FLAGS, S, sdrsp_flags),
};
#undef S

#define S struct pfcp_session_report_request
static const struct pfcp_member session_report_request[] = {
	ALWAYS(MANDATORY, REPORT_TYPE, S, report_type),
	ONE(CONDITIONAL, DOWNLINK_DATA_REPORT, S, downlink_data),
	LIST(CONDITIONAL, USAGE_REPORT_REPORT, S, usage_report),
	ONE(CONDITIONAL, ERROR_INDICATION_REPORT, S, error_indication),
	ONE(OPTIONAL, LOAD_CONTROL_INFORMATION, S, load),
	ONE(OPTIONAL, OVERLOAD_CONTROL_INFORMATION, S, overload),
	ONE(CONDITIONAL, ADDITIONAL_USAGE_REPORTS_INFORMATION, S, additional_reports),
	ONE(CONDITIONAL, PFCPSRREQ_FLAGS, S, srreq_flags),
	ONE(CONDITIONAL, F_SEID, S, old_cp_f_seid),
	ONE(OPTIONAL, CAUSE, S, cause),
};
#undef S

#define S struct pfcp_session_report_response
static const struct pfcp_member session_report_response[] = {
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ONE(CONDITIONAL, OFFENDING_IE, S, offending_ie),
	ONE(CONDITIONAL, UPDATE_BAR_REPORT, S, update_bar),
	ONE(CONDITIONAL, PFCPSRRSP_FLAGS, S, srrsp_flags),
	ONE(OPTIONAL, F_SEID, S, cp_f_seid),
	ONE(OPTIONAL, F_TEID, S, n4u_f_teid),
	ONE(OPTIONAL, ALTERNATIVE_SMF_IP_ADDRESS, S, alternative_smf),
	ONE(OPTIONAL, FQ_CSID, S, fq_csid),
	ONE(CONDITIONAL, GROUP_ID, S, group_id),
	ONE(CONDITIONAL, NODE_ID, S, node_id),
};
#undef S
// clang-format on

static uint8_t check_establishment_response(const void *value, uint16_t *ret_type)
{
	const struct pfcp_session_establishment_response *response = value;

	*ret_type = PFCP_IE_F_SEID;
	return response->has_up_f_seid ? 0 : PFCP_CAUSE_CONDITIONAL_IE_MISSING;
}

static uint8_t check_report_request(const void *value, uint16_t *ret_type)
{
	const struct pfcp_session_report_request *r = value;
	const struct pfcp_part parts[] = {
		{PFCP_REPORT_DLDR, r->has_downlink_data, PFCP_IE_DOWNLINK_DATA_REPORT},
		{PFCP_REPORT_USAR, r->n_usage_report, PFCP_IE_USAGE_REPORT_REPORT},
		{PFCP_REPORT_ERIR, r->has_error_indication, PFCP_IE_ERROR_INDICATION_REPORT},
	};

	return pfcp_check_parts(r->report_type, parts, N_OF(parts), ret_type);
}

const struct pfcp_group pfcp_body_session_establishment_request =
	MEMBERS(session_establishment_request, HEAD(struct pfcp_session_establishment_request));
const struct pfcp_group pfcp_body_session_establishment_response =
	MEMBERS(session_establishment_response, HEAD(struct pfcp_session_establishment_response),
		.check = check_establishment_response);
const struct pfcp_group pfcp_body_session_modification_request =
	UPDATE(session_modification_request, struct pfcp_session_modification_request,
	       HEAD(struct pfcp_session_modification_request), .clears_only = PFCP_IE_FQ_CSID);
const struct pfcp_group pfcp_body_session_modification_response =
	MEMBERS(session_modification_response, HEAD(struct pfcp_session_modification_response));
const struct pfcp_group pfcp_body_session_deletion_response =
	MEMBERS(session_deletion_response, HEAD(struct pfcp_session_deletion_response));
const struct pfcp_group pfcp_body_session_report_request =
	MEMBERS(session_report_request, HEAD(struct pfcp_session_report_request),
		.check = check_report_request);
const struct pfcp_group pfcp_body_session_report_response = MEMBERS(session_report_response);
