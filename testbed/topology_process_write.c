// SPDX-License-Identifier: Apache-2.0
/* Applications that move as processes, as the resolved file has them: every key, so that what is
 * read back is the same. */
#include <inttypes.h>

#include "testbed/topology.h"
#include "testbed/topology_workload.h"

static void write_layers(const struct topology *t, const struct topo_process *app, FILE *out)
{
	const char *separator = "";

	fprintf(out, "    layers: {base: %" PRIu64 "B, application: %" PRIu64 "B, at: [",
		app->base_bytes, app->application_bytes);
	for (size_t i = 0; i < t->node_count; i++)
		if (app->layered[i]) {
			fprintf(out, "%s%s", separator, t->node[i].name);
			separator = ", ";
		}
	fprintf(out, "]}\n");
}

void topology_write_process(const struct topology *t, const struct topo_process *app, FILE *out)
{
	const struct topo_workload *workload = workload_find(app->workload);

	fprintf(out, "  %s:\n    workload: %s\n    at: %s\n    heap: %" PRIu64 "B\n", app->name,
		app->workload, t->node[app->edge].name, app->heap);
	if (workload_has(workload, WORKLOAD_READ))
		fprintf(out, "    read: %" PRIu64 "B\n", app->read);
	if (workload_has(workload, WORKLOAD_WRITE))
		fprintf(out, "    write: %" PRIu64 "B\n", app->write);
	if (workload_has(workload, WORKLOAD_COMPRESSIBLE))
		fprintf(out, "    compressible: %.6f\n", app->compressible);
	if (workload_has(workload, WORKLOAD_WORK))
		fprintf(out, "    work: %" PRIu64 "us\n", app->work_us);
	if (workload_has(workload, WORKLOAD_WORKERS))
		fprintf(out, "    workers: %" PRIu32 "\n", app->workers);
	if (workload_has(workload, WORKLOAD_CLIENTS))
		fprintf(out, "    clients: %" PRIu32 "\n", app->clients);
	if (workload_has(workload, WORKLOAD_COOPERATIVE))
		fprintf(out, "    cooperative: %s\n", app->cooperative ? "true" : "false");
	write_layers(t, app, out);
}
