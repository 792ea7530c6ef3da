// SPDX-License-Identifier: Apache-2.0
/* A node's log: one file of all its daemons' lines, each with the time and who said it, bounded by
 * one rotation. */
#include "testbed/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

int init_log_open(struct init_log *log, const char *path)
{
	off_t end;

	snprintf(log->path, sizeof(log->path), "%s", path);
	log->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log->fd < 0)
		return -errno;
	end = lseek(log->fd, 0, SEEK_END);
	log->bytes = end > 0 ? (size_t)end : 0;
	return 0;
}

static void rotate(struct init_log *log)
{
	char old[RUN_PATH_MAX + 2], path[RUN_PATH_MAX];

	snprintf(path, sizeof(path), "%s", log->path);
	snprintf(old, sizeof(old), "%s.1", path);
	rename(path, old);
	close(log->fd);
	/* without a new file lines are lost, not the node */
	log->fd = -1;
	log->bytes = 0;
	init_log_open(log, path);
}

void init_log_line(struct init_log *log, const char *who, const char *line, size_t len)
{
	char head[96];
	struct timespec now;
	struct tm tm;
	size_t used;
	struct iovec out[3];
	ssize_t put;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	used = strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%S", &tm);
	used += (size_t)snprintf(head + used, sizeof(head) - used,
				 ".%06ldZ %.40s: ", now.tv_nsec / 1000, who);
	if (log->bytes + used + len + 1 > INIT_LOG_MAX)
		rotate(log);
	out[0] = (struct iovec){head, used};
	out[1] = (struct iovec){(void *)line, len};
	out[2] = (struct iovec){"\n", 1};
	put = writev(log->fd, out, 3);
	if (put > 0)
		log->bytes += (size_t)put;
}

void init_log_format(struct init *init, const char *format, ...)
{
	char line[256];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (len >= (int)sizeof(line))
		len = sizeof(line) - 1;
	init_log_line(&init->log, "init", line, len > 0 ? (size_t)len : 0);
}
