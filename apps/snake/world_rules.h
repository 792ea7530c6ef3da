/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules (world_game.c) and the bots (world_bot.c) share: what a snake has in mind. */
#ifndef BATON_APPS_SNAKE_WORLD_RULES_H
#define BATON_APPS_SNAKE_WORLD_RULES_H

#include "apps/snake/world_game.h"

enum { GAME_TURNS_MAX = 2 };

enum game_slot { GAME_FREE, GAME_JOINING, GAME_PLAYING, GAME_LEAVING };

/* What the world does not show of a snake */
struct game_mind {
	enum game_slot slot;
	bool bot, rest;
	uint8_t turn[GAME_TURNS_MAX], turns; /* directions it means to take, in order */
	uint32_t wake; /* tick: a dead one lives again, a resting bot goes on */
};

struct game {
	struct game_config config;
	struct world *world;
	uint64_t chance;
	struct game_mind mind[WORLD_SNAKES_MAX];
	size_t count;
	struct world_change change[WORLD_CHANGES_MAX]; /* of the last tick */
};

/* A number from 0 to @below - 1 */
uint32_t game_chance(struct game *g, uint32_t below);
/* A turn after those that wait; nothing when it is straight on or straight back */
void game_turn(struct game *g, unsigned id, uint8_t dir);
/* A living bot in the middle of a cell decides where to go */
void game_bot_think(struct game *g, unsigned id);

#endif
