/* SPDX-License-Identifier: Apache-2.0 */
/* Entering a node from outside, as `baton exec` does. */
#ifndef BATON_TESTBED_ENTER_H
#define BATON_TESTBED_ENTER_H

#include "testbed/run.h"

/**
 * enter_spawn - start a program inside all namespaces of a node, as a child of the caller
 * @cgroup: NULL, or the group it runs in
 * @ret_pid: as the caller's namespaces count it
 *
 * Keeps terminal, environment and, where it is there, the working directory. The caller stays where it is.
 * Return: 0 or a negative errno; a program that can't be run ends with 127 or 126 instead
 */
int enter_spawn(const struct run *run, size_t node, const char *cgroup, char *const *argv, pid_t *ret_pid);

/**
 * enter_bind_device - every new socket of a control group is bound to an interface
 * @cgroup: its path
 *
 * By a BPF program of the group, which goes with it; ours alone see it, and no route or rule changes.
 */
int enter_bind_device(const char *cgroup, unsigned ifindex);

#endif
