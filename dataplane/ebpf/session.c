// SPDX-License-Identifier: Apache-2.0
#include "dataplane/ebpf/session.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* GCRA's units, see struct ebpf_bucket: an octet at 1000 bit/s takes 8 ms, in 2^-9 ns */
#define OCTET_KBPS (UINT64_C(8000000) << 9)
/* A time that doesn't come: bucket_take waits for it */
#define NEVER (UINT64_C(3) << 62)

enum { BURST_NS = 10000000, BURST_UNIT_NS = 64, BURST_PACKETS = 2, BURST_OCTETS = 3000 };

/* ---- rates ---- */

static const struct dp_qer *qer_of(const struct dp_session *s, uint32_t id)
{
	for (size_t i = 0; i < s->qer_count; i++)
		if (s->qer[i].id == id)
			return &s->qer[i];
	return NULL;
}

static void rate(uint64_t kbps, uint32_t *ret_cost, uint32_t *ret_burst)
{
	uint64_t cost, burst_ns;

	if (kbps == UINT64_MAX) {
		*ret_cost = *ret_burst = 0;
		return;
	}
	if (!kbps) { /* nothing passes, see bucket_rates */
		*ret_cost = 1;
		*ret_burst = 0;
		return;
	}
	cost = (OCTET_KBPS + kbps / 2) / kbps;
	*ret_cost = cost ? (uint32_t)cost : 1;
	burst_ns = (BURST_OCTETS * cost) >> 9; /* two packets, where 10 ms have no room for them */
	if (burst_ns < BURST_NS)
		burst_ns = BURST_NS;
	burst_ns /= BURST_UNIT_NS;
	*ret_burst = burst_ns > UINT32_MAX ? UINT32_MAX : (uint32_t)burst_ns;
}

static void bucket_rates(const struct dp_session *s, const struct bucket_name *name,
			 struct ebpf_bucket *bucket)
{
	const struct dp_qer *qer = qer_of(s, name->qer);
	const uint64_t *kbps = name->guarantee ? qer->gbr_kbps : qer->mbr_kbps;

	for (int way = 0; way < 2; way++) {
		rate(kbps[way], &bucket->cost[way], &bucket->burst[way]);
		if (!kbps[way])
			bucket->tat[way] = NEVER;
		else if (bucket->tat[way] >= NEVER)
			bucket->tat[way] = 0;
	}
}

/* ---- where things are ---- */

struct place {
	struct ebpf_slot *slot;
	struct ebpf_more *more; /* nothing is there when the slot has none */
};

static struct place place_of(const struct rules *r, uint32_t slot)
{
	return (struct place){&r->slot[slot], &r->more[r->slot[slot].more]};
}

static struct ebpf_bucket *bucket_at(const struct place *p, uint8_t i)
{
	return i < EBPF_SLOT_BUCKETS ? &p->slot->bucket[i]
				     : &p->more->bucket[i - EBPF_SLOT_BUCKETS];
}

static struct ebpf_limit *limit_at(const struct place *p, uint8_t i)
{
	return i < EBPF_SLOT_LIMITS ? &p->slot->limit[i]
				    : &p->more->limit[i - EBPF_SLOT_LIMITS].limit;
}

static struct ebpf_account *account_at(const struct place *p, uint8_t i)
{
	return i < EBPF_SLOT_ACCOUNTS ? &p->slot->account[i]
				      : &p->more->account[i - EBPF_SLOT_ACCOUNTS];
}

/* ---- limits ---- */

static const struct urr_base *base_of(const struct session *session, uint32_t urr)
{
	for (uint32_t i = 0; session->base && i < session->base->count; i++)
		if (session->base->urr[i].urr == urr)
			return &session->base->urr[i];
	return NULL;
}

static uint64_t base_sum(const struct session *session, const struct limit_name *name)
{
	const struct urr_base *base = base_of(session, name->urr);
	const uint8_t way = name->kind & ~LIMIT_PACKETS;
	const uint64_t *of;

	if (!base)
		return 0;
	of = name->kind & LIMIT_PACKETS ? base->packets : base->octets;
	return way == LIMIT_TOTAL ? of[0] + of[1] : of[way - LIMIT_UPLINK];
}

static uint64_t volume_of(const struct dp_volume *v, uint8_t way)
{
	return way == LIMIT_TOTAL ? v->total : v->way[way - LIMIT_UPLINK];
}

/* An absolute reading as the programs see it, who know nothing of what was folded */
static uint64_t less(uint64_t reading, uint64_t base)
{
	if (reading == UINT64_MAX)
		return reading;
	return reading > base ? reading - base : 0;
}

static struct ebpf_limit limit_of(const struct session *session, const struct limit_name *name,
				  const struct dp_urr_limits *l)
{
	const uint8_t way = name->kind & ~LIMIT_PACKETS;
	const bool packets = name->kind & LIMIT_PACKETS;
	const uint64_t base = base_sum(session, name);
	struct ebpf_limit ret = {
		.notify = less(volume_of(packets ? &l->notify_packets : &l->notify, way), base),
		.quota = less(volume_of(packets ? &l->quota_packets : &l->quota, way), base)};

	if (name->kind == LIMIT_TOTAL && l->start)
		ret.notify = 0;
	if (name->kind == LIMIT_TOTAL && l->closed)
		ret.quota = 0;
	return ret;
}

static void limit_write(struct ebpf_limit *to, struct ebpf_limit from)
{
	__atomic_store_n(&to->quota, from.quota, __ATOMIC_RELAXED);
	__atomic_store_n(&to->notify, from.notify, __ATOMIC_RELEASE);
}

static void sum_write(const struct place *p, uint8_t i, const struct numbers *n)
{
	const struct limit_name *name = &n->limit[i];
	const uint64_t accounts = name->used ? numbers_sum(n, name) : 0;
	const uint8_t flags = (uint8_t)((name->used ? EBPF_LIMIT_ON : 0) |
					(name->kind & LIMIT_PACKETS ? EBPF_LIMIT_PACKETS : 0));

	if (i < EBPF_SLOT_LIMITS && p->slot->more)
		p->more->accounts[i] = accounts;
	if (i < EBPF_SLOT_LIMITS) {
		p->slot->sum[i] = (struct ebpf_sum){.flags = flags, .accounts = (uint8_t)accounts};
		return;
	}
	p->more->limit[i - EBPF_SLOT_LIMITS].accounts = accounts;
	p->more->limit[i - EBPF_SLOT_LIMITS].flags = flags;
}

/* ---- the slot of a change ---- */

static int more_make(struct rules *r, struct ebpf_slot *slot)
{
	uint32_t cell;

	if (slot->more || !numbers_need_more(&r->after))
		return 0;
	if (!cells_take(&r->mores, &cell))
		return -ENOSPC;
	memset(&r->more[cell], 0, sizeof(r->more[cell]));
	__atomic_store_n(&slot->more, cell, __ATOMIC_RELEASE);
	return 0;
}

static const struct dp_urr_limits *limits_asked(const struct dp_session *s, uint32_t urr)
{
	for (size_t i = 0; i < s->urr_count; i++)
		if (s->urr[i].id == urr)
			return &s->urr[i].limits;
	return NULL;
}

static bool same_bucket(const struct bucket_name *a, const struct bucket_name *b)
{
	return a->used && a->qer == b->qer && a->guarantee == b->guarantee;
}

static bool same_limit(const struct limit_name *a, const struct limit_name *b)
{
	return a->used && a->urr == b->urr && a->kind == b->kind;
}

/* A number that was another rule's, or nobody's, is written over; session_slot_restore takes that
 * back */
static void bucket_begin(struct rules *r, const struct place *p, uint8_t i,
			 const struct dp_session *asked)
{
	const struct bucket_name *name = &r->after.bucket[i];

	if (!name->used || same_bucket(&r->before.bucket[i], name))
		return;
	r->kept.bucket[i] = *bucket_at(p, i);
	*bucket_at(p, i) = (struct ebpf_bucket){0};
	bucket_rates(asked, name, bucket_at(p, i));
}

static void limit_begin(struct rules *r, const struct place *p, uint8_t i,
			const struct session *session, const struct dp_session *asked)
{
	const struct limit_name *name = &r->after.limit[i];

	if (name->used && !same_limit(&r->before.limit[i], name)) {
		r->kept.limit[i] = *limit_at(p, i);
		limit_write(limit_at(p, i),
			    limit_of(session, name, limits_asked(asked, name->urr)));
	}
	sum_write(p, i, &r->after);
}

int session_slot_prepare(struct rules *r, uint32_t slot, const struct session *session,
			 const struct dp_session *asked)
{
	const bool fresh = !session->set;
	struct numbers *before = &r->before;
	struct place p;
	int rc;

	if (fresh) {
		memset(&r->slot[slot], 0, sizeof(r->slot[slot]));
		memset(before, 0, sizeof(*before));
	}
	rc = more_make(r, &r->slot[slot]);
	if (rc)
		return rc;
	p = place_of(r, slot);
	for (uint8_t i = 0; i < r->after.bucket_count; i++)
		bucket_begin(r, &p, i, asked);
	for (uint8_t i = 0; i < r->after.account_count; i++)
		if (r->after.account[i].used && !before->account[i].used)
			*account_at(&p, i) = (struct ebpf_account){0};
	for (uint8_t i = 0; i < r->after.limit_count; i++)
		limit_begin(r, &p, i, session, asked);
	return 0;
}

void session_slot_restore(struct rules *r, uint32_t slot)
{
	const struct place p = place_of(r, slot);

	for (uint8_t i = 0; i < r->after.bucket_count; i++)
		if (r->after.bucket[i].used &&
		    !same_bucket(&r->before.bucket[i], &r->after.bucket[i]))
			*bucket_at(&p, i) = r->kept.bucket[i];
	for (uint8_t i = 0; i < r->after.limit_count; i++) {
		if (r->after.limit[i].used && !same_limit(&r->before.limit[i], &r->after.limit[i]))
			limit_write(limit_at(&p, i), r->kept.limit[i]);
		sum_write(&p, i, &r->before);
	}
}

/* Limits of URRs that were there are dataplane_urr_limits' */
void session_slot_update(struct rules *r, uint32_t slot, const struct dp_session *asked)
{
	const struct place p = place_of(r, slot);

	for (uint8_t i = 0; i < r->after.bucket_count; i++)
		if (r->after.bucket[i].used)
			bucket_rates(asked, &r->after.bucket[i], bucket_at(&p, i));
	__atomic_store_n(&p.slot->notified, 0, __ATOMIC_RELAXED);
}

void session_more_remove(struct rules *r, uint32_t slot, bool seen)
{
	const uint32_t cell = r->slot[slot].more;

	if (!cell)
		return;
	if (seen) {
		cells_give_back(&r->mores, cell); /* programs read the slot's number till then */
	} else {
		r->slot[slot].more = 0;
		cells_untake(&r->mores, cell);
	}
}

/* ---- what was counted ---- */

int session_base_next(const struct session *session, const struct dp_session *asked,
		      struct base **ret)
{
	const struct base *old = session->base;

	*ret = NULL;
	if (!old && !asked->urr_count)
		return 0;
	*ret = malloc(sizeof(**ret) + asked->urr_count * sizeof((*ret)->urr[0]));
	if (!*ret)
		return -ENOMEM;
	(*ret)->count = asked->urr_count;
	(*ret)->all = old ? old->all : (struct dp_counters){0};
	for (uint8_t i = 0; i < asked->urr_count; i++) {
		const struct urr_base *was = base_of(session, asked->urr[i].id);

		(*ret)->urr[i] = was ? *was : (struct urr_base){.urr = asked->urr[i].id};
	}
	return 0;
}

void session_count(struct dp_counters *c, uint8_t direction, uint64_t octets, uint64_t packets)
{
	if (direction == DP_UPLINK) {
		c->uplink_bytes += octets;
		c->uplink_packets += packets;
	} else {
		c->downlink_bytes += octets;
		c->downlink_packets += packets;
	}
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

void rules_counters(const struct rules *r, const struct dp_entry *entry, struct dp_counters *ret)
{
	const struct session *session = session_of(entry);
	const struct place p = place_of(r, entry->slot);
	struct numbers n;

	numbers_unpack(session->numbers, &n);
	*ret = session->base ? session->base->all : (struct dp_counters){0};
	for (uint8_t i = 0; i < n.account_count; i++)
		if (n.account[i].used)
			session_count(ret, n.account[i].direction, account_at(&p, i)->octets,
				      account_at(&p, i)->packets);
	ret->dropped_packets += p.slot->dropped;
	ret->latest_ns = later(ret->latest_ns, p.slot->latest_ns);
}

int rules_urr_counters(struct rules *r, const struct dp_entry *entry, uint32_t urr,
		       struct dp_urr_counters *ret)
{
	const struct session *session = session_of(entry);
	const struct urr_base *base = base_of(session, urr);
	const struct place p = place_of(r, entry->slot);
	struct numbers *n = &r->before;

	if (!base)
		return -ENOENT;
	*ret = (struct dp_urr_counters){
		.latest_ns = later(session->base->all.latest_ns, p.slot->latest_ns)};
	for (int way = 0; way < 2; way++) {
		ret->octets[way] = base->octets[way];
		ret->packets[way] = base->packets[way];
	}
	numbers_unpack(session->numbers, n);
	for (uint8_t i = 0; i < n->account_count; i++) {
		if (!numbers_counts(&n->account[i], urr))
			continue;
		ret->octets[n->account[i].direction] += account_at(&p, i)->octets;
		ret->packets[n->account[i].direction] += account_at(&p, i)->packets;
	}
	return 0;
}

int rules_urr_limits(struct rules *r, struct dp_entry *entry, uint32_t urr,
		     const struct dp_urr_limits *limits)
{
	const struct session *session = session_of(entry);
	const struct place p = place_of(r, entry->slot);
	struct numbers *n = &r->before;

	if (!base_of(session, urr))
		return -ENOENT;
	numbers_unpack(session->numbers, n);
	if (!numbers_covers(n, urr, limits))
		return -EINVAL;
	for (uint8_t i = 0; i < n->limit_count; i++) {
		if (!n->limit[i].used || n->limit[i].urr != urr)
			continue;
		limit_write(limit_at(&p, i), limit_of(session, &n->limit[i], limits));
	}
	return 0;
}

/* ---- folding ---- */

static bool any_retired(const struct numbers *n)
{
	for (uint8_t i = 0; i < n->account_count; i++)
		if (n->account[i].used && n->account[i].retired)
			return true;
	return false;
}

void session_fold_later(struct rules *r, struct session *session, const struct numbers *numbers)
{
	if (session->fold_at || !any_retired(numbers))
		return;
	session->fold_next = r->folding;
	session->fold_at = &r->folding;
	if (r->folding)
		r->folding->fold_at = &session->fold_next;
	r->folding = session;
}

void session_fold_never(struct rules *r, struct session *session)
{
	if (!session->fold_at)
		return;
	*session->fold_at = session->fold_next;
	if (session->fold_next)
		session->fold_next->fold_at = session->fold_at;
	session->fold_at = NULL;
}

/* Return: false: no memory, it stays as it is */
static bool account_fold(struct session *session, struct account_name *name,
			 struct ebpf_account *account)
{
	const uint64_t octets = account->octets, packets = account->packets;

	if (!session->base && !(session->base = calloc(1, sizeof(*session->base))))
		return false;
	for (uint32_t i = 0; i < session->base->count; i++) {
		struct urr_base *base = &session->base->urr[i];

		if (!numbers_counts(name, base->urr))
			continue;
		base->octets[name->direction] += octets;
		base->packets[name->direction] += packets;
	}
	session_count(&session->base->all, name->direction, octets, packets);
	name->used = name->retired = false;
	return true;
}

/* What its limits wait for is lowered by what goes out of their sums */
static void limits_lower(const struct place *p, const struct numbers *n,
			 const struct account_name *gone, const struct ebpf_account *account)
{
	for (uint8_t i = 0; i < n->limit_count; i++) {
		const struct limit_name *name = &n->limit[i];
		const uint8_t way = name->kind & ~LIMIT_PACKETS;
		struct ebpf_limit *limit = limit_at(p, i);
		const uint64_t by = name->kind & LIMIT_PACKETS ? account->packets : account->octets;

		if (!name->used || !numbers_counts(gone, name->urr) ||
		    (way != LIMIT_TOTAL && gone->direction != way - LIMIT_UPLINK))
			continue;
		limit_write(limit, (struct ebpf_limit){.notify = less(limit->notify, by),
						       .quota = less(limit->quota, by)});
	}
}

static void session_fold(struct rules *r, struct session *session)
{
	const struct place p = place_of(r, session->slot);
	struct numbers *n = &r->before;

	numbers_unpack(session->numbers, n);
	for (uint8_t i = 0; i < n->account_count; i++) {
		struct account_name gone = n->account[i];

		if (!gone.used || !gone.retired ||
		    !account_fold(session, &n->account[i], account_at(&p, i)))
			continue;
		for (uint8_t l = 0; l < n->limit_count; l++)
			sum_write(&p, l, n);
		limits_lower(&p, n, &gone, account_at(&p, i));
	}
	numbers_repack(n, session->numbers);
}

void session_fold_all(struct rules *r)
{
	struct session *session = r->folding, *next;

	r->folding = NULL;
	for (; session; session = next) {
		next = session->fold_next;
		session->fold_at = NULL;
		session_fold(r, session);
	}
}
