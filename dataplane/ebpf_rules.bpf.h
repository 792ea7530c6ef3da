/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rules: the maps, and who a packet belongs to. Nothing here knows how a program is attached.
 */
#ifndef BATON_DATAPLANE_EBPF_RULES_BPF_H
#define BATON_DATAPLANE_EBPF_RULES_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "dataplane/ebpf_shared.h"

const volatile struct ebpf_config config = {};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EBPF_SESSIONS_MAX * 2);
	__type(key, __u32);
	__type(value, __u32);
} teids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EBPF_SESSIONS_MAX);
	__type(key, __be32);
	__type(value, __u32);
} ues SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EBPF_SESSIONS_MAX);
	__type(key, struct ebpf_bearer);
	__type(value, __u32);
} bearers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, EBPF_SESSIONS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} current SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EBPF_SESSIONS_MAX + EBPF_SETS_SPARE);
	__type(key, __u64);
	__type(value, struct ebpf_rule_set);
} rule_sets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, EBPF_SESSIONS_MAX);
	__type(key, __u32);
	__type(value, struct ebpf_counters);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EBPF_DROP_REASONS);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, EBPF_HOLDS_MAX);
	__type(key, __u32);
	__type(value, struct ebpf_hold);
} holds SEC(".maps");

static __always_inline void drop_count(__u32 reason)
{
	__u64 *count = bpf_map_lookup_elem(&drops, &reason);

	if (count)
		*count += 1;
}

static __always_inline const struct ebpf_rule_set *rule_set_of(const __u32 *slot)
{
	volatile __u64 *set;
	__u32 key;
	__u64 id;

	if (!slot)
		return NULL;
	key = *slot;
	set = bpf_map_lookup_elem(&current, &key);
	if (!set)
		return NULL;
	id = *set;
	return id ? bpf_map_lookup_elem(&rule_sets, &id) : NULL;
}

static __always_inline const struct ebpf_rule_set *rule_set_by_teid(__u32 teid)
{
	return rule_set_of(bpf_map_lookup_elem(&teids, &teid));
}

static __always_inline const struct ebpf_rule_set *rule_set_by_ue(__be32 ue_be)
{
	return rule_set_of(bpf_map_lookup_elem(&ues, &ue_be));
}

static __always_inline const struct ebpf_rule_set *rule_set_by_bearer(struct ebpf_bearer *bearer)
{
	return rule_set_of(bpf_map_lookup_elem(&bearers, bearer));
}

static __always_inline __u32 class_of(__be32 addr_be)
{
	__u32 class = 0;

	for (__u32 i = 0; i < 2 * EBPF_PREFIXES_MAX && i < config.class_count; i++)
		if ((addr_be & config.class[i].mask_be) == config.class[i].addr_be)
			class |= config.class[i].class;
	return class;
}

/* What a packet is matched by */
struct ebpf_key {
	__u32 source;
	__u32 teid;
	__u32 qfi;
	__be32 src_be, dst_be; /* of the inner packet */
};

/*
 * The first rule that matches, or NULL and *ret_drop. That an index led here proves nothing: a slot
 * may have changed hands since, so TEID and UE address are compared again.
 */
static __always_inline const struct ebpf_rule *
rule_match(const struct ebpf_rule_set *set, const struct ebpf_key *key, __u32 *ret_drop)
{
	bool known = false, spoofed = false;

	for (__u32 i = 0; i < EBPF_RULES_MAX; i++) {
		const struct ebpf_rule *rule = &set->rule[i];

		if (i >= set->count)
			break;
		if (rule->source != key->source)
			continue;
		if (key->source == EBPF_N6) {
			if (rule->ue_be != key->dst_be)
				continue;
			return rule;
		}
		if (key->source == EBPF_N3 && rule->teid != key->teid)
			continue;
		known = true;
		if (rule->qfi && rule->qfi != key->qfi)
			continue;
		if (rule->ue_be && rule->ue_be != key->src_be) {
			spoofed = true;
			continue;
		}
		return rule;
	}
	if (!known)
		*ret_drop = key->source == EBPF_N3 ? EBPF_DROP_UNKNOWN_TEID : EBPF_DROP_UNKNOWN_UE;
	else
		*ret_drop = spoofed ? EBPF_DROP_SPOOFED : EBPF_DROP_NO_MATCH;
	return NULL;
}

static __always_inline void session_count_drop(const struct ebpf_rule_set *set, __u32 reason)
{
	__u32 slot = set->slot;
	struct ebpf_counters *c = bpf_map_lookup_elem(&counters, &slot);

	if (c)
		c->dropped_packets++;
	drop_count(reason);
}

static __always_inline void session_count(const struct ebpf_rule_set *set, bool uplink,
					  __u64 packets, __u64 bytes)
{
	__u32 slot = set->slot;
	struct ebpf_counters *c = bpf_map_lookup_elem(&counters, &slot);

	if (!c)
		return;
	if (uplink) {
		c->uplink_packets += packets;
		c->uplink_bytes += bytes;
	} else {
		c->downlink_packets += packets;
		c->downlink_bytes += bytes;
	}
}

#endif
