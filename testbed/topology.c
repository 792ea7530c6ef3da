// SPDX-License-Identifier: Apache-2.0
/* Questions to a topology that has been read. */
#include "testbed/topology.h"

#include <string.h>

int topology_find_node(const struct topology *t, const char *name)
{
	for (size_t i = 0; i < t->node_count; i++)
		if (!strcmp(t->node[i].name, name))
			return (int)i;
	return -1;
}

const struct topo_port *topology_find_port(const struct topology *t, unsigned node,
					   enum topo_layer layer)
{
	for (size_t i = 0; i < t->port_count; i++)
		if (t->port[i].node == node && t->network[t->port[i].network].layer == layer)
			return &t->port[i];
	return NULL;
}

unsigned topology_count(const struct topology *t, enum topo_kind kind)
{
	unsigned count = 0;

	for (size_t i = 0; i < t->node_count; i++)
		count += t->node[i].kind == kind;
	return count;
}

struct in_addr topology_node_address(const struct topology *t, unsigned node)
{
	static const enum topo_layer seen[] = {TOPO_N6, TOPO_WAN, TOPO_PLAIN};
	enum topo_kind kind = t->node[node].kind;

	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		const struct topo_port *port = topology_find_port(t, node, seen[i]);

		if (port && kind != TOPO_UPF)
			return port->addr;
	}
	return (struct in_addr){0};
}
