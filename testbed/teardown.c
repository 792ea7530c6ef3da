// SPDX-License-Identifier: Apache-2.0
/*
 * The way down, in the order that lets nothing come back: inits (with them every process of a node
 * and its mounts), the host's link, pins and the bpffs, the bound namespaces, control groups, the
 * run directory. Each step asks the record and checks what it finds, so that what isn't Baton's is
 * not touched, and each can be repeated.
 */
#include "testbed/teardown.h"

#include <errno.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "testbed/cgroup.h"
#include "lib/file.h"
#include "testbed/links.h"
#include "testbed/netns_root.h"

enum {
	REAP_TIMEOUT_MS = 500, /* for what is outside to reap what it has in a node */
	END_TIMEOUT_MS = 10000,
};

struct failure {
	int rc;
};

static void note(struct failure *failure, int rc, const char *what, const char *name)
{
	if (!rc)
		return;
	complain("%s %s: %s", what, name, strerror(-rc));
	if (!failure->rc)
		failure->rc = rc;
}

static void end_inits(const struct run *run, struct failure *failure)
{
	for (size_t i = 0; i < run->node_count; i++)
		process_signal(&run->node[i].init, SIGKILL);
	for (size_t i = 0; i < run->node_count; i++)
		if (process_await_end(&run->node[i].init, REAP_TIMEOUT_MS)) {
			foreign_end_execs(run);
			break;
		}
	for (size_t i = 0; i < run->node_count; i++)
		note(failure, process_await_end(&run->node[i].init, END_TIMEOUT_MS), "init of node",
		     run->node[i].name);
}

static bool is_of_type(const char *path, long type)
{
	struct statfs fs;

	return !statfs(path, &fs) && (long)fs.f_type == type;
}

/* Pins are unlinked, too: a copy of the mount elsewhere must not keep programs alive. */
static void remove_bpffs(const struct run *run, struct failure *failure)
{
	char path[RUN_PATH_MAX];

	run_path(run, path, "bpf");
	while (is_of_type(path, BPF_FS_MAGIC)) {
		for (size_t i = 0; i < run->node_count; i++) {
			char pins[RUN_PATH_MAX];

			run_path(run, pins, "bpf/%s", run->node[i].name);
			file_remove_tree(pins);
		}
		if (umount2(path, MNT_DETACH)) {
			note(failure, -errno, "bpffs", path);
			return;
		}
	}
}

/*
 * /run/netns/NAME.NODE is ours: before it was bound, `up` saw under the lock that no such file was
 * there. A namespace of another inode than the record's was bound by somebody else since. On disk
 * after a reboot it is an empty file.
 */
static int remove_netns(const struct run *run, const struct run_node *node)
{
	char path[RUN_PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), NETNS_ROOT "/%s.%s", run->name, node->name);
	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (is_of_type(path, NSFS_MAGIC)) {
		if (node->netns && st.st_ino != node->netns)
			return 0;
		if (umount2(path, MNT_DETACH))
			return -errno;
	}
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

static void remove_namespaces(const struct run *run, struct failure *failure)
{
	for (size_t i = 0; i < run->node_count; i++)
		note(failure, remove_netns(run, &run->node[i]), "namespace of node",
		     run->node[i].name);
	netns_root_release();
}

static void remove_path(const struct run *run, const char *directory, const char *node,
			struct failure *failure)
{
	char path[RUN_PATH_MAX];
	int rc;

	run_path(run, path, "%s/%s", directory, node);
	rc = file_remove_tree(path);
	note(failure, rc == -ENOENT ? 0 : rc, "files of node", node);
}

int teardown_node(const struct run *run, size_t node)
{
	const struct run_node *n = &run->node[node];
	struct failure failure = {0};

	process_signal(&n->init, SIGKILL);
	if (process_await_end(&n->init, REAP_TIMEOUT_MS))
		foreign_end_execs(run);
	note(&failure, process_await_end(&n->init, END_TIMEOUT_MS), "init of node", n->name);
	note(&failure, remove_netns(run, n), "namespace of node", n->name);
	remove_path(run, "bpf", n->name, &failure);
	remove_path(run, "nodes", n->name, &failure);
	return failure.rc;
}

int teardown(const struct run *run)
{
	struct failure failure = {0};

	if (run_is_of_this_boot(run))
		end_inits(run, &failure);
	note(&failure, management_host_remove(run->name, run_is_of_this_boot(run) ? run->host_ifname : ""), "host interface of", run->name);
	remove_bpffs(run, &failure);
	remove_namespaces(run, &failure);
	cgroup_remove_all(run->name);
	/* the record goes last, and only when there is nothing left to tell of */
	if (!failure.rc)
		note(&failure, file_remove_tree(run->dir), "run directory", run->dir);
	return failure.rc;
}
