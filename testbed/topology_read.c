// SPDX-License-Identifier: Apache-2.0
/* A topology file from its top: the document, its top-level keys, and the order in which its parts
 * are read. */
#include "testbed/topology_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[TOPO_KINDS] = {
	[TOPO_CORE] = "core", [TOPO_UE] = "ue",		[TOPO_GNB] = "gnb",
	[TOPO_UPF] = "upf",   [TOPO_EDGE] = "edge",	[TOPO_CLOUD] = "cloud",
	[TOPO_HOST] = "host", [TOPO_ROUTER] = "router",
};
static const char *const layer_names[TOPO_LAYERS] = {
	[TOPO_N2] = "n2",   [TOPO_N3] = "n3",	    [TOPO_N4] = "n4",	    [TOPO_N6] = "n6",
	[TOPO_WAN] = "wan", [TOPO_RADIO] = "radio", [TOPO_PLAIN] = "plain",
};

const char *topo_kind_name(enum topo_kind kind)
{
	return kind_names[kind];
}

const char *topo_layer_name(enum topo_layer layer)
{
	return layer_names[layer];
}

enum topo_layer topo_layer_of(const char *name)
{
	for (enum topo_layer layer = 0; layer < TOPO_PLAIN; layer++)
		if (!strcmp(name, layer_names[layer]))
			return layer;
	return TOPO_PLAIN;
}

struct topo_place topo_place_of(const struct yaml_node *node)
{
	return (struct topo_place){node->line, node->column};
}

struct topo_place topo_place_of_key(const struct yaml_node *node)
{
	return node->key ? (struct topo_place){node->key_line, node->key_column}
			 : topo_place_of(node);
}

int topo_fail_at(struct topo_reader *r, struct topo_place at, const char *format, ...)
{
	struct yaml_node node = {.line = at.line, .column = at.column};
	char text[384];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return yaml_fail(r->doc, &node, r->err, "%s", text);
}

int topo_check_name(struct topo_reader *r, const char *name, struct topo_place at, const char *what)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t len = strlen(name);

	if (len && len < TOPO_NAME_SIZE && strspn(name, allowed) == len && name[0] != '-' &&
	    name[len - 1] != '-')
		return 0;
	return topo_fail_at(r, at,
			    "%s: expected 1 to %d lower-case letters, digits and inner hyphens, "
			    "found '%.60s'",
			    what, TOPO_NAME_SIZE - 1, name);
}

bool topo_grow(void *array, size_t count, size_t element_size)
{
	void **pointer = array;
	void *grown;

	/* full at every power of two */
	if (count & (count - 1) || (!count && *pointer))
		return true;
	grown = realloc(*pointer, (count ? count * 2 : 1) * element_size);
	if (!grown)
		return false;
	*pointer = grown;
	return true;
}

static in_addr_t mask_of(unsigned len)
{
	return len ? htonl(~0U << (32 - len)) : 0;
}

bool topo_same_prefix(struct in_addr a, struct in_addr b, unsigned len)
{
	return !((a.s_addr ^ b.s_addr) & mask_of(len));
}

/* RFC 6890: 0/8 is this network, 127/8 loopback, from 224 on there are groups and what is reserved */
static bool is_for_hosts(uint32_t first_octet)
{
	return first_octet != 0 && first_octet != 127 && first_octet < 224;
}

int topo_read_prefix(const struct yaml_doc *doc, const struct yaml_node *node,
		     const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	struct yaml_prefix prefix;
	int rc = yaml_ipv4_prefix(doc, node, &prefix.addr, &prefix.len, err);

	if (rc)
		return rc;
	if (prefix.len < 8 || prefix.len > 30)
		return yaml_fail(doc, node, err,
				 "%s: expected a prefix length from 8 to 30, found %u", node->key,
				 prefix.len);
	if (prefix.addr.s_addr & ~mask_of(prefix.len))
		return yaml_fail(doc, node, err,
				 "%s: expected a prefix without host bits, found '%s'", node->key,
				 node->scalar);
	if (!is_for_hosts(ntohl(prefix.addr.s_addr) >> 24))
		return yaml_fail(doc, node, err,
				 "%s: expected addresses that hosts can have, as of 10.0.0.0/8, "
				 "172.16.0.0/12 or 192.168.0.0/16, found '%s'",
				 node->key ? node->key : "prefix", node->scalar);
	*(struct yaml_prefix *)ret = prefix;
	return 0;
}

int topo_node_reference(struct topo_reader *r, const struct yaml_node *node, enum topo_kind kind,
			unsigned *ret_node)
{
	const char *of = kind == TOPO_KINDS ? "" : " of kind ";
	const char *wanted = kind == TOPO_KINDS ? "" : kind_names[kind];
	const struct topo_group *group;
	int index;

	if (node->kind != YAML_SCALAR)
		return yaml_fail(r->doc, node, r->err, "expected the name of a node%s%s", of,
				 wanted);
	index = topology_find_node(r->t, node->scalar);
	group = index < 0 ? topo_group_find(r, node->scalar) : NULL;
	if (group)
		return yaml_fail(r->doc, node, r->err,
				 "expected the name of one node, found '%s', which is %u: '%s-1' "
				 "and up",
				 group->name, group->count, group->name);
	if (index < 0)
		return yaml_fail(r->doc, node, r->err,
				 "expected the name of a node%s%s, found '%.60s', which is no node",
				 of, wanted, node->scalar);
	if (kind != TOPO_KINDS && r->t->node[index].kind != kind)
		return yaml_fail(
			r->doc, node, r->err,
			"expected the name of a node%s%s, found '%.60s', which is of kind %s", of,
			wanted, node->scalar, kind_names[r->t->node[index].kind]);
	*ret_node = (unsigned)index;
	return 0;
}

/* The top-level keys; what is only kept as a node is read after all names are known. */
struct top {
	struct topology *t;
	const struct yaml_node *changes, *repeat, *name, *mcc, *mnc, *dataplane, *management,
		*routing, *paths, *movement;
	const struct yaml_node *nodes, *networks, *links, *services, *apps, *dnns, *needs;
	struct yaml_prefix service_prefix;
	uint32_t tac, mtu;
};

static const struct yaml_field top_fields[] = {
	{.key = "name",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, name),
	 .required = true,
	 .help = "of the topology, while it is up"},
	{.key = "nodes",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, nodes),
	 .required = true,
	 .help = "NODE: KIND, or NODE: {kind: KIND, ...}"},
	{.key = "networks",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, networks),
	 .help = "what several nodes share; n2, n3, n4, n6, wan and radio are derived"},
	{.key = "links",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, links),
	 .help = "what two nodes share, or a node's link to a network"},
	{.key = "n3_paths",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, paths),
	 .help = "pairs of gNBs and UPFs whose way over n3 is shaped"},
	{.key = "movement",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, movement),
	 .help = "where nodes are, and where UEs walk"},
	{.key = "services",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, services),
	 .help = "anycast addresses on edges"},
	{.key = "apps",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, apps),
	 .help = "applications: NAME: {game, players, ...} or {workload, at, ...}"},
	{.key = "dnns",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, dnns),
	 .help = "data networks, where the defaults don't do"},
	{.key = "mcc",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, mcc),
	 .help = "three digits"},
	{.key = "mnc",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, mnc),
	 .help = "two or three digits"},
	{.key = "tac",
	 .read = yaml_read_u32,
	 .offset = offsetof(struct top, tac),
	 .max = 0xffffff,
	 .help = "tracking area"},
	{.key = "dataplane",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, dataplane),
	 .help = "auto, ebpf or gtp"},
	{.key = "needs",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, needs),
	 .help = "what the data plane must do: [qos]"},
	{.key = "mtu",
	 .read = yaml_read_u32,
	 .offset = offsetof(struct top, mtu),
	 .min = TOPO_MTU_MIN,
	 .max = TOPO_MTU_MAX,
	 .help = "of every network that doesn't say otherwise"},
	{.key = "management",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, management),
	 .help = "auto, none or a prefix"},
	{.key = "service_prefix",
	 .read = topo_read_prefix,
	 .offset = offsetof(struct top, service_prefix),
	 .help = "of all services"},
	{.key = "routing",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, routing),
	 .help = "auto or none: routes among hosts and routers"},
	{.key = "changes",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, changes),
	 .help = "of links while the topology runs: [{at, link, over, direction, KEYS}]"},
	{.key = "repeat",
	 .read = yaml_read_node,
	 .offset = offsetof(struct top, repeat),
	 .help = "after how long the changes begin again"},
	{0},
};

static int read_digits(struct topo_reader *r, const struct yaml_node *node, size_t min, char *buf,
		       size_t size)
{
	size_t len;

	if (!node)
		return 0;
	len = node->kind == YAML_SCALAR ? strspn(node->scalar, "0123456789") : 0;
	if (len < min || len >= size || node->scalar[len])
		return yaml_fail(r->doc, node, r->err, "%s: expected %zu%s digits", node->key, min,
				 size > min + 1 ? " or more" : "");
	memcpy(buf, node->scalar, len + 1);
	return 0;
}

int topo_read_word(struct topo_reader *r, const struct yaml_node *node, const char *const *words,
		   const char *expected, size_t *ret_index)
{
	if (!node)
		return 0;
	for (size_t i = 0; node->kind == YAML_SCALAR && words[i]; i++)
		if (!strcmp(node->scalar, words[i])) {
			*ret_index = i;
			return 0;
		}
	return yaml_fail(r->doc, node, r->err, "%s: expected %s%s%.60s%s", node->key, expected,
			 node->kind == YAML_SCALAR ? ", found '" : "",
			 node->kind == YAML_SCALAR ? node->scalar : "",
			 node->kind == YAML_SCALAR ? "'" : "");
}

int topo_read_dataplane(struct topo_reader *r, const struct yaml_node *node, char buf[8])
{
	static const char *const words[] = {"auto", "ebpf", "gtp", NULL};
	size_t index;
	int rc;

	if (!node)
		return 0;
	rc = topo_read_word(r, node, words, "auto, ebpf or gtp", &index);
	if (!rc)
		strcpy(buf, words[index]);
	return rc;
}

static int read_management(struct topo_reader *r, const struct yaml_node *node)
{
	static const struct yaml_field prefix_field = {0};
	struct topology *t = r->t;

	if (!node || (node->kind == YAML_SCALAR && !strcmp(node->scalar, "auto")))
		return 0;
	if (node->kind == YAML_SCALAR && !strcmp(node->scalar, "none")) {
		t->management = TOPO_MANAGEMENT_NONE;
		return 0;
	}
	if (node->kind != YAML_SCALAR || !strchr(node->scalar, '/'))
		return yaml_fail(r->doc, node, r->err,
				 "management: expected auto, none or a prefix");
	t->management = TOPO_MANAGEMENT_PREFIX;
	return topo_read_prefix(r->doc, node, &prefix_field, &t->management_prefix, r->err);
}

static int read_routing(struct topo_reader *r, const struct yaml_node *node)
{
	static const char *const words[] = {"none", "auto", NULL};
	size_t index = 1;
	int rc = topo_read_word(r, node, words, "auto or none", &index);

	r->t->routing = index;
	return rc;
}

static int read_needs(struct topo_reader *r, const struct yaml_node *node)
{
	static const char *const words[] = {"qos", NULL};

	if (!node)
		return 0;
	if (node->kind != YAML_SEQUENCE)
		return yaml_fail(r->doc, node, r->err, "needs: expected a list, such as [qos]");
	for (const struct yaml_node *n = node->child; n; n = n->next) {
		if (n->kind != YAML_SCALAR || strcmp(n->scalar, words[0]) != 0)
			return yaml_fail(r->doc, n, r->err, "needs: expected qos%s%.60s%s",
					 n->kind == YAML_SCALAR ? ", found '" : "",
					 n->kind == YAML_SCALAR ? n->scalar : "",
					 n->kind == YAML_SCALAR ? "'" : "");
		r->t->needs_qos = true;
	}
	return 0;
}

static int read_name(struct topo_reader *r, const struct yaml_node *node)
{
	if (node->kind != YAML_SCALAR)
		return yaml_fail(r->doc, node, r->err, "name: expected a name");
	if (topo_check_name(r, node->scalar, topo_place_of(node), "name"))
		return -EINVAL;
	strcpy(r->t->name, node->scalar);
	return 0;
}

static int read_top(struct topo_reader *r)
{
	struct topology *t = r->t;
	struct top top = {
		.tac = 1, .mtu = 1500, .service_prefix = {.addr = {htonl(0x0a460000)}, .len = 16}};
	int rc = yaml_read_fields(r->doc, yaml_root(r->doc), top_fields, &top, r->err);

	strcpy(t->mcc, "001");
	strcpy(t->mnc, "01");
	strcpy(t->dataplane, "auto");
	if (rc || (rc = read_name(r, top.name)) || (rc = read_digits(r, top.mcc, 3, t->mcc, 4)) ||
	    (rc = read_digits(r, top.mnc, 2, t->mnc, 4)) ||
	    (rc = topo_read_dataplane(r, top.dataplane, t->dataplane)) ||
	    (rc = read_management(r, top.management)) || (rc = read_routing(r, top.routing)) ||
	    (rc = read_needs(r, top.needs)))
		return rc;
	t->tac = top.tac;
	t->mtu = top.mtu;
	t->service_prefix = top.service_prefix;
	r->nodes = top.nodes;
	r->networks = top.networks;
	r->links = top.links;
	r->services = top.services;
	r->apps = top.apps;
	r->dnns = top.dnns;
	r->changes = top.changes;
	r->repeat = top.repeat;
	r->paths = top.paths;
	r->movement = top.movement;
	return 0;
}

static int read_all(struct topo_reader *r)
{
	static int (*const steps[])(struct topo_reader * r) = {
		read_top,	   topo_read_nodes,    topo_read_node_keys, topo_read_services,
		topo_read_apps,	   topo_read_dnns,     topo_read_networks,  topo_read_links,
		topo_derive,	   topo_check_processes, topo_read_paths,    topo_read_movement,
		topo_read_changes, topo_place_routes,  topo_check,	    topo_check_paths,
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int rc = steps[i](r);

		if (rc)
			return rc;
	}
	return 0;
}

static void reader_done(struct topo_reader *r)
{
	for (size_t i = 0; i < r->network_count; i++)
		free(r->network[i].member);
	free(r->node_yaml);
	free(r->group);
	free(r->network);
	free(r->link);
	free(r->address);
	free(r->route);
}

static int read_document(const struct yaml_doc *doc, struct topology **ret_topology,
			 struct yaml_error *err)
{
	struct topo_reader r = {.doc = doc, .err = err};
	int rc;

	r.t = calloc(1, sizeof(*r.t));
	if (!r.t)
		return -ENOMEM;
	r.t->path = strdup(yaml_name(doc));
	rc = r.t->path ? read_all(&r) : -ENOMEM;
	reader_done(&r);
	if (rc) {
		topology_free(r.t);
		return rc;
	}
	*ret_topology = r.t;
	return 0;
}

int topology_load(const char *path, struct topology **ret_topology, struct yaml_error *err)
{
	struct yaml_doc *doc;
	int rc = yaml_load_file(path, &doc, err);

	if (rc)
		return rc;
	rc = read_document(doc, ret_topology, err);
	yaml_free(doc);
	return rc;
}

int topology_load_memory(const char *name, const void *text, size_t len,
			 struct topology **ret_topology, struct yaml_error *err)
{
	struct yaml_doc *doc;
	int rc = yaml_load_memory(name, text, len, &doc, err);

	if (rc)
		return rc;
	rc = read_document(doc, ret_topology, err);
	yaml_free(doc);
	return rc;
}

void topology_free(struct topology *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->node_count; i++) {
		free(t->node[i].gnb);
		free(t->node[i].route);
	}
	for (size_t i = 0; i < t->service_count; i++)
		free(t->service[i].on);
	for (size_t i = 0; i < t->app_count; i++) {
		free(t->app[i].edge);
		free(t->app[i].start);
		free(t->app[i].player);
	}
	for (size_t i = 0; i < t->process_count; i++)
		free(t->process[i].layered);
	free(t->node);
	free(t->network);
	free(t->port);
	free(t->change);
	free(t->n3_path);
	free(t->path);
	topology_free_movement(t);
	free(t);
}
