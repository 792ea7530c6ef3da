// SPDX-License-Identifier: Apache-2.0
/*
 * The messages of NGAP, a table each as in TS 38.413 cl. 9.2 (Release 16): one row an IE, in the
 * order of the standard. IEs of the standard that are not here are of no use to this system; when
 * they come in they are honoured by their criticality.
 */
#include "lib/ngap/codec.h"

#define NO_FLAG UINT16_MAX

/* MANDATORY: value. OPTIONAL: value with has_x. LIST: optional, absent when empty; also pure flags.
 * T is the message's struct, M its member. */
#define MANDATORY(id, criticality, T, member, type, clause)                                        \
	{                                                                                          \
		ID_##id, NGAP_##criticality, NGAP_MANDATORY, offsetof(struct T, member), NO_FLAG,  \
			&ngap_type_##type, clause                                                  \
	}
#define OPTIONAL(id, criticality, T, member, type, clause)                                         \
	{                                                                                          \
		ID_##id, NGAP_##criticality, NGAP_OPTIONAL, offsetof(struct T, member),            \
			offsetof(struct T, has_##member), &ngap_type_##type, clause                \
	}
#define LIST(id, criticality, T, member, type, clause)                                             \
	{                                                                                          \
		ID_##id, NGAP_##criticality, NGAP_OPTIONAL, offsetof(struct T, member),            \
			offsetof(struct T, member), &ngap_type_##type, clause                      \
	}

/* The ids of the UE, first in most messages */
#define UE_IDS(criticality, T)                                                                     \
	MANDATORY(AMF_UE_NGAP_ID, criticality, T, amf_ue_id, amf_ue_id, "9.3.3.1"),                \
		MANDATORY(RAN_UE_NGAP_ID, criticality, T, ran_ue_id, ran_ue_id, "9.3.3.2")
#define DIAGNOSTICS(T)                                                                             \
	OPTIONAL(CRITICALITY_DIAGNOSTICS, IGNORE, T, diagnostics, diagnostics, "9.3.1.3")

/* ---- cl. 9.2.1: PDU sessions ---- */

#define T ngap_pdu_session_resource_setup_request
static const struct ngap_row pdu_session_resource_setup_request[] = {
	UE_IDS(REJECT, T),
	OPTIONAL(NAS_PDU, REJECT, T, nas, octets, "9.3.3.4"),
	MANDATORY(SETUP_SU_REQ, REJECT, T, sessions, session_setups, "9.2.1.1"),
	OPTIONAL(UE_AMBR, IGNORE, T, ue_ambr, ambr, "9.3.1.58"),
};
#undef T
#define T ngap_pdu_session_resource_setup_response
static const struct ngap_row pdu_session_resource_setup_response[] = {
	UE_IDS(IGNORE, T),
	LIST(SETUP_SU_RES, IGNORE, T, sessions, session_dones, "9.2.1.2"),
	LIST(FAILED_TO_SETUP_SU_RES, IGNORE, T, failed, sessions_failed, "9.2.1.2"),
	DIAGNOSTICS(T),
};
#undef T
#define T ngap_pdu_session_resource_release_command
static const struct ngap_row pdu_session_resource_release_command[] = {
	UE_IDS(REJECT, T),
	OPTIONAL(NAS_PDU, IGNORE, T, nas, octets, "9.3.3.4"),
	MANDATORY(TO_RELEASE_REL_CMD, REJECT, T, sessions, session_causes, "9.2.1.3"),
};
#undef T
#define T ngap_pdu_session_resource_release_response
static const struct ngap_row pdu_session_resource_release_response[] = {
	UE_IDS(IGNORE, T),
	MANDATORY(RELEASED_REL_RES, IGNORE, T, sessions, sessions_released, "9.2.1.4"),
	OPTIONAL(USER_LOCATION, IGNORE, T, user_location, user_location, "9.3.1.16"),
	DIAGNOSTICS(T),
};
#undef T

#define T ngap_pdu_session_resource_modify_request
static const struct ngap_row pdu_session_resource_modify_request[] = {
	UE_IDS(REJECT, T),
	MANDATORY(MODIFY_MOD_REQ, REJECT, T, sessions, session_modifies, "9.2.1.5"),
};
#undef T
#define T ngap_pdu_session_resource_modify_response
static const struct ngap_row pdu_session_resource_modify_response[] = {
	UE_IDS(IGNORE, T),
	LIST(MODIFY_MOD_RES, IGNORE, T, sessions, sessions_modified, "9.2.1.6"),
	LIST(FAILED_TO_MODIFY_MOD_RES, IGNORE, T, failed, sessions_failed, "9.2.1.6"),
	OPTIONAL(USER_LOCATION, IGNORE, T, user_location, user_location, "9.3.1.16"),
	DIAGNOSTICS(T),
};
#undef T

/* PDU Session Resource Setup Request Transfer, cl. 9.3.4.1 */
#define T ngap_setup_request_transfer
static const struct ngap_row setup_request_transfer[] = {
	OPTIONAL(SESSION_AMBR, REJECT, T, ambr, ambr, "9.3.1.102"),
	MANDATORY(UL_NGU_TUNNEL, REJECT, T, uplink, tunnel, "9.3.2.2"),
	MANDATORY(SESSION_TYPE, REJECT, T, session_type, session_type, "9.3.1.52"),
	{ID_SECURITY_INDICATION, NGAP_REJECT, NGAP_READ_AND_DROP, 0, NO_FLAG,
	 &ngap_type_security_indication, "9.3.1.27"},
	OPTIONAL(NETWORK_INSTANCE, REJECT, T, network_instance, network_instance, "9.3.1.113"),
	MANDATORY(QOS_FLOW_SETUP_LIST, REJECT, T, qos_flow_count, qos_flows, "9.3.4.1"),
};
#undef T

/* PDU Session Resource Modify Request Transfer, cl. 9.3.4.3 */
#define T ngap_modify_request_transfer
static const struct ngap_row modify_request_transfer[] = {
	OPTIONAL(SESSION_AMBR, REJECT, T, ambr, ambr, "9.3.1.102"),
	LIST(UL_NGU_TUNNEL_MODIFY, REJECT, T, tunnel_count, tunnel_modifies, "9.3.4.3"),
	OPTIONAL(NETWORK_INSTANCE, REJECT, T, network_instance, network_instance, "9.3.1.113"),
};
#undef T

#define ROWS(table)                                                                                \
	{                                                                                          \
		(table), sizeof(table) / sizeof((table)[0])                                        \
	}

const struct ngap_rows ngap_setup_request_transfer_rows = ROWS(setup_request_transfer);
const struct ngap_rows ngap_modify_request_transfer_rows = ROWS(modify_request_transfer);

/* ---- cl. 9.2.2: UE context ---- */

#define T ngap_initial_context_setup_request
static const struct ngap_row initial_context_setup_request[] = {
	UE_IDS(REJECT, T),
	OPTIONAL(UE_AMBR, REJECT, T, ue_ambr, ambr, "9.3.1.58"),
	MANDATORY(GUAMI, REJECT, T, guami, guami, "9.3.3.3"),
	LIST(SETUP_CXT_REQ, REJECT, T, sessions, session_setups, "9.2.2.1"),
	MANDATORY(ALLOWED_NSSAI, REJECT, T, allowed_nssai, allowed_nssai, "9.3.1.31"),
	MANDATORY(UE_SECURITY_CAPABILITIES, REJECT, T, security_capabilities, security_capabilities,
		  "9.3.1.86"),
	MANDATORY(SECURITY_KEY, REJECT, T, security_key, security_key, "9.3.1.87"),
	OPTIONAL(NAS_PDU, IGNORE, T, nas, octets, "9.3.3.4"),
};
#undef T
#define T ngap_initial_context_setup_response
static const struct ngap_row initial_context_setup_response[] = {
	UE_IDS(IGNORE, T),
	LIST(SETUP_CXT_RES, IGNORE, T, sessions, session_dones, "9.2.2.2"),
	LIST(FAILED_TO_SETUP_CXT_RES, IGNORE, T, failed, sessions_failed, "9.2.2.2"),
	DIAGNOSTICS(T),
};
#undef T
#define T ngap_initial_context_setup_failure
static const struct ngap_row initial_context_setup_failure[] = {
	UE_IDS(IGNORE, T),
	LIST(FAILED_TO_SETUP_CXT_FAIL, IGNORE, T, failed, sessions_failed, "9.2.2.3"),
	MANDATORY(CAUSE, IGNORE, T, cause, cause, "9.3.1.2"),
	DIAGNOSTICS(T),
};
#undef T
#define T ngap_ue_context_release_request
static const struct ngap_row ue_context_release_request[] = {
	UE_IDS(REJECT, T),
	LIST(LIST_CXT_REL_REQ, REJECT, T, sessions, session_ids, "9.2.2.4"),
	MANDATORY(CAUSE, IGNORE, T, cause, cause, "9.3.1.2"),
};
#undef T
#define T ngap_ue_context_release_command
static const struct ngap_row ue_context_release_command[] = {
	MANDATORY(UE_NGAP_IDS, REJECT, T, ids, ue_ids, "9.2.2.5"),
	MANDATORY(CAUSE, IGNORE, T, cause, cause, "9.3.1.2"),
};
#undef T
#define T ngap_ue_context_release_complete
static const struct ngap_row ue_context_release_complete[] = {
	UE_IDS(IGNORE, T),
	OPTIONAL(USER_LOCATION, IGNORE, T, user_location, user_location, "9.3.1.16"),
	LIST(LIST_CXT_REL_CPL, REJECT, T, sessions, session_ids, "9.2.2.6"),
	DIAGNOSTICS(T),
};
#undef T

/* ---- cl. 9.2.3: mobility ---- */

#define T ngap_path_switch_request
static const struct ngap_row path_switch_request[] = {
	MANDATORY(RAN_UE_NGAP_ID, REJECT, T, ran_ue_id, ran_ue_id, "9.3.3.2"),
	MANDATORY(SOURCE_AMF_UE_NGAP_ID, REJECT, T, source_amf_ue_id, amf_ue_id, "9.3.3.1"),
	MANDATORY(USER_LOCATION, IGNORE, T, user_location, user_location, "9.3.1.16"),
	MANDATORY(UE_SECURITY_CAPABILITIES, IGNORE, T, security_capabilities, security_capabilities,
		  "9.3.1.86"),
	MANDATORY(TO_BE_SWITCHED_DL, REJECT, T, sessions, sessions_to_switch, "9.2.3.8"),
	LIST(FAILED_TO_SETUP_PS_REQ, IGNORE, T, failed, session_causes, "9.2.3.8"),
};
#undef T
#define T ngap_path_switch_request_acknowledge
static const struct ngap_row path_switch_request_acknowledge[] = {
	UE_IDS(IGNORE, T),
	OPTIONAL(UE_SECURITY_CAPABILITIES, REJECT, T, security_capabilities, security_capabilities,
		 "9.3.1.86"),
	MANDATORY(SECURITY_CONTEXT, REJECT, T, security_context, security_context, "9.3.1.88"),
	MANDATORY(SWITCHED, IGNORE, T, sessions, sessions_switched, "9.2.3.9"),
	LIST(RELEASED_PS_ACK, IGNORE, T, released, session_causes, "9.2.3.9"),
	MANDATORY(ALLOWED_NSSAI, REJECT, T, allowed_nssai, allowed_nssai, "9.3.1.31"),
	DIAGNOSTICS(T),
};
#undef T
#define T ngap_path_switch_request_failure
static const struct ngap_row path_switch_request_failure[] = {
	UE_IDS(IGNORE, T),
	MANDATORY(RELEASED_PS_FAIL, IGNORE, T, released, session_causes, "9.2.3.10"),
	DIAGNOSTICS(T),
};
#undef T

/* ---- cl. 9.2.5: NAS transport ---- */

#define T ngap_initial_ue_message
static const struct ngap_row initial_ue_message[] = {
	MANDATORY(RAN_UE_NGAP_ID, REJECT, T, ran_ue_id, ran_ue_id, "9.3.3.2"),
	MANDATORY(NAS_PDU, REJECT, T, nas, octets, "9.3.3.4"),
	MANDATORY(USER_LOCATION, REJECT, T, user_location, user_location, "9.3.1.16"),
	MANDATORY(RRC_ESTABLISHMENT_CAUSE, IGNORE, T, rrc_establishment_cause, rrc_cause,
		  "9.3.1.111"),
	OPTIONAL(FIVEG_S_TMSI, REJECT, T, s_tmsi, s_tmsi, "9.3.3.20"),
	LIST(UE_CONTEXT_REQUEST, IGNORE, T, ue_context_request, flag, "9.2.5.1"),
	OPTIONAL(ALLOWED_NSSAI, REJECT, T, allowed_nssai, allowed_nssai, "9.3.1.31"),
};
#undef T
#define T ngap_downlink_nas_transport
static const struct ngap_row downlink_nas_transport[] = {
	UE_IDS(REJECT, T),
	MANDATORY(NAS_PDU, REJECT, T, nas, octets, "9.3.3.4"),
	OPTIONAL(UE_AMBR, IGNORE, T, ue_ambr, ambr, "9.3.1.58"),
	OPTIONAL(ALLOWED_NSSAI, REJECT, T, allowed_nssai, allowed_nssai, "9.3.1.31"),
};
#undef T
#define T ngap_uplink_nas_transport
static const struct ngap_row uplink_nas_transport[] = {
	UE_IDS(REJECT, T),
	MANDATORY(NAS_PDU, REJECT, T, nas, octets, "9.3.3.4"),
	MANDATORY(USER_LOCATION, IGNORE, T, user_location, user_location, "9.3.1.16"),
};
#undef T

/* ---- cl. 9.2.6 and 9.2.7: the interface ---- */

#define T ngap_ng_setup_request
static const struct ngap_row ng_setup_request[] = {
	MANDATORY(GLOBAL_RAN_NODE_ID, REJECT, T, gnb_id, gnb_id, "9.3.1.5"),
	OPTIONAL(RAN_NODE_NAME, IGNORE, T, name, name, "9.2.6.1"),
	MANDATORY(SUPPORTED_TA_LIST, REJECT, T, tas, supported_tas, "9.2.6.1"),
	MANDATORY(DEFAULT_PAGING_DRX, IGNORE, T, paging_drx, paging_drx, "9.3.1.90"),
	LIST(UE_RETENTION, IGNORE, T, ues_retained, flag, "9.3.1.117"),
};
#undef T
#define T ngap_ng_setup_response
static const struct ngap_row ng_setup_response[] = {
	MANDATORY(AMF_NAME, REJECT, T, name, name, "9.3.3.21"),
	MANDATORY(SERVED_GUAMI_LIST, REJECT, T, guamis, served_guamis, "9.2.6.2"),
	MANDATORY(RELATIVE_AMF_CAPACITY, IGNORE, T, capacity, capacity, "9.3.1.32"),
	MANDATORY(PLMN_SUPPORT_LIST, REJECT, T, plmns, plmn_support, "9.2.6.2"),
	DIAGNOSTICS(T),
	LIST(UE_RETENTION, IGNORE, T, ues_retained, flag, "9.3.1.117"),
};
#undef T
#define T ngap_ng_setup_failure
static const struct ngap_row ng_setup_failure[] = {
	MANDATORY(CAUSE, IGNORE, T, cause, cause, "9.3.1.2"),
	OPTIONAL(TIME_TO_WAIT, IGNORE, T, time_to_wait, time_to_wait, "9.3.1.56"),
	DIAGNOSTICS(T),
};
#undef T
#define T ngap_ng_reset
static const struct ngap_row ng_reset[] = {
	MANDATORY(CAUSE, IGNORE, T, cause, cause, "9.3.1.2"),
	MANDATORY(RESET_TYPE, REJECT, T, reset, reset, "9.2.6.11"),
};
#undef T
#define T ngap_ng_reset_acknowledge
static const struct ngap_row ng_reset_acknowledge[] = {
	LIST(CONNECTION_LIST, IGNORE, T, connections, connections, "9.2.6.12"),
	DIAGNOSTICS(T),
};
#undef T
#define T ngap_error_indication
static const struct ngap_row error_indication[] = {
	OPTIONAL(AMF_UE_NGAP_ID, IGNORE, T, amf_ue_id, amf_ue_id, "9.3.3.1"),
	OPTIONAL(RAN_UE_NGAP_ID, IGNORE, T, ran_ue_id, ran_ue_id, "9.3.3.2"),
	OPTIONAL(CAUSE, IGNORE, T, cause, cause, "9.3.1.2"),
	DIAGNOSTICS(T),
};
#undef T

/* ---- the procedures, TS 38.413 cl. 8.1 and 9.4.3 ---- */

#define MESSAGE(TYPE, name, procedure, trigger, criticality, table)                                \
	[NGAP_##TYPE] = {name,                                                                     \
			 NGAP_PROC_##procedure,                                                    \
			 NGAP_##trigger,                                                           \
			 NGAP_##criticality,                                                       \
			 sizeof(struct ngap_##table),                                              \
			 ROWS(table)}

const struct ngap_descriptor ngap_descriptors[NGAP_MESSAGES] = {
	MESSAGE(PDU_SESSION_RESOURCE_SETUP_REQUEST, "PDUSessionResourceSetupRequest",
		PDU_SESSION_RESOURCE_SETUP, INITIATING_MESSAGE, REJECT,
		pdu_session_resource_setup_request),
	MESSAGE(PDU_SESSION_RESOURCE_SETUP_RESPONSE, "PDUSessionResourceSetupResponse",
		PDU_SESSION_RESOURCE_SETUP, SUCCESSFUL_OUTCOME, REJECT,
		pdu_session_resource_setup_response),
	MESSAGE(PDU_SESSION_RESOURCE_RELEASE_COMMAND, "PDUSessionResourceReleaseCommand",
		PDU_SESSION_RESOURCE_RELEASE, INITIATING_MESSAGE, REJECT,
		pdu_session_resource_release_command),
	MESSAGE(PDU_SESSION_RESOURCE_RELEASE_RESPONSE, "PDUSessionResourceReleaseResponse",
		PDU_SESSION_RESOURCE_RELEASE, SUCCESSFUL_OUTCOME, REJECT,
		pdu_session_resource_release_response),
	MESSAGE(PDU_SESSION_RESOURCE_MODIFY_REQUEST, "PDUSessionResourceModifyRequest",
		PDU_SESSION_RESOURCE_MODIFY, INITIATING_MESSAGE, REJECT,
		pdu_session_resource_modify_request),
	MESSAGE(PDU_SESSION_RESOURCE_MODIFY_RESPONSE, "PDUSessionResourceModifyResponse",
		PDU_SESSION_RESOURCE_MODIFY, SUCCESSFUL_OUTCOME, REJECT,
		pdu_session_resource_modify_response),
	MESSAGE(INITIAL_CONTEXT_SETUP_REQUEST, "InitialContextSetupRequest", INITIAL_CONTEXT_SETUP,
		INITIATING_MESSAGE, REJECT, initial_context_setup_request),
	MESSAGE(INITIAL_CONTEXT_SETUP_RESPONSE, "InitialContextSetupResponse",
		INITIAL_CONTEXT_SETUP, SUCCESSFUL_OUTCOME, REJECT, initial_context_setup_response),
	MESSAGE(INITIAL_CONTEXT_SETUP_FAILURE, "InitialContextSetupFailure", INITIAL_CONTEXT_SETUP,
		UNSUCCESSFUL_OUTCOME, REJECT, initial_context_setup_failure),
	MESSAGE(UE_CONTEXT_RELEASE_REQUEST, "UEContextReleaseRequest", UE_CONTEXT_RELEASE_REQUEST,
		INITIATING_MESSAGE, IGNORE, ue_context_release_request),
	MESSAGE(UE_CONTEXT_RELEASE_COMMAND, "UEContextReleaseCommand", UE_CONTEXT_RELEASE,
		INITIATING_MESSAGE, REJECT, ue_context_release_command),
	MESSAGE(UE_CONTEXT_RELEASE_COMPLETE, "UEContextReleaseComplete", UE_CONTEXT_RELEASE,
		SUCCESSFUL_OUTCOME, REJECT, ue_context_release_complete),
	MESSAGE(PATH_SWITCH_REQUEST, "PathSwitchRequest", PATH_SWITCH_REQUEST, INITIATING_MESSAGE,
		REJECT, path_switch_request),
	MESSAGE(PATH_SWITCH_REQUEST_ACKNOWLEDGE, "PathSwitchRequestAcknowledge",
		PATH_SWITCH_REQUEST, SUCCESSFUL_OUTCOME, REJECT, path_switch_request_acknowledge),
	MESSAGE(PATH_SWITCH_REQUEST_FAILURE, "PathSwitchRequestFailure", PATH_SWITCH_REQUEST,
		UNSUCCESSFUL_OUTCOME, REJECT, path_switch_request_failure),
	MESSAGE(INITIAL_UE_MESSAGE, "InitialUEMessage", INITIAL_UE_MESSAGE, INITIATING_MESSAGE,
		IGNORE, initial_ue_message),
	MESSAGE(DOWNLINK_NAS_TRANSPORT, "DownlinkNASTransport", DOWNLINK_NAS_TRANSPORT,
		INITIATING_MESSAGE, IGNORE, downlink_nas_transport),
	MESSAGE(UPLINK_NAS_TRANSPORT, "UplinkNASTransport", UPLINK_NAS_TRANSPORT,
		INITIATING_MESSAGE, IGNORE, uplink_nas_transport),
	MESSAGE(NG_SETUP_REQUEST, "NGSetupRequest", NG_SETUP, INITIATING_MESSAGE, REJECT,
		ng_setup_request),
	MESSAGE(NG_SETUP_RESPONSE, "NGSetupResponse", NG_SETUP, SUCCESSFUL_OUTCOME, REJECT,
		ng_setup_response),
	MESSAGE(NG_SETUP_FAILURE, "NGSetupFailure", NG_SETUP, UNSUCCESSFUL_OUTCOME, REJECT,
		ng_setup_failure),
	MESSAGE(NG_RESET, "NGReset", NG_RESET, INITIATING_MESSAGE, REJECT, ng_reset),
	MESSAGE(NG_RESET_ACKNOWLEDGE, "NGResetAcknowledge", NG_RESET, SUCCESSFUL_OUTCOME, REJECT,
		ng_reset_acknowledge),
	MESSAGE(ERROR_INDICATION, "ErrorIndication", ERROR_INDICATION, INITIATING_MESSAGE, IGNORE,
		error_indication),
};
