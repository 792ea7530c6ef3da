/* SPDX-License-Identifier: GPL-2.0 */
/* What a packet is limited and counted by: QERs, URRs (TS 29.244 cl. 5.4, 5.2.2). */
#ifndef BATON_DATAPLANE_EBPF_POLICE_BPF_H
#define BATON_DATAPLANE_EBPF_POLICE_BPF_H

#include "dataplane/ebpf/match.bpf.h"

#ifndef BATON_DATAPLANE_SKB_BPF_H
/* Of a packet, as in skb.bpf.h: XDP knows no super-packets */
struct load {
	__u64 octets, packets, now_ns;
	__u32 segment;
};
#endif

enum {
	LATEST_NS = 10000000, /* so old what is said of the latest packet may be */
	SWAP_TRIES = 4,
};

/* ---- rates ---- */

/* GCRA, charged whole while less than the burst is owed. Return: whether it was charged */
static __always_inline bool bucket_take(struct ebpf_bucket *b, __u32 way, const struct load *load)
{
	const __u64 now = load->now_ns << 6, cost = load->octets * b->cost[way] >> 3,
		    limit = now + ((__u64)b->burst[way] << 12);
	volatile __u64 *tat = &b->tat[way];

	if (!b->cost[way])
		return true;
	for (int i = 0; i < SWAP_TRIES; i++) {
		const __u64 old = *tat;

		if (old > limit)
			return false;
		if (__sync_val_compare_and_swap(tat, old, (old > now ? old : now) + cost) == old)
			return true;
	}
	__sync_fetch_and_add(tat, cost); /* others take all the time: so nobody is idle */
	return true;
}

/* By what was, or was not, charged */
static __always_inline void bucket_move(struct ebpf_bucket *b, __u32 way, const struct load *load,
					bool back)
{
	const __u64 cost = load->octets * b->cost[way] >> 3;

	__sync_fetch_and_add(&b->tat[way], back ? -cost : cost);
}

/* Of an entry that names the slot's own alone */
static __always_inline bool rates_hold(const struct ebpf_entry *e, struct ebpf_slot *slot,
				       const struct load *load)
{
	const __u32 way = e->direction & 1;
	struct ebpf_bucket *first = &slot->bucket[e->bucket[0] == 2],
			   *second = &slot->bucket[e->bucket[1] == 2];

	if (!e->bucket[0])
		return true;
	if (!bucket_take(first, way, load))
		return false;
	if (!e->bucket[1] || bucket_take(second, way, load))
		return true;
	bucket_move(first, way, load, true);
	return false;
}

/* ---- usage ---- */

static __always_inline void tell(__u32 kind, __u32 slot, __u32 number, __u32 qfi)
{
	struct ebpf_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return;
	*event = (struct ebpf_event){kind, slot, number, qfi};
	bpf_ringbuf_submit(event, 0);
}

/* Return: whether what comes now is over quota */
static __always_inline bool limit_look(struct ebpf_limit *limit, __u64 sum, __u64 more, __u32 slot,
				       __u32 number)
{
	if (sum >= limit->quota)
		return true;
	if (sum + more >= limit->notify && __sync_lock_test_and_set(&limit->notify, ~0ull) != ~0ull)
		tell(EBPF_EVENT_USAGE, slot, number, 0);
	return false;
}

static __always_inline __u64 counted(const struct ebpf_account *a, bool packets)
{
	return packets ? a->packets : a->octets;
}

static __always_inline bool limit_see(struct ebpf_slot *slot, __u32 slot_number, __u32 number,
				      const struct load *load)
{
	const __u32 n = number == 2;
	const struct ebpf_sum u = slot->sum[n];
	const bool packets = u.flags & EBPF_LIMIT_PACKETS;
	__u64 sum = 0;

	if (!number || !(u.flags & EBPF_LIMIT_ON))
		return false;
	if (u.accounts & 1)
		sum = counted(&slot->account[0], packets);
	if (u.accounts & 2)
		sum += counted(&slot->account[1], packets);
	return limit_look(&slot->limit[n], sum, packets ? load->packets : load->octets, slot_number,
			  number);
}

/* Of an entry that names the slot's own alone */
static __always_inline bool over_quota(const struct ebpf_entry *e, __u32 slot_number,
				       struct ebpf_slot *slot, const struct load *load)
{
	bool over = limit_see(slot, slot_number, e->limit[0], load);

	over |= limit_see(slot, slot_number, e->limit[1], load);
	return over;
}

static __always_inline void account(struct ebpf_account *a, struct ebpf_slot *slot,
				    const struct load *load)
{
	__sync_fetch_and_add(&a->octets, load->octets);
	__sync_fetch_and_add(&a->packets, load->packets);
	if (load->now_ns - slot->latest_ns > LATEST_NS)
		slot->latest_ns = load->now_ns;
}

#endif
