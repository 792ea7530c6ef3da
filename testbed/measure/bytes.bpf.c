// SPDX-License-Identifier: GPL-2.0
/*
 * The byte counter: a filter of a packet socket that takes no packet. Every packet on any interface
 * of a node passes it, is looked at by its headers, and is added up; nothing is copied, nothing
 * wakes anybody. See bytes.h for what the counts mean.
 *
 * GTP-U (3GPP TS 29.281) and IPIP (RFC 2003) are looked into, one of them once.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "testbed/measure/bytes_shared.h"

#define LO	      1 /* its ifindex, in every network namespace */
#define GTPU_PORT     2152
#define GTPU_G_PDU    255
#define EXTENSIONS    4 /* of a G-PDU, that are followed */
#define FRAGMENT_MASK 0x1fff

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BYTES_FLOWS_MAX);
	__type(key, struct bytes_key);
	__type(value, struct bytes_value);
} flows SEC(".maps");

/* Packets of flows for which there was no room */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} untold SEC(".maps");

struct ipv4 {
	__u8 version_length, tos;
	__be16 total, id, fragment;
	__u8 ttl, protocol;
	__be16 checksum;
	__be32 source, destination;
};

struct packet {
	__u32 at;      /* offset of the header that @ip is */
	__u32 payload; /* offset of what the transport carries */
	struct ipv4 ip;
};

static __always_inline int read_ip(struct __sk_buff *skb, struct packet *p)
{
	if (bpf_skb_load_bytes(skb, p->at, &p->ip, sizeof(p->ip)) < 0)
		return -1;
	if (p->ip.version_length >> 4 != 4)
		return -1;
	p->payload = p->at + (p->ip.version_length & 15) * 4;
	return 0;
}

/* Where the inner packet of a G-PDU begins, whose UDP header is at @udp; 0: it is none */
static __always_inline __u32 inside_gtpu(struct __sk_buff *skb, __u32 udp)
{
	__u8 head[12], next[1], length[1];
	__u32 at = udp + 8;

	if (bpf_skb_load_bytes(skb, at, head, 8) < 0 || head[0] >> 5 != 1 || head[1] != GTPU_G_PDU)
		return 0;
	if (!(head[0] & 7))
		return at + 8;
	if (bpf_skb_load_bytes(skb, at, head, 12) < 0)
		return 0;
	at += 12;
	next[0] = head[0] & 4 ? head[11] : 0;
	for (int i = 0; i < EXTENSIONS; i++) {
		if (!next[0])
			return at;
		if (bpf_skb_load_bytes(skb, at, length, 1) < 0 || !length[0])
			return 0;
		at += length[0] * 4;
		if (bpf_skb_load_bytes(skb, at - 1, next, 1) < 0)
			return 0;
	}
	return 0;
}

static __always_inline __u32 inside(struct __sk_buff *skb, const struct packet *p)
{
	__be16 port;

	if (p->ip.fragment & bpf_htons(FRAGMENT_MASK))
		return 0;
	if (p->ip.protocol == IPPROTO_IPIP)
		return p->payload;
	if (p->ip.protocol != IPPROTO_UDP ||
	    bpf_skb_load_bytes(skb, p->payload + 2, &port, sizeof(port)) < 0 ||
	    port != bpf_htons(GTPU_PORT))
		return 0;
	return inside_gtpu(skb, p->payload);
}

/* Ports, and where the payload begins */
static __always_inline void read_transport(struct __sk_buff *skb, struct packet *p,
					   struct bytes_key *key)
{
	__be16 port[2];
	__u8 offset;

	if (p->ip.fragment & bpf_htons(FRAGMENT_MASK))
		return;
	if (p->ip.protocol != IPPROTO_TCP && p->ip.protocol != IPPROTO_UDP)
		return;
	if (bpf_skb_load_bytes(skb, p->payload, port, sizeof(port)) < 0)
		return;
	port[0] = bpf_ntohs(port[0]);
	port[1] = bpf_ntohs(port[1]);
	key->port = port[0] < port[1] ? port[0] : port[1];
	if (p->ip.protocol == IPPROTO_UDP)
		p->payload += 8;
	else if (bpf_skb_load_bytes(skb, p->payload + 12, &offset, 1) == 0)
		p->payload += (offset >> 4) * 4;
}

static __always_inline void add(const struct bytes_key *key, __u64 octets, __u64 payload)
{
	struct bytes_value *value = bpf_map_lookup_elem(&flows, key), none = {};
	__u32 zero = 0;
	__u64 *lost;

	if (!value) {
		bpf_map_update_elem(&flows, key, &none, BPF_NOEXIST);
		value = bpf_map_lookup_elem(&flows, key);
	}
	if (value) {
		__sync_fetch_and_add(&value->packets, 1);
		__sync_fetch_and_add(&value->octets, octets);
		__sync_fetch_and_add(&value->payload, payload);
		return;
	}
	lost = bpf_map_lookup_elem(&untold, &zero);
	if (lost)
		__sync_fetch_and_add(lost, 1);
}

/* Of a socket of type SOCK_DGRAM: the packet begins with its network header. */
SEC("socket")
int count(struct __sk_buff *skb)
{
	struct bytes_key key = {};
	struct packet p = {}, inner = {};

	if (skb->ifindex == LO || skb->protocol == bpf_htons(ETH_P_ARP))
		return 0;
	key.ifindex = skb->ifindex;
	key.flags = skb->pkt_type == PACKET_OUTGOING	? BYTES_OUT
		    : skb->pkt_type == PACKET_OTHERHOST ? BYTES_STRAY
							: 0;
	if (skb->protocol != bpf_htons(ETH_P_IP) || read_ip(skb, &p) < 0) {
		key.flags |= BYTES_NOT_IPV4;
		add(&key, skb->len, skb->len);
		return 0;
	}
	key.outer_source = p.ip.source;
	key.outer_destination = p.ip.destination;
	inner.at = inside(skb, &p);
	if (inner.at && read_ip(skb, &inner) == 0) {
		key.flags |= BYTES_TUNNEL;
		p = inner;
	}
	key.source = p.ip.source;
	key.destination = p.ip.destination;
	key.protocol = p.ip.protocol;
	read_transport(skb, &p, &key);
	add(&key, skb->len, skb->len > p.payload ? skb->len - p.payload : 0);
	return 0;
}

char _license[] SEC("license") = "GPL";
