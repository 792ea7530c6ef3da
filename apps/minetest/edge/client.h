/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A player's client: Debian's minetest, which joins by a ticket and draws into its own X server by
 * Mesa's software renderer. Its home, settings and caches are below a directory of its own.
 */
#ifndef BATON_APPS_MINETEST_EDGE_CLIENT_H
#define BATON_APPS_MINETEST_EDGE_CLIENT_H

#include "apps/minetest/child.h"
#include "apps/minetest/edge/ticket.h"

struct client_config {
	uv_loop_t *loop;
	const char *program;   /* a path */
	const char *directory; /* of its own, absolute */
	const char *shaders;   /* a directory that all clients share: Mesa's cache */
	const char *about;     /* begins its log lines */
	const char *display;   /* ":1234" */
	const char *authority; /* the file with that server's cookie */
	unsigned width, height, fps, viewing_range;
};

/**
 * client_start - write its files and start it
 * @again: how many clients the player has had here before this one: while a forerunner that was
 *         killed still counts as connected, its name is taken, and its successor is NAME-K
 * Return: 0 or a negative errno
 */
int client_start(const struct client_config *config, const struct ticket *ticket, unsigned again,
		 child_ended on_ended, void *user, struct child **ret_child);
/** client_name - "ann_1", then "ann_1-1" to "ann_1-99" by turns */
void client_name(const struct ticket *ticket, unsigned again, char ret[TICKET_NAME_MAX + 1]);
/** client_settings - the text of its minetest.conf; to be freed, or NULL */
char *client_settings(const struct client_config *config);

#endif
