/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workloads that an application which moves as a process can be (docs/processes.md): one row
 * for each, which is all that the testbed knows of it.
 */
#ifndef BATON_TESTBED_TOPOLOGY_WORKLOAD_H
#define BATON_TESTBED_TOPOLOGY_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORKLOAD_PORT = 7000 /* UDP and TCP, of each */ };

/* Keys of `apps` that not every workload has */
enum workload_key {
	WORKLOAD_READ = 1,
	WORKLOAD_WRITE = 2,
	WORKLOAD_COMPRESSIBLE = 4,
	WORKLOAD_WORK = 8,
	WORKLOAD_WORKERS = 16,
	WORKLOAD_COOPERATIVE = 32,
	WORKLOAD_CLIENTS = 64,
};

struct topo_workload {
	const char *name;
	const char *program;   /* in its image; the image in build/bin/images has its name */
	const char *kind;      /* of a generator's configuration; NULL: it is none */
	const char *stateless; /* program of its workers; NULL: it has none */
	unsigned keys;	       /* enum workload_key */
	uint64_t heap_min;     /* 0: what all have */
	uint64_t heap, read, write, work_us; /* where the file doesn't say */
	double compressible;
	uint32_t workers;
};

/** topo_workloads - ended by one without a name */
extern const struct topo_workload topo_workloads[];
/** workload_find - NULL: there is none of this name */
const struct topo_workload *workload_find(const char *name);
bool workload_has(const struct topo_workload *workload, enum workload_key key);

#endif
