// SPDX-License-Identifier: Apache-2.0
#include "agents/forwarder/cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

void cache_init(struct cache *c, uint64_t bytes_max, unsigned count_max)
{
	*c = (struct cache){.bytes_max = bytes_max, .count_max = count_max};
}

static void entry_free(struct cached *e)
{
	free(e->request);
	free(e->answer);
	free(e);
}

void cache_done(struct cache *c)
{
	struct cached_client *client, *next_client;
	struct cached *e, *next;

	HASH_ITER (hh, c->clients, client, next_client) {
		HASH_DEL(c->clients, client);
		free(client);
	}
	HASH_CLEAR(hh, c->by_key);
	DL_FOREACH_SAFE(c->first, e, next)
	entry_free(e);
	c->first = NULL;
}

struct cached *cache_find(const struct cache *c, uint64_t client, uint64_t number)
{
	const struct cached_key key = {client, number};
	struct cached *e;

	HASH_FIND(hh, c->by_key, &key, sizeof(key), e);
	return e;
}

struct cached_client *cache_client(const struct cache *c, uint64_t client)
{
	struct cached_client *found;

	HASH_FIND(hh, c->clients, &client, sizeof(client), found);
	return found;
}

static int client_have(struct cache *c, uint64_t client)
{
	struct cached_client *new;

	if (cache_client(c, client))
		return 0;
	if (HASH_COUNT(c->clients) >= CACHE_CLIENTS_MAX)
		return -ENOSPC;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->client = client;
	HASH_ADD(hh, c->clients, client, sizeof(new->client), new);
	return 0;
}

static unsigned *count_of(struct cache *c, enum cached_state state)
{
	return state == CACHED_HELD	   ? &c->held
	       : state == CACHED_FORWARDED ? &c->forwarded
					   : &c->answered;
}

static void count(struct cache *c, const struct cached *e, int by)
{
	*count_of(c, e->state) += (unsigned)by;
	if (e->state == CACHED_FORWARDED)
		cache_client(c, e->key.client)->forwarded += (unsigned)by;
}

void cache_set(struct cache *c, struct cached *e, enum cached_state state)
{
	count(c, e, -1);
	e->state = state;
	count(c, e, 1);
}

static bool has_room(const struct cache *c, size_t bytes)
{
	return bytes <= c->bytes_max && c->bytes <= c->bytes_max - bytes;
}

static void take_room(struct cache *c, size_t bytes)
{
	c->bytes += bytes;
	if (c->bytes > c->bytes_most)
		c->bytes_most = c->bytes;
}

static uint8_t *copy(const uint8_t *octets, size_t len)
{
	uint8_t *new = malloc(len);

	if (new)
		memcpy(new, octets, len);
	return new;
}

int cache_add(struct cache *c, const struct service_request *request, const uint8_t *octets,
	      size_t len, const struct origin *origin, enum cached_state state,
	      struct cached **ret_entry)
{
	struct cached *e;
	int rc;

	if (c->count >= c->count_max || !has_room(c, sizeof(*e) + len))
		return -ENOSPC;
	rc = client_have(c, request->client);
	if (rc)
		return rc;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	*e = (struct cached){.key = {request->client, request->number},
			     .state = state,
			     .origin = *origin,
			     .request = copy(octets, len),
			     .request_len = len};
	if (!e->request) {
		free(e);
		return -ENOMEM;
	}
	take_room(c, sizeof(*e) + len);
	c->count++;
	count(c, e, 1);
	DL_APPEND(c->first, e);
	HASH_ADD(hh, c->by_key, key, sizeof(e->key), e);
	*ret_entry = e;
	return 0;
}

int cache_answer(struct cache *c, struct cached *e, const struct service_answer *answer,
		 const uint8_t *octets, size_t len)
{
	if (!has_room(c, len))
		return -ENOSPC;
	e->answer = copy(octets, len);
	if (!e->answer)
		return -ENOMEM;
	e->answer_len = len;
	e->total = answer->total;
	take_room(c, len);
	cache_set(c, e, CACHED_ANSWERED);
	return 0;
}

void cache_drop(struct cache *c, struct cached *e)
{
	count(c, e, -1);
	c->count--;
	c->bytes -= sizeof(*e) + e->request_len + e->answer_len;
	HASH_DEL(c->by_key, e);
	DL_DELETE(c->first, e);
	entry_free(e);
}
