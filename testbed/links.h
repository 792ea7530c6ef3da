/* SPDX-License-Identifier: Apache-2.0 */
/* The links of a topology, made by `up` between the namespaces of its nodes; each node sets up its own ends. */
#ifndef BATON_TESTBED_LINKS_H
#define BATON_TESTBED_LINKS_H

#include "testbed/node.h"

/** links_make - veth pairs, the fabric's bridges, and the host's end; @netns: a descriptor for each node of the run */
int links_make(const struct plan *plan, const int *netns, struct node_error *err);

/**
 * management_choose - a prefix, host address and interface name for the management network, into plan->run
 *
 * The first /20 of 10.192.0.0/10 that neither the host's routes and addresses nor another run has. Call it with the
 * run lock held, and save the record before letting go.
 */
int management_choose(struct plan *plan, struct node_error *err);
/** management_mac - of mgmt0, by its address: who has it in a neighbour table is right, too, when the node was made again */
void management_mac(struct in_addr addr, uint8_t ret_mac[6]);
/** management_host_up - address and state of the host's end */
int management_host_up(const struct plan *plan, struct node_error *err);
/** management_host_remove - every link of the host with the alias "baton:NAME", and @ifname (or "") if it is a veth without one; Return: 0 also when there is none */
int management_host_remove(const char *name, const char *ifname);

struct nl;

/** links_mesh_make - N3 with ways of their own for pairs, in the fabric (@nl's namespace); Return: 0
 * or a negative errno */
int links_mesh_make(struct nl *nl, const struct plan *plan, const struct topo_network *network,
		    const int *netns);

#endif
