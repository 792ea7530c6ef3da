/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the session manager share: sessions.c its life, its clock and what goes down,
 * sessions_take.c what comes up. */
#ifndef BATON_APPS_GAME_CLOUD_SESSIONS_INTERNAL_H
#define BATON_APPS_GAME_CLOUD_SESSIONS_INTERNAL_H

#include "apps/game/cloud/sessions.h"
#include "apps/game/cloud/tickets.h"

struct client;

struct sessions {
	struct sessions_config config;
	struct connections *connections;
	struct logic_server logic;
	uv_timer_t sweep;
	bool stopping;
	struct tickets tickets;
	struct sessions_tally tally;
};

/* ---- sessions.c ---- */

/* A seat is free again, and the game is told */
void sessions_leave_seat(struct sessions *s, struct account *a, unsigned number);
/* Return: false when the connection has been ended, and with it the client freed */
bool sessions_snapshot(struct sessions *s, struct client *c);
/* @edge: where the primary session is, "": there is none; kept for the next start */
void sessions_note_edge(struct sessions *s, struct account *a, const char *edge);

/* ---- sessions_take.c ---- */

/* A frame of an edge; see struct connection_events, on_frame */
int sessions_take(struct connection *connection, uint8_t type, const uint8_t *body, size_t len);

#endif
