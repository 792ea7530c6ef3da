/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generic netlink: a driver's family by its name, and requests to it. Its messages are its own, so
 * who speaks to one writes attributes with libmnl into what nl_generic_request gives, and sends
 * them by nl_submit or nl_query (lib/netlink/request.h), batches too.
 */
#ifndef BATON_LIB_NETLINK_GENERIC_H
#define BATON_LIB_NETLINK_GENERIC_H

#include <linux/genetlink.h>

#include "lib/netlink/request.h"

struct nl_family {
	uint16_t id;
	uint32_t group; /* its first multicast group; 0: none */
};

int nl_generic_open(struct nl **ret_nl);
/**
 * nl_generic_family - ask for a family; the kernel loads the module that announces it
 * Return: 0, -ENOENT when there is none of that name, ...
 */
int nl_generic_family(struct nl *nl, const char *name, struct nl_family *ret_family);
/** nl_generic_request - as nl_request, its attributes begin behind a struct genlmsghdr */
struct nlmsghdr *nl_generic_request(struct nl *nl, const struct nl_family *family, uint8_t command,
				    uint16_t flags);

/** nl_generic_join - get what the kernel sends to @group, and no answers any more: a handle of its
 * own */
int nl_generic_join(struct nl *nl, uint32_t group);
/** nl_generic_fd - to be watched by a loop after nl_generic_join */
int nl_generic_fd(const struct nl *nl);
/**
 * nl_generic_receive - hand one datagram's messages to @each; a non-zero answer ends it and is
 * returned. Waits for one. Return: 0, -ENOBUFS: some were lost, for nobody read them, ...
 */
int nl_generic_receive(struct nl *nl, nl_each each, void *user);

#endif
