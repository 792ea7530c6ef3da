/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading packets where they lie: Ethernet, outer IP, UDP and GTP-U, and the inner IP packet as
 * filters see it. A frame is an skb or an XDP buffer: who includes this names the type, FRAME, and
 * has seen to it that what is read is linear.
 *
 * Spec: TS 29.281 cl. 5.1, 5.2 (header, extension headers), TS 38.415 cl. 5.5.2 (PDU session
 * container), RFC 791, RFC 8200
 */
#ifndef BATON_DATAPLANE_PACKET_BPF_H
#define BATON_DATAPLANE_PACKET_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	PORT_GTPU = 2152,
	GTPU_FLAGS_PLAIN = 0x30, /* version 1, protocol type GTP */
	GTPU_FLAG_EXTENSION = 0x04,
	GTPU_OPTIONS = 0x07, /* E, S, PN */
	GTPU_MSG_USER = 255,
	GTPU_EXT_CONTAINER = 0x85,
	GTPU_EXT_REQUIRED = 0x80, /* the endpoint must understand it, figure 5.2.1-2 */
	GTPU_EXTENSIONS_MAX = 8,
	IP6_HEADERS_MAX = 8, /* IPFILTER_MAX_IP6_HEADERS */
	IP6_MTU_MIN = 1280,  /* what each link has room for, RFC 8200 cl. 5 */
	IP_OFFSET = 0x1fff,
	IP_MORE = 0x2000,
	IP_DONT_FRAGMENT = 0x4000,
	READ_MAX = 1024, /* nothing is looked at behind so many octets */
	L4_ICMP = 1,
	L4_TCP = 6,
	L4_UDP = 17,
	L4_IPV6_ROUTING = 43,
	L4_IPV6_FRAGMENT = 44,
	L4_ESP = 50,
	L4_AH = 51,
	L4_ICMP6 = 58,
	L4_IPV6_OPTIONS = 60,
	L4_SCTP = 132,
	L4_IPV6_MOBILITY = 135,
	L4_IPV6_HIP = 139,
	L4_IPV6_SHIM6 = 140,
};

struct gtpu_wire {
	__u8 flags, type;
	__be16 length;
	__be32 teid;
};

struct gtpu_options {
	__be16 sequence;
	__u8 npdu, next;
};

/* A frame, from its Ethernet header on; @length: with what isn't linear */
struct view {
	const void *data, *end;
	__u32 length;
};

static __always_inline struct view view_again(const struct FRAME *frame)
{
	return (struct view){.data = (void *)(long)frame->data,
			     .end = (void *)(long)frame->data_end};
}

/* Where @size octets at @at are, or NULL */
static __always_inline const void *at(const struct view *v, __u32 offset, __u32 size)
{
	const void *p = v->data + offset;

	if (offset > READ_MAX || p + size > v->end)
		return NULL;
	return p;
}

/* ---- GTP-U ---- */

/* A G-PDU: offsets from the Ethernet header */
struct gtpu {
	__u32 teid;
	__u32 inner, end;
	__u8 qfi, pdu_type;
	bool has_container;
	bool v6; /* the outer header */
	__be32 local[4]; /* the outer destination, IPv4 in the first word */
};

enum gtpu_verdict {
	GTPU_USER,  /* a G-PDU, *ret is set */
	GTPU_OTHER, /* not GTP-U, or a control message: for the stack */
	GTPU_MALFORMED,
	GTPU_UNKNOWN_EXTENSION, /* to be told to the peer: for the stack */
};

/* The chain of extension headers from ret->inner on, which is its end afterwards. Not static:
 * verified once */
__noinline int gtpu_extensions(struct FRAME *frame, __u32 type, struct gtpu *ret)
{
	struct view again = view_again(frame), *v = &again;

	if (!ret)
		return GTPU_MALFORMED;
	for (int i = 0; i < GTPU_EXTENSIONS_MAX && type; i++) {
		const __u8 *head = at(v, ret->inner, 4), *last;

		if (!head || !head[0] || ret->inner + head[0] * 4u > ret->end)
			return GTPU_MALFORMED;
		if (type == GTPU_EXT_CONTAINER) {
			ret->has_container = true;
			ret->pdu_type = head[1] >> 4;
			ret->qfi = head[2] & 0x3f;
		} else if (type & GTPU_EXT_REQUIRED) {
			return GTPU_UNKNOWN_EXTENSION;
		}
		ret->inner += head[0] * 4u;
		last = at(v, ret->inner - 1, 1);
		if (!last)
			return GTPU_MALFORMED;
		type = *last;
	}
	return type ? GTPU_MALFORMED : GTPU_USER;
}

static __always_inline int gtpu_header(struct FRAME *frame, const struct view *v, __u32 offset,
				       struct gtpu *ret)
{
	const struct gtpu_wire *wire = at(v, offset, sizeof(*wire));
	const struct gtpu_options *options;

	offset += sizeof(*wire);
	if (!wire || offset > ret->end || (wire->flags & 0xf0) != GTPU_FLAGS_PLAIN)
		return GTPU_MALFORMED;
	if (wire->type != GTPU_MSG_USER)
		return GTPU_OTHER;
	if (offset + bpf_ntohs(wire->length) > ret->end)
		return GTPU_MALFORMED;
	ret->end = offset + bpf_ntohs(wire->length);
	ret->teid = bpf_ntohl(wire->teid);
	ret->inner = offset;
	if (!(wire->flags & GTPU_OPTIONS))
		return GTPU_USER;
	options = at(v, offset, sizeof(*options));
	ret->inner += sizeof(*options);
	if (!options || ret->inner > ret->end)
		return GTPU_MALFORMED;
	/* without E the octet of the next extension header's type is there and means nothing */
	if (!(wire->flags & GTPU_FLAG_EXTENSION))
		return GTPU_USER;
	return gtpu_extensions(frame, options->next, ret);
}

/* From UDP on, which is at @offset and ends at ret->end at most */
static __always_inline int gtpu_udp(struct FRAME *frame, const struct view *v, __u32 offset,
				    struct gtpu *ret)
{
	const struct udphdr *udp = at(v, offset, sizeof(*udp));
	__u32 length;

	if (!udp || udp->dest != bpf_htons(PORT_GTPU))
		return GTPU_OTHER;
	length = bpf_ntohs(udp->len);
	if (ret->v6 && !udp->check) /* over IPv6 there is one, RFC 8200 cl. 8.1 */
		return GTPU_MALFORMED;
	if (ret->end > v->length || length < sizeof(*udp) || offset + length > ret->end)
		return GTPU_MALFORMED;
	ret->end = offset + length;
	return gtpu_header(frame, v, offset + sizeof(*udp), ret);
}

/*
 * What is in a frame of @length octets; *ret is 0. Not static: so it is verified once by itself, and
 * not each of its ways together with each of all that follows
 */
__noinline int gtpu_parse(struct FRAME *frame, __u32 length, struct gtpu *ret)
{
	struct view again = view_again(frame), *v = &again;
	const struct ethhdr *eth = at(v, 0, sizeof(*eth));
	const struct ipv6hdr *ip6;
	const struct iphdr *ip;

	if (!eth || !ret)
		return GTPU_OTHER;
	v->length = length;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		ip = at(v, ETH_HLEN, sizeof(*ip));
		/* a fragment is put together by the stack; the socket counts what comes out */
		if (!ip || ip->protocol != L4_UDP || ip->ihl < 5 ||
		    ip->frag_off & bpf_htons(IP_OFFSET | IP_MORE))
			return GTPU_OTHER;
		ret->local[0] = ip->daddr;
		ret->end = ETH_HLEN + bpf_ntohs(ip->tot_len);
		return gtpu_udp(frame, v, ETH_HLEN + ip->ihl * 4u, ret);
	}
	ip6 = at(v, ETH_HLEN, sizeof(*ip6));
	if (!ip6 || eth->h_proto != bpf_htons(ETH_P_IPV6) || ip6->nexthdr != L4_UDP)
		return GTPU_OTHER;
	__builtin_memcpy(ret->local, &ip6->daddr, sizeof(ip6->daddr));
	ret->v6 = true;
	ret->end = ETH_HLEN + sizeof(*ip6) + bpf_ntohs(ip6->payload_len);
	return gtpu_udp(frame, v, ETH_HLEN + sizeof(*ip6), ret);
}

/* ---- the inner packet ---- */

/* FRAGMENT: not the first one, without ports; PIECE: any fragment */
enum {
	INNER_V6 = 1,
	INNER_PORTS = 2,
	INNER_SPI = 4,
	INNER_DF = 8,
	INNER_FRAGMENT = 16,
	INNER_PIECE = 32,
};

/* As ipfilter_packet_read has it (lib/ipfilter/packet.h): addresses in network order, IPv4 in the
 * first word; numbers in host order */
struct inner {
	__be32 src[4], dst[4];
	__u32 offset; /* from the Ethernet header */
	__u32 length; /* of the whole packet */
	__u32 l4;     /* offset of what comes behind IP headers */
	__u32 spi, flow_label;
	__u16 src_port, dst_port;
	__u8 flags, protocol, tos, ttl;
};

static __always_inline void inner_ports(const struct view *v, struct inner *ret)
{
	const __be16 *ports;
	const __be32 *spi;

	switch (ret->protocol) {
	case L4_TCP:
	case L4_UDP:
	case L4_SCTP:
		ports = at(v, ret->l4, 4);
		if (!ports || ret->l4 + 4 > ret->offset + ret->length)
			return;
		ret->src_port = bpf_ntohs(ports[0]);
		ret->dst_port = bpf_ntohs(ports[1]);
		ret->flags |= INNER_PORTS;
		return;
	case L4_ESP:
	case L4_AH:
		spi = at(v, ret->l4 + (ret->protocol == L4_AH ? 4 : 0), 4);
		if (!spi || ret->l4 + (ret->protocol == L4_AH ? 8 : 4) > ret->offset + ret->length)
			return;
		ret->spi = bpf_ntohl(*spi);
		ret->flags |= INNER_SPI;
	}
}

static __always_inline int inner_ip4(const struct view *v, __u32 limit, struct inner *ret)
{
	const struct iphdr *ip = at(v, ret->offset, sizeof(*ip));
	__u32 header;

	if (!ip)
		return -1;
	header = ip->ihl * 4u;
	ret->length = bpf_ntohs(ip->tot_len);
	if (header < sizeof(*ip) || ret->length < header || ret->offset + ret->length > limit)
		return -1;
	ret->src[0] = ip->saddr;
	ret->dst[0] = ip->daddr;
	ret->ttl = ip->ttl;
	ret->tos = ip->tos;
	ret->protocol = ip->protocol;
	ret->l4 = ret->offset + header;
	if (ip->frag_off & bpf_htons(IP_DONT_FRAGMENT))
		ret->flags |= INNER_DF;
	if (ip->frag_off & bpf_htons(IP_OFFSET | IP_MORE))
		ret->flags |= INNER_PIECE;
	if (ip->frag_off & bpf_htons(IP_OFFSET))
		ret->flags |= INNER_FRAGMENT;
	else
		inner_ports(v, ret);
	/* one that begins within the transport header would hide it, RFC 1858 */
	return (ip->frag_off & bpf_htons(IP_OFFSET)) == bpf_htons(1) ? -1 : 0;
}

/* Whose form is known: next header, length in units of 8 octets without the first */
static __always_inline bool is_extension(__u8 protocol)
{
	return !protocol || protocol == L4_IPV6_ROUTING || protocol == L4_IPV6_OPTIONS ||
	       protocol == L4_IPV6_MOBILITY || protocol == L4_IPV6_HIP || protocol == L4_IPV6_SHIM6;
}

/* Over the extension headers: ret->protocol is what comes behind them, or that of a fragment that
 * isn't the first */
static __always_inline int inner_ip6_headers(const struct view *v, struct inner *ret)
{
	for (int i = 0; i < IP6_HEADERS_MAX; i++) {
		const __u8 *head;
		bool fragment = ret->protocol == L4_IPV6_FRAGMENT;

		if (!fragment && !is_extension(ret->protocol))
			return 0;
		head = at(v, ret->l4, 8);
		if (!head || ret->l4 + 8 > ret->offset + ret->length)
			return -1;
		ret->protocol = head[0];
		ret->l4 += fragment ? 8 : 8 + head[1] * 8u;
		if (fragment)
			ret->flags |= INNER_PIECE;
		if (fragment && !head[2] && (head[3] & 0xf8) == 8)
			return -1; /* RFC 7112 */
		if (fragment && (head[2] || head[3] & 0xf8)) {
			ret->flags |= INNER_FRAGMENT;
			return 0;
		}
	}
	return ret->protocol == L4_IPV6_FRAGMENT || is_extension(ret->protocol) ? -1 : 0;
}

__noinline int inner_ip6(struct FRAME *frame, __u32 limit, struct inner *ret)
{
	struct view again = view_again(frame), *v = &again;
	const struct ipv6hdr *ip6;

	if (!ret)
		return -1;
	ip6 = at(v, ret->offset, sizeof(*ip6));
	if (!ip6)
		return -1;
	ret->length = sizeof(*ip6) + bpf_ntohs(ip6->payload_len);
	if (ret->offset + ret->length > limit)
		return -1;
	__builtin_memcpy(ret->src, &ip6->saddr, sizeof(ip6->saddr));
	__builtin_memcpy(ret->dst, &ip6->daddr, sizeof(ip6->daddr));
	ret->ttl = ip6->hop_limit;
	ret->tos = (__u8)(ip6->priority << 4 | ip6->flow_lbl[0] >> 4);
	ret->flow_label =
		(ip6->flow_lbl[0] & 0xfu) << 16 | ip6->flow_lbl[1] << 8 | ip6->flow_lbl[2];
	ret->protocol = ip6->nexthdr;
	ret->l4 = ret->offset + sizeof(*ip6);
	ret->flags = INNER_V6 | INNER_DF;
	if (inner_ip6_headers(v, ret) || ret->l4 > ret->offset + ret->length)
		return -1;
	if (!(ret->flags & INNER_FRAGMENT))
		inner_ports(v, ret);
	return 0;
}

/* The IP packet at ret->offset, which ends at @limit at most; *ret is 0 but for it. Not static: as
 * gtpu_parse. Return: 0, or -1: malformed */
__noinline int inner_parse(struct FRAME *frame, __u32 limit, struct inner *ret)
{
	const struct view again = view_again(frame), *v = &again;
	const __u8 *first;

	if (!ret)
		return -1;
	first = at(v, ret->offset, 1);
	if (!first)
		return -1;
	if (*first >> 4 == 4)
		return inner_ip4(v, limit, ret);
	return *first >> 4 == 6 ? inner_ip6(frame, limit, ret) : -1;
}

static __always_inline bool is_link_local6(const __be32 addr[4])
{
	return (addr[0] & bpf_htonl(0xffc00000)) == bpf_htonl(0xfe800000);
}

static __always_inline bool is_zero6(const __be32 addr[4])
{
	return !(addr[0] | addr[1] | addr[2] | addr[3]);
}

/* No router sends it on to another network: to several, to this link, to this node (RFC 1812
 * cl. 5.3.7, RFC 4291 cl. 2.5, 2.7). For a routing table it is but one more destination. */
static __always_inline bool is_unroutable(const struct inner *in)
{
	const __u32 host = bpf_ntohl(in->dst[0]);

	if (!(in->flags & INNER_V6))
		return host >> 29 == 7 || host >> 24 == 127 || !(host >> 24);
	return host >> 24 == 0xff || is_link_local6(in->dst) || is_link_local6(in->src) ||
	       is_zero6(in->src) || !(in->dst[0] | in->dst[1] | in->dst[2]);
}

/* As a router does; the IP header is behind an Ethernet header */
static __always_inline int hop_count(const struct FRAME *frame, bool v6)
{
	void *data = (void *)(long)frame->data, *end = (void *)(long)frame->data_end;
	struct ipv6hdr *ip6 = data + ETH_HLEN;
	struct iphdr *ip = data + ETH_HLEN;
	__u32 check;

	if (v6) {
		if ((void *)(ip6 + 1) > end)
			return -1;
		ip6->hop_limit--;
		return 0;
	}
	if ((void *)(ip + 1) > end)
		return -1;
	check = ip->check + bpf_htons(0x0100); /* RFC 1624: TTL and protocol are one word */
	ip->check = (__sum16)(check + (check >= 0xffff));
	ip->ttl--;
	return 0;
}

#endif
