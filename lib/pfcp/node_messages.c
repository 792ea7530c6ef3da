// SPDX-License-Identifier: Apache-2.0
/*
 * What PFCP's messages between nodes hold, in the order of the standard's tables (TS 29.244
 * cl. 7.4), and the conditions between IEs that the message alone tells.
 */
#include "lib/pfcp/table.h"

// clang-format off
static const struct pfcp_member heartbeat_request[] = {
	ALWAYS(MANDATORY, RECOVERY_TIME_STAMP, struct pfcp_heartbeat, recovery_time_stamp),
	ONE(OPTIONAL, SOURCE_IP_ADDRESS, struct pfcp_heartbeat, source_ip),
};

static const struct pfcp_member heartbeat_response[] = {
	ALWAYS(MANDATORY, RECOVERY_TIME_STAMP, struct pfcp_heartbeat, recovery_time_stamp),
};

#define S struct pfcp_pfd_management_request
static const struct pfcp_member pfd_management_request[] = {
	LIST(CONDITIONAL, APPLICATION_ID_PFDS, S, application),
	ONE(OPTIONAL, NODE_ID, S, node_id),
};
#undef S

#define S struct pfcp_pfd_management_response
static const struct pfcp_member pfd_management_response[] = {
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ONE(CONDITIONAL, OFFENDING_IE, S, offending_ie),
	ONE(OPTIONAL, NODE_ID, S, node_id),
};
#undef S

/* IP resources were of Release 15's tables, optional. */
#define S struct pfcp_association_setup_request
static const struct pfcp_member association_setup_request[] = {
	ALWAYS(MANDATORY, NODE_ID, S, node_id),
	ALWAYS(MANDATORY, RECOVERY_TIME_STAMP, S, recovery_time_stamp),
	ONE(CONDITIONAL, UP_FUNCTION_FEATURES, S, up_features),
	ONE(CONDITIONAL, CP_FUNCTION_FEATURES, S, cp_features),
	LIST(OPTIONAL, USER_PLANE_IP_RESOURCE_INFORMATION, S, ip_resource),
	LIST(OPTIONAL, ALTERNATIVE_SMF_IP_ADDRESS, S, alternative_smf),
	ONE(CONDITIONAL, SMF_SET_ID, S, smf_set_id),
	ONE(OPTIONAL, PFCP_SESSION_RETENTION_INFORMATION, S, retention),
	LIST(OPTIONAL, UE_IP_ADDRESS_POOL_INFORMATION, S, pool),
	ONE(OPTIONAL, NF_INSTANCE_ID, S, upf_instance_id),
	ONE(OPTIONAL, PFCPASREQ_FLAGS, S, asreq_flags),
};
#undef S

#define S struct pfcp_association_setup_response
static const struct pfcp_member association_setup_response[] = {
	ALWAYS(MANDATORY, NODE_ID, S, node_id),
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ALWAYS(MANDATORY, RECOVERY_TIME_STAMP, S, recovery_time_stamp),
	ONE(CONDITIONAL, UP_FUNCTION_FEATURES, S, up_features),
	ONE(CONDITIONAL, CP_FUNCTION_FEATURES, S, cp_features),
	LIST(OPTIONAL, USER_PLANE_IP_RESOURCE_INFORMATION, S, ip_resource),
	LIST(OPTIONAL, ALTERNATIVE_SMF_IP_ADDRESS, S, alternative_smf),
	ONE(CONDITIONAL, SMF_SET_ID, S, smf_set_id),
	ONE(OPTIONAL, PFCPASRSP_FLAGS, S, asrsp_flags),
	LIST(OPTIONAL, UE_IP_ADDRESS_POOL_INFORMATION, S, pool),
	ONE(OPTIONAL, NF_INSTANCE_ID, S, upf_instance_id),
};
#undef S

#define S struct pfcp_association_update_request
static const struct pfcp_member association_update_request[] = {
	ALWAYS(MANDATORY, NODE_ID, S, node_id),
	ONE(OPTIONAL, UP_FUNCTION_FEATURES, S, up_features),
	ONE(OPTIONAL, CP_FUNCTION_FEATURES, S, cp_features),
	ONE(CONDITIONAL, PFCP_ASSOCIATION_RELEASE_REQUEST, S, release_request),
	ONE_AS(CONDITIONAL, GRACEFUL_RELEASE_PERIOD, S, graceful_release_s, has_graceful_release),
	LIST(OPTIONAL, USER_PLANE_IP_RESOURCE_INFORMATION, S, ip_resource),
	ONE(OPTIONAL, PFCPAUREQ_FLAGS, S, aureq_flags),
	LIST(OPTIONAL, ALTERNATIVE_SMF_IP_ADDRESS, S, alternative_smf),
	ONE(OPTIONAL, SMF_SET_ID, S, smf_set_id),
	LIST(OPTIONAL, UE_IP_ADDRESS_POOL_INFORMATION, S, pool),
};
#undef S

#define S struct pfcp_association_update_response
static const struct pfcp_member association_update_response[] = {
	ALWAYS(MANDATORY, NODE_ID, S, node_id),
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ONE(OPTIONAL, UP_FUNCTION_FEATURES, S, up_features),
	ONE(OPTIONAL, CP_FUNCTION_FEATURES, S, cp_features),
};
#undef S

static const struct pfcp_member association_release_request[] = {
	ALWAYS(MANDATORY, NODE_ID, struct pfcp_association_release_request, node_id),
};

static const struct pfcp_member association_release_response[] = {
	ALWAYS(MANDATORY, NODE_ID, struct pfcp_association_release_response, node_id),
	ALWAYS(MANDATORY, CAUSE, struct pfcp_association_release_response, cause),
};

#define S struct pfcp_node_report_request
static const struct pfcp_member node_report_request[] = {
	ALWAYS(MANDATORY, NODE_ID, S, node_id),
	ALWAYS(MANDATORY, NODE_REPORT_TYPE, S, report_type),
	ONE(CONDITIONAL, USER_PLANE_PATH_FAILURE_REPORT, S, path_failure),
	ONE(CONDITIONAL, USER_PLANE_PATH_RECOVERY_REPORT, S, path_recovery),
	ONE(CONDITIONAL, PEER_UP_RESTART_REPORT, S, peer_restart),
};
#undef S

static const struct pfcp_member session_set_deletion_request[] = {
	ALWAYS(MANDATORY, NODE_ID, struct pfcp_session_set_deletion_request, node_id),
	LIST(CONDITIONAL, FQ_CSID, struct pfcp_session_set_deletion_request, fq_csid),
};

static const struct pfcp_member session_set_modification_request[] = {
	ALWAYS(MANDATORY, NODE_ID, struct pfcp_session_set_modification_request, node_id),
	LIST(MANDATORY, PFCP_SESSION_CHANGE_INFO, struct pfcp_session_set_modification_request, change),
};

static const struct pfcp_member node_response[] = {
	ALWAYS(MANDATORY, NODE_ID, struct pfcp_node_response, node_id),
	ALWAYS(MANDATORY, CAUSE, struct pfcp_node_response, cause),
	ONE(CONDITIONAL, OFFENDING_IE, struct pfcp_node_response, offending_ie),
};
// clang-format on

static uint8_t check_node_report(const void *value, uint16_t *ret_type)
{
	const struct pfcp_node_report_request *r = value;
	const struct pfcp_part parts[] = {
		{PFCP_NODE_REPORT_UPFR, r->has_path_failure,
		 PFCP_IE_USER_PLANE_PATH_FAILURE_REPORT},
		{PFCP_NODE_REPORT_UPRR, r->has_path_recovery,
		 PFCP_IE_USER_PLANE_PATH_RECOVERY_REPORT},
		{PFCP_NODE_REPORT_PURR, r->has_peer_restart, PFCP_IE_PEER_UP_RESTART_REPORT},
	};

	return pfcp_check_parts(r->report_type, parts, N_OF(parts), ret_type);
}

const struct pfcp_group pfcp_body_heartbeat_request = MEMBERS(heartbeat_request);
const struct pfcp_group pfcp_body_heartbeat_response = MEMBERS(heartbeat_response);
const struct pfcp_group pfcp_body_pfd_management_request =
	MEMBERS(pfd_management_request, HEAD(struct pfcp_pfd_management_request));
const struct pfcp_group pfcp_body_pfd_management_response = MEMBERS(pfd_management_response);
const struct pfcp_group pfcp_body_association_setup_request =
	MEMBERS(association_setup_request, HEAD(struct pfcp_association_setup_request));
const struct pfcp_group pfcp_body_association_setup_response =
	MEMBERS(association_setup_response, HEAD(struct pfcp_association_setup_response));
const struct pfcp_group pfcp_body_association_update_request =
	MEMBERS(association_update_request, HEAD(struct pfcp_association_update_request));
const struct pfcp_group pfcp_body_association_update_response =
	MEMBERS(association_update_response);
const struct pfcp_group pfcp_body_association_release_request =
	MEMBERS(association_release_request);
const struct pfcp_group pfcp_body_association_release_response =
	MEMBERS(association_release_response);
const struct pfcp_group pfcp_body_node_report_request =
	MEMBERS(node_report_request, .check = check_node_report);
const struct pfcp_group pfcp_body_session_set_deletion_request =
	MEMBERS(session_set_deletion_request);
const struct pfcp_group pfcp_body_session_set_modification_request = MEMBERS(
	session_set_modification_request, HEAD(struct pfcp_session_set_modification_request));
const struct pfcp_group pfcp_body_node_response = MEMBERS(node_response);
const struct pfcp_group pfcp_body_empty = {.cleared = PFCP_NOWHERE};
