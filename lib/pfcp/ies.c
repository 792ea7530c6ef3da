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
static const char *const asrsp_flags[] = {"PSREI", "UUPSI"};
static const char *const sereq_flags[] = {"RESTI", "SUMPC"};
static const char *const srrsp_flags[] = {"DROBU"};
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
static const struct pfcp_ie rows[] = {
GROUP(CREATE_PDR, "create-pdr", "7.5.2.2", struct pfcp_pdr, create_pdr),
GROUP(PDI, "pdi", "7.5.2.2", struct pfcp_pdi, pdi),
GROUP(CREATE_FAR, "create-far", "7.5.2.3", struct pfcp_far, create_far),
GROUP(FORWARDING_PARAMETERS, "forwarding", "7.5.2.3", struct pfcp_forwarding, forwarding),
GROUP(CREATE_URR, "create-urr", "7.5.2.4", struct pfcp_urr, create_urr),
GROUP(CREATE_QER, "create-qer", "7.5.2.5", struct pfcp_qer, create_qer),
GROUP(CREATED_PDR, "created-pdr", "7.5.3.2", struct pfcp_created_pdr, created_pdr),
GROUP(UPDATE_PDR, "update-pdr", "7.5.4.2", struct pfcp_pdr, update_pdr),
GROUP(UPDATE_FAR, "update-far", "7.5.4.3", struct pfcp_far, update_far),
GROUP(UPDATE_FORWARDING_PARAMETERS, "update-forwarding", "7.5.4.3", struct pfcp_forwarding, update_forwarding),
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
ROW(VOLUME_THRESHOLD, "volume-threshold", "8.2.13", struct pfcp_volume, volume_threshold),
ROW(TIME_THRESHOLD, "time-threshold", "8.2.14", uint32_t, u32),
ROW(REPORTING_TRIGGERS, "reporting-triggers", "8.2.19", uint32_t, trigger, WORDS(reporting_triggers)),
ROW(REPORT_TYPE, "report-type", "8.2.21", uint8_t, bits, WORDS(report_types), MASK(0x7f), NONZERO),
ROW(OFFENDING_IE, "offending-ie", "8.2.22", uint16_t, id16, FIXED),
ROW(DESTINATION_INTERFACE, "destination-interface", "8.2.24", uint8_t, word, WORDS(destination_interfaces), MASK(0x0f)),
ROW(UP_FUNCTION_FEATURES, "up-function-features", "8.2.25", uint64_t, feature, WORDS(up_features)),
ROW(APPLY_ACTION, "apply-action", "8.2.26", uint16_t, action, WORDS(apply_actions)),
ROW(DL_DATA_NOTIFICATION_DELAY, "dl-data-notification-delay", "8.2.28", uint8_t, u8),
ROW(PFCPSMREQ_FLAGS, "smreq-flags", "8.2.31", uint8_t, bits, WORDS(smreq_flags), MASK(0x3f)),
ROW(PFCPSRRSP_FLAGS, "srrsp-flags", "8.2.32", uint8_t, bits, WORDS(srrsp_flags), MASK(0x01)),
ROW(PDR_ID, "pdr-id", "8.2.36", uint16_t, u16),
ROW(F_SEID, "f-seid", "8.2.37", struct pfcp_f_seid, f_seid),
ROW(NODE_ID, "node-id", "8.2.38", struct pfcp_node_id, node_id),
ROW(MEASUREMENT_METHOD, "measurement-method", "8.2.40", uint8_t, bits, WORDS(methods), MASK(0x07), NONZERO),
ROW(USAGE_REPORT_TRIGGER, "usage-report-trigger", "8.2.41", uint32_t, trigger, WORDS(usage_triggers)),
ROW(MEASUREMENT_PERIOD, "measurement-period", "8.2.42", uint32_t, u32),
ROW(VOLUME_MEASUREMENT, "volume-measurement", "8.2.44", struct pfcp_volume, volume_measurement),
ROW(DURATION_MEASUREMENT, "duration-measurement", "8.2.45", uint32_t, u32),
ROW(START_TIME, "start-time", "8.2.52", uint32_t, u32),
ROW(END_TIME, "end-time", "8.2.53", uint32_t, u32),
GROUP(QUERY_URR, "query-urr", "7.5.4.10", uint32_t, remove_urr),
GROUP(USAGE_REPORT_MODIFICATION, "usage-report", "7.5.5.2", struct pfcp_usage_report, usage_report),
GROUP(USAGE_REPORT_DELETION, "usage-report", "7.5.7.2", struct pfcp_usage_report, usage_report),
GROUP(USAGE_REPORT_REPORT, "usage-report", "7.5.8.3", struct pfcp_usage_report, usage_report),
ROW(URR_ID, "urr-id", "8.2.54", uint32_t, u32),
GROUP(DOWNLINK_DATA_REPORT, "downlink-data-report", "7.5.8.2", struct pfcp_downlink_data_report, downlink_data_report),
ROW(OUTER_HEADER_CREATION, "outer-header-creation", "8.2.56", struct pfcp_outer_header_creation, outer_header_creation),
GROUP(CREATE_BAR, "create-bar", "7.5.2.6", struct pfcp_bar, create_bar),
GROUP(UPDATE_BAR, "update-bar", "7.5.4.11", struct pfcp_bar, update_bar),
GROUP(REMOVE_BAR, "remove-bar", "7.5.4.12", uint8_t, remove_bar),
ROW(BAR_ID, "bar-id", "8.2.57", uint8_t, u8),
ROW(CP_FUNCTION_FEATURES, "cp-function-features", "8.2.58", uint64_t, feature, WORDS(cp_features)),
ROW(UE_IP_ADDRESS, "ue-ip-address", "8.2.62", struct pfcp_ue_ip, ue_ip),
ROW(OUTER_HEADER_REMOVAL, "outer-header-removal", "8.2.64", struct pfcp_outer_header_removal, outer_header_removal),
ROW(RECOVERY_TIME_STAMP, "recovery-time-stamp", "8.2.65", uint32_t, u32),
GROUP(ERROR_INDICATION_REPORT, "error-indication-report", "7.5.8.4", struct pfcp_error_indication_report, error_indication_report),
ROW(UR_SEQN, "ur-seqn", "8.2.71", uint32_t, u32, FIXED),
ROW(ACTIVATE_PREDEFINED_RULES, "activate-predefined-rules", "8.2.72", struct pfcp_text, text),
ROW(FAR_ID, "far-id", "8.2.74", uint32_t, u32),
ROW(QER_ID, "qer-id", "8.2.75", uint32_t, u32),
ROW(PDN_TYPE, "pdn-type", "8.2.79", uint8_t, word, WORDS(pdn_types), MASK(0x07)),
ROW(FAILED_RULE_ID, "failed-rule-id", "8.2.80", struct pfcp_failed_rule_id, failed_rule_id),
ROW(QFI, "qfi", "8.2.89", uint8_t, u8, MASK(0x3f)),
ROW(TRAFFIC_ENDPOINT_ID, "traffic-endpoint-id", "8.2.92", uint8_t, u8),
ROW(SUGGESTED_BUFFERING_PACKETS_COUNT, "suggested-buffering-packets", "8.2.100", uint8_t, u8),
ROW(USER_ID, "user-id", "8.2.101", struct pfcp_user_id, user_id),
ROW(APN_DNN, "dnn", "8.2.117", struct pfcp_name, name),
ROW(3GPP_INTERFACE_TYPE, "3gpp-interface-type", "8.2.118", uint8_t, u8, MASK(0x3f)),
GROUP(PFCP_SESSION_RETENTION_INFORMATION, "session-retention", "7.4.4.1", struct pfcp_session_retention, session_retention),
ROW(PFCPASRSP_FLAGS, "asrsp-flags", "8.2.134", uint8_t, bits, WORDS(asrsp_flags), MASK(0x03)),
ROW(CP_PFCP_ENTITY_IP_ADDRESS, "cp-pfcp-entity", "8.2.135", struct pfcp_address, address),
ROW(PFCPSEREQ_FLAGS, "sereq-flags", "8.2.136", uint8_t, bits, WORDS(sereq_flags), MASK(0x03)),
ROW(S_NSSAI, "s-nssai", "8.2.176", struct pfcp_s_nssai, s_nssai, FIXED),
};
// clang-format on

const struct pfcp_ie *pfcp_ie_find(uint16_t type)
{
	if (type >= sizeof(rows) / sizeof(rows[0]) || !rows[type].name)
		return NULL;
	return &rows[type];
}

const char *pfcp_ie_name(uint16_t type)
{
	const struct pfcp_ie *ie = pfcp_ie_find(type);

	return ie ? ie->name : "unknown";
}
