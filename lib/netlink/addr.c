// SPDX-License-Identifier: Apache-2.0
/* Addresses of links. */
#include <errno.h>
#include <linux/if_addr.h>

#include "lib/netlink/request.h"

/* An address of either family, where one piece of code is for both */
struct addr {
	sa_family_t family;
	union {
		struct in_addr ip4;
		struct in6_addr ip6;
	};
};

static struct nlmsghdr *addr_request(struct nl *nl, uint16_t type, uint16_t flags,
				     sa_family_t family, unsigned ifindex)
{
	struct nlmsghdr *nlh = nl_request(nl, type, flags);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

	ifa->ifa_family = (uint8_t)family;
	ifa->ifa_index = ifindex;
	return nlh;
}

static int addr_change(struct nl *nl, uint16_t type, uint16_t flags, unsigned ifindex,
		       const struct addr *addr, unsigned prefix_len)
{
	struct nlmsghdr *nlh;
	struct ifaddrmsg *ifa;

	if (prefix_len > nl_addr_bits(addr->family))
		return -EINVAL;
	nlh = addr_request(nl, type, flags, addr->family, ifindex);
	ifa = mnl_nlmsg_get_payload(nlh);
	ifa->ifa_prefixlen = (uint8_t)prefix_len;
	if (addr->family == AF_INET6 && type == RTM_NEWADDR)
		ifa->ifa_flags = IFA_F_NODAD;
	nl_put_addr(nlh, IFA_LOCAL, addr->family, &addr->ip6);
	nl_put_addr(nlh, IFA_ADDRESS, addr->family, &addr->ip6);
	return nl_submit(nl, nlh, 0);
}

int nl_addr_add(struct nl *nl, unsigned ifindex, struct in_addr addr, unsigned prefix_len)
{
	const struct addr a = {.family = AF_INET, .ip4 = addr};

	return addr_change(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, &a, prefix_len);
}

int nl_addr6_add(struct nl *nl, unsigned ifindex, struct in6_addr addr, unsigned prefix_len)
{
	const struct addr a = {.family = AF_INET6, .ip6 = addr};

	return addr_change(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, &a, prefix_len);
}

int nl_addr_del(struct nl *nl, unsigned ifindex, struct in_addr addr, unsigned prefix_len)
{
	const struct addr a = {.family = AF_INET, .ip4 = addr};

	return addr_change(nl, RTM_DELADDR, 0, ifindex, &a, prefix_len);
}

int nl_addr6_del(struct nl *nl, unsigned ifindex, struct in6_addr addr, unsigned prefix_len)
{
	const struct addr a = {.family = AF_INET6, .ip6 = addr};

	return addr_change(nl, RTM_DELADDR, 0, ifindex, &a, prefix_len);
}

struct addr_walk {
	sa_family_t family;
	unsigned ifindex;
	int (*each)(struct in_addr addr, unsigned prefix_len, void *user);
	int (*each6)(struct in6_addr addr, unsigned prefix_len, void *user);
	void *user;
};

static int read_addr(const struct nlmsghdr *nlh, void *user)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct addr_walk *walk = user;
	const struct nlattr *attr[IFA_MAX + 1], *own;
	struct addr addr;

	if (nlh->nlmsg_type != RTM_NEWADDR || ifa->ifa_family != walk->family ||
	    (walk->ifindex && ifa->ifa_index != walk->ifindex))
		return 0;
	nl_attrs(nlh, sizeof(*ifa), attr, IFA_MAX);
	/* of IPv6 there is IFA_LOCAL only beside a peer's address */
	own = attr[IFA_LOCAL] || walk->family == AF_INET ? attr[IFA_LOCAL] : attr[IFA_ADDRESS];
	if (!own)
		return 0;
	nl_attr_addr(own, walk->family, &addr.ip6);
	return walk->family == AF_INET ? walk->each(addr.ip4, ifa->ifa_prefixlen, walk->user)
				       : walk->each6(addr.ip6, ifa->ifa_prefixlen, walk->user);
}

static int addr_walk(struct nl *nl, struct addr_walk *walk)
{
	return nl_query(nl, addr_request(nl, RTM_GETADDR, NLM_F_DUMP, walk->family, walk->ifindex),
			read_addr, walk);
}

int nl_addr_list(struct nl *nl, unsigned ifindex,
		 int (*each)(struct in_addr addr, unsigned prefix_len, void *user), void *user)
{
	struct addr_walk walk = {AF_INET, ifindex, each, NULL, user};

	return addr_walk(nl, &walk);
}

int nl_addr6_list(struct nl *nl, unsigned ifindex,
		  int (*each)(struct in6_addr addr, unsigned prefix_len, void *user), void *user)
{
	struct addr_walk walk = {AF_INET6, ifindex, NULL, each, user};

	return addr_walk(nl, &walk);
}
