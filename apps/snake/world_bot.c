// SPDX-License-Identifier: Apache-2.0
/*
 * Bots: they go for the nearest food, keep off bodies and out of the way of heads, and now and then
 * they rest, as players do.
 */
#include <stdlib.h>

#include "apps/snake/world_rules.h"

enum {
	REST_ONCE_IN = 60, /* cells */
	LOOK_AHEAD = 4,	   /* cells */
	/* What a way costs, in cells of detour that it is worth to go another one */
	COST_BLOCKED = 10000,
	COST_AHEAD = 60,
	COST_HEAD = 200,
	COST_SELF = 8,
};

static int distance(const struct world *w, struct world_cell a, struct world_cell b)
{
	return abs(world_way(a.x, b.x, w->width)) + abs(world_way(a.y, b.y, w->height));
}

/* The nearest food; where there is none, where it is already */
static struct world_cell nearest_food(const struct world *w, struct world_cell from)
{
	struct world_cell best = from;
	int least = COST_BLOCKED;

	for (unsigned i = 0; i < w->food_count; i++) {
		int d = distance(w, from, w->food[i]);

		if (d < least) {
			least = d;
			best = w->food[i];
		}
	}
	return best;
}

/* Another's head may come to @c as soon as this one */
static bool head_near(const struct world *w, struct world_cell c, unsigned id)
{
	for (uint8_t dir = WORLD_UP; dir <= WORLD_LEFT; dir++) {
		struct world_cell n = world_next(w, c, dir);
		uint16_t owner = world_at(w, n.x, n.y)->owner;
		struct world_cell head;

		if (owner == WORLD_NOBODY || owner == id)
			continue;
		head = world_snake_cell(&w->snake[owner], 0);
		if (head.x == n.x && head.y == n.y)
			return true;
	}
	return false;
}

static int cost(const struct world *w, unsigned id, struct world_cell at, uint8_t dir,
		struct world_cell goal)
{
	struct world_cell c = world_next(w, at, dir);
	uint16_t owner = world_at(w, c.x, c.y)->owner;
	int sum = distance(w, c, goal);

	if (owner == id)
		sum += COST_SELF;
	else if (owner != WORLD_NOBODY)
		return COST_BLOCKED;
	if (head_near(w, c, id))
		sum += COST_HEAD;
	for (int k = 1; k < LOOK_AHEAD; k++) {
		c = world_next(w, c, dir);
		owner = world_at(w, c.x, c.y)->owner;
		if (owner != WORLD_NOBODY && owner != id)
			return sum + COST_AHEAD / k;
	}
	return sum;
}

/* Straight on when it costs the same */
static uint8_t best_way(const struct world *w, unsigned id)
{
	const struct world_snake *s = &w->snake[id];
	struct world_cell at = world_snake_cell(s, 0), goal = nearest_food(w, at);
	uint8_t best = s->dir;
	int least = cost(w, id, at, best, goal);

	for (uint8_t turn = 1; turn <= 3; turn += 2) {
		uint8_t dir = (s->dir + turn) & 3;
		int c = cost(w, id, at, dir, goal);

		if (c < least) {
			least = c;
			best = dir;
		}
	}
	return best;
}

void game_bot_think(struct game *g, unsigned id)
{
	struct game_mind *m = &g->mind[id];
	uint32_t second = g->config.tick_hz;

	if (m->rest && g->world->tick < m->wake)
		return;
	m->rest = false;
	if (game_chance(g, REST_ONCE_IN) == 0) {
		m->rest = true;
		m->wake = g->world->tick + second / 2 + game_chance(g, second + second / 2);
		return;
	}
	m->turns = 0;
	game_turn(g, id, best_way(g->world, id));
}
