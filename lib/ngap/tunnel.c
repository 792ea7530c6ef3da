// SPDX-License-Identifier: Apache-2.0
/*
 * UP Transport Layer Information: one end of a GTP-U tunnel (TS 38.413 cl. 9.3.2.2 to 9.3.2.5).
 */
#include "lib/ngap/codec.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void tunnel_address_read(struct ngap_codec *c, struct ngap_tunnel *tunnel,
				const uint8_t *octets, uint64_t bits)
{
	tunnel->has_ipv4 = bits == 32 || bits == 160;
	tunnel->has_ipv6 = bits == 128 || bits == 160;
	if (tunnel->has_ipv4)
		memcpy(&tunnel->ipv4, octets, 4);
	if (tunnel->has_ipv6)
		memcpy(&tunnel->ipv6, octets + (tunnel->has_ipv4 ? 4 : 0), 16);
	if (!tunnel->has_ipv4 && !tunnel->has_ipv6)
		per_fail(&c->per, -ENOTSUP, "transport address is neither IPv4 nor IPv6");
}

static uint64_t tunnel_address_octets(const struct ngap_tunnel *tunnel, uint8_t octets[20])
{
	uint64_t len = 0;

	if (tunnel->has_ipv4) {
		memcpy(octets, &tunnel->ipv4, 4);
		len += 4;
	}
	if (tunnel->has_ipv6) {
		memcpy(octets + len, &tunnel->ipv6, 16);
		len += 16;
	}
	return len;
}

/* BIT STRING (SIZE(1..160, ...)): IPv4, IPv6, or both in this order; TS 38.414 cl. 5.1 */
static void walk_transport_address(struct ngap_codec *c, struct ngap_tunnel *tunnel)
{
	uint8_t octets[20] = {0};
	uint64_t bits = 0;

	if (per_writing(&c->per))
		bits = tunnel_address_octets(tunnel, octets) * 8;
	per_uint_ext(&c->per, &bits, 1, 160);
	per_align(&c->per);
	for (uint64_t done = 0; done < bits; done += 8) {
		unsigned int n = bits - done < 8 ? bits - done : 8;
		uint64_t octet = octets[done / 8];

		per_bits(&c->per, &octet, n);
		octets[done / 8] = octet;
	}
	if (!per_writing(&c->per) && !c->per.error)
		tunnel_address_read(c, tunnel, octets, bits);
}

void ngap_walk_tunnel(struct ngap_codec *c, struct ngap_tunnel *tunnel)
{
	struct ngap_sequence seq;
	uint8_t choice = 0;

	per_index(&c->per, &choice, 2);
	if (choice != 0)
		per_fail(&c->per, -ENOTSUP, "user plane is not a GTP tunnel");
	ngap_sequence_begin(c, &seq, NULL, 0);
	walk_transport_address(c, tunnel);
	per_octets_number(&c->per, &tunnel->teid, 4);
	ngap_sequence_end(c, &seq);
}

void ngap_print_tunnel(struct ngap_text *text, const struct ngap_tunnel *tunnel)
{
	char buf[INET6_ADDRSTRLEN];

	if (tunnel->has_ipv4)
		ngap_text_add(text, "%s ", inet_ntop(AF_INET, &tunnel->ipv4, buf, sizeof(buf)));
	if (tunnel->has_ipv6)
		ngap_text_add(text, "%s ", inet_ntop(AF_INET6, &tunnel->ipv6, buf, sizeof(buf)));
	ngap_text_add(text, "teid=0x%08" PRIx32, tunnel->teid);
}

static void walk_tunnel(struct ngap_codec *c, void *value)
{
	ngap_walk_tunnel(c, value);
}

static void print_tunnel(struct ngap_text *text, const void *value)
{
	ngap_print_tunnel(text, value);
}

const struct ngap_type ngap_type_tunnel = {sizeof(struct ngap_tunnel), walk_tunnel, print_tunnel};
