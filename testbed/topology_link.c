// SPDX-License-Identifier: Apache-2.0
/* What the entries of `links` say about networks and ports that are being derived. */
#include "testbed/topology_internal.h"

#include <errno.h>
#include <stdlib.h>

/* ---- which entry is about what ---- */

struct topo_link_entry *topo_link_of(struct topo_reader *r, unsigned a, unsigned b)
{
	for (size_t i = 0; i < r->link_count; i++) {
		struct topo_link_entry *link = &r->link[i];

		if (link->to_network || link->used)
			continue;
		if ((link->node[0] == a && link->node[1] == b) ||
		    (link->node[0] == b && link->node[1] == a))
			return link;
	}
	return NULL;
}

void topo_links_shape_port(struct topo_reader *r, struct topo_port *port,
			   const struct topo_network_entry *entry, enum topo_layer layer)
{
	for (size_t i = 0; i < r->link_count; i++) {
		struct topo_link_entry *link = &r->link[i];
		bool here = link->to_network && link->node[0] == port->node &&
			    (link->network >= 0 ? entry == &r->network[link->network]
						: link->layer == layer && layer != TOPO_PLAIN);

		if (!here)
			continue;
		topo_shape_merge(&port->shape, &link->shape);
		topo_shape_merge(&port->back, &link->shape);
		topo_shape_merge(&port->shape, &link->forward);
		topo_shape_merge(&port->back, &link->backward);
		link->used = true;
	}
}

/* ---- two entries about one thing ---- */

/* Who a link is between, whichever is named first */
struct named_pair {
	unsigned low, high;
	bool to_network;
	size_t index; /* of the entry */
};

static struct named_pair pair_of(const struct topo_reader *r, size_t index)
{
	const struct topo_link_entry *link = &r->link[index];
	unsigned a = link->node[0], b = link->node[1];

	/* derived networks without an entry of their own come behind those with one */
	if (link->to_network)
		return (struct named_pair){a,
					   link->network >= 0 ? (unsigned)link->network
							      : (unsigned)r->network_count +
									(unsigned)link->layer,
					   true, index};
	return (struct named_pair){a < b ? a : b, a < b ? b : a, false, index};
}

static int compare(const struct named_pair *x, const struct named_pair *y)
{
	if (x->to_network != y->to_network)
		return x->to_network ? 1 : -1;
	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return x->high == y->high ? 0 : x->high < y->high ? -1 : 1;
}

static int by_pair(const void *a, const void *b)
{
	const struct named_pair *x = a, *y = b;
	int order = compare(x, y);

	return order ? order : x->index < y->index ? -1 : 1;
}

static int fail_repeated(struct topo_reader *r, const struct topo_link_entry *first,
			 const struct topo_link_entry *second)
{
	const struct topology *t = r->t;
	const char *far = !second->to_network	 ? t->node[second->node[1]].name
			  : second->network >= 0 ? r->network[second->network].name
						 : topo_layer_name(second->layer);

	return topo_fail_at(r, second->at,
			    "links: '%s' and '%s' have an entry already, in line %u, column %u; "
			    "expected its keys there",
			    t->node[second->node[0]].name, far, first->at.line, first->at.column);
}

/* Of two hosts, two entries are two links; the pairs of derived links have taken the first. */
int topo_check_repeated_links(struct topo_reader *r)
{
	struct named_pair *pair = calloc(r->link_count + 1, sizeof(*pair));
	size_t first = 0, second = SIZE_MAX;

	if (!pair)
		return -ENOMEM;
	for (size_t i = 0; i < r->link_count; i++)
		pair[i] = pair_of(r, i);
	qsort(pair, r->link_count, sizeof(*pair), by_pair);
	for (size_t i = 1; i < r->link_count; i++)
		if (!compare(&pair[i - 1], &pair[i]) &&
		    (pair[i].to_network || r->link[pair[i - 1].index].used) &&
		    pair[i].index < second) {
			first = pair[i - 1].index;
			second = pair[i].index;
		}
	free(pair);
	return second == SIZE_MAX ? 0 : fail_repeated(r, &r->link[first], &r->link[second]);
}

/* ---- when all ports are there ---- */

/* So far `back` has what links say alone. A bridge sends as the network says, but for that; in a
 * network of two the way back is the other port's way forth. */
void topo_links_settle(struct topology *t)
{
	for (size_t i = 0; i < t->network_count; i++) {
		struct topo_network *network = &t->network[i];
		struct topo_port *port = &t->port[network->first_port];

		for (unsigned p = 0; network->bridged && p < network->port_count; p++) {
			struct topo_shape shape = network->shape;

			topo_shape_merge(&shape, &port[p].back);
			port[p].back = shape;
		}
		if (network->bridged)
			continue;
		topo_shape_merge(&port[0].shape, &port[1].back);
		topo_shape_merge(&port[1].shape, &port[0].back);
		port[0].back = port[1].back = (struct topo_shape){0};
	}
}
