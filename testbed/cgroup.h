/* SPDX-License-Identifier: Apache-2.0 */
/* Control groups of `baton exec --pdu`: baton.TOPOLOGY.PID in the cgroup2 hierarchy, one a call. */
#ifndef BATON_TESTBED_CGROUP_H
#define BATON_TESTBED_CGROUP_H

#include <limits.h>
#include <sys/types.h>

/** cgroup_root - where cgroup2 is mounted; Return: 0, -ENOENT when nowhere */
int cgroup_root(char ret_path[PATH_MAX]);
/** cgroup_make - a group for process @pid's call; its path is returned in @ret_path */
int cgroup_make(const char *topology, pid_t pid, char ret_path[PATH_MAX]);
/** cgroup_remove_all - the groups of a topology that nobody is in any more */
void cgroup_remove_all(const char *topology);

#endif
