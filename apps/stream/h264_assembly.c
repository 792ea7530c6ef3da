// SPDX-License-Identifier: Apache-2.0
/*
 * Payloads into access units: RFC 6184 cl. 5.6 (single NAL units), 5.7.1 (STAP-A), 5.8 (FU-A),
 * packets of one timestamp being one access unit (cl. 5.1).
 *
 * After a loss nobody knows whether the first packet of a timestamp is that access unit's first. It
 * is when it begins with a parameter set or a delimiter (H.264 cl. 7.4.1.2.3), as key frames do;
 * otherwise the access unit is dropped, and it would lack its reference anyway.
 */
#include "apps/stream/h264_assembly.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/stream/h264_nal.h"
#include "lib/wire.h"

int h264_assembly_init(struct h264_assembly *a, h264_unit_fn unit, void *user,
		       struct h264_unpacker_counters *counters)
{
	*a = (struct h264_assembly){.unit = unit, .user = user, .counters = counters};
	a->au = malloc(H264_AU_MAX);
	return a->au ? 0 : -ENOMEM;
}

void h264_assembly_done(struct h264_assembly *a)
{
	free(a->au);
}

void h264_assembly_lost(struct h264_assembly *a)
{
	a->lost = a->after_loss = true;
}

/* ---- octets ---- */

static void append(struct h264_assembly *a, const void *octets, size_t len)
{
	if (a->broken)
		return;
	if (len > H264_AU_MAX - a->len) {
		a->counters->oversize++;
		a->broken = true;
		return;
	}
	memcpy(a->au + a->len, octets, len);
	a->len += len;
}

static void nal_begin(struct h264_assembly *a, uint8_t header)
{
	static const uint8_t start[H264_START_LEN] = {0, 0, 0, 1};

	append(a, start, sizeof(start));
	append(a, &header, 1);
	if ((header & H264_TYPE_MASK) == H264_IDR)
		a->now.key = true;
}

/* ---- the three forms of a payload; each returns false when it is malformed ---- */

static bool single_put(struct h264_assembly *a, const uint8_t *nal, size_t len)
{
	nal_begin(a, nal[0]);
	append(a, nal + 1, len - 1);
	return true;
}

static bool stap_put(struct h264_assembly *a, const uint8_t *payload, size_t len)
{
	struct wire_reader r = {.at = payload + 1, .end = payload + len};

	if (wire_left(&r) == 0)
		return false;
	while (wire_left(&r) > 0) {
		const size_t size = wire_get_u16(&r);
		const uint8_t *nal = wire_get(&r, size);

		if (!nal || size == 0 || (nal[0] & H264_TYPE_MASK) == 0 ||
		    (nal[0] & H264_TYPE_MASK) >= H264_STAP_A)
			return false;
		single_put(a, nal, size);
	}
	return true;
}

static bool fragment_put(struct h264_assembly *a, const uint8_t *payload, size_t len)
{
	const uint8_t fu = len >= 2 ? payload[1] : 0;
	const bool start = fu & H264_FU_START, end = fu & H264_FU_END;

	if (len < 3 || (start && end) || start == a->fragment)
		return false;
	if (start)
		nal_begin(a, (uint8_t)((payload[0] & ~H264_TYPE_MASK) | (fu & H264_TYPE_MASK)));
	append(a, payload + 2, len - 2);
	a->fragment = !end;
	return true;
}

static bool payload_put(struct h264_assembly *a, const uint8_t *payload, size_t len)
{
	const unsigned type = len > 0 ? payload[0] & H264_TYPE_MASK : 0;

	if (len == 0 || payload[0] & H264_FORBIDDEN)
		return false;
	if (type == H264_FU_A)
		return fragment_put(a, payload, len);
	if (a->fragment)
		return false;
	if (type == H264_STAP_A)
		return stap_put(a, payload, len);
	return type >= 1 && type < H264_STAP_A && single_put(a, payload, len);
}

/* ---- access units ---- */

static void unit_end(struct h264_assembly *a)
{
	if (!a->open)
		return;
	a->open = false;
	if (a->broken || a->fragment || a->len == 0) {
		a->counters->broken++;
		a->after_loss = true;
		return;
	}
	a->now.au = a->au;
	a->now.len = a->len;
	a->now.after_loss = a->after_loss;
	if (a->now.has_stamp)
		frame_stamp_decode(a->stamp, &a->now.stamp);
	a->after_loss = false;
	a->counters->units++;
	a->unit(a->user, &a->now);
}

/* Whether a payload can only be the first of an access unit */
static bool begins_unit(const struct rtp_packet *p)
{
	unsigned type = p->payload_len > 0 ? p->payload[0] & H264_TYPE_MASK : 0;

	if (type == H264_STAP_A && p->payload_len > 3)
		type = p->payload[3] & H264_TYPE_MASK;
	return type == H264_SPS || type == H264_DELIMITER;
}

static void unit_begin(struct h264_assembly *a, const struct rtp_packet *p, uint64_t received_ns)
{
	a->open = true;
	a->broken = a->lost && !begins_unit(p);
	a->fragment = false;
	a->len = 0;
	a->now = (struct h264_unit){
		.timestamp = p->timestamp,
		.first_ns = received_ns,
		.has_stamp = p->ext && p->ext_len == FRAME_STAMP_LEN,
	};
	if (a->now.has_stamp)
		memcpy(a->stamp, p->ext, FRAME_STAMP_LEN);
}

static void stamp_check(struct h264_assembly *a, const struct rtp_packet *p)
{
	if (!p->ext || p->ext_len != FRAME_STAMP_LEN || memcmp(a->stamp, p->ext, FRAME_STAMP_LEN))
		a->now.has_stamp = false;
}

void h264_assembly_put(struct h264_assembly *a, const struct rtp_packet *p, uint64_t received_ns)
{
	if (a->open && a->now.timestamp != p->timestamp) {
		/* its marker is what may be missing, and more with it */
		a->broken |= a->lost;
		unit_end(a);
	}
	if (!a->open)
		unit_begin(a, p, received_ns);
	else if (a->lost)
		a->broken = true;
	a->lost = false;
	stamp_check(a, p);
	a->now.packets++;
	if (received_ns < a->now.first_ns)
		a->now.first_ns = received_ns;
	if (received_ns > a->now.last_ns)
		a->now.last_ns = received_ns;
	if (!payload_put(a, p->payload, p->payload_len)) {
		a->counters->malformed++;
		a->broken = true;
	}
	if (p->marker)
		unit_end(a);
}
