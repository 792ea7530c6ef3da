// SPDX-License-Identifier: Apache-2.0
/* Asking a node's init, and the end of its log. */
#include "testbed/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_MAX = 65536, TAIL_BYTES = 2048, TAIL_LINES = 6 };

static int connect_to(const struct run *run, const char *node)
{
	struct timeval timeout = {.tv_sec = 2};
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	char path[RUN_PATH_MAX];
	int fd, rc;

	run_path(run, path, "nodes/%s/init.sock", node);
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

static int read_line(int fd, char **ret_answer)
{
	char *text = malloc(ANSWER_MAX);
	size_t len = 0;
	ssize_t got = 1;

	if (!text)
		return -ENOMEM;
	while (len < ANSWER_MAX - 1 && (got = read(fd, text + len, ANSWER_MAX - 1 - len)) > 0) {
		char *end = memchr(text + len, '\n', (size_t)got);

		len += (size_t)got;
		if (end) {
			*end = '\0';
			*ret_answer = text;
			return 0;
		}
	}
	free(text);
	return got < 0 ? (errno == EAGAIN ? -ETIMEDOUT : -errno) : -EPIPE;
}

int control_ask(const struct run *run, const char *node, const char *request, char **ret_answer)
{
	int fd = connect_to(run, node), rc;

	if (fd < 0)
		return fd;
	rc = dprintf(fd, "%s\n", request) < 0 ? -EIO : read_line(fd, ret_answer);
	close(fd);
	return rc;
}

json_t *control_status(const struct run *run, const char *node)
{
	char *text = NULL;
	json_t *json;
	int rc = control_ask(run, node, "status", &text);

	if (rc == -ENOENT)
		return json_pack("{s:s, s:[]}", "node", node, "daemons");
	if (rc)
		return NULL;
	json = json_loads(text, 0, NULL);
	free(text);
	return json;
}

/* The last lines of the node's log */
static void print_tail(const struct run *run, const char *node)
{
	char path[RUN_PATH_MAX], text[TAIL_BYTES + 1], *at;
	int fd, lines = 0;
	ssize_t got;
	off_t end;

	run_path(run, path, "nodes/%s/%s.log", node, node);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	end = lseek(fd, 0, SEEK_END);
	got = pread(fd, text, TAIL_BYTES, end > TAIL_BYTES ? end - TAIL_BYTES : 0);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	for (at = text + strlen(text); at > text; at--)
		if (at[-1] == '\n' && lines++ == TAIL_LINES)
			break;
	for (char *line; (line = strsep(&at, "\n"));)
		if (*line)
			fprintf(stderr, "    %s\n", line);
}

static bool print_unready_daemons(const char *node, json_t *status)
{
	bool any = false;
	size_t i;
	json_t *daemon;

	json_array_foreach(json_object_get(status, "daemons"), i, daemon)
	{
		const char *state = json_string_value(json_object_get(daemon, "state"));

		if (!state || !strcmp(state, "ready"))
			continue;
		fprintf(stderr, "  node %s: %s is %s\n", node,
			json_string_value(json_object_get(daemon, "name")), state);
		any = true;
	}
	return any;
}

void control_print_unready(const struct run *run)
{
	for (size_t i = 0; i < run->node_count; i++) {
		json_t *status = control_status(run, run->node[i].name);

		if (!status)
			fprintf(stderr, "  node %s %s\n", run->node[i].name,
				process_alive(&run->node[i].init) ? "doesn't answer" : "is gone");
		if (print_unready_daemons(run->node[i].name, status))
			print_tail(run, run->node[i].name);
		json_decref(status);
	}
}
