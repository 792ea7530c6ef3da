/* SPDX-License-Identifier: GPL-2.0 */
/* The headers around an inner packet, written in place, and UDP's checksum over IPv6. */
#ifndef BATON_DATAPLANE_EBPF_OUTER_BPF_H
#define BATON_DATAPLANE_EBPF_OUTER_BPF_H

#include "dataplane/packet.bpf.h"
#include "dataplane/ebpf/shared.h"

/* From UDP on, at its longest */
struct tunnel_wire {
	struct udphdr udp;
	struct gtpu_wire gtpu;
	struct gtpu_options options;
	__u8 container[4];
} __attribute__((packed));

/* What there is before the inner packet */
struct outer_wire {
	struct ethhdr eth;
	struct iphdr ip;
	struct tunnel_wire tunnel;
} __attribute__((packed));

struct outer6_wire {
	struct ethhdr eth;
	struct ipv6hdr ip;
	struct tunnel_wire tunnel;
} __attribute__((packed));

enum {
	GTPU_PLAIN = 8 + 8, /* UDP and GTP-U */
	GTPU_CONTAINER = GTPU_PLAIN + 8,
	OUTER_IP4 = 20,
	OUTER_IP6 = 40,
	HOPS_MAX = 64,
};

/* Into a tunnel: to whom, and where that goes next. @pdu_type: TS 38.415 cl. 5.5.3.1 */
struct tunnel_way {
	const struct ebpf_peer *peer;
	struct ebpf_hop *hop;
	__u8 pdu_type;
};

/* Of what is put between the Ethernet header and the inner packet */
static __always_inline __u32 outer_size(const struct ebpf_entry *e, bool v6)
{
	return (v6 ? OUTER_IP6 : OUTER_IP4) + (e->qfi ? GTPU_CONTAINER : GTPU_PLAIN);
}

static __always_inline __sum16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~sum;
}

/* ---- sums of inner packets ---- */

/*
 * What an inner packet adds to a checksum that it is the payload of, without a look at its own
 * payload: a right checksum of its transport header makes that and all behind it come to the
 * complement of its pseudo header. It need not be finished yet: what a device is to fill in comes
 * to the same. Where it is wrong, this one is, and the packet ends at the peer and not at its
 * destination. Return: false: it has none that covers all of it, as far as can be told.
 * RFC 1071 cl. 2, RFC 8200 cl. 8.1; the Linux kernel's "local checksum offload"
 */
static __always_inline bool is_covered(const struct view *v, const struct inner *in)
{
	const __u32 length = in->offset + in->length - in->l4;
	const struct udphdr *udp;

	if (in->flags & INNER_PIECE || in->l4 > in->offset + in->length)
		return false;
	switch (in->protocol) {
	case L4_TCP:
		return length >= 20;
	case L4_UDP:
		udp = at(v, in->l4, sizeof(*udp));
		return udp && udp->check && bpf_ntohs(udp->len) == length;
	case L4_ICMP:
		return length >= 8 && !(in->flags & INNER_V6);
	case L4_ICMP6:
		return length >= 8 && in->flags & INNER_V6;
	}
	return false;
}

/* An IPv6 header's beginning */
struct first {
	__be32 flow;
	__be16 length, hops; /* next header and hop limit */
};

static __always_inline __u32 halves(__be32 word)
{
	return (word & 0xffff) + (word >> 16);
}

static __always_inline __u32 octets_pair(__u8 first, __u8 second)
{
	return bpf_htons((__u16)(first << 8 | second));
}

/* Return: a sum of 16-bit words, or -1: it takes a look at all of them. Not static: verified once
 */
__noinline int inner_sum(struct FRAME *frame, const struct inner *in)
{
	const struct view v = view_again(frame);
	const struct first *first;
	__u32 pseudo;

	if (!in || !is_covered(&v, in))
		return -1;
	if (in->flags & INNER_V6) {
		/* addresses and length are in header and pseudo header, and cancel out */
		first = at(&v, in->offset, sizeof(*first));
		if (!first || in->l4 != in->offset + sizeof(struct ipv6hdr))
			return -1;
		return (int)(halves(first->flow) + first->hops + (__u16)~bpf_htons(in->protocol));
	}
	/* the header comes to nothing by its own checksum, and so does ICMP */
	if (in->protocol == L4_ICMP)
		return 0;
	pseudo = halves(in->src[0]) + halves(in->dst[0]) + bpf_htons(in->protocol) +
		 bpf_htons((__u16)(in->offset + in->length - in->l4));
	return fold(pseudo);
}

/* ---- headers ---- */

static __always_inline void eth_fill(struct ethhdr *eth, const struct ebpf_hop *hop, __u16 proto)
{
	__builtin_memcpy(eth->h_dest, hop->dst_mac, ETH_ALEN);
	__builtin_memcpy(eth->h_source, hop->src_mac, ETH_ALEN);
	eth->h_proto = bpf_htons(proto);
}

/* Behind the headers of a tunnel without a container nothing is written: the inner packet is there.
 */
static __always_inline void tunnel_write(struct tunnel_wire *wire, const struct ebpf_entry *e,
					 __u32 inner_length, __u8 pdu_type)
{
	const __u32 total = inner_length + (e->qfi ? GTPU_CONTAINER : GTPU_PLAIN);

	wire->udp = (struct udphdr){.source = bpf_htons(PORT_GTPU),
				    .dest = bpf_htons(PORT_GTPU),
				    .len = bpf_htons(total)};
	wire->gtpu = (struct gtpu_wire){.flags = GTPU_FLAGS_PLAIN,
					.type = GTPU_MSG_USER,
					.length = bpf_htons(total - GTPU_PLAIN),
					.teid = e->peer_teid_be};
	if (!e->qfi)
		return;
	wire->gtpu.flags = GTPU_FLAGS_PLAIN | GTPU_FLAG_EXTENSION;
	wire->options = (struct gtpu_options){.next = GTPU_EXT_CONTAINER};
	wire->container[0] = 1; /* unit of 4 octets */
	wire->container[1] = (__u8)(pdu_type << 4 | (e->flags & EBPF_ENTRY_PPI ? 0x08 : 0));
	wire->container[2] = (__u8)(e->qfi | (e->flags & EBPF_ENTRY_RQI ? 0x40 : 0) |
				    (e->flags & EBPF_ENTRY_PPI ? 0x80 : 0));
	wire->container[3] = 0;
}

/*
 * DF with identification 0 (an atomic datagram, RFC 6864): the inner packet was held against the
 * session's MTU before, and a peer need not put fragments together. No UDP checksum, as TS 29.281
 * cl. 4.4.2.1 allows over IPv4.
 */
static __always_inline void outer_write(struct outer_wire *wire, const struct tunnel_way *way,
					const struct ebpf_entry *e, __u32 inner_length)
{
	const struct ebpf_peer *peer = way->peer;
	const __u32 total = inner_length + outer_size(e, false);
	const __u8 tos = e->tos & e->tos_mask;

	eth_fill(&wire->eth, way->hop, ETH_P_IP);
	wire->ip = (struct iphdr){.version = 4,
				  .ihl = 5,
				  .tos = tos,
				  .tot_len = bpf_htons(total),
				  .frag_off = bpf_htons(IP_DONT_FRAGMENT),
				  .ttl = HOPS_MAX,
				  .protocol = L4_UDP,
				  .check = fold(peer->sum + bpf_htons(total) + bpf_htons(tos)),
				  .saddr = peer->src[0],
				  .daddr = peer->dst[0]};
	tunnel_write(&wire->tunnel, e, inner_length, way->pdu_type);
}

/* UDP's, of the header without it and what is in `sum` already. Never 0: that would be none */
static __always_inline __sum16 udp6_checksum(const struct tunnel_wire *wire,
					     const struct ebpf_entry *e, __u32 sum)
{
	__sum16 check;

	sum += 2 * (__u32)wire->udp.len; /* in the pseudo header, too */
	sum += octets_pair(wire->gtpu.flags, wire->gtpu.type) + wire->gtpu.length +
	       halves(wire->gtpu.teid);
	if (e->qfi)
		sum += octets_pair(0, wire->options.next) +
		       octets_pair(wire->container[0], wire->container[1]) +
		       octets_pair(wire->container[2], 0);
	check = fold(sum);
	return check ? check : 0xffff;
}

/* A tunnel is a flow: routers may share them out among several ways, and keep each in order (RFC
 * 6437, 6438). @sum: of the inner packet */
static __always_inline void outer6_write(struct outer6_wire *wire, const struct tunnel_way *way,
					 const struct ebpf_entry *e, __u32 inner_length, __u32 sum)
{
	const struct ebpf_peer *peer = way->peer;
	const __u32 teid = bpf_ntohl(e->peer_teid_be), flow = (teid ^ teid >> 20) & 0xfffff;
	const __u8 tos = e->tos & e->tos_mask;
	__be32 *words = (void *)&wire->ip;

	eth_fill(&wire->eth, way->hop, ETH_P_IPV6);
	words[0] = bpf_htonl(6u << 28 | (__u32)tos << 20 | flow);
	wire->ip.payload_len = bpf_htons(inner_length + (e->qfi ? GTPU_CONTAINER : GTPU_PLAIN));
	wire->ip.nexthdr = L4_UDP;
	wire->ip.hop_limit = HOPS_MAX;
	__builtin_memcpy(&wire->ip.saddr, peer->src, sizeof(wire->ip.saddr));
	__builtin_memcpy(&wire->ip.daddr, peer->dst, sizeof(wire->ip.daddr));
	tunnel_write(&wire->tunnel, e, inner_length, way->pdu_type);
	wire->tunnel.udp.check = udp6_checksum(&wire->tunnel, e, peer->sum + sum);
}

#endif
