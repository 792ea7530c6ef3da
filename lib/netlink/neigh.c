// SPDX-License-Identifier: Apache-2.0
/* Permanent neighbours. */
#include <linux/neighbour.h>

#include "lib/netlink/request.h"

static struct nlmsghdr *neigh_request(struct nl *nl, uint16_t type, uint16_t flags,
				      unsigned ifindex, sa_family_t family)
{
	struct nlmsghdr *nlh = nl_request(nl, type, flags);
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));

	ndm->ndm_family = (uint8_t)family;
	ndm->ndm_ifindex = (int)ifindex;
	ndm->ndm_state = NUD_PERMANENT;
	return nlh;
}

static int neigh_replace(struct nl *nl, unsigned ifindex, sa_family_t family, const void *addr,
			 const uint8_t mac[6])
{
	struct nlmsghdr *nlh =
		neigh_request(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, ifindex, family);

	nl_put_addr(nlh, NDA_DST, family, addr);
	mnl_attr_put(nlh, NDA_LLADDR, 6, mac);
	return nl_submit(nl, nlh, 0);
}

static int neigh_del(struct nl *nl, unsigned ifindex, sa_family_t family, const void *addr)
{
	struct nlmsghdr *nlh = neigh_request(nl, RTM_DELNEIGH, 0, ifindex, family);

	nl_put_addr(nlh, NDA_DST, family, addr);
	return nl_submit(nl, nlh, 0);
}

int nl_neigh_replace(struct nl *nl, unsigned ifindex, struct in_addr addr, const uint8_t mac[6])
{
	return neigh_replace(nl, ifindex, AF_INET, &addr, mac);
}

int nl_neigh6_replace(struct nl *nl, unsigned ifindex, struct in6_addr addr, const uint8_t mac[6])
{
	return neigh_replace(nl, ifindex, AF_INET6, &addr, mac);
}

int nl_neigh_del(struct nl *nl, unsigned ifindex, struct in_addr addr)
{
	return neigh_del(nl, ifindex, AF_INET, &addr);
}

int nl_neigh6_del(struct nl *nl, unsigned ifindex, struct in6_addr addr)
{
	return neigh_del(nl, ifindex, AF_INET6, &addr);
}
