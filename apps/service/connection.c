// SPDX-License-Identifier: Apache-2.0
#include "apps/service/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int connection_open(struct connection *c, int fd, uint64_t id)
{
	*c = (struct connection){.id = id, .fd = fd, .in_size = CONNECTION_ROOM};
	c->in = malloc(c->in_size);
	c->out = malloc(CONNECTION_ROOM);
	if (c->in && c->out)
		return 0;
	connection_close(c);
	return -ENOMEM;
}

void connection_close(struct connection *c)
{
	close(c->fd);
	free(c->in);
	free(c->out);
	*c = (struct connection){.fd = -1};
}

long connection_fill(struct connection *c)
{
	ssize_t len;

	if (c->in_len == c->in_size)
		return -EAGAIN;
	len = recv(c->fd, c->in + c->in_len, c->in_size - c->in_len, MSG_DONTWAIT);
	if (len < 0)
		return -errno;
	c->in_len += (size_t)len;
	return len;
}

/* A request whose header is here is given the room that it takes. */
static int make_room(struct connection *c, const struct service_request *r)
{
	const size_t whole = SERVICE_REQUEST_LEN + (size_t)r->length;
	uint8_t *more;

	if (whole <= c->in_size)
		return -EAGAIN;
	more = realloc(c->in, whole);
	if (!more)
		return -ENOMEM;
	c->in = more;
	c->in_size = whole;
	return -EAGAIN;
}

int connection_next(struct connection *c, struct service_request *ret, size_t *ret_used)
{
	const int rc = service_request_read(c->in, c->in_len, ret, ret_used);

	if (rc == -EAGAIN && c->in_len >= SERVICE_REQUEST_LEN)
		return make_room(c, ret);
	return rc;
}

void connection_took(struct connection *c, size_t used)
{
	uint8_t *less;

	c->in_len -= used;
	memmove(c->in, c->in + used, c->in_len);
	if (c->in_size <= CONNECTION_ROOM || c->in_len > CONNECTION_ROOM)
		return;
	less = realloc(c->in, CONNECTION_ROOM);
	if (!less)
		return;
	c->in = less;
	c->in_size = CONNECTION_ROOM;
}

int connection_put(struct connection *c, const struct service_answer *answer)
{
	const size_t len =
		service_answer_write(answer, c->out + c->out_len, CONNECTION_ROOM - c->out_len);

	c->out_len += len;
	return len ? 0 : -ENOBUFS;
}

int connection_flush(struct connection *c)
{
	ssize_t len;

	if (!c->out_len)
		return 0;
	len = send(c->fd, c->out, c->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	c->out_len -= (size_t)len;
	memmove(c->out, c->out + len, c->out_len);
	return 0;
}

/* Each request has one answer, and those that were held before it theirs. */
bool connection_full(const struct connection *c)
{
	return CONNECTION_ROOM - c->out_len <
	       (SERVICE_AHEAD + 2) * (SERVICE_ANSWER_LEN + SERVICE_ANSWER_BODY_MAX);
}
