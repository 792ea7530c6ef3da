/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code in the HUD (docs/csm.md, "The code in the HUD"): the mod's word, in the picture itself,
 * of what the picture shows. Pure.
 */
#ifndef BATON_APPS_MINETEST_EDGE_HUD_CODE_H
#define BATON_APPS_MINETEST_EDGE_HUD_CODE_H

#include <stdint.h>

#include "apps/minetest/edge/bgrx.h"

enum {
	HUD_CODE_BLOCK = 8, /* pixels a side */
	HUD_CODE_ROW = 40,  /* blocks */
	HUD_CODE_ROWS = 2,
	HUD_CODE_LEN = HUD_CODE_ROW * HUD_CODE_ROWS / 8, /* octets, with the CRC */
};

struct hud_code {
	uint32_t tick;	/* the server's step */
	uint32_t input; /* last input of the account that is applied in it; 0 none */
};

/**
 * hud_code_read - from the top left corner of a picture
 *
 * Return: 0; -EINVAL: it is smaller than a code; -EBADMSG: a block is neither black nor white, or
 * the CRC is wrong, as while the client draws between two of the server's words
 */
int hud_code_read(const struct bgrx *picture, struct hud_code *ret_code);

#endif
