// SPDX-License-Identifier: Apache-2.0
#include "apps/minetest/edge/bgrx.h"

#include <errno.h>

enum { BLUE, GREEN, RED };

static void luma_line(const uint8_t *restrict from, uint8_t *restrict to, unsigned width)
{
	for (unsigned x = 0; x < width; x++, from += BGRX_PIXEL)
		to[x] = (uint8_t)(((66 * from[RED] + 129 * from[GREEN] + 25 * from[BLUE] + 128) >>
				   8) +
				  16);
}

/* Sums of four in place of means: two more bits of fraction. The shift of what may be negative is
 * one of a sum that the offset has made positive. */
static void chroma_line(const uint8_t *restrict upper, const uint8_t *restrict lower,
			uint8_t *restrict to_cb, uint8_t *restrict to_cr, unsigned width)
{
	const int offset = (128 << 10) + 512;

	for (unsigned x = 0; x < width / 2; x++) {
		int sum[3];

		for (unsigned c = 0; c < 3; c++)
			sum[c] =
				upper[c] + upper[c + BGRX_PIXEL] + lower[c] + lower[c + BGRX_PIXEL];
		to_cb[x] = (uint8_t)((offset + 112 * sum[BLUE] - 74 * sum[GREEN] - 38 * sum[RED]) >>
				     10);
		to_cr[x] = (uint8_t)((offset + 112 * sum[RED] - 94 * sum[GREEN] - 18 * sum[BLUE]) >>
				     10);
		upper += 2 * BGRX_PIXEL;
		lower += 2 * BGRX_PIXEL;
	}
}

int bgrx_convert(const struct bgrx *from, struct picture *to)
{
	if (from->width != to->width || from->height != to->height)
		return -EINVAL;
	for (unsigned y = 0; y < from->height; y += 2) {
		const uint8_t *line = from->pixels + y * from->stride;
		uint8_t *luma = to->plane[PICTURE_Y] + y * to->stride[PICTURE_Y];

		luma_line(line, luma, from->width);
		luma_line(line + from->stride, luma + to->stride[PICTURE_Y], from->width);
		chroma_line(line, line + from->stride,
			    to->plane[PICTURE_CB] + y / 2 * to->stride[PICTURE_CB],
			    to->plane[PICTURE_CR] + y / 2 * to->stride[PICTURE_CR], from->width);
	}
	return 0;
}
