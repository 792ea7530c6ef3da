/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The IPv4 addresses of one UPF's pool: which are taken, and in which order the free ones are
 * handed out. The free list is a queue: what comes back goes to its end, so that an address is not
 * reused while packets or sockets of its last owner may still be about.
 */
#ifndef BATON_SMF_POOL_H
#define BATON_SMF_POOL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	POOL_PREFIX_MIN = 16, /* shortest prefix length: bounds the memory of a pool */
	POOL_PREFIX_MAX = 30,
	POOL_FIRST_HOST = 2, /* .0 is the network; .1 is left to the UPF's side */
};

struct pool {
	uint32_t base;	/* network address, host order */
	uint32_t size;	/* addresses in the prefix; index 0 is the anchor of the free list */
	uint32_t taken; /* addresses in use */
	uint32_t *next; /* free list: circular, doubly linked, by index; taken: next[i] == i */
	uint32_t *prev;
};

/**
 * pool_init - all addresses from .2 to the last before broadcast are free, in order
 * @network: network order; no bits beyond @length
 * @length:  prefix length
 *
 * Return: 0, -EINVAL for a length out of POOL_PREFIX_MIN..MAX or bits beyond it, -ENOMEM
 */
int pool_init(struct pool *pool, struct in_addr network, unsigned length);
void pool_done(struct pool *pool);

/** pool_take - the address free for longest; Return: 0 or -ENOSPC */
int pool_take(struct pool *pool, struct in_addr *ret_addr);

/** pool_reserve - take this one; Return: 0, -ERANGE not of this pool, -EADDRINUSE taken */
int pool_reserve(struct pool *pool, struct in_addr addr);

/** pool_touch - a free address becomes the last to be handed out; of others nothing happens */
void pool_touch(struct pool *pool, struct in_addr addr);

/** pool_release - give back; an address that isn't taken is ignored */
void pool_release(struct pool *pool, struct in_addr addr);

bool pool_contains(const struct pool *pool, struct in_addr addr);

#endif
