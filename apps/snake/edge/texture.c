// SPDX-License-Identifier: Apache-2.0
/*
 * Value noise in whole numbers only, so that compilers and machines can't differ: at each scale a
 * lattice of hashed values, blended by a smooth step. Each cell is a shade of its own on top.
 */
#include "apps/snake/edge/texture.h"

#include <string.h>

/* Amplitudes were chosen by the SSIM of a picture against itself moved by 2 to 8 samples, as two
 * edges some ticks apart see it: 0.95 to 0.75 (tests/unit/test_raster.c holds them to it). */
static const struct octave {
	unsigned size; /* samples between lattice points, a power of two */
	int amplitude; /* of luma */
} octaves[] = {{128, 28}, {32, 26}, {16, 16}, {8, 8}};

enum {
	OCTAVES = sizeof octaves / sizeof octaves[0],
	LUMA = 96,
	CELL_AMPLITUDE = 4,
	CHROMA_SIZE = TEXTURE_SIZE / 2,
	CHROMA_LATTICE = 64,
	CHROMA_AMPLITUDE = 10,
	CHROMA_U = 116, /* grass */
	CHROMA_V = 118,
	FRACTION = 256,
};

static uint32_t hash(uint32_t x, uint32_t y, uint32_t seed)
{
	uint32_t h = x * 0x9e3779b1u ^ y * 0x85ebca77u ^ seed * 0xc2b2ae3du;

	h = (h ^ h >> 15) * 0x2c1b3c6du;
	h = (h ^ h >> 12) * 0x297a2d39u;
	return h ^ h >> 15;
}

/* -FRACTION to FRACTION */
static int lattice(unsigned x, unsigned y, uint32_t seed)
{
	return (int)(hash(x, y, seed) % (2 * FRACTION + 1)) - FRACTION;
}

/* 3t^2 - 2t^3 of i / size, in 1 / FRACTION */
static int smooth(unsigned i, unsigned size)
{
	int64_t t = i * FRACTION / size;

	return (int)(t * t * (3 * FRACTION - 2 * t) / (FRACTION * FRACTION));
}

static int blend(int a, int b, int t)
{
	return (a * (FRACTION - t) + b * t) / FRACTION;
}

/* The noise of one scale at (x, y) of a plane of @plane samples a side, -FRACTION to FRACTION */
static int noise(unsigned x, unsigned y, unsigned size, unsigned plane, uint32_t seed)
{
	unsigned n = plane / size, i = x / size, j = y / size, i1 = (i + 1) % n, j1 = (j + 1) % n;
	int tx = smooth(x % size, size), ty = smooth(y % size, size);

	return blend(blend(lattice(i, j, seed), lattice(i1, j, seed), tx),
		     blend(lattice(i, j1, seed), lattice(i1, j1, seed), tx), ty);
}

static uint8_t luma_at(unsigned x, unsigned y)
{
	int v = LUMA * FRACTION;

	for (unsigned i = 0; i < OCTAVES; i++)
		v += octaves[i].amplitude * noise(x, y, octaves[i].size, TEXTURE_SIZE, i);
	v += CELL_AMPLITUDE * lattice(x / TEXTURE_CELL, y / TEXTURE_CELL, OCTAVES);
	return (uint8_t)(v / FRACTION);
}

static uint8_t chroma_at(unsigned x, unsigned y, int middle, uint32_t seed)
{
	return (uint8_t)(middle + CHROMA_AMPLITUDE *
					  noise(x, y, CHROMA_LATTICE, CHROMA_SIZE, seed) /
					  FRACTION);
}

void texture_init(struct texture *t)
{
	for (unsigned y = 0; y < TEXTURE_SIZE; y++)
		for (unsigned x = 0; x < TEXTURE_SIZE; x++)
			t->y[y * TEXTURE_SIZE + x] = luma_at(x, y);
	for (unsigned y = 0; y < CHROMA_SIZE; y++)
		for (unsigned x = 0; x < CHROMA_SIZE; x++) {
			t->u[y * CHROMA_SIZE + x] = chroma_at(x, y, CHROMA_U, OCTAVES + 1);
			t->v[y * CHROMA_SIZE + x] = chroma_at(x, y, CHROMA_V, OCTAVES + 2);
		}
}

/* One row that repeats every @size samples, a power of two */
static void copy_row(const uint8_t *row, unsigned size, unsigned x, unsigned width, uint8_t *to)
{
	while (width) {
		unsigned n = size - (x & (size - 1));

		n = n < width ? n : width;
		memcpy(to, row + (x & (size - 1)), n);
		x += n;
		to += n;
		width -= n;
	}
}

void texture_copy_luma(const struct texture *t, int x, int y, unsigned width, uint8_t *to)
{
	const uint8_t *row = t->y + ((unsigned)y & (TEXTURE_SIZE - 1)) * TEXTURE_SIZE;

	copy_row(row, TEXTURE_SIZE, (unsigned)x, width, to);
}

void texture_copy_chroma(const struct texture *t, int x, int y, unsigned width, uint8_t *to_u,
			 uint8_t *to_v)
{
	unsigned row = ((unsigned)y & (CHROMA_SIZE - 1)) * CHROMA_SIZE;

	copy_row(t->u + row, CHROMA_SIZE, (unsigned)x, width, to_u);
	copy_row(t->v + row, CHROMA_SIZE, (unsigned)x, width, to_v);
}
