// SPDX-License-Identifier: Apache-2.0
/* The set of local TEIDs in use. */
#include "upf/teid.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <uthash.h>

struct upf_teid {
	uint32_t teid;
	UT_hash_handle hh;
};

static struct upf_teid *teid_find(const struct upf_teids *teids, uint32_t teid)
{
	struct upf_teid *entry;

	HASH_FIND(hh, teids->used, &teid, sizeof(teid), entry);
	return entry;
}

int upf_teids_init(struct upf_teids *teids)
{
	teids->used = NULL;
	return getrandom(&teids->next, sizeof(teids->next), 0) < 0 ? -errno : 0;
}

void upf_teids_done(struct upf_teids *teids)
{
	struct upf_teid *entry, *tmp;

	HASH_ITER (hh, teids->used, entry, tmp) {
		HASH_DEL(teids->used, entry);
		free(entry);
	}
}

int upf_teid_claim(struct upf_teids *teids, uint32_t teid)
{
	struct upf_teid *entry;

	if (!teid)
		return -EINVAL;
	if (teid_find(teids, teid))
		return -EEXIST;
	if (upf_teid_count(teids) >= UPF_TEIDS_MAX)
		return -ENOSPC;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->teid = teid;
	HASH_ADD(hh, teids->used, teid, sizeof(entry->teid), entry);
	return 0;
}

int upf_teid_take(struct upf_teids *teids, uint32_t *ret_teid)
{
	uint32_t teid;
	int rc;

	/* At most UPF_TEIDS_MAX of 2^32 are in use: ends soon */
	do
		teid = teids->next++;
	while (!teid || teid_find(teids, teid));
	rc = upf_teid_claim(teids, teid);
	if (!rc)
		*ret_teid = teid;
	return rc;
}

void upf_teid_release(struct upf_teids *teids, uint32_t teid)
{
	struct upf_teid *entry = teid_find(teids, teid);

	if (!entry)
		return;
	HASH_DEL(teids->used, entry);
	free(entry);
}

size_t upf_teid_count(const struct upf_teids *teids)
{
	return HASH_COUNT(teids->used);
}
