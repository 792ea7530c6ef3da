// SPDX-License-Identifier: Apache-2.0
/* The client's socket: datagrams that are sent again, or a connection that is made again. */
#include "apps/service/client_internal.h"
#include "lib/clock.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	RECEIVE_AT_ONCE = 256,
	RECEIVE_BUFFER = 1 << 20,
};
#define CONNECT_PAUSE_NS   10000000ull	/* between two attempts */
#define CONNECT_TIMEOUT_NS 200000000ull /* sooner than the kernel's next SYN, after a second */

static struct sockaddr_in service_at(const struct service_client *c)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_addr = c->settings.address,
				    .sin_port = htons(c->settings.port)};
}

/* ---- UDP ---- */

static int udp_open(struct service_client *c)
{
	const int one = 1, room = RECEIVE_BUFFER;

	c->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return -errno;
	/* stamps of arrival, however late the model lets us look */
	if (setsockopt(c->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) < 0)
		return -errno;
	setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return 0;
}

static uint64_t arrival_ns(struct msghdr *message)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(message); h; h = CMSG_NXTHDR(message, h)) {
		struct timespec t;

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&t, CMSG_DATA(h), sizeof(t));
		return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	}
	return clock_now_ns();
}

/* Return: whether there was a datagram */
static bool udp_receive(struct service_client *c)
{
	const struct sockaddr_in service = service_at(c);
	union {
		char bytes[CMSG_SPACE(sizeof(struct timespec))];
		struct cmsghdr align;
	} control;
	struct iovec room = {.iov_base = c->in, .iov_len = sizeof(c->in)};
	struct sockaddr_in from;
	struct msghdr message = {.msg_name = &from,
				 .msg_namelen = sizeof(from),
				 .msg_iov = &room,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	const ssize_t len = recvmsg(c->fd, &message, MSG_DONTWAIT);
	struct service_answer a;
	size_t used = 0;

	if (len < 0)
		return false;
	if (from.sin_addr.s_addr != service.sin_addr.s_addr || from.sin_port != service.sin_port ||
	    service_answer_read(c->in, (size_t)len, &a, &used) < 0 || used != (size_t)len)
		c->figures.malformed++;
	else
		client_take(c, &a, arrival_ns(&message));
	return true;
}

static void udp_send_one(struct service_client *c, uint64_t number, uint64_t now_ns)
{
	const struct sockaddr_in to = service_at(c);
	const size_t len = client_request_write(c, number);

	/* what can't be sent now, as when a route is missing for a moment, is sent again */
	sendto(c->fd, c->out, len, MSG_DONTWAIT | MSG_NOSIGNAL, (const void *)&to, sizeof(to));
	client_request_sent(c, client_request_at(c, number), now_ns);
}

static void udp_send(struct service_client *c, uint64_t now_ns)
{
	unsigned seen = 0;

	for (uint64_t n = c->floor; n < c->next && (c->hurry || seen < CLIENT_RESEND_AT_ONCE);
	     n++) {
		const struct client_request *r = client_request_at(c, n);

		if (r->answered_ns)
			continue;
		seen++;
		if (r->again_ns <= now_ns)
			udp_send_one(c, n, now_ns);
	}
	c->hurry = false;
	for (; c->next < client_window_end(c); c->next++)
		udp_send_one(c, c->next, now_ns);
}

/* ---- TCP ---- */

static void tcp_lose(struct service_client *c, uint64_t now_ns)
{
	if (c->connecting)
		c->figures.connects_failed++;
	else if (!c->lost_ns)
		c->lost_ns = now_ns;
	close(c->fd);
	c->fd = -1;
	c->connecting = false;
}

static void tcp_connect(struct service_client *c, uint64_t now_ns)
{
	const struct sockaddr_in to = service_at(c);
	const int one = 1;

	if (now_ns - c->connect_ns < CONNECT_PAUSE_NS)
		return;
	c->connect_ns = now_ns;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return;
	c->connecting = true;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(c->fd, (const void *)&to, sizeof(to)) < 0 && errno != EINPROGRESS)
		tcp_lose(c, now_ns);
}

/* The first message on each connection asks where the service is; all without an answer follow. */
static void tcp_connected(struct service_client *c)
{
	const struct service_request where = {.type = SERVICE_WHERE, .client = c->settings.client};

	c->connecting = false;
	c->figures.connections++;
	c->in_len = 0;
	c->out_at = 0;
	c->out_len = service_request_write(&where, c->out, SERVICE_REQUEST_LEN);
	c->next = c->floor;
	c->retry_ns = 0;
}

static void tcp_connect_look(struct service_client *c, uint64_t now_ns)
{
	struct pollfd p = {.fd = c->fd, .events = POLLOUT};
	socklen_t len = sizeof(int);
	int error = 0;

	if (poll(&p, 1, 0) <= 0) {
		if (now_ns - c->connect_ns > CONNECT_TIMEOUT_NS)
			tcp_lose(c, now_ns);
		return;
	}
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error)
		tcp_lose(c, now_ns);
	else
		tcp_connected(c);
}

static void tcp_load(struct service_client *c, uint64_t now_ns)
{
	c->out_at = c->out_len = 0;
	for (; c->next < client_window_end(c) && !c->out_len; c->next++) {
		struct client_request *r = client_request_at(c, c->next);

		if (r->answered_ns)
			continue;
		c->out_len = client_request_write(c, c->next);
		client_request_sent(c, r, now_ns);
	}
}

static void tcp_send(struct service_client *c, uint64_t now_ns)
{
	if (c->fd < 0)
		tcp_connect(c, now_ns);
	if (c->connecting)
		tcp_connect_look(c, now_ns);
	if (c->fd < 0 || c->connecting)
		return;
	if (c->retry_ns && c->retry_ns <= now_ns) {
		c->next = c->floor;
		c->retry_ns = 0;
	}
	for (;;) {
		ssize_t len;

		if (c->out_at == c->out_len)
			tcp_load(c, now_ns);
		if (!c->out_len)
			return;
		len = send(c->fd, c->out + c->out_at, c->out_len - c->out_at,
			   MSG_DONTWAIT | MSG_NOSIGNAL);
		if (len < 0) {
			if (errno != EAGAIN && errno != EINTR)
				tcp_lose(c, now_ns);
			return;
		}
		c->out_at += (size_t)len;
	}
}

/* Return: whether the connection still stands */
static bool tcp_take(struct service_client *c)
{
	const uint64_t now_ns = clock_now_ns();
	struct service_answer a;
	size_t used = 0, at = 0;
	int rc;

	while ((rc = service_answer_read(c->in + at, c->in_len - at, &a, &used)) == 0) {
		at += used;
		client_take(c, &a, now_ns);
	}
	c->in_len -= at;
	memmove(c->in, c->in + at, c->in_len);
	if (rc == -EAGAIN)
		return true;
	c->figures.malformed++;
	tcp_lose(c, now_ns);
	return false;
}

static bool tcp_receive(struct service_client *c)
{
	ssize_t len;

	if (c->fd < 0 || c->connecting)
		return false;
	len = recv(c->fd, c->in + c->in_len, sizeof(c->in) - c->in_len, MSG_DONTWAIT);
	if (len > 0) {
		c->in_len += (size_t)len;
		return tcp_take(c);
	}
	if (len == 0 || (errno != EAGAIN && errno != EINTR))
		tcp_lose(c, clock_now_ns());
	return false;
}

/* ---- both ---- */

int client_socket_open(struct service_client *c)
{
	return c->settings.tcp ? 0 : udp_open(c);
}

void client_socket_close(struct service_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

void client_socket_poll(const struct service_client *c, int *ret_fd, short *ret_events)
{
	const bool more = c->out_at < c->out_len || c->next < client_window_end(c);

	*ret_fd = c->fd;
	*ret_events = c->connecting ? POLLOUT : POLLIN;
	if (c->settings.tcp && !c->connecting && more)
		*ret_events |= POLLOUT;
}

void client_socket_receive(struct service_client *c)
{
	for (unsigned i = 0; i < RECEIVE_AT_ONCE; i++)
		if (!(c->settings.tcp ? tcp_receive(c) : udp_receive(c)))
			return;
}

void client_socket_send(struct service_client *c, uint64_t now_ns)
{
	if (c->settings.tcp)
		tcp_send(c, now_ns);
	else
		udp_send(c, now_ns);
}
