/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One application instance of a game, which several players share: it logs them in to the cloud,
 * follows the world, and streams each player's view, which the game's renderer draws. Everything
 * belongs to the one thread of the loop: cloud, clients, REST and rendering.
 */
#ifndef BATON_APPS_GAME_EDGE_EDGE_H
#define BATON_APPS_GAME_EDGE_EDGE_H

#include "apps/game/edge/config.h"
#include "apps/game/edge/renderer.h"
#include "apps/game/edge/ticker.h"
#include "apps/stream/codec.h"
#include "apps/stream/server.h"
#include "lib/http_client.h"
#include "lib/http_server.h"

struct player;

enum { PLAYERS_MAX = SCHEDULE_SLOTS };

/* What main() of a game's instance says of the game */
struct game {
	struct daemon_spec daemon;
	const char *metrics;	/* what its metrics' names begin with: "baton_snake_edge" */
	struct config defaults; /* of keys that may be left out */
	const struct yaml_field *fields; /* keys that only it has, or NULL; see config_load */
	const struct renderer *renderer;
};

/* What is counted for all players, those that have gone, too */
struct edge_counters {
	uint64_t frames, frame_bytes, frames_failed, frames_frozen;
	uint64_t frames_late; /* due while the picture of the one before wasn't there yet */
	uint64_t logins, logins_failed, links_lost, snapshots, deltas;
	uint64_t mismatches; /* deltas that did not fit, or gave another checksum: ASK */
	uint64_t inputs_sent, inputs_repeated;
	uint64_t inputs_dropped; /* no link, its bounds are reached, or more than allowed */
	uint64_t signals_sent, signals_repeated, signals_dropped;
	uint64_t views_sent, views_dropped;
};

struct edge {
	struct daemon daemon;
	struct config config;
	char token[128];
	enum codec_kind codec;
	struct http_client *client;
	struct http_server *server;
	struct stream_server *stream;
	struct ticker *ticker;
	const struct game *game;
	void *renderer;		 /* what the game's renderer keeps for all players */
	struct picture *picture; /* of the frame that is being rendered */
	struct player *player[PLAYERS_MAX];
	uint32_t freeze_on_switch_ms; /* a fault, for tests */
	struct edge_counters counters;
};

/** edge_main - the whole of main() */
int edge_main(const struct game *game, int argc, char **argv);

/* REST: the table of routes; the user is the struct edge */
extern const struct http_route edge_routes[];

#endif
