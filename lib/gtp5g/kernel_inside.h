/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of kernel.c: the handle, so that a test can stand in for the module. */
#ifndef BATON_GTP5G_KERNEL_INSIDE_H
#define BATON_GTP5G_KERNEL_INSIDE_H

#include "lib/gtp5g/kernel.h"
#include "lib/netlink/generic.h"

struct gtp5g {
	struct nl *generic, *route;
	struct nl_family family;
	char version_text[32];
	uint32_t version;
	struct gtp5g_expected why;
	/** ask - send a request and hand on its answers, as nl_query, which it is */
	int (*ask)(struct nl *nl, struct nlmsghdr *nlh, nl_each each, void *user);
};

#endif
