// SPDX-License-Identifier: Apache-2.0
/* The address pool: a queue of free indices, linked through two arrays so that any one can leave
 * it. */
#include "smf-lite/pool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void unlink_index(struct pool *pool, uint32_t index)
{
	pool->next[pool->prev[index]] = pool->next[index];
	pool->prev[pool->next[index]] = pool->prev[index];
	pool->next[index] = pool->prev[index] = index;
}

static void append_index(struct pool *pool, uint32_t index)
{
	uint32_t last = pool->prev[0];

	pool->next[last] = index;
	pool->prev[index] = last;
	pool->next[index] = 0;
	pool->prev[0] = index;
}

static bool is_free(const struct pool *pool, uint32_t index)
{
	return pool->next[index] != index;
}

/* 0 for an address that the pool doesn't hand out */
static uint32_t index_of(const struct pool *pool, struct in_addr addr)
{
	uint32_t index = ntohl(addr.s_addr) - pool->base;

	return index >= POOL_FIRST_HOST && index < pool->size - 1 ? index : 0;
}

int pool_init(struct pool *pool, struct in_addr network, unsigned length)
{
	const uint32_t base = ntohl(network.s_addr);

	memset(pool, 0, sizeof(*pool));
	if (length < POOL_PREFIX_MIN || length > POOL_PREFIX_MAX || (base & UINT32_MAX >> length))
		return -EINVAL;
	pool->size = 1U << (32 - length);
	pool->base = base;
	pool->next = calloc(pool->size, sizeof(*pool->next));
	pool->prev = calloc(pool->size, sizeof(*pool->prev));
	if (!pool->next || !pool->prev) {
		pool_done(pool);
		return -ENOMEM;
	}
	for (uint32_t i = POOL_FIRST_HOST; i < pool->size - 1; i++)
		append_index(pool, i);
	return 0;
}

void pool_done(struct pool *pool)
{
	free(pool->next);
	free(pool->prev);
	memset(pool, 0, sizeof(*pool));
}

int pool_take(struct pool *pool, struct in_addr *ret_addr)
{
	uint32_t index = pool->next[0];

	if (index == 0)
		return -ENOSPC;
	unlink_index(pool, index);
	pool->taken++;
	ret_addr->s_addr = htonl(pool->base + index);
	return 0;
}

int pool_reserve(struct pool *pool, struct in_addr addr)
{
	uint32_t index = index_of(pool, addr);

	if (!index)
		return -ERANGE;
	if (!is_free(pool, index))
		return -EADDRINUSE;
	unlink_index(pool, index);
	pool->taken++;
	return 0;
}

void pool_touch(struct pool *pool, struct in_addr addr)
{
	uint32_t index = index_of(pool, addr);

	if (!index || !is_free(pool, index))
		return;
	unlink_index(pool, index);
	append_index(pool, index);
}

void pool_release(struct pool *pool, struct in_addr addr)
{
	uint32_t index = index_of(pool, addr);

	if (!index || is_free(pool, index))
		return;
	append_index(pool, index);
	pool->taken--;
}

bool pool_contains(const struct pool *pool, struct in_addr addr)
{
	return index_of(pool, addr) != 0;
}
