/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a topology down by its record, whatever state it is in: after `up`, in the middle of it, after kill -9 of anything. */
#ifndef BATON_TESTBED_TEARDOWN_H
#define BATON_TESTBED_TEARDOWN_H

#include "testbed/run.h"

enum { FOREIGN_MAX = 64 };

/* A process in one of our network namespaces that no init of ours started. */
struct foreign {
	struct process process;
	char node[TOPO_NAME_SIZE];
	char command[96];
};

/** foreign_find - up to FOREIGN_MAX of them; Return: how many, or negative errno */
int foreign_find(const struct run *run, struct foreign *ret_list);
/** foreign_end - SIGKILL and await those that are listed */
void foreign_end(const struct foreign *list, int count);

/**
 * foreign_end_execs - end every `baton exec` whose command lives in a node
 *
 * It is the parent of a process in the node, but outside; when it is stopped (Ctrl-Z) it doesn't reap its child, and then
 * the kernel doesn't let the node's init go.
 */
void foreign_end_execs(const struct run *run);

/**
 * teardown - kill the inits, remove links, pins, mounts, namespaces, control groups and the run directory
 *
 * Goes on after a failure, so that as little as possible stays. Call with the run lock held or as its maker.
 * Return: 0, or the first error, after complaining
 */
int teardown(const struct run *run);
/** teardown_node - one node of a topology that stays: its init, pins, namespace and files. Return: 0, or the first error */
int teardown_node(const struct run *run, size_t node);

#endif
