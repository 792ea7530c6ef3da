// SPDX-License-Identifier: Apache-2.0
/* What edge agents are told of applications that move as processes (docs/processes.md). Paths are
 * those that every edge has (RUN_HERE), so that a process finds its files where it comes to. Which
 * programs and keys a workload has is in topology_workload.c. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "lib/version.h"
#include "testbed/app.h"
#include "testbed/topology_workload.h"

static void put_here(const struct plan *plan, const char *key, const char *name, FILE *out)
{
	char path[RUN_PATH_MAX];

	run_path(plan->run, path, RUN_HERE "/%s", name);
	fprintf(out, "%s: \"%s\"\n", key, path);
}

static void put_node(const struct plan *plan, unsigned node, FILE *out)
{
	const struct topo_port *wan = topology_find_port(plan->t, node, TOPO_WAN);
	char text[INET_ADDRSTRLEN];

	put_here(plan, "process_dir", "processes", out);
	put_here(plan, "process_repository", "repository", out);
	fprintf(out, "wan_interface: \"%s\"\nwan_address: \"%s\"\n", wan->ifname,
		inet_ntop(AF_INET, &wan->addr, text, sizeof(text)));
}

/* The program's own */
static void put_config(const struct topo_process *app, FILE *out)
{
	const struct topo_workload *workload = workload_find(app->workload);
	char text[INET_ADDRSTRLEN];

	fprintf(out,
		"    config:\n      address: \"%s\"\n      port: %d\n      heap: %" PRIu64 "\n",
		inet_ntop(AF_INET, &app->service, text, sizeof(text)), WORKLOAD_PORT, app->heap);
	if (workload->kind)
		fprintf(out, "      kind: %s\n      state: \"{state}\"\n", workload->kind);
	if (workload_has(workload, WORKLOAD_READ))
		fprintf(out, "      read: %" PRIu64 "\n", app->read);
	if (workload_has(workload, WORKLOAD_WRITE))
		fprintf(out, "      write: %" PRIu64 "\n", app->write);
	if (workload_has(workload, WORKLOAD_COMPRESSIBLE))
		fprintf(out, "      compressible: %.6f\n", app->compressible);
	if (workload_has(workload, WORKLOAD_WORK))
		fprintf(out, "      work_us: %" PRIu64 "\n", app->work_us);
	if (workload->stateless) {
		fprintf(out, "      socket: \"{state}/%s\"\n      workers: [", workload->program);
		for (uint32_t i = 1; i <= app->workers; i++)
			fprintf(out, "%s\"{state}/worker-%" PRIu32 "\"", i > 1 ? ", " : "", i);
		fprintf(out, "]\n");
	}
	if (workload_has(workload, WORKLOAD_CLIENTS))
		fprintf(out, "      clients: %" PRIu32 "\n", app->clients);
	if (app->cooperative)
		fprintf(out,
			"      cooperative: true\n      state: \"{state}\"\n      number: %u\n",
			app->number);
	if (app->application_bytes)
		fprintf(out, "      data: \"{image}/" PROCESS_DATA "\"\n");
}

/* Each edge has its own, at the same paths: who comes there calls those that are there. */
static void put_workers(const struct topo_process *app, FILE *out)
{
	const char *program = workload_find(app->workload)->stateless;

	if (!program)
		return;
	fprintf(out, "    stateless:\n");
	for (uint32_t i = 1; i <= app->workers; i++)
		fprintf(out,
			"      - {name: \"worker-%" PRIu32
			"\", command: [\"./%s\", \"--socket\", \"{state}/worker-%" PRIu32 "\"]}\n",
			i, program, i);
}

static void put_process(const struct topo_process *app, unsigned node, FILE *out)
{
	char text[INET_ADDRSTRLEN];

	fprintf(out,
		"  - name: \"%s\"\n    number: %u\n    image: \"%s\"\n    version: \"%s\"\n"
		"    address: \"%s\"\n    port: %d\n    start: %s\n    cooperative: %s\n"
		"    command: [\"./%s\", \"--config\", \"{config}\"]\n",
		app->name, app->number, app->name, version_string,
		inet_ntop(AF_INET, &app->service, text, sizeof(text)), WORKLOAD_PORT,
		app->edge == node ? "true" : "false", app->cooperative ? "true" : "false",
		workload_find(app->workload)->program);
	put_config(app, out);
	put_workers(app, out);
}

void config_process_edge_agent(const struct plan *plan, unsigned node, FILE *out)
{
	const struct topology *t = plan->t;

	if (!t->process_count)
		return;
	put_node(plan, node, out);
	fprintf(out, "processes:\n");
	for (size_t a = 0; a < t->process_count; a++)
		put_process(&t->process[a], node, out);
}
