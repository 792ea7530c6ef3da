// SPDX-License-Identifier: Apache-2.0
#include "dataplane/gtpu_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "dataplane/address.h"
#include "lib/gtpu/gtpu.h"

enum { QUEUE_BYTES = 4 << 20 /* unknown TEIDs must not crowd out Echo Requests */ };

union name {
	struct sockaddr any;
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;
};

static socklen_t name_of(const struct dp_addr *addr, uint16_t port, union name *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (addr->family == AF_INET6) {
		ret->ip6.sin6_family = AF_INET6;
		ret->ip6.sin6_addr = addr->ip6;
		ret->ip6.sin6_port = htons(port);
		return sizeof(ret->ip6);
	}
	ret->ip4.sin_family = AF_INET;
	ret->ip4.sin_addr = addr->ip4;
	ret->ip4.sin_port = htons(port);
	return sizeof(ret->ip4);
}

static void name_read(const union name *name, struct dp_addr *ret, uint16_t *ret_port)
{
	*ret = (struct dp_addr){.family = name->any.sa_family};
	if (ret->family == AF_INET6) {
		ret->ip6 = name->ip6.sin6_addr;
		*ret_port = ntohs(name->ip6.sin6_port);
	} else {
		ret->ip4 = name->ip4.sin_addr;
		*ret_port = ntohs(name->ip4.sin_port);
	}
}

int gtpu_socket_open(struct gtpu_socket *ret, const struct dp_addr *local)
{
	const int queue = QUEUE_BYTES, on = 1;
	union name name;
	const socklen_t len = name_of(local, GTPU_PORT, &name);

	ret->local = *local;
	ret->fd = socket(local->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (ret->fd < 0)
		return -errno;
	if (local->family == AF_INET6 &&
	    setsockopt(ret->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		return -errno;
	if (bind(ret->fd, &name.any, len))
		return -errno;
	/* without the right to it, the usual queue has to do */
	(void)setsockopt(ret->fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof(queue));
	return 0;
}

ssize_t gtpu_socket_receive(const struct gtpu_socket *s, uint8_t *buf, size_t size,
			    struct gtpu_end *ret_from)
{
	union name name;
	socklen_t len = sizeof(name);
	const ssize_t got = recvfrom(s->fd, buf, size, MSG_DONTWAIT, &name.any, &len);

	if (got < 0)
		return -errno;
	name_read(&name, &ret_from->addr, &ret_from->port);
	ret_from->by = s;
	return got;
}

int gtpu_socket_send(const struct gtpu_end *to, const struct iovec *part, size_t parts)
{
	union name name;
	const struct msghdr message = {.msg_name = &name,
				       .msg_namelen = name_of(&to->addr, to->port, &name),
				       .msg_iov = (struct iovec *)part,
				       .msg_iovlen = parts};

	return sendmsg(to->by->fd, &message, MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* What the kernel would send from; Return: false: nothing leads there */
static bool source_of(const struct dp_addr *peer, struct dp_addr *ret)
{
	union name name;
	socklen_t len = name_of(peer, GTPU_PORT, &name);
	const int fd = socket(peer->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint16_t port;
	bool found = fd >= 0 && !connect(fd, &name.any, len);

	len = sizeof(name);
	found = found && !getsockname(fd, &name.any, &len);
	if (found)
		name_read(&name, ret, &port);
	if (fd >= 0)
		close(fd);
	return found;
}

const struct gtpu_socket *gtpu_socket_for(const struct gtpu_socket *sockets, size_t count,
					  const struct dp_addr *peer)
{
	const struct gtpu_socket *first = NULL;
	struct dp_addr source;
	size_t found = 0;

	for (size_t i = count; i-- > 0;)
		if (sockets[i].local.family == peer->family) {
			first = &sockets[i];
			found++;
		}
	if (found < 2 || !source_of(peer, &source))
		return first;
	for (size_t i = 0; i < count; i++)
		if (dp_addr_equal(&sockets[i].local, &source))
			return &sockets[i];
	return first;
}
