// SPDX-License-Identifier: Apache-2.0
/*
 * The pause: input is held, and the source gives the answers that it owes. It owes none for a
 * request ahead of its turn, whose predecessor hasn't come: such a one is held like the input after
 * it. Which these are is known from what the source says about each client that waits (WHERE), and
 * a PING behind them tells how many requests of all it has applied.
 */
#include "agents/forwarder/proxy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lib/daemon.h"

enum { QUERIES_MAX = 1024, QUERY_MAX = 4096 };

struct held_query {
	struct origin origin;
	size_t len;
	struct held_query *prev, *next;
	uint8_t octets[];
};

/* ---- what isn't applied ---- */

int proxy_query_hold(struct proxy *p, const struct origin *origin, const uint8_t *octets,
		     size_t len)
{
	struct held_query *q;

	if (p->query_count >= QUERIES_MAX || len > QUERY_MAX)
		return -ENOSPC;
	q = malloc(sizeof(*q) + len);
	if (!q)
		return -ENOMEM;
	q->origin = *origin;
	q->len = len;
	memcpy(q->octets, octets, len);
	DL_APPEND(p->queries, q);
	p->query_count++;
	return 0;
}

void proxy_queries_clear(struct proxy *p)
{
	struct held_query *q, *next;

	DL_FOREACH_SAFE(p->queries, q, next)
	free(q);
	p->queries = NULL;
	p->query_count = 0;
}

void proxy_queries_hand(struct proxy *p)
{
	struct service_request request;
	struct held_query *q;
	size_t used;

	DL_FOREACH (p->queries, q)
		if (!service_request_read(q->octets, q->len, &request, &used))
			proxy_request(p, &q->origin, &request, q->octets, q->len);
	proxy_queries_clear(p);
}

/* ---- the pause ---- */

int proxy_pause(struct proxy *p)
{
	if (p->cause[0] || p->state > PROXY_PAUSED)
		return -EINVAL;
	if (p->state != PROXY_FORWARDING)
		return 0;
	p->state = PROXY_PAUSING;
	p->stamps.pause_ns = clock_now_ns();
	proxy_turn(p);
	return 0;
}

void proxy_turn(struct proxy *p)
{
	struct cached_client *c, *next;

	if (p->state != PROXY_PAUSING)
		return;
	HASH_ITER (hh, p->cache.clients, c, next) {
		if (!c->forwarded || c->asked)
			continue;
		c->asked = true;
		proxy_ask_plain(p, PROXY_SOURCE, SERVICE_WHERE, c->client);
	}
	if (p->barrier_asked)
		return;
	p->barrier_asked = true;
	proxy_ask_plain(p, PROXY_SOURCE, SERVICE_PING, 0);
}

void proxy_pause_answer(struct proxy *p, const struct service_answer *answer)
{
	struct cached_client *c = cache_client(&p->cache, answer->client);

	if (answer->type == SERVICE_PING) {
		p->barrier_told = true;
	} else if (c) {
		c->applied = answer->applied;
		c->asked = false; /* proxy_turn asks once more if need be */
		c->told = true;
	}
}

/* Does the source owe it an answer, as far as it said what is applied? */
static bool is_owed(struct proxy *p, const struct cached *e)
{
	const struct cached_client *c = cache_client(&p->cache, e->key.client);
	const struct cached *next;

	if (!c->told || e->key.number <= c->applied + 1)
		return true;
	next = cache_find(&p->cache, c->client, c->applied + 1);
	return next && next->state == CACHED_FORWARDED;
}

void proxy_pause_look(struct proxy *p)
{
	struct cached *e;

	if (p->state != PROXY_PAUSING || !p->barrier_told)
		return;
	DL_FOREACH (p->cache.first, e)
		if (e->state == CACHED_FORWARDED && is_owed(p, e))
			return;
	DL_FOREACH (p->cache.first, e)
		if (e->state == CACHED_FORWARDED)
			cache_set(&p->cache, e, CACHED_HELD);
	asked_clear(&p->asked);
	p->state = PROXY_PAUSED;
	p->stamps.paused_ns = clock_now_ns();
}
