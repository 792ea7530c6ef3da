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
#include "dataplane/ebpf/ways.bpf.h"

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

/* ---- from N3 ---- */

/* What came by a tunnel, of @p's session */
static __always_inline int out_of_tunnel(struct __sk_buff *skb, const struct view *v,
					 const struct gtpu *gtpu, struct packet *p)
{
	const struct ebpf_entry *e;

	p->inner.offset = gtpu->inner;
	if (inner_parse(skb, gtpu->end, &p->inner))
		return refuse(p, EBPF_DROP_MALFORMED);
	packet_load(skb, v, p);
	e = packet_match(p, EBPF_N3, gtpu->teid, gtpu->has_container ? 1ull << gtpu->qfi : 0);
	if (!e)
		return TC_ACT_SHOT;
	if (waits(p, e))
		return to_buffer(skb, p, e);
	if (e->action != EBPF_FORWARD)
		return action_drop(p, e);
	switch (e->destination) {
	case EBPF_N6:
		return to_n6(skb, p, e);
	case EBPF_RADIO:
		return to_radio(skb, p, e);
	default:
		return to_n9(skb, p, e,
			     gtpu->has_container ? gtpu->pdu_type : e->direction == EBPF_UPLINK);
	}
}

static __always_inline int from_n3(struct __sk_buff *skb, const struct view *v)
{
	struct packet p = {};
	struct gtpu gtpu = {};
	struct owner owner;
	const int verdict = gtpu_parse(skb, v->length, &gtpu);

	if (verdict == GTPU_OTHER || !is_local(gtpu.local, gtpu.v6))
		return TC_ACT_UNSPEC;
	if (verdict == GTPU_UNKNOWN_EXTENSION) {
		drop_count(EBPF_DROP_MALFORMED);
		return notice();
	}
	if (verdict != GTPU_USER)
		return drop(EBPF_DROP_MALFORMED);
	if (!owner_by_teid(gtpu.teid, &owner)) {
		drop_count(EBPF_DROP_UNKNOWN_TEID);
		return notice();
	}
	packet_own(&p, &owner);
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
	struct owner owner;
	int rc;

	if (!eth)
		return TC_ACT_SHOT;
	gtpu.teid = (__u32)eth->h_dest[2] << 24 | (__u32)eth->h_dest[3] << 16 |
		    (__u32)eth->h_dest[4] << 8 | eth->h_dest[5];
	gtpu.pdu_type = eth->h_dest[1];
	gtpu.has_container = eth->h_source[3];
	gtpu.qfi = eth->h_source[5] & 0x3f;
	if (!owner_by_teid(gtpu.teid, &owner))
		return drop(EBPF_DROP_UNKNOWN_TEID);
	packet_own(&p, &owner);
	rc = out_of_tunnel(skb, &v, &gtpu, &p);
	return rc == TC_ACT_UNSPEC ? TC_ACT_SHOT : rc;
}

/* ---- from N6, and from the stack ---- */

/*
 * Downlink: to the session that has the destination address. The packet starts with an Ethernet
 * header.
 * @routed: the stack has routed it already (TTL, MTU of the interface)
 * Return: an action; TC_ACT_UNSPEC: not ours, or for the stack to route, answer or cut in pieces
 */
static __always_inline int downlink(struct __sk_buff *skb, struct packet *p, bool routed)
{
	const bool v6 = p->inner.flags & INNER_V6;
	const struct ebpf_entry *e;
	struct owner owner;

	if (!routed && v6 && is_link_local6(p->inner.src))
		return TC_ACT_UNSPEC; /* no router sends it on */
	if (!owner_by_ue(p->inner.dst, v6, p->instance, &owner)) {
		if (!routed && !(class_of(p->inner.dst, v6, p->instance) & EBPF_POOL))
			return TC_ACT_UNSPEC;
		return drop(EBPF_DROP_UNKNOWN_UE);
	}
	packet_own(p, &owner);
	e = packet_match(p, EBPF_N6, 0, 0);
	if (!e)
		return TC_ACT_SHOT;
	if (waits(p, e))
		return to_buffer(skb, p, e);
	return downlink_send(skb, p, e, routed);
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

static __always_inline bool is_returned(const struct ethhdr *eth)
{
	return eth->h_source[0] == 0x02 && eth->h_source[1] == 0xba && eth->h_source[2] == 0xfd;
}

/* Whose a packet is that has waited (address_write), and by which rule; it waits no more */
static __always_inline const struct ebpf_entry *returned_match(const struct ethhdr *eth,
							       struct packet *p)
{
	const __u32 pdr = (__u32)eth->h_dest[4] << 8 | eth->h_dest[5];
	const struct ebpf_entry *e;
	struct ebpf_slot *slot;
	struct owner owner;
	int found;

	owner.slot =
		(__u32)eth->h_source[3] << 16 | (__u32)eth->h_source[4] << 8 | eth->h_source[5];
	slot = bpf_map_lookup_elem(&slots, &owner.slot);
	if (!slot)
		return NULL;
	owner.number = slot->set;
	owner.set = bpf_map_lookup_elem(&sets, &owner.number);
	if (!owner.set)
		return NULL;
	packet_own(p, &owner);
	p->beside = eth->h_dest[3] & KIND_BESIDE;
	found = rule_of_pdr(p->set, pdr, p->beside ? eth->h_dest[3] & 3 : 0);
	e = found < 0 ? NULL : rule_at((__u32)found);
	if (e && !p->beside && slot->waiting[e->direction & 1])
		__sync_fetch_and_sub(&slot->waiting[e->direction & 1], 1);
	return e;
}

static __always_inline int from_buffer(struct __sk_buff *skb, const struct view *v,
				       const struct ethhdr *eth)
{
	struct packet p = {};
	const struct ebpf_entry *e = returned_match(eth, &p);

	if (!e)
		return drop(EBPF_DROP_HELD);
	p.inner.offset = ETH_HLEN;
	if (inner_parse(skb, v->length, &p.inner))
		return refuse(&p, EBPF_DROP_MALFORMED);
	packet_load(skb, v, &p);
	if (e->action != EBPF_FORWARD)
		return action_drop(&p, e);
	if (e->destination == EBPF_N6)
		return to_n6(skb, &p, e);
	if (e->source == EBPF_N3 || p.beside)
		return to_n9(skb, &p, e, e->direction == EBPF_UPLINK);
	return downlink_send(skb, &p, e, false);
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

/* ---- from a radio link ---- */

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
	const struct ebpf_entry *e;
	struct packet p = {};
	struct owner owner;

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
	if (!owner_by_slot(bpf_map_lookup_elem(&bearers, &bearer), &owner))
		return drop(EBPF_DROP_UNKNOWN_UE);
	packet_own(&p, &owner);
	p.inner.offset = ETH_HLEN;
	if (inner_parse(skb, v.length, &p.inner))
		return refuse(&p, EBPF_DROP_MALFORMED);
	packet_load(skb, &v, &p);
	e = packet_match(&p, EBPF_RADIO, 0, 0);
	if (!e)
		return TC_ACT_SHOT;
	if (e->action != EBPF_FORWARD || e->destination != EBPF_N3)
		return action_drop(&p, e);
	if (p.load.segment > mtu_of(&p))
		return refuse(&p, EBPF_DROP_TOO_BIG);
	return to_tunnel(skb, &p, e, 1);
}

char _license[] SEC("license") = "GPL";
