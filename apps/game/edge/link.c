// SPDX-License-Identifier: Apache-2.0
/* TCP by libuv, one timer for connecting and for silence. */
#include "apps/game/edge/link.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "apps/game/wire/wire.h"

enum { READ_SIZE = 65536 };

struct link {
	uv_tcp_t tcp;
	uv_timer_t timer;
	uv_connect_t connect;
	const struct link_handler *handler;
	void *user;
	struct state_parser parser;
	bool open, over;  /* over: lost or closed, nothing is called any more */
	unsigned quiet;	  /* how often the timer has expired since the last octet */
	unsigned handles; /* not closed yet */
	char in[READ_SIZE];
};

struct unsent {
	uv_write_t req;
	uint8_t bytes[];
};

static void lose(struct link *l, int error)
{
	if (l->over)
		return;
	l->over = true;
	l->open = false;
	uv_timer_stop(&l->timer);
	uv_read_stop((uv_stream_t *)&l->tcp);
	l->handler->on_lost(error, l->user);
}

static void on_timeout(uv_timer_t *timer)
{
	struct link *l = timer->data;

	if (!l->open || ++l->quiet * LINK_QUIET_MS >= LINK_SILENT_MS)
		lose(l, -ETIMEDOUT);
	else
		l->handler->on_quiet(l->user);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	struct link *l = handle->data;

	*ret = uv_buf_init(l->in, READ_SIZE);
}

static int on_frame(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	struct link *l = user;

	if (l->over) /* its owner closed it at an earlier frame of the same octets */
		return -ECANCELED;
	return l->handler->on_frame(type, body, len, l->user);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct link *l = stream->data;
	int r;

	if (n == 0 || l->over)
		return;
	if (n < 0) {
		lose(l, n == UV_EOF ? -EPIPE : (int)n);
		return;
	}
	l->quiet = 0;
	uv_timer_again(&l->timer);
	r = state_parser_feed(&l->parser, (const uint8_t *)buf->base, (size_t)n, on_frame, l);
	if (r < 0)
		lose(l, r);
}

static void on_connected(uv_connect_t *req, int status)
{
	struct link *l = req->data;

	if (l->over)
		return;
	if (status == 0)
		status = uv_read_start((uv_stream_t *)&l->tcp, on_alloc, on_read);
	if (status < 0) {
		lose(l, status);
		return;
	}
	uv_tcp_nodelay(&l->tcp, 1);
	uv_timer_start(&l->timer, on_timeout, LINK_QUIET_MS, LINK_QUIET_MS);
	l->open = true;
	l->handler->on_open(l->user);
}

int link_open(uv_loop_t *loop, const struct sockaddr_in *peer, const struct link_handler *handler,
	      void *user, struct link **ret_link)
{
	struct link *l = calloc(1, sizeof *l);
	int r;

	if (!l)
		return -ENOMEM;
	l->handler = handler;
	l->user = user;
	state_parser_init(&l->parser, STATE_LEN_MAX);
	r = uv_tcp_init(loop, &l->tcp);
	if (r < 0) {
		free(l);
		return r;
	}
	uv_timer_init(loop, &l->timer);
	l->tcp.data = l->timer.data = l->connect.data = l;
	l->handles = 2;
	uv_timer_start(&l->timer, on_timeout, LINK_CONNECT_MS, 0);
	r = uv_tcp_connect(&l->connect, &l->tcp, (const struct sockaddr *)peer, on_connected);
	if (r < 0) {
		link_close(l);
		return r;
	}
	*ret_link = l;
	return 0;
}

static void on_written(uv_write_t *req, int status)
{
	struct link *l = req->handle->data;

	free(req->data);
	if (status < 0 && status != UV_ECANCELED)
		lose(l, status);
}

/* What the socket doesn't take at once waits in libuv's queue, within LINK_UNSENT_MAX. */
static int send_later(struct link *l, const uint8_t *bytes, size_t len)
{
	struct unsent *u = malloc(sizeof *u + len);
	uv_buf_t buf;

	if (!u)
		return -ENOBUFS;
	memcpy(u->bytes, bytes, len);
	u->req.data = u;
	buf = uv_buf_init((char *)u->bytes, (unsigned)len);
	if (uv_write(&u->req, (uv_stream_t *)&l->tcp, &buf, 1, on_written) < 0) {
		free(u);
		return -ENOTCONN;
	}
	return 0;
}

int link_send(struct link *l, const uint8_t *frame, size_t len)
{
	uv_buf_t buf = uv_buf_init((char *)frame, (unsigned)len);
	int n;

	if (!l || !l->open)
		return -ENOTCONN;
	if (uv_stream_get_write_queue_size((uv_stream_t *)&l->tcp) + len > LINK_UNSENT_MAX)
		return -ENOBUFS;
	n = uv_try_write((uv_stream_t *)&l->tcp, &buf, 1);
	if (n == (int)len)
		return 0;
	if (n < 0 && n != UV_EAGAIN)
		return -ENOTCONN; /* the reader hears of it, too */
	n = n < 0 ? 0 : n;
	return send_later(l, frame + n, len - (size_t)n);
}

static void on_closed(uv_handle_t *handle)
{
	struct link *l = handle->data;

	if (--l->handles)
		return;
	state_parser_done(&l->parser);
	free(l);
}

void link_close(struct link *l)
{
	if (!l)
		return;
	l->over = true;
	l->open = false;
	uv_close((uv_handle_t *)&l->timer, on_closed);
	uv_close((uv_handle_t *)&l->tcp, on_closed);
}
