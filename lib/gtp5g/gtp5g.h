/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of free5GC's kernel module gtp5g (0.9.3 to 0.10.x) as plain structs, and what it tells:
 * usage reports, statistics, packets that it doesn't buffer itself. Structs <-> attributes <-> text
 * by the tables of tables.c; no I/O here (kernel.h).
 *
 * Rules are told apart by SEID and id. A rule has the fields whose bits are set in @has. IPv4
 * alone. Addresses are in network order, numbers in the machine's.
 */
#ifndef BATON_GTP5G_GTP5G_H
#define BATON_GTP5G_GTP5G_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/gtp5g/const.h"
#include "lib/gtp5g/field.h"
#include "lib/ipfilter/ipfilter.h"

#define GTP5G_VERSION(major, minor, patch) ((uint32_t)(major) << 16 | (minor) << 8 | (patch))
/* Of a module that can't tell its own: older than all others, so that nothing is sent that any of
 * them is known to crash on */
#define GTP5G_VERSION_UNKNOWN GTP5G_VERSION(0, 0, 1)

enum { GTP5G_PORT = 2152 }; /* UDP, TS 29.281 cl. 4.4.2 */
enum { GTP5G_IDS_MAX = 32, GTP5G_PDRS_MAX = 255, GTP5G_ROUTES_MAX = 32 };

struct gtp5g_ids {
	uint32_t count;
	uint32_t id[GTP5G_IDS_MAX];
};

struct gtp5g_pdrs {
	uint32_t count;
	uint16_t id[GTP5G_PDRS_MAX];
};

struct gtp5g_routes {
	uint32_t count;
	struct gtp5g_route {
		struct in_addr address;
		uint8_t length; /* 0 to 32 */
	} route[GTP5G_ROUTES_MAX];
};

enum gtp5g_kind { GTP5G_PDR, GTP5G_FAR, GTP5G_QER, GTP5G_URR, GTP5G_BAR, GTP5G_KINDS };

/* Rows that each kind of rule begins with, bits of @has */
enum { GTP5G_RULE_SEID, GTP5G_RULE_ID };

enum gtp5g_pdr_field {
	GTP5G_PDR_PRECEDENCE = GTP5G_RULE_ID + 1,
	GTP5G_PDR_SOURCE,
	GTP5G_PDR_UE_ADDRESS,
	GTP5G_PDR_TEID,
	GTP5G_PDR_LOCAL_ADDRESS,
	GTP5G_PDR_FLOW,
	GTP5G_PDR_TOS,
	GTP5G_PDR_SPI,
	GTP5G_PDR_FLOW_LABEL,
	GTP5G_PDR_FILTER_ID,
	GTP5G_PDR_FRAMED_ROUTE,
	GTP5G_PDR_REMOVAL,
	GTP5G_PDR_FAR_ID,
	GTP5G_PDR_OUTER_SOURCE,
	GTP5G_PDR_QER_IDS,
	GTP5G_PDR_URR_IDS,
};
/* Source interfaces that the module knows, TS 29.244 cl. 8.2.2 */
enum { GTP5G_ACCESS = 0, GTP5G_CORE = 1 };

/**
 * struct gtp5g_pdr - which packets
 * @flow: the module compares its source with the packet's own source address in uplink, too. PFCP
 * describes both directions as the downlink's (cl. 5.4.2 of TS 29.212, to which TS 29.244 cl. 8.2.5
 * points): who has such a description swaps the two for a PDR whose source is access. IPv4, and no
 * 'assigned'; only one that permits, "out", is compared.
 */
struct gtp5g_pdr {
	uint32_t precedence;
	uint8_t source;
	struct in_addr ue_address;
	uint32_t teid;
	struct in_addr local_address; /* of the F-TEID */
	struct ipfilter flow;
	uint16_t tos;
	uint32_t spi, flow_label, filter_id; /* kept by the module, not compared */
	struct gtp5g_routes framed_route;
	uint8_t removal; /* TS 29.244 cl. 8.2.64; without one uplink is dropped */
	uint32_t far;
	struct in_addr outer_source; /* of what is sent into a tunnel */
	struct gtp5g_ids qer, urr;
};

enum gtp5g_far_field {
	GTP5G_FAR_ACTION = GTP5G_RULE_ID + 1,
	GTP5G_FAR_DESCRIPTION,
	GTP5G_FAR_TEID,
	GTP5G_FAR_PEER_ADDRESS,
	GTP5G_FAR_PEER_PORT,
	GTP5G_FAR_POLICY,
	GTP5G_FAR_END_MARKER,
	GTP5G_FAR_TOS,
	GTP5G_FAR_PDRS,
};
/* Apply Action, TS 29.244 cl. 8.2.26 */
enum {
	GTP5G_DROP = 1,
	GTP5G_FORW = 2,
	GTP5G_BUFF = 4,
	GTP5G_NOCP = 8,
	GTP5G_DUPL = 16,
};
/* Outer Header Creation: GTP-U/UDP/IPv4, TS 29.244 cl. 8.2.56 */
enum { GTP5G_GTPU_UDP_IPV4 = 256 };
/* PFCPSMReq-Flags: Send End Marker Packets, TS 29.244 cl. 8.2.31 */
enum { GTP5G_SNDEM = 2 };

struct gtp5g_far {
	uint16_t action;
	uint16_t description;
	uint32_t teid;
	struct in_addr peer_address;
	uint16_t peer_port;
	uint32_t policy; /* the mark of what is forwarded, not 0 */
	uint8_t end_marker;
	uint8_t tos;
	struct gtp5g_pdrs pdrs;
};

enum gtp5g_qer_field {
	GTP5G_QER_GATE = GTP5G_RULE_ID + 1,
	GTP5G_QER_MBR_UPLINK,
	GTP5G_QER_MBR_DOWNLINK,
	GTP5G_QER_GBR_UPLINK,
	GTP5G_QER_GBR_DOWNLINK,
	GTP5G_QER_CORRELATION_ID,
	GTP5G_QER_RQI,
	GTP5G_QER_QFI,
	GTP5G_QER_PPI,
	GTP5G_QER_RCSR,
	GTP5G_QER_PDRS,
};

struct gtp5g_qer {
	uint8_t gate; /* TS 29.244 cl. 8.2.7 */
	uint64_t mbr_uplink_kbps, mbr_downlink_kbps, gbr_uplink_kbps, gbr_downlink_kbps;
	uint32_t correlation_id;
	uint8_t rqi, qfi, ppi, rcsr;
	struct gtp5g_pdrs pdrs;
};

enum gtp5g_urr_field {
	GTP5G_URR_METHOD = GTP5G_RULE_ID + 1,
	GTP5G_URR_TRIGGER,
	GTP5G_URR_PERIOD,
	GTP5G_URR_INFORMATION,
	GTP5G_URR_THRESHOLD_TOTAL,
	GTP5G_URR_THRESHOLD_UPLINK,
	GTP5G_URR_THRESHOLD_DOWNLINK,
	GTP5G_URR_QUOTA_TOTAL,
	GTP5G_URR_QUOTA_UPLINK,
	GTP5G_URR_QUOTA_DOWNLINK,
	GTP5G_URR_PDRS,
};

/* Reporting Triggers, TS 29.244 cl. 8.2.19; the others by their words (tables.c) */
enum { GTP5G_VOLTH = 1 << 1, GTP5G_VOLQU = 1 << 8 };

/* What the user sends, headers of IP, TCP and UDP left out; octets */
struct gtp5g_volumes {
	uint64_t total, uplink, downlink;
};

struct gtp5g_urr {
	uint8_t method;	     /* TS 29.244 cl. 8.2.40 */
	uint32_t trigger;    /* cl. 8.2.19, its first octet lowest */
	uint32_t period_s;   /* who asks for reports keeps it; without one the module doesn't count,
				neither for them nor for a quota */
	uint8_t information; /* cl. 8.2.68 */
	struct gtp5g_volumes threshold, quota;
	struct gtp5g_pdrs pdrs;
};

enum gtp5g_bar_field {
	GTP5G_BAR_DELAY = GTP5G_RULE_ID + 1,
	GTP5G_BAR_PACKETS,
};

struct gtp5g_bar {
	uint8_t delay; /* 50 ms each, TS 29.244 cl. 8.2.28 */
	uint16_t packets;
};

struct gtp5g_rule {
	uint64_t has;
	enum gtp5g_kind kind;
	uint64_t seid;
	uint32_t id; /* 16 bits of a PDR, 8 of a BAR */
	union {
		struct gtp5g_pdr pdr;
		struct gtp5g_far far;
		struct gtp5g_qer qer;
		struct gtp5g_urr urr;
		struct gtp5g_bar bar;
	};
};

enum gtp5g_report_field { GTP5G_REPORT_SEID, GTP5G_REPORT_URR, GTP5G_REPORT_TRIGGER };

/* What a URR measured */
struct gtp5g_report {
	uint64_t has;
	uint64_t seid;
	uint32_t urr;
	uint32_t trigger; /* TS 29.244 cl. 8.2.41; none: it was asked for */
	uint32_t sequence;
	struct gtp5g_volumes octets, packets;
	uint64_t start_ns, end_ns; /* since 1970 */
};

/* Of a link, since it was made: what came to it and what left it; user packets with their IP
 * headers */
struct gtp5g_statistics {
	uint64_t has;
	struct gtp5g_counters {
		uint64_t octets_in, octets_out, packets_in, packets_out;
	} uplink, downlink;
};

enum gtp5g_packet_field { GTP5G_PACKET_SEID, GTP5G_PACKET_PDR };

/* A user packet whose FAR says BUFF: it is whoever listens that keeps it */
struct gtp5g_packet {
	uint64_t has;
	uint64_t seid;
	uint16_t pdr;
	uint16_t action;       /* the FAR's */
	uint16_t sequence;     /* for its GTP-U header, when it is sent */
	const uint8_t *octets; /* borrowed from the message; NULL: none */
	size_t len;
};

const struct gtp5g_table *gtp5g_table(enum gtp5g_kind kind);
extern const struct gtp5g_table gtp5g_report_table, gtp5g_statistics_table, gtp5g_packet_table;

enum gtp5g_verb { GTP5G_ADD, GTP5G_MOD };

/**
 * gtp5g_complete - what every such rule has, where it wasn't given: a FAR's description of the
 * outer header and the peer's port, where it has a TEID
 */
void gtp5g_complete(struct gtp5g_rule *rule);

/**
 * gtp5g_check - may a rule be sent
 * @version: of the module; 0: none was asked yet, and what depends on it isn't looked at;
 * GTP5G_VERSION_UNKNOWN: it doesn't tell
 * @ret_why: on failure: "--far: a PDR needs one: without it the module dereferences NULL"
 *
 * What the module would crash on, refuse without saying why, or leave out in silence is refused
 * here: fields that must be there, that are nothing alone, that this version doesn't know. Return:
 * 0, -EINVAL, -EOPNOTSUPP: not with this version
 */
int gtp5g_check(const struct gtp5g_rule *rule, enum gtp5g_verb verb, uint32_t version,
		struct gtp5g_expected *ret_why);

/**
 * gtp5g_rule_put - a checked rule into a request of GTP5G_ADD_PDR or the like
 * @size: octets that @nlh may grow to; Return: 0, -EMSGSIZE
 */
int gtp5g_rule_put(const struct gtp5g_rule *rule, enum gtp5g_verb verb, struct nlmsghdr *nlh,
		   size_t size);
/** gtp5g_rule_take - the rule in an answer's attributes; Return: as gtp5g_take, -EBADMSG also
 * without an id. On failure @ret_rule has its SEID and id, where they could be read, and nothing
 * else */
int gtp5g_rule_take(enum gtp5g_kind kind, const void *attributes, size_t len,
		    struct gtp5g_rule *ret_rule);

/**
 * gtp5g_tell_take - what the module sent to its multicast group, or a report asked for
 * @on_packet, @on_report: called for each; NULL: not wanted
 * Return: 0, or as gtp5g_take
 */
int gtp5g_tell_take(const void *attributes, size_t len,
		    void (*on_packet)(const struct gtp5g_packet *packet, void *user),
		    void (*on_report)(const struct gtp5g_report *report, void *user), void *user);

/** gtp5g_version_read - "0.10.2" as GTP5G_VERSION(0, 10, 2); 0 when it is none */
uint32_t gtp5g_version_read(const char *text);

#endif
