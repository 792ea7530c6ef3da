// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP values of URRs and their reports (TS 29.244 cl. 8.2.13, 8.2.16, 8.2.50, 8.2.86, 8.2.44,
 * 8.2.49, 8.2.91).
 */
#include <errno.h>
#include <inttypes.h>

#include "lib/pfcp/ie.h"

#define VOLUME_FLAGS	  0x07 /* total, uplink, downlink octets */
#define MEASUREMENT_FLAGS 0x3f /* and as many of packets */

#define DROPPED_PACKETS 0x01
#define DROPPED_BYTES	0x02

#define AURI	  0x8000
#define MAX_TOTAL 0x7fff

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

uint8_t pfcp_volume_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	return get_volume(r, value, VOLUME_FLAGS);
}

int pfcp_volume_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	return put_volume(w, value, VOLUME_FLAGS);
}

void pfcp_volume_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
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
	pfcp_volume_print(ie, out, value);
}

/* ---- Dropped DL Traffic Threshold ---- */

uint8_t pfcp_dropped_traffic_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_dropped_traffic *d = value;
	uint8_t flags = wire_get_u8(r);

	d->has_packets = flags & DROPPED_PACKETS;
	d->has_bytes = flags & DROPPED_BYTES;
	if (!d->has_packets && !d->has_bytes)
		return PFCP_CAUSE_MANDATORY_IE_INCORRECT;
	if (d->has_packets)
		d->packets = wire_get_u64(r);
	if (d->has_bytes)
		d->bytes = wire_get_u64(r);
	return 0;
}

int pfcp_dropped_traffic_encode(const struct pfcp_ie *ie, struct wire_writer *w, const void *value)
{
	const struct pfcp_dropped_traffic *d = value;

	if (!d->has_packets && !d->has_bytes)
		return -EINVAL;
	wire_put_number(
		w, (d->has_packets ? DROPPED_PACKETS : 0) | (d->has_bytes ? DROPPED_BYTES : 0), 1);
	if (d->has_packets)
		wire_put_number(w, d->packets, 8);
	if (d->has_bytes)
		wire_put_number(w, d->bytes, 8);
	return 0;
}

void pfcp_dropped_traffic_print(const struct pfcp_ie *ie, struct pfcp_out *out, const void *value)
{
	const struct pfcp_dropped_traffic *d = value;

	if (d->has_packets)
		pfcp_out_add(out, "packets-%" PRIu64, d->packets);
	if (d->has_packets && d->has_bytes)
		pfcp_out_add(out, ",");
	if (d->has_bytes)
		pfcp_out_add(out, "bytes-%" PRIu64, d->bytes);
}

/* ---- Additional Usage Reports Information ---- */

/* With AURI the number means nothing. */
uint8_t pfcp_additional_reports_decode(const struct pfcp_ie *ie, struct wire_reader *r, void *value)
{
	struct pfcp_additional_reports *a = value;
	uint16_t v = wire_get_u16(r);

	a->more = v & AURI;
	a->total = a->more ? 0 : v;
	return 0;
}

int pfcp_additional_reports_encode(const struct pfcp_ie *ie, struct wire_writer *w,
				   const void *value)
{
	const struct pfcp_additional_reports *a = value;

	if (a->total > MAX_TOTAL)
		return -EINVAL;
	wire_put_number(w, a->more ? AURI : a->total, 2);
	return 0;
}

void pfcp_additional_reports_print(const struct pfcp_ie *ie, struct pfcp_out *out,
				   const void *value)
{
	const struct pfcp_additional_reports *a = value;

	if (a->more)
		pfcp_out_add(out, "more");
	else
		pfcp_out_add(out, "%u", a->total);
}
