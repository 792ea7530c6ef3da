// SPDX-License-Identifier: Apache-2.0
/*
 * What a child writes, line by line into the agent's own standard error, behind the child's name.
 * While no agent is there to read, what doesn't fit the FIFO is lost: a game must not wait for its
 * log.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/common/child.h"

enum { READ_SIZE = 16 * 1024, READS_MAX = 8 };

static void put_line(struct child *c)
{
	/* its own level and module are in it */
	dprintf(STDERR_FILENO, "[%s] %.*s\n", c->name, (int)c->line_len, c->line);
	c->line_len = 0;
}

static void take(struct child *c, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != '\n')
			c->line[c->line_len++] = bytes[i];
		if (bytes[i] == '\n' || c->line_len == sizeof(c->line))
			put_line(c);
	}
}

/* Bounded, so that one that floods its log doesn't hold up the agent. */
void child_output_drain(struct child *c)
{
	char bytes[READ_SIZE];
	ssize_t got;

	for (int i = 0;
	     i < READS_MAX && c->relaying && (got = read(c->output, bytes, sizeof(bytes))) > 0; i++)
		take(c, bytes, (size_t)got);
}

static void on_output(uv_poll_t *poll, int status, int events)
{
	child_output_drain(poll->data);
}

int child_output_open(struct child *c)
{
	char path[CHILD_PATH_MAX + 16];
	int rc;

	if (c->relaying)
		return 0;
	snprintf(path, sizeof(path), "%s/output", c->directory);
	if (mkfifo(path, 0600) && errno != EEXIST)
		return -errno;
	/* for both: without a writer it would be readable all the time */
	c->output = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (c->output < 0)
		return -errno;
	rc = uv_poll_init(c->loop, &c->output_poll, c->output);
	if (rc) {
		close(c->output);
		return rc;
	}
	c->handles++;
	c->output_poll.data = c;
	c->relaying = true;
	return uv_poll_start(&c->output_poll, UV_READABLE, on_output);
}

void child_output_close(struct child *c)
{
	if (!c->relaying)
		return;
	child_output_drain(c);
	if (c->line_len)
		put_line(c);
	c->relaying = false;
	uv_close((uv_handle_t *)&c->output_poll, child_handle_closed);
	close(c->output);
}
