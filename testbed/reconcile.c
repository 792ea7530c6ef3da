// SPDX-License-Identifier: Apache-2.0
/* From a running topology to the file, step by step. */
#include "testbed/reconcile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testbed/netns_root.h"
#include "testbed/teardown.h"

static int fail(const struct reconcile *r, int rc)
{
	if (rc == -EINTR)
		return BATON_INTERRUPTED;
	complain("%s", r->err.text[0] ? r->err.text : strerror(-rc));
	return BATON_FAILED;
}

/* ---- what there is ---- */

static int load_source(struct reconcile *r, int source, const char *file)
{
	struct yaml_error err = {""};
	char path[RUN_PATH_MAX];
	int rc;

	run_path(r->old, path, "%s", file);
	if (source == RECONCILE_NEXT && (r->old->phase != RUN_CHANGING || access(path, F_OK)))
		return 0;
	rc = topology_load(path, &r->from[source], &err);
	return rc ? node_fail(&r->err, rc, "%s", err.text[0] ? err.text : path) : 0;
}

static const struct run_node *recorded(const struct reconcile *r, const char *name)
{
	for (size_t i = 0; i < r->old->node_count; i++)
		if (!strcmp(r->old->node[i].name, name))
			return &r->old->node[i];
	return NULL;
}

/* Which nodes of a source stand no longer: dead, or not kept because of the source before */
static bool *find_dead(struct reconcile *r, int source)
{
	const struct topology *from = r->from[source];
	bool *dead = calloc(from->node_count + 1, sizeof(*dead));

	for (unsigned i = 0; dead && i < from->node_count; i++) {
		const struct run_node *node = recorded(r, from->node[i].name);
		int new = topology_find_node(r->t, from->node[i].name);

		dead[i] = !node || !process_alive(&node->init);
		if (source == RECONCILE_NEXT && new >= 0 && r->diff[RECONCILE_FROM].node[new] < 0)
			dead[i] = true;
	}
	return dead;
}

static int compare(struct reconcile *r)
{
	for (int s = 0; s < RECONCILE_SOURCES; s++) {
		bool *dead = r->from[s] ? find_dead(r, s) : NULL;
		int rc;

		if (!r->from[s])
			continue;
		rc = dead ? topology_diff(r->from[s], r->t, dead, &r->diff[s]) : -ENOMEM;
		free(dead);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- the new record ---- */

static uint32_t free_address(const struct run *run)
{
	uint32_t base = ntohl(run->management.addr.s_addr);
	uint32_t size = 1U << (32 - run->management.len);

	for (uint32_t host = base + 2; host < base + size - 1; host++) {
		bool taken = false;

		for (size_t i = 0; i < run->node_count && !taken; i++)
			taken = ntohl(run->node[i].address.s_addr) == host;
		if (!taken)
			return host;
	}
	return 0;
}

/* Those that stay keep their management addresses; others get the first that is free. */
static int give_addresses(struct reconcile *r)
{
	struct run *run = &r->up->run;

	for (unsigned i = 0; r->up->plan.managed && i < r->t->node_count; i++) {
		uint32_t addr;

		if (up_is_kept(r->up, i))
			continue;
		addr = free_address(run);
		if (!addr)
			return node_fail(&r->err, -ENOSPC, "the management network is full");
		run->node[i].address.s_addr = htonl(addr);
	}
	return 0;
}

static int open_kept(struct reconcile *r, unsigned node, size_t old)
{
	struct up *up = r->up;

	up->kept[node] = true;
	up->run.node[node] = r->old->node[old];
	up->netns[node] = run_netns_open(r->old, old);
	if (up->netns[node] < 0)
		return node_fail(&r->err, up->netns[node], "network namespace of node %s",
				 up->run.node[node].name);
	return 0;
}

static int make_record(struct reconcile *r)
{
	struct run *run = &r->up->run;
	size_t fabric = r->t->node_count;
	int rc = 0;

	run->management = r->old->management;
	run->host_address = r->old->host_address;
	memcpy(run->host_ifname, r->old->host_ifname, sizeof(run->host_ifname));
	for (size_t i = 0; !rc && i < r->old->node_count; i++) {
		const char *name = r->old->node[i].name;
		int new = topology_find_node(r->t, name);

		if (!strcmp(name, RUN_FABRIC))
			rc = open_kept(r, (unsigned)fabric, i);
		else if (new >= 0 && r->diff[RECONCILE_FROM].node[new] >= 0)
			rc = open_kept(r, (unsigned)new, i);
	}
	return rc ? rc : give_addresses(r);
}

/* ---- which links stand ---- */

static bool is_live(const struct reconcile *r, unsigned port)
{
	const struct topo_port *p = &r->t->port[port];

	return up_is_kept(r->up, p->node) && live_find(&r->live[p->node], p->ifname);
}

static bool is_kept(const struct reconcile *r, unsigned port)
{
	for (int s = 0; s < RECONCILE_SOURCES; s++)
		if (r->from[s] && r->diff[s].port[port] < 0)
			return false;
	return is_live(r, port);
}

static int say_missing(struct reconcile *r, unsigned port)
{
	const struct topo_port *p = &r->t->port[port];
	char name[TOPO_NAME_SIZE * 2];

	snprintf(name, sizeof(name), "%s:%s", r->t->node[p->node].name, p->ifname);
	return topology_diff_add(&r->diff[RECONCILE_FROM], TOPO_ADD, "link", name, "%s",
				 "its interface is missing");
}

static int keep_ports(struct reconcile *r)
{
	int rc = 0;

	for (unsigned p = 0; !rc && p < r->t->port_count; p++) {
		r->kept_port[p] = is_kept(r, p);
		if (!r->kept_port[p] && r->diff[RECONCILE_FROM].port[p] >= 0 && !is_live(r, p))
			rc = say_missing(r, p);
	}
	for (unsigned p = 0; p < r->t->port_count; p++) {
		const struct topo_network *n = &r->t->network[r->t->port[p].network];
		const struct nl_link *link;

		if (!n->bridged && !r->kept_port[p == n->first_port ? p + 1 : p - 1])
			r->kept_port[p] = false;
		if (!r->kept_port[p])
			continue;
		link = live_find(&r->live[r->t->port[p].node], r->t->port[p].ifname);
		r->ifindex[p] = link->ifindex;
		r->far[p] = link->peer;
	}
	return rc;
}

/* What was changed half is told, too. */
static int merge_changes(struct reconcile *r)
{
	const struct topology_diff *next = &r->diff[RECONCILE_NEXT];
	int rc = 0;

	for (size_t i = 0; !rc && i < next->count; i++)
		rc = topology_diff_add(&r->diff[RECONCILE_FROM], next->change[i].action,
				       next->change[i].what, next->change[i].name, "%s",
				       next->change[i].text);
	return rc;
}

static int prepare(struct reconcile *r)
{
	size_t nodes = r->up->run.node_count, ports = r->t->port_count + 1;
	int rc = 0;

	r->up->kept = calloc(nodes, sizeof(bool));
	r->touched = calloc(nodes, sizeof(bool));
	r->live = calloc(nodes, sizeof(*r->live));
	r->kept_port = calloc(ports, sizeof(bool));
	r->ifindex = calloc(ports, sizeof(unsigned));
	r->far = calloc(ports, sizeof(unsigned));
	if (!r->up->kept || !r->touched || !r->live || !r->kept_port || !r->ifindex || !r->far)
		rc = -ENOMEM;
	if (!rc)
		rc = load_source(r, RECONCILE_FROM, "topology.yaml");
	if (!rc)
		rc = load_source(r, RECONCILE_NEXT, "topology.next.yaml");
	return rc;
}

static int look(struct reconcile *r)
{
	int rc = compare(r);

	if (!rc)
		rc = make_record(r);
	if (!rc)
		rc = live_read(r);
	if (!rc)
		rc = keep_ports(r);
	if (!rc)
		rc = merge_changes(r);
	return rc ? rc : reconcile_daemons_list(r);
}

/* ---- what can't be ---- */

static bool goes(const struct reconcile *r, const char *node)
{
	int new = topology_find_node(r->t, node);

	return strcmp(node, RUN_FABRIC) != 0 && (new < 0 || !r->up->kept[new]);
}

static int refuse_foreign(const struct reconcile *r)
{
	struct foreign list[FOREIGN_MAX];
	int count = foreign_find(r->old, list), rc = BATON_OK;

	for (int i = 0; i < count; i++) {
		if (!goes(r, list[i].node))
			continue;
		complain("node %s is to be removed, and process %d isn't Baton's: %s; end it first",
			 list[i].node, list[i].process.pid, list[i].command);
		rc = BATON_FAILED;
	}
	return rc;
}

static int refuse_names(const struct reconcile *r)
{
	for (unsigned i = 0; i < r->t->node_count; i++) {
		char path[RUN_PATH_MAX];

		snprintf(path, sizeof(path), NETNS_ROOT "/%s.%s", r->up->run.name,
			 r->t->node[i].name);
		if (r->up->kept[i] || recorded(r, r->t->node[i].name) || access(path, F_OK))
			continue;
		complain("%s is there and isn't Baton's", path);
		return BATON_FAILED;
	}
	return BATON_OK;
}

static int refuse(struct reconcile *r)
{
	int rc = refuse_foreign(r);

	return rc != BATON_OK ? rc : refuse_names(r);
}

/* ---- steps ---- */

static int begin(struct reconcile *r)
{
	int rc = config_write_topology(&r->up->plan, "topology.next.yaml");

	r->old->phase = RUN_CHANGING;
	r->old->maker = r->up->run.maker;
	r->up->run.phase = RUN_CHANGING;
	if (!rc)
		rc = run_save(r->old);
	up_unlock(r->up);
	return rc ? node_fail(&r->err, rc, "%s", r->old->dir) : 0;
}

static int remove_nodes(struct reconcile *r)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < r->old->node_count; i++) {
		struct run_node *node = &r->old->node[i];

		if (!goes(r, node->name))
			continue;
		rc = teardown_node(r->old, i);
		node->init = (struct process){0};
		node->netns = 0;
	}
	/* from here on the record is the new one's */
	if (!rc)
		rc = run_save(&r->up->run);
	return rc ? node_fail(&r->err, rc, "removing nodes") : 0;
}

static int write_files(struct reconcile *r)
{
	int rc = config_rewrite_hosts(&r->up->plan);

	for (unsigned i = 0; !rc && i < r->t->node_count; i++) {
		char path[RUN_PATH_MAX];

		if (up_is_kept(r->up, i))
			continue;
		run_path(&r->up->run, path, "bpf/%s", r->t->node[i].name);
		rc = config_write_node(&r->up->plan, i);
		if (!rc && mkdir(path, 0700) && errno != EEXIST)
			rc = -errno;
	}
	return rc ? node_fail(&r->err, rc, "%s", r->up->run.dir) : 0;
}

static int change_nodes(struct reconcile *r)
{
	int rc = 0;

	for (unsigned i = 0; !rc && i < r->up->run.node_count; i++)
		if (up_is_kept(r->up, i))
			rc = reconcile_node(r, i);
	return rc;
}

/* Each is `up`'s own and complains itself. */
static int run_steps(struct reconcile *r, int (*const *steps)(struct up *up))
{
	int rc = BATON_OK;

	for (; rc == BATON_OK && *steps; steps++)
		rc = up_interrupted(r->up) ? BATON_INTERRUPTED : (*steps)(r->up);
	return rc;
}

static int finish(struct reconcile *r)
{
	char path[RUN_PATH_MAX], next[RUN_PATH_MAX];

	run_path(&r->up->run, path, "topology.yaml");
	run_path(&r->up->run, next, "topology.next.yaml");
	if (rename(next, path))
		return fail(r, -errno);
	return up_commit(r->up, RUN_UP);
}

static int apply(struct reconcile *r)
{
	static int (*const spawn[])(struct up *) = {up_spawn, up_bind, NULL};
	static int (*const start[])(struct up *) = {up_configure, up_start, NULL};
	static int (*const settle[])(struct up *) = {up_await_sessions, NULL};
	int rc;

	if ((rc = reconcile_links_remove(r)) || (rc = remove_nodes(r)) || (rc = write_files(r)))
		return fail(r, rc);
	/* before inits are forked, which write them down as their neighbours' */
	reconcile_macs(r);
	rc = run_steps(r, spawn);
	if (rc != BATON_OK)
		return rc;
	if ((rc = reconcile_links_add(r)) || (rc = change_nodes(r)) ||
	    (rc = reconcile_daemons_restart(r)))
		return fail(r, rc);
	rc = run_steps(r, start);
	if (rc != BATON_OK)
		return rc;
	rc = reconcile_daemons_await(r);
	if (rc)
		return fail(r, rc);
	rc = run_steps(r, settle);
	return rc == BATON_OK ? finish(r) : rc;
}

static int change(struct reconcile *r)
{
	int rc = refuse(r);

	if (rc == BATON_OK)
		rc = begin(r) ? fail(r, -EIO) : apply(r);
	if (rc == BATON_OK)
		reconcile_print(r->up->plan.ctx, r->up->run.name, &r->diff[RECONCILE_FROM], true,
				true);
	else if (r->up->run.phase == RUN_CHANGING)
		complain("'%s' is half changed; `baton up` goes on from there, `baton down %s` "
			 "removes it",
			 r->up->run.name, r->up->run.name);
	return rc;
}

static void release(struct reconcile *r)
{
	live_free(r);
	for (int s = 0; s < RECONCILE_SOURCES; s++) {
		topology_diff_free(&r->diff[s]);
		topology_free(r->from[s]);
	}
	free(r->touched);
	free(r->kept_port);
	free(r->ifindex);
	free(r->far);
}

int reconcile(struct up *up)
{
	struct reconcile r = {.up = up, .t = up->t, .old = &up->old};
	int rc;

	reconcile_keep_shaper(up);
	rc = prepare(&r);
	rc = rc ? fail(&r, rc) : reconcile_refuse(&r);
	if (rc == BATON_OK) {
		rc = look(&r);
		rc = rc ? fail(&r, rc) : BATON_OK;
	}
	if (rc != BATON_OK) {
		release(&r);
		return rc;
	}
	if (up->dry_run) {
		reconcile_print(up->plan.ctx, up->run.name, &r.diff[RECONCILE_FROM], true, false);
		rc = r.diff[RECONCILE_FROM].count ? BATON_DIFFERENT : BATON_OK;
	} else if (r.diff[RECONCILE_FROM].count || up->old.phase == RUN_CHANGING) {
		rc = change(&r);
	} else {
		reconcile_print(up->plan.ctx, up->run.name, &r.diff[RECONCILE_FROM], true, true);
	}
	release(&r);
	return rc;
}
