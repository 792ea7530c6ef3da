// SPDX-License-Identifier: Apache-2.0
#include "testbed/link_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { TIMEOUT_S = 5, ANSWER_FIRST = 1 << 16, ANSWER_MAX = 1 << 24 };

void link_client_socket(const struct run *run, char buf[RUN_PATH_MAX])
{
	snprintf(buf, RUN_PATH_MAX, "%s/nodes/%s/link-shaper.sock", run->dir, RUN_FABRIC);
}

static int fail(struct link_client_error *err, int rc, const char *socket, const char *what)
{
	snprintf(err->text, sizeof(err->text), "link-shaper at %.100s: %s: %s", socket, what,
		 strerror(-rc));
	return rc;
}

static int connect_to(const char *path)
{
	const struct timeval timeout = {.tv_sec = TIMEOUT_S};
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd, rc;

	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* One line, as long as that of the largest topology */
static int read_answer(int fd, json_t **ret)
{
	size_t len = 0, size = ANSWER_FIRST;
	char *text = malloc(size), *more;
	ssize_t n = 1;

	while (text && (!len || text[len - 1] != '\n')) {
		if (len == size && size < ANSWER_MAX) {
			more = realloc(text, size *= 2);
			if (!more)
				break;
			text = more;
		}
		n = recv(fd, text + len, size - len, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	if (n < 0) {
		n = errno == EAGAIN ? -ETIMEDOUT : -errno;
	} else {
		*ret = text ? json_loadb(text, len, 0, NULL) : NULL;
		n = text ? (*ret ? 0 : -EPROTO) : -ENOMEM;
	}
	free(text);
	return (int)n;
}

static int exchange(int fd, const json_t *request, json_t **ret_answer)
{
	char *text = json_dumps(request, JSON_COMPACT);
	int rc = text ? write_all(fd, text, strlen(text)) : -ENOMEM;

	free(text);
	if (!rc)
		rc = write_all(fd, "\n", 1);
	return rc ? rc : read_answer(fd, ret_answer);
}

int link_client_ask(const char *socket, json_t *request, json_t **ret_answer,
		    struct link_client_error *err)
{
	int fd = connect_to(socket), rc;
	const char *refusal;
	json_t *answer = NULL;

	err->text[0] = '\0';
	rc = fd < 0 ? fail(err, fd, socket, "no connection") : exchange(fd, request, &answer);
	json_decref(request);
	if (fd < 0)
		return rc;
	close(fd);
	if (rc)
		return fail(err, rc, socket, "no answer");
	refusal = json_string_value(json_object_get(answer, "error"));
	if (refusal) {
		snprintf(err->text, sizeof(err->text), "%s", refusal);
		rc = -EINVAL;
	}
	if (!rc && ret_answer)
		*ret_answer = json_incref(answer);
	json_decref(answer);
	return rc;
}

int link_client_set(const char *socket, const char *node, const char *interface, json_t *shape,
		    char ret_backend[16], struct link_client_error *err)
{
	json_t *answer = NULL, *request = json_pack("{s:{s:s, s:s, s:o}}", "set", "node", node,
						    "interface", interface, "shape", shape);
	const char *backend;
	int rc = link_client_ask(socket, request, &answer, err);

	backend = json_string_value(json_object_get(answer, "backend"));
	if (ret_backend && !rc)
		snprintf(ret_backend, 16, "%s", backend ? backend : "");
	json_decref(answer);
	return rc;
}

int link_client_get(const char *socket, json_t **ret_answer, struct link_client_error *err)
{
	return link_client_ask(socket, json_pack("{s:{}}", "get"), ret_answer, err);
}

int link_client_start(const char *socket, struct link_client_error *err)
{
	return link_client_ask(socket, json_pack("{s:{}}", "start"), NULL, err);
}

int link_client_stop(const char *socket, struct link_client_error *err)
{
	return link_client_ask(socket, json_pack("{s:{}}", "stop"), NULL, err);
}

int link_client_keeping(const char *socket, struct link_client_keeping *ret,
			struct link_client_error *err)
{
	json_t *answer = NULL;
	int rc = link_client_get(socket, &answer, err);

	if (rc)
		return rc;
	ret->behind = (uint64_t)json_integer_value(json_object_get(answer, "behind"));
	ret->since_us = (uint64_t)json_integer_value(json_object_get(answer, "since_us"));
	json_decref(answer);
	return 0;
}
