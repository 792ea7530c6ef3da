/* SPDX-License-Identifier: GPL-2.0 */
/* What becomes of a packet whose way is known: limited, counted, or dropped and why. */
#ifndef BATON_DATAPLANE_EBPF_DECIDE_BPF_H
#define BATON_DATAPLANE_EBPF_DECIDE_BPF_H

#include "dataplane/ebpf/hop.bpf.h"
#include "dataplane/ebpf/more.bpf.h"

/*
 * A packet on its way, and whose it is. By numbers alone: functions that are verified by themselves
 * are handed it as memory, out of which a pointer would come as a number. Its rule goes beside it.
 */
struct packet {
	struct inner inner;
	struct load load;
	__u32 set, slot; /* the session's first set, its slot */
	__u32 instance;
	__u32 mtu;   /* the session's */
	bool beside; /* a copy, or what is over quota: not counted */
};

static __always_inline void packet_own(struct packet *p, const struct owner *owner)
{
	p->set = owner->number;
	p->slot = owner->slot;
	p->mtu = owner->set->mtu;
}

/* Of inner packets towards N3. IPv6's least holds whatever the session's is: the loader sees to it
 * that N3 has room for it */
static __always_inline __u32 mtu_of(const struct packet *p)
{
	return p->inner.flags & INNER_V6 && p->mtu < IP6_MTU_MIN ? IP6_MTU_MIN : p->mtu;
}

static __always_inline struct ebpf_slot *slot_of(const struct packet *p)
{
	const __u32 slot = p->slot;

	return bpf_map_lookup_elem(&slots, &slot);
}

static __always_inline void packet_drop(const struct packet *p, __u32 reason)
{
	struct ebpf_slot *slot = slot_of(p);

	if (slot)
		__sync_fetch_and_add(&slot->dropped, 1);
	drop_count(reason);
}

/* Return: its rule; NULL: none, which is counted */
static __always_inline const struct ebpf_entry *packet_match(const struct packet *p, __u32 source,
							     __u32 teid, __u64 qfi_bit)
{
	const struct key key = {
		.qfi_bit = qfi_bit, .set = p->set, .slot = p->slot, .teid = teid, .source = source};
	const int found = rule_find(&key, &p->inner);
	const struct ebpf_entry *e = found < 0 ? NULL : rule_at((__u32)found);

	if (!e)
		packet_drop(p, found < 0 ? (__u32)~found : EBPF_DROP_NO_MATCH);
	return e;
}

/* It isn't forwarded, and the first one of those is told, where the FAR asks for it */
static __always_inline void packet_notify(const struct packet *p, const struct ebpf_entry *e)
{
	struct ebpf_slot *slot = slot_of(p);

	if (!(e->flags & EBPF_ENTRY_NOTIFY) || !slot || slot->notified)
		return;
	if (!__sync_lock_test_and_set(&slot->notified, 1))
		tell(EBPF_EVENT_DOWNLINK_DATA, p->slot, e->pdr_id, e->qfi);
}

static __always_inline void packet_action_drop(const struct packet *p, const struct ebpf_entry *e)
{
	packet_notify(p, e);
	packet_drop(p, e->action == EBPF_GATE ? EBPF_DROP_GATE : EBPF_DROP_ACTION);
}

enum verdict { VERDICT_GO, VERDICT_DROPPED, VERDICT_OVER /* as the entry beside says */ };

/* Within its rates and quota, and counted. Return: EBPF_DROP_REASONS, or why it may not go. Not
 * static: verified once, and not with each of the ways that lead here */
__noinline int entry_decide(const struct ebpf_entry *e, struct ebpf_slot *slot, __u32 number,
			    const struct load *load)
{
	if (!e || !slot || !load)
		return EBPF_DROP_NO_MATCH;
	if (!rates_hold(e, slot, load))
		return EBPF_DROP_RATE;
	if (over_quota(e, number, slot, load))
		return EBPF_DROP_QUOTA;
	account(e->account ? &slot->account[1] : &slot->account[0], slot, load);
	return EBPF_DROP_REASONS;
}

/* The last question, asked when nothing else speaks against it: it is counted from here on */
static __always_inline enum verdict packet_decide(const struct packet *p,
						  const struct ebpf_entry *e)
{
	struct ebpf_slot *slot;
	__u32 reason;

	if (p->beside)
		return VERDICT_GO;
	slot = slot_of(p);
	if (!slot)
		return VERDICT_DROPPED;
	reason = (__u32)(e->flags & EBPF_ENTRY_MORE ? more_decide(e, slot, p->slot, &p->load)
						    : entry_decide(e, slot, p->slot, &p->load));
	if (reason == EBPF_DROP_REASONS)
		return VERDICT_GO;
	if (reason == EBPF_DROP_QUOTA && e->flags & EBPF_ENTRY_OVER)
		return VERDICT_OVER;
	__sync_fetch_and_add(&slot->dropped, 1);
	drop_count(reason);
	return VERDICT_DROPPED;
}

#endif
