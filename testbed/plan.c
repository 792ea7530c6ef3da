// SPDX-License-Identifier: Apache-2.0
/* Which daemons a node has, by its kind. */
#include "testbed/app.h"

#include <string.h>

const struct daemon_row daemon_rows[] = {
	{"smf-lite", TOPO_CORE, 8081, true},
	{"migration-manager", TOPO_CORE, 8080, true},
	{"mover", TOPO_CORE, 8087, true},
	{"upf", TOPO_UPF, 8082, true},
	{"gnb", TOPO_GNB, 8086, true},
	{"ue", TOPO_UE, 8083, true},
	{"ue-agent", TOPO_UE, 8084, true},
	{"snake-edge", TOPO_UE, 8092, true},
	{"minetest-edge", TOPO_UE, 8092, true}, /* of games one at most */
	{"stream-client", TOPO_UE, 8093, true},
	{"edge-agent", TOPO_EDGE, 8085, true},
	{"iperf3", TOPO_EDGE, 0, false},
	{"cloud-agent", TOPO_CLOUD, 8094, true},
	{"iperf3", TOPO_CLOUD, 0, false},
	{"link-shaper", DAEMON_OF_FABRIC, 0, true},
	{0},
};

size_t plan_daemons(const struct plan *plan, unsigned node,
		    const struct daemon_row *rows[DAEMONS_PER_NODE])
{
	size_t count = 0;

	for (const struct daemon_row *row = daemon_rows; row->name; row++) {
		bool fabric = node >= plan->t->node_count;

		if (fabric ? row->kind != DAEMON_OF_FABRIC || !plan_has_shaper(plan)
			   : row->kind != (int)plan->t->node[node].kind)
			continue;
		if (!strcmp(row->name, "iperf3") && !plan->iperf3[0])
			continue;
		if (!strcmp(row->name, "mover") && !plan->t->movement.at.line)
			continue;
		if (!fabric && !app_daemon_wanted(plan->t, node, row->name))
			continue;
		rows[count++] = row;
	}
	return count;
}

bool plan_has_shaper(const struct plan *plan)
{
	return plan->managed || plan->shaper || topology_is_shaped(plan->t);
}

bool daemon_has_config(const struct daemon_row *row)
{
	return row->notifies;
}

void plan_program(const struct plan *plan, const struct daemon_row *row, char path[PATH_MAX])
{
	if (!strcmp(row->name, "iperf3"))
		snprintf(path, PATH_MAX, "%s", plan->iperf3);
	else
		snprintf(path, PATH_MAX, "%.*s/%s", PATH_MAX - 64, plan->ctx->libexec, row->name);
}

size_t plan_node_count(const struct plan *plan)
{
	return plan->t->node_count + 1;
}

const char *plan_node_name(const struct plan *plan, unsigned node)
{
	return node < plan->t->node_count ? plan->t->node[node].name : RUN_FABRIC;
}

uint16_t daemon_rest_port(const char *name)
{
	for (const struct daemon_row *row = daemon_rows; row->name; row++)
		if (!strcmp(row->name, name))
			return row->rest_port;
	return 0;
}
