// SPDX-License-Identifier: Apache-2.0
/*
 * A picture of whatever world an arbitrary snapshot gives: u16 player, then the snapshot. Besides
 * not writing outside: every line between the strip and the bottom is drawn, whatever was there
 * before.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/picture/stamp.h"
#include "apps/snake/edge/raster.h"
#include "lib/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WIDTH = 320, HEIGHT = 240 };

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_snake_raster: %s\n", what);
	abort();
}

static void same_below(const struct picture *a, const struct picture *b, unsigned strip)
{
	for (unsigned plane = 0; plane < PICTURE_PLANES; plane++)
		for (unsigned y = plane ? strip / 2 : strip; y < picture_plane_height(a, plane);
		     y++)
			require(memcmp(a->plane[plane] + y * a->stride[plane],
				       b->plane[plane] + y * b->stride[plane],
				       picture_plane_width(a, plane)) == 0,
				"what was there before shows");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct raster *raster;
	static struct picture *a, *b;
	struct raster_options options = {.map = true};
	struct world *w;

	if (!raster)
		require(raster_new(&raster) == 0 && picture_new(WIDTH, HEIGHT, &a) == 0 &&
				picture_new(WIDTH, HEIGHT, &b) == 0,
			"no memory");
	if (size < 2)
		return 0;
	require(world_new(0, 0, &w) == 0, "no memory");
	if (world_decode(w, 1, data + 2, size - 2) == 0) {
		picture_fill(a, 16, 16, 16);
		picture_fill(b, 235, 240, 240);
		raster_draw(raster, w, wire_load16(data), &options, a);
		raster_draw(raster, w, wire_load16(data), &options, b);
		same_below(a, b, frame_stamp_strip(WIDTH));
	}
	world_free(w);
	return 0;
}
