/* SPDX-License-Identifier: Apache-2.0 */
/* A real service on loopback, in a process of its own, and between it and a client a proxy that
 * loses, doubles and reorders datagrams, or cuts connections. All by a counter: equal runs are
 * equal. */
#ifndef BATON_TESTS_SERVICE_BED_H
#define BATON_TESTS_SERVICE_BED_H

#include <sys/types.h>

#include "apps/ledger/state.h"
#include "apps/service/client.h"

struct bed_service {
	pid_t pid;
	uint16_t port;
};

/* One share of a small memory */
extern const struct ledger_settings bed_model;
extern const struct in_addr bed_loopback;

/** bed_start - a ledger of @settings; @socket, @worker: split, NULL: not. @port 0: any. Ready when
 * it returns */
struct bed_service bed_start(const struct ledger_settings *settings, const char *socket,
			     const char *worker, uint16_t port);
void bed_stop(struct bed_service *s);

struct proxy_faults {
	/* of 100 datagrams, each way */
	unsigned lose, twice, later;
	/* octets of a TCP connection, after which it is cut; 0: never */
	size_t cut;
};

struct proxy;
struct proxy *proxy_new(uint16_t service_port, const struct proxy_faults *faults);
uint16_t proxy_port(const struct proxy *p);
unsigned proxy_lost(const struct proxy *p);
unsigned proxy_cuts(const struct proxy *p);
void proxy_free(struct proxy *p);

/** bed_client_new - a client of @settings; it is asserted */
struct service_client *bed_client_new(const struct service_client_settings *settings);
/** bed_client - settings of a client for @port, its model that of @settings */
struct service_client_settings bed_client(const struct ledger_settings *settings, uint16_t port);
/**
 * bed_run - make @count requests, up to @window without an answer, and await them all; @p may be
 * NULL
 *
 * Return: whether all were answered before @patience_ms went by without an answer, or the client
 * found its service's state lost
 */
bool bed_run(struct service_client *c, struct proxy *p, uint64_t count, unsigned window,
	     unsigned patience_ms);

#endif
