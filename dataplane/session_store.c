// SPDX-License-Identifier: Apache-2.0
/*
 * The session store: what is installed, and which session owns which TEID, UE address and bearer.
 */
#include "dataplane/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/address.h"

/* ---- the keys of a rule set ---- */

static bool key_equal(const struct dp_key *a, const struct dp_key *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool dp_keys_have(const struct dp_keys *keys, const struct dp_key *key)
{
	for (size_t i = 0; i < keys->count; i++)
		if (key_equal(&keys->key[i], key))
			return true;
	return false;
}

bool dp_entry_has_key(const struct dp_entry *entry, const struct dp_key *key)
{
	for (size_t i = 0; i < entry->claim_count; i++)
		if (key_equal(&entry->claim[i].key, key))
			return true;
	return false;
}

/* Keys are compared and hashed whole, and an initializer leaves what its member of the union
 * doesn't cover as it was. */
static void key_begin(struct dp_key *ret, enum dp_key_kind kind)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = (uint8_t)kind;
}

static void teid_key(uint32_t teid, struct dp_key *ret)
{
	key_begin(ret, DP_KEY_TEID);
	ret->teid = teid;
}

static void ue_key(const struct dp_prefix *ue, uint8_t instance, struct dp_key *ret)
{
	key_begin(ret, DP_KEY_UE);
	ret->instance = instance;
	ret->family = (uint8_t)ue->addr.family;
	ret->len = (uint8_t)ue->len;
	memcpy(ret->octets, &ue->addr.ip6, dp_addr_octets(&ue->addr));
}

static void bearer_key(const struct dp_bearer *bearer, struct dp_key *ret)
{
	key_begin(ret, DP_KEY_BEARER);
	ret->bearer.ifindex = bearer->ifindex;
	memcpy(ret->bearer.mac, bearer->ue_mac, sizeof(ret->bearer.mac));
}

/* The @i-th of a PDR's keys; Return: whether there is one */
static bool pdr_key(const struct dp_session *session, const struct dp_pdr *pdr, size_t i,
		    struct dp_key *ret_key)
{
	switch (pdr->source) {
	case DP_N3:
		teid_key(pdr->teid, ret_key);
		return i == 0;
	case DP_RADIO:
		bearer_key(&session->bearer, ret_key);
		return i == 0;
	case DP_N6:
		for (size_t ue = 0; ue < session->ue_count; ue++) {
			if (!(pdr->ue >> ue & 1) || i--)
				continue;
			ue_key(&session->ue[ue], pdr->instance, ret_key);
			return true;
		}
	}
	return false;
}

int dp_session_keys(const struct dp_session *session, struct dp_keys *ret_keys,
		    struct dp_error *ret_err)
{
	struct dp_key key;

	ret_keys->count = 0;
	for (size_t p = 0; p < session->pdr_count; p++)
		for (size_t i = 0; pdr_key(session, &session->pdr[p], i, &key); i++) {
			if (dp_keys_have(ret_keys, &key))
				continue;
			if (ret_keys->count == DP_KEYS_MAX)
				return dp_error_set(ret_err, DP_ERROR_PDR, session->pdr[p].id,
						    -ENOSPC, "PDR %u: more than %d keys",
						    session->pdr[p].id, DP_KEYS_MAX);
			ret_keys->key[ret_keys->count++] = key;
		}
	return 0;
}

/* ---- who owns them ---- */

static uint32_t key_hash(const struct dp_key *key)
{
	return lookup_hash(key, sizeof(*key));
}

static bool claims_key(const void *claim, const void *key)
{
	return key_equal(&((const struct dp_claim *)claim)->key, key);
}

static struct dp_claim *claim_find(const struct dp_store *store, const struct dp_key *key)
{
	return lookup_find(&store->claims, key_hash(key), claims_key, key);
}

static int key_conflict(const struct dp_session *session, const struct dp_key *key,
			struct dp_error *ret_err)
{
	static const char *const kinds[] = {"TEID", "UE address", "bearer"};
	struct dp_key own;

	for (size_t p = 0; p < session->pdr_count; p++)
		for (size_t i = 0; pdr_key(session, &session->pdr[p], i, &own); i++)
			if (key_equal(&own, key))
				return dp_error_set(ret_err, DP_ERROR_PDR, session->pdr[p].id,
						    -EEXIST, "%s belongs to another session",
						    kinds[key->kind]);
	return -EEXIST;
}

int dp_store_check(const struct dp_store *store, const struct dp_entry *entry,
		   const struct dp_session *session, const struct dp_keys *keys,
		   struct dp_error *ret_err)
{
	for (size_t i = 0; i < keys->count; i++) {
		const struct dp_claim *found = claim_find(store, &keys->key[i]);

		if (found && found->owner != entry)
			return key_conflict(session, &keys->key[i], ret_err);
	}
	return 0;
}

void dp_claims_free(struct dp_store *store, struct dp_claim *claim, size_t count)
{
	for (size_t i = 0; i < count; i++)
		lookup_remove(&store->claims, key_hash(&claim[i].key), &claim[i]);
	free(claim);
}

/* A key that the owner has is there twice until dp_store_claim: who is asked for is the same. Were
 * it moved instead, there might be no memory to put it back. */
struct dp_claim *dp_claims_new(struct dp_store *store, const struct dp_keys *keys,
			       struct dp_entry *owner)
{
	struct dp_claim *claim;

	if (lookup_reserve(&store->claims, keys->count))
		return NULL;
	claim = calloc(keys->count ? keys->count : 1, sizeof(*claim));
	for (size_t i = 0; claim && i < keys->count; i++) {
		claim[i].key = keys->key[i];
		claim[i].owner = owner;
		(void)lookup_add(&store->claims, key_hash(&claim[i].key), &claim[i]);
	}
	return claim;
}

void dp_store_claim(struct dp_store *store, struct dp_entry *entry, struct dp_claim *claim,
		    size_t count)
{
	dp_claims_free(store, entry->claim, entry->claim_count);
	entry->claim = claim;
	entry->claim_count = (uint16_t)count;
}

struct dp_entry *dp_store_find_teid(const struct dp_store *store, uint32_t teid)
{
	const struct dp_claim *found;
	struct dp_key key;

	teid_key(teid, &key);
	found = claim_find(store, &key);
	return found ? found->owner : NULL;
}

/* ---- entries ---- */

static uint32_t id_hash(uint64_t id)
{
	return lookup_hash(&id, sizeof(id));
}

static bool has_id(const void *entry, const void *id)
{
	return ((const struct dp_entry *)entry)->id == *(const uint64_t *)id;
}

struct dp_entry *dp_store_find(const struct dp_store *store, uint64_t id)
{
	return lookup_find(&store->entries, id_hash(id), has_id, &id);
}

struct dp_entry *dp_store_add(struct dp_store *store, uint64_t id)
{
	struct dp_entry *entry;

	if (store->count >= store->max) {
		errno = ENOSPC;
		return NULL;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->id = id;
	entry->slot = DP_NO_SLOT;
	if (lookup_add(&store->entries, id_hash(id), entry)) {
		free(entry);
		errno = ENOMEM;
		return NULL;
	}
	store->count++;
	return entry;
}

void dp_store_remove(struct dp_store *store, struct dp_entry *entry)
{
	dp_claims_free(store, entry->claim, entry->claim_count);
	lookup_remove(&store->entries, id_hash(entry->id), entry);
	store->count--;
	free(entry);
}

struct dp_entry *dp_store_next(const struct dp_store *store, size_t *at)
{
	return lookup_next(&store->entries, at);
}

void dp_store_clear(struct dp_store *store)
{
	size_t at = 0;

	for (struct dp_entry *entry; (entry = dp_store_next(store, &at));) {
		free(entry->claim);
		free(entry);
	}
	lookup_done(&store->entries);
	lookup_done(&store->claims);
	store->count = 0;
}
