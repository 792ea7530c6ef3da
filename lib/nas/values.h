/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values in NAS messages: identities, slices, timers, QoS, addresses (TS 24.501 cl. 9.11).
 * Comes with lib/nas/nas.h, where the conventions are told.
 */
#ifndef BATON_LIB_NAS_VALUES_H
#define BATON_LIB_NAS_VALUES_H

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

#endif
