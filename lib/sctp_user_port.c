// SPDX-License-Identifier: Apache-2.0
/*
 * Who owns which SCTP port in a network namespace where no kernel keeps the books.
 *
 * A port is claimed by binding an abstract UNIX socket named after it: such names belong to the
 * network namespace and vanish with their process, also by kill -9.
 */
#include "lib/sctp_user.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utlist.h>

enum {
	PORT_FIRST = 49152, /* RFC 6335 cl. 6: dynamic ports */
	PORT_COUNT = 16384,
	PORT_TRIES = 64,
};

struct user_port {
	struct user_port *prev, *next;
	uint32_t addr_be; /* 0: every address */
	uint16_t port;
	unsigned users;
	int claim;
};

/* This process's; usrsctp's sockets are one table a process too. */
static struct user_port *ports;

/* Return: a descriptor that holds the claim until it is closed, or -EADDRINUSE */
static int port_claim(uint32_t addr_be, uint16_t port)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), len, err;

	if (fd < 0)
		return -errno;
	len = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "baton-sctp-%08x-%u",
		       ntohl(addr_be), port);
	if (bind(fd, (struct sockaddr *)&name,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static bool port_is_free(uint32_t addr_be, uint16_t port)
{
	int claim = port_claim(addr_be, port);

	if (claim >= 0)
		close(claim);
	return claim >= 0;
}

static struct user_port *port_find(uint32_t addr_be, uint16_t port)
{
	struct user_port *p;

	DL_FOREACH (ports, p) {
		if (p->port == port && p->addr_be == addr_be)
			return p;
	}
	return NULL;
}

static int port_new(uint32_t addr_be, uint16_t port, struct user_port **ret_port)
{
	struct user_port *p;
	int claim = port_claim(addr_be, port);

	if (claim < 0)
		return claim;
	p = calloc(1, sizeof(*p));
	if (!p) {
		close(claim);
		return -ENOMEM;
	}
	p->addr_be = addr_be;
	p->port = port;
	p->claim = claim;
	p->users = 1;
	DL_APPEND(ports, p);
	*ret_port = p;
	return 0;
}

static int port_any(uint32_t addr_be, struct user_port **ret_port)
{
	uint16_t random;
	int err = -EADDRINUSE;

	for (unsigned i = 0; i < PORT_TRIES && err == -EADDRINUSE; i++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return -EIO;
		random = (uint16_t)(PORT_FIRST + random % PORT_COUNT);
		if (!port_find(addr_be, random))
			err = port_new(addr_be, random, ret_port);
	}
	return err;
}

int user_port_get(uint32_t addr_be, uint16_t port, struct user_port **ret_port)
{
	struct user_port *p;

	if (port == 0)
		return port_any(addr_be, ret_port);
	p = port_find(addr_be, port);
	if (p)
		*ret_port = user_port_share(p);
	return p ? 0 : port_new(addr_be, port, ret_port);
}

struct user_port *user_port_share(struct user_port *port)
{
	port->users++;
	return port;
}

void user_port_put(struct user_port *port)
{
	if (!port || --port->users)
		return;
	DL_DELETE(ports, port);
	close(port->claim);
	free(port);
}

uint16_t user_port_number(const struct user_port *port)
{
	return port->port;
}

bool user_port_is_ours(uint32_t addr_be, uint16_t port)
{
	if (port_find(addr_be, port) || port_find(INADDR_ANY, port))
		return true;
	return port_is_free(addr_be, port) && port_is_free(INADDR_ANY, port);
}
