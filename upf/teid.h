/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Local TEIDs in use. New ones count up from a random start, so that a TEID that was given back
 * isn't given out again soon and a restarted UPF doesn't begin where its predecessor did (TS 29.281
 * cl. 5.1, TS 23.527 cl. 4.3): late packets then hit nothing instead of another session.
 */
#ifndef BATON_UPF_TEID_H
#define BATON_UPF_TEID_H

#include <stddef.h>
#include <stdint.h>

enum { UPF_TEIDS_MAX = 131072 };

struct upf_teid;
struct upf_teids {
	struct upf_teid *used; /* uthash */
	uint32_t next;
};

/** upf_teids_init - Return: 0 or a negative errno of getrandom() */
int upf_teids_init(struct upf_teids *teids);
void upf_teids_done(struct upf_teids *teids);

/** upf_teid_take - a new one, not 0; Return: 0, -ENOSPC, -ENOMEM */
int upf_teid_take(struct upf_teids *teids, uint32_t *ret_teid);
/** upf_teid_claim - this very one; Return: 0, -EEXIST, -EINVAL (0), -ENOSPC, -ENOMEM */
int upf_teid_claim(struct upf_teids *teids, uint32_t teid);
void upf_teid_release(struct upf_teids *teids, uint32_t teid);
size_t upf_teid_count(const struct upf_teids *teids);

#endif
