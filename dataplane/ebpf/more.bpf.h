/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions with more than a slot has: further accounts, QERs, URRs, and guarantees. One function
 * that isn't inlined, since few sessions are so.
 */
#ifndef BATON_DATAPLANE_EBPF_MORE_BPF_H
#define BATON_DATAPLANE_EBPF_MORE_BPF_H

#include "dataplane/ebpf/police.bpf.h"

enum {
	BUCKET_GUARANTEE = 0x80 /* in ebpf_entry.bucket: this bucket is a guarantee, not a limit */
};

static __always_inline struct ebpf_bucket *bucket_of(struct ebpf_slot *slot, struct ebpf_more *m,
						     __u32 ref)
{
	const __u32 number = (ref & ~BUCKET_GUARANTEE) - 1;

	if (number < EBPF_SLOT_BUCKETS) /* not by the number, whose bounds clang takes for known */
		return number ? &slot->bucket[1] : &slot->bucket[0];
	return &m->bucket[(number - EBPF_SLOT_BUCKETS) & (EBPF_MORE_BUCKETS - 1)];
}

/* Return: bucket_take. Not static: verified once, and not for each of an entry's */
__noinline int more_take(struct ebpf_slot *slot, struct ebpf_more *m, __u32 ref, __u32 way,
			 const struct load *load)
{
	if (!slot || !m || !load)
		return false;
	return bucket_take(bucket_of(slot, m, ref), way & 1, load);
}

/* What keeps within a guarantee passes whatever its limits say, and is charged to them all the
 * same. */
static __always_inline bool more_rates_hold(const struct ebpf_entry *e, struct ebpf_slot *slot,
					    struct ebpf_more *m, const struct load *load)
{
	const __u32 way = e->direction & 1;
	__u32 charged = 0, over = 0;
	bool guaranteed = false;

	for (__u32 i = 0; i < EBPF_BUCKET_REFS; i++) {
		const __u32 ref = e->bucket[i];
		bool held;

		if (!ref)
			break;
		held = more_take(slot, m, ref, way, load);
		if (ref & BUCKET_GUARANTEE)
			guaranteed = held;
		else
			*(held ? &charged : &over) |= 1u << i;
	}
	if (!over)
		return true;
	if (guaranteed)
		charged = over;
	for (__u32 i = 0; i < EBPF_BUCKET_REFS; i++)
		if (charged >> i & 1)
			bucket_move(bucket_of(slot, m, e->bucket[i]), way, load, !guaranteed);
	return guaranteed;
}

/* Of accounts in @bits; a turn each */
struct summing {
	struct ebpf_more *more;
	__u64 bits, sum;
	bool packets;
};

static long sum_one(__u32 i, void *user)
{
	struct summing *s = user;

	if (s->bits >> i & 1)
		s->sum += counted(&s->more->account[i & 63], s->packets);
	return 0;
}

/* What a limit is on, wherever it is */
struct limited {
	struct ebpf_limit *limit;
	__u64 accounts;
	bool on, packets;
};

static __always_inline struct limited limited_by(struct ebpf_slot *slot, struct ebpf_more *m,
						 __u32 number)
{
	struct ebpf_more_limit *u;

	if (number <= EBPF_SLOT_LIMITS) {
		const __u32 n = number == 2;

		return (struct limited){&slot->limit[n], m->accounts[n],
					slot->sum[n].flags & EBPF_LIMIT_ON,
					slot->sum[n].flags & EBPF_LIMIT_PACKETS};
	}
	u = &m->limit[(number - 1 - EBPF_SLOT_LIMITS) & (EBPF_MORE_LIMITS - 1)];
	return (struct limited){&u->limit, u->accounts, u->flags & EBPF_LIMIT_ON,
				u->flags & EBPF_LIMIT_PACKETS};
}

/* Return: whether what comes now is over the quota of limit @number, counted from 1. Not static:
 * verified once, and not for each of an entry's limits */
__noinline int more_limit_see(struct ebpf_slot *slot, struct ebpf_more *m, __u32 number,
			      __u32 slot_number, const struct load *load)
{
	struct summing s = {};
	struct limited l;

	if (!slot || !m || !load)
		return true;
	l = limited_by(slot, m, number);
	if (!l.on)
		return false;
	s.more = m;
	s.bits = l.accounts >> EBPF_SLOT_ACCOUNTS;
	s.packets = l.packets;
	if (l.accounts & 1)
		s.sum = counted(&slot->account[0], l.packets);
	if (l.accounts & 2)
		s.sum += counted(&slot->account[1], l.packets);
	if (s.bits)
		bpf_loop(EBPF_MORE_ACCOUNTS, sum_one, &s, 0);
	return limit_look(l.limit, s.sum, l.packets ? load->packets : load->octets, slot_number,
			  number);
}

static __always_inline bool more_over_quota(const struct ebpf_entry *e, __u32 slot_number,
					    struct ebpf_slot *slot, struct ebpf_more *m,
					    const struct load *load)
{
	int over = 0;

	for (__u32 i = 0; i < EBPF_LIMIT_REFS; i++)
		if (e->limit[i])
			over |= more_limit_see(slot, m, e->limit[i], slot_number, load);
	return over;
}

/* Return: EBPF_DROP_REASONS, it may go and was counted; or why it is dropped */
__noinline int more_decide(const struct ebpf_entry *e, struct ebpf_slot *slot, __u32 number,
			   const struct load *load)
{
	struct ebpf_more *m;
	__u32 cell;

	if (!e || !slot || !load)
		return EBPF_DROP_RATE;
	cell = slot->more;
	m = bpf_map_lookup_elem(&more, &cell);
	if (!m)
		return EBPF_DROP_RATE;
	if (!more_rates_hold(e, slot, m, load))
		return EBPF_DROP_RATE;
	if (more_over_quota(e, number, slot, m, load))
		return EBPF_DROP_QUOTA;
	if (e->account < EBPF_SLOT_ACCOUNTS)
		account(e->account ? &slot->account[1] : &slot->account[0], slot, load);
	else
		account(&m->account[(e->account - EBPF_SLOT_ACCOUNTS) & 63], slot, load);
	return EBPF_DROP_REASONS;
}

#endif
