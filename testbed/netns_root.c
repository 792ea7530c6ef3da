// SPDX-License-Identifier: Apache-2.0
/* /run/netns as a mount of its own. A file in RUN_ROOT remembers that it was we who made it. */
#include "testbed/netns_root.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "testbed/run.h"

#define MARK RUN_ROOT "/.netns"

/* As ip-netns(8) does it: shared, so that what is let go on the host is let go in copies, too */
static int share(void)
{
	return mount("", NETNS_ROOT, "none", MS_SHARED | MS_REC, NULL) ? -errno : 0;
}

int netns_root_make(void)
{
	int rc;

	if (mkdir(NETNS_ROOT, 0755) && errno != EEXIST)
		return -errno;
	rc = share();
	if (rc != -EINVAL) /* it is a mount */
		return rc;
	rc = file_create(MARK, "", 0, 0600);
	if (rc)
		return rc;
	if (mount(NETNS_ROOT, NETNS_ROOT, "none", MS_BIND | MS_REC, NULL))
		return -errno;
	return share();
}

void netns_root_release(void)
{
	if (access(MARK, F_OK) || !file_is_empty_directory(NETNS_ROOT))
		return;
	if (umount2(NETNS_ROOT, 0) && errno != EINVAL)
		return;
	rmdir(NETNS_ROOT);
	unlink(MARK);
}
