/* SPDX-License-Identifier: GPL-2.0 */
/* skbs, for tc programs: what is looked at made linear, what super-packets come to, Ethernet
 * headers. */
#ifndef BATON_DATAPLANE_SKB_BPF_H
#define BATON_DATAPLANE_SKB_BPF_H

#define FRAME __sk_buff
#include "dataplane/packet.bpf.h"

enum { SKB_LINEAR = 256 /* octets that are looked at */ };

static __always_inline struct view view_of(struct __sk_buff *skb)
{
	const __u32 linear = skb->len < SKB_LINEAR ? skb->len : SKB_LINEAR;

	if ((long)skb->data + linear > (long)skb->data_end)
		bpf_skb_pull_data(skb, linear);
	return (struct view){.data = (void *)(long)skb->data,
			     .end = (void *)(long)skb->data_end,
			     .length = skb->len};
}

/* Of a packet on the wire, and how many it is there */
struct load {
	__u64 octets, packets, now_ns;
	__u32 segment; /* the largest piece that a super-packet falls into */
};

/* What a super-packet will be on the wire: each piece has its own headers */
static __always_inline void load_of(const struct __sk_buff *skb, const struct view *v,
				    const struct inner *inner, struct load *ret)
{
	const __u32 size = skb->gso_size;
	__u32 header = inner->l4 - inner->offset;
	const __u8 *doff;

	ret->octets = ret->segment = inner->length;
	ret->packets = 1;
	if (!size)
		return;
	if (inner->protocol == L4_TCP) {
		doff = at(v, inner->l4 + 12, 1);
		if (!doff)
			return;
		header += (*doff >> 4) * 4u;
	} else {
		header += sizeof(struct udphdr);
	}
	if (header + size >= inner->length)
		return;
	ret->segment = header + size;
	ret->packets = (inner->length - header + size - 1) / size;
	ret->octets += (ret->packets - 1) * header;
}

/* volatile: the addresses may be constants of the loader, which clang would take for zero */
static __always_inline int eth_write(struct __sk_buff *skb, const volatile __u8 *dst,
				     const volatile __u8 *src, bool v6)
{
	struct ethhdr *eth = (void *)(long)skb->data;

	if ((void *)(eth + 1) > (void *)(long)skb->data_end)
		return -1;
	for (int i = 0; i < ETH_ALEN; i++) {
		eth->h_dest[i] = dst[i];
		eth->h_source[i] = src[i];
	}
	eth->h_proto = v6 ? bpf_htons(ETH_P_IPV6) : bpf_htons(ETH_P_IP);
	return 0;
}

#endif
