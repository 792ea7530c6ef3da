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

static __always_inline void hop_begin(struct ebpf_hop *hop, const __be32 dst[4], bool v6, __u32 way)
{
	hop->until_ns = 0;
	hop->class = 0;
	hop->way = (__u8)way;
	hop->v6 = v6;
	for (int i = 0; i < 4; i++)
		hop->dst[i] = dst[i];
}

static __always_inline void question_fill(struct bpf_fib_lookup *fib, const __be32 src[4],
					  const __be32 dst[4], bool v6)
{
	fib->family = v6 ? AF_INET16 : AF_INET4;
	/* so that the answer has the way's MTU, and isn't that the tunnel's packet is too big */
	fib->tot_len = 1;
	if (v6) {
		__builtin_memcpy(fib->ipv6_src, src, sizeof(fib->ipv6_src));
		__builtin_memcpy(fib->ipv6_dst, dst, sizeof(fib->ipv6_dst));
	} else {
		fib->ipv4_src = src[0];
		fib->ipv4_dst = dst[0];
	}
}

/* Keeps the answer. Return: 0: it can be used, also through the neighbour's code alone; -1: there
 * is no way */
static __always_inline int hop_end(struct ebpf_hop *hop, const struct bpf_fib_lookup *fib, long rc,
				   __u64 now_ns)
{
	if (rc != BPF_FIB_LKUP_RET_SUCCESS && rc != BPF_FIB_LKUP_RET_NO_NEIGH)
		return -1;
	if (fib->family == AF_INET16)
		hop->v6 |= HOP_NEXT_V6;
	__builtin_memcpy(hop->next, fib->ipv6_dst, sizeof(hop->next));
	__builtin_memcpy(hop->dst_mac, fib->dmac, ETH_ALEN);
	__builtin_memcpy(hop->src_mac, fib->smac, ETH_ALEN);
	hop->ifindex = fib->ifindex;
	hop->mtu = fib->mtu_result;
	if (rc == BPF_FIB_LKUP_RET_SUCCESS)
		hop->until_ns = now_ns + HOP_NS;
	return 0;
}

/*
 * Where a GTP-U peer is. Return: as hop_end. Not static, as hop_ask_n6: with a stack of its own
 */
__noinline int hop_ask_peer(struct FRAME *frame, const struct ebpf_peer *peer, struct ebpf_hop *hop,
			    __u64 now_ns)
{
	struct bpf_fib_lookup fib = {};
	long rc;

	if (!peer || !hop)
		return -1;
	hop_begin(hop, peer->dst, peer->v6, peer->way);
	question_fill(&fib, peer->src, peer->dst, peer->v6);
	fib.ifindex = peer->ifindex;
	fib.l4_protocol = L4_UDP;
	fib.sport = fib.dport = bpf_htons(PORT_GTPU);
	/* DIRECT: N3's routes are in the main table, or its VRF's */
	rc = bpf_fib_lookup(frame, &fib, sizeof(fib),
			    BPF_FIB_LOOKUP_OUTPUT | BPF_FIB_LOOKUP_DIRECT);
	return hop_end(hop, &fib, rc, now_ns);
}

/* Where a packet goes by plain IP, by the routes of @instance. Return: as hop_end; 0 also if
 * hop->class says all */
__noinline int hop_ask_n6(struct FRAME *frame, const struct inner *in, __u32 instance,
			  struct ebpf_hop *hop, __u64 now_ns)
{
	const volatile struct ebpf_state *now = state_now();
	struct bpf_fib_lookup fib = {};
	bool v6, takes_table;
	long rc;

	if (!in || !hop || !now)
		return -1;
	instance &= EBPF_INSTANCES_MAX - 1; /* what the verifier of 6.1 sees as a bound */
	v6 = in->flags & INNER_V6;
	takes_table = now->fib_takes_table;
	hop_begin(hop, in->dst, v6, instance);
	hop->class = (__u8)class_of(in->dst, v6, instance);
	if (hop->class) {
		hop->until_ns = now_ns + HOP_NS;
		return 0;
	}
	question_fill(&fib, in->src, in->dst, v6);
	if (!v6)
		fib.tos = in->tos & 0x1c; /* what fib rules may match: IPTOS_RT_MASK */
	fib.ifindex = config.wire[instance].stack_ifindex; /* whose rules lead to its table */
	if (takes_table)
		fib.tbid = config.instance[instance].table;
	rc = bpf_fib_lookup(frame, &fib, sizeof(fib),
			    takes_table ? BPF_FIB_LOOKUP_DIRECT | BPF_FIB_LOOKUP_TBID : 0);
	return hop_end(hop, &fib, rc, now_ns);
}

#endif
