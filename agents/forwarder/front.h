/* SPDX-License-Identifier: Apache-2.0 */
/* Where clients reach the forwarder: UDP and TCP at one address and port. */
#ifndef BATON_FORWARDER_FRONT_H
#define BATON_FORWARDER_FRONT_H

#include <uv.h>

#include "agents/forwarder/cache.h"

enum { FRONT_CONNECTIONS_MAX = 256 };

struct front;

struct front_events {
	void (*request)(void *user, const struct origin *origin,
			const struct service_request *request, const uint8_t *octets, size_t len);
	void *user;
};

struct front_counters {
	uint64_t connections, connections_refused, malformed, unsent;
};

int front_new(uv_loop_t *loop, struct sockaddr_in at, const struct front_events *events,
	      struct front **ret_front);
/** front_answer - lost when its client is gone, or doesn't read */
void front_answer(struct front *f, const struct origin *origin, const uint8_t *octets, size_t len);
/** front_reset - every connection is reset, so that its client connects anew; no more are taken */
void front_reset(struct front *f);
struct front_counters front_counters(const struct front *f);
void front_free(struct front *f);

#endif
