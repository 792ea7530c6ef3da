/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of an X screen, from its top left corner, by MIT-SHM into memory that is shared by
 * descriptor: nothing of it outlives the two processes. One is asked for at a time, and nothing
 * waits: the server's answer is an event of the loop. What the server has drawn by one request is
 * never seen half.
 */
#ifndef BATON_APPS_MINETEST_EDGE_GRAB_H
#define BATON_APPS_MINETEST_EDGE_GRAB_H

#include <uv.h>

#include "apps/minetest/edge/bgrx.h"

struct grab_config {
	uv_loop_t *loop;
	const char *display;   /* ":1234" */
	const uint8_t *cookie; /* XVFB_COOKIE_LEN octets */
	unsigned width, height;
};

struct grab_handler {
	/* Once, when the server is connected to; or on_lost */
	void (*on_ready)(void *user);
	/* What grab_ask asked for is there, until the next grab_ask */
	void (*on_picture)(void *user);
	/* The last call: the server can't be connected to, hasn't the screen, or is gone. The grab
	 * is to be closed still */
	void (*on_lost)(int error, void *user);
};

struct grab;

/** grab_open - connects in a thread of the loop's pool; Return: 0 or a negative errno */
int grab_open(const struct grab_config *config, const struct grab_handler *handler, void *user,
	      struct grab **ret_grab);
/** grab_ask - for the next picture; Return: 0: on_picture or on_lost follows; -EBUSY: the one
 * before isn't there yet; -ENOTCONN: not ready, or lost */
int grab_ask(struct grab *g);
/** grab_picture - the one that on_picture was called for */
const struct bgrx *grab_picture(const struct grab *g);
/** grab_waiting_ns - how long the server hasn't answered; 0: nothing is asked */
uint64_t grab_waiting_ns(const struct grab *g);
/** grab_close - nothing is called any more. While it still connects, the server has to end for the
 * thread to be free */
void grab_close(struct grab *g);

#endif
