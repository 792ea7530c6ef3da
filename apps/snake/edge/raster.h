/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The render module: what a player sees of a world, as a picture. Pure and in whole numbers only:
 * the same world and player give the same samples at every edge. The camera is at the player's
 * head, which moves by an eighth of a cell a tick; ground, snakes and food scroll under it, score
 * and map stay.
 */
#ifndef BATON_APPS_SNAKE_EDGE_RASTER_H
#define BATON_APPS_SNAKE_EDGE_RASTER_H

#include "apps/picture/picture.h"
#include "apps/snake/world.h"

struct raster; /* what is computed once: the ground */

/* What a player may choose */
struct raster_options {
	bool map; /* the small map at the top right */
};

/** raster_new - some ten ms; Return: 0 or -ENOMEM */
int raster_new(struct raster **ret_raster);
void raster_free(struct raster *raster);

/**
 * raster_draw - draw the whole picture, but for the stamp's strip, whose lines hold anything
 * @player: number of its snake; a number that nobody has looks at the middle of the world
 * @to:     frame_stamp_strip() lines at its top are left for the stamp
 *
 * A world without size (no snapshot yet) is black.
 */
void raster_draw(const struct raster *raster, const struct world *world, unsigned player,
		 const struct raster_options *options, struct picture *to);

#endif
