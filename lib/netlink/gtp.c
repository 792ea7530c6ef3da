// SPDX-License-Identifier: Apache-2.0
/* The mainline gtp driver's netlink, see gtp.h and the kernel's drivers/net/gtp.c */
#include "lib/netlink/gtp_inside.h"

#include <errno.h>
#include <linux/gtp.h>
#include <linux/if_link.h>
#include <stdlib.h>

int gtp_netlink_open(struct gtp_netlink **ret_gtp)
{
	struct gtp_netlink *gtp = calloc(1, sizeof(*gtp));
	int rc;

	if (!gtp)
		return -ENOMEM;
	gtp->ask = nl_query;
	rc = nl_generic_open(&gtp->generic);
	if (!rc)
		rc = nl_open(&gtp->route);
	if (!rc)
		rc = nl_generic_family(gtp->generic, "gtp", &gtp->family);
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
	nl_close(gtp->generic);
	nl_close(gtp->route);
	free(gtp);
}

int gtp_link_add(struct gtp_netlink *gtp, const char *name, int udp_fd, bool sgsn,
		 uint32_t hash_size)
{
	const struct nl_link_setting settings[] = {
		{IFLA_GTP_FD1, (uint32_t)udp_fd},
		{IFLA_GTP_PDP_HASHSIZE, hash_size},
		{IFLA_GTP_ROLE, sgsn ? GTP_ROLE_SGSN : GTP_ROLE_GGSN},
	};

	/* "gtp%d" would become gtp0, which its caller knows nothing of */
	if (!nl_name_plain(name))
		return -EINVAL;
	return nl_link_add_kind(gtp->route, name, "gtp", settings,
				sizeof(settings) / sizeof(settings[0]));
}

static struct nlmsghdr *pdp_request(struct gtp_netlink *gtp, uint8_t command, uint16_t flags,
				    unsigned ifindex)
{
	struct nlmsghdr *nlh = nl_generic_request(gtp->generic, &gtp->family, command, flags);

	mnl_attr_put_u32(nlh, GTPA_VERSION, GTP_V1);
	mnl_attr_put_u32(nlh, GTPA_LINK, ifindex);
	return nlh;
}

int gtp_pdp_add(struct gtp_netlink *gtp, unsigned ifindex, const struct gtp_pdp *pdp)
{
	/* without NLM_F_EXCL the driver would change a context halfway: its TEID hash stays as it
	 * was */
	struct nlmsghdr *nlh = pdp_request(gtp, GTP_CMD_NEWPDP, NLM_F_CREATE | NLM_F_EXCL, ifindex);

	mnl_attr_put_u32(nlh, GTPA_PEER_ADDRESS, pdp->peer.s_addr);
	mnl_attr_put_u32(nlh, GTPA_MS_ADDRESS, pdp->ue.s_addr);
	mnl_attr_put_u32(nlh, GTPA_I_TEI, pdp->local_teid);
	mnl_attr_put_u32(nlh, GTPA_O_TEI, pdp->peer_teid);
	return nl_submit(gtp->generic, nlh, 0);
}

int gtp_pdp_del(struct gtp_netlink *gtp, unsigned ifindex, const struct gtp_pdp *pdp)
{
	struct nlmsghdr *nlh = pdp_request(gtp, GTP_CMD_DELPDP, 0, ifindex);

	mnl_attr_put_u32(nlh, GTPA_I_TEI, pdp->local_teid);
	return nl_submit(gtp->generic, nlh, 0);
}

int gtp_pdp_del_ue(struct gtp_netlink *gtp, unsigned ifindex, struct in_addr ue)
{
	struct nlmsghdr *nlh = pdp_request(gtp, GTP_CMD_DELPDP, 0, ifindex);

	mnl_attr_put_u32(nlh, GTPA_MS_ADDRESS, ue.s_addr);
	return nl_submit(gtp->generic, nlh, 0);
}

struct pdp_walk {
	int (*each)(unsigned ifindex, const struct gtp_pdp *pdp, void *user);
	void *user;
};

static int read_pdp(const struct nlmsghdr *nlh, void *user)
{
	const struct nlattr *attr[GTPA_O_TEI + 1];
	const struct pdp_walk *walk = user;
	struct gtp_pdp pdp;

	nl_attrs(nlh, sizeof(struct genlmsghdr), attr, GTPA_O_TEI);
	if (nl_attr_u32(attr[GTPA_VERSION], GTP_V0) != GTP_V1 || !attr[GTPA_MS_ADDRESS] ||
	    !attr[GTPA_PEER_ADDRESS])
		return 0;
	pdp = (struct gtp_pdp){.local_teid = nl_attr_u32(attr[GTPA_I_TEI], 0),
			       .peer_teid = nl_attr_u32(attr[GTPA_O_TEI], 0),
			       .peer = nl_attr_in(attr[GTPA_PEER_ADDRESS]),
			       .ue = nl_attr_in(attr[GTPA_MS_ADDRESS])};
	return walk->each(nl_attr_u32(attr[GTPA_LINK], 0), &pdp, walk->user);
}

struct pdp_found {
	struct gtp_pdp pdp;
	bool found;
};

static int keep_pdp(unsigned ifindex, const struct gtp_pdp *pdp, void *user)
{
	*(struct pdp_found *)user = (struct pdp_found){*pdp, true};
	return 0;
}

int gtp_pdp_get(struct gtp_netlink *gtp, unsigned ifindex, struct in_addr ue,
		struct gtp_pdp *ret_pdp)
{
	struct nlmsghdr *nlh = pdp_request(gtp, GTP_CMD_GETPDP, 0, ifindex);
	struct pdp_found found = {.found = false};
	struct pdp_walk walk = {keep_pdp, &found};
	int rc;

	mnl_attr_put_u32(nlh, GTPA_MS_ADDRESS, ue.s_addr);
	rc = gtp->ask(gtp->generic, nlh, read_pdp, &walk);
	/* an answer that read_pdp passed over: since 6.10 the peer may be an IPv6 one */
	if (!rc && !found.found)
		rc = -EAFNOSUPPORT;
	if (!rc)
		*ret_pdp = found.pdp;
	return rc;
}

int gtp_pdp_list(struct gtp_netlink *gtp,
		 int (*each)(unsigned ifindex, const struct gtp_pdp *pdp, void *user), void *user)
{
	struct nlmsghdr *nlh =
		nl_generic_request(gtp->generic, &gtp->family, GTP_CMD_GETPDP, NLM_F_DUMP);
	struct pdp_walk walk = {each, user};

	return gtp->ask(gtp->generic, nlh, read_pdp, &walk);
}
