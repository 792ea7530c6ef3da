// SPDX-License-Identifier: Apache-2.0
/* The maps: how large, where their memory is, what doesn't change while the programs run. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dataplane/address.h"
#include "dataplane/ebpf/ebpf.h"
/* after shared.h, whose struct ebpf_config is in it */
#include "bpf/ebpf_tc.skel.h"

enum {
	PEERS_MAX = 4096,
	CLASSES_OF_ONE = 2 * DP_PREFIXES_MAX + 2 * DP_INSTANCES_MAX + DP_LOCALS_MAX,
	CLASSES_MAX = CLASSES_OF_ONE * DP_INSTANCES_MAX,
	SETS_SPARE = 1024, /* and a quarter: of chains, and of what waits for its grace period */
	MORE_SPARE = 64,   /* and a sixteenth */
	UE4_MAX = 1 << 22, /* addresses of pools that have cells, 16 octets each */
};

_Static_assert((int)EBPF_N3 == (int)DP_N3 && (int)EBPF_N6 == (int)DP_N6 &&
		       (int)EBPF_RADIO == (int)DP_RADIO && (int)EBPF_UPLINK == (int)DP_UPLINK &&
		       (int)EBPF_DOWNLINK == (int)DP_DOWNLINK,
	       "one numbering");
_Static_assert((int)EBPF_LOCALS_MAX == (int)DP_LOCALS_MAX &&
		       (int)EBPF_INSTANCES_MAX == (int)DP_INSTANCES_MAX,
	       "one limit");
_Static_assert(sizeof(struct ebpf_slot) % 8 == 0 && sizeof(struct ebpf_more) % 8 == 0 &&
		       sizeof(struct ebpf_peer) % 8 == 0,
	       "elements lie one behind the other");

/* ---- sizes ---- */

static uint32_t power_above(uint32_t n)
{
	uint32_t power = 1;

	while (power < n)
		power <<= 1;
	return power;
}

/* Pools get cells as long as there is room; the others' addresses go into a hash. */
static uint32_t pools_place(const struct dataplane *dp, struct ebpf *e)
{
	uint32_t cells = 0;

	for (uint8_t i = 0; i < dp->config.instance_count; i++)
		for (uint8_t p = 0; p < dp->config.instance[i].pool_count; p++) {
			const struct dp_prefix *pool = &dp->config.instance[i].pool[p];
			const uint64_t size = UINT64_C(1) << (32 - (pool->len & 31));

			if (pool->addr.family != AF_INET || !pool->len || pool->len > 32 ||
			    e->rules.index.pool_count == EBPF_POOLS_MAX || cells + size > UE4_MAX)
				continue;
			e->pool[e->rules.index.pool_count++] =
				(struct ebpf_pool){.base = ntohl(pool->addr.ip4.s_addr),
						   .mask = ~(uint32_t)(size - 1),
						   .first = cells,
						   .instance = i};
			cells += (uint32_t)size;
		}
	return cells ? cells : 1;
}

static void size(struct bpf_map *map, uint32_t entries)
{
	(void)bpf_map__set_max_entries(map, entries);
}

void maps_size(const struct dataplane *dp, struct ebpf *e)
{
	const uint32_t sessions = dp->config.sessions_max;
	const bool upf = dp->config.role == DP_ROLE_UPF;
	struct ebpf_tc *skel = e->skel;

	size(skel->maps.teids, power_above(2 * sessions));
	size(skel->maps.teids_far, 2 * sessions);
	size(skel->maps.ue4, pools_place(dp, e));
	size(skel->maps.ue_other, upf ? 2 * sessions : 1);
	size(skel->maps.routes, upf ? 2 * sessions : 1);
	size(skel->maps.bearers, upf ? 1 : sessions);
	size(skel->maps.sets, sessions + sessions / 4 + SETS_SPARE);
	size(skel->maps.slots, sessions + SETS_SPARE);
	size(skel->maps.more, sessions / 16 + MORE_SPARE);
	size(skel->maps.peers, PEERS_MAX);
	size(skel->maps.holds, upf ? 1 : EBPF_HOLDS_MAX);
	size(skel->maps.classes, CLASSES_MAX);
}

/* ---- what is what ---- */

static int class_put(int map, uint32_t instance, const struct dp_prefix *prefix, uint32_t class)
{
	const bool v6 = prefix->addr.family == AF_INET6;
	struct ebpf_class_key key = {.bits = EBPF_CLASS_BITS + prefix->len + (v6 ? 0 : 96),
				     .instance = instance};
	uint32_t old = 0;

	if (v6) {
		memcpy(key.addr, &prefix->addr.ip6, sizeof(key.addr));
	} else {
		key.addr[2] = htonl(0xffff);
		key.addr[3] = prefix->addr.ip4.s_addr;
	}
	(void)bpf_map_lookup_elem(map, &key, &old); /* what contains it, or nothing */
	class |= old;
	return bpf_map_update_elem(map, &key, &class, BPF_ANY) ? -errno : 0;
}

/* The shorter prefixes first: a longer one inherits what contains it is. */
static int classes_put(int map, uint32_t instance, const struct dp_prefix *prefixes, size_t count,
		       uint32_t class)
{
	int rc = 0;

	for (unsigned len = 0; len <= 128 && !rc; len++)
		for (size_t i = 0; i < count && !rc; i++)
			if (prefixes[i].len == len)
				rc = class_put(map, instance, &prefixes[i], class);
	return rc;
}

/* Of N3 and of each network instance: whoever's UE it is, the stack would take them for its own */
static int own_addresses_put(const struct dataplane *dp, int map, uint32_t instance)
{
	int rc = 0;

	for (uint8_t i = 0; i < dp->config.instance_count && !rc; i++) {
		const struct n6_link *n6 = &dp->n6[i];
		const struct dp_prefix ip4 = {.addr = dp_addr_ip4(n6->ip4), .len = 32},
				       ip6 = {.addr = {.family = AF_INET6, .ip6 = n6->ip6},
					      .len = 128};

		if (n6->ip4.s_addr)
			rc = class_put(map, instance, &ip4, EBPF_OURS);
		if (!rc && !IN6_IS_ADDR_UNSPECIFIED(&n6->ip6))
			rc = class_put(map, instance, &ip6, EBPF_OURS);
	}
	for (uint8_t i = 0; i < dp->config.local_count && !rc; i++) {
		const struct dp_addr *addr = &dp->config.local[i].addr;
		const struct dp_prefix own = {.addr = *addr,
					      .len = (unsigned)dp_addr_octets(addr) * 8};

		rc = class_put(map, instance, &own, EBPF_OURS);
	}
	return rc;
}

static int classes_fill(const struct dataplane *dp, const struct ebpf *e)
{
	const int map = bpf_map__fd(e->skel->maps.classes);
	int rc = 0;

	for (uint8_t i = 0; i < dp->config.instance_count && !rc; i++) {
		rc = classes_put(map, i, dp->config.protected_prefix, dp->config.protected_count,
				 EBPF_PROTECTED);
		if (!rc)
			rc = classes_put(map, i, dp->config.instance[i].pool,
					 dp->config.instance[i].pool_count, EBPF_POOL);
		if (!rc)
			rc = own_addresses_put(dp, map, i);
	}
	return rc;
}

/* ---- memory ---- */

static int memory_open(const struct bpf_map *map, struct memory *ret)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t size = (size_t)bpf_map__value_size(map) * bpf_map__max_entries(map);

	ret->size = (size + page - 1) / page * page;
	ret->at = mmap(NULL, ret->size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (ret->at != MAP_FAILED)
		return 0;
	ret->at = NULL;
	return -errno;
}

static int memories_open(struct ebpf *e)
{
	const struct ebpf_tc *skel = e->skel;
	const struct bpf_map *const map[MEMORIES] = {
		[MEMORY_TEIDS] = skel->maps.teids, [MEMORY_UE4] = skel->maps.ue4,
		[MEMORY_SETS] = skel->maps.sets,   [MEMORY_SLOTS] = skel->maps.slots,
		[MEMORY_MORE] = skel->maps.more,   [MEMORY_PEERS] = skel->maps.peers,
		[MEMORY_STATE] = skel->maps.state,
	};
	int rc = 0;

	for (size_t i = 0; i < MEMORIES && !rc; i++)
		rc = memory_open(map[i], &e->memory[i]);
	return rc;
}

static void index_open(struct ebpf *e)
{
	struct indexes *x = &e->rules.index;
	const struct ebpf_tc *skel = e->skel;

	x->teids_far = bpf_map__fd(skel->maps.teids_far);
	x->ue_other = bpf_map__fd(skel->maps.ue_other);
	x->routes = bpf_map__fd(skel->maps.routes);
	x->bearers = bpf_map__fd(skel->maps.bearers);
	x->teid = e->memory[MEMORY_TEIDS].at;
	x->ue4 = e->memory[MEMORY_UE4].at;
	x->teid_mask = bpf_map__max_entries(skel->maps.teids) - 1;
	x->pool = e->pool;
	x->has_routes = &e->state->has_routes;
}

/* Number 0 is none, of sets and of what is more */
static int cells_open(struct ebpf *e)
{
	const struct ebpf_tc *skel = e->skel;
	struct rules *r = &e->rules;
	int rc = cells_init(&r->sets, 1, bpf_map__max_entries(skel->maps.sets) - 1);

	if (!rc)
		rc = cells_init(&r->slots, 0, bpf_map__max_entries(skel->maps.slots));
	if (!rc)
		rc = cells_init(&r->mores, 1, bpf_map__max_entries(skel->maps.more) - 1);
	return rc ? rc : peers_init(&r->peers, e->memory[MEMORY_PEERS].at, PEERS_MAX);
}

int maps_open(const struct dataplane *dp, struct ebpf *e)
{
	struct rules *r = &e->rules;
	int rc = memories_open(e);

	if (rc)
		return rc;
	e->state = e->memory[MEMORY_STATE].at;
	index_open(e);
	r->set = e->memory[MEMORY_SETS].at;
	r->slot = e->memory[MEMORY_SLOTS].at;
	r->more = e->memory[MEMORY_MORE].at;
	r->ways = (struct ways){&dp->config, e->local, &r->peers};
	r->owner = calloc(bpf_map__max_entries(e->skel->maps.slots), sizeof(*r->owner));
	rc = r->owner ? cells_open(e) : -ENOMEM;
	return rc ? rc : classes_fill(dp, e);
}

void maps_close(struct ebpf *e)
{
	struct rules *r = &e->rules;

	free(r->owner);
	peers_done(&r->peers);
	cells_done(&r->sets);
	cells_done(&r->slots);
	cells_done(&r->mores);
	for (size_t i = 0; i < MEMORIES; i++)
		if (e->memory[i].at)
			munmap(e->memory[i].at, e->memory[i].size);
}
