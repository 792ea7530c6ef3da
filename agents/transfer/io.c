// SPDX-License-Identifier: Apache-2.0
#include "agents/transfer/io.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/daemon.h"

enum {
	SILENCE_MS = 20000, /* a process may be frozen meanwhile */
	KEEPALIVE_S = 5,
	KEEPALIVE_COUNT = 3,
	CONNECT_MS = 30000,
	MS_NS = 1000000,
};

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

int transfer_io_tune(int fd)
{
	int flags = fcntl(fd, F_GETFL), rc;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return -errno;
	rc = set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (!rc)
		rc = set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	if (!rc)
		rc = set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_S);
	if (!rc)
		rc = set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_S);
	if (!rc)
		rc = set(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT);
	return rc ? rc : set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, SILENCE_MS);
}

static uint64_t now_ms(void)
{
	return clock_mono_ns() / MS_NS;
}

/* poll(2)'s time-out for a deadline; -1: none */
static int remaining(uint64_t deadline_ms)
{
	uint64_t now = now_ms();

	if (!deadline_ms)
		return -1;
	return deadline_ms > now ? (int)(deadline_ms - now) : 0;
}

static int await(const struct transfer_io *io, short events, uint64_t deadline_ms)
{
	struct pollfd fds[2] = {{.fd = io->fd, .events = events},
				{.fd = io->wake, .events = POLLIN}};

	for (;;) {
		int n = poll(fds, 2, remaining(deadline_ms));

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0 && fds[1].revents)
			return -ECANCELED;
		if (n > 0)
			return 0;
		if (!n)
			return -ETIMEDOUT;
	}
}

int transfer_io_block(int fd, bool blocking)
{
	int flags = fcntl(fd, F_GETFL);

	flags = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) ? -errno : 0;
}

bool transfer_is_cut(int wake)
{
	struct pollfd fd = {.fd = wake, .events = POLLIN};

	return wake >= 0 && poll(&fd, 1, 0) > 0;
}

int transfer_connect(struct in_addr address, uint16_t port, int wake)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address};
	struct transfer_io io = {socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), wake};
	int error = 0, rc;
	socklen_t len = sizeof(error);

	if (io.fd < 0)
		return -errno;
	rc = transfer_io_tune(io.fd);
	if (!rc && connect(io.fd, (struct sockaddr *)&to, sizeof(to)) && errno != EINPROGRESS)
		rc = -errno;
	if (!rc)
		rc = await(&io, POLLOUT, now_ms() + CONNECT_MS);
	if (!rc && getsockopt(io.fd, SOL_SOCKET, SO_ERROR, &error, &len))
		rc = -errno;
	if (!rc && !error)
		return io.fd;
	close(io.fd);
	return rc ? rc : -error;
}

int transfer_listen(struct in_addr address, int backlog, uint16_t *ret_port)
{
	struct sockaddr_in on = {.sin_family = AF_INET, .sin_addr = address};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;
	socklen_t len = sizeof(on);

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&on, sizeof(on)) || listen(fd, backlog) ||
	    getsockname(fd, (struct sockaddr *)&on, &len)) {
		rc = -errno;
		close(fd);
		return rc;
	}
	*ret_port = ntohs(on.sin_port);
	return fd;
}

/* After a call that failed: until it may be made again */
static int again(const struct transfer_io *io, short events, uint64_t deadline_ms)
{
	return errno != EAGAIN && errno != EINTR ? -errno : await(io, events, deadline_ms);
}

int transfer_read(const struct transfer_io *io, void *bytes, size_t len, uint64_t deadline_ms)
{
	uint8_t *at = bytes;

	while (len) {
		ssize_t got = recv(io->fd, at, len, 0);
		int rc;

		if (!got)
			return -ECONNRESET;
		if (got > 0) {
			at += got;
			len -= (size_t)got;
			continue;
		}
		rc = again(io, POLLIN, deadline_ms);
		if (rc)
			return rc;
	}
	return 0;
}

static int write_with(const struct transfer_io *io, const void *bytes, size_t len,
		      uint64_t deadline_ms, int flags)
{
	const uint8_t *at = bytes;

	while (len) {
		ssize_t put = send(io->fd, at, len, MSG_NOSIGNAL | flags);
		int rc;

		if (put > 0) {
			at += put;
			len -= (size_t)put;
			continue;
		}
		rc = again(io, POLLOUT, deadline_ms);
		if (rc)
			return rc;
	}
	return 0;
}

int transfer_write(const struct transfer_io *io, const void *bytes, size_t len,
		   uint64_t deadline_ms)
{
	return write_with(io, bytes, len, deadline_ms, 0);
}

bool transfer_readable(const struct transfer_io *io)
{
	struct pollfd fd = {.fd = io->fd, .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
}

int transfer_send(const struct transfer_io *io, enum transfer_type type, const uint8_t *bytes,
		  size_t len)
{
	uint8_t header[TRANSFER_HEADER_BYTES];
	int rc;

	if (type == TRANSFER_DATA && transfer_is_cut(io->wake))
		return -ECANCELED;
	transfer_header_write(header, type, (uint32_t)len);
	rc = write_with(io, header, sizeof(header), 0, len ? MSG_MORE : 0);
	return rc || !len ? rc : write_with(io, bytes, len, 0, 0);
}

int transfer_receive(const struct transfer_io *io, struct transfer_header *ret, uint8_t *bytes)
{
	uint8_t header[TRANSFER_HEADER_BYTES];
	int rc = transfer_is_cut(io->wake) ? -ECANCELED
					   : transfer_read(io, header, sizeof(header), 0);

	if (!rc)
		rc = transfer_header_read(header, ret);
	return rc ? rc : transfer_read(io, bytes, ret->length, 0);
}

int transfer_send_status(const struct transfer_io *io, const struct transfer_status *status)
{
	uint8_t bytes[TRANSFER_MESSAGE_MAX];

	return transfer_send(io, TRANSFER_STATUS, bytes, transfer_status_write(bytes, status));
}

static int receive_status(const struct transfer_io *io, struct transfer_status *ret)
{
	uint8_t header[TRANSFER_HEADER_BYTES], bytes[TRANSFER_MESSAGE_MAX];
	struct transfer_header h;
	int rc = transfer_read(io, header, sizeof(header), 0);

	if (!rc)
		rc = transfer_header_read(header, &h);
	if (!rc && h.type != TRANSFER_STATUS)
		rc = -EBADMSG;
	if (!rc)
		rc = transfer_read(io, bytes, h.length, 0);
	return rc ? rc : transfer_status_read(bytes, h.length, ret);
}

int transfer_receive_status(const struct transfer_io *io, struct transfer_status *ret)
{
	int rc;

	do
		rc = receive_status(io, ret);
	while (!rc && ret->code == TRANSFER_LOOKING);
	return rc;
}
