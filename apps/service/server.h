/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets of a service: UDP and TCP on one address and port, one thread, plain epoll, no timers
 * of the kernel's, so that CRIU dumps and restores it as it is. What must not be lost is in the
 * block of struct service_machine; connections and what came in part are not.
 */
#ifndef BATON_APPS_SERVICE_SERVER_H
#define BATON_APPS_SERVICE_SERVER_H

#include "apps/service/state.h"

enum { SERVICE_CONNECTIONS_MAX = 64, SERVICE_WATCHES_MAX = 8 };

struct service_server;

struct service_counters {
	uint64_t datagrams, connections;
	uint64_t malformed; /* dropped datagrams, closed connections */
	uint64_t displaced; /* connections closed for newer ones */
	uint64_t unsent;    /* answers that found no connection, or no room */
};

/**
 * service_server_new - bind to @address and @port
 * @m: borrowed; its send and user are set here
 *
 * SIGPIPE is ignored, SIGTERM and SIGINT are blocked but in service_server_run from here on; rseq
 * of this thread is ended, so that an idle process doesn't change. Return: 0 or a negative errno
 */
int service_server_new(struct in_addr address, uint16_t port, struct service_machine *m,
		       struct service_server **ret);
/** service_server_watch - call @ready whenever @fd is readable; Return: 0, -ENOSPC, ... */
int service_server_watch(struct service_server *s, int fd, void (*ready)(void *user), void *user);
/** service_server_tick - call @tick every @ms while a request waits for its turn or for a call; one
 * of them */
void service_server_tick(struct service_server *s, unsigned ms, void (*tick)(void *user),
			 void *user);
/** service_server_restless - before service_server_tick: it ticks all the time */
void service_server_restless(struct service_server *s);
/** service_server_run - until SIGTERM, SIGINT or service_server_stop; Return: 0 or a negative errno
 */
int service_server_run(struct service_server *s);
void service_server_stop(struct service_server *s);
/** service_server_drain - answer what has come in by now; in a callback of its own loop */
void service_server_drain(struct service_server *s);
const struct service_counters *service_server_counters(const struct service_server *s);
void service_server_free(struct service_server *s);

#endif
