// SPDX-License-Identifier: Apache-2.0
/*
 * The depacketiser on arbitrary packets: records of u8 flags, u8 length and payload, where the
 * flags say how the number goes on (0 next, 1 one is missing, 2 the same again, 3 as the payload
 * says), whether the timestamp changes (4), the marker (8) and whether waiting ends (16). Its
 * counters must add up, and access units must be such.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "apps/stream/h264_nal.h"
#include "apps/stream/h264_rtp.h"
#include "lib/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WINDOW = 8 };

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_h264: %s\n", what);
	abort();
}

static void on_unit(void *user, const struct h264_unit *unit)
{
	uint64_t *units = user;
	const uint8_t *nal;
	struct h264_sps sps;
	size_t at = 0, len;

	++*units;
	require(unit->len > 0 && unit->len <= H264_AU_MAX, "a length out of range");
	require(unit->packets > 0, "of no packet");
	while (h264_nal_next(unit->au, unit->len, &at, &nal, &len)) {
		require(nal > unit->au && nal + len <= unit->au + unit->len, "a unit outside");
		h264_sps_parse(nal, len, &sps);
	}
}

static uint16_t next_seq(uint16_t seq, unsigned flags, const struct wire_reader *payload)
{
	if ((flags & 3) == 3 && wire_left(payload) >= 2)
		return wire_load16(payload->at);
	return (uint16_t)(seq + ((flags & 3) == 1 ? 2 : (flags & 3) == 2 ? 0 : 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader r = {.at = data, .end = data + size};
	struct rtp_packet p = {.payload_type = RTP_PAYLOAD_H264};
	const struct h264_unpacker_counters *c;
	struct h264_unpacker *u;
	uint64_t units = 0, packets = 0;

	if (h264_unpacker_new(WINDOW, on_unit, &units, &u))
		return 0;
	while (wire_left(&r) >= 2) {
		const unsigned flags = wire_get_u8(&r);
		size_t len = wire_get_u8(&r);
		struct wire_reader payload;

		len = len < wire_left(&r) ? len : wire_left(&r);
		payload = wire_get_part(&r, len);
		p.seq = next_seq(p.seq, flags, &payload);
		p.timestamp += flags & 4;
		p.marker = flags & 8;
		p.payload = payload.at;
		p.payload_len = len;
		h264_unpacker_push(u, &p, ++packets);
		if (flags & 16)
			h264_unpacker_expire(u);
	}
	/* each ends the wait for one gap */
	for (unsigned i = 0; i < WINDOW; i++)
		h264_unpacker_expire(u);
	c = h264_unpacker_counters(u);
	require(c->units == units && c->packets == packets, "miscounted");
	require(!h264_unpacker_waiting(u), "waits after all has expired");
	h264_unpacker_free(u);
	return 0;
}
