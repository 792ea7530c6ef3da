// SPDX-License-Identifier: Apache-2.0
#include "dataplane/ebpf/numbers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/internal.h"

/* ---- what a session asks for ---- */

static bool has_rate(const uint64_t kbps[2])
{
	return kbps[DP_UPLINK] != UINT64_MAX || kbps[DP_DOWNLINK] != UINT64_MAX;
}

static bool volume_has(const struct dp_volume *v, uint8_t kind)
{
	return (kind == LIMIT_TOTAL ? v->total : v->way[kind - LIMIT_UPLINK]) != UINT64_MAX;
}

static bool urr_has(const struct dp_urr_limits *l, uint8_t kind)
{
	const uint8_t way = kind & ~LIMIT_PACKETS;

	if (way > LIMIT_DOWNLINK)
		return false;
	if (kind & LIMIT_PACKETS)
		return volume_has(&l->notify_packets, way) || volume_has(&l->quota_packets, way);
	return volume_has(&l->notify, way) || volume_has(&l->quota, way) ||
	       (way == LIMIT_TOTAL && (l->start || l->closed));
}

/* ---- buckets ---- */

static bool bucket_wanted(const struct dp_session *s, const struct bucket_name *b)
{
	for (size_t i = 0; i < s->qer_count; i++)
		if (s->qer[i].id == b->qer)
			return has_rate(b->guarantee ? s->qer[i].gbr_kbps : s->qer[i].mbr_kbps);
	return false;
}

uint8_t numbers_bucket(const struct numbers *n, uint32_t qer, bool guarantee)
{
	for (uint8_t i = 0; i < n->bucket_count; i++)
		if (n->bucket[i].used && n->bucket[i].qer == qer &&
		    n->bucket[i].guarantee == guarantee)
			return (uint8_t)(i + 1);
	return 0;
}

static int bucket_add(struct numbers *n, const struct dp_session *s, struct bucket_name wanted,
		      struct dp_error *ret_err)
{
	uint8_t i = 0;

	wanted.used = true;
	if (!bucket_wanted(s, &wanted) || numbers_bucket(n, wanted.qer, wanted.guarantee))
		return 0;
	while (i < n->bucket_count && n->bucket[i].used)
		i++;
	if (i == NUMBERS_BUCKETS)
		return dp_error_set(ret_err, DP_ERROR_QER, wanted.qer, -EOPNOTSUPP,
				    "QER %u: more than %d rates in a session", wanted.qer,
				    NUMBERS_BUCKETS);
	n->bucket[i] = wanted;
	if (i == n->bucket_count)
		n->bucket_count++;
	return 0;
}

static int buckets_next(const struct dp_session *s, struct numbers *n, struct dp_error *ret_err)
{
	int rc = 0;

	for (uint8_t i = 0; i < n->bucket_count; i++)
		if (n->bucket[i].used && !bucket_wanted(s, &n->bucket[i]))
			n->bucket[i].used = false;
	for (size_t i = 0; i < s->qer_count && !rc; i++) {
		rc = bucket_add(n, s, (struct bucket_name){.qer = s->qer[i].id}, ret_err);
		if (!rc)
			rc = bucket_add(
				n, s, (struct bucket_name){.qer = s->qer[i].id, .guarantee = true},
				ret_err);
	}
	return rc;
}

/* ---- limits ---- */

static const struct dp_urr *urr_of(const struct dp_session *s, uint32_t id)
{
	for (size_t i = 0; i < s->urr_count; i++)
		if (s->urr[i].id == id)
			return &s->urr[i];
	return NULL;
}

static bool has_limit(const struct numbers *n, uint32_t urr, uint8_t kind)
{
	for (uint8_t i = 0; i < n->limit_count; i++)
		if (n->limit[i].used && n->limit[i].urr == urr && n->limit[i].kind == kind)
			return true;
	return false;
}

static int limit_add(struct numbers *n, const struct dp_urr *urr, uint8_t kind,
		     struct dp_error *ret_err)
{
	uint8_t i = 0;

	while (i < n->limit_count && n->limit[i].used)
		i++;
	if (i == NUMBERS_LIMITS)
		return dp_error_set(ret_err, DP_ERROR_URR, urr->id, -EOPNOTSUPP,
				    "URR %u: more than %d limits in a session", urr->id,
				    NUMBERS_LIMITS);
	n->limit[i] = (struct limit_name){.urr = urr->id, .used = true, .kind = kind};
	if (i == n->limit_count)
		n->limit_count++;
	return 0;
}

static int limits_next(const struct dp_session *s, struct numbers *n, struct dp_error *ret_err)
{
	for (uint8_t i = 0; i < n->limit_count; i++) {
		const struct dp_urr *urr = urr_of(s, n->limit[i].urr);

		if (n->limit[i].used && (!urr || !urr_has(&urr->limits, n->limit[i].kind)))
			n->limit[i].used = false;
	}
	for (size_t i = 0; i < s->urr_count; i++)
		for (uint8_t kind = 0; kind < LIMIT_KINDS; kind++) {
			int rc = 0;

			if (urr_has(&s->urr[i].limits, kind) && !has_limit(n, s->urr[i].id, kind))
				rc = limit_add(n, &s->urr[i], kind, ret_err);
			if (rc)
				return rc;
		}
	return 0;
}

size_t numbers_limits(const struct numbers *n, uint32_t urr, uint8_t ret[LIMIT_KINDS])
{
	size_t count = 0;

	for (uint8_t i = 0; i < n->limit_count; i++)
		if (n->limit[i].used && n->limit[i].urr == urr)
			ret[count++] = (uint8_t)(i + 1);
	return count;
}

bool numbers_covers(const struct numbers *n, uint32_t urr, const struct dp_urr_limits *limits)
{
	for (uint8_t kind = 0; kind < LIMIT_KINDS; kind++)
		if (urr_has(limits, kind) && !has_limit(n, urr, kind))
			return false;
	return true;
}

bool numbers_counts(const struct account_name *a, uint32_t urr)
{
	for (uint8_t i = 0; a->used && i < a->urr_count; i++)
		if (a->urr[i] == urr)
			return true;
	return false;
}

uint64_t numbers_sum(const struct numbers *n, const struct limit_name *limit)
{
	const uint8_t way = limit->kind & ~LIMIT_PACKETS;
	uint64_t bits = 0;

	for (uint8_t i = 0; i < n->account_count; i++) {
		const struct account_name *a = &n->account[i];

		if (a->used && numbers_counts(a, limit->urr) &&
		    (way == LIMIT_TOTAL || a->direction == way - LIMIT_UPLINK))
			bits |= UINT64_C(1) << i;
	}
	return bits;
}

/* ---- accounts ---- */

static int account_of(const struct dp_session *s, const struct dp_pdr *pdr,
		      struct account_name *ret, struct dp_error *ret_err)
{
	if (pdr->urr_count > EBPF_LIMIT_REFS)
		return dp_error_set(ret_err, DP_ERROR_PDR, pdr->id, -EOPNOTSUPP,
				    "PDR %u: more than %d URRs", pdr->id, EBPF_LIMIT_REFS);
	*ret = (struct account_name){.pdr = pdr->id,
				     .used = true,
				     .direction = (uint8_t)pdr->direction,
				     .urr_count = pdr->urr_count};
	for (uint8_t i = 0; i < pdr->urr_count; i++)
		ret->urr[i] = s->urr[pdr->urr[i]].id;
	return 0;
}

static bool same_account(const struct account_name *a, const struct account_name *b)
{
	return a->pdr == b->pdr && a->direction == b->direction && a->urr_count == b->urr_count &&
	       !memcmp(a->urr, b->urr, sizeof(a->urr[0]) * a->urr_count);
}

uint8_t numbers_account(const struct numbers *n, uint16_t pdr)
{
	uint8_t i = 0;

	while (i < n->account_count &&
	       (!n->account[i].used || n->account[i].retired || n->account[i].pdr != pdr))
		i++;
	return i;
}

static int account_add(struct numbers *n, const struct account_name *wanted)
{
	uint8_t i = 0;

	while (i < n->account_count && n->account[i].used)
		i++;
	if (i == NUMBERS_ACCOUNTS)
		return -ENOSPC;
	n->account[i] = *wanted;
	if (i == n->account_count)
		n->account_count++;
	return 0;
}

/* A URR that is gone has no counts any more: a new one may have its id */
static void urrs_forget(const struct dp_session *s, struct account_name *retired)
{
	uint8_t left = 0;

	for (uint8_t i = 0; i < retired->urr_count; i++)
		if (urr_of(s, retired->urr[i]))
			retired->urr[left++] = retired->urr[i];
	retired->urr_count = left;
}

static int accounts_next(const struct dp_session *s, struct numbers *n, struct dp_error *ret_err)
{
	bool kept[NUMBERS_ACCOUNTS] = {false};
	const uint8_t before = n->account_count;
	struct account_name wanted[DP_PDRS_MAX];
	bool found[DP_PDRS_MAX] = {false};
	int rc = 0;

	for (size_t i = 0; i < s->pdr_count; i++) {
		uint8_t at = numbers_account(n, s->pdr[i].id);

		rc = account_of(s, &s->pdr[i], &wanted[i], ret_err);
		if (rc)
			return rc;
		found[i] = at < before && same_account(&n->account[at], &wanted[i]);
		if (found[i])
			kept[at] = true;
	}
	for (uint8_t i = 0; i < before; i++)
		if (n->account[i].used && !kept[i]) {
			n->account[i].retired = true;
			urrs_forget(s, &n->account[i]);
		}
	for (size_t i = 0; i < s->pdr_count && !rc; i++)
		if (!found[i])
			rc = account_add(n, &wanted[i]);
	return rc;
}

int numbers_next(const struct numbers *old, const struct dp_session *session, struct numbers *ret,
		 struct dp_error *ret_err)
{
	int rc;

	if (old)
		*ret = *old;
	else
		memset(ret, 0, sizeof(*ret));
	rc = buckets_next(session, ret, ret_err);
	if (!rc)
		rc = limits_next(session, ret, ret_err);
	return rc ? rc : accounts_next(session, ret, ret_err);
}

bool numbers_need_more(const struct numbers *n)
{
	bool more = n->bucket_count > EBPF_SLOT_BUCKETS || n->limit_count > EBPF_SLOT_LIMITS ||
		    n->account_count > EBPF_SLOT_ACCOUNTS;

	for (uint8_t i = 0; i < n->bucket_count; i++)
		more |= n->bucket[i].used && n->bucket[i].guarantee;
	return more;
}

/* ---- packed ---- */

static size_t put(uint8_t *to, const void *from, size_t size)
{
	if (to)
		memcpy(to, from, size);
	return size;
}

/* @to: NULL: only how much it takes */
static size_t write_to(uint8_t *to, const struct numbers *n)
{
	const struct {
		const void *from;
		size_t size;
	} part[] = {{&n->bucket_count, 1},
		    {&n->limit_count, 1},
		    {&n->account_count, 1},
		    {n->bucket, n->bucket_count * sizeof(n->bucket[0])},
		    {n->limit, n->limit_count * sizeof(n->limit[0])},
		    {n->account, n->account_count * sizeof(n->account[0])}};
	size_t size = 0;

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		size += put(to ? to + size : NULL, part[i].from, part[i].size);
	return size;
}

void *numbers_pack(const struct numbers *n)
{
	uint8_t *packed = malloc(write_to(NULL, n));

	if (packed)
		write_to(packed, n);
	return packed;
}

static const uint8_t *take(const uint8_t *from, void *to, size_t size)
{
	memcpy(to, from, size);
	return from + size;
}

static size_t packed_size(const uint8_t counts[3])
{
	return 3 + counts[0] * sizeof(struct bucket_name) + counts[1] * sizeof(struct limit_name) +
	       counts[2] * sizeof(struct account_name);
}

size_t numbers_packed_size(const void *packed)
{
	return packed_size(packed);
}

/* Other octets than 0 and 1 are none */
static bool is_bool(const void *octet)
{
	return *(const uint8_t *)octet <= 1;
}

int numbers_read(const uint8_t *octets, size_t len, struct numbers *ret)
{
	if (len < 3 || octets[0] > NUMBERS_BUCKETS || octets[1] > NUMBERS_LIMITS ||
	    octets[2] > NUMBERS_ACCOUNTS || len != packed_size(octets))
		return -EBADMSG;
	numbers_unpack(octets, ret);
	for (uint8_t i = 0; i < ret->bucket_count; i++)
		if (!is_bool(&ret->bucket[i].used) || !is_bool(&ret->bucket[i].guarantee))
			return -EBADMSG;
	for (uint8_t i = 0; i < ret->limit_count; i++)
		if (!is_bool(&ret->limit[i].used))
			return -EBADMSG;
	for (uint8_t i = 0; i < ret->account_count; i++)
		if (!is_bool(&ret->account[i].used) || !is_bool(&ret->account[i].retired) ||
		    ret->account[i].direction > DP_DOWNLINK ||
		    ret->account[i].urr_count > EBPF_LIMIT_REFS)
			return -EBADMSG;
	return 0;
}

void numbers_unpack(const void *packed, struct numbers *ret)
{
	const uint8_t *at = packed;

	memset(ret, 0, sizeof(*ret));
	at = take(at, &ret->bucket_count, 1);
	at = take(at, &ret->limit_count, 1);
	at = take(at, &ret->account_count, 1);
	at = take(at, ret->bucket, ret->bucket_count * sizeof(ret->bucket[0]));
	at = take(at, ret->limit, ret->limit_count * sizeof(ret->limit[0]));
	take(at, ret->account, ret->account_count * sizeof(ret->account[0]));
}

void numbers_repack(const struct numbers *n, void *packed)
{
	write_to(packed, n);
}
