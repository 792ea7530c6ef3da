/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One player of the instance: its session with the cloud (cloud.c), what that tells of the
 * world, and the stream of its view (render.c). Players share the loop, the renderer and the UDP
 * port, and nothing of one refers to another.
 */
#ifndef BATON_APPS_GAME_EDGE_PLAYER_H
#define BATON_APPS_GAME_EDGE_PLAYER_H

#include "apps/game/edge/edge.h"
#include "apps/game/edge/frames.h"
#include "apps/game/edge/link.h"
#include "apps/game/edge/login.h"
#include "apps/game/edge/steering.h"
#include "apps/game/edge/view.h"

enum {
	BACKOFF_MIN_MS = 100,
	BACKOFF_MAX_MS = 3200,
	INPUTS_PER_FRAME = 8, /* INPUT messages that go to the cloud between two frames */
};

/* Of the session with the cloud. A stream once joined goes on in each of them, with the world that
 * was known last. */
enum player_state {
	PLAYER_LOGGING_IN,    /* until WELCOME; after a lost connection again */
	PLAYER_SYNCHRONISING, /* until the snapshot is there */
	PLAYER_SYNCHRONISED,
	PLAYER_FAILED, /* the login was refused: PUT tries again */
};

struct player {
	struct edge *edge;
	unsigned slot;
	char account[ACCOUNT_LEN_MAX + 1];
	const char *secret; /* borrowed from the configuration */
	enum player_state state;
	char cause[32]; /* of the last loss or refusal, "" none since it synchronised */

	/* cloud.c */
	uv_timer_t retry;
	bool calling;
	unsigned long call;
	struct link *link;
	struct login login;
	struct steering steering;
	bool quiet;	   /* the cloud says nothing for now, and the link is there */
	unsigned failures; /* in a row */
	uint64_t began_ns; /* CLOCK_MONOTONIC: of the login, then of the synchronisation */
	uint64_t login_us, snapshot_us, snapshot_bytes;
	uint16_t tick_hz;     /* of the cloud's world */
	uint64_t delta_ns;    /* CLOCK_MONOTONIC: when the latest came; 0: none is expected */
	unsigned inputs_left; /* until the next frame */

	/* the world, as known */
	void *scene;	  /* the renderer's */
	uint32_t tick;	  /* of the world */
	uint32_t applied; /* last input that the world has applied */
	struct view_state view;

	/* render.c */
	bool keyed; /* stream_key is set: by the first login, for the player's life */
	uint8_t stream_key[CONTROL_KEY_LEN];
	struct stream_player *stream;
	struct encoder *encoder;
	uint32_t seq;
	bool rendering;		  /* a picture was asked for, and is not there yet */
	uint64_t render_start_ns; /* CLOCK_REALTIME: of the frame that is being rendered */
	uint64_t frozen_until_ns; /* CLOCK_MONOTONIC; a fault */
	struct frames frames;
};

/* ---- player.c ---- */

struct player *player_find(const struct edge *edge, const char *account);
/** player_add - a slot, and the login begins; Return: 0, -ENOSPC: no more than the renderer's
 * players_max; or what its begin returned */
int player_add(struct edge *edge, const char *account, const char *secret,
	       struct player **ret_player);
/** player_remove - logs out of the cloud and ends the stream; the memory goes with its handles */
void player_remove(struct player *p);
/* "logging-in", "streaming", ... as docs/csm.md has it */
const char *player_state_name(const struct player *p);
/* Why the player isn't synchronised, or "" */
const char *player_cause(const struct player *p);
/* The world is there, and the renderer can show it */
bool player_shown(const struct player *p);

/* ---- cloud.c ---- */

/** cloud_login - log in now; what was there of a session is dropped */
void cloud_login(struct player *p);
/* Logs out and forgets the session, also one that only begins */
void cloud_logout(struct player *p);
/* From the client, by the streaming server */
void cloud_input(struct player *p, const struct control_input *in);
void cloud_signal(struct player *p, uint32_t number);
void cloud_view(struct player *p, const char *text, size_t len);

/* ---- render.c ---- */

/* A frame's time has come: it is rendered, if anybody watches */
void render_frame(struct player *p);
/* The picture that draw has answered -EINPROGRESS for can be drawn */
void render_ready(struct player *p);

#endif
