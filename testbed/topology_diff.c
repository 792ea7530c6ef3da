// SPDX-License-Identifier: Apache-2.0
/* The difference between two topologies. */
#include "testbed/topology_diff.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct differ {
	const struct topology *from, *to;
	const bool *dead;
	struct topology_diff *d;
	int *first, *next; /* ports of @from by node: lists */
	int rc;
};

int topology_diff_add(struct topology_diff *diff, enum topo_action action, const char *what,
		      const char *name, const char *format, ...)
{
	struct topo_difference change = {.action = action, .what = what}, *grown;
	va_list args;

	snprintf(change.name, sizeof(change.name), "%s", name);
	va_start(args, format);
	vsnprintf(change.text, sizeof(change.text), format, args);
	va_end(args);
	for (size_t i = 0; i < diff->count; i++)
		if (diff->change[i].action == action && !strcmp(diff->change[i].what, what) &&
		    !strcmp(diff->change[i].name, change.name) &&
		    !strcmp(diff->change[i].text, change.text))
			return 0;
	grown = realloc(diff->change, (diff->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	diff->change = grown;
	diff->change[diff->count++] = change;
	return 0;
}

#define SAY(differ, ...)                                                                           \
	do {                                                                                       \
		if (!(differ)->rc)                                                                 \
			(differ)->rc = topology_diff_add((differ)->d, __VA_ARGS__);                \
	} while (0)

void topology_diff_free(struct topology_diff *diff)
{
	free(diff->change);
	free(diff->node);
	free(diff->port);
	free(diff->old_node);
	free(diff->old_port);
	memset(diff, 0, sizeof(*diff));
}

static const char *const fixed_keys[] = {"mcc", "mnc", "tac", "management", "apps", "n3_paths", "movement"};

/* By what the resolved file says of them */
static bool apps_differ(const struct topology *a, const struct topology *b)
{
	char *text[2] = {NULL, NULL};
	size_t len[2] = {0, 0};
	const struct topology *const t[2] = {a, b};
	bool differ = true;

	for (int i = 0; i < 2; i++) {
		FILE *out = open_memstream(&text[i], &len[i]);

		if (out)
			topology_write_apps(t[i], out);
		if (out)
			fclose(out);
	}
	if (text[0] && text[1])
		differ = len[0] != len[1] || memcmp(text[0], text[1], len[0]) != 0;
	free(text[0]);
	free(text[1]);
	return differ;
}

static unsigned n3_members(const struct topology *t)
{
	for (size_t i = 0; i < t->network_count; i++)
		if (t->network[i].layer == TOPO_N3)
			return t->network[i].port_count;
	return 0;
}

/* Links of the mesh are made between all members, once. */
static bool mesh_differs(const struct topology *a, const struct topology *b)
{
	if (!topology_same_paths(a, b))
		return true;
	return a->n3_path_count && n3_members(a) != n3_members(b);
}

static bool fixed_differs(const struct topology *a, const struct topology *b, size_t key)
{
	switch (key) {
	case 0:
		return strcmp(a->mcc, b->mcc) != 0;
	case 1:
		return strcmp(a->mnc, b->mnc) != 0;
	case 2:
		return a->tac != b->tac;
	case 4:
		return apps_differ(a, b);
	case 5:
		return mesh_differs(a, b);
	case 6:
		return !topology_same_movement(a, b);
	default:
		return a->management != b->management ||
		       a->management_prefix.addr.s_addr != b->management_prefix.addr.s_addr ||
		       a->management_prefix.len != b->management_prefix.len;
	}
}

const char *topology_fixed_change(const struct topology *from, const struct topology *to)
{
	for (size_t i = 0; i < sizeof(fixed_keys) / sizeof(fixed_keys[0]); i++)
		if (fixed_differs(from, to, i))
			return fixed_keys[i];
	return NULL;
}

/* ---- nodes ---- */

static const char *why_made_again(const struct differ *x, unsigned old, unsigned new)
{
	const struct topo_node *a = &x->from->node[old], *b = &x->to->node[new];

	if (x->dead && x->dead[old])
		return "it is dead";
	if (a->kind != b->kind)
		return "its kind changes";
	return strcmp(a->supi, b->supi) != 0 ? "its SUPI changes" : NULL;
}

static void match_node(struct differ *x, unsigned new)
{
	const struct topo_node *node = &x->to->node[new];
	int old = topology_find_node(x->from, node->name);
	const char *why = old < 0 ? NULL : why_made_again(x, (unsigned)old, new);

	x->d->node[new] = -1;
	if (old >= 0 && !why) {
		x->d->node[new] = old;
		x->d->old_node[old] = (int)new;
		return;
	}
	if (old >= 0)
		SAY(x, TOPO_REMOVE, "node", node->name, "%s", why);
	SAY(x, TOPO_ADD, "node", node->name, "%s", topo_kind_name(node->kind));
}

static void match_nodes(struct differ *x)
{
	for (unsigned i = 0; i < x->from->node_count; i++)
		x->d->old_node[i] = -1;
	for (unsigned i = 0; i < x->to->node_count; i++)
		match_node(x, i);
	for (unsigned i = 0; i < x->from->node_count; i++)
		if (topology_find_node(x->to, x->from->node[i].name) < 0)
			SAY(x, TOPO_REMOVE, "node", x->from->node[i].name, "%s",
			    topo_kind_name(x->from->node[i].kind));
}

/* ---- ends of links ---- */

static const struct topo_network *network_of(const struct topology *t, const struct topo_port *port)
{
	return &t->network[port->network];
}

static unsigned peer_of(const struct topology *t, unsigned port)
{
	unsigned first = t->network[t->port[port].network].first_port;

	return port == first ? first + 1 : first;
}

static int find_port(const struct differ *x, const struct topo_port *port)
{
	int node = x->d->node[port->node];

	for (int p = node < 0 ? -1 : x->first[node]; p >= 0; p = x->next[p])
		if (!strcmp(x->from->port[p].ifname, port->ifname))
			return p;
	return -1;
}

static bool same_wire(const struct differ *x, unsigned old, unsigned new)
{
	const struct topo_port *a = &x->from->port[old], *b = &x->to->port[new];
	const struct topo_network *m = network_of(x->from, a), *n = network_of(x->to, b);

	if (m->layer != n->layer || m->bridged != n->bridged)
		return false;
	if (n->bridged)
		return !strcmp(m->name, n->name);
	return find_port(x, &x->to->port[peer_of(x->to, new)]) == (int)peer_of(x->from, old);
}

static void end_text(const struct topology *t, unsigned port, char *buf, size_t size)
{
	const struct topo_port *p = &t->port[port];

	snprintf(buf, size, "%s:%s", t->node[p->node].name, p->ifname);
}

static void link_text(const struct topology *t, unsigned port, char *buf, size_t size)
{
	const struct topo_network *n = network_of(t, &t->port[port]);
	char a[TOPO_NAME_SIZE * 2], b[TOPO_NAME_SIZE * 2];

	end_text(t, port, a, sizeof(a));
	if (n->bridged)
		snprintf(b, sizeof(b), "%s", n->name);
	else
		end_text(t, peer_of(t, port), b, sizeof(b));
	snprintf(buf, size, "%s - %s", a, b);
}

/* A pair is told of once, by its first end. */
static void say_link(struct differ *x, const struct topology *t, unsigned port,
		     enum topo_action action)
{
	const struct topo_network *n = network_of(t, &t->port[port]);
	char name[TOPO_NAME_SIZE * 5];

	if (!n->bridged && port != n->first_port)
		return;
	link_text(t, port, name, sizeof(name));
	SAY(x, action, "link", name, "%s", n->name);
}

static void address_text(const struct topology *t, const struct topo_port *port, char buf[24])
{
	char addr[INET_ADDRSTRLEN];

	if (!port->addr.s_addr)
		snprintf(buf, 24, "none");
	else
		snprintf(buf, 24, "%s/%u", inet_ntop(AF_INET, &port->addr, addr, sizeof(addr)),
			 network_of(t, port)->prefix.len);
}

static void shape_text(const struct topo_shape *shape, char *buf, size_t size)
{
	FILE *out = fmemopen(buf, size, "w");

	buf[0] = buf[1] = '\0';
	if (!out)
		return;
	if (!shape_print(&shape->is, " ", ", ", out))
		fprintf(out, ", none");
	fclose(out);
	buf[size - 1] = '\0';
	memmove(buf, buf + 2, strlen(buf + 2) + 1);
}

static void compare_shape(struct differ *x, const char *name, const struct topo_shape *a,
			  const struct topo_shape *b)
{
	char before[160], after[160];

	if (topo_shape_same(a, b))
		return;
	shape_text(a, before, sizeof(before));
	shape_text(b, after, sizeof(after));
	SAY(x, TOPO_CHANGE, "shape", name, "%s -> %s", before, after);
}

static void compare_port(struct differ *x, unsigned old, unsigned new)
{
	const struct topo_port *a = &x->from->port[old], *b = &x->to->port[new];
	const struct topo_network *m = network_of(x->from, a), *n = network_of(x->to, b);
	char name[TOPO_NAME_SIZE * 2], back[TOPO_NAME_SIZE * 2 + 16], before[64], after[64];

	end_text(x->to, new, name, sizeof(name));
	address_text(x->from, a, before);
	address_text(x->to, b, after);
	if (strcmp(before, after) != 0)
		SAY(x, TOPO_CHANGE, "address", name, "%s -> %s", before, after);
	if (m->mtu != n->mtu)
		SAY(x, TOPO_CHANGE, "mtu", name, "%u -> %u", m->mtu, n->mtu);
	compare_shape(x, name, &a->shape, &b->shape);
	snprintf(back, sizeof(back), "%s, towards it", name);
	compare_shape(x, back, &a->back, &b->back);
}

static void list_ports(struct differ *x)
{
	for (unsigned i = 0; i < x->from->node_count; i++)
		x->first[i] = -1;
	for (size_t p = x->from->port_count; p-- > 0;) {
		unsigned node = x->from->port[p].node;

		x->next[p] = x->first[node];
		x->first[node] = (int)p;
		x->d->old_port[p] = -1;
	}
}

static void match_ports(struct differ *x)
{
	list_ports(x);
	for (unsigned p = 0; p < x->to->port_count; p++) {
		int old = find_port(x, &x->to->port[p]);

		x->d->port[p] = old >= 0 && same_wire(x, (unsigned)old, p) ? old : -1;
		if (x->d->port[p] >= 0)
			x->d->old_port[old] = (int)p;
	}
	for (unsigned p = 0; p < x->from->port_count; p++)
		if (x->d->old_port[p] < 0)
			say_link(x, x->from, p, TOPO_REMOVE);
	for (unsigned p = 0; p < x->to->port_count; p++)
		if (x->d->port[p] < 0)
			say_link(x, x->to, p, TOPO_ADD);
		else
			compare_port(x, (unsigned)x->d->port[p], p);
}

/* ---- bridges ---- */

static bool has_bridge(const struct topology *t, const struct topo_network *wanted)
{
	for (size_t i = 0; i < t->network_count; i++)
		if (t->network[i].bridged && t->network[i].layer == wanted->layer &&
		    !strcmp(t->network[i].name, wanted->name))
			return true;
	return false;
}

static void compare_bridges(struct differ *x)
{
	for (size_t i = 0; i < x->from->network_count; i++)
		if (x->from->network[i].bridged && !has_bridge(x->to, &x->from->network[i]))
			SAY(x, TOPO_REMOVE, "network", x->from->network[i].name, "%s", "");
	for (size_t i = 0; i < x->to->network_count; i++)
		if (x->to->network[i].bridged && !has_bridge(x->from, &x->to->network[i]))
			SAY(x, TOPO_ADD, "network", x->to->network[i].name, "%s", "");
}

/* ---- what stands on a node ---- */

static bool has_route(const struct topo_node *node, const struct topo_route *route)
{
	for (size_t i = 0; i < node->route_count; i++)
		if (node->route[i].to.addr.s_addr == route->to.addr.s_addr &&
		    node->route[i].to.len == route->to.len &&
		    node->route[i].via.s_addr == route->via.s_addr)
			return true;
	return false;
}

static size_t routes_beyond(const struct topo_node *node, const struct topo_node *other)
{
	size_t count = 0;

	for (size_t i = 0; i < node->route_count; i++)
		count += !has_route(other, &node->route[i]);
	return count;
}

static void compare_node(struct differ *x, unsigned old, unsigned new)
{
	const struct topo_node *a = &x->from->node[old], *b = &x->to->node[new];
	size_t gone = routes_beyond(a, b), come = routes_beyond(b, a);

	if (gone || come)
		SAY(x, TOPO_CHANGE, "routes", b->name, "%zu removed, %zu added", gone, come);
	if (a->forwards != b->forwards)
		SAY(x, TOPO_CHANGE, "setting", b->name, "forwarding %s",
		    b->forwards ? "on" : "off");
}

static const struct topo_service *find_service(const struct topology *t, const char *name)
{
	for (size_t i = 0; i < t->service_count; i++)
		if (!strcmp(t->service[i].name, name))
			return &t->service[i];
	return NULL;
}

static bool runs_on(const struct topology *t, const struct topo_service *service, const char *node)
{
	int index = topology_find_node(t, node);

	return service && index >= 0 && service->on[index];
}

/* @action: whether @a's services that @b lacks come or go */
static void compare_services(struct differ *x, const struct topology *a, const struct topology *b,
			     enum topo_action action)
{
	for (size_t s = 0; s < a->service_count; s++)
		for (unsigned i = 0; i < a->node_count; i++) {
			const struct topo_service *other = find_service(b, a->service[s].name);
			const char *node = a->node[i].name;
			char addr[INET_ADDRSTRLEN];

			if (!a->service[s].on[i] ||
			    (runs_on(b, other, node) &&
			     other->addr.s_addr == a->service[s].addr.s_addr))
				continue;
			inet_ntop(AF_INET, &a->service[s].addr, addr, sizeof(addr));
			SAY(x, action, "service", a->service[s].name, "%s on %s", addr, node);
		}
}

static int prepare(struct differ *x)
{
	struct topology_diff *d = x->d;

	memset(d, 0, sizeof(*d));
	d->node = calloc(x->to->node_count + 1, sizeof(int));
	d->port = calloc(x->to->port_count + 1, sizeof(int));
	d->old_node = calloc(x->from->node_count + 1, sizeof(int));
	d->old_port = calloc(x->from->port_count + 1, sizeof(int));
	x->first = calloc(x->from->node_count + 1, sizeof(int));
	x->next = calloc(x->from->port_count + 1, sizeof(int));
	return d->node && d->port && d->old_node && d->old_port && x->first && x->next ? 0
										       : -ENOMEM;
}

int topology_diff(const struct topology *from, const struct topology *to, const bool *dead,
		  struct topology_diff *ret)
{
	struct differ x = {.from = from, .to = to, .dead = dead, .d = ret};

	x.rc = prepare(&x);
	if (!x.rc) {
		match_nodes(&x);
		compare_bridges(&x);
		match_ports(&x);
		for (unsigned i = 0; i < to->node_count; i++)
			if (ret->node[i] >= 0)
				compare_node(&x, (unsigned)ret->node[i], i);
		compare_services(&x, from, to, TOPO_REMOVE);
		compare_services(&x, to, from, TOPO_ADD);
	}
	free(x.first);
	free(x.next);
	if (x.rc)
		topology_diff_free(ret);
	return x.rc;
}
