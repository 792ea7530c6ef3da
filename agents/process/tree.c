// SPDX-License-Identifier: Apache-2.0
#include "agents/process/tree.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lib/process.h"

static size_t read_pids(pid_t **ret)
{
	DIR *dir = opendir("/proc");
	size_t count = 0, room = 0;
	const struct dirent *entry;
	pid_t *pids = NULL;

	while (dir && (entry = readdir(dir))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid <= 0)
			continue;
		if (count == room) {
			pid_t *more = realloc(pids, (room = room ? 2 * room : 256) * sizeof(*pids));

			if (!more)
				break;
			pids = more;
		}
		pids[count++] = pid;
	}
	if (dir)
		closedir(dir);
	*ret = pids;
	return count;
}

static bool holds(const pid_t *pids, size_t count, pid_t pid)
{
	for (size_t i = 0; i < count; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

static int by_number(const void *a, const void *b)
{
	return *(const pid_t *)a - *(const pid_t *)b;
}

/* Walked again until nothing is added: a child's number may be below its parent's. */
size_t process_tree(pid_t pid, pid_t ret[PROCESS_TREE_MAX])
{
	size_t found = 1, before = 0, count;
	pid_t *pids;

	count = read_pids(&pids);
	ret[0] = pid;
	while (found != before) {
		before = found;
		for (size_t i = 0; i < count && found < PROCESS_TREE_MAX; i++)
			if (!holds(ret, found, pids[i]) &&
			    holds(ret, found, process_parent(pids[i])))
				ret[found++] = pids[i];
	}
	free(pids);
	qsort(ret, found, sizeof(ret[0]), by_number);
	return found;
}
