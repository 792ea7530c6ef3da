// SPDX-License-Identifier: Apache-2.0
/* RTP packets: RFC 3550 cl. 5.1, header extensions: RFC 8285 cl. 4.2. */
#include "apps/stream/rtp.h"

#include <errno.h>

#include "lib/wire.h"

enum {
	VERSION = 2 << 6,
	VERSION_MASK = 3 << 6,
	PADDING = 1 << 5,
	EXTENSION = 1 << 4,
	CSRC_MASK = 15,
	MARKER = 1 << 7,
	PROFILE_ONE_BYTE = 0xbede,
	EXT_PADDING = 0,
	EXT_STOP = 15, /* RFC 8285 cl. 4.2: nothing after it is looked at */
	EXT_LEN_MAX = 16,
};

/* Elements: id in the upper four bits, length less one in the lower */
static bool ext_parse(struct wire_reader r, struct rtp_packet *p)
{
	while (wire_left(&r) > 0) {
		const uint8_t head = wire_get_u8(&r);
		const unsigned id = head >> 4;
		const size_t len = (head & 15) + 1u;
		const uint8_t *data;

		if (head == EXT_PADDING)
			continue;
		if (id == EXT_STOP)
			return true;
		data = wire_get(&r, len);
		if (!data)
			return false;
		if (id == RTP_EXT_STAMP && !p->ext) {
			p->ext = data;
			p->ext_len = len;
		}
	}
	return true;
}

static bool extension_parse(struct wire_reader *r, struct rtp_packet *p)
{
	const uint16_t profile = wire_get_u16(r);
	const size_t words = wire_get_u16(r);
	const struct wire_reader data = wire_get_part(r, 4 * words);

	if (r->bad)
		return false;
	return profile != PROFILE_ONE_BYTE || ext_parse(data, p);
}

/* The last octet says how many to take off, itself included */
static bool padding_cut(struct wire_reader *r)
{
	const size_t left = wire_left(r);

	if (left == 0 || r->end[-1] == 0 || r->end[-1] > left)
		return false;
	r->end -= r->end[-1];
	return true;
}

int rtp_parse(const uint8_t *buf, size_t len, struct rtp_packet *ret_packet)
{
	struct wire_reader r = {.at = buf, .end = buf + len};
	const uint8_t first = wire_get_u8(&r), second = wire_get_u8(&r);
	struct rtp_packet p = {.marker = second & MARKER, .payload_type = second & (MARKER - 1)};

	p.seq = wire_get_u16(&r);
	p.timestamp = wire_get_u32(&r);
	p.ssrc = wire_get_u32(&r);
	wire_get(&r, 4u * (first & CSRC_MASK));
	if (r.bad || (first & VERSION_MASK) != VERSION)
		return -EBADMSG;
	if (first & EXTENSION && !extension_parse(&r, &p))
		return -EBADMSG;
	if (first & PADDING && !padding_cut(&r))
		return -EBADMSG;
	p.payload = r.at;
	p.payload_len = wire_left(&r);
	*ret_packet = p;
	return 0;
}

static void extension_put(struct wire_writer *w, const struct rtp_packet *p)
{
	const size_t words = (1 + p->ext_len + 3) / 4;

	wire_put_number(w, PROFILE_ONE_BYTE, 2);
	wire_put_number(w, words, 2);
	wire_put_number(w, RTP_EXT_STAMP << 4 | (p->ext_len - 1), 1);
	wire_put_bytes(w, p->ext, p->ext_len);
	wire_put_number(w, 0, 4 * words - 1 - p->ext_len);
}

size_t rtp_header_build(const struct rtp_packet *packet, uint8_t *buf, size_t size)
{
	struct wire_writer w = {.at = buf, .end = buf + size};

	if (packet->ext && (packet->ext_len < 1 || packet->ext_len > EXT_LEN_MAX))
		return 0;
	wire_put_number(&w, VERSION | (packet->ext ? EXTENSION : 0), 1);
	wire_put_number(&w, (packet->marker ? MARKER : 0) | packet->payload_type, 1);
	wire_put_number(&w, packet->seq, 2);
	wire_put_number(&w, packet->timestamp, 4);
	wire_put_number(&w, packet->ssrc, 4);
	if (packet->ext)
		extension_put(&w, packet);
	return w.full ? 0 : (size_t)(w.at - buf);
}
