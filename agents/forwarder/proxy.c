// SPDX-License-Identifier: Apache-2.0
/* Requests and answers, in each state; the ways from one to the next are in proxy_pause.c and
 * proxy_replay.c. */
#include "agents/forwarder/proxy.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lib/daemon.h"

void proxy_init(struct proxy *p, const struct proxy_ways *ways, uint64_t bytes_max,
		unsigned count_max, const char *edge)
{
	*p = (struct proxy){.ways = *ways};
	cache_init(&p->cache, bytes_max, count_max);
	snprintf(p->edge, sizeof(p->edge), "%s", edge);
}

void proxy_done(struct proxy *p)
{
	cache_done(&p->cache);
	asked_clear(&p->asked);
	proxy_queries_clear(p);
	free(p->replay.list);
}

/* The first failure is the reason of those after it. */
void proxy_fail(struct proxy *p, const char *cause, const char *format, ...)
{
	va_list args;

	if (p->cause[0])
		return;
	snprintf(p->cause, sizeof(p->cause), "%s", cause);
	va_start(args, format);
	vsnprintf(p->detail, sizeof(p->detail), format, args);
	va_end(args);
}

void proxy_ask_plain(struct proxy *p, enum proxy_side side, enum service_type type, uint64_t client)
{
	const struct service_request request = {
		.type = type, .client = client, .number = PROXY_NUMBER};
	uint8_t octets[SERVICE_REQUEST_LEN];

	p->ways.ask(p->ways.user, side, octets,
		    service_request_write(&request, octets, sizeof(octets)));
}

/* ---- requests ---- */

/* As the service would say it: the answer that was given, by who repeats it */
static void answer_again(struct proxy *p, const struct cached *e, const struct origin *origin)
{
	uint8_t octets[SERVICE_ANSWER_LEN + SERVICE_ANSWER_BODY_MAX];
	struct service_answer answer;
	size_t used;

	if (service_answer_read(e->answer, e->answer_len, &answer, &used))
		return;
	answer.status = SERVICE_REPEATED;
	memset(answer.edge, 0, sizeof(answer.edge));
	memcpy(answer.edge, p->edge, strlen(p->edge));
	p->counters.repeated++;
	p->ways.answer(p->ways.user, origin, octets,
		       service_answer_write(&answer, octets, sizeof(octets)));
}

/* Not kept: its answer is relayed, that is all */
static void hand_on(struct proxy *p, enum proxy_side side, const struct origin *origin,
		    const struct service_request *request, const uint8_t *octets, size_t len)
{
	if (asked_add(&p->asked, request, origin)) {
		p->counters.dropped++;
		return;
	}
	p->counters.handed++;
	p->ways.ask(p->ways.user, side, octets, len);
}

static void cache_full(struct proxy *p)
{
	proxy_fail(p, "CACHE_FULL", "%u requests of %u clients, %llu octets, are cached",
		   p->cache.count, HASH_COUNT(p->cache.clients),
		   (unsigned long long)p->cache.bytes);
}

static void apply_forward(struct proxy *p, const struct origin *origin,
			  const struct service_request *request, const uint8_t *octets, size_t len)
{
	struct cached *e;

	if (!p->cause[0] &&
	    cache_add(&p->cache, request, octets, len, origin, CACHED_FORWARDED, &e))
		cache_full(p);
	if (p->cause[0]) {
		hand_on(p, PROXY_SOURCE, origin, request, octets, len);
		return;
	}
	if (!p->stamps.first_ns)
		p->stamps.first_ns = clock_now_ns();
	p->counters.forwarded++;
	p->ways.ask(p->ways.user, PROXY_SOURCE, octets, len);
}

/* Also of no client or number: the service refuses it, and no second one is told from the first. */
static void apply_request(struct proxy *p, const struct origin *origin,
			  const struct service_request *request, const uint8_t *octets, size_t len)
{
	struct cached *e = cache_find(&p->cache, request->client, request->number);

	if (e && e->state == CACHED_ANSWERED) {
		answer_again(p, e, origin);
	} else if (e) {
		e->origin = *origin; /* it may have connected again */
	} else if (p->state == PROXY_FORWARDING) {
		apply_forward(p, origin, request, octets, len);
	} else if (cache_add(&p->cache, request, octets, len, origin, CACHED_HELD, &e)) {
		p->counters.dropped++;
	}
}

void proxy_request(struct proxy *p, const struct origin *origin,
		   const struct service_request *request, const uint8_t *octets, size_t len)
{
	p->counters.requests++;
	if (p->state == PROXY_SERVING)
		hand_on(p, PROXY_RESTORED, origin, request, octets, len);
	else if (request->type == SERVICE_APPLY)
		apply_request(p, origin, request, octets, len);
	else if (p->state == PROXY_FORWARDING)
		hand_on(p, PROXY_SOURCE, origin, request, octets, len);
	else if (proxy_query_hold(p, origin, octets, len))
		p->counters.dropped++;
}

/* ---- answers ---- */

static void relay(struct proxy *p, const struct origin *origin, const uint8_t *octets, size_t len)
{
	p->ways.answer(p->ways.user, origin, octets, len);
}

static void apply_answer(struct proxy *p, struct cached *e, const struct service_answer *answer,
			 const uint8_t *octets, size_t len)
{
	const struct origin origin = e->origin;

	p->counters.answered++;
	if (answer->status > SERVICE_REPEATED) {
		cache_drop(&p->cache,
			   e); /* not applied: the client may ask again, and the source must know */
	} else if (cache_answer(&p->cache, e, answer, octets, len)) {
		cache_full(p);
		cache_drop(&p->cache, e); /* asked again, the source answers again */
	}
	relay(p, &origin, octets, len);
}

static void source_answer(struct proxy *p, const struct service_answer *answer,
			  const uint8_t *octets, size_t len)
{
	struct cached *e = NULL;
	struct origin origin;

	if (answer->total > p->source_total)
		p->source_total = answer->total;
	if (answer->type == SERVICE_APPLY)
		e = cache_find(&p->cache, answer->client, answer->number);
	if (e && e->state == CACHED_FORWARDED) {
		apply_answer(p, e, answer, octets, len);
	} else if (answer->number == PROXY_NUMBER &&
		   (answer->type == SERVICE_WHERE || answer->type == SERVICE_PING)) {
		proxy_pause_answer(p, answer);
	} else if (asked_take(&p->asked, answer, &origin)) {
		relay(p, &origin, octets, len);
	} else {
		p->counters.strays++;
	}
	proxy_pause_look(p);
}

static void serving_answer(struct proxy *p, const struct service_answer *answer,
			   const uint8_t *octets, size_t len)
{
	struct origin origin;

	if (!asked_take(&p->asked, answer, &origin)) {
		p->counters.strays++;
		return;
	}
	if (!p->stamps.served_ns)
		p->stamps.served_ns = clock_now_ns();
	p->counters.relayed++;
	relay(p, &origin, octets, len);
}

void proxy_answer(struct proxy *p, enum proxy_side side, const struct service_answer *answer,
		  const uint8_t *octets, size_t len)
{
	if (side == PROXY_SOURCE && p->state < PROXY_REPLAYING)
		source_answer(p, answer, octets, len);
	else if (side == PROXY_RESTORED && p->state == PROXY_REPLAYING)
		proxy_replay_answer(p, answer);
	else if (side == PROXY_RESTORED && p->state == PROXY_SERVING)
		serving_answer(p, answer, octets, len);
	else
		p->counters.strays++;
}

/* ---- connections ---- */

/* The service tells apart what it has from what it hasn't; who asked anything else asks again. */
void proxy_up(struct proxy *p, enum proxy_side side)
{
	struct cached *e;

	if ((side == PROXY_SOURCE) == (p->state < PROXY_REPLAYING))
		asked_clear(&p->asked);
	if (side != PROXY_SOURCE || p->state > PROXY_PAUSED)
		return;
	DL_FOREACH (p->cache.first, e)
		if (e->state == CACHED_FORWARDED)
			p->ways.ask(p->ways.user, side, e->request, e->request_len);
}

void proxy_down(struct proxy *p, enum proxy_side side)
{
	struct cached_client *c, *next;

	if (side == PROXY_RESTORED && p->state == PROXY_REPLAYING)
		proxy_fail(p, "NOT_ANSWERED", "the restored instance hung up");
	if ((side == PROXY_SOURCE) == (p->state < PROXY_REPLAYING))
		asked_clear(&p->asked);
	if (side == PROXY_RESTORED)
		return;
	p->barrier_asked = false;
	HASH_ITER (hh, p->cache.clients, c, next) {
		c->asked = false;
	}
}

unsigned proxy_owes(const struct proxy *p)
{
	return p->asked.count + p->cache.forwarded;
}
