// SPDX-License-Identifier: GPL-2.0
/*
 * The gtp back end's guard: what the kernel's gtp driver doesn't do.
 *
 *   UPF   N3 ==driver==> dp-gtp --guard_in--> stack, iif dp-gtp: n6_table
 *         N6 --stack, UE pool dev dp-gtp--guard_out--> dp-gtp ==driver==> N3
 *   gNB   radio --guard_radio--> dp-gtp --guard_out-- ==driver==> N3        no routing: a gNB is no
 * router N3 ==driver==> dp-gtp --guard_in--> radio link of the bearer, a hold, or, at the source of
 * a handover, a sender ==driver==> N3
 *
 * dp-gtp carries IP without a link-layer header. Senders (gtp.h) let nothing in.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "dataplane/gtp_shared.h"
#include "dataplane/skb.bpf.h"

enum { AF_INET4 = 2 };

const volatile struct gtp_guard_config guard = {};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, __be32);
	__type(value, struct gtp_ue);
} ues SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, struct ebpf_bearer);
	__type(value, __be32);
} bearers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1);
	__type(key, __be32);
	__type(value, struct gtp_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EBPF_DROP_REASONS);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, GTP_PREFIXES_MAX);
	__type(key, struct gtp_prefix);
	__type(value, __u32);
} protected_prefixes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, EBPF_HOLDS_MAX);
	__type(key, __u32);
	__type(value, struct ebpf_hold);
} holds SEC(".maps");

/* The driver carries IPv4 alone */
struct packet {
	struct inner inner;
	struct load load;
};

/* @offset: of the IP header; Return: 0, or -1: none that is right */
static __always_inline int packet_read(struct __sk_buff *skb, __u32 offset, struct packet *ret)
{
	const struct view v = view_of(skb);

	ret->inner.offset = offset;
	if (inner_parse(skb, v.length, &ret->inner) || ret->inner.flags & INNER_V6)
		return -1;
	load_of(skb, &v, &ret->inner, &ret->load);
	return 0;
}

static __always_inline int drop(__u32 reason, __be32 ue_be)
{
	__u64 *count = bpf_map_lookup_elem(&drops, &reason);
	struct gtp_counters *c = bpf_map_lookup_elem(&counters, &ue_be);

	if (count)
		*count += 1;
	if (c)
		c->dropped_packets++;
	return TC_ACT_SHOT;
}

static __always_inline void count(const struct packet *p, __be32 ue_be, bool uplink)
{
	struct gtp_counters *c = bpf_map_lookup_elem(&counters, &ue_be);

	if (c && uplink) {
		c->uplink_packets += p->load.packets;
		c->uplink_bytes += p->load.octets;
	} else if (c) {
		c->downlink_packets += p->load.packets;
		c->downlink_bytes += p->load.octets;
	}
}

/* UPF: users reach what n6_table has a route to and no address of this node */
static __always_inline int uplink_check(struct __sk_buff *skb, const struct packet *p)
{
	const struct inner *inner = &p->inner;
	struct gtp_prefix key = {.len = 32, .addr_be = inner->dst[0]};
	struct bpf_fib_lookup fib = {
		.family = AF_INET4,
		.l4_protocol = inner->protocol,
		.ipv4_src = inner->src[0],
		.ipv4_dst = inner->dst[0],
		.ifindex = guard.gtp_ifindex,
	};

	if (bpf_map_lookup_elem(&protected_prefixes, &key))
		return drop(EBPF_DROP_PROTECTED, inner->src[0]);
	switch (bpf_fib_lookup(skb, &fib, sizeof(fib), 0)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		count(p, inner->src[0], true);
		return TC_ACT_UNSPEC;
	default:
		return drop(EBPF_DROP_NO_ROUTE, inner->src[0]);
	}
}

/* Return: the hold that this UE's packets wait in just now, or NULL */
static __always_inline struct ebpf_hold *hold_of(const struct gtp_ue *ue)
{
	const __u32 number = ue->hold;
	volatile struct ebpf_hold *hold;

	if (!number)
		return NULL;
	hold = bpf_map_lookup_elem(&holds, &number);
	return hold && (hold->closed || hold->waiting) ? (struct ebpf_hold *)hold : NULL;
}

/* To user space, which has the packets before it: the bearer's address stays the destination */
static __always_inline int to_hold(struct __sk_buff *skb, const struct packet *p,
				   const struct gtp_ue *ue, struct ebpf_hold *hold)
{
	const struct ebpf_bearer bearer = ue->bearer;
	const __u32 number = ue->hold;
	const __u8 source[ETH_ALEN] = {
		0x02, 0xba, 0xfe, 0, (__u8)(number >> 8), (__u8)number,
	};

	if (hold->waiting >= EBPF_HOLD_PACKETS_MAX)
		return drop(EBPF_DROP_HELD, p->inner.dst[0]);
	if (bpf_skb_change_head(skb, ETH_HLEN, 0) || eth_write(skb, bearer.mac, source, false))
		return drop(EBPF_DROP_MALFORMED, p->inner.dst[0]);
	__sync_fetch_and_add(&hold->waiting, 1);
	count(p, p->inner.dst[0], false);
	return bpf_redirect(hold->wire_ifindex, 0);
}

static __always_inline int downlink(struct __sk_buff *skb, const struct packet *p)
{
	__be32 ue_be = p->inner.dst[0];
	const struct gtp_ue *ue = bpf_map_lookup_elem(&ues, &ue_be);
	struct ebpf_bearer bearer;
	struct ebpf_hold *hold;

	if (!ue)
		return drop(EBPF_DROP_UNKNOWN_UE, ue_be);
	if (ue->sender_ifindex) {
		count(p, ue_be, false);
		return bpf_redirect(ue->sender_ifindex, 0);
	}
	hold = hold_of(ue);
	if (hold)
		return to_hold(skb, p, ue, hold);
	bearer = ue->bearer;
	if (bpf_skb_change_head(skb, ETH_HLEN, 0) ||
	    eth_write(skb, bearer.mac, guard.gnb_mac, false))
		return drop(EBPF_DROP_MALFORMED, ue_be);
	count(p, ue_be, false);
	return bpf_redirect(bearer.ifindex, 0);
}

SEC("tc")
int guard_in(struct __sk_buff *skb)
{
	struct packet p = {};

	if (skb->protocol != bpf_htons(ETH_P_IP) || packet_read(skb, 0, &p))
		return drop(EBPF_DROP_MALFORMED, 0);
	return guard.gnb ? downlink(skb, &p) : uplink_check(skb, &p);
}

/* What the driver would refuse is refused here, where it is counted */
SEC("tc")
int guard_out(struct __sk_buff *skb)
{
	struct packet p = {};
	const struct gtp_ue *ue;
	__be32 ue_be;

	if (skb->protocol != bpf_htons(ETH_P_IP) || packet_read(skb, 0, &p))
		return TC_ACT_SHOT; /* IPv6 and the like, of the stack's own */
	ue_be = guard.gnb ? p.inner.src[0] : p.inner.dst[0];
	ue = bpf_map_lookup_elem(&ues, &ue_be);
	if (!ue)
		return drop(EBPF_DROP_UNKNOWN_UE, ue_be);
	if (p.load.segment > ue->mtu)
		return drop(EBPF_DROP_TOO_BIG, ue_be);
	count(&p, ue_be, guard.gnb);
	return TC_ACT_UNSPEC;
}

/* A sender has contexts for their way out only */
SEC("tc")
int guard_shut(struct __sk_buff *skb)
{
	return drop(EBPF_DROP_UNKNOWN_TEID, 0);
}

SEC("tc")
int guard_radio(struct __sk_buff *skb)
{
	struct ebpf_bearer bearer = {.ifindex = skb->ifindex};
	struct packet p = {};
	struct ethhdr eth;
	const __be32 *ue_be;
	bool ours = true;

	if (bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)))
		return TC_ACT_UNSPEC;
	for (int i = 0; i < ETH_ALEN; i++) {
		ours &= eth.h_dest[i] == guard.gnb_mac[i];
		bearer.mac[i] = eth.h_source[i];
	}
	if (!ours)
		return TC_ACT_UNSPEC;
	/* radio control is the daemon's; users have IPv4 only */
	if (eth.h_proto == bpf_htons(ETH_P_IPV6))
		return drop(EBPF_DROP_MALFORMED, 0);
	if (eth.h_proto != bpf_htons(ETH_P_IP))
		return TC_ACT_UNSPEC;
	ue_be = bpf_map_lookup_elem(&bearers, &bearer);
	if (!ue_be)
		return drop(EBPF_DROP_UNKNOWN_UE, 0);
	if (packet_read(skb, ETH_HLEN, &p))
		return drop(EBPF_DROP_MALFORMED, *ue_be);
	if (p.inner.src[0] != *ue_be)
		return drop(EBPF_DROP_SPOOFED, *ue_be);
	return bpf_redirect(guard.gtp_ifindex, 0);
}

char _license[] SEC("license") = "GPL";
