// SPDX-License-Identifier: Apache-2.0
/* Services (anycast addresses on edges) and data networks of a topology file. */
#include "testbed/topology_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct service_keys {
	struct in_addr address;
	const struct yaml_node *edges;
};

static const struct yaml_field service_fields[] = {
	{.key = "address",
	 .read = yaml_read_ipv4,
	 .offset = offsetof(struct service_keys, address),
	 .required = true,
	 .help = "inside service_prefix"},
	{.key = "edges",
	 .read = yaml_read_node,
	 .offset = offsetof(struct service_keys, edges),
	 .help = "list of edges that run it; all"},
	{0},
};

static int read_edges(struct topo_reader *r, struct topo_service *service,
		      const struct yaml_node *list)
{
	unsigned edge;

	for (unsigned i = 0; !list && i < r->t->node_count; i++)
		service->on[i] = r->t->node[i].kind == TOPO_EDGE;
	if (!list)
		return 0;
	if (list->kind != YAML_SEQUENCE)
		return yaml_fail(r->doc, list, r->err, "edges: expected a list of edge nodes");
	for (const struct yaml_node *n = list->child; n; n = n->next) {
		int rc = topo_node_reference(r, n, TOPO_EDGE, &edge);

		if (rc)
			return rc;
		service->on[edge] = true;
	}
	return 0;
}

static int add_service(struct topo_reader *r, const char *name, struct topo_place at,
		       struct in_addr addr, const struct yaml_node *edges)
{
	struct topology *t = r->t;
	struct topo_service *service = &t->service[t->service_count];

	if (t->service_count == TOPO_SERVICES_MAX)
		return topo_fail_at(r, at, "more than %d services", TOPO_SERVICES_MAX);
	if (topo_check_name(r, name, at, "service name"))
		return -EINVAL;
	if (topo_is_node(r, name))
		return topo_fail_at(r, at, "service name: '%s' is a node", name);
	if (!topo_same_prefix(addr, t->service_prefix.addr, t->service_prefix.len))
		return topo_fail_at(r, at, "%s: expected an address inside service_prefix", name);
	service->on = calloc(t->node_count, sizeof(*service->on));
	if (!service->on)
		return -ENOMEM;
	t->service_count++;
	strcpy(service->name, name);
	service->addr = addr;
	return read_edges(r, service, edges);
}

int topo_add_service(struct topo_reader *r, const char *name, struct topo_place at, struct in_addr addr,
		     const bool *edges)
{
	int rc = add_service(r, name, at, addr, NULL);

	if (!rc && edges)
		memcpy(r->t->service[r->t->service_count - 1].on, edges, r->t->node_count * sizeof(*edges));
	return rc;
}

static int read_service(struct topo_reader *r, const struct yaml_node *value)
{
	struct service_keys keys = {0};
	int rc;

	if (value->kind == YAML_SCALAR)
		rc = yaml_ipv4(r->doc, value, &keys.address, r->err);
	else
		rc = yaml_read_fields(r->doc, value, service_fields, &keys, r->err);
	if (rc)
		return rc;
	return add_service(r, value->key, topo_place_of_key(value), keys.address, keys.edges);
}

int topo_read_services(struct topo_reader *r)
{
	struct in_addr first = {htonl(ntohl(r->t->service_prefix.addr.s_addr) + 1)};

	if (!r->services)
		return topology_count(r->t, TOPO_EDGE)
			       ? add_service(r, "service", (struct topo_place){0}, first, NULL)
			       : 0;
	if (r->services->kind != YAML_MAPPING)
		return yaml_fail(r->doc, r->services, r->err,
				 "services: expected a mapping of names to addresses");
	for (const struct yaml_node *n = r->services->child; n; n = n->next) {
		int rc = read_service(r, n);

		if (rc)
			return rc;
	}
	return 0;
}

static int read_sd(const struct yaml_doc *doc, const struct yaml_node *node,
		   const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	size_t len = node->kind == YAML_SCALAR ? strspn(node->scalar, "0123456789abcdefABCDEF") : 0;

	if (len != 6 || node->scalar[len])
		return yaml_fail(doc, node, err, "sd: expected six hexadecimal digits");
	strcpy(ret, node->scalar);
	return 0;
}

static const struct yaml_field dnn_fields[] = {
	{.key = "sst",
	 .read = yaml_read_u32,
	 .offset = offsetof(struct topo_dnn, sst),
	 .max = 255,
	 .help = "slice/service type; 1"},
	{.key = "sd",
	 .read = read_sd,
	 .offset = offsetof(struct topo_dnn, sd),
	 .help = "slice differentiator"},
	{.key = "dns",
	 .read = yaml_read_ipv4,
	 .offset = offsetof(struct topo_dnn, dns),
	 .help = "server told to the UE"},
	{0},
};

static struct topo_dnn *find_dnn(struct topology *t, const char *name)
{
	for (size_t i = 0; i < t->dnn_count; i++)
		if (!strcmp(t->dnn[i].name, name))
			return &t->dnn[i];
	return NULL;
}

static int add_dnn(struct topo_reader *r, const char *name, struct topo_place at,
		   struct topo_dnn **ret_dnn)
{
	struct topology *t = r->t;

	if (t->dnn_count == TOPO_DNNS_MAX)
		return topo_fail_at(r, at, "more than %d data networks", TOPO_DNNS_MAX);
	*ret_dnn = &t->dnn[t->dnn_count++];
	strcpy((*ret_dnn)->name, name);
	(*ret_dnn)->sst = 1;
	return 0;
}

/* Those that sessions name without a definition have the defaults. */
static int add_named_dnns(struct topo_reader *r)
{
	struct topo_dnn *dnn = NULL;
	int rc = 0;

	for (size_t i = 0; !rc && i < r->t->node_count; i++) {
		const struct topo_node *node = &r->t->node[i];

		for (size_t s = 0; !rc && s < node->session_count; s++)
			if (!find_dnn(r->t, node->session[s].dnn))
				rc = add_dnn(r, node->session[s].dnn, node->at, &dnn);
	}
	if (!rc && !r->t->dnn_count)
		rc = add_dnn(r, "internet", (struct topo_place){0}, &dnn);
	return rc;
}

int topo_read_dnns(struct topo_reader *r)
{
	struct topo_dnn *dnn = NULL;
	int rc;

	if (r->dnns && r->dnns->kind != YAML_MAPPING)
		return yaml_fail(r->doc, r->dnns, r->err,
				 "dnns: expected a mapping of names to {sst, sd, dns}");
	for (const struct yaml_node *n = r->dnns ? r->dnns->child : NULL; n; n = n->next) {
		if (topo_check_name(r, n->key, topo_place_of_key(n), "dnn"))
			return -EINVAL;
		rc = add_dnn(r, n->key, topo_place_of_key(n), &dnn);
		if (!rc)
			rc = yaml_read_fields(r->doc, n, dnn_fields, dnn, r->err);
		if (rc)
			return rc;
	}
	return add_named_dnns(r);
}
