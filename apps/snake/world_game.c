// SPDX-License-Identifier: Apache-2.0
/*
 * The rules: who joins, leaves, lives again, moves, eats and dies in a tick. Each change goes
 * through world_change_apply and is noted for the delta, so that a replica cannot differ.
 */
#include <errno.h>
#include <stdlib.h>

#include "apps/snake/world_rules.h"

enum {
	SPAWN_LENGTH = 5,
	SPAWN_AHEAD = 8,  /* free cells in front of a new snake */
	SPAWN_TRIES = 32, /* a tick */
	RESPAWN_SECONDS = 2,
	CELLS_PER_FOOD = 256,
	FOOD_GROWN_MAX = 512, /* the rest of WORLD_FOOD_MAX is for what the dead leave */
	FOOD_TRIES = 4,	      /* a tick */
	REMAINS_EVERY = 3,    /* cells of a dead body a food */
};

/* ---- chance ---- */

/* splitmix64 */
static uint64_t chance_next(struct game *g)
{
	uint64_t z = g->chance += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint32_t game_chance(struct game *g, uint32_t below)
{
	return (uint32_t)((chance_next(g) >> 32) * below >> 32);
}

/* ---- changes ---- */

static bool change(struct game *g, struct world_change c)
{
	if (g->count == WORLD_CHANGES_MAX || world_change_apply(g->world, &c) < 0)
		return false;
	g->change[g->count++] = c;
	return true;
}

static struct world_cell any_cell(struct game *g)
{
	struct world_cell c;

	c.x = (uint16_t)game_chance(g, g->config.width);
	c.y = (uint16_t)game_chance(g, g->config.height);
	return c;
}

static unsigned food_wanted(const struct game *g)
{
	unsigned n = (unsigned)g->config.width * g->config.height / CELLS_PER_FOOD;

	return n < FOOD_GROWN_MAX ? n : FOOD_GROWN_MAX;
}

static void grow_food(struct game *g)
{
	for (int i = 0; i < FOOD_TRIES && g->world->food_count < food_wanted(g); i++) {
		struct world_cell at = any_cell(g);

		if (world_at(g->world, at.x, at.y)->owner == WORLD_NOBODY)
			change(g, (struct world_change){.kind = WORLD_FOOD, .cell = at});
	}
}

/* ---- life and death ---- */

static void leave_remains(struct game *g, const struct world_snake *s)
{
	for (unsigned k = 0; k < s->length; k += REMAINS_EVERY)
		change(g,
		       (struct world_change){.kind = WORLD_FOOD, .cell = world_snake_cell(s, k)});
}

static void die(struct game *g, unsigned id)
{
	leave_remains(g, &g->world->snake[id]);
	change(g, (struct world_change){.kind = WORLD_DIE, .id = (uint16_t)id});
	g->mind[id].turns = 0;
	g->mind[id].wake = g->world->tick + RESPAWN_SECONDS * g->config.tick_hz;
}

/* Nobody lies where the body would be, nor where it goes first */
static bool room_for(const struct game *g, struct world_cell at, uint8_t dir)
{
	struct world_cell c = at;

	for (int k = 0; k < SPAWN_LENGTH; k++, c = world_next(g->world, c, dir ^ 2))
		if (world_at(g->world, c.x, c.y)->owner != WORLD_NOBODY)
			return false;
	for (int k = 0; k <= SPAWN_AHEAD; k++, at = world_next(g->world, at, dir))
		if (world_at(g->world, at.x, at.y)->owner != WORLD_NOBODY)
			return false;
	return true;
}

/* In a full world it waits for the next tick */
static void spawn(struct game *g, unsigned id)
{
	for (int i = 0; i < SPAWN_TRIES; i++) {
		struct world_change c = {.kind = WORLD_SPAWN,
					 .id = (uint16_t)id,
					 .length = SPAWN_LENGTH,
					 .dir = (uint8_t)game_chance(g, 4)};

		c.cell = any_cell(g);
		if (room_for(g, c.cell, c.dir) && change(g, c))
			return;
	}
}

static void come_and_go(struct game *g, unsigned id)
{
	struct game_mind *m = &g->mind[id];
	const struct world_snake *s = &g->world->snake[id];

	if (m->slot == GAME_LEAVING) {
		if (s->state == WORLD_ALIVE)
			change(g, (struct world_change){.kind = WORLD_DIE, .id = (uint16_t)id});
		if (s->state == WORLD_DEAD)
			change(g, (struct world_change){.kind = WORLD_LEAVE, .id = (uint16_t)id});
		*m = (struct game_mind){0};
		return;
	}
	if (m->slot == GAME_JOINING) {
		change(g, (struct world_change){
				  .kind = WORLD_JOIN, .id = (uint16_t)id, .bot = m->bot});
		m->slot = GAME_PLAYING;
		m->wake = g->world->tick;
	}
	if (m->slot == GAME_PLAYING && s->state == WORLD_DEAD && g->world->tick >= m->wake)
		spawn(g, id);
}

/* ---- motion ---- */

void game_turn(struct game *g, unsigned id, uint8_t dir)
{
	struct game_mind *m = &g->mind[id];
	uint8_t before = m->turns ? m->turn[m->turns - 1] : g->world->snake[id].dir;

	if (m->turns < GAME_TURNS_MAX && (dir ^ before) & 1)
		m->turn[m->turns++] = dir;
}

static uint8_t take_turn(struct game_mind *m, uint8_t dir)
{
	if (m->turns) {
		dir = m->turn[0];
		m->turn[0] = m->turn[1];
		m->turns--;
	}
	return dir;
}

static void come_forward(struct game *g, unsigned id)
{
	const struct world_snake *s = &g->world->snake[id];
	struct world_change c = {.kind = WORLD_MOVE, .id = (uint16_t)id, .dir = s->dir};
	const struct world_square *there;

	if (s->phase == 0)
		c.dir = take_turn(&g->mind[id], s->dir);
	c.phase = (s->phase + 1) % WORLD_PHASES;
	c.advanced = c.phase == 0;
	if (!c.advanced) {
		change(g, c);
		return;
	}
	c.cell = world_next(g->world, world_snake_cell(s, 0), c.dir);
	there = world_at(g->world, c.cell.x, c.cell.y);
	if (there->owner != WORLD_NOBODY && there->owner != id) {
		die(g, id);
		return;
	}
	change(g, c);
	c.kind = WORLD_EAT;
	if (there->food)
		change(g, c);
}

static void move(struct game *g, unsigned id)
{
	const struct world_snake *s = &g->world->snake[id];
	struct game_mind *m = &g->mind[id];

	if (s->state != WORLD_ALIVE)
		return;
	if (m->bot && s->phase == 0)
		game_bot_think(g, id);
	if (!m->rest)
		come_forward(g, id);
	else if (!s->resting)
		change(g, (struct world_change){.kind = WORLD_MOVE,
						.id = (uint16_t)id,
						.dir = s->dir,
						.phase = s->phase,
						.resting = true});
}

/* ---- the game ---- */

static bool in_range(const struct game_config *c)
{
	return c->bots <= GAME_BOTS_MAX && c->tick_hz > 0;
}

int game_new(const struct game_config *config, struct game **ret_game)
{
	struct game *g = in_range(config) ? calloc(1, sizeof *g) : NULL;
	int r = -ENOMEM;

	if (!in_range(config))
		return -EINVAL;
	if (g)
		r = world_new(config->width, config->height, &g->world);
	if (r == 0 && !g->world->width)
		r = -EINVAL;
	if (r < 0) {
		game_free(g);
		return r;
	}
	g->config = *config;
	g->chance = config->seed;
	g->world->tick = config->first_tick;
	for (unsigned i = 0; i < config->bots; i++)
		g->mind[i] = (struct game_mind){.slot = GAME_JOINING, .bot = true};
	while (g->world->food_count < food_wanted(g))
		grow_food(g);
	g->count = 0;
	*ret_game = g;
	return 0;
}

void game_free(struct game *g)
{
	if (!g)
		return;
	world_free(g->world);
	free(g);
}

const struct world *game_world(const struct game *g)
{
	return g->world;
}

int game_join(struct game *g)
{
	for (unsigned i = g->config.bots; i < WORLD_SNAKES_MAX; i++) {
		if (g->mind[i].slot != GAME_FREE)
			continue;
		g->mind[i] = (struct game_mind){.slot = GAME_JOINING};
		return (int)i;
	}
	return -ENOSPC;
}

void game_leave(struct game *g, unsigned id)
{
	g->mind[id].slot = GAME_LEAVING;
}

void game_input(struct game *g, unsigned id, enum state_input_kind input)
{
	struct game_mind *m = &g->mind[id];

	if (input == INPUT_REST)
		m->rest = true;
	else if (input != INPUT_NONE)
		m->rest = false;
	if (input >= INPUT_UP && input <= INPUT_LEFT)
		game_turn(g, id, (uint8_t)(input - INPUT_UP + WORLD_UP));
}

void game_tick(struct game *g)
{
	g->world->tick++;
	g->count = 0;
	for (unsigned i = 0; i < WORLD_SNAKES_MAX; i++)
		if (g->mind[i].slot != GAME_FREE)
			come_and_go(g, i);
	for (unsigned i = 0; i < WORLD_SNAKES_MAX; i++)
		move(g, i);
	grow_food(g);
}

int game_delta(const struct game *g, uint8_t *buf, size_t size)
{
	return world_delta_encode(g->world, g->change, g->count, buf, size);
}
