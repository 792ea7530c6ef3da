// SPDX-License-Identifier: Apache-2.0
/* baton status: one document of what is up, which --json prints as it is and text prints as tables.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/json.h"
#include "testbed/app.h"
#include "testbed/control.h"
#include "testbed/link_state.h"
#include "lib/file.h"
#include "testbed/plan.h"
#include "testbed/sessions.h"

/* A node counts its processes from 1; what the host calls them is in /proc/PID/status, "NSpid: host
 * ... node". */
static pid_t innermost_pid(pid_t pid)
{
	char path[64], text[4096], *at, *end;
	pid_t last = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (file_read_text(path, text, sizeof(text)) < 0 || !(at = strstr(text, "\nNSpid:")))
		return 0;
	at += strlen("\nNSpid:");
	for (long value = strtol(at, &end, 10); end != at && *at != '\n';
	     at = end, value = strtol(at, &end, 10)) {
		last = (pid_t)value;
		if (*end == '\n')
			break;
	}
	return last;
}

static void use_host_pids(const struct run_node *node, json_t *daemons)
{
	uint64_t namespace =
		json_array_size(daemons) ? process_namespace(node->init.pid, "pid") : 0;
	const struct dirent *entry;
	DIR *proc = namespace ? opendir("/proc") : NULL;
	json_t *daemon;
	size_t i;

	while (proc && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10), inner;

		if (pid <= 0 || process_namespace(pid, "pid") != namespace)
			continue;
		inner = innermost_pid(pid);
		json_array_foreach(daemons, i, daemon)
		{
			if (json_integer_value(json_object_get(daemon, "pid")) != inner ||
			    json_object_get(daemon, "host"))
				continue;
			json_object_set_new(daemon, "pid", json_integer(pid));
			json_object_set_new(daemon, "host", json_true());
		}
	}
	if (proc)
		closedir(proc);
	json_array_foreach(daemons, i, daemon) json_object_del(daemon, "host");
}

/* @kind: of a node of the topology's, or what stands for it */
static json_t *node_document(const struct run *run, const char *kind, size_t index)
{
	const struct run_node *node = &run->node[index];
	bool alive = run_is_of_this_boot(run) && process_alive(&node->init);
	json_t *status = alive ? control_status(run, node->name) : NULL;
	json_t *daemons = json_incref(json_object_get(status, "daemons"));
	json_t *json;

	json_decref(status);
	if (!daemons)
		daemons = json_array();
	use_host_pids(node, daemons);
	json = json_pack("{s:s, s:s, s:s, s:i, s:o}", "name", node->name, "kind", kind, "state",
			 alive ? "up" : "gone", "pid", node->init.pid, "daemons", daemons);
	if (node->address.s_addr)
		json_object_set_new(json, "address", json_ipv4(node->address));
	return json;
}

static json_t *end_document(const struct topology *t, const struct topo_port *port)
{
	json_t *json = json_pack("{s:s, s:s}", "node", t->node[port->node].name, "interface",
				 port->ifname);

	if (port->addr.s_addr)
		json_object_set_new(json, "address", json_ipv4(port->addr));
	return json;
}

/* A pair is one link, a bridged network one for each member. */
static void add_links(json_t *links, const struct topology *t, const struct topo_network *network,
		      const struct link_state *state)
{
	for (unsigned p = 0; p < network->port_count; p++) {
		const struct topo_port *port = &t->port[network->first_port + p];
		json_t *ends, *json, *shapes;

		if (!network->bridged && p)
			break;
		ends = json_pack("[o]", end_document(t, port));
		if (!network->bridged)
			json_array_append_new(ends, end_document(t, port + 1));
		json = json_pack("{s:s, s:s, s:b, s:i, s:o}", "network", network->name, "layer",
				 topo_layer_name(network->layer), "bridged", network->bridged,
				 "mtu", (int)network->mtu, "ends", ends);
		shapes = link_state_link(state, t, network->first_port + p);
		json_object_update(json, shapes);
		json_decref(shapes);
		json_array_append_new(links, json);
	}
}

static json_t *sessions_document(const struct run *run, const struct topology *t)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < t->node_count; i++) {
		json_t *list, *session;
		size_t s;

		if (t->node[i].kind != TOPO_UE || !process_alive(&run->node[i].init))
			continue;
		list = sessions_list(run, i);
		json_array_foreach(list, s, session)
		{
			json_object_set_new(session, "ue", json_string(t->node[i].name));
			json_object_set_new(session, "supi", json_string(t->node[i].supi));
			json_array_append(all, session);
		}
		json_decref(list);
	}
	return all;
}

static void add_manager(json_t *document, const struct run *run, const struct topology *t)
{
	char addr[INET_ADDRSTRLEN];

	for (unsigned i = 0; i < t->node_count; i++)
		if (t->node[i].kind == TOPO_CORE)
			json_object_set_new(document, "url",
					    json_sprintf("http://%s:%u",
							 inet_ntop(AF_INET, &run->node[i].address,
								   addr, sizeof(addr)),
							 daemon_rest_port("migration-manager")));
}

/* Agents count processes as their nodes do, too. */
static void use_host_pids_of(const struct run *run, json_t *list)
{
	for (size_t n = 0; n < run->node_count; n++) {
		json_t *own = json_array(), *item;
		size_t i;

		json_array_foreach(list, i, item)
		{
			const char *node = json_string_value(json_object_get(item, "node"));

			if (node && !strcmp(node, run->node[n].name) &&
			    json_object_get(item, "pid"))
				json_array_append(own, item);
		}
		use_host_pids(&run->node[n], own);
		json_decref(own);
	}
}

static json_t *apps_document(const struct run *run, const struct topology *t)
{
	json_t *apps = app_state(run, t), *app;
	size_t i;

	json_array_foreach(apps, i, app)
	{
		use_host_pids_of(run, json_object_get(app, "services"));
		use_host_pids_of(run, json_object_get(app, "instances"));
	}
	return apps;
}

static json_t *processes_document(const struct run *run, const struct topology *t)
{
	json_t *processes = process_state(run, t), *process;
	size_t i;

	json_array_foreach(processes, i, process)
		use_host_pids_of(run, json_object_get(process, "instances"));
	return processes;
}

static json_t *make_document(const struct run *run, const struct topology *t)
{
	json_t *nodes = json_array(), *links = json_array(), *document;
	struct link_state state;

	for (size_t i = 0; i < t->node_count; i++)
		json_array_append_new(nodes,
				      node_document(run, topo_kind_name(t->node[i].kind), i));
	link_state_read(run, &state);
	for (size_t i = 0; i < t->network_count; i++)
		add_links(links, t, &t->network[i], &state);
	link_state_done(&state);
	document = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "topology", run->name, "state",
			     run_state(run), "directory", run->dir, "nodes", nodes, "links", links,
			     "pdu_sessions", sessions_document(run, t));
	/* no node of the topology's, but where its bridges and link-shaper are */
	if (t->node_count && run->node_count > t->node_count)
		json_object_set_new(document, "fabric",
				    node_document(run, RUN_FABRIC, t->node_count));
	add_manager(document, run, t);
	if (t->app_count)
		json_object_set_new(document, "apps", apps_document(run, t));
	if (t->process_count)
		json_object_set_new(document, "processes", processes_document(run, t));
	return document;
}

static long long number_of(json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_node(json_t *node)
{
	json_t *daemon;
	size_t d;

	printf("%-16s %-7s %-15s %-6s", json_text(node, "name"), json_text(node, "kind"),
	       json_text(node, "address"), json_text(node, "state"));
	json_array_foreach(json_object_get(node, "daemons"), d, daemon)
	{
		printf(" %s %s pid %lld", json_text(daemon, "name"), json_text(daemon, "state"),
		       number_of(daemon, "pid"));
		if (number_of(daemon, "restarts"))
			printf(", restarts %lld (%s)", number_of(daemon, "restarts"),
			       json_text(daemon, "last_exit"));
		printf(";");
	}
	printf("\n");
}

static void print_nodes(json_t *nodes, json_t *fabric)
{
	size_t n;
	json_t *node;

	printf("\n%-16s %-7s %-15s %-6s %s\n", "NODE", "KIND", "ADDRESS", "STATE", "DAEMONS");
	json_array_foreach(nodes, n, node) print_node(node);
	if (fabric)
		print_node(fabric);
}

static void print_shapes(json_t *link)
{
	json_t *forward = json_object_get(link, "forward"),
	       *backward = json_object_get(link, "backward");

	link_state_print(forward, stdout);
	if (json_equal(forward, backward))
		return;
	printf(" back ");
	link_state_print(backward, stdout);
}

static void print_links(json_t *links)
{
	size_t l, e;
	json_t *link, *end;

	printf("\n%-20s %-5s %-58s %s\n", "NETWORK", "MTU", "ENDS", "SHAPED BY");
	json_array_foreach(links, l, link)
	{
		int width =
			printf("%-20s %-5lld ", json_text(link, "network"), number_of(link, "mtu"));

		json_array_foreach(json_object_get(link, "ends"), e, end) width +=
			printf("%s%s %s %s", e ? " - " : "", json_text(end, "node"),
			       json_text(end, "interface"), json_text(end, "address"));
		if (json_is_true(json_object_get(link, "bridged")))
			width += printf(" - bridge");
		printf("%*s", width < 86 ? 86 - width : 1, "");
		print_shapes(link);
		printf("\n");
	}
}

static void print_sessions(json_t *sessions)
{
	size_t s;
	json_t *session;

	if (!json_array_size(sessions))
		return;
	printf("\n%-8s %-4s %-10s %-12s %-15s %s\n", "UE", "PDU", "STATE", "DNN", "ADDRESS",
	       "DEVICE");
	json_array_foreach(sessions, s, session) printf(
		"%-8s %-4lld %-10s %-12s %-15s %s\n", json_text(session, "ue"),
		number_of(session, "id"), json_text(session, "state"), json_text(session, "dnn"),
		json_text(session, "address"), json_text(session, "device"));
}

static void print_text(json_t *document)
{
	printf("%s is %s", json_text(document, "topology"), json_text(document, "state"));
	if (json_object_get(document, "url"))
		printf("; migration manager at %s", json_text(document, "url"));
	printf("\n");
	print_nodes(json_object_get(document, "nodes"), json_object_get(document, "fabric"));
	print_links(json_object_get(document, "links"));
	print_sessions(json_object_get(document, "pdu_sessions"));
	app_state_print(json_object_get(document, "apps"));
	process_state_print(json_object_get(document, "processes"));
}

/* Where it was killed early or late there is none, and no node to tell of either. */
static struct topology *find_topology(const struct run *run)
{
	char path[RUN_PATH_MAX];

	run_path(run, path, "topology.yaml");
	if ((run->phase == RUN_MAKING || run->phase == RUN_ENDING) && access(path, F_OK))
		return calloc(1, sizeof(struct topology));
	return run_topology(run);
}

int status_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct topology *t;
	json_t *document;
	struct run run;
	int rc;

	if (argc > 2) {
		complain("usage: baton status [NAME]");
		return BATON_USAGE;
	}
	rc = run_select(ctx, argc > 1 ? argv[1] : NULL, &run);
	if (rc != BATON_OK)
		return rc;
	t = find_topology(&run);
	if (t) {
		document = make_document(&run, t);
		if (ctx->json) {
			json_dumpf(document, stdout, JSON_INDENT(2));
			printf("\n");
		} else {
			print_text(document);
		}
		json_decref(document);
	}
	topology_free(t);
	run_done(&run);
	return t ? BATON_OK : BATON_FAILED;
}
