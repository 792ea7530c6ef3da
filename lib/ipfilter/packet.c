// SPDX-License-Identifier: Apache-2.0
/*
 * IP packet -> the view that filters are matched against (RFC 791, RFC 8200 cl. 4; SPI: RFC 4302
 * cl. 2.4, RFC 4303 cl. 2.1).
 */
#include <errno.h>
#include <netinet/in.h>

#include "lib/ipfilter/packet.h"
#include "lib/wire.h"

#define IP4_HEADER	 20
#define IP4_OFFSET	 0x1fff /* of a fragment, in units of 8 octets */
#define IP6_HEADER	 40
#define IP6_OFFSET_SHIFT 3
#define IP6_LABEL	 0xfffff

enum {
	IPPROTO_MOBILITY = 135,
	IPPROTO_HIP = 139,
	IPPROTO_SHIM6 = 140,
};

/* @r is at the header behind IP; what isn't there is not told. */
static void get_transport(struct wire_reader *r, struct ipfilter_packet *ret)
{
	switch (ret->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
		ret->src_port = wire_get_u16(r);
		ret->dst_port = wire_get_u16(r);
		ret->has_ports = !r->bad;
		break;
	case IPPROTO_AH:
		wire_get(r, 4); /* next header, length, reserved */
		ret->spi = wire_get_u32(r);
		ret->has_spi = !r->bad;
		break;
	case IPPROTO_ESP:
		ret->spi = wire_get_u32(r);
		ret->has_spi = !r->bad;
		break;
	}
	if (!ret->has_ports)
		ret->src_port = ret->dst_port = 0;
	if (!ret->has_spi)
		ret->spi = 0;
}

static int get_ip4(const uint8_t *packet, size_t len, struct ipfilter_packet *ret)
{
	size_t header = len ? (packet[0] & 0xf) * 4u : 0, total;
	struct wire_reader r;
	uint16_t offset;

	if (len < IP4_HEADER)
		return -EBADMSG;
	total = wire_load16(packet + 2);
	offset = wire_load16(packet + 6) & IP4_OFFSET;
	if (header < IP4_HEADER || total < header || total > len || offset == 1)
		return -EBADMSG;
	ret->tos = packet[1];
	ret->protocol = packet[9];
	ret->fragment = offset;
	memcpy(ret->src, packet + 12, 4);
	memcpy(ret->dst, packet + 16, 4);
	r = (struct wire_reader){.at = packet + header, .end = packet + total};
	if (!ret->fragment)
		get_transport(&r, ret);
	return 0;
}

/* Of one whose form is known: next header, length in units of 8 octets without the first */
static bool is_extension(uint8_t header)
{
	switch (header) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MOBILITY:
	case IPPROTO_HIP:
	case IPPROTO_SHIM6:
		return true;
	}
	return false;
}

/* Return: 0 or -EBADMSG */
static int get_fragment(struct wire_reader *r, struct ipfilter_packet *ret)
{
	uint16_t offset;

	ret->protocol = wire_get_u8(r);
	wire_get_u8(r); /* reserved */
	offset = (uint16_t)(wire_get_u16(r) >> IP6_OFFSET_SHIFT);
	wire_get_u32(r); /* identification */
	ret->fragment = ret->fragment || offset;
	return r->bad || offset == 1 ? -EBADMSG : 0;
}

/* Behind a fragment header that is not the first one's there are no headers any more. */
static int get_extensions(struct wire_reader *r, struct ipfilter_packet *ret)
{
	for (int i = 0; !ret->fragment; i++) {
		int rc = 0;

		if (ret->protocol != IPPROTO_FRAGMENT && !is_extension(ret->protocol))
			return 0;
		if (i == IPFILTER_MAX_IP6_HEADERS)
			return -EBADMSG;
		if (ret->protocol == IPPROTO_FRAGMENT) {
			rc = get_fragment(r, ret);
		} else {
			ret->protocol = wire_get_u8(r);
			wire_get(r, wire_get_u8(r) * 8u + 6);
		}
		if (rc || r->bad)
			return -EBADMSG;
	}
	return 0;
}

static int get_ip6(const uint8_t *packet, size_t len, struct ipfilter_packet *ret)
{
	struct wire_reader r;
	uint32_t first;
	size_t payload;
	int rc;

	if (len < IP6_HEADER)
		return -EBADMSG;
	first = wire_load32(packet);
	payload = wire_load16(packet + 4);
	if (payload > len - IP6_HEADER)
		return -EBADMSG;
	ret->v6 = true;
	ret->tos = (uint8_t)(first >> 20);
	ret->flow_label = first & IP6_LABEL;
	ret->protocol = packet[6];
	memcpy(ret->src, packet + 8, 16);
	memcpy(ret->dst, packet + 24, 16);
	r = (struct wire_reader){.at = packet + IP6_HEADER, .end = packet + IP6_HEADER + payload};
	rc = get_extensions(&r, ret);
	if (!rc && !ret->fragment)
		get_transport(&r, ret);
	return rc;
}

int ipfilter_packet_read(const uint8_t *packet, size_t len, struct ipfilter_packet *ret)
{
	struct ipfilter_packet view = {0};
	int rc = -EBADMSG;

	if (len && packet[0] >> 4 == 4)
		rc = get_ip4(packet, len, &view);
	else if (len && packet[0] >> 4 == 6)
		rc = get_ip6(packet, len, &view);
	if (!rc)
		*ret = view;
	return rc;
}
