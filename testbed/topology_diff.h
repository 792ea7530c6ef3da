/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The difference between two topologies: what stands, what goes, what is made, and what changes where it stands. Pure: it
 * touches nothing and knows only what files say (and which nodes are dead, which it is told).
 *
 * A node is told by its name, an end of a link by its node and interface. A node whose kind or SUPI changes is made again. A
 * link stands when both its ends do and still belong together; its addresses, MTU and shape may change. Addresses that are
 * derived from places in the file are compared like any others, so that a topology is the same however it came about.
 */
#ifndef BATON_TESTBED_TOPOLOGY_DIFF_H
#define BATON_TESTBED_TOPOLOGY_DIFF_H

#include "testbed/topology.h"

enum topo_action { TOPO_ADD, TOPO_REMOVE, TOPO_CHANGE };

struct topo_difference {
	enum topo_action action;
	const char *what; /* "node", "link", "network", "address", "mtu", "shape", "routes", "service", "daemon", "setting" */
	char name[TOPO_NAME_SIZE * 5]; /* "h1", "h1:to-r1 - r1:to-h1" */
	char text[160];	  /* "10.0.0.1/24 -> 10.0.0.2/24", or "" */
};

struct topology_diff {
	size_t count;
	struct topo_difference *change;
	/* by index in the new topology, the index in the old one, or -1: to be made */
	int *node, *port;
	/* by index in the old topology, the index in the new one, or -1: to be removed */
	int *old_node, *old_port;
};

/**
 * topology_diff - what leads from @from to @to
 * @dead: by index in @from: a node that is to be made again in any case; NULL: none
 *
 * Return: 0 or -ENOMEM; free what is in @ret with topology_diff_free
 */
int topology_diff(const struct topology *from, const struct topology *to, const bool *dead,
		  struct topology_diff *ret);
void topology_diff_free(struct topology_diff *diff);

/** topology_diff_add - one more change; an equal one that is there already counts */
int topology_diff_add(struct topology_diff *diff, enum topo_action action, const char *what,
		      const char *name, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/** topology_fixed_change - a key of the file that can't change while the topology is up; NULL: none does */
const char *topology_fixed_change(const struct topology *from, const struct topology *to);

#endif
