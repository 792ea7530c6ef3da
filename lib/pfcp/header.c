// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values about the outer header of user packets: Outer Header Removal and Creation, Transport
 * Level Marking (TS 29.244 cl. 8.2.64, 8.2.56, 8.2.12).
 */
#include <errno.h>
#include <inttypes.h>

#include "lib/pfcp/ie.h"

#define OHC_TEID   (PFCP_OHC_GTPU_UDP_IP4 | PFCP_OHC_GTPU_UDP_IP6)
#define OHC_IP4	   (PFCP_OHC_GTPU_UDP_IP4 | PFCP_OHC_UDP_IP4 | PFCP_OHC_IP4)
#define OHC_IP6	   (PFCP_OHC_GTPU_UDP_IP6 | PFCP_OHC_UDP_IP6 | PFCP_OHC_IP6)
#define OHC_PORT   (PFCP_OHC_UDP_IP4 | PFCP_OHC_UDP_IP6)
#define OHC_HEADER 0xff00 /* octet 5: which header; octet 6 only says more about it */
#define OHC_KNOWN  (OHC_HEADER | PFCP_OHC_N19 | PFCP_OHC_N6)

static const char *const removal_words[] = {
	[PFCP_OHR_GTPU_UDP_IP4] = "gtpu-udp-ip4",
	[PFCP_OHR_GTPU_UDP_IP6] = "gtpu-udp-ip6",
	[PFCP_OHR_UDP_IP4] = "udp-ip4",
	[PFCP_OHR_UDP_IP6] = "udp-ip6",
	[PFCP_OHR_IP4] = "ip4",
	[PFCP_OHR_IP6] = "ip6",
	[PFCP_OHR_GTPU_UDP_IP] = "gtpu-udp-ip",
	[PFCP_OHR_S_TAG] = "vlan-tag",
	[PFCP_OHR_S_AND_C_TAG] = "vlan-tags",
};

uint8_t pfcp_outer_header_removal_decode(const struct pfcp_ie *ie, struct wire_reader *r,
					 void *value)
{
	struct pfcp_outer_header_removal *o = value;

	o->description = wire_get_u8(r);
	o->has_extension = wire_left(r) > 0;
	if (o->has_extension)
		o->extension = wire_get_u8(r) & 1;
	if (o->description > PFCP_OHR_S_AND_C_TAG)
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	return 0;
}

int pfcp_outer_header_removal_encode(const struct pfcp_ie *ie, struct wire_writer *w,
				     const void *value)
{
	const struct pfcp_outer_header_removal *o = value;

	if (o->description > PFCP_OHR_S_AND_C_TAG || o->extension > 1)
		return -EINVAL;
	wire_put_number(w, o->description, 1);
	if (o->has_extension)
		wire_put_number(w, o->extension, 1);
	return 0;
}

void pfcp_outer_header_removal_print(const struct pfcp_ie *ie, struct pfcp_out *out,
				     const void *value)
{
	const struct pfcp_outer_header_removal *o = value;

	if (o->description <= PFCP_OHR_S_AND_C_TAG)
		pfcp_out_add(out, "%s", removal_words[o->description]);
	else
		pfcp_out_add(out, "%u", o->description);
	if (o->has_extension)
		pfcp_out_add(out, ",extension=%u", o->extension);
}

uint8_t pfcp_outer_header_creation_decode(const struct pfcp_ie *ie, struct wire_reader *r,
					  void *value)
{
	struct pfcp_outer_header_creation *o = value;

	o->description = wire_get_u16(r) & OHC_KNOWN;
	if (!(o->description & OHC_HEADER))
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	if (o->description & OHC_TEID)
		o->teid = wire_get_u32(r);
	if (o->description & OHC_IP4)
		wire_get_bytes(r, &o->ip4, sizeof(o->ip4));
	if (o->description & OHC_IP6)
		wire_get_bytes(r, &o->ip6, sizeof(o->ip6));
	if (o->description & OHC_PORT)
		o->port = wire_get_u16(r);
	if (o->description & PFCP_OHC_C_TAG)
		o->c_tag = (uint32_t)wire_get_number(r, 3);
	if (o->description & PFCP_OHC_S_TAG)
		o->s_tag = (uint32_t)wire_get_number(r, 3);
	return 0;
}

int pfcp_outer_header_creation_encode(const struct pfcp_ie *ie, struct wire_writer *w,
				      const void *value)
{
	const struct pfcp_outer_header_creation *o = value;

	if (!(o->description & OHC_HEADER) || (o->description & ~OHC_KNOWN) ||
	    o->c_tag > 0xffffff || o->s_tag > 0xffffff)
		return -EINVAL;
	wire_put_number(w, o->description, 2);
	if (o->description & OHC_TEID)
		wire_put_number(w, o->teid, 4);
	if (o->description & OHC_IP4)
		wire_put_bytes(w, &o->ip4, sizeof(o->ip4));
	if (o->description & OHC_IP6)
		wire_put_bytes(w, &o->ip6, sizeof(o->ip6));
	if (o->description & OHC_PORT)
		wire_put_number(w, o->port, 2);
	if (o->description & PFCP_OHC_C_TAG)
		wire_put_number(w, o->c_tag, 3);
	if (o->description & PFCP_OHC_S_TAG)
		wire_put_number(w, o->s_tag, 3);
	return 0;
}

/* "gtpu(0x1@10.0.0.1)", "udp(10.0.0.1:5000)" */
void pfcp_outer_header_creation_print(const struct pfcp_ie *ie, struct pfcp_out *out,
				      const void *value)
{
	const struct pfcp_outer_header_creation *o = value;
	struct pfcp_address address = {.v4 = o->description & OHC_IP4,
				       .v6 = o->description & OHC_IP6,
				       .ip4 = o->ip4,
				       .ip6 = o->ip6};

	if (o->description & OHC_TEID)
		pfcp_out_add(out, "gtpu(0x%" PRIx32 "@", o->teid);
	else
		pfcp_out_add(out, "%s(", o->description & OHC_PORT ? "udp" : "plain");
	pfcp_address_print_plain(out, &address);
	if (o->description & OHC_PORT)
		pfcp_out_add(out, ":%u", o->port);
	pfcp_out_add(out, ")");
	if (o->description & PFCP_OHC_C_TAG)
		pfcp_out_add(out, ",c-tag=0x%" PRIx32, o->c_tag);
	if (o->description & PFCP_OHC_S_TAG)
		pfcp_out_add(out, ",s-tag=0x%" PRIx32, o->s_tag);
	pfcp_out_add(out, "%s%s", o->description & PFCP_OHC_N19 ? ",n19" : "",
		     o->description & PFCP_OHC_N6 ? ",n6" : "");
}

uint8_t pfcp_transport_level_marking_decode(const struct pfcp_ie *ie, struct wire_reader *r,
					    void *value)
{
	struct pfcp_transport_level_marking *t = value;

	t->tos = wire_get_u8(r);
	t->mask = wire_get_u8(r);
	return 0;
}

int pfcp_transport_level_marking_encode(const struct pfcp_ie *ie, struct wire_writer *w,
					const void *value)
{
	const struct pfcp_transport_level_marking *t = value;

	wire_put_number(w, t->tos, 1);
	wire_put_number(w, t->mask, 1);
	return 0;
}

void pfcp_transport_level_marking_print(const struct pfcp_ie *ie, struct pfcp_out *out,
					const void *value)
{
	const struct pfcp_transport_level_marking *t = value;

	pfcp_out_add(out, "0x%02x/0x%02x", t->tos, t->mask);
}
