// SPDX-License-Identifier: Apache-2.0
#include "agents/forwarder/front.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agents/forwarder/messages.h"

enum {
	BACKLOG = 128,
	UNSENT_MAX = 1 << 22,
	DATAGRAM_MAX = 65536,
	SOCKET_BYTES = 4 << 20, /* what waits while the loop is busy */
};

struct connection {
	uv_tcp_t tcp;
	struct front *front; /* NULL: hung up */
	uint64_t number;
	struct messages messages;
	UT_hash_handle hh;
};

struct front {
	uv_udp_t udp;
	uv_tcp_t listener;
	unsigned handles; /* of the two */
	struct front_events events;
	struct connection *connections; /* by number */
	uint64_t last;
	struct front_counters counters;
	uint8_t datagram[DATAGRAM_MAX];
};

struct sending {
	uv_write_t write;
	uint8_t octets[];
};

/* ---- TCP ---- */

static void connection_closed(uv_handle_t *handle)
{
	struct connection *c = handle->data;

	messages_done(&c->messages);
	free(c);
}

static void connection_drop(struct connection *c, bool reset)
{
	struct front *f = c->front;

	if (!f)
		return;
	c->front = NULL;
	HASH_DEL(f->connections, c);
	if (!reset || uv_tcp_close_reset(&c->tcp, connection_closed))
		uv_close((uv_handle_t *)&c->tcp, connection_closed);
}

static void room(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
	struct connection *c = handle->data;
	uint8_t *at = NULL;
	size_t size = messages_room(&c->messages, &at);

	*ret = uv_buf_init((char *)at, (unsigned)size);
}

static void on_request(void *user, const struct service_request *request, const uint8_t *octets,
		       size_t len)
{
	struct connection *c = user;
	const struct origin origin = {.connection = c->number};

	if (c->front)
		c->front->events.request(c->front->events.user, &origin, request, octets, len);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct connection *c = stream->data;

	if (n < 0) {
		connection_drop(c, false);
	} else if (n > 0 && messages_requests(&c->messages, (size_t)n, on_request, c)) {
		if (c->front)
			c->front->counters.malformed++;
		connection_drop(c, true);
	}
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct front *f = listener->data;
	struct connection *c = status ? NULL : calloc(1, sizeof(*c));

	if (!c || uv_tcp_init(listener->loop, &c->tcp)) {
		free(c);
		f->counters.connections_refused++;
		return;
	}
	messages_init(&c->messages, SERVICE_REQUEST_LEN + SERVICE_BODY_MAX);
	c->tcp.data = c;
	c->number = ++f->last;
	c->front = f;
	HASH_ADD(hh, f->connections, number, sizeof(c->number), c);
	f->counters.connections++;
	if (uv_accept(listener, (uv_stream_t *)&c->tcp) ||
	    HASH_COUNT(f->connections) > FRONT_CONNECTIONS_MAX ||
	    uv_read_start((uv_stream_t *)&c->tcp, room, on_read)) {
		f->counters.connections_refused++;
		connection_drop(c, true);
		return;
	}
	uv_tcp_nodelay(&c->tcp, 1);
}

static void on_sent(uv_write_t *write, int status)
{
	free(write->data);
}

static void answer_tcp(struct front *f, struct connection *c, const uint8_t *octets, size_t len)
{
	struct sending *s;
	uv_buf_t buf;

	s = uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp) > UNSENT_MAX
		    ? NULL
		    : malloc(sizeof(*s) + len);
	if (!s) {
		f->counters.unsent++;
		connection_drop(c, true); /* it asks again */
		return;
	}
	memcpy(s->octets, octets, len);
	s->write.data = s;
	buf = uv_buf_init((char *)s->octets, (unsigned)len);
	if (uv_write(&s->write, (uv_stream_t *)&c->tcp, &buf, 1, on_sent)) {
		free(s);
		f->counters.unsent++;
	}
}

/* ---- UDP ---- */

static void datagram_room(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
	struct front *f = handle->data;

	*ret = uv_buf_init((char *)f->datagram, sizeof(f->datagram));
}

static void on_datagram(uv_udp_t *udp, ssize_t n, const uv_buf_t *buf, const struct sockaddr *from,
			unsigned flags)
{
	struct front *f = udp->data;
	struct service_request request;
	struct origin origin = {0};
	size_t used;

	if (n <= 0 || !from || from->sa_family != AF_INET)
		return;
	if (service_request_read(f->datagram, (size_t)n, &request, &used) || used != (size_t)n) {
		f->counters.malformed++;
		return;
	}
	memcpy(&origin.peer, from, sizeof(origin.peer));
	f->events.request(f->events.user, &origin, &request, f->datagram, used);
}

static void answer_udp(struct front *f, const struct origin *origin, const uint8_t *octets,
		       size_t len)
{
	const uv_buf_t buf = uv_buf_init((char *)(uintptr_t)octets, (unsigned)len);

	if (uv_udp_try_send(&f->udp, &buf, 1, (const struct sockaddr *)&origin->peer) < 0)
		f->counters.unsent++;
}

/* ---- both ---- */

void front_answer(struct front *f, const struct origin *origin, const uint8_t *octets, size_t len)
{
	struct connection *c;

	if (!origin->connection) {
		answer_udp(f, origin, octets, len);
		return;
	}
	HASH_FIND(hh, f->connections, &origin->connection, sizeof(origin->connection), c);
	if (c)
		answer_tcp(f, c, octets, len);
	else
		f->counters.unsent++;
}

static void handle_closed(uv_handle_t *handle)
{
	struct front *f = handle->data;

	if (--f->handles == 0)
		free(f);
}

static int listen_at(struct front *f, const struct sockaddr_in *at)
{
	int bytes = SOCKET_BYTES, rc;

	rc = uv_udp_bind(&f->udp, (const struct sockaddr *)at, 0);
	if (!rc)
		rc = uv_tcp_bind(&f->listener, (const struct sockaddr *)at, 0);
	if (rc)
		return rc;
	(void)uv_recv_buffer_size((uv_handle_t *)&f->udp, &bytes); /* as much as may be had */
	rc = uv_udp_recv_start(&f->udp, datagram_room, on_datagram);
	return rc ? rc : uv_listen((uv_stream_t *)&f->listener, BACKLOG, on_connection);
}

int front_new(uv_loop_t *loop, struct sockaddr_in at, const struct front_events *events,
	      struct front **ret_front)
{
	struct front *f = calloc(1, sizeof(*f));
	int rc = f ? uv_udp_init(loop, &f->udp) : -ENOMEM;

	if (rc) {
		free(f);
		return rc;
	}
	f->events = *events;
	f->udp.data = f->listener.data = f;
	f->handles = 1;
	rc = uv_tcp_init(loop, &f->listener);
	if (!rc) {
		f->handles = 2;
		rc = listen_at(f, &at);
	}
	if (rc)
		front_free(f);
	else
		*ret_front = f;
	return rc;
}

void front_reset(struct front *f)
{
	struct connection *c, *next;

	if (!uv_is_closing((uv_handle_t *)&f->listener))
		uv_close((uv_handle_t *)&f->listener, handle_closed);
	HASH_ITER (hh, f->connections, c, next) {
		connection_drop(c, true);
	}
}

struct front_counters front_counters(const struct front *f)
{
	return f->counters;
}

void front_free(struct front *f)
{
	if (!f)
		return;
	if (f->handles == 2) {
		front_reset(f);
	}
	uv_close((uv_handle_t *)&f->udp, handle_closed);
}
