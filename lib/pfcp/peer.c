// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values about where others are: Alternative SMF IP Address, Source IP Address, User Plane IP
 * Resource Information, Remote GTP-U Peer (TS 29.244 cl. 8.2.129, 8.2.138, V15 cl. 8.2.82, 8.2.70).
 */
#include <errno.h>

#include "lib/pfcp/ie.h"

#define SMF_PPE	   0x04
#define SOURCE_MPL 0x04

#define PEER_DI 0x04
#define PEER_NI 0x08

#define RESOURCE_V4	0x01 /* here V4 comes first */
#define RESOURCE_V6	0x02
#define RESOURCE_TEIDRI 0x1c
#define RESOURCE_ASSONI 0x20
#define RESOURCE_ASSOSI 0x40
#define TEIDRI_SHIFT	2
#define MAX_TEIDRI	7

#define INTERFACE 0x0f

/* ---- Alternative SMF IP Address ---- */

uint8_t pfcp_alternative_smf_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_alternative_smf *s = value;

	s->preferred = pfcp_address_get_flagged(r, &s->address) & SMF_PPE;
	return pfcp_address_given(&s->address) ? 0 : PFCP_CAUSE_MANDATORY_IE_INCORRECT;
}

int pfcp_alternative_smf_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_alternative_smf *s = value;

	if (!pfcp_address_given(&s->address))
		return -EINVAL;
	pfcp_address_put_flagged(w, &s->address, s->preferred ? SMF_PPE : 0);
	return 0;
}

void pfcp_alternative_smf_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_alternative_smf *s = value;

	pfcp_address_print_plain(out, &s->address);
	pfcp_out_add(out, "%s", s->preferred ? "(preferred)" : "");
}

/* ---- Source IP Address ---- */

uint8_t pfcp_source_ip_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_source_ip *s = value;

	s->has_prefix_length = pfcp_address_get_flagged(r, &s->address) & SOURCE_MPL;
	if (s->has_prefix_length)
		s->prefix_length = wire_get_u8(r);
	return pfcp_address_given(&s->address) ? 0 : PFCP_CAUSE_MANDATORY_IE_INCORRECT;
}

int pfcp_source_ip_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_source_ip *s = value;

	if (!pfcp_address_given(&s->address))
		return -EINVAL;
	pfcp_address_put_flagged(w, &s->address, s->has_prefix_length ? SOURCE_MPL : 0);
	if (s->has_prefix_length)
		wire_put_number(w, s->prefix_length, 1);
	return 0;
}

void pfcp_source_ip_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_source_ip *s = value;

	pfcp_address_print_plain(out, &s->address);
	if (s->has_prefix_length)
		pfcp_out_add(out, "/%u", s->prefix_length);
}

/* ---- User Plane IP Resource Information ---- */

static uint8_t get_resource(struct wire_reader *r, struct pfcp_ip_resource *ret)
{
	uint8_t flags = wire_get_u8(r), cause = 0;
	struct wire_reader name;

	ret->address.v4 = flags & RESOURCE_V4;
	ret->address.v6 = flags & RESOURCE_V6;
	ret->teid_range_bits = (flags & RESOURCE_TEIDRI) >> TEIDRI_SHIFT;
	ret->has_network_instance = flags & RESOURCE_ASSONI;
	ret->has_source_interface = flags & RESOURCE_ASSOSI;
	if (ret->teid_range_bits)
		ret->teid_range = wire_get_u8(r);
	pfcp_address_get(r, &ret->address);
	/* The name has no length: it ends where the interface, in the last octet, begins. */
	if (wire_left(r) < ret->has_source_interface)
		return PFCP_CAUSE_INVALID_LENGTH;
	name = wire_get_part(r, wire_left(r) - ret->has_source_interface);
	if (ret->has_network_instance)
		cause = pfcp_name_decode(NULL, &name, &ret->network_instance);
	if (ret->has_source_interface)
		ret->source_interface = wire_get_u8(r) & INTERFACE;
	if (name.bad || !pfcp_address_given(&ret->address))
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	return cause;
}

/* Whatever is wrong with it, the standard knows this IE no more: it must not cost the association
 * (open5gs#1165, #1335). */
uint8_t pfcp_ip_resource_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	uint8_t cause = get_resource(r, value);

	if (!cause && !r->bad)
		return 0;
	r->bad = false;
	return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
}

int pfcp_ip_resource_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_ip_resource *i = value;
	int rc = 0;

	if (!pfcp_address_given(&i->address) || i->teid_range_bits > MAX_TEIDRI ||
	    i->source_interface > INTERFACE)
		return -EINVAL;
	wire_put_number(w,
			(i->address.v4 ? RESOURCE_V4 : 0) | (i->address.v6 ? RESOURCE_V6 : 0) |
				(unsigned int)i->teid_range_bits << TEIDRI_SHIFT |
				(i->has_network_instance ? RESOURCE_ASSONI : 0) |
				(i->has_source_interface ? RESOURCE_ASSOSI : 0),
			1);
	if (i->teid_range_bits)
		wire_put_number(w, i->teid_range, 1);
	pfcp_address_put(w, &i->address);
	if (i->has_network_instance)
		rc = pfcp_name_encode(NULL, w, &i->network_instance);
	if (i->has_source_interface)
		wire_put_number(w, i->source_interface, 1);
	return rc;
}

/* "{ 10.0.0.1 teid-range=3/4 network-instance=internet source-interface=0 }" */
void pfcp_ip_resource_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_ip_resource *i = value;

	pfcp_out_add(out, "{ ");
	pfcp_address_print_plain(out, &i->address);
	if (i->teid_range_bits)
		pfcp_out_add(out, " teid-range=%u/%u", i->teid_range, i->teid_range_bits);
	if (i->has_network_instance) {
		pfcp_out_add(out, " network-instance=");
		pfcp_name_print(NULL, out, &i->network_instance);
	}
	if (i->has_source_interface)
		pfcp_out_add(out, " source-interface=%u", i->source_interface);
	pfcp_out_add(out, " }");
}

/* ---- Remote GTP-U Peer ---- */

static uint8_t get_counted_interface(struct wire_reader *r, uint8_t *ret)
{
	struct wire_reader part = wire_get_part(r, wire_get_u16(r));

	*ret = wire_get_u8(&part) & INTERFACE;
	r->bad |= part.bad;
	return *ret <= PFCP_DESTINATION_5G_VN ? 0 : PFCP_CAUSE_MANDATORY_IE_INCORRECT;
}

static uint8_t get_counted_name(struct wire_reader *r, struct pfcp_name *ret)
{
	struct wire_reader part = wire_get_part(r, wire_get_u16(r));
	uint8_t cause = pfcp_name_decode(NULL, &part, ret);

	r->bad |= part.bad;
	return cause;
}

uint8_t pfcp_gtpu_peer_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_gtpu_peer *p = value;
	uint8_t flags = pfcp_address_get_flagged(r, &p->address), cause = 0;

	p->has_destination_interface = flags & PEER_DI;
	p->has_network_instance = flags & PEER_NI;
	if (!pfcp_address_given(&p->address))
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	if (p->has_destination_interface)
		cause = get_counted_interface(r, &p->destination_interface);
	if (!cause && p->has_network_instance)
		cause = get_counted_name(r, &p->network_instance);
	return cause;
}

static int put_counted_name(struct wire_writer *w, const struct pfcp_name *name)
{
	uint8_t *length = wire_put(w, 2), *start = w->at;
	int rc = pfcp_name_encode(NULL, w, name);

	if (length)
		wire_store16(length, (uint16_t)(w->at - start));
	return rc;
}

int pfcp_gtpu_peer_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_gtpu_peer *p = value;

	if (!pfcp_address_given(&p->address) || p->destination_interface > PFCP_DESTINATION_5G_VN)
		return -EINVAL;
	pfcp_address_put_flagged(w, &p->address,
				 (p->has_destination_interface ? PEER_DI : 0) |
					 (p->has_network_instance ? PEER_NI : 0));
	if (p->has_destination_interface) {
		wire_put_number(w, 1, 2);
		wire_put_number(w, p->destination_interface, 1);
	}
	return p->has_network_instance ? put_counted_name(w, &p->network_instance) : 0;
}

/* "{ 10.0.0.1 destination-interface=0 network-instance=n3 }" */
void pfcp_gtpu_peer_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_gtpu_peer *p = value;

	pfcp_out_add(out, "{ ");
	pfcp_address_print_plain(out, &p->address);
	if (p->has_destination_interface)
		pfcp_out_add(out, " destination-interface=%u", p->destination_interface);
	if (p->has_network_instance) {
		pfcp_out_add(out, " network-instance=");
		pfcp_name_print(NULL, out, &p->network_instance);
	}
	pfcp_out_add(out, " }");
}
