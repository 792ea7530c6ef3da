/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the service wire out of a stream of octets, as they come in. No I/O. */
#ifndef BATON_FORWARDER_MESSAGES_H
#define BATON_FORWARDER_MESSAGES_H

#include "apps/service/wire.h"

struct messages {
	uint8_t *at; /* own */
	size_t len, size, max;
};

typedef void (*messages_request)(void *user, const struct service_request *request,
				 const uint8_t *octets, size_t len);
typedef void (*messages_answer)(void *user, const struct service_answer *answer,
				const uint8_t *octets, size_t len);

/** messages_init - @max: octets of the longest message */
void messages_init(struct messages *f, size_t max);
void messages_done(struct messages *f);
/** messages_room - where to put what comes next; Return: octets of room, 0: no memory, or a message
 * longer than any is */
size_t messages_room(struct messages *f, uint8_t **ret_at);
/**
 * messages_requests - @len octets more are there: each whole request is handed to @each
 *
 * Return: 0; -EMSGSIZE or -EBADMSG: nothing after this is known to begin a message
 */
int messages_requests(struct messages *f, size_t len, messages_request each, void *user);
int messages_answers(struct messages *f, size_t len, messages_answer each, void *user);

#endif
