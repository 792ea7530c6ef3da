/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A streaming server in its loop and a client on loopback, in one thread, turn about; between them,
 * when wanted, a relay that loses, doubles and swaps datagrams.
 */
#ifndef BATON_TESTS_STREAM_WORLD_H
#define BATON_TESTS_STREAM_WORLD_H

#include <uv.h>

#include "apps/stream/client.h"
#include "apps/stream/codec.h"
#include "apps/stream/server.h"

enum {
	WORLD_WIDTH = 640,
	WORLD_HEIGHT = 480,
	WORLD_VIEWS = 64,
};

struct stream_relay {
	int down, up;		   /* towards the client, towards the server */
	struct sockaddr_in client; /* as seen by it */
	unsigned lose_per_mille;   /* of what goes down */
	unsigned swap_per_mille, double_per_mille;
	uint64_t random, carried, lost;
	uint32_t ssrc; /* of the latest RTP packet */
	bool has_kept;
	size_t kept_len;
	uint8_t kept[2048];
};

struct stream_world {
	uv_loop_t loop;
	struct stream_server *server;
	struct stream_player *player;
	struct encoder *encoder;
	struct picture *picture;
	bool relayed;
	struct stream_relay relay;
	struct stream_client *client;
	uint32_t seq; /* of the latest frame rendered */

	/* what the callbacks saw */
	unsigned joined, left_asked, left_silent, inputs, switches, views, roles, frames, verified;
	struct control_input input;
	uint32_t switch_number;
	char view[CONTROL_VIEW_MAX + 1];
	struct control_role_change role;
	struct frame_stamp stamp; /* latest decoded */
	uint32_t order_errors;	  /* frames whose sequence isn't larger than the one before */
	double psnr; /* of the latest decoded against the latest rendered, when they are the same */
	bool compare;
};

extern const uint8_t world_key[CONTROL_KEY_LEN];

/** world_open - server and player; @relayed: the client will go through the relay */
void world_open(struct stream_world *w, bool relayed);
void world_close(struct stream_world *w);
void world_client_open(struct stream_world *w);
void world_client_close(struct stream_world *w);
/** world_turn - all that is ready in server, relay and client */
void world_turn(struct stream_world *w);
/** world_render - the next frame, encoded and sent */
void world_render(struct stream_world *w);
/** world_until - turn until @done says so; false after ten seconds */
bool world_until(struct stream_world *w, bool (*done)(struct stream_world *w));
/** world_open_joined - world_open, and a client that has joined */
void world_open_joined(struct stream_world *w, bool relayed);
/** world_is_level - for world_until: decoded as far as rendered */
bool world_is_level(struct stream_world *w);
/** world_frame_interval - a frame, and what comes within its interval */
void world_frame_interval(struct stream_world *w);
/** world_ssrc - of the player's stream, as the relay saw it */
uint32_t world_ssrc(struct stream_world *w);
/** world_server_address - where its clients send to (the relay, if there is one) */
struct sockaddr_in world_server_address(struct stream_world *w);

#endif
