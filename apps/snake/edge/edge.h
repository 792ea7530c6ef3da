/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snake-edge: one application instance, which several players share. Everything belongs to the one
 * thread of the loop: cloud, clients, REST and rendering, which takes under 2 ms a frame.
 */
#ifndef BATON_APPS_SNAKE_EDGE_EDGE_H
#define BATON_APPS_SNAKE_EDGE_EDGE_H

#include "apps/snake/edge/config.h"
#include "apps/snake/edge/raster.h"
#include "apps/snake/edge/ticker.h"
#include "apps/stream/codec.h"
#include "apps/stream/server.h"
#include "lib/http_client.h"
#include "lib/http_server.h"

struct player;

enum { PLAYERS_MAX = SCHEDULE_SLOTS };

/* What is counted for all players, those that have gone, too */
struct edge_counters {
	uint64_t frames, frame_bytes, frames_failed, frames_frozen;
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
	struct raster *raster;
	struct picture *picture; /* of the frame that is being rendered */
	struct player *player[PLAYERS_MAX];
	uint32_t freeze_on_switch_ms; /* a fault, for tests */
	struct edge_counters counters;
};

/* REST: the table of routes; the user is the struct edge */
extern const struct http_route edge_routes[];

#endif
