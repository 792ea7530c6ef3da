// SPDX-License-Identifier: Apache-2.0
/*
 * What a filter matches: written to be read, as the reference that data planes are tested against
 * (RFC 6733 cl. 4.3.1, TS 29.244 cl. 5.2.1A.2A).
 */
#include <string.h>

#include "lib/ipfilter/ipfilter.h"

/* One end of a packet */
struct end {
	bool v6;
	const uint8_t *ip;
	bool has_port;
	uint16_t port;
};

static struct end source_of(const struct ipfilter_packet *p)
{
	return (struct end){
		.v6 = p->v6, .ip = p->src, .has_port = p->has_ports, .port = p->src_port};
}

static struct end destination_of(const struct ipfilter_packet *p)
{
	return (struct end){
		.v6 = p->v6, .ip = p->dst, .has_port = p->has_ports, .port = p->dst_port};
}

static bool is_in_prefix(const uint8_t *ip, const uint8_t *prefix, unsigned int bits)
{
	unsigned int octets = bits / 8, rest = bits % 8;

	if (memcmp(ip, prefix, octets))
		return false;
	return !rest || (ip[octets] ^ prefix[octets]) >> (8 - rest) == 0;
}

/* Its own besides what it was given: link-local addresses, and the unspecified one before it has
 * them (RFC 4861 cl. 4.1) */
static bool is_own_anyway(const uint8_t *ip)
{
	static const uint8_t link_local[16] = {0xfe, 0x80}, unspecified[16] = {0};

	return is_in_prefix(ip, link_local, 10) || is_in_prefix(ip, unspecified, 128);
}

static bool is_assigned(const struct ipfilter_ue *ue, const struct end *end)
{
	if (!ue)
		return true;
	if (!end->v6)
		return ue->v4 && !memcmp(end->ip, &ue->ip4, sizeof(ue->ip4));
	return ue->v6 &&
	       (is_own_anyway(end->ip) || is_in_prefix(end->ip, ue->ip6.s6_addr, ue->ip6_bits));
}

/* An inverted address of one version matches no packet of the other. */
static bool address_matches(const struct ipfilter_side *side, const struct end *end,
			    const struct ipfilter_ue *ue)
{
	bool found = true;

	if (side->kind == IPFILTER_ASSIGNED) {
		found = is_assigned(ue, end);
	} else if (side->kind != IPFILTER_ANY) {
		if (end->v6 != (side->kind == IPFILTER_IP6))
			return false;
		found = is_in_prefix(end->ip, side->ip, side->bits);
	}
	return found != side->inverted;
}

static bool port_matches(const struct ipfilter_side *side, const struct end *end)
{
	for (unsigned int i = 0; i < side->n_ports; i++)
		if (end->has_port && side->ports[i].low <= end->port &&
		    end->port <= side->ports[i].high)
			return true;
	return !side->n_ports;
}

static bool side_matches(const struct ipfilter_side *side, const struct end *end,
			 const struct ipfilter_ue *ue)
{
	return address_matches(side, end, ue) && port_matches(side, end);
}

bool ipfilter_match(const struct ipfilter *filter, const struct ipfilter_packet *packet,
		    const struct ipfilter_ue *ue, bool mirrored)
{
	struct end src = source_of(packet), dst = destination_of(packet);

	if (filter->has_protocol && filter->protocol != packet->protocol)
		return false;
	return side_matches(mirrored ? &filter->dst : &filter->src, &src, ue) &&
	       side_matches(mirrored ? &filter->src : &filter->dst, &dst, ue);
}

bool ipfilter_sdf_match(const struct ipfilter_sdf *sdf, const struct ipfilter_packet *packet,
			const struct ipfilter_ue *ue, bool uplink)
{
	if (ipfilter_sdf_check(sdf, NULL) || ipfilter_sdf_is_reference(sdf))
		return false;
	if (sdf->has_tos && (packet->tos ^ sdf->tos) & sdf->tos_mask)
		return false;
	if (sdf->has_spi && (!packet->has_spi || packet->spi != sdf->spi))
		return false;
	if (sdf->has_flow_label && (!packet->v6 || packet->flow_label != sdf->flow_label))
		return false;
	return !sdf->has_flow || ipfilter_match(&sdf->flow, packet, ue, uplink != sdf->flow.in);
}

static bool packed_side_matches(const struct ipfilter_packed *e, bool source, const struct end *end,
				const struct ipfilter_ue *ue)
{
	uint16_t assigned = source ? IPFILTER_PACKED_SRC_ASSIGNED : IPFILTER_PACKED_DST_ASSIGNED;
	uint16_t inverted = source ? IPFILTER_PACKED_SRC_NOT : IPFILTER_PACKED_DST_NOT;
	bool found = e->flags & assigned ? is_assigned(ue, end)
					 : is_in_prefix(end->ip, source ? e->src : e->dst,
							source ? e->src_bits : e->dst_bits);

	if (found == !!(e->flags & inverted))
		return false;
	if (!(e->flags & IPFILTER_PACKED_PORTS))
		return true;
	return end->has_port && end->port >= (source ? e->src_port_low : e->dst_port_low) &&
	       end->port <= (source ? e->src_port_high : e->dst_port_high);
}

bool ipfilter_packed_match(const struct ipfilter_packed *e, const struct ipfilter_packet *packet,
			   const struct ipfilter_ue *ue)
{
	struct end src = source_of(packet), dst = destination_of(packet);

	if (!(e->flags & (packet->v6 ? IPFILTER_PACKED_IP6 : IPFILTER_PACKED_IP4)))
		return false;
	if (e->flags & IPFILTER_PACKED_PROTOCOL && e->protocol != packet->protocol)
		return false;
	if ((packet->tos ^ e->tos) & e->tos_mask)
		return false;
	if (e->flags & IPFILTER_PACKED_SPI && (!packet->has_spi || e->spi != packet->spi))
		return false;
	if (e->flags & IPFILTER_PACKED_FLOW_LABEL && e->flow_label != packet->flow_label)
		return false;
	return packed_side_matches(e, true, &src, ue) && packed_side_matches(e, false, &dst, ue);
}
