// SPDX-License-Identifier: Apache-2.0
/* The part of link-shaper's configuration that is of links: every port that can be shaped, how it
 * is at first, and changes. */
#include "testbed/plan.h"
#include "testbed/topology_internal.h"

/* What leaves @node by @interface; @back: the bridge's end of a member's link, in the fabric */
static void put_end(const struct plan *plan, unsigned port, bool back, FILE *out)
{
	const struct topo_port *p = &plan->t->port[port];
	const char *node = back ? RUN_FABRIC : plan->t->node[p->node].name;

	fprintf(out, "  - node: \"%s\"\n    interface: \"%s\"\n", node,
		back ? p->bridge_ifname : p->ifname);
}

static void put_port(const struct plan *plan, unsigned port, bool back, FILE *out)
{
	const struct topology *t = plan->t;
	const struct topo_port *p = &t->port[port];
	const struct topo_network *network = &t->network[p->network];

	put_end(plan, port, back, out);
	fprintf(out, "    netns: \"" NETNS_ROOT "/%s.%s\"\n", plan->run->name,
		back ? RUN_FABRIC : t->node[p->node].name);
	if (back)
		fprintf(out, "    peer: \"%s\"", t->node[p->node].name);
	else
		fprintf(out, "    peer: \"%s\"",
			network->bridged ? network->name
					 : t->node[t->port[topology_far_port(t, port)].node].name);
	topo_shape_write(back ? &p->back : &p->shape, "\n    ", out);
	fprintf(out, "\n");
}

/* What goes from one node on N3 to another, where pairs have ways of their own: a link of the mesh in
 * the fabric (links_mesh.c) */
static void put_path(const struct plan *plan, const struct topo_path *path, FILE *out)
{
	const struct topology *t = plan->t;
	char ifname[IFNAMSIZ];

	topology_path_ifname(t, path->from, path->to, ifname);
	fprintf(out,
		"  - node: \"%s\"\n    interface: \"%s\"\n    netns: \"" NETNS_ROOT
		"/%s.%s\"\n    peer: \"%s to %s\"",
		RUN_FABRIC, ifname, plan->run->name, RUN_FABRIC,
		t->node[t->port[path->from].node].name, t->node[t->port[path->to].node].name);
	topo_shape_write(&path->shape, "\n    ", out);
	fprintf(out, "\n");
}

static void put_change(const struct plan *plan, const struct topo_change *change, FILE *out)
{
	put_end(plan, change->port, change->back, out);
	if (change->over_us)
		fprintf(out, "    over: %lluus\n", (unsigned long long)change->over_us);
	fprintf(out, "    at: %lluus", (unsigned long long)change->at_us);
	topo_change_write(change, "\n    ", out);
	fprintf(out, "\n");
}

void config_links(const struct plan *plan, FILE *out)
{
	const struct topology *t = plan->t;

	fprintf(out, t->port_count ? "ports:\n" : "ports: []\n");
	for (unsigned p = 0; p < t->port_count; p++) {
		put_port(plan, p, false, out);
		if (t->network[t->port[p].network].bridged)
			put_port(plan, p, true, out);
	}
	for (size_t i = 0; i < t->n3_path_count; i++)
		put_path(plan, &t->n3_path[i], out);
	if (t->change_count)
		fprintf(out, "changes:\n");
	for (size_t i = 0; i < t->change_count; i++)
		put_change(plan, &t->change[i], out);
	if (t->repeat_us)
		fprintf(out, "repeat: %lluus\n", (unsigned long long)t->repeat_us);
}
