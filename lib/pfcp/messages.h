/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFCP's messages as plain structs (TS 29.244 V17 cl. 7.4, 7.5). What types.h says of has_, n_ and
 * PFCP_LISTS goes for these too. Include lib/pfcp/pfcp.h.
 */
#ifndef BATON_PFCP_MESSAGES_H
#define BATON_PFCP_MESSAGES_H

#include "lib/pfcp/groups.h"

/* Heartbeat Request cl. 7.4.2.1, Response cl. 7.4.2.2 */
struct pfcp_heartbeat {
	uint32_t recovery_time_stamp; /* NTP seconds */
	bool has_source_ip;	      /* Request only */
	struct pfcp_source_ip source_ip;
};

/* PFD Management Request cl. 7.4.3.1; no application: all PFDs of all applications go */
struct pfcp_pfd_management_request {
	bool has_node_id;
	struct pfcp_node_id node_id;
	uint8_t n_application;
	PFCP_LISTS;
	struct pfcp_application_pfds application[PFCP_MAX_APPLICATION];
};

/* PFD Management Response cl. 7.4.3.2 */
struct pfcp_pfd_management_response {
	uint8_t cause; /* enum pfcp_cause, here and below */
	bool has_offending_ie;
	uint16_t offending_ie;
	bool has_node_id;
	struct pfcp_node_id node_id;
};

/* Association Setup Request cl. 7.4.4.1 */
struct pfcp_association_setup_request {
	struct pfcp_node_id node_id;
	uint32_t recovery_time_stamp;
	bool has_up_features;
	uint64_t up_features; /* PFCP_UPF_ */
	bool has_cp_features;
	uint64_t cp_features; /* PFCP_CPF_ */
	bool has_smf_set_id;
	struct pfcp_fqdn smf_set_id;
	bool has_retention;
	struct pfcp_session_retention retention;
	bool has_upf_instance_id;
	struct pfcp_uuid upf_instance_id;
	bool has_asreq_flags;
	uint8_t asreq_flags; /* PFCP_ASREQ_ */
	uint8_t n_alternative_smf, n_pool, n_ip_resource;
	PFCP_LISTS;
	struct pfcp_alternative_smf alternative_smf[PFCP_MAX_ALTERNATIVE_SMF];
	struct pfcp_pool_information pool[PFCP_MAX_POOL_INFO];
	struct pfcp_ip_resource ip_resource[PFCP_MAX_IP_RESOURCE];
};

/* Association Setup Response cl. 7.4.4.2 */
struct pfcp_association_setup_response {
	struct pfcp_node_id node_id;
	uint8_t cause;
	uint32_t recovery_time_stamp;
	bool has_up_features;
	uint64_t up_features;
	bool has_cp_features;
	uint64_t cp_features;
	bool has_smf_set_id;
	struct pfcp_fqdn smf_set_id;
	bool has_asrsp_flags;
	uint8_t asrsp_flags; /* PFCP_ASRSP_ */
	bool has_upf_instance_id;
	struct pfcp_uuid upf_instance_id;
	uint8_t n_alternative_smf, n_pool, n_ip_resource;
	PFCP_LISTS;
	struct pfcp_alternative_smf alternative_smf[PFCP_MAX_ALTERNATIVE_SMF];
	struct pfcp_pool_information pool[PFCP_MAX_POOL_INFO];
	struct pfcp_ip_resource ip_resource[PFCP_MAX_IP_RESOURCE];
};

/* Association Update Request cl. 7.4.4.3 */
struct pfcp_association_update_request {
	struct pfcp_node_id node_id;
	bool has_up_features;
	uint64_t up_features;
	bool has_cp_features;
	uint64_t cp_features;
	bool has_release_request;
	uint8_t release_request; /* PFCP_RELEASE_ */
	bool has_graceful_release;
	uint32_t graceful_release_s; /* see struct pfcp_overload_control */
	bool has_aureq_flags;
	uint8_t aureq_flags; /* PFCP_AUREQ_ */
	bool has_smf_set_id;
	struct pfcp_fqdn smf_set_id;
	uint8_t n_alternative_smf, n_pool, n_ip_resource;
	PFCP_LISTS;
	struct pfcp_alternative_smf alternative_smf[PFCP_MAX_ALTERNATIVE_SMF];
	struct pfcp_pool_information pool[PFCP_MAX_POOL_INFO];
	struct pfcp_ip_resource ip_resource[PFCP_MAX_IP_RESOURCE];
};

/* Association Update Response cl. 7.4.4.4 */
struct pfcp_association_update_response {
	struct pfcp_node_id node_id;
	uint8_t cause;
	bool has_up_features;
	uint64_t up_features;
	bool has_cp_features;
	uint64_t cp_features;
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

/* Node Report Request cl. 7.4.5.1 */
struct pfcp_node_report_request {
	struct pfcp_node_id node_id;
	uint8_t report_type; /* enum pfcp_node_report_type, one or more */
	bool has_path_failure, has_path_recovery, has_peer_restart;
	struct pfcp_path_report path_failure, path_recovery, peer_restart;
};

/* Session Set Deletion Request cl. 7.4.6.1 */
struct pfcp_session_set_deletion_request {
	struct pfcp_node_id node_id;
	uint8_t n_fq_csid;
	struct pfcp_fq_csid fq_csid[PFCP_MAX_FQ_CSID];
};

/* Session Set Modification Request cl. 7.4.7.1 */
struct pfcp_session_set_modification_request {
	struct pfcp_node_id node_id;
	uint8_t n_change;
	PFCP_LISTS;
	struct pfcp_session_change_info change[PFCP_MAX_CHANGE_INFO];
};

/* Node Report Response cl. 7.4.5.2, Session Set Deletion Response cl. 7.4.6.2, Session Set
 * Modification Response cl. 7.4.7.2 */
struct pfcp_node_response {
	struct pfcp_node_id node_id;
	uint8_t cause;
	bool has_offending_ie;
	uint16_t offending_ie;
};

/* Session Establishment Request cl. 7.5.2 */
struct pfcp_session_establishment_request {
	struct pfcp_node_id node_id;
	struct pfcp_f_seid cp_f_seid;
	bool has_create_bar;
	struct pfcp_bar create_bar;
	bool has_pdn_type;
	uint8_t pdn_type; /* enum pfcp_pdn_type */
	bool has_inactivity_timer;
	uint32_t inactivity_timer_s; /* User Plane Inactivity Timer */
	bool has_dnn;		     /* APN/DNN */
	struct pfcp_name dnn;
	bool has_sereq_flags;
	uint8_t sereq_flags; /* PFCP_SEREQ_ */
	bool has_recovery_time_stamp;
	uint32_t recovery_time_stamp;
	bool has_s_nssai;
	struct pfcp_s_nssai s_nssai;
	bool has_rat_type;
	uint8_t rat_type; /* enum pfcp_rat_type */
	bool has_group_id;
	struct pfcp_group_id group_id;
	bool has_user_id;
	struct pfcp_user_id user_id;
	uint8_t n_create_pdr, n_create_far, n_create_urr, n_create_qer;
	uint8_t n_create_traffic_endpoint, n_fq_csid;
	PFCP_LISTS;
	struct pfcp_pdr create_pdr[PFCP_MAX_PDR];
	struct pfcp_far create_far[PFCP_MAX_FAR];
	struct pfcp_urr create_urr[PFCP_MAX_URR];
	struct pfcp_qer create_qer[PFCP_MAX_QER];
	struct pfcp_traffic_endpoint create_traffic_endpoint[PFCP_MAX_TRAFFIC_ENDPOINT];
	struct pfcp_fq_csid fq_csid[PFCP_MAX_FQ_CSID];
};

/* Session Establishment Response cl. 7.5.3 */
struct pfcp_session_establishment_response {
	struct pfcp_node_id node_id;
	uint8_t cause;
	bool has_offending_ie;
	uint16_t offending_ie;
	bool has_up_f_seid; /* there if accepted */
	struct pfcp_f_seid up_f_seid;
	bool has_load;
	struct pfcp_load_control load;
	bool has_overload;
	struct pfcp_overload_control overload;
	bool has_failed_rule;
	struct pfcp_failed_rule_id failed_rule;
	uint8_t n_created_pdr, n_created_traffic_endpoint, n_fq_csid, n_partial_failure;
	PFCP_LISTS;
	struct pfcp_created_pdr created_pdr[PFCP_MAX_PDR];
	struct pfcp_created_traffic_endpoint created_traffic_endpoint[PFCP_MAX_TRAFFIC_ENDPOINT];
	struct pfcp_fq_csid fq_csid[PFCP_MAX_FQ_CSID];
	struct pfcp_partial_failure partial_failure[PFCP_MAX_PARTIAL_FAILURE];
};

/**
 * struct pfcp_session_modification_request - cl. 7.5.4
 * @cleared: PFCP_IE_FQ_CSID, if it came with length 0: the session loses all of them (cl. 8.2.43)
 */
struct pfcp_session_modification_request {
	bool has_cp_f_seid;
	struct pfcp_f_seid cp_f_seid;
	bool has_remove_bar;
	uint8_t remove_bar;
	bool has_create_bar;
	struct pfcp_bar create_bar;
	bool has_update_bar;
	struct pfcp_bar update_bar;
	bool has_smreq_flags;
	uint8_t smreq_flags; /* PFCP_SMREQ_ */
	bool has_inactivity_timer;
	uint32_t inactivity_timer_s; /* User Plane Inactivity Timer; 0: no more of it */
	bool has_query_reference;
	uint32_t query_reference;
	bool has_node_id;
	struct pfcp_node_id node_id;
	bool has_s_nssai;
	struct pfcp_s_nssai s_nssai;
	bool has_rat_type;
	uint8_t rat_type; /* enum pfcp_rat_type */
	bool has_group_id;
	struct pfcp_group_id group_id;
	struct pfcp_cleared cleared;
	uint8_t n_remove_pdr, n_remove_far, n_remove_urr, n_remove_qer, n_remove_traffic_endpoint;
	uint8_t n_create_pdr, n_create_far, n_create_urr, n_create_qer, n_create_traffic_endpoint;
	uint8_t n_update_pdr, n_update_far, n_update_urr, n_update_qer, n_update_traffic_endpoint;
	uint8_t n_query_urr, n_fq_csid;
	PFCP_LISTS;
	uint16_t remove_pdr[PFCP_MAX_PDR]; /* PDR IDs */
	uint32_t remove_far[PFCP_MAX_FAR];
	uint32_t remove_urr[PFCP_MAX_URR];
	uint32_t remove_qer[PFCP_MAX_QER];
	uint8_t remove_traffic_endpoint[PFCP_MAX_TRAFFIC_ENDPOINT];
	uint32_t query_urr[PFCP_MAX_URR]; /* URR IDs */
	struct pfcp_pdr create_pdr[PFCP_MAX_PDR];
	struct pfcp_far create_far[PFCP_MAX_FAR];
	struct pfcp_urr create_urr[PFCP_MAX_URR];
	struct pfcp_qer create_qer[PFCP_MAX_QER];
	struct pfcp_traffic_endpoint create_traffic_endpoint[PFCP_MAX_TRAFFIC_ENDPOINT];
	struct pfcp_pdr update_pdr[PFCP_MAX_PDR];
	struct pfcp_far update_far[PFCP_MAX_FAR];
	struct pfcp_urr update_urr[PFCP_MAX_URR];
	struct pfcp_qer update_qer[PFCP_MAX_QER];
	struct pfcp_traffic_endpoint update_traffic_endpoint[PFCP_MAX_TRAFFIC_ENDPOINT];
	struct pfcp_fq_csid fq_csid[PFCP_MAX_FQ_CSID];
};

/* Session Modification Response cl. 7.5.5 */
struct pfcp_session_modification_response {
	uint8_t cause;
	bool has_offending_ie;
	uint16_t offending_ie;
	bool has_load;
	struct pfcp_load_control load;
	bool has_overload;
	struct pfcp_overload_control overload;
	bool has_failed_rule;
	struct pfcp_failed_rule_id failed_rule;
	bool has_additional_reports;
	struct pfcp_additional_reports additional_reports;
	uint8_t n_created_pdr, n_usage_report, n_created_traffic_endpoint, n_updated_pdr;
	uint8_t n_partial_failure;
	PFCP_LISTS;
	struct pfcp_created_pdr created_pdr[PFCP_MAX_PDR];
	struct pfcp_usage_report usage_report[PFCP_MAX_URR];
	struct pfcp_created_traffic_endpoint created_traffic_endpoint[PFCP_MAX_TRAFFIC_ENDPOINT];
	struct pfcp_created_pdr updated_pdr[PFCP_MAX_PDR];
	struct pfcp_partial_failure partial_failure[PFCP_MAX_PARTIAL_FAILURE];
};

/* Session Deletion Response cl. 7.5.7; the request (cl. 7.5.6) has no IE at all */
struct pfcp_session_deletion_response {
	uint8_t cause;
	bool has_offending_ie;
	uint16_t offending_ie;
	bool has_load;
	struct pfcp_load_control load;
	bool has_overload;
	struct pfcp_overload_control overload;
	bool has_additional_reports;
	struct pfcp_additional_reports additional_reports;
	bool has_sdrsp_flags;
	uint8_t sdrsp_flags; /* PFCP_SDRSP_ */
	uint8_t n_usage_report;
	PFCP_LISTS;
	struct pfcp_usage_report usage_report[PFCP_MAX_URR];
};

/* Session Report Request cl. 7.5.8 */
struct pfcp_session_report_request {
	uint8_t report_type; /* enum pfcp_report_type, one or more */
	bool has_downlink_data;
	struct pfcp_downlink_data_report downlink_data;
	bool has_error_indication;
	struct pfcp_error_indication_report error_indication;
	bool has_load;
	struct pfcp_load_control load;
	bool has_overload;
	struct pfcp_overload_control overload;
	bool has_additional_reports;
	struct pfcp_additional_reports additional_reports;
	bool has_srreq_flags;
	uint8_t srreq_flags;	/* PFCP_SRREQ_ */
	bool has_old_cp_f_seid; /* of the SMF that had the session before */
	struct pfcp_f_seid old_cp_f_seid;
	bool has_cause; /* why the UPF began this */
	uint8_t cause;
	uint8_t n_usage_report;
	PFCP_LISTS;
	struct pfcp_usage_report usage_report[PFCP_MAX_URR];
};

/* Session Report Response cl. 7.5.9 */
struct pfcp_session_report_response {
	uint8_t cause;
	bool has_offending_ie;
	uint16_t offending_ie;
	bool has_update_bar;
	struct pfcp_bar update_bar;
	bool has_srrsp_flags;
	uint8_t srrsp_flags; /* PFCP_SRRSP_ */
	bool has_cp_f_seid;  /* who has taken the session over; */
	struct pfcp_f_seid cp_f_seid;
	bool has_n4u_f_teid; /* where to forward data for it; */
	struct pfcp_f_teid n4u_f_teid;
	bool has_alternative_smf; /* with cause 78, whom to ask instead */
	struct pfcp_alternative_smf alternative_smf;
	bool has_fq_csid;
	struct pfcp_fq_csid fq_csid;
	bool has_group_id;
	struct pfcp_group_id group_id;
	bool has_node_id; /* of who has taken it over */
	struct pfcp_node_id node_id;
};

#endif
