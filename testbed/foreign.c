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
#include <sys/vfs.h>
#include <linux/magic.h>
#include <unistd.h>

enum { END_TIMEOUT_MS = 5000 };

/*
 * What tells ours: the PID namespaces of live inits. And the network namespaces that are held, by a
 * live init or their bound file: only those still have the number in the record. The numbers of
 * others come round.
 */
struct ours {
	size_t count;
	uint64_t *pid_namespace;
	bool *held; /* by node */
};

static bool is_held(const struct run *run, const struct run_node *node)
{
	char path[RUN_PATH_MAX];
	struct statfs fs;
	struct stat st;

	if (!node->netns)
		return false;
	if (process_alive(&node->init) && process_namespace(node->init.pid, "net") == node->netns)
		return true;
	snprintf(path, sizeof(path), NETNS_ROOT "/%s.%s", run->name, node->name);
	return !statfs(path, &fs) && fs.f_type == NSFS_MAGIC && !stat(path, &st) &&
	       st.st_ino == node->netns;
}

static void free_ours(struct ours *ours)
{
	free(ours->pid_namespace);
	free(ours->held);
}

static int find_ours(const struct run *run, struct ours *ours)
{
	ours->count = 0;
	ours->pid_namespace = calloc(run->node_count + 1, sizeof(*ours->pid_namespace));
	ours->held = calloc(run->node_count + 1, sizeof(*ours->held));
	if (!ours->pid_namespace || !ours->held) {
		free_ours(ours);
		return -ENOMEM;
	}
	for (size_t i = 0; i < run->node_count; i++)
		ours->held[i] = is_held(run, &run->node[i]);
	for (size_t i = 0; i < run->node_count; i++)
		if (process_alive(&run->node[i].init))
			ours->pid_namespace[ours->count++] =
				process_namespace(run->node[i].init.pid, "pid");
	return 0;
}

static bool is_init(const struct run *run, pid_t pid)
{
	for (size_t i = 0; i < run->node_count; i++)
		if (run->node[i].init.pid == pid)
			return true;
	return false;
}

static const struct run_node *node_of(const struct run *run, const struct ours *ours,
				      uint64_t netns)
{
	for (size_t i = 0; i < run->node_count; i++)
		if (ours->held[i] && run->node[i].netns == netns)
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
		node = node_of(run, &ours, process_namespace(pid, "net"));
		if (node && pid != getpid() && !is_ours(&ours, pid))
			note(&ret_list[count++], pid, node);
	}
	closedir(proc);
	free_ours(&ours);
	return count;
}

void foreign_end(const struct foreign *list, int count)
{
	for (int i = 0; i < count; i++)
		process_signal(&list[i].process, SIGKILL);
	for (int i = 0; i < count; i++)
		process_await_end(&list[i].process, END_TIMEOUT_MS);
}

/* The parent of @pid, when it is a `baton exec` outside */
static pid_t exec_of(const struct run *run, const struct ours *ours, pid_t pid)
{
	pid_t parent = is_init(run, pid) || !is_ours(ours, pid) ? 0 : process_parent(pid);
	char name[32];

	if (parent <= 1 || parent == getpid() || is_ours(ours, parent))
		return 0;
	process_name(parent, name, sizeof(name));
	return strcmp(name, "baton") ? 0 : parent;
}

void foreign_end_execs(const struct run *run)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	struct ours ours;

	if (!proc)
		return;
	if (!find_ours(run, &ours)) {
		while ((entry = readdir(proc))) {
			pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
			struct process exec = {.pid = pid > 0 ? exec_of(run, &ours, pid) : 0};

			exec.start = exec.pid ? process_start_time(exec.pid) : 0;
			if (exec.pid)
				process_signal(&exec, SIGKILL);
		}
		free_ours(&ours);
	}
	closedir(proc);
}
