/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where plain IP and outer packets go next. The kernel is asked once in a moment for each
 * destination and CPU, and what it says is kept that long: a route or a neighbour that changes is
 * seen then. Whoever asks again sends that one packet through the neighbour's own code, which keeps
 * the neighbour from growing stale.
 */
#ifndef BATON_DATAPLANE_EBPF_HOP_BPF_H
#define BATON_DATAPLANE_EBPF_HOP_BPF_H

#include "dataplane/ebpf/maps.bpf.h"

enum {
	HOP_NS = 100000000,
	HOP_V6 = 1,	 /* the destination */
	HOP_NEXT_V6 = 2, /* the next hop */
	AF_INET4 = 2,
	AF_INET16 = 10,
};

static __always_inline __u32 hop_cell(const __be32 dst[4], __u32 way)
{
	__u32 mix = dst[0] ^ dst[1] * 0x9e3779b1u ^ dst[2] * 0x85ebca77u ^ dst[3] ^ way;

	mix ^= mix >> 15;
	mix *= 0x2c1b3c6du;
	return (mix ^ mix >> 13) & (EBPF_HOPS - 1);
}

static __always_inline bool hop_is(const struct ebpf_hop *hop, const __be32 dst[4], bool v6,
				   __u32 way)
{
	return hop->dst[0] == dst[0] && hop->way == way && (hop->v6 & HOP_V6) == v6 &&
	       (!v6 || (hop->dst[1] == dst[1] && hop->dst[2] == dst[2] && hop->dst[3] == dst[3]));
}

/* Return: its cell, or NULL; *ret_known: what is in it holds */
static __always_inline struct ebpf_hop *hop_find(const __be32 dst[4], bool v6, __u32 way,
						 __u64 now_ns, bool *ret_known)
{
	__u32 cell = hop_cell(dst, way);
	struct ebpf_hop *hop = bpf_map_lookup_elem(&hops, &cell);

	*ret_known = hop && hop->until_ns > now_ns && hop_is(hop, dst, v6, way);
	return hop;
}

static __always_inline __u32 class_of(const __be32 addr[4], bool v6, __u32 instance)
{
	struct ebpf_class_key key = {.bits = EBPF_CLASS_BITS + 128, .instance = instance};
	const __u32 *class;

	if (v6) {
		__builtin_memcpy(key.addr, addr, sizeof(key.addr));
	} else {
		key.addr[2] = bpf_htonl(0xffff);
		key.addr[3] = addr[0];
	}
	class = bpf_map_lookup_elem(&classes, &key);
	return class ? *class : 0;
}

/* What is asked of the kernel */
struct question {
	__be32 src[4], dst[4];
	__u64 now_ns;
	__u32 way;
	__u32 ifindex; /* of N3, or the one whose rules lead to the instance's table */
	__u32 table;
	__u8 tos, v6, zero[2];
};

static __always_inline int question_ask(void *ctx, const struct question *q,
					struct bpf_fib_lookup *fib)
{
	const volatile struct ebpf_state *now;

	fib->family = q->v6 ? AF_INET16 : AF_INET4;
	fib->ifindex = q->ifindex;
	/* so that the answer has the way's MTU, and isn't that the tunnel's packet is too big */
	fib->tot_len = 1;
	if (q->v6) {
		__builtin_memcpy(fib->ipv6_src, q->src, sizeof(fib->ipv6_src));
		__builtin_memcpy(fib->ipv6_dst, q->dst, sizeof(fib->ipv6_dst));
	} else {
		fib->ipv4_src = q->src[0];
		fib->ipv4_dst = q->dst[0];
		fib->tos = q->tos & 0x1c; /* what fib rules may match: IPTOS_RT_MASK */
	}
	if (q->way & EBPF_HOP_N3) {
		fib->l4_protocol = L4_UDP;
		fib->sport = fib->dport = bpf_htons(PORT_GTPU);
		/* DIRECT: N3's routes are in the main table, or its VRF's */
		return bpf_fib_lookup(ctx, fib, sizeof(*fib),
				      BPF_FIB_LOOKUP_OUTPUT | BPF_FIB_LOOKUP_DIRECT);
	}
	now = state_now();
	if (!now || !now->fib_takes_table)
		return bpf_fib_lookup(ctx, fib, sizeof(*fib), 0);
	fib->tbid = q->table;
	return bpf_fib_lookup(ctx, fib, sizeof(*fib), BPF_FIB_LOOKUP_DIRECT | BPF_FIB_LOOKUP_TBID);
}

/*
 * Asks, and keeps the answer in @hop. Return: 0: it can be used, also through the neighbour's code
 * alone; -1: there is no way. Not static: with a stack of its own
 */
__noinline int hop_ask(struct FRAME *frame, const struct question *q, struct ebpf_hop *hop)
{
	struct bpf_fib_lookup fib = {};
	__u32 class;
	__u64 now_ns;
	int rc;

	if (!q || !hop)
		return -1;
	now_ns = q->now_ns;
	class = q->way & EBPF_HOP_N3 ? 0 : class_of(q->dst, q->v6, q->way);
	hop->until_ns = 0;
	hop->class = (__u8) class;
	hop->way = (__u8)q->way;
	hop->v6 = q->v6;
	for (int i = 0; i < 4; i++)
		hop->dst[i] = q->dst[i];
	if (class) {
		hop->until_ns = now_ns + HOP_NS;
		return 0;
	}
	rc = question_ask(frame, q, &fib);
	if (rc != BPF_FIB_LKUP_RET_SUCCESS && rc != BPF_FIB_LKUP_RET_NO_NEIGH)
		return -1;
	if (fib.family == AF_INET16)
		hop->v6 |= HOP_NEXT_V6;
	__builtin_memcpy(hop->next, fib.ipv6_dst, sizeof(hop->next));
	__builtin_memcpy(hop->dst_mac, fib.dmac, ETH_ALEN);
	__builtin_memcpy(hop->src_mac, fib.smac, ETH_ALEN);
	hop->ifindex = fib.ifindex;
	hop->mtu = fib.mtu_result;
	if (rc == BPF_FIB_LKUP_RET_SUCCESS)
		hop->until_ns = now_ns + HOP_NS;
	return 0;
}

#endif
