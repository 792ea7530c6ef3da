// SPDX-License-Identifier: Apache-2.0
/*
 * The messages of PFCP, one row each (TS 29.244 table 7.3-1); which IEs each holds is in
 * node_messages.c and session_messages.c.
 */
#include "lib/pfcp/table.h"

#define NODE	false
#define SESSION true
#define ROW(t, n, c, sess, req, z, g)                                                              \
	[PFCP_##t] = {.type = PFCP_##t,                                                            \
		      .name = n,                                                                   \
		      .clause = c,                                                                 \
		      .session = sess,                                                             \
		      .request = req,                                                              \
		      .size = z,                                                                   \
		      .group = &pfcp_body_##g}
#define REQUEST(t, n, c, sess, ctype, g)                                                           \
	ROW(t##_REQUEST, n "-request", c, sess, true, sizeof(ctype), g)
#define RESPONSE(t, n, c, sess, ctype, g)                                                          \
	ROW(t##_RESPONSE, n "-response", c, sess, false, sizeof(ctype), g)

// clang-format off
static const struct pfcp_message rows[] = {
REQUEST(HEARTBEAT, "heartbeat", "7.4.2.1", NODE, struct pfcp_heartbeat, heartbeat_request),
RESPONSE(HEARTBEAT, "heartbeat", "7.4.2.2", NODE, struct pfcp_heartbeat, heartbeat_response),
REQUEST(PFD_MANAGEMENT, "pfd-management", "7.4.3.1", NODE, struct pfcp_pfd_management_request, pfd_management_request),
RESPONSE(PFD_MANAGEMENT, "pfd-management", "7.4.3.2", NODE, struct pfcp_pfd_management_response, pfd_management_response),
REQUEST(ASSOCIATION_SETUP, "association-setup", "7.4.4.1", NODE, struct pfcp_association_setup_request, association_setup_request),
RESPONSE(ASSOCIATION_SETUP, "association-setup", "7.4.4.2", NODE, struct pfcp_association_setup_response, association_setup_response),
REQUEST(ASSOCIATION_UPDATE, "association-update", "7.4.4.3", NODE, struct pfcp_association_update_request, association_update_request),
RESPONSE(ASSOCIATION_UPDATE, "association-update", "7.4.4.4", NODE, struct pfcp_association_update_response, association_update_response),
REQUEST(ASSOCIATION_RELEASE, "association-release", "7.4.4.5", NODE, struct pfcp_association_release_request, association_release_request),
RESPONSE(ASSOCIATION_RELEASE, "association-release", "7.4.4.6", NODE, struct pfcp_association_release_response, association_release_response),
ROW(VERSION_NOT_SUPPORTED_RESPONSE, "version-not-supported-response", "7.4.4.7", NODE, false, 0, empty),
REQUEST(NODE_REPORT, "node-report", "7.4.5.1", NODE, struct pfcp_node_report_request, node_report_request),
RESPONSE(NODE_REPORT, "node-report", "7.4.5.2", NODE, struct pfcp_node_response, node_response),
REQUEST(SESSION_SET_DELETION, "session-set-deletion", "7.4.6.1", NODE, struct pfcp_session_set_deletion_request, session_set_deletion_request),
RESPONSE(SESSION_SET_DELETION, "session-set-deletion", "7.4.6.2", NODE, struct pfcp_node_response, node_response),
REQUEST(SESSION_SET_MODIFICATION, "session-set-modification", "7.4.7.1", NODE, struct pfcp_session_set_modification_request, session_set_modification_request),
RESPONSE(SESSION_SET_MODIFICATION, "session-set-modification", "7.4.7.2", NODE, struct pfcp_node_response, node_response),
REQUEST(SESSION_ESTABLISHMENT, "session-establishment", "7.5.2", SESSION, struct pfcp_session_establishment_request, session_establishment_request),
RESPONSE(SESSION_ESTABLISHMENT, "session-establishment", "7.5.3", SESSION, struct pfcp_session_establishment_response, session_establishment_response),
REQUEST(SESSION_MODIFICATION, "session-modification", "7.5.4", SESSION, struct pfcp_session_modification_request, session_modification_request),
RESPONSE(SESSION_MODIFICATION, "session-modification", "7.5.5", SESSION, struct pfcp_session_modification_response, session_modification_response),
ROW(SESSION_DELETION_REQUEST, "session-deletion-request", "7.5.6", SESSION, true, 0, empty),
RESPONSE(SESSION_DELETION, "session-deletion", "7.5.7", SESSION, struct pfcp_session_deletion_response, session_deletion_response),
REQUEST(SESSION_REPORT, "session-report", "7.5.8", SESSION, struct pfcp_session_report_request, session_report_request),
RESPONSE(SESSION_REPORT, "session-report", "7.5.9", SESSION, struct pfcp_session_report_response, session_report_response),
};
// clang-format on

const struct pfcp_message *pfcp_message_find(uint8_t type)
{
	if (type >= N_OF(rows) || !rows[type].name)
		return NULL;
	return &rows[type];
}

const struct pfcp_member *pfcp_group_find(const struct pfcp_group *group, uint16_t type)
{
	for (unsigned int i = 0; i < group->n_members; i++) {
		if (group->members[i].type == type)
			return &group->members[i];
	}
	return NULL;
}

uint8_t pfcp_check_parts(uint8_t bits, const struct pfcp_part *parts, size_t n, uint16_t *ret_type)
{
	for (size_t i = 0; i < n; i++) {
		if (!(bits & parts[i].bit) || parts[i].has)
			continue;
		*ret_type = parts[i].type;
		return PFCP_CAUSE_CONDITIONAL_IE_MISSING;
	}
	return 0;
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

static const uint8_t *cause_of(const struct pfcp_message *message, const void *body)
{
	const struct pfcp_member *cause;

	if (message->request) /* a Session Report Request may have a cause too */
		return NULL;
	cause = pfcp_group_find(message->group, PFCP_IE_CAUSE);
	return cause ? pfcp_member_value(cause, body, 0) : NULL;
}

bool pfcp_is_rejection(const struct pfcp_message *message, const void *body)
{
	const uint8_t *cause = cause_of(message, body);

	return cause && *cause >= PFCP_CAUSE_REJECTED;
}

bool pfcp_response_cause(const struct pfcp_msg *msg, uint8_t *ret_cause)
{
	const struct pfcp_message *message = pfcp_message_find(msg->header.type);
	const uint8_t *cause = message ? cause_of(message, pfcp_body_const(msg)) : NULL;

	if (cause)
		*ret_cause = *cause;
	return cause;
}

/* gcc tells of the address sanitizer in one way, clang before 16 in another only. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define POISON
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define POISON
#endif

/* So that who forgets to set a list's element whole hears of it: garbage that no table allows */
static void poison(void *body, size_t size)
{
#ifdef POISON
	memset(body, 0xa5, size);
#endif
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
	poison(pfcp_body(msg), message->size);
	memset(pfcp_body(msg), 0, pfcp_head(message->group, message->size));
}
