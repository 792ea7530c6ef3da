// SPDX-License-Identifier: Apache-2.0
/*
 * Event streams (text/event-stream of the HTML standard, 9.2). Events wait in a buffer of bounded
 * size until MHD asks for them; with nothing to send the connection is suspended. MHD does not
 * watch a suspended connection, so libuv watches it for the client's going (RDHUP).
 */
#include "lib/http_internal.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

enum {
	BLOCK_BYTES = 16 * 1024,
	SEND_BUFFER_BYTES =
		64 * 1024, /* else the kernel hides megabytes of a slow client's backlog */
};

/* The watch lives apart from the stream, since libuv frees handles later than we do. */
struct http_stream_watch {
	uv_poll_t poll;
};

static int stream_fd(const struct http_stream *stream)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(stream->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static void resume(struct http_stream *stream)
{
	if (!stream->suspended)
		return;
	stream->suspended = false;
	MHD_resume_connection(stream->connection);
	http_server_kick(stream->server);
}

/* MHD notices the shut socket, whether it waits for the client to read or is resumed. */
static void drop(struct http_stream *stream)
{
	if (stream->dropped || !stream->connection)
		return;
	stream->dropped = true;
	shutdown(stream_fd(stream), SHUT_RDWR);
	resume(stream);
}

static void free_watch(uv_handle_t *handle)
{
	free(handle);
}

static void unwatch(struct http_stream *stream)
{
	if (!stream->watch)
		return;
	uv_close((uv_handle_t *)&stream->watch->poll, free_watch);
	stream->watch = NULL;
}

static void on_hangup(uv_poll_t *poll, int status, int events)
{
	struct http_stream *stream = poll->data;

	unwatch(stream);
	drop(stream);
}

/* Without a watch a gone client is noticed at the next event: worse, but no reason to refuse. */
static void watch(struct http_stream *stream)
{
	struct http_stream_watch *w = calloc(1, sizeof(*w));

	if (!w)
		return;
	if (uv_poll_init(stream->server->timer.loop, &w->poll, stream_fd(stream)) != 0) {
		free(w);
		return;
	}
	w->poll.data = stream;
	stream->watch = w;
	uv_poll_start(&w->poll, UV_DISCONNECT, on_hangup);
}

/*
 * The socket of a stream: little of a slow client's backlog in the kernel, and questions to a
 * silent one (a host that vanished sends no FIN, and a stream may have nothing to send for hours).
 */
static void set_socket(int fd)
{
	int bytes = SEND_BUFFER_BYTES, one = 1, idle_s = 10, interval_s = 5, count = 3;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof(interval_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
}

static ssize_t on_read(void *cls, uint64_t position, char *buf, size_t max)
{
	struct http_stream *stream = cls;
	size_t len = stream->end - stream->start;

	if (stream->dropped)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (len == 0 && stream->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (len == 0) {
		stream->suspended = true;
		MHD_suspend_connection(stream->connection);
		return 0;
	}
	if (len > max)
		len = max;
	memcpy(buf, stream->buf + stream->start, len);
	stream->start += len;
	return (ssize_t)len;
}

static struct MHD_Response *response_new(struct http_stream *stream)
{
	struct MHD_Response *response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, BLOCK_BYTES, on_read, stream, NULL);

	if (!response)
		return NULL;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	return response;
}

struct http_stream *http_stream_open(struct http_request *req,
				     void (*on_close)(struct http_stream *, void *), void *user)
{
	struct http_server *server = req->server;
	struct http_stream *stream = NULL;
	struct MHD_Response *response = NULL;

	if (req->connection && server->stream_count < HTTP_STREAMS_MAX)
		stream = calloc(1, sizeof(*stream));
	if (stream)
		response = response_new(stream);
	if (!response) {
		free(stream);
		if (server)
			server->counters.streams_refused++;
		http_problem(req, 503, "INSUFFICIENT_RESOURCES", "too many event streams are open");
		return NULL;
	}
	stream->server = server;
	stream->connection = req->connection;
	stream->on_close = on_close;
	stream->user = user;
	DL_APPEND(server->streams, stream);
	server->stream_count++;
	req->stream = stream;
	set_socket(stream_fd(stream));
	watch(stream);
	http_request_answer(req, 200, response);
	return stream;
}

/* Makes room for @len more bytes. */
static bool reserve(struct http_stream *stream, size_t len)
{
	size_t used = stream->end - stream->start, size = stream->size ? stream->size : 1024;
	char *buf;

	if (used + len > HTTP_STREAM_BACKLOG_MAX)
		return false;
	if (stream->start) {
		memmove(stream->buf, stream->buf + stream->start, used);
		stream->start = 0;
		stream->end = used;
	}
	while (size < used + len)
		size *= 2;
	if (size == stream->size)
		return true;
	buf = realloc(stream->buf, size);
	if (!buf)
		return false;
	stream->buf = buf;
	stream->size = size;
	return true;
}

void http_stream_send(struct http_stream *stream, unsigned long long id, const char *event,
		      const json_t *data)
{
	char head[128], *text;
	int head_len;
	size_t len;

	if (!stream || !stream->connection || stream->dropped || stream->ended)
		return;
	text = json_dumps(data, JSON_COMPACT | JSON_ENCODE_ANY);
	head_len = snprintf(head, sizeof(head), "id: %llu\nevent: %.80s\ndata: ", id, event);
	len = text ? strlen(text) : 0;
	if (!text || !reserve(stream, (size_t)head_len + len + 2)) {
		stream->server->counters.streams_dropped++;
		drop(stream);
		free(text);
		return;
	}
	memcpy(stream->buf + stream->end, head, (size_t)head_len);
	memcpy(stream->buf + stream->end + head_len, text, len);
	memcpy(stream->buf + stream->end + head_len + len, "\n\n", 2);
	stream->end += (size_t)head_len + len + 2;
	free(text);
	resume(stream);
}

void http_stream_end(struct http_stream *stream)
{
	if (!stream || !stream->connection)
		return;
	stream->ended = true;
	resume(stream);
}

void http_stream_gone(struct http_stream *stream)
{
	struct http_server *server = stream->server;

	stream->connection = NULL;
	stream->suspended = false;
	unwatch(stream);
	DL_DELETE(server->streams, stream);
	DL_APPEND(server->closed_streams, stream);
}

void http_streams_reap(struct http_server *server)
{
	struct http_stream *stream;

	while ((stream = server->closed_streams)) {
		DL_DELETE(server->closed_streams, stream);
		server->stream_count--;
		if (stream->on_close)
			stream->on_close(stream, stream->user);
		free(stream->buf);
		free(stream);
	}
}

void http_streams_drop(struct http_server *server)
{
	struct http_stream *stream;

	DL_FOREACH (server->streams, stream) {
		drop(stream);
	}
}
