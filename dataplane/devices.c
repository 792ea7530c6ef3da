// SPDX-License-Identifier: Apache-2.0
/* What N3's and N6's devices have carried. */
#include <stdio.h>

#include "dataplane/internal.h"

/* Return: whether it is there still */
static bool device_read(const struct dataplane *dp, const struct nl_link *link,
			struct dp_device *ret)
{
	struct nl_link_stats stats = {0};

	if (nl_link_stats(dp->nl, link->ifindex, &stats))
		return false;
	snprintf(ret->dev, sizeof(ret->dev), "%s", link->name);
	ret->received_packets = stats.rx_packets;
	ret->received_bytes = stats.rx_bytes;
	ret->sent_packets = stats.tx_packets;
	ret->sent_bytes = stats.tx_bytes;
	return true;
}

/* The same device may have several local addresses */
static bool is_first(const struct dataplane *dp, uint8_t local)
{
	for (uint8_t i = 0; i < local; i++)
		if (dp->n3[i].ifindex == dp->n3[local].ifindex)
			return false;
	return true;
}

size_t dataplane_devices(const struct dataplane *dp, struct dp_device ret[DP_DEVICES_MAX])
{
	size_t n = 0;

	for (uint8_t i = 0; i < dp->config.local_count; i++) {
		ret[n] = (struct dp_device){.n6 = false};
		if (is_first(dp, i) && device_read(dp, &dp->n3[i], &ret[n]))
			n++;
	}
	for (uint8_t i = 0; i < dp->config.instance_count; i++) {
		ret[n] = (struct dp_device){.n6 = true, .instance = i};
		if (device_read(dp, &dp->n6[i].link, &ret[n]))
			n++;
	}
	return n;
}
