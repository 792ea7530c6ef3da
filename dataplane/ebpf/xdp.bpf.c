// SPDX-License-Identifier: GPL-2.0
/*
 * The ebpf back end by XDP: the same rules as tc (tc.bpf.c), for what can be done without an skb.
 * All else is passed on untouched, and tc, which is attached as well, does it: fragments, what is
 * to wait or be copied, what has to be cut or answered, hops that aren't known or have to be asked
 * after, UDP checksums over IPv6 that the inner packet's own doesn't tell.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define FRAME xdp_md
#include "dataplane/ebpf/decide.bpf.h"
#include "dataplane/ebpf/outer.bpf.h"

static __always_inline struct view view_of(const struct xdp_md *xdp)
{
	return (struct view){.data = (void *)(long)xdp->data,
			     .end = (void *)(long)xdp->data_end,
			     .length = xdp->data_end - xdp->data};
}

static __always_inline void load_of(struct packet *p)
{
	p->load.octets = p->inner.length;
	p->load.packets = 1;
	p->load.now_ns = bpf_ktime_get_coarse_ns();
	p->load.segment = p->inner.length;
}

static __always_inline int refuse(const struct packet *p, __u32 reason)
{
	packet_drop(p, reason);
	return XDP_DROP;
}

/* What tc does with it, XDP leaves alone */
static __always_inline bool is_plain(const struct ebpf_entry *e)
{
	return !(e->flags & EBPF_ENTRY_SLOW) &&
	       (e->action == EBPF_FORWARD || e->action == EBPF_GATE || e->action == EBPF_DROP);
}

static __always_inline int action_drop(const struct packet *p, const struct ebpf_entry *e)
{
	packet_action_drop(p, e);
	return XDP_DROP;
}

/* ---- into a tunnel ---- */

static __always_inline int headers_put(struct xdp_md *xdp, const struct packet *p,
				       const struct ebpf_entry *e, const struct tunnel_way *way)
{
	struct outer_wire *wire = (void *)(long)xdp->data;

	if ((void *)(wire + 1) > (void *)(long)xdp->data_end)
		return -1;
	outer_write(wire, way, e, p->inner.length);
	return 0;
}

static __always_inline int headers6_put(struct xdp_md *xdp, const struct packet *p,
					const struct ebpf_entry *e, const struct tunnel_way *way,
					__u32 sum)
{
	struct outer6_wire *wire = (void *)(long)xdp->data;

	if ((void *)(wire + 1) > (void *)(long)xdp->data_end)
		return -1;
	outer6_write(wire, way, e, p->inner.length, sum);
	return 0;
}

static __always_inline int to_tunnel(struct xdp_md *xdp, const struct packet *p,
				     const struct ebpf_entry *e, __u32 strip, __u8 pdu_type)
{
	const __u32 number = e->peer;
	const struct ebpf_peer *peer = bpf_map_lookup_elem(&peers, &number);
	struct tunnel_way way = {.peer = peer, .pdu_type = pdu_type};
	int sum = 0;
	bool known;

	if (!peer || p->load.segment > mtu_of(p))
		return XDP_PASS;
	if (peer->v6)
		sum = inner_sum(xdp, &p->inner);
	if (sum < 0)
		return XDP_PASS;
	way.hop = hop_find(peer->dst, peer->v6, peer->way, p->load.now_ns, &known);
	if (!way.hop || !known)
		return XDP_PASS;
	if (packet_decide(p, e) != VERDICT_GO)
		return XDP_DROP;
	if (!strip && hop_count(xdp, p->inner.flags & INNER_V6)) /* from N6, as a router */
		return XDP_DROP;
	if (!strip && p->inner.flags & INNER_V6)
		sum += (__u16)~bpf_htons(1); /* in the sum as it was */
	if (bpf_xdp_adjust_head(xdp, (int)strip - (int)outer_size(e, peer->v6)))
		return XDP_DROP;
	if (peer->v6 ? headers6_put(xdp, p, e, &way, (__u32)sum) : headers_put(xdp, p, e, &way))
		return XDP_DROP;
	return bpf_redirect(way.hop->ifindex, 0);
}

/* ---- out of one ---- */

static __always_inline int to_n6(struct xdp_md *xdp, const struct packet *p,
				 const struct ebpf_entry *e)
{
	const bool v6 = p->inner.flags & INNER_V6;
	const struct ebpf_hop *hop;
	struct ethhdr *eth;
	bool known;

	if (p->inner.ttl <= 1 || is_unroutable(&p->inner))
		return XDP_PASS;
	hop = hop_find(p->inner.dst, v6, e->instance, p->load.now_ns, &known);
	if (!hop || !known || hop->class & EBPF_POOL || p->inner.length > hop->mtu)
		return XDP_PASS;
	if (hop->class & EBPF_PROTECTED)
		return refuse(p, EBPF_DROP_PROTECTED);
	if (hop->class)
		return refuse(p, EBPF_DROP_NO_ROUTE);
	if (packet_decide(p, e) != VERDICT_GO)
		return XDP_DROP;
	if (bpf_xdp_adjust_head(xdp, (int)p->inner.offset - ETH_HLEN))
		return XDP_DROP;
	eth = (void *)(long)xdp->data;
	if ((void *)(eth + 1) > (void *)(long)xdp->data_end || hop_count(xdp, v6))
		return XDP_DROP;
	eth_fill(eth, hop, v6 ? ETH_P_IPV6 : ETH_P_IP);
	return bpf_redirect(hop->ifindex, 0);
}

/* ---- where they come in ---- */

SEC("xdp")
int xdp_n3(struct xdp_md *xdp)
{
	const struct view v = view_of(xdp);
	const struct ebpf_entry *e;
	struct packet p = {};
	struct gtpu gtpu = {};
	struct owner owner;

	if (gtpu_parse(xdp, v.length, &gtpu) != GTPU_USER || !is_local(gtpu.local, gtpu.v6))
		return XDP_PASS;
	if (!owner_by_teid(gtpu.teid, &owner))
		return XDP_PASS; /* tc counts it, and has it answered */
	p.inner.offset = gtpu.inner;
	if (inner_parse(xdp, gtpu.end, &p.inner) || p.inner.offset + p.inner.length != v.length)
		return XDP_PASS;
	packet_own(&p, &owner);
	load_of(&p);
	e = packet_match(&p, EBPF_N3, gtpu.teid, gtpu.has_container ? 1ull << gtpu.qfi : 0);
	if (!e)
		return XDP_DROP;
	if (!is_plain(e))
		return XDP_PASS;
	if (e->action != EBPF_FORWARD)
		return action_drop(&p, e);
	switch (e->destination) {
	case EBPF_N6:
		return to_n6(xdp, &p, e);
	case EBPF_N3:
		return to_tunnel(xdp, &p, e, p.inner.offset - ETH_HLEN,
				 gtpu.has_container ? gtpu.pdu_type : e->direction == EBPF_UPLINK);
	default:
		return XDP_PASS;
	}
}

SEC("xdp")
int xdp_n6(struct xdp_md *xdp)
{
	const struct view v = view_of(xdp);
	const struct ethhdr *eth = at(&v, 0, sizeof(*eth));
	const struct ebpf_entry *e;
	struct packet p = {};
	struct owner owner;
	bool v6;

	if (!eth || (eth->h_proto != bpf_htons(ETH_P_IP) && eth->h_proto != bpf_htons(ETH_P_IPV6)))
		return XDP_PASS;
	p.inner.offset = ETH_HLEN;
	p.instance = instance_of(xdp->ingress_ifindex);
	if (inner_parse(xdp, v.length, &p.inner) || p.inner.ttl <= 1 ||
	    v.length != ETH_HLEN + p.inner.length)
		return XDP_PASS;
	v6 = p.inner.flags & INNER_V6;
	if (v6 && is_link_local6(p.inner.src))
		return XDP_PASS;
	if (!owner_by_ue(p.inner.dst, v6, p.instance, &owner))
		return XDP_PASS;
	packet_own(&p, &owner);
	load_of(&p);
	e = packet_match(&p, EBPF_N6, 0, 0);
	if (!e)
		return XDP_DROP;
	if (!is_plain(e) || (e->action == EBPF_FORWARD && e->destination != EBPF_N3))
		return XDP_PASS;
	if (e->action != EBPF_FORWARD)
		return action_drop(&p, e);
	return to_tunnel(xdp, &p, e, 0, 0);
}

char _license[] SEC("license") = "GPL";
