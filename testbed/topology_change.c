// SPDX-License-Identifier: Apache-2.0
/* `changes`: what becomes of links' shapes while the topology runs; movement, outages. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/shape/quantity.h"
#include "testbed/topology_internal.h"

struct change_keys {
	uint64_t at_us, over_us;
	const struct yaml_node *link, *direction;
	struct topo_shape shape;
};

static const struct yaml_field change_fields[] = {
	{.key = "at",
	 .read = shape_quantity_read_duration,
	 .offset = offsetof(struct change_keys, at_us),
	 .required = true,
	 .help = "from when the topology is up"},
	{.key = "over",
	 .read = shape_quantity_read_duration,
	 .offset = offsetof(struct change_keys, over_us),
	 .help = "evenly, in steps of 100 ms"},
	{.key = "link",
	 .read = yaml_read_node,
	 .offset = offsetof(struct change_keys, link),
	 .required = true,
	 .help = "[NODE, NODE] or [NODE, NETWORK]"},
	{.key = "direction",
	 .read = yaml_read_node,
	 .offset = offsetof(struct change_keys, direction),
	 .help = "forward, backward or both"},
	SHAPE_FIELDS(struct change_keys, shape, topo_read_shape_key),
	{0},
};

enum { FORWARD = 1, BACKWARD = 2 };

static int read_direction(struct topo_reader *r, const struct yaml_node *node, unsigned *ret)
{
	static const char *const words[] = {"both", "forward", "backward"};
	static const unsigned values[] = {FORWARD | BACKWARD, FORWARD, BACKWARD};

	*ret = FORWARD | BACKWARD;
	if (!node)
		return 0;
	for (size_t i = 0; node->kind == YAML_SCALAR && i < 3; i++)
		if (!strcmp(node->scalar, words[i])) {
			*ret = values[i];
			return 0;
		}
	return yaml_fail(r->doc, node, r->err, "direction: expected forward, backward or both");
}

/* ---- which ports ---- */

int topology_find_link(const struct topology *t, unsigned node, const char *far, unsigned *ret_port)
{
	int other = topology_find_node(t, far);

	for (unsigned p = 0; p < t->port_count; p++) {
		const struct topo_network *network = &t->network[t->port[p].network];
		unsigned peer = 2 * network->first_port + 1 - p;

		if (t->port[p].node != node)
			continue;
		if (other < 0 ? !strcmp(network->name, far)
			      : network->port_count == 2 && t->port[peer].node == (unsigned)other) {
			*ret_port = p;
			return 0;
		}
	}
	return -ENOENT;
}

unsigned topology_far_port(const struct topology *t, unsigned port)
{
	return 2 * t->network[t->port[port].network].first_port + 1 - port;
}

static int find_link(struct topo_reader *r, const struct yaml_node *link, unsigned *ret_port)
{
	const struct yaml_node *far =
		link->kind == YAML_SEQUENCE && link->child ? link->child->next : NULL;
	unsigned node;
	int rc;

	if (!far || far->next || far->kind != YAML_SCALAR)
		return yaml_fail(r->doc, link, r->err,
				 "link: expected [NODE, NODE] or [NODE, NETWORK]");
	rc = topo_node_reference(r, link->child, TOPO_KINDS, &node);
	if (rc)
		return rc;
	if (topology_find_link(r->t, node, far->scalar, ret_port))
		return yaml_fail(r->doc, link, r->err, "link: '%s' has no link to '%.60s'",
				 r->t->node[node].name, far->scalar);
	return 0;
}

static int add(struct topo_reader *r, const struct change_keys *keys, const struct yaml_node *item,
	       unsigned port, bool back)
{
	struct topology *t = r->t;
	struct topo_change change = {.at_us = keys->at_us,
				     .over_us = keys->over_us,
				     .port = port,
				     .back = back,
				     .shape = keys->shape,
				     .place = topo_place_of(item)};

	if (back && !t->network[t->port[port].network].bridged) {
		change.port = topology_far_port(t, port);
		change.back = false;
	}
	if (t->change_count == TOPO_CHANGES_MAX)
		return topo_fail_at(r, change.place,
				    "changes: expected at most %d, counting both directions",
				    TOPO_CHANGES_MAX);
	if (!topo_grow(&t->change, t->change_count, sizeof(*t->change)))
		return -ENOMEM;
	t->change[t->change_count++] = change;
	return topo_check_change(r, &change);
}

/* One may begin where the other ends. */
static bool overlap(const struct topo_change *a, const struct topo_change *b)
{
	return a->at_us == b->at_us || (a->at_us < b->at_us && b->at_us < a->at_us + a->over_us) ||
	       (b->at_us < a->at_us && a->at_us < b->at_us + b->over_us);
}

/* Which of two changes of one key at one time would win is not for us to choose. */
static int check_order(struct topo_reader *r)
{
	const struct topology *t = r->t;

	for (size_t i = 1; i < t->change_count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct topo_change *a = &t->change[k], *b = &t->change[i];

			if (a->port == b->port && a->back == b->back && overlap(a, b) &&
			    topo_shapes_share_a_key(&a->shape, &b->shape))
				return topo_fail_at(r, b->place,
						    "changes: the change in line %u of the same "
						    "key is still going on then",
						    a->place.line);
		}
	return 0;
}

static int read_change(struct topo_reader *r, const struct yaml_node *item)
{
	struct change_keys keys = {0};
	unsigned directions, port;
	int rc = yaml_read_fields(r->doc, item, change_fields, &keys, r->err);

	if (rc || (rc = read_direction(r, keys.direction, &directions)) ||
	    (rc = find_link(r, keys.link, &port)))
		return rc;
	if (directions & FORWARD)
		rc = add(r, &keys, item, port, false);
	if (!rc && directions & BACKWARD)
		rc = add(r, &keys, item, port, true);
	return rc;
}

static int read_repeat(struct topo_reader *r)
{
	static const struct yaml_field field = {.key = "repeat"};
	uint64_t end = 0;
	int rc;

	if (!r->repeat)
		return 0;
	rc = shape_quantity_read_duration(r->doc, r->repeat, &field, &r->t->repeat_us, r->err);
	if (rc)
		return rc;
	for (size_t i = 0; i < r->t->change_count; i++)
		if (r->t->change[i].at_us + r->t->change[i].over_us > end)
			end = r->t->change[i].at_us + r->t->change[i].over_us;
	if (!r->t->change_count)
		return yaml_fail(r->doc, r->repeat, r->err,
				 "repeat: expected changes that are repeated");
	if (r->t->repeat_us < 100000 || r->t->repeat_us < end)
		return yaml_fail(r->doc, r->repeat, r->err,
				 "repeat: expected at least 100ms and the last change's end, %gs",
				 (double)end / 1e6);
	return 0;
}

int topo_read_changes(struct topo_reader *r)
{
	int rc = 0;

	if (r->changes && r->changes->kind != YAML_SEQUENCE)
		return yaml_fail(r->doc, r->changes, r->err,
				 "changes: expected a list of {at: TIME, link: [...], ...}");
	for (const struct yaml_node *n = r->changes ? r->changes->child : NULL; n && !rc;
	     n = n->next)
		rc = read_change(r, n);
	if (!rc)
		rc = check_order(r);
	return rc ? rc : read_repeat(r);
}
