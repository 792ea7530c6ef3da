/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NGAP, the N2 protocol between gNB and AMF: TS 38.413 (Release 16), ASN.1 BASIC-PER, ALIGNED.
 *
 * Bytes <-> struct ngap_pdu; no I/O, no memory of its own. Fill a struct ngap_pdu (zeroed first),
 * ngap_encode() it and send it over SCTP with NGAP_PPID; what comes in goes through ngap_decode().
 *
 *   struct ngap_pdu pdu = {.type = NGAP_UPLINK_NAS_TRANSPORT};
 *   pdu.uplink_nas_transport.amf_ue_id = 1; ...
 *
 * Conventions of all structs here:
 *  - has_x says whether the optional x is there; mandatory values have no such flag;
 *  - x_count says how many of x[] are filled; an optional list is absent when its count is 0;
 *  - numbers are in host order; IP addresses are struct in_addr/in6_addr, network order;
 *  - struct ngap_octets and strings of a decoded PDU borrow from the input buffer: they are good as
 *    long as that buffer is. On encode they are read from wherever they point to;
 *  - lists are bounded by what this system needs (NGAP_MAX_*), at most by the standard. A message
 *    with more is refused whole, not cut.
 *  - a mandatory IE whose criticality is "ignore" may be missing (cl. 10.3.5): it is then all zero
 *    and counted in pdu.missing.
 */
#ifndef BATON_LIB_NGAP_NGAP_H
#define BATON_LIB_NGAP_NGAP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NGAP_PORT 38412 /* SCTP, TS 38.412 cl. 7 */
#define NGAP_PPID 60	/* SCTP payload protocol identifier, host order */

#define NGAP_MAX_SESSIONS    15 /* PDU sessions of a UE, ids 1 to 15 */
#define NGAP_MAX_QOS_FLOWS   16 /* of a PDU session */
#define NGAP_MAX_TAS	     16
#define NGAP_MAX_PLMNS	     6	/* of a TA, and of an AMF */
#define NGAP_MAX_SLICES	     16 /* of a PLMN */
#define NGAP_MAX_ALLOWED     8	/* S-NSSAIs in Allowed NSSAI */
#define NGAP_MAX_GUAMIS	     16
#define NGAP_MAX_CONNECTIONS 64 /* UE-associated connections in an NG Reset of a part */
#define NGAP_MAX_DIAG_IES    8	/* IEs named in Criticality Diagnostics */
#define NGAP_MAX_NAME	     150
#define NGAP_MAX_MESSAGE     16384 /* encoded; a buffer of this size holds every PDU we build */

/* The messages, in the order of TS 38.413 cl. 9.2. */
enum ngap_message {
	NGAP_NONE,
	NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST,
	NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE,
	NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND,
	NGAP_PDU_SESSION_RESOURCE_RELEASE_RESPONSE,
	NGAP_INITIAL_CONTEXT_SETUP_REQUEST,
	NGAP_INITIAL_CONTEXT_SETUP_RESPONSE,
	NGAP_INITIAL_CONTEXT_SETUP_FAILURE,
	NGAP_UE_CONTEXT_RELEASE_REQUEST,
	NGAP_UE_CONTEXT_RELEASE_COMMAND,
	NGAP_UE_CONTEXT_RELEASE_COMPLETE,
	NGAP_PATH_SWITCH_REQUEST,
	NGAP_PATH_SWITCH_REQUEST_ACKNOWLEDGE,
	NGAP_PATH_SWITCH_REQUEST_FAILURE,
	NGAP_INITIAL_UE_MESSAGE,
	NGAP_DOWNLINK_NAS_TRANSPORT,
	NGAP_UPLINK_NAS_TRANSPORT,
	NGAP_NG_SETUP_REQUEST,
	NGAP_NG_SETUP_RESPONSE,
	NGAP_NG_SETUP_FAILURE,
	NGAP_NG_RESET,
	NGAP_NG_RESET_ACKNOWLEDGE,
	NGAP_ERROR_INDICATION,
	NGAP_MESSAGES /* how many */
};

/* Elementary procedure codes, TS 38.413 cl. 9.4.7 */
enum ngap_procedure {
	NGAP_PROC_DOWNLINK_NAS_TRANSPORT = 4,
	NGAP_PROC_ERROR_INDICATION = 9,
	NGAP_PROC_INITIAL_CONTEXT_SETUP = 14,
	NGAP_PROC_INITIAL_UE_MESSAGE = 15,
	NGAP_PROC_NG_RESET = 20,
	NGAP_PROC_NG_SETUP = 21,
	NGAP_PROC_PATH_SWITCH_REQUEST = 25,
	NGAP_PROC_PDU_SESSION_RESOURCE_RELEASE = 28,
	NGAP_PROC_PDU_SESSION_RESOURCE_SETUP = 29,
	NGAP_PROC_UE_CONTEXT_RELEASE = 41,
	NGAP_PROC_UE_CONTEXT_RELEASE_REQUEST = 42,
	NGAP_PROC_UPLINK_NAS_TRANSPORT = 46,
};

/* TriggeringMessage, and the alternative of the outermost CHOICE */
enum ngap_trigger {
	NGAP_INITIATING_MESSAGE = 0,
	NGAP_SUCCESSFUL_OUTCOME = 1,
	NGAP_UNSUCCESSFUL_OUTCOME = 2,
};

enum ngap_criticality {
	NGAP_REJECT = 0,
	NGAP_IGNORE = 1,
	NGAP_NOTIFY = 2,
};

/* Bytes that are borrowed: from the input buffer after decode, from the caller on encode. */
struct ngap_octets {
	const uint8_t *data;
	size_t len;
};

/* A name, printable ASCII, zero-terminated here. */
struct ngap_name {
	char text[NGAP_MAX_NAME + 1];
};

/* PLMN identity, as on the wire (TS 38.413 cl. 9.3.3.5); see ngap_plmn_set(). With a three-digit
 * MNC NAS has another order of digits: convert, don't copy. */
struct ngap_plmn {
	uint8_t octets[3];
};

struct ngap_snssai {
	uint8_t sst;
	bool has_sd;
	uint32_t sd; /* 24 bits */
};

/* cl. 9.3.3.3 */
struct ngap_guami {
	struct ngap_plmn plmn;
	uint8_t region_id;
	uint16_t set_id; /* 10 bits */
	uint8_t pointer; /* 6 bits */
};

struct ngap_tai {
	struct ngap_plmn plmn;
	uint32_t tac; /* 24 bits */
};

/* cl. 9.3.1.16, NR alternative */
struct ngap_user_location {
	struct ngap_plmn plmn; /* of the NR CGI */
	uint64_t nr_cell_id;   /* 36 bits: gNB id, then cell id */
	struct ngap_tai tai;
	bool has_timestamp;
	uint32_t timestamp; /* seconds since 1900 */
};

/* cl. 9.3.1.6 */
struct ngap_gnb_id {
	struct ngap_plmn plmn;
	uint32_t id;
	uint8_t bits; /* length of the id, 22 to 32 */
};

/* cl. 9.3.1.2; group and value are the CHOICE and ENUMERATED indices */
enum ngap_cause_group {
	NGAP_CAUSE_RADIO_NETWORK = 0,
	NGAP_CAUSE_TRANSPORT = 1,
	NGAP_CAUSE_NAS = 2,
	NGAP_CAUSE_PROTOCOL = 3,
	NGAP_CAUSE_MISC = 4,
};

enum ngap_cause_radio_network {
	NGAP_RADIO_UNSPECIFIED = 0,
	NGAP_RADIO_SUCCESSFUL_HANDOVER = 2,
	NGAP_RADIO_RELEASE_BY_NGRAN = 3,
	NGAP_RADIO_RELEASE_BY_5GC = 4,
	NGAP_RADIO_HO_FAILURE_IN_TARGET = 7,
	NGAP_RADIO_UNKNOWN_LOCAL_UE_ID = 14,
	NGAP_RADIO_INCONSISTENT_REMOTE_UE_ID = 15,
	NGAP_RADIO_USER_INACTIVITY = 20,
	NGAP_RADIO_CONNECTION_LOST = 21,
	NGAP_RADIO_RESOURCES_NOT_AVAILABLE = 22,
	NGAP_RADIO_INVALID_QOS_COMBINATION = 23,
	NGAP_RADIO_FAILURE_IN_RADIO_PROCEDURE = 24,
	NGAP_RADIO_INTERACTION_WITH_OTHER_PROCEDURE = 25,
	NGAP_RADIO_UNKNOWN_PDU_SESSION_ID = 26,
	NGAP_RADIO_UNKNOWN_QOS_FLOW_ID = 27,
	NGAP_RADIO_MULTIPLE_PDU_SESSION_ID = 28,
	NGAP_RADIO_MULTIPLE_QOS_FLOW_ID = 29,
	NGAP_RADIO_XN_HANDOVER_TRIGGERED = 33,
	NGAP_RADIO_NOT_SUPPORTED_5QI = 34,
	NGAP_RADIO_SLICE_NOT_SUPPORTED = 39,
};

enum ngap_cause_transport {
	NGAP_TRANSPORT_RESOURCE_UNAVAILABLE = 0,
	NGAP_TRANSPORT_UNSPECIFIED = 1,
};

enum ngap_cause_nas {
	NGAP_NAS_NORMAL_RELEASE = 0,
	NGAP_NAS_AUTHENTICATION_FAILURE = 1,
	NGAP_NAS_DEREGISTER = 2,
	NGAP_NAS_UNSPECIFIED = 3,
};

enum ngap_cause_protocol {
	NGAP_PROTO_TRANSFER_SYNTAX_ERROR = 0,
	NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_REJECT = 1,
	NGAP_PROTO_ABSTRACT_SYNTAX_ERROR_NOTIFY = 2,
	NGAP_PROTO_NOT_COMPATIBLE_WITH_STATE = 3,
	NGAP_PROTO_SEMANTIC_ERROR = 4,
	NGAP_PROTO_FALSELY_CONSTRUCTED = 5,
	NGAP_PROTO_UNSPECIFIED = 6,
};

enum ngap_cause_misc {
	NGAP_MISC_CONTROL_OVERLOAD = 0,
	NGAP_MISC_NOT_ENOUGH_USER_PLANE = 1,
	NGAP_MISC_HARDWARE_FAILURE = 2,
	NGAP_MISC_OM_INTERVENTION = 3,
	NGAP_MISC_UNKNOWN_PLMN = 4,
	NGAP_MISC_UNSPECIFIED = 5,
};

struct ngap_cause {
	uint8_t group; /* enum ngap_cause_group */
	uint8_t value; /* one of the enums above */
};

/* cl. 9.3.1.3 */
enum ngap_type_of_error {
	NGAP_NOT_UNDERSTOOD = 0,
	NGAP_MISSING = 1,
};

struct ngap_diag_ie {
	uint8_t criticality; /* enum ngap_criticality */
	uint16_t id;
	uint8_t type_of_error; /* enum ngap_type_of_error */
};

struct ngap_diagnostics {
	bool has_procedure_code;
	uint8_t procedure_code;
	bool has_trigger;
	uint8_t trigger; /* enum ngap_trigger */
	bool has_criticality;
	uint8_t criticality; /* of the procedure */
	uint8_t ie_count;    /* 0 = no list */
	struct ngap_diag_ie ie[NGAP_MAX_DIAG_IES];
};

/* GTP-U tunnel endpoint, cl. 9.3.2.2; at least one address */
struct ngap_tunnel {
	bool has_ipv4;
	bool has_ipv6;
	struct in_addr ipv4;
	struct in6_addr ipv6;
	uint32_t teid; /* host order */
};

/* UE Aggregate Maximum Bit Rate and PDU Session Aggregate Maximum Bit Rate, bit/s, up to 4e12 */
struct ngap_ambr {
	uint64_t downlink;
	uint64_t uplink;
};

/* cl. 9.3.1.86; bit 15 (first on the wire) is algorithm 1: NEA1/NIA1, EEA1/EIA1 */
struct ngap_security_capabilities {
	uint16_t nr_encryption;
	uint16_t nr_integrity;
	uint16_t eutra_encryption;
	uint16_t eutra_integrity;
};

/* cl. 9.3.1.88: next hop chaining count and key */
struct ngap_security_context {
	uint8_t next_hop_chaining_count; /* 0 to 7 */
	uint8_t next_hop[32];
};

enum ngap_paging_drx {
	NGAP_DRX_V32 = 0,
	NGAP_DRX_V64 = 1,
	NGAP_DRX_V128 = 2,
	NGAP_DRX_V256 = 3,
};

enum ngap_rrc_establishment_cause {
	NGAP_RRC_EMERGENCY = 0,
	NGAP_RRC_HIGH_PRIORITY_ACCESS = 1,
	NGAP_RRC_MT_ACCESS = 2,
	NGAP_RRC_MO_SIGNALLING = 3,
	NGAP_RRC_MO_DATA = 4,
	NGAP_RRC_MO_VOICE_CALL = 5,
	NGAP_RRC_MO_VIDEO_CALL = 6,
	NGAP_RRC_MO_SMS = 7,
	NGAP_RRC_MPS_PRIORITY_ACCESS = 8,
	NGAP_RRC_MCS_PRIORITY_ACCESS = 9,
	NGAP_RRC_NOT_AVAILABLE = 10,
};

enum ngap_time_to_wait {
	NGAP_WAIT_1S = 0,
	NGAP_WAIT_2S = 1,
	NGAP_WAIT_5S = 2,
	NGAP_WAIT_10S = 3,
	NGAP_WAIT_20S = 4,
	NGAP_WAIT_60S = 5,
};

enum ngap_pdu_session_type {
	NGAP_SESSION_IPV4 = 0,
	NGAP_SESSION_IPV6 = 1,
	NGAP_SESSION_IPV4V6 = 2,
	NGAP_SESSION_ETHERNET = 3,
	NGAP_SESSION_UNSTRUCTURED = 4,
};

/* ---- PDU session resources: items of lists and their transfer containers ---- */

/* Allocation and Retention Priority, cl. 9.3.1.19 */
struct ngap_arp {
	uint8_t priority;      /* 1 (highest) to 15 */
	bool may_preempt;      /* may trigger pre-emption */
	bool may_be_preempted; /* pre-emptable */
};

/* GBR QoS flow information, cl. 9.3.1.10, bit/s */
struct ngap_gbr {
	uint64_t max_downlink;
	uint64_t max_uplink;
	uint64_t guaranteed_downlink;
	uint64_t guaranteed_uplink;
};

/* QoS flow to be set up, cl. 9.3.1.12 */
struct ngap_qos_flow {
	uint8_t qfi;	  /* 0 to 63 */
	bool dynamic;	  /* dynamic 5QI: the four values below it describe the flow */
	bool has_five_qi; /* always, unless dynamic */
	uint8_t five_qi;
	bool has_priority;	      /* always, if dynamic */
	uint8_t priority;	      /* 1 to 127 */
	uint16_t packet_delay_budget; /* dynamic: 0.5 ms, 0 to 1023 */
	uint8_t error_rate_scalar;    /* dynamic: scalar * 10^-exponent, each 0 to 9 */
	uint8_t error_rate_exponent;
	struct ngap_arp arp;
	bool has_gbr;
	struct ngap_gbr gbr;
};

/* PDU Session Resource Setup Request Transfer, cl. 9.3.4.1 */
struct ngap_setup_request_transfer {
	bool has_ambr; /* of the session; needed with a non-GBR flow */
	struct ngap_ambr ambr;
	struct ngap_tunnel uplink; /* the UPF's end: where the gNB sends to */
	uint8_t session_type;	   /* enum ngap_pdu_session_type */
	bool has_network_instance;
	uint16_t network_instance; /* 1 to 256 */
	uint8_t qos_flow_count;	   /* at least 1 */
	struct ngap_qos_flow qos_flow[NGAP_MAX_QOS_FLOWS];
};

struct ngap_failed_flow {
	uint8_t qfi;
	struct ngap_cause cause;
};

/* PDU Session Resource Setup Response Transfer, cl. 9.3.4.2 */
struct ngap_setup_response_transfer {
	struct ngap_tunnel downlink; /* the gNB's end */
	uint8_t qfi_count;	     /* at least 1 */
	uint8_t qfi[NGAP_MAX_QOS_FLOWS];
	uint8_t failed_count;
	struct ngap_failed_flow failed[NGAP_MAX_QOS_FLOWS];
};

struct ngap_session_setup {
	uint8_t session_id;
	bool has_nas;
	struct ngap_octets nas;
	struct ngap_snssai snssai;
	struct ngap_setup_request_transfer transfer;
};

struct ngap_session_setup_list {
	uint8_t count;
	struct ngap_session_setup item[NGAP_MAX_SESSIONS];
};

struct ngap_session_done {
	uint8_t session_id;
	struct ngap_setup_response_transfer transfer;
};

struct ngap_session_done_list {
	uint8_t count;
	struct ngap_session_done item[NGAP_MAX_SESSIONS];
};

/*
 * A session with a cause: failed to set up (Unsuccessful Transfer, cl. 9.3.4.16), to release
 * (Release Command Transfer, cl. 9.3.4.12), path switch failed (cl. 9.3.4.15 and 9.3.4.20).
 */
struct ngap_session_cause {
	uint8_t session_id;
	struct ngap_cause cause;
	bool has_diagnostics; /* failed to set up only */
	struct ngap_diagnostics diagnostics;
};

struct ngap_session_cause_list {
	uint8_t count;
	struct ngap_session_cause item[NGAP_MAX_SESSIONS];
};

/* Sessions by id alone (released, or of a UE context that goes) */
struct ngap_session_id_list {
	uint8_t count;
	uint8_t id[NGAP_MAX_SESSIONS];
};

/* Path Switch Request Transfer, cl. 9.3.4.8 */
struct ngap_session_to_switch {
	uint8_t session_id;
	struct ngap_tunnel downlink; /* the new gNB's end */
	uint8_t qfi_count;	     /* at least 1 */
	uint8_t qfi[NGAP_MAX_QOS_FLOWS];
};

struct ngap_session_to_switch_list {
	uint8_t count;
	struct ngap_session_to_switch item[NGAP_MAX_SESSIONS];
};

/* Path Switch Request Acknowledge Transfer, cl. 9.3.4.9 */
struct ngap_session_switched {
	uint8_t session_id;
	bool has_uplink; /* the UPF's end, if it changed */
	struct ngap_tunnel uplink;
};

struct ngap_session_switched_list {
	uint8_t count;
	struct ngap_session_switched item[NGAP_MAX_SESSIONS];
};

/* ---- lists of the interface ---- */

struct ngap_allowed_nssai {
	uint8_t count; /* 1 to 8 */
	struct ngap_snssai item[NGAP_MAX_ALLOWED];
};

/* A PLMN with its slices: broadcast PLMN of a TA (cl. 9.2.6.1), PLMN support (cl. 9.2.6.2) */
struct ngap_plmn_slices {
	struct ngap_plmn plmn;
	uint8_t slice_count; /* at least 1 */
	struct ngap_snssai slice[NGAP_MAX_SLICES];
};

struct ngap_plmn_support_list {
	uint8_t count;
	struct ngap_plmn_slices item[NGAP_MAX_PLMNS];
};

struct ngap_supported_ta {
	uint32_t tac; /* 24 bits */
	struct ngap_plmn_support_list plmns;
};

struct ngap_supported_ta_list {
	uint8_t count;
	struct ngap_supported_ta item[NGAP_MAX_TAS];
};

struct ngap_served_guami {
	struct ngap_guami guami;
	bool has_backup_amf;
	struct ngap_name backup_amf;
};

struct ngap_served_guami_list {
	uint8_t count;
	struct ngap_served_guami item[NGAP_MAX_GUAMIS];
};

struct ngap_connection {
	bool has_amf_ue_id;
	uint64_t amf_ue_id;
	bool has_ran_ue_id;
	uint32_t ran_ue_id;
};

struct ngap_connection_list {
	uint8_t count;
	struct ngap_connection item[NGAP_MAX_CONNECTIONS];
};

/* cl. 9.2.6.11; the list is used unless the whole interface is reset */
struct ngap_reset_type {
	bool whole_interface;
	struct ngap_connection_list part;
};

/* cl. 9.2.2.5; without pair only the AMF's id is told */
struct ngap_ue_ids {
	uint64_t amf_ue_id;
	bool pair;
	uint32_t ran_ue_id;
};

/* cl. 9.3.3.20 */
struct ngap_s_tmsi {
	uint16_t amf_set_id; /* 10 bits */
	uint8_t amf_pointer; /* 6 bits */
	uint32_t tmsi;
};

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

struct ngap_pdu {
	enum ngap_message type;
	/* by decode; not encoded */
	uint16_t ignored; /* IEs not comprehended, skipped by their criticality (cl. 10.3.4) */
	uint16_t notify; /* those of them with criticality notify, which deserve an Error Indication
			  */
	uint16_t missing; /* mandatory IEs of criticality ignore that were not there */
	union {
		struct ngap_pdu_session_resource_setup_request pdu_session_resource_setup_request;
		struct ngap_pdu_session_resource_setup_response pdu_session_resource_setup_response;
		struct ngap_pdu_session_resource_release_command
			pdu_session_resource_release_command;
		struct ngap_pdu_session_resource_release_response
			pdu_session_resource_release_response;
		struct ngap_initial_context_setup_request initial_context_setup_request;
		struct ngap_initial_context_setup_response initial_context_setup_response;
		struct ngap_initial_context_setup_failure initial_context_setup_failure;
		struct ngap_ue_context_release_request ue_context_release_request;
		struct ngap_ue_context_release_command ue_context_release_command;
		struct ngap_ue_context_release_complete ue_context_release_complete;
		struct ngap_path_switch_request path_switch_request;
		struct ngap_path_switch_request_acknowledge path_switch_request_acknowledge;
		struct ngap_path_switch_request_failure path_switch_request_failure;
		struct ngap_initial_ue_message initial_ue_message;
		struct ngap_downlink_nas_transport downlink_nas_transport;
		struct ngap_uplink_nas_transport uplink_nas_transport;
		struct ngap_ng_setup_request ng_setup_request;
		struct ngap_ng_setup_response ng_setup_response;
		struct ngap_ng_setup_failure ng_setup_failure;
		struct ngap_ng_reset ng_reset;
		struct ngap_ng_reset_acknowledge ng_reset_acknowledge;
		struct ngap_error_indication error_indication;
	};
};

/* Why a PDU was refused: what an Error Indication or a failure message is to say (cl. 10). */
struct ngap_error {
	struct ngap_cause cause;
	const char *text; /* static, for the log: "mandatory IE is missing" */
	size_t offset;	  /* octets from the start of the PDU, near the fault */
	bool has_procedure;
	uint8_t procedure_code;
	uint8_t trigger;     /* enum ngap_trigger */
	uint8_t criticality; /* of the procedure, as received */
	bool has_ie;
	struct ngap_diag_ie ie;
	bool has_amf_ue_id; /* as far as the message was read */
	uint64_t amf_ue_id;
	bool has_ran_ue_id;
	uint32_t ran_ue_id;
};

/**
 * ngap_decode - read one PDU
 * @buf: the whole SCTP message; borrowed by @ret until it goes
 * @ret: of no use after a failure
 * @err: written on failure only; may be NULL
 *
 * IEs in any order are taken. An IE that is not known, or whose value this library doesn't know
 * (an extension value of an enumeration or choice), is honoured by its criticality.
 *
 * Return: 0; -EBADMSG transfer syntax error; -EPROTO abstract syntax error (IE missing, twice, or
 * not comprehended and of criticality reject); -ENOTSUP a procedure not known here or more than our
 * bounds. @err says how to answer. When the procedure isn't known and its criticality is ignore
 * (err->criticality), nothing should be answered.
 * Spec: TS 38.413 cl. 9.4, 10.3
 */
int ngap_decode(const uint8_t *buf, size_t len, struct ngap_pdu *ret, struct ngap_error *err)
	__attribute__((warn_unused_result));

/**
 * ngap_encode - write one PDU
 * @ret_len: octets written
 *
 * Return: 0; -EINVAL a value out of its range, an empty mandatory list, a list over its bound, or
 * type unknown; -ENOSPC @buf too small; -EMSGSIZE something of 16384 octets or more, which PER
 * would fragment.
 */
int ngap_encode(const struct ngap_pdu *pdu, uint8_t *buf, size_t size, size_t *ret_len)
	__attribute__((warn_unused_result));

/**
 * ngap_print - a PDU as text: its name, then one line an IE
 * @buf: always zero-terminated if @size > 0
 *
 * Return: length of the text; a text that doesn't fit is cut.
 */
size_t ngap_print(const struct ngap_pdu *pdu, char *buf, size_t size);

/* The message's name in the standard ("NGSetupRequest"), "unknown" if there is none. */
const char *ngap_message_name(enum ngap_message type);

/* The cause's name in the standard, as "radioNetwork/user-inactivity"; static. */
const char *ngap_cause_name(struct ngap_cause cause);

/* Name of an IE id as in the standard ("NAS-PDU"), "unknown" if this library has none for it. */
const char *ngap_ie_name(uint16_t id);

/**
 * ngap_pdu_amf_ue_id, ngap_pdu_ran_ue_id - the UE a PDU belongs to, whatever its type
 *
 * Return: whether the PDU has the id; if not, nothing is written.
 */
bool ngap_pdu_amf_ue_id(const struct ngap_pdu *pdu, uint64_t *ret_id);
bool ngap_pdu_ran_ue_id(const struct ngap_pdu *pdu, uint32_t *ret_id);

/**
 * ngap_error_indication_make - the Error Indication that answers a refused PDU
 * @err: from ngap_decode()
 * @ret: a PDU to encode, with cause, criticality diagnostics and the UE's ids as far as known
 */
void ngap_error_indication_make(const struct ngap_error *err, struct ngap_pdu *ret);

/**
 * ngap_error_diagnostics - only the Criticality Diagnostics, for a failure message
 */
void ngap_error_diagnostics(const struct ngap_error *err, struct ngap_diagnostics *ret);

/**
 * ngap_plmn_set - PLMN identity from its digits
 * @mcc: three decimal digits
 * @mnc: two or three decimal digits
 *
 * Return: 0, or -EINVAL
 */
int ngap_plmn_set(struct ngap_plmn *plmn, const char *mcc, const char *mnc);

/* "001-01" or "001-001"; @buf is returned. */
#define NGAP_PLMN_TEXT 8
const char *ngap_plmn_text(const struct ngap_plmn *plmn, char buf[NGAP_PLMN_TEXT]);

#endif
