/* SPDX-License-Identifier: Apache-2.0 */
/* The forwarder's TCP connection to an instance of the service. It is made again when it breaks. */
#ifndef BATON_FORWARDER_UPSTREAM_H
#define BATON_FORWARDER_UPSTREAM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <uv.h>

#include "agents/forwarder/messages.h"

struct upstream;

struct upstream_events {
	void (*answer)(void *user, const struct service_answer *answer, const uint8_t *octets,
		       size_t len);
	void (*up)(void *user);
	void (*down)(void *user); /* after up */
	void *user;
};

/** upstream_new - @from: its own address; @to: the instance */
int upstream_new(uv_loop_t *loop, struct sockaddr_in from, struct sockaddr_in to,
		 const struct upstream_events *events, struct upstream **ret_upstream);
/** upstream_ask - nothing happens without a connection */
void upstream_ask(struct upstream *u, const uint8_t *octets, size_t len);
bool upstream_is_up(const struct upstream *u);
uint64_t upstream_connections(const struct upstream *u); /* that came about */
/** upstream_free - also from its own callbacks; none follows */
void upstream_free(struct upstream *u);

#endif
