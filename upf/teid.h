/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Local TEIDs in use. Of a new one the low bits count up from a random start, so that no two of
 * ours share them (the data plane finds those quickest) and one that was given back isn't given out
 * again soon; the high bits are random, so that nobody can name another's tunnel by counting
 * (TS 29.281 cl. 5.1, TS 23.527 cl. 4.3).
 */
#ifndef BATON_UPF_TEID_H
#define BATON_UPF_TEID_H

#include <stddef.h>
#include <stdint.h>

#include "lib/random.h"

struct upf_teid;
struct upf_teids {
	uint32_t *table; /* by the low bits; 0: free */
	uint32_t mask;
	uint32_t next;
	size_t count;
	struct upf_teid *others; /* uthash: claimed, where another has the same low bits */
	struct random_store random;
};

/** upf_teids_init - @bits: as many as 2^bits can be in use, the low bits of each its own; Return:
 * 0, -ENOMEM or a negative errno of getrandom() */
int upf_teids_init(struct upf_teids *teids, unsigned bits);
void upf_teids_done(struct upf_teids *teids);

/** upf_teid_take - a new one, not 0; Return: 0, -ENOSPC, or a negative errno of getrandom() */
int upf_teid_take(struct upf_teids *teids, uint32_t *ret_teid);
/** upf_teid_claim - this very one; Return: 0, -EEXIST, -EINVAL (0), -ENOSPC, -ENOMEM */
int upf_teid_claim(struct upf_teids *teids, uint32_t teid);
void upf_teid_release(struct upf_teids *teids, uint32_t teid);
size_t upf_teid_count(const struct upf_teids *teids);

#endif
