/* SPDX-License-Identifier: GPL-2.0 */
/* Where packets go whose rule is known, for tc programs: into a tunnel, to plain IP, to a radio
 * link, to the stack, or to wait in user space. */
#ifndef BATON_DATAPLANE_EBPF_WAYS_BPF_H
#define BATON_DATAPLANE_EBPF_WAYS_BPF_H

#include <linux/pkt_cls.h>

#include "dataplane/ebpf/tunnel.bpf.h"

static __always_inline int drop(__u32 reason)
{
	drop_count(reason);
	return TC_ACT_SHOT;
}

static __always_inline int refuse(const struct packet *p, __u32 reason)
{
	packet_drop(p, reason);
	return TC_ACT_SHOT;
}

/* ---- headers ---- */

static __always_inline void packet_load(const struct __sk_buff *skb, const struct view *v,
					struct packet *p)
{
	load_of(skb, v, &p->inner, &p->load);
	p->load.now_ns = bpf_ktime_get_coarse_ns();
}

/* By the neighbour's own code. Not static: its stack isn't that of the ways that lead here */
__noinline int redirect_asked(const struct ebpf_hop *hop)
{
	struct bpf_redir_neigh neigh = {.nh_family = AF_INET4};

	if (!hop)
		return TC_ACT_SHOT;
	if (hop->v6 & HOP_NEXT_V6) {
		neigh.nh_family = AF_INET16;
		__builtin_memcpy(neigh.ipv6_nh, hop->next, sizeof(neigh.ipv6_nh));
	} else {
		neigh.ipv4_nh = hop->next[0];
	}
	return (int)bpf_redirect_neigh(hop->ifindex, &neigh, sizeof(neigh), 0);
}

/* @known: not just asked for */
static __always_inline int redirect(const struct ebpf_hop *hop, bool known)
{
	return known ? (int)bpf_redirect(hop->ifindex, 0) : redirect_asked(hop);
}

/* The whole router, for what the fast path leaves alone: in by the instance's dp-ue */
static __always_inline int to_stack(struct __sk_buff *skb, __u32 instance, bool v6)
{
	const volatile struct ebpf_wire *wire = &config.wire[instance & (EBPF_INSTANCES_MAX - 1)];

	if (eth_write(skb, wire->stack_mac, wire->wire_mac, v6))
		return TC_ACT_SHOT;
	return (int)bpf_redirect(wire->wire_ifindex, 0);
}

/* ---- packets that wait ---- */

/*
 * Buffered packets go to user space by a device of their own, without outer headers, told by their
 * Ethernet header: destination 02:ba:fe, direction and PDR, source 02:ba:fd and the slot. They come
 * back by dp-ue-x as they are, and are that PDR's still.
 */
static __always_inline int address_write(struct __sk_buff *skb, struct packet *p,
					 const struct ebpf_entry *e, __u8 kind)
{
	const __u32 number = p->slot;
	const __u16 pdr = e->pdr_id;
	const __u8 to[ETH_ALEN] = {0x02, 0xba, 0xfe, kind, (__u8)(pdr >> 8), (__u8)pdr};
	const __u8 from[ETH_ALEN] = {
		0x02, 0xba, 0xfd, (__u8)(number >> 16), (__u8)(number >> 8), (__u8)number};

	return outer_remove(skb, p) || eth_write(skb, to, from, p->inner.flags & INNER_V6);
}

/* What is to go by the @nth entry beside the packet's own takes the same way back: @kind has this
 * bit, and the number */
enum { KIND_BESIDE = 0x80 };

static __always_inline void duplicate(struct __sk_buff *skb, struct packet *p,
				      const struct ebpf_entry *e, __u32 nth)
{
	if (!address_write(skb, p, e, (__u8)(KIND_BESIDE | nth)))
		bpf_clone_redirect(skb, config.wire[0].stack_ifindex, 0);
}

static __always_inline void duplicates(struct __sk_buff *skb, struct packet *p,
				       const struct ebpf_entry *e)
{
	if (p->beside)
		return;
	if (e->flags & EBPF_ENTRY_DUPLICATE)
		duplicate(skb, p, e, 1);
	if (e->flags & EBPF_ENTRY_DUPLICATE2)
		duplicate(skb, p, e, 2);
}

/* Return: TC_ACT_OK: it may; otherwise what becomes of it */
static __always_inline int may_go(struct __sk_buff *skb, struct packet *p,
				  const struct ebpf_entry *e)
{
	__u8 nth = 1;

	switch (packet_decide(p, e)) {
	case VERDICT_GO:
		return TC_ACT_OK;
	case VERDICT_OVER:
		nth += (e->flags & EBPF_ENTRY_DUPLICATE ? 1 : 0) +
		       (e->flags & EBPF_ENTRY_DUPLICATE2 ? 1 : 0);
		if (!address_write(skb, p, e, KIND_BESIDE | nth))
			return (int)bpf_redirect(config.wire[0].stack_ifindex, 0);
		return drop(EBPF_DROP_MALFORMED);
	default:
		return TC_ACT_SHOT;
	}
}

/* Not static, as all that packets may end in: verified once, and not with each of the ways there */
__noinline int to_buffer(struct __sk_buff *skb, struct packet *p, const struct ebpf_entry *e)
{
	const volatile struct ebpf_state *now = state_now();
	struct ebpf_slot *slot;
	__u32 way;

	if (!p || !e)
		return TC_ACT_SHOT;
	way = e->direction & 1;
	slot = slot_of(p);
	packet_notify(p, e);
	if (!slot || !now || !now->buffer_ifindex || slot->waiting[way] >= e->hold)
		return refuse(p, EBPF_DROP_HELD);
	if (address_write(skb, p, e, (__u8)way))
		return refuse(p, EBPF_DROP_MALFORMED);
	__sync_fetch_and_add(&slot->waiting[way], 1);
	return (int)bpf_redirect(now->buffer_ifindex, 0);
}

static __always_inline bool waits(const struct packet *p, const struct ebpf_entry *e)
{
	const __u32 way = e->direction & 1;
	const struct ebpf_slot *slot;

	if (e->action == EBPF_BUFFER)
		return true;
	if (!(e->flags & EBPF_ENTRY_DRAIN))
		return false;
	slot = slot_of(p);
	return slot && *(volatile __u32 *)&slot->waiting[way];
}

/* ---- ways ---- */

/* Into the tunnel of @e. The packet starts with an Ethernet header; pdu_type: TS 38.415
 * cl. 5.5.3.1 */
__noinline int to_tunnel(struct __sk_buff *skb, struct packet *p, const struct ebpf_entry *e,
			 __u32 pdu_type)
{
	struct tunnel_way way = {.pdu_type = (__u8)pdu_type};
	__u32 number;
	bool known;
	int rc;

	if (!p || !e)
		return TC_ACT_SHOT;
	number = e->peer;
	way.peer = bpf_map_lookup_elem(&peers, &number);
	if (!way.peer)
		return refuse(p, EBPF_DROP_NO_ROUTE);
	if (p->inner.length + outer_size(e, true) > 0xffff)
		return refuse(p, EBPF_DROP_TOO_BIG);
	way.hop = hop_find(way.peer->dst, way.peer->v6, way.peer->way, p->load.now_ns, &known);
	if (!way.hop || (!known && hop_ask_peer(skb, way.peer, way.hop, p->load.now_ns)))
		return refuse(p, EBPF_DROP_NO_ROUTE);
	rc = may_go(skb, p, e);
	if (rc != TC_ACT_OK)
		return rc;
	duplicates(skb, p, e);
	if (outer_add(skb, p, e, &way))
		return drop(EBPF_DROP_TOO_BIG);
	return redirect(way.hop, known);
}

static __always_inline int action_drop(const struct packet *p, const struct ebpf_entry *e)
{
	packet_action_drop(p, e);
	return TC_ACT_SHOT;
}

/* By its rule, the packet as it came from N6 */
static __always_inline int downlink_send(struct __sk_buff *skb, struct packet *p,
					 const struct ebpf_entry *e, bool routed)
{
	const bool v6 = p->inner.flags & INNER_V6;

	if (e->action != EBPF_FORWARD || e->destination != EBPF_N3)
		return action_drop(p, e);
	if (p->load.segment > mtu_of(p)) {
		if (routed || p->inner.flags & INNER_DF)
			packet_drop(p, EBPF_DROP_TOO_BIG);
		return routed ? TC_ACT_SHOT : TC_ACT_UNSPEC;
	}
	if (!routed) {
		/* the stack cuts super-packets in pieces on their way to dp-ue */
		if (p->inner.ttl <= 1 || (config.segment && p->load.packets > 1))
			return TC_ACT_UNSPEC;
		if (hop_count(skb, v6))
			return refuse(p, EBPF_DROP_MALFORMED);
	}
	return to_tunnel(skb, p, e, 0);
}

/* Uplink: by plain IP. Nothing has been taken off yet. */
__noinline int to_n6(struct __sk_buff *skb, struct packet *p, const struct ebpf_entry *e)
{
	bool known, stack, v6;
	struct ebpf_hop *hop;
	__u32 instance;
	int rc;

	if (!p || !e)
		return TC_ACT_SHOT;
	instance = e->instance & (EBPF_INSTANCES_MAX - 1);
	v6 = p->inner.flags & INNER_V6;
	if (is_unroutable(&p->inner))
		return refuse(p, EBPF_DROP_NO_ROUTE);
	hop = hop_find(p->inner.dst, v6, instance, p->load.now_ns, &known);
	if (!hop || (!known && hop_ask_n6(skb, &p->inner, instance, hop, p->load.now_ns)))
		return refuse(p, EBPF_DROP_NO_ROUTE);
	if (hop->class & EBPF_PROTECTED)
		return refuse(p, EBPF_DROP_PROTECTED);
	if (hop->class & EBPF_OURS)
		return refuse(p, EBPF_DROP_NO_ROUTE);
	/* to another UE here, too: the stack leads it to dp-ue, and its own rules are met there */
	stack = hop->class & EBPF_POOL || p->inner.ttl <= 1 || p->load.segment > hop->mtu;
	rc = may_go(skb, p, e);
	if (rc != TC_ACT_OK)
		return rc;
	if (outer_remove(skb, p))
		return drop(EBPF_DROP_MALFORMED);
	duplicates(skb, p, e);
	if (stack)
		return to_stack(skb, instance, v6);
	if (hop_count(skb, v6) || eth_write(skb, hop->dst_mac, hop->src_mac, v6))
		return drop(EBPF_DROP_MALFORMED);
	return redirect(hop, known);
}

/* To user space, which has the packets before it: the bearer's address stays the destination */
static __always_inline int to_hold(struct __sk_buff *skb, const struct packet *p, __u32 number,
				   const __u8 *bearer_mac, struct ebpf_hold *hold)
{
	__u8 source[ETH_ALEN] = {
		0x02, 0xba, 0xfe, 0, (__u8)(number >> 8), (__u8)number,
	};

	if (eth_write(skb, bearer_mac, source, p->inner.flags & INNER_V6))
		return drop(EBPF_DROP_MALFORMED);
	__sync_fetch_and_add(&hold->waiting, 1);
	return (int)bpf_redirect(hold->wire_ifindex, 0);
}

__noinline int to_radio(struct __sk_buff *skb, struct packet *p, const struct ebpf_entry *e)
{
	const struct ebpf_set *set;
	struct ebpf_hold *hold = NULL;
	__u32 number;
	int rc;

	if (!p || !e)
		return TC_ACT_SHOT;
	number = p->set;
	set = bpf_map_lookup_elem(&sets, &number);
	number = e->hold;
	if (number)
		hold = bpf_map_lookup_elem(&holds, &number);
	if (hold && !*(volatile __u32 *)&hold->closed && !*(volatile __u32 *)&hold->waiting)
		hold = NULL;
	if (!set || (hold && hold->waiting >= EBPF_HOLD_PACKETS_MAX))
		return refuse(p, EBPF_DROP_HELD);
	rc = may_go(skb, p, e);
	if (rc != TC_ACT_OK)
		return rc;
	if (outer_remove(skb, p))
		return drop(EBPF_DROP_MALFORMED);
	if (hold)
		return to_hold(skb, p, number, set->bearer_mac, hold);
	if (eth_write(skb, set->bearer_mac, config.gnb_mac, p->inner.flags & INNER_V6))
		return drop(EBPF_DROP_MALFORMED);
	return (int)bpf_redirect(e->peer, 0); /* a radio link's number is there */
}

/* N9: from tunnel to tunnel */
static __always_inline int to_n9(struct __sk_buff *skb, struct packet *p,
				 const struct ebpf_entry *e, __u8 pdu_type)
{
	if (p->load.segment > mtu_of(p))
		return refuse(p, EBPF_DROP_TOO_BIG);
	if (outer_remove(skb, p))
		return refuse(p, EBPF_DROP_MALFORMED);
	return to_tunnel(skb, p, e, pdu_type);
}

#endif
