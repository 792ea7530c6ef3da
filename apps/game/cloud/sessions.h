/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session manager (paper 001, section III B): it stands between the edges' state
 * synchronisation sessions and the logic server. Downward every session gets the same snapshot and
 * deltas; upward Algorithm 1 (apps/session) says whose packets go on.
 */
#ifndef BATON_APPS_GAME_CLOUD_SESSIONS_H
#define BATON_APPS_GAME_CLOUD_SESSIONS_H

#include <jansson.h>

#include "apps/game/cloud/connection.h"
#include "apps/game/cloud/logic_server.h"
#include "apps/game/cloud/state_file.h"

enum { SESSIONS_MAX = 1024 };

struct sessions;

struct sessions_tally {
	uint64_t opened, closed;
	uint64_t forged, hello_late; /* connections ended so */
	uint64_t signals_accepted, signals_stale, signals_refused,
		signals_unkept;	   /* unkept: the state file failed */
	uint64_t inputs_secondary; /* inputs dropped by line 19 */
	uint64_t views, views_dropped;
	uint64_t snapshots;
};

struct sessions_config {
	struct in_addr address;
	uint16_t port; /* 0: any */
	uint16_t tick_hz;
	uint32_t leave_after; /* seconds from an account's last session until its player leaves the
				 world */
	struct accounts *accounts;
	struct state_file *state;
};

/** sessions_new - listen for state protocol; Return: 0 or a negative errno */
int sessions_new(uv_loop_t *loop, const struct sessions_config *config, struct sessions **ret);
/* before the first tick: they know each other */
void sessions_set_logic(struct sessions *s, const struct logic_server *logic);
/* The loop has to run until its handles are closed */
void sessions_free(struct sessions *s);
uint16_t sessions_port(const struct sessions *s);

/**
 * sessions_ticket - a login was right: a session id, void when no HELLO claims it within 5 s
 * @ret_seat: the seat that goes with it
 * Return: 0; -EMFILE: the account has SESSION_SET_MAX of sessions and tickets; -ENOSPC:
 * SESSIONS_MAX
 */
int sessions_ticket(struct sessions *s, struct account *a, const char *edge,
		    uint8_t ret_id[STATE_SESSION_LEN], struct seat *ret_seat);

/* For the logic server to call after each tick: the tick's delta, the same for everybody */
void sessions_tick(uint32_t tick, const uint8_t *delta, size_t len, void *sessions);

/* The world is another one than the sessions know: each gets a SNAPSHOT after the next tick */
void sessions_renew(struct sessions *s);

const struct sessions_tally *sessions_tally(const struct sessions *s);
/* Session ids that nobody claimed in time */
uint64_t sessions_expired(const struct sessions *s);
const struct connections_tally *sessions_connections(const struct sessions *s);
/* How many there are in a role; SESSION_OUTSIDE: connections without HELLO */
size_t sessions_count(const struct sessions *s, enum session_role role);
/* "sessions" of GET /v1/accounts/{account} */
json_t *sessions_json(const struct account *a);

#endif
