/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mainline gtp driver's netlink: the device (rtnetlink) and its contexts (generic netlink
 * family "gtp"). Handles work in the network namespace in which they were opened.
 */
#ifndef BATON_LIB_NETLINK_GTP_H
#define BATON_LIB_NETLINK_GTP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct gtp_netlink;

/* A context: one pair of tunnels of one UE address */
struct gtp_pdp {
	uint32_t local_teid, peer_teid;
	struct in_addr peer, ue;
};

/** gtp_netlink_open - Return: 0, -ENOENT when the kernel has no gtp driver (its module is loaded by
 * this), ... */
int gtp_netlink_open(struct gtp_netlink **ret_gtp);
void gtp_netlink_close(struct gtp_netlink *gtp);
/**
 * gtp_link_add - a device on a UDP socket that is bound to port 2152
 * @sgsn: the access side, told by source address on its way out
 * Return: 0, -EINVAL (a name that isn't plain: nl_name_plain), -EEXIST (name), -EBUSY (the socket
 * has a device), -EOPNOTSUPP (no driver)
 */
int gtp_link_add(struct gtp_netlink *gtp, const char *name, int udp_fd, bool sgsn,
		 uint32_t hash_size);
/** gtp_pdp_add - Return: 0, -EEXIST when the address or the local TEID has one; never updates one
 */
int gtp_pdp_add(struct gtp_netlink *gtp, unsigned ifindex, const struct gtp_pdp *pdp);
int gtp_pdp_del(struct gtp_netlink *gtp, unsigned ifindex, const struct gtp_pdp *pdp);
/** gtp_pdp_del_ue - the same by its UE address, which finds one also where somebody changed its
 * TEID
 */
int gtp_pdp_del_ue(struct gtp_netlink *gtp, unsigned ifindex, struct in_addr ue);
/** gtp_pdp_get - that of a UE address; Return: 0, -ENOENT, -EAFNOSUPPORT: it has one of another
 * kind, which isn't read here (version 0, an IPv6 peer), ... */
int gtp_pdp_get(struct gtp_netlink *gtp, unsigned ifindex, struct in_addr ue,
		struct gtp_pdp *ret_pdp);
/**
 * gtp_pdp_list - those of every device of the namespace; a non-zero answer of @each ends it and is
 * returned
 *
 * Version 1 and IPv4 alone: what others made of other kinds is left out.
 */
int gtp_pdp_list(struct gtp_netlink *gtp,
		 int (*each)(unsigned ifindex, const struct gtp_pdp *pdp, void *user), void *user);

#endif
