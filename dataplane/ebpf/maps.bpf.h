/* SPDX-License-Identifier: GPL-2.0 */
/* The maps (shared.h), and whose a packet is. Sizes are set by the loader. */
#ifndef BATON_DATAPLANE_EBPF_MAPS_BPF_H
#define BATON_DATAPLANE_EBPF_MAPS_BPF_H

#include "dataplane/packet.bpf.h"
#include "dataplane/ebpf/shared.h"

const volatile struct ebpf_config config = {};

#define ARRAY_MAP(name, type_)                                                                     \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__uint(max_entries, 1);                                                            \
		__type(key, __u32);                                                                \
		__type(value, type_);                                                              \
	} name SEC(".maps")
#define HASH_MAP(name, key_, type_)                                                                \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_HASH);                                                   \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                              \
		__uint(max_entries, 1);                                                            \
		__type(key, key_);                                                                 \
		__type(value, type_);                                                              \
	} name SEC(".maps")
#define TRIE_MAP(name, key_, type_)                                                                \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);                                               \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                              \
		__uint(max_entries, 1);                                                            \
		__type(key, key_);                                                                 \
		__type(value, type_);                                                              \
	} name SEC(".maps")

ARRAY_MAP(teids, struct ebpf_index);
HASH_MAP(teids_far, __u32, struct ebpf_index);
ARRAY_MAP(ue4, struct ebpf_index);
HASH_MAP(ue_other, struct ebpf_ue_key, struct ebpf_index);
TRIE_MAP(routes, struct ebpf_route_key, struct ebpf_index);
HASH_MAP(bearers, struct ebpf_bearer, struct ebpf_index);
ARRAY_MAP(sets, struct ebpf_set);
ARRAY_MAP(slots, struct ebpf_slot);
ARRAY_MAP(more, struct ebpf_more);
ARRAY_MAP(peers, struct ebpf_peer);
ARRAY_MAP(holds, struct ebpf_hold);
ARRAY_MAP(state, struct ebpf_state);
TRIE_MAP(classes, struct ebpf_class_key, __u32);

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EBPF_HOPS);
	__type(key, __u32);
	__type(value, struct ebpf_hop);
} hops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EBPF_DROP_REASONS);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

/* What user space is told at once: struct ebpf_event */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} events SEC(".maps");

static __always_inline const volatile struct ebpf_state *state_now(void)
{
	const __u32 key = 0;

	return bpf_map_lookup_elem(&state, &key);
}

/* A session's, as a packet sees it */
struct owner {
	const struct ebpf_set *set; /* the first of its chain */
	__u32 number, slot;	    /* of that set */
};

static __always_inline bool owner_of(const struct ebpf_index *index, struct owner *ret)
{
	__u32 set;

	if (!index)
		return false;
	set = *(volatile const __u32 *)&index->set;
	if (!set)
		return false;
	ret->slot = index->slot;
	ret->number = set;
	ret->set = bpf_map_lookup_elem(&sets, &set);
	return ret->set;
}

/*
 * By a hash or the trie, whose elements don't change as long as the session is there: one that was
 * replaced would be another key's at once, while it is still being read here.
 */
static __always_inline bool owner_by_slot(const struct ebpf_index *index, struct owner *ret)
{
	const struct ebpf_slot *slot;

	if (!index)
		return false;
	ret->slot = index->slot;
	slot = bpf_map_lookup_elem(&slots, &ret->slot);
	if (!slot)
		return false;
	ret->number = *(volatile const __u32 *)&slot->set;
	if (!ret->number)
		return false;
	ret->set = bpf_map_lookup_elem(&sets, &ret->number);
	return ret->set;
}

static __always_inline bool owner_by_teid(__u32 teid, struct owner *ret)
{
	__u32 cell = teid & config.teid_mask;
	const struct ebpf_index *index = bpf_map_lookup_elem(&teids, &cell);

	if (index && index->key == teid && owner_of(index, ret))
		return true;
	return owner_by_slot(bpf_map_lookup_elem(&teids_far, &teid), ret);
}

static __always_inline bool owner_in_pool(__be32 addr_be, __u32 instance, struct owner *ret)
{
	const __u32 addr = bpf_ntohl(addr_be);

	for (__u32 i = 0; i < EBPF_POOLS_MAX && i < config.pool_count; i++) {
		const struct ebpf_index *index;
		__u32 cell;

		if ((addr & config.pool[i].mask) != config.pool[i].base ||
		    config.pool[i].instance != instance)
			continue;
		cell = config.pool[i].first + (addr & ~config.pool[i].mask);
		index = bpf_map_lookup_elem(&ue4, &cell);
		return index && index->key == addr && owner_of(index, ret);
	}
	return false;
}

static __always_inline void route_key(const __be32 addr[4], bool v6, __u32 instance,
				      struct ebpf_route_key *ret)
{
	ret->bits = (v6 ? 128 : 32) + EBPF_ROUTE_BITS;
	ret->v6 = v6;
	ret->instance = (__u8)instance;
	__builtin_memcpy(ret->addr, addr, sizeof(ret->addr));
}

/* By the address of a UE, or a prefix behind it. @instance: where the packet came from, or is to go
 */
static __always_inline bool owner_by_ue(const __be32 addr[4], bool v6, __u32 instance,
					struct owner *ret)
{
	struct ebpf_ue_key key = {.addr = {addr[0]}, .v6 = v6, .instance = (__u8)instance};
	const volatile struct ebpf_state *now;
	struct ebpf_route_key route = {};

	if (!v6 && owner_in_pool(addr[0], instance, ret))
		return true;
	if (v6)
		key.addr[1] = addr[1];
	if (owner_by_slot(bpf_map_lookup_elem(&ue_other, &key), ret))
		return true;
	now = state_now();
	if (!now || !now->has_routes)
		return false;
	route_key(addr, v6, instance, &route);
	return owner_by_slot(bpf_map_lookup_elem(&routes, &route), ret);
}

static __always_inline bool is_local(const __be32 addr[4], bool v6)
{
	for (__u32 i = 0; i < EBPF_LOCALS_MAX && i < config.local_count; i++) {
		if (config.local[i].v6 != v6 || config.local[i].addr[0] != addr[0])
			continue;
		if (!v6 ||
		    (config.local[i].addr[1] == addr[1] && config.local[i].addr[2] == addr[2] &&
		     config.local[i].addr[3] == addr[3]))
			return true;
	}
	return false;
}

/* By an N6 device, or by our end of the instance's wire */
static __always_inline __u32 instance_of(__u32 ifindex)
{
	for (__u32 i = 0; i < EBPF_INSTANCES_MAX && i < config.instance_count; i++)
		if (config.instance[i].ifindex == ifindex || config.wire[i].wire_ifindex == ifindex)
			return i;
	return 0;
}

static __always_inline void drop_count(__u32 reason)
{
	__u64 *count = bpf_map_lookup_elem(&drops, &reason);

	if (count)
		*count += 1;
}

#endif
