/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The messages of NAS as structs (TS 24.501 cl. 8). Comes with lib/nas/nas.h, where the conventions
 * are told; struct nas_message there holds one of these.
 */
#ifndef BATON_LIB_NAS_MESSAGES_H
#define BATON_LIB_NAS_MESSAGES_H

#include "lib/nas/values.h"

/* ---- 5GMM messages ---- */

/* cl. 8.2.6 */
struct nas_registration_request {
	uint8_t ksi; /* NAS_KSI_NONE, or 0 to 6, +8 for a mapped context */
	uint8_t registration_type;
	bool follow_on; /* follow-on request pending */
	struct nas_identity identity;
	bool has_security_capability;
	struct nas_security_capability security_capability;
	struct nas_nssai requested_nssai; /* optional */
	bool has_last_tai;
	struct nas_tai last_tai;
	bool has_session_status;
	uint16_t session_status; /* bit n: PDU session n is not inactive in the UE */
};

/* cl. 8.2.7 */
struct nas_registration_accept {
	uint8_t access; /* registration result: enum nas_access */
	bool sms_allowed;
	bool has_guti;
	struct nas_identity guti;	/* type NAS_ID_GUTI */
	struct nas_tai_list tais;	/* optional */
	struct nas_nssai allowed_nssai; /* optional */
	bool has_session_status;
	uint16_t session_status;
	bool has_t3512;
	uint32_t t3512; /* periodic registration, s */
};

/* cl. 8.2.8 */
struct nas_registration_complete {
	char none; /* nothing in it that we use */
};

/* cl. 8.2.9 */
struct nas_registration_reject {
	uint8_t cause; /* enum nas_mm_cause */
	bool has_t3346;
	uint32_t t3346; /* back-off, s */
};

/* cl. 8.2.12 */
struct nas_deregistration_request_ue {
	uint8_t ksi;
	bool switch_off;
	uint8_t access; /* enum nas_access */
	struct nas_identity identity;
};

/* cl. 8.2.14 */
struct nas_deregistration_request_nw {
	bool reregistration_required;
	uint8_t access;
	bool has_cause;
	uint8_t cause; /* enum nas_mm_cause */
	bool has_t3346;
	uint32_t t3346;
};

/* cl. 8.2.21 */
struct nas_identity_request {
	uint8_t type; /* enum nas_identity_type */
};

/* cl. 8.2.22 */
struct nas_identity_response {
	struct nas_identity identity;
};

/* cl. 8.2.29 */
struct nas_mm_status {
	uint8_t cause; /* enum nas_mm_cause */
};

/* cl. 8.2.10 */
struct nas_ul_nas_transport {
	uint8_t container_type; /* enum nas_container */
	struct nas_octets container;
	bool has_session_id;
	uint8_t session_id;
	bool has_old_session_id; /* SSC mode 3: the session this one takes over from */
	uint8_t old_session_id;
	bool has_request_type;
	uint8_t request_type; /* enum nas_request_type */
	bool has_snssai;
	struct nas_snssai snssai;
	bool has_dnn;
	struct nas_dnn dnn;
};

/* cl. 8.2.11 */
struct nas_dl_nas_transport {
	uint8_t container_type;
	struct nas_octets container;
	bool has_session_id;
	uint8_t session_id;
	bool has_cause;
	uint8_t cause; /* enum nas_mm_cause: why the container comes back */
	bool has_backoff;
	uint32_t backoff; /* s */
};

/* ---- 5GSM messages ---- */

/* cl. 8.3.1 */
struct nas_pdu_session_establishment_request {
	uint8_t max_rate_uplink; /* integrity protected: 0 = 64 kbit/s, 255 = full rate */
	uint8_t max_rate_downlink;
	bool has_session_type;
	uint8_t session_type; /* enum nas_session_type */
	bool has_ssc_mode;
	uint8_t ssc_mode; /* 1 to 3 */
	bool has_always_on;
	bool always_on; /* requested */
	bool has_epco;
	struct nas_epco epco;
};

/* cl. 8.3.2 */
struct nas_pdu_session_establishment_accept {
	uint8_t session_type; /* selected */
	uint8_t ssc_mode;     /* selected */
	uint8_t rule_count;   /* at least 1 */
	struct nas_qos_rule rule[NAS_MAX_QOS_RULES];
	struct nas_ambr ambr;
	bool has_cause;
	uint8_t cause; /* enum nas_sm_cause: why the type is not the requested one */
	bool has_address;
	struct nas_pdu_address address;
	bool has_snssai;
	struct nas_snssai snssai;
	bool has_always_on;
	bool always_on;	    /* required */
	uint8_t flow_count; /* QoS flow descriptions, optional */
	struct nas_qos_flow flow[NAS_MAX_QOS_FLOWS];
	bool has_epco;
	struct nas_epco epco;
	bool has_dnn;
	struct nas_dnn dnn;
};

/* cl. 8.3.3 */
struct nas_pdu_session_establishment_reject {
	uint8_t cause; /* enum nas_sm_cause */
	bool has_backoff;
	uint32_t backoff; /* s */
	bool has_allowed_ssc;
	uint8_t allowed_ssc; /* bit 0: mode 1, bit 1: mode 2, bit 2: mode 3 */
	bool has_epco;
	struct nas_epco epco;
};

/* cl. 8.3.12 */
struct nas_pdu_session_release_request {
	bool has_cause;
	uint8_t cause;
	bool has_epco;
	struct nas_epco epco;
};

/* cl. 8.3.13 */
struct nas_pdu_session_release_reject {
	uint8_t cause;
	bool has_epco;
	struct nas_epco epco;
};

/* cl. 8.3.14 */
struct nas_pdu_session_release_command {
	uint8_t cause; /* NAS_SM_REACTIVATION_REQUESTED: SSC mode 2, establish again */
	bool has_backoff;
	uint32_t backoff; /* s */
	bool has_epco;
	struct nas_epco epco;
};

/* cl. 8.3.15 */
struct nas_pdu_session_release_complete {
	bool has_cause;
	uint8_t cause;
	bool has_epco;
	struct nas_epco epco;
};

/* cl. 8.3.16 */
struct nas_sm_status {
	uint8_t cause;
};

#endif
