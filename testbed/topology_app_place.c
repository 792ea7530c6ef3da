// SPDX-License-Identifier: Apache-2.0
/* Where a game of a topology file can run: its edges, which of them run it from up on, and the
 * address that they share. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/topology_internal.h"

static int read_edges(struct topo_reader *r, const struct yaml_node *list, bool *on)
{
	unsigned edge;

	if (list->kind != YAML_SEQUENCE)
		return yaml_fail(r->doc, list, r->err, "%s: expected a list of edge nodes",
				 list->key);
	for (const struct yaml_node *n = list->child; n; n = n->next) {
		int rc = topo_node_reference(r, n, TOPO_EDGE, &edge);

		if (rc)
			return rc;
		on[edge] = true;
	}
	return 0;
}

/* Those of `start` are among those of `edges`. */
int topo_read_app_places(struct topo_reader *r, struct topo_app *app, const struct yaml_node *edges,
			 const struct yaml_node *start)
{
	size_t count = r->t->node_count;
	int rc = 0;

	app->edge = calloc(count, sizeof(*app->edge));
	app->start = calloc(count, sizeof(*app->start));
	if (!app->edge || !app->start)
		return -ENOMEM;
	for (unsigned i = 0; !edges && i < count; i++)
		app->edge[i] = r->t->node[i].kind == TOPO_EDGE;
	if (edges)
		rc = read_edges(r, edges, app->edge);
	if (!rc && start)
		rc = read_edges(r, start, app->start);
	for (unsigned i = 0; !rc && !start && i < count; i++)
		if (app->edge[i]) {
			app->start[i] = true;
			break;
		}
	for (unsigned i = 0; !rc && i < count; i++)
		if (app->start[i] && !app->edge[i])
			rc = yaml_fail(r->doc, start, r->err,
				       "start: expected some of the app's edges, '%s' is none",
				       r->t->node[i].name);
	return rc;
}

static struct topo_service *find_service(struct topology *t, const char *name)
{
	for (size_t i = 0; i < t->service_count; i++)
		if (!strcmp(t->service[i].name, name))
			return &t->service[i];
	return NULL;
}

static bool is_taken(const struct topology *t, struct in_addr addr)
{
	for (size_t i = 0; i < t->service_count; i++)
		if (t->service[i].addr.s_addr == addr.s_addr)
			return true;
	return false;
}

/* The service of the app's name, which `services` may have, too */
static int use_service(struct topo_reader *r, struct topo_app *app,
		       const struct topo_service *service, const struct yaml_node *key)
{
	if (key && service->addr.s_addr != app->service.s_addr)
		return yaml_fail(r->doc, key, r->err,
				 "service: expected the address that services give '%s'",
				 app->name);
	app->service = service->addr;
	for (unsigned i = 0; i < r->t->node_count; i++)
		if (app->edge[i] && !service->on[i])
			return topo_fail_at(r, app->at, "%s: expected its service on '%s', too",
					    app->name, r->t->node[i].name);
	return 0;
}

int topo_read_app_service(struct topo_reader *r, struct topo_app *app, const struct yaml_node *key)
{
	const struct topo_service *service = find_service(r->t, app->name);
	int rc = key ? yaml_ipv4(r->doc, key, &app->service, r->err) : 0;

	if (rc)
		return rc;
	if (service)
		return use_service(r, app, service, key);
	if (key && is_taken(r->t, app->service))
		return yaml_fail(r->doc, key, r->err, "service: another service has this address");
	for (uint32_t n = 1; !key && (n == 1 || is_taken(r->t, app->service)); n++)
		app->service.s_addr = htonl(ntohl(r->t->service_prefix.addr.s_addr) + n);
	return topo_add_service(r, app->name, key ? topo_place_of(key) : app->at, app->service,
				app->edge);
}
