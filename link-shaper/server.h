/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket: clients that come and go, a line in, a line out. See control.h. */
#ifndef BATON_LINK_SHAPER_SERVER_H
#define BATON_LINK_SHAPER_SERVER_H

#include <uv.h>

struct server;

struct server_events {
	/** answer - to one line, without its end; Return: the answer to send, given (free it), or
	 * NULL */
	char *(*answer)(void *user, const char *line, size_t len);
	void *user;
};

/** server_new - listen at @path, in place of a dead predecessor's socket; Return: 0 or a negative
 * errno */
int server_new(uv_loop_t *loop, const char *path, const struct server_events *events,
	       struct server **ret_server);
/** server_free - hangs up and removes the socket; the loop has to turn for it */
void server_free(struct server *server);

#endif
