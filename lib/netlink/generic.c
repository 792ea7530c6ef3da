// SPDX-License-Identifier: Apache-2.0
/* Generic netlink (include/uapi/linux/genetlink.h): families by name, their requests, their
 * multicast. */
#include "lib/netlink/generic.h"

#include <errno.h>
#include <string.h>

int nl_generic_open(struct nl **ret_nl)
{
	return nl_open_family(NETLINK_GENERIC, ret_nl);
}

struct nlmsghdr *nl_generic_request(struct nl *nl, const struct nl_family *family, uint8_t command,
				    uint16_t flags)
{
	struct nlmsghdr *nlh = nl_request(nl, family->id, flags);
	struct genlmsghdr *generic = mnl_nlmsg_put_extra_header(nlh, sizeof(*generic));

	generic->cmd = command;
	return nlh;
}

static uint32_t first_group(const struct nlattr *groups)
{
	const struct nlattr *group, *attr;

	mnl_attr_for_each_nested (group, groups)
		mnl_attr_for_each_nested (attr, group)
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
				return nl_attr_u32(attr, 0);
	return 0;
}

static int read_family(const struct nlmsghdr *nlh, void *user)
{
	const struct nlattr *attr[CTRL_ATTR_MCAST_GROUPS + 1];
	struct nl_family *family = user;

	nl_attrs(nlh, sizeof(struct genlmsghdr), attr, CTRL_ATTR_MCAST_GROUPS);
	if (attr[CTRL_ATTR_FAMILY_ID] &&
	    mnl_attr_get_payload_len(attr[CTRL_ATTR_FAMILY_ID]) >= sizeof(uint16_t))
		family->id = mnl_attr_get_u16(attr[CTRL_ATTR_FAMILY_ID]);
	if (attr[CTRL_ATTR_MCAST_GROUPS])
		family->group = first_group(attr[CTRL_ATTR_MCAST_GROUPS]);
	return 0;
}

int nl_generic_family(struct nl *nl, const char *name, struct nl_family *ret_family)
{
	const struct nl_family control = {.id = GENL_ID_CTRL};
	struct nl_family family = {0};
	struct nlmsghdr *nlh;
	int error;

	if (strlen(name) >= GENL_NAMSIZ)
		return -EINVAL;
	nlh = nl_generic_request(nl, &control, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	error = nl_query(nl, nlh, read_family, &family);
	if (!error && !family.id)
		error = -ENOENT;
	if (!error)
		*ret_family = family;
	return error;
}

int nl_generic_join(struct nl *nl, uint32_t group)
{
	int wanted = (int)group;

	return mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &wanted, sizeof(wanted))
		       ? -errno
		       : 0;
}

int nl_generic_fd(const struct nl *nl)
{
	return mnl_socket_get_fd(nl->sock);
}

int nl_generic_receive(struct nl *nl, nl_each each, void *user)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->answer;
	ssize_t got;
	int left, stop = 0;

	do
		got = mnl_socket_recvfrom(nl->sock, nl->answer, sizeof(nl->answer));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	left = (int)got;
	for (; !stop && mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		stop = each(nlh, user);
	return stop;
}
