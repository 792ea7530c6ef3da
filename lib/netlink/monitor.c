// SPDX-License-Identifier: Apache-2.0
/* Changes of links and IPv4 addresses, for an event loop. */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/netlink/request.h"

struct nl_monitor {
	struct mnl_socket *sock;
	char buffer[NL_ANSWER_BYTES];
};

int nl_monitor_open(struct nl_monitor **ret_monitor)
{
	struct nl_monitor *monitor = calloc(1, sizeof(*monitor));
	int error;

	if (!monitor)
		return -ENOMEM;
	monitor->sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!monitor->sock ||
	    mnl_socket_bind(monitor->sock, RTMGRP_LINK | RTMGRP_IPV4_IFADDR, MNL_SOCKET_AUTOPID)) {
		error = -errno;
		nl_monitor_close(monitor);
		return error;
	}
	*ret_monitor = monitor;
	return 0;
}

int nl_monitor_fd(const struct nl_monitor *monitor)
{
	return mnl_socket_get_fd(monitor->sock);
}

void nl_monitor_close(struct nl_monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->sock)
		mnl_socket_close(monitor->sock);
	free(monitor);
}

static void read_link_change(const struct nlmsghdr *nlh, struct nl_change *change)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr[IFLA_MAX + 1];

	nl_attrs(nlh, sizeof(*ifi), attr, IFLA_MAX);
	change->ifindex = (unsigned)ifi->ifi_index;
	change->up = ifi->ifi_flags & IFF_UP;
	if (attr[IFLA_IFNAME])
		snprintf(change->name, sizeof(change->name), "%.*s",
			 (int)mnl_attr_get_payload_len(attr[IFLA_IFNAME]),
			 (const char *)mnl_attr_get_payload(attr[IFLA_IFNAME]));
}

static void read_addr_change(const struct nlmsghdr *nlh, struct nl_change *change)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr[IFA_MAX + 1];

	nl_attrs(nlh, sizeof(*ifa), attr, IFA_MAX);
	change->ifindex = ifa->ifa_index;
	change->addr = nl_attr_in(attr[IFA_LOCAL]);
}

static bool read_change(const struct nlmsghdr *nlh, struct nl_change *change)
{
	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		change->what = nlh->nlmsg_type == RTM_NEWLINK ? NL_LINK_NEW : NL_LINK_GONE;
		read_link_change(nlh, change);
		return true;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		change->what = nlh->nlmsg_type == RTM_NEWADDR ? NL_ADDR_NEW : NL_ADDR_GONE;
		read_addr_change(nlh, change);
		return true;
	default:
		return false;
	}
}

int nl_monitor_read(struct nl_monitor *monitor,
		    void (*each)(const struct nl_change *change, void *user), void *user)
{
	for (;;) {
		ssize_t got = mnl_socket_recvfrom(monitor->sock, monitor->buffer,
						  sizeof(monitor->buffer));
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)monitor->buffer;
		struct nl_change change = {.what = NL_OVERRUN};
		int left = (int)got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == ENOBUFS) {
			each(&change, user);
			continue;
		}
		if (got < 0)
			return errno == EAGAIN ? 0 : -errno;
		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			memset(&change, 0, sizeof(change));
			if (read_change(nlh, &change))
				each(&change, user);
		}
	}
}
