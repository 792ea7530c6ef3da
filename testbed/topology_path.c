// SPDX-License-Identifier: Apache-2.0
/*
 * `n3_paths`: pairs of nodes on N3 whose way has a shape of its own, so that an old session's path
 * is longer after a handover. Such an N3 is a mesh of links in the fabric (links_mesh.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/topology_internal.h"

struct path_keys {
	const struct yaml_node *between;
	struct topo_shape shape, forward, backward;
};

static const struct yaml_field path_fields[] = {
	{.key = "between",
	 .read = yaml_read_node,
	 .offset = offsetof(struct path_keys, between),
	 .required = true,
	 .help = "[NODE, NODE], both on N3"},
	SHAPE_FIELDS(struct path_keys, shape, topo_read_shape_key),
	{.key = "forward",
	 .read = topo_read_shape,
	 .offset = offsetof(struct path_keys, forward),
	 .help = "{delay: 5ms}: from the first of between to the second alone"},
	{.key = "backward",
	 .read = topo_read_shape,
	 .offset = offsetof(struct path_keys, backward),
	 .help = "the other way alone"},
	{0},
};

static int find_port(struct topo_reader *r, const struct yaml_node *name, unsigned *ret_port)
{
	const struct topo_port *port;
	unsigned node;
	int rc = topo_node_reference(r, name, TOPO_KINDS, &node);

	if (rc)
		return rc;
	port = topology_find_port(r->t, node, TOPO_N3);
	if (!port)
		return yaml_fail(r->doc, name, r->err,
				 "between: expected a node on n3, a gnb or upf");
	*ret_port = (unsigned)(port - r->t->port);
	return 0;
}

const struct topo_path *topology_find_path(const struct topology *t, unsigned from, unsigned to)
{
	for (size_t i = 0; i < t->n3_path_count; i++)
		if (t->n3_path[i].from == from && t->n3_path[i].to == to)
			return &t->n3_path[i];
	return NULL;
}

int topo_add_path(struct topo_reader *r, const struct topo_path *path)
{
	struct topology *t = r->t;

	if (!topo_grow(&t->n3_path, t->n3_path_count, sizeof(*t->n3_path)))
		return -ENOMEM;
	t->n3_path[t->n3_path_count++] = *path;
	return topo_check_shape(r, &path->shape);
}

static int add_direction(struct topo_reader *r, unsigned from, unsigned to,
			 const struct path_keys *keys, const struct topo_shape *over)
{
	struct topo_path path = {.from = from, .to = to, .shape = keys->shape};

	topo_shape_merge(&path.shape, over);
	return topo_add_path(r, &path);
}

static int read_path(struct topo_reader *r, const struct yaml_node *item)
{
	struct path_keys keys = {0};
	const struct yaml_node *pair;
	unsigned a, b;
	int rc = yaml_read_fields(r->doc, item, path_fields, &keys, r->err);

	if (rc)
		return rc;
	pair = keys.between;
	if (pair->kind != YAML_SEQUENCE || !pair->child || !pair->child->next ||
	    pair->child->next->next)
		return yaml_fail(r->doc, pair, r->err, "between: expected [NODE, NODE]");
	rc = find_port(r, pair->child, &a);
	if (!rc)
		rc = find_port(r, pair->child->next, &b);
	if (rc)
		return rc;
	if (a == b)
		return yaml_fail(r->doc, pair, r->err, "between: expected two different nodes");
	if (topology_find_path(r->t, a, b))
		return yaml_fail(r->doc, pair, r->err,
				 "n3_paths: '%s' and '%s' have an entry already",
				 pair->child->scalar, pair->child->next->scalar);
	rc = add_direction(r, a, b, &keys, &keys.forward);
	return rc ? rc : add_direction(r, b, a, &keys, &keys.backward);
}

int topo_read_paths(struct topo_reader *r)
{
	int rc = 0;

	if (r->paths && r->paths->kind != YAML_SEQUENCE)
		return yaml_fail(
			r->doc, r->paths, r->err,
			"n3_paths: expected a list of {between: [NODE, NODE], delay: ...}");
	for (const struct yaml_node *n = r->paths ? r->paths->child : NULL; n && !rc; n = n->next)
		rc = read_path(r, n);
	return rc;
}

/* A mesh is made of all pairs: its size grows with the square of the members. */
int topo_check_paths(struct topo_reader *r)
{
	const struct topology *t = r->t;
	const struct topo_network *n3;

	if (!t->n3_path_count)
		return 0;
	n3 = &t->network[t->port[t->n3_path[0].from].network];
	if (!n3->bridged)
		return topo_fail_at(
			r, r->paths ? topo_place_of(r->paths) : t->movement.at,
			"n3_paths: expected more than two nodes on n3; a link of two is "
			"shaped by an entry of links");
	if (n3->port_count > TOPO_MESH_MAX)
		return topo_fail_at(r, r->paths ? topo_place_of(r->paths) : n3->at,
				    "n3_paths: expected an n3 of at most %d members, found %u",
				    TOPO_MESH_MAX, n3->port_count);
	return 0;
}

void topology_path_ifname(const struct topology *t, unsigned from, unsigned to, char buf[IFNAMSIZ])
{
	unsigned first = t->network[t->port[from].network].first_port;

	snprintf(buf, IFNAMSIZ, "n3-%u-%u", (from - first) % 10000, (to - first) % 10000);
}

static void write_direction(const char *key, const struct topo_shape *shape, FILE *out)
{
	if (topo_shape_is_plain(shape))
		return;
	fprintf(out, "\n    %s:", key);
	topo_shape_write(shape, "\n      ", out);
}

/* Each pair is there both ways. */
void topology_write_paths(const struct topology *t, FILE *out)
{
	if (t->n3_path_count)
		fprintf(out, "n3_paths:\n");
	for (size_t i = 0; i < t->n3_path_count; i++) {
		const struct topo_path *p = &t->n3_path[i], *back;

		if (p->from > p->to)
			continue;
		back = topology_find_path(t, p->to, p->from);
		fprintf(out, "  - between: [%s, %s]", t->node[t->port[p->from].node].name,
			t->node[t->port[p->to].node].name);
		write_direction("forward", &p->shape, out);
		write_direction("backward", &back->shape, out);
		fprintf(out, "\n");
	}
}

/* The path of @b between the nodes that @path of @a is between, wherever it stands; or NULL */
static const struct topo_path *find_alike(const struct topology *b, const struct topology *a,
					  const struct topo_path *path)
{
	const struct topo_port *end[2];

	for (int i = 0; i < 2; i++) {
		unsigned port = i ? path->to : path->from;
		int node = topology_find_node(b, a->node[a->port[port].node].name);

		end[i] = node < 0 ? NULL : topology_find_port(b, (unsigned)node, TOPO_N3);
		if (!end[i])
			return NULL;
	}
	return topology_find_path(b, (unsigned)(end[0] - b->port), (unsigned)(end[1] - b->port));
}

bool topology_same_paths(const struct topology *a, const struct topology *b)
{
	if (a->n3_path_count != b->n3_path_count)
		return false;
	for (size_t i = 0; i < a->n3_path_count; i++) {
		const struct topo_path *x = &a->n3_path[i], *y = find_alike(b, a, x);

		if (!y || !topo_shape_same(&x->shape, &y->shape))
			return false;
	}
	return true;
}
