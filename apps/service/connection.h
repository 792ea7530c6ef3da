/* SPDX-License-Identifier: Apache-2.0 */
/* One TCP connection of a service: octets in, whole requests out; answers in, octets out. No epoll.
 */
#ifndef BATON_APPS_SERVICE_CONNECTION_H
#define BATON_APPS_SERVICE_CONNECTION_H

#include <stdbool.h>

#include "apps/service/wire.h"

enum { CONNECTION_ROOM = 1 << 16 };

struct connection {
	uint64_t id;   /* never 0 while it is open */
	uint64_t used; /* when it last had a request: order of the server's */
	int fd;
	uint8_t *in; /* grows to a whole request */
	size_t in_len, in_size;
	uint8_t *out; /* CONNECTION_ROOM */
	size_t out_len;
};

/** connection_open - @fd: given; Return: 0 or -ENOMEM, and @fd is closed */
int connection_open(struct connection *c, int fd, uint64_t id);
void connection_close(struct connection *c);
/** connection_fill - read what there is, at most once; Return: octets, -EAGAIN, 0 at the end,
 * negative errno */
long connection_fill(struct connection *c);
/**
 * connection_next - the first whole request
 *
 * Its body is good until connection_took(@used). Return: as service_request_read
 */
int connection_next(struct connection *c, struct service_request *ret, size_t *ret_used);
void connection_took(struct connection *c, size_t used);
/** connection_put - an answer, to be written by connection_flush; Return: 0, -ENOBUFS */
int connection_put(struct connection *c, const struct service_answer *answer);
/** connection_flush - Return: 0, also when some is left; negative errno */
int connection_flush(struct connection *c);
/** connection_full - no more requests are to be taken before answers have gone */
bool connection_full(const struct connection *c);

#endif
