// SPDX-License-Identifier: Apache-2.0
/*
 * The replay. The snapshot holds the first `total` requests that the source applied; what it
 * applied after them, and in which order, its answers tell. They must follow one another without a
 * gap, else somebody reached the source past the forwarder. They are asked in that order on one
 * connection, which a service applies in order; one that hands parts of its work to others may mix
 * clients, whose states are apart. The chain of each answer proves its client's whole state.
 */
#include "agents/forwarder/proxy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lib/daemon.h"

enum { WINDOW = 32 }; /* a service takes up to SERVICE_AHEAD */

#define LLU(value) ((unsigned long long)(value))

/* ---- how far the restored instance is ---- */

int proxy_replay_begin(struct proxy *p)
{
	struct cached_client *c, *next;

	if (p->state == PROXY_REPLAYING || p->state == PROXY_REPLAYED)
		return p->cause[0] ? -EINVAL : 0;
	if (p->cause[0] || p->state != PROXY_PAUSED)
		return -EINVAL;
	p->state = PROXY_REPLAYING;
	p->stamps.replay_ns = clock_now_ns();
	HASH_ITER (hh, p->cache.clients, c, next) {
		c->told = false;
		proxy_ask_plain(p, PROXY_RESTORED, SERVICE_WHERE, c->client);
		p->replay.clients_asked++;
	}
	proxy_ask_plain(p, PROXY_RESTORED, SERVICE_PING, 0);
	return 0;
}

static int by_total(const void *a, const void *b)
{
	const struct cached *const *first = a, *const *second = b;

	return ((*first)->total > (*second)->total) - ((*first)->total < (*second)->total);
}

static int list_make(struct proxy *p)
{
	struct proxy_replay *r = &p->replay;
	struct cached *e;

	r->list = calloc(p->cache.answered + 1, sizeof(*r->list));
	if (!r->list)
		return -ENOMEM;
	DL_FOREACH (p->cache.first, e)
		if (e->state == CACHED_ANSWERED &&
		    e->key.number > cache_client(&p->cache, e->key.client)->applied)
			r->list[r->count++] = e;
	qsort(r->list, r->count, sizeof(*r->list), by_total);
	return 0;
}

/* Exactly those between the snapshot and what the source said last */
static bool list_is_whole(struct proxy *p)
{
	const struct proxy_replay *r = &p->replay;

	for (unsigned i = 0; i < r->count; i++)
		if (r->list[i]->total != r->total + 1 + i) {
			proxy_fail(p, "DIVERGED",
				   "the snapshot has %llu requests applied, and the cache has "
				   "number %llu of client "
				   "%llx next, which was the source's %lluth: what is between "
				   "didn't come this way",
				   LLU(r->total + i), LLU(r->list[i]->key.number),
				   LLU(r->list[i]->key.client), LLU(r->list[i]->total));
			return false;
		}
	if (r->total + r->count == p->source_total)
		return true;
	proxy_fail(p, "DIVERGED",
		   "the source has applied %llu requests, the snapshot %llu, and %u between are "
		   "cached",
		   LLU(p->source_total), LLU(r->total), r->count);
	return false;
}

static void ended(struct proxy *p)
{
	p->state = PROXY_REPLAYED;
	p->stamps.replayed_ns = clock_now_ns();
}

static void send_more(struct proxy *p)
{
	struct proxy_replay *r = &p->replay;

	while (r->sent < r->count && r->sent - r->compared < WINDOW && !p->cause[0]) {
		struct cached *e = r->list[r->sent++];

		e->replaying = true;
		p->ways.ask(p->ways.user, PROXY_RESTORED, e->request, e->request_len);
	}
	if (r->compared == r->count)
		ended(p);
}

static void begin(struct proxy *p)
{
	struct proxy_replay *r = &p->replay;

	if (r->began)
		return;
	r->began = true;
	if (list_make(p))
		proxy_fail(p, "STEP_FAILED", "no memory for the replay");
	else if (list_is_whole(p))
		send_more(p);
}

/* ---- its answers ---- */

/* What must be alike, and its name. It is new to the instance, so that the count of all is right
 * when all are. */
static const char *difference(const struct service_answer *a, const struct service_answer *b)
{
	if (a->status != SERVICE_APPLIED)
		return "status";
	if (a->applied != b->applied)
		return "count";
	if (memcmp(a->chain, b->chain, sizeof(a->chain)) != 0)
		return "chain";
	if (a->length != b->length || memcmp(a->body, b->body, a->length) != 0)
		return "body";
	return NULL;
}

static void compare(struct proxy *p, const struct service_answer *answer)
{
	struct cached *e = cache_find(&p->cache, answer->client, answer->number);
	struct service_answer cached;
	const char *what;
	size_t used;

	if (!e || !e->replaying) {
		p->counters.strays++;
		return;
	}
	e->replaying = false;
	what = service_answer_read(e->answer, e->answer_len, &cached, &used)
		       ? "cached answer"
		       : difference(answer, &cached);
	if (what) {
		proxy_fail(p, "DIVERGED",
			   "number %llu of client %llx: another %s than the source's",
			   LLU(e->key.number), LLU(e->key.client), what);
		return;
	}
	p->replay.compared++;
	send_more(p);
}

static void where(struct proxy *p, const struct service_answer *answer)
{
	struct cached_client *c = cache_client(&p->cache, answer->client);

	if (!c || c->told)
		return;
	c->told = true;
	c->applied = answer->applied;
	p->replay.clients_asked--;
}

void proxy_replay_answer(struct proxy *p, const struct service_answer *answer)
{
	if (p->cause[0])
		return;
	if (answer->type == SERVICE_APPLY)
		compare(p, answer);
	else if (answer->type == SERVICE_WHERE)
		where(p, answer);
	else if (answer->type == SERVICE_PING)
		p->replay.total = answer->total;
	/* the PING was asked last */
	if (answer->type == SERVICE_PING && !p->replay.clients_asked)
		begin(p);
}

/* ---- from here on the restored instance serves ---- */

int proxy_serve(struct proxy *p)
{
	struct cached *e, *next;

	if (p->state == PROXY_SERVING)
		return 0;
	if (p->cause[0] || p->state != PROXY_REPLAYED)
		return -EINVAL;
	p->state = PROXY_SERVING;
	p->stamps.serve_ns = clock_now_ns();
	DL_FOREACH_SAFE(p->cache.first, e, next)
	{
		struct service_request request;
		size_t used;

		if (e->state != CACHED_HELD ||
		    service_request_read(e->request, e->request_len, &request, &used))
			continue;
		proxy_request(p, &e->origin, &request, e->request, e->request_len);
		p->to_drain++;
	}
	proxy_queries_hand(p);
	return 0;
}
