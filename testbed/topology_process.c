// SPDX-License-Identifier: Apache-2.0
/*
 * An application of a topology file that moves as a process: its workload, where it runs first,
 * what it holds and does, its layers. What workloads there are, and how they differ, is in
 * topology_workload.c; what each key becomes in the edge agents' configurations in
 * config_process.c.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/amount.h"
#include "lib/shape/quantity.h"
#include "testbed/topology_internal.h"
#include "testbed/topology_workload.h"

enum {
	WORKLOADS_MAX = 16,
	WORKERS_MAX = 16,
	CLIENTS_MAX = 1024,
	PAGE = 4096,
	ADDRESSES_LEN_MAX = 27, /* of service_prefix: its upper half has room for all */
};
#define HEAP_MIN   ((uint64_t)64 << 10)
#define HEAP_MAX   ((uint64_t)2 << 30)
#define LAYER_MAX  ((uint64_t)4 << 30)
#define WORK_MAX   10000000ULL
#define SECOND_US  1000000ULL
#define SHARE_STEP 1e6 /* it is written with six digits */

struct keys {
	const struct yaml_node *workload, *at, *heap, *read, *write, *compressible, *work, *workers,
		*clients, *cooperative, *layers;
};

struct layer_keys {
	const struct yaml_node *base, *application, *at;
};

#define KEY(s, k, h)                                                                               \
	{                                                                                          \
		.key = #k, .read = yaml_read_node, .offset = offsetof(struct s, k), .help = h      \
	}
static const struct yaml_field process_fields[] = {
	KEY(keys, workload, "ledger, ledger-split, frames, cpu, io, mem, tar or video"),
	KEY(keys, at, "the edge where it runs from up on; the first"),
	KEY(keys, heap, "memory that it holds"),
	KEY(keys, read, "of the heap, by a request"),
	KEY(keys, write, "of the heap, by a request; of generators a second"),
	KEY(keys, compressible, "share that is left by gzip, 0 to 1"),
	KEY(keys, work, "of the processor, a request; of generators a second"),
	KEY(keys, workers, "stateless processes at each edge"),
	KEY(keys, clients, "of requests, at a time; each has a share of the heap"),
	KEY(keys, cooperative, "its memory is the library's of apps/cooperative"),
	KEY(keys, layers, "{base, application, at}"),
	{0},
};
static const struct yaml_field layer_fields[] = {
	KEY(layer_keys, base, "of data that every edge has"),
	KEY(layer_keys, application, "of data beside the programs"),
	KEY(layer_keys, at, "list of edges that have the application layer from up on; all"),
	{0},
};

bool topo_process_has_key(const char *key)
{
	for (const struct yaml_field *field = process_fields; field->key; field++)
		if (!strcmp(field->key, key))
			return true;
	return false;
}

struct yaml_prefix topology_process_prefix(const struct topology *t)
{
	struct yaml_prefix prefix = t->service_prefix;

	prefix.len++;
	prefix.addr.s_addr |= htonl(1U << (32 - prefix.len));
	return prefix;
}

/* ---- one key each ---- */

static int read_size(struct topo_reader *r, const struct yaml_node *node, uint64_t min,
		     uint64_t max, const char *expected, uint64_t *ret)
{
	uint64_t value;

	if (!node)
		return 0;
	/* a unit, too: 64 alone would be octets */
	if (node->kind != YAML_SCALAR || amount_read_size(node->scalar, &value) ||
	    !strchr(node->scalar, 'B') || value < min || value > max)
		return yaml_fail(r->doc, node, r->err, "%s: expected %s%s%.60s%s", node->key,
				 expected, node->kind == YAML_SCALAR ? ", found '" : "",
				 node->kind == YAML_SCALAR ? node->scalar : "",
				 node->kind == YAML_SCALAR ? "'" : "");
	*ret = value;
	return 0;
}

static int read_share(struct topo_reader *r, const struct yaml_node *node, double *ret)
{
	double value;

	if (!node)
		return 0;
	if (node->kind != YAML_SCALAR || amount_read_share(node->scalar, &value))
		return yaml_fail(r->doc, node, r->err, "%s: expected a number from 0 to 1",
				 node->key);
	*ret = round(value * SHARE_STEP) / SHARE_STEP;
	return 0;
}

static int read_count(struct topo_reader *r, const struct yaml_node *node, uint64_t max,
		      uint32_t *ret)
{
	uint64_t value;
	int rc = node ? yaml_u64(r->doc, node, 1, max, &value, r->err) : 0;

	if (node && !rc)
		*ret = (uint32_t)value;
	return rc;
}

static int read_work(struct topo_reader *r, const struct yaml_node *node, uint64_t *ret)
{
	double us;

	if (!node)
		return 0;
	if (node->kind != YAML_SCALAR ||
	    !shape_quantity_parse(node->scalar, shape_quantity_times, &us) || us > (double)WORK_MAX)
		return yaml_fail(r->doc, node, r->err,
				 "work: expected a time of up to 10s, such as 500us");
	*ret = (uint64_t)us;
	return 0;
}

static uint64_t whole_pages(uint64_t bytes)
{
	return (bytes + PAGE - 1) / PAGE * PAGE;
}

static const struct topo_workload *workload_of(const struct topo_process *app)
{
	return workload_find(app->workload);
}

static int read_workload(struct topo_reader *r, struct topo_process *app,
			 const struct yaml_node *node)
{
	const char *words[WORKLOADS_MAX + 1] = {NULL};
	size_t index = 0;
	int rc;

	for (size_t i = 0; i < WORKLOADS_MAX && topo_workloads[i].name; i++)
		words[i] = topo_workloads[i].name;
	rc = topo_read_word(r, node, words, process_fields[0].help, &index);
	if (!rc)
		snprintf(app->workload, sizeof(app->workload), "%s", words[index]);
	return rc;
}

static int check_keys(struct topo_reader *r, const struct topo_process *app,
		      const struct keys *keys)
{
	const struct {
		enum workload_key key;
		const struct yaml_node *node;
	} rows[] = {{WORKLOAD_READ, keys->read},
		    {WORKLOAD_WRITE, keys->write},
		    {WORKLOAD_COMPRESSIBLE, keys->compressible},
		    {WORKLOAD_WORK, keys->work},
		    {WORKLOAD_WORKERS, keys->workers},
		    {WORKLOAD_CLIENTS, keys->clients},
		    {WORKLOAD_COOPERATIVE, keys->cooperative}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].node && !workload_has(workload_of(app), rows[i].key))
			return yaml_fail(r->doc, rows[i].node, r->err, "%s: %s has no such key",
					 rows[i].node->key, app->workload);
	return 0;
}

static void take_defaults(struct topo_process *app)
{
	const struct topo_workload *workload = workload_of(app);

	app->heap = workload->heap;
	app->read = workload->read;
	app->write = workload->write;
	app->compressible = workload->compressible;
	app->work_us = workload->work_us;
	app->workers = workload->workers;
	app->clients = 1;
}

/* Of the heap each client has a share, which its requests read and write. */
static int read_requests(struct topo_reader *r, struct topo_process *app, const struct keys *keys)
{
	static const char expected[] = "a size up to a client's share of the heap, such as 4KB";
	uint64_t share = app->heap / PAGE / app->clients * PAGE;
	int rc;

	if (!share)
		return yaml_fail(
			r->doc, keys->clients, r->err,
			"clients: expected at most a page (4KB) of the heap each, %" PRIu64,
			app->heap / PAGE);
	app->read = share < app->read ? share : app->read;
	app->write = share < app->write ? share : app->write;
	rc = read_size(r, keys->read, 0, share, expected, &app->read);
	return rc ? rc : read_size(r, keys->write, 0, share, expected, &app->write);
}

static int read_knobs(struct topo_reader *r, struct topo_process *app, const struct keys *keys)
{
	int rc;

	if ((rc = read_size(r, keys->heap, HEAP_MIN, HEAP_MAX,
			    "a size from 64KB to 2GB, such as 64MB", &app->heap)) ||
	    (rc = read_share(r, keys->compressible, &app->compressible)) ||
	    (rc = read_work(r, keys->work, &app->work_us)) ||
	    (rc = read_count(r, keys->workers, WORKERS_MAX, &app->workers)) ||
	    (rc = read_count(r, keys->clients, CLIENTS_MAX, &app->clients)) ||
	    (rc = keys->cooperative
			  ? yaml_bool(r->doc, keys->cooperative, &app->cooperative, r->err)
			  : 0))
		return rc;
	app->heap = whole_pages(app->heap);
	if (!workload_of(app)->kind)
		return read_requests(r, app, keys);
	if (app->heap < workload_of(app)->heap_min)
		return yaml_fail(r->doc, keys->heap, r->err,
				 "heap: expected at least %" PRIu64 "KB of %s",
				 workload_of(app)->heap_min >> 10, app->workload);
	if (app->work_us > SECOND_US)
		return yaml_fail(r->doc, keys->work, r->err,
				 "work: expected at most 1s, of a second");
	return read_size(r, keys->write, 0, HEAP_MAX, "a size a second of up to 2GB, such as 4MB",
			 &app->write);
}

/* ---- places ---- */

static int read_at(struct topo_reader *r, struct topo_process *app, const struct yaml_node *node)
{
	if (node)
		return topo_node_reference(r, node, TOPO_EDGE, &app->edge);
	while (app->edge < r->t->node_count && r->t->node[app->edge].kind != TOPO_EDGE)
		app->edge++;
	if (app->edge < r->t->node_count)
		return 0;
	return topo_fail_at(r, app->at, "%s: expected a node of kind edge where it runs",
			    app->name);
}

/* There is one base layer at an edge, whoever is on it. */
static int check_base(struct topo_reader *r, const struct topo_process *app,
		      const struct yaml_node *node)
{
	const struct topology *t = r->t;

	for (size_t i = 0; node && app->base_bytes && i < t->process_count; i++)
		if (&t->process[i] != app && t->process[i].base_bytes &&
		    t->process[i].base_bytes != app->base_bytes)
			return yaml_fail(r->doc, node, r->err,
					 "base: expected what '%s' has: an edge has one base layer",
					 t->process[i].name);
	return 0;
}

static int read_layered(struct topo_reader *r, struct topo_process *app,
			const struct yaml_node *list)
{
	unsigned edge;

	for (unsigned i = 0; !list && i < r->t->node_count; i++)
		app->layered[i] = r->t->node[i].kind == TOPO_EDGE;
	if (list && list->kind != YAML_SEQUENCE)
		return yaml_fail(r->doc, list, r->err, "at: expected a list of edge nodes");
	for (const struct yaml_node *n = list ? list->child : NULL; n; n = n->next) {
		int rc = topo_node_reference(r, n, TOPO_EDGE, &edge);

		if (rc)
			return rc;
		app->layered[edge] = true;
	}
	if (!app->layered[app->edge])
		return yaml_fail(r->doc, list, r->err,
				 "at: expected '%s', too, where '%s' runs from up on",
				 r->t->node[app->edge].name, app->name);
	return 0;
}

static int read_layers(struct topo_reader *r, struct topo_process *app,
		       const struct yaml_node *node)
{
	static const char size[] = "a size up to 4GB, such as 100MB";
	struct layer_keys keys = {0};
	int rc = 0;

	app->layered = calloc(r->t->node_count, sizeof(*app->layered));
	if (!app->layered)
		return -ENOMEM;
	if (node)
		rc = yaml_read_fields(r->doc, node, layer_fields, &keys, r->err);
	if (!rc)
		rc = read_size(r, keys.base, 0, LAYER_MAX, size, &app->base_bytes);
	app->base_bytes = whole_pages(app->base_bytes);
	if (!rc)
		rc = check_base(r, app, keys.base);
	if (!rc)
		rc = read_size(r, keys.application, 0, LAYER_MAX, size, &app->application_bytes);
	app->application_bytes = whole_pages(app->application_bytes);
	return rc ? rc : read_layered(r, app, keys.at);
}

/* ---- the application ---- */

static int give_address(struct topo_reader *r, struct topo_process *app)
{
	struct yaml_prefix prefix;

	if (r->t->service_prefix.len > ADDRESSES_LEN_MAX)
		return topo_fail_at(r, app->at,
				    "%s: its address is of the upper half of service_prefix, which "
				    "has no room: expected at most /%d",
				    app->name, ADDRESSES_LEN_MAX);
	prefix = topology_process_prefix(r->t);
	app->service.s_addr = htonl(ntohl(prefix.addr.s_addr) + app->number);
	return 0;
}

static bool is_service(const struct topology *t, const char *name)
{
	for (size_t i = 0; i < t->service_count; i++)
		if (!strcmp(t->service[i].name, name))
			return true;
	return false;
}

int topo_read_process(struct topo_reader *r, const struct yaml_node *value)
{
	struct topology *t = r->t;
	struct topo_process *app = &t->process[t->process_count];
	struct keys keys = {0};
	int rc;

	*app = (struct topo_process){.at = topo_place_of_key(value),
				     .number = (unsigned)t->process_count + 1};
	t->process_count++; /* what it holds is freed from here on */
	strcpy(app->name, value->key);
	if (is_service(t, app->name))
		return topo_fail_at(r, app->at, "app name: '%s' is a service", app->name);
	if ((rc = yaml_read_fields(r->doc, value, process_fields, &keys, r->err)) ||
	    (rc = read_workload(r, app, keys.workload)) || (rc = check_keys(r, app, &keys)))
		return rc;
	take_defaults(app);
	if ((rc = read_knobs(r, app, &keys)) || (rc = read_at(r, app, keys.at)) ||
	    (rc = read_layers(r, app, keys.layers)))
		return rc;
	return give_address(r, app);
}

int topo_check_processes(struct topo_reader *r)
{
	const struct topology *t = r->t;
	struct yaml_prefix prefix;

	if (!t->process_count)
		return 0;
	prefix = topology_process_prefix(t);
	for (size_t i = 0; i < t->service_count; i++)
		if (topo_same_prefix(t->service[i].addr, prefix.addr, prefix.len))
			return topo_fail_at(
				r, t->process[0].at,
				"%s: the upper half of service_prefix is of applications "
				"with a workload, and '%s' has an address of it",
				t->process[0].name, t->service[i].name);
	for (unsigned i = 0; i < t->node_count; i++)
		if (t->node[i].kind == TOPO_EDGE && !topology_find_port(t, i, TOPO_WAN))
			return topo_fail_at(
				r, t->node[i].at,
				"%s: expected among the members of wan, over which '%s' "
				"moves",
				t->node[i].name, t->process[0].name);
	return 0;
}
