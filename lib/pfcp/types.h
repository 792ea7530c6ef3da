/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFCP IEs as plain structs (TS 29.244 V17 cl. 8.2); groups.h has the grouped ones, messages.h the
 * messages. Include lib/pfcp/pfcp.h.
 *
 * Numbers are in host order. Addresses (struct in_addr, in6_addr) stay in network order. Text ends
 * in a NUL. What a table calls mandatory and this file gives no has_ flag for is always there after
 * a decode and always encoded; has_x says whether an optional or conditional x is there, n_x how
 * many of a list are. Single values that are not there are zero after pfcp_decode.
 *
 * A modification could hold 800 kB, most of it lists that a message leaves empty. So the large
 * lists of a struct stand behind its PFCP_LISTS, at its end, and nobody clears them: neither
 * pfcp_decode nor pfcp_msg_init. List elements from n_x on are undefined; who adds one sets it
 * whole: by assignment, or a PDR, FAR or Traffic Endpoint by pfcp_pdr_init and the like (groups.h).
 */
#ifndef BATON_PFCP_TYPES_H
#define BATON_PFCP_TYPES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/pfcp/const.h"
#include "lib/pfcp/values.h"

/* Takes no room */
#define PFCP_LISTS char lists[0]

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

/* Printable text: Application ID cl. 8.2.6, Application Instance ID cl. 8.2.60, (De)activate
 * Predefined Rules cl. 8.2.72, 8.2.73, Framed-Route cl. 8.2.109, Framed-IPv6-Route cl. 8.2.111, UE
 * IP address Pool Identity cl. 8.2.128, Data Network Access Identifier cl. 8.2.161 */
struct pfcp_text {
	char text[PFCP_MAX_NAME + 1];
};

/* SMF Set ID cl. 8.2.131: labels joined by dots */
struct pfcp_fqdn {
	char text[PFCP_MAX_FQDN + 1];
};

/* Group Id cl. 8.2.198: any octets; one or more */
struct pfcp_group_id {
	uint8_t n;
	uint8_t octet[PFCP_MAX_GROUP_ID];
};

/* NF Instance ID cl. 8.2.175: a UUID (RFC 4122) */
struct pfcp_uuid {
	uint8_t octet[16];
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
 * @has_delegation_bits, @has_prefix_length: IPv6D and IP6PL, one of them at most; neither: a /64
 * @delegation_bits, @prefix_length: 0: as the UPF is configured
 */
struct pfcp_ue_ip {
	struct pfcp_address address;
	bool destination;
	bool choose4, choose6;
	bool has_delegation_bits, has_prefix_length;
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

/* Alternative SMF IP Address cl. 8.2.129 */
struct pfcp_alternative_smf {
	struct pfcp_address address;
	bool preferred; /* PPE: to be taken before the others */
};

/* Source IP Address cl. 8.2.138, in a Heartbeat that may have come through a NAT */
struct pfcp_source_ip {
	struct pfcp_address address;
	bool has_prefix_length;
	uint8_t prefix_length;
};

/**
 * struct pfcp_ip_resource - User Plane IP Resource Information, TS 29.244 V15 cl. 8.2.82
 * @teid_range_bits: TEIDRI, how many of a TEID's high bits are @teid_range; 0: any TEID
 *
 * Gone since Release 16.3, and never needed where the UPF allocates F-TEIDs; peers still send it,
 * some of them wrongly: then it counts as incorrect and not as there.
 */
struct pfcp_ip_resource {
	struct pfcp_address address;
	uint8_t teid_range_bits;
	uint8_t teid_range;
	bool has_network_instance;
	struct pfcp_name network_instance;
	bool has_source_interface;
	uint8_t source_interface; /* enum pfcp_interface */
};

/* Remote GTP-U Peer cl. 8.2.70; the standard wants one address, two are understood */
struct pfcp_gtpu_peer {
	struct pfcp_address address;
	bool has_destination_interface;
	uint8_t destination_interface; /* enum pfcp_interface */
	bool has_network_instance;
	struct pfcp_name network_instance;
};

/**
 * struct pfcp_fq_csid - FQ-CSID cl. 8.2.43
 * @id_type: how @ip4, @ip6 or @id names the node: 0, 1, 2
 * @id: MCC * 1000 + MNC in the high 20 bits, the operator's number in the low 12
 * @n_csid: 0: the session loses its FQ-CSID of that node type (in a modification)
 * @has_node_type: old peers leave it out
 */
struct pfcp_fq_csid {
	uint8_t id_type;
	struct in_addr ip4;
	struct in6_addr ip6;
	uint32_t id;
	uint8_t n_csid;
	uint16_t csid[PFCP_MAX_CSID];
	bool has_node_type;
	uint8_t node_type; /* enum pfcp_csid_node */
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

/**
 * struct pfcp_redirect - Redirect Information cl. 8.2.20
 * @type: enum pfcp_redirect_type, says which of the others count
 * @address: as text: "10.0.0.1", "http://login.example/"
 * @other: the IPv6 address where there are two
 */
struct pfcp_redirect {
	uint8_t type;
	char address[PFCP_MAX_URL + 1];
	char other[PFCP_MAX_URL + 1];
	uint16_t port;
};

/* Forwarding Policy cl. 8.2.23: the name of one that the UPF is configured with */
struct pfcp_forwarding_policy {
	char id[256];
};

/* Header Enrichment cl. 8.2.67: of HTTP, the only kind that there is */
struct pfcp_header_enrichment {
	char name[PFCP_MAX_URL + 1];
	char value[PFCP_MAX_URL + 1];
};

/* IP Address and Port Number Replacement cl. 8.2.200, for the inner packet; at least one address */
struct pfcp_replacement {
	struct pfcp_address destination, source;
	bool has_destination_port, has_source_port;
	uint16_t destination_port, source_port;
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

/* Packet Rate cl. 8.2.63; @additional: for the directions that are there, a second rate */
struct pfcp_packet_rate {
	bool has_uplink, has_downlink;
	bool additional;
	struct pfcp_rate {
		uint8_t unit; /* enum pfcp_rate_unit: how long */
		uint16_t max; /* packets in that time */
	} uplink, downlink, additional_uplink, additional_downlink;
};

/* DL Flow Level Marking cl. 8.2.66 */
struct pfcp_flow_marking {
	bool has_tos, has_service_class;
	uint16_t tos; /* ToS/Traffic Class in the high byte, mask in the low one */
	uint16_t service_class;
};

/* Dropped DL Traffic Threshold cl. 8.2.49 */
struct pfcp_dropped_traffic {
	bool has_packets, has_bytes;
	uint64_t packets, bytes;
};

/* Volume Threshold cl. 8.2.13, Volume Quota cl. 8.2.50, Subsequent ones cl. 8.2.16, 8.2.86, Volume
 * Measurement cl. 8.2.44 (which alone has packets) */
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

/* Offending IE Information cl. 8.2.185; of a longer value the beginning is kept */
struct pfcp_offending_ie {
	uint16_t type;
	uint8_t n;
	uint8_t value[PFCP_MAX_OFFENDING_VALUE];
};

/* Flow Information cl. 8.2.61 */
struct pfcp_flow_information {
	uint8_t direction; /* enum pfcp_flow_direction */
	char flow[PFCP_MAX_FLOW_DESCRIPTION + 1];
};

/* Downlink Data Service Information cl. 8.2.27 */
struct pfcp_service_information {
	bool has_paging_policy, has_qfi;
	uint8_t paging_policy; /* the packet's DSCP, 6 bits */
	uint8_t qfi;
};

/* Additional Usage Reports Information cl. 8.2.91 */
struct pfcp_additional_reports {
	bool more;	/* AURI: some follow, it isn't known how many */
	uint16_t total; /* else so many in all follow; 15 bits */
};

enum pfcp_pfd_kind {
	PFCP_PFD_FLOW,
	PFCP_PFD_URL,
	PFCP_PFD_DOMAIN,
	PFCP_PFD_CUSTOM,   /* any octets, once */
	PFCP_PFD_PROTOCOL, /* of the domain name before it */
};

/**
 * struct pfcp_pfd_contents - PFD Contents cl. 8.2.39
 * @value: what a packet may match, each with its place in @text; the second and later ones of a
 *	   kind are on the wire as "additional", which the PFDE feature allows
 * @used: octets of @text; pfcp_pfd_add puts more there
 */
struct pfcp_pfd_contents {
	uint8_t n_value;
	struct pfcp_pfd_value {
		uint8_t kind; /* enum pfcp_pfd_kind */
		uint16_t at, length;
	} value[PFCP_MAX_PFD_VALUE];
	uint16_t used;
	char text[PFCP_MAX_PFD_TEXT];
};

#endif
