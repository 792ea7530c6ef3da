/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of the snake game, for the logic server alone: what players' inputs, bots and chance
 * make of a world in one tick. The same seed, joins and inputs at the same ticks give the same
 * worlds. Pure.
 *
 * A snake that moves comes one eighth of a cell further a tick. It turns in the middle of a cell,
 * never straight back. It grows by one cell for each food. Where its head would come to a cell in
 * which another snake lies, it dies; over itself it may pass, so that an input that a network
 * delays costs a turn and not a life. The dead leave food behind and live again after two seconds,
 * or at once when they are new. A turn also ends a rest.
 */
#ifndef BATON_APPS_SNAKE_WORLD_GAME_H
#define BATON_APPS_SNAKE_WORLD_GAME_H

#include "apps/game/wire/wire.h"
#include "apps/snake/world.h"

enum { GAME_BOTS_MAX = 64, GAME_PLAYERS_MAX = WORLD_SNAKES_MAX - GAME_BOTS_MAX };

struct game_config {
	uint16_t width, height;
	uint16_t bots;	  /* at most GAME_BOTS_MAX */
	uint16_t tick_hz; /* the game's times are seconds */
	uint64_t seed;
	uint32_t first_tick; /* of the world before its first game_tick */
};

struct game;

/** game_new - Return: 0, -EINVAL, -ENOMEM */
int game_new(const struct game_config *config, struct game **ret_game);
void game_free(struct game *g);

/* As it is after the last tick: only game_tick changes it */
const struct world *game_world(const struct game *g);

/** game_join - a player's snake, which lives from the next tick on; Return: its number, or -ENOSPC
 */
int game_join(struct game *g);
/** game_leave - it is gone from the next tick on, and its number free a tick later */
void game_leave(struct game *g, unsigned id);
/** game_input - what a player does, at the next tick; two turns may wait for the middles of two
 * cells */
void game_input(struct game *g, unsigned id, enum state_input_kind input);

/* One tick */
void game_tick(struct game *g);
/** game_delta - the last tick's changes as world_delta_encode writes them; Return: octets, -ENOBUFS
 */
int game_delta(const struct game *g, uint8_t *buf, size_t size);

#endif
