/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients asked the service to apply since the forwarder is there, in order of arrival, each
 * with the source's answer: what the restored instance is to be asked again. By client and number;
 * bounded in octets, requests and clients.
 */
#ifndef BATON_FORWARDER_CACHE_H
#define BATON_FORWARDER_CACHE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <uthash.h>

#include "apps/service/wire.h"

enum { CACHE_CLIENTS_MAX = 1024 };

/* Who asked, as the front knows it */
struct origin {
	uint64_t connection; /* of TCP; 0: UDP, from @peer */
	struct sockaddr_in peer;
};

enum cached_state {
	CACHED_HELD,	  /* came in a pause */
	CACHED_FORWARDED, /* the source has it and hasn't answered */
	CACHED_ANSWERED,  /* by the source, which applied it */
};

struct cached_key {
	uint64_t client, number;
};

struct cached {
	struct cached_key key;
	enum cached_state state;
	struct origin origin;	   /* of who asked last */
	uint8_t *request, *answer; /* whole messages; answer NULL: none yet */
	size_t request_len, answer_len;
	uint64_t total; /* of the source, after it */
	bool replaying; /* the restored instance was asked */
	struct cached *prev, *next;
	UT_hash_handle hh;
};

struct cached_client {
	uint64_t client;
	unsigned forwarded; /* without an answer */
	uint64_t applied;   /* at the source, or at the restored instance: as it said last */
	bool asked, told;   /* how many are applied */
	UT_hash_handle hh;
};

struct cache {
	uint64_t bytes, bytes_max, bytes_most;
	unsigned count, count_max, answered, forwarded, held;
	struct cached *first; /* in order of arrival; utlist */
	struct cached *by_key;
	struct cached_client *clients;
};

void cache_init(struct cache *c, uint64_t bytes_max, unsigned count_max);
void cache_done(struct cache *c);
struct cached *cache_find(const struct cache *c, uint64_t client, uint64_t number);
struct cached_client *cache_client(const struct cache *c, uint64_t client);
/** cache_add - a copy of a request; Return: 0, -ENOSPC when it is full, -ENOMEM */
int cache_add(struct cache *c, const struct service_request *request, const uint8_t *octets,
	      size_t len, const struct origin *origin, enum cached_state state,
	      struct cached **ret_entry);
/** cache_answer - keep a copy of what the source answered; Return: 0, -ENOSPC, -ENOMEM */
int cache_answer(struct cache *c, struct cached *e, const struct service_answer *answer,
		 const uint8_t *octets, size_t len);
/** cache_set - its state, counted */
void cache_set(struct cache *c, struct cached *e, enum cached_state state);
void cache_drop(struct cache *c, struct cached *e);

#endif
