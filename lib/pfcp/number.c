// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values that are one number: counters and ids, times, causes (TS 29.244 cl. 8.2). Flags and
 * enumerations are in flags.c.
 */
#include <errno.h>
#include <inttypes.h>

#include "lib/pfcp/ie.h"

#define INFINITE_UNIT 7
#define UNIT_SHIFT    5
#define MAX_MULTIPLE  0x1f

uint8_t pfcp_u8_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	*(uint8_t *)value = wire_get_u8(r) & (ie->mask ? ie->mask : 0xff);
	return 0;
}

int pfcp_u8_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint8_t v = *(const uint8_t *)value;

	if (ie->mask && (v & ~ie->mask))
		return -EINVAL;
	wire_put_number(w, v, 1);
	return 0;
}

void pfcp_u8_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_out_add(out, "%u", *(const uint8_t *)value);
}

uint8_t pfcp_u16_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	uint16_t v = wire_get_u16(r);

	if (!v && ie->nonzero)
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	*(uint16_t *)value = v;
	return 0;
}

int pfcp_u16_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint16_t v = *(const uint16_t *)value;

	if (!v && ie->nonzero)
		return -EINVAL;
	wire_put_number(w, v, 2);
	return 0;
}

void pfcp_u16_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_out_add(out, "%u", *(const uint16_t *)value);
}

uint8_t pfcp_u32_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	*(uint32_t *)value = wire_get_u32(r);
	return 0;
}

int pfcp_u32_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	wire_put_number(w, *(const uint32_t *)value, 4);
	return 0;
}

void pfcp_u32_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_out_add(out, "%" PRIu32, *(const uint32_t *)value);
}

uint8_t pfcp_id16_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	return pfcp_u16_decode(ie, r, value);
}

int pfcp_id16_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	return pfcp_u16_encode(ie, w, value);
}

void pfcp_id16_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	uint16_t type = *(const uint16_t *)value;

	pfcp_out_add(out, "%u(%s)", type, pfcp_ie_name(type));
}

/* Values that we have no name for are kept: under 64 means accepted. */
uint8_t pfcp_cause_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	uint8_t v = wire_get_u8(r);

	if (!v)
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	*(uint8_t *)value = v;
	return 0;
}

int pfcp_cause_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint8_t v = *(const uint8_t *)value;

	if (!v)
		return -EINVAL;
	wire_put_number(w, v, 1);
	return 0;
}

void pfcp_cause_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	uint8_t v = *(const uint8_t *)value;

	pfcp_out_add(out, "%u(%s)", v, pfcp_cause_name(v));
}

/* DL Buffering Suggested Packet Count: one octet or two, as its length says (cl. 8.2.30) */
uint8_t pfcp_count_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	*(uint16_t *)value = wire_left(r) == 1 ? wire_get_u8(r) : wire_get_u16(r);
	return 0;
}

int pfcp_count_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint16_t v = *(const uint16_t *)value;

	wire_put_number(w, v, v > UINT8_MAX ? 2 : 1);
	return 0;
}

void pfcp_count_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_u16_print(ie, out, value);
}

/* Over 100 is to be read as 0 (cl. 8.2.34). */
uint8_t pfcp_percent_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	uint8_t v = wire_get_u8(r);

	*(uint8_t *)value = v > 100 ? 0 : v;
	return 0;
}

int pfcp_percent_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint8_t v = *(const uint8_t *)value;

	if (v > 100)
		return -EINVAL;
	wire_put_number(w, v, 1);
	return 0;
}

void pfcp_percent_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_out_add(out, "%u%%", *(const uint8_t *)value);
}

/* Timer, Graceful Release Period, DL Buffering Duration (cl. 8.2.35, 8.2.78, 8.2.29): the unit in
 * bits 8 to 6, how often in bits 5 to 1. Unit 7 is for ever, others are minutes. */
static const uint32_t units[] = {2, 60, 600, 3600, 36000};

#define N_UNITS (sizeof(units) / sizeof(units[0]))

uint8_t pfcp_seconds_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	uint8_t octet = wire_get_u8(r), unit = octet >> UNIT_SHIFT;
	uint32_t seconds = unit < N_UNITS ? units[unit] : units[1];

	*(uint32_t *)value =
		unit == INFINITE_UNIT ? PFCP_TIMER_INFINITE : seconds * (octet & MAX_MULTIPLE);
	return 0;
}

/* In the smallest unit that reaches, rounded up */
int pfcp_seconds_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	uint32_t v = *(const uint32_t *)value;

	if (v == PFCP_TIMER_INFINITE) {
		wire_put_number(w, INFINITE_UNIT << UNIT_SHIFT, 1);
		return 0;
	}
	for (unsigned int i = 0; i < N_UNITS; i++) {
		if (v > units[i] * MAX_MULTIPLE)
			continue;
		wire_put_number(w, i << UNIT_SHIFT | (v + units[i] - 1) / units[i], 1);
		return 0;
	}
	return -EINVAL;
}

void pfcp_seconds_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	uint32_t v = *(const uint32_t *)value;

	if (v == PFCP_TIMER_INFINITE)
		pfcp_out_add(out, "infinite");
	else
		pfcp_out_add(out, "%" PRIu32 "s", v);
}

/* That it is there is all that is known of it. */
uint8_t pfcp_presence_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	r->at = r->end;
	*(bool *)value = true;
	return 0;
}

int pfcp_presence_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	return 0;
}

void pfcp_presence_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	pfcp_out_add(out, "there");
}
