// SPDX-License-Identifier: Apache-2.0
/* Reading and filling the maps that both back ends have: per-CPU counters, drops, prefixes. */
#include "dataplane/bpf_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int dp_counters_sum(int map, const uint32_t *key, int cpus, struct dp_counters *ret_counters)
{
	struct ebpf_counters *each = calloc((size_t)cpus, sizeof(*each));
	int rc = 0;

	if (!each)
		return -ENOMEM;
	if (bpf_map_lookup_elem(map, key, each))
		rc = -errno;
	memset(ret_counters, 0, sizeof(*ret_counters));
	for (int i = 0; i < cpus && !rc; i++) {
		ret_counters->uplink_packets += each[i].uplink_packets;
		ret_counters->uplink_bytes += each[i].uplink_bytes;
		ret_counters->downlink_packets += each[i].downlink_packets;
		ret_counters->downlink_bytes += each[i].downlink_bytes;
		ret_counters->dropped_packets += each[i].dropped_packets;
	}
	free(each);
	return rc;
}

int dp_counters_make(int map, const uint32_t *key, int cpus)
{
	struct ebpf_counters *zero = calloc((size_t)cpus, sizeof(*zero));
	int rc;

	if (!zero)
		return -ENOMEM;
	rc = bpf_map_update_elem(map, key, zero, BPF_NOEXIST) ? -errno : 0;
	free(zero);
	if (rc == -E2BIG)
		return -ENOSPC;
	return rc;
}

void dp_drops_sum(int map, int cpus, uint64_t drops[DP_DROP_REASONS])
{
	uint64_t *each = calloc((size_t)cpus, sizeof(*each));

	for (uint32_t reason = 0; each && reason < DP_DROP_REASONS; reason++) {
		if (bpf_map_lookup_elem(map, &reason, each))
			continue;
		for (int i = 0; i < cpus; i++)
			drops[reason] += each[i];
	}
	free(each);
}

int dp_prefixes_fill(int map, const struct dp_prefix *prefixes, size_t count)
{
	const uint32_t present = 1;

	for (size_t i = 0; i < count; i++) {
		const struct ebpf_prefix key = {.len = prefixes[i].len,
						.addr_be = prefixes[i].addr.ip4.s_addr};

		if (bpf_map_update_elem(map, &key, &present, BPF_ANY))
			return -errno;
	}
	return 0;
}

/* A bpffs takes no dots in names, and ".rodata" has one */
static int pin_path(const struct bpf_map *map, const char *dir, char ret_path[PATH_MAX])
{
	const int at = snprintf(ret_path, PATH_MAX, "%s/", dir);

	if (at < 0 || at >= PATH_MAX ||
	    snprintf(ret_path + at, (size_t)(PATH_MAX - at), "%s", bpf_map__name(map)) >=
		    PATH_MAX - at)
		return -ENAMETOOLONG;
	for (char *dot = ret_path + at; (dot = strchr(dot, '.'));)
		*dot = '_';
	return 0;
}

int dp_maps_pin(const struct bpf_object *obj, const char *dir)
{
	char path[PATH_MAX];
	struct bpf_map *map;

	if (mkdir(dir, 0700) && errno != EEXIST)
		return -errno;
	bpf_object__for_each_map(map, obj)
	{
		int rc = pin_path(map, dir, path);

		if (rc)
			return rc;
		if (unlink(path) && errno != ENOENT)
			return -errno;
		if (bpf_obj_pin(bpf_map__fd(map), path))
			return -errno;
	}
	return 0;
}

void dp_maps_unpin(const struct bpf_object *obj, const char *dir)
{
	char path[PATH_MAX];
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		if (!pin_path(map, dir, path))
			unlink(path);
	}
}
