// SPDX-License-Identifier: Apache-2.0
/* A record made anew from what there is, for `down` when the one on disk is lost. */
#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "testbed/run.h"

/* The inode of the namespace that is bound at /run/netns/@entry, or 0 */
static uint64_t bound_netns(const char *entry)
{
	char path[RUN_PATH_MAX];
	struct statfs fs;
	struct stat st;
	int len = snprintf(path, sizeof(path), NETNS_ROOT "/%s", entry);

	if (len >= (int)sizeof(path) || statfs(path, &fs) || fs.f_type != NSFS_MAGIC ||
	    stat(path, &st))
		return 0;
	return st.st_ino;
}

/* Process @pid is an init when it bears the name and lives in a namespace that is bound as ours. */
static void note_init(struct run *run, pid_t pid)
{
	uint64_t netns = process_namespace(pid, "net");
	char name[16];

	process_name(pid, name, sizeof(name));
	if (!netns || strcmp(name, "baton-init") != 0)
		return;
	for (size_t i = 0; i < run->node_count; i++)
		if (run->node[i].netns == netns)
			run->node[i].init =
				(struct process){.pid = pid, .start = process_start_time(pid)};
}

static int find_inits(struct run *run)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	if (!proc)
		return -errno;
	while ((entry = readdir(proc))) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);

		if (pid > 0 && !*end)
			note_init(run, (pid_t)pid);
	}
	closedir(proc);
	return 0;
}

/* Names of /run/netns/NAME.NODE; a dot is in no name of ours. */
static int find_names(struct run *run)
{
	size_t prefix = strlen(run->name);
	DIR *dir = opendir(NETNS_ROOT);
	const struct dirent *entry;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(dir)) && run->node_count <= TOPO_NODES_MAX) {
		const char *node = entry->d_name + prefix + 1;
		struct run_node *found = &run->node[run->node_count];

		if (strncmp(entry->d_name, run->name, prefix) != 0 ||
		    entry->d_name[prefix] != '.' || !run_name_is_valid(node))
			continue;
		snprintf(found->name, sizeof(found->name), "%s", node);
		found->netns = bound_netns(entry->d_name);
		run->node_count += found->netns != 0;
	}
	closedir(dir);
	return 0;
}

/* A namespace without an init of ours may be anybody's. */
static void keep_those_with_init(struct run *run)
{
	size_t kept = 0;

	for (size_t i = 0; i < run->node_count; i++)
		if (process_alive(&run->node[i].init))
			run->node[kept++] = run->node[i];
	run->node_count = kept;
}

int run_recover(const char *name, struct run *ret_run)
{
	struct run run;
	int rc = run_init(&run, name, TOPO_NODES_MAX + 1);

	if (rc)
		return rc;
	run.node_count = 0;
	rc = find_names(&run);
	if (!rc)
		rc = find_inits(&run);
	if (rc) {
		run_done(&run);
		return rc;
	}
	keep_those_with_init(&run);
	run.phase = RUN_FAILED;
	*ret_run = run;
	return 0;
}
