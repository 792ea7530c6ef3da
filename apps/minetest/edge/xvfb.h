/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A player's X server: Xvfb with one screen of the picture's size (or a little more), for one
 * client and ourselves. It
 * listens on an abstract socket of the network namespace only and takes no lock, so that no file of
 * it exists anywhere, however it ends. Who wants to talk to it needs the cookie.
 */
#ifndef BATON_APPS_MINETEST_EDGE_XVFB_H
#define BATON_APPS_MINETEST_EDGE_XVFB_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

enum { XVFB_COOKIE_LEN = 16, XVFB_PATH_MAX = 512 };

struct xvfb_config {
	uv_loop_t *loop;
	const char *program;	/* a path */
	const char *directory;	/* of its own: "Xauthority" is written there */
	const char *about;	/* begins its log lines */
	unsigned width, height; /* of the client's window, at the top left */
};

struct xvfb_handler {
	void (*on_ready)(void *user); /* it can be connected to */
	void (*on_ended)(void *user); /* the last call; the struct xvfb is gone after it */
};

struct xvfb;

/** xvfb_start - all of @config is copied; Return: 0 or a negative errno */
int xvfb_start(const struct xvfb_config *config, const struct xvfb_handler *handler, void *user,
	       struct xvfb **ret_xvfb);
bool xvfb_is_ready(const struct xvfb *x);
/* ":1234" */
const char *xvfb_display(const struct xvfb *x);
/* The file with the cookie, for XAUTHORITY */
const char *xvfb_authority(const struct xvfb *x);
const uint8_t *xvfb_cookie(const struct xvfb *x);
/**
 * xvfb_screen - the screen that a client takes for one of 96 dots an inch, so that it draws the HUD
 * unscaled
 * @ret_height: @height, or some lines more where none of its own is
 * Return: the value of Xvfb's -dpi
 */
unsigned xvfb_screen(unsigned width, unsigned height, unsigned *ret_height);
/** xvfb_kill - on_ended follows */
void xvfb_kill(struct xvfb *x);
/** xvfb_finish - kill it and wait: on_ended is called before this returns */
void xvfb_finish(struct xvfb *x);

#endif
