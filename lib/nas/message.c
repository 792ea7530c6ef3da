// SPDX-License-Identifier: Apache-2.0
/*
 * The messages of NAS, a table each as in TS 24.501 cl. 8.2 and 8.3 (Release 16): one row an IE, in
 * the order of the standard. Optional IEs that are of no use here are not listed when their IEI
 * alone tells their length; those of fixed length (type 3) must be, with SKIP.
 */
#include "lib/nas/codec.h"

#include <stddef.h>

/* Mandatory: format without IEI; WHOLE: the type takes the message, since it fills two members. */
#define MUST(format, name, T, member, type, clause)                                                \
	{                                                                                          \
		name, 0, NAS_##format, offsetof(struct T, member), 0, &nas_type_##type, 0, clause  \
	}
#define WHOLE(format, name, type, clause)                                                          \
	{                                                                                          \
		name, 0, NAS_##format, 0, 0, &nas_type_##type, 0, clause                           \
	}
/* Optional: MAY with has_x; LIST is absent when its count is 0; SKIP is read over. */
#define MAY(format, name, iei, T, member, type, clause)                                            \
	{                                                                                          \
		name, iei, NAS_##format, offsetof(struct T, member),                               \
			offsetof(struct T, has_##member), &nas_type_##type, 0, clause              \
	}
#define MAY_TV(octets, name, iei, T, member, type, clause)                                         \
	{                                                                                          \
		name, iei, NAS_TV, offsetof(struct T, member), offsetof(struct T, has_##member),   \
			&nas_type_##type, octets, clause                                           \
	}
#define LIST(format, name, iei, T, member, type, clause)                                           \
	{                                                                                          \
		name, iei, NAS_##format, offsetof(struct T, member), offsetof(struct T, member),   \
			&nas_type_##type, 0, clause                                                \
	}
#define SKIP(octets, name, iei, clause)                                                            \
	{                                                                                          \
		name, iei, NAS_TV, 0, 0, NULL, octets, clause                                      \
	}

/* ---- 5GMM: cl. 8.2 ---- */

#define T nas_registration_request
static const struct nas_row registration_request[] = {
	WHOLE(HALF_LOW, "5GS registration type", registration_type, "9.11.3.7"),
	MUST(HALF_HIGH, "ngKSI", T, ksi, half, "9.11.3.32"),
	MUST(LVE, "5GS mobile identity", T, identity, identity, "9.11.3.4"),
	MAY(TLV, "UE security capability", 0x2e, T, security_capability, security_capability,
	    "9.11.3.54"),
	LIST(TLV, "Requested NSSAI", 0x2f, T, requested_nssai, nssai, "9.11.3.37"),
	MAY_TV(6, "Last visited registered TAI", 0x52, T, last_tai, tai, "9.11.3.8"),
	MAY(TLV, "PDU session status", 0x50, T, session_status, session_status, "9.11.3.44"),
};
#undef T
#define T nas_registration_accept
static const struct nas_row registration_accept[] = {
	WHOLE(LV, "5GS registration result", registration_result, "9.11.3.6"),
	MAY(TLVE, "5G-GUTI", 0x77, T, guti, identity, "9.11.3.4"),
	LIST(TLV, "TAI list", 0x54, T, tais, tai_list, "9.11.3.9"),
	LIST(TLV, "Allowed NSSAI", 0x15, T, allowed_nssai, nssai, "9.11.3.37"),
	MAY(TLV, "PDU session status", 0x50, T, session_status, session_status, "9.11.3.44"),
	MAY(TLV, "T3512 value", 0x5e, T, t3512, timer3, "9.11.2.5"),
};
#undef T
#define T nas_registration_reject
static const struct nas_row registration_reject[] = {
	MUST(V, "5GMM cause", T, cause, mm_cause, "9.11.3.2"),
	MAY(TLV, "T3346 value", 0x5f, T, t3346, timer2, "9.11.2.4"),
};
#undef T
#define T nas_deregistration_request_ue
static const struct nas_row deregistration_request_ue[] = {
	WHOLE(HALF_LOW, "De-registration type", deregistration_ue, "9.11.3.20"),
	MUST(HALF_HIGH, "ngKSI", T, ksi, half, "9.11.3.32"),
	MUST(LVE, "5GS mobile identity", T, identity, identity, "9.11.3.4"),
};
#undef T
#define T nas_deregistration_request_nw
static const struct nas_row deregistration_request_nw[] = {
	WHOLE(HALF_SPARE, "De-registration type", deregistration_nw, "9.11.3.20"),
	MAY_TV(1, "5GMM cause", 0x58, T, cause, mm_cause, "9.11.3.2"),
	MAY(TLV, "T3346 value", 0x5f, T, t3346, timer2, "9.11.2.4"),
};
#undef T
static const struct nas_row identity_request[] = {
	MUST(HALF_SPARE, "Identity type", nas_identity_request, type, half, "9.11.3.3"),
};
static const struct nas_row identity_response[] = {
	MUST(LVE, "Mobile identity", nas_identity_response, identity, identity, "9.11.3.4"),
};
static const struct nas_row mm_status[] = {
	MUST(V, "5GMM cause", nas_mm_status, cause, mm_cause, "9.11.3.2"),
};
#define T nas_ul_nas_transport
static const struct nas_row ul_nas_transport[] = {
	MUST(HALF_SPARE, "Payload container type", T, container_type, half, "9.11.3.40"),
	MUST(LVE, "Payload container", T, container, octets, "9.11.3.39"),
	MAY_TV(1, "PDU session ID", 0x12, T, session_id, octet, "9.11.3.41"),
	MAY_TV(1, "Old PDU session ID", 0x59, T, old_session_id, octet, "9.11.3.41"),
	MAY(TV_HALF, "Request type", 0x80, T, request_type, half, "9.11.3.47"),
	MAY(TLV, "S-NSSAI", 0x22, T, snssai, snssai, "9.11.2.8"),
	MAY(TLV, "DNN", 0x25, T, dnn, dnn, "9.11.2.1B"),
};
#undef T
#define T nas_dl_nas_transport
static const struct nas_row dl_nas_transport[] = {
	MUST(HALF_SPARE, "Payload container type", T, container_type, half, "9.11.3.40"),
	MUST(LVE, "Payload container", T, container, octets, "9.11.3.39"),
	MAY_TV(1, "PDU session ID", 0x12, T, session_id, octet, "9.11.3.41"),
	MAY_TV(1, "5GMM cause", 0x58, T, cause, mm_cause, "9.11.3.2"),
	MAY(TLV, "Back-off timer value", 0x37, T, backoff, timer3, "9.11.2.5"),
};
#undef T

/* ---- 5GSM: cl. 8.3 ---- */

#define T nas_pdu_session_establishment_request
static const struct nas_row pdu_session_establishment_request[] = {
	WHOLE(V, "Integrity protection maximum data rate", max_rate, "9.11.4.7"),
	MAY(TV_HALF, "PDU session type", 0x90, T, session_type, half, "9.11.4.11"),
	MAY(TV_HALF, "SSC mode", 0xa0, T, ssc_mode, half, "9.11.4.16"),
	SKIP(2, "Maximum number of supported packet filters", 0x55, "9.11.4.9"),
	MAY(TV_HALF, "Always-on PDU session requested", 0xb0, T, always_on, bit, "9.11.4.4"),
	MAY(TLVE, "Extended protocol configuration options", 0x7b, T, epco, epco, "9.11.4.6"),
};
#undef T
#define T nas_pdu_session_establishment_accept
static const struct nas_row pdu_session_establishment_accept[] = {
	MUST(HALF_LOW, "Selected PDU session type", T, session_type, half, "9.11.4.11"),
	MUST(HALF_HIGH, "Selected SSC mode", T, ssc_mode, half, "9.11.4.16"),
	WHOLE(LVE, "Authorized QoS rules", qos_rules, "9.11.4.13"),
	MUST(LV, "Session AMBR", T, ambr, ambr, "9.11.4.14"),
	MAY_TV(1, "5GSM cause", 0x59, T, cause, sm_cause, "9.11.4.2"),
	MAY(TLV, "PDU address", 0x29, T, address, pdu_address, "9.11.4.10"),
	SKIP(1, "RQ timer value", 0x56, "9.11.2.3"),
	MAY(TLV, "S-NSSAI", 0x22, T, snssai, snssai, "9.11.2.8"),
	MAY(TV_HALF, "Always-on PDU session indication", 0x80, T, always_on, bit, "9.11.4.3"),
	LIST(TLVE, "Authorized QoS flow descriptions", 0x79, T, flow_count, qos_flows, "9.11.4.12"),
	MAY(TLVE, "Extended protocol configuration options", 0x7b, T, epco, epco, "9.11.4.6"),
	MAY(TLV, "DNN", 0x25, T, dnn, dnn, "9.11.2.1B"),
};
#undef T
#define T nas_pdu_session_establishment_reject
static const struct nas_row pdu_session_establishment_reject[] = {
	MUST(V, "5GSM cause", T, cause, sm_cause, "9.11.4.2"),
	MAY(TLV, "Back-off timer value", 0x37, T, backoff, timer3, "9.11.2.5"),
	MAY(TV_HALF, "Allowed SSC mode", 0xf0, T, allowed_ssc, half, "9.11.4.5"),
	MAY(TLVE, "Extended protocol configuration options", 0x7b, T, epco, epco, "9.11.4.6"),
};
#undef T
#define T nas_pdu_session_release_request
static const struct nas_row pdu_session_release_request[] = {
	MAY_TV(1, "5GSM cause", 0x59, T, cause, sm_cause, "9.11.4.2"),
	MAY(TLVE, "Extended protocol configuration options", 0x7b, T, epco, epco, "9.11.4.6"),
};
#undef T
#define T nas_pdu_session_release_reject
static const struct nas_row pdu_session_release_reject[] = {
	MUST(V, "5GSM cause", T, cause, sm_cause, "9.11.4.2"),
	MAY(TLVE, "Extended protocol configuration options", 0x7b, T, epco, epco, "9.11.4.6"),
};
#undef T
#define T nas_pdu_session_release_command
static const struct nas_row pdu_session_release_command[] = {
	MUST(V, "5GSM cause", T, cause, sm_cause, "9.11.4.2"),
	MAY(TLV, "Back-off timer value", 0x37, T, backoff, timer3, "9.11.2.5"),
	MAY(TLVE, "Extended protocol configuration options", 0x7b, T, epco, epco, "9.11.4.6"),
};
#undef T
#define T nas_pdu_session_release_complete
static const struct nas_row pdu_session_release_complete[] = {
	MAY_TV(1, "5GSM cause", 0x59, T, cause, sm_cause, "9.11.4.2"),
	MAY(TLVE, "Extended protocol configuration options", 0x7b, T, epco, epco, "9.11.4.6"),
};
#undef T
static const struct nas_row sm_status[] = {
	MUST(V, "5GSM cause", nas_sm_status, cause, sm_cause, "9.11.4.2"),
};

/* ---- all of them ---- */

#define MESSAGE(type, name, table)                                                                 \
	{                                                                                          \
		NAS_##type, name, table, sizeof(table) / sizeof((table)[0]),                       \
			sizeof(struct nas_##table)                                                 \
	}
/* without any IE that is of use here */
#define BARE(type, name)                                                                           \
	{                                                                                          \
		NAS_##type, name, NULL, 0, 0                                                       \
	}

const struct nas_descriptor nas_descriptors[] = {
	MESSAGE(REGISTRATION_REQUEST, "Registration request", registration_request),
	MESSAGE(REGISTRATION_ACCEPT, "Registration accept", registration_accept),
	BARE(REGISTRATION_COMPLETE, "Registration complete"),
	MESSAGE(REGISTRATION_REJECT, "Registration reject", registration_reject),
	MESSAGE(DEREGISTRATION_REQUEST_UE, "Deregistration request (UE originating)",
		deregistration_request_ue),
	BARE(DEREGISTRATION_ACCEPT_UE, "Deregistration accept (UE originating)"),
	MESSAGE(DEREGISTRATION_REQUEST_NW, "Deregistration request (UE terminated)",
		deregistration_request_nw),
	BARE(DEREGISTRATION_ACCEPT_NW, "Deregistration accept (UE terminated)"),
	MESSAGE(IDENTITY_REQUEST, "Identity request", identity_request),
	MESSAGE(IDENTITY_RESPONSE, "Identity response", identity_response),
	MESSAGE(5GMM_STATUS, "5GMM status", mm_status),
	MESSAGE(UL_NAS_TRANSPORT, "UL NAS transport", ul_nas_transport),
	MESSAGE(DL_NAS_TRANSPORT, "DL NAS transport", dl_nas_transport),
	MESSAGE(PDU_SESSION_ESTABLISHMENT_REQUEST, "PDU session establishment request",
		pdu_session_establishment_request),
	MESSAGE(PDU_SESSION_ESTABLISHMENT_ACCEPT, "PDU session establishment accept",
		pdu_session_establishment_accept),
	MESSAGE(PDU_SESSION_ESTABLISHMENT_REJECT, "PDU session establishment reject",
		pdu_session_establishment_reject),
	MESSAGE(PDU_SESSION_RELEASE_REQUEST, "PDU session release request",
		pdu_session_release_request),
	MESSAGE(PDU_SESSION_RELEASE_REJECT, "PDU session release reject",
		pdu_session_release_reject),
	MESSAGE(PDU_SESSION_RELEASE_COMMAND, "PDU session release command",
		pdu_session_release_command),
	MESSAGE(PDU_SESSION_RELEASE_COMPLETE, "PDU session release complete",
		pdu_session_release_complete),
	MESSAGE(5GSM_STATUS, "5GSM status", sm_status),
};

const size_t nas_descriptor_count = sizeof(nas_descriptors) / sizeof(nas_descriptors[0]);
