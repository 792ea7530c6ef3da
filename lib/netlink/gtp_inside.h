/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of gtp.c: the handle, so that a test can stand in for the driver. */
#ifndef BATON_LIB_NETLINK_GTP_INSIDE_H
#define BATON_LIB_NETLINK_GTP_INSIDE_H

#include "lib/netlink/generic.h"
#include "lib/netlink/gtp.h"

struct gtp_netlink {
	struct nl *generic, *route;
	struct nl_family family;
	/** ask - send a request and hand on its answers, as nl_query, which it is */
	int (*ask)(struct nl *nl, struct nlmsghdr *nlh, nl_each each, void *user);
};

#endif
