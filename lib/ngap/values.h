/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values in NGAP messages: ids, places, causes, QoS, PDU session resources and their lists
 * (TS 38.413 cl. 9.3). Comes with lib/ngap/ngap.h, where the conventions are told.
 */
#ifndef BATON_LIB_NGAP_VALUES_H
#define BATON_LIB_NGAP_VALUES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NGAP_MAX_SESSIONS    15 /* PDU sessions of a UE, ids 1 to 15 */
#define NGAP_MAX_QOS_FLOWS   16 /* of a PDU session */
#define NGAP_MAX_TAS	     16
#define NGAP_MAX_PLMNS	     6	/* of a TA, and of an AMF */
#define NGAP_MAX_SLICES	     16 /* of a PLMN */
#define NGAP_MAX_ALLOWED     8	/* S-NSSAIs in Allowed NSSAI */
#define NGAP_MAX_GUAMIS	     16
#define NGAP_MAX_CONNECTIONS 64 /* UE-associated connections in an NG Reset of a part */
#define NGAP_MAX_DIAG_IES    8	/* IEs named in Criticality Diagnostics */
#define NGAP_MAX_TUNNELS     4	/* of a PDU session: multi-connectivity */
#define NGAP_MAX_NAME	     150

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

/* One tunnel whose UPF's end is replaced: an item of UL NG-U UP TNL Modify List, cl. 9.3.4.3 */
struct ngap_tunnel_modify {
	struct ngap_tunnel uplink;   /* the UPF's end from now on */
	struct ngap_tunnel downlink; /* the gNB's, by which the tunnel is told from others */
};

/* PDU Session Resource Modify Request Transfer, cl. 9.3.4.3 */
struct ngap_modify_request_transfer {
	bool has_ambr;
	struct ngap_ambr ambr;
	uint8_t tunnel_count; /* optional */
	struct ngap_tunnel_modify tunnel[NGAP_MAX_TUNNELS];
	bool has_network_instance;
	uint16_t network_instance;
};

struct ngap_session_modify {
	uint8_t session_id;
	bool has_nas;
	struct ngap_octets nas;
	struct ngap_modify_request_transfer transfer;
};

struct ngap_session_modify_list {
	uint8_t count;
	struct ngap_session_modify item[NGAP_MAX_SESSIONS];
};

/* PDU Session Resource Modify Response Transfer, cl. 9.3.4.4: of QoS flows nothing is read or said
 */
struct ngap_session_modified {
	uint8_t session_id;
	bool has_downlink; /* the gNB's end, if it changed */
	struct ngap_tunnel downlink;
	bool has_uplink; /* and the UPF's of the same tunnel */
	struct ngap_tunnel uplink;
};

struct ngap_session_modified_list {
	uint8_t count;
	struct ngap_session_modified item[NGAP_MAX_SESSIONS];
};

/*
 * A session with a cause: failed to set up or to modify (Unsuccessful Transfers, cl. 9.3.4.16 and
 * 9.3.4.17, which are alike), to release
 * (Release Command Transfer, cl. 9.3.4.12), path switch failed (cl. 9.3.4.15 and 9.3.4.20).
 */
struct ngap_session_cause {
	uint8_t session_id;
	struct ngap_cause cause;
	bool has_diagnostics; /* failed to set up or to modify only */
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

#endif
