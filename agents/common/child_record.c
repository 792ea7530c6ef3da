// SPDX-License-Identifier: Apache-2.0
/* Who a child is, told so that it can't be taken for another: process numbers come round, and a
 * file survives a reboot. */
#include "agents/common/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BOOT_ID_SIZE = 37, STAT_START_TIME = 22, RECORD_MAX = 256 };

static int read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, buf, size - 1);
	close(fd);
	if (got < 0)
		return -EIO;
	buf[got] = '\0';
	return 0;
}

/* In clock ticks since boot (proc(5)); 0: there is no such process, or it has ended and is not
 * reaped yet */
static unsigned long long start_time(pid_t pid)
{
	char path[32], text[1024], *at;
	int field = 2;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (read_text(path, text, sizeof(text)) || !(at = strrchr(text, ')')))
		return 0;
	if (at[1] == ' ' && (at[2] == 'Z' || at[2] == 'X'))
		return 0;
	for (; at && field < STAT_START_TIME; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

static void boot_id(char ret[BOOT_ID_SIZE])
{
	if (read_text("/proc/sys/kernel/random/boot_id", ret, BOOT_ID_SIZE))
		strcpy(ret, "unknown");
}

static void record_path(const struct child *c, char *buf, size_t size)
{
	snprintf(buf, size, "%s/process", c->directory);
}

int child_record_write(const struct child *c, pid_t pid)
{
	char path[CHILD_PATH_MAX + 16], next[CHILD_PATH_MAX + 24], text[RECORD_MAX],
		boot[BOOT_ID_SIZE];
	int fd, len, rc = 0;

	boot_id(boot);
	len = snprintf(text, sizeof(text), "%d %llu %s\n", pid, start_time(pid), boot);
	record_path(c, path, sizeof(path));
	snprintf(next, sizeof(next), "%s.new", path);
	fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)len) != len)
		rc = -ENOSPC;
	close(fd);
	return rc ? rc : rename(next, path) ? -errno : 0;
}

int child_record_read(const struct child *c, pid_t *ret_pid)
{
	char path[CHILD_PATH_MAX + 16], text[RECORD_MAX], boot[BOOT_ID_SIZE], now[BOOT_ID_SIZE];
	unsigned long long start;
	int pid;

	record_path(c, path, sizeof(path));
	if (read_text(path, text, sizeof(text)) ||
	    sscanf(text, "%d %llu %36s", &pid, &start, boot) != 3)
		return -ESRCH;
	boot_id(now);
	if (pid <= 1 || !start || strcmp(boot, now) != 0 || start_time(pid) != start)
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
