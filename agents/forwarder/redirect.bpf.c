// SPDX-License-Identifier: GPL-2.0
/*
 * A service's packets to its forwarder, and what the forwarder sends to where it seems to come
 * from; see redirect.h.
 *
 * Stateless: each packet is changed by what it says alone. Checksums are mended by the difference,
 * so it doesn't matter whether they are finished or left to the hardware. A fragment without its
 * ports is left alone: datagrams of the service wire fit a packet.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "agents/forwarder/redirect_shared.h"

enum { IP_AT = sizeof(struct ethhdr), IP_OFFSET = 0x1fff };

const volatile struct redirect_config redirect = {};

struct ports {
	__be16 source, destination;
};

struct packet {
	struct iphdr ip;
	struct ports ports;
	__u32 l4; /* where TCP or UDP begins */
};

static __always_inline int packet_read(struct __sk_buff *skb, struct packet *p)
{
	if (skb->protocol != bpf_htons(ETH_P_IP) ||
	    bpf_skb_load_bytes(skb, IP_AT, &p->ip, sizeof(p->ip)) < 0)
		return -1;
	if (p->ip.protocol != IPPROTO_TCP && p->ip.protocol != IPPROTO_UDP)
		return -1;
	if (p->ip.frag_off & bpf_htons(IP_OFFSET))
		return -1;
	p->l4 = IP_AT + p->ip.ihl * 4;
	return bpf_skb_load_bytes(skb, p->l4, &p->ports, sizeof(p->ports));
}

static __always_inline __u32 checksum_at(const struct packet *p)
{
	return p->l4 + (p->ip.protocol == IPPROTO_TCP ? offsetof(struct tcphdr, check)
						      : offsetof(struct udphdr, check));
}

/* @address_at: of the IP header, @port_at: of the TCP or UDP header */
static __always_inline int change(struct __sk_buff *skb, const struct packet *p, __u32 address_at,
				  __be32 before, __be32 address, __u32 port_at, __be16 port_before,
				  __be16 port)
{
	/* a UDP checksum of zero is none, and stays so */
	const __u64 udp = p->ip.protocol == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
	const __u32 check = checksum_at(p);

	if (bpf_l4_csum_replace(skb, check, before, address,
				BPF_F_PSEUDO_HDR | udp | sizeof(address)) ||
	    bpf_l4_csum_replace(skb, check, port_before, port, udp | sizeof(port)) ||
	    bpf_l3_csum_replace(skb, IP_AT + offsetof(struct iphdr, check), before, address,
				sizeof(address)) ||
	    bpf_skb_store_bytes(skb, IP_AT + address_at, &address, sizeof(address), 0) ||
	    bpf_skb_store_bytes(skb, p->l4 + port_at, &port, sizeof(port), 0))
		return TC_ACT_SHOT;
	return TC_ACT_UNSPEC;
}

static __always_inline int change_source(struct __sk_buff *skb, const struct packet *p,
					 __be32 address, __be16 port)
{
	return change(skb, p, offsetof(struct iphdr, saddr), p->ip.saddr, address,
		      offsetof(struct ports, source), p->ports.source, port);
}

static __always_inline int change_destination(struct __sk_buff *skb, const struct packet *p,
					      __be32 address, __be16 port)
{
	return change(skb, p, offsetof(struct iphdr, daddr), p->ip.daddr, address,
		      offsetof(struct ports, destination), p->ports.destination, port);
}

static __always_inline int is_from(const struct packet *p, __be32 address, __be16 port)
{
	return p->ip.saddr == address && p->ports.source == port;
}

static __always_inline int is_to(const struct packet *p, __be32 address, __be16 port)
{
	return p->ip.daddr == address && p->ports.destination == port;
}

SEC("tc")
int forwarder_in(struct __sk_buff *skb)
{
	struct packet p;

	if (packet_read(skb, &p) < 0)
		return TC_ACT_UNSPEC;
	if (is_to(&p, redirect.service, redirect.service_port))
		return change_destination(skb, &p, redirect.here, redirect.port);
	if (is_from(&p, redirect.service, redirect.service_port) && p.ip.daddr == redirect.here)
		return change_source(skb, &p, redirect.source, redirect.port);
	return TC_ACT_UNSPEC;
}

SEC("tc")
int forwarder_out(struct __sk_buff *skb)
{
	struct packet p;

	if (packet_read(skb, &p) < 0 || p.ip.saddr != redirect.here)
		return TC_ACT_UNSPEC;
	if (p.ports.source == redirect.port)
		return change_source(skb, &p, redirect.service, redirect.service_port);
	if (is_to(&p, redirect.source, redirect.port))
		return change_destination(skb, &p, redirect.service, redirect.service_port);
	return TC_ACT_UNSPEC;
}

/* ---- at the source: `here` is its own address there, `source` the forwarder's edge ---- */

/* Users who are still at this edge, to the forwarder */
SEC("tc")
int divert_users(struct __sk_buff *skb)
{
	struct packet p;

	if (packet_read(skb, &p) < 0 || !is_to(&p, redirect.service, redirect.service_port))
		return TC_ACT_UNSPEC;
	return change_destination(skb, &p, redirect.source, redirect.port);
}

/* What comes from @address and @port, as if from @other and @other_port */
static __always_inline int pass_for(struct __sk_buff *skb, __be32 address, __be16 port,
				    __be32 other, __be16 other_port)
{
	struct packet p;

	if (packet_read(skb, &p) < 0 || !is_from(&p, address, port))
		return TC_ACT_UNSPEC;
	return change_source(skb, &p, other, other_port);
}

/* Its answers for them: from an address that is this node's own they would be dropped as impossible
 */
SEC("tc")
int divert_answers(struct __sk_buff *skb)
{
	return pass_for(skb, redirect.service, redirect.service_port, redirect.source,
			redirect.port);
}

SEC("tc")
int divert_back(struct __sk_buff *skb)
{
	return pass_for(skb, redirect.source, redirect.port, redirect.service,
			redirect.service_port);
}

char _license[] SEC("license") = "GPL";
