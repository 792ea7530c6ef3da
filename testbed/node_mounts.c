// SPDX-License-Identifier: Apache-2.0
/* A node's mount namespace: what it sees as /proc, /sys, /sys/fs/bpf, /etc/hosts and
 * /etc/resolv.conf. */
#include "testbed/node.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/file.h"

int node_fail(struct node_error *err, int rc, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	if (len > 0 && len < (int)sizeof(err->text))
		snprintf(err->text + len, sizeof(err->text) - (size_t)len, ": %s", strerror(-rc));
	return rc;
}

/* The bpffs of other runs */
static bool is_foreign(const struct plan *plan, const char *point)
{
	size_t len = strlen(plan->run->dir);

	return !strncmp(point, RUN_ROOT "/", strlen(RUN_ROOT) + 1) &&
	       (strncmp(point, plan->run->dir, len) != 0 || point[len] != '/');
}

static void let_go(const struct plan *plan, char *mountinfo)
{
	char *rest = mountinfo;

	for (char *line; (line = strsep(&rest, "\n")) && *line;) {
		char point[RUN_PATH_MAX];

		/* 36 35 98:0 /root /mount/point options ... */
		if (sscanf(line, "%*s %*s %*s %*s %255s", point) == 1 && is_foreign(plan, point))
			umount2(point, MNT_DETACH);
	}
}

static int let_go_of_others(const struct plan *plan)
{
	size_t size = 1 << 16;
	char *text = NULL;

	for (;;) {
		char *grown = realloc(text, size);
		ssize_t len;

		if (!grown) {
			free(text);
			return -ENOMEM;
		}
		text = grown;
		len = file_read_text("/proc/self/mountinfo", text, size);
		if (len < 0) {
			free(text);
			return (int)len;
		}
		if ((size_t)len < size - 1)
			break;
		size *= 2;
	}
	let_go(plan, text);
	free(text);
	return 0;
}

/* Control groups come along, from under the new /sys, which would hide them. */
static int mount_sys(void)
{
	int groups = open("/sys/fs/cgroup", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		rc = -errno;
	if (!rc && groups >= 0)
		syscall(SYS_move_mount, groups, "", AT_FDCWD, "/sys/fs/cgroup",
			MOVE_MOUNT_F_EMPTY_PATH);
	if (groups >= 0)
		close(groups);
	return rc;
}

/* A host without the file has no use for it inside either. */
static int bind_file(const char *from, const char *to)
{
	if (!mount(from, to, NULL, MS_BIND, NULL) || errno == ENOENT)
		return 0;
	return -errno;
}

static int bind_files(const struct plan *plan, unsigned node, struct node_error *err)
{
	char path[RUN_PATH_MAX];
	int rc;

	run_path(plan->run, path, "bpf");
	if (mount(path, "/sys/fs/bpf", NULL, MS_BIND, NULL) && errno != ENOENT)
		return node_fail(err, -errno, "%s on /sys/fs/bpf", path);
	if (node >= plan->t->node_count || plan->t->node[node].kind != TOPO_UE)
		return 0;
	/* a UE is told its name servers by the network */
	run_path(plan->run, path, "nodes/%s/resolv.conf", plan_node_name(plan, node));
	rc = bind_file(path, "/etc/resolv.conf");
	return rc ? node_fail(err, rc, "%s on /etc/resolv.conf", path) : 0;
}

int node_mounts_template(const struct plan *plan, struct node_error *err)
{
	char path[RUN_PATH_MAX];
	int rc;

	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL))
		return node_fail(err, -errno, "/ recursively slave");
	rc = let_go_of_others(plan);
	if (rc)
		return node_fail(err, rc, "/proc/self/mountinfo");
	run_path(plan->run, path, "hosts");
	rc = bind_file(path, "/etc/hosts");
	if (rc)
		return node_fail(err, rc, "%s on /etc/hosts", path);
	run_path(plan->run, path, "resolv.conf");
	rc = bind_file(path, "/etc/resolv.conf");
	return rc ? node_fail(err, rc, "%s on /etc/resolv.conf", path) : 0;
}

void node_mounts_without_namespaces(void)
{
	(void)mount(NULL, "/run", NULL, MS_PRIVATE, NULL);
	(void)umount2(NETNS_ROOT, MNT_DETACH);
}

int node_mounts(const struct plan *plan, unsigned node, struct node_error *err)
{
	const char *name = plan_node_name(plan, node);
	int rc;

	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		return node_fail(err, -errno, "/proc");
	rc = mount_sys();
	if (rc)
		return node_fail(err, rc, "/sys");
	if (sethostname(name, strlen(name)))
		return node_fail(err, -errno, "host name");
	rc = bind_files(plan, node, err);
	return rc ? rc : node_process_mounts(plan, node, err);
}
