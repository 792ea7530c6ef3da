/* SPDX-License-Identifier: Apache-2.0 */
/* What a child writes, line by line in the daemon's log, bounded in length and rate. */
#ifndef BATON_APPS_MINETEST_CHILD_LOG_H
#define BATON_APPS_MINETEST_CHILD_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "apps/minetest/child.h"

struct child_log {
	char name[32], about[64];
	char line[CHILD_LINE_MAX + 1];
	unsigned len;
	uint64_t second;  /* CLOCK_MONOTONIC: in which lines are counted */
	unsigned lines;	  /* in it */
	uint64_t dropped; /* lines, since the last that was logged */
};

void child_log_begin(struct child_log *l, const char *name, const char *about);
/** child_log_read - what is there at @fd, which doesn't block; Return: false when it has ended */
bool child_log_read(struct child_log *l, int fd);
/** child_log_take - some octets of its output */
void child_log_take(struct child_log *l, const char *bytes, size_t len);
/* What is left of a line, and how many were dropped */
void child_log_end(struct child_log *l);

#endif
