// SPDX-License-Identifier: Apache-2.0
/*
 * The stamp as octets and as a code in the picture. A block is read by the mean of its inner 4x4
 * samples: what coding and deblocking blur is its edge.
 */
#include "apps/picture/stamp.h"

#include <errno.h>
#include <string.h>

#include "lib/wire.h"

enum {
	BLOCK = 8,
	CODE_LEN = FRAME_STAMP_LEN + 2,
	CODE_BITS = CODE_LEN * 8,
	STRIP_STEP = 16, /* a row of macroblocks */
	LUMA_ONE = 200,
	LUMA_ZERO = 48,
	LUMA_BETWEEN = (LUMA_ONE + LUMA_ZERO) / 2,
	CHROMA = 128,
};

void frame_stamp_encode(const struct frame_stamp *stamp, uint8_t ret_octets[FRAME_STAMP_LEN])
{
	wire_store16(ret_octets, stamp->edge);
	wire_store32(ret_octets + 2, stamp->seq);
	wire_store32(ret_octets + 6, stamp->tick);
	wire_store32(ret_octets + 10, stamp->input);
}

void frame_stamp_decode(const uint8_t octets[FRAME_STAMP_LEN], struct frame_stamp *ret_stamp)
{
	*ret_stamp = (struct frame_stamp){
		.edge = wire_load16(octets),
		.seq = wire_load32(octets + 2),
		.tick = wire_load32(octets + 6),
		.input = wire_load32(octets + 10),
	};
}

bool frame_stamp_equal(const struct frame_stamp *a, const struct frame_stamp *b)
{
	return a->edge == b->edge && a->seq == b->seq && a->tick == b->tick && a->input == b->input;
}

unsigned frame_stamp_strip(unsigned width)
{
	const unsigned in_row = width / BLOCK;

	if (width < FRAME_STAMP_WIDTH_MIN)
		return 0;
	return ((CODE_BITS + in_row - 1) / in_row * BLOCK + STRIP_STEP - 1) / STRIP_STEP *
	       STRIP_STEP;
}

uint16_t frame_stamp_crc(const uint8_t *octets, size_t len)
{
	uint16_t crc = 0xffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= (uint16_t)(octets[i] << 8);
		for (unsigned bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
	}
	return crc;
}

/* First sample of the block of @bit */
static uint8_t *block_at(const struct picture *picture, unsigned bit)
{
	const unsigned in_row = picture->width / BLOCK;

	return picture->plane[PICTURE_Y] + bit / in_row * BLOCK * picture->stride[PICTURE_Y] +
	       bit % in_row * BLOCK;
}

static bool strip_fits(const struct picture *picture)
{
	const unsigned strip = frame_stamp_strip(picture->width);

	return strip > 0 && picture->height > strip;
}

static void strip_clear(struct picture *picture, unsigned strip)
{
	for (unsigned p = 0; p < PICTURE_PLANES; p++)
		for (unsigned y = 0; y < (p == PICTURE_Y ? strip : strip / 2); y++)
			memset(picture->plane[p] + y * picture->stride[p],
			       p == PICTURE_Y ? LUMA_ZERO : CHROMA,
			       picture_plane_width(picture, p));
}

int frame_stamp_draw(struct picture *picture, const struct frame_stamp *stamp)
{
	uint8_t code[CODE_LEN];

	if (!strip_fits(picture))
		return -EINVAL;
	frame_stamp_encode(stamp, code);
	wire_store16(code + FRAME_STAMP_LEN, frame_stamp_crc(code, FRAME_STAMP_LEN));
	strip_clear(picture, frame_stamp_strip(picture->width));
	for (unsigned bit = 0; bit < CODE_BITS; bit++) {
		uint8_t *block = block_at(picture, bit);

		if (!(code[bit / 8] >> (7 - bit % 8) & 1))
			continue;
		for (unsigned y = 0; y < BLOCK; y++)
			memset(block + y * picture->stride[PICTURE_Y], LUMA_ONE, BLOCK);
	}
	return 0;
}

static bool block_read(const struct picture *picture, unsigned bit)
{
	const size_t stride = picture->stride[PICTURE_Y];
	const uint8_t *inner = block_at(picture, bit) + BLOCK / 4 * stride + BLOCK / 4;
	unsigned sum = 0;

	for (unsigned y = 0; y < BLOCK / 2; y++)
		for (unsigned x = 0; x < BLOCK / 2; x++)
			sum += inner[y * stride + x];
	return sum > LUMA_BETWEEN * (BLOCK / 2) * (BLOCK / 2);
}

int frame_stamp_read(const struct picture *picture, struct frame_stamp *ret_stamp)
{
	uint8_t code[CODE_LEN] = {0};

	if (!strip_fits(picture))
		return -EINVAL;
	for (unsigned bit = 0; bit < CODE_BITS; bit++)
		if (block_read(picture, bit))
			code[bit / 8] |= (uint8_t)(1 << (7 - bit % 8));
	if (frame_stamp_crc(code, FRAME_STAMP_LEN) != wire_load16(code + FRAME_STAMP_LEN))
		return -EBADMSG;
	frame_stamp_decode(code, ret_stamp);
	return 0;
}
