/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lookup: items found by a hash of their key, for what there are a hundred thousand of. It takes
 * some 20 octets an item and nothing within it, where uthash takes 56 and a table. Open addressing:
 * a place is an item's pointer and its hash; the key stays where it is.
 *
 *   hash = lookup_hash(&key, sizeof(key));
 *   thing = lookup_find(&things, hash, thing_is, &key);
 *   rc = lookup_add(&things, hash, thing);
 *   lookup_remove(&things, hash, thing);
 *
 * Items with the same key are no matter to it: any of them is found, and the very one is
 * removed. A lookup of zeroes is empty.
 */
#ifndef BATON_LIB_LOOKUP_H
#define BATON_LIB_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lookup {
	void **item;	/* by place. Owned */
	uint32_t *hash; /* of the item there; 0: free. Behind @item in one piece of memory */
	uint32_t mask;	/* of places: their number less 1 */
	size_t count;
};

/** lookup_hash - of a key without padding; not secret: who may choose keys may make them meet */
uint32_t lookup_hash(const void *key, size_t len);

/** lookup_find - the item with @hash of which @is says that it has @key, or NULL */
void *lookup_find(const struct lookup *lookup, uint32_t hash,
		  bool (*is)(const void *item, const void *key), const void *key);
/** lookup_reserve - room for @more items, so that so many lookup_add can't fail; Return: 0 or
 * -ENOMEM with nothing changed */
int lookup_reserve(struct lookup *lookup, size_t more);
/** lookup_add - Return: 0 or -ENOMEM */
int lookup_add(struct lookup *lookup, uint32_t hash, void *item);
/** lookup_remove - @item, which is there under @hash */
void lookup_remove(struct lookup *lookup, uint32_t hash, const void *item);
/** lookup_next - walk them all in no order: *at is 0 at first; nothing may be added or removed
 * meanwhile. Return: NULL: that was all */
void *lookup_next(const struct lookup *lookup, size_t *at);
/** lookup_done - free the lookup, not the items; it is empty then */
void lookup_done(struct lookup *lookup);

#endif
