/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of PFCP (TS 29.244 V17): message types, IE types, causes, enumerations, flag bits and the
 * bounds that Baton sets itself. Include lib/pfcp/pfcp.h.
 */
#ifndef BATON_PFCP_CONST_H
#define BATON_PFCP_CONST_H

#define PFCP_PORT    8805
#define PFCP_VERSION 1
/* larger than any message that the bounds below allow a well-behaved peer to need; one datagram */
#define PFCP_MAX_MESSAGE 65507

/* Most of one IE in one message or group; over it: cause 75, PFCP_CAUSE_NO_RESOURCES. */
#define PFCP_MAX_PDR		  32 /* Create, Update, Remove, Created PDR, each */
#define PFCP_MAX_FAR		  32
#define PFCP_MAX_QER		  32
#define PFCP_MAX_URR		  32
#define PFCP_MAX_SDF		  8   /* SDF Filters in a PDI */
#define PFCP_MAX_QFI		  16  /* QFIs in a PDI */
#define PFCP_MAX_REF		  8   /* QER IDs, and URR IDs, in a PDR */
#define PFCP_MAX_REMOTE_TEID	  8   /* Remote F-TEIDs in an Error Indication Report */
#define PFCP_MAX_CP_ENTITY	  8   /* CP PFCP Entity IP Addresses in a Retention Information */
#define PFCP_MAX_CLEARED	  16  /* IEs that an Update rule takes away */
#define PFCP_MAX_NAME		  128 /* characters of a Network Instance, APN/DNN, Application ID */
#define PFCP_MAX_FLOW_DESCRIPTION 255
#define PFCP_MAX_FQDN		  255

/* Message types, cl. 7.3 */
enum pfcp_message_type {
	PFCP_HEARTBEAT_REQUEST = 1,
	PFCP_HEARTBEAT_RESPONSE = 2,
	PFCP_ASSOCIATION_SETUP_REQUEST = 5,
	PFCP_ASSOCIATION_SETUP_RESPONSE = 6,
	PFCP_ASSOCIATION_RELEASE_REQUEST = 9,
	PFCP_ASSOCIATION_RELEASE_RESPONSE = 10,
	PFCP_VERSION_NOT_SUPPORTED_RESPONSE = 11,
	PFCP_SESSION_ESTABLISHMENT_REQUEST = 50,
	PFCP_SESSION_ESTABLISHMENT_RESPONSE = 51,
	PFCP_SESSION_MODIFICATION_REQUEST = 52,
	PFCP_SESSION_MODIFICATION_RESPONSE = 53,
	PFCP_SESSION_DELETION_REQUEST = 54,
	PFCP_SESSION_DELETION_RESPONSE = 55,
	PFCP_SESSION_REPORT_REQUEST = 56,
	PFCP_SESSION_REPORT_RESPONSE = 57,
};

/* IE types, table 8.1.2-1 */
enum pfcp_ie_type {
	PFCP_IE_CREATE_PDR = 1,
	PFCP_IE_PDI = 2,
	PFCP_IE_CREATE_FAR = 3,
	PFCP_IE_FORWARDING_PARAMETERS = 4,
	PFCP_IE_CREATE_URR = 6,
	PFCP_IE_CREATE_QER = 7,
	PFCP_IE_CREATED_PDR = 8,
	PFCP_IE_UPDATE_PDR = 9,
	PFCP_IE_UPDATE_FAR = 10,
	PFCP_IE_UPDATE_FORWARDING_PARAMETERS = 11,
	PFCP_IE_UPDATE_URR = 13,
	PFCP_IE_UPDATE_QER = 14,
	PFCP_IE_REMOVE_PDR = 15,
	PFCP_IE_REMOVE_FAR = 16,
	PFCP_IE_REMOVE_URR = 17,
	PFCP_IE_REMOVE_QER = 18,
	PFCP_IE_CAUSE = 19,
	PFCP_IE_SOURCE_INTERFACE = 20,
	PFCP_IE_F_TEID = 21,
	PFCP_IE_NETWORK_INSTANCE = 22,
	PFCP_IE_SDF_FILTER = 23,
	PFCP_IE_APPLICATION_ID = 24,
	PFCP_IE_GATE_STATUS = 25,
	PFCP_IE_MBR = 26,
	PFCP_IE_GBR = 27,
	PFCP_IE_QER_CORRELATION_ID = 28,
	PFCP_IE_PRECEDENCE = 29,
	PFCP_IE_TRANSPORT_LEVEL_MARKING = 30,
	PFCP_IE_VOLUME_THRESHOLD = 31,
	PFCP_IE_TIME_THRESHOLD = 32,
	PFCP_IE_REPORTING_TRIGGERS = 37,
	PFCP_IE_REPORT_TYPE = 39,
	PFCP_IE_OFFENDING_IE = 40,
	PFCP_IE_DESTINATION_INTERFACE = 42,
	PFCP_IE_UP_FUNCTION_FEATURES = 43,
	PFCP_IE_APPLY_ACTION = 44,
	PFCP_IE_DL_DATA_NOTIFICATION_DELAY = 46,
	PFCP_IE_PFCPSMREQ_FLAGS = 49,
	PFCP_IE_PFCPSRRSP_FLAGS = 50,
	PFCP_IE_PDR_ID = 56,
	PFCP_IE_F_SEID = 57,
	PFCP_IE_NODE_ID = 60,
	PFCP_IE_MEASUREMENT_METHOD = 62,
	PFCP_IE_USAGE_REPORT_TRIGGER = 63,
	PFCP_IE_MEASUREMENT_PERIOD = 64,
	PFCP_IE_VOLUME_MEASUREMENT = 66,
	PFCP_IE_DURATION_MEASUREMENT = 67,
	PFCP_IE_START_TIME = 75,
	PFCP_IE_END_TIME = 76,
	PFCP_IE_QUERY_URR = 77,
	PFCP_IE_USAGE_REPORT_MODIFICATION = 78,
	PFCP_IE_USAGE_REPORT_DELETION = 79,
	PFCP_IE_USAGE_REPORT_REPORT = 80,
	PFCP_IE_URR_ID = 81,
	PFCP_IE_DOWNLINK_DATA_REPORT = 83,
	PFCP_IE_OUTER_HEADER_CREATION = 84,
	PFCP_IE_CREATE_BAR = 85,
	PFCP_IE_UPDATE_BAR = 86,
	PFCP_IE_REMOVE_BAR = 87,
	PFCP_IE_BAR_ID = 88,
	PFCP_IE_CP_FUNCTION_FEATURES = 89,
	PFCP_IE_UE_IP_ADDRESS = 93,
	PFCP_IE_OUTER_HEADER_REMOVAL = 95,
	PFCP_IE_RECOVERY_TIME_STAMP = 96,
	PFCP_IE_ERROR_INDICATION_REPORT = 99,
	PFCP_IE_UR_SEQN = 104,
	PFCP_IE_ACTIVATE_PREDEFINED_RULES = 106,
	PFCP_IE_FAR_ID = 108,
	PFCP_IE_QER_ID = 109,
	PFCP_IE_PDN_TYPE = 113,
	PFCP_IE_FAILED_RULE_ID = 114,
	PFCP_IE_QFI = 124,
	PFCP_IE_TRAFFIC_ENDPOINT_ID = 131,
	PFCP_IE_SUGGESTED_BUFFERING_PACKETS_COUNT = 140,
	PFCP_IE_USER_ID = 141,
	PFCP_IE_APN_DNN = 159,
	PFCP_IE_3GPP_INTERFACE_TYPE = 160,
	PFCP_IE_PFCP_SESSION_RETENTION_INFORMATION = 183,
	PFCP_IE_PFCPASRSP_FLAGS = 184,
	PFCP_IE_CP_PFCP_ENTITY_IP_ADDRESS = 185,
	PFCP_IE_PFCPSEREQ_FLAGS = 186,
	PFCP_IE_S_NSSAI = 257,
};

/* Cause, table 8.2.1-1. Under 64: accepted. */
enum pfcp_cause {
	PFCP_CAUSE_ACCEPTED = 1,
	PFCP_CAUSE_MORE_USAGE_REPORT = 2,
	PFCP_CAUSE_PARTIALLY_ACCEPTED = 3,
	PFCP_CAUSE_REJECTED = 64, /* reason not specified */
	PFCP_CAUSE_SESSION_NOT_FOUND = 65,
	PFCP_CAUSE_MANDATORY_IE_MISSING = 66,
	PFCP_CAUSE_CONDITIONAL_IE_MISSING = 67,
	PFCP_CAUSE_INVALID_LENGTH = 68,
	PFCP_CAUSE_MANDATORY_IE_INCORRECT = 69,
	PFCP_CAUSE_INVALID_FORWARDING_POLICY = 70,
	PFCP_CAUSE_INVALID_F_TEID_ALLOCATION = 71,
	PFCP_CAUSE_NO_ASSOCIATION = 72,
	PFCP_CAUSE_RULE_FAILURE =
		73, /* rule creation/modification failure: give a Failed Rule ID */
	PFCP_CAUSE_CONGESTION = 74,
	PFCP_CAUSE_NO_RESOURCES = 75,
	PFCP_CAUSE_SERVICE_NOT_SUPPORTED = 76,
	PFCP_CAUSE_SYSTEM_FAILURE = 77,
	PFCP_CAUSE_REDIRECTION_REQUESTED = 78,
	PFCP_CAUSE_ADDRESSES_OCCUPIED = 79,
	PFCP_CAUSE_UNKNOWN_PREDEFINED_RULE = 80,
	PFCP_CAUSE_UNKNOWN_APPLICATION_ID = 81,
};

/* Source Interface cl. 8.2.2, Destination Interface cl. 8.2.24 (LI and 5G VN: their own numbers) */
enum pfcp_interface {
	PFCP_INTERFACE_ACCESS = 0,
	PFCP_INTERFACE_CORE = 1,
	PFCP_INTERFACE_N6_LAN = 2, /* SGi-LAN/N6-LAN */
	PFCP_INTERFACE_CP_FUNCTION = 3,
	PFCP_SOURCE_5G_VN = 4,
	PFCP_DESTINATION_LI_FUNCTION = 4,
	PFCP_DESTINATION_5G_VN = 5,
};

/* 3GPP Interface Type, cl. 8.2.118 */
enum pfcp_3gpp_interface {
	PFCP_3GPP_N3 = 11, /* N3 3GPP access */
	PFCP_3GPP_N9 = 15,
	PFCP_3GPP_SGI = 16,
	PFCP_3GPP_N6 = 17,
};

/* Apply Action, cl. 8.2.26: octet 5 in the low byte, octet 6 in the high one */
enum pfcp_apply_action {
	PFCP_ACTION_DROP = 1 << 0,
	PFCP_ACTION_FORW = 1 << 1,
	PFCP_ACTION_BUFF = 1 << 2,
	PFCP_ACTION_NOCP = 1 << 3,
	PFCP_ACTION_DUPL = 1 << 4,
	PFCP_ACTION_IPMA = 1 << 5,
	PFCP_ACTION_IPMD = 1 << 6,
	PFCP_ACTION_DFRT = 1 << 7,
	PFCP_ACTION_EDRT = 1 << 8,
	PFCP_ACTION_BDPN = 1 << 9,
	PFCP_ACTION_DDPN = 1 << 10,
	PFCP_ACTION_FSSM = 1 << 11,
	PFCP_ACTION_MBSU = 1 << 12,
};

/* Outer Header Creation Description, cl. 8.2.56: octet 5 in the high byte */
enum pfcp_outer_header_creation_bit {
	PFCP_OHC_GTPU_UDP_IP4 = 0x0100,
	PFCP_OHC_GTPU_UDP_IP6 = 0x0200,
	PFCP_OHC_UDP_IP4 = 0x0400,
	PFCP_OHC_UDP_IP6 = 0x0800,
	PFCP_OHC_IP4 = 0x1000,
	PFCP_OHC_IP6 = 0x2000,
	PFCP_OHC_C_TAG = 0x4000,
	PFCP_OHC_S_TAG = 0x8000,
	PFCP_OHC_N19 = 0x0001,
	PFCP_OHC_N6 = 0x0002,
};

/* Outer Header Removal Description, cl. 8.2.64 */
enum pfcp_outer_header_removal_description {
	PFCP_OHR_GTPU_UDP_IP4 = 0,
	PFCP_OHR_GTPU_UDP_IP6 = 1,
	PFCP_OHR_UDP_IP4 = 2,
	PFCP_OHR_UDP_IP6 = 3,
	PFCP_OHR_IP4 = 4,
	PFCP_OHR_IP6 = 5,
	PFCP_OHR_GTPU_UDP_IP = 6, /* whatever the IP version */
	PFCP_OHR_S_TAG = 7,
	PFCP_OHR_S_AND_C_TAG = 8,
};

/* Gate Status, cl. 8.2.7 */
enum pfcp_gate {
	PFCP_GATE_OPEN = 0,
	PFCP_GATE_CLOSED = 1,
};

/* PDN Type, cl. 8.2.79 */
enum pfcp_pdn_type {
	PFCP_PDN_IP4 = 1,
	PFCP_PDN_IP6 = 2,
	PFCP_PDN_IP4V6 = 3,
	PFCP_PDN_NON_IP = 4,
	PFCP_PDN_ETHERNET = 5,
};

/* Report Type, cl. 8.2.21 */
enum pfcp_report_type {
	PFCP_REPORT_DLDR = 1 << 0, /* downlink data */
	PFCP_REPORT_USAR = 1 << 1, /* usage */
	PFCP_REPORT_ERIR = 1 << 2, /* error indication */
	PFCP_REPORT_UPIR = 1 << 3, /* user plane inactivity */
	PFCP_REPORT_TMIR = 1 << 4,
	PFCP_REPORT_SESR = 1 << 5,
	PFCP_REPORT_UISR = 1 << 6,
};

/* Failed Rule ID, cl. 8.2.80 */
enum pfcp_rule_type {
	PFCP_RULE_PDR = 0,
	PFCP_RULE_FAR = 1,
	PFCP_RULE_QER = 2,
	PFCP_RULE_URR = 3,
	PFCP_RULE_BAR = 4,
	PFCP_RULE_MAR = 5,
	PFCP_RULE_SRR = 6,
};

/* Measurement Method, cl. 8.2.40 */
enum pfcp_measurement_method {
	PFCP_MEASURE_DURATION = 1 << 0,
	PFCP_MEASURE_VOLUME = 1 << 1,
	PFCP_MEASURE_EVENT = 1 << 2,
};

/* Reporting Triggers, cl. 8.2.19: octet 5 in the low byte; those that Baton names */
enum pfcp_reporting_trigger {
	PFCP_TRIGGER_PERIO = 1 << 0,
	PFCP_TRIGGER_VOLTH = 1 << 1,
	PFCP_TRIGGER_TIMTH = 1 << 2,
	PFCP_TRIGGER_QUHTI = 1 << 3,
	PFCP_TRIGGER_START = 1 << 4,
	PFCP_TRIGGER_STOPT = 1 << 5,
	PFCP_TRIGGER_DROTH = 1 << 6,
	PFCP_TRIGGER_LIUSA = 1 << 7,
	PFCP_TRIGGER_VOLQU = 1 << 8,
	PFCP_TRIGGER_TIMQU = 1 << 9,
};

/* Usage Report Trigger, cl. 8.2.41: octet 5 in the low byte; those that Baton names */
enum pfcp_usage_trigger {
	PFCP_USAGE_PERIO = 1 << 0,
	PFCP_USAGE_VOLTH = 1 << 1,
	PFCP_USAGE_TIMTH = 1 << 2,
	PFCP_USAGE_IMMER = 1 << 7,  /* immediate: the answer to a Query URR */
	PFCP_USAGE_TERMR = 1 << 11, /* termination of the session or the URR */
};

/* UP Function Features, cl. 8.2.25: octet n (from 5 on) in byte n - 5 of the u64; those used */
#define PFCP_UPF_BUCP (1ULL << 0)  /* DL buffering in the CP function */
#define PFCP_UPF_FTUP (1ULL << 4)  /* F-TEID allocation in the UPF */
#define PFCP_UPF_EMPU (1ULL << 8)  /* end markers by the UPF */
#define PFCP_UPF_UEIP (1ULL << 18) /* UE address allocation in the UPF */
#define PFCP_UPF_SSET (1ULL << 19) /* sessions of an SMF set */
#define PFCP_UPF_MNOP (1ULL << 20) /* number of packets in usage reports */

/* CP Function Features, cl. 8.2.58, same numbering; those used */
#define PFCP_CPF_LOAD (1ULL << 0)
#define PFCP_CPF_OVRL (1ULL << 1)
#define PFCP_CPF_SSET (1ULL << 3)

/* Flag IEs of one octet */
#define PFCP_SEREQ_RESTI 0x01 /* PFCPSEReq-Flags cl. 8.2.136: restoration of a session */
#define PFCP_ASRSP_PSREI 0x01 /* PFCPASRsp-Flags cl. 8.2.134: sessions have been retained */
#define PFCP_SMREQ_DROBU 0x01 /* PFCPSMReq-Flags cl. 8.2.31: drop what is buffered */
#define PFCP_SMREQ_SNDEM 0x02 /* send end markers */
#define PFCP_SMREQ_QAURR 0x04 /* query all URRs */
#define PFCP_SRRSP_DROBU 0x01 /* PFCPSRRsp-Flags cl. 8.2.32 */

#endif
