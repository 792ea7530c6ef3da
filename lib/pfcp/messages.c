// SPDX-License-Identifier: Apache-2.0
/*
 * The messages of PFCP, one row each, and which IEs each holds (TS 29.244 table 7.3-1,
 * cl. 7.4, 7.5).
 */
#include "lib/pfcp/table.h"

// clang-format off
static const struct pfcp_member heartbeat[] = {
	ALWAYS(MANDATORY, RECOVERY_TIME_STAMP, struct pfcp_heartbeat, recovery_time_stamp),
};

#define S struct pfcp_association_setup_request
static const struct pfcp_member association_setup_request[] = {
	ALWAYS(MANDATORY, NODE_ID, S, node_id),
	ALWAYS(MANDATORY, RECOVERY_TIME_STAMP, S, recovery_time_stamp),
	ONE(CONDITIONAL, UP_FUNCTION_FEATURES, S, up_features),
	ONE(CONDITIONAL, CP_FUNCTION_FEATURES, S, cp_features),
	ONE(OPTIONAL, PFCP_SESSION_RETENTION_INFORMATION, S, retention),
};
#undef S

#define S struct pfcp_association_setup_response
static const struct pfcp_member association_setup_response[] = {
	ALWAYS(MANDATORY, NODE_ID, S, node_id),
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ALWAYS(MANDATORY, RECOVERY_TIME_STAMP, S, recovery_time_stamp),
	ONE(CONDITIONAL, UP_FUNCTION_FEATURES, S, up_features),
	ONE(CONDITIONAL, CP_FUNCTION_FEATURES, S, cp_features),
	ONE(CONDITIONAL, PFCPASRSP_FLAGS, S, asrsp_flags),
};
#undef S

static const struct pfcp_member association_release_request[] = {
	ALWAYS(MANDATORY, NODE_ID, struct pfcp_association_release_request, node_id),
};

static const struct pfcp_member association_release_response[] = {
	ALWAYS(MANDATORY, NODE_ID, struct pfcp_association_release_response, node_id),
	ALWAYS(MANDATORY, CAUSE, struct pfcp_association_release_response, cause),
};

#define S struct pfcp_session_establishment_request
static const struct pfcp_member session_establishment_request[] = {
	ALWAYS(MANDATORY, NODE_ID, S, node_id),
	ALWAYS(MANDATORY, F_SEID, S, cp_f_seid),
	LIST(MANDATORY, CREATE_PDR, S, create_pdr),
	LIST(MANDATORY, CREATE_FAR, S, create_far),
	LIST(CONDITIONAL, CREATE_URR, S, create_urr),
	LIST(CONDITIONAL, CREATE_QER, S, create_qer),
	ONE(OPTIONAL, CREATE_BAR, S, create_bar),
	ONE(CONDITIONAL, PDN_TYPE, S, pdn_type),
	ONE(OPTIONAL, USER_ID, S, user_id),
	ONE(OPTIONAL, APN_DNN, S, dnn),
	ONE(CONDITIONAL, PFCPSEREQ_FLAGS, S, sereq_flags),
	ONE(OPTIONAL, S_NSSAI, S, s_nssai),
};
#undef S

#define S struct pfcp_session_establishment_response
static const struct pfcp_member session_establishment_response[] = {
	ALWAYS(MANDATORY, NODE_ID, S, node_id),
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ONE(CONDITIONAL, OFFENDING_IE, S, offending_ie),
	ONE(CONDITIONAL, F_SEID, S, up_f_seid),
	LIST(CONDITIONAL, CREATED_PDR, S, created_pdr),
	ONE(CONDITIONAL, FAILED_RULE_ID, S, failed_rule),
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
	LIST(CONDITIONAL, CREATE_PDR, S, create_pdr),
	LIST(CONDITIONAL, CREATE_FAR, S, create_far),
	LIST(CONDITIONAL, CREATE_URR, S, create_urr),
	LIST(CONDITIONAL, CREATE_QER, S, create_qer),
	ONE(CONDITIONAL, CREATE_BAR, S, create_bar),
	LIST(CONDITIONAL, UPDATE_PDR, S, update_pdr),
	LIST(CONDITIONAL, UPDATE_FAR, S, update_far),
	LIST(CONDITIONAL, UPDATE_URR, S, update_urr),
	LIST(CONDITIONAL, UPDATE_QER, S, update_qer),
	ONE(CONDITIONAL, UPDATE_BAR, S, update_bar),
	ONE(CONDITIONAL, PFCPSMREQ_FLAGS, S, smreq_flags),
	LIST(CONDITIONAL, QUERY_URR, S, query_urr),
	ONE(CONDITIONAL, NODE_ID, S, node_id),
};
#undef S

#define S struct pfcp_session_modification_response
static const struct pfcp_member session_modification_response[] = {
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ONE(CONDITIONAL, OFFENDING_IE, S, offending_ie),
	LIST(CONDITIONAL, CREATED_PDR, S, created_pdr),
	LIST(CONDITIONAL, USAGE_REPORT_MODIFICATION, S, usage_report),
	ONE(CONDITIONAL, FAILED_RULE_ID, S, failed_rule),
};
#undef S

#define S struct pfcp_session_deletion_response
static const struct pfcp_member session_deletion_response[] = {
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ONE(CONDITIONAL, OFFENDING_IE, S, offending_ie),
	LIST(CONDITIONAL, USAGE_REPORT_DELETION, S, usage_report),
};
#undef S

#define S struct pfcp_session_report_request
static const struct pfcp_member session_report_request[] = {
	ALWAYS(MANDATORY, REPORT_TYPE, S, report_type),
	ONE(CONDITIONAL, DOWNLINK_DATA_REPORT, S, downlink_data),
	LIST(CONDITIONAL, USAGE_REPORT_REPORT, S, usage_report),
	ONE(CONDITIONAL, ERROR_INDICATION_REPORT, S, error_indication),
};
#undef S

#define S struct pfcp_session_report_response
static const struct pfcp_member session_report_response[] = {
	ALWAYS(MANDATORY, CAUSE, S, cause),
	ONE(CONDITIONAL, OFFENDING_IE, S, offending_ie),
	ONE(CONDITIONAL, PFCPSRRSP_FLAGS, S, srrsp_flags),
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
	const struct pfcp_session_report_request *request = value;
	const struct {
		uint8_t bit;
		bool has;
		uint16_t type;
	} parts[] = {
		{PFCP_REPORT_DLDR, request->has_downlink_data, PFCP_IE_DOWNLINK_DATA_REPORT},
		{PFCP_REPORT_USAR, request->n_usage_report, PFCP_IE_USAGE_REPORT_REPORT},
		{PFCP_REPORT_ERIR, request->has_error_indication, PFCP_IE_ERROR_INDICATION_REPORT},
	};

	for (size_t i = 0; i < N_OF(parts); i++) {
		if (!(request->report_type & parts[i].bit) || parts[i].has)
			continue;
		*ret_type = parts[i].type;
		return PFCP_CAUSE_CONDITIONAL_IE_MISSING;
	}
	return 0;
}

#define NODE	false
#define SESSION true
#define ROW(t, n, c, sess, req, z, ...)                                                            \
	{                                                                                          \
		.type = PFCP_##t, .name = n, .clause = c, .session = sess, .request = req,         \
		.size = z, .group = __VA_ARGS__                                                    \
	}
#define REQUEST(t, n, c, sess, ctype, ...)                                                         \
	ROW(t##_REQUEST, n "-request", c, sess, true, sizeof(ctype), MEMBERS(__VA_ARGS__))
#define RESPONSE(t, n, c, sess, ctype, ...)                                                        \
	ROW(t##_RESPONSE, n "-response", c, sess, false, sizeof(ctype), MEMBERS(__VA_ARGS__))
#define EMPTY                                                                                      \
	{                                                                                          \
		.cleared = PFCP_NOWHERE                                                            \
	}

// clang-format off
static const struct pfcp_message rows[] = {
REQUEST(HEARTBEAT, "heartbeat", "7.4.2.1", NODE, struct pfcp_heartbeat, heartbeat),
RESPONSE(HEARTBEAT, "heartbeat", "7.4.2.2", NODE, struct pfcp_heartbeat, heartbeat),
REQUEST(ASSOCIATION_SETUP, "association-setup", "7.4.4.1", NODE, struct pfcp_association_setup_request, association_setup_request),
RESPONSE(ASSOCIATION_SETUP, "association-setup", "7.4.4.2", NODE, struct pfcp_association_setup_response, association_setup_response),
REQUEST(ASSOCIATION_RELEASE, "association-release", "7.4.4.5", NODE, struct pfcp_association_release_request, association_release_request),
RESPONSE(ASSOCIATION_RELEASE, "association-release", "7.4.4.6", NODE, struct pfcp_association_release_response, association_release_response),
ROW(VERSION_NOT_SUPPORTED_RESPONSE, "version-not-supported-response", "7.4.4.7", NODE, false, 0, EMPTY),
REQUEST(SESSION_ESTABLISHMENT, "session-establishment", "7.5.2", SESSION, struct pfcp_session_establishment_request, session_establishment_request),
RESPONSE(SESSION_ESTABLISHMENT, "session-establishment", "7.5.3", SESSION, struct pfcp_session_establishment_response, session_establishment_response, .check = check_establishment_response),
REQUEST(SESSION_MODIFICATION, "session-modification", "7.5.4", SESSION, struct pfcp_session_modification_request, session_modification_request),
RESPONSE(SESSION_MODIFICATION, "session-modification", "7.5.5", SESSION, struct pfcp_session_modification_response, session_modification_response),
ROW(SESSION_DELETION_REQUEST, "session-deletion-request", "7.5.6", SESSION, true, 0, EMPTY),
RESPONSE(SESSION_DELETION, "session-deletion", "7.5.7", SESSION, struct pfcp_session_deletion_response, session_deletion_response),
REQUEST(SESSION_REPORT, "session-report", "7.5.8", SESSION, struct pfcp_session_report_request, session_report_request, .check = check_report_request),
RESPONSE(SESSION_REPORT, "session-report", "7.5.9", SESSION, struct pfcp_session_report_response, session_report_response),
};
// clang-format on

const struct pfcp_message *pfcp_message_at(size_t i)
{
	return i < N_OF(rows) ? &rows[i] : NULL;
}

const struct pfcp_message *pfcp_message_find(uint8_t type)
{
	for (size_t i = 0; i < N_OF(rows); i++) {
		if (rows[i].type == type)
			return &rows[i];
	}
	return NULL;
}

const struct pfcp_member *pfcp_group_find(const struct pfcp_group *group, uint16_t type)
{
	for (unsigned int i = 0; i < group->n_members; i++) {
		if (group->members[i].type == type)
			return &group->members[i];
	}
	return NULL;
}

const char *pfcp_message_name(uint8_t type)
{
	const struct pfcp_message *message = pfcp_message_find(type);

	return message ? message->name : "unknown";
}

bool pfcp_is_request(uint8_t type)
{
	const struct pfcp_message *message = pfcp_message_find(type);

	return message && message->request;
}

bool pfcp_is_rejection(const struct pfcp_message *message, const void *body)
{
	const struct pfcp_member *cause = pfcp_group_find(&message->group, PFCP_IE_CAUSE);

	return cause && *(const uint8_t *)pfcp_member_value(cause, body, 0) >= PFCP_CAUSE_REJECTED;
}

void pfcp_msg_init(struct pfcp_msg *msg, uint8_t type, uint64_t seid, uint32_t sequence)
{
	const struct pfcp_message *message = pfcp_message_find(type);

	memset(&msg->header, 0, sizeof(msg->header));
	memset(&msg->skipped, 0, sizeof(msg->skipped));
	msg->header.version = PFCP_VERSION;
	msg->header.type = type;
	msg->header.sequence = sequence;
	if (!message)
		return;
	msg->header.has_seid = message->session;
	msg->header.seid = message->session ? seid : 0;
	memset(pfcp_body(msg), 0, message->size);
}
