// SPDX-License-Identifier: Apache-2.0
#include "testbed/topology_game.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "testbed/topology.h"

enum {
	AT_EDGES = 1 << TOPO_RENDER_EDGE,
	IN_CLOUD = 1 << TOPO_RENDER_CLOUD,
	ON_UE = 1 << TOPO_RENDER_LOCAL,
};

const struct topo_game topo_games[] = {
	{
		.name = "snake",
		.edge = {"snake-edge", "snake"},
		.cloud = {"snake-cloud", "snake-cloud"},
		.renderings = AT_EDGES | IN_CLOUD | ON_UE,
		.keys = GAME_BOTS | GAME_WORLD | GAME_SEED,
		.width = 640,
		.height = 480,
		.fps = 60,
		.bots = 12,
		.bots_max = 64, /* snake-cloud takes no more */
		.seed_max = UINT64_MAX,
		.world = 256,
		.players_max = TOPO_PLAYERS_MAX,
	},
	{
		.name = "minetest",
		.edge = {"minetest-edge", "minetest"},
		.cloud = {"minetest-cloud", "minetest-cloud"},
		.renderings = AT_EDGES | IN_CLOUD | ON_UE,
		.keys = GAME_BOTS | GAME_SEED,
		.width = 320,
		.height = 240,
		.fps = 30,
		.bots = 8,
		.bots_max = 64,
		.seed_max = INT32_MAX, /* of its chance */
		.players_max = 4,
		.server_port = 30000,
		.set = "minetest",
		.need = {{"/usr/games/minetest", "minetest"},
			 {"/usr/lib/minetest/minetestserver", "minetest-server"},
			 {"/usr/bin/Xvfb", "xvfb"}},
	},
	{0},
};

const struct topo_game *game_find(const char *name)
{
	for (const struct topo_game *game = topo_games; game->name; game++)
		if (!strcmp(game->name, name))
			return game;
	return NULL;
}

bool game_has(const struct topo_game *game, enum game_key key)
{
	return game->keys & (unsigned)key;
}

bool game_missing(const struct topo_game *game, char *ret, size_t size)
{
	ret[0] = '\0';
	for (const struct game_need *need = game->need; need->program; need++) {
		size_t len = strlen(ret);

		if (access(need->program, X_OK))
			snprintf(ret + len, size - len, "%s%s", len ? ", " : "", need->package);
	}
	return ret[0];
}
