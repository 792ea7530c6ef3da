// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/keyboard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "apps/stream-client/viewer.h"

enum { ESC = 0x1b };

struct keyboard {
	struct viewer *viewer;
	int fd;
	struct termios before;
	struct key_parser parser;
	uv_poll_t poll;
};

bool key_parse(struct key_parser *parser, unsigned char octet, enum input_kind *ret_input)
{
	static const enum input_kind arrow[] = {INPUT_UP, INPUT_DOWN, INPUT_RIGHT, INPUT_LEFT};

	if (octet == ESC) {
		parser->seen = 1;
		return false;
	}
	if (parser->seen == 1 && (octet == '[' || octet == 'O')) {
		parser->seen = 2;
		return false;
	}
	if (parser->seen == 2 && octet >= 'A' && octet <= 'D') {
		parser->seen = 0;
		*ret_input = arrow[octet - 'A'];
		return true;
	}
	parser->seen = 0;
	if (octet != ' ' && octet != '\r' && octet != '\n')
		return false;
	*ret_input = octet == ' ' ? INPUT_REST : INPUT_GO;
	return true;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct keyboard *k = poll->data;
	unsigned char octets[64];
	enum input_kind input;
	uint32_t seq;
	ssize_t n = status < 0 ? 0 : read(k->fd, octets, sizeof octets);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) { /* the terminal has gone */
		uv_poll_stop(poll);
		return;
	}
	for (ssize_t i = 0; i < n; i++)
		if (key_parse(&k->parser, octets[i], &input))
			(void)viewer_input(k->viewer, input, &seq);
}

/* Keys at once and unseen; Ctrl-C still ends the program. */
static int set_terminal(struct keyboard *k)
{
	struct termios raw;

	if (tcgetattr(k->fd, &k->before) < 0)
		return -errno;
	raw = k->before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	return tcsetattr(k->fd, TCSANOW, &raw) < 0 ? -errno : 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct keyboard *k = handle->data;

	close(k->fd);
	free(k);
}

void keyboard_free(struct keyboard *keyboard)
{
	if (!keyboard)
		return;
	tcsetattr(keyboard->fd, TCSANOW, &keyboard->before);
	uv_close((uv_handle_t *)&keyboard->poll, on_closed);
}

int keyboard_new(struct viewer *viewer, struct keyboard **ret_keyboard)
{
	struct keyboard *k = calloc(1, sizeof *k);
	int r;

	if (!k)
		return -ENOMEM;
	k->viewer = viewer;
	k->poll.data = k;
	k->fd = open("/dev/tty", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	r = k->fd < 0 ? -errno : set_terminal(k);
	if (r == 0)
		r = uv_poll_init(&viewer->daemon.loop, &k->poll, k->fd);
	if (r < 0) {
		if (k->fd >= 0)
			close(k->fd);
		free(k);
		return r;
	}
	r = uv_poll_start(&k->poll, UV_READABLE, on_readable);
	if (r < 0)
		keyboard_free(k);
	else
		*ret_keyboard = k;
	return r;
}
