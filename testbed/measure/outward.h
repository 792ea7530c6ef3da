/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interfaces of a node by which packets leave it: hardware, and veths whose other end is
 * elsewhere. Bridges, tunnels, and pairs that begin and end in the node hand packets to others
 * here, which would count them twice.
 */
#ifndef BATON_MEASURE_OUTWARD_H
#define BATON_MEASURE_OUTWARD_H

#include "lib/netlink/netlink.h"

/** outward_each - @each is called for each of them; Return: 0 or a negative errno */
int outward_each(int netns_fd, void (*each)(const struct nl_link *link, void *user), void *user);
/** outward_addresses - of all interfaces, also those that hand on, and of lo (a service's); Return:
 * as above */
int outward_addresses(int netns_fd,
		      int (*each)(struct in_addr addr, unsigned prefix_len, void *user),
		      void *user);

#endif
