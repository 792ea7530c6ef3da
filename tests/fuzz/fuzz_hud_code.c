// SPDX-License-Identifier: Apache-2.0
/*
 * Screens of any size and contents: u8 width and u8 height in blocks of 8, u8 levels, then a level
 * for each block by turns, or the octets of a code. Nothing outside the screen is read; a code that
 * is read is one whose check is right; a picture of the same size takes the screen.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/minetest/edge/hud_code.h"
#include "apps/picture/stamp.h"
#include "lib/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Blocks a side, from 2 on: a little more than a code has */
enum { COLUMNS = 42, ROWS = 4, CODED = 0x80 };

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_hud_code: %s\n", what);
	abort();
}

/* The level of a block: as the input's octet, or black and white by its bits */
static uint8_t level(const uint8_t *data, size_t size, unsigned block, int coded)
{
	if (coded)
		return data[block / 8 % size] >> (7 - block % 8) & 1 ? 255 : 0;
	return data[block % size];
}

static uint8_t *paint(const struct bgrx *s, const uint8_t *data, size_t size, int coded)
{
	uint8_t *pixels = malloc(s->stride * s->height); /* exactly: what is outside is noticed */

	require(pixels != NULL, "no memory");
	for (unsigned y = 0; y < s->height; y++)
		for (unsigned x = 0; x < s->width; x++)
			memset(pixels + y * s->stride + (size_t)x * BGRX_PIXEL,
			       level(data, size, y / 8 * HUD_CODE_ROW + x / 8, coded), BGRX_PIXEL);
	return pixels;
}

static void check_code(const struct bgrx *s, const uint8_t *data, size_t size, int coded)
{
	uint8_t octets[HUD_CODE_LEN];
	struct hud_code code;
	int r = hud_code_read(s, &code);
	int right = coded && size >= HUD_CODE_LEN && s->width >= HUD_CODE_ROW * HUD_CODE_BLOCK &&
		    s->height >= HUD_CODE_ROWS * HUD_CODE_BLOCK &&
		    frame_stamp_crc(data, 8) == wire_load16(data + 8);

	require(!right || r == 0, "a code is not read");
	if (r < 0 || !coded || size < HUD_CODE_LEN)
		return;
	wire_store32(octets, code.tick);
	wire_store32(octets + 4, code.input);
	require(right && memcmp(octets, data, 8) == 0, "another code is read");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bgrx s;
	struct picture *to;
	uint8_t *pixels;
	int coded;

	if (size < 4)
		return 0;
	coded = data[2] & CODED;
	s.width = 16 + data[0] % COLUMNS * 8;
	s.height = 16 + data[1] % ROWS * 8;
	s.stride = (size_t)s.width * BGRX_PIXEL;
	pixels = paint(&s, data + 3, size - 3, coded);
	s.pixels = pixels;
	check_code(&s, data + 3, size - 3, coded);
	require(picture_new(s.width, s.height, &to) == 0, "no memory");
	require(bgrx_convert(&s, to) == 0, "not converted");
	picture_free(to);
	free(pixels);
	return 0;
}
