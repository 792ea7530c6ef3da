// SPDX-License-Identifier: Apache-2.0
/* Applications of a topology file: games (topology_app_game.c), and workloads, which move as
 * processes (topology_process.c). */
#include <errno.h>

#include "testbed/topology_internal.h"

/* A key that says which of both it was meant to be is the better place of the mistake. */
static int check_workload_keys(struct topo_reader *r, const struct yaml_node *value)
{
	for (const struct yaml_node *key = value->child; key; key = key->next)
		if (topo_game_has_key(key->key) && !topo_process_has_key(key->key))
			return yaml_fail(r->doc, key, r->err,
					 "%s: a key of games; '%s' has a workload", key->key,
					 value->key);
	return 0;
}

static int check_game_keys(struct topo_reader *r, const struct yaml_node *value)
{
	for (const struct yaml_node *key = value->child; key; key = key->next)
		if (topo_process_has_key(key->key) && !topo_game_has_key(key->key))
			return yaml_fail(r->doc, key, r->err,
					 "%s: a key of workloads; '%s' has none (expected "
					 "`workload: ledger`, or another)",
					 key->key, value->key);
	return 0;
}

static int read_app(struct topo_reader *r, const struct yaml_node *value)
{
	bool is_mapping = value->kind == YAML_MAPPING;
	int rc = 0;

	if (topo_check_name(r, value->key, topo_place_of_key(value), "app name"))
		return -EINVAL;
	if (topo_is_node(r, value->key))
		return topo_fail_at(r, topo_place_of_key(value), "app name: '%s' is a node",
				    value->key);
	if (is_mapping && yaml_get(value, "workload")) {
		rc = check_workload_keys(r, value);
		return rc ? rc : topo_read_process(r, value);
	}
	if (is_mapping)
		rc = check_game_keys(r, value);
	return rc ? rc : topo_read_game(r, value);
}

int topo_read_apps(struct topo_reader *r)
{
	if (r->apps && r->apps->kind != YAML_MAPPING)
		return yaml_fail(r->doc, r->apps, r->err,
				 "apps: expected a mapping of names to {game, ...} or {workload, "
				 "...}");
	for (const struct yaml_node *n = r->apps ? r->apps->child : NULL; n; n = n->next) {
		int rc;

		if (r->t->app_count + r->t->process_count == TOPO_PROCESSES_MAX)
			return yaml_fail(r->doc, n, r->err, "apps: expected at most %d",
					 TOPO_PROCESSES_MAX);
		rc = read_app(r, n);
		if (rc)
			return rc;
	}
	return 0;
}
