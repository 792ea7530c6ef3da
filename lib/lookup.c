// SPDX-License-Identifier: Apache-2.0
/*
 * Linear probing, at most seven places of eight in use. A search runs along the hashes, sixteen to
 * a cache line, and looks at an item only where they are the same. A place that is left is filled
 * from behind, so that there are no tombstones, and no search goes on beyond a free place.
 */
#include "lib/lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES_MIN = 16, FREE = 0 /* no item's hash */ };

/* Multiplied and folded, as splitmix64 does it: each bit of the key reaches each of the hash. */
static uint64_t mix(uint64_t h)
{
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9ULL;
	h = (h ^ h >> 27) * 0x94d049bb133111ebULL;
	return h ^ h >> 31;
}

uint32_t lookup_hash(const void *key, size_t len)
{
	const uint8_t *at = key;
	uint64_t h = len, word;

	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		h = mix(h + word);
	}
	word = 0;
	memcpy(&word, at, len);
	return (uint32_t)mix(h + word + 0x9e3779b97f4a7c15ULL);
}

static uint32_t taken(uint32_t hash)
{
	return hash == FREE ? 1 : hash;
}

static size_t places(const struct lookup *lookup)
{
	return lookup->item ? (size_t)lookup->mask + 1 : 0;
}

static uint32_t after(const struct lookup *lookup, uint32_t place)
{
	return (place + 1) & lookup->mask;
}

void *lookup_find(const struct lookup *lookup, uint32_t hash,
		  bool (*is)(const void *item, const void *key), const void *key)
{
	uint32_t place;

	if (!lookup->item)
		return NULL;
	hash = taken(hash);
	for (place = hash & lookup->mask; lookup->hash[place]; place = after(lookup, place))
		if (lookup->hash[place] == hash && is(lookup->item[place], key))
			return lookup->item[place];
	return NULL;
}

static void put(struct lookup *lookup, uint32_t hash, void *item)
{
	uint32_t place = hash & lookup->mask;

	while (lookup->hash[place])
		place = after(lookup, place);
	lookup->item[place] = item;
	lookup->hash[place] = hash;
}

static int grow(struct lookup *lookup, size_t size)
{
	struct lookup larger = {.mask = (uint32_t)(size - 1), .count = lookup->count};

	larger.item = calloc(size, sizeof(*larger.item) + sizeof(*larger.hash));
	if (!larger.item)
		return -ENOMEM;
	larger.hash = (uint32_t *)(larger.item + size);
	for (size_t i = 0; i < places(lookup); i++)
		if (lookup->hash[i])
			put(&larger, lookup->hash[i], lookup->item[i]);
	free(lookup->item);
	*lookup = larger;
	return 0;
}

int lookup_reserve(struct lookup *lookup, size_t more)
{
	size_t size = places(lookup) ? places(lookup) : PLACES_MIN;

	while ((lookup->count + more) * 8 > size * 7)
		size *= 2;
	if (size > (size_t)UINT32_MAX + 1)
		return -ENOMEM;
	return size > places(lookup) ? grow(lookup, size) : 0;
}

int lookup_add(struct lookup *lookup, uint32_t hash, void *item)
{
	int rc = lookup_reserve(lookup, 1);

	if (rc)
		return rc;
	put(lookup, taken(hash), item);
	lookup->count++;
	return 0;
}

/* Whether what is at @place may go to @hole before it: its search begins there, or earlier */
static bool may_move(const struct lookup *lookup, uint32_t hole, uint32_t place)
{
	const uint32_t begin = lookup->hash[place] & lookup->mask;

	return ((place - begin) & lookup->mask) >= ((place - hole) & lookup->mask);
}

static void close_hole(struct lookup *lookup, uint32_t hole)
{
	for (uint32_t place = after(lookup, hole); lookup->hash[place];
	     place = after(lookup, place)) {
		if (!may_move(lookup, hole, place))
			continue;
		lookup->item[hole] = lookup->item[place];
		lookup->hash[hole] = lookup->hash[place];
		hole = place;
	}
	lookup->item[hole] = NULL;
	lookup->hash[hole] = FREE;
}

void lookup_remove(struct lookup *lookup, uint32_t hash, const void *item)
{
	uint32_t place;

	if (!lookup->item)
		return;
	place = taken(hash) & lookup->mask;
	while (lookup->hash[place] && lookup->item[place] != item)
		place = after(lookup, place);
	if (!lookup->hash[place])
		return;
	close_hole(lookup, place);
	lookup->count--;
}

void *lookup_next(const struct lookup *lookup, size_t *at)
{
	while (*at < places(lookup)) {
		void *item = lookup->item[(*at)++];

		if (item)
			return item;
	}
	return NULL;
}

void lookup_done(struct lookup *lookup)
{
	free(lookup->item);
	*lookup = (struct lookup){0};
}
