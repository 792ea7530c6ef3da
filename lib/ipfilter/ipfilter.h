/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPFilterRule: the text that describes a flow in SDF filters and PFDs, as a plain struct, and what
 * it matches. No I/O, no allocation, no state, no locale.
 *
 *   permit out 17 from 192.0.2.0/24 80,443,1000-2000 to assigned
 *
 * RFC 6733 cl. 4.3.1 has the grammar; TS 29.212 cl. 5.4.2 says what of it an SDF filter may use (TS
 * 29.244 cl. 8.2.5 refers to it; TS 29.214 cl. 5.3.8 has the same for an AF). Peers are followed
 * where they are known to go beyond it: lists of ports, the protocol names tcp, udp, icmp,
 * ipv6-icmp and sctp (open5gs, omec), an address with bits beyond its mask, which are cleared
 * (open5gs), and in PFDs the direction 'in' (free5gc).
 *
 * Numbers are in host order, addresses in network order.
 */
#ifndef BATON_IPFILTER_IPFILTER_H
#define BATON_IPFILTER_IPFILTER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/ipfilter/packed.h"
#include "lib/ipfilter/packet.h"

/* Port ranges a side; a text with more is refused */
#define IPFILTER_MAX_PORTS 8
/* Holds the text of any struct that ipfilter_parse gives, NUL included. It is what PFCP keeps of a
 * rule (PFCP_MAX_FLOW_DESCRIPTION): one that is taken from a PFD or a person can be sent in an SDF
 * filter. Only a rule with long IPv6 addresses and most of its ports on both sides has more. */
#define IPFILTER_MAX_TEXT 256

/* Who the text is for, which says what of the grammar it may use */
enum ipfilter_use {
	IPFILTER_RFC6733, /* all but the options */
	IPFILTER_SDF,	  /* permit, out, no '!', 'assigned' behind 'to' only */
	IPFILTER_PFD,	  /* permit, no '!' */
};

enum ipfilter_address {
	IPFILTER_ANY,	   /* of either version */
	IPFILTER_ASSIGNED, /* the UE's own */
	IPFILTER_IP4,	   /* 0.0.0.0/0 is every IPv4 address, and no IPv6 address */
	IPFILTER_IP6,
};

struct ipfilter_ports {
	uint16_t low, high; /* both included */
};

/**
 * struct ipfilter_side - the source or the destination of a rule
 * @kind: enum ipfilter_address
 * @inverted: all addresses but these, of the same version
 * @bits: of the prefix, with IPFILTER_IP4 and IPFILTER_IP6; bits of @ip beyond it are 0
 * @n_ports: 0: any, and protocols without ports
 * @ip: IPv4 in the first four octets
 */
struct ipfilter_side {
	uint8_t kind;
	bool inverted;
	uint8_t bits;
	uint8_t n_ports;
	uint8_t ip[16];
	struct ipfilter_ports ports[IPFILTER_MAX_PORTS];
};

/**
 * struct ipfilter - one rule; unused fields are 0, so that equal rules are equal in memory
 * @deny: else permit
 * @in: from the UE (uplink); else out, to the UE
 * @protocol: with @has_protocol; without: ip, all of them
 */
struct ipfilter {
	bool deny;
	bool in;
	bool has_protocol;
	uint8_t protocol;
	struct ipfilter_side src, dst;
};

/**
 * struct ipfilter_error - what is wrong with a text
 * @position: octets from its beginning to the word, or the part of it, that is wrong
 * @text: "expected 'permit' or 'deny', found 'allow'"; printable ASCII whatever the text was
 */
struct ipfilter_error {
	size_t position;
	char text[160];
};

/* The addresses of the UE whose packets are matched: what 'assigned' means */
struct ipfilter_ue {
	bool v4, v6;
	struct in_addr ip4;
	struct in6_addr ip6; /* the prefix */
	uint8_t ip6_bits;    /* usually 64 */
};

/**
 * ipfilter_parse - a rule from its text
 * @text: @len octets, any; a NUL is not needed and not allowed
 * @ret: written on success
 * @ret_err: written on failure; may be NULL
 *
 * Return: 0; -EINVAL, no IPFilterRule; -EOPNOTSUPP, one that is not allowed for this use or that
 * has options, which 3GPP excludes: refused by name; -ENOSPC, more than IPFILTER_MAX_PORTS, or one
 * that would print as more than IPFILTER_MAX_TEXT.
 *
 * Spec: RFC 6733 cl. 4.3.1, TS 29.212 cl. 5.4.2
 */
int ipfilter_parse(const char *text, size_t len, enum ipfilter_use use, struct ipfilter *ret,
		   struct ipfilter_error *ret_err) IPFILTER_MUST_CHECK;

/**
 * ipfilter_print - the text, which ipfilter_parse reads as the same struct; cut at @size, always
 * with a NUL if @size > 0
 *
 * Return: the length of the whole text, as snprintf does.
 */
size_t ipfilter_print(const struct ipfilter *filter, char *buf, size_t size);

/**
 * ipfilter_match - whether a packet is one that the rule describes; what the rule then says (permit
 * or deny) is the caller's matter
 * @filter: as ipfilter_parse gives it, or part of what ipfilter_sdf_check lets pass
 * @ue: for 'assigned'. Of a UE with an IPv6 prefix (@ue->v6), IPv6 link-local addresses and the
 * unspecified one are its own too: what it sends before it has an address (router solicitation:
 * `permit out 58 from ff02::2/128 to assigned`); in IPv4 none is but the one that it was given.
 * NULL: 'assigned' matches every address, as TS 29.212 has it, for a caller that has found the UE
 * by its address before.
 * @mirrored: source and destination exchanged, as for an uplink packet and a rule that says 'out'
 *
 * Return: true when it matches. A rule with ports matches no packet without.
 */
bool ipfilter_match(const struct ipfilter *filter, const struct ipfilter_packet *packet,
		    const struct ipfilter_ue *ue, bool mirrored);

/* ---- SDF filters ---- */

/**
 * struct ipfilter_sdf - SDF Filter cl. 8.2.5; all that is there has to match
 * @tos, @tos_mask: Type of Service or Traffic Class, compared where the mask has ones
 * @spi: of ESP or AH
 * @flow_label: IPv6, 20 bits
 * @filter_id: with has_filter_id the filter holds for both directions, and another PDR of the
 * session may name it by this alone (cl. 5.2.1A.2A)
 */
struct ipfilter_sdf {
	bool has_flow, has_tos, has_spi, has_flow_label, has_filter_id;
	uint8_t tos, tos_mask;
	uint32_t spi;
	uint32_t flow_label;
	uint32_t filter_id;
	struct ipfilter flow;
};

/**
 * ipfilter_sdf_is_reference - only an id: the filter itself is in another PDR of the session, where
 * the caller has to look for it. It matches nothing by itself.
 */
bool ipfilter_sdf_is_reference(const struct ipfilter_sdf *sdf);

/**
 * ipfilter_sdf_check - whether the parts go together
 * @ret_err: its text is written on failure; may be NULL
 *
 * Return: 0; -EINVAL: nothing is there; a flow label over 20 bits or with IPv4 addresses; addresses
 * of two versions; a security parameter index with ports, or with a protocol that has none; a flow
 * that no text becomes: an unknown kind of address, a prefix longer than it, too many ports.
 */
int ipfilter_sdf_check(const struct ipfilter_sdf *sdf,
		       struct ipfilter_error *ret_err) IPFILTER_MUST_CHECK;

/**
 * ipfilter_sdf_match - the reference for the data planes
 * @uplink: where the packet goes; a flow described as 'out' is mirrored for uplink packets, one
 * described as 'in' for downlink packets
 *
 * Spec: TS 29.244 cl. 5.2.1A.2A
 */
bool ipfilter_sdf_match(const struct ipfilter_sdf *sdf, const struct ipfilter_packet *packet,
			const struct ipfilter_ue *ue, bool uplink);

/** ipfilter_sdf_print - `flow="permit out ip from any to assigned" tos=0x28/0xfc id=1`; Return: as
 * ipfilter_print */
size_t ipfilter_sdf_print(const struct ipfilter_sdf *sdf, char *buf, size_t size);

/* ---- The form for data planes, packed.h ---- */

/**
 * ipfilter_pack - an SDF filter for one direction as entries with one port range a side
 * @uplink: the direction of the packets; sources and destinations of the entries are theirs
 * @ret: room for @size entries; IPFILTER_MAX_PACKED is always enough
 * @ret_n: entries written, on success
 *
 * A packet matches the filter if and only if it matches one of the entries.
 *
 * Return: 0; -ENOSPC, more than @size (ranges of one side times those of the other); -EINVAL, as
 * ipfilter_sdf_check, or a mere reference.
 */
int ipfilter_pack(const struct ipfilter_sdf *sdf, bool uplink, struct ipfilter_packed *ret,
		  size_t size, size_t *ret_n) IPFILTER_MUST_CHECK;

/** ipfilter_packed_match - the reference for what a data plane does with an entry */
bool ipfilter_packed_match(const struct ipfilter_packed *entry,
			   const struct ipfilter_packet *packet, const struct ipfilter_ue *ue);

#endif
