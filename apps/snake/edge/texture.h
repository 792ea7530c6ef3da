/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ground of the board: one tile of I420 texture that repeats over the world, computed from a
 * hash, so that it is the same at every edge. It varies at several scales: a flat board would give
 * an SSIM near 1 whatever the two edges show.
 */
#ifndef BATON_APPS_SNAKE_EDGE_TEXTURE_H
#define BATON_APPS_SNAKE_EDGE_TEXTURE_H

#include <stdint.h>

enum { TEXTURE_SIZE = 1024, TEXTURE_CELL = 16 }; /* samples a side; samples a cell of the board */

struct texture {
	uint8_t y[TEXTURE_SIZE * TEXTURE_SIZE];
	uint8_t u[TEXTURE_SIZE * TEXTURE_SIZE / 4];
	uint8_t v[TEXTURE_SIZE * TEXTURE_SIZE / 4];
};

/** texture_init - compute the tile (some ten ms, once a process) */
void texture_init(struct texture *t);

/** texture_copy - @width samples of luma from (x, y) of the plane, which repeats; any x and y */
void texture_copy_luma(const struct texture *t, int x, int y, unsigned width, uint8_t *to);
/** texture_copy_chroma - the same of both chroma planes, in chroma samples */
void texture_copy_chroma(const struct texture *t, int x, int y, unsigned width, uint8_t *to_u,
			 uint8_t *to_v);

#endif
