/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection to the cloud's session manager: the state protocol's TCP (docs/csm.md), with a
 * bound on what waits to be sent, and an end when the cloud is silent. What the frames mean is the
 * player's matter.
 */
#ifndef BATON_APPS_GAME_EDGE_LINK_H
#define BATON_APPS_GAME_EDGE_LINK_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/*
 * A cloud that lives sends a delta each tick. One that is quiet may be behind a path that is
 * interrupted: TCP heals that, and the session keeps its role. It is given up later than the cloud
 * gives up us (10 s): a login anew while the lost session still counts would be a secondary.
 */
enum {
	LINK_UNSENT_MAX = 65536,
	LINK_CONNECT_MS = 3000,
	LINK_QUIET_MS = 2000,
	LINK_SILENT_MS = 12000
};

struct link;

struct link_handler {
	void (*on_open)(void *user);
	/* a whole frame, borrowed; a negative return ends the link with that error */
	int (*on_frame)(uint8_t type, const uint8_t *body, size_t len, void *user);
	/* nothing has come for LINK_QUIET_MS, and again each time */
	void (*on_quiet)(void *user);
	/* once, the last call: refused, reset, closed (-EPIPE), silent (-ETIMEDOUT), or what
	 * on_frame returned; the link has to be closed still. Never from within link_open or
	 * link_send */
	void (*on_lost)(int error, void *user);
};

/** link_open - connect to @peer; Return: 0, -ENOMEM, -EMFILE, ... */
int link_open(uv_loop_t *loop, const struct sockaddr_in *peer, const struct link_handler *handler,
	      void *user, struct link **ret_link);
/**
 * link_send - send one frame, copied
 * Return: 0; -ENOTCONN: not open yet, or lost; -ENOBUFS: LINK_UNSENT_MAX octets wait already, or
 * there is no memory: the frame is dropped
 */
int link_send(struct link *link, const uint8_t *frame, size_t len);
/** link_close - nothing is called any more; what the socket has taken still leaves. NULL is taken
 */
void link_close(struct link *link);

#endif
