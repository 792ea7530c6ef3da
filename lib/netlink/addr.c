// SPDX-License-Identifier: Apache-2.0
/* IPv4 addresses of links. */
#include <errno.h>
#include <linux/if_addr.h>

#include "lib/netlink/request.h"

static struct nlmsghdr *addr_request(struct nl *nl, uint16_t type, uint16_t flags, unsigned ifindex,
				     unsigned prefix_len)
{
	struct nlmsghdr *nlh = nl_request(nl, type, flags);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

	ifa->ifa_family = AF_INET;
	ifa->ifa_prefixlen = (uint8_t)prefix_len;
	ifa->ifa_index = ifindex;
	return nlh;
}

static int addr_change(struct nl *nl, uint16_t type, uint16_t flags, unsigned ifindex,
		       struct in_addr addr, unsigned prefix_len)
{
	struct nlmsghdr *nlh;

	if (prefix_len > 32)
		return -EINVAL;
	nlh = addr_request(nl, type, flags, ifindex, prefix_len);
	mnl_attr_put_u32(nlh, IFA_LOCAL, addr.s_addr);
	mnl_attr_put_u32(nlh, IFA_ADDRESS, addr.s_addr);
	return nl_submit(nl, nlh, 0);
}

int nl_addr_add(struct nl *nl, unsigned ifindex, struct in_addr addr, unsigned prefix_len)
{
	return addr_change(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, addr, prefix_len);
}

int nl_addr_del(struct nl *nl, unsigned ifindex, struct in_addr addr, unsigned prefix_len)
{
	return addr_change(nl, RTM_DELADDR, 0, ifindex, addr, prefix_len);
}

struct addr_walk {
	unsigned ifindex;
	int (*each)(struct in_addr addr, unsigned prefix_len, void *user);
	void *user;
};

static int read_addr(const struct nlmsghdr *nlh, void *user)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct addr_walk *walk = user;
	const struct nlattr *attr[IFA_MAX + 1];

	if (nlh->nlmsg_type != RTM_NEWADDR || (walk->ifindex && ifa->ifa_index != walk->ifindex))
		return 0;
	nl_attrs(nlh, sizeof(*ifa), attr, IFA_MAX);
	return attr[IFA_LOCAL]
		       ? walk->each(nl_attr_in(attr[IFA_LOCAL]), ifa->ifa_prefixlen, walk->user)
		       : 0;
}

int nl_addr_list(struct nl *nl, unsigned ifindex,
		 int (*each)(struct in_addr addr, unsigned prefix_len, void *user), void *user)
{
	struct addr_walk walk = {ifindex, each, user};

	return nl_query(nl, addr_request(nl, RTM_GETADDR, NLM_F_DUMP, ifindex, 0), read_addr,
			&walk);
}
