// SPDX-License-Identifier: Apache-2.0
/* Bridge ports without learning or flooding, and their forwarding entries. */
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <sys/socket.h>

#include "lib/netlink/request.h"

int nl_bridge_port_static(struct nl *nl, unsigned ifindex)
{
	static const uint16_t off[] = {IFLA_BRPORT_LEARNING, IFLA_BRPORT_UNICAST_FLOOD,
				       IFLA_BRPORT_MCAST_FLOOD, IFLA_BRPORT_BCAST_FLOOD};
	struct nlmsghdr *nlh = nl_request(nl, RTM_SETLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	struct nlattr *nest;

	ifi->ifi_family = AF_BRIDGE;
	ifi->ifi_index = (int)ifindex;
	nest = mnl_attr_nest_start(nlh, IFLA_PROTINFO);
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		mnl_attr_put_u8(nlh, off[i], 0);
	mnl_attr_nest_end(nlh, nest);
	return nl_submit(nl, nlh, 0);
}

int nl_bridge_fdb_add(struct nl *nl, unsigned ifindex, const uint8_t mac[6])
{
	struct nlmsghdr *nlh = nl_request(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));

	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_ifindex = (int)ifindex;
	ndm->ndm_state = NUD_NOARP;
	ndm->ndm_flags = NTF_MASTER;
	mnl_attr_put(nlh, NDA_LLADDR, 6, mac);
	return nl_submit(nl, nlh, 0);
}
