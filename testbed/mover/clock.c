// SPDX-License-Identifier: Apache-2.0
/* One question to link-shaper (docs/contracts.md, Links): it is on this machine, and answers at
 * once. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "testbed/mover/mover.h"

enum { ANSWER_FIRST = 1 << 16, ANSWER_MAX = 1 << 24, TIMEOUT_MS = 500 };

static int open_socket(const char *path)
{
	const struct timeval timeout = {.tv_usec = TIMEOUT_MS * 1000};
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof to.sun_path)
		return -ENAMETOOLONG;
	strcpy(to.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

/* One line; returned, NULL: there is none */
static char *read_line(int fd)
{
	size_t size = ANSWER_FIRST, len = 0;
	char *text = malloc(size), *more;

	while (text) {
		ssize_t n = recv(fd, text + len, size - len - 1, 0);

		if (n <= 0)
			break;
		len += (size_t)n;
		if (text[len - 1] == '\n') {
			text[len] = '\0';
			return text;
		}
		if (size - len > 1)
			continue;
		more = size < ANSWER_MAX ? realloc(text, size *= 2) : NULL;
		if (!more)
			break;
		text = more;
	}
	free(text);
	return NULL;
}

int mover_clock(const char *path, bool *ret_running, uint64_t *ret_elapsed_us)
{
	static const char question[] = "{\"get\": {}}\n";
	int fd = open_socket(path);
	const json_t *changes;
	json_t *answer;
	char *line;

	if (fd < 0)
		return fd;
	line = send(fd, question, sizeof question - 1, MSG_NOSIGNAL) > 0 ? read_line(fd) : NULL;
	close(fd);
	answer = line ? json_loads(line, 0, NULL) : NULL;
	free(line);
	changes = json_object_get(answer, "changes");
	*ret_running = json_is_true(json_object_get(changes, "running"));
	*ret_elapsed_us = (uint64_t)json_integer_value(json_object_get(changes, "elapsed_us"));
	json_decref(answer);
	return changes ? 0 : -EPROTO;
}
