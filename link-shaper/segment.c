// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/segment.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "link-shaper/checksum.h"

enum {
	ETH_LEN = 14,
	ETH_VLAN = 0x8100,
	ETH_IP = 0x0800,
	ETH_IP6 = 0x86dd,
	IP6_LEN = 40,
	UDP_LEN = 8,
	GTPU_PORT = 2152,
	GTPU_LEN = 8,
	GTPU_OPTIONS = 7, /* E, S, PN: four more octets are there */
	GTPU_GPDU = 255,
	GTPU_EXTENSIONS_MAX = 8,
	TCP_LEN = 20,
	TCP_FLAGS = 13,
	TCP_FIN_PSH = 0x09,
	TCP_CWR = 0x80,
	GSO_UDP_L4 = 5, /* VIRTIO_NET_HDR_GSO_UDP_L4, newer than Debian 12's header */
};

bool segment_is_super(const struct packet *packet)
{
	return packet->vnet.gso_type != VIRTIO_NET_HDR_GSO_NONE && packet->vnet.gso_size;
}

static int read16(const struct packet *p, size_t at, uint16_t *ret)
{
	uint8_t b[2];

	if (!packet_read(p, at, b, sizeof(b)))
		return -EPROTONOSUPPORT;
	*ret = (uint16_t)(b[0] << 8 | b[1]);
	return 0;
}

static int read8(const struct packet *p, size_t at, uint8_t *ret)
{
	return packet_read(p, at, ret, 1) ? 0 : -EPROTONOSUPPORT;
}

/* An IP header at @at; @ret_next: where it ends */
static int read_ip(const struct packet *p, size_t at, struct segment_plan *plan, uint8_t *ret_proto,
		   size_t *ret_next)
{
	uint8_t first;
	bool ip6;

	if (read8(p, at, &first) || (first >> 4 != 4 && first >> 4 != 6))
		return -EPROTONOSUPPORT;
	ip6 = first >> 4 == 6;
	if (plan->ip_count == SEGMENT_IP_MAX || read8(p, at + (ip6 ? 6 : 9), ret_proto))
		return -EPROTONOSUPPORT;
	if (!ip6 && (first & 15) < 5)
		return -EPROTONOSUPPORT;
	plan->ip[plan->ip_count] = (uint16_t)at;
	plan->ip6[plan->ip_count++] = ip6;
	*ret_next = at + (ip6 ? IP6_LEN : (size_t)(first & 15) * 4);
	return 0;
}

static int read_link(const struct packet *p, size_t *ret_at)
{
	size_t at = 12;
	uint16_t type;

	if (read16(p, at, &type))
		return -EPROTONOSUPPORT;
	if (type == ETH_VLAN) {
		at += 4;
		if (read16(p, at, &type))
			return -EPROTONOSUPPORT;
	}
	*ret_at = at + 2;
	return type == ETH_IP || type == ETH_IP6 ? 0 : -EPROTONOSUPPORT;
}

/* The header and its extensions (the PDU session container); @ret_next: the user's packet */
static int read_gtp(const struct packet *p, size_t at, size_t *ret_next)
{
	uint8_t flags, type, next, len;

	if (read8(p, at, &flags) || read8(p, at + 1, &type) || flags >> 4 != 3 || type != GTPU_GPDU)
		return -EPROTONOSUPPORT;
	*ret_next = at + GTPU_LEN;
	if (!(flags & GTPU_OPTIONS))
		return 0;
	*ret_next += 4;
	if (read8(p, *ret_next - 1, &next))
		return -EPROTONOSUPPORT;
	for (int i = 0; next && i < GTPU_EXTENSIONS_MAX; i++) {
		if (read8(p, *ret_next, &len) || !len)
			return -EPROTONOSUPPORT;
		*ret_next += (size_t)len * 4;
		if (read8(p, *ret_next - 1, &next))
			return -EPROTONOSUPPORT;
	}
	return next ? -EPROTONOSUPPORT : 0;
}

static int read_tunnel(const struct packet *p, struct segment_plan *plan, uint8_t *proto,
		       size_t *at)
{
	uint16_t port;
	size_t inner;

	if (*proto != IPPROTO_UDP || read16(p, *at + 2, &port) || port != GTPU_PORT)
		return 0;
	if (read_gtp(p, *at + UDP_LEN, &inner))
		return p->vnet.gso_type == GSO_UDP_L4 ? 0 : -EPROTONOSUPPORT;
	plan->gtp = true;
	plan->udp = (uint16_t)*at;
	plan->gtp_at = (uint16_t)(*at + UDP_LEN);
	return read_ip(p, inner, plan, proto, at);
}

static int read_transport(const struct packet *p, struct segment_plan *plan, uint8_t proto,
			  size_t at)
{
	const uint8_t gso = p->vnet.gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;
	uint8_t offset;

	plan->tcp = proto == IPPROTO_TCP;
	plan->transport = (uint16_t)at;
	if (plan->tcp && (gso == VIRTIO_NET_HDR_GSO_TCPV4 || gso == VIRTIO_NET_HDR_GSO_TCPV6)) {
		if (read8(p, at + 12, &offset) || (offset >> 4) * 4 < TCP_LEN)
			return -EPROTONOSUPPORT;
		plan->headers = (uint16_t)(at + (size_t)(offset >> 4) * 4);
	} else if (proto == IPPROTO_UDP && gso == GSO_UDP_L4) {
		plan->headers = (uint16_t)(at + UDP_LEN);
	} else {
		return -EPROTONOSUPPORT;
	}
	if (plan->headers > SEGMENT_HEADERS_MAX || plan->headers >= p->len)
		return -EPROTONOSUPPORT;
	return 0;
}

int segment_plan(const struct packet *p, struct segment_plan *plan)
{
	uint8_t proto;
	size_t at;

	memset(plan, 0, sizeof(*plan));
	if (!segment_is_super(p) || read_link(p, &at) || read_ip(p, at, plan, &proto, &at) ||
	    read_tunnel(p, plan, &proto, &at) || read_transport(p, plan, proto, at))
		return -EPROTONOSUPPORT;
	plan->size = p->vnet.gso_size;
	if (plan->size > PACKET_MAX - plan->headers)
		return -EPROTONOSUPPORT;
	plan->pieces = (p->len - plan->headers + plan->size - 1) / plan->size;
	return 0;
}

uint64_t segment_wire_bytes(const struct packet *p, const struct segment_plan *plan)
{
	return p->len + (uint64_t)(plan->pieces - 1) * plan->headers;
}

/* ---- the headers of a piece, in a buffer of their own ---- */

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void ip_fix(uint8_t *ip, bool ip6, uint32_t len, uint32_t index)
{
	const size_t header = (size_t)(ip[0] & 15) * 4;

	if (ip6) {
		put16(ip + 4, len - IP6_LEN);
		return;
	}
	put16(ip + 2, len);
	put16(ip + 4, (uint32_t)(ip[4] << 8 | ip[5]) + index);
	put16(ip + 10, 0);
	put16(ip + 10, checksum_fold(checksum_add(0, ip, header)));
}

static void tcp_fix(uint8_t *tcp, uint32_t offset, bool first, bool last)
{
	uint32_t seq =
		(uint32_t)tcp[4] << 24 | (uint32_t)tcp[5] << 16 | (uint32_t)tcp[6] << 8 | tcp[7];

	seq += offset;
	put16(tcp + 4, seq >> 16);
	put16(tcp + 6, seq);
	if (!last)
		tcp[TCP_FLAGS] &= (uint8_t)~TCP_FIN_PSH;
	if (!first)
		tcp[TCP_FLAGS] &= (uint8_t)~TCP_CWR;
}

/* A tunnel's UDP goes without a checksum (RFC 6936, RFC 768): the whole one would have to be
 * summed over a piece whose inner checksum isn't complete. */
static void tunnel_fix(uint8_t *head, const struct segment_plan *plan, uint32_t len)
{
	const size_t inner = plan->gtp_at + GTPU_LEN;

	put16(head + plan->udp + 4, len - plan->udp);
	put16(head + plan->udp + 6, 0);
	put16(head + plan->gtp_at + 2, len - (uint32_t)inner);
}

static void headers_fix(uint8_t *head, const struct segment_plan *plan, uint32_t index,
			uint32_t len)
{
	const unsigned inner = plan->ip_count - 1;
	uint8_t *transport = head + plan->transport;
	uint32_t sum;

	for (unsigned i = 0; i < plan->ip_count; i++)
		ip_fix(head + plan->ip[i], plan->ip6[i], len - plan->ip[i], index);
	if (plan->gtp)
		tunnel_fix(head, plan, len);
	sum = checksum_pseudo(head + plan->ip[inner], plan->ip6[inner],
			      plan->tcp ? IPPROTO_TCP : IPPROTO_UDP, len - plan->transport);
	if (plan->tcp) {
		tcp_fix(transport, index * plan->size, index == 0, index + 1 == plan->pieces);
		put16(transport + 16, (uint16_t)~checksum_fold(sum));
	} else {
		put16(transport + 4, len - plan->transport);
		put16(transport + 6, (uint16_t)~checksum_fold(sum));
	}
}

static struct packet *piece_new(struct packet_pool *pool, uint32_t len)
{
	struct packet *piece = packet_new(pool);

	if (!piece)
		return NULL;
	piece->len = len;
	if (len <= PACKET_HEAD)
		return piece;
	piece->tail = packet_tail_new(pool);
	if (piece->tail)
		return piece;
	packet_free(pool, piece);
	return NULL;
}

int segment_cut(struct packet_pool *pool, const struct packet *p, const struct segment_plan *plan,
		uint32_t index, struct packet **ret_piece)
{
	const uint32_t at = plan->headers + index * plan->size;
	const uint32_t payload = p->len - at < plan->size ? p->len - at : plan->size;
	struct packet *piece = piece_new(pool, plan->headers + payload);
	uint8_t head[SEGMENT_HEADERS_MAX], body[1024];

	if (!piece)
		return -ENOBUFS;
	packet_read(p, 0, head, plan->headers);
	headers_fix(head, plan, index, piece->len);
	packet_write(piece, 0, head, plan->headers);
	for (uint32_t done = 0, part; done < payload; done += part) {
		part = payload - done < sizeof(body) ? payload - done : sizeof(body);
		packet_read(p, at + done, body, part);
		packet_write(piece, plan->headers + done, body, part);
	}
	piece->owner = p->owner;
	piece->vnet = (struct virtio_net_hdr){
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.csum_start = plan->transport,
		.csum_offset = plan->tcp ? 16 : 6,
	};
	*ret_piece = piece;
	return 0;
}
