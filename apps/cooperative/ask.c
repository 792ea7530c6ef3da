// SPDX-License-Identifier: Apache-2.0
/* ask.h says what it is. */
#include "apps/cooperative/ask.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int cooperative_ask_open(const char *directory, int *ret_fd)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd, n = snprintf(to.sun_path, sizeof to.sun_path, "%s/cooperative.sock", directory);

	if (n >= (int)sizeof to.sun_path)
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		n = -errno;
		close(fd);
		return n;
	}
	*ret_fd = fd;
	return 0;
}

int cooperative_ask_say(int fd, const char *line)
{
	char text[600];
	int n = snprintf(text, sizeof text, "%s\n", line);

	if (n >= (int)sizeof text)
		return -EMSGSIZE;
	/* Shorter than a socket's buffer: all or nothing. */
	return send(fd, text, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -ECONNRESET;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int wait_for(int fd, int wake, long until)
{
	struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = wake, .events = POLLIN}};
	long left = until < 0 ? -1 : until - now_ms();
	int n;

	if (until >= 0 && left < 0)
		return -ETIMEDOUT;
	n = poll(p, 2, (int)left);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n > 0 && p[1].revents)
		return -ECANCELED;
	return n == 0 ? -ETIMEDOUT : 1;
}

/* Octet by octet, so that nothing of the next reply is taken. */
static int take_octet(int fd, struct cooperative_reply *reply)
{
	if (reply->length + 1 == sizeof reply->text)
		return -EMSGSIZE;
	if (recv(fd, reply->text + reply->length, 1, 0) != 1)
		return -ECONNRESET;
	reply->text[++reply->length] = '\0';
	return reply->length >= 2 && strcmp(reply->text + reply->length - 2, "\n\n") == 0;
}

int cooperative_ask_hear(int fd, struct cooperative_reply *ret_reply, int timeout_ms, int wake)
{
	long until = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
	int r = 0;

	ret_reply->length = 0;
	ret_reply->text[0] = '\0';
	while (r == 0) {
		r = wait_for(fd, wake, until);
		if (r == 1)
			r = take_octet(fd, ret_reply);
	}
	return r < 0 ? r : 0;
}

int cooperative_ask(const char *directory, const char *line, struct cooperative_reply *ret_reply,
		    int timeout_ms, int wake)
{
	int fd, r = cooperative_ask_open(directory, &fd);

	if (r < 0)
		return r;
	r = cooperative_ask_say(fd, line);
	if (r == 0)
		r = cooperative_ask_hear(fd, ret_reply, timeout_ms, wake);
	close(fd);
	return r;
}

/* Line number @nth of that name, after the "=" */
static const char *find(const struct cooperative_reply *reply, const char *name, unsigned nth)
{
	size_t length = strlen(name);

	for (const char *line = reply->text; *line; line++) {
		if (strncmp(line, name, length) == 0 && line[length] == '=' && nth-- == 0)
			return line + length + 1;
		line = strchr(line, '\n');
		if (!line)
			break;
	}
	return NULL;
}

const char *cooperative_reply_text(const struct cooperative_reply *reply, const char *name,
				   char *ret, size_t size)
{
	const char *value = find(reply, name, 0);

	snprintf(ret, size, "%.*s", value ? (int)strcspn(value, "\n") : 0, value ? value : "");
	return ret;
}

uint64_t cooperative_reply_number(const struct cooperative_reply *reply, const char *name)
{
	const char *value = find(reply, name, 0);

	return value ? strtoull(value, NULL, 10) : 0;
}

int cooperative_reply_round(const struct cooperative_reply *reply, unsigned i, uint64_t *ret_bytes,
			    uint64_t *ret_zeros, uint64_t *ret_us)
{
	const char *value = find(reply, "round", i);
	unsigned long long bytes, zeros, us;

	if (!value || sscanf(value, "%llu,%llu,%llu", &bytes, &zeros, &us) != 3)
		return -ENOENT;
	*ret_bytes = bytes;
	*ret_zeros = zeros;
	*ret_us = us;
	return 0;
}
