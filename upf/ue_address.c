// SPDX-License-Identifier: Apache-2.0
/* UE addresses in use: a bit for each of a pool. */
#include "upf/ue_address.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/address.h"

enum { WORD = 64, IP4_BITS = 32, IP6_BITS = 64 /* of a prefix given out */ };

struct upf_pool {
	uint8_t instance;
	struct dp_prefix prefix;
	uint32_t count; /* places; of IPv4 without the network's own address and the broadcast's */
	uint32_t next;	/* where to look for a free one first */
	uint32_t taken;
	uint64_t *bits;
};

static unsigned unit_bits(const struct dp_prefix *pool)
{
	return pool->addr.family == AF_INET ? IP4_BITS : IP6_BITS;
}

/* The high 64 bits of an address, or all of IPv4's, as a number */
static uint64_t number_of(const struct dp_addr *addr)
{
	uint64_t number = 0;

	if (addr->family == AF_INET)
		return ntohl(addr->ip4.s_addr);
	for (size_t i = 0; i < 8; i++)
		number = number << 8 | addr->ip6.s6_addr[i];
	return number;
}

static struct dp_prefix unit_at(const struct upf_pool *pool, uint32_t place)
{
	struct dp_prefix unit = {.addr = pool->prefix.addr, .len = unit_bits(&pool->prefix)};
	uint64_t number = number_of(&pool->prefix.addr) + place;

	if (unit.addr.family == AF_INET) {
		unit.addr.ip4.s_addr = htonl((uint32_t)number);
		return unit;
	}
	for (size_t i = 8; i-- > 0; number >>= 8)
		unit.addr.ip6.s6_addr[i] = (uint8_t)number;
	return unit;
}

static bool is_taken(const struct upf_pool *pool, uint32_t place)
{
	return pool->bits[place / WORD] >> place % WORD & 1;
}

/* Not given out: network and broadcast of IPv4, where there is room for them */
static bool reserved(const struct upf_pool *pool, uint32_t place)
{
	if (pool->prefix.addr.family != AF_INET || pool->count < 4)
		return false;
	return place == 0 || place == pool->count - 1;
}

void upf_ue_addresses_init(struct upf_ue_addresses *addresses)
{
	*addresses = (struct upf_ue_addresses){0};
}

void upf_ue_addresses_done(struct upf_ue_addresses *addresses)
{
	for (size_t i = 0; i < addresses->count; i++)
		free(addresses->pool[i].bits);
	free(addresses->pool);
	*addresses = (struct upf_ue_addresses){0};
}

int upf_ue_addresses_pool(struct upf_ue_addresses *addresses, uint8_t instance,
			  const struct dp_prefix *prefix)
{
	const unsigned bits = unit_bits(prefix);
	struct upf_pool *pools, *pool;

	if (prefix->len > bits)
		return 0; /* of less than one unit: nothing to give out */
	pools = realloc(addresses->pool, (addresses->count + 1) * sizeof(*pools));
	if (!pools)
		return -ENOMEM;
	addresses->pool = pools;
	pool = &pools[addresses->count];
	*pool = (struct upf_pool){.instance = instance, .prefix = *prefix};
	pool->count =
		bits - prefix->len >= 20 ? UPF_POOL_ADDRESSES_MAX : 1u << (bits - prefix->len);
	pool->bits = calloc((pool->count + WORD - 1) / WORD, sizeof(*pool->bits));
	if (!pool->bits)
		return -ENOMEM;
	addresses->count++;
	return 0;
}

static int pool_take(struct upf_pool *pool, struct dp_prefix *ret)
{
	for (uint32_t i = 0; i < pool->count; i++) {
		const uint32_t place = (pool->next + i) % pool->count;

		if (is_taken(pool, place) || reserved(pool, place))
			continue;
		pool->bits[place / WORD] |= 1ull << place % WORD;
		pool->taken++;
		pool->next = place + 1;
		*ret = unit_at(pool, place);
		return 0;
	}
	return -ENOSPC;
}

int upf_ue_address_take(struct upf_ue_addresses *addresses, uint8_t instance, sa_family_t family,
			struct dp_prefix *ret)
{
	for (size_t i = 0; i < addresses->count; i++) {
		struct upf_pool *pool = &addresses->pool[i];

		if (pool->instance == instance && pool->prefix.addr.family == family &&
		    pool->taken < pool->count && !pool_take(pool, ret))
			return 0;
	}
	return -ENOSPC;
}

/* Its pool and place, or NULL: it is of none, or no unit of one */
static struct upf_pool *pool_of(const struct upf_ue_addresses *addresses, const struct upf_ue *ue,
				uint32_t *ret_place)
{
	for (size_t i = 0; i < addresses->count; i++) {
		struct upf_pool *pool = &addresses->pool[i];
		uint64_t place;

		if (pool->instance != ue->instance || ue->prefix.len != unit_bits(&pool->prefix) ||
		    !dp_prefix_has(&pool->prefix, &ue->prefix.addr))
			continue;
		place = number_of(&ue->prefix.addr) - number_of(&pool->prefix.addr);
		if (place >= pool->count)
			continue;
		*ret_place = (uint32_t)place;
		return pool;
	}
	return NULL;
}

int upf_ue_address_claim(struct upf_ue_addresses *addresses, const struct upf_ue *ue)
{
	uint32_t place;
	struct upf_pool *pool = pool_of(addresses, ue, &place);

	if (!pool)
		return 0;
	if (is_taken(pool, place))
		return -EEXIST;
	pool->bits[place / WORD] |= 1ull << place % WORD;
	pool->taken++;
	return 0;
}

void upf_ue_address_release(struct upf_ue_addresses *addresses, const struct upf_ue *ue)
{
	uint32_t place;
	struct upf_pool *pool = pool_of(addresses, ue, &place);

	if (!pool || !is_taken(pool, place))
		return;
	pool->bits[place / WORD] &= ~(1ull << place % WORD);
	pool->taken--;
}

size_t upf_ue_address_count(const struct upf_ue_addresses *addresses)
{
	size_t n = 0;

	for (size_t i = 0; i < addresses->count; i++)
		n += addresses->pool[i].taken;
	return n;
}
