// SPDX-License-Identifier: Apache-2.0
/*
 * HTTP/1.1 (RFC 9112) server: libmicrohttpd in external epoll mode. Its epoll descriptor is watched
 * by libuv, and a timer set to MHD_get_timeout() bounds the sleep, so that idle connections are
 * closed in time.
 */
#include "lib/http_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

enum {
	IDLE_TIMEOUT_S = 30,
	/* A refused body up to this size is read and dropped, so that the client sees the 413 and
	   no reset. */
	BODY_SWALLOW_MAX = 1 << 20,
	BACKLOG = 256,
};

static void server_run(struct http_server *server);

static void on_timer(uv_timer_t *timer)
{
	server_run(timer->data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	server_run(poll->data);
}

static void schedule(struct http_server *server)
{
	MHD_UNSIGNED_LONG_LONG timeout_ms;

	if (server->kicked)
		uv_timer_start(&server->timer, on_timer, 0, 0);
	else if (MHD_get_timeout(server->mhd, &timeout_ms) == MHD_YES)
		uv_timer_start(&server->timer, on_timer, timeout_ms, 0);
	else
		uv_timer_stop(&server->timer);
}

/* With all its connections taken MHD stops to listen, and begins again only when it is run once
 * more after one has gone. */
static void check_full(struct http_server *server)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->mhd, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
	bool full = info && info->num_connections >= server->connections;

	if (server->full && !full)
		server->kicked = true;
	server->full = full;
}

static void server_run(struct http_server *server)
{
	server->kicked = false;
	MHD_run(server->mhd);
	check_full(server);
	http_streams_reap(server);
	schedule(server);
}

void http_server_kick(struct http_server *server)
{
	server->kicked = true;
	uv_timer_start(&server->timer, on_timer, 0, 0);
}

static struct http_request *request_new(struct http_server *server,
					struct MHD_Connection *connection, const char *path)
{
	struct http_request *req = calloc(1, sizeof(*req));

	if (!req)
		return NULL;
	req->server = server;
	req->connection = connection;
	if (strlen(path) < sizeof(req->path))
		strcpy(req->path, path);
	/* else it stays empty, which no route has: 404 */
	DL_APPEND(server->pending, req);
	server->counters.requests++;
	return req;
}

void http_request_free(struct http_request *req)
{
	if (req->response)
		MHD_destroy_response(req->response);
	if (req->server && !req->answered)
		DL_DELETE(req->server->pending, req);
	json_decref(req->body);
	free(req->body_text);
	free(req);
}

static bool body_append(struct http_request *req, const char *data, size_t len)
{
	if (req->body_len + len > HTTP_BODY_MAX)
		req->too_large = true;
	req->body_len += len;
	if (req->too_large)
		return req->body_len <= BODY_SWALLOW_MAX;
	if (!req->body_text)
		req->body_text = malloc(HTTP_BODY_MAX);
	if (!req->body_text)
		return false;
	memcpy(req->body_text + req->body_len - len, data, len);
	return true;
}

static enum MHD_Result hand_over(struct http_request *req)
{
	enum MHD_Result result = MHD_queue_response(req->connection, req->status, req->response);

	MHD_destroy_response(req->response);
	req->response = NULL;
	return result;
}

/* MHD's access handler: once for the head, once for each piece of the body, once at its end and
 * after each resume. */
static enum MHD_Result on_access(void *cls, struct MHD_Connection *connection, const char *url,
				 const char *method, const char *version, const char *data,
				 size_t *data_len, void **state)
{
	struct http_server *server = cls;
	struct http_request *req = *state;

	if (!req) {
		req = request_new(server, connection, url);
		*state = req;
		return req ? MHD_YES : MHD_NO;
	}
	if (*data_len) {
		bool ok = body_append(req, data, *data_len);

		*data_len = 0;
		return ok ? MHD_YES : MHD_NO;
	}
	if (!req->dispatched) {
		req->dispatched = true;
		http_dispatch(req, method);
	}
	if (req->answered)
		return hand_over(req);
	req->suspended = true;
	MHD_suspend_connection(connection);
	return MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode why)
{
	struct http_request *req = *state;

	*state = NULL;
	if (!req)
		return;
	req->connection = NULL;
	if (req->stream)
		http_stream_gone(req->stream);
	/* Without an answer the request is its handler's until it answers; before dispatch nobody
	 * else knows it. */
	if (req->answered || !req->dispatched)
		http_request_free(req);
}

void http_request_answer(struct http_request *req, unsigned status, struct MHD_Response *response)
{
	if (!req->connection) {
		if (response)
			MHD_destroy_response(response);
		http_request_free(req);
		return;
	}
	if (!response) /* no memory: at least an answer */
		response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	req->status = status;
	req->response = response;
	req->answered = true;
	DL_DELETE(req->server->pending, req);
	if (!req->suspended)
		return; /* from within the handler: on_access hands it over */
	req->suspended = false;
	MHD_resume_connection(req->connection);
	http_server_kick(req->server);
}

static int listen_socket(const struct http_listen *where, uint16_t *ret_port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_addr = where->addr, .sin_port = htons(where->port)};
	socklen_t len = sizeof(addr);
	int one = 1, err, fd;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, BACKLOG) < 0 ||
	    getsockname(fd, (struct sockaddr *)&addr, &len) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	*ret_port = ntohs(addr.sin_port);
	return fd;
}

static int start_mhd(struct http_server *server, int fd)
{
	server->mhd = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_access, server,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_CONNECTION_LIMIT, server->connections,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, server->per_address,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_TIMEOUT_S, MHD_OPTION_END);
	return server->mhd ? 0 : -EIO;
}

static int watch(struct http_server *server, uv_loop_t *loop)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	int err;

	if (!info)
		return -EIO;
	err = uv_poll_init(loop, &server->poll, info->epoll_fd);
	if (err)
		return err;
	uv_timer_init(loop, &server->timer);
	server->open_handles = 2;
	server->poll.data = server;
	server->timer.data = server;
	return uv_poll_start(&server->poll, UV_READABLE, on_poll);
}

int http_server_new(uv_loop_t *loop, const struct http_listen *where,
		    const struct http_route *routes, void *user, struct http_server **ret_server)
{
	struct http_server *server = calloc(1, sizeof(*server));
	int err, fd;

	if (!server)
		return -ENOMEM;
	server->routes = routes;
	server->user = user;
	server->token = where->token;
	server->connections = where->connections ? where->connections : HTTP_CONNECTIONS;
	server->per_address = where->fair ? server->connections - server->connections / 4 : 0;
	fd = listen_socket(where, &server->port);
	if (fd < 0) {
		err = fd;
		goto free_server;
	}
	err = start_mhd(server, fd);
	if (err) {
		close(fd);
		goto free_server;
	}
	err = watch(server, loop);
	if (err) {
		http_server_free(server);
		return err;
	}
	schedule(server);
	*ret_server = server;
	return 0;

free_server:
	free(server);
	return err;
}

uint16_t http_server_port(const struct http_server *server)
{
	return server->port;
}

struct http_counters http_server_counters(const struct http_server *server)
{
	return server->counters;
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct http_server *server = handle->data;

	if (--server->open_handles == 0)
		free(server);
}

void http_server_free(struct http_server *server)
{
	struct http_request *req, *next;

	if (!server)
		return;
	if (server->open_handles) { /* before MHD closes its descriptor */
		uv_poll_stop(&server->poll);
		uv_timer_stop(&server->timer);
	}
	http_streams_drop(server);
	/* MHD must not be stopped with suspended connections. */
	DL_FOREACH (server->pending, req) {
		if (req->suspended)
			MHD_resume_connection(req->connection);
	}
	MHD_stop_daemon(server->mhd);
	http_streams_reap(server);
	DL_FOREACH_SAFE(server->pending, req, next)
	{
		DL_DELETE(server->pending, req);
		req->server = NULL; /* frees itself when it is answered */
	}
	if (!server->open_handles) {
		free(server);
		return;
	}
	uv_close((uv_handle_t *)&server->poll, on_handle_closed);
	uv_close((uv_handle_t *)&server->timer, on_handle_closed);
}
