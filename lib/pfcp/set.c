// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values that name sets: of sessions, SMFs, addresses; and one network function: FQ-CSID,
 * Group Id, SMF Set ID, UE IP address Pool Identity, NF Instance ID (TS 29.244 cl. 8.2.43, 8.2.198,
 * 8.2.131, 8.2.128, 8.2.175).
 */
#include <errno.h>
#include <inttypes.h>

#include "lib/pfcp/ie.h"

enum csid_id_type { CSID_IP4 = 0, CSID_IP6 = 1, CSID_OPERATOR = 2 };

#define NODE_TYPE 0x0f

/* ---- FQ-CSID ---- */

static const char *const csid_nodes[] = {"mme", "sgw-c", "smf", "epdg", "twan", "upf"};

uint8_t pfcp_fq_csid_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_fq_csid *f = value;
	uint8_t octet = wire_get_u8(r);

	f->id_type = octet >> 4;
	f->n_csid = octet & PFCP_MAX_CSID;
	switch (f->id_type) {
	case CSID_IP4:
		wire_get_bytes(r, &f->ip4, sizeof(f->ip4));
		break;
	case CSID_IP6:
		wire_get_bytes(r, &f->ip6, sizeof(f->ip6));
		break;
	case CSID_OPERATOR:
		f->id = wire_get_u32(r);
		break;
	default:
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	}
	for (unsigned int i = 0; i < f->n_csid; i++)
		f->csid[i] = wire_get_u16(r);
	f->has_node_type = wire_left(r) > 0;
	if (f->has_node_type)
		f->node_type = wire_get_u8(r) & NODE_TYPE;
	return f->node_type <= PFCP_CSID_UPF ? 0 : PFCP_CAUSE_MANDATORY_IE_INCORRECT;
}

int pfcp_fq_csid_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_fq_csid *f = value;

	if (f->n_csid > PFCP_MAX_CSID || f->id_type > CSID_OPERATOR || f->node_type > PFCP_CSID_UPF)
		return -EINVAL;
	wire_put_number(w, (unsigned int)f->id_type << 4 | f->n_csid, 1);
	if (f->id_type == CSID_IP4)
		wire_put_bytes(w, &f->ip4, sizeof(f->ip4));
	else if (f->id_type == CSID_IP6)
		wire_put_bytes(w, &f->ip6, sizeof(f->ip6));
	else
		wire_put_number(w, f->id, 4);
	for (unsigned int i = 0; i < f->n_csid; i++)
		wire_put_number(w, f->csid[i], 2);
	if (f->has_node_type)
		wire_put_number(w, f->node_type, 1);
	return 0;
}

/* "smf:10.0.0.1:1,2", "upf:0x00100001:7" */
void pfcp_fq_csid_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_fq_csid *f = value;
	struct pfcp_address address = {.v4 = f->id_type == CSID_IP4,
				       .v6 = f->id_type == CSID_IP6,
				       .ip4 = f->ip4,
				       .ip6 = f->ip6};

	if (f->has_node_type && f->node_type <= PFCP_CSID_UPF)
		pfcp_out_add(out, "%s:", csid_nodes[f->node_type]);
	if (f->id_type == CSID_OPERATOR)
		pfcp_out_add(out, "0x%08" PRIx32, f->id);
	else
		pfcp_address_print_plain(out, &address);
	for (unsigned int i = 0; i < f->n_csid && i < PFCP_MAX_CSID; i++)
		pfcp_out_add(out, "%c%u", i ? ',' : ':', f->csid[i]);
}

/* ---- Group Id ---- */

uint8_t pfcp_group_id_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_group_id *g = value;

	if (!wire_left(r))
		r->bad = true;
	if (wire_left(r) > sizeof(g->octet))
		return PFCP_CAUSE_NO_RESOURCES;
	g->n = (uint8_t)wire_left(r);
	wire_get_bytes(r, g->octet, g->n);
	return 0;
}

int pfcp_group_id_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_group_id *g = value;

	if (!g->n || g->n > sizeof(g->octet))
		return -EINVAL;
	wire_put_bytes(w, g->octet, g->n);
	return 0;
}

void pfcp_group_id_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_group_id *g = value;

	pfcp_octets_print(out, g->octet, g->n < sizeof(g->octet) ? g->n : sizeof(g->octet));
}

/* ---- NF Instance ID ---- */

uint8_t pfcp_uuid_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_uuid *u = value;

	wire_get_bytes(r, u->octet, sizeof(u->octet));
	return 0;
}

int pfcp_uuid_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_uuid *u = value;

	wire_put_bytes(w, u->octet, sizeof(u->octet));
	return 0;
}

/* "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff" */
void pfcp_uuid_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_uuid *u = value;

	for (size_t i = 0; i < sizeof(u->octet); i++)
		pfcp_out_add(out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
			     u->octet[i]);
}

/* ---- SMF Set ID: a spare octet, then a name ---- */

uint8_t pfcp_fqdn_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_fqdn *f = value;

	wire_get_u8(r);
	return pfcp_labels_decode(r, f->text, sizeof(f->text));
}

int pfcp_fqdn_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_fqdn *f = value;

	wire_put_number(w, 0, 1);
	return pfcp_labels_encode(w, f->text);
}

void pfcp_fqdn_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_text_print_safe(out, ((const struct pfcp_fqdn *)value)->text);
}

/* ---- UE IP address Pool Identity: text with its length ---- */

uint8_t pfcp_pool_identity_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_text *t = value;

	return pfcp_text_get_counted(r, 2, t->text, sizeof(t->text));
}

int pfcp_pool_identity_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_text *t = value;

	return pfcp_text_put_counted(w, 2, t->text, sizeof(t->text));
}

void pfcp_pool_identity_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_text_print(ie, out, value);
}
