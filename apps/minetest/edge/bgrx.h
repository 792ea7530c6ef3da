/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as an X server of depth 24 keeps them, and as H.264 wants them. Pure. */
#ifndef BATON_APPS_MINETEST_EDGE_BGRX_H
#define BATON_APPS_MINETEST_EDGE_BGRX_H

#include <stddef.h>
#include <stdint.h>

#include "apps/picture/picture.h"

enum { BGRX_PIXEL = 4 }; /* octets: blue, green, red, and one that says nothing */

struct bgrx {
	unsigned width, height;
	size_t stride; /* octets from line to line, at least 4 times the width */
	const uint8_t *pixels;
};

/**
 * bgrx_convert - to YCbCr of the limited range by ITU-R BT.601, with 8 bits of fraction; chroma is
 * that of the mean of four pixels
 *
 * Return: 0, or -EINVAL when the sizes differ
 */
int bgrx_convert(const struct bgrx *from, struct picture *to);

#endif
