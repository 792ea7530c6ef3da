// SPDX-License-Identifier: Apache-2.0
#include "apps/minetest/edge/grab.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xcb/shm.h>
#include <xcb/xcb.h>
#include <xcb/xcbext.h>

#include "apps/minetest/edge/xvfb.h"
#include "lib/daemon.h"

struct grab {
	uv_loop_t *loop;
	uv_work_t work;
	uv_poll_t poll;
	struct grab_handler handler;
	void *user;
	char display[16];
	uint8_t cookie[XVFB_COOKIE_LEN];
	bool connecting, polled, closing;
	int error; /* of connecting */

	xcb_connection_t *x;
	xcb_window_t root;
	xcb_shm_seg_t segment;
	struct bgrx picture;
	uint8_t *pixels; /* picture's, shared with the server */
	bool asked;
	unsigned sequence;
	uint64_t asked_ns; /* CLOCK_MONOTONIC */
};

static size_t size_of(const struct grab *g)
{
	return g->picture.stride * g->picture.height;
}

static void destroy(struct grab *g)
{
	if (g->x)
		xcb_disconnect(g->x);
	if (g->pixels)
		munmap(g->pixels, size_of(g));
	explicit_bzero(g->cookie, sizeof g->cookie);
	free(g);
}

/* ---- connecting, in another thread ---- */

static int connect_server(struct grab *g)
{
	static char method[] = "MIT-MAGIC-COOKIE-1";
	xcb_auth_info_t auth = {.namelen = sizeof method - 1,
				.name = method,
				.datalen = sizeof g->cookie,
				.data = (char *)g->cookie};

	g->x = xcb_connect_to_display_with_auth_info(g->display, &auth, NULL);
	return g->x && !xcb_connection_has_error(g->x) ? 0 : -ECONNREFUSED;
}

/* As many bits a pixel as struct bgrx has */
static bool pixels_fit(const xcb_setup_t *setup, uint8_t depth)
{
	xcb_format_iterator_t at = xcb_setup_pixmap_formats_iterator(setup);

	for (; at.rem; xcb_format_next(&at))
		if (at.data->depth == depth)
			return at.data->bits_per_pixel == 8 * BGRX_PIXEL &&
			       setup->image_byte_order == XCB_IMAGE_ORDER_LSB_FIRST;
	return false;
}

static int check_screen(struct grab *g)
{
	const xcb_setup_t *setup = xcb_get_setup(g->x);
	const xcb_screen_t *screen = xcb_setup_roots_iterator(setup).data;

	if (!screen || screen->width_in_pixels < g->picture.width ||
	    screen->height_in_pixels < g->picture.height || screen->root_depth != 24 ||
	    !pixels_fit(setup, screen->root_depth))
		return -EPROTOTYPE;
	g->root = screen->root;
	return 0;
}

static int share_memory(struct grab *g)
{
	int fd = memfd_create("baton-grab", MFD_CLOEXEC);
	xcb_generic_error_t *error;
	void *pixels = MAP_FAILED;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)size_of(g)) == 0)
		pixels = mmap(NULL, size_of(g), PROT_READ, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED) {
		close(fd);
		return -ENOMEM;
	}
	g->picture.pixels = g->pixels = pixels;
	g->segment = xcb_generate_id(g->x);
	/* the descriptor is xcb's from here on */
	error = xcb_request_check(g->x, xcb_shm_attach_fd_checked(g->x, g->segment, fd, 0));
	if (!error)
		return xcb_connection_has_error(g->x) ? -EPIPE : 0;
	free(error);
	return -EPROTO;
}

static int find_shm(struct grab *g)
{
	const xcb_query_extension_reply_t *shm = xcb_get_extension_data(g->x, &xcb_shm_id);

	return shm && shm->present ? 0 : -EOPNOTSUPP;
}

static void connect_work(uv_work_t *work)
{
	struct grab *g = work->data;

	g->error = connect_server(g);
	if (g->error == 0)
		g->error = check_screen(g);
	if (g->error == 0)
		g->error = find_shm(g);
	if (g->error == 0)
		g->error = share_memory(g);
}

/* ---- pictures ---- */

static void lose(struct grab *g, int error)
{
	if (g->polled)
		uv_poll_stop(&g->poll);
	g->asked = false;
	g->error = error;
	g->handler.on_lost(error, g->user);
}

/* Return: 1: the picture is there; 0: not yet; negative: it can't be had */
static int take_reply(struct grab *g)
{
	xcb_generic_error_t *error = NULL;
	void *reply = NULL;
	int done = xcb_poll_for_reply(g->x, g->sequence, &reply, &error);
	bool got = reply != NULL;

	free(reply);
	free(error);
	return !done ? 0 : got ? 1 : -EPROTO;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct grab *g = poll->data;
	xcb_generic_event_t *event;
	int r;

	while ((event = xcb_poll_for_event(g->x)))
		free(event); /* none is asked for; the map of keys comes to everybody */
	r = g->asked ? take_reply(g) : 0;
	if (xcb_connection_has_error(g->x))
		r = -EPIPE;
	if (r < 0) {
		lose(g, r);
		return;
	}
	if (r > 0) {
		g->asked = false;
		g->handler.on_picture(g->user);
	}
}

static int watch(struct grab *g)
{
	int r = uv_poll_init(g->loop, &g->poll, xcb_get_file_descriptor(g->x));

	if (r < 0)
		return r;
	g->poll.data = g;
	g->polled = true;
	return uv_poll_start(&g->poll, UV_READABLE, on_readable);
}

static void on_connected(uv_work_t *work, int status)
{
	struct grab *g = work->data;

	g->connecting = false;
	if (g->closing) {
		destroy(g);
		return;
	}
	if (g->error == 0)
		g->error = watch(g);
	if (g->error < 0)
		lose(g, g->error);
	else
		g->handler.on_ready(g->user);
}

int grab_open(const struct grab_config *config, const struct grab_handler *handler, void *user,
	      struct grab **ret_grab)
{
	struct grab *g = calloc(1, sizeof *g);
	int r;

	if (!g)
		return -ENOMEM;
	g->loop = config->loop;
	g->handler = *handler;
	g->user = user;
	g->picture = (struct bgrx){.width = config->width,
				   .height = config->height,
				   .stride = (size_t)config->width * BGRX_PIXEL};
	snprintf(g->display, sizeof g->display, "%s", config->display);
	memcpy(g->cookie, config->cookie, sizeof g->cookie);
	g->work.data = g;
	r = uv_queue_work(g->loop, &g->work, connect_work, on_connected);
	if (r < 0) {
		free(g);
		return r;
	}
	g->connecting = true;
	*ret_grab = g;
	return 0;
}

int grab_ask(struct grab *g)
{
	if (g->connecting || g->error)
		return -ENOTCONN;
	if (g->asked)
		return -EBUSY;
	g->sequence = xcb_shm_get_image(g->x, g->root, 0, 0, (uint16_t)g->picture.width,
					(uint16_t)g->picture.height, ~0u, XCB_IMAGE_FORMAT_Z_PIXMAP,
					g->segment, 0)
			      .sequence;
	xcb_flush(g->x);
	g->asked = true;
	g->asked_ns = clock_mono_ns();
	return 0;
}

const struct bgrx *grab_picture(const struct grab *g)
{
	return &g->picture;
}

uint64_t grab_waiting_ns(const struct grab *g)
{
	return g->asked ? clock_mono_ns() - g->asked_ns : 0;
}

static void on_poll_closed(uv_handle_t *handle)
{
	destroy(handle->data);
}

void grab_close(struct grab *g)
{
	g->closing = true;
	if (g->connecting)
		return;
	if (g->polled)
		uv_close((uv_handle_t *)&g->poll, on_poll_closed);
	else
		destroy(g);
}
