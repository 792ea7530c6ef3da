// SPDX-License-Identifier: Apache-2.0
#include "testbed/topology_workload.h"

#include <string.h>

enum { KB = 1 << 10, MB = 1 << 20 };

#define OF_REQUESTS                                                                                \
	(WORKLOAD_READ | WORKLOAD_WRITE | WORKLOAD_COMPRESSIBLE | WORKLOAD_WORK | WORKLOAD_CLIENTS)

/* Of the services (apps/ledger, apps/frames) read, write and work are a request's; of generators
 * (apps/generators) a second's. */
const struct topo_workload topo_workloads[] = {
	{
		.name = "ledger",
		.program = "ledger",
		.keys = OF_REQUESTS | WORKLOAD_COOPERATIVE,
		.heap = 64 * MB,
		.read = 4 * KB,
		.write = 4 * KB,
		.compressible = 1,
	},
	{
		.name = "ledger-split",
		.program = "ledger",
		.stateless = "ledger-worker",
		.keys = OF_REQUESTS | WORKLOAD_COOPERATIVE | WORKLOAD_WORKERS,
		.heap = 64 * MB,
		.read = 4 * KB,
		.write = 4 * KB,
		.compressible = 1,
		.workers = 2,
	},
	{
		.name = "frames",
		.program = "frames",
		.keys = OF_REQUESTS | WORKLOAD_COOPERATIVE,
		.heap = 64 * MB,
		.read = 4 * KB,
		.write = 4 * KB,
		.compressible = 1,
	},
	{
		.name = "cpu",
		.program = "generator",
		.kind = "cpu",
		.keys = WORKLOAD_COMPRESSIBLE | WORKLOAD_WORK,
		.heap = 1 * MB,
		.work_us = 500000,
		.compressible = 1,
	},
	{
		.name = "io",
		.program = "generator",
		.kind = "io",
		.keys = WORKLOAD_WRITE | WORKLOAD_COMPRESSIBLE,
		.heap = 1 * MB,
		.write = 1 * MB,
		.compressible = 1,
	},
	{
		.name = "mem",
		.program = "generator",
		.kind = "mem",
		.keys = WORKLOAD_WRITE | WORKLOAD_COMPRESSIBLE,
		.heap = 64 * MB,
		.write = 4 * MB,
		.compressible = 1,
	},
	{
		.name = "tar",
		.program = "generator",
		.kind = "tar",
		.heap_min = 512 * KB,
		.keys = WORKLOAD_WRITE | WORKLOAD_COMPRESSIBLE,
		.heap = 4 * MB,
		.write = 1 * MB,
		.compressible = 0.36,
	},
	{
		.name = "video",
		.program = "generator",
		.kind = "video",
		.heap_min = 512 * KB,
		.keys = WORKLOAD_WRITE | WORKLOAD_COMPRESSIBLE | WORKLOAD_WORK,
		.heap = 16 * MB,
		.write = 8 * MB,
		.work_us = 100000,
		.compressible = 0.36,
	},
	{0},
};

const struct topo_workload *workload_find(const char *name)
{
	for (const struct topo_workload *workload = topo_workloads; workload->name; workload++)
		if (!strcmp(workload->name, name))
			return workload;
	return NULL;
}

bool workload_has(const struct topo_workload *workload, enum workload_key key)
{
	return workload->keys & (unsigned)key;
}
