/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside a node, before its init's loop runs: file systems, settings, interfaces. All of it is done
 * by the init itself, in its own namespaces, so nodes are set up side by side.
 */
#ifndef BATON_TESTBED_NODE_H
#define BATON_TESTBED_NODE_H

#include "testbed/plan.h"

struct node_error {
	char text[400];
};

/** node_fail - write what failed, with the errno's words; Return: @rc, so that it can be returned
 */
int node_fail(struct node_error *err, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * node_mounts_template - in the mount namespace that the nodes' are copied from: / recursively
 * slave, hosts, resolv.conf
 *
 * Mounts of other namespaces and runs that were copied with the host's are let go, or the nodes
 * would keep them alive.
 */
int node_mounts_template(const struct plan *plan, struct node_error *err);
/**
 * node_mounts_without_namespaces - cut the template off from where namespaces are bound, once the
 * fabric's init is there
 *
 * Every node would get each of those mounts, and hold up its end; /run/netns, a mount of its own,
 * goes in one step. The fabric keeps it, and sees what is bound there later: link-shaper goes into
 * the nodes from it.
 */
void node_mounts_without_namespaces(void);
/** node_mounts - in the node's: own /proc and /sys, the run's bpffs, host name */
int node_mounts(const struct plan *plan, unsigned node, struct node_error *err);

/** node_settings - every sysctl that Baton relies on; the host's are another namespace's */
int node_settings(const struct plan *plan, unsigned node, struct node_error *err);

struct nl;
struct nl_route;

/* node_process.c: an edge of a topology with applications that move as processes. Elsewhere each does nothing. */
bool node_has_processes(const struct plan *plan, unsigned node);
/** node_process_mounts - the node's files at RUN_HERE */
int node_process_mounts(const struct plan *plan, unsigned node, struct node_error *err);
/** node_process_pids - its PIDs begin at a thousand times its number */
int node_process_pids(const struct plan *plan, unsigned node, struct node_error *err);
/** node_process_answers - on the WAN, to who asks for an address on lo; once its link is there */
int node_process_answers(const struct plan *plan, unsigned node, struct node_error *err);
/** node_process_rules - the rule `local` at preference 1, so that gates' rules come before it */
int node_process_rules(struct nl *nl, const struct plan *plan, unsigned node);

enum { NODE_NEIGHBOURS_MAX = 64 /* a network with more members asks by ARP */ };
/**
 * node_routes - every route that a node has beyond those of its addresses
 *
 * Interfaces are numbered IFINDEX_PORT plus the port's index; 0: none (unreachable).
 */
int node_routes(const struct topology *t, unsigned node,
		int (*each)(const struct nl_route *route, void *user), void *user);

/** node_network - links up, addresses, neighbours, shapes, routes, once `up` has made the links */
int node_network(const struct plan *plan, unsigned node, struct node_error *err);

#endif
