// SPDX-License-Identifier: Apache-2.0
/* What must hold of a topology as a whole: addresses, prefixes, names and identities meet nowhere.
 */
#include "testbed/topology_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int check_singles(struct topo_reader *r)
{
	static const enum topo_kind single[] = {TOPO_CORE, TOPO_CLOUD};
	struct topology *t = r->t;

	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < t->node_count; i++)
			if (t->node[i].kind == single[s] && t->node[i].number > 1)
				return topo_fail_at(r, t->node[i].at,
						    "%s: expected at most one node of kind %s",
						    t->node[i].name, topo_kind_name(single[s]));
	return 0;
}

static int check_radio_access(struct topo_reader *r)
{
	struct topology *t = r->t;

	for (size_t i = 0; i < t->node_count; i++) {
		const struct topo_node *node = &t->node[i];

		if (node->kind == TOPO_UE && !node->gnb_count)
			return topo_fail_at(r, node->at, "%s: expected a node of kind gnb in reach",
					    node->name);
		if ((node->kind == TOPO_UE || node->kind == TOPO_GNB || node->kind == TOPO_UPF ||
		     node->kind == TOPO_EDGE) &&
		    !topology_count(t, TOPO_CORE))
			return topo_fail_at(r, node->at, "%s: expected a node of kind core",
					    node->name);
		if (node->kind == TOPO_UE && node->session_count && !topology_count(t, TOPO_UPF))
			return topo_fail_at(r, node->at,
					    "%s: expected a node of kind upf for its sessions",
					    node->name);
	}
	return 0;
}

static int check_subscribers(struct topo_reader *r)
{
	struct topology *t = r->t;

	for (size_t i = 0; i < t->node_count; i++)
		for (size_t k = 0; k < i && t->node[i].kind == TOPO_UE; k++)
			if (t->node[k].kind == TOPO_UE && t->node[k].ue24 == t->node[i].ue24)
				return topo_fail_at(
					r, t->node[i].at,
					"supi: expected other lower 24 bits than those of "
					"'%s'",
					t->node[k].name);
	return 0;
}

/* A derived node that is on no network of its kind can't work: a listed network forgot it. */
static int check_memberships(struct topo_reader *r)
{
	static const struct {
		enum topo_kind kind;
		enum topo_layer layer;
	} needed[] = {{TOPO_CORE, TOPO_N2}, {TOPO_CORE, TOPO_N4}, {TOPO_GNB, TOPO_N2},
		      {TOPO_GNB, TOPO_N3},  {TOPO_UPF, TOPO_N3},  {TOPO_UPF, TOPO_N4}};
	struct topology *t = r->t;

	for (unsigned i = 0; i < t->node_count; i++)
		for (size_t k = 0; k < sizeof(needed) / sizeof(needed[0]); k++)
			if (t->node[i].kind == needed[k].kind &&
			    !topology_find_port(t, i, needed[k].layer))
				return topo_fail_at(
					r, t->node[i].at, "%s: expected among the members of %s",
					t->node[i].name, topo_layer_name(needed[k].layer));
	return 0;
}

struct span {
	uint32_t first, last;
	const char *what, *name;
	struct topo_place at;
};

static int by_first(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static void add_span(struct span *span, size_t *count, struct yaml_prefix prefix, const char *what,
		     const char *name, struct topo_place at)
{
	uint32_t first = ntohl(prefix.addr.s_addr);

	span[(*count)++] = (struct span){first, first + (uint32_t)(0xffffffffULL >> prefix.len),
					 what, name, at};
}

static size_t list_spans(const struct topology *t, struct span *span)
{
	size_t count = 0;

	for (size_t i = 0; i < t->network_count; i++)
		if (t->network[i].prefix.len)
			add_span(span, &count, t->network[i].prefix, "network", t->network[i].name,
				 t->network[i].at);
	for (size_t i = 0; i < t->node_count; i++)
		if (t->node[i].pool.len)
			add_span(span, &count, t->node[i].pool, "pool of", t->node[i].name,
				 t->node[i].at);
	if (t->service_count)
		add_span(span, &count, t->service_prefix, "prefix of the", "services",
			 (struct topo_place){0});
	if (t->management == TOPO_MANAGEMENT_PREFIX)
		add_span(span, &count, t->management_prefix, "network", "management",
			 (struct topo_place){0});
	return count;
}

static int check_overlaps(struct topo_reader *r)
{
	struct topology *t = r->t;
	struct span *span = calloc(t->network_count + t->node_count + 2, sizeof(*span));
	size_t count, far = 0;
	int rc = 0;

	if (!span)
		return -ENOMEM;
	count = list_spans(t, span);
	qsort(span, count, sizeof(*span), by_first);
	for (size_t i = 1; !rc && i < count; i++) {
		const struct span *a = &span[far], *b = &span[i];

		if (b->first <= a->last)
			rc = topo_fail_at(r, b->at.line ? b->at : a->at,
					  "addresses of the %s %s overlap those of the %s %s",
					  b->what, b->name, a->what, a->name);
		if (b->last > a->last)
			far = i;
	}
	free(span);
	return rc;
}

static int check_port(struct topo_reader *r, const struct topo_network *network, unsigned index)
{
	struct topology *t = r->t;
	const struct topo_port *port = &t->port[index];
	const char *node = t->node[port->node].name;
	uint32_t host = ntohl(port->addr.s_addr) & (uint32_t)(0xffffffffULL >> network->prefix.len);
	struct topo_place at = network->at.line ? network->at : t->node[port->node].at;

	if (!topo_same_prefix(port->addr, network->prefix.addr, network->prefix.len))
		return topo_fail_at(r, at, "address of '%s' on %s: expected one inside its prefix",
				    node, network->name);
	if (!host || host == (uint32_t)(0xffffffffULL >> network->prefix.len))
		return topo_fail_at(r, at,
				    "address of '%s' on %s: expected a host's, not the "
				    "network's or the broadcast address",
				    node, network->name);
	for (unsigned k = network->first_port; k < index; k++)
		if (t->port[k].addr.s_addr == port->addr.s_addr)
			return topo_fail_at(r, at,
					    "address of '%s' on %s: expected another than "
					    "that of '%s'",
					    node, network->name, t->node[t->port[k].node].name);
	return 0;
}

static int check_ports(struct topo_reader *r)
{
	struct topology *t = r->t;

	for (size_t i = 0; i < t->network_count; i++) {
		const struct topo_network *network = &t->network[i];

		for (unsigned p = 0; network->prefix.len && p < network->port_count; p++) {
			int rc = check_port(r, network, network->first_port + p);

			if (rc)
				return rc;
		}
	}
	return 0;
}

static int check_unused(struct topo_reader *r)
{
	for (size_t i = 0; i < r->address_count; i++)
		if (!r->address[i].used)
			return topo_fail_at(r, r->address[i].at,
					    "addresses: expected a network of '%s', found '%s'",
					    r->t->node[r->address[i].node].name,
					    r->address[i].network);
	for (size_t i = 0; i < r->link_count; i++)
		if (r->link[i].to_network && !r->link[i].used)
			return topo_fail_at(r, r->link[i].at,
					    "between: '%s' is not a member of that network",
					    r->t->node[r->link[i].node[0]].name);
	return 0;
}

static int check_services(struct topo_reader *r)
{
	struct topology *t = r->t;

	for (size_t i = 0; i < t->service_count; i++)
		for (size_t k = 0; k < i; k++)
			if (t->service[k].addr.s_addr == t->service[i].addr.s_addr)
				return yaml_fail(r->doc, r->services, r->err,
						 "services: '%s' and '%s' have one address",
						 t->service[k].name, t->service[i].name);
	return 0;
}

/* The management bridge has no more room than a /20, less the host, network and broadcast
 * addresses. */
static int check_management(struct topo_reader *r)
{
	struct topology *t = r->t;
	uint64_t room = t->management == TOPO_MANAGEMENT_PREFIX
				? 1ULL << (32 - t->management_prefix.len)
				: 1ULL << 12;

	if (t->management == TOPO_MANAGEMENT_NONE) {
		for (size_t i = 0; i < t->node_count; i++)
			if (t->node[i].kind != TOPO_HOST && t->node[i].kind != TOPO_ROUTER)
				return topo_fail_at(r, t->node[i].at,
						    "%s: a %s has daemons and needs a management "
						    "network",
						    t->node[i].name,
						    topo_kind_name(t->node[i].kind));
		return 0;
	}
	if (t->node_count + 3 > room)
		return topo_fail_at(r, (struct topo_place){1, 1},
				    "management: expected a prefix with room for %zu nodes",
				    t->node_count);
	return 0;
}

static int check_shapes(struct topo_reader *r)
{
	for (unsigned p = 0; p < r->t->port_count; p++) {
		int rc = topo_check_shape(r, &r->t->port[p].shape);

		if (!rc)
			rc = topo_check_shape(r, &r->t->port[p].back);
		if (rc)
			return rc;
	}
	return 0;
}

int topo_check(struct topo_reader *r)
{
	static int (*const checks[])(struct topo_reader * r) = {
		check_singles,	   check_radio_access, check_subscribers,
		check_memberships, check_ports,	       check_overlaps,
		check_unused,	   check_services,     check_management, check_shapes,
		topo_check_timeline,
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int rc = checks[i](r);

		if (rc)
			return rc;
	}
	return 0;
}
