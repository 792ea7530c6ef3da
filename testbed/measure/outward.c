// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/outward.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LO = 1 /* its ifindex, in every network namespace */, LINKS_MAX = 512 };

struct links {
	size_t count;
	struct nl_link link[LINKS_MAX];
};

static int keep_link(const struct nl_link *link, void *user)
{
	struct links *links = user;

	if (links->count < LINKS_MAX)
		links->link[links->count++] = *link;
	return 0;
}

static bool is_outward(const struct nl_link *link)
{
	if (link->ifindex == LO)
		return false;
	return strcmp(link->kind, "veth") == 0 ? link->far : link->kind[0] == '\0';
}

static int list(int netns_fd, struct links **ret_links, struct nl **ret_nl)
{
	struct links *links = calloc(1, sizeof *links);
	struct nl *nl;
	int r;

	if (!links)
		return -ENOMEM;
	r = nl_open_netns(netns_fd, &nl);
	if (r < 0) {
		free(links);
		return r;
	}
	nl_link_list(nl, keep_link, links);
	*ret_links = links;
	*ret_nl = nl;
	return 0;
}

int outward_each(int netns_fd, void (*each)(const struct nl_link *link, void *user), void *user)
{
	struct links *links;
	struct nl *nl;
	int r = list(netns_fd, &links, &nl);

	if (r < 0)
		return r;
	for (size_t i = 0; i < links->count; i++) {
		if (is_outward(&links->link[i]))
			each(&links->link[i], user);
	}
	nl_close(nl);
	free(links);
	return 0;
}

int outward_addresses(int netns_fd,
		      int (*each)(struct in_addr addr, unsigned prefix_len, void *user), void *user)
{
	struct links *links;
	struct nl *nl;
	int r = list(netns_fd, &links, &nl);

	if (r < 0)
		return r;
	for (size_t i = 0; i < links->count; i++)
		nl_addr_list(nl, links->link[i].ifindex, each, user);
	nl_close(nl);
	free(links);
	return 0;
}
