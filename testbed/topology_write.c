// SPDX-License-Identifier: Apache-2.0
/* The completed topology in its own language: what was derived is written out, and reading it again
 * gives the same. */
#include "testbed/topology_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

static const char *text(struct in_addr addr, char buf[INET_ADDRSTRLEN])
{
	return inet_ntop(AF_INET, &addr, buf, INET_ADDRSTRLEN);
}

/* The keys of a mapping that has none before */
static void write_first(const struct topo_shape *shape, FILE *out)
{
	char *text = NULL;
	size_t len;
	FILE *keys = open_memstream(&text, &len);

	if (!keys)
		return;
	topo_shape_write(shape, ", ", keys);
	if (!fclose(keys) && len > 2)
		fprintf(out, "%s}", text + 2);
	free(text);
}

/* One of a pair, or a member of a bridged network: what is the same both ways is said once. */
static void write_shapes(FILE *out, const struct topo_shape *forward,
			 const struct topo_shape *backward)
{
	if (topo_shape_same(forward, backward)) {
		topo_shape_write(forward, ", ", out);
		return;
	}
	if (!topo_shape_is_plain(forward)) {
		fprintf(out, ", forward: {");
		write_first(forward, out);
	}
	if (!topo_shape_is_plain(backward)) {
		fprintf(out, ", backward: {");
		write_first(backward, out);
	}
}

static void write_routes(FILE *out, const struct topo_node *node)
{
	char to[INET_ADDRSTRLEN], via[INET_ADDRSTRLEN];

	if (!node->route_count || node->route_count > TOPO_ROUTES_MAX)
		return;
	fprintf(out, ", routes: [");
	for (size_t i = 0; i < node->route_count; i++) {
		const struct topo_route *route = &node->route[i];

		fprintf(out, "%s{to: ", i ? ", " : "");
		if (route->to.len)
			fprintf(out, "%s/%u", text(route->to.addr, to), route->to.len);
		else
			fprintf(out, "default");
		fprintf(out, ", via: %s}", text(route->via, via));
	}
	fprintf(out, "]");
}

static void write_ue(FILE *out, const struct topology *t, const struct topo_node *node)
{
	fprintf(out, ", supi: %s, gnbs: [", node->supi);
	for (size_t i = 0; i < node->gnb_count; i++)
		fprintf(out, "%s%s", i ? ", " : "", t->node[node->gnb[i]].name);
	fprintf(out, "], sessions: [");
	for (size_t i = 0; i < node->session_count; i++) {
		const struct topo_session *session = &node->session[i];

		fprintf(out, "%s{dnn: %s", i ? ", " : "", session->dnn);
		if (session->anchor >= 0)
			fprintf(out, ", anchor: %s", t->node[session->anchor].name);
		fprintf(out, "}");
	}
	fprintf(out, "]");
}

static void write_node(FILE *out, const struct topology *t, const struct topo_node *node)
{
	char addr[INET_ADDRSTRLEN];

	fprintf(out, "  %s: {kind: %s", node->name, topo_kind_name(node->kind));
	if (node->kind == TOPO_UE)
		write_ue(out, t, node);
	if (node->kind == TOPO_GNB || node->kind == TOPO_UPF)
		fprintf(out, ", dataplane: %s", node->dataplane);
	if (node->kind == TOPO_UPF)
		fprintf(out, ", edge: %s, pool: %s/%u", t->node[node->edge].name,
			text(node->pool.addr, addr), node->pool.len);
	if (node->kind == TOPO_EDGE)
		fprintf(out, ", dnai: %s", node->dnai);
	write_routes(out, node);
	fprintf(out, "}\n");
}

/* Networks that `networks` can hold; pairs are links. */
static bool is_link(const struct topo_network *network)
{
	return network->layer == TOPO_N6 || network->layer == TOPO_RADIO ||
	       (network->layer == TOPO_PLAIN && !network->bridged);
}

static void write_network(FILE *out, const struct topology *t, const struct topo_network *network)
{
	char addr[INET_ADDRSTRLEN];

	fprintf(out, "  %s:\n    prefix: %s/%u\n    mtu: %u\n    members:\n", network->name,
		text(network->prefix.addr, addr), network->prefix.len, network->mtu);
	for (unsigned p = 0; p < network->port_count; p++) {
		const struct topo_port *port = &t->port[network->first_port + p];

		fprintf(out, "      - {node: %s, address: %s, interface: %s}\n",
			t->node[port->node].name, text(port->addr, addr), port->ifname);
	}
}

static void write_link(FILE *out, const struct topology *t, const struct topo_network *network)
{
	const struct topo_port *a = &t->port[network->first_port], *b = a + 1;
	char first[INET_ADDRSTRLEN], second[INET_ADDRSTRLEN], prefix[INET_ADDRSTRLEN];

	fprintf(out, "  - {between: [%s, %s], mtu: %u, interfaces: [%s, %s]", t->node[a->node].name,
		t->node[b->node].name, network->mtu, a->ifname, b->ifname);
	if (network->prefix.len)
		fprintf(out, ", prefix: %s/%u, addresses: [%s, %s]",
			text(network->prefix.addr, prefix), network->prefix.len,
			text(a->addr, first), text(b->addr, second));
	write_shapes(out, &a->shape, &b->shape);
	fprintf(out, "}\n");
}

static void write_ports_shape(FILE *out, const struct topology *t,
			      const struct topo_network *network)
{
	for (unsigned p = 0; p < network->port_count; p++) {
		const struct topo_port *port = &t->port[network->first_port + p];

		if (topo_shape_is_plain(&port->shape) && topo_shape_is_plain(&port->back))
			continue;
		fprintf(out, "  - {between: [%s, %s]", t->node[port->node].name, network->name);
		write_shapes(out, &port->shape, &port->back);
		fprintf(out, "}\n");
	}
}

static bool has_links(const struct topology *t)
{
	for (size_t i = 0; i < t->network_count; i++)
		if (is_link(&t->network[i]))
			return true;
	for (size_t i = 0; i < t->port_count; i++)
		if (!topo_shape_is_plain(&t->port[i].shape) ||
		    !topo_shape_is_plain(&t->port[i].back))
			return true;
	return false;
}

static void write_networks(FILE *out, const struct topology *t)
{
	bool any = false;

	for (size_t i = 0; i < t->network_count; i++) {
		if (is_link(&t->network[i]))
			continue;
		fprintf(out, "%s", any ? "" : "networks:\n");
		any = true;
		write_network(out, t, &t->network[i]);
	}
	fprintf(out, has_links(t) ? "links:\n" : "links: []\n");
	for (size_t i = 0; i < t->network_count; i++)
		if (is_link(&t->network[i]))
			write_link(out, t, &t->network[i]);
		else
			write_ports_shape(out, t, &t->network[i]);
}

static void write_services(FILE *out, const struct topology *t)
{
	char addr[INET_ADDRSTRLEN];

	if (!t->service_count)
		fprintf(out, "services: {}\n");
	for (size_t i = 0; i < t->service_count; i++) {
		const char *separator = "";

		fprintf(out, "%s  %s: {address: %s, edges: [", i ? "" : "services:\n",
			t->service[i].name, text(t->service[i].addr, addr));
		for (size_t n = 0; n < t->node_count; n++)
			if (t->service[i].on[n]) {
				fprintf(out, "%s%s", separator, t->node[n].name);
				separator = ", ";
			}
		fprintf(out, "]}\n");
	}
}

static void write_dnns(FILE *out, const struct topology *t)
{
	char addr[INET_ADDRSTRLEN];

	for (size_t i = 0; i < t->dnn_count; i++) {
		const struct topo_dnn *dnn = &t->dnn[i];

		fprintf(out, "%s  %s: {sst: %u", i ? "" : "dnns:\n", dnn->name, dnn->sst);
		if (dnn->sd[0])
			fprintf(out, ", sd: \"%s\"", dnn->sd);
		if (dnn->dns.s_addr)
			fprintf(out, ", dns: %s", text(dnn->dns, addr));
		fprintf(out, "}\n");
	}
}

static void write_change(FILE *out, const struct topology *t, const struct topo_change *c)
{
	const struct topo_port *port = &t->port[c->port];
	const struct topo_network *network = &t->network[port->network];
	const char *far =
		network->bridged
			? network->name
			: t->node[t->port[2 * network->first_port + 1 - c->port].node].name;

	fprintf(out, "  - {at: %lluus, over: %lluus, link: [%s, %s], direction: %s",
		(unsigned long long)c->at_us, (unsigned long long)c->over_us,
		t->node[port->node].name, far, c->back ? "backward" : "forward");
	topo_change_write(c, ", ", out);
	fprintf(out, "}\n");
}

static bool has_changes(const struct topology *t)
{
	for (size_t i = 0; i < t->change_count; i++)
		if (!t->change[i].walked)
			return true;
	return false;
}

static void write_changes(FILE *out, const struct topology *t)
{
	if (has_changes(t))
		fprintf(out, "changes:\n");
	for (size_t i = 0; i < t->change_count; i++) {
		const struct topo_change *c = &t->change[i];

		if (!c->walked)
			write_change(out, t, c);
	}
	if (t->repeat_us)
		fprintf(out, "repeat: %lluus\n", (unsigned long long)t->repeat_us);
}
int topology_write(const struct topology *t, FILE *out)
{
	char addr[INET_ADDRSTRLEN];

	fprintf(out, "name: %s\nmcc: \"%s\"\nmnc: \"%s\"\ntac: %u\nmtu: %u\ndataplane: %s\n",
		t->name, t->mcc, t->mnc, t->tac, t->mtu, t->dataplane);
	/* the routes that were worked out are among the nodes' own */
	fprintf(out, "needs: [%s]\nrouting: none\nservice_prefix: %s/%u\n",
		t->needs_qos ? "qos" : "", text(t->service_prefix.addr, addr),
		t->service_prefix.len);
	if (t->management == TOPO_MANAGEMENT_NONE)
		fprintf(out, "management: none\n");
	if (t->management == TOPO_MANAGEMENT_PREFIX)
		fprintf(out, "management: %s/%u\n", text(t->management_prefix.addr, addr),
			t->management_prefix.len);
	fprintf(out, "nodes:\n");
	for (size_t i = 0; i < t->node_count; i++)
		write_node(out, t, &t->node[i]);
	write_services(out, t);
	topology_write_apps(t, out);
	if (topology_count(t, TOPO_CORE))
		write_dnns(out, t);
	write_networks(out, t);
	topology_write_paths(t, out);
	topology_write_movement(t, out);
	write_changes(out, t);
	return ferror(out) ? -EIO : 0;
}
