// SPDX-License-Identifier: Apache-2.0
/*
 * H.264 into RTP packets: a NAL unit that fits goes into a packet of its own (RFC 6184 cl. 5.6), or
 * with its neighbours into one STAP-A (cl. 5.7.1) while they fit; a larger one is cut into FU-A
 * (cl. 5.8).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/stream/h264_nal.h"
#include "apps/stream/h264_rtp.h"
#include "lib/wire.h"

enum { HEADER_LEN = RTP_PACKET_MAX - H264_NAL_FIT, SIZE_LEN = 2 /* of a NAL unit in a STAP-A */ };

int h264_packer_init(struct h264_packer *packer, uint32_t ssrc, uint16_t seq)
{
	*packer = (struct h264_packer){.ssrc = ssrc, .seq = seq};
	packer->data = malloc(H264_PACKETS_MAX * sizeof(*packer->data));
	return packer->data ? 0 : -ENOMEM;
}

void h264_packer_done(struct h264_packer *packer)
{
	free(packer->data);
	packer->data = NULL;
}

void h264_packer_begin(struct h264_packer *packer, uint32_t timestamp,
		       const struct frame_stamp *stamp)
{
	packer->timestamp = timestamp;
	packer->count = 0;
	packer->stap = packer->fragment = packer->full = false;
	frame_stamp_encode(stamp, packer->stamp);
}

/* A further packet with its header; NULL when there are too many */
static uint8_t *packet_begin(struct h264_packer *packer)
{
	const struct rtp_packet header = {
		.payload_type = RTP_PAYLOAD_H264,
		.seq = (uint16_t)(packer->seq + packer->count),
		.timestamp = packer->timestamp,
		.ssrc = packer->ssrc,
		.ext = packer->stamp,
		.ext_len = FRAME_STAMP_LEN,
	};

	if (packer->count == H264_PACKETS_MAX) {
		packer->full = true;
		return NULL;
	}
	packer->len[packer->count] =
		(uint16_t)rtp_header_build(&header, packer->data[packer->count], RTP_PACKET_MAX);
	return packer->data[packer->count++];
}

/* The last packet's single NAL unit becomes the first of a STAP-A: cl. 5.7 */
static void stap_begin(uint8_t *packet, uint16_t *len)
{
	uint8_t *payload = packet + HEADER_LEN;
	const uint16_t nal_len = (uint16_t)(*len - HEADER_LEN);

	memmove(payload + 1 + SIZE_LEN, payload, nal_len);
	payload[0] = (uint8_t)((payload[1 + SIZE_LEN] & ~H264_TYPE_MASK) | H264_STAP_A);
	wire_store16(payload + 1, nal_len);
	*len = (uint16_t)(*len + 1 + SIZE_LEN);
}

/* Its NRI is the largest of those in it: cl. 5.7 */
static void stap_add(uint8_t *packet, uint16_t *len, const uint8_t *nal, size_t nal_len)
{
	uint8_t *head = packet + HEADER_LEN;

	if ((nal[0] & H264_NRI_MASK) > (*head & H264_NRI_MASK))
		*head = (uint8_t)((*head & ~H264_NRI_MASK) | (nal[0] & H264_NRI_MASK));
	wire_store16(packet + *len, (uint16_t)nal_len);
	memcpy(packet + *len + SIZE_LEN, nal, nal_len);
	*len = (uint16_t)(*len + SIZE_LEN + nal_len);
}

static bool joins_last(const struct h264_packer *packer, size_t len)
{
	size_t used;

	if (packer->count == 0 || packer->fragment)
		return false;
	used = packer->len[packer->count - 1];
	return used + (packer->stap ? 0 : 1 + SIZE_LEN) + SIZE_LEN + len <= RTP_PACKET_MAX;
}

static int single_put(struct h264_packer *packer, const uint8_t *nal, size_t len)
{
	uint8_t *packet = packet_begin(packer);

	if (!packet)
		return -EMSGSIZE;
	memcpy(packet + HEADER_LEN, nal, len);
	packer->len[packer->count - 1] = (uint16_t)(HEADER_LEN + len);
	packer->stap = packer->fragment = false;
	return 0;
}

static int fragments_put(struct h264_packer *packer, const uint8_t *nal, size_t len)
{
	const uint8_t indicator = (uint8_t)((nal[0] & ~H264_TYPE_MASK) | H264_FU_A);
	const uint8_t type = nal[0] & H264_TYPE_MASK;
	size_t at = 1; /* the NAL unit's own header goes by indicator and FU header */

	while (at < len) {
		const size_t part = len - at < H264_NAL_FIT - 2 ? len - at : H264_NAL_FIT - 2;
		uint8_t *packet = packet_begin(packer);

		if (!packet)
			return -EMSGSIZE;
		packet[HEADER_LEN] = indicator;
		packet[HEADER_LEN + 1] = (uint8_t)(type | (at == 1 ? H264_FU_START : 0) |
						   (at + part == len ? H264_FU_END : 0));
		memcpy(packet + HEADER_LEN + 2, nal + at, part);
		packer->len[packer->count - 1] = (uint16_t)(HEADER_LEN + 2 + part);
		at += part;
	}
	packer->fragment = true;
	return 0;
}

int h264_packer_nal(struct h264_packer *packer, const uint8_t *nal, size_t len)
{
	const unsigned last = packer->count - 1;

	if (len == 0)
		return -EINVAL;
	if (len > H264_NAL_FIT)
		return fragments_put(packer, nal, len);
	if (!joins_last(packer, len))
		return single_put(packer, nal, len);
	if (!packer->stap)
		stap_begin(packer->data[last], &packer->len[last]);
	packer->stap = true;
	stap_add(packer->data[last], &packer->len[last], nal, len);
	return 0;
}

int h264_packer_end(struct h264_packer *packer)
{
	const bool full = packer->full;

	if (full || packer->count == 0) {
		packer->count = 0;
		return full ? -EMSGSIZE : -ENODATA;
	}
	packer->data[packer->count - 1][1] |= 1 << 7; /* marker */
	packer->seq = (uint16_t)(packer->seq + packer->count);
	return 0;
}
