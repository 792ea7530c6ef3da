/* SPDX-License-Identifier: GPL-2.0 */
/* The headers around an inner packet, written in place. */
#ifndef BATON_DATAPLANE_EBPF_OUTER_BPF_H
#define BATON_DATAPLANE_EBPF_OUTER_BPF_H

#include "dataplane/packet.bpf.h"
#include "dataplane/ebpf/shared.h"

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

static __always_inline __sum16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~sum;
}

/*
 * DF with identification 0 (an atomic datagram, RFC 6864): the inner packet was held against the
 * session's MTU before, and a peer need not put fragments together. No UDP checksum, as TS 29.281
 * cl. 4.4.2.1 allows over IPv4. Behind the headers of a tunnel without a container nothing is
 * written: the inner packet is there.
 */
static __always_inline void outer_write(struct outer_wire *wire, const struct ebpf_peer *peer,
					const struct ebpf_entry *e, __u32 inner_length,
					__u8 pdu_type)
{
	const __u32 total = inner_length + (e->qfi ? OUTER_CONTAINER : OUTER_PLAIN);
	const __u8 tos = e->tos & e->tos_mask;

	wire->eth.h_proto = bpf_htons(ETH_P_IP);
	wire->ip = (struct iphdr){.version = 4,
				  .ihl = 5,
				  .tos = tos,
				  .tot_len = bpf_htons(total),
				  .frag_off = bpf_htons(IP_DONT_FRAGMENT),
				  .ttl = 64,
				  .protocol = L4_UDP,
				  .check = fold(peer->sum + bpf_htons(total) + bpf_htons(tos)),
				  .saddr = peer->src[0],
				  .daddr = peer->dst[0]};
	wire->udp = (struct udphdr){.source = bpf_htons(PORT_GTPU),
				    .dest = bpf_htons(PORT_GTPU),
				    .len = bpf_htons(total - 20)};
	wire->gtpu = (struct gtpu_wire){.flags = GTPU_FLAGS_PLAIN,
					.type = GTPU_MSG_USER,
					.length = bpf_htons(total - OUTER_PLAIN),
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

#endif
