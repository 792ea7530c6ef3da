/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFCP's grouped IEs as plain structs (TS 29.244 V17 cl. 7.4, 7.5): rules and reports. What types.h
 * says of has_, n_ and PFCP_LISTS goes for these too. Include lib/pfcp/pfcp.h.
 *
 * Create and Update rules share a struct: an Update has only what changes.
 */
#ifndef BATON_PFCP_GROUPS_H
#define BATON_PFCP_GROUPS_H

#include "lib/pfcp/types.h"

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
	bool has_application_id;
	struct pfcp_text application_id;
	bool has_ethernet_session;
	uint8_t ethernet_session; /* PFCP_ETHERNET_ETHI: all frames of the session */
	bool has_framed_routing;
	uint32_t framed_routing;
	bool has_interface_type; /* Source Interface's 3GPP Interface Type */
	uint8_t interface_type;
	/* There, but not read: each narrows what matches, so a PDR with one has to be refused by
	 * who doesn't know it. Sent, they would be empty, which takes away in an Update rule: there
	 * pfcp_encode refuses them. */
	bool has_ethernet_filter, has_ip_multicast, has_redundant_transmission;
	bool has_dns_query_filter, has_mbs_session;
	uint8_t n_ue_ip, n_traffic_endpoint_id, n_sdf, n_qfi;
	uint8_t n_framed_route, n_framed_ipv6_route;
	PFCP_LISTS;
	struct pfcp_ue_ip ue_ip[PFCP_MAX_UE_IP];
	uint8_t traffic_endpoint_id[PFCP_MAX_PDI_ENDPOINT];
	struct pfcp_sdf_filter sdf[PFCP_MAX_SDF];
	uint8_t qfi[PFCP_MAX_QFI];
	struct pfcp_text framed_route[PFCP_MAX_FRAMED_ROUTE];
	struct pfcp_text framed_ipv6_route[PFCP_MAX_FRAMED_ROUTE];
};

/* Create PDR cl. 7.5.2.2, Update PDR cl. 7.5.4.2. Create: all but the has_s below mandatory or
 * checked. */
struct pfcp_pdr {
	uint16_t pdr_id;
	bool has_precedence; /* Create: mandatory; lower goes first */
	uint32_t precedence;
	bool has_outer_header_removal;
	struct pfcp_outer_header_removal outer_header_removal;
	bool has_far_id; /* Create: there unless predefined rules are activated, or there is a MAR
			  */
	uint32_t far_id;
	bool has_activation_time, has_deactivation_time;
	uint32_t activation_time, deactivation_time; /* NTP seconds */
	bool has_mar_id;			     /* Create only */
	uint16_t mar_id;
	bool has_ip_multicast; /* of IGMP and MLD; there, but not read, as in struct pfcp_pdi */
	bool has_mptcp;	       /* Create only */
	uint8_t mptcp;	       /* PFCP_MPTCP_MAI */
	uint8_t n_urr_id;
	uint32_t urr_id[PFCP_MAX_REF];
	uint8_t n_qer_id;
	uint32_t qer_id[PFCP_MAX_REF];
	uint8_t n_activate_rules;   /* Activate Predefined Rules */
	uint8_t n_deactivate_rules; /* Update only */
	uint8_t n_pool;		    /* UE IP address Pool Identities; Create only */
	struct pfcp_cleared cleared;
	bool has_pdi;	     /* Create: mandatory */
	struct pfcp_pdi pdi; /* last, so that its lists are among this one's */
	struct pfcp_text activate_rules[PFCP_MAX_PREDEFINED];
	struct pfcp_text deactivate_rules[PFCP_MAX_PREDEFINED];
	struct pfcp_text pool[PFCP_MAX_PDR_POOL];
};

/* Created PDR cl. 7.5.3.2, Updated PDR cl. 7.5.5.5 */
struct pfcp_created_pdr {
	uint16_t pdr_id;
	bool has_f_teid; /* what the UPF allocated; not in an Updated PDR */
	struct pfcp_f_teid f_teid;
	uint8_t n_ue_ip;
	struct pfcp_ue_ip ue_ip[PFCP_MAX_UE_IP];
};

/* Create Traffic Endpoint cl. 7.5.2.7, Update Traffic Endpoint cl. 7.5.4.13 */
struct pfcp_traffic_endpoint {
	uint8_t id;
	bool has_f_teid; /* Local F-TEID */
	struct pfcp_f_teid f_teid;
	bool has_network_instance;
	struct pfcp_name network_instance;
	bool has_ethernet_session; /* Create only */
	uint8_t ethernet_session;
	bool has_framed_routing;
	uint32_t framed_routing;
	bool has_interface_type; /* Source Interface's 3GPP Interface Type */
	uint8_t interface_type;
	bool has_redundant_transmission; /* there, but not read, as in struct pfcp_pdi */
	bool has_mbs_session;		 /* the same; Create only */
	uint8_t n_ue_ip, n_qfi, n_framed_route, n_framed_ipv6_route;
	struct pfcp_cleared cleared;
	PFCP_LISTS;
	struct pfcp_ue_ip ue_ip[PFCP_MAX_UE_IP];
	uint8_t qfi[PFCP_MAX_QFI];
	struct pfcp_text framed_route[PFCP_MAX_FRAMED_ROUTE];
	struct pfcp_text framed_ipv6_route[PFCP_MAX_FRAMED_ROUTE];
};

/* Created Traffic Endpoint cl. 7.5.3.5, also Updated (table 7.5.5.1-1) */
struct pfcp_created_traffic_endpoint {
	uint8_t id;
	bool has_f_teid; /* what the UPF allocated */
	struct pfcp_f_teid f_teid;
	uint8_t n_ue_ip;
	struct pfcp_ue_ip ue_ip[PFCP_MAX_UE_IP];
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
	bool has_linked_endpoint; /* Linked Traffic Endpoint ID: the way back */
	uint8_t linked_endpoint;
	bool has_proxying;
	uint8_t proxying;	 /* PFCP_PROXYING_ */
	bool has_interface_type; /* Destination Interface's 3GPP Interface Type */
	uint8_t interface_type;
	bool has_replacement; /* IP Address and Port Number Replacement */
	struct pfcp_replacement replacement;
	bool has_dnai; /* Data Network Access Identifier; N16a only */
	struct pfcp_text dnai;
	bool has_redirect;
	struct pfcp_redirect redirect;
	bool has_policy; /* Forwarding Policy */
	struct pfcp_forwarding_policy policy;
	bool has_header_enrichment;
	struct pfcp_header_enrichment header_enrichment;
	struct pfcp_cleared cleared;
};

/* Duplicating Parameters cl. 7.5.2.3-3, Update Duplicating Parameters cl. 7.5.4.3-3 */
struct pfcp_duplicating {
	bool has_destination_interface; /* Duplicating Parameters: mandatory */
	uint8_t destination_interface;	/* enum pfcp_interface */
	bool has_outer_header_creation;
	struct pfcp_outer_header_creation outer_header_creation;
	bool has_transport_level_marking;
	struct pfcp_transport_level_marking transport_level_marking;
	bool has_policy; /* Forwarding Policy */
	struct pfcp_forwarding_policy policy;
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
	uint8_t n_duplicating; /* Create: there if DUPL is set */
	PFCP_LISTS;
	struct pfcp_duplicating duplicating[PFCP_MAX_DUPLICATING];
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
	bool has_packet_rate;
	struct pfcp_packet_rate packet_rate;
	bool has_flow_marking; /* DL Flow Level Marking */
	struct pfcp_flow_marking flow_marking;
	bool has_qfi;
	uint8_t qfi; /* 6 bits */
	bool has_reflective;
	uint8_t reflective; /* RQI: 1 reflective QoS, 0 no more of it */
	bool has_paging_policy;
	uint8_t paging_policy; /* PPI, 3 bits */
	bool has_averaging_window;
	uint32_t averaging_window_ms;
	bool has_control;
	uint8_t control; /* QER Control Indications, PFCP_QER_ */
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
	bool has_volume_threshold, has_volume_quota;
	struct pfcp_volume volume_threshold, volume_quota;
	bool has_event_threshold, has_event_quota;
	uint32_t event_threshold, event_quota;
	bool has_time_threshold, has_time_quota;
	uint32_t time_threshold_s, time_quota_s;
	bool has_quota_holding_time;
	uint32_t quota_holding_time_s;
	bool has_dropped_threshold; /* Dropped DL Traffic Threshold */
	struct pfcp_dropped_traffic dropped_threshold;
	bool has_quota_validity_time;
	uint32_t quota_validity_time_s;
	bool has_monitoring_time; /* then the subsequent ones take the place of the others */
	uint32_t monitoring_time; /* NTP seconds */
	bool has_subsequent_volume_threshold, has_subsequent_volume_quota;
	struct pfcp_volume subsequent_volume_threshold, subsequent_volume_quota;
	bool has_subsequent_time_threshold, has_subsequent_time_quota;
	uint32_t subsequent_time_threshold_s, subsequent_time_quota_s;
	bool has_subsequent_event_threshold, has_subsequent_event_quota;
	uint32_t subsequent_event_threshold, subsequent_event_quota;
	bool has_inactivity_detection_time;
	uint32_t inactivity_detection_time_s;
	uint8_t n_linked_urr_id;
	uint32_t linked_urr_id[PFCP_MAX_LINKED_URR];
	bool has_measurement_information;
	uint8_t measurement_information; /* enum pfcp_measurement_information */
	bool has_quota_far_id;		 /* FAR ID for Quota Action */
	uint32_t quota_far_id;
	bool has_number_of_reports;
	uint16_t number_of_reports; /* not 0 */
	bool has_inactivity_timer;  /* User Plane Inactivity Timer */
	uint32_t inactivity_timer_s;
	struct pfcp_cleared cleared;
};

/* Create BAR cl. 7.5.2.6, Update BAR cl. 7.5.4.11, and in a Session Report Response cl. 7.5.9.2,
 * which alone has a buffering duration and count */
struct pfcp_bar {
	uint8_t bar_id;
	bool has_notification_delay; /* Downlink Data Notification Delay */
	uint8_t notification_delay;  /* multiples of 50 ms */
	bool has_buffering_duration; /* DL Buffering Duration */
	uint32_t
		buffering_duration_s; /* or PFCP_TIMER_INFINITE; see struct pfcp_overload_control */
	bool has_buffering_packets;   /* DL Buffering Suggested Packet Count */
	uint16_t buffering_packets;
	bool has_suggested_packets; /* Suggested Buffering Packets Count */
	uint8_t suggested_packets;
	struct pfcp_cleared cleared;
};

/* Application Detection Information cl. 7.5.8.3-2 */
struct pfcp_application_detection {
	struct pfcp_text application_id;
	bool has_instance_id;
	struct pfcp_text instance_id;
	bool has_flow;
	struct pfcp_flow_information flow;
	bool has_pdr_id;
	uint16_t pdr_id;
};

/* Usage Report cl. 7.5.5.2, 7.5.7.2, 7.5.8.3. From has_application on only in a Session Report
 * Request; the query reference not in a Session Deletion Response. */
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
	bool has_first_packet, has_last_packet;
	uint32_t first_packet, last_packet; /* Time of First, of Last Packet; NTP seconds */
	bool has_information;
	uint8_t information; /* enum pfcp_usage_information */
	bool has_query_reference;
	uint32_t query_reference;
	bool has_application;
	struct pfcp_application_detection application;
	bool has_ue_ip;
	struct pfcp_ue_ip ue_ip;
	bool has_network_instance;
	struct pfcp_name network_instance;
	uint8_t n_event_time;
	uint32_t event_time[PFCP_MAX_EVENT_TIME]; /* NTP seconds */
};

/* Downlink Data Report cl. 7.5.8.2 */
struct pfcp_downlink_data_report {
	uint8_t n_pdr_id;
	uint16_t pdr_id[PFCP_MAX_PDR];
	uint8_t n_service;
	struct pfcp_service_information service[PFCP_MAX_SERVICE_INFO];
	bool has_status;
	uint8_t status; /* PFCP_DATA_ */
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

/* Load Control Information cl. 7.5.3.3 */
struct pfcp_load_control {
	uint32_t sequence;
	uint8_t metric; /* percent */
};

/**
 * struct pfcp_overload_control - Overload Control Information cl. 7.5.3.4
 * @metric: percent of the requests that are to be left out
 * @validity_s: Timer cl. 8.2.35, or PFCP_TIMER_INFINITE. The wire has 0 to 31 times 2 s, a minute,
 *		ten, an hour or ten; what lies between is sent rounded up.
 */
struct pfcp_overload_control {
	uint32_t sequence;
	uint8_t metric;
	uint32_t validity_s;
	bool has_flags;
	uint8_t flags; /* PFCP_OCI_ */
};

/* Partial Failure Information table 7.5.3.1-2 */
struct pfcp_partial_failure {
	struct pfcp_failed_rule_id rule;
	uint8_t cause;
	uint8_t n_offending;
	struct pfcp_offending_ie offending[PFCP_MAX_OFFENDING];
};

/* UE IP address Pool Information table 7.4.4.1-3 */
struct pfcp_pool_information {
	uint8_t n_pool;
	struct pfcp_text pool[PFCP_MAX_POOL_ID];
	bool has_network_instance;
	struct pfcp_name network_instance;
	uint8_t n_s_nssai;
	struct pfcp_s_nssai s_nssai[PFCP_MAX_POOL_ID];
	bool has_ip_version;
	uint8_t ip_version; /* PFCP_IP_VERSION_ */
};

/* User Plane Path Failure, Path Recovery, Peer UP Restart Report cl. 7.4.5.1.2, .3, .7 */
struct pfcp_path_report {
	uint8_t n_peer;
	struct pfcp_gtpu_peer peer[PFCP_MAX_GTPU_PEER];
};

/* PFCP Session Change Info table 7.4.7.1-2: which sessions, and where their reports shall go */
struct pfcp_session_change_info {
	struct pfcp_alternative_smf smf;
	uint8_t n_fq_csid;
	struct pfcp_fq_csid fq_csid[PFCP_MAX_CHANGE_INFO];
	uint8_t n_group_id;
	struct pfcp_group_id group_id[PFCP_MAX_CHANGE_INFO];
	uint8_t n_cp_address;
	struct pfcp_address cp_address[PFCP_MAX_CHANGE_INFO]; /* CP IP Address cl. 8.2.199 */
};

/* PFD Context table 7.4.3.1-3 */
struct pfcp_pfd {
	uint8_t n_contents;
	PFCP_LISTS;
	struct pfcp_pfd_contents contents[PFCP_MAX_PFD_CONTENTS];
};

/* Application ID's PFDs table 7.4.3.1-2; no PFD: those that there were go */
struct pfcp_application_pfds {
	struct pfcp_text application_id;
	uint8_t n_pfd;
	PFCP_LISTS;
	struct pfcp_pfd pfd[PFCP_MAX_PFD];
};

/* As pfcp_decode leaves a rule of which nothing is there, for who adds one to a message */
static inline void pfcp_pdr_init(struct pfcp_pdr *pdr)
{
	memset(pdr, 0, offsetof(struct pfcp_pdr, pdi.lists));
}

static inline void pfcp_far_init(struct pfcp_far *far)
{
	memset(far, 0, offsetof(struct pfcp_far, lists));
}

static inline void pfcp_traffic_endpoint_init(struct pfcp_traffic_endpoint *te)
{
	memset(te, 0, offsetof(struct pfcp_traffic_endpoint, lists));
}

static inline void pfcp_qer_init(struct pfcp_qer *qer)
{
	memset(qer, 0, sizeof(*qer));
}

static inline void pfcp_urr_init(struct pfcp_urr *urr)
{
	memset(urr, 0, sizeof(*urr));
}

static inline void pfcp_usage_report_init(struct pfcp_usage_report *report)
{
	memset(report, 0, sizeof(*report));
}

#endif
