// SPDX-License-Identifier: Apache-2.0
/* What goes over a connection of the control socket. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "apps/cooperative/internal.h"

enum { LINE_MS = 2000 };

int cooperative_line_write(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = send(fd, text, length, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			length -= (size_t)n;
		}
	}
	return 0;
}

int cooperative_line_read(int fd, char *line, size_t size)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	size_t n = 0;

	while (n < size) {
		if (poll(&p, 1, LINE_MS) != 1)
			return -ETIMEDOUT;
		if (recv(fd, line + n, 1, 0) != 1)
			return -ECONNRESET;
		if (line[n] == '\n') {
			line[n] = '\0';
			return 0;
		}
		n++;
	}
	return -EMSGSIZE;
}
