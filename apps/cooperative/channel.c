// SPDX-License-Identifier: Apache-2.0
/* channel.h says what it is. */
#include "apps/cooperative/channel.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void channel_bound(struct channel *ch, int ms)
{
	ch->until_ms = ms ? now_ms() + (uint64_t)ms : 0;
}

static int bounded(const struct channel *ch, int timeout_ms)
{
	const uint64_t now = now_ms();
	int left;

	if (!ch->until_ms)
		return timeout_ms;
	left = ch->until_ms > now ? (int)(ch->until_ms - now) : 0;
	return timeout_ms < 0 || left < timeout_ms ? left : timeout_ms;
}

static int wait_for(const struct channel *ch, int fd, short events, int timeout_ms)
{
	struct pollfd p[2] = {{.fd = fd, .events = events}, {.fd = ch->cancel, .events = POLLIN}};
	int n;

	do {
		n = poll(p, 2, bounded(ch, timeout_ms));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (p[1].revents)
		return -ECANCELED;
	return n == 0 ? -ETIMEDOUT : 0;
}

int channel_pause(const struct channel *ch, int ms)
{
	int r = wait_for(ch, -1, 0, ms);

	return r == -ETIMEDOUT ? 0 : r;
}

static void set_options(int fd)
{
	int one = 1;

	/* Where it can't be had, frames are a little late and no less right. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

int channel_connect(struct channel *ch, const struct sockaddr_in *to, int timeout_ms)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r, error = 0;
	socklen_t size = sizeof error;

	if (fd < 0)
		return -errno;
	set_options(fd);
	r = connect(fd, (const struct sockaddr *)to, sizeof *to) < 0 ? -errno : 0;
	if (r == -EINPROGRESS) {
		r = wait_for(ch, fd, POLLOUT, timeout_ms);
		if (r == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
			r = -errno;
		if (r == 0)
			r = -error;
	}
	if (r < 0)
		close(fd);
	else
		ch->fd = fd;
	return r;
}

int channel_pace(struct channel *ch, uint64_t bytes_per_s)
{
	/* TCP paces by itself where no queueing discipline does. */
	return setsockopt(ch->fd, SOL_SOCKET, SO_MAX_PACING_RATE, &bytes_per_s,
			  sizeof bytes_per_s) < 0
		       ? -errno
		       : 0;
}

int channel_listen(struct in_addr address, int *ret_fd, uint16_t *ret_port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = address};
	socklen_t size = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r = 0;

	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 1) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) < 0)
		r = -errno;
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret_fd = fd;
	*ret_port = ntohs(at.sin_port);
	return 0;
}

int channel_accept(struct channel *ch, int listener, int timeout_ms)
{
	int r = wait_for(ch, listener, POLLIN, timeout_ms);

	if (r < 0)
		return r;
	ch->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (ch->fd < 0)
		return -errno;
	set_options(ch->fd);
	return 0;
}

void channel_close(struct channel *ch)
{
	if (ch->fd >= 0)
		close(ch->fd);
	ch->fd = -1;
}

static void take(struct iovec **iov, int *count, size_t n)
{
	while (*count > 0 && n >= (*iov)->iov_len) {
		n -= (*iov)->iov_len;
		(*iov)++;
		(*count)--;
	}
	if (*count > 0) {
		(*iov)->iov_base = (uint8_t *)(*iov)->iov_base + n;
		(*iov)->iov_len -= n;
	}
}

int channel_send(struct channel *ch, struct iovec *iov, int count, int timeout_ms)
{
	struct msghdr m = {0};
	ssize_t n;
	int r;

	take(&iov, &count, 0);
	while (count > 0) {
		m.msg_iov = iov;
		m.msg_iovlen = (size_t)count;
		n = sendmsg(ch->fd, &m, MSG_NOSIGNAL);
		if (n >= 0) {
			take(&iov, &count, (size_t)n);
		} else if (errno == EAGAIN) {
			r = wait_for(ch, ch->fd, POLLOUT, timeout_ms);
			if (r < 0)
				return r;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

int channel_receive(struct channel *ch, void *buf, size_t length, int timeout_ms)
{
	uint8_t *at = buf;
	ssize_t n;
	int r;

	while (length > 0) {
		n = recv(ch->fd, at, length, 0);
		if (n > 0) {
			at += n;
			length -= (size_t)n;
		} else if (n == 0) {
			return -ECONNRESET;
		} else if (errno == EAGAIN) {
			r = wait_for(ch, ch->fd, POLLIN, timeout_ms);
			if (r < 0)
				return r;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

int channel_send_frame(struct channel *ch, const struct cooperative_frame *frame, int timeout_ms)
{
	uint8_t bytes[COOPERATIVE_HEADER];
	struct iovec iov = {bytes, sizeof bytes};

	cooperative_frame_put(frame, bytes);
	return channel_send(ch, &iov, 1, timeout_ms);
}

int channel_receive_frame(struct channel *ch, struct cooperative_frame *ret_frame, int timeout_ms)
{
	uint8_t bytes[COOPERATIVE_HEADER];
	int r = channel_receive(ch, bytes, sizeof bytes, timeout_ms);

	return r < 0 ? r : cooperative_frame_get(bytes, ret_frame);
}
