/* SPDX-License-Identifier: Apache-2.0 */
/* A process and all that came of it. */
#ifndef BATON_AGENTS_PROCESS_TREE_H
#define BATON_AGENTS_PROCESS_TREE_H

#include <stddef.h>
#include <sys/types.h>

enum { PROCESS_TREE_MAX = 256 };

/** process_tree - @pid and all its descendants, in order of number; Return: how many */
size_t process_tree(pid_t pid, pid_t ret[PROCESS_TREE_MAX]);

#endif
