// SPDX-License-Identifier: Apache-2.0
/* Which packet on N3 is a probe, and in which tunnel: any bytes may come. */
#include <netinet/in.h>
#include <string.h>

#include "lib/gtpu/gtpu.h"
#include "lib/stamp/stamp.h"
#include "lib/wire.h"
#include "testbed/measure/tap.h"

enum { IP_HEADER_MIN = 20, IP_FRAGMENT = 0x3fff /* MF and the offset */, UDP_HEADER = 8 };

/* The payload of an unfragmented IPv4/UDP packet to @port; NULL: it is something else. */
static const uint8_t *udp_payload(const uint8_t *packet, size_t len, uint16_t port, size_t *ret_len)
{
	size_t header, total, udp_len;

	if (len < IP_HEADER_MIN || packet[0] >> 4 != 4 || packet[9] != IPPROTO_UDP ||
	    (wire_load16(packet + 6) & IP_FRAGMENT))
		return NULL;
	header = (size_t)(packet[0] & 15) * 4;
	total = wire_load16(packet + 2);
	if (header < IP_HEADER_MIN || total > len || total < header + UDP_HEADER ||
	    wire_load16(packet + header + 2) != port)
		return NULL;
	udp_len = wire_load16(packet + header + 4);
	if (udp_len < UDP_HEADER || udp_len > total - header)
		return NULL;
	*ret_len = udp_len - UDP_HEADER;
	return packet + header + UDP_HEADER;
}

bool tap_parse(const uint8_t *packet, size_t len, struct tap_packet *ret, uint16_t *ret_ssid)
{
	struct stamp_test test;
	struct gtpu_msg gtpu;
	size_t inner_len;
	const uint8_t *inner = udp_payload(packet, len, GTPU_PORT, &inner_len);

	if (!inner || gtpu_decode(inner, inner_len, &gtpu) < 0 || gtpu.header.type != GTPU_G_PDU)
		return false;
	inner = udp_payload(gtpu.payload, gtpu.payload_len, STAMP_PORT, &inner_len);
	if (!inner || stamp_test_decode(inner, inner_len, &test) < 0)
		return false;
	memcpy(&ret->gnb, packet + 12, sizeof ret->gnb);
	memcpy(&ret->upf, packet + 16, sizeof ret->upf);
	ret->teid = gtpu.header.teid;
	ret->seq = test.seq;
	*ret_ssid = test.ssid;
	return true;
}
