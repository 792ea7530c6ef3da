// SPDX-License-Identifier: Apache-2.0
/*
 * What an edge has for applications that move as processes (docs/processes.md): its own files at
 * one path that all edges have, PIDs of a region of its own, answers to who asks on the WAN for an
 * address that has moved here, and a place before the local table for the rules of gates.
 */
#include "testbed/node.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/mount.h>

#include "lib/file.h"
#include "lib/netlink/netlink.h"

enum { PIDS_A_REGION = 1000, REGIONS = 18 /* all below the PIDs of what moves */ };

bool node_has_processes(const struct plan *plan, unsigned node)
{
	return plan->t->process_count && node < plan->t->node_count &&
	       plan->t->node[node].kind == TOPO_EDGE;
}

int node_process_mounts(const struct plan *plan, unsigned node, struct node_error *err)
{
	char from[RUN_PATH_MAX], here[RUN_PATH_MAX];

	if (!node_has_processes(plan, node))
		return 0;
	run_path(plan->run, from, "nodes/%s", plan_node_name(plan, node));
	run_path(plan->run, here, RUN_HERE);
	if (mount(from, here, NULL, MS_BIND, NULL))
		return node_fail(err, -errno, "%s on %s", from, here);
	return 0;
}

/* A kernel without the file has no checkpoints either. */
int node_process_pids(const struct plan *plan, unsigned node, struct node_error *err)
{
	static const char path[] = "/proc/sys/kernel/ns_last_pid";
	char text[16];
	int rc;

	if (!node_has_processes(plan, node))
		return 0;
	snprintf(text, sizeof(text), "%u",
		 ((plan->t->node[node].number - 1) % REGIONS + 1) * PIDS_A_REGION);
	rc = file_write(path, text);
	return rc && rc != -ENOENT ? node_fail(err, rc, "%s", path) : 0;
}

/* The address is on lo. Of what all interfaces have and what one has the greater counts; those
 * beside the WAN keep the default's. */
int node_process_answers(const struct plan *plan, unsigned node, struct node_error *err)
{
	const struct topo_port *wan;
	char path[128];
	int rc;

	if (!node_has_processes(plan, node))
		return 0;
	wan = topology_find_port(plan->t, node, TOPO_WAN);
	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/arp_ignore", wan->ifname);
	rc = file_write("/proc/sys/net/ipv4/conf/all/arp_ignore", "0");
	if (!rc)
		rc = file_write(path, "0");
	return rc ? node_fail(err, rc, "%s", path) : 0;
}

/* The new one first: a packet in between would find no local address. */
int node_process_rules(struct nl *nl, const struct plan *plan, unsigned node)
{
	struct nl_rule local = {.table = RT_TABLE_LOCAL, .priority = 1};
	int rc;

	if (!node_has_processes(plan, node))
		return 0;
	rc = nl_rule_add(nl, &local);
	local.priority = 0;
	return rc ? rc : nl_rule_del(nl, &local);
}
