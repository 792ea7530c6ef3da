// SPDX-License-Identifier: Apache-2.0
/*
 * The network namespace that a data plane works in: its links, and the settings that routing takes.
 */
#include "dataplane/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct wanted {
	const char *name;
	struct nl_link *link;
};

static int link_match(const struct nl_link *link, void *user)
{
	const struct wanted *wanted = user;

	if (strcmp(link->name, wanted->name) != 0)
		return 0;
	*wanted->link = *link;
	return 1;
}

int dp_link_find(struct nl *nl, const char *name, struct nl_link *ret_link)
{
	struct wanted wanted = {.name = name, .link = ret_link};
	int rc = nl_link_list(nl, link_match, &wanted);

	if (rc < 0)
		return rc;
	return rc ? 0 : -ENODEV;
}

int dp_link_clear(struct nl *nl, const char *name)
{
	struct nl_link link;
	int rc = dp_link_find(nl, name, &link);

	if (rc)
		return rc == -ENODEV ? 0 : rc;
	if (strcmp(link.alias, DP_LINK_ALIAS) != 0)
		return -EEXIST;
	return nl_link_del(nl, link.ifindex);
}

static int sysctl_write(const char *path, int value)
{
	char text[16] = "";
	ssize_t n;
	int fd, rc = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n > 0 && atoi(text) == value)
		return 0;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = snprintf(text, sizeof(text), "%d", value);
	if (write(fd, text, (size_t)n) != n)
		rc = -errno;
	close(fd);
	return rc;
}

int dp_sysctl_set(const char *dev, const char *name, int value)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s%s%s%s", dev ? "conf/" : "",
		 dev ? dev : "", dev ? "/" : "", name);
	return sysctl_write(path, value);
}

static int sysctl6_set(const char *dev, const char *name, int value)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", dev, name);
	return sysctl_write(path, value);
}

int dp_ipv6_disable(const char *dev)
{
	int rc = sysctl6_set(dev, "disable_ipv6", 1);

	return rc == -ENOENT ? 0 : rc;
}

int dp_ip6_quiet(const char *dev)
{
	int rc = sysctl6_set(dev, "addr_gen_mode", 1);

	if (!rc)
		rc = sysctl6_set(dev, "accept_ra", 0);
	if (!rc)
		rc = sysctl6_set(dev, "router_solicitations", 0);
	return rc ? rc : sysctl6_set(dev, "disable_ipv6", 0);
}

/* A router doesn't listen to others, unless told that it does so all the same */
static int accept_ra_keep(const char *dev)
{
	char path[128], text[16] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_ra", dev);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	if (!fgets(text, sizeof(text), file))
		text[0] = 0;
	fclose(file);
	return atoi(text) == 1 ? sysctl_write(path, 2) : 0;
}

int dp_forwarding6_set_up(const char *dev)
{
	int rc = accept_ra_keep(dev);

	if (!rc)
		rc = sysctl6_set(dev, "disable_ipv6", 0);
	if (!rc)
		rc = sysctl6_set(dev, "forwarding", 1);
	return rc ? rc : sysctl6_set("all", "forwarding", 1);
}

int dp_forwarding_set_up(const char *dev)
{
	int rc = dp_sysctl_set(dev, "forwarding", 1);

	if (!rc)
		rc = dp_sysctl_set("all", "rp_filter", 0);
	if (!rc)
		rc = dp_sysctl_set(dev, "rp_filter", 0);
	if (!rc)
		rc = dp_sysctl_set("all", "send_redirects", 0);
	return rc ? rc : dp_sysctl_set(dev, "send_redirects", 0);
}
