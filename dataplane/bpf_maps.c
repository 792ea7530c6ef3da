// SPDX-License-Identifier: Apache-2.0
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

_Static_assert((int)EBPF_DROP_REASONS == (int)DP_DROP_REASONS &&
		       (int)EBPF_DROP_HELD == (int)DP_DROP_HELD,
	       "one numbering");
_Static_assert((int)EBPF_HOLDS_MAX == (int)DP_HOLDS_MAX + 1 &&
		       (int)EBPF_HOLD_PACKETS_MAX == (int)DP_HOLD_PACKETS_MAX,
	       "one limit");

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
