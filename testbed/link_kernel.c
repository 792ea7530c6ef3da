// SPDX-License-Identifier: Apache-2.0
#include "testbed/link_kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/json.h"
#include "lib/netlink/netlink.h"
#include "lib/shape/patch.h"
#include "lib/shape/redirect.h"

/* The root qdiscs of one namespace */
struct place {
	struct nl *nl;
	size_t count;
	struct nl_qdisc *qdisc;
};

static int find_node(const struct run *run, const char *name)
{
	for (size_t i = 0; i < run->node_count; i++)
		if (!strcmp(run->node[i].name, name))
			return (int)i;
	return -1;
}

static void place_close(struct place *p)
{
	if (p->nl)
		nl_close(p->nl);
	free(p->qdisc);
	*p = (struct place){0};
}

static int keep_root(const struct nl_qdisc *qdisc, void *user)
{
	struct place *p = user;
	struct nl_qdisc *grown;

	if (!qdisc->root)
		return 0;
	grown = realloc(p->qdisc, (p->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	p->qdisc = grown;
	p->qdisc[p->count++] = *qdisc;
	return 0;
}

static int open_node(const struct run *run, int node, struct nl **ret_nl)
{
	int fd = node < 0 ? -ENOENT : run_netns_open(run, (size_t)node), rc;

	if (fd < 0)
		return fd;
	rc = nl_open_netns(fd, ret_nl);
	close(fd);
	return rc;
}

static int place_open(const struct run *run, int node, struct place *p)
{
	int rc;

	*p = (struct place){0};
	rc = open_node(run, node, &p->nl);
	if (!rc)
		rc = nl_qdisc_list(p->nl, keep_root, p);
	if (rc)
		place_close(p);
	return rc;
}

static bool may_not(int rc)
{
	return rc == -EPERM || rc == -EACCES;
}

/* ---- is it there? ---- */

/* Only what a shape is made of counts, so "failed" is not looked for. */
static bool should_be(const json_t *port, enum shape_backend *ret)
{
	const char *name = json_text(port, "backend");

	for (*ret = SHAPE_TBF; *ret <= SHAPE_USER; ++*ret)
		if (!strcmp(name, shape_backend_name(*ret)))
			return true;
	return false;
}

/* Both programs: without that of lo, what was taken would go up the stack as well. */
static bool has_programs(struct nl *nl, unsigned ifindex)
{
	const struct nl_bpf_filter take = {.ifindex = ifindex,
					   .egress = true,
					   .priority = SHAPER_PRIORITY,
					   .handle = SHAPER_HANDLE},
				   swallow = {.ifindex = SHAPER_LO,
					      .priority = SHAPER_PRIORITY,
					      .handle = SHAPER_HANDLE};

	return !nl_bpf_filter_find(nl, &take) && !nl_bpf_filter_find(nl, &swallow);
}

static bool is_there(const struct place *p, const json_t *port, enum shape_backend backend,
		     bool values)
{
	const struct link_shape shape = shape_of_json(json_object_get(port, "shape"));
	struct link_shape there;
	unsigned ifindex;

	if (!p->nl || nl_link_index(p->nl, json_text(port, "interface"), &ifindex))
		return false;
	if (backend == SHAPE_USER)
		return has_programs(p->nl, ifindex);
	for (size_t i = 0; i < p->count; i++)
		if (p->qdisc[i].ifindex == ifindex)
			return values ? shape_is_kernel(&p->qdisc[i], &shape, backend)
				      : shape_read_kernel(&p->qdisc[i], &there) == backend;
	return false;
}

static int by_node(const void *a, const void *b)
{
	json_t *const *x = a, *const *y = b;

	return strcmp(json_text(*x, "node"), json_text(*y, "node"));
}

/* Those that are shaped, node by node: each namespace is entered once. */
static json_t **shaped_ports(json_t *ports, size_t *ret_count)
{
	json_t **shaped = calloc(json_array_size(ports) + 1, sizeof(json_t *)), *port;
	enum shape_backend backend;
	size_t i;

	*ret_count = 0;
	json_array_foreach(ports, i, port)
	{
		if (shaped && should_be(port, &backend))
			shaped[(*ret_count)++] = port;
	}
	if (shaped)
		qsort(shaped, *ret_count, sizeof(json_t *), by_node);
	return shaped;
}

size_t link_kernel_check(const struct run *run, json_t *ports, bool values)
{
	size_t count, missing = 0;
	json_t **shaped = shaped_ports(ports, &count);
	struct place place = {0};
	int rc = 0;

	for (size_t i = 0; i < count; i++) {
		enum shape_backend backend;

		if (!i || by_node(&shaped[i - 1], &shaped[i])) {
			place_close(&place);
			rc = place_open(run, find_node(run, json_text(shaped[i], "node")), &place);
		}
		if (may_not(rc) || !should_be(shaped[i], &backend) ||
		    is_there(&place, shaped[i], backend, values))
			continue;
		json_object_set_new(shaped[i], "missing", json_true());
		missing++;
	}
	place_close(&place);
	free(shaped);
	return missing;
}

/* ---- what is there ---- */

struct found {
	const char *node;
	const struct place *place;
	json_t *ports;
};

static int add_port(const struct nl_link *link, void *user)
{
	const struct found *f = user;
	struct link_shape shape;

	for (size_t i = 0; i < f->place->count; i++) {
		enum shape_backend backend;

		if (f->place->qdisc[i].ifindex != link->ifindex)
			continue;
		backend = shape_read_kernel(&f->place->qdisc[i], &shape);
		if (backend != SHAPE_NONE)
			json_array_append_new(f->ports,
					      json_pack("{s:s, s:s, s:s, s:o}", "node", f->node,
							"interface", link->name, "backend",
							shape_backend_name(backend), "shape",
							shape_json(&shape)));
	}
	return 0;
}

static bool any_shape(const struct place *p)
{
	struct link_shape shape;

	for (size_t i = 0; i < p->count; i++)
		if (shape_read_kernel(&p->qdisc[i], &shape) != SHAPE_NONE)
			return true;
	return false;
}

json_t *link_kernel_list(const struct run *run)
{
	json_t *ports = json_array();
	struct place place;
	int rc = 0;

	for (size_t i = 0; !may_not(rc) && i < run->node_count; i++) {
		struct found found = {run->node[i].name, &place, ports};

		rc = place_open(run, (int)i, &place);
		if (!rc && any_shape(&place))
			rc = nl_link_list(place.nl, add_port, &found);
		place_close(&place);
	}
	if (!may_not(rc))
		return ports;
	json_decref(ports);
	return NULL;
}

int link_kernel_set(const struct run *run, const char *node, const char *interface,
		    const struct link_shape *shape, enum shape_backend backend)
{
	struct nl *nl;
	unsigned ifindex;
	int rc = open_node(run, find_node(run, node), &nl);

	if (rc)
		return rc;
	rc = nl_link_index(nl, interface, &ifindex);
	if (!rc)
		rc = shape_apply_kernel(nl, ifindex, shape, backend);
	nl_close(nl);
	return rc;
}
