/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of NGAP as structs (TS 38.413 cl. 9.2). Comes with lib/ngap/ngap.h, where the
 * conventions are told; struct ngap_pdu there holds one of these.
 */
#ifndef BATON_LIB_NGAP_MESSAGES_H
#define BATON_LIB_NGAP_MESSAGES_H

#include "lib/ngap/values.h"

/* ---- the messages ---- */

/* cl. 9.2.1.1 */
struct ngap_pdu_session_resource_setup_request {
	uint64_t amf_ue_id; /* AMF UE NGAP ID, 40 bits */
	uint32_t ran_ue_id; /* RAN UE NGAP ID */
	bool has_nas;
	struct ngap_octets nas;
	struct ngap_session_setup_list sessions;
	bool has_ue_ambr;
	struct ngap_ambr ue_ambr;
};

/* cl. 9.2.1.2 */
struct ngap_pdu_session_resource_setup_response {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	struct ngap_session_done_list sessions;
	struct ngap_session_cause_list failed;
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
};

/* cl. 9.2.1.3 */
struct ngap_pdu_session_resource_release_command {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	bool has_nas;
	struct ngap_octets nas;
	struct ngap_session_cause_list sessions;
};

/* cl. 9.2.1.4 */
struct ngap_pdu_session_resource_release_response {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	struct ngap_session_id_list sessions;
	bool has_user_location;
	struct ngap_user_location user_location;
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
};

/* cl. 9.2.1.5 */
struct ngap_pdu_session_resource_modify_request {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	struct ngap_session_modify_list sessions;
};

/* cl. 9.2.1.6 */
struct ngap_pdu_session_resource_modify_response {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	struct ngap_session_modified_list sessions; /* optional */
	struct ngap_session_cause_list failed;
	bool has_user_location;
	struct ngap_user_location user_location;
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
};

/* cl. 9.2.2.1 */
struct ngap_initial_context_setup_request {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	bool has_ue_ambr; /* needed when sessions are set up */
	struct ngap_ambr ue_ambr;
	struct ngap_guami guami;
	struct ngap_session_setup_list sessions; /* optional */
	struct ngap_allowed_nssai allowed_nssai;
	struct ngap_security_capabilities security_capabilities;
	uint8_t security_key[32]; /* K_gNB */
	bool has_nas;
	struct ngap_octets nas;
};

/* cl. 9.2.2.2 */
struct ngap_initial_context_setup_response {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	struct ngap_session_done_list sessions;
	struct ngap_session_cause_list failed;
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
};

/* cl. 9.2.2.3 */
struct ngap_initial_context_setup_failure {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	struct ngap_session_cause_list failed;
	struct ngap_cause cause;
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
};

/* cl. 9.2.2.4 */
struct ngap_ue_context_release_request {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	struct ngap_session_id_list sessions; /* optional */
	struct ngap_cause cause;
};

/* cl. 9.2.2.5 */
struct ngap_ue_context_release_command {
	struct ngap_ue_ids ids;
	struct ngap_cause cause;
};

/* cl. 9.2.2.6 */
struct ngap_ue_context_release_complete {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	bool has_user_location;
	struct ngap_user_location user_location;
	struct ngap_session_id_list sessions; /* optional */
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
};

/* cl. 9.2.3.8 */
struct ngap_path_switch_request {
	uint32_t ran_ue_id;	   /* new, of the target gNB */
	uint64_t source_amf_ue_id; /* as the source gNB knew it */
	struct ngap_user_location user_location;
	struct ngap_security_capabilities security_capabilities;
	struct ngap_session_to_switch_list sessions;
	struct ngap_session_cause_list failed;
};

/* cl. 9.2.3.9 */
struct ngap_path_switch_request_acknowledge {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	bool has_security_capabilities;
	struct ngap_security_capabilities security_capabilities;
	struct ngap_security_context security_context;
	struct ngap_session_switched_list sessions;
	struct ngap_session_cause_list released;
	struct ngap_allowed_nssai allowed_nssai;
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
};

/* cl. 9.2.3.10 */
struct ngap_path_switch_request_failure {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	struct ngap_session_cause_list released;
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
};

/* cl. 9.2.5.1 */
struct ngap_initial_ue_message {
	uint32_t ran_ue_id;
	struct ngap_octets nas;
	struct ngap_user_location user_location;
	uint8_t rrc_establishment_cause; /* enum ngap_rrc_establishment_cause */
	bool has_s_tmsi;
	struct ngap_s_tmsi s_tmsi;
	bool ue_context_request; /* "requested" */
	bool has_allowed_nssai;
	struct ngap_allowed_nssai allowed_nssai;
};

/* cl. 9.2.5.2 */
struct ngap_downlink_nas_transport {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	struct ngap_octets nas;
	bool has_ue_ambr;
	struct ngap_ambr ue_ambr;
	bool has_allowed_nssai;
	struct ngap_allowed_nssai allowed_nssai;
};

/* cl. 9.2.5.3 */
struct ngap_uplink_nas_transport {
	uint64_t amf_ue_id;
	uint32_t ran_ue_id;
	struct ngap_octets nas;
	struct ngap_user_location user_location;
};

/* cl. 9.2.6.1 */
struct ngap_ng_setup_request {
	struct ngap_gnb_id gnb_id;
	bool has_name;
	struct ngap_name name; /* RAN Node Name */
	struct ngap_supported_ta_list tas;
	uint8_t paging_drx; /* enum ngap_paging_drx */
	bool ues_retained;  /* UE Retention Information: ues-retained */
};

/* cl. 9.2.6.2 */
struct ngap_ng_setup_response {
	struct ngap_name name; /* AMF Name */
	struct ngap_served_guami_list guamis;
	uint8_t capacity; /* Relative AMF Capacity */
	struct ngap_plmn_support_list plmns;
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
	bool ues_retained;
};

/* cl. 9.2.6.3 */
struct ngap_ng_setup_failure {
	struct ngap_cause cause;
	bool has_time_to_wait;
	uint8_t time_to_wait; /* enum ngap_time_to_wait */
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
};

/* cl. 9.2.6.11 */
struct ngap_ng_reset {
	struct ngap_cause cause;
	struct ngap_reset_type reset;
};

/* cl. 9.2.6.12 */
struct ngap_ng_reset_acknowledge {
	struct ngap_connection_list connections; /* optional */
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
};

/* cl. 9.2.7.1 */
struct ngap_error_indication {
	bool has_amf_ue_id;
	uint64_t amf_ue_id;
	bool has_ran_ue_id;
	uint32_t ran_ue_id;
	bool has_cause;
	struct ngap_cause cause;
	bool has_diagnostics;
	struct ngap_diagnostics diagnostics;
};

#endif
