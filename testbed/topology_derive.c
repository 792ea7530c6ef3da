// SPDX-License-Identifier: Apache-2.0
/*
 * From entries to networks and ports: which networks a 5G topology has follows from the kinds of
 * its nodes; what the file says about one of them is merged in. Addresses, names and MAC addresses
 * are as docs/contracts.md gives them.
 */
#include "testbed/topology_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/radio.h"

struct layer_default {
	uint32_t prefix;
	unsigned len;
	struct {
		enum topo_kind kind;
		uint32_t offset; /* in the prefix, plus the node's number among its kind */
	} member[2];
};

static const struct layer_default shared[] = {
	[TOPO_N2] = {0x0a640000, 17, {{TOPO_CORE, 0}, {TOPO_GNB, 0x100}}},
	[TOPO_N3] = {0x0a650000, 16, {{TOPO_GNB, 0x100}, {TOPO_UPF, 0x200}}},
	[TOPO_N4] = {0x0a648000, 17, {{TOPO_CORE, 0}, {TOPO_UPF, 0x100}}},
	[TOPO_N6] = {0x0a6e0000, 24, {{TOPO_UPF, 0}, {TOPO_EDGE, 0}}},
	[TOPO_WAN] = {0x0a780000, 16, {{TOPO_CLOUD, 0}, {TOPO_EDGE, 0x100}}},
};
enum { PLAIN_PREFIX = 0x0a820000 /* 10.130.0.0, a /24 each */, POOL_PREFIX = 0x0a3c0000 };

void topo_name_cut(char *buf, size_t size, const char *prefix, const char *name, unsigned id)
{
	char tail[12];
	int room;

	if (strlen(prefix) + strlen(name) < size) {
		snprintf(buf, size, "%s%s", prefix, name);
		return;
	}
	/* '~' is in no name of ours, so a cut name never meets a whole one */
	room = (int)size - 1 - snprintf(tail, sizeof(tail), "~%x", id);
	snprintf(buf, size, "%s%.*s%s", prefix, room - (int)strlen(prefix), name, tail);
}

static struct topo_network_entry *entry_of(struct topo_reader *r, enum topo_layer layer)
{
	for (size_t i = 0; i < r->network_count; i++)
		if (r->network[i].layer == layer)
			return &r->network[i];
	return NULL;
}

static int add_network(struct topo_reader *r, const char *name, enum topo_layer layer,
		       struct topo_place at, struct topo_network **ret_network)
{
	struct topology *t = r->t;
	struct topo_network *network;

	if (t->network_count == TOPO_NETWORKS_MAX)
		return topo_fail_at(r, at, "more than %d networks and links", TOPO_NETWORKS_MAX);
	if (!topo_grow(&t->network, t->network_count, sizeof(*t->network)))
		return -ENOMEM;
	network = &t->network[t->network_count++];
	memset(network, 0, sizeof(*network));
	snprintf(network->name, sizeof(network->name), "%s", name);
	network->layer = layer;
	network->at = at;
	network->mtu = t->mtu;
	network->first_port = (unsigned)t->port_count;
	*ret_network = network;
	return 0;
}

static void infrastructure_mac(const struct topology *t, const struct topo_network *network,
			       uint8_t mac[6])
{
	unsigned index = (unsigned)(network - t->network);

	mac[0] = 0x0a; /* locally administered, and none of the radio's */
	mac[1] = 0xba;
	mac[2] = (uint8_t)(index >> 8);
	mac[3] = (uint8_t)index;
	mac[4] = (uint8_t)(network->port_count >> 8);
	mac[5] = (uint8_t)network->port_count;
}

static int add_port(struct topo_reader *r, struct topo_network *network, unsigned node,
		    struct topo_port **ret_port)
{
	struct topology *t = r->t;
	struct topo_port *port;

	if (t->port_count == TOPO_PORTS_MAX)
		return topo_fail_at(r, network->at, "more than %d ends of links", TOPO_PORTS_MAX);
	if (!topo_grow(&t->port, t->port_count, sizeof(*t->port)))
		return -ENOMEM;
	port = &t->port[t->port_count++];
	memset(port, 0, sizeof(*port));
	port->node = node;
	port->network = (unsigned)(network - t->network);
	infrastructure_mac(t, network, port->mac);
	network->port_count++;
	*ret_port = port;
	return 0;
}

static bool name_is_taken(const struct topology *t, const struct topo_port *port)
{
	for (const struct topo_port *other = t->port; other < port; other++)
		if (other->node == port->node && !strcmp(other->ifname, port->ifname))
			return true;
	return false;
}

/* The name that the file gives must be free; of two parallel links to one peer the second's is cut.
 */
static int name_port(struct topo_reader *r, struct topo_port *port,
		     const struct topo_member *member, const char *derived)
{
	char tail[8];
	int len = snprintf(tail, sizeof(tail), "~%x", (unsigned)(port - r->t->port));

	if (member && member->ifname[0]) {
		strcpy(port->ifname, member->ifname);
		if (!name_is_taken(r->t, port))
			return 0;
		return topo_fail_at(r, member->at, "interface: '%s' has another '%s'",
				    r->t->node[port->node].name, port->ifname);
	}
	strcpy(port->ifname, derived);
	if (name_is_taken(r->t, port))
		snprintf(port->ifname, sizeof(port->ifname), "%.*s%s", 15 - len, derived, tail);
	return 0;
}

static void set_address(struct topo_reader *r, struct topo_port *port,
			const struct topo_network *network, const struct topo_member *member,
			uint32_t offset)
{
	uint32_t base = ntohl(network->prefix.addr.s_addr);

	port->addr.s_addr = htonl(base + offset);
	if (member && member->addr.s_addr)
		port->addr = member->addr;
	for (size_t i = 0; i < r->address_count; i++) {
		struct topo_address_entry *entry = &r->address[i];

		if (entry->node != port->node || strcmp(entry->network, network->name) != 0)
			continue;
		port->addr = entry->addr;
		entry->used = true;
	}
}

/* The contract's place in a wide prefix; members in turn in a narrow one. */
static uint32_t shared_offset(const struct topo_reader *r, const struct topo_network *network,
			      unsigned node)
{
	const struct layer_default *rule = &shared[network->layer];
	const struct topo_node *n = &r->t->node[node];

	for (int i = 0; i < 2 && network->prefix.len <= rule->len; i++)
		if (rule->member[i].kind == n->kind)
			return rule->member[i].offset + n->number;
	return network->prefix.len <= rule->len ? 0x400 + network->port_count : network->port_count;
}

static int add_member(struct topo_reader *r, struct topo_network *network, unsigned node,
		      const struct topo_member *member, const struct topo_network_entry *entry)
{
	char derived[IFNAMSIZ];
	struct topo_port *port;
	int rc = add_port(r, network, node, &port);
	uint32_t offset;

	if (rc)
		return rc;
	offset = network->layer == TOPO_PLAIN ? network->port_count
					      : shared_offset(r, network, node);
	set_address(r, port, network, member, offset);
	topo_name_cut(derived, sizeof(derived), "", network->name, port->network);
	rc = name_port(r, port, member, derived);
	if (rc)
		return rc;
	if (entry)
		network->shape = port->shape = entry->shape;
	topo_links_shape_port(r, port, entry, network->layer);
	return 0;
}

static int add_default_members(struct topo_reader *r, struct topo_network *network,
			       const struct topo_network_entry *entry)
{
	const struct layer_default *rule = &shared[network->layer];

	for (int m = 0; m < 2; m++)
		for (unsigned i = 0; i < r->t->node_count; i++) {
			int rc;

			if (r->t->node[i].kind != rule->member[m].kind)
				continue;
			rc = add_member(r, network, i, NULL, entry);
			if (rc)
				return rc;
		}
	return 0;
}

static int add_listed_members(struct topo_reader *r, struct topo_network *network,
			      const struct topo_network_entry *entry)
{
	for (size_t i = 0; i < entry->member_count; i++) {
		int rc = add_member(r, network, entry->member[i].node, &entry->member[i], entry);

		if (rc)
			return rc;
	}
	return 0;
}

static int derive_shared(struct topo_reader *r, enum topo_layer layer)
{
	const struct layer_default *rule = &shared[layer];
	struct topo_network_entry *entry = entry_of(r, layer);
	struct topo_network *network;
	int rc;

	if (!entry && !topology_count(r->t, rule->member[0].kind) &&
	    !topology_count(r->t, rule->member[1].kind))
		return 0;
	rc = add_network(r, topo_layer_name(layer), layer,
			 entry ? entry->at : (struct topo_place){0}, &network);
	if (rc)
		return rc;
	network->prefix = (struct yaml_prefix){{htonl(rule->prefix)}, rule->len};
	if (entry && entry->prefix.len)
		network->prefix = entry->prefix;
	if (entry && entry->mtu)
		network->mtu = entry->mtu;
	return entry && entry->listed ? add_listed_members(r, network, entry)
				      : add_default_members(r, network, entry);
}

static void merge_direction(struct topo_shape *shape, const struct topo_link_entry *link,
			    unsigned from)
{
	topo_shape_merge(shape, &link->shape);
	topo_shape_merge(shape, link->node[0] == from ? &link->forward : &link->backward);
}

/* A link of two nodes: what the layer's entry and the pair's own entry say. */
static int add_pair(struct topo_reader *r, struct topo_network *network,
		    const struct topo_network_entry *entry, struct topo_link_entry *link,
		    const unsigned node[2], const char *const ifname[2])
{
	for (int i = 0; i < 2; i++) {
		const struct topo_member *member = NULL;
		struct topo_port *port;
		int rc = add_port(r, network, node[i], &port);

		if (rc)
			return rc;
		if (link)
			member = &link->member[link->node[0] == node[i] ? 0 : 1];
		if (network->prefix.len)
			set_address(r, port, network, member, network->port_count);
		rc = name_port(r, port, member, ifname[i]);
		if (rc)
			return rc;
		if (entry)
			port->shape = entry->shape;
		if (link)
			merge_direction(&port->shape, link, node[i]);
	}
	if (entry && entry->mtu)
		network->mtu = entry->mtu;
	if (link && link->mtu)
		network->mtu = link->mtu;
	if (link)
		link->used = true;
	return 0;
}

static int derive_n6(struct topo_reader *r, unsigned edge)
{
	const struct topo_node *node = &r->t->node[edge];
	const unsigned pair[2] = {(unsigned)node->upf, edge};
	const char *const ifname[2] = {"n6", "n6"};
	struct topo_network_entry *entry = entry_of(r, TOPO_N6);
	struct topo_link_entry *link = topo_link_of(r, pair[0], pair[1]);
	struct topo_network *network;
	char name[TOPO_NAME_SIZE * 2];
	int rc;

	snprintf(name, sizeof(name), "n6-%s", node->name);
	rc = add_network(r, name, TOPO_N6, link ? link->at : node->at, &network);
	if (rc)
		return rc;
	network->prefix.addr.s_addr = htonl(shared[TOPO_N6].prefix + (node->number << 8));
	network->prefix.len = shared[TOPO_N6].len;
	if (link && link->prefix.len)
		network->prefix = link->prefix;
	return add_pair(r, network, entry, link, pair, ifname);
}

static int derive_radio(struct topo_reader *r, unsigned ue, unsigned gnb)
{
	static const uint8_t gnb_mac[6] = RADIO_GNB_MAC;
	struct topology *t = r->t;
	char ue_ifname[IFNAMSIZ], gnb_ifname[IFNAMSIZ], name[TOPO_NAME_SIZE * 2];
	const unsigned pair[2] = {ue, gnb};
	const char *const ifname[2] = {ue_ifname, gnb_ifname};
	struct topo_link_entry *link = topo_link_of(r, ue, gnb);
	struct topo_network *network;
	int rc;

	topo_name_cut(ue_ifname, IFNAMSIZ, "radio-", t->node[gnb].name, t->node[gnb].number);
	topo_name_cut(gnb_ifname, IFNAMSIZ, "radio-", t->node[ue].name, t->node[ue].number);
	snprintf(name, sizeof(name), "%s-%s", t->node[ue].name, t->node[gnb].name);
	rc = add_network(r, name, TOPO_RADIO, link ? link->at : t->node[ue].at, &network);
	if (rc)
		return rc;
	if (link && link->prefix.len)
		return topo_fail_at(r, link->prefix_at, "prefix: a radio link has none");
	rc = add_pair(r, network, entry_of(r, TOPO_RADIO), link, pair, ifname);
	if (rc)
		return rc;
	radio_bearer_mac(t->node[ue].ue24, 0, t->port[network->first_port].mac);
	memcpy(t->port[network->first_port + 1].mac, gnb_mac, sizeof(gnb_mac));
	return 0;
}

/* The prefix of plain network number @index, unless the file gives one */
static int plain_prefix(struct topo_reader *r, struct topo_network *network, unsigned index,
			const struct yaml_prefix *given, size_t members)
{
	network->prefix.addr.s_addr = htonl(PLAIN_PREFIX + (index << 8));
	network->prefix.len = 24;
	if (given->len)
		network->prefix = *given;
	if (members + 2 > 1ULL << (32 - network->prefix.len))
		return topo_fail_at(r, network->at,
				    "prefix: expected one with room for %zu members", members);
	return 0;
}

static int derive_plain_network(struct topo_reader *r, const struct topo_network_entry *entry,
				unsigned index)
{
	struct topo_network *network;
	int rc = add_network(r, entry->name, TOPO_PLAIN, entry->at, &network);

	if (!rc)
		rc = plain_prefix(r, network, index, &entry->prefix, entry->member_count);
	if (rc)
		return rc;
	if (entry->mtu)
		network->mtu = entry->mtu;
	return add_listed_members(r, network, entry);
}

static int derive_plain_link(struct topo_reader *r, struct topo_link_entry *link, unsigned index)
{
	const struct topo_node *a = &r->t->node[link->node[0]], *b = &r->t->node[link->node[1]];
	char ifname_a[IFNAMSIZ], ifname_b[IFNAMSIZ], name[TOPO_NAME_SIZE * 2];
	const char *const ifname[2] = {ifname_a, ifname_b};
	struct topo_network *network;
	int rc;

	topo_name_cut(ifname_a, IFNAMSIZ, "to-", b->name, link->node[1]);
	topo_name_cut(ifname_b, IFNAMSIZ, "to-", a->name, link->node[0]);
	snprintf(name, sizeof(name), "%s-%s", a->name, b->name);
	rc = add_network(r, name, TOPO_PLAIN, link->at, &network);
	if (!rc)
		rc = plain_prefix(r, network, index, &link->prefix, 2);
	return rc ? rc : add_pair(r, network, NULL, link, link->node, ifname);
}

static int derive_pairs(struct topo_reader *r)
{
	struct topology *t = r->t;
	int rc = 0;

	for (unsigned i = 0; !rc && i < t->node_count; i++)
		if (t->node[i].kind == TOPO_EDGE && t->node[i].upf >= 0)
			rc = derive_n6(r, i);
	for (unsigned i = 0; !rc && i < t->node_count; i++)
		for (size_t g = 0; !rc && g < t->node[i].gnb_count; g++)
			rc = derive_radio(r, i, t->node[i].gnb[g]);
	return rc;
}

static int derive_plain(struct topo_reader *r)
{
	unsigned index = 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < r->network_count; i++)
		if (r->network[i].layer == TOPO_PLAIN)
			rc = derive_plain_network(r, &r->network[i], index++);
	for (size_t i = 0; !rc && i < r->link_count; i++)
		if (!r->link[i].used && !r->link[i].to_network)
			rc = derive_plain_link(r, &r->link[i], index++);
	return rc;
}

/* A network of two is a link; any other is a bridge in the fabric. */
static void name_bridges(struct topology *t)
{
	for (size_t i = 0; i < t->network_count; i++) {
		struct topo_network *network = &t->network[i];

		network->bridged = network->port_count != 2;
		if (!network->bridged)
			continue;
		topo_name_cut(network->bridge, IFNAMSIZ, "br-", network->name, (unsigned)i);
		for (unsigned p = 0; p < network->port_count; p++) {
			struct topo_port *port = &t->port[network->first_port + p];
			char name[TOPO_NAME_SIZE * 4];

			snprintf(name, sizeof(name), "%s.%s", t->node[port->node].name,
				 network->name);
			topo_name_cut(port->bridge_ifname, IFNAMSIZ, "", name,
				      network->first_port + p);
		}
	}
}

int topo_derive(struct topo_reader *r)
{
	static const enum topo_layer layers[] = {TOPO_N2, TOPO_N3, TOPO_N4, TOPO_WAN};
	struct topology *t = r->t;
	int rc = 0;

	for (unsigned i = 0; i < t->node_count; i++)
		if (t->node[i].kind == TOPO_UPF && !t->node[i].pool.len)
			t->node[i].pool = (struct yaml_prefix){
				{htonl(POOL_PREFIX + (t->node[i].number << 8))}, 24};
	for (size_t i = 0; !rc && i < sizeof(layers) / sizeof(layers[0]); i++)
		rc = derive_shared(r, layers[i]);
	if (!rc)
		rc = derive_pairs(r);
	if (!rc)
		rc = topo_check_repeated_links(r);
	if (!rc)
		rc = derive_plain(r);
	if (!rc) {
		name_bridges(t);
		topo_links_settle(t);
	}
	return rc;
}
