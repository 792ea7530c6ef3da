// SPDX-License-Identifier: Apache-2.0
#include "dataplane/ebpf/rules.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dataplane/ebpf/session.h"

enum { PEERS_OF_ONE = DP_FARS_MAX * (1 + DP_DUPLICATES_MAX) };

/* ---- sets ---- */

static void set_head(struct ebpf_set *set, const struct rules *r, const struct rules_change *change,
		     uint32_t slot)
{
	set->slot = slot;
	set->mtu = change->mtu;
	set->ip4_be = r->entries.ip4_be;
	memcpy(set->ip6, r->entries.ip6, sizeof(set->ip6));
	set->ip6_bits = r->entries.ip6_bits;
	if (r->ways.config->role == DP_ROLE_GNB)
		memcpy(set->bearer_mac, change->session->bearer.ue_mac, sizeof(set->bearer_mac));
}

/* From the last to the first, so that each knows the number of the one behind it */
static int sets_write(struct rules *r, const struct rules_change *change, uint32_t slot,
		      uint32_t *ret_first)
{
	const size_t count =
		r->entries.count ? (r->entries.count + EBPF_ENTRIES - 1) / EBPF_ENTRIES : 1;
	uint32_t next = 0;

	if (r->sets.free < count)
		return -ENOSPC;
	for (size_t i = count; i-- > 0;) {
		const size_t first = i * EBPF_ENTRIES, left = r->entries.count - first;
		const size_t here = left < EBPF_ENTRIES ? left : EBPF_ENTRIES;
		struct ebpf_set set = {.next = next, .count = (uint8_t)here};

		set_head(&set, r, change, slot);
		memcpy(set.entry, &r->entries.entry[first], here * sizeof(set.entry[0]));
		(void)cells_take(&r->sets, &next);
		r->set[next] = set;
	}
	*ret_first = next;
	return 0;
}

static void entries_forget(struct rules *r)
{
	for (size_t i = 0; i < r->entries.count; i++)
		entry_drop_peer(&r->peers, &r->entries.entry[i]);
}

/* @seen: programs may be reading them, and their peers were taken for good */
static void sets_retire(struct rules *r, uint32_t first, bool seen)
{
	while (first) {
		const struct ebpf_set *set = &r->set[first];
		const uint32_t next = set->next;

		for (size_t i = 0; seen && i < set->count; i++)
			entry_drop_peer(&r->peers, &set->entry[i]);
		if (seen)
			cells_give_back(&r->sets, first);
		else
			cells_untake(&r->sets, first);
		first = next;
	}
}

/* ---- keys ---- */

static int keys_publish(struct rules *r, const struct dp_entry *entry, const struct dp_keys *keys,
			uint32_t slot, uint32_t set)
{
	for (size_t i = 0; i < keys->count; i++) {
		const struct dp_key *key = &keys->key[i];
		int rc = index_put(&r->index, key, !dp_entry_has_key(entry, key), slot, set);

		if (!rc)
			continue;
		while (i--) {
			key = &keys->key[i];
			if (dp_entry_has_key(entry, key)) /* it takes no memory that there isn't */
				(void)index_put(&r->index, key, false, slot,
						session_of(entry)->set);
			else
				index_remove(&r->index, key);
		}
		return rc;
	}
	return 0;
}

/* Those that the entry has and @keep (NULL: none) hasn't */
static void keys_prune(struct rules *r, const struct dp_entry *entry, const struct dp_keys *keep)
{
	for (size_t i = 0; i < entry->claim_count; i++)
		if (!keep || !dp_keys_have(keep, &entry->claim[i].key))
			index_remove(&r->index, &entry->claim[i].key);
}

/* ---- buffering ---- */

/* By the chain that begins with @set */
static bool chain_buffers(const struct rules *r, uint32_t set, uint16_t pdr, uint16_t flags)
{
	for (; set; set = r->set[set].next)
		for (size_t i = 0; i < r->set[set].count; i++) {
			const struct ebpf_entry *e = &r->set[set].entry[i];

			if (e->pdr_id == pdr)
				return e->action == EBPF_BUFFER || e->flags & flags;
		}
	return false;
}

bool rules_buffers(const struct rules *r, const struct dp_store *store, uint32_t slot, uint16_t pdr)
{
	const struct dp_entry *entry = slot < r->slots.count && r->owner[slot]
					       ? dp_store_find(store, r->owner[slot])
					       : NULL;

	return entry && chain_buffers(r, session_of(entry)->set, pdr, 0);
}

/* A PDR that forwards, and buffered till now: who comes queues up behind those that wait. */
static void entries_drain(struct rules *r, const struct session *session)
{
	for (size_t i = 0; session && i < r->entries.count; i++) {
		struct ebpf_entry *e = &r->entries.entry[i];

		if (e->action != EBPF_FORWARD || e->hold ||
		    !chain_buffers(r, session->set, e->pdr_id, EBPF_ENTRY_DRAIN))
			continue;
		e->flags |= EBPF_ENTRY_DRAIN | EBPF_ENTRY_SLOW;
		e->hold = ENTRIES_BUFFER_MAX;
	}
}

/* ---- a change ---- */

static int change_prepare(struct rules *r, const struct dp_entry *entry,
			  const struct rules_change *change, struct dp_error *ret_err)
{
	const struct session *session = session_of(entry);

	if (session)
		numbers_unpack(session->numbers, &r->before);
	return numbers_next(session ? &r->before : NULL, change->session, &r->after, ret_err);
}

static bool is_short(const struct cells *c, uint32_t wanted)
{
	return c->free < wanted && c->given;
}

/* Of something that a change may take, and that has been given back */
static bool any_short(const struct rules *r)
{
	return is_short(&r->sets, EBPF_CHAIN_MAX) || is_short(&r->slots, 1) ||
	       is_short(&r->mores, 1) || is_short(&r->peers.cells, PEERS_OF_ONE);
}

/* A session that asks for what has just been given back waits for it */
static int change_begin(struct rules *r, const struct dp_entry *entry,
			const struct rules_change *change, struct dp_error *ret_err)
{
	int rc = any_short(r) ? rules_settle(r) : 0;

	if (!rc)
		rc = change_prepare(r, entry, change, ret_err);
	if (rc == -ENOSPC) {
		rc = rules_settle(r);
		if (!rc)
			rc = change_prepare(r, entry, change, ret_err);
	}
	if (!rc)
		rc = entries_make(&r->ways, change->session, &r->after, &r->entries, ret_err);
	if (!rc)
		entries_drain(r, session_of(entry));
	return rc;
}

static void set_of_slot(struct rules *r, uint32_t slot, uint32_t set)
{
	__atomic_store_n(&r->slot[slot].set, set, __ATOMIC_RELEASE);
}

static int change_publish(struct rules *r, struct dp_entry *entry,
			  const struct rules_change *change, struct session *session, uint32_t slot)
{
	void *numbers = numbers_pack(&r->after);
	struct base *base = NULL;
	uint32_t set = 0;
	int rc = numbers ? session_base_next(session, change->session, &base) : -ENOMEM;

	if (!rc)
		rc = sets_write(r, change, slot, &set);
	if (!rc)
		rc = session_slot_prepare(r, slot, session, change->session);
	if (!rc) {
		if (!session->set)
			set_of_slot(r, slot, set);
		rc = keys_publish(r, entry, change->keys, slot, set);
		if (rc)
			session_slot_restore(r, slot);
		if (rc && !session->set)
			set_of_slot(r, slot, 0);
	}
	if (rc) {
		sets_retire(r, set, false);
		free(numbers);
		free(base);
		return rc;
	}
	set_of_slot(r, slot, set);
	keys_prune(r, entry, change->keys);
	sets_retire(r, session->set, true);
	session_slot_update(r, slot, change->session);
	session->set = set;
	free(session->numbers);
	session->numbers = numbers;
	free(session->base);
	session->base = base;
	return 0;
}

int rules_apply(struct rules *r, struct dp_entry *entry, const struct rules_change *change,
		struct dp_error *ret_err)
{
	struct session *session = session_of(entry), *made = NULL;
	uint32_t slot = entry->slot;
	int rc = change_begin(r, entry, change, ret_err);

	if (rc)
		return rc;
	if (!session)
		session = made = calloc(1, sizeof(*made));
	if (!session)
		rc = -ENOMEM;
	else if (slot == DP_NO_SLOT && !cells_take(&r->slots, &slot))
		rc = -ENOSPC;
	if (!rc)
		rc = change_publish(r, entry, change, session, slot);
	if (rc) {
		entries_forget(r);
		if (entry->slot == DP_NO_SLOT && slot != DP_NO_SLOT) {
			session_more_remove(r, slot, false);
			cells_untake(&r->slots, slot);
		}
		free(made);
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "maps: %s", strerror(-rc));
	}
	entry->slot = slot;
	entry->state = session;
	session->slot = slot;
	r->owner[slot] = entry->id;
	session_fold_later(r, session, &r->after);
	return 0;
}

void session_free(struct dp_entry *entry)
{
	struct session *session = session_of(entry);

	free(session->numbers);
	free(session->base);
	free(session);
	entry->state = NULL;
}

void rules_remove(struct rules *r, struct dp_entry *entry)
{
	struct session *session = session_of(entry);

	r->owner[entry->slot] = 0;
	set_of_slot(r, entry->slot, 0);
	keys_prune(r, entry, NULL);
	sets_retire(r, session->set, true);
	session_fold_never(r, session);
	session_more_remove(r, entry->slot, true);
	cells_give_back(&r->slots, entry->slot);
	session_free(entry);
}

int rules_settle(struct rules *r)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		return -errno;
	cells_settle(&r->sets);
	cells_settle(&r->slots);
	cells_settle(&r->mores);
	cells_settle(&r->peers.cells);
	session_fold_all(r);
	return 0;
}

int rules_event(const struct rules *r, const struct dp_store *store, const struct ebpf_event *event,
		uint64_t *ret_session, uint32_t *ret_urr)
{
	const struct dp_entry *entry;
	struct numbers n;

	if (event->slot >= r->slots.count || !r->owner[event->slot])
		return -ENOENT;
	*ret_session = r->owner[event->slot];
	if (event->kind != EBPF_EVENT_USAGE)
		return 0;
	entry = dp_store_find(store, *ret_session);
	if (!entry)
		return -ENOENT;
	numbers_unpack(session_of(entry)->numbers, &n);
	if (!event->number || event->number > n.limit_count || !n.limit[event->number - 1].used)
		return -ENOENT;
	*ret_urr = n.limit[event->number - 1].urr;
	return 0;
}
