// SPDX-License-Identifier: Apache-2.0
/*
 * Daemons of nodes that stand: those whose configuration file changes read it again, or are started
 * again, and no others. A marker, nodes/NODE/DAEMON.restart, is there from before the file is
 * written until the daemon is ready again, so that a kill in between forgets nothing.
 */
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testbed/control.h"
#include "lib/file.h"
#include "testbed/reconcile.h"

enum { POLL_MS = 5 };

/* Called for each daemon of a node that stands whose file is not what it should be. */
typedef int (*take_fn)(struct reconcile *r, unsigned node, const struct daemon_row *row);

static void marker_path(const struct reconcile *r, unsigned node, const struct daemon_row *row,
			char path[RUN_PATH_MAX])
{
	run_path(&r->up->run, path, "nodes/%s/%s.restart", plan_node_name(&r->up->plan, node),
		 row->name);
}

static bool has_new_port(const struct reconcile *r, unsigned node, bool radio)
{
	for (unsigned p = 0; p < r->t->port_count; p++) {
		enum topo_layer layer = r->t->network[r->t->port[p].network].layer;

		if (r->t->port[p].node == node && !r->kept_port[p] && layer != TOPO_PLAIN &&
		    layer != TOPO_WAN && (layer == TOPO_RADIO) == radio)
			return true;
	}
	return false;
}

/* Programs and sockets on an interface go with it, and the file may be the same. */
static bool lost_interface(const struct reconcile *r, unsigned node, const struct daemon_row *row)
{
	static const char *const bound[] = {"smf-lite", "upf", "gnb", "ue"};
	bool is_bound = false;

	for (size_t i = 0; i < sizeof(bound) / sizeof(bound[0]); i++)
		is_bound |= !strcmp(row->name, bound[i]);
	return is_bound && (has_new_port(r, node, false) || has_new_port(r, node, true));
}

/* Both without the items of lists; in a gNB's file those are the radio links. */
static bool differ_in_items_only(const char *a, const char *b)
{
	static const char item[] = "  - ";

	for (;;) {
		size_t len_a, len_b;

		while (!strncmp(a, item, sizeof(item) - 1))
			a += strcspn(a, "\n") + 1;
		while (!strncmp(b, item, sizeof(item) - 1))
			b += strcspn(b, "\n") + 1;
		len_a = strcspn(a, "\n");
		len_b = strcspn(b, "\n");
		if (len_a != len_b || strncmp(a, b, len_a) != 0)
			return false;
		if (!a[len_a] || !b[len_b])
			return a[len_a] == b[len_b];
		a += len_a + 1;
		b += len_b + 1;
	}
}

/* It reads its file again, and looks for ports that were made anew. */
static bool is_shaper(const struct daemon_row *row)
{
	return !strcmp(row->name, "link-shaper");
}

static bool any_port_is_new(const struct reconcile *r)
{
	for (size_t p = 0; p < r->t->port_count; p++)
		if (!r->kept_port[p])
			return true;
	return false;
}

/* A gNB takes up and drops radio links while it runs. */
static bool can_reload(const struct reconcile *r, unsigned node, const struct daemon_row *row)
{
	char path[RUN_PATH_MAX], *old = NULL, *new = NULL;
	size_t old_len, new_len;
	bool can = false;

	if (is_shaper(row))
		return true;
	marker_path(r, node, row, path);
	if (strcmp(row->name, "gnb") != 0 || !access(path, F_OK) || has_new_port(r, node, false))
		return false;
	run_path(&r->up->run, path, "nodes/%s/%s.yaml", plan_node_name(&r->up->plan, node),
		 row->name);
	if (!file_read_all(path, &old, &old_len) &&
	    !config_daemon_text(&r->up->plan, node, row, &new, &new_len))
		can = differ_in_items_only(old, new);
	free(old);
	free(new);
	return can;
}

static bool changes(struct reconcile *r, unsigned node, const struct daemon_row *row)
{
	char path[RUN_PATH_MAX], *old = NULL, *new = NULL;
	size_t old_len = 0, new_len = 0;
	bool differs;

	if (lost_interface(r, node, row) || (is_shaper(row) && any_port_is_new(r)))
		return true;
	marker_path(r, node, row, path);
	if (!access(path, F_OK))
		return true;
	run_path(&r->up->run, path, "nodes/%s/%s.yaml", plan_node_name(&r->up->plan, node),
		 row->name);
	if (config_daemon_text(&r->up->plan, node, row, &new, &new_len))
		return true;
	differs = file_read_all(path, &old, &old_len) || old_len != new_len ||
		  memcmp(old, new, new_len) != 0;
	free(old);
	free(new);
	return differs;
}

static int for_each_changed(struct reconcile *r, take_fn take)
{
	int rc = 0;

	for (unsigned i = 0; i < plan_node_count(&r->up->plan); i++) {
		const struct daemon_row *rows[DAEMONS_PER_NODE];
		size_t count = up_is_kept(r->up, i) ? plan_daemons(&r->up->plan, i, rows) : 0;

		for (size_t d = 0; !rc && d < count; d++)
			if (daemon_has_config(rows[d]) && changes(r, i, rows[d]))
				rc = take(r, i, rows[d]);
	}
	return rc;
}

static int list(struct reconcile *r, unsigned node, const struct daemon_row *row)
{
	const char *how = can_reload(r, node, row)
				  ? "told to read its configuration again"
				  : "restarted: its configuration or an interface changes";
	char name[TOPO_NAME_SIZE * 2];

	/* part of every change of a link; by itself when the timeline alone is another */
	if (is_shaper(row) && r->diff[RECONCILE_FROM].count)
		return 0;
	snprintf(name, sizeof(name), "%s of %s", row->name, plan_node_name(&r->up->plan, node));
	return topology_diff_add(&r->diff[RECONCILE_FROM], TOPO_CHANGE, "daemon", name, "%s", how);
}

int reconcile_daemons_list(struct reconcile *r)
{
	return for_each_changed(r, list);
}

/* What the init says of a daemon: its state, and its number in the node, 0 when it doesn't run */
static pid_t ask(const struct reconcile *r, unsigned node, const struct daemon_row *row,
		 bool *ret_ready)
{
	json_t *status = control_status(&r->up->run, plan_node_name(&r->up->plan, node)), *daemon;
	pid_t pid = 0;
	size_t i;

	*ret_ready = false;
	json_array_foreach(json_object_get(status, "daemons"), i, daemon)
	{
		const char *name = json_string_value(json_object_get(daemon, "name"));
		const char *state = json_string_value(json_object_get(daemon, "state"));

		if (!name || strcmp(name, row->name) != 0)
			continue;
		pid = (pid_t)json_integer_value(json_object_get(daemon, "pid"));
		*ret_ready = pid && state && !strcmp(state, "ready");
	}
	json_decref(status);
	return pid;
}

static int tell(struct reconcile *r, unsigned node, const char *request)
{
	char *answer = NULL;
	int rc = control_ask(&r->up->run, plan_node_name(&r->up->plan, node), request, &answer);

	free(answer);
	return rc ? node_fail(&r->err, rc, "init of node %s", plan_node_name(&r->up->plan, node))
		  : 0;
}

/* A kill before the signal leaves the marker, and then it is restarted after all. */
static int reload(struct reconcile *r, unsigned node, const struct daemon_row *row)
{
	char path[RUN_PATH_MAX], request[64];
	int rc;

	marker_path(r, node, row, path);
	rc = file_create(path, "0\n", 2, 0600);
	if (!rc)
		rc = config_write_daemon(&r->up->plan, node, row);
	if (rc)
		return node_fail(&r->err, rc, "configuration of %s", row->name);
	snprintf(request, sizeof(request), "kill %s %d", row->name, SIGHUP);
	rc = tell(r, node, request);
	return rc || !unlink(path) ? rc : -errno;
}

/* The marker holds the number of the process that knows the old file. */
static int restart(struct reconcile *r, unsigned node, const struct daemon_row *row)
{
	char path[RUN_PATH_MAX], text[64];
	bool ready;
	int len = snprintf(text, sizeof(text), "%d\n", ask(r, node, row, &ready));
	int rc;

	if (can_reload(r, node, row))
		return reload(r, node, row);
	marker_path(r, node, row, path);
	rc = file_create(path, text, (size_t)len, 0600);
	if (!rc)
		rc = config_write_daemon(&r->up->plan, node, row);
	if (rc)
		return node_fail(&r->err, rc, "configuration of %s", row->name);
	snprintf(text, sizeof(text), "restart %s", row->name);
	return tell(r, node, text);
}

int reconcile_daemons_restart(struct reconcile *r)
{
	return for_each_changed(r, restart);
}

static int left_ms(const struct up *up)
{
	int64_t left = up->began_ms + up->timeout_ms - up_now_ms();

	return left > 0 ? (int)left : 0;
}

static int await(struct reconcile *r, unsigned node, const struct daemon_row *row)
{
	char path[RUN_PATH_MAX], text[32];
	bool ready = false;
	pid_t old;

	marker_path(r, node, row, path);
	if (file_read_text(path, text, sizeof(text)) < 0)
		return 0;
	old = (pid_t)strtol(text, NULL, 10);
	while (ask(r, node, row, &ready) == old || !ready) {
		if (up_interrupted(r->up))
			return node_fail(&r->err, -EINTR, "waiting for %s", row->name);
		if (!left_ms(r->up))
			return node_fail(&r->err, -ETIMEDOUT, "%s of node %s is not ready again",
					 row->name, plan_node_name(&r->up->plan, node));
		poll(NULL, 0, POLL_MS);
	}
	return unlink(path) ? -errno : 0;
}

int reconcile_daemons_await(struct reconcile *r)
{
	return for_each_changed(r, await);
}
