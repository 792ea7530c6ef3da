/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions in the maps (shared.h): installed, replaced and removed so that a packet sees one whole
 * rule set, and read out.
 *
 * Order of a change: the new sets are written where nobody looks; then each key's index is stored,
 * one 32-bit word; what fell away is given back, and used again only after an RCU grace period
 * (membarrier), which is waited for when cells run short, for many at once.
 */
#ifndef BATON_DATAPLANE_EBPF_RULES_H
#define BATON_DATAPLANE_EBPF_RULES_H

#include "dataplane/ebpf/entries.h"
#include "dataplane/ebpf/index.h"

struct session;

struct rules {
	struct indexes index;
	struct peers peers;
	struct ways ways;
	struct ebpf_set *set; /* maps' own memory */
	struct ebpf_slot *slot;
	struct ebpf_more *more;
	uint64_t *owner; /* by slot: the session's id, 0: none */
	struct cells sets, slots, mores;
	struct session *folding;      /* sessions with retired accounts */
	struct numbers before, after; /* of the change that is being made */
	struct {
		struct ebpf_bucket bucket[NUMBERS_BUCKETS];
		struct ebpf_limit limit[NUMBERS_LIMITS];
	} kept; /* what it has written over */
	struct entries entries;
};

/* A rule set that is to be a session's; all borrowed */
struct rules_change {
	const struct dp_session *session;
	const struct dp_keys *keys;
	uint16_t mtu;
};

int rules_apply(struct rules *rules, struct dp_entry *entry, const struct rules_change *change,
		struct dp_error *ret_err);
/** rules_buffers - a PDR of the session in @slot: it buffers now; rules_any_buffer - one of
 * @session's does */
bool rules_buffers(const struct rules *rules, const struct dp_store *store, uint32_t slot,
		   uint16_t pdr);
void rules_remove(struct rules *rules, struct dp_entry *entry);
/** rules_event - whom it is about; Return: 0, or -ENOENT: it is gone
 * @ret_urr: of USAGE */
int rules_event(const struct rules *rules, const struct dp_store *store,
		const struct ebpf_event *event, uint64_t *ret_session, uint32_t *ret_urr);
/** rules_settle - waits for a grace period: what was given back is free, retired accounts are
 * folded; Return: 0 or a negative errno */
int rules_settle(struct rules *rules);

void rules_counters(const struct rules *rules, const struct dp_entry *entry,
		    struct dp_counters *ret);
/** rules_urr_counters - Return: 0 or -ENOENT */
int rules_urr_counters(struct rules *rules, const struct dp_entry *entry, uint32_t urr,
		       struct dp_urr_counters *ret);
/** rules_urr_limits - Return: 0, -ENOENT, or -EINVAL: of a kind that the URR had none of when it
 * was applied */
int rules_urr_limits(struct rules *rules, struct dp_entry *entry, uint32_t urr,
		     const struct dp_urr_limits *limits);

#endif
