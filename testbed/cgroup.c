// SPDX-License-Identifier: Apache-2.0
/* Control groups of `baton exec --pdu`. */
#include "testbed/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int cgroup_root(char ret_path[PATH_MAX])
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	const struct mntent *mount;
	int rc = -ENOENT;

	if (!mounts)
		return -errno;
	while (rc && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "cgroup2") && strlen(mount->mnt_dir) < PATH_MAX) {
			strcpy(ret_path, mount->mnt_dir);
			rc = 0;
		}
	endmntent(mounts);
	return rc;
}

int cgroup_make(const char *topology, pid_t pid, char ret_path[PATH_MAX])
{
	char root[PATH_MAX];
	int rc = cgroup_root(root);

	if (rc)
		return rc;
	if (snprintf(ret_path, PATH_MAX, "%s/baton.%s.%d", root, topology, pid) >= PATH_MAX)
		return -ENAMETOOLONG;
	return mkdir(ret_path, 0755) && errno != EEXIST ? -errno : 0;
}

void cgroup_remove_all(const char *topology)
{
	char root[PATH_MAX], prefix[64];
	const struct dirent *entry;
	DIR *dir;

	if (cgroup_root(root))
		return;
	dir = opendir(root);
	if (!dir)
		return;
	snprintf(prefix, sizeof(prefix), "baton.%s.", topology);
	while ((entry = readdir(dir)))
		if (!strncmp(entry->d_name, prefix, strlen(prefix)))
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	closedir(dir);
}
