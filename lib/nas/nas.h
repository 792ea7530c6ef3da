/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NAS for 5GS, the N1 protocol between UE and network: TS 24.501 (Release 16), message layer rules
 * of TS 24.007 cl. 11. Plain messages only (security header type 0): 5GMM and 5GSM.
 *
 * Bytes <-> struct nas_message; no I/O, no memory of its own. A 5GSM message travels in the payload
 * container of an UL/DL NAS TRANSPORT: encode it first, and let the container point to its bytes.
 *
 * Conventions of all structs here:
 *  - has_x says whether the optional x is there; mandatory values have no such flag;
 *  - x_count says how many of x[] are filled; an optional list is absent when its count is 0;
 *  - numbers are in host order; IP addresses are struct in_addr/in6_addr, network order;
 *  - struct nas_octets of a decoded message borrow from the input buffer, and are good as long as
 *    that buffer is. On encode they are read from wherever they point to;
 *  - PDU session ids are 1 to 15, procedure transaction ids (PTI) 1 to 254, 0 = none.
 */
#ifndef BATON_LIB_NAS_NAS_H
#define BATON_LIB_NAS_NAS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAS_MAX_NSSAI	  8
#define NAS_MAX_TAIS	  16
#define NAS_MAX_QOS_RULES 8
#define NAS_MAX_FILTERS	  15 /* packet filters of a QoS rule */
#define NAS_MAX_QOS_FLOWS 8
#define NAS_MAX_DNS	  4
#define NAS_MAX_DNN	  63 /* printable, without length octets */
#define NAS_MAX_IMSI	  15
#define NAS_MAX_MESSAGE	  4096 /* encoded; a buffer of this size holds every message we build */

/* Extended protocol discriminator, TS 24.007 cl. 11.2.3.1.1A */
#define NAS_EPD_5GSM 0x2e
#define NAS_EPD_5GMM 0x7e

/* Message types, TS 24.501 cl. 9.7: 5GMM from 0x41, 5GSM from 0xc1 */
enum nas_type {
	NAS_REGISTRATION_REQUEST = 0x41,
	NAS_REGISTRATION_ACCEPT = 0x42,
	NAS_REGISTRATION_COMPLETE = 0x43,
	NAS_REGISTRATION_REJECT = 0x44,
	NAS_DEREGISTRATION_REQUEST_UE = 0x45, /* UE originating */
	NAS_DEREGISTRATION_ACCEPT_UE = 0x46,
	NAS_DEREGISTRATION_REQUEST_NW = 0x47, /* UE terminated: from the network */
	NAS_DEREGISTRATION_ACCEPT_NW = 0x48,
	NAS_IDENTITY_REQUEST = 0x5b,
	NAS_IDENTITY_RESPONSE = 0x5c,
	NAS_5GMM_STATUS = 0x64,
	NAS_UL_NAS_TRANSPORT = 0x67,
	NAS_DL_NAS_TRANSPORT = 0x68,
	NAS_PDU_SESSION_ESTABLISHMENT_REQUEST = 0xc1,
	NAS_PDU_SESSION_ESTABLISHMENT_ACCEPT = 0xc2,
	NAS_PDU_SESSION_ESTABLISHMENT_REJECT = 0xc3,
	NAS_PDU_SESSION_RELEASE_REQUEST = 0xd1,
	NAS_PDU_SESSION_RELEASE_REJECT = 0xd2,
	NAS_PDU_SESSION_RELEASE_COMMAND = 0xd3,
	NAS_PDU_SESSION_RELEASE_COMPLETE = 0xd4,
	NAS_5GSM_STATUS = 0xd6,
};

/* 5GMM causes in use, TS 24.501 cl. 9.11.3.2; nas_mm_cause_name() knows all */
enum nas_mm_cause {
	NAS_MM_ILLEGAL_UE = 3,
	NAS_MM_UE_IDENTITY_UNKNOWN = 9, /* UE identity cannot be derived by the network */
	NAS_MM_IMPLICITLY_DEREGISTERED = 10,
	NAS_MM_PLMN_NOT_ALLOWED = 11,
	NAS_MM_CONGESTION = 22,
	NAS_MM_NO_NETWORK_SLICES = 62,
	NAS_MM_MAX_SESSIONS_REACHED = 65,
	NAS_MM_PAYLOAD_NOT_FORWARDED = 90,
	NAS_MM_DNN_NOT_SUPPORTED = 91, /* DNN not supported or not subscribed in the slice */
	NAS_MM_SEMANTICALLY_INCORRECT = 95,
	NAS_MM_INVALID_MANDATORY = 96,
	NAS_MM_MESSAGE_TYPE_UNKNOWN = 97,
	NAS_MM_MESSAGE_TYPE_NOT_COMPATIBLE = 98,
	NAS_MM_IE_UNKNOWN = 99,
	NAS_MM_CONDITIONAL_IE = 100,
	NAS_MM_MESSAGE_NOT_COMPATIBLE = 101,
	NAS_MM_PROTOCOL_ERROR = 111,
};

/* 5GSM causes in use, TS 24.501 cl. 9.11.4.2; nas_sm_cause_name() knows all */
enum nas_sm_cause {
	NAS_SM_OPERATOR_BARRING = 8,
	NAS_SM_INSUFFICIENT_RESOURCES = 26,
	NAS_SM_UNKNOWN_DNN = 27,
	NAS_SM_UNKNOWN_SESSION_TYPE = 28,
	NAS_SM_REQUEST_REJECTED = 31,
	NAS_SM_SERVICE_NOT_SUPPORTED = 32,
	NAS_SM_PTI_IN_USE = 35,
	NAS_SM_REGULAR_DEACTIVATION = 36,
	NAS_SM_NETWORK_FAILURE = 38,
	NAS_SM_REACTIVATION_REQUESTED = 39,
	NAS_SM_INVALID_SESSION_ID = 43,
	NAS_SM_IPV4_ONLY = 50,
	NAS_SM_IPV6_ONLY = 51,
	NAS_SM_SESSION_DOES_NOT_EXIST = 54,
	NAS_SM_SSC_MODE_NOT_SUPPORTED = 68,
	NAS_SM_DNN_NOT_IN_SLICE = 70,
	NAS_SM_INVALID_PTI = 81,
	NAS_SM_SEMANTICALLY_INCORRECT = 95,
	NAS_SM_INVALID_MANDATORY = 96,
	NAS_SM_MESSAGE_TYPE_UNKNOWN = 97,
	NAS_SM_MESSAGE_TYPE_NOT_COMPATIBLE = 98,
	NAS_SM_IE_UNKNOWN = 99,
	NAS_SM_CONDITIONAL_IE = 100,
	NAS_SM_MESSAGE_NOT_COMPATIBLE = 101,
	NAS_SM_PROTOCOL_ERROR = 111,
};

/* Bytes that are borrowed: from the input buffer after decode, from the caller on encode. */
struct nas_octets {
	const uint8_t *data;
	size_t len;
};

/* PLMN identity as on the wire; with a three-digit MNC the order differs from NGAP's, so convert
 * by nas_plmn_set() and ngap_plmn_set(), not by copying */
struct nas_plmn {
	uint8_t octets[3];
};

/* cl. 9.11.2.8; a mapped S-NSSAI is read over and dropped */
struct nas_snssai {
	uint8_t sst;
	bool has_sd;
	uint32_t sd; /* 24 bits */
};

struct nas_nssai {
	uint8_t count;
	struct nas_snssai item[NAS_MAX_NSSAI];
};

struct nas_tai {
	struct nas_plmn plmn;
	uint32_t tac; /* 24 bits */
};

struct nas_tai_list {
	uint8_t count;
	struct nas_tai item[NAS_MAX_TAIS];
};

/* 5GS mobile identity, cl. 9.11.3.4 */
enum nas_identity_type {
	NAS_ID_NONE = 0,
	NAS_ID_SUCI = 1,
	NAS_ID_GUTI = 2,
	NAS_ID_IMEI = 3,
	NAS_ID_S_TMSI = 4,
	NAS_ID_IMEISV = 5,
};

/* SUCI with a SUPI of the IMSI kind; see nas_suci_set(), nas_suci_imsi() */
struct nas_suci {
	struct nas_plmn plmn;
	uint8_t routing_digits;	     /* length of the routing indicator, 0 to 4 */
	uint8_t routing[2];	     /* as on the wire; unused digits are 0xf */
	uint8_t scheme;		     /* 0 = null scheme: the output is the MSIN in clear */
	uint8_t key_id;		     /* home network public key identifier */
	struct nas_octets output;    /* scheme output if scheme is not 0 */
	char msin[NAS_MAX_IMSI + 1]; /* digits, if scheme is 0 */
};

struct nas_guti {
	struct nas_plmn plmn; /* not in a 5G-S-TMSI */
	uint8_t amf_region_id;
	uint16_t amf_set_id; /* 10 bits */
	uint8_t amf_pointer; /* 6 bits */
	uint32_t tmsi;
};

struct nas_identity {
	uint8_t type; /* enum nas_identity_type; others are refused */
	union {
		struct nas_suci suci;
		struct nas_guti guti; /* GUTI and S-TMSI */
		char imei[17];	      /* digits: IMEI 15, IMEISV 16 */
	};
};

/* cl. 9.11.3.7 */
enum nas_registration_type {
	NAS_INITIAL_REGISTRATION = 1,
	NAS_MOBILITY_UPDATING = 2,
	NAS_PERIODIC_UPDATING = 3,
	NAS_EMERGENCY_REGISTRATION = 4,
};

/* NAS key set identifier when there is none: "no key is available" */
#define NAS_KSI_NONE 7

/* cl. 9.11.3.20 and cl. 9.11.3.18: access type */
enum nas_access {
	NAS_ACCESS_3GPP = 1,
	NAS_ACCESS_NON_3GPP = 2,
	NAS_ACCESS_BOTH = 3,
};

/* UE security capability, cl. 9.11.3.54: bit 7 (0x80) is algorithm 0, 0x40 algorithm 1 ... */
struct nas_security_capability {
	uint8_t ea;
	uint8_t ia;
	bool has_eps;
	uint8_t eps_ea;
	uint8_t eps_ia;
};

/* A timer in seconds; encoded exactly where GPRS timer 3 (GPRS timer 2) can, else rounded up. */
#define NAS_TIMER_DEACTIVATED UINT32_MAX

/* Payload container type, cl. 9.11.3.40 */
enum nas_container {
	NAS_CONTAINER_N1_SM = 1,
	NAS_CONTAINER_SMS = 2,
	NAS_CONTAINER_LPP = 3,
	NAS_CONTAINER_SOR = 4,
	NAS_CONTAINER_UE_POLICY = 5,
};

/* Request type, cl. 9.11.3.47 */
enum nas_request_type {
	NAS_REQUEST_INITIAL = 1,
	NAS_REQUEST_EXISTING = 2,
	NAS_REQUEST_INITIAL_EMERGENCY = 3,
	NAS_REQUEST_EXISTING_EMERGENCY = 4,
	NAS_REQUEST_MODIFICATION = 5,
};

/* PDU session type, cl. 9.11.4.11, also of the PDU address (1 to 3) */
enum nas_session_type {
	NAS_SESSION_IPV4 = 1,
	NAS_SESSION_IPV6 = 2,
	NAS_SESSION_IPV4V6 = 3,
	NAS_SESSION_UNSTRUCTURED = 4,
	NAS_SESSION_ETHERNET = 5,
};

/* DNN, cl. 9.11.2.1B: dotted text here ("internet", "edge.baton"), labels on the wire */
struct nas_dnn {
	char text[NAS_MAX_DNN + 1];
};

/* Session-AMBR, cl. 9.11.4.14, bit/s; encoded exactly where a 16-bit value of a unit can, else
 * rounded up to the next multiple of the unit */
struct nas_ambr {
	uint64_t downlink;
	uint64_t uplink;
};

/* PDU address, cl. 9.11.4.10 */
struct nas_pdu_address {
	uint8_t type; /* NAS_SESSION_IPV4, _IPV6 or _IPV4V6 */
	struct in_addr ipv4;
	uint8_t interface_id[8]; /* IPv6: of the link-local address; the prefix comes by RA */
};

/* Packet filter of a QoS rule; components as on the wire: 0x01 alone = match-all */
struct nas_packet_filter {
	uint8_t id;	   /* 0 to 15 */
	uint8_t direction; /* 1 downlink, 2 uplink, 3 both */
	struct nas_octets components;
};

enum nas_rule_operation {
	NAS_RULE_CREATE = 1,
	NAS_RULE_DELETE = 2,
	NAS_RULE_ADD_FILTERS = 3,
	NAS_RULE_REPLACE_FILTERS = 4,
	NAS_RULE_DELETE_FILTERS = 5, /* filters by id only */
	NAS_RULE_KEEP_FILTERS = 6,   /* no filters */
};

/* cl. 9.11.4.13; see nas_qos_rule_default() */
struct nas_qos_rule {
	uint8_t id;
	uint8_t operation; /* enum nas_rule_operation */
	bool is_default;   /* DQR bit */
	uint8_t filter_count;
	struct nas_packet_filter filter[NAS_MAX_FILTERS];
	bool has_precedence; /* precedence, segregation and QFI are there */
	uint8_t precedence;
	bool segregation;
	uint8_t qfi; /* 1 to 63 */
};

/* cl. 9.11.4.12: only the 5QI is kept, other parameters are read over */
struct nas_qos_flow {
	uint8_t qfi;
	uint8_t operation; /* 1 create, 2 delete, 3 modify */
	bool has_five_qi;
	uint8_t five_qi;
};

/* Extended protocol configuration options, cl. 9.11.4.6 and TS 24.008 cl. 10.5.6.3. From the UE a
 * container without content is a request; the network answers with values. */
struct nas_epco {
	bool request_dns_ipv6; /* 0003H, empty */
	bool request_dns_ipv4; /* 000DH, empty */
	bool request_ipv4_mtu; /* 0010H, empty */
	uint8_t dns_ipv6_count;
	struct in6_addr dns_ipv6[NAS_MAX_DNS];
	uint8_t dns_ipv4_count;
	struct in_addr dns_ipv4[NAS_MAX_DNS];
	bool has_ipv4_mtu;
	uint16_t ipv4_mtu;
	uint8_t others; /* by decode: containers of other kinds, read over */
};

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

struct nas_message {
	uint8_t type;	    /* enum nas_type; it tells 5GMM from 5GSM */
	uint8_t session_id; /* 5GSM: PDU session identity */
	uint8_t pti;	    /* 5GSM: procedure transaction identity */
	uint16_t ignored;   /* by decode: optional IEs not known, repeated or malformed, skipped */
	union {
		struct nas_registration_request registration_request;
		struct nas_registration_accept registration_accept;
		struct nas_registration_complete registration_complete;
		struct nas_registration_reject registration_reject;
		struct nas_deregistration_request_ue deregistration_request_ue;
		struct nas_deregistration_request_nw deregistration_request_nw;
		struct nas_identity_request identity_request;
		struct nas_identity_response identity_response;
		struct nas_mm_status mm_status;
		struct nas_ul_nas_transport ul_nas_transport;
		struct nas_dl_nas_transport dl_nas_transport;
		struct nas_pdu_session_establishment_request pdu_session_establishment_request;
		struct nas_pdu_session_establishment_accept pdu_session_establishment_accept;
		struct nas_pdu_session_establishment_reject pdu_session_establishment_reject;
		struct nas_pdu_session_release_request pdu_session_release_request;
		struct nas_pdu_session_release_reject pdu_session_release_reject;
		struct nas_pdu_session_release_command pdu_session_release_command;
		struct nas_pdu_session_release_complete pdu_session_release_complete;
		struct nas_sm_status sm_status;
	};
};

/* Why a message was refused: what a 5GMM/5GSM STATUS is to say (TS 24.501 cl. 7). */
struct nas_error {
	uint8_t cause;	  /* 5GMM or 5GSM cause, 0: the message is to be ignored (too short) */
	const char *text; /* static, for the log */
	size_t offset;	  /* octets from the start, near the fault */
	bool is_sm;	  /* what follows is known, cause is a 5GSM cause */
	uint8_t type;	  /* message type, 0 = not known */
	uint8_t session_id;
	uint8_t pti;
	uint8_t iei; /* of the IE at fault; 0 = a mandatory one without IEI, or none */
};

/**
 * nas_decode - read one plain NAS message
 * @buf: the whole message; borrowed by @ret until it goes
 * @ret: written on success only
 * @err: written on failure only; may be NULL
 *
 * Optional IEs in any order are taken; unknown ones, repeated ones and ones with a bad value are
 * skipped and counted in ret->ignored, unless "comprehension required" (cl. 11.2.4, 11.2.5).
 *
 * Return: 0; -EBADMSG too short or a mandatory IE missing or wrong (cause 96), or an unknown IE
 * that asks to be comprehended (cause 96); -EPROTONOSUPPORT discriminator or message type not known
 * (cause 97); -EACCES the message is security protected.
 * Spec: TS 24.501 cl. 7, 8; TS 24.007 cl. 11.2
 */
int nas_decode(const uint8_t *buf, size_t len, struct nas_message *ret, struct nas_error *err)
	__attribute__((warn_unused_result));

/**
 * nas_encode - write one plain NAS message
 * @ret_len: octets written
 *
 * Return: 0; -EINVAL a value out of its range or an unknown type; -ENOSPC @buf too small.
 */
int nas_encode(const struct nas_message *msg, uint8_t *buf, size_t size, size_t *ret_len)
	__attribute__((warn_unused_result));

/**
 * nas_print - a message as text: its name, then one line an IE
 * @buf: always zero-terminated if @size > 0
 *
 * Return: length of the text; a text that doesn't fit is cut.
 */
size_t nas_print(const struct nas_message *msg, char *buf, size_t size);

/* The names in the standard ("reactivation requested"); "unknown" if there is none. */
const char *nas_type_name(uint8_t type);
const char *nas_mm_cause_name(uint8_t cause);
const char *nas_sm_cause_name(uint8_t cause);

/**
 * nas_plmn_set - PLMN identity from its digits
 * @mcc: three decimal digits
 * @mnc: two or three decimal digits
 *
 * Return: 0, or -EINVAL
 */
int nas_plmn_set(struct nas_plmn *plmn, const char *mcc, const char *mnc);

/* "001-01" or "001-001"; @buf is returned. */
#define NAS_PLMN_TEXT 8
const char *nas_plmn_text(const struct nas_plmn *plmn, char buf[NAS_PLMN_TEXT]);

/**
 * nas_suci_set - null-scheme SUCI of an IMSI
 * @imsi: 6 to 15 digits, without "imsi-"
 * @mnc_digits: 2 or 3: how many digits after the MCC are the MNC
 *
 * The routing indicator is 0, as for a USIM without one.
 * Return: 0, or -EINVAL
 * Spec: TS 24.501 cl. 9.11.3.4, TS 33.501 annex C.2
 */
int nas_suci_set(struct nas_identity *id, const char *imsi, unsigned int mnc_digits);

/**
 * nas_suci_imsi - the IMSI in a null-scheme SUCI
 * @ret: digits, zero-terminated
 *
 * Return: 0, -EINVAL not a SUCI, -ENOTSUP another protection scheme
 */
int nas_suci_imsi(const struct nas_identity *id, char ret[NAS_MAX_IMSI + 1]);

/**
 * nas_qos_rule_default - the default QoS rule: everything goes to one QoS flow
 * @rule: written: rule 1, create, DQR, one match-all filter in both directions, precedence 255
 */
void nas_qos_rule_default(struct nas_qos_rule *rule, uint8_t qfi);

#endif
