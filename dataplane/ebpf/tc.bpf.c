// SPDX-License-Identifier: GPL-2.0
/*
 * The ebpf back end by tc (clsact ingress, direct action): all of it.
 *
 *            UPF                                         gNB
 *   N3 --dp_n3--> N6 (its instance's table)     N3 --dp_n3-----> radio link of the bearer
 *   N6 --dp_n6--> N3                         radio --dp_radio--> N3
 *   dp-ue-x --dp_stack--> N3                    dp-ue-x --dp_radio--> N3
 *
 * dp-ue and dp-ue-x are a veth pair of ours, a wire into the stack: the UE pools are routed to
 * dp-ue, and whatever needs a router's full care (TTL at its end, too big, fragments, no route for
 * the fast path) goes through the stack by it. A packet that isn't ours is left to the next filter
 * (TC_ACT_UNSPEC).
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "dataplane/skb.bpf.h"
#include "dataplane/ebpf/decide.bpf.h"
#include "dataplane/ebpf/tunnel.bpf.h"

enum {
	NOTICES_PER_SECOND = 100, /* packets per CPU that are shown to the socket to be answered */
	SECOND_NS = 1000000000,
};

struct budget {
	__u64 second, used;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct budget);
} budgets SEC(".maps");

SEC("tc")
int fib_probe(struct __sk_buff *skb)
{
	struct bpf_fib_lookup fib = {.family = AF_INET4,
				     .ifindex = config.wire[0].stack_ifindex,
				     .tbid = config.instance[0].table};

	return bpf_fib_lookup(skb, &fib, sizeof(fib),
			      BPF_FIB_LOOKUP_DIRECT | BPF_FIB_LOOKUP_TBID) >= 0;
}

/* To the GTP-U socket for an answer, but not so many that Echo Requests find it full */
static __always_inline int notice(void)
{
	__u64 now = bpf_ktime_get_ns() / SECOND_NS;
	__u32 key = 0;
	struct budget *budget = bpf_map_lookup_elem(&budgets, &key);

	if (!budget)
		return TC_ACT_SHOT;
	if (budget->second != now) {
		budget->second = now;
		budget->used = 0;
	}
	if (budget->used >= NOTICES_PER_SECOND)
		return TC_ACT_SHOT;
	budget->used++;
	return TC_ACT_UNSPEC;
}

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

static __always_inline int redirect(const struct packet *p)
{
	struct bpf_redir_neigh neigh = {.nh_family = AF_INET4};

	if (!p->fresh)
		return (int)bpf_redirect(p->hop->ifindex, 0);
	if (p->hop->v6 & HOP_NEXT_V6) {
		neigh.nh_family = AF_INET16;
		__builtin_memcpy(neigh.ipv6_nh, p->hop->next, sizeof(neigh.ipv6_nh));
	} else {
		neigh.ipv4_nh = p->hop->next[0];
	}
	return (int)bpf_redirect_neigh(p->hop->ifindex, &neigh, sizeof(neigh), 0);
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
static __always_inline bool is_returned(const struct ethhdr *eth)
{
	return eth->h_source[0] == 0x02 && eth->h_source[1] == 0xba && eth->h_source[2] == 0xfd;
}

static __always_inline int address_write(struct __sk_buff *skb, struct packet *p, __u8 kind)
{
	const __u32 number = p->owner.slot;
	const __u16 pdr = p->entry->pdr_id;
	const __u8 to[ETH_ALEN] = {0x02, 0xba, 0xfe, kind, (__u8)(pdr >> 8), (__u8)pdr};
	const __u8 from[ETH_ALEN] = {
		0x02, 0xba, 0xfd, (__u8)(number >> 16), (__u8)(number >> 8), (__u8)number};

	return outer_remove(skb, p) || eth_write(skb, to, from, p->inner.flags & INNER_V6);
}

/* What is to go by the @nth entry beside the packet's own takes the same way back: @kind has this
 * bit, and the number */
enum { KIND_BESIDE = 0x80 };

static __always_inline void duplicate(struct __sk_buff *skb, struct packet *p, __u32 nth)
{
	if (!address_write(skb, p, (__u8)(KIND_BESIDE | nth)))
		bpf_clone_redirect(skb, config.wire[0].stack_ifindex, 0);
}

static __always_inline void duplicates(struct __sk_buff *skb, struct packet *p)
{
	if (p->beside)
		return;
	if (p->entry->flags & EBPF_ENTRY_DUPLICATE)
		duplicate(skb, p, 1);
	if (p->entry->flags & EBPF_ENTRY_DUPLICATE2)
		duplicate(skb, p, 2);
}

/* Return: TC_ACT_OK: it may; otherwise what becomes of it */
static __always_inline int may_go(struct __sk_buff *skb, struct packet *p)
{
	__u8 nth = 1;

	switch (packet_decide(p)) {
	case VERDICT_GO:
		return TC_ACT_OK;
	case VERDICT_OVER:
		nth += (p->entry->flags & EBPF_ENTRY_DUPLICATE ? 1 : 0) +
		       (p->entry->flags & EBPF_ENTRY_DUPLICATE2 ? 1 : 0);
		if (!address_write(skb, p, KIND_BESIDE | nth))
			return (int)bpf_redirect(config.wire[0].stack_ifindex, 0);
		return drop(EBPF_DROP_MALFORMED);
	default:
		return TC_ACT_SHOT;
	}
}

static __always_inline int to_buffer(struct __sk_buff *skb, struct packet *p)
{
	const volatile struct ebpf_state *now = state_now();
	const __u32 way = p->entry->direction & 1;
	struct ebpf_slot *slot = slot_of(p);

	packet_notify(p);
	if (!slot || !now || !now->buffer_ifindex || slot->waiting[way] >= p->entry->hold)
		return refuse(p, EBPF_DROP_HELD);
	if (address_write(skb, p, (__u8)way))
		return refuse(p, EBPF_DROP_MALFORMED);
	__sync_fetch_and_add(&slot->waiting[way], 1);
	return (int)bpf_redirect(now->buffer_ifindex, 0);
}

static __always_inline bool waits(const struct packet *p)
{
	const __u32 way = p->entry->direction & 1;
	const struct ebpf_slot *slot;

	if (p->entry->action == EBPF_BUFFER)
		return true;
	if (!(p->entry->flags & EBPF_ENTRY_DRAIN))
		return false;
	slot = slot_of(p);
	return slot && *(volatile __u32 *)&slot->waiting[way];
}

/* ---- ways ---- */

/* Into the tunnel of p->entry. The packet starts with an Ethernet header; pdu_type: TS 38.415
 * cl. 5.5.3.1 */
static __always_inline int to_tunnel(struct __sk_buff *skb, struct packet *p, __u8 pdu_type)
{
	const __u32 number = p->entry->peer;
	const struct ebpf_peer *peer = bpf_map_lookup_elem(&peers, &number);
	struct question q = {};
	bool known;
	int rc;

	if (!peer)
		return refuse(p, EBPF_DROP_NO_ROUTE);
	if (p->inner.length + outer_size(p->entry, true) > 0xffff)
		return refuse(p, EBPF_DROP_TOO_BIG);
	p->hop = hop_find(peer->dst, peer->v6, peer->way, p->load.now_ns, &known);
	if (!p->hop)
		return refuse(p, EBPF_DROP_NO_ROUTE);
	if (!known) {
		__builtin_memcpy(q.src, peer->src, sizeof(q.src));
		__builtin_memcpy(q.dst, peer->dst, sizeof(q.dst));
		q.now_ns = p->load.now_ns;
		q.way = peer->way;
		q.v6 = peer->v6;
		q.ifindex = peer->ifindex;
		if (hop_ask(skb, &q, p->hop))
			return refuse(p, EBPF_DROP_NO_ROUTE);
	}
	p->fresh = !known;
	rc = may_go(skb, p);
	if (rc != TC_ACT_OK)
		return rc;
	duplicates(skb, p);
	if (outer_add(skb, p, peer, pdu_type))
		return drop(EBPF_DROP_TOO_BIG);
	return redirect(p);
}

static __always_inline int action_drop(const struct packet *p)
{
	packet_action_drop(p);
	return TC_ACT_SHOT;
}

/* By its rule, the packet as it came from N6 */
static __always_inline int downlink_send(struct __sk_buff *skb, struct packet *p, bool routed)
{
	const bool v6 = p->inner.flags & INNER_V6;

	if (p->entry->action != EBPF_FORWARD || p->entry->destination != EBPF_N3)
		return action_drop(p);
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
	return to_tunnel(skb, p, 0);
}

/*
 * Downlink: to the session that has the destination address. The packet starts with an Ethernet
 * header.
 * @routed: the stack has routed it already (TTL, MTU of the interface)
 * Return: an action; TC_ACT_UNSPEC: not ours, or for the stack to route, answer or cut in pieces
 */
static __always_inline int downlink(struct __sk_buff *skb, struct packet *p, bool routed)
{
	const bool v6 = p->inner.flags & INNER_V6;

	if (!routed && v6 && is_link_local6(p->inner.src))
		return TC_ACT_UNSPEC; /* no router sends it on */
	if (!owner_by_ue(p->inner.dst, v6, p->instance, &p->owner)) {
		if (!routed && !(class_of(p->inner.dst, v6, p->instance) & EBPF_POOL))
			return TC_ACT_UNSPEC;
		return drop(EBPF_DROP_UNKNOWN_UE);
	}
	if (!packet_match(p, EBPF_N6, 0, 0))
		return TC_ACT_SHOT;
	if (waits(p))
		return to_buffer(skb, p);
	return downlink_send(skb, p, routed);
}

/* Uplink: by plain IP. Nothing has been taken off yet. */
static __always_inline int to_n6(struct __sk_buff *skb, struct packet *p)
{
	const __u32 instance = p->entry->instance & (EBPF_INSTANCES_MAX - 1);
	const bool v6 = p->inner.flags & INNER_V6;
	struct question q = {
		.way = instance, .ifindex = config.wire[instance].stack_ifindex, .v6 = v6};
	bool known, stack;
	int rc;

	if (is_unroutable(&p->inner))
		return refuse(p, EBPF_DROP_NO_ROUTE);

	p->hop = hop_find(p->inner.dst, v6, instance, p->load.now_ns, &known);
	if (!p->hop)
		return refuse(p, EBPF_DROP_NO_ROUTE);
	if (!known) {
		__builtin_memcpy(q.src, p->inner.src, sizeof(q.src));
		__builtin_memcpy(q.dst, p->inner.dst, sizeof(q.dst));
		q.now_ns = p->load.now_ns;
		q.table = config.instance[instance].table;
		q.tos = p->inner.tos;
		if (hop_ask(skb, &q, p->hop))
			return refuse(p, EBPF_DROP_NO_ROUTE);
	}
	p->fresh = !known;
	if (p->hop->class & EBPF_PROTECTED)
		return refuse(p, EBPF_DROP_PROTECTED);
	if (p->hop->class & EBPF_OURS)
		return refuse(p, EBPF_DROP_NO_ROUTE);
	/* to another UE here, too: the stack leads it to dp-ue, and its own rules are met there */
	stack = p->hop->class & EBPF_POOL || p->inner.ttl <= 1 || p->load.segment > p->hop->mtu;
	rc = may_go(skb, p);
	if (rc != TC_ACT_OK)
		return rc;
	if (outer_remove(skb, p))
		return drop(EBPF_DROP_MALFORMED);
	duplicates(skb, p);
	if (stack)
		return to_stack(skb, instance, v6);
	if (hop_count(skb, v6) || eth_write(skb, p->hop->dst_mac, p->hop->src_mac, v6))
		return drop(EBPF_DROP_MALFORMED);
	return redirect(p);
}

/* To user space, which has the packets before it: the bearer's address stays the destination */
static __always_inline int to_hold(struct __sk_buff *skb, const struct packet *p,
				   struct ebpf_hold *hold)
{
	const __u32 number = p->entry->hold;
	__u8 source[ETH_ALEN] = {
		0x02, 0xba, 0xfe, 0, (__u8)(number >> 8), (__u8)number,
	};

	if (eth_write(skb, p->owner.set->bearer_mac, source, p->inner.flags & INNER_V6))
		return drop(EBPF_DROP_MALFORMED);
	__sync_fetch_and_add(&hold->waiting, 1);
	return (int)bpf_redirect(hold->wire_ifindex, 0);
}

static __always_inline int to_radio(struct __sk_buff *skb, struct packet *p)
{
	struct ebpf_hold *hold = NULL;
	__u32 number = p->entry->hold;
	int rc;

	if (number)
		hold = bpf_map_lookup_elem(&holds, &number);
	if (hold && !*(volatile __u32 *)&hold->closed && !*(volatile __u32 *)&hold->waiting)
		hold = NULL;
	if (hold && hold->waiting >= EBPF_HOLD_PACKETS_MAX)
		return refuse(p, EBPF_DROP_HELD);
	rc = may_go(skb, p);
	if (rc != TC_ACT_OK)
		return rc;
	if (outer_remove(skb, p))
		return drop(EBPF_DROP_MALFORMED);
	if (hold)
		return to_hold(skb, p, hold);
	if (eth_write(skb, p->owner.set->bearer_mac, config.gnb_mac, p->inner.flags & INNER_V6))
		return drop(EBPF_DROP_MALFORMED);
	return (int)bpf_redirect(p->entry->peer, 0); /* a radio link's number is there */
}

/* N9: from tunnel to tunnel */
static __always_inline int to_n9(struct __sk_buff *skb, struct packet *p, __u8 pdu_type)
{
	if (p->load.segment > mtu_of(p))
		return refuse(p, EBPF_DROP_TOO_BIG);
	if (outer_remove(skb, p))
		return refuse(p, EBPF_DROP_MALFORMED);
	return to_tunnel(skb, p, pdu_type);
}

/* ---- where they come in ---- */

/* What came by a tunnel of p->owner */
static __always_inline int out_of_tunnel(struct __sk_buff *skb, const struct view *v,
					 const struct gtpu *gtpu, struct packet *p)
{
	p->inner.offset = gtpu->inner;
	if (inner_parse(skb, gtpu->end, &p->inner))
		return refuse(p, EBPF_DROP_MALFORMED);
	packet_load(skb, v, p);
	if (!packet_match(p, EBPF_N3, gtpu->teid, gtpu->has_container ? 1ull << gtpu->qfi : 0))
		return TC_ACT_SHOT;
	if (waits(p))
		return to_buffer(skb, p);
	if (p->entry->action != EBPF_FORWARD)
		return action_drop(p);
	switch (p->entry->destination) {
	case EBPF_N6:
		return to_n6(skb, p);
	case EBPF_RADIO:
		return to_radio(skb, p);
	default:
		return to_n9(skb, p,
			     gtpu->has_container ? gtpu->pdu_type
						 : p->entry->direction == EBPF_UPLINK);
	}
}

static __always_inline int from_n3(struct __sk_buff *skb, const struct view *v)
{
	struct packet p = {};
	struct gtpu gtpu = {};
	const int verdict = gtpu_parse(skb, v->length, &gtpu);

	if (verdict == GTPU_OTHER || !is_local(gtpu.local, gtpu.v6))
		return TC_ACT_UNSPEC;
	if (verdict == GTPU_UNKNOWN_EXTENSION) {
		drop_count(EBPF_DROP_MALFORMED);
		return notice();
	}
	if (verdict != GTPU_USER)
		return drop(EBPF_DROP_MALFORMED);
	if (!owner_by_teid(gtpu.teid, &p.owner)) {
		drop_count(EBPF_DROP_UNKNOWN_TEID);
		return notice();
	}
	return out_of_tunnel(skb, v, &gtpu, &p);
}

SEC("tc")
int dp_n3(struct __sk_buff *skb)
{
	const struct view v = view_of(skb);

	return from_n3(skb, &v);
}

/*
 * What the socket got of a tunnel that is known: outer fragments that the stack put together, or
 * behind outer extension headers. Without outer headers, told by the Ethernet header (whole.c):
 * destination 02, PDU type, TEID; source 02:ba:fc, with a container or not, 0, QFI.
 */
SEC("tc")
int dp_whole(struct __sk_buff *skb)
{
	const struct view v = view_of(skb);
	const struct ethhdr *eth = at(&v, 0, sizeof(*eth));
	struct gtpu gtpu = {.inner = ETH_HLEN, .end = v.length};
	struct packet p = {};
	int rc;

	if (!eth)
		return TC_ACT_SHOT;
	gtpu.teid = (__u32)eth->h_dest[2] << 24 | (__u32)eth->h_dest[3] << 16 |
		    (__u32)eth->h_dest[4] << 8 | eth->h_dest[5];
	gtpu.pdu_type = eth->h_dest[1];
	gtpu.has_container = eth->h_source[3];
	gtpu.qfi = eth->h_source[5] & 0x3f;
	if (!owner_by_teid(gtpu.teid, &p.owner))
		return drop(EBPF_DROP_UNKNOWN_TEID);
	rc = out_of_tunnel(skb, &v, &gtpu, &p);
	return rc == TC_ACT_UNSPEC ? TC_ACT_SHOT : rc;
}

static __always_inline int from_n6(struct __sk_buff *skb, const struct view *v, bool routed)
{
	struct packet p = {};

	p.inner.offset = ETH_HLEN;
	p.instance = instance_of(skb->ifindex);
	if (inner_parse(skb, v->length, &p.inner))
		return TC_ACT_UNSPEC;
	packet_load(skb, v, &p);
	return downlink(skb, &p, routed);
}

static __always_inline bool is_ip(const struct __sk_buff *skb)
{
	return skb->protocol == bpf_htons(ETH_P_IP) || skb->protocol == bpf_htons(ETH_P_IPV6);
}

SEC("tc")
int dp_n6(struct __sk_buff *skb)
{
	struct view v;

	if (!is_ip(skb))
		return TC_ACT_UNSPEC;
	v = view_of(skb);
	return from_n6(skb, &v, false);
}

/* Whose a packet is that has waited, and by which rule; it waits no more */
static __always_inline bool returned_match(const struct ethhdr *eth, struct packet *p)
{
	const __u32 pdr = (__u32)eth->h_dest[4] << 8 | eth->h_dest[5];
	struct ebpf_slot *slot;
	int found;

	p->owner.slot =
		(__u32)eth->h_source[3] << 16 | (__u32)eth->h_source[4] << 8 | eth->h_source[5];
	slot = slot_of(p);
	if (!slot)
		return false;
	p->owner.number = slot->set;
	p->owner.set = bpf_map_lookup_elem(&sets, &p->owner.number);
	p->beside = eth->h_dest[3] & KIND_BESIDE;
	found = p->owner.set ? rule_of_pdr(p->owner.number, pdr, p->beside ? eth->h_dest[3] & 3 : 0)
			     : -1;
	p->entry = found < 0 ? NULL : rule_at((__u32)found);
	if (!p->entry)
		return false;
	if (!p->beside && slot->waiting[p->entry->direction & 1])
		__sync_fetch_and_sub(&slot->waiting[p->entry->direction & 1], 1);
	return true;
}

static __always_inline int from_buffer(struct __sk_buff *skb, const struct view *v,
				       const struct ethhdr *eth)
{
	struct packet p = {};

	if (!returned_match(eth, &p))
		return drop(EBPF_DROP_HELD);
	p.inner.offset = ETH_HLEN;
	if (inner_parse(skb, v->length, &p.inner))
		return refuse(&p, EBPF_DROP_MALFORMED);
	packet_load(skb, v, &p);
	if (p.entry->action != EBPF_FORWARD)
		return action_drop(&p);
	if (p.entry->destination == EBPF_N6)
		return to_n6(skb, &p);
	if (p.entry->source == EBPF_N3 || p.beside)
		return to_n9(skb, &p, p.entry->direction == EBPF_UPLINK);
	return downlink_send(skb, &p, false);
}

SEC("tc")
int dp_stack(struct __sk_buff *skb)
{
	const struct ethhdr *eth;
	struct view v;
	int rc;

	if (!is_ip(skb))
		return TC_ACT_SHOT;
	v = view_of(skb);
	eth = at(&v, 0, sizeof(*eth));
	/* the stack's own talk to its link (MLD): nobody is there */
	if (!eth || eth->h_dest[0] & 1)
		return TC_ACT_SHOT;
	rc = is_returned(eth) ? from_buffer(skb, &v, eth) : from_n6(skb, &v, true);
	/* nothing else goes by this wire */
	return rc == TC_ACT_UNSPEC ? TC_ACT_SHOT : rc;
}

/* clang's memcmp would be a call */
static __always_inline bool mac_equal(const volatile __u8 *a, const volatile __u8 *b)
{
	bool equal = true;

	for (int i = 0; i < ETH_ALEN; i++)
		equal &= a[i] == b[i];
	return equal;
}

SEC("tc")
int dp_radio(struct __sk_buff *skb)
{
	struct ebpf_bearer bearer = {.ifindex = skb->ifindex};
	const struct view v = view_of(skb);
	const struct ethhdr *eth = at(&v, 0, sizeof(*eth));
	struct packet p = {};

	if (!eth || !mac_equal(eth->h_dest, config.gnb_mac))
		return TC_ACT_UNSPEC;
	/* radio control is the daemon's */
	if (eth->h_proto != bpf_htons(ETH_P_IP) && eth->h_proto != bpf_htons(ETH_P_IPV6))
		return TC_ACT_UNSPEC;
	if (config.segment && skb->ifindex == config.wire[0].wire_ifindex) {
		bearer.ifindex = skb->mark;
		skb->mark = 0;
	} else if (config.segment && skb->gso_size) {
		skb->mark = skb->ifindex;
		return (int)bpf_redirect(config.wire[0].stack_ifindex, 0);
	}
	__builtin_memcpy(bearer.mac, eth->h_source, ETH_ALEN);
	if (!owner_by_slot(bpf_map_lookup_elem(&bearers, &bearer), &p.owner))
		return drop(EBPF_DROP_UNKNOWN_UE);
	p.inner.offset = ETH_HLEN;
	if (inner_parse(skb, v.length, &p.inner))
		return refuse(&p, EBPF_DROP_MALFORMED);
	packet_load(skb, &v, &p);
	if (!packet_match(&p, EBPF_RADIO, 0, 0))
		return TC_ACT_SHOT;
	if (p.entry->action != EBPF_FORWARD || p.entry->destination != EBPF_N3)
		return action_drop(&p);
	if (p.load.segment > mtu_of(&p))
		return refuse(&p, EBPF_DROP_TOO_BIG);
	return to_tunnel(skb, &p, 1);
}

char _license[] SEC("license") = "GPL";
