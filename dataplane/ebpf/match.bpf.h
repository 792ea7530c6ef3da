/* SPDX-License-Identifier: GPL-2.0 */
/* Which rule a packet meets: the first entry of its session's list that matches (TS 29.244
 * cl. 5.2.1). */
#ifndef BATON_DATAPLANE_EBPF_MATCH_BPF_H
#define BATON_DATAPLANE_EBPF_MATCH_BPF_H

#include "dataplane/ebpf/maps.bpf.h"

/* What is looked at, beside the inner packet */
struct key {
	__u64 qfi_bit;	 /* 0: no container */
	__u32 set, slot; /* the session's */
	__u32 teid, source;
};

/* ---- filters ---- */

/* The first @bits of both are the same */
static __always_inline bool in_prefix(const __be32 addr[4], const __u8 prefix[16], __u32 bits)
{
	for (int i = 0; i < 4; i++) {
		__be32 word;

		if (bits <= 32u * i)
			break;
		__builtin_memcpy(&word, prefix + 4 * i, sizeof(word));
		word ^= addr[i];
		if (bits < 32u * i + 32)
			word &= bpf_htonl(~0u << (32u * i + 32 - bits));
		if (word)
			return false;
	}
	return true;
}

static __always_inline bool ip6_is(const struct ebpf_set *set, const __be32 addr[4])
{
	return set->ip6_bits && in_prefix(addr, set->ip6, set->ip6_bits);
}

/* Its own besides what it was given (RFC 4861 cl. 4.1): link-local addresses, and the unspecified
 * one before it has them. They leave by tunnels alone (is_unroutable): to who advertises its
 * router, say. */
static __always_inline bool ip6_own_anyway(const __be32 addr[4])
{
	return is_link_local6(addr) || is_zero6(addr);
}

static __always_inline bool is_assigned(const struct ebpf_set *set, const __be32 addr[4], bool v6)
{
	if (!v6)
		return set->ip4_be && set->ip4_be == addr[0];
	return set->ip6_bits && (ip6_own_anyway(addr) || ip6_is(set, addr));
}

static __always_inline bool port_in(const struct inner *in, __u16 port, __u16 low, __u16 high)
{
	return in->flags & INNER_PORTS && port >= low && port <= high;
}

/* As ipfilter_packed_match, the reference. Not static: so the kernel verifies it once, and not for
 * each way that leads here. */
__noinline int filter_matches(const struct ipfilter_packed *f, const struct inner *in,
			      const struct ebpf_set *set)
{
	const bool v6 = in->flags & INNER_V6;
	bool found;

	if (!f || !in || !set)
		return false;
	if (!(f->flags & (v6 ? IPFILTER_PACKED_IP6 : IPFILTER_PACKED_IP4)) ||
	    (f->flags & IPFILTER_PACKED_PROTOCOL && f->protocol != in->protocol) ||
	    (in->tos ^ f->tos) & f->tos_mask)
		return false;
	if (f->flags & IPFILTER_PACKED_SPI && (!(in->flags & INNER_SPI) || f->spi != in->spi))
		return false;
	if (f->flags & IPFILTER_PACKED_FLOW_LABEL && f->flow_label != in->flow_label)
		return false;
	found = f->flags & IPFILTER_PACKED_SRC_ASSIGNED ? is_assigned(set, in->src, v6)
							: in_prefix(in->src, f->src, f->src_bits);
	if (found == !!(f->flags & IPFILTER_PACKED_SRC_NOT))
		return false;
	found = f->flags & IPFILTER_PACKED_DST_ASSIGNED ? is_assigned(set, in->dst, v6)
							: in_prefix(in->dst, f->dst, f->dst_bits);
	if (found == !!(f->flags & IPFILTER_PACKED_DST_NOT))
		return false;
	if (!(f->flags & IPFILTER_PACKED_PORTS))
		return true;
	return port_in(in, in->src_port, f->src_port_low, f->src_port_high) &&
	       port_in(in, in->dst_port, f->dst_port_low, f->dst_port_high);
}

/* ---- entries ---- */

/* The UE's side of the packet is one of the forms that the entry names */
static __always_inline bool ue_matches(const struct ebpf_set *set, const struct ebpf_entry *e,
				       const struct key *k, const struct inner *in)
{
	const bool v6 = in->flags & INNER_V6;
	const __be32 *addr = e->direction == EBPF_UPLINK ? in->src : in->dst;
	struct ebpf_route_key route = {};
	const struct ebpf_index *index;

	if (e->flags & EBPF_ENTRY_ANY_UE)
		return true;
	if (!v6 && e->flags & EBPF_ENTRY_IP4 && set->ip4_be == addr[0])
		return true;
	if (v6 && e->flags & EBPF_ENTRY_IP6 && (ip6_is(set, addr) || ip6_own_anyway(addr)))
		return true;
	if (!(e->flags & EBPF_ENTRY_ROUTED))
		return false;
	route_key(addr, v6, e->ue_instance, &route);
	index = bpf_map_lookup_elem(&routes, &route);
	return index && index->set && index->slot == k->slot;
}

enum match { MATCH_NO, MATCH_KNOWN, MATCH_SPOOFED, MATCH_YES /* and the entry's index */ };

static __always_inline int entry_matches(const struct ebpf_set *head, const struct ebpf_entry *e,
					 const struct key *k, const struct inner *in)
{
	if (e->source != k->source || (e->source == EBPF_N3 && e->teid != k->teid))
		return MATCH_NO;
	if (e->qfis && !(e->qfis & k->qfi_bit))
		return MATCH_KNOWN;
	if (!ue_matches(head, e, k, in))
		return e->direction == EBPF_UPLINK ? MATCH_SPOOFED : MATCH_KNOWN;
	if (e->flags & EBPF_ENTRY_FILTER && !filter_matches(&e->filter, in, head))
		return MATCH_KNOWN;
	return MATCH_YES;
}

/* Return: enum match, the best of a set's entries. Not static: verified once, and not for each set
 * of a chain */
__noinline int set_matches(const struct ebpf_set *head, const struct ebpf_set *set,
			   const struct key *k, const struct inner *in)
{
	int best = MATCH_NO;

	if (!head || !set || !k || !in)
		return MATCH_NO;
	for (int i = 0; i < EBPF_ENTRIES && i < set->count; i++) {
		const int m = entry_matches(head, &set->entry[i], k, in);

		if (m == MATCH_YES)
			return MATCH_YES + i;
		if (m > best)
			best = m;
	}
	return best;
}

static __always_inline int why_not(int best, const struct key *k)
{
	if (best == MATCH_NO)
		return k->source == EBPF_N3 ? ~EBPF_DROP_UNKNOWN_TEID : ~EBPF_DROP_UNKNOWN_UE;
	return best == MATCH_SPOOFED ? ~EBPF_DROP_SPOOFED : ~EBPF_DROP_NO_MATCH;
}

/*
 * Return: of the first entry that matches, its set's number and its own below (rule_at); negative:
 * why there is none, ~enum ebpf_drop. Not static: verified once
 */
__noinline int rule_find(const struct key *k, const struct inner *in)
{
	const struct ebpf_set *head, *set;
	int best = MATCH_NO, m;
	__u32 number;

	if (!k || !in)
		return ~EBPF_DROP_MALFORMED;
	number = k->set;
	head = set = bpf_map_lookup_elem(&sets, &number);
	for (__u32 turn = 0; turn < EBPF_CHAIN_MAX && set; turn++) {
		m = set_matches(head, set, k, in);
		if (m >= MATCH_YES)
			return (int)(number * EBPF_ENTRIES) + m - MATCH_YES;
		if (m > best)
			best = m;
		number = set->next;
		if (!number)
			break;
		set = bpf_map_lookup_elem(&sets, &number);
	}
	return why_not(best, k);
}

static __always_inline const struct ebpf_entry *rule_at(__u32 found)
{
	const __u32 number = found / EBPF_ENTRIES;
	const struct ebpf_set *set = bpf_map_lookup_elem(&sets, &number);

	if (!set) /* not by the number itself, whose bounds would be lost on the way */
		return NULL;
	return found % EBPF_ENTRIES ? &set->entry[1] : &set->entry[0];
}

/* An entry that is looked for by its PDR, a turn each set */
struct pdr_search {
	__u32 number, pdr, nth;
	int found;
};

static long pdr_of_set(__u32 turn, void *user)
{
	struct pdr_search *s = user;
	const struct ebpf_set *set = bpf_map_lookup_elem(&sets, &s->number);

	if (!s->number || !set)
		return 1;
	for (__u32 i = 0; i < EBPF_ENTRIES && i < set->count; i++) {
		if (set->entry[i].pdr_id != s->pdr || s->nth--)
			continue;
		s->found = (int)(s->number * EBPF_ENTRIES + i);
		return 1;
	}
	s->number = set->next;
	return 0;
}

/* Return: as rule_find, the @nth entry of a PDR */
__noinline int rule_of_pdr(__u32 number, __u32 pdr, __u32 nth)
{
	struct pdr_search s = {number, pdr, nth, ~EBPF_DROP_NO_MATCH};

	bpf_loop(EBPF_CHAIN_MAX, pdr_of_set, &s, 0);
	return s.found;
}

#endif
