/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFCP IEs and messages as plain structs (TS 29.244 V17 cl. 7.4, 7.5, 8.2). Include
 * lib/pfcp/pfcp.h.
 *
 * Numbers are in host order. Addresses (struct in_addr, in6_addr) stay in network order. Text ends
 * in a NUL. What a table calls mandatory and this file gives no has_ flag for is always there after
 * a decode and always encoded; has_x says whether an optional or conditional x is there, n_x how
 * many of a list are. What is not there is zero after pfcp_decode; list elements from n_x on are
 * undefined.
 */
#ifndef BATON_PFCP_TYPES_H
#define BATON_PFCP_TYPES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/pfcp/const.h"

/* ---- IEs ---- */

/* An address of either or both versions */
struct pfcp_address {
	bool v4, v6;
	struct in_addr ip4;
	struct in6_addr ip6;
};

/**
 * struct pfcp_name - Network Instance cl. 8.2.4, APN/DNN cl. 8.2.117
 * @text:  "internet", "edge.a": labels joined by dots
 * @plain: on the wire as bare text, without label lengths; what some peers send. A sender leaves it
 *         false: open5gs refuses the bare form.
 */
struct pfcp_name {
	char text[PFCP_MAX_NAME + 1];
	bool plain;
};

/* Application ID cl. 8.2.6, Activate Predefined Rules cl. 8.2.72: printable text */
struct pfcp_text {
	char text[PFCP_MAX_NAME + 1];
};

enum pfcp_node_id_type {
	PFCP_NODE_IP4 = 0,
	PFCP_NODE_IP6 = 1,
	PFCP_NODE_FQDN = 2,
};

/* Node ID cl. 8.2.38; the field that @type names holds */
struct pfcp_node_id {
	enum pfcp_node_id_type type;
	struct in_addr ip4;
	struct in6_addr ip6;
	char fqdn[PFCP_MAX_FQDN + 1];
};

/* F-SEID cl. 8.2.37; at least one address */
struct pfcp_f_seid {
	uint64_t seid;
	struct pfcp_address address;
};

/**
 * struct pfcp_f_teid - F-TEID cl. 8.2.3
 * @address: CHOOSE: the versions wanted, without addresses
 * @choose: the UPF is asked to allocate (CH); teid is not on the wire then
 * @has_choose_id: CHID, only with @choose: PDRs with one @choose_id get the same F-TEID
 */
struct pfcp_f_teid {
	uint32_t teid;
	struct pfcp_address address;
	bool choose;
	bool has_choose_id;
	uint8_t choose_id;
};

/**
 * struct pfcp_ue_ip - UE IP Address cl. 8.2.62
 * @destination: S/D: match the destination address (downlink); false: the source
 * @choose4, @choose6: CHV4, CHV6, the UPF is asked to allocate
 * @delegation_bits: IPv6D, 0 = not there
 * @prefix_length: IP6PL, 0 = not there (then a /64)
 */
struct pfcp_ue_ip {
	struct pfcp_address address;
	bool destination;
	bool choose4, choose6;
	uint8_t delegation_bits;
	uint8_t prefix_length;
};

/**
 * struct pfcp_sdf_filter - SDF Filter cl. 8.2.5
 * @flow: Flow Description as it came ("permit out ip from any to assigned"); "" with !has_flow
 *
 * The text is bounded and printable, not parsed: whether it can be served is the UPF's matter.
 */
struct pfcp_sdf_filter {
	bool has_flow, has_tos, has_spi, has_flow_label, has_filter_id;
	char flow[PFCP_MAX_FLOW_DESCRIPTION + 1];
	uint16_t tos; /* ToS/Traffic Class in the high byte, mask in the low one */
	uint32_t spi;
	uint32_t flow_label; /* 20 bits */
	uint32_t filter_id;
};

/* Outer Header Removal cl. 8.2.64; the second octet may be left out by its sender */
struct pfcp_outer_header_removal {
	uint8_t description; /* enum pfcp_outer_header_removal_description */
	bool has_extension;
	uint8_t extension; /* bit 0: remove the PDU Session Container too */
};

/* Outer Header Creation cl. 8.2.56; @description says what holds */
struct pfcp_outer_header_creation {
	uint16_t description; /* enum pfcp_outer_header_creation_bit */
	uint32_t teid;	      /* GTP-U */
	struct in_addr ip4;
	struct in6_addr ip6;
	uint16_t port;	/* UDP without GTP-U */
	uint32_t c_tag; /* 24 bits as on the wire */
	uint32_t s_tag;
};

/* Transport Level Marking cl. 8.2.12 */
struct pfcp_transport_level_marking {
	uint8_t tos;
	uint8_t mask;
};

/* Gate Status cl. 8.2.7: enum pfcp_gate */
struct pfcp_gate_status {
	uint8_t uplink;
	uint8_t downlink;
};

/* MBR cl. 8.2.8, GBR cl. 8.2.9: kbit/s (1000 bit), 40 bits each */
struct pfcp_bit_rate {
	uint64_t uplink_kbps;
	uint64_t downlink_kbps;
};

/* Volume Threshold cl. 8.2.13, Volume Measurement cl. 8.2.44 (which alone has packets) */
struct pfcp_volume {
	bool has_total, has_uplink, has_downlink;
	bool has_total_packets, has_uplink_packets, has_downlink_packets;
	uint64_t total_bytes, uplink_bytes, downlink_bytes;
	uint64_t total_packets, uplink_packets, downlink_packets;
};

/* User ID cl. 8.2.101; "" = not there. Numbers are decimal digits. */
struct pfcp_user_id {
	char imsi[16];
	char imei[17];
	char msisdn[16];
	char nai[256];
	char supi[256];
	char gpsi[256];
	char pei[256];
};

/* S-NSSAI cl. 8.2.176 */
struct pfcp_s_nssai {
	uint8_t sst;
	uint32_t sd; /* 24 bits, 0xffffff = none */
};

/* Failed Rule ID cl. 8.2.80 */
struct pfcp_failed_rule_id {
	uint8_t type; /* enum pfcp_rule_type */
	uint32_t id;
};

/* ---- Grouped IEs ---- */

/**
 * struct pfcp_cleared - in an Update rule: IEs sent with length 0, i.e. what the rule shall lose
 * @type: IE types, e.g. PFCP_IE_QER_ID: all QER IDs of the PDR. Empty in a Create rule.
 *
 * Spec: TS 29.244 cl. 5.6.3, 8.1.1
 */
struct pfcp_cleared {
	uint8_t n;
	uint16_t type[PFCP_MAX_CLEARED];
};

/* PDI cl. 7.5.2.2-2 */
struct pfcp_pdi {
	uint8_t source_interface; /* enum pfcp_interface */
	bool has_f_teid;	  /* Local F-TEID */
	struct pfcp_f_teid f_teid;
	bool has_network_instance;
	struct pfcp_name network_instance;
	bool has_ue_ip;
	struct pfcp_ue_ip ue_ip;
	bool has_traffic_endpoint_id; /* Baton's UPF has none (no PDIU feature) */
	uint8_t traffic_endpoint_id;
	uint8_t n_sdf;
	struct pfcp_sdf_filter sdf[PFCP_MAX_SDF];
	bool has_application_id;
	struct pfcp_text application_id;
	uint8_t n_qfi;
	uint8_t qfi[PFCP_MAX_QFI];
	bool has_interface_type; /* Source Interface's 3GPP Interface Type */
	uint8_t interface_type;
};

/* Create PDR cl. 7.5.2.2, Update PDR cl. 7.5.4.2. Create: all but the has_s below mandatory or
 * checked. */
struct pfcp_pdr {
	uint16_t pdr_id;
	bool has_precedence; /* Create: mandatory; lower goes first */
	uint32_t precedence;
	bool has_pdi; /* Create: mandatory */
	struct pfcp_pdi pdi;
	bool has_outer_header_removal;
	struct pfcp_outer_header_removal outer_header_removal;
	bool has_far_id; /* Create: there unless predefined rules are activated */
	uint32_t far_id;
	uint8_t n_urr_id;
	uint32_t urr_id[PFCP_MAX_REF];
	uint8_t n_qer_id;
	uint32_t qer_id[PFCP_MAX_REF];
	bool has_predefined_rules; /* Activate Predefined Rules */
	struct pfcp_text predefined_rules;
	struct pfcp_cleared cleared;
};

/* Created PDR cl. 7.5.3.2 */
struct pfcp_created_pdr {
	uint16_t pdr_id;
	bool has_f_teid; /* what the UPF allocated */
	struct pfcp_f_teid f_teid;
	bool has_ue_ip;
	struct pfcp_ue_ip ue_ip;
};

/* Forwarding Parameters cl. 7.5.2.3-2, Update Forwarding Parameters cl. 7.5.4.3-2 */
struct pfcp_forwarding {
	bool has_destination_interface; /* Forwarding Parameters: mandatory */
	uint8_t destination_interface;	/* enum pfcp_interface */
	bool has_network_instance;
	struct pfcp_name network_instance;
	bool has_outer_header_creation;
	struct pfcp_outer_header_creation outer_header_creation;
	bool has_transport_level_marking;
	struct pfcp_transport_level_marking transport_level_marking;
	bool has_smreq_flags; /* only in an update; PFCP_SMREQ_SNDEM */
	uint8_t smreq_flags;
	bool has_interface_type; /* Destination Interface's 3GPP Interface Type */
	uint8_t interface_type;
	struct pfcp_cleared cleared;
};

/* Create FAR cl. 7.5.2.3, Update FAR cl. 7.5.4.3 */
struct pfcp_far {
	uint32_t far_id;
	bool has_apply_action; /* Create: mandatory */
	uint16_t apply_action; /* enum pfcp_apply_action; sent as 2 octets, 1 is understood */
	bool has_forwarding;   /* Create: there if FORW is set */
	struct pfcp_forwarding forwarding;
	bool has_bar_id;
	uint8_t bar_id;
	struct pfcp_cleared cleared;
};

/* Create QER cl. 7.5.2.5, Update QER cl. 7.5.4.5 */
struct pfcp_qer {
	uint32_t qer_id;
	bool has_correlation_id;
	uint32_t correlation_id;
	bool has_gate_status; /* Create: mandatory */
	struct pfcp_gate_status gate_status;
	bool has_mbr;
	struct pfcp_bit_rate mbr;
	bool has_gbr;
	struct pfcp_bit_rate gbr;
	bool has_qfi;
	uint8_t qfi; /* 6 bits */
	struct pfcp_cleared cleared;
};

/* Create URR cl. 7.5.2.4, Update URR cl. 7.5.4.4 */
struct pfcp_urr {
	uint32_t urr_id;
	bool has_method;   /* Create: mandatory */
	uint8_t method;	   /* enum pfcp_measurement_method */
	bool has_triggers; /* Create: mandatory */
	uint32_t triggers; /* enum pfcp_reporting_trigger */
	bool has_period;
	uint32_t period_s; /* Measurement Period */
	bool has_volume_threshold;
	struct pfcp_volume volume_threshold;
	bool has_time_threshold;
	uint32_t time_threshold_s;
	struct pfcp_cleared cleared;
};

/* Create BAR cl. 7.5.2.6, Update BAR cl. 7.5.4.11 */
struct pfcp_bar {
	uint8_t bar_id;
	bool has_notification_delay; /* Downlink Data Notification Delay */
	uint8_t notification_delay;  /* multiples of 50 ms */
	bool has_suggested_packets;
	uint8_t suggested_packets;
	struct pfcp_cleared cleared;
};

/* Usage Report cl. 7.5.5.2, 7.5.7.2, 7.5.8.3 */
struct pfcp_usage_report {
	uint32_t urr_id;
	uint32_t ur_seqn;
	uint32_t trigger; /* enum pfcp_usage_trigger */
	bool has_start_time, has_end_time;
	uint32_t start_time, end_time; /* NTP seconds, see pfcp_time_from_unix */
	bool has_volume;
	struct pfcp_volume volume;
	bool has_duration;
	uint32_t duration_s;
};

/* Downlink Data Report cl. 7.5.8.2 */
struct pfcp_downlink_data_report {
	uint8_t n_pdr_id;
	uint16_t pdr_id[PFCP_MAX_PDR];
};

/* Error Indication Report cl. 7.5.8.4 */
struct pfcp_error_indication_report {
	uint8_t n_remote_f_teid;
	struct pfcp_f_teid remote_f_teid[PFCP_MAX_REMOTE_TEID];
};

/* PFCP Session Retention Information cl. 7.4.4.1-2; none = all CP entities of the node */
struct pfcp_session_retention {
	uint8_t n_cp_entity;
	struct pfcp_address cp_entity[PFCP_MAX_CP_ENTITY];
};

/* ---- Messages ---- */

/* Heartbeat Request cl. 7.4.2.1, Response cl. 7.4.2.2 */
struct pfcp_heartbeat {
	uint32_t recovery_time_stamp; /* NTP seconds */
};

/* Association Setup Request cl. 7.4.4.1 */
struct pfcp_association_setup_request {
	struct pfcp_node_id node_id;
	uint32_t recovery_time_stamp;
	bool has_up_features;
	uint64_t up_features; /* PFCP_UPF_ */
	bool has_cp_features;
	uint64_t cp_features; /* PFCP_CPF_ */
	bool has_retention;
	struct pfcp_session_retention retention;
};

/* Association Setup Response cl. 7.4.4.2 */
struct pfcp_association_setup_response {
	struct pfcp_node_id node_id;
	uint8_t cause; /* enum pfcp_cause, here and below */
	uint32_t recovery_time_stamp;
	bool has_up_features;
	uint64_t up_features;
	bool has_cp_features;
	uint64_t cp_features;
	bool has_asrsp_flags;
	uint8_t asrsp_flags; /* PFCP_ASRSP_ */
};

/* Association Release Request cl. 7.4.4.5 */
struct pfcp_association_release_request {
	struct pfcp_node_id node_id;
};

/* Association Release Response cl. 7.4.4.6 */
struct pfcp_association_release_response {
	struct pfcp_node_id node_id;
	uint8_t cause;
};

/* Session Establishment Request cl. 7.5.2 */
struct pfcp_session_establishment_request {
	struct pfcp_node_id node_id;
	struct pfcp_f_seid cp_f_seid;
	uint8_t n_create_pdr;
	struct pfcp_pdr create_pdr[PFCP_MAX_PDR];
	uint8_t n_create_far;
	struct pfcp_far create_far[PFCP_MAX_FAR];
	uint8_t n_create_urr;
	struct pfcp_urr create_urr[PFCP_MAX_URR];
	uint8_t n_create_qer;
	struct pfcp_qer create_qer[PFCP_MAX_QER];
	bool has_create_bar;
	struct pfcp_bar create_bar;
	bool has_pdn_type;
	uint8_t pdn_type; /* enum pfcp_pdn_type */
	bool has_user_id;
	struct pfcp_user_id user_id;
	bool has_dnn; /* APN/DNN */
	struct pfcp_name dnn;
	bool has_s_nssai;
	struct pfcp_s_nssai s_nssai;
	bool has_sereq_flags;
	uint8_t sereq_flags; /* PFCP_SEREQ_RESTI */
};

/* Session Establishment Response cl. 7.5.3 */
struct pfcp_session_establishment_response {
	struct pfcp_node_id node_id;
	uint8_t cause;
	bool has_offending_ie;
	uint16_t offending_ie;
	bool has_up_f_seid; /* there if accepted */
	struct pfcp_f_seid up_f_seid;
	uint8_t n_created_pdr;
	struct pfcp_created_pdr created_pdr[PFCP_MAX_PDR];
	bool has_failed_rule;
	struct pfcp_failed_rule_id failed_rule;
};

/* Session Modification Request cl. 7.5.4 */
struct pfcp_session_modification_request {
	bool has_cp_f_seid;
	struct pfcp_f_seid cp_f_seid;
	uint8_t n_remove_pdr;
	uint16_t remove_pdr[PFCP_MAX_PDR]; /* PDR IDs */
	uint8_t n_remove_far;
	uint32_t remove_far[PFCP_MAX_FAR];
	uint8_t n_remove_urr;
	uint32_t remove_urr[PFCP_MAX_URR];
	uint8_t n_remove_qer;
	uint32_t remove_qer[PFCP_MAX_QER];
	bool has_remove_bar;
	uint8_t remove_bar;
	uint8_t n_create_pdr;
	struct pfcp_pdr create_pdr[PFCP_MAX_PDR];
	uint8_t n_create_far;
	struct pfcp_far create_far[PFCP_MAX_FAR];
	uint8_t n_create_urr;
	struct pfcp_urr create_urr[PFCP_MAX_URR];
	uint8_t n_create_qer;
	struct pfcp_qer create_qer[PFCP_MAX_QER];
	bool has_create_bar;
	struct pfcp_bar create_bar;
	uint8_t n_update_pdr;
	struct pfcp_pdr update_pdr[PFCP_MAX_PDR];
	uint8_t n_update_far;
	struct pfcp_far update_far[PFCP_MAX_FAR];
	uint8_t n_update_urr;
	struct pfcp_urr update_urr[PFCP_MAX_URR];
	uint8_t n_update_qer;
	struct pfcp_qer update_qer[PFCP_MAX_QER];
	bool has_update_bar;
	struct pfcp_bar update_bar;
	bool has_smreq_flags;
	uint8_t smreq_flags; /* PFCP_SMREQ_ */
	uint8_t n_query_urr;
	uint32_t query_urr[PFCP_MAX_URR]; /* URR IDs */
	bool has_node_id;
	struct pfcp_node_id node_id;
};

/* Session Modification Response cl. 7.5.5 */
struct pfcp_session_modification_response {
	uint8_t cause;
	bool has_offending_ie;
	uint16_t offending_ie;
	uint8_t n_created_pdr;
	struct pfcp_created_pdr created_pdr[PFCP_MAX_PDR];
	uint8_t n_usage_report;
	struct pfcp_usage_report usage_report[PFCP_MAX_URR];
	bool has_failed_rule;
	struct pfcp_failed_rule_id failed_rule;
};

/* Session Deletion Response cl. 7.5.7; the request (cl. 7.5.6) has no IE of ours */
struct pfcp_session_deletion_response {
	uint8_t cause;
	bool has_offending_ie;
	uint16_t offending_ie;
	uint8_t n_usage_report;
	struct pfcp_usage_report usage_report[PFCP_MAX_URR];
};

/* Session Report Request cl. 7.5.8 */
struct pfcp_session_report_request {
	uint8_t report_type; /* enum pfcp_report_type, one or more */
	bool has_downlink_data;
	struct pfcp_downlink_data_report downlink_data;
	uint8_t n_usage_report;
	struct pfcp_usage_report usage_report[PFCP_MAX_URR];
	bool has_error_indication;
	struct pfcp_error_indication_report error_indication;
};

/* Session Report Response cl. 7.5.9 */
struct pfcp_session_report_response {
	uint8_t cause;
	bool has_offending_ie;
	uint16_t offending_ie;
	bool has_srrsp_flags;
	uint8_t srrsp_flags; /* PFCP_SRRSP_ */
};

#endif
