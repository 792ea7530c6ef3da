// SPDX-License-Identifier: Apache-2.0
/* Permanent IPv4 neighbours. */
#include <linux/neighbour.h>

#include "lib/netlink/request.h"

static struct nlmsghdr *neigh_request(struct nl *nl, uint16_t type, uint16_t flags,
				      unsigned ifindex, struct in_addr addr)
{
	struct nlmsghdr *nlh = nl_request(nl, type, flags);
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));

	ndm->ndm_family = AF_INET;
	ndm->ndm_ifindex = (int)ifindex;
	ndm->ndm_state = NUD_PERMANENT;
	mnl_attr_put_u32(nlh, NDA_DST, addr.s_addr);
	return nlh;
}

int nl_neigh_replace(struct nl *nl, unsigned ifindex, struct in_addr addr, const uint8_t mac[6])
{
	struct nlmsghdr *nlh =
		neigh_request(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, ifindex, addr);

	mnl_attr_put(nlh, NDA_LLADDR, 6, mac);
	return nl_submit(nl, nlh, 0);
}

int nl_neigh_del(struct nl *nl, unsigned ifindex, struct in_addr addr)
{
	return nl_submit(nl, neigh_request(nl, RTM_DELNEIGH, 0, ifindex, addr), 0);
}
