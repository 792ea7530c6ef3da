// SPDX-License-Identifier: Apache-2.0
/* The `networks` and `links` of a topology file, as entries; topology_derive.c makes networks and
 * ports of them. */
#include "testbed/topology_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct member_keys {
	const struct yaml_node *node, *interface;
	struct in_addr address;
};

static const struct yaml_field member_fields[] = {
	{.key = "node",
	 .read = yaml_read_node,
	 .offset = offsetof(struct member_keys, node),
	 .required = true},
	{.key = "address", .read = yaml_read_ipv4, .offset = offsetof(struct member_keys, address)},
	{.key = "interface",
	 .read = yaml_read_node,
	 .offset = offsetof(struct member_keys, interface),
	 .help = "its name in the node"},
	{0},
};

static int read_interface(struct topo_reader *r, const struct yaml_node *node,
			  char ifname[IFNAMSIZ])
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
	size_t len;

	if (!node)
		return 0;
	len = node->kind == YAML_SCALAR ? strlen(node->scalar) : 0;
	if (!len || len >= IFNAMSIZ || strspn(node->scalar, allowed) != len ||
	    node->scalar[0] == '.')
		return yaml_fail(
			r->doc, node, r->err,
			"interface: expected 1 to 15 letters, digits, '-', '_', '.' or '~'");
	if (!strcmp(node->scalar, "lo") || !strcmp(node->scalar, "mgmt0"))
		return yaml_fail(r->doc, node, r->err, "interface: '%s' is taken by Baton itself",
				 node->scalar);
	/* /proc/sys/net/ipv4/conf has them beside the interfaces: they stand for all and for new ones */
	if (!strcmp(node->scalar, "all") || !strcmp(node->scalar, "default"))
		return yaml_fail(r->doc, node, r->err,
				 "interface: '%s' is the kernel's word for more than one; expected "
				 "another name, such as %s0",
				 node->scalar, node->scalar);
	strcpy(ifname, node->scalar);
	return 0;
}

/* @ret_count: how many nodes are meant, of which member->node is the first */
static int read_member(struct topo_reader *r, const struct yaml_node *item,
		       struct topo_member *member, unsigned *ret_count)
{
	struct member_keys keys = {.node = item};
	int rc = 0;

	memset(member, 0, sizeof(*member));
	member->at = topo_place_of(item);
	if (item->kind == YAML_MAPPING)
		rc = yaml_read_fields(r->doc, item, member_fields, &keys, r->err);
	if (rc || (rc = topo_nodes_reference(r, keys.node, &member->node, ret_count)))
		return rc;
	if (keys.address.s_addr && *ret_count > 1)
		return yaml_fail(r->doc, item, r->err, "address: expected none for %u nodes",
				 *ret_count);
	member->addr = keys.address;
	return read_interface(r, keys.interface, member->ifname);
}

/* Which kinds a derived network can have. */
static bool layer_takes(enum topo_layer layer, enum topo_kind kind)
{
	switch (layer) {
	case TOPO_N2:
		return kind == TOPO_CORE || kind == TOPO_GNB;
	case TOPO_N3:
		return kind == TOPO_GNB || kind == TOPO_UPF;
	case TOPO_N4:
		return kind == TOPO_CORE || kind == TOPO_UPF;
	case TOPO_WAN:
		return kind == TOPO_CLOUD || kind == TOPO_EDGE || kind == TOPO_HOST ||
		       kind == TOPO_ROUTER;
	default:
		return true;
	}
}

static int add_member(struct topo_reader *r, struct topo_network_entry *entry,
		      const struct yaml_node *item, const struct topo_member *member)
{
	const struct topo_node *node = &r->t->node[member->node];

	if (!layer_takes(entry->layer, node->kind))
		return yaml_fail(r->doc, item, r->err, "a %s has no place on %s",
				 topo_kind_name(node->kind), entry->name);
	for (size_t i = 0; i < entry->member_count; i++)
		if (entry->member[i].node == member->node)
			return yaml_fail(r->doc, item, r->err, "'%s' is listed twice", node->name);
	if (!topo_grow(&entry->member, entry->member_count, sizeof(*entry->member)))
		return -ENOMEM;
	entry->member[entry->member_count++] = *member;
	return 0;
}

static int read_members(struct topo_reader *r, struct topo_network_entry *entry,
			const struct yaml_node *list)
{
	if (list->kind != YAML_SEQUENCE || !list->child)
		return yaml_fail(r->doc, list, r->err, "members: expected a list of nodes");
	entry->listed = true;
	for (const struct yaml_node *n = list->child; n; n = n->next) {
		struct topo_member member;
		unsigned count;
		int rc = read_member(r, n, &member, &count);

		for (; !rc && count; count--, member.node++)
			rc = add_member(r, entry, n, &member);
		if (rc)
			return rc;
	}
	return 0;
}

struct network_keys {
	const struct yaml_node *members, *prefix;
	uint32_t mtu;
	struct topo_shape shape;
};

#define MTU_FIELD(type)                                                                            \
	{                                                                                          \
		.key = "mtu", .read = yaml_read_u32, .offset = offsetof(type, mtu),                \
		.min = TOPO_MTU_MIN, .max = TOPO_MTU_MAX                                           \
	}

static const struct yaml_field network_fields[] = {
	{.key = "members",
	 .read = yaml_read_node,
	 .offset = offsetof(struct network_keys, members),
	 .help = "NODE or {node, address, interface}"},
	{.key = "prefix", .read = yaml_read_node, .offset = offsetof(struct network_keys, prefix)},
	MTU_FIELD(struct network_keys),
	SHAPE_FIELDS(struct network_keys, shape, topo_read_shape_key),
	{0},
};

static const struct yaml_field prefix_field = {0};

static int read_prefix(struct topo_reader *r, const struct yaml_node *node,
		       struct yaml_prefix *ret_prefix, struct topo_place *ret_at)
{
	if (!node)
		return 0;
	*ret_at = topo_place_of(node);
	return topo_read_prefix(r->doc, node, &prefix_field, ret_prefix, r->err);
}

static int check_network(struct topo_reader *r, const struct topo_network_entry *entry,
			 const struct network_keys *keys, const struct yaml_node *value)
{
	bool pairs = entry->layer == TOPO_N6 || entry->layer == TOPO_RADIO;

	if (pairs && keys->members)
		return yaml_fail(r->doc, keys->members, r->err,
				 "members: %s links pairs of nodes; expected %s", entry->name,
				 entry->layer == TOPO_N6 ? "'edge' at the upf"
							 : "'gnbs' at the ue");
	if (pairs && keys->prefix)
		return yaml_fail(r->doc, keys->prefix, r->err,
				 "prefix: %s has none as a whole; expected it at an entry of links",
				 entry->name);
	if (entry->layer == TOPO_PLAIN && !keys->members)
		return yaml_fail(r->doc, value, r->err, "key 'members' is missing");
	return 0;
}

static int read_network(struct topo_reader *r, const struct yaml_node *value)
{
	struct network_keys keys = {0};
	struct topo_network_entry *entry;
	struct topo_place at = topo_place_of_key(value);
	int rc;

	if (topo_check_name(r, value->key, at, "network name"))
		return -EINVAL;
	if (topo_is_node(r, value->key))
		return topo_fail_at(r, at, "network name: '%s' is a node", value->key);
	if (!topo_grow(&r->network, r->network_count, sizeof(*r->network)))
		return -ENOMEM;
	entry = &r->network[r->network_count++];
	memset(entry, 0, sizeof(*entry));
	strcpy(entry->name, value->key);
	entry->layer = topo_layer_of(value->key);
	entry->at = at;
	rc = yaml_read_fields(r->doc, value, network_fields, &keys, r->err);
	if (rc || (rc = check_network(r, entry, &keys, value)) ||
	    (rc = read_prefix(r, keys.prefix, &entry->prefix, &entry->prefix_at)))
		return rc;
	entry->mtu = keys.mtu;
	entry->shape = keys.shape;
	return keys.members ? read_members(r, entry, keys.members) : 0;
}

int topo_read_networks(struct topo_reader *r)
{
	if (!r->networks)
		return 0;
	if (r->networks->kind != YAML_MAPPING)
		return yaml_fail(r->doc, r->networks, r->err,
				 "networks: expected a mapping of network names");
	for (const struct yaml_node *n = r->networks->child; n; n = n->next) {
		int rc = read_network(r, n);

		if (rc)
			return rc;
	}
	return 0;
}

struct link_keys {
	const struct yaml_node *between, *prefix, *addresses, *interfaces;
	uint32_t mtu;
	struct topo_shape shape, forward, backward;
};

static const struct yaml_field link_fields[] = {
	{.key = "between",
	 .read = yaml_read_node,
	 .offset = offsetof(struct link_keys, between),
	 .required = true,
	 .help = "[NODE, NODE] or [NODE, NETWORK]"},
	{.key = "prefix", .read = yaml_read_node, .offset = offsetof(struct link_keys, prefix)},
	{.key = "addresses",
	 .read = yaml_read_node,
	 .offset = offsetof(struct link_keys, addresses),
	 .help = "of both, in the order of between"},
	{.key = "interfaces",
	 .read = yaml_read_node,
	 .offset = offsetof(struct link_keys, interfaces),
	 .help = "their names in both, in the order of between"},
	MTU_FIELD(struct link_keys),
	SHAPE_FIELDS(struct link_keys, shape, topo_read_shape_key),
	{.key = "forward",
	 .read = topo_read_shape,
	 .offset = offsetof(struct link_keys, forward),
	 .help = "{delay: 5ms}: from the first of between to the second alone"},
	{.key = "backward",
	 .read = topo_read_shape,
	 .offset = offsetof(struct link_keys, backward),
	 .help = "the other way alone"},
	{0},
};

/* exactly two items */
static bool is_pair(const struct yaml_node *list)
{
	return list->kind == YAML_SEQUENCE && list->child && list->child->next &&
	       !list->child->next->next;
}

static int find_entry(const struct topo_reader *r, const char *name)
{
	for (size_t i = 0; i < r->network_count; i++)
		if (!strcmp(r->network[i].name, name))
			return (int)i;
	return -1;
}

/* The second of `between`: a node, a named network or a derived one that is shared. */
static int read_far_end(struct topo_reader *r, struct topo_link_entry *link,
			const struct yaml_node *node, unsigned *ret_count)
{
	const char *name = node->kind == YAML_SCALAR ? node->scalar : "";

	link->layer = topo_layer_of(name);
	link->network = find_entry(r, name);
	link->to_network = link->network >= 0 || link->layer != TOPO_PLAIN;
	if (link->layer == TOPO_N6 || link->layer == TOPO_RADIO)
		return yaml_fail(r->doc, node, r->err,
				 "between: %s links pairs of nodes; expected both of their names",
				 name);
	if (link->to_network)
		return 0;
	if (node->kind == YAML_SCALAR && !topo_is_node(r, name))
		return yaml_fail(r->doc, node, r->err,
				 "between: expected a node or a network, found '%.60s', which is "
				 "neither",
				 name);
	return topo_nodes_reference(r, node, &link->node[1], ret_count);
}

/* @ret_count: how many nodes either end means, of which link->node is the first */
static int read_between(struct topo_reader *r, struct topo_link_entry *link,
			const struct yaml_node *between, unsigned ret_count[2])
{
	int rc;

	if (!is_pair(between))
		return yaml_fail(r->doc, between, r->err,
				 "between: expected [NODE, NODE] or [NODE, NETWORK]");
	ret_count[1] = 1;
	rc = topo_nodes_reference(r, between->child, &link->node[0], &ret_count[0]);
	if (!rc)
		rc = read_far_end(r, link, between->child->next, &ret_count[1]);
	if (!rc && !link->to_network && link->node[0] == link->node[1])
		rc = yaml_fail(r->doc, between, r->err, "between: expected two different nodes");
	return rc;
}

static int read_ends(struct topo_reader *r, struct topo_link_entry *link,
		     const struct link_keys *keys)
{
	const struct yaml_node *addresses = keys->addresses, *interfaces = keys->interfaces;
	int rc = 0;

	if (addresses && !is_pair(addresses))
		return yaml_fail(r->doc, addresses, r->err, "addresses: expected a list of two");
	if (interfaces && !is_pair(interfaces))
		return yaml_fail(r->doc, interfaces, r->err, "interfaces: expected a list of two");
	for (int i = 0; i < 2; i++) {
		link->member[i].node = link->node[i];
		link->member[i].at = link->at;
	}
	if (addresses &&
	    ((rc = yaml_ipv4(r->doc, addresses->child, &link->member[0].addr, r->err)) ||
	     (rc = yaml_ipv4(r->doc, addresses->child->next, &link->member[1].addr, r->err))))
		return rc;
	if (interfaces &&
	    ((rc = read_interface(r, interfaces->child, link->member[0].ifname)) ||
	     (rc = read_interface(r, interfaces->child->next, link->member[1].ifname))))
		return rc;
	return 0;
}

static const struct yaml_node *mtu_of(const struct yaml_node *item)
{
	for (const struct yaml_node *n = item->child; n; n = n->next)
		if (!strcmp(n->key, "mtu"))
			return n;
	return NULL;
}

static int check_far_network(struct topo_reader *r, const struct link_keys *keys,
			     const struct yaml_node *item)
{
	const struct yaml_node *odd = keys->prefix	 ? keys->prefix
				      : keys->addresses	 ? keys->addresses
				      : keys->interfaces ? keys->interfaces
							 : mtu_of(item);

	if (!odd)
		return 0;
	return yaml_fail(r->doc, odd, r->err,
			 "%s: expected at the network itself, not at a link to it", odd->key);
}

/* Where an end is a node with a count, one entry each */
static int add_links(struct topo_reader *r, const struct topo_link_entry *link,
		     const unsigned count[2])
{
	for (unsigned i = 0; i < count[0] * count[1]; i++) {
		struct topo_link_entry *entry;

		if (!topo_grow(&r->link, r->link_count, sizeof(*r->link)))
			return -ENOMEM;
		entry = &r->link[r->link_count++];
		*entry = *link;
		entry->member[0].node = entry->node[0] += i / count[1];
		entry->member[1].node = entry->node[1] += i % count[1];
	}
	return 0;
}

static int check_counted_link(struct topo_reader *r, const struct link_keys *keys,
			      const unsigned count[2])
{
	const struct yaml_node *odd = keys->prefix ? keys->prefix : keys->addresses;

	if (!odd || count[0] * count[1] == 1)
		return 0;
	return yaml_fail(r->doc, odd, r->err, "%s: expected at a link of its own, not at one of %u",
			 odd->key, count[0] * count[1]);
}

static int read_link(struct topo_reader *r, const struct yaml_node *item)
{
	struct link_keys keys = {0};
	struct topo_link_entry link;
	unsigned count[2];
	int rc = yaml_read_fields(r->doc, item, link_fields, &keys, r->err);

	if (rc)
		return rc;
	link = (struct topo_link_entry){.at = topo_place_of(item),
					.mtu = keys.mtu,
					.shape = keys.shape,
					.forward = keys.forward,
					.backward = keys.backward};
	rc = read_between(r, &link, keys.between, count);
	if (!rc && link.to_network)
		rc = check_far_network(r, &keys, item);
	if (rc || (rc = check_counted_link(r, &keys, count)) ||
	    (rc = read_prefix(r, keys.prefix, &link.prefix, &link.prefix_at)) ||
	    (rc = read_ends(r, &link, &keys)))
		return rc;
	return add_links(r, &link, count);
}

int topo_read_links(struct topo_reader *r)
{
	if (!r->links)
		return 0;
	if (r->links->kind != YAML_SEQUENCE)
		return yaml_fail(r->doc, r->links, r->err,
				 "links: expected a list of {between: [...]}");
	for (const struct yaml_node *n = r->links->child; n; n = n->next) {
		int rc = read_link(r, n);

		if (rc)
			return rc;
	}
	return 0;
}
