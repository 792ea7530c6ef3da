/* SPDX-License-Identifier: Apache-2.0 */
/* What one session has in its slot, and what user space keeps of it: rates, limits, what was
 * counted. */
#ifndef BATON_DATAPLANE_EBPF_SESSION_H
#define BATON_DATAPLANE_EBPF_SESSION_H

#include "dataplane/ebpf/rules.h"

/* What accounts that are no more had counted: of the session, and of each URR that it has */
struct base {
	uint32_t count;
	struct dp_counters all;
	struct urr_base {
		uint32_t urr;
		uint64_t octets[2], packets[2];
	} urr[];
};

/* Little, since there are many */
struct session {
	uint32_t slot, set;
	void *numbers;	   /* packed */
	struct base *base; /* NULL: no URRs, and nothing was folded */
	struct session *fold_next, **fold_at;
};

static inline struct session *session_of(const struct dp_entry *entry)
{
	return entry->state;
}

void session_free(struct dp_entry *entry);
/** session_count - added to @c */
void session_count(struct dp_counters *c, uint8_t direction, uint64_t octets, uint64_t packets);
/** session_base_next - @ret: the base for @asked, NULL: none, free it; of what URRs had that aren't
 * in @asked nothing is left. Return: 0 or -ENOMEM */
int session_base_next(const struct session *session, const struct dp_session *asked,
		      struct base **ret);
/**
 * session_slot_prepare - what rules->after names and rules->before doesn't, where no program looks
 * yet
 * @session: without a set it is new, and so is its slot
 * Return: 0 or -ENOMEM, ...
 */
int session_slot_prepare(struct rules *rules, uint32_t slot, const struct session *session,
			 const struct dp_session *asked);
/** session_slot_restore - rates and limits as they were before session_slot_prepare, whose change
 * came to nothing */
void session_slot_restore(struct rules *rules, uint32_t slot);
/** session_slot_update - rates and limits of what was there before */
void session_slot_update(struct rules *rules, uint32_t slot, const struct dp_session *asked);
/** session_more_remove - @seen: programs may be reading it */
void session_more_remove(struct rules *rules, uint32_t slot, bool seen);

/** session_fold_later - when @numbers has retired accounts; session_fold_never - it ends;
 * session_fold_all - a grace period has passed since they were retired */
void session_fold_later(struct rules *rules, struct session *session,
			const struct numbers *numbers);
void session_fold_never(struct rules *rules, struct session *session);
void session_fold_all(struct rules *rules);

#endif
