/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of PFCP IEs (TS 29.244 V17 cl. 8.2): enumerations, flag bits, features. Include
 * lib/pfcp/pfcp.h.
 */
#ifndef BATON_PFCP_VALUES_H
#define BATON_PFCP_VALUES_H

#include <stdint.h>

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
	PFCP_3GPP_N3_TRUSTED = 12,
	PFCP_3GPP_N3_UNTRUSTED = 13,
	PFCP_3GPP_N3_FORWARDING = 14, /* data forwarding */
	PFCP_3GPP_N9 = 15,
	PFCP_3GPP_SGI = 16,
	PFCP_3GPP_N6 = 17,
	PFCP_3GPP_N19 = 18,
	PFCP_3GPP_N9_ROAMING = 21,
	PFCP_3GPP_N9_FORWARDING = 23,
	PFCP_3GPP_N4U = 27,
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

/* RAT Type, cl. 8.2.186 */
enum pfcp_rat_type {
	PFCP_RAT_UTRAN = 1,
	PFCP_RAT_GERAN = 2,
	PFCP_RAT_WLAN = 3,
	PFCP_RAT_GAN = 4,
	PFCP_RAT_HSPA = 5,
	PFCP_RAT_EUTRAN = 6,
	PFCP_RAT_VIRTUAL = 7,
	PFCP_RAT_NB_IOT = 8,
	PFCP_RAT_LTE_M = 9,
	PFCP_RAT_NR = 10,
};

/* Redirect Address Type, cl. 8.2.20 */
enum pfcp_redirect_type {
	PFCP_REDIRECT_IP4 = 0,
	PFCP_REDIRECT_IP6 = 1,
	PFCP_REDIRECT_URL = 2,
	PFCP_REDIRECT_SIP_URI = 3,
	PFCP_REDIRECT_IP4_IP6 = 4, /* from here on with a second address, a port, or both */
	PFCP_REDIRECT_PORT = 5,
	PFCP_REDIRECT_IP4_PORT = 6,
	PFCP_REDIRECT_IP6_PORT = 7,
	PFCP_REDIRECT_IP4_IP6_PORT = 8,
};

/* Flow Direction, cl. 8.2.61 */
enum pfcp_flow_direction {
	PFCP_FLOW_UNSPECIFIED = 0,
	PFCP_FLOW_DOWNLINK = 1,
	PFCP_FLOW_UPLINK = 2,
	PFCP_FLOW_BIDIRECTIONAL = 3,
};

/* Time unit of a Packet Rate, cl. 8.2.63 */
enum pfcp_rate_unit {
	PFCP_RATE_MINUTE = 0,
	PFCP_RATE_6_MINUTES = 1,
	PFCP_RATE_HOUR = 2,
	PFCP_RATE_DAY = 3,
	PFCP_RATE_WEEK = 4,
};

/* Node Type of an FQ-CSID, cl. 8.2.43 */
enum pfcp_csid_node {
	PFCP_CSID_MME = 0,
	PFCP_CSID_SGW_C = 1,
	PFCP_CSID_SMF = 2, /* PGW-C/SMF */
	PFCP_CSID_EPDG = 3,
	PFCP_CSID_TWAN = 4,
	PFCP_CSID_UPF = 5, /* PGW-U/SGW-U/UPF */
};

/* Report Type, cl. 8.2.21 */
enum pfcp_report_type {
	PFCP_REPORT_DLDR = 1 << 0, /* downlink data */
	PFCP_REPORT_USAR = 1 << 1, /* usage */
	PFCP_REPORT_ERIR = 1 << 2, /* error indication */
	PFCP_REPORT_UPIR = 1 << 3, /* user plane inactivity */
	PFCP_REPORT_TMIR = 1 << 4, /* TSC management */
	PFCP_REPORT_SESR = 1 << 5, /* of an SRR */
	PFCP_REPORT_UISR = 1 << 6, /* begun by the UPF for the reason in PFCPSRReq-Flags */
};

/* Node Report Type, cl. 8.2.69 */
enum pfcp_node_report_type {
	PFCP_NODE_REPORT_UPFR = 1 << 0, /* user plane path failure */
	PFCP_NODE_REPORT_UPRR = 1 << 1, /* user plane path recovery */
	PFCP_NODE_REPORT_CKDR = 1 << 2, /* clock drift */
	PFCP_NODE_REPORT_GPQR = 1 << 3, /* GTP-U path QoS */
	PFCP_NODE_REPORT_PURR = 1 << 4, /* a GTP-U peer has restarted */
	PFCP_NODE_REPORT_VSR = 1 << 5,	/* a vendor's */
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

/* Reporting Triggers, cl. 8.2.19: octet 5 in the low byte */
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
	PFCP_TRIGGER_ENVCL = 1 << 10,
	PFCP_TRIGGER_MACAR = 1 << 11,
	PFCP_TRIGGER_EVETH = 1 << 12,
	PFCP_TRIGGER_EVEQU = 1 << 13,
	PFCP_TRIGGER_IPMJL = 1 << 14,
	PFCP_TRIGGER_QUVTI = 1 << 15,
	PFCP_TRIGGER_REEMR = 1 << 16,
	PFCP_TRIGGER_UPINT = 1 << 17,
};

/* Usage Report Trigger, cl. 8.2.41: octet 5 in the low byte. Mind the bits that differ from the
 * Reporting Triggers', from the eighth on. */
enum pfcp_usage_trigger {
	PFCP_USAGE_PERIO = 1 << 0,
	PFCP_USAGE_VOLTH = 1 << 1,
	PFCP_USAGE_TIMTH = 1 << 2,
	PFCP_USAGE_QUHTI = 1 << 3,
	PFCP_USAGE_START = 1 << 4,
	PFCP_USAGE_STOPT = 1 << 5,
	PFCP_USAGE_DROTH = 1 << 6,
	PFCP_USAGE_IMMER = 1 << 7, /* immediate: the answer to a Query URR */
	PFCP_USAGE_VOLQU = 1 << 8,
	PFCP_USAGE_TIMQU = 1 << 9,
	PFCP_USAGE_LIUSA = 1 << 10,
	PFCP_USAGE_TERMR = 1 << 11, /* termination of the session or the URR */
	PFCP_USAGE_MONIT = 1 << 12,
	PFCP_USAGE_ENVCL = 1 << 13,
	PFCP_USAGE_MACAR = 1 << 14,
	PFCP_USAGE_EVETH = 1 << 15,
	PFCP_USAGE_EVEQU = 1 << 16,
	PFCP_USAGE_TEBUR = 1 << 17, /* termination by the UPF */
	PFCP_USAGE_IPMJL = 1 << 18,
	PFCP_USAGE_QUVTI = 1 << 19,
	PFCP_USAGE_EMRRE = 1 << 20,
	PFCP_USAGE_UPINT = 1 << 21,
};

/* Measurement Information, cl. 8.2.68 */
enum pfcp_measurement_information {
	PFCP_MEASURE_MBQE = 1 << 0, /* before QoS enforcement */
	PFCP_MEASURE_INAM = 1 << 1, /* inactive: paused */
	PFCP_MEASURE_RADI = 1 << 2, /* of applications the ID only */
	PFCP_MEASURE_ISTM = 1 << 3, /* time runs from now on, not from the first packet */
	PFCP_MEASURE_MNOP = 1 << 4, /* number of packets */
	PFCP_MEASURE_SSPOC = 1 << 5,
	PFCP_MEASURE_ASPOC = 1 << 6,
	PFCP_MEASURE_CIAM = 1 << 7,
};

/* Usage Information, cl. 8.2.59 */
enum pfcp_usage_information {
	PFCP_USED_BEFORE = 1 << 0, /* the monitoring time */
	PFCP_USED_AFTER = 1 << 1,
	PFCP_USED_AFTER_ENFORCEMENT = 1 << 2, /* of QoS */
	PFCP_USED_BEFORE_ENFORCEMENT = 1 << 3,
};

/* UP Function Features, cl. 8.2.25: octet n (from 5 on) in byte n - 5 of the u64 */
#define PFCP_UPF_BUCP (1ULL << 0) /* DL buffering in the CP function */
#define PFCP_UPF_DDND (1ULL << 1) /* Downlink Data Notification Delay */
#define PFCP_UPF_DLBD (1ULL << 2) /* DL Buffering Duration */
#define PFCP_UPF_TRST (1ULL << 3) /* traffic steering */
#define PFCP_UPF_FTUP (1ULL << 4) /* F-TEID allocation in the UPF */
#define PFCP_UPF_PFDM (1ULL << 5) /* PFD Management */
#define PFCP_UPF_HEEU (1ULL << 6) /* header enrichment of uplink */
#define PFCP_UPF_TREU (1ULL << 7) /* traffic redirection */
#define PFCP_UPF_EMPU (1ULL << 8) /* end markers by the UPF */
#define PFCP_UPF_PDIU (1ULL << 9) /* Traffic Endpoints */
#define PFCP_UPF_UDBC                                                                              \
	(1ULL << 10)		     /* UL/DL buffering control: Suggested Buffering Packets Count \
				      */
#define PFCP_UPF_QUOAC	(1ULL << 11) /* FAR ID for Quota Action */
#define PFCP_UPF_TRACE	(1ULL << 12)
#define PFCP_UPF_FRRT	(1ULL << 13) /* framed routes */
#define PFCP_UPF_PFDE	(1ULL << 14) /* several values in a PFD Contents */
#define PFCP_UPF_EPFAR	(1ULL << 15) /* enhanced association release */
#define PFCP_UPF_DPDRA	(1ULL << 16) /* deferred PDR (de)activation */
#define PFCP_UPF_ADPDP	(1ULL << 17) /* predefined PDRs */
#define PFCP_UPF_UEIP	(1ULL << 18) /* UE address allocation in the UPF */
#define PFCP_UPF_SSET	(1ULL << 19) /* sessions of an SMF set */
#define PFCP_UPF_MNOP	(1ULL << 20) /* number of packets in usage reports */
#define PFCP_UPF_MTE	(1ULL << 21) /* several Traffic Endpoint IDs in a PDI */
#define PFCP_UPF_BUNDL	(1ULL << 22) /* several messages in a datagram */
#define PFCP_UPF_GCOM	(1ULL << 23) /* 5G VN groups */
#define PFCP_UPF_MPAS	(1ULL << 24) /* an association with each SMF of a set */
#define PFCP_UPF_RTTL	(1ULL << 25) /* redundant transmission */
#define PFCP_UPF_VTIME	(1ULL << 26) /* Quota Validity Time */
#define PFCP_UPF_NORP	(1ULL << 27) /* Number of Reports */
#define PFCP_UPF_IPTV	(1ULL << 28)
#define PFCP_UPF_IP6PL	(1ULL << 29) /* IPv6 prefixes other than /64, several UE addresses */
#define PFCP_UPF_TSCU	(1ULL << 30)
#define PFCP_UPF_MPTCP	(1ULL << 31)
#define PFCP_UPF_ATSSS	(1ULL << 32) /* ATSSS-LL */
#define PFCP_UPF_QFQM	(1ULL << 33)
#define PFCP_UPF_GPQM	(1ULL << 34)
#define PFCP_UPF_MT_EDT (1ULL << 35)
#define PFCP_UPF_CIOT	(1ULL << 36)
#define PFCP_UPF_ETHAR	(1ULL << 37)
#define PFCP_UPF_DDDS	(1ULL << 38) /* downlink data delivery status */
#define PFCP_UPF_RDS	(1ULL << 39)
#define PFCP_UPF_RTTWP	(1ULL << 40)
#define PFCP_UPF_QUASF	(1ULL << 41) /* what is exempted from a Quota Action */
#define PFCP_UPF_NSPOC	(1ULL << 42)
#define PFCP_UPF_L2TP	(1ULL << 43)
#define PFCP_UPF_UPBER	(1ULL << 44) /* uplink buffering during EAS relocation */
#define PFCP_UPF_RESPS	(1ULL << 45) /* Session Set Modification */
#define PFCP_UPF_IPREP	(1ULL << 46) /* IP Address and Port Number Replacement */
#define PFCP_UPF_DNSTS	(1ULL << 47)
#define PFCP_UPF_DRQOS	(1ULL << 48)
#define PFCP_UPF_MBSN4	(1ULL << 49)
#define PFCP_UPF_PSUPRM (1ULL << 50)
#define PFCP_UPF_EPPPI	(1ULL << 51)
#define PFCP_UPF_RATP	(1ULL << 52) /* redirection to a port */
#define PFCP_UPF_UPIDP	(1ULL << 53) /* User Plane Inactivity Timer in a URR */

/* CP Function Features, cl. 8.2.58, same numbering */
#define PFCP_CPF_LOAD  (1ULL << 0)
#define PFCP_CPF_OVRL  (1ULL << 1)
#define PFCP_CPF_EPFAR (1ULL << 2)
#define PFCP_CPF_SSET  (1ULL << 3)
#define PFCP_CPF_BUNDL (1ULL << 4)
#define PFCP_CPF_MPAS  (1ULL << 5)
#define PFCP_CPF_ARDR  (1ULL << 6) /* additional usage reports after a deletion */
#define PFCP_CPF_UIAUR (1ULL << 7) /* UE IP Address Usage Information */
#define PFCP_CPF_PSUCC (1ULL << 8) /* partial success */
#define PFCP_CPF_RPGUR (1ULL << 9) /* Peer UP Restart Report */

/* Flag IEs of one octet */
#define PFCP_SEREQ_RESTI  0x01 /* PFCPSEReq-Flags cl. 8.2.136: restoration of a session */
#define PFCP_SEREQ_SUMPC  0x02 /* stop usage measurement, pause charging */
#define PFCP_ASREQ_UUPSI  0x01 /* PFCPASReq-Flags cl. 8.2.178: the UPF does IPUPS */
#define PFCP_ASRSP_PSREI  0x01 /* PFCPASRsp-Flags cl. 8.2.134: sessions have been retained */
#define PFCP_ASRSP_UUPSI  0x02
#define PFCP_AUREQ_PARPS  0x01 /* PFCPAUReq-Flags cl. 8.2.120: a release is being prepared */
#define PFCP_RELEASE_SARR 0x01 /* PFCP Association Release Request cl. 8.2.77: release it */
#define PFCP_RELEASE_URSS 0x02 /* all usage reports have been sent */
#define PFCP_SMREQ_DROBU  0x01 /* PFCPSMReq-Flags cl. 8.2.31: drop what is buffered */
#define PFCP_SMREQ_SNDEM  0x02 /* send end markers */
#define PFCP_SMREQ_QAURR  0x04 /* query all URRs */
#define PFCP_SMREQ_SUMPC  0x08 /* stop usage measurement, pause charging */
#define PFCP_SMREQ_RUMUC  0x10 /* resume it */
#define PFCP_SMREQ_DETEID 0x20 /* MBS only */
#define PFCP_SRREQ_PSDBU  0x01 /* PFCPSRReq-Flags cl. 8.2.119: the UPF deletes the session */
#define PFCP_SRRSP_DROBU  0x01 /* PFCPSRRsp-Flags cl. 8.2.32 */
#define PFCP_SDRSP_PURU	  0x01 /* PFCPSDRsp-Flags cl. 8.2.215: reports not acknowledged yet */
#define PFCP_OCI_AOCI	  0x01 /* OCI Flags cl. 8.2.76: of the whole node */
#define PFCP_QER_RCSR                                                                              \
	0x01 /* QER Control Indications cl. 8.2.174: report the rate control status                \
	      */
#define PFCP_MPTCP_MAI	   0x01 /* MPTCP Applicable Indication cl. 8.2.181 */
#define PFCP_PROXYING_ARP  0x01 /* Proxying cl. 8.2.97 */
#define PFCP_PROXYING_INS  0x02
#define PFCP_ETHERNET_ETHI 0x01 /* Ethernet PDU Session Information cl. 8.2.102 */
#define PFCP_DATA_DROP	   0x01 /* Data Status cl. 8.2.179: the first packet was dropped */
#define PFCP_DATA_BUFF	   0x02 /* or buffered */
#define PFCP_IP_VERSION_4  0x01 /* IP version cl. 8.2.177 */
#define PFCP_IP_VERSION_6  0x02

/* Of a Timer, Graceful Release Period, DL Buffering Duration: without end */
#define PFCP_TIMER_INFINITE UINT32_MAX

#endif
