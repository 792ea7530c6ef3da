// SPDX-License-Identifier: Apache-2.0
/*
 * Topology files of arbitrary text. Besides not crashing: an error has a place; what is read keeps
 * its promises (indices in range, names that fit and are unique in their node); and its written
 * form is read again as the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/topology.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_topology: %s\n", what);
	abort();
}

static void check_port(const struct topology *t, size_t index)
{
	const struct topo_port *port = &t->port[index];
	const struct topo_network *network = &t->network[port->network];

	require(port->node < t->node_count, "a port of no node");
	require(port->network < t->network_count, "a port on no network");
	require(index >= network->first_port && index < network->first_port + network->port_count,
		"a port outside its network");
	require(port->ifname[0] && memchr(port->ifname, 0, IFNAMSIZ), "a name that doesn't fit");
	require(!network->bridged || port->bridge_ifname[0], "no name in the fabric");
	for (size_t i = 0; i < index; i++)
		require(t->port[i].node != port->node ||
				strcmp(t->port[i].ifname, port->ifname) != 0,
			"one name twice in a node");
}

static void check(const struct topology *t)
{
	for (size_t i = 0; i < t->port_count; i++)
		check_port(t, i);
	for (size_t i = 0; i < t->node_count; i++) {
		const struct topo_node *node = &t->node[i];

		require(node->kind != TOPO_UPF ||
				(node->edge >= 0 && (size_t)node->edge < t->node_count),
			"a upf without an edge");
		for (size_t s = 0; s < node->session_count; s++)
			require(node->session[s].anchor < (int)t->node_count,
				"an anchor out of range");
		for (size_t r = 0; r < node->route_count; r++)
			require(node->route[r].port < t->port_count, "a route by no port");
	}
}

/* Routes beyond what a file may list aren't written, so such a topology is not compared. */
static int comparable(const struct topology *t)
{
	for (size_t i = 0; i < t->node_count; i++)
		if (t->node[i].route_count > TOPO_ROUTES_MAX)
			return 0;
	return 1;
}

static char *write_text(const struct topology *t, size_t *ret_len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_len);

	require(out && !topology_write(t, out), "it can't be written");
	fclose(out);
	return text;
}

static void write_and_read(const struct topology *t)
{
	struct yaml_error err = {""};
	struct topology *again;
	size_t len[2];
	char *text[2];

	text[0] = write_text(t, &len[0]);
	if (topology_load_memory("again", text[0], len[0], &again, &err)) {
		fprintf(stderr, "%s\n%s\n", err.text, text[0]);
		require(0, "what was written can't be read");
	}
	text[1] = write_text(again, &len[1]);
	require(!strcmp(text[0], text[1]), "what was written is read as another");
	topology_free(again);
	free(text[0]);
	free(text[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_error err = {""};
	struct topology *t;

	if (size > 8192) /* the checks are quadratic */
		return 0;
	if (topology_load_memory("fuzz", data, size, &t, &err)) {
		require(!strncmp(err.text, "fuzz:", 5), "an error without its place");
		return 0;
	}
	check(t);
	if (comparable(t))
		write_and_read(t);
	topology_free(t);
	return 0;
}
