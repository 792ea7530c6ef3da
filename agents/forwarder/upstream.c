// SPDX-License-Identifier: Apache-2.0
#include "agents/forwarder/upstream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

enum { AGAIN_MS = 20, UNSENT_MAX = 1 << 28 };

/* One connection; it outlives what it was for until libuv lets go of it. */
struct link {
	uv_tcp_t tcp;
	uv_connect_t connect;
	struct upstream *upstream; /* NULL: given up */
	struct messages messages;
};

struct upstream {
	uv_loop_t *loop;
	struct sockaddr_in from, to;
	struct upstream_events events;
	struct link *link;
	bool up;
	uint64_t connections;
	uv_timer_t again;
};

struct sending {
	uv_write_t write;
	uint8_t octets[];
};

static void connect_now(struct upstream *u);

static void link_closed(uv_handle_t *handle)
{
	struct link *l = handle->data;

	messages_done(&l->messages);
	free(l);
}

static void on_again(uv_timer_t *timer)
{
	connect_now(timer->data);
}

static void link_drop(struct link *l)
{
	struct upstream *u = l->upstream;

	if (!u)
		return;
	l->upstream = NULL;
	u->link = NULL;
	uv_close((uv_handle_t *)&l->tcp, link_closed);
	uv_timer_start(&u->again, on_again, AGAIN_MS, 0);
	if (u->up) {
		u->up = false;
		u->events.down(u->events.user);
	}
}

static void room(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
	struct link *l = handle->data;
	uint8_t *at = NULL;
	size_t size = messages_room(&l->messages, &at);

	*ret = uv_buf_init((char *)at, (unsigned)size);
}

static void on_answer(void *user, const struct service_answer *answer, const uint8_t *octets,
		      size_t len)
{
	struct link *l = user;

	if (l->upstream)
		l->upstream->events.answer(l->upstream->events.user, answer, octets, len);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct link *l = stream->data;

	if (n < 0 || (n > 0 && messages_answers(&l->messages, (size_t)n, on_answer, l)))
		link_drop(l);
}

static void on_connect(uv_connect_t *connect, int status)
{
	struct link *l = connect->data;
	struct upstream *u = l->upstream;

	if (!u)
		return;
	if (!status)
		status = uv_read_start((uv_stream_t *)&l->tcp, room, on_read);
	if (status) {
		link_drop(l);
		return;
	}
	uv_tcp_nodelay(&l->tcp, 1);
	u->up = true;
	u->connections++;
	u->events.up(u->events.user);
}

static void connect_now(struct upstream *u)
{
	struct link *l = calloc(1, sizeof(*l));
	int rc = l ? uv_tcp_init(u->loop, &l->tcp) : -ENOMEM;

	if (rc) {
		free(l);
		uv_timer_start(&u->again, on_again, AGAIN_MS, 0);
		return;
	}
	messages_init(&l->messages, SERVICE_ANSWER_LEN + SERVICE_ANSWER_BODY_MAX);
	l->tcp.data = l->connect.data = l;
	l->upstream = u;
	u->link = l;
	rc = uv_tcp_bind(&l->tcp, (const struct sockaddr *)&u->from, 0);
	if (!rc)
		rc = uv_tcp_connect(&l->connect, &l->tcp, (const struct sockaddr *)&u->to,
				    on_connect);
	if (rc)
		link_drop(l);
}

int upstream_new(uv_loop_t *loop, struct sockaddr_in from, struct sockaddr_in to,
		 const struct upstream_events *events, struct upstream **ret_upstream)
{
	struct upstream *u = calloc(1, sizeof(*u));
	int rc = u ? uv_timer_init(loop, &u->again) : -ENOMEM;

	if (rc) {
		free(u);
		return rc;
	}
	u->loop = loop;
	u->from = from;
	u->to = to;
	u->events = *events;
	u->again.data = u;
	connect_now(u);
	*ret_upstream = u;
	return 0;
}

static void on_sent(uv_write_t *write, int status)
{
	free(write->data);
}

void upstream_ask(struct upstream *u, const uint8_t *octets, size_t len)
{
	struct sending *s;

	if (!u || !u->up)
		return;
	if (uv_stream_get_write_queue_size((uv_stream_t *)&u->link->tcp) > UNSENT_MAX) {
		link_drop(u->link); /* it takes nothing: what is kept is sent again */
		return;
	}
	s = malloc(sizeof(*s) + len);
	if (!s) {
		link_drop(u->link);
		return;
	}
	memcpy(s->octets, octets, len);
	s->write.data = s;
	const uv_buf_t buf = uv_buf_init((char *)s->octets, (unsigned)len);

	if (uv_write(&s->write, (uv_stream_t *)&u->link->tcp, &buf, 1, on_sent)) {
		free(s);
		link_drop(u->link);
	}
}

bool upstream_is_up(const struct upstream *u)
{
	return u && u->up;
}

uint64_t upstream_connections(const struct upstream *u)
{
	return u ? u->connections : 0;
}

static void upstream_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void upstream_free(struct upstream *u)
{
	if (!u)
		return;
	u->up = false;
	if (u->link)
		link_drop(u->link);
	uv_close((uv_handle_t *)&u->again, upstream_closed);
}
