/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and filling the maps that both back ends have: per-CPU counters, drops, prefixes. */
#ifndef BATON_DATAPLANE_BPF_MAPS_H
#define BATON_DATAPLANE_BPF_MAPS_H

#include "dataplane/dataplane.h"
#include "dataplane/ebpf_shared.h"

/** dp_counters_make - an entry of zeros in a per-CPU map of struct ebpf_counters; Return: 0,
 * -EEXIST, -ENOSPC, -ENOMEM */
int dp_counters_make(int map, const uint32_t *key, int cpus);
int dp_counters_sum(int map, const uint32_t *key, int cpus, struct dp_counters *ret_counters);
/** dp_drops_sum - add to @drops what the programs counted */
void dp_drops_sum(int map, int cpus, uint64_t drops[DP_DROP_REASONS]);
int dp_prefixes_fill(int map, const struct dp_prefix *prefixes, size_t count);

struct bpf_object;
/**
 * dp_maps_pin - each map as a file of its name in @dir, which is made; takes the place of a
 * predecessor's
 *
 * libbpf's own puts "_" for every "." in the whole path, so a directory with one is not found.
 */
int dp_maps_pin(const struct bpf_object *obj, const char *dir);
void dp_maps_unpin(const struct bpf_object *obj, const char *dir);

#endif
