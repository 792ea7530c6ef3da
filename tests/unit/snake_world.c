// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "tests/unit/snake_world.h"

static const char *wrong_body(const struct world *w, unsigned id, const struct world_snake *s,
			      uint16_t *layers)
{
	for (unsigned k = 0; k < s->length; k++) {
		struct world_cell c = world_snake_cell(s, k);

		if (c.x >= w->width || c.y >= w->height)
			return "a cell outside";
		if (world_at(w, c.x, c.y)->owner != id)
			return "a cell of somebody else";
		layers[c.y * w->width + c.x]++;
		if (k > 0) {
			struct world_cell before = world_snake_cell(s, k - 1);

			if (abs(world_way(before.x, c.x, w->width)) +
				    abs(world_way(before.y, c.y, w->height)) !=
			    1)
				return "a body in pieces";
		}
	}
	return NULL;
}

static const char *wrong_snake(const struct world *w, unsigned id, uint16_t *layers)
{
	const struct world_snake *s = &w->snake[id];

	if (s->state == WORLD_ABSENT)
		return NULL;
	if ((s->state == WORLD_ALIVE) != (s->length > 0))
		return "alive without a body, or dead with one";
	if (s->length > WORLD_LENGTH_MAX || s->length + s->growth > WORLD_LENGTH_MAX)
		return "too long";
	if (s->phase >= WORLD_PHASES || s->dir > WORLD_LEFT)
		return "no such phase or direction";
	return wrong_body(w, id, s, layers);
}

static const char *wrong_squares(const struct world *w, const uint16_t *layers)
{
	unsigned food = 0;

	for (unsigned i = 0; i < (unsigned)w->width * w->height; i++) {
		if (w->square[i].layers != layers[i])
			return "layers that nobody made";
		if ((w->square[i].owner == WORLD_NOBODY) != (layers[i] == 0))
			return "an owner that isn't there";
		food += w->square[i].food;
	}
	for (unsigned i = 0; i < w->food_count; i++)
		if (!world_at(w, w->food[i].x, w->food[i].y)->food)
			return "food in the list only";
	return food == w->food_count ? NULL : "food in the squares only";
}

const char *snake_world_wrong(const struct world *w)
{
	uint16_t *layers = calloc((size_t)w->width * w->height + 1, sizeof(*layers));
	const char *wrong = layers ? NULL : "no memory";

	for (unsigned i = 0; i < WORLD_SNAKES_MAX && !wrong; i++)
		wrong = wrong_snake(w, i, layers);
	if (!wrong)
		wrong = wrong_squares(w, layers);
	free(layers);
	return wrong;
}
