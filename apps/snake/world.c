// SPDX-License-Identifier: Apache-2.0
/* The world's storage and what a renderer asks of it. */
#include <errno.h>
#include <stdlib.h>

#include "apps/snake/world.h"

static int wrap(int v, int side)
{
	v %= side;
	return v < 0 ? v + side : v;
}

int world_new(uint16_t width, uint16_t height, struct world **ret_world)
{
	bool sized = width || height;
	struct world *w;

	if (sized && (width < WORLD_SIDE_MIN || width > WORLD_SIDE_MAX || height < WORLD_SIDE_MIN ||
		      height > WORLD_SIDE_MAX))
		return -EINVAL;
	w = calloc(1, sizeof *w);
	if (!w)
		return -ENOMEM;
	w->snake = calloc(WORLD_SNAKES_MAX, sizeof *w->snake);
	if (!w->snake || (sized && world_resize(w, width, height) < 0)) {
		world_free(w);
		return -ENOMEM;
	}
	*ret_world = w;
	return 0;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	free(w->square);
	free(w->snake);
	free(w);
}

int world_resize(struct world *w, uint16_t width, uint16_t height)
{
	size_t squares = (size_t)width * height;

	if (width != w->width || height != w->height || !w->square) {
		struct world_square *square = calloc(squares, sizeof *square);

		if (!square)
			return -ENOMEM;
		free(w->square);
		w->square = square;
		w->width = width;
		w->height = height;
	}
	world_clear(w);
	return 0;
}

void world_clear(struct world *w)
{
	for (size_t i = 0; i < (size_t)w->width * w->height; i++)
		w->square[i] = (struct world_square){.owner = WORLD_NOBODY};
	for (size_t i = 0; i < WORLD_SNAKES_MAX; i++)
		w->snake[i].state = WORLD_ABSENT;
	w->food_count = 0;
}

const struct world_square *world_at(const struct world *w, int x, int y)
{
	static const struct world_square nothing = {.owner = WORLD_NOBODY};

	if (!w->square)
		return &nothing;
	return &w->square[wrap(y, w->height) * w->width + wrap(x, w->width)];
}

const struct world_snake *world_snake(const struct world *w, unsigned id)
{
	if (id >= WORLD_SNAKES_MAX || w->snake[id].state == WORLD_ABSENT)
		return NULL;
	return &w->snake[id];
}

struct world_cell world_snake_cell(const struct world_snake *s, unsigned k)
{
	return s->ring[(s->first + k) % WORLD_LENGTH_MAX];
}

struct world_cell world_next(const struct world *w, struct world_cell c, enum world_direction dir)
{
	static const int8_t dx[] = {0, 1, 0, -1}, dy[] = {-1, 0, 1, 0};

	return (struct world_cell){(uint16_t)wrap(c.x + dx[dir & 3], w->width),
				   (uint16_t)wrap(c.y + dy[dir & 3], w->height)};
}

int world_way(int from, int to, int side)
{
	int d = wrap(to - from, side);

	return d > side / 2 ? d - side : d;
}

/* @eighths of the way from cell @a to its neighbour @b */
static struct world_point between(const struct world *w, struct world_cell a, struct world_cell b,
				  int eighths)
{
	int dx = world_way(a.x, b.x, w->width), dy = world_way(a.y, b.y, w->height);

	return (struct world_point){
		wrap(a.x * WORLD_PHASES + dx * eighths, w->width * WORLD_PHASES),
		wrap(a.y * WORLD_PHASES + dy * eighths, w->height * WORLD_PHASES)};
}

struct world_point world_head(const struct world *w, const struct world_snake *s)
{
	struct world_cell at = world_snake_cell(s, 0);

	return between(w, at, world_next(w, at, s->dir), s->phase);
}

struct world_point world_tail(const struct world *w, const struct world_snake *s)
{
	unsigned last = s->length ? s->length - 1u : 0;
	struct world_cell at = world_snake_cell(s, last);

	if (last == 0)
		return world_head(w, s);
	return between(w, at, world_snake_cell(s, last - 1), s->growth ? 0 : s->phase);
}
