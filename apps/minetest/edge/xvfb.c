// SPDX-License-Identifier: Apache-2.0
#include "apps/minetest/edge/xvfb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "apps/minetest/child.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/wire.h"

/*
 * Numbers of displays are drawn by lot: Xvfb's own search for a free one looks at its network
 * namespace only, while the keyboard's map is compiled through a file of the whole machine that is
 * named by the number. Two of the same number are a nuisance at most: one ends, and is started
 * again with another.
 */
enum { NUMBER_MIN = 1000, NUMBERS = 50000 };

struct xvfb {
	struct child *child;
	struct xvfb_handler handler;
	void *user;
	bool ready;
	char display[16], authority[XVFB_PATH_MAX], about[64];
	uint8_t cookie[XVFB_COOKIE_LEN];
	int ready_fd;
	uv_poll_t ready_poll;
};

/* ---- the cookie ---- */

/* A file of Xauthority (XauWriteAuth): an entry of family "any", without address and number */
static int write_authority(const struct xvfb *x)
{
	static const char method[] = "MIT-MAGIC-COOKIE-1";
	uint8_t entry[2 + 2 + 2 + 2 + sizeof method - 1 + 2 + XVFB_COOKIE_LEN], *at = entry;

	wire_store16(at, 0xffff);
	wire_store16(at + 2, 0);
	wire_store16(at + 4, 0);
	wire_store16(at + 6, sizeof method - 1);
	memcpy(at + 8, method, sizeof method - 1);
	at += 8 + sizeof method - 1;
	wire_store16(at, XVFB_COOKIE_LEN);
	memcpy(at + 2, x->cookie, XVFB_COOKIE_LEN);
	return file_create(x->authority, (const char *)entry, sizeof entry, 0600);
}

static int draw_lots(struct xvfb *x)
{
	uint32_t number;

	if (getrandom(x->cookie, sizeof x->cookie, 0) != sizeof x->cookie ||
	    getrandom(&number, sizeof number, 0) != sizeof number)
		return -EIO;
	snprintf(x->display, sizeof x->display, ":%u", NUMBER_MIN + number % NUMBERS);
	return 0;
}

/* ---- dots an inch ---- */

enum { DPI = 96, DPI_TRIES = 8, MORE_LINES = 64, MORE_STEP = 16 };

/* What minetest makes of the screen's size in whole millimetres, which Xvfb makes of @dpi */
static unsigned dpi_told(unsigned dots, unsigned dpi)
{
	unsigned mm = (dots * 254 + dpi * 5) / (dpi * 10);

	return mm ? (unsigned)((float)dots / ((float)mm * 0.039370f) + 0.5f) : 0;
}

static bool tells_96(unsigned width, unsigned height, unsigned dpi)
{
	unsigned across = dpi_told(width, dpi), down = dpi_told(height, dpi);

	return (across > down ? across : down) == DPI;
}

unsigned xvfb_screen(unsigned width, unsigned height, unsigned *ret_height)
{
	unsigned most = height + MORE_LINES;

	for (*ret_height = height; *ret_height <= most; *ret_height += MORE_STEP)
		for (unsigned i = 0; i < DPI_TRIES; i++) {
			if (tells_96(width, *ret_height, DPI + i))
				return DPI + i;
			if (tells_96(width, *ret_height, DPI - i))
				return DPI - i;
		}
	*ret_height = height;
	return DPI;
}

/* ---- its life ---- */

static void on_poll_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_child_ended(int status, void *user)
{
	struct xvfb *x = user;
	char text[32];

	log_info("xvfb", "%swhat=ended display=%s status=\"%s\"", x->about, x->display,
		 child_status_text(status, text));
	x->handler.on_ended(x->user);
	uv_close((uv_handle_t *)&x->ready_poll, on_poll_closed);
	close(x->ready_fd);
}

/* It says the number when it listens, and closes the pipe; when it ends before, that is told by its
 * end. */
static void on_readable(uv_poll_t *poll, int error, int events)
{
	struct xvfb *x = poll->data;
	char text[16];
	ssize_t got = read(x->ready_fd, text, sizeof text);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	uv_poll_stop(poll);
	if (got <= 0)
		return;
	x->ready = true;
	x->handler.on_ready(x->user);
}

static int start_child(struct xvfb *x, const struct xvfb_config *config, int write_fd)
{
	unsigned height, resolution = xvfb_screen(config->width, config->height, &height);
	char screen[32], kept[8], dpi[8];
	char *argv[] = {"Xvfb",	      x->display,  "-screen", "0",	 screen,     "-nolisten",
			"tcp",	      "-nolisten", "unix",    "-nolock", "-noreset", "-nocursor",
			"-dpi",	      dpi,	   "-s",      "0",	 "-auth",    x->authority,
			"-displayfd", kept,	   NULL};
	char *envp[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", NULL};
	struct child_command command = {.name = "xvfb",
					.about = x->about,
					.program = config->program,
					.argv = argv,
					.envp = envp,
					.directory = config->directory,
					.keep = write_fd};

	snprintf(screen, sizeof screen, "%ux%ux24", config->width, height);
	snprintf(dpi, sizeof dpi, "%u", resolution);
	snprintf(kept, sizeof kept, "%d", CHILD_KEPT);
	return child_start(config->loop, &command, on_child_ended, x, &x->child);
}

/* Return: 0; on an error nothing of it is the loop's */
static int start(struct xvfb *x, const struct xvfb_config *config)
{
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	x->ready_fd = fds[0];
	r = start_child(x, config, fds[1]);
	close(fds[1]);
	if (r < 0)
		close(fds[0]);
	return r;
}

int xvfb_start(const struct xvfb_config *config, const struct xvfb_handler *handler, void *user,
	       struct xvfb **ret_xvfb)
{
	struct xvfb *x = calloc(1, sizeof *x);
	int r;

	if (!x)
		return -ENOMEM;
	x->handler = *handler;
	x->user = user;
	x->ready_poll.data = x;
	snprintf(x->about, sizeof x->about, "%s", config->about);
	snprintf(x->authority, sizeof x->authority, "%s/Xauthority", config->directory);
	r = draw_lots(x);
	if (r == 0)
		r = write_authority(x);
	if (r == 0)
		r = start(x, config);
	if (r < 0) {
		free(x);
		return r;
	}
	/* can't fail: the descriptor is a pipe's, and not polled yet */
	uv_poll_init(config->loop, &x->ready_poll, x->ready_fd);
	uv_poll_start(&x->ready_poll, UV_READABLE, on_readable);
	*ret_xvfb = x;
	return 0;
}

bool xvfb_is_ready(const struct xvfb *x)
{
	return x->ready;
}

const char *xvfb_display(const struct xvfb *x)
{
	return x->display;
}

const char *xvfb_authority(const struct xvfb *x)
{
	return x->authority;
}

const uint8_t *xvfb_cookie(const struct xvfb *x)
{
	return x->cookie;
}

void xvfb_kill(struct xvfb *x)
{
	child_kill(x->child);
}

void xvfb_finish(struct xvfb *x)
{
	child_finish(x->child);
}
