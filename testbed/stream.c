// SPDX-License-Identifier: Apache-2.0
#include "testbed/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 128 << 10, AGAIN_FIRST_MS = 50, AGAIN_MAX_MS = 1000, PATH_BYTES = 160 };

struct stream {
	uv_loop_t *loop;
	uv_tcp_t tcp;
	uv_timer_t again;
	uv_connect_t connect;
	uv_write_t write;
	struct sockaddr_in to;
	struct stream_handler handler;
	char request[PATH_BYTES + 96];
	char *line;
	size_t len;
	bool connected; /* the handle is open */
	bool told_open, closing;
	bool in_body;
	unsigned handles; /* not closed yet */
	unsigned again_ms;
	char name[32];
	char *data;
	char bytes[16384];
};

static void start(struct stream *s);

static void tell(struct stream *s, bool open)
{
	if (s->told_open == open)
		return;
	s->told_open = open;
	if (s->handler.state)
		s->handler.state(s, open, s->handler.user);
}

static void on_again(uv_timer_t *timer)
{
	start(timer->data);
}

static void free_stream(struct stream *s)
{
	free(s->line);
	free(s->data);
	free(s);
}

static void on_closed(uv_handle_t *handle)
{
	struct stream *s = handle->data;

	if (handle == (uv_handle_t *)&s->tcp)
		s->connected = false;
	s->handles--;
	if (s->closing && !s->handles)
		free_stream(s);
	else if (!s->closing)
		uv_timer_start(&s->again, on_again, s->again_ms, 0);
}

/* After a break, and when it can't be opened */
static void drop(struct stream *s)
{
	if (!s->connected || uv_is_closing((uv_handle_t *)&s->tcp))
		return;
	tell(s, false);
	uv_close((uv_handle_t *)&s->tcp, on_closed);
	s->again_ms = s->again_ms * 2 > AGAIN_MAX_MS ? AGAIN_MAX_MS : s->again_ms * 2;
}

/* An empty line ends an event. */
static void end_event(struct stream *s)
{
	json_t *data = s->data ? json_loads(s->data, 0, NULL) : NULL;

	if (data)
		s->handler.event(s, s->name, data, s->handler.user);
	json_decref(data);
	free(s->data);
	s->data = NULL;
	s->name[0] = '\0';
}

static bool take_head(struct stream *s)
{
	if (!strncmp(s->line, "HTTP/", 5))
		return !strncmp(s->line + 8, " 200", 4);
	if (!s->line[0]) {
		s->in_body = true;
		s->again_ms = AGAIN_FIRST_MS;
		tell(s, true);
	}
	return true;
}

static bool take_line(struct stream *s)
{
	if (!s->in_body)
		return take_head(s);
	if (!s->line[0]) {
		end_event(s);
	} else if (!strncmp(s->line, "event: ", 7)) {
		snprintf(s->name, sizeof(s->name), "%.31s", s->line + 7);
	} else if (!strncmp(s->line, "data: ", 6)) {
		free(s->data);
		s->data = strdup(s->line + 6);
	}
	return true;
}

static void on_read(uv_stream_t *tcp, ssize_t got, const uv_buf_t *buf)
{
	struct stream *s = tcp->data;

	for (ssize_t i = 0; i < got && !s->closing; i++) {
		if (buf->base[i] == '\n') {
			s->line[s->len - (s->len && s->line[s->len - 1] == '\r')] = '\0';
			s->len = 0;
			if (!take_line(s))
				got = -1;
		} else if (s->len < LINE_MAX_BYTES - 1) {
			s->line[s->len++] = buf->base[i];
		}
	}
	if (got < 0)
		drop(s);
}

static void give_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	struct stream *s = handle->data;

	*buf = uv_buf_init(s->bytes, sizeof(s->bytes));
}

static void on_connected(uv_connect_t *connect, int status)
{
	struct stream *s = connect->handle->data;
	uv_buf_t request = uv_buf_init(s->request, (unsigned)strlen(s->request));

	if (s->closing)
		return;
	if (status || uv_write(&s->write, (uv_stream_t *)&s->tcp, &request, 1, NULL) ||
	    uv_read_start((uv_stream_t *)&s->tcp, give_buffer, on_read))
		drop(s);
}

static void start(struct stream *s)
{
	char path[PATH_BYTES] = "";

	s->len = 0;
	s->in_body = false;
	s->handler.path(s, path, sizeof(path), s->handler.user);
	snprintf(s->request, sizeof(s->request),
		 "GET %s HTTP/1.0\r\nHost: baton\r\nAccept: text/event-stream\r\n\r\n", path);
	if (uv_tcp_init(s->loop, &s->tcp)) {
		uv_timer_start(&s->again, on_again, s->again_ms, 0);
		return;
	}
	s->tcp.data = s;
	s->connected = true;
	s->handles++;
	if (uv_tcp_connect(&s->connect, &s->tcp, (const struct sockaddr *)&s->to, on_connected))
		drop(s);
}

int stream_open(uv_loop_t *loop, struct in_addr addr, uint16_t port,
		const struct stream_handler *handler, struct stream **ret_stream)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->loop = loop;
	s->to = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = addr};
	s->handler = *handler;
	s->again_ms = AGAIN_FIRST_MS;
	s->line = malloc(LINE_MAX_BYTES);
	if (!s->line) {
		free(s);
		return -ENOMEM;
	}
	uv_timer_init(loop, &s->again);
	s->again.data = s;
	s->handles = 1;
	start(s);
	*ret_stream = s;
	return 0;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	s->closing = true;
	uv_close((uv_handle_t *)&s->again, on_closed);
	if (s->connected && !uv_is_closing((uv_handle_t *)&s->tcp))
		uv_close((uv_handle_t *)&s->tcp, on_closed);
}
