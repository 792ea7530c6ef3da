/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets: reading Ethernet/IPv4/UDP/GTP-U and the inner IPv4 header from an skb, whose data start
 * at the Ethernet header and need not be linear, and taking the outer headers off or putting them
 * on.
 *
 * Spec: TS 29.281 cl. 5.1, 5.2 (header, extension headers), TS 38.415 cl. 5.5.2 (PDU session
 * container)
 */
#ifndef BATON_DATAPLANE_EBPF_PACKET_BPF_H
#define BATON_DATAPLANE_EBPF_PACKET_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	PORT_GTPU = 2152,
	GTPU_FLAGS_PLAIN = 0x30, /* version 1, protocol type GTP */
	GTPU_FLAG_EXTENSION = 0x04,
	GTPU_OPTIONS = 0x07, /* E, S, PN */
	GTPU_MSG_USER = 255,
	GTPU_EXT_CONTAINER = 0x85,
	GTPU_EXT_REQUIRED = 0x80, /* the endpoint must understand it, figure 5.2.1-2 */
	GTPU_EXTENSIONS_MAX = 8,
	IP_FRAGMENT = 0x3fff, /* MF and offset */
	IP_DONT_FRAGMENT = 0x4000,
	L4_TCP = 6,
	L4_UDP = 17,
};

struct gtpu_wire {
	__u8 flags, type;
	__be16 length;
	__be32 teid;
};

struct gtpu_options {
	__be16 sequence;
	__u8 npdu, next;
};

/* What there is before the inner packet, at its longest */
struct outer_wire {
	struct ethhdr eth;
	struct iphdr ip;
	struct udphdr udp;
	struct gtpu_wire gtpu;
	struct gtpu_options options;
	__u8 container[4];
} __attribute__((packed));

enum { OUTER_PLAIN = 20 + 8 + 8, OUTER_CONTAINER = OUTER_PLAIN + 8 };

/* A G-PDU: offsets from the Ethernet header */
struct gtpu {
	__u32 teid;
	__u32 inner, end;
	__u8 qfi, pdu_type;
	bool has_container;
};

enum gtpu_verdict {
	GTPU_USER,  /* a G-PDU, *ret is set */
	GTPU_OTHER, /* not GTP-U to us, or a control message: for the stack */
	GTPU_MALFORMED,
	GTPU_UNKNOWN_EXTENSION, /* to be told to the peer: for the stack */
};

/* The extension header chain: *offset is its start, then its end */
static __always_inline int gtpu_extensions(struct __sk_buff *skb, __u8 type, __u32 *offset,
					   struct gtpu *ret)
{
	__u8 head[4];

	for (int i = 0; i < GTPU_EXTENSIONS_MAX && type; i++) {
		if (*offset + sizeof(head) > ret->end ||
		    bpf_skb_load_bytes(skb, *offset, head, sizeof(head)))
			return GTPU_MALFORMED;
		if (!head[0])
			return GTPU_MALFORMED;
		if (type == GTPU_EXT_CONTAINER) {
			ret->has_container = true;
			ret->pdu_type = head[1] >> 4;
			ret->qfi = head[2] & 0x3f;
		} else if (type & GTPU_EXT_REQUIRED) {
			return GTPU_UNKNOWN_EXTENSION;
		}
		*offset += head[0] * 4u;
		if (*offset > ret->end || bpf_skb_load_bytes(skb, *offset - 1, &type, 1))
			return GTPU_MALFORMED;
	}
	return type ? GTPU_MALFORMED : GTPU_USER;
}

static __always_inline int gtpu_header(struct __sk_buff *skb, __u32 offset, struct gtpu *ret)
{
	struct gtpu_options options;
	struct gtpu_wire wire;

	if (offset + sizeof(wire) > ret->end ||
	    bpf_skb_load_bytes(skb, offset, &wire, sizeof(wire)))
		return GTPU_MALFORMED;
	offset += sizeof(wire);
	if ((wire.flags & 0xf0) != GTPU_FLAGS_PLAIN)
		return GTPU_MALFORMED;
	if (wire.type != GTPU_MSG_USER)
		return GTPU_OTHER;
	if (offset + bpf_ntohs(wire.length) > ret->end)
		return GTPU_MALFORMED;
	ret->end = offset + bpf_ntohs(wire.length);
	ret->teid = bpf_ntohl(wire.teid);
	ret->inner = offset;
	if (!(wire.flags & GTPU_OPTIONS))
		return GTPU_USER;
	if (offset + sizeof(options) > ret->end ||
	    bpf_skb_load_bytes(skb, offset, &options, sizeof(options)))
		return GTPU_MALFORMED;
	ret->inner += sizeof(options);
	/* without E the octet of the next extension header's type is there and means nothing */
	if (!(wire.flags & GTPU_FLAG_EXTENSION))
		return GTPU_USER;
	return gtpu_extensions(skb, options.next, &ret->inner, ret);
}

/* From the Ethernet header to the inner packet */
static __always_inline int gtpu_parse(struct __sk_buff *skb, __be32 local_be, struct gtpu *ret)
{
	__u32 offset = ETH_HLEN, length;
	struct udphdr udp;
	struct iphdr ip;

	if (skb->protocol != bpf_htons(ETH_P_IP) ||
	    bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)))
		return GTPU_OTHER;
	if (ip.daddr != local_be || ip.protocol != L4_UDP)
		return GTPU_OTHER;
	/* a fragment is put together by the stack; the socket counts what comes out */
	if (ip.ihl < 5 || ip.frag_off & bpf_htons(IP_FRAGMENT))
		return GTPU_OTHER;
	ret->end = offset + bpf_ntohs(ip.tot_len);
	offset += ip.ihl * 4u;
	if (bpf_skb_load_bytes(skb, offset, &udp, sizeof(udp)))
		return GTPU_OTHER;
	if (udp.dest != bpf_htons(PORT_GTPU))
		return GTPU_OTHER;
	length = bpf_ntohs(udp.len);
	if (ret->end > skb->len || length < sizeof(udp) || offset + length > ret->end)
		return GTPU_MALFORMED;
	ret->end = offset + length;
	return gtpu_header(skb, offset + sizeof(udp), ret);
}

/* An inner IPv4 packet, whose header is at @offset */
struct inner {
	__be32 src_be, dst_be;
	__u32 length;  /* total length */
	__u32 segment; /* of a GSO packet: the largest piece it falls into; else the length */
	__u32 packets; /* pieces */
	__u8 ttl, tos, protocol;
	bool dont_fragment;
};

/* What a super-packet will be on the wire */
static __always_inline void inner_segments(struct __sk_buff *skb, __u32 l4, __u32 header,
					   struct inner *ret)
{
	__u32 size = skb->gso_size;
	__u8 doff = 0;

	ret->segment = ret->length;
	ret->packets = 1;
	if (!size)
		return;
	if (ret->protocol == L4_TCP) {
		if (bpf_skb_load_bytes(skb, l4 + 12, &doff, 1))
			return;
		header += (doff >> 4) * 4u;
	} else {
		header += sizeof(struct udphdr);
	}
	if (header + size >= ret->length)
		return;
	ret->segment = header + size;
	ret->packets = (ret->length - header + size - 1) / size;
}

static __always_inline int inner_parse(struct __sk_buff *skb, __u32 offset, __u32 end,
				       struct inner *ret)
{
	struct iphdr ip;
	__u32 header;

	if (offset + sizeof(ip) > end || bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)))
		return -1;
	header = ip.ihl * 4u;
	ret->length = bpf_ntohs(ip.tot_len);
	if (ip.version != 4 || header < sizeof(ip) || ret->length < header ||
	    offset + ret->length > end)
		return -1;
	ret->src_be = ip.saddr;
	ret->dst_be = ip.daddr;
	ret->ttl = ip.ttl;
	ret->tos = ip.tos;
	ret->protocol = ip.protocol;
	ret->dont_fragment = ip.frag_off & bpf_htons(IP_DONT_FRAGMENT);
	inner_segments(skb, offset + header, header, ret);
	return 0;
}

/* Octets of the inner packet on the wire: each piece has its own headers */
static __always_inline __u64 inner_bytes(const struct inner *inner, __u32 gso_size)
{
	if (inner->packets <= 1)
		return inner->length;
	return inner->length + (__u64)(inner->packets - 1) * (inner->segment - gso_size);
}

/* As a router does; the packet starts with an Ethernet header */
static __always_inline int ttl_decrement(struct __sk_buff *skb, const struct inner *inner)
{
	const __u32 at = ETH_HLEN + offsetof(struct iphdr, ttl);
	/* TTL and protocol are one word of the header checksum */
	__be16 old = bpf_htons((__u16)(inner->ttl << 8 | inner->protocol));
	__be16 new = bpf_htons((__u16)((inner->ttl - 1) << 8 | inner->protocol));

	if (bpf_skb_store_bytes(skb, at, &new, sizeof(new), BPF_F_RECOMPUTE_CSUM))
		return -1;
	return bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), old, new, 2);
}

/* volatile: the addresses may be constants of the loader, which clang would take for zero */
static __always_inline int eth_write(struct __sk_buff *skb, const volatile __u8 *dst,
				     const volatile __u8 *src)
{
	struct ethhdr eth = {.h_proto = bpf_htons(ETH_P_IP)};

	for (int i = 0; i < ETH_ALEN; i++) {
		eth.h_dest[i] = dst[i];
		eth.h_source[i] = src[i];
	}
	return bpf_skb_store_bytes(skb, 0, &eth, sizeof(eth), 0);
}

/* Takes the outer headers off and what is behind the inner packet */
static __always_inline int outer_remove(struct __sk_buff *skb, const struct gtpu *gtpu,
					const struct inner *inner)
{
	if (bpf_skb_adjust_room(skb, -(__s32)(gtpu->inner - ETH_HLEN), BPF_ADJ_ROOM_MAC,
				BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET))
		return -1;
	if (!skb->gso_size && skb->len > ETH_HLEN + inner->length)
		return bpf_skb_change_tail(skb, ETH_HLEN + inner->length, 0);
	return 0;
}

static __always_inline __sum16 ip_checksum(const struct iphdr *ip)
{
	const __u16 *words = (const __u16 *)ip;
	__u32 sum = 0;

	for (int i = 0; i < 10; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~sum;
}

/*
 * Makes room for @size octets of IPv4, UDP and GTP-U headers. Told as an encapsulation, so that
 * unfinished checksums and segmentation of virtual interfaces stay right. An skb that was
 * encapsulated before, and is marked so for good (hairpin, N9), can't be marked twice; its inner
 * offsets are right already.
 */
static __always_inline int outer_room(struct __sk_buff *skb, const __u32 size)
{
	const __u64 flags = BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_NO_CSUM_RESET;

	if (!bpf_skb_adjust_room(skb, size, BPF_ADJ_ROOM_MAC,
				 flags | BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 |
					 BPF_F_ADJ_ROOM_ENCAP_L4_UDP |
					 BPF_F_ADJ_ROOM_ENCAP_L2(size - 28)))
		return 0;
	return bpf_skb_adjust_room(skb, size, BPF_ADJ_ROOM_MAC, flags);
}

/* What the headers are made of */
struct outer {
	__be32 src_be, dst_be, teid_be;
	__u32 length; /* of the inner packet */
	__u8 qfi, pdu_type;
	__u8 dst_mac[ETH_ALEN], src_mac[ETH_ALEN];
};

/*
 * DF with identification 0 (an atomic datagram, RFC 6864): the inner packet was held against the
 * session's MTU before, and a peer need not put fragments together. Type of service 0: a user's
 * marking buys nothing in the transport network. No UDP checksum, as TS 29.281 cl. 4.4.2.1 allows
 * over IPv4.
 */
static __always_inline int outer_add(struct __sk_buff *skb, const struct outer *o)
{
	const __u32 size = o->qfi ? OUTER_CONTAINER : OUTER_PLAIN;
	const __u32 total = size + o->length;
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = bpf_htons(total),
		.frag_off = bpf_htons(IP_DONT_FRAGMENT),
		.ttl = 64,
		.protocol = L4_UDP,
		.saddr = o->src_be,
		.daddr = o->dst_be,
	};
	struct outer_wire wire = {
		.eth.h_proto = bpf_htons(ETH_P_IP),
		.udp = {.source = bpf_htons(PORT_GTPU),
			.dest = bpf_htons(PORT_GTPU),
			.len = bpf_htons(total - 20)},
		.gtpu = {.flags = GTPU_FLAGS_PLAIN,
			 .type = GTPU_MSG_USER,
			 .length = bpf_htons(total - 36),
			 .teid = o->teid_be},
	};

	if (total > 0xffff)
		return -1;
	__builtin_memcpy(wire.eth.h_dest, o->dst_mac, ETH_ALEN);
	__builtin_memcpy(wire.eth.h_source, o->src_mac, ETH_ALEN);
	ip.check = ip_checksum(&ip);
	wire.ip = ip;
	if (!o->qfi) {
		if (outer_room(skb, OUTER_PLAIN))
			return -1;
		return bpf_skb_store_bytes(skb, 0, &wire, ETH_HLEN + OUTER_PLAIN,
					   BPF_F_RECOMPUTE_CSUM);
	}
	wire.gtpu.flags |= GTPU_FLAG_EXTENSION;
	wire.options.next = GTPU_EXT_CONTAINER;
	wire.container[0] = 1; /* unit of 4 octets */
	wire.container[1] = (__u8)(o->pdu_type << 4);
	wire.container[2] = o->qfi;
	if (outer_room(skb, OUTER_CONTAINER))
		return -1;
	return bpf_skb_store_bytes(skb, 0, &wire, sizeof(wire), BPF_F_RECOMPUTE_CSUM);
}

#endif
