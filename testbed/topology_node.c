// SPDX-License-Identifier: Apache-2.0
/* The nodes of a topology file: names and kinds first, then the keys of each kind, which may name
 * other nodes. */
#include "testbed/topology_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int read_kind(struct topo_reader *r, const struct yaml_node *value, enum topo_kind *ret_kind)
{
	const struct yaml_node *kind =
		value->kind == YAML_MAPPING ? yaml_get(value, "kind") : value;

	if (!kind)
		return yaml_fail(r->doc, value, r->err, "%s: key 'kind' is missing", value->key);
	for (enum topo_kind k = 0; kind->kind == YAML_SCALAR && k < TOPO_KINDS; k++)
		if (!strcmp(kind->scalar, topo_kind_name(k))) {
			*ret_kind = k;
			return 0;
		}
	return yaml_fail(r->doc, kind, r->err,
			 "kind: expected core, ue, gnb, upf, edge, cloud, host or router%s%.60s%s",
			 kind->kind == YAML_SCALAR ? ", found '" : "",
			 kind->kind == YAML_SCALAR ? kind->scalar : "",
			 kind->kind == YAML_SCALAR ? "'" : "");
}

static int check_node_name(struct topo_reader *r, const struct yaml_node *value)
{
	struct topo_place at = topo_place_of_key(value);

	if (topo_check_name(r, value->key, at, "node name"))
		return -EINVAL;
	if (topo_layer_of(value->key) != TOPO_PLAIN || !strcmp(value->key, "fabric") ||
	    !strcmp(value->key, "localhost"))
		return topo_fail_at(r, at, "node name: '%s' is taken by Baton itself", value->key);
	return 0;
}

static int add_node(struct topo_reader *r, const struct yaml_node *value, enum topo_kind kind,
		    const char *name)
{
	struct topology *t = r->t;
	struct topo_node *node;

	if (t->node_count == TOPO_NODES_MAX)
		return topo_fail_at(r, topo_place_of_key(value), "more than %d nodes",
				    TOPO_NODES_MAX);
	if (!topo_grow(&t->node, t->node_count, sizeof(*t->node)) ||
	    !topo_grow(&r->node_yaml, t->node_count, sizeof(*r->node_yaml)))
		return -ENOMEM;
	node = &t->node[t->node_count];
	memset(node, 0, sizeof(*node));
	strcpy(node->name, name);
	node->kind = kind;
	node->at = topo_place_of_key(value);
	node->edge = node->upf = -1;
	node->forwards = kind == TOPO_UPF || kind == TOPO_GNB || kind == TOPO_EDGE ||
			 kind == TOPO_CLOUD || kind == TOPO_ROUTER;
	r->node_yaml[t->node_count++] = value;
	node->number = topology_count(t, kind);
	return 0;
}

static int add_nodes(struct topo_reader *r, const struct yaml_node *value)
{
	enum topo_kind kind = TOPO_KINDS;
	char name[TOPO_NAME_SIZE + 12];
	uint32_t count;
	int rc;

	if (check_node_name(r, value) || read_kind(r, value, &kind))
		return -EINVAL;
	rc = topo_read_count(r, value, &count);
	if (rc || !count)
		return rc ? rc : add_node(r, value, kind, value->key);
	rc = topo_check_counted(r, value);
	if (!rc)
		rc = topo_group_add(r, value, count);
	for (uint32_t i = 1; !rc && i <= count; i++) {
		snprintf(name, sizeof(name), "%s-%u", value->key, i);
		rc = add_node(r, value, kind, name);
	}
	return rc;
}

int topo_read_nodes(struct topo_reader *r)
{
	if (r->nodes->kind != YAML_MAPPING || !r->nodes->child)
		return yaml_fail(r->doc, r->nodes, r->err,
				 "nodes: expected a mapping of node names to kinds");
	for (const struct yaml_node *n = r->nodes->child; n; n = n->next) {
		int rc = add_nodes(r, n);

		if (rc)
			return rc;
	}
	return topo_check_groups(r);
}

/* What a node's mapping gives, whatever its kind; which keys are allowed is the kind's table. */
struct keys {
	const struct yaml_node *supi, *sessions, *gnbs, *edge, *dataplane, *addresses, *routes;
	struct yaml_prefix pool;
	char dnai[TOPO_NAME_SIZE];
};

#define KEY_NODE(k, h)                                                                             \
	{                                                                                          \
		.key = #k, .read = yaml_read_node, .offset = offsetof(struct keys, k), .help = h   \
	}
#define KEYS_OF_ALL                                                                                \
	{.key = "kind"}, {.key = "count", .help = "so many of them, NAME-1 and up"},               \
		KEY_NODE(addresses, "NETWORK: ADDRESS, where the default doesn't do"),             \
		KEY_NODE(routes, "list of {to: PREFIX, via: ADDRESS}")

static const struct yaml_field plain_fields[] = {KEYS_OF_ALL, {0}};
static const struct yaml_field ue_fields[] = {
	KEYS_OF_ALL,
	KEY_NODE(supi, "imsi- and 5 to 15 digits"),
	KEY_NODE(sessions, "PDU sessions asked for at start: list of {dnn, anchor}"),
	KEY_NODE(gnbs, "those in reach; the first is attached to first"),
	{0},
};
static const struct yaml_field gnb_fields[] = {
	KEYS_OF_ALL, KEY_NODE(dataplane, "auto, ebpf or gtp"), {0}};
static const struct yaml_field upf_fields[] = {
	KEYS_OF_ALL,
	KEY_NODE(edge, "on its N6"),
	KEY_NODE(dataplane, "auto, ebpf or gtp"),
	{.key = "pool",
	 .read = topo_read_prefix,
	 .offset = offsetof(struct keys, pool),
	 .help = "addresses of PDU sessions"},
	{0},
};
static const struct yaml_field edge_fields[] = {
	KEYS_OF_ALL,
	{.key = "dnai",
	 .read = yaml_read_text,
	 .offset = offsetof(struct keys, dnai),
	 .size = TOPO_NAME_SIZE,
	 .help = "data network access identifier; the edge's name"},
	{0},
};

static const struct yaml_field *const kind_fields[TOPO_KINDS] = {
	[TOPO_CORE] = plain_fields, [TOPO_UE] = ue_fields,	  [TOPO_GNB] = gnb_fields,
	[TOPO_UPF] = upf_fields,    [TOPO_EDGE] = edge_fields,	  [TOPO_CLOUD] = plain_fields,
	[TOPO_HOST] = plain_fields, [TOPO_ROUTER] = plain_fields,
};

static int read_supi(struct topo_reader *r, struct topo_node *node, const struct yaml_node *supi)
{
	size_t digits;

	if (!supi) {
		/* MSIN: what MCC and MNC leave of 15 digits */
		int width = 15 - 3 - (int)strlen(r->t->mnc);

		snprintf(node->supi, sizeof(node->supi), "imsi-%.3s%.3s%0*u", r->t->mcc, r->t->mnc,
			 width, node->number);
	} else {
		bool form = supi->kind == YAML_SCALAR && !strncmp(supi->scalar, "imsi-", 5);

		digits = form ? strspn(supi->scalar + 5, "0123456789") : 0;
		if (digits < 5 || digits > 15 || supi->scalar[5 + digits])
			return yaml_fail(r->doc, supi, r->err,
					 "supi: expected imsi- and 5 to 15 digits");
		strcpy(node->supi, supi->scalar);
	}
	node->ue24 = (uint32_t)(strtoull(node->supi + 5, NULL, 10) & 0xffffff);
	return 0;
}

struct session_keys {
	char dnn[TOPO_NAME_SIZE];
	const struct yaml_node *anchor;
};

static const struct yaml_field session_fields[] = {
	{.key = "dnn",
	 .read = yaml_read_text,
	 .offset = offsetof(struct session_keys, dnn),
	 .size = TOPO_NAME_SIZE,
	 .help = "data network name; internet"},
	{.key = "anchor",
	 .read = yaml_read_node,
	 .offset = offsetof(struct session_keys, anchor),
	 .help = "the edge it begins at"},
	{0},
};

static int read_session(struct topo_reader *r, struct topo_node *node, const struct yaml_node *item)
{
	struct session_keys keys = {.dnn = "internet"};
	struct topo_session *session = &node->session[node->session_count];
	unsigned anchor;
	int rc = yaml_read_fields(r->doc, item, session_fields, &keys, r->err);

	if (rc)
		return rc;
	if (topo_check_name(r, keys.dnn, topo_place_of(item), "dnn"))
		return -EINVAL;
	strcpy(session->dnn, keys.dnn);
	session->anchor = -1;
	if (keys.anchor) {
		rc = topo_node_reference(r, keys.anchor, TOPO_EDGE, &anchor);
		if (rc)
			return rc;
		session->anchor = (int)anchor;
	}
	node->session_count++;
	return 0;
}

static int read_sessions(struct topo_reader *r, struct topo_node *node,
			 const struct yaml_node *list)
{
	if (!list) {
		node->session_count = 1;
		node->session[0] = (struct topo_session){.dnn = "internet", .anchor = -1};
		return 0;
	}
	if (list->kind != YAML_SEQUENCE)
		return yaml_fail(r->doc, list, r->err,
				 "sessions: expected a list of {dnn, anchor}");
	for (const struct yaml_node *n = list->child; n; n = n->next) {
		int rc;

		if (node->session_count == TOPO_SESSIONS_MAX)
			return yaml_fail(r->doc, n, r->err, "sessions: expected at most %d",
					 TOPO_SESSIONS_MAX);
		rc = read_session(r, node, n);
		if (rc)
			return rc;
	}
	return 0;
}

static int add_gnb(struct topo_node *node, unsigned gnb)
{
	if (!topo_grow(&node->gnb, node->gnb_count, sizeof(*node->gnb)))
		return -ENOMEM;
	node->gnb[node->gnb_count++] = gnb;
	return 0;
}

static int read_gnbs(struct topo_reader *r, struct topo_node *node, const struct yaml_node *list)
{
	unsigned gnb;
	int rc = 0;

	for (unsigned i = 0; !list && !rc && i < r->t->node_count; i++)
		if (r->t->node[i].kind == TOPO_GNB)
			rc = add_gnb(node, i);
	if (!list || rc)
		return rc;
	if (list->kind != YAML_SEQUENCE || !list->child)
		return yaml_fail(r->doc, list, r->err, "gnbs: expected a list of gnb nodes");
	for (const struct yaml_node *n = list->child; n; n = n->next) {
		rc = topo_node_reference(r, n, TOPO_GNB, &gnb);
		if (rc)
			return rc;
		for (size_t i = 0; i < node->gnb_count; i++)
			if (node->gnb[i] == gnb)
				return yaml_fail(r->doc, n, r->err, "gnbs: '%s' is listed twice",
						 n->scalar);
		rc = add_gnb(node, gnb);
		if (rc)
			return rc;
	}
	return 0;
}

static int attach_edge(struct topo_reader *r, struct topo_node *node, const struct yaml_node *at,
		       unsigned edge)
{
	struct topo_node *found = &r->t->node[edge];

	if (found->upf >= 0)
		return yaml_fail(r->doc, at, r->err, "edge: '%s' is on the N6 of '%s' already",
				 found->name, r->t->node[found->upf].name);
	node->edge = (int)edge;
	found->upf = (int)(node - r->t->node);
	return 0;
}

static int read_edge(struct topo_reader *r, struct topo_node *node, const struct yaml_node *key)
{
	unsigned edge;
	int rc;

	if (!key)
		return 0;
	rc = topo_node_reference(r, key, TOPO_EDGE, &edge);
	return rc ? rc : attach_edge(r, node, key, edge);
}

static int add_address(struct topo_reader *r, unsigned node, const struct yaml_node *value)
{
	struct topo_address_entry *entry;
	struct in_addr addr;
	int rc = yaml_ipv4(r->doc, value, &addr, r->err);

	if (rc)
		return rc;
	if (strlen(value->key) >= TOPO_NAME_SIZE)
		return topo_fail_at(r, topo_place_of_key(value), "addresses: '%.60s' is no network",
				    value->key);
	if (!topo_grow(&r->address, r->address_count, sizeof(*r->address)))
		return -ENOMEM;
	entry = &r->address[r->address_count++];
	*entry = (struct topo_address_entry){
		.node = node, .addr = addr, .at = topo_place_of_key(value)};
	strcpy(entry->network, value->key);
	return 0;
}

static int read_addresses(struct topo_reader *r, unsigned node, const struct yaml_node *map)
{
	if (!map)
		return 0;
	if (map->kind != YAML_MAPPING)
		return yaml_fail(r->doc, map, r->err,
				 "addresses: expected a mapping of networks to addresses");
	for (const struct yaml_node *n = map->child; n; n = n->next) {
		int rc = add_address(r, node, n);

		if (rc)
			return rc;
	}
	return 0;
}

/* "default" or a prefix of any length */
static int read_destination(const struct yaml_doc *doc, const struct yaml_node *node,
			    const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	struct yaml_prefix *prefix = ret;
	in_addr_t host;
	int rc;

	if (node->kind == YAML_SCALAR && !strcmp(node->scalar, "default")) {
		*prefix = (struct yaml_prefix){0};
		return 0;
	}
	rc = yaml_ipv4_prefix(doc, node, &prefix->addr, &prefix->len, err);
	if (rc)
		return rc;
	host = prefix->len ? htonl((uint32_t)(0xffffffffULL >> prefix->len)) : ~0U;
	if (prefix->addr.s_addr & host)
		return yaml_fail(doc, node, err, "to: expected a prefix without host bits");
	return 0;
}

static int read_route(struct topo_reader *r, unsigned node, const struct yaml_node *item)
{
	static const struct yaml_field fields[] = {
		{.key = "to",
		 .read = read_destination,
		 .required = true,
		 .offset = offsetof(struct topo_route_entry, to)},
		{.key = "via",
		 .read = yaml_read_ipv4,
		 .required = true,
		 .offset = offsetof(struct topo_route_entry, via)},
		{0},
	};
	struct topo_route_entry entry = {.node = node, .at = topo_place_of(item)};
	int rc = yaml_read_fields(r->doc, item, fields, &entry, r->err);

	if (rc)
		return rc;
	if (!topo_grow(&r->route, r->route_count, sizeof(*r->route)))
		return -ENOMEM;
	r->route[r->route_count++] = entry;
	return 0;
}

static int read_routes(struct topo_reader *r, unsigned node, const struct yaml_node *list)
{
	unsigned count = 0;

	if (!list)
		return 0;
	if (list->kind != YAML_SEQUENCE)
		return yaml_fail(r->doc, list, r->err, "routes: expected a list of {to, via}");
	for (const struct yaml_node *n = list->child; n; n = n->next) {
		int rc;

		if (++count > TOPO_ROUTES_MAX)
			return yaml_fail(r->doc, n, r->err, "routes: expected at most %d",
					 TOPO_ROUTES_MAX);
		rc = read_route(r, node, n);
		if (rc)
			return rc;
	}
	return 0;
}

/* It is written into configurations as it is. */
static int check_dnai(struct topo_reader *r, const struct yaml_node *value)
{
	const struct yaml_node *dnai = value->kind == YAML_MAPPING ? yaml_get(value, "dnai") : NULL;

	return dnai ? topo_check_name(r, dnai->scalar, topo_place_of(dnai), "dnai") : 0;
}

static int read_keys(struct topo_reader *r, unsigned index)
{
	struct topo_node *node = &r->t->node[index];
	struct keys keys = {0};
	int rc = 0;

	if (r->node_yaml[index]->kind == YAML_MAPPING)
		rc = yaml_read_fields(r->doc, r->node_yaml[index], kind_fields[node->kind], &keys,
				      r->err);
	if (rc || (rc = check_dnai(r, r->node_yaml[index])) ||
	    (rc = read_addresses(r, index, keys.addresses)) ||
	    (rc = read_routes(r, index, keys.routes)))
		return rc;
	strcpy(node->dataplane, r->t->dataplane);
	strcpy(node->dnai, keys.dnai[0] ? keys.dnai : node->name);
	node->pool = keys.pool;
	if ((rc = topo_read_dataplane(r, keys.dataplane, node->dataplane)) ||
	    (rc = read_edge(r, node, keys.edge)))
		return rc;
	if (node->kind != TOPO_UE)
		return 0;
	if ((rc = read_supi(r, node, keys.supi)) || (rc = read_sessions(r, node, keys.sessions)))
		return rc;
	return read_gnbs(r, node, keys.gnbs);
}

/* UPFs that name no edge take those that are left, in file order. */
static int pair_edges(struct topo_reader *r)
{
	struct topology *t = r->t;
	unsigned edge = 0;

	for (unsigned i = 0; i < t->node_count; i++) {
		if (t->node[i].kind != TOPO_UPF || t->node[i].edge >= 0)
			continue;
		while (edge < t->node_count &&
		       (t->node[edge].kind != TOPO_EDGE || t->node[edge].upf >= 0))
			edge++;
		if (edge == t->node_count)
			return topo_fail_at(r, t->node[i].at,
					    "%s: expected a node of kind edge for its N6, and all "
					    "edges have a upf",
					    t->node[i].name);
		t->node[i].edge = (int)edge;
		t->node[edge].upf = (int)i;
	}
	return 0;
}

int topo_read_node_keys(struct topo_reader *r)
{
	for (unsigned i = 0; i < r->t->node_count; i++) {
		int rc = read_keys(r, i);

		if (rc)
			return rc;
	}
	return pair_edges(r);
}
