// SPDX-License-Identifier: Apache-2.0
/* Processes of others in our network namespaces: someone's `ip netns exec`, a capture, a debugger.
 */
#include "testbed/teardown.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { END_TIMEOUT_MS = 5000 };

/* What tells ours: the PID namespace of a live init. */
struct ours {
	size_t count;
	uint64_t *pid_namespace;
};

static int find_ours(const struct run *run, struct ours *ours)
{
	ours->count = 0;
	ours->pid_namespace = calloc(run->node_count + 1, sizeof(*ours->pid_namespace));
	if (!ours->pid_namespace)
		return -ENOMEM;
	for (size_t i = 0; i < run->node_count; i++)
		if (process_alive(&run->node[i].init))
			ours->pid_namespace[ours->count++] =
				process_namespace(run->node[i].init.pid, "pid");
	return 0;
}

static const struct run_node *node_of(const struct run *run, uint64_t netns)
{
	for (size_t i = 0; netns && i < run->node_count; i++)
		if (run->node[i].netns == netns)
			return &run->node[i];
	return NULL;
}

static bool is_ours(const struct ours *ours, pid_t pid)
{
	uint64_t namespace = process_namespace(pid, "pid");

	for (size_t i = 0; i < ours->count; i++)
		if (namespace && ours->pid_namespace[i] == namespace)
			return true;
	return false;
}

static void note(struct foreign *found, pid_t pid, const struct run_node *node)
{
	found->process.pid = pid;
	found->process.start = process_start_time(pid);
	snprintf(found->node, sizeof(found->node), "%s", node->name);
	process_command(pid, found->command, sizeof(found->command));
}

int foreign_find(const struct run *run, struct foreign *ret_list)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	struct ours ours;
	int count = 0;

	if (!proc)
		return -errno;
	if (find_ours(run, &ours)) {
		closedir(proc);
		return -ENOMEM;
	}
	while (count < FOREIGN_MAX && (entry = readdir(proc))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		const struct run_node *node;

		if (pid <= 0)
			continue;
		node = node_of(run, process_namespace(pid, "net"));
		if (node && pid != getpid() && !is_ours(&ours, pid))
			note(&ret_list[count++], pid, node);
	}
	closedir(proc);
	free(ours.pid_namespace);
	return count;
}

void foreign_end(const struct foreign *list, int count)
{
	for (int i = 0; i < count; i++)
		process_signal(&list[i].process, SIGKILL);
	for (int i = 0; i < count; i++)
		process_await_end(&list[i].process, END_TIMEOUT_MS);
}
