// SPDX-License-Identifier: Apache-2.0
/* Links: veth pairs, bridges, what is set on them, and the list. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "lib/netlink/request.h"

static struct nlmsghdr *link_request(struct nl *nl, uint16_t type, uint16_t flags, unsigned ifindex)
{
	struct nlmsghdr *nlh = nl_request(nl, type, flags);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = (int)ifindex;
	return nlh;
}

/* One end of a pair: the same attributes stand in the request and in its nested peer. */
struct veth_end {
	const char *name;
	int netns_fd;
	const uint8_t *mac;
	uint32_t mtu;
	unsigned ifindex;
	unsigned flags;
};

static void put_end(struct nlmsghdr *nlh, struct ifinfomsg *ifi, const struct veth_end *end)
{
	ifi->ifi_index = (int)end->ifindex;
	ifi->ifi_flags = end->flags;
	ifi->ifi_change = end->flags;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, end->name);
	mnl_attr_put_u32(nlh, IFLA_MTU, end->mtu);
	/* Not told, the kernel makes one for each processor, and shuts all but the first down
	 * again: each time it waits for a grace period, while nobody else can make links. */
	mnl_attr_put_u32(nlh, IFLA_NUM_TX_QUEUES, 1);
	mnl_attr_put_u32(nlh, IFLA_NUM_RX_QUEUES, 1);
	if (end->mac)
		mnl_attr_put(nlh, IFLA_ADDRESS, 6, end->mac);
	if (end->netns_fd >= 0)
		mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)end->netns_fd);
}

int nl_link_add_veth(struct nl *nl, const struct nl_veth *veth)
{
	uint32_t mtu = veth->mtu ? veth->mtu : 1500;
	struct veth_end own = {veth->name, veth->netns_fd, veth->mac,
			       mtu,	   veth->ifindex,  veth->noarp ? IFF_NOARP : 0};
	struct veth_end peer = {veth->peer, veth->peer_netns_fd, veth->peer_mac,
				mtu,	    veth->peer_ifindex,	 0};
	struct nlattr *info, *data, *nested;
	struct nlmsghdr *nlh;
	struct ifinfomsg *ifi;

	if (!nl_name_valid(veth->name) || !nl_name_valid(veth->peer))
		return -EINVAL;
	nlh = link_request(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	put_end(nlh, mnl_nlmsg_get_payload(nlh), &own);
	if (veth->master)
		mnl_attr_put_u32(nlh, IFLA_MASTER, veth->master);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	nested = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	put_end(nlh, ifi, &peer);
	mnl_attr_nest_end(nlh, nested);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return nl_submit(nl, nlh, 0);
}

int nl_link_add_bridge(struct nl *nl, const char *name)
{
	struct nlmsghdr *nlh;
	struct nlattr *info;

	if (!nl_name_valid(name))
		return -EINVAL;
	nlh = link_request(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(nlh, info);
	return nl_submit(nl, nlh, 0);
}

int nl_link_add_kind(struct nl *nl, const char *name, const char *kind,
		     const struct nl_link_setting *settings, size_t count)
{
	struct nlattr *info, *data;
	struct nlmsghdr *nlh;

	if (!nl_name_valid(name))
		return -EINVAL;
	nlh = link_request(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	for (size_t i = 0; i < count; i++)
		mnl_attr_put_u32(nlh, settings[i].type, settings[i].value);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return nl_submit(nl, nlh, 0);
}

struct settings {
	struct nl_link_setting *setting;
	size_t count;
};

static void read_setting(const struct nlattr *attr, const struct settings *settings)
{
	for (size_t i = 0; i < settings->count; i++)
		if (settings->setting[i].type == mnl_attr_get_type(attr))
			settings->setting[i].value = nl_attr_u32(attr, settings->setting[i].value);
}

static int read_settings(const struct nlmsghdr *nlh, void *user)
{
	const struct nlattr *attr[IFLA_LINKINFO + 1], *info, *data;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return 0;
	nl_attrs(nlh, sizeof(struct ifinfomsg), attr, IFLA_LINKINFO);
	if (!attr[IFLA_LINKINFO])
		return 0;
	mnl_attr_for_each_nested (info, attr[IFLA_LINKINFO])
		if (mnl_attr_get_type(info) == IFLA_INFO_DATA)
			mnl_attr_for_each_nested (data, info)
				read_setting(data, user);
	return 0;
}

int nl_link_settings(struct nl *nl, unsigned ifindex, struct nl_link_setting *settings,
		     size_t count)
{
	struct settings wanted = {settings, count};

	return nl_query(nl, link_request(nl, RTM_GETLINK, 0, ifindex), read_settings, &wanted);
}

static int read_stats(const struct nlmsghdr *nlh, void *user)
{
	const struct nlattr *attr[IFLA_STATS64 + 1];
	struct nl_link_stats *ret = user;
	struct rtnl_link_stats64 stats = {0};

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return 0;
	nl_attrs(nlh, sizeof(struct ifinfomsg), attr, IFLA_STATS64);
	if (!attr[IFLA_STATS64])
		return 0;
	/* not aligned to 8 octets there; a newer kernel's is longer */
	memcpy(&stats, mnl_attr_get_payload(attr[IFLA_STATS64]),
	       mnl_attr_get_payload_len(attr[IFLA_STATS64]) < sizeof(stats)
		       ? mnl_attr_get_payload_len(attr[IFLA_STATS64])
		       : sizeof(stats));
	*ret = (struct nl_link_stats){stats.rx_packets, stats.rx_bytes, stats.tx_packets,
				      stats.tx_bytes};
	return 0;
}

int nl_link_stats(struct nl *nl, unsigned ifindex, struct nl_link_stats *ret_stats)
{
	return nl_query(nl, link_request(nl, RTM_GETLINK, 0, ifindex), read_stats, ret_stats);
}

int nl_link_del(struct nl *nl, unsigned ifindex)
{
	return nl_submit(nl, link_request(nl, RTM_DELLINK, 0, ifindex), 0);
}

int nl_link_del_name(struct nl *nl, const char *name)
{
	struct nlmsghdr *nlh;

	if (!nl_name_valid(name))
		return -EINVAL;
	nlh = link_request(nl, RTM_DELLINK, 0, 0);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return nl_submit(nl, nlh, 0);
}

static int keep_index(const struct nlmsghdr *nlh, void *user)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type == RTM_NEWLINK)
		*(unsigned *)user = (unsigned)ifi->ifi_index;
	return 0;
}

int nl_link_index(struct nl *nl, const char *name, unsigned *ret_ifindex)
{
	struct nlmsghdr *nlh;
	unsigned ifindex = 0;
	int error;

	if (!nl_name_valid(name))
		return -EINVAL;
	nlh = link_request(nl, RTM_GETLINK, 0, 0);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	error = nl_query(nl, nlh, keep_index, &ifindex);
	if (error)
		return error;
	*ret_ifindex = ifindex;
	return ifindex ? 0 : -ENODEV;
}

int nl_link_set_up(struct nl *nl, unsigned ifindex, bool up)
{
	struct nlmsghdr *nlh = link_request(nl, RTM_NEWLINK, 0, ifindex);
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	ifi->ifi_flags = up ? IFF_UP : 0;
	ifi->ifi_change = IFF_UP;
	return nl_submit(nl, nlh, 0);
}

int nl_link_set_mac(struct nl *nl, unsigned ifindex, const uint8_t mac[6])
{
	struct nlmsghdr *nlh = link_request(nl, RTM_NEWLINK, 0, ifindex);

	mnl_attr_put(nlh, IFLA_ADDRESS, 6, mac);
	return nl_submit(nl, nlh, 0);
}

static int set_u32(struct nl *nl, unsigned ifindex, uint16_t attr, uint32_t value)
{
	struct nlmsghdr *nlh = link_request(nl, RTM_NEWLINK, 0, ifindex);

	mnl_attr_put_u32(nlh, attr, value);
	return nl_submit(nl, nlh, 0);
}

int nl_link_set_mtu(struct nl *nl, unsigned ifindex, uint32_t mtu)
{
	return set_u32(nl, ifindex, IFLA_MTU, mtu);
}

int nl_link_set_master(struct nl *nl, unsigned ifindex, unsigned master_ifindex)
{
	return set_u32(nl, ifindex, IFLA_MASTER, master_ifindex);
}

int nl_link_set_netns(struct nl *nl, unsigned ifindex, int netns_fd)
{
	return set_u32(nl, ifindex, IFLA_NET_NS_FD, (uint32_t)netns_fd);
}

int nl_link_set_alias(struct nl *nl, unsigned ifindex, const char *alias)
{
	struct nlmsghdr *nlh;

	if (strlen(alias) > 255)
		return -EINVAL;
	nlh = link_request(nl, RTM_NEWLINK, 0, ifindex);
	mnl_attr_put_str(nlh, IFLA_IFALIAS, alias);
	return nl_submit(nl, nlh, 0);
}

struct link_walk {
	int (*each)(const struct nl_link *link, void *user);
	void *user;
};

static void copy_text(char *to, size_t size, const struct nlattr *attr)
{
	if (attr)
		snprintf(to, size, "%.*s", (int)mnl_attr_get_payload_len(attr),
			 (const char *)mnl_attr_get_payload(attr));
}

static void read_kind(struct nl_link *link, const struct nlattr *info)
{
	const struct nlattr *attr;

	if (!info)
		return;
	mnl_attr_for_each_nested (attr, info)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			copy_text(link->kind, sizeof(link->kind), attr);
}

static int read_link(const struct nlmsghdr *nlh, void *user)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct link_walk *walk = user;
	const struct nlattr *attr[IFLA_MAX + 1];
	struct nl_link link = {0};

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return 0;
	nl_attrs(nlh, sizeof(*ifi), attr, IFLA_MAX);
	link.ifindex = (unsigned)ifi->ifi_index;
	link.up = ifi->ifi_flags & IFF_UP;
	link.running = ifi->ifi_flags & IFF_RUNNING;
	link.mtu = nl_attr_u32(attr[IFLA_MTU], 0);
	link.peer = nl_attr_u32(attr[IFLA_LINK], 0);
	link.far = attr[IFLA_LINK_NETNSID];
	link.master = nl_attr_u32(attr[IFLA_MASTER], 0);
	copy_text(link.name, sizeof(link.name), attr[IFLA_IFNAME]);
	copy_text(link.alias, sizeof(link.alias), attr[IFLA_IFALIAS]);
	if (attr[IFLA_ADDRESS] && mnl_attr_get_payload_len(attr[IFLA_ADDRESS]) == sizeof(link.mac))
		memcpy(link.mac, mnl_attr_get_payload(attr[IFLA_ADDRESS]), sizeof(link.mac));
	read_kind(&link, attr[IFLA_LINKINFO]);
	return walk->each(&link, walk->user);
}

int nl_link_list(struct nl *nl, int (*each)(const struct nl_link *link, void *user), void *user)
{
	struct link_walk walk = {each, user};

	return nl_query(nl, link_request(nl, RTM_GETLINK, NLM_F_DUMP, 0), read_link, &walk);
}
