/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The games that an application can be: one row for each, which is all that the testbed knows of
 * it. A game's edge program is apps/game/edge with its renderer, its cloud program apps/game/cloud
 * with its logic server (docs/csm.md); what differs in their configuration is what a row says.
 */
#ifndef BATON_TESTBED_TOPOLOGY_GAME_H
#define BATON_TESTBED_TOPOLOGY_GAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GAME_NEEDS_MAX = 4 };

/* Keys of `apps` that not every game has */
enum game_key { GAME_BOTS = 1, GAME_WORLD = 2, GAME_SEED = 4 };

struct game_program {
	const char *name, *image;
};

/* A program of somebody else's that a game runs, by its whole path, and Debian's package of it */
struct game_need {
	const char *program, *package;
};

struct topo_game {
	const char *name;
	struct game_program edge, cloud;
	unsigned renderings; /* a bit for each enum topo_rendering that it has */
	unsigned keys;	     /* enum game_key */
	uint32_t width, height, fps, bots, world; /* where the file doesn't say */
	uint32_t bots_max;
	uint64_t seed_max;
	uint32_t players_max; /* all of them may come to play at one edge */
	uint16_t server_port; /* UDP, of a game server that is no part of the cloud program, 0: it
				 has none. Both tiers need a directory then, for it and its clients
			       */
	const char *set;      /* of scripts/setup, with the packages; NULL: it needs none */
	struct game_need need[GAME_NEEDS_MAX]; /* ended by one without a program */
};

/** topo_games - ended by one without a name; the first is played where none is named */
extern const struct topo_game topo_games[];
/** game_find - NULL: there is none of this name */
const struct topo_game *game_find(const char *name);
bool game_has(const struct topo_game *game, enum game_key key);
/** game_missing - "minetest, xvfb": packages of which a program isn't here, in @ret; Return:
 * whether there is one */
bool game_missing(const struct topo_game *game, char *ret, size_t size);

#endif
