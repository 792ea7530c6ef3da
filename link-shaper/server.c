// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/server.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link-shaper/control.h"

enum { CLIENTS_MAX = 64, BACKLOG = 16, UNSENT_MAX = 1 << 24 };

struct client {
	uv_pipe_t pipe;
	struct server *server;
	size_t len;
	char line[CONTROL_REQUEST_MAX];
};

struct server {
	uv_pipe_t pipe;
	struct server_events events;
	struct client *client[CLIENTS_MAX];
	char path[256];
};

struct answer {
	uv_write_t write;
	char *text;
};

static void client_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void client_drop(struct client *c)
{
	if (uv_is_closing((uv_handle_t *)&c->pipe))
		return;
	for (size_t i = 0; c->server && i < CLIENTS_MAX; i++)
		if (c->server->client[i] == c)
			c->server->client[i] = NULL;
	c->server = NULL;
	uv_close((uv_handle_t *)&c->pipe, client_closed);
}

static void answer_sent(uv_write_t *write, int status)
{
	struct answer *answer = write->data;

	free(answer->text);
	free(answer);
}

/* Who asks on and on without reading is hung up on. */
static void client_send(struct client *c, char *text)
{
	struct answer *answer = text ? malloc(sizeof(*answer)) : NULL;
	uv_buf_t parts[2];

	if (!answer || uv_stream_get_write_queue_size((uv_stream_t *)&c->pipe) > UNSENT_MAX) {
		free(answer);
		free(text);
		client_drop(c);
		return;
	}
	answer->text = text;
	answer->write.data = answer;
	parts[0] = uv_buf_init(text, (unsigned)strlen(text));
	parts[1] = uv_buf_init("\n", 1);
	if (uv_write(&answer->write, (uv_stream_t *)&c->pipe, parts, 2, answer_sent)) {
		answer_sent(&answer->write, 0);
		client_drop(c);
	}
}

static void lines_answer(struct client *c)
{
	char *start = c->line, *end;

	while (c->server && (end = memchr(start, '\n', c->len - (size_t)(start - c->line)))) {
		struct server *s = c->server;

		client_send(c, s->events.answer(s->events.user, start, (size_t)(end - start)));
		start = end + 1;
	}
	c->len -= (size_t)(start - c->line);
	memmove(c->line, start, c->len);
}

static void client_room(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
	struct client *c = handle->data;

	*ret = uv_buf_init(c->line + c->len, (unsigned)(sizeof(c->line) - c->len));
}

/* A line without an end fills the room: libuv tells that as an error. */
static void client_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct client *c = stream->data;

	if (n < 0) {
		client_drop(c);
		return;
	}
	c->len += (size_t)n;
	lines_answer(c);
}

static struct client **free_slot(struct server *s)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (!s->client[i])
			return &s->client[i];
	return NULL;
}

static void connected(uv_stream_t *stream, int status)
{
	struct server *s = stream->data;
	struct client **slot = free_slot(s), *c = status ? NULL : calloc(1, sizeof(*c));

	if (!c)
		return;
	uv_pipe_init(stream->loop, &c->pipe, 0);
	c->pipe.data = c;
	c->server = s;
	if (slot)
		*slot = c;
	if (uv_accept(stream, (uv_stream_t *)&c->pipe) || !slot ||
	    uv_read_start((uv_stream_t *)&c->pipe, client_room, client_read))
		client_drop(c);
}

int server_new(uv_loop_t *loop, const char *path, const struct server_events *events,
	       struct server **ret_server)
{
	struct server *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->events = *events;
	snprintf(s->path, sizeof(s->path), "%s", path);
	rc = uv_pipe_init(loop, &s->pipe, 0);
	if (rc) {
		free(s);
		return rc;
	}
	s->pipe.data = s;
	unlink(path);
	rc = uv_pipe_bind(&s->pipe, path);
	if (!rc)
		rc = uv_listen((uv_stream_t *)&s->pipe, BACKLOG, connected);
	if (rc) {
		server_free(s);
		return rc;
	}
	*ret_server = s;
	return 0;
}

static void server_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void server_free(struct server *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (s->client[i])
			client_drop(s->client[i]);
	unlink(s->path);
	uv_close((uv_handle_t *)&s->pipe, server_closed);
}
