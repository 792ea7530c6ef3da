// SPDX-License-Identifier: Apache-2.0
/*
 * Log lines. A line is put together in one buffer and written by one write(2), so that the lines of
 * programs which share a pipe never mix. What would break the line (control bytes in a peer's text)
 * is replaced.
 */
#include "lib/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 }; /* below PIPE_BUF: atomic */

static struct {
	const char *program;
	enum log_level max;
} logger = {"baton", LOG_LEVEL_INFO};

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

void log_open(const char *program, enum log_level max)
{
	logger.program = program;
	logger.max = max;
}

int log_level_parse(const char *text, enum log_level *ret_level)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
		if (strcmp(text, level_names[i]) == 0) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

static size_t clamp(int printed, size_t room)
{
	if (printed < 0)
		return 0;
	return (size_t)printed < room ? (size_t)printed : room - 1;
}

void log_line(enum log_level level, const char *module, const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	size_t len;
	va_list args;

	if (level > logger.max)
		return;
	/* one byte is kept for the newline */
	len = clamp(snprintf(line, sizeof(line) - 1, "%s %s ", level_names[level],
			     module ? module : logger.program),
		    sizeof(line) - 1);
	va_start(args, format);
	len += clamp(vsnprintf(line + len, sizeof(line) - 1 - len, format, args),
		     sizeof(line) - 1 - len);
	va_end(args);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[len++] = '\n';
	/* There is nobody to tell when standard error is gone. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

bool log_allowed(struct log_budget *budget, unsigned per_second, unsigned *ret_suppressed)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (budget->second != (uint64_t)now.tv_sec) {
		budget->second = (uint64_t)now.tv_sec;
		budget->used = 0;
	}
	if (budget->used >= per_second) {
		budget->suppressed++;
		return false;
	}
	budget->used++;
	*ret_suppressed = budget->suppressed;
	budget->suppressed = 0;
	return true;
}
