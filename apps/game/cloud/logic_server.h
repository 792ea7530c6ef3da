/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the session manager knows of a game: its logic server, behind a table of functions. The rest
 * of the cloud tier (login, Algorithm 1, tickets, the state protocol, accounts, the state file) is
 * the same for every game.
 *
 * A logic server takes what the session manager lets through, applies each input once and in order,
 * and calls sessions_tick after each tick. It knows nothing of sessions, edges or sockets.
 */
#ifndef BATON_APPS_GAME_CLOUD_LOGIC_SERVER_H
#define BATON_APPS_GAME_CLOUD_LOGIC_SERVER_H

#include <jansson.h>
#include <stdio.h>

#include "apps/game/cloud/account.h"

/* A session's place at its account's table: 1 to SESSION_SET_MAX. Its login takes the lowest free
 * one, and has it as long as its ticket or its session lives. */
struct seat {
	struct account *account;
	unsigned number;
	enum session_role role; /* SESSION_OUTSIDE: logged in, not there yet, or gone */
};

struct logic_tally {
	uint64_t ticks;
	uint64_t late;	  /* that began more than half a period after their time */
	uint64_t skipped; /* that never were, because the machine was too busy */
	uint64_t applied; /* inputs */
	uint64_t
		held; /* ticks in which inputs waited because the state file could not be written */
	struct inputs_tally inputs;
};

/* The world as WELCOME and SNAPSHOT have it */
struct logic_world {
	uint32_t tick;
	uint16_t width, height;
	const uint8_t *bytes; /* what a SNAPSHOT carries; borrowed until the next call */
	size_t len;
};

struct logic_ops {
	/* The account has somebody in the world from now on: sets its player. Return: 0; -ENOSPC */
	int (*enter)(void *logic, struct account *a);
	/* It has nobody any more, and its next game counts its inputs anew */
	void (*leave)(void *logic, struct account *a);
	/* Inputs of the account's primary session; they are applied when they are due */
	void (*write)(void *logic, struct account *a, const struct state_input *m);
	/* Nobody steers: it rests until its next input */
	void (*rest)(void *logic, struct account *a);
	/* @encoded: bytes and len are wanted, too */
	void (*world)(void *logic, bool encoded, struct logic_world *ret);
	const struct logic_tally *(*tally)(const void *logic);

	/* Whether the world runs; NULL: always, from the start on */
	bool (*ready)(const void *logic);

	/* For a game whose edges talk to its logic server themselves, else NULL. A login was right:
	 * Return what its answer gains (a new object, whose members are added), or NULL when there
	 * is no memory. */
	json_t *(*seat_taken)(void *logic, const struct seat *seat);
	/* The session came, its role changed */
	void (*seat_role)(void *logic, const struct seat *seat);
	/* It has gone, or nobody claimed it in time */
	void (*seat_left)(void *logic, const struct seat *seat);

	/* What GET says: members that are added to those of /v1/status and of an account; new */
	json_t *(*status_json)(const void *logic);
	json_t *(*account_json)(const void *logic, const struct account *a);
	/* What /metrics says besides; NULL: nothing */
	void (*print_metrics)(const void *logic, FILE *out);
};

struct logic_server {
	const struct logic_ops *ops;
	void *logic;
	const char *metrics; /* what its metrics' names begin with: "baton_snake_" */
};

#endif
