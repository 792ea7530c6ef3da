/* SPDX-License-Identifier: Apache-2.0 */
/* One edge's state synchronisation session: what goes down to it. */
#ifndef BATON_APPS_GAME_CLOUD_CLIENT_H
#define BATON_APPS_GAME_CLOUD_CLIENT_H

#include "apps/game/cloud/connection.h"
#include "apps/game/cloud/logic_server.h"
#include "apps/game/cloud/tickets.h"

enum { CLIENT_TRAIL = 128 /* ticks whose way to the peer is known */ };

struct client {
	struct session session; /* first: Algorithm 1 gives it back */
	struct account *account;
	struct connection *connection;
	char id[9]; /* the first digits of its session id */
	char edge[ACCOUNT_EDGE_SIZE];
	unsigned seat;
	bool asked; /* for a snapshot */
	uint64_t snapshot_ns;
	struct {
		uint32_t tick;
		uint64_t sent; /* octets of the connection up to its delta */
	} trail[CLIENT_TRAIL];
	size_t trail_next;
};

/** client_new - Return: NULL when there is no memory */
struct client *client_new(struct connection *connection, const struct ticket *t);
struct client *client_of(struct session *session);

/* Each: false when the connection has been ended, and with it the client freed */
bool client_send_welcome(struct client *c, const struct logic_world *w, uint16_t tick_hz);
bool client_send_snapshot(struct client *c, const struct logic_world *w);
bool client_send_delta(struct client *c, uint32_t tick, const uint8_t *delta, size_t len);
bool client_send_role(struct client *c, enum state_outcome outcome);
bool client_send_view(struct client *c);

/* The newest tick whose delta the peer's kernel has acknowledged; 0: none of the last CLIENT_TRAIL
 */
uint32_t client_acked_tick(const struct client *c);

#endif
