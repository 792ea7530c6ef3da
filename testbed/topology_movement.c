// SPDX-License-Identifier: Apache-2.0
/*
 * `movement`: where gNBs and UPFs stand and where UEs walk. What follows from it: the delay of each
 * radio link over time (changes, one a second on each leg, as a distance isn't linear in time), and
 * the delay of each way over N3 (n3_paths that the file doesn't give). Who serves a UE at which
 * place is decided while it runs, by the mover.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/shape/quantity.h"
#include "testbed/topology_internal.h"

enum { PIECE_US = 1000000, METRES_MAX = 1000000, HYSTERESIS = 50, HYSTERESIS_MAX = 100000 };

struct movement_keys {
	const struct yaml_node *positions, *ues;
	uint64_t radio_us, n3_us;
	uint32_t hysteresis;
};

static const struct yaml_field movement_fields[] = {
	{.key = "positions",
	 .read = yaml_read_node,
	 .offset = offsetof(struct movement_keys, positions),
	 .required = true,
	 .help = "NODE: [X, Y], in metres, of gNBs and UPFs"},
	{.key = "ues",
	 .read = yaml_read_node,
	 .offset = offsetof(struct movement_keys, ues),
	 .required = true,
	 .help = "UE: [{at: TIME, to: [X, Y]}, ...]"},
	{.key = "radio_delay",
	 .read = shape_quantity_read_duration,
	 .offset = offsetof(struct movement_keys, radio_us),
	 .required = true,
	 .help = "of a kilometre between UE and gNB, one way"},
	{.key = "n3_delay",
	 .read = shape_quantity_read_duration,
	 .offset = offsetof(struct movement_keys, n3_us),
	 .help = "of a kilometre between nodes on n3, one way"},
	{.key = "hysteresis",
	 .read = yaml_read_u32,
	 .offset = offsetof(struct movement_keys, hysteresis),
	 .max = HYSTERESIS_MAX,
	 .help = "metres that another gNB must be nearer by"},
	{0},
};

struct point_keys {
	uint64_t at_us;
	const struct yaml_node *to;
};

static const struct yaml_field point_fields[] = {
	{.key = "at",
	 .read = shape_quantity_read_duration,
	 .offset = offsetof(struct point_keys, at_us),
	 .required = true,
	 .help = "from when the topology is up"},
	{.key = "to",
	 .read = yaml_read_node,
	 .offset = offsetof(struct point_keys, to),
	 .required = true,
	 .help = "[X, Y]"},
	{0},
};

static int read_metres(struct topo_reader *r, const struct yaml_node *node, double *ret)
{
	char *end = NULL;
	double value = node->kind == YAML_SCALAR ? strtod(node->scalar, &end) : 0;

	if (!end || end == node->scalar || *end || !(value >= -METRES_MAX && value <= METRES_MAX))
		return yaml_fail(r->doc, node, r->err, "expected a number of metres from -%d to %d",
				 METRES_MAX, METRES_MAX);
	*ret = value;
	return 0;
}

static int read_place(struct topo_reader *r, const struct yaml_node *node, struct walk_place *ret)
{
	int rc;

	if (node->kind != YAML_SEQUENCE || !node->child || !node->child->next ||
	    node->child->next->next)
		return yaml_fail(r->doc, node, r->err, "expected [X, Y], in metres");
	rc = read_metres(r, node->child, &ret->x);
	return rc ? rc : read_metres(r, node->child->next, &ret->y);
}

static int read_positions(struct topo_reader *r, const struct yaml_node *map)
{
	struct topology *t = r->t;
	struct topo_movement *m = &t->movement;

	if (map->kind != YAML_MAPPING)
		return yaml_fail(r->doc, map, r->err, "positions: expected NODE: [X, Y]");
	m->place = calloc(t->node_count + 1, sizeof(*m->place));
	m->placed = calloc(t->node_count + 1, sizeof(*m->placed));
	if (!m->place || !m->placed)
		return -ENOMEM;
	for (const struct yaml_node *n = map->child; n; n = n->next) {
		int node = topology_find_node(t, n->key), rc;

		if (node < 0 || (t->node[node].kind != TOPO_GNB && t->node[node].kind != TOPO_UPF))
			return topo_fail_at(r, topo_place_of_key(n),
					    "positions: expected a gnb or upf, found '%.60s'",
					    n->key);
		rc = read_place(r, n, &m->place[node]);
		if (rc)
			return rc;
		m->placed[node] = true;
	}
	return 0;
}

static int read_point(struct topo_reader *r, struct topo_walk *walk, const struct yaml_node *item)
{
	struct point_keys keys = {0};
	struct walk_point point;
	int rc = yaml_read_fields(r->doc, item, point_fields, &keys, r->err);

	if (!rc)
		rc = read_place(r, keys.to, &point.place);
	if (rc)
		return rc;
	point.at_us = keys.at_us;
	if (walk->count ? point.at_us <= walk->point[walk->count - 1].at_us : point.at_us != 0)
		return yaml_fail(r->doc, item, r->err,
				 walk->count ? "at: expected a later time than the one before"
					     : "at: expected 0s, where the UE is at first");
	if (walk->count == TOPO_WALK_POINTS_MAX)
		return yaml_fail(r->doc, item, r->err, "more than %d points", TOPO_WALK_POINTS_MAX);
	if (!topo_grow(&walk->point, walk->count, sizeof(*walk->point)))
		return -ENOMEM;
	walk->point[walk->count++] = point;
	return 0;
}

/* Whoever may serve it needs a place. */
static int check_gnbs(struct topo_reader *r, const struct yaml_node *at, unsigned ue)
{
	const struct topo_node *node = &r->t->node[ue];

	for (size_t g = 0; g < node->gnb_count; g++)
		if (!r->t->movement.placed[node->gnb[g]])
			return topo_fail_at(r, topo_place_of_key(at),
					    "movement: '%s' is in the reach of '%s' and has no "
					    "position",
					    r->t->node[node->gnb[g]].name, node->name);
	return 0;
}

static int read_walk(struct topo_reader *r, const struct yaml_node *list)
{
	struct topology *t = r->t;
	struct topo_movement *m = &t->movement;
	int ue = topology_find_node(t, list->key), rc;
	struct topo_walk *walk;

	if (ue < 0 || t->node[ue].kind != TOPO_UE)
		return topo_fail_at(r, topo_place_of_key(list), "ues: expected a ue, found '%.60s'",
				    list->key);
	if (list->kind != YAML_SEQUENCE || !list->child)
		return yaml_fail(r->doc, list, r->err,
				 "%s: expected a list of {at: TIME, to: [X, Y]}", list->key);
	if (!topo_grow(&m->walk, m->walk_count, sizeof(*m->walk)))
		return -ENOMEM;
	walk = &m->walk[m->walk_count++];
	*walk = (struct topo_walk){.ue = (unsigned)ue, .at = topo_place_of_key(list)};
	rc = check_gnbs(r, list, walk->ue);
	for (const struct yaml_node *n = list->child; n && !rc; n = n->next)
		rc = read_point(r, walk, n);
	return rc;
}

/* ---- what follows from it ---- */

static double delay_us(double metres, uint64_t us_of_a_km)
{
	return metres * (double)us_of_a_km / 1000;
}

static struct topo_shape delay_shape(double us, struct topo_place at)
{
	struct topo_shape shape = {0};

	shape_set(&shape.is, SHAPE_DELAY, us);
	shape.at[SHAPE_DELAY] = at;
	return shape;
}

static int add_change(struct topo_reader *r, const struct topo_change *change)
{
	struct topology *t = r->t;

	if (t->change_count == TOPO_CHANGES_MAX)
		return topo_fail_at(r, change->place,
				    "movement: expected at most %d changes of radio links in all, "
				    "one a second while a UE walks, for each gNB and direction",
				    TOPO_CHANGES_MAX);
	if (!topo_grow(&t->change, t->change_count, sizeof(*t->change)))
		return -ENOMEM;
	t->change[t->change_count++] = *change;
	return 0;
}

/* One leg, from waypoint @i to the next, in pieces */
static int walk_leg(struct topo_reader *r, const struct topo_walk *walk, size_t i, unsigned gnb,
		    unsigned port)
{
	const struct topo_movement *m = &r->t->movement;
	uint64_t at = walk->point[i].at_us, end = walk->point[i + 1].at_us;
	int rc = 0;

	while (!rc && at < end) {
		uint64_t next = at + PIECE_US < end ? at + PIECE_US : end;
		struct walk_place place = walk_at(walk->point, walk->count, next);
		double us = delay_us(walk_distance(place, m->place[gnb]), m->radio_us);
		struct topo_change change = {.at_us = at,
					     .over_us = next - at,
					     .port = port,
					     .walked = true,
					     .shape = delay_shape(us, walk->at),
					     .place = walk->at};

		rc = add_change(r, &change);
		at = next;
	}
	return rc;
}

static int walk_link(struct topo_reader *r, const struct topo_walk *walk, unsigned gnb)
{
	struct topology *t = r->t;
	struct topo_movement *m = &t->movement;
	double us = delay_us(walk_distance(walk->point[0].place, m->place[gnb]), m->radio_us);
	struct topo_shape first = delay_shape(us, walk->at);
	unsigned port[2];
	int rc = topology_find_link(t, walk->ue, t->node[gnb].name, &port[0]);

	if (rc)
		return rc; /* derived: it is there */
	port[1] = topology_far_port(t, port[0]);
	for (int d = 0; d < 2 && !rc; d++) {
		topo_shape_merge(&t->port[port[d]].shape, &first);
		for (size_t i = 0; i + 1 < walk->count && !rc; i++)
			rc = walk_leg(r, walk, i, gnb, port[d]);
	}
	return rc;
}

static int make_paths(struct topo_reader *r)
{
	struct topology *t = r->t;
	const struct topo_movement *m = &t->movement;

	for (unsigned a = 0; a < t->port_count; a++)
		for (unsigned b = 0; b < t->port_count; b++) {
			const struct topo_port *from = &t->port[a], *to = &t->port[b];
			struct topo_path path = {.from = a, .to = b};
			int rc;

			if (a == b || t->network[from->network].layer != TOPO_N3 ||
			    from->network != to->network || !m->placed[from->node] ||
			    !m->placed[to->node] || topology_find_path(t, a, b))
				continue;
			path.shape = delay_shape(
				delay_us(walk_distance(m->place[from->node], m->place[to->node]),
					 m->n3_us),
				m->at);
			rc = topo_add_path(r, &path);
			if (rc)
				return rc;
		}
	return 0;
}

static int derive(struct topo_reader *r)
{
	struct topo_movement *m = &r->t->movement;
	int rc = m->n3_us ? make_paths(r) : 0;

	for (size_t w = 0; w < m->walk_count && !rc; w++) {
		const struct topo_node *ue = &r->t->node[m->walk[w].ue];

		for (size_t g = 0; g < ue->gnb_count && !rc; g++)
			rc = walk_link(r, &m->walk[w], ue->gnb[g]);
	}
	return rc;
}

int topo_read_movement(struct topo_reader *r)
{
	struct movement_keys keys = {.hysteresis = HYSTERESIS};
	struct topo_movement *m = &r->t->movement;
	int rc;

	if (!r->movement)
		return 0;
	rc = yaml_read_fields(r->doc, r->movement, movement_fields, &keys, r->err);
	if (rc)
		return rc;
	m->at = topo_place_of_key(r->movement);
	m->radio_us = keys.radio_us;
	m->n3_us = keys.n3_us;
	m->hysteresis = keys.hysteresis;
	rc = read_positions(r, keys.positions);
	if (!rc && keys.ues->kind != YAML_MAPPING)
		rc = yaml_fail(r->doc, keys.ues, r->err, "ues: expected UE: [{at, to}, ...]");
	for (const struct yaml_node *n = rc ? NULL : keys.ues->child; n && !rc; n = n->next)
		rc = read_walk(r, n);
	return rc ? rc : derive(r);
}

/* ---- the resolved file, and the end ---- */

void topology_write_movement(const struct topology *t, FILE *out)
{
	const struct topo_movement *m = &t->movement;

	if (!m->at.line)
		return;
	fprintf(out, "movement:\n  radio_delay: %lluus\n  n3_delay: %lluus\n  hysteresis: %u\n",
		(unsigned long long)m->radio_us, (unsigned long long)m->n3_us, m->hysteresis);
	fprintf(out, "  positions:\n");
	for (size_t i = 0; i < t->node_count; i++)
		if (m->placed[i])
			fprintf(out, "    %s: [%.3f, %.3f]\n", t->node[i].name, m->place[i].x,
				m->place[i].y);
	fprintf(out, m->walk_count ? "  ues:\n" : "  ues: {}\n");
	for (size_t w = 0; w < m->walk_count; w++) {
		fprintf(out, "    %s:\n", t->node[m->walk[w].ue].name);
		for (size_t i = 0; i < m->walk[w].count; i++)
			fprintf(out, "      - {at: %lluus, to: [%.3f, %.3f]}\n",
				(unsigned long long)m->walk[w].point[i].at_us,
				m->walk[w].point[i].place.x, m->walk[w].point[i].place.y);
	}
}

bool topology_same_movement(const struct topology *a, const struct topology *b)
{
	char *text[2] = {NULL, NULL};
	size_t len[2] = {0, 0};
	bool same = false;

	for (int i = 0; i < 2; i++) {
		FILE *out = open_memstream(&text[i], &len[i]);

		if (!out)
			continue;
		topology_write_movement(i ? b : a, out);
		fclose(out);
	}
	if (text[0] && text[1])
		same = len[0] == len[1] && memcmp(text[0], text[1], len[0]) == 0;
	free(text[0]);
	free(text[1]);
	return same;
}

void topology_free_movement(struct topology *t)
{
	for (size_t w = 0; w < t->movement.walk_count; w++)
		free(t->movement.walk[w].point);
	free(t->movement.walk);
	free(t->movement.place);
	free(t->movement.placed);
}
