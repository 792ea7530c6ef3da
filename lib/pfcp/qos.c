// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values of QERs, URRs and slices, and Failed Rule ID (TS 29.244
 * cl. 8.2.7, 8.2.8, 8.2.9, 8.2.13, 8.2.44, 8.2.176, 8.2.80).
 */
#include <errno.h>
#include <inttypes.h>

#include "lib/pfcp/ie.h"

#define MAX_KBPS ((1ULL << 40) - 1)

#define VOLUME_FLAGS	  0x07 /* total, uplink, downlink octets */
#define MEASUREMENT_FLAGS 0x3f /* and as many of packets */

/* 2 and 3 are to be read as CLOSED. */
static uint8_t gate(uint8_t bits)
{
	return (bits & 3) ? PFCP_GATE_CLOSED : PFCP_GATE_OPEN;
}

uint8_t pfcp_gate_status_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_gate_status *g = value;
	uint8_t octet = wire_get_u8(r);

	g->uplink = gate(octet >> 2);
	g->downlink = gate(octet);
	return 0;
}

int pfcp_gate_status_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_gate_status *g = value;

	if (g->uplink > PFCP_GATE_CLOSED || g->downlink > PFCP_GATE_CLOSED)
		return -EINVAL;
	wire_put_number(w, (unsigned int)(g->uplink << 2) | g->downlink, 1);
	return 0;
}

void pfcp_gate_status_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_gate_status *g = value;

	pfcp_out_add(out, "ul-%s,dl-%s", g->uplink ? "closed" : "open",
		     g->downlink ? "closed" : "open");
}

uint8_t pfcp_bit_rate_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_bit_rate *b = value;

	b->uplink_kbps = wire_get_number(r, 5);
	b->downlink_kbps = wire_get_number(r, 5);
	return 0;
}

int pfcp_bit_rate_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_bit_rate *b = value;

	if (b->uplink_kbps > MAX_KBPS || b->downlink_kbps > MAX_KBPS)
		return -EINVAL;
	wire_put_number(w, b->uplink_kbps, 5);
	wire_put_number(w, b->downlink_kbps, 5);
	return 0;
}

void pfcp_bit_rate_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_bit_rate *b = value;

	pfcp_out_add(out, "ul-%" PRIu64 "kbps,dl-%" PRIu64 "kbps", b->uplink_kbps,
		     b->downlink_kbps);
}

/* The six optional numbers of a volume, in the order of their flags and fields */
struct volume_field {
	size_t has, value;
	const char *name;
};

#define VOLUME_FIELD(h, v, n)                                                                      \
	{                                                                                          \
		offsetof(struct pfcp_volume, h), offsetof(struct pfcp_volume, v), n                \
	}

static const struct volume_field volume_fields[] = {
	VOLUME_FIELD(has_total, total_bytes, "total"),
	VOLUME_FIELD(has_uplink, uplink_bytes, "ul"),
	VOLUME_FIELD(has_downlink, downlink_bytes, "dl"),
	VOLUME_FIELD(has_total_packets, total_packets, "total-packets"),
	VOLUME_FIELD(has_uplink_packets, uplink_packets, "ul-packets"),
	VOLUME_FIELD(has_downlink_packets, downlink_packets, "dl-packets"),
};

#define N_VOLUME_FIELDS (sizeof(volume_fields) / sizeof(volume_fields[0]))

static bool volume_has(const void *volume, size_t i)
{
	return *(const bool *)((const char *)volume + volume_fields[i].has);
}

static uint8_t get_volume(struct wire_reader *r, void *volume, uint8_t allowed)
{
	uint8_t flags = wire_get_u8(r) & allowed;

	for (size_t i = 0; i < N_VOLUME_FIELDS; i++) {
		if (!(flags >> i & 1))
			continue;
		*(bool *)((char *)volume + volume_fields[i].has) = true;
		*(uint64_t *)((char *)volume + volume_fields[i].value) = wire_get_u64(r);
	}
	return flags ? 0 : PFCP_CAUSE_MANDATORY_IE_INCORRECT;
}

static int put_volume(struct wire_writer *w, const void *volume, uint8_t allowed)
{
	uint8_t flags = 0;

	for (size_t i = 0; i < N_VOLUME_FIELDS; i++)
		flags |= (uint8_t)(volume_has(volume, i) << i);
	if (!flags || (flags & ~allowed))
		return -EINVAL;
	wire_put_number(w, flags, 1);
	for (size_t i = 0; i < N_VOLUME_FIELDS; i++) {
		const char *value = (const char *)volume + volume_fields[i].value;

		if (volume_has(volume, i))
			wire_put_number(w, *(const uint64_t *)value, 8);
	}
	return 0;
}

uint8_t pfcp_volume_threshold_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	return get_volume(r, value, VOLUME_FLAGS);
}

int pfcp_volume_threshold_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	return put_volume(w, value, VOLUME_FLAGS);
}

void pfcp_volume_threshold_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const char *separator = "";

	for (size_t i = 0; i < N_VOLUME_FIELDS; i++) {
		if (!volume_has(value, i))
			continue;
		pfcp_out_add(out, "%s%s-%" PRIu64, separator, volume_fields[i].name,
			     *(const uint64_t *)((const char *)value + volume_fields[i].value));
		separator = ",";
	}
}

uint8_t pfcp_volume_measurement_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	return get_volume(r, value, MEASUREMENT_FLAGS);
}

int pfcp_volume_measurement_encode(const struct pfcp_ie *ie, struct wire_writer *w,
				   const void *value)
{
	return put_volume(w, value, MEASUREMENT_FLAGS);
}

void pfcp_volume_measurement_print(const struct pfcp_ie *ie, struct pfcp_out *out,
				   const void *value)
{
	pfcp_volume_threshold_print(ie, out, value);
}

uint8_t pfcp_s_nssai_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_s_nssai *s = value;

	s->sst = wire_get_u8(r);
	s->sd = (uint32_t)wire_get_number(r, 3);
	return 0;
}

int pfcp_s_nssai_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_s_nssai *s = value;

	if (s->sd > 0xffffff)
		return -EINVAL;
	wire_put_number(w, s->sst, 1);
	wire_put_number(w, s->sd, 3);
	return 0;
}

void pfcp_s_nssai_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_s_nssai *s = value;

	pfcp_out_add(out, "%u-%06" PRIx32, s->sst, s->sd);
}

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
