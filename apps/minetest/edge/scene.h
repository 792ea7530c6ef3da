/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The game's renderer (apps/game/edge/renderer.h). A player's scene is two processes, an X server
 * and a minetest client that draws into it, and what was read of the last picture.
 *
 * Level-triggered: whatever happens, scene_pursue() looks at what is there and does the next thing
 * towards what should be, with back-off after an unasked end.
 */
#ifndef BATON_APPS_MINETEST_EDGE_SCENE_H
#define BATON_APPS_MINETEST_EDGE_SCENE_H

#include "apps/game/edge/player.h"
#include "apps/minetest/edge/client.h"
#include "apps/minetest/edge/grab.h"
#include "apps/minetest/edge/hud_code.h"
#include "apps/minetest/edge/xvfb.h"

enum {
	SCENES_MAX = 4, /* players of an instance: each keeps half a core busy */
	SCENE_PATH_MAX = 256,
};

/* The game's own keys of the configuration (struct config, own) */
struct minetest_config {
	char state_dir[128], client_program[128], x_server[128];
	uint32_t viewing_range;
};

struct minetest_counters {
	uint64_t pictures, unreadable,
		joining; /* pictures: all; joining: of clients that have shown no code yet */
	uint64_t clients, clients_ended; /* started; ended unasked */
	uint64_t displays, displays_ended;
};

struct scene;

/* What all players share: edge->renderer */
struct minetest {
	char players[SCENE_PATH_MAX], shaders[SCENE_PATH_MAX]; /* directories */
	struct scene *scenes;				       /* those that end, too */
	unsigned long begun;
	struct minetest_counters counters;
};

struct scene {
	struct scene *next;
	struct minetest *all;
	struct player *player; /* NULL: it ends */
	uv_loop_t *loop;
	const struct config *config;
	char directory[SCENE_PATH_MAX + 64], about[64];
	uv_timer_t timer;

	struct xvfb *xvfb;
	struct grab *grab;
	struct child *client;
	bool grab_ready, replaced; /* the client is killed for another ticket */
	bool ticketed;
	bool informed; /* a SNAPSHOT has come since the login */
	struct ticket ticket;
	unsigned clients;	/* that were started */
	unsigned failures;	/* in a row */
	uint64_t not_before_ns; /* CLOCK_MONOTONIC: of the next start */
	const char *cause;	/* of not showing the world, when that isn't told by the code */

	bool picture_there;
	bool coded; /* this client has shown a code */
	struct hud_code code;
	uint64_t read_ns, unread_ns; /* CLOCK_MONOTONIC: last picture with a code, and without */
	uint64_t client_ns;	     /* the client's start */
	uint64_t display_ns;	     /* the display's */
	uint64_t fine_ns;	     /* when it was last seen to follow the world, or was started */
	uint64_t looked_ns;	     /* the last picture for the renderer's own sake */
	uint32_t tick;		     /* the cloud's */
	uint16_t tick_hz;
};

extern const struct renderer minetest_renderer;

/* ---- scene_life.c ---- */

/** scene_new - its directory, and its processes begin; Return: 0 or a negative errno */
int scene_new(struct player *player, struct minetest *all, struct scene **ret_scene);
/** scene_pursue - do what is to be done now */
void scene_pursue(struct scene *s);
/** scene_restart_client - because of another ticket, another server, or since it hangs */
void scene_restart_client(struct scene *s, const char *why);
/** scene_end - its processes end, then its files go, then it is freed */
void scene_end(struct scene *s);
/** scene_finish - the same, waited for */
void scene_finish(struct scene *s);

/* ---- scene_look.c ---- */

/** scene_trouble - why the world can't be shown, NULL: it can */
const char *scene_trouble(const struct scene *s);
/** scene_look - at a picture: its code; the scene's changes */
void scene_look(struct scene *s, const struct bgrx *picture);
/** scene_hangs - the client has been given time enough, and follows the world no more */
bool scene_hangs(struct scene *s);

#endif
