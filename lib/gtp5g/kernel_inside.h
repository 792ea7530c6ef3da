/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of kernel.c and listener.c: the handle, so that a test can stand in for the module; what
 * messages begin with. */
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

/** gtp5g_attributes - of a message, behind its two headers; @ret_len: octets of them */
static inline const void *gtp5g_attributes(const struct nlmsghdr *nlh, size_t *ret_len)
{
	const size_t len = mnl_nlmsg_get_payload_len(nlh);

	*ret_len = len > GENL_HDRLEN ? len - GENL_HDRLEN : 0;
	return mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN);
}

#endif
