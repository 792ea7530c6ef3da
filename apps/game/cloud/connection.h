/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCP under the state protocol: whole frames in, whole frames out, everything bounded. A peer that
 * doesn't read gets at most CONNECTION_UNSENT_MAX octets kept for it; one that floods is read no
 * faster than CONNECTION_BUDGET octets a tick.
 */
#ifndef BATON_APPS_GAME_CLOUD_CONNECTION_H
#define BATON_APPS_GAME_CLOUD_CONNECTION_H

#include <uv.h>

#include "apps/game/wire/wire.h"

enum {
	CONNECTION_UNSENT_MAX = 1 << 20,
	CONNECTION_BUDGET = 16384, /* octets read between two connections_refill */
};

struct connection;
struct connections;

struct connection_events {
	/* A frame; a negative return ends the connection with BYE "protocol" */
	int (*on_frame)(struct connection *c, uint8_t type, const uint8_t *body, size_t len);
	/* The peer has gone, or connection_end: called once, the connection is not to be used after
	 * it */
	void (*on_end)(struct connection *c);
};

struct connections_tally {
	uint64_t octets_in, octets_out;
	uint64_t accepted, full;	  /* connections taken, and refused because of @max */
	uint64_t displaced;		  /* of those without a user, to make room */
	uint64_t slow, malformed, silent; /* ended so */
};

/** connections_new - listen; @max at once: one more displaces the oldest that has no user, without
 * a word, or is refused when there is none. Return: 0, -EADDRINUSE, ... */
int connections_new(uv_loop_t *loop, struct in_addr address, uint16_t port, unsigned max,
		    const struct connection_events *events, void *user,
		    struct connections **ret_connections);
/* Ends each with BYE "shutting down"; the loop has to run until their handles are closed */
void connections_free(struct connections *all);
uint16_t connections_port(const struct connections *all);
void *connections_user(const struct connections *all);
const struct connections_tally *connections_tally(const struct connections *all);
size_t connections_count(const struct connections *all);

/* What each may be read until the next call; and who had time enough to end is closed */
void connections_refill(struct connections *all);

struct connections *connection_all(const struct connection *c);
/* The user's own: NULL at first */
void *connection_user(const struct connection *c);
void connection_set_user(struct connection *c, void *user);
/* Walks over all that are not ending: NULL begins; the one returned may be ended */
struct connection *connection_after(const struct connections *all, const struct connection *c);
uint64_t connection_age_ns(const struct connection *c);
/* Octets that were handed to send, and those of them that the peer's kernel has acknowledged */
uint64_t connection_sent(const struct connection *c);
uint64_t connection_acknowledged(const struct connection *c);

/**
 * connection_send - a frame, in two parts of which the second may be empty
 *
 * When too much is unsent, or memory is short, the connection is ended with BYE "too slow" (on_end
 * is called from here). Return: false then.
 */
bool connection_send(struct connection *c, const uint8_t *head, size_t head_len,
		     const uint8_t *tail, size_t tail_len);
/** connection_end - BYE, then close; on_end is called from here */
void connection_end(struct connection *c, enum state_bye reason);

#endif
