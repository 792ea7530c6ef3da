// SPDX-License-Identifier: Apache-2.0
/* Local TEIDs in use: a table by their low bits, and a hash for those that meet another there. */
#include "upf/teid.h"

#include <errno.h>
#include <stdlib.h>
#include <uthash.h>

struct upf_teid {
	uint32_t teid;
	UT_hash_handle hh;
};

static struct upf_teid *other_find(const struct upf_teids *teids, uint32_t teid)
{
	struct upf_teid *entry;

	HASH_FIND(hh, teids->others, &teid, sizeof(teid), entry);
	return entry;
}

static uint32_t *place_of(const struct upf_teids *teids, uint32_t teid)
{
	return &teids->table[teid & teids->mask];
}

int upf_teids_init(struct upf_teids *teids, unsigned bits)
{
	int rc;

	*teids = (struct upf_teids){.mask = (1u << bits) - 1};
	rc = random_take(&teids->random, &teids->next, sizeof(teids->next));
	if (rc)
		return rc;
	teids->table = calloc((size_t)teids->mask + 1, sizeof(*teids->table));
	return teids->table ? 0 : -ENOMEM;
}

void upf_teids_done(struct upf_teids *teids)
{
	struct upf_teid *entry, *tmp;

	HASH_ITER (hh, teids->others, entry, tmp) {
		HASH_DEL(teids->others, entry);
		free(entry);
	}
	free(teids->table);
	teids->table = NULL;
}

static int other_claim(struct upf_teids *teids, uint32_t teid)
{
	struct upf_teid *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	entry->teid = teid;
	HASH_ADD(hh, teids->others, teid, sizeof(entry->teid), entry);
	return 0;
}

int upf_teid_claim(struct upf_teids *teids, uint32_t teid)
{
	uint32_t *place = place_of(teids, teid);
	int rc = 0;

	if (!teid)
		return -EINVAL;
	if (*place == teid || other_find(teids, teid))
		return -EEXIST;
	if (teids->count > teids->mask)
		return -ENOSPC;
	if (*place)
		rc = other_claim(teids, teid);
	else
		*place = teid;
	teids->count += !rc;
	return rc;
}

int upf_teid_take(struct upf_teids *teids, uint32_t *ret_teid)
{
	uint32_t high, teid;
	int rc;

	if (teids->count > teids->mask)
		return -ENOSPC;
	/* There is a free place, or one that an other holds the number of: then the next */
	for (size_t tries = 0; tries <= teids->mask; tries++) {
		const uint32_t low = teids->next++ & teids->mask;

		if (teids->table[low])
			continue;
		do {
			rc = random_take(&teids->random, &high, sizeof(high));
			if (rc)
				return rc;
			teid = (high & ~teids->mask) | low;
		} while (!teid || other_find(teids, teid));
		teids->table[low] = teid;
		teids->count++;
		*ret_teid = teid;
		return 0;
	}
	return -ENOSPC;
}

void upf_teid_release(struct upf_teids *teids, uint32_t teid)
{
	uint32_t *place = place_of(teids, teid);
	struct upf_teid *entry;

	if (!teid)
		return;
	if (*place == teid) {
		*place = 0;
		teids->count--;
		return;
	}
	entry = other_find(teids, teid);
	if (!entry)
		return;
	HASH_DEL(teids->others, entry);
	free(entry);
	teids->count--;
}

size_t upf_teid_count(const struct upf_teids *teids)
{
	return teids->count;
}
