// SPDX-License-Identifier: GPL-2.0
/*
 * The ebpf back end's tc programs (clsact ingress, direct action):
 *
 *            UPF                                         gNB
 *   N3 --dp_n3--> N6 (table n6_table)           N3 --dp_n3-----> radio link of the bearer
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

#include "dataplane/ebpf_packet.bpf.h"
#include "dataplane/ebpf_rules.bpf.h"

enum {
	AF_INET4 = 2,
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

/*
 * Since 6.6 (and in later 6.1) a lookup can name the table; it costs half of one that goes by the
 * rules. Set by the loader, when fib_probe has shown it.
 */
volatile __u32 fib_takes_table;

SEC("tc")
int fib_probe(struct __sk_buff *skb)
{
	struct bpf_fib_lookup fib = {
		.family = AF_INET4, .ifindex = config.stack_ifindex, .tbid = config.n6_table};

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

static __always_inline int session_drop(const struct ebpf_rule_set *set, __u32 reason)
{
	session_count_drop(set, reason);
	return TC_ACT_SHOT;
}

/* A packet on its way: who it belongs to and what to do with it */
struct packet {
	const struct ebpf_rule_set *set;
	const struct ebpf_rule *rule;
	const struct inner *inner;
	bool uplink;
};

static __always_inline void forwarded(struct __sk_buff *skb, const struct packet *p)
{
	session_count(p->set, p->uplink, p->inner->packets, inner_bytes(p->inner, skb->gso_size));
}

static __always_inline int redirect(const struct bpf_fib_lookup *fib, int rc)
{
	struct bpf_redir_neigh neigh = {.nh_family = AF_INET4};

	if (rc == BPF_FIB_LKUP_RET_SUCCESS)
		return bpf_redirect(fib->ifindex, 0);
	neigh.ipv4_nh = fib->ipv4_dst;
	return bpf_redirect_neigh(fib->ifindex, &neigh, sizeof(neigh), 0);
}

/* Into the tunnel of p->rule. The packet starts with an Ethernet header; pdu_type: TS 38.415
 * cl. 5.5.3.1 */
static __noinline int to_tunnel(struct __sk_buff *skb, const struct packet *p, __u8 pdu_type)
{
	const struct ebpf_rule *rule = p->rule;
	struct bpf_fib_lookup fib = {
		.family = AF_INET4,
		.l4_protocol = L4_UDP,
		.sport = bpf_htons(PORT_GTPU),
		.dport = bpf_htons(PORT_GTPU),
		.ipv4_src = config.n3_be,
		.ipv4_dst = rule->peer_be,
		.ifindex = config.n3_ifindex,
	};
	struct outer outer = {
		.src_be = config.n3_be,
		.dst_be = rule->peer_be,
		.teid_be = rule->peer_teid_be,
		.length = p->inner->length,
		.qfi = (__u8)rule->peer_qfi,
		.pdu_type = pdu_type,
	};
	/* DIRECT: N3's routes are in the main table, or its VRF's */
	int rc = bpf_fib_lookup(skb, &fib, sizeof(fib),
				BPF_FIB_LOOKUP_OUTPUT | BPF_FIB_LOOKUP_DIRECT);

	if (rc != BPF_FIB_LKUP_RET_SUCCESS && rc != BPF_FIB_LKUP_RET_NO_NEIGH)
		return session_drop(p->set, EBPF_DROP_NO_ROUTE);
	__builtin_memcpy(outer.dst_mac, fib.dmac, ETH_ALEN);
	__builtin_memcpy(outer.src_mac, fib.smac, ETH_ALEN);
	if (outer_add(skb, &outer))
		return session_drop(p->set, EBPF_DROP_TOO_BIG);
	forwarded(skb, p);
	return redirect(&fib, rc);
}

/* The whole router, for what the fast path leaves alone: in by dp-ue */
static __always_inline int to_stack(struct __sk_buff *skb)
{
	if (eth_write(skb, config.stack_mac, config.wire_mac))
		return TC_ACT_SHOT;
	return bpf_redirect(config.wire_ifindex, 0);
}

/*
 * Downlink: to the session that has the destination address.
 * @routed: the stack has routed it already (TTL, MTU of the interface)
 * Return: an action; TC_ACT_UNSPEC: not ours, or for the stack to route, answer or cut in pieces
 */
static __noinline int downlink(struct __sk_buff *skb, const struct inner *inner, bool routed)
{
	struct ebpf_key key = {.source = EBPF_N6, .dst_be = inner->dst_be};
	struct packet p = {.inner = inner};
	__u32 reason = EBPF_DROP_UNKNOWN_UE;

	p.set = rule_set_by_ue(inner->dst_be);
	if (!p.set) {
		if (!routed && !(class_of(inner->dst_be) & EBPF_POOL))
			return TC_ACT_UNSPEC;
		return drop(EBPF_DROP_UNKNOWN_UE);
	}
	p.rule = rule_match(p.set, &key, &reason);
	if (!p.rule)
		return session_drop(p.set, reason);
	if (p.rule->drop)
		return session_drop(p.set, p.rule->drop);
	if (p.rule->destination != EBPF_N3)
		return session_drop(p.set, EBPF_DROP_ACTION);
	if (inner->segment > p.set->mtu) {
		if (routed || inner->dont_fragment)
			session_count_drop(p.set, EBPF_DROP_TOO_BIG);
		return routed ? TC_ACT_SHOT : TC_ACT_UNSPEC;
	}
	if (!routed) {
		/* the stack cuts super-packets in pieces on their way to dp-ue */
		if (inner->ttl <= 1 || (config.segment && inner->packets > 1))
			return TC_ACT_UNSPEC;
		if (ttl_decrement(skb, inner))
			return session_drop(p.set, EBPF_DROP_MALFORMED);
	}
	return to_tunnel(skb, &p, 0);
}

static __always_inline int to_n6_fib(struct __sk_buff *skb, const struct packet *p)
{
	struct bpf_fib_lookup fib = {
		.family = AF_INET4,
		.tos = p->inner->tos & 0x1c, /* what fib rules may match: IPTOS_RT_MASK */
		.l4_protocol = p->inner->protocol,
		.tot_len = (__u16)p->inner->segment,
		.ipv4_src = p->inner->src_be,
		.ipv4_dst = p->inner->dst_be,
		.ifindex = config.stack_ifindex,
	};
	int rc;

	if (fib_takes_table) {
		fib.tbid = config.n6_table;
		rc = bpf_fib_lookup(skb, &fib, sizeof(fib),
				    BPF_FIB_LOOKUP_DIRECT | BPF_FIB_LOOKUP_TBID);
	} else {
		/* rules send what comes in by dp-ue to n6_table, and nowhere else */
		rc = bpf_fib_lookup(skb, &fib, sizeof(fib), 0);
	}

	switch (rc) {
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		break;
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		forwarded(skb, p);
		return to_stack(skb);
	default:
		return session_drop(p->set, EBPF_DROP_NO_ROUTE);
	}
	if (ttl_decrement(skb, p->inner) || eth_write(skb, fib.dmac, fib.smac))
		return session_drop(p->set, EBPF_DROP_MALFORMED);
	forwarded(skb, p);
	return redirect(&fib, rc);
}

/* Uplink, decapsulated: to another UE here, or by n6_table */
static __always_inline int to_n6(struct __sk_buff *skb, const struct packet *p)
{
	const __u32 class = class_of(p->inner->dst_be);
	int rc;

	if (class & EBPF_PROTECTED)
		return session_drop(p->set, EBPF_DROP_PROTECTED);
	if (p->inner->dst_be == config.n6_be)
		return session_drop(p->set, EBPF_DROP_NO_ROUTE);
	if (p->inner->ttl <= 1) {
		forwarded(skb, p);
		return to_stack(skb);
	}
	if (!(class & EBPF_POOL))
		return to_n6_fib(skb, p);
	rc = downlink(skb, p->inner, false);
	if (rc == TC_ACT_REDIRECT)
		forwarded(skb, p);
	if (rc != TC_ACT_UNSPEC)
		return rc;
	/* too big: the stack answers or cuts it */
	forwarded(skb, p);
	return to_stack(skb);
}

/* To user space, which has the packets before it: the bearer's address stays the destination */
static __always_inline int to_hold(struct __sk_buff *skb, const struct packet *p,
				   struct ebpf_hold *hold)
{
	const __u32 number = p->rule->hold;
	struct ebpf_bearer bearer = p->set->bearer;
	__u8 source[ETH_ALEN] = {
		0x02, 0xba, 0xfe, 0, (__u8)(number >> 8), (__u8)number,
	};

	if (hold->waiting >= EBPF_HOLD_PACKETS_MAX)
		return session_drop(p->set, EBPF_DROP_HELD);
	if (eth_write(skb, bearer.mac, source))
		return session_drop(p->set, EBPF_DROP_MALFORMED);
	__sync_fetch_and_add(&hold->waiting, 1);
	forwarded(skb, p);
	return bpf_redirect(hold->wire_ifindex, 0);
}

static __always_inline int to_radio(struct __sk_buff *skb, const struct packet *p)
{
	struct ebpf_bearer bearer = p->set->bearer;
	__u32 number = p->rule->hold;

	if (number) {
		volatile struct ebpf_hold *hold = bpf_map_lookup_elem(&holds, &number);

		if (hold && (hold->closed || hold->waiting))
			return to_hold(skb, p, (struct ebpf_hold *)hold);
	}
	if (eth_write(skb, bearer.mac, config.gnb_mac))
		return session_drop(p->set, EBPF_DROP_MALFORMED);
	forwarded(skb, p);
	return bpf_redirect(bearer.ifindex, 0);
}

static __always_inline int from_tunnel(struct __sk_buff *skb, struct packet *p,
				       const struct gtpu *gtpu)
{
	if (outer_remove(skb, gtpu, p->inner))
		return session_drop(p->set, EBPF_DROP_MALFORMED);
	switch (p->rule->destination) {
	case EBPF_N6:
		return to_n6(skb, p);
	case EBPF_RADIO:
		return to_radio(skb, p);
	default: /* N9: from tunnel to tunnel */
		if (p->inner->segment > p->set->mtu)
			return session_drop(p->set, EBPF_DROP_TOO_BIG);
		return to_tunnel(skb, p, gtpu->has_container ? gtpu->pdu_type : config.gnb);
	}
}

SEC("tc")
int dp_n3(struct __sk_buff *skb)
{
	struct inner inner = {};
	struct packet p = {.inner = &inner, .uplink = !config.gnb};
	struct gtpu gtpu = {};
	struct ebpf_key key;
	__u32 reason = EBPF_DROP_UNKNOWN_TEID;

	switch (gtpu_parse(skb, config.n3_be, &gtpu)) {
	case GTPU_USER:
		break;
	case GTPU_OTHER:
		return TC_ACT_UNSPEC;
	case GTPU_UNKNOWN_EXTENSION:
		drop_count(EBPF_DROP_MALFORMED);
		return notice();
	default:
		return drop(EBPF_DROP_MALFORMED);
	}
	p.set = rule_set_by_teid(gtpu.teid);
	if (!p.set) {
		drop_count(EBPF_DROP_UNKNOWN_TEID);
		return notice();
	}
	if (inner_parse(skb, gtpu.inner, gtpu.end, &inner))
		return session_drop(p.set, EBPF_DROP_MALFORMED);
	key = (struct ebpf_key){
		.source = EBPF_N3, .teid = gtpu.teid, .qfi = gtpu.qfi, .src_be = inner.src_be};
	p.rule = rule_match(p.set, &key, &reason);
	if (!p.rule)
		return session_drop(p.set, reason);
	if (p.rule->drop)
		return session_drop(p.set, p.rule->drop);
	/* N9 towards the gNB: told by the container, uplink otherwise */
	if (p.rule->destination == EBPF_N3)
		p.uplink = gtpu.has_container ? gtpu.pdu_type == 1 : p.rule->ue_be != 0;
	return from_tunnel(skb, &p, &gtpu);
}

static __always_inline int from_n6(struct __sk_buff *skb, bool routed)
{
	struct inner inner = {};

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_UNSPEC;
	if (inner_parse(skb, ETH_HLEN, skb->len, &inner))
		return TC_ACT_UNSPEC;
	return downlink(skb, &inner, routed);
}

SEC("tc")
int dp_n6(struct __sk_buff *skb)
{
	return from_n6(skb, false);
}

SEC("tc")
int dp_stack(struct __sk_buff *skb)
{
	int rc = from_n6(skb, true);

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
	struct ebpf_key key = {.source = EBPF_RADIO};
	struct inner inner = {};
	struct packet p = {.inner = &inner, .uplink = true};
	struct ebpf_bearer bearer = {.ifindex = skb->ifindex};
	__u32 reason = EBPF_DROP_UNKNOWN_UE;
	struct ethhdr eth;

	if (bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)) || !mac_equal(eth.h_dest, config.gnb_mac))
		return TC_ACT_UNSPEC;
	/* radio control is the daemon's; users have IPv4 only */
	if (eth.h_proto != bpf_htons(ETH_P_IP))
		return eth.h_proto == bpf_htons(ETH_P_IPV6) ? drop(EBPF_DROP_MALFORMED)
							    : TC_ACT_UNSPEC;
	if (config.segment && skb->ifindex == config.wire_ifindex) {
		bearer.ifindex = skb->mark;
		skb->mark = 0;
	} else if (config.segment && skb->gso_size) {
		skb->mark = skb->ifindex;
		return bpf_redirect(config.stack_ifindex, 0);
	}
	__builtin_memcpy(bearer.mac, eth.h_source, ETH_ALEN);
	p.set = rule_set_by_bearer(&bearer);
	if (!p.set || p.set->bearer.ifindex != bearer.ifindex ||
	    !mac_equal(p.set->bearer.mac, bearer.mac))
		return drop(EBPF_DROP_UNKNOWN_UE);
	if (inner_parse(skb, ETH_HLEN, skb->len, &inner))
		return session_drop(p.set, EBPF_DROP_MALFORMED);
	key.src_be = inner.src_be;
	p.rule = rule_match(p.set, &key, &reason);
	if (!p.rule)
		return session_drop(p.set, reason);
	if (p.rule->drop)
		return session_drop(p.set, p.rule->drop);
	if (p.rule->destination != EBPF_N3)
		return session_drop(p.set, EBPF_DROP_ACTION);
	if (inner.segment > p.set->mtu)
		return session_drop(p.set, EBPF_DROP_TOO_BIG);
	return to_tunnel(skb, &p, 1);
}

char _license[] SEC("license") = "GPL";
