// SPDX-License-Identifier: Apache-2.0
/* Test pictures. */
#include "tests/unit/picture_scene.h"

#include <math.h>

enum { SQUARES = 12, SIDE = 16 };

static uint32_t mix(uint32_t v)
{
	v ^= v >> 16;
	v *= 0x7feb352d;
	v ^= v >> 15;
	v *= 0x846ca68b;
	return v ^ v >> 16;
}

/* A texture of cells of 8x8, each with a slope of its own, over a coarse slope */
static uint8_t texture(unsigned x, unsigned y)
{
	const uint32_t cell = mix(x / 8 * 7919 + y / 8);

	return (uint8_t)(60 + (x / 4 + y / 2) % 64 + cell % 48 + (x % 8) * (cell >> 8 & 3));
}

static void square_draw(struct picture *p, unsigned x, unsigned y, uint8_t luma)
{
	for (unsigned j = 0; j < SIDE; j++)
		for (unsigned i = 0; i < SIDE; i++)
			p->plane[PICTURE_Y][(y + j) * p->stride[PICTURE_Y] + x + i] = luma;
}

void scene_draw(struct picture *p, unsigned time)
{
	for (unsigned y = 0; y < p->height; y++)
		for (unsigned x = 0; x < p->width; x++)
			p->plane[PICTURE_Y][y * p->stride[PICTURE_Y] + x] = texture(x + time, y);
	for (unsigned c = PICTURE_CB; c < PICTURE_PLANES; c++)
		for (unsigned y = 0; y < p->height / 2; y++)
			for (unsigned x = 0; x < p->width / 2; x++)
				p->plane[c][y * p->stride[c] + x] =
					(uint8_t)(108 +
						  mix((2 * x + time) / 32 * 31 + y / 16 + c) % 40);
	for (unsigned i = 0; i < SQUARES; i++)
		square_draw(p, (mix(i) + 2 * time) % (p->width - SIDE),
			    (mix(i + 99) + time) % (p->height - SIDE), (uint8_t)(40 + 15 * i));
}

void scene_noise(struct picture *p, uint32_t seed)
{
	for (unsigned c = 0; c < PICTURE_PLANES; c++)
		for (unsigned y = 0; y < picture_plane_height(p, c); y++)
			for (unsigned x = 0; x < picture_plane_width(p, c); x++)
				p->plane[c][y * p->stride[c] + x] =
					(uint8_t)mix(seed + ((c * 8192 + y) * 8192 + x));
}

double scene_psnr(const struct picture *a, const struct picture *b, unsigned strip)
{
	double sum = 0;

	for (unsigned y = strip; y < a->height; y++)
		for (unsigned x = 0; x < a->width; x++) {
			const double d = a->plane[PICTURE_Y][y * a->stride[PICTURE_Y] + x] -
					 b->plane[PICTURE_Y][y * b->stride[PICTURE_Y] + x];

			sum += d * d;
		}
	sum /= (double)a->width * (a->height - strip);
	return sum > 0 ? 10 * log10(255.0 * 255.0 / sum) : 100;
}
