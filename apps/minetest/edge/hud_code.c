// SPDX-License-Identifier: Apache-2.0
#include "apps/minetest/edge/hud_code.h"

#include <errno.h>

#include "apps/picture/stamp.h"
#include "lib/wire.h"

/* A block's middle is judged: at its edges the client's scaling may mix it with its neighbours. */
enum { MARGIN = 2, MIDDLE = HUD_CODE_BLOCK - 2 * MARGIN, DARK = 63, BRIGHT = 192 };

/* Return: 0, 1, or -EBADMSG for neither */
static int block_bit(const struct bgrx *picture, unsigned column, unsigned row)
{
	const uint8_t *line = picture->pixels + (row * HUD_CODE_BLOCK + MARGIN) * picture->stride +
			      (size_t)(column * HUD_CODE_BLOCK + MARGIN) * BGRX_PIXEL;
	unsigned low = 255, high = 0;

	for (unsigned y = 0; y < MIDDLE; y++, line += picture->stride)
		for (unsigned x = 0; x < MIDDLE * BGRX_PIXEL; x++) {
			if (x % BGRX_PIXEL == BGRX_PIXEL - 1)
				continue;
			low = line[x] < low ? line[x] : low;
			high = line[x] > high ? line[x] : high;
		}
	return high <= DARK ? 0 : low >= BRIGHT ? 1 : -EBADMSG;
}

static int read_octet(const struct bgrx *picture, unsigned number, uint8_t *ret)
{
	*ret = 0;
	for (unsigned block = number * 8; block < number * 8 + 8; block++) {
		int bit = block_bit(picture, block % HUD_CODE_ROW, block / HUD_CODE_ROW);

		if (bit < 0)
			return bit;
		*ret = (uint8_t)(*ret << 1 | bit);
	}
	return 0;
}

int hud_code_read(const struct bgrx *picture, struct hud_code *ret_code)
{
	uint8_t octets[HUD_CODE_LEN];
	int r = 0;

	if (picture->width < HUD_CODE_ROW * HUD_CODE_BLOCK ||
	    picture->height < HUD_CODE_ROWS * HUD_CODE_BLOCK)
		return -EINVAL;
	for (unsigned i = 0; i < HUD_CODE_LEN && r == 0; i++)
		r = read_octet(picture, i, &octets[i]);
	if (r < 0)
		return r;
	if (frame_stamp_crc(octets, HUD_CODE_LEN - 2) != wire_load16(octets + HUD_CODE_LEN - 2))
		return -EBADMSG;
	ret_code->tick = wire_load32(octets);
	ret_code->input = wire_load32(octets + 4);
	return 0;
}
