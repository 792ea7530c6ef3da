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
_Static_assert((int)EBPF_PREFIXES_MAX == (int)DP_PREFIXES_MAX, "one limit");
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

/* The one QFI of a set, or 0: any */
static uint8_t one_qfi(uint64_t qfis)
{
	return qfis ? (uint8_t)__builtin_ctzll(qfis) : 0;
}

/* Why its packets are dropped, or 0 */
static uint8_t drop_of(const struct dp_session *s, const struct dp_pdr *pdr)
{
	if (dp_pdr_shut(s, pdr))
		return EBPF_DROP_GATE;
	return s->far[pdr->far].action == DP_FORWARD ? 0 : EBPF_DROP_ACTION;
}

static struct ebpf_rule rule_of(const struct dp_session *s, const struct dp_pdr *pdr)
{
	const struct dp_far *far = &s->far[pdr->far];
	const struct dp_prefix *ue = dp_pdr_ue(s, pdr);
	const bool tunnel = far->to.interface == DP_N3;

	return (struct ebpf_rule){
		.teid = pdr->teid,
		.ue_be = ue ? ue->addr.ip4.s_addr : 0,
		.source = (uint8_t)pdr->source,
		.qfi = one_qfi(pdr->qfis),
		.drop = drop_of(s, pdr),
		.destination = (uint8_t)far->to.interface,
		.peer_be = tunnel ? far->to.peer.ip4.s_addr : 0,
		.peer_teid_be = htonl(far->to.teid),
		.peer_qfi = pdr->mark.qfi,
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
	bool taken[EBPF_RULES_MAX] = {false};

	memset(&set, 0, sizeof(set));
	set.slot = slot;
	set.mtu = mtu;
	set.bearer = bearer_of(&s->bearer);
	while (set.count < s->pdr_count) {
		size_t best = EBPF_RULES_MAX;

		for (size_t i = 0; i < s->pdr_count; i++)
			if (!taken[i] && (best == EBPF_RULES_MAX ||
					  s->pdr[i].precedence < s->pdr[best].precedence))
				best = i;
		taken[best] = true;
		set.rule[set.count++] = rule_of(s, &s->pdr[best]);
	}
	return set;
}

/* The index map of a key, and the key in the map's form */
static int key_map(const struct ebpf_maps *maps, const struct dp_key *key,
		   struct ebpf_bearer *ret_key)
{
	memset(ret_key, 0, sizeof(*ret_key));
	ret_key->ifindex = key->teid; /* the first word of each form */
	if (key->kind == DP_KEY_TEID)
		return maps->teids;
	if (key->kind == DP_KEY_UE)
		return maps->ues;
	memcpy(ret_key->mac, key->bearer.mac, sizeof(ret_key->mac));
	return maps->bearers;
}

static void index_delete(const struct ebpf_maps *maps, const struct dp_key *key)
{
	struct ebpf_bearer form;
	int map = key_map(maps, key, &form);

	bpf_map_delete_elem(map, &form);
}

/* Those that the entry has and @keep (NULL: none) hasn't */
static void indexes_prune(const struct ebpf_maps *maps, const struct dp_entry *entry,
			  const struct dp_keys *keep)
{
	for (size_t i = 0; i < entry->claim_count; i++)
		if (!keep || !dp_keys_have(keep, &entry->claim[i].key))
			index_delete(maps, &entry->claim[i].key);
}

static int indexes_add(const struct ebpf_maps *maps, const struct dp_entry *entry,
		       const struct dp_keys *keys, uint32_t slot)
{
	for (size_t i = 0; i < keys->count; i++) {
		struct ebpf_bearer form;
		int map = key_map(maps, &keys->key[i], &form);

		if (dp_entry_has_key(entry, &keys->key[i]))
			continue;
		if (bpf_map_update_elem(map, &form, &slot, BPF_ANY)) {
			int rc = errno == E2BIG ? -ENOSPC : -errno;

			while (i--)
				if (!dp_entry_has_key(entry, &keys->key[i]))
					index_delete(maps, &keys->key[i]);
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
		       const struct ebpf_change *change, uint32_t slot)
{
	const struct ebpf_rule_set set = rule_set_of(change->session, slot, change->mtu);
	const uint64_t id = rules->next_set;
	int rc;

	if (bpf_map_update_elem(rules->maps.rule_sets, &id, &set, BPF_NOEXIST))
		return errno == E2BIG ? -ENOSPC : -errno;
	rc = indexes_add(&rules->maps, entry, change->keys, slot);
	if (rc)
		bpf_map_delete_elem(rules->maps.rule_sets, &id);
	return rc;
}

static const char *pdr_lacks(const struct dp_pdr *pdr)
{
	/* in the programs QFI 0 is any */
	if (pdr->qfis & (pdr->qfis - 1) || pdr->qfis & 1)
		return "look at more than one QFI, or at QFI 0";
	if (pdr->mark.rqi || pdr->mark.has_ppi)
		return "mark more than the QFI";
	if (pdr->source == DP_N3 && pdr->direction == DP_DOWNLINK && pdr->ue)
		return "look at the UE's address in downlink packets from N3";
	return NULL;
}

/* What these programs can't do */
static int change_check(const struct dp_session *s, struct dp_error *ret_err)
{
	static const unsigned lacks = DP_NEED_FILTERS | DP_NEED_IP6 | DP_NEED_PREFIXES |
				      DP_NEED_BUFFER | DP_NEED_NOTIFY | DP_NEED_DUPLICATES |
				      DP_NEED_TOS | DP_NEED_RATES | DP_NEED_USAGE;
	int rc = dp_session_refuse(s, lacks, "the ebpf back end", ret_err);

	if (rc)
		return rc;
	if (s->pdr_count > EBPF_RULES_MAX)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EOPNOTSUPP, "more than %d PDRs",
				    EBPF_RULES_MAX);
	for (size_t i = 0; i < s->pdr_count; i++)
		if (pdr_lacks(&s->pdr[i]))
			return dp_error_set(ret_err, DP_ERROR_PDR, s->pdr[i].id, -EOPNOTSUPP,
					    "PDR %u: the ebpf back end can't %s", s->pdr[i].id,
					    pdr_lacks(&s->pdr[i]));
	return 0;
}

int ebpf_rules_apply(struct ebpf_rules *rules, struct dp_entry *entry,
		     const struct ebpf_change *change, struct dp_error *ret_err)
{
	uint32_t slot = entry->slot;
	uint64_t old;
	int rc = change_check(change->session, ret_err);

	if (rc)
		return rc;
	rc = retired_make_room(rules);
	if (!rc && slot == DP_NO_SLOT)
		rc = slot_take(rules, &slot);
	if (rc)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "no room: %s", strerror(-rc));
	rc = set_prepare(rules, entry, change, slot);
	if (rc) {
		if (entry->slot == DP_NO_SLOT)
			slot_give_back(rules, slot);
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, rc, "maps: %s", strerror(-rc));
	}
	old = rules->current[slot];
	__atomic_store_n(&rules->current[slot], rules->next_set++, __ATOMIC_RELEASE);
	indexes_prune(&rules->maps, entry, change->keys);
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
	indexes_prune(&rules->maps, entry, NULL);
	if (rules->retired_count < EBPF_SETS_SPARE)
		retire(rules, old, entry->slot);
}
