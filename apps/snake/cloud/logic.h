/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logic server of snake: the authoritative world, at a fixed tick on absolute deadlines. It
 * takes what the session manager lets through, applies one input a tick an account, once and in
 * order, and hands each tick's changes back. It knows nothing of sessions, edges or sockets.
 */
#ifndef BATON_APPS_SNAKE_CLOUD_LOGIC_H
#define BATON_APPS_SNAKE_CLOUD_LOGIC_H

#include <uv.h>

#include "apps/game/cloud/logic_server.h"
#include "apps/game/cloud/state_file.h"
#include "apps/snake/world_game.h"

struct logic;

struct logic_config {
	struct game_config game; /* first_tick comes from the state file */
	struct accounts *accounts;
	struct state_file *state;
	/* After each tick: its delta, the same for everybody */
	void (*on_tick)(uint32_t tick, const uint8_t *delta, size_t len, void *user);
	void *user;
};

/** logic_new - make the world and let it run; Return: 0 or a negative errno */
int logic_new(uv_loop_t *loop, const struct logic_config *config, struct logic **ret_logic);
void logic_free(struct logic *l);

/* What the session manager asks of it (apps/game/cloud/logic_server.h): its logic is a struct logic
 */
extern const struct logic_ops logic_snake_ops;

#endif
