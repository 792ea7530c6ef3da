// SPDX-License-Identifier: Apache-2.0
/*
 * The session store: what is installed, and which session owns which TEID, UE address and bearer.
 */
#include "dataplane/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct dp_key_entry {
	struct dp_key key;
	struct dp_entry *owner; /* borrowed until its keys are released */
	UT_hash_handle hh;
};

const struct dp_far *dp_session_far(const struct dp_session *session, uint32_t far_id)
{
	for (size_t i = 0; i < session->far_count; i++)
		if (session->far[i].id == far_id)
			return &session->far[i];
	return NULL;
}

static struct dp_key pdr_key(const struct dp_session *session, const struct dp_pdr *pdr)
{
	struct dp_key key;

	memset(&key, 0, sizeof(key));
	switch (pdr->source) {
	case DP_N3:
		key.kind = DP_KEY_TEID;
		key.value = pdr->teid;
		break;
	case DP_N6:
		key.kind = DP_KEY_UE;
		key.value = pdr->ue_addr.s_addr;
		break;
	case DP_RADIO:
		key.kind = DP_KEY_BEARER;
		key.value = session->bearer.ifindex;
		memcpy(key.mac, session->bearer.ue_mac, sizeof(key.mac));
		break;
	}
	return key;
}

static bool key_in(const struct dp_key *keys, size_t count, const struct dp_key *key)
{
	for (size_t i = 0; i < count; i++)
		if (!memcmp(&keys[i], key, sizeof(*key)))
			return true;
	return false;
}

size_t dp_session_keys(const struct dp_session *session, struct dp_key ret_keys[DP_RULES_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < session->pdr_count; i++) {
		struct dp_key key = pdr_key(session, &session->pdr[i]);

		if (!key_in(ret_keys, count, &key))
			ret_keys[count++] = key;
	}
	return count;
}

bool dp_session_has_key(const struct dp_session *session, const struct dp_key *key)
{
	struct dp_key keys[DP_RULES_MAX];
	size_t count = dp_session_keys(session, keys);

	return key_in(keys, count, key);
}

struct dp_entry *dp_store_find(const struct dp_store *store, uint64_t id)
{
	struct dp_entry *entry;

	HASH_FIND(hh, store->entries, &id, sizeof(id), entry);
	return entry;
}

struct dp_entry *dp_store_add(struct dp_store *store, uint64_t id)
{
	struct dp_entry *entry;

	if (store->count >= DP_SESSIONS_MAX) {
		errno = ENOSPC;
		return NULL;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->id = id;
	entry->session.id = id;
	entry->slot = DP_NO_SLOT;
	HASH_ADD(hh, store->entries, id, sizeof(entry->id), entry);
	if (!entry->hh.tbl) {
		free(entry);
		errno = ENOMEM;
		return NULL;
	}
	store->count++;
	return entry;
}

void dp_store_remove(struct dp_store *store, struct dp_entry *entry)
{
	HASH_DELETE(hh, store->entries, entry);
	store->count--;
	free(entry);
}

static struct dp_key_entry *key_find(const struct dp_store *store, const struct dp_key *key)
{
	struct dp_key_entry *found;

	HASH_FIND(hh, store->keys, key, sizeof(*key), found);
	return found;
}

static int key_add(struct dp_store *store, const struct dp_key *key, struct dp_entry *owner)
{
	struct dp_key_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	entry->key = *key;
	entry->owner = owner;
	HASH_ADD(hh, store->keys, key, sizeof(entry->key), entry);
	if (!entry->hh.tbl) {
		free(entry);
		return -ENOMEM;
	}
	return 0;
}

static int key_conflict(const struct dp_session *session, const struct dp_key *key,
			struct dp_error *ret_err)
{
	static const char *const kinds[] = {"TEID", "UE address", "bearer"};

	for (size_t i = 0; i < session->pdr_count; i++) {
		struct dp_key own = pdr_key(session, &session->pdr[i]);

		if (!memcmp(&own, key, sizeof(own)))
			return dp_error_set(ret_err, DP_ERROR_PDR, session->pdr[i].id, -EEXIST,
					    "%s belongs to another session", kinds[key->kind]);
	}
	return -EEXIST;
}

int dp_store_claim(struct dp_store *store, struct dp_entry *entry, const struct dp_session *session,
		   struct dp_error *ret_err)
{
	struct dp_key keys[DP_RULES_MAX];
	size_t count = dp_session_keys(session, keys);

	for (size_t i = 0; i < count; i++) {
		struct dp_key_entry *found = key_find(store, &keys[i]);

		if (found && found->owner != entry)
			return key_conflict(session, &keys[i], ret_err);
	}
	for (size_t i = 0; i < count; i++) {
		if (key_find(store, &keys[i]))
			continue;
		if (key_add(store, &keys[i], entry)) {
			dp_store_release(store, session, &entry->session);
			return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -ENOMEM, "out of memory");
		}
	}
	return 0;
}

void dp_store_release(struct dp_store *store, const struct dp_session *from,
		      const struct dp_session *keep)
{
	struct dp_key keys[DP_RULES_MAX];
	size_t count = dp_session_keys(from, keys);

	for (size_t i = 0; i < count; i++) {
		struct dp_key_entry *found;

		if (keep && dp_session_has_key(keep, &keys[i]))
			continue;
		found = key_find(store, &keys[i]);
		if (!found || found->owner->id != from->id)
			continue;
		HASH_DELETE(hh, store->keys, found);
		free(found);
	}
}

struct dp_entry *dp_store_find_teid(const struct dp_store *store, uint32_t teid)
{
	struct dp_key_entry *found;
	struct dp_key key;

	memset(&key, 0, sizeof(key));
	key.kind = DP_KEY_TEID;
	key.value = teid;
	found = key_find(store, &key);
	return found ? found->owner : NULL;
}

void dp_store_clear(struct dp_store *store)
{
	struct dp_key_entry *key, *next_key;
	struct dp_entry *entry, *next;

	HASH_ITER (hh, store->keys, key, next_key) {
		HASH_DELETE(hh, store->keys, key);
		free(key);
	}
	HASH_ITER (hh, store->entries, entry, next)
		dp_store_remove(store, entry);
}
