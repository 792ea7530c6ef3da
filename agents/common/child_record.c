// SPDX-License-Identifier: Apache-2.0
/* Who a child is, told so that it can't be taken for another: process numbers come round, and a
 * file survives a reboot. */
#include "agents/common/child.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/process.h"

enum { RECORD_MAX = 256 };

static void boot_id(char ret[BOOT_ID_SIZE])
{
	if (boot_id_read(ret))
		strcpy(ret, "unknown");
}

static void record_path(const struct child *c, char *buf, size_t size)
{
	snprintf(buf, size, "%s/process", c->directory);
}

int child_record_write(const struct child *c, pid_t pid)
{
	char path[CHILD_PATH_MAX + 16], text[RECORD_MAX], boot[BOOT_ID_SIZE];
	int len;

	boot_id(boot);
	len = snprintf(text, sizeof(text), "%d %llu %s\n", pid,
		       (unsigned long long)process_start_time(pid), boot);
	record_path(c, path, sizeof(path));
	return file_create(path, text, (size_t)len, 0600);
}

int child_record_read(const struct child *c, pid_t *ret_pid)
{
	char path[CHILD_PATH_MAX + 16], text[RECORD_MAX], boot[BOOT_ID_SIZE], now[BOOT_ID_SIZE];
	unsigned long long start;
	int pid;

	record_path(c, path, sizeof(path));
	if (file_read_text(path, text, sizeof(text)) < 0 ||
	    sscanf(text, "%d %llu %36s", &pid, &start, boot) != 3)
		return -ESRCH;
	boot_id(now);
	if (pid <= 1 || !start || strcmp(boot, now) != 0 || process_start_time(pid) != start)
		return -ESRCH;
	*ret_pid = pid;
	return 0;
}

void child_record_remove(const struct child *c)
{
	char path[CHILD_PATH_MAX + 16];

	record_path(c, path, sizeof(path));
	unlink(path);
}

int child_record_begins(pid_t pid, void *user)
{
	const struct child *c = user;

	if (pid)
		return child_record_write(c, pid);
	child_record_remove(c);
	return 0;
}

void child_record_in(struct child *c, const char *directory)
{
	memset(c, 0, sizeof(*c));
	snprintf(c->directory, sizeof(c->directory), "%.*s", CHILD_PATH_MAX - 1, directory);
}
