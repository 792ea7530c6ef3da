/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logic server: the authoritative world, at a fixed tick on absolute deadlines. It takes what
 * the session manager lets through, applies one input a tick an account, once and in order, and
 * hands each tick's changes back. It knows nothing of sessions, edges or sockets.
 */
#ifndef BATON_APPS_SNAKE_CLOUD_LOGIC_H
#define BATON_APPS_SNAKE_CLOUD_LOGIC_H

#include <uv.h>

#include "apps/snake/cloud/account.h"
#include "apps/snake/cloud/state_file.h"
#include "apps/snake/world_game.h"

struct logic;

struct logic_tally {
	uint64_t ticks;
	uint64_t late;	  /* that began more than half a period after their time */
	uint64_t skipped; /* that never were, because the machine was too busy */
	uint64_t applied; /* inputs */
	uint64_t
		held; /* ticks in which inputs waited because the state file could not be written */
	struct inputs_tally inputs;
};

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

const struct world *logic_world(const struct logic *l);
const struct logic_tally *logic_tally(const struct logic *l);

/** logic_enter - the account has a snake from now on; Return: 0; -ENOSPC */
int logic_enter(struct logic *l, struct account *a);
/** logic_leave - it has none any more, and its next game counts its inputs anew */
void logic_leave(struct logic *l, struct account *a);
/** logic_write - inputs of the account's primary session; they are applied when they are due */
void logic_write(struct logic *l, struct account *a, const struct state_input *m);
/** logic_rest - nobody steers it: it rests until its next input */
void logic_rest(struct logic *l, struct account *a);

#endif
