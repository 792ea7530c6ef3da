// SPDX-License-Identifier: Apache-2.0
/*
 * The IEs of PFCP, one row each: table 8.1.2-1 of TS 29.244 as far as Baton knows it.
 *
 * A new IE is a row here, and a row in the group or message that holds it. A value of a new kind
 * needs a codec too; numbers, flags and enumerations share theirs.
 */
#include "lib/pfcp/ie.h"

static const char *const source_interfaces[] = {"access", "core", "n6-lan", "cp-function", "5g-vn"};
static const char *const destination_interfaces[] = {"access",	    "core",	   "n6-lan",
						     "cp-function", "li-function", "5g-vn"};
static const char *const pdn_types[] = {NULL, "ipv4", "ipv6", "ipv4v6", "non-ip", "ethernet"};
static const char *const report_types[] = {"DLDR", "USAR", "ERIR", "UPIR", "TMIR", "SESR", "UISR"};
static const char *const methods[] = {"DURAT", "VOLUM", "EVENT"};
static const char *const smreq_flags[] = {"DROBU", "SNDEM", "QAURR", "SUMPC", "RUMUC", "DETEID"};
static const char *const asreq_flags[] = {"UUPSI"};
static const char *const asrsp_flags[] = {"PSREI", "UUPSI"};
static const char *const aureq_flags[] = {"PARPS"};
static const char *const sereq_flags[] = {"RESTI", "SUMPC"};
static const char *const srreq_flags[] = {"PSDBU"};
static const char *const srrsp_flags[] = {"DROBU"};
static const char *const sdrsp_flags[] = {"PURU"};
static const char *const oci_flags[] = {"AOCI"};
static const char *const release_flags[] = {"SARR", "URSS"};
static const char *const node_report_types[] = {"UPFR", "UPRR", "CKDR", "GPQR", "PURR", "VSR"};
static const char *const measurements[] = {"MBQE", "INAM",  "RADI",  "ISTM",
					   "MNOP", "SSPOC", "ASPOC", "CIAM"};
static const char *const usage_informations[] = {"BEF", "AFT", "UAE", "UBE"};
static const char *const rqi[] = {"RQI"};
static const char *const qer_controls[] = {"RCSR"};
static const char *const proxyings[] = {"ARP", "INS"};
static const char *const mptcp[] = {"MAI"};
static const char *const ethernet_sessions[] = {"ETHI"};
static const char *const data_statuses[] = {"DROP", "BUFF"};
static const char *const ip_versions[] = {"V4", "V6"};
static const char *const rat_types[] = {NULL,	  "utran",   "geran",  "wlan",	"gan", "hspa",
					"eutran", "virtual", "nb-iot", "lte-m", "nr"};
static const char *const apply_actions[] = {
	"DROP", "FORW", "BUFF", "NOCP", "DUPL", "IPMA", "IPMD",
	"DFRT", "EDRT", "BDPN", "DDPN", "FSSM", "MBSU",
};
static const char *const reporting_triggers[] = {
	"PERIO", "VOLTH", "TIMTH", "QUHTI", "START", "STOPT", "DROTH", "LIUSA", "VOLQU",
	"TIMQU", "ENVCL", "MACAR", "EVETH", "EVEQU", "IPMJL", "QUVTI", "REEMR", "UPINT",
};
static const char *const usage_triggers[] = {
	"PERIO", "VOLTH", "TIMTH", "QUHTI", "START", "STOPT", "DROTH", "IMMER",
	"VOLQU", "TIMQU", "LIUSA", "TERMR", "MONIT", "ENVCL", "MACAR", "EVETH",
	"EVEQU", "TEBUR", "IPMJL", "QUVTI", "EMRRE", "UPINT",
};
static const char *const up_features[] = {
	"BUCP",	 "DDND",  "DLBD",  "TRST",  "FTUP",  "PFDM",   "HEEU",	"TREU",	 "EMPU",
	"PDIU",	 "UDBC",  "QUOAC", "TRACE", "FRRT",  "PFDE",   "EPFAR", "DPDRA", "ADPDP",
	"UEIP",	 "SSET",  "MNOP",  "MTE",   "BUNDL", "GCOM",   "MPAS",	"RTTL",	 "VTIME",
	"NORP",	 "IPTV",  "IP6PL", "TSCU",  "MPTCP", "ATSSS",  "QFQM",	"GPQM",	 "MT-EDT",
	"CIOT",	 "ETHAR", "DDDS",  "RDS",   "RTTWP", "QUASF",  "NSPOC", "L2TP",	 "UPBER",
	"RESPS", "IPREP", "DNSTS", "DRQOS", "MBSN4", "PSUPRM", "EPPPI", "RATP",	 "UPIDP",
};
static const char *const cp_features[] = {"LOAD", "OVRL", "EPFAR", "SSET",  "BUNDL",
					  "MPAS", "ARDR", "UIAUR", "PSUCC", "RPGUR"};

#define ROW(t, n, c, ctype, codec, ...)                                                            \
	[PFCP_IE_##t] = {.type = PFCP_IE_##t,                                                      \
			 .name = n,                                                                \
			 .clause = c,                                                              \
			 .size = sizeof(ctype),                                                    \
			 .decode = pfcp_##codec##_decode,                                          \
			 .encode = pfcp_##codec##_encode,                                          \
			 .print = pfcp_##codec##_print,                                            \
			 __VA_ARGS__}
#define GROUP(t, n, c, ctype, g)                                                                   \
	[PFCP_IE_##t] = {.type = PFCP_IE_##t,                                                      \
			 .name = n,                                                                \
			 .clause = c,                                                              \
			 .size = sizeof(ctype),                                                    \
			 .group = &pfcp_group_##g}
#define WORDS(w) .words = w, .n_words = sizeof(w) / sizeof((w)[0])
#define MASK(m)	 .mask = m
#define NONZERO	 .nonzero = true
#define FIXED	 .fixed = true

// clang-format off
const struct pfcp_ie pfcp_ies[] = {
GROUP(CREATE_PDR, "create-pdr", "7.5.2.2", struct pfcp_pdr, create_pdr),
GROUP(PDI, "pdi", "7.5.2.2", struct pfcp_pdi, pdi),
GROUP(CREATE_FAR, "create-far", "7.5.2.3", struct pfcp_far, create_far),
GROUP(FORWARDING_PARAMETERS, "forwarding", "7.5.2.3", struct pfcp_forwarding, forwarding),
GROUP(DUPLICATING_PARAMETERS, "duplicating", "7.5.2.3", struct pfcp_duplicating, duplicating),
GROUP(CREATE_URR, "create-urr", "7.5.2.4", struct pfcp_urr, create_urr),
GROUP(CREATE_QER, "create-qer", "7.5.2.5", struct pfcp_qer, create_qer),
GROUP(CREATED_PDR, "created-pdr", "7.5.3.2", struct pfcp_created_pdr, created_pdr),
GROUP(UPDATE_PDR, "update-pdr", "7.5.4.2", struct pfcp_pdr, update_pdr),
GROUP(UPDATE_FAR, "update-far", "7.5.4.3", struct pfcp_far, update_far),
GROUP(UPDATE_FORWARDING_PARAMETERS, "update-forwarding", "7.5.4.3", struct pfcp_forwarding, update_forwarding),
GROUP(UPDATE_BAR_REPORT, "update-bar", "7.5.9.2", struct pfcp_bar, update_bar_report),
GROUP(UPDATE_URR, "update-urr", "7.5.4.4", struct pfcp_urr, update_urr),
GROUP(UPDATE_QER, "update-qer", "7.5.4.5", struct pfcp_qer, update_qer),
GROUP(REMOVE_PDR, "remove-pdr", "7.5.4.6", uint16_t, remove_pdr),
GROUP(REMOVE_FAR, "remove-far", "7.5.4.7", uint32_t, remove_far),
GROUP(REMOVE_URR, "remove-urr", "7.5.4.8", uint32_t, remove_urr),
GROUP(REMOVE_QER, "remove-qer", "7.5.4.9", uint32_t, remove_qer),
ROW(CAUSE, "cause", "8.2.1", uint8_t, cause, FIXED),
ROW(SOURCE_INTERFACE, "source-interface", "8.2.2", uint8_t, word, WORDS(source_interfaces), MASK(0x0f)),
ROW(F_TEID, "f-teid", "8.2.3", struct pfcp_f_teid, f_teid),
ROW(NETWORK_INSTANCE, "network-instance", "8.2.4", struct pfcp_name, name),
ROW(SDF_FILTER, "sdf-filter", "8.2.5", struct pfcp_sdf_filter, sdf_filter),
ROW(APPLICATION_ID, "application-id", "8.2.6", struct pfcp_text, text),
ROW(GATE_STATUS, "gate-status", "8.2.7", struct pfcp_gate_status, gate_status),
ROW(MBR, "mbr", "8.2.8", struct pfcp_bit_rate, bit_rate),
ROW(GBR, "gbr", "8.2.9", struct pfcp_bit_rate, bit_rate),
ROW(QER_CORRELATION_ID, "qer-correlation-id", "8.2.10", uint32_t, u32),
ROW(PRECEDENCE, "precedence", "8.2.11", uint32_t, u32),
ROW(TRANSPORT_LEVEL_MARKING, "transport-level-marking", "8.2.12", struct pfcp_transport_level_marking, transport_level_marking),
ROW(VOLUME_THRESHOLD, "volume-threshold", "8.2.13", struct pfcp_volume, volume),
ROW(TIME_THRESHOLD, "time-threshold", "8.2.14", uint32_t, u32),
ROW(MONITORING_TIME, "monitoring-time", "8.2.15", uint32_t, u32),
ROW(SUBSEQUENT_VOLUME_THRESHOLD, "subsequent-volume-threshold", "8.2.16", struct pfcp_volume, volume),
ROW(SUBSEQUENT_TIME_THRESHOLD, "subsequent-time-threshold", "8.2.17", uint32_t, u32),
ROW(INACTIVITY_DETECTION_TIME, "inactivity-detection-time", "8.2.18", uint32_t, u32),
ROW(REPORTING_TRIGGERS, "reporting-triggers", "8.2.19", uint32_t, trigger, WORDS(reporting_triggers)),
ROW(REDIRECT_INFORMATION, "redirect", "8.2.20", struct pfcp_redirect, redirect),
ROW(REPORT_TYPE, "report-type", "8.2.21", uint8_t, bits, WORDS(report_types), MASK(0x7f), NONZERO),
ROW(OFFENDING_IE, "offending-ie", "8.2.22", uint16_t, id16, FIXED),
ROW(FORWARDING_POLICY, "forwarding-policy", "8.2.23", struct pfcp_forwarding_policy, forwarding_policy),
ROW(DESTINATION_INTERFACE, "destination-interface", "8.2.24", uint8_t, word, WORDS(destination_interfaces), MASK(0x0f)),
ROW(UP_FUNCTION_FEATURES, "up-function-features", "8.2.25", uint64_t, feature, WORDS(up_features)),
ROW(APPLY_ACTION, "apply-action", "8.2.26", uint16_t, action, WORDS(apply_actions)),
ROW(DL_DATA_SERVICE_INFORMATION, "dl-data-service", "8.2.27", struct pfcp_service_information, service_information),
ROW(DL_DATA_NOTIFICATION_DELAY, "dl-data-notification-delay", "8.2.28", uint8_t, u8),
ROW(DL_BUFFERING_DURATION, "dl-buffering-duration", "8.2.29", uint32_t, seconds),
ROW(DL_BUFFERING_SUGGESTED_PACKET_COUNT, "dl-buffering-packets", "8.2.30", uint16_t, count, FIXED),
ROW(PFCPSMREQ_FLAGS, "smreq-flags", "8.2.31", uint8_t, bits, WORDS(smreq_flags), MASK(0x3f)),
ROW(PFCPSRRSP_FLAGS, "srrsp-flags", "8.2.32", uint8_t, bits, WORDS(srrsp_flags), MASK(0x01)),
GROUP(LOAD_CONTROL_INFORMATION, "load", "7.5.3.3", struct pfcp_load_control, load_control),
ROW(SEQUENCE_NUMBER, "sequence", "8.2.33", uint32_t, u32, FIXED),
ROW(METRIC, "metric", "8.2.34", uint8_t, percent, FIXED),
GROUP(OVERLOAD_CONTROL_INFORMATION, "overload", "7.5.3.4", struct pfcp_overload_control, overload_control),
ROW(TIMER, "timer", "8.2.35", uint32_t, seconds),
ROW(PDR_ID, "pdr-id", "8.2.36", uint16_t, u16),
ROW(F_SEID, "f-seid", "8.2.37", struct pfcp_f_seid, f_seid),
GROUP(APPLICATION_ID_PFDS, "application-pfds", "7.4.3.1", struct pfcp_application_pfds, application_pfds),
GROUP(PFD_CONTEXT, "pfd", "7.4.3.1", struct pfcp_pfd, pfd_context),
ROW(NODE_ID, "node-id", "8.2.38", struct pfcp_node_id, node_id),
ROW(PFD_CONTENTS, "contents", "8.2.39", struct pfcp_pfd_contents, pfd_contents),
ROW(MEASUREMENT_METHOD, "measurement-method", "8.2.40", uint8_t, bits, WORDS(methods), MASK(0x07), NONZERO),
ROW(USAGE_REPORT_TRIGGER, "usage-report-trigger", "8.2.41", uint32_t, trigger, WORDS(usage_triggers)),
ROW(MEASUREMENT_PERIOD, "measurement-period", "8.2.42", uint32_t, u32),
ROW(FQ_CSID, "fq-csid", "8.2.43", struct pfcp_fq_csid, fq_csid),
ROW(VOLUME_MEASUREMENT, "volume-measurement", "8.2.44", struct pfcp_volume, volume_measurement),
ROW(DURATION_MEASUREMENT, "duration-measurement", "8.2.45", uint32_t, u32),
GROUP(APPLICATION_DETECTION_INFORMATION, "application", "7.5.8.3", struct pfcp_application_detection, application_detection),
ROW(TIME_OF_FIRST_PACKET, "first-packet", "8.2.46", uint32_t, u32),
ROW(TIME_OF_LAST_PACKET, "last-packet", "8.2.47", uint32_t, u32),
ROW(QUOTA_HOLDING_TIME, "quota-holding-time", "8.2.48", uint32_t, u32),
ROW(DROPPED_DL_TRAFFIC_THRESHOLD, "dropped-dl-traffic-threshold", "8.2.49", struct pfcp_dropped_traffic, dropped_traffic),
ROW(VOLUME_QUOTA, "volume-quota", "8.2.50", struct pfcp_volume, volume),
ROW(TIME_QUOTA, "time-quota", "8.2.51", uint32_t, u32),
ROW(START_TIME, "start-time", "8.2.52", uint32_t, u32),
ROW(END_TIME, "end-time", "8.2.53", uint32_t, u32),
GROUP(QUERY_URR, "query-urr", "7.5.4.10", uint32_t, remove_urr),
GROUP(USAGE_REPORT_MODIFICATION, "usage-report", "7.5.5.2", struct pfcp_usage_report, usage_report_modification),
GROUP(USAGE_REPORT_DELETION, "usage-report", "7.5.7.2", struct pfcp_usage_report, usage_report_deletion),
GROUP(USAGE_REPORT_REPORT, "usage-report", "7.5.8.3", struct pfcp_usage_report, usage_report_report),
ROW(URR_ID, "urr-id", "8.2.54", uint32_t, u32),
ROW(LINKED_URR_ID, "linked-urr-id", "8.2.55", uint32_t, u32),
GROUP(DOWNLINK_DATA_REPORT, "downlink-data-report", "7.5.8.2", struct pfcp_downlink_data_report, downlink_data_report),
ROW(OUTER_HEADER_CREATION, "outer-header-creation", "8.2.56", struct pfcp_outer_header_creation, outer_header_creation),
GROUP(CREATE_BAR, "create-bar", "7.5.2.6", struct pfcp_bar, create_bar),
GROUP(UPDATE_BAR, "update-bar", "7.5.4.11", struct pfcp_bar, update_bar),
GROUP(REMOVE_BAR, "remove-bar", "7.5.4.12", uint8_t, remove_bar),
ROW(BAR_ID, "bar-id", "8.2.57", uint8_t, u8),
ROW(CP_FUNCTION_FEATURES, "cp-function-features", "8.2.58", uint64_t, feature, WORDS(cp_features)),
ROW(USAGE_INFORMATION, "usage-information", "8.2.59", uint8_t, bits, WORDS(usage_informations), MASK(0x0f)),
ROW(APPLICATION_INSTANCE_ID, "instance-id", "8.2.60", struct pfcp_text, text),
ROW(FLOW_INFORMATION, "flow-information", "8.2.61", struct pfcp_flow_information, flow_information),
ROW(UE_IP_ADDRESS, "ue-ip-address", "8.2.62", struct pfcp_ue_ip, ue_ip),
ROW(PACKET_RATE, "packet-rate", "8.2.63", struct pfcp_packet_rate, packet_rate),
ROW(OUTER_HEADER_REMOVAL, "outer-header-removal", "8.2.64", struct pfcp_outer_header_removal, outer_header_removal),
ROW(RECOVERY_TIME_STAMP, "recovery-time-stamp", "8.2.65", uint32_t, u32),
ROW(DL_FLOW_LEVEL_MARKING, "dl-flow-level-marking", "8.2.66", struct pfcp_flow_marking, flow_marking),
ROW(HEADER_ENRICHMENT, "header-enrichment", "8.2.67", struct pfcp_header_enrichment, header_enrichment),
GROUP(ERROR_INDICATION_REPORT, "error-indication-report", "7.5.8.4", struct pfcp_error_indication_report, error_indication_report),
ROW(MEASUREMENT_INFORMATION, "measurement-information", "8.2.68", uint8_t, bits, WORDS(measurements), MASK(0xff)),
ROW(NODE_REPORT_TYPE, "node-report-type", "8.2.69", uint8_t, bits, WORDS(node_report_types), MASK(0x3f), NONZERO),
GROUP(USER_PLANE_PATH_FAILURE_REPORT, "path-failure", "7.4.5.1.2", struct pfcp_path_report, path_report),
ROW(REMOTE_GTPU_PEER, "gtpu-peer", "8.2.70", struct pfcp_gtpu_peer, gtpu_peer),
ROW(UR_SEQN, "ur-seqn", "8.2.71", uint32_t, u32, FIXED),
GROUP(UPDATE_DUPLICATING_PARAMETERS, "update-duplicating", "7.5.4.3", struct pfcp_duplicating, update_duplicating),
ROW(ACTIVATE_PREDEFINED_RULES, "activate-predefined-rules", "8.2.72", struct pfcp_text, text),
ROW(DEACTIVATE_PREDEFINED_RULES, "deactivate-predefined-rules", "8.2.73", struct pfcp_text, text),
ROW(FAR_ID, "far-id", "8.2.74", uint32_t, u32),
ROW(QER_ID, "qer-id", "8.2.75", uint32_t, u32),
ROW(OCI_FLAGS, "oci-flags", "8.2.76", uint8_t, bits, WORDS(oci_flags), MASK(0x01)),
ROW(PFCP_ASSOCIATION_RELEASE_REQUEST, "release-request", "8.2.77", uint8_t, bits, WORDS(release_flags), MASK(0x03)),
ROW(GRACEFUL_RELEASE_PERIOD, "graceful-release-period", "8.2.78", uint32_t, seconds),
ROW(PDN_TYPE, "pdn-type", "8.2.79", uint8_t, word, WORDS(pdn_types), MASK(0x07)),
ROW(FAILED_RULE_ID, "failed-rule-id", "8.2.80", struct pfcp_failed_rule_id, failed_rule_id),
/* V15; this number is reserved since Release 16.3 */
ROW(USER_PLANE_IP_RESOURCE_INFORMATION, "ip-resource", "8.2.82", struct pfcp_ip_resource, ip_resource),
ROW(USER_PLANE_INACTIVITY_TIMER, "user-plane-inactivity-timer", "8.2.83", uint32_t, u32),
ROW(SUBSEQUENT_VOLUME_QUOTA, "subsequent-volume-quota", "8.2.86", struct pfcp_volume, volume),
ROW(SUBSEQUENT_TIME_QUOTA, "subsequent-time-quota", "8.2.87", uint32_t, u32),
ROW(RQI, "rqi", "8.2.88", uint8_t, bits, WORDS(rqi), MASK(0x01)),
ROW(QFI, "qfi", "8.2.89", uint8_t, u8, MASK(0x3f)),
ROW(QUERY_URR_REFERENCE, "query-urr-reference", "8.2.90", uint32_t, u32),
ROW(ADDITIONAL_USAGE_REPORTS_INFORMATION, "additional-usage-reports", "8.2.91", struct pfcp_additional_reports, additional_reports),
GROUP(CREATE_TRAFFIC_ENDPOINT, "create-traffic-endpoint", "7.5.2.7", struct pfcp_traffic_endpoint, create_traffic_endpoint),
GROUP(CREATED_TRAFFIC_ENDPOINT, "created-traffic-endpoint", "7.5.3.5", struct pfcp_created_traffic_endpoint, created_traffic_endpoint),
GROUP(UPDATE_TRAFFIC_ENDPOINT, "update-traffic-endpoint", "7.5.4.13", struct pfcp_traffic_endpoint, update_traffic_endpoint),
GROUP(REMOVE_TRAFFIC_ENDPOINT, "remove-traffic-endpoint", "7.5.4.14", uint8_t, remove_traffic_endpoint),
ROW(TRAFFIC_ENDPOINT_ID, "traffic-endpoint-id", "8.2.92", uint8_t, u8),
ROW(ETHERNET_PACKET_FILTER, "ethernet-packet-filter", "7.5.2.2", bool, presence),
ROW(PROXYING, "proxying", "8.2.97", uint8_t, bits, WORDS(proxyings), MASK(0x03)),
ROW(SUGGESTED_BUFFERING_PACKETS_COUNT, "suggested-buffering-packets", "8.2.100", uint8_t, u8),
ROW(USER_ID, "user-id", "8.2.101", struct pfcp_user_id, user_id),
ROW(ETHERNET_PDU_SESSION_INFORMATION, "ethernet-pdu-session", "8.2.102", uint8_t, bits, WORDS(ethernet_sessions), MASK(0x01)),
ROW(EVENT_QUOTA, "event-quota", "8.2.112", uint32_t, u32),
ROW(EVENT_THRESHOLD, "event-threshold", "8.2.113", uint32_t, u32),
ROW(SUBSEQUENT_EVENT_QUOTA, "subsequent-event-quota", "8.2.106", uint32_t, u32),
ROW(SUBSEQUENT_EVENT_THRESHOLD, "subsequent-event-threshold", "8.2.107", uint32_t, u32),
ROW(FRAMED_ROUTE, "framed-route", "8.2.109", struct pfcp_text, text),
ROW(FRAMED_ROUTING, "framed-routing", "8.2.110", uint32_t, u32, FIXED),
ROW(FRAMED_IPV6_ROUTE, "framed-ipv6-route", "8.2.111", struct pfcp_text, text),
ROW(TIME_STAMP, "event-time", "8.2.114", uint32_t, u32),
ROW(AVERAGING_WINDOW, "averaging-window", "8.2.115", uint32_t, u32),
ROW(PAGING_POLICY_INDICATOR, "paging-policy-indicator", "8.2.116", uint8_t, u8, MASK(0x07)),
ROW(APN_DNN, "dnn", "8.2.117", struct pfcp_name, name),
ROW(3GPP_INTERFACE_TYPE, "3gpp-interface-type", "8.2.118", uint8_t, u8, MASK(0x3f)),
ROW(PFCPSRREQ_FLAGS, "srreq-flags", "8.2.119", uint8_t, bits, WORDS(srreq_flags), MASK(0x01)),
ROW(PFCPAUREQ_FLAGS, "aureq-flags", "8.2.120", uint8_t, bits, WORDS(aureq_flags), MASK(0x01)),
ROW(ACTIVATION_TIME, "activation-time", "8.2.121", uint32_t, u32),
ROW(DEACTIVATION_TIME, "deactivation-time", "8.2.122", uint32_t, u32),
ROW(MAR_ID, "mar-id", "8.2.123", uint16_t, u16),
ROW(UE_IP_ADDRESS_POOL_IDENTITY, "pool", "8.2.128", struct pfcp_text, pool_identity),
ROW(ALTERNATIVE_SMF_IP_ADDRESS, "alternative-smf", "8.2.129", struct pfcp_alternative_smf, alternative_smf),
ROW(SMF_SET_ID, "smf-set-id", "8.2.131", struct pfcp_fqdn, fqdn),
ROW(QUOTA_VALIDITY_TIME, "quota-validity-time", "8.2.132", uint32_t, u32),
ROW(NUMBER_OF_REPORTS, "number-of-reports", "8.2.133", uint16_t, u16, NONZERO, FIXED),
GROUP(PFCP_SESSION_RETENTION_INFORMATION, "session-retention", "7.4.4.1", struct pfcp_session_retention, session_retention),
ROW(PFCPASRSP_FLAGS, "asrsp-flags", "8.2.134", uint8_t, bits, WORDS(asrsp_flags), MASK(0x03)),
ROW(CP_PFCP_ENTITY_IP_ADDRESS, "cp-pfcp-entity", "8.2.135", struct pfcp_address, address),
ROW(PFCPSEREQ_FLAGS, "sereq-flags", "8.2.136", uint8_t, bits, WORDS(sereq_flags), MASK(0x03)),
GROUP(USER_PLANE_PATH_RECOVERY_REPORT, "path-recovery", "7.4.5.1.3", struct pfcp_path_report, path_report),
ROW(IP_MULTICAST_ADDRESSING_INFO, "ip-multicast", "7.5.2.2", bool, presence),
ROW(SOURCE_IP_ADDRESS, "source-ip-address", "8.2.138", struct pfcp_source_ip, source_ip),
ROW(DATA_NETWORK_ACCESS_IDENTIFIER, "dnai", "8.2.161", struct pfcp_text, text),
GROUP(UE_IP_ADDRESS_POOL_INFORMATION, "pool-information", "7.4.4.1", struct pfcp_pool_information, pool_information),
ROW(QER_CONTROL_INDICATIONS, "qer-control", "8.2.174", uint8_t, bits, WORDS(qer_controls), MASK(0x01)),
ROW(NF_INSTANCE_ID, "nf-instance-id", "8.2.175", struct pfcp_uuid, uuid, FIXED),
ROW(REDUNDANT_TRANSMISSION_PARAMETERS, "redundant-transmission", "7.5.2.2", bool, presence),
GROUP(UPDATED_PDR, "updated-pdr", "7.5.5.5", struct pfcp_created_pdr, updated_pdr),
ROW(S_NSSAI, "s-nssai", "8.2.176", struct pfcp_s_nssai, s_nssai, FIXED),
ROW(IP_VERSION, "ip-version", "8.2.177", uint8_t, bits, WORDS(ip_versions), MASK(0x03), NONZERO),
ROW(PFCPASREQ_FLAGS, "asreq-flags", "8.2.178", uint8_t, bits, WORDS(asreq_flags), MASK(0x01)),
ROW(DATA_STATUS, "data-status", "8.2.179", uint8_t, bits, WORDS(data_statuses), MASK(0x03)),
ROW(MPTCP_APPLICABLE_INDICATION, "mptcp-applicable", "8.2.181", uint8_t, bits, WORDS(mptcp), MASK(0x01)),
GROUP(PARTIAL_FAILURE_INFORMATION, "partial-failure", "7.5.3.1", struct pfcp_partial_failure, partial_failure),
ROW(OFFENDING_IE_INFORMATION, "offending-ie-information", "8.2.185", struct pfcp_offending_ie, offending_ie),
ROW(RAT_TYPE, "rat-type", "8.2.186", uint8_t, word, WORDS(rat_types), MASK(0xff)),
GROUP(PFCP_SESSION_CHANGE_INFO, "session-change", "7.4.7.1", struct pfcp_session_change_info, session_change_info),
ROW(GROUP_ID, "group-id", "8.2.198", struct pfcp_group_id, group_id),
ROW(CP_IP_ADDRESS, "cp-ip-address", "8.2.199", struct pfcp_address, address),
ROW(IP_ADDRESS_AND_PORT_NUMBER_REPLACEMENT, "replacement", "8.2.200", struct pfcp_replacement, replacement),
ROW(DNS_QUERY_FILTER, "dns-query-filter", "8.2.201", bool, presence),
ROW(MBS_SESSION_IDENTIFIER, "mbs-session", "8.2.206", bool, presence),
GROUP(PEER_UP_RESTART_REPORT, "peer-restart", "7.4.5.1.7", struct pfcp_path_report, path_report),
ROW(PFCPSDRSP_FLAGS, "sdrsp-flags", "8.2.215", uint8_t, bits, WORDS(sdrsp_flags), MASK(0x01)),
};
// clang-format on

const struct pfcp_ie *pfcp_ie_find(uint16_t type)
{
	if (type >= sizeof(pfcp_ies) / sizeof(pfcp_ies[0]) || !pfcp_ies[type].name)
		return NULL;
	return &pfcp_ies[type];
}

const char *pfcp_ie_name(uint16_t type)
{
	const struct pfcp_ie *ie = pfcp_ie_find(type);

	return ie ? ie->name : "unknown";
}
