// SPDX-License-Identifier: Apache-2.0
/*
 * The ebpf back end's rules: sessions in the maps that ebpf_shared.h describes.
 *
 * Order of a change, so that no packet sees half of it: the new rule set is written under an id
 * that nobody knows; new indexes are added; the session's word in `current` is stored; indexes that
 * fell away are deleted. The old set is retired: deleted, with others, after one RCU grace period
 * (membarrier), which outlasts every program that had found it.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dataplane/bpf_maps.h"
#include "dataplane/ebpf.h"

_Static_assert((int)EBPF_N3 == (int)DP_N3 && (int)EBPF_N6 == (int)DP_N6 &&
		       (int)EBPF_RADIO == (int)DP_RADIO,
	       "one numbering");
_Static_assert((int)EBPF_DROP_REASONS == (int)DP_DROP_REASONS &&
		       (int)EBPF_DROP_HELD == (int)DP_DROP_HELD,
	       "one numbering");
_Static_assert((int)EBPF_RULES_MAX == (int)DP_RULES_MAX &&
		       (int)EBPF_PREFIXES_MAX == (int)DP_PREFIXES_MAX &&
		       (int)EBPF_SESSIONS_MAX == (int)DP_SESSIONS_MAX,
	       "one limit");
_Static_assert((int)EBPF_HOLDS_MAX == (int)DP_HOLDS_MAX + 1 &&
		       (int)EBPF_HOLD_PACKETS_MAX == (int)DP_HOLD_PACKETS_MAX,
	       "one limit");

static const size_t current_size = sizeof(uint64_t) * EBPF_SESSIONS_MAX;

int ebpf_rules_init(struct ebpf_rules *rules, const struct ebpf_maps *maps)
{
	rules->maps = *maps;
	rules->next_set = 1;
	rules->cpus = libbpf_num_possible_cpus();
	if (rules->cpus < 0)
		return rules->cpus;
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		return -EOPNOTSUPP;
	rules->current =
		mmap(NULL, current_size, PROT_READ | PROT_WRITE, MAP_SHARED, maps->current, 0);
	if (rules->current == MAP_FAILED) {
		rules->current = NULL;
		return -errno;
	}
	rules->free_slots = malloc(sizeof(uint32_t) * EBPF_SESSIONS_MAX);
	if (!rules->free_slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < EBPF_SESSIONS_MAX; i++)
		rules->free_slots[i] = EBPF_SESSIONS_MAX - 1 - i;
	rules->free_count = EBPF_SESSIONS_MAX;
	return 0;
}

void ebpf_rules_done(struct ebpf_rules *rules)
{
	if (rules->current)
		munmap(rules->current, current_size);
	free(rules->free_slots);
}

/* After a grace period no program holds what was retired before it */
static void retired_delete(struct ebpf_rules *rules)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		return; /* worked in ebpf_rules_init; if not now, what is retired stays */
	for (size_t i = 0; i < rules->retired_count; i++) {
		const struct ebpf_retired *r = &rules->retired[i];

		bpf_map_delete_elem(rules->maps.rule_sets, &r->set);
		if (r->slot == DP_NO_SLOT)
			continue;
		bpf_map_delete_elem(rules->maps.counters, &r->slot);
		rules->free_slots[rules->free_count++] = r->slot;
	}
	rules->retired_count = 0;
}

/* There is room, ebpf_rules_apply and _remove see to it, unless membarrier failed: then this one is
 * never deleted. */
static void retire(struct ebpf_rules *rules, uint64_t set, uint32_t slot)
{
	if (rules->retired_count == EBPF_SETS_SPARE)
		return;
	rules->retired[rules->retired_count++] = (struct ebpf_retired){.set = set, .slot = slot};
}

static int retired_make_room(struct ebpf_rules *rules)
{
	if (rules->retired_count == EBPF_SETS_SPARE || !rules->free_count)
		retired_delete(rules);
	return rules->retired_count < EBPF_SETS_SPARE ? 0 : -ENOSPC;
}

static struct ebpf_rule rule_of(const struct dp_pdr *pdr, const struct dp_far *far)
{
	return (struct ebpf_rule){
		.teid = pdr->teid,
		.ue_be = pdr->has_ue_addr ? pdr->ue_addr.s_addr : 0,
		.source = (uint8_t)pdr->source,
		.qfi = pdr->qfi,
		.forward = far->action == DP_FORWARD,
		.destination = (uint8_t)far->destination,
		.peer_be = far->peer.s_addr,
		.peer_teid_be = htonl(far->teid),
		.peer_qfi = far->qfi,
		.hold = pdr->hold,
	};
}

static struct ebpf_bearer bearer_of(const struct dp_bearer *bearer)
{
	struct ebpf_bearer ret = {.ifindex = bearer->ifindex};

	memcpy(ret.mac, bearer->ue_mac, sizeof(ret.mac));
	return ret;
}

static struct ebpf_rule_set rule_set_of(const struct dp_session *s, uint32_t slot, uint16_t mtu)
{
	struct ebpf_rule_set set;
	bool taken[DP_RULES_MAX] = {false};

	memset(&set, 0, sizeof(set));
	set.slot = slot;
	set.mtu = mtu;
	set.bearer = bearer_of(&s->bearer);
	while (set.count < s->pdr_count) {
		size_t best = DP_RULES_MAX;

		for (size_t i = 0; i < s->pdr_count; i++)
			if (!taken[i] && (best == DP_RULES_MAX ||
					  s->pdr[i].precedence < s->pdr[best].precedence))
				best = i;
		taken[best] = true;
		set.rule[set.count++] =
			rule_of(&s->pdr[best], dp_session_far(s, s->pdr[best].far_id));
	}
	return set;
}

/* The index map of a key, and the key in the map's form */
static int key_map(const struct ebpf_maps *maps, const struct dp_key *key,
		   struct ebpf_bearer *ret_key)
{
	memset(ret_key, 0, sizeof(*ret_key));
	ret_key->ifindex = key->value; /* the first word of each form */
	if (key->kind == DP_KEY_TEID)
		return maps->teids;
	if (key->kind == DP_KEY_UE)
		return maps->ues;
	memcpy(ret_key->mac, key->mac, sizeof(ret_key->mac));
	return maps->bearers;
}

static void indexes_delete(const struct ebpf_maps *maps, const struct dp_session *from,
			   const struct dp_session *keep)
{
	struct dp_key keys[DP_RULES_MAX];
	size_t count = dp_session_keys(from, keys);

	for (size_t i = 0; i < count; i++) {
		struct ebpf_bearer key;
		int map = key_map(maps, &keys[i], &key);

		if (!keep || !dp_session_has_key(keep, &keys[i]))
			bpf_map_delete_elem(map, &key);
	}
}

static int indexes_add(const struct ebpf_maps *maps, const struct dp_session *old,
		       const struct dp_session *session, uint32_t slot)
{
	struct dp_key keys[DP_RULES_MAX];
	size_t count = dp_session_keys(session, keys);

	for (size_t i = 0; i < count; i++) {
		struct ebpf_bearer key;
		int map = key_map(maps, &keys[i], &key);

		if (dp_session_has_key(old, &keys[i]))
			continue;
		if (bpf_map_update_elem(map, &key, &slot, BPF_ANY)) {
			int rc = errno == E2BIG ? -ENOSPC : -errno;

			indexes_delete(maps, session, old);
			return rc;
		}
	}
	return 0;
}

static int slot_take(struct ebpf_rules *rules, uint32_t *ret_slot)
{
	uint32_t slot;
	int rc;

	if (!rules->free_count)
		return -ENOSPC;
	slot = rules->free_slots[rules->free_count - 1];
	rc = dp_counters_make(rules->maps.counters, &slot, rules->cpus);
	if (rc)
		return rc;
	rules->free_count--;
	*ret_slot = slot;
	return 0;
}

static void slot_give_back(struct ebpf_rules *rules, uint32_t slot)
{
	bpf_map_delete_elem(rules->maps.counters, &slot);
	rules->free_slots[rules->free_count++] = slot;
}

/* A slot, a set under a new id and its indexes, with nothing published yet */
static int set_prepare(struct ebpf_rules *rules, const struct dp_entry *entry,
		       const struct dp_session *session, uint16_t mtu, uint32_t slot)
{
	const struct ebpf_rule_set set = rule_set_of(session, slot, mtu);
	const uint64_t id = rules->next_set;
	int rc;

	if (bpf_map_update_elem(rules->maps.rule_sets, &id, &set, BPF_NOEXIST))
		return errno == E2BIG ? -ENOSPC : -errno;
	rc = indexes_add(&rules->maps, &entry->session, session, slot);
	if (rc)
		bpf_map_delete_elem(rules->maps.rule_sets, &id);
	return rc;
}

int ebpf_rules_apply(struct ebpf_rules *rules, struct dp_entry *entry,
		     const struct dp_session *session, uint16_t mtu, struct dp_error *ret_err)
{
	uint32_t slot = entry->slot;
	uint64_t old;
	int rc;

	rc = retired_make_room(rules);
	if (!rc && slot == DP_NO_SLOT)
		rc = slot_take(rules, &slot);
	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "no room: %s", strerror(-rc));
	rc = set_prepare(rules, entry, session, mtu, slot);
	if (rc) {
		if (entry->slot == DP_NO_SLOT)
			slot_give_back(rules, slot);
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "maps: %s", strerror(-rc));
	}
	old = rules->current[slot];
	__atomic_store_n(&rules->current[slot], rules->next_set++, __ATOMIC_RELEASE);
	indexes_delete(&rules->maps, &entry->session, session);
	if (old)
		retire(rules, old, DP_NO_SLOT);
	entry->slot = slot;
	return 0;
}

void ebpf_rules_remove(struct ebpf_rules *rules, struct dp_entry *entry)
{
	uint64_t old = rules->current[entry->slot];

	(void)retired_make_room(rules);
	__atomic_store_n(&rules->current[entry->slot], 0, __ATOMIC_RELEASE);
	indexes_delete(&rules->maps, &entry->session, NULL);
	if (rules->retired_count < EBPF_SETS_SPARE)
		retire(rules, old, entry->slot);
}
