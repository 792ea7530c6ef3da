/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The screen in a browser: a page (GET /), the picture as a multipart stream of JPEGs (GET
 * /screen.mjpeg), and arrow keys (POST /inputs/WORD with the header X-Baton, which a page of
 * another origin can't send; only with `input: keyboard`). Nothing refers to an outside address.
 *
 * lib's HTTP server has no answers that go on, but events: hence a small one here.
 * SCREEN_CLIENTS_MAX connections, one request each, SCREEN_REQUEST_MAX octets and SCREEN_REQUEST_MS
 * for it. A client that can't keep up gets fewer pictures.
 */
#ifndef BATON_APPS_STREAM_CLIENT_SCREEN_H
#define BATON_APPS_STREAM_CLIENT_SCREEN_H

enum {
	SCREEN_CLIENTS_MAX = 8,
	SCREEN_REQUEST_MAX = 4096,
	SCREEN_REQUEST_MS = 5000,
	SCREEN_STUCK_MS = 30000, /* a client that takes nothing for so long is closed */
	SCREEN_FPS_MAX = 30,
};

struct viewer;
struct screen;

/** screen_new - listen on the viewer's screen_port; Return: 0, -EADDRINUSE, ... */
int screen_new(struct viewer *viewer, struct screen **ret_screen);
/** screen_free - memory goes when the loop has closed its handles */
void screen_free(struct screen *screen);

#endif
