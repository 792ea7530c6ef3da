/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and filling maps. */
#ifndef BATON_DATAPLANE_BPF_MAPS_H
#define BATON_DATAPLANE_BPF_MAPS_H

#include "dataplane/dataplane.h"
#include "dataplane/bpf_shared.h"

/** dp_drops_sum - add to @drops what the programs counted */
void dp_drops_sum(int map, int cpus, uint64_t drops[DP_DROP_REASONS]);

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
