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
	struct topo_shape shape, forward, backward; /* the latter two: over the first, in one direction */
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

/* A node with `count`: the nodes NAME-1 to NAME-COUNT, next to each other. */
struct topo_group {
	char name[TOPO_NAME_SIZE];
	unsigned first, count;
};

struct topo_reader {
	struct topology *t;
	const struct yaml_doc *doc;
	struct yaml_error *err;
	const struct yaml_node **node_yaml; /* by node index */
	const struct yaml_node *nodes, *networks, *links, *services, *apps, *dnns, *needs, *changes, *repeat, *paths, *movement;
	size_t group_count, network_count, link_count, address_count, route_count;
	struct topo_group *group;
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
int topo_read_apps(struct topo_reader *r);     /* topology_app.c */
int topo_read_game(struct topo_reader *r, const struct yaml_node *value);    /* topology_app_game.c */
bool topo_game_has_key(const char *key);
/* topology_app_place.c: a game's edges, those where it starts, its address */
int topo_read_app_places(struct topo_reader *r, struct topo_app *app, const struct yaml_node *edges, const struct yaml_node *start);
int topo_read_app_service(struct topo_reader *r, struct topo_app *app, const struct yaml_node *key);
int topo_read_process(struct topo_reader *r, const struct yaml_node *value); /* topology_process.c */
bool topo_process_has_key(const char *key);
/** topo_check_processes - once links are there: each edge is on the WAN, no service has an address of theirs */
int topo_check_processes(struct topo_reader *r);
int topo_read_players(struct topo_reader *r, struct topo_app *app, const struct yaml_node *list); /* topology_player.c */
/** topo_add_service - one that the file doesn't name; @edges: NULL, or by node index, copied */
int topo_add_service(struct topo_reader *r, const char *name, struct topo_place at, struct in_addr addr, const bool *edges);
int topo_read_paths(struct topo_reader *r);    /* topology_path.c */
int topo_check_paths(struct topo_reader *r);
/** topo_add_path - one way; the other is added too */
int topo_add_path(struct topo_reader *r, const struct topo_path *path);
int topo_read_movement(struct topo_reader *r); /* topology_movement.c */
int topo_read_networks(struct topo_reader *r); /* topology_network.c */
int topo_read_links(struct topo_reader *r);
int topo_derive(struct topo_reader *r);	       /* topology_derive.c */
int topo_check(struct topo_reader *r);	       /* topology_check.c */
int topo_place_routes(struct topo_reader *r);  /* topology_route.c */

/* topology_link.c */
/** topo_link_of - the entry of `links` that names this pair and that no derived link has taken; or NULL */
struct topo_link_entry *topo_link_of(struct topo_reader *r, unsigned a, unsigned b);
/** topo_links_shape_port - what [NODE, NETWORK] entries say about one port */
void topo_links_shape_port(struct topo_reader *r, struct topo_port *port, const struct topo_network_entry *entry,
			   enum topo_layer layer);
/** topo_check_repeated_links - a second entry for one derived link, or for one node on one network; once pairs are derived */
int topo_check_repeated_links(struct topo_reader *r);
/** topo_links_settle - both ways of each link, from what its entry says alone */
void topo_links_settle(struct topology *t);

/* topology_shape.c: readers for field tables; the target is the struct topo_shape */
int topo_read_shape_key(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
/** topo_read_shape - a mapping of shape keys: one direction */
int topo_read_shape(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
/** topo_shape_merge - what @over gives replaces what @shape has */
void topo_shape_merge(struct topo_shape *shape, const struct topo_shape *over);
/** topo_check_shape - what would have no effect (shape_check) */
int topo_check_shape(struct topo_reader *r, const struct topo_shape *shape);
int topo_check_change(struct topo_reader *r, const struct topo_change *change);
/** topo_shapes_share_a_key - both give it */
bool topo_shapes_share_a_key(const struct topo_shape *a, const struct topo_shape *b);
/** topo_read_changes - `changes` and `repeat`, once ports are there (topology_change.c) */
int topo_read_changes(struct topo_reader *r);
/** topo_check_timeline - what changes make of shapes would have no effect (topology_timeline.c) */
int topo_check_timeline(struct topo_reader *r);
/** topo_shape_write, topo_change_write - keys in YAML: all that say something; those that change */
void topo_shape_write(const struct topo_shape *shape, const char *separator, FILE *out);
void topo_change_write(const struct topo_change *change, const char *separator, FILE *out);

struct direction {
	struct topo_shape shape;
};

/* topology_read.c */
/** topo_fail_at - an error with a place that is no longer a YAML node; Return: -EINVAL */
int topo_fail_at(struct topo_reader *r, struct topo_place at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** topo_read_word - one of @words, "a, b or c" as @expected; @node NULL: @ret_index stays */
int topo_read_word(struct topo_reader *r, const struct yaml_node *node, const char *const *words, const char *expected, size_t *ret_index);
struct topo_place topo_place_of(const struct yaml_node *node);
struct topo_place topo_place_of_key(const struct yaml_node *node);
/** topo_check_name - lower-case letters, digits and hyphens, up to 32, as host names and file names want it */
int topo_check_name(struct topo_reader *r, const char *name, struct topo_place at, const char *what);
/** topo_read_prefix - a prefix without host bits */
int topo_read_prefix(const struct yaml_doc *, const struct yaml_node *, const struct yaml_field *, void *, struct yaml_error *);
int topo_read_dataplane(struct topo_reader *r, const struct yaml_node *node, char buf[8]);
/** topo_node_reference - the index of the node that a scalar names; @kind: TOPO_KINDS for any */
int topo_node_reference(struct topo_reader *r, const struct yaml_node *node, enum topo_kind kind, unsigned *ret_node);
/* topology_group.c */
/** topo_read_count - of a node's value; 0: it has none */
int topo_read_count(struct topo_reader *r, const struct yaml_node *value, uint32_t *ret_count);
/** topo_group_add - the nodes that come next are @count of @value */
int topo_group_add(struct topo_reader *r, const struct yaml_node *value, unsigned count);
/** topo_check_groups - no node has the name of another's part */
int topo_check_groups(struct topo_reader *r);
/** topo_is_node - the name of a node, or of several with a count */
bool topo_is_node(const struct topo_reader *r, const char *name);
/** topo_check_counted - keys that can't go with a count */
int topo_check_counted(struct topo_reader *r, const struct yaml_node *value);
/** topo_group_find - the nodes that @name stands for; NULL: it is no node with a count */
const struct topo_group *topo_group_find(const struct topo_reader *r, const char *name);
/** topo_nodes_reference - topo_node_reference to one node, or to all of a node with a count */
int topo_nodes_reference(struct topo_reader *r, const struct yaml_node *node, unsigned *ret_first, unsigned *ret_count);
/** topo_layer_of - n2, n3, n4, n6, wan or radio; TOPO_PLAIN for other names */
enum topo_layer topo_layer_of(const char *name);
/** topo_grow - room for one more in an array of @count elements; Return: false without memory */
bool topo_grow(void *array, size_t count, size_t element_size);

#endif
