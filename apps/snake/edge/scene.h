/* SPDX-License-Identifier: Apache-2.0 */
/* The game's renderer (apps/game/edge/renderer.h): a player's scene is the world as known here. */
#ifndef BATON_APPS_SNAKE_EDGE_SCENE_H
#define BATON_APPS_SNAKE_EDGE_SCENE_H

#include "apps/game/edge/renderer.h"
#include "apps/snake/edge/raster.h"

struct scene {
	struct raster *raster; /* all players' */
	struct world *world;   /* without size until the first snapshot */
	uint16_t number;       /* of the player's snake */
	struct raster_options options;
};

extern const struct renderer snake_renderer;

#endif
