// SPDX-License-Identifier: Apache-2.0
#include "dataplane/ebpf/index.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

enum { IP6_PREFIX_BITS = 64 };

/* ---- cells of arrays ---- */

/*
 * A program reads key and set one after the other, and may see those of two owners, when a cell
 * changes hands: what it finds then names another TEID or address, and matches nothing.
 */
static void cell_put(struct ebpf_index *cell, uint32_t key, uint32_t slot, uint32_t set)
{
	if (!cell->set) {
		__atomic_store_n(&cell->key, key, __ATOMIC_RELAXED);
		__atomic_store_n(&cell->slot, slot, __ATOMIC_RELAXED);
	}
	__atomic_store_n(&cell->set, set, __ATOMIC_RELEASE);
}

static bool cell_is(const struct ebpf_index *cell, uint32_t key)
{
	return cell->set && cell->key == key;
}

/* The cell of an address in a pool that has them; NULL: none */
static struct ebpf_index *ue_cell(const struct indexes *x, const struct dp_key *key,
				  uint32_t *ret_addr)
{
	const uint32_t addr = ntohl(key->ip4.s_addr);

	*ret_addr = addr;
	if (key->kind != DP_KEY_UE || key->family != AF_INET || key->len != 32)
		return NULL;
	for (size_t i = 0; i < x->pool_count; i++)
		if ((addr & x->pool[i].mask) == x->pool[i].base &&
		    x->pool[i].instance == key->instance)
			return &x->ue4[x->pool[i].first + (addr & ~x->pool[i].mask)];
	return NULL;
}

/* ---- hashes and the trie ---- */

union form {
	uint32_t teid;
	struct ebpf_ue_key ue;
	struct ebpf_route_key route;
	struct ebpf_bearer bearer;
};

/* The map of a key that has no cell, and the key in its form */
static int map_of(const struct indexes *x, const struct dp_key *key, union form *ret)
{
	memset(ret, 0, sizeof(*ret));
	switch (key->kind) {
	case DP_KEY_TEID:
		ret->teid = key->teid;
		return x->teids_far;
	case DP_KEY_BEARER:
		ret->bearer.ifindex = key->bearer.ifindex;
		memcpy(ret->bearer.mac, key->bearer.mac, sizeof(ret->bearer.mac));
		return x->bearers;
	}
	if (key->len == (key->family == AF_INET ? 32 : IP6_PREFIX_BITS)) {
		ret->ue.v6 = key->family == AF_INET6;
		ret->ue.instance = key->instance;
		memcpy(ret->ue.addr, key->octets, key->family == AF_INET ? 4 : 8);
		return x->ue_other;
	}
	ret->route.bits = key->len + EBPF_ROUTE_BITS;
	ret->route.v6 = key->family == AF_INET6;
	ret->route.instance = key->instance;
	memcpy(ret->route.addr, key->octets, sizeof(ret->route.addr));
	return x->routes;
}

int index_put(struct indexes *x, const struct dp_key *key, bool fresh, uint32_t slot, uint32_t set)
{
	const struct ebpf_index value = {.set = set, .slot = slot};
	struct ebpf_index *cell;
	union form form;
	uint32_t addr;
	int map;

	if (key->kind == DP_KEY_TEID) {
		cell = &x->teid[key->teid & x->teid_mask];
		if ((fresh && !cell->set) || cell_is(cell, key->teid)) {
			cell_put(cell, key->teid, slot, set);
			return 0;
		}
	} else {
		cell = ue_cell(x, key, &addr);
		if (cell) {
			cell_put(cell, addr, slot, set);
			return 0;
		}
	}
	if (!fresh)
		return 0; /* it leads to the slot, which leads to the set */
	map = map_of(x, key, &form);
	if (map == x->routes)
		*x->has_routes = 1;
	if (bpf_map_update_elem(map, &form, &value, BPF_ANY))
		return errno == E2BIG ? -ENOSPC : -errno;
	return 0;
}

void index_remove(struct indexes *x, const struct dp_key *key)
{
	struct ebpf_index *cell;
	union form form;
	uint32_t addr;
	int map;

	if (key->kind == DP_KEY_TEID) {
		cell = &x->teid[key->teid & x->teid_mask];
		addr = key->teid;
	} else {
		cell = ue_cell(x, key, &addr);
	}
	if (cell && cell_is(cell, addr)) {
		__atomic_store_n(&cell->set, 0, __ATOMIC_RELEASE);
		return;
	}
	map = map_of(x, key, &form);
	(void)bpf_map_delete_elem(map, &form);
}
