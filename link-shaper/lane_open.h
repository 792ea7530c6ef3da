/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a port's packets through the shaper, in the port's own network namespace:
 *
 *   the stack --> port, tc egress [shaper_take] --bpf_redirect--> ingress of the tap shapeN
 *                                                                   | packet socket, then
 *                                                                   v [shaper_swallow]
 *   the wire <-- port, tc egress: marked, passes <-- packet socket <-- link-shaper
 *
 * So it stands where a qdisc would, and captures on the port see packets when they leave. The tap
 * (N: the port's ifindex) has its ifindex told from the port's, and ends with its process: a port
 * whose shaper is dead lets nothing through until the next one takes it over. Filters of others on
 * the port's clsact stay, and see each packet once, when it leaves.
 */
#ifndef BATON_LINK_SHAPER_LANE_OPEN_H
#define BATON_LINK_SHAPER_LANE_OPEN_H

#include "lib/netlink/netlink.h"

struct lane_programs; /* loaded once for all lanes */

struct lane_sockets {
	unsigned ifindex; /* of the port */
	int tap_fd, in_fd, out_fd;
};

int lane_programs_load(struct lane_programs **ret_programs);
void lane_programs_free(struct lane_programs *programs);

/**
 * lane_open - sockets, tap and tc programs for the port @ifindex
 * @netns_fd: its namespace; the caller's thread is there for a moment and comes back
 * @nl:       a handle in that namespace
 *
 * A dead predecessor's program on the port is replaced.
 * Return: 0, -ENODEV, or what the kernel said
 */
int lane_open(const struct lane_programs *programs, int netns_fd, struct nl *nl, unsigned ifindex,
	      struct lane_sockets *ret_sockets);

/** lane_is_alive - its devices are those for which it was opened, and none was made anew since */
bool lane_is_alive(const struct lane_sockets *sockets);

/** lane_unhook - the port's packets go past the shaper from here on; what it has is to be sent yet
 */
void lane_unhook(struct nl *nl, unsigned ifindex);
/** lane_close - sockets and tap, after lane_unhook */
void lane_close(struct lane_sockets *sockets);

#endif
