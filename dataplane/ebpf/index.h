/* SPDX-License-Identifier: Apache-2.0 */
/* The index maps: which session a TEID, a UE's address, a bearer leads to. */
#ifndef BATON_DATAPLANE_EBPF_INDEX_H
#define BATON_DATAPLANE_EBPF_INDEX_H

#include "dataplane/ebpf/shared.h"
#include "dataplane/internal.h"

/* Maps, and the own memory of those that are arrays */
struct indexes {
	int teids_far, ue_other, routes, bearers;
	struct ebpf_index *teid, *ue4;
	uint32_t teid_mask;
	size_t pool_count;
	const struct ebpf_pool *pool;
	volatile uint32_t *has_routes;
};

/**
 * index_put - from now on @key leads to @set of @slot; in place of what it led to, in one step
 * @fresh: it led nowhere; a TEID that once had to go beside the array stays there. A key that isn't
 * in an array leads to the slot alone, by whose `set` programs go on: nothing is done for it when
 * it isn't fresh, and the caller stores that
 * Return: 0, or a negative errno: -ENOSPC, ...; then nothing has changed. It can't fail for a key
 * that leads somewhere already.
 */
int index_put(struct indexes *x, const struct dp_key *key, bool fresh, uint32_t slot, uint32_t set);
/** index_remove - it leads nowhere */
void index_remove(struct indexes *x, const struct dp_key *key);

#endif
