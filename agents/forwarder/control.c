// SPDX-License-Identifier: Apache-2.0
#include "agents/forwarder/control.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 16, BACKLOG = 16 };

struct client {
	uv_pipe_t pipe;
	struct control *control; /* NULL: hung up */
	size_t len;
	char line[CONTROL_LINE_MAX];
};

struct control {
	uv_pipe_t pipe;
	control_word word;
	void *user;
	struct client *client[CLIENTS_MAX];
};

socklen_t control_address(unsigned number, struct sockaddr_un *ret)
{
	int len;

	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	len = snprintf(ret->sun_path + 1, sizeof(ret->sun_path) - 1, "baton/forwarder/%u", number);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
}

/* ---- the forwarder's side ---- */

static void client_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void client_drop(struct client *c)
{
	if (!c->control)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (c->control->client[i] == c)
			c->control->client[i] = NULL;
	c->control = NULL;
	uv_close((uv_handle_t *)&c->pipe, client_closed);
}

/* An answer fits the socket's buffer: who doesn't read it has none. */
static void answer(struct client *c, json_t *object)
{
	char *text = object ? json_dumps(object, JSON_COMPACT) : strdup("{}");
	uv_buf_t parts[2];

	json_decref(object);
	if (!text) {
		client_drop(c);
		return;
	}
	parts[0] = uv_buf_init(text, (unsigned)strlen(text));
	parts[1] = uv_buf_init("\n", 1);
	if (uv_try_write((uv_stream_t *)&c->pipe, parts, 2) != (int)parts[0].len + 1)
		client_drop(c);
	free(text);
}

static void room(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
	struct client *c = handle->data;

	*ret = uv_buf_init(c->line + c->len, (unsigned)(sizeof(c->line) - c->len));
}

/* A line without an end fills the room: libuv tells that as an error. */
static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct client *c = stream->data;
	char *end;

	if (n < 0) {
		client_drop(c);
		return;
	}
	c->len += (size_t)n;
	while (c->control && (end = memchr(c->line, '\n', c->len))) {
		const size_t used = (size_t)(end + 1 - c->line);

		*end = 0;
		answer(c, c->control->word(c->control->user, c->line));
		c->len -= used;
		memmove(c->line, c->line + used, c->len);
	}
}

static bool is_ours(const uv_pipe_t *pipe)
{
	struct ucred who;
	socklen_t len = sizeof(who);
	uv_os_fd_t fd;

	return !uv_fileno((const uv_handle_t *)pipe, &fd) &&
	       !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) && who.uid == geteuid();
}

static void on_connection(uv_stream_t *stream, int status)
{
	struct control *control = stream->data;
	struct client *c = status ? NULL : calloc(1, sizeof(*c));
	size_t i = 0;

	if (!c || uv_pipe_init(stream->loop, &c->pipe, 0)) {
		free(c);
		return;
	}
	while (i < CLIENTS_MAX && control->client[i])
		i++;
	c->pipe.data = c;
	c->control = control;
	if (i < CLIENTS_MAX)
		control->client[i] = c;
	if (uv_accept(stream, (uv_stream_t *)&c->pipe) || i == CLIENTS_MAX || !is_ours(&c->pipe) ||
	    uv_read_start((uv_stream_t *)&c->pipe, room, on_read))
		client_drop(c);
}

static int bound_socket(unsigned number, int *ret_fd)
{
	struct sockaddr_un at;
	const socklen_t len = control_address(number, &at);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&at, len) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

int control_new(uv_loop_t *loop, unsigned number, control_word word, void *user,
		struct control **ret_control)
{
	struct control *c = calloc(1, sizeof(*c));
	int fd = -1, rc = c ? uv_pipe_init(loop, &c->pipe, 0) : -ENOMEM;

	if (rc) {
		free(c);
		return rc;
	}
	c->word = word;
	c->user = user;
	c->pipe.data = c;
	rc = bound_socket(number, &fd);
	if (!rc) {
		rc = uv_pipe_open(&c->pipe, fd);
		if (rc)
			close(fd);
	}
	if (!rc)
		rc = uv_listen((uv_stream_t *)&c->pipe, BACKLOG, on_connection);
	if (rc)
		control_free(c);
	else
		*ret_control = c;
	return rc;
}

static void control_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void control_free(struct control *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (c->client[i])
			client_drop(c->client[i]);
	uv_close((uv_handle_t *)&c->pipe, control_closed);
}

/* ---- a step's side ---- */

static int whose(int fd, pid_t *ret_pid)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0)
		return -errno;
	if (who.uid != geteuid())
		return -EPERM;
	if (ret_pid)
		*ret_pid = who.pid;
	return 0;
}

static int converse(int fd, const char *word, char *buf, size_t size)
{
	char line[CONTROL_LINE_MAX];
	size_t at = 0;
	int len = snprintf(line, sizeof(line), "%s\n", word);

	if (send(fd, line, (size_t)len, MSG_NOSIGNAL) != len)
		return -errno;
	while (at < size - 1) {
		ssize_t n = recv(fd, buf + at, size - 1 - at, 0);

		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (n == 0)
			return -ECONNRESET;
		at += (size_t)n;
		buf[at] = 0;
		if (memchr(buf, '\n', at))
			return 0;
	}
	return -EPROTO;
}

static int connect_to(unsigned number, int timeout_ms, int *ret_fd)
{
	const struct timeval limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
	struct sockaddr_un at;
	const socklen_t len = control_address(number, &at);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
	    connect(fd, (const struct sockaddr *)&at, len) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

int control_ask(unsigned number, const char *word, int timeout_ms, json_t **ret_answer,
		pid_t *ret_pid)
{
	char buf[CONTROL_ANSWER_MAX];
	json_t *json = NULL;
	int fd = -1, rc = connect_to(number, timeout_ms, &fd);

	if (rc)
		return rc;
	rc = whose(fd, ret_pid);
	if (!rc)
		rc = converse(fd, word, buf, sizeof(buf));
	close(fd);
	if (rc)
		return rc;
	json = json_loads(buf, 0, NULL);
	if (!json_is_object(json))
		rc = -EPROTO;
	else if (!json_object_size(json))
		rc = -EINVAL;
	if (!rc && ret_answer)
		*ret_answer = json;
	else
		json_decref(json);
	return rc;
}
