/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nodes use while something is measured (001 Fig. 9; acceptance B26): processor time, memory
 * and octets of each interface, looked at from outside at equal intervals, from before the first
 * migration until after the last.
 *
 * Processor: user and system time of all processes in the node's PID namespace, those that have
 * ended included, in clock ticks (10 ms). What the kernel does for packets in interrupts is
 * nobody's. Memory: pages that are resident and shared with no file (statm: resident less shared).
 * Interfaces: the kernel's counters of what those that lead out of a node received and sent.
 */
#ifndef BATON_MEASURE_RESOURCES_H
#define BATON_MEASURE_RESOURCES_H

#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

enum {
	RESOURCE_NODES_MAX = 32,
	RESOURCE_PORTS_MAX = 256, /* of all nodes */
	RESOURCE_SAMPLES_MAX = 100000,
	RESOURCE_NAME_SIZE = 40
};

struct resource_node {
	char name[RESOURCE_NAME_SIZE];
	pid_t init; /* the first process of its PID and network namespaces */
};

struct resource_port {
	size_t node;
	char name[IFNAMSIZ];
	bool control; /* of the management network */
};

/* NAN: the node was gone */
struct resource_use {
	double cpu_s; /* since the first sample */
	double memory;
};

struct resource_octets {
	uint64_t received, sent;
};

struct resources {
	uint64_t interval_ns;
	size_t node_count, port_count, count;
	uint64_t late; /* samples that were left out, since the last took too long, or for want of
			  room */
	struct resource_node node[RESOURCE_NODES_MAX];
	struct resource_port port[RESOURCE_PORTS_MAX];
	uint64_t *ns;			/* [count] CLOCK_REALTIME */
	struct resource_use *use;	/* [sample * node_count + node] */
	struct resource_octets *octets; /* [sample * port_count + port] */
};

struct resource_recorder;

/**
 * resource_recorder_start - look at nodes and interfaces from now on, in a thread of its own
 * @what: copied; its nodes, ports and interval_ns are said, the rest is empty
 *
 * Return: 0 or a negative errno
 */
int resource_recorder_start(const struct resources *what, struct resource_recorder **ret_recorder);
/** resource_recorder_finish - end it, also NULL; @ret: what was seen; resources_done frees it */
void resource_recorder_finish(struct resource_recorder *recorder, struct resources *ret);
void resources_done(struct resources *r);

/* ---- what it says (resources_figures.c) ---- */

/* A migration, or whatever is to be seen between before and after */
struct resource_mark {
	uint64_t from_ns, switched_ns, to_ns; /* switched_ns 0: it is not known */
	char source[RESOURCE_NAME_SIZE], destination[RESOURCE_NAME_SIZE];
};

/* Means over a time; NAN: no two samples are in it */
struct resource_means {
	double cpu;		       /* processors */
	double memory, memory_max;     /* octets */
	double received_bps, sent_bps; /* all interfaces but the management network's */
	double control_received_bps, control_sent_bps;
};

struct resource_means resource_means(const struct resources *r, size_t node, uint64_t from_ns,
				     uint64_t to_ns);
/** resource_node_of - index; node_count: there is none */
size_t resource_node_of(const struct resources *r, const char *name);

/** resources_json - series and, of the marks, figures before, during and after; returned */
json_t *resources_json(const struct resources *r, const struct resource_mark *marks, size_t count);
/** resources_csv - a line a sample and node */
void resources_csv(const struct resources *r, FILE *out);
/** resources_svg - 001 Fig. 9: four panels, with the first mark's source and destination; Return: 0
 * or a negative errno */
int resources_svg(const struct resources *r, const struct resource_mark *marks, size_t count,
		  const char *subtitle, FILE *out);
/** resources_table - a few lines for people */
void resources_table(const struct resources *r, const struct resource_mark *marks, size_t count,
		     FILE *out);

#endif
