// SPDX-License-Identifier: Apache-2.0
#include "apps/minetest/child_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "lib/log.h"

enum { READ_SIZE = 4096, READS_MAX = 8 };

void child_log_begin(struct child_log *l, const char *name, const char *about)
{
	*l = (struct child_log){.len = 0};
	snprintf(l->name, sizeof l->name, "%s", name);
	snprintf(l->about, sizeof l->about, "%s", about);
}

static void tell_dropped(struct child_log *l)
{
	if (l->dropped)
		log_warn(l->name, "%swhat=\"lines are not logged\" lines=%" PRIu64, l->about,
			 l->dropped);
	l->dropped = 0;
}

static bool allowed(struct child_log *l)
{
	uint64_t second = clock_mono_ns() / 1000000000;

	if (second != l->second) {
		l->second = second;
		l->lines = 0;
	}
	return l->lines++ < CHILD_LINES_MAX;
}

static void put_line(struct child_log *l)
{
	if (l->len == 0)
		return;
	l->line[l->len] = '\0';
	l->len = 0;
	if (!allowed(l)) {
		l->dropped++;
		return;
	}
	tell_dropped(l);
	log_info(l->name, "%sline=\"%s\"", l->about, l->line);
}

/* Another's words: nothing in them may look like the end of the line or of the quotes. */
static char harmless(char c)
{
	return c == '"' ? '\'' : (unsigned char)c < ' ' || c == 0x7f ? ' ' : c;
}

void child_log_take(struct child_log *l, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != '\n')
			l->line[l->len++] = harmless(bytes[i]);
		if (bytes[i] == '\n' || l->len == CHILD_LINE_MAX)
			put_line(l);
	}
}

bool child_log_read(struct child_log *l, int fd)
{
	char bytes[READ_SIZE];
	ssize_t got = 1;

	for (int i = 0; i < READS_MAX && got > 0; i++) {
		got = read(fd, bytes, sizeof bytes);
		if (got > 0)
			child_log_take(l, bytes, (size_t)got);
	}
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void child_log_end(struct child_log *l)
{
	put_line(l);
	tell_dropped(l);
}
