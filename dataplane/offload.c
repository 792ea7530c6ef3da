// SPDX-License-Identifier: Apache-2.0
/*
 * Segmentation offload of a device, by ethtool's ioctl: every "tx-...-segmentation" feature off
 * makes the stack cut super-packets before it hands them to the device.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dataplane/internal.h"

struct device {
	int fd;
	struct ifreq request;
};

static int ethtool(struct device *dev, void *command)
{
	dev->request.ifr_data = command;
	return ioctl(dev->fd, SIOCETHTOOL, &dev->request) < 0 ? -errno : 0;
}

static int feature_count(struct device *dev, uint32_t *ret_count)
{
	struct ethtool_sset_info *info = calloc(1, sizeof(*info) + sizeof(*ret_count));
	int rc;

	if (!info)
		return -ENOMEM;
	info->cmd = ETHTOOL_GSSET_INFO;
	info->sset_mask = 1ull << ETH_SS_FEATURES;
	rc = ethtool(dev, info);
	if (!rc && !info->sset_mask)
		rc = -EOPNOTSUPP;
	*ret_count = info->data[0];
	free(info);
	return rc;
}

static bool is_segmentation(const char *name)
{
	return !strncmp(name, "tx-", 3) && strstr(name, "segmentation");
}

static int features_set(struct device *dev, const struct ethtool_gstrings *names)
{
	const size_t blocks = (names->len + 31) / 32;
	struct ethtool_sfeatures *set =
		calloc(1, sizeof(*set) + blocks * sizeof(struct ethtool_set_features_block));
	int rc;

	if (!set)
		return -ENOMEM;
	set->cmd = ETHTOOL_SFEATURES;
	set->size = (uint32_t)blocks;
	for (uint32_t i = 0; i < names->len; i++)
		if (is_segmentation((const char *)names->data + i * ETH_GSTRING_LEN))
			set->features[i / 32].valid |= 1u << i % 32;
	/* a feature that the device never has is no failure: the kernel says so by a positive
	 * answer */
	rc = ethtool(dev, set);
	free(set);
	return rc;
}

static int segmentation_off(struct device *dev)
{
	struct ethtool_gstrings *names;
	uint32_t count;
	int rc = feature_count(dev, &count);

	if (rc)
		return rc;
	names = calloc(1, sizeof(*names) + (size_t)count * ETH_GSTRING_LEN);
	if (!names)
		return -ENOMEM;
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_FEATURES;
	names->len = count;
	rc = ethtool(dev, names);
	if (!rc)
		rc = features_set(dev, names);
	free(names);
	return rc;
}

int dp_segmentation_off(const char *name)
{
	struct device dev = {.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
	int rc;

	if (dev.fd < 0)
		return -errno;
	snprintf(dev.request.ifr_name, sizeof(dev.request.ifr_name), "%s", name);
	rc = segmentation_off(&dev);
	close(dev.fd);
	return rc;
}
