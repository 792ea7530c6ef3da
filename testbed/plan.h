/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `up` is about to make: the topology, the choices that only this machine can tell (management
 * prefix, data planes, which programs there are), and where it goes. Inits are forked with it in
 * their memory and set up their own nodes from it.
 */
#ifndef BATON_TESTBED_PLAN_H
#define BATON_TESTBED_PLAN_H

#include "testbed/run.h"

enum {
	/* interface indices are given, so that everything in a node is set up in one batch without
	   asking */
	IFINDEX_MGMT = 100,
	IFINDEX_PORT =
		1000, /* plus the port's index; in the fabric, the other end of a bridged one */
	IFINDEX_FABRIC_MGMT = 20000, /* plus the node's index */
	N6_TABLE = 106,
	DAEMONS_PER_NODE = 6,
	DAEMON_OF_FABRIC = TOPO_KINDS, /* the kind of node that the fabric is */
};

struct plan {
	const struct baton_context *ctx;
	const struct topology *t;
	struct run *run;
	bool managed; /* there is a management network */
	bool qos; /* QFI in PDI, QER and PDU session container: not where a UPF or gNB is on the gtp
		     back end */
	bool netem;	       /* the kernel has it */
	bool shaper;	       /* link-shaper runs already, whether it is needed or not */
	char iperf3[PATH_MAX]; /* "" where it isn't installed */
};

/* A program that a node's init keeps running. */
struct daemon_row {
	const char *name;
	int kind;	    /* enum topo_kind, or DAEMON_OF_FABRIC */
	uint16_t rest_port; /* 0: none */
	bool notifies;	    /* says itself when it is ready; else it is ready when it runs */
};

/** daemon_rows - ended by a row without a name, in order of start */
extern const struct daemon_row daemon_rows[];
/** plan_daemons - the rows of one node; Return: how many */
size_t plan_daemons(const struct plan *plan, unsigned node,
		    const struct daemon_row *rows[DAEMONS_PER_NODE]);
/** plan_has_shaper - link-shaper runs in the fabric: not in a bare topology without a shape, which
 * is up the sooner */
bool plan_has_shaper(const struct plan *plan);
/** daemon_has_config - a file that `up` writes */
bool daemon_has_config(const struct daemon_row *row);
/** plan_program - the path of a daemon's program */
void plan_program(const struct plan *plan, const struct daemon_row *row, char path[PATH_MAX]);
/** plan_node_count - nodes of the run: those of the topology and the fabric, which is the last */
size_t plan_node_count(const struct plan *plan);
/** plan_node_name - also of the fabric */
const char *plan_node_name(const struct plan *plan, unsigned node);
/** plan_rest_port - of a daemon by name; 0: it has none */
uint16_t daemon_rest_port(const char *name);

/** config_write_all - hosts, resolv.conf, token, the resolved topology and every daemon's
 * configuration */
/** config_links - what link-shaper is told of ports and changes (config_links.c) */
void config_links(const struct plan *plan, FILE *out);
/** config_mover - what the mover is told of places and walks (config_mover.c) */
void config_mover(const struct plan *plan, FILE *out);
int config_write_all(const struct plan *plan);
/** config_write_daemon - nodes/NODE/DAEMON.yaml (config_daemon.c) */
int config_write_daemon(const struct plan *plan, unsigned node, const struct daemon_row *row);
/** config_daemon_text - what config_write_daemon writes; returned, free it */
int config_daemon_text(const struct plan *plan, unsigned node, const struct daemon_row *row,
		       char **ret_text, size_t *ret_len);
/** config_write_node - the directory and files of one node */
int config_write_node(const struct plan *plan, unsigned node);
/** config_write_topology - the resolved topology as @file of the run directory */
int config_write_topology(const struct plan *plan, const char *file);
/** config_rewrite_hosts - into the file that is there, which is mounted in every node */
int config_rewrite_hosts(const struct plan *plan);

#endif
