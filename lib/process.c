// SPDX-License-Identifier: Apache-2.0
/* Processes by /proc and pidfd_open(2): a signal never reaches a later process that got the same
 * number. */
#include "lib/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/file.h"

int boot_id_read(char ret_id[BOOT_ID_SIZE])
{
	char text[64];
	int rc = file_read_text("/proc/sys/kernel/random/boot_id", text, sizeof(text));

	if (rc < 0)
		return rc;
	text[strcspn(text, "\n")] = '\0';
	snprintf(ret_id, BOOT_ID_SIZE, "%.36s", text);
	return 0;
}

/* From the end of field 2 of /proc/PID/stat on; the name in it may hold blanks and parentheses,
 * what follows doesn't. */
static char *read_stat(pid_t pid, char *buf, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	return file_read_text(path, buf, size) < 0 ? NULL : strrchr(buf, ')');
}

static uint64_t stat_field(char *field, int number)
{
	for (int i = 2; i < number && field; i++)
		field = strchr(field + 1, ' ');
	return field ? strtoull(field + 1, NULL, 10) : 0;
}

uint64_t process_start_time(pid_t pid)
{
	char text[1024], *field = read_stat(pid, text, sizeof(text));

	if (!field || strncmp(field, ") Z", 3) == 0)
		return 0;
	return stat_field(field, 22);
}

bool process_is_stopped(pid_t pid)
{
	char text[1024], *field = read_stat(pid, text, sizeof(text));

	return field && strncmp(field, ") T", 3) == 0;
}

uint64_t process_resident(pid_t pid)
{
	char path[64], text[128];
	unsigned long long pages;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	if (file_read_text(path, text, sizeof(text)) < 0 || sscanf(text, "%*u %llu", &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

pid_t process_parent(pid_t pid)
{
	char text[1024];

	return (pid_t)stat_field(read_stat(pid, text, sizeof(text)), 4);
}

void process_name(pid_t pid, char *buf, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	if (file_read_text(path, buf, size) < 0)
		buf[0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

bool process_alive(const struct process *process)
{
	return process->pid > 0 && process->start &&
	       process_start_time(process->pid) == process->start;
}

static int open_same(const struct process *process)
{
	int fd;

	if (process->pid <= 0)
		return -ESRCH;
	fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	if (fd < 0)
		return -errno;
	if (!process_alive(process)) {
		close(fd);
		return -ESRCH;
	}
	return fd;
}

int process_signal(const struct process *process, int signal)
{
	int fd = open_same(process), rc = 0;

	if (fd < 0)
		return fd;
	if (syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0))
		rc = -errno;
	close(fd);
	return rc;
}

/* @fd: of pidfd_open, closed */
static int await(int fd, int wake, int timeout_ms)
{
	struct pollfd pfd[] = {{.fd = fd, .events = POLLIN}, {.fd = wake, .events = POLLIN}};
	int n = poll(pfd, 2, timeout_ms), rc = n < 0 ? -errno : n ? 0 : -ETIMEDOUT;

	close(fd);
	return n > 0 && !pfd[0].revents ? -ECANCELED : rc;
}

int process_await_end(const struct process *process, int timeout_ms)
{
	int fd = open_same(process);

	return fd < 0 || !await(fd, -1, timeout_ms) ? 0 : -ETIMEDOUT;
}

int process_await(pid_t pid, int wake, int timeout_ms)
{
	int fd, rc;

	do {
		fd = (int)syscall(SYS_pidfd_open, pid, 0);
		if (fd < 0)
			return errno == ESRCH ? 0 : -errno;
		rc = await(fd, wake, timeout_ms);
	} while (rc == -EINTR);
	return rc;
}

uint64_t process_namespace(pid_t pid, const char *which)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, which);
	return stat(path, &st) ? 0 : st.st_ino;
}

void process_command(pid_t pid, char *buf, size_t size)
{
	char path[64];
	int fd;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? 0 : read(fd, buf, size - 1);
	if (fd >= 0)
		close(fd);
	while (len > 0 && !buf[len - 1])
		len--;
	buf[len > 0 ? len : 0] = '\0';
	for (ssize_t i = 0; i < len; i++)
		if (!buf[i])
			buf[i] = ' ';
}

int process_beside(const char *name, char *ret, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", ret, size - 1);
	char *last;

	if (len < 0)
		return -errno;
	ret[len] = '\0';
	last = strrchr(ret, '/') + 1;
	if ((size_t)(last - ret) + strlen(name) >= size)
		return -ENAMETOOLONG;
	strcpy(last, name);
	return 0;
}
