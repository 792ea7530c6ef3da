// SPDX-License-Identifier: Apache-2.0
/* The mainline gtp driver's netlink, see gtp_netlink.h and the kernel's drivers/net/gtp.c */
#include "dataplane/gtp_netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/gtp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER = 8192 };

struct gtp_netlink {
	struct mnl_socket *generic, *route;
	uint16_t family;
	uint32_t sequence;
	char buf[BUFFER];
};

/* Sends what is in the buffer; @each gets the answers, the acknowledgement ends it */
static int request(struct gtp_netlink *gtp, struct mnl_socket *sock, mnl_cb_t each, void *user)
{
	struct nlmsghdr *header = (struct nlmsghdr *)gtp->buf;
	const uint32_t sequence = ++gtp->sequence;
	ssize_t n;
	int rc;

	header->nlmsg_seq = sequence;
	if (mnl_socket_sendto(sock, header, header->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(sock, gtp->buf, sizeof(gtp->buf));
		if (n < 0)
			return -errno;
		rc = mnl_cb_run(gtp->buf, (size_t)n, sequence, mnl_socket_get_portid(sock), each,
				user);
	} while (rc > MNL_CB_STOP);
	return rc < 0 ? -errno : 0;
}

static struct nlmsghdr *generic_begin(struct gtp_netlink *gtp, uint16_t family, uint8_t command,
				      uint8_t version, uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(gtp->buf);
	struct genlmsghdr *generic;

	header->nlmsg_type = family;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));
	generic->cmd = command;
	generic->version = version;
	return header;
}

static int family_attr(const struct nlattr *attr, void *user)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
	    !mnl_attr_validate(attr, MNL_TYPE_U16))
		*(uint16_t *)user = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int family_message(const struct nlmsghdr *header, void *user)
{
	return mnl_attr_parse(header, sizeof(struct genlmsghdr), family_attr, user);
}

/* Asking for a family by name makes the kernel load its module */
static int family_find(struct gtp_netlink *gtp)
{
	struct nlmsghdr *header = generic_begin(gtp, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	int rc;

	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, "gtp");
	rc = request(gtp, gtp->generic, family_message, &gtp->family);
	if (rc)
		return rc;
	return gtp->family ? 0 : -ENOENT;
}

static int socket_open(int bus, struct mnl_socket **ret_sock)
{
	*ret_sock = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!*ret_sock || mnl_socket_bind(*ret_sock, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	return 0;
}

int gtp_netlink_open(struct gtp_netlink **ret_gtp)
{
	struct gtp_netlink *gtp = calloc(1, sizeof(*gtp));
	int rc;

	if (!gtp)
		return -ENOMEM;
	rc = socket_open(NETLINK_GENERIC, &gtp->generic);
	if (!rc)
		rc = socket_open(NETLINK_ROUTE, &gtp->route);
	if (!rc)
		rc = family_find(gtp);
	if (rc) {
		gtp_netlink_close(gtp);
		return rc;
	}
	*ret_gtp = gtp;
	return 0;
}

void gtp_netlink_close(struct gtp_netlink *gtp)
{
	if (!gtp)
		return;
	if (gtp->generic)
		mnl_socket_close(gtp->generic);
	if (gtp->route)
		mnl_socket_close(gtp->route);
	free(gtp);
}

int gtp_link_add(struct gtp_netlink *gtp, const char *name, int udp_fd, bool sgsn,
		 uint32_t hash_size)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(gtp->buf);
	struct nlattr *info, *data;
	struct ifinfomsg *link;

	header->nlmsg_type = RTM_NEWLINK;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	link = mnl_nlmsg_put_extra_header(header, sizeof(*link));
	link->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(header, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(header, IFLA_LINKINFO);
	mnl_attr_put_strz(header, IFLA_INFO_KIND, "gtp");
	data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
	mnl_attr_put_u32(header, IFLA_GTP_FD1, (uint32_t)udp_fd);
	mnl_attr_put_u32(header, IFLA_GTP_PDP_HASHSIZE, hash_size);
	mnl_attr_put_u32(header, IFLA_GTP_ROLE, sgsn ? GTP_ROLE_SGSN : GTP_ROLE_GGSN);
	mnl_attr_nest_end(header, data);
	mnl_attr_nest_end(header, info);
	return request(gtp, gtp->route, NULL, NULL);
}

int gtp_pdp_add(struct gtp_netlink *gtp, unsigned ifindex, const struct gtp_pdp *pdp)
{
	/* without NLM_F_EXCL the driver would change a context halfway: its TEID hash stays as it
	 * was */
	struct nlmsghdr *header =
		generic_begin(gtp, gtp->family, GTP_CMD_NEWPDP, 0, NLM_F_CREATE | NLM_F_EXCL);

	mnl_attr_put_u32(header, GTPA_VERSION, GTP_V1);
	mnl_attr_put_u32(header, GTPA_LINK, ifindex);
	mnl_attr_put_u32(header, GTPA_PEER_ADDRESS, pdp->peer.s_addr);
	mnl_attr_put_u32(header, GTPA_MS_ADDRESS, pdp->ue.s_addr);
	mnl_attr_put_u32(header, GTPA_I_TEI, pdp->local_teid);
	mnl_attr_put_u32(header, GTPA_O_TEI, pdp->peer_teid);
	return request(gtp, gtp->generic, NULL, NULL);
}

int gtp_pdp_del(struct gtp_netlink *gtp, unsigned ifindex, const struct gtp_pdp *pdp)
{
	struct nlmsghdr *header = generic_begin(gtp, gtp->family, GTP_CMD_DELPDP, 0, 0);

	mnl_attr_put_u32(header, GTPA_VERSION, GTP_V1);
	mnl_attr_put_u32(header, GTPA_LINK, ifindex);
	mnl_attr_put_u32(header, GTPA_I_TEI, pdp->local_teid);
	return request(gtp, gtp->generic, NULL, NULL);
}
