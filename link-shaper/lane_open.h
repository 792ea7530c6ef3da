/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way of a port's packets through the shaper, in the port's own network namespace:
 *
 *   the stack --> port, tc egress [shaper_take] --mark, bpf_redirect--> ingress of lo
 *                                                                   | packet socket, by the mark;
 *                                                                   v then [shaper_swallow]
 *   the wire <-- port, tc egress: marked, passes <-- packet socket <-- link-shaper
 *
 * So it stands where a qdisc would, and captures on the port see packets when they leave. No device
 * of its own: to end one takes the kernel 20 ms. A port whose shaper is dead lets nothing through
 * until the next one takes it over. Filters of others on the port's clsact stay, and see each
 * packet once, when it leaves.
 */
#ifndef BATON_LINK_SHAPER_LANE_OPEN_H
#define BATON_LINK_SHAPER_LANE_OPEN_H

#include "lib/netlink/netlink.h"

struct lane_programs; /* loaded once for all lanes */

int lane_programs_load(struct lane_programs **ret_programs);
void lane_programs_free(struct lane_programs *programs);

/**
 * lane_open - the socket of the port @ifindex, in and out; nothing comes before lane_hook
 * @netns_fd: its namespace; the caller's thread is there for a moment and comes back
 *
 * Return: 0, or a negative errno
 */
int lane_open(int netns_fd, unsigned ifindex, int *ret_fd);

/**
 * lane_hook - the port's packets come to the socket from here on
 * @nl: a handle in its namespace
 *
 * A dead predecessor's program is replaced; so is one's own, for a port that was made anew.
 * Return: 0, -ENODEV, or what the kernel said
 */
int lane_hook(const struct lane_programs *programs, struct nl *nl, unsigned ifindex);
/** lane_unhook - the port's packets go past the shaper from here on; @last: none of this namespace
 * comes any more */
void lane_unhook(struct nl *nl, unsigned ifindex, bool last);

#endif
