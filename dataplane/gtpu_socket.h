/* SPDX-License-Identifier: Apache-2.0 */
/* UDP 2152 on each local GTP-U address, of either version: who sent what, and answers from where it
 * came to. */
#ifndef BATON_DATAPLANE_GTPU_SOCKET_H
#define BATON_DATAPLANE_GTPU_SOCKET_H

#include <sys/types.h>
#include <sys/uio.h>

#include "dataplane/dataplane.h"

struct gtpu_socket {
	struct dp_addr local;
	int fd; /* -1: not open */
};

/* The other end of a message */
struct gtpu_end {
	struct dp_addr addr;
	uint16_t port;
	const struct gtpu_socket *by; /* which of ours it came to, or is to leave by */
};

/** gtpu_socket_open - bind; Return: 0, -EADDRINUSE, -EADDRNOTAVAIL, ... with fd closed by the
 * caller */
int gtpu_socket_open(struct gtpu_socket *ret, const struct dp_addr *local);
/** gtpu_socket_receive - Return: octets, or a negative errno; -EAGAIN: there is nothing */
ssize_t gtpu_socket_receive(const struct gtpu_socket *socket, uint8_t *buf, size_t size,
			    struct gtpu_end *ret_from);
/** gtpu_socket_send - @parts one behind the other; Return: 0 or a negative errno */
int gtpu_socket_send(const struct gtpu_end *to, const struct iovec *part, size_t parts);
/**
 * gtpu_socket_for - the one that messages to a peer leave by, when it is not an answer
 *
 * Of several of the peer's version the one whose address the kernel would take as source, else the
 * first. Return: NULL: none is of the peer's version
 */
const struct gtpu_socket *gtpu_socket_for(const struct gtpu_socket *sockets, size_t count,
					  const struct dp_addr *peer);

#endif
