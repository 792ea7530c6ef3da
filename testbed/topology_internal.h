/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the topology reader: what is known while the YAML tree is still there. */
#ifndef BATON_TESTBED_TOPOLOGY_INTERNAL_H
#define BATON_TESTBED_TOPOLOGY_INTERNAL_H

#include "testbed/topology.h"

/* What a `networks` or `links` entry says beyond what is kept. */
struct topo_member {
	unsigned node;
	struct topo_place at;
	char ifname[IFNAMSIZ]; /* "": derived */
	struct in_addr addr;   /* zero: derived */
};

struct topo_network_entry {
	char name[TOPO_NAME_SIZE];
	enum topo_layer layer;
	struct topo_place at;
	bool listed; /* members are given: they replace the derived ones */
	size_t member_count;
	struct topo_member *member;
	struct yaml_prefix prefix;
	struct topo_place prefix_at;
	uint32_t mtu;
	struct topo_shape shape;
};

/* One entry of `links`: two nodes, or a node and a network whose link to it is shaped. */
struct topo_link_entry {
	struct topo_place at;
	unsigned node[2];
	int network; /* entry index of a named network instead of node[1]; -1: two nodes */
	enum topo_layer layer; /* of @network when it is derived and has no entry */
	bool to_network;
	struct topo_member member[2];
	struct yaml_prefix prefix;
	struct topo_place prefix_at;
	uint32_t mtu;
	struct topo_shape shape;
	bool used; /* it told something about a derived link */
};

/* A node's address on one network, from its `addresses`. */
struct topo_address_entry {
	unsigned node;
	char network[TOPO_NAME_SIZE];
	struct in_addr addr;
	struct topo_place at;
	bool used;
};

struct topo_route_entry {
	unsigned node;
	struct yaml_prefix to;
	struct in_addr via;
	struct topo_place at;
};

struct topo_reader {
	struct topology *t;
	const struct yaml_doc *doc;
	struct yaml_error *err;
	const struct yaml_node **node_yaml; /* by node index */
	const struct yaml_node *nodes, *networks, *links, *services, *dnns, *needs;
	size_t network_count, link_count, address_count, route_count;
	struct topo_network_entry *network;
	struct topo_link_entry *link;
	struct topo_address_entry *address;
	struct topo_route_entry *route;
};

/* Each: 0, -EINVAL with r->err set, or -ENOMEM */
int topo_read_nodes(struct topo_reader *r);    /* names and kinds; topology_node.c */
int topo_read_node_keys(struct topo_reader *r);
int topo_read_services(struct topo_reader *r); /* topology_service.c */
int topo_read_dnns(struct topo_reader *r);
int topo_read_networks(struct topo_reader *r); /* topology_network.c */
int topo_read_links(struct topo_reader *r);
int topo_derive(struct topo_reader *r);	       /* topology_derive.c */
int topo_check(struct topo_reader *r);	       /* topology_check.c */
int topo_place_routes(struct topo_reader *r);  /* topology_route.c */

/* topology_shape.c: readers for field tables; the target is the struct topo_shape */
int topo_read_rate(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
int topo_read_delay(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
int topo_read_jitter(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
int topo_read_loss(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
/** topo_shape_merge - what @over gives replaces what @shape has */
void topo_shape_merge(struct topo_shape *shape, const struct topo_shape *over);

#define TOPO_SHAPE_FIELDS(type, member) \
	{.key = "rate", .read = topo_read_rate, .offset = offsetof(type, member), .help = "100Mbit"}, \
	{.key = "delay", .read = topo_read_delay, .offset = offsetof(type, member), .help = "5ms, one way"}, \
	{.key = "jitter", .read = topo_read_jitter, .offset = offsetof(type, member), .help = "1ms"}, \
	{.key = "loss", .read = topo_read_loss, .offset = offsetof(type, member), .help = "0.1%"}

/* topology_read.c */
/** topo_fail_at - an error with a place that is no longer a YAML node; Return: -EINVAL */
int topo_fail_at(struct topo_reader *r, struct topo_place at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
struct topo_place topo_place_of(const struct yaml_node *node);
struct topo_place topo_place_of_key(const struct yaml_node *node);
/** topo_check_name - lower-case letters, digits and hyphens, up to 32, as host names and file names want it */
int topo_check_name(struct topo_reader *r, const char *name, struct topo_place at, const char *what);
/** topo_read_prefix - a prefix without host bits */
int topo_read_prefix(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
int topo_read_dataplane(struct topo_reader *r, const struct yaml_node *node, char buf[8]);
/** topo_node_reference - the index of the node that a scalar names; @kind: TOPO_KINDS for any */
int topo_node_reference(struct topo_reader *r, const struct yaml_node *node, enum topo_kind kind, unsigned *ret_node);
/** topo_layer_of - n2, n3, n4, n6, wan or radio; TOPO_PLAIN for other names */
enum topo_layer topo_layer_of(const char *name);
/** topo_grow - room for one more in an array of @count elements; Return: false without memory */
bool topo_grow(void *array, size_t count, size_t element_size);

#endif
