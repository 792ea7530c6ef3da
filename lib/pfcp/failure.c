// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values that say what has failed: Failed Rule ID, Offending IE Information (TS 29.244
 * cl. 8.2.80, 8.2.185).
 */
#include <errno.h>
#include <inttypes.h>

#include "lib/pfcp/ie.h"

static const struct {
	uint8_t octets;
	const char *name;
} rules[] = {
	[PFCP_RULE_PDR] = {2, "pdr"}, [PFCP_RULE_FAR] = {4, "far"}, [PFCP_RULE_QER] = {4, "qer"},
	[PFCP_RULE_URR] = {4, "urr"}, [PFCP_RULE_BAR] = {1, "bar"}, [PFCP_RULE_MAR] = {2, "mar"},
	[PFCP_RULE_SRR] = {1, "srr"},
};

#define N_RULES (sizeof(rules) / sizeof(rules[0]))

/* Types beyond the table are to be read as 1, a FAR. */
uint8_t pfcp_failed_rule_id_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_failed_rule_id *f = value;
	uint8_t type = wire_get_u8(r) & 0x1f;

	f->type = type < N_RULES ? type : PFCP_RULE_FAR;
	f->id = (uint32_t)wire_get_number(r, rules[f->type].octets);
	return 0;
}

int pfcp_failed_rule_id_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_failed_rule_id *f = value;

	if (f->type >= N_RULES || (uint64_t)f->id >> 8 * rules[f->type].octets)
		return -EINVAL;
	wire_put_number(w, f->type, 1);
	wire_put_number(w, f->id, rules[f->type].octets);
	return 0;
}

void pfcp_failed_rule_id_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_failed_rule_id *f = value;

	pfcp_out_add(out, "%s:%" PRIu32, f->type < N_RULES ? rules[f->type].name : "unknown",
		     f->id);
}

/* What is longer than we keep is cut: it is for a log. */
uint8_t pfcp_offending_ie_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_offending_ie *o = value;

	o->type = wire_get_u16(r);
	o->n = wire_left(r) < sizeof(o->value) ? (uint8_t)wire_left(r) : sizeof(o->value);
	wire_get_bytes(r, o->value, o->n);
	return 0;
}

int pfcp_offending_ie_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_offending_ie *o = value;

	if (o->n > sizeof(o->value))
		return -EINVAL;
	wire_put_number(w, o->type, 2);
	wire_put_bytes(w, o->value, o->n);
	return 0;
}

/* "24(application-id):67616d65" */
void pfcp_offending_ie_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_offending_ie *o = value;

	pfcp_id16_print(ie, out, &o->type);
	pfcp_out_add(out, ":");
	pfcp_octets_print(out, o->value, o->n < sizeof(o->value) ? o->n : sizeof(o->value));
}
