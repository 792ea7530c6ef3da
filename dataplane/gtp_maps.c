// SPDX-License-Identifier: Apache-2.0
/* The guard's maps: per-CPU counters, protected prefixes. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/gtp.h"
#include "dataplane/gtp_shared.h"

int gtp_counters_sum(int map, const uint32_t *key, int cpus, struct dp_counters *ret_counters)
{
	struct gtp_counters *each = calloc((size_t)cpus, sizeof(*each));
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

int gtp_counters_make(int map, const uint32_t *key, int cpus)
{
	struct gtp_counters *zero = calloc((size_t)cpus, sizeof(*zero));
	int rc;

	if (!zero)
		return -ENOMEM;
	rc = bpf_map_update_elem(map, key, zero, BPF_NOEXIST) ? -errno : 0;
	free(zero);
	if (rc == -E2BIG)
		return -ENOSPC;
	return rc;
}

int gtp_prefixes_fill(int map, const struct dp_prefix *prefixes, size_t count)
{
	const uint32_t present = 1;

	for (size_t i = 0; i < count; i++) {
		const struct gtp_prefix key = {.len = prefixes[i].len,
					       .addr_be = prefixes[i].addr.ip4.s_addr};

		if (bpf_map_update_elem(map, &key, &present, BPF_ANY))
			return -errno;
	}
	return 0;
}
