// SPDX-License-Identifier: Apache-2.0
#include "agents/ue-agent/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 512 };

static void path_of(const char *dir, const char *migration, char *buf)
{
	snprintf(buf, PATH_SIZE, "%s/%s.json", dir, migration);
}

json_t *store_read(const char *dir, const char *migration)
{
	char path[PATH_SIZE];

	path_of(dir, migration, path);
	return json_load_file(path, 0, NULL);
}

/* The two change places, so that both inodes live on: a file system that is no tmpfs takes its time
 * to make new ones, a step after the other. */
static int put_in_place(const char *aside, const char *path)
{
	if (renameat2(AT_FDCWD, aside, AT_FDCWD, path, RENAME_EXCHANGE) == 0)
		return 0;
	return rename(aside, path);
}

int store_write(const char *dir, const char *migration, const json_t *record)
{
	char path[PATH_SIZE], aside[PATH_SIZE];

	path_of(dir, migration, path);
	snprintf(aside, sizeof aside, "%s/aside", dir);
	errno = 0;
	if (json_dump_file(record, aside, JSON_COMPACT) < 0 || put_in_place(aside, path) < 0) {
		int r = errno ? -errno : -EIO;

		unlink(aside);
		return r;
	}
	return 0;
}

static int is_record(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".json") == 0;
}

/* versionsort puts m9 before m10: the order in which the manager counts. */
void store_prune(const char *dir)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_record, versionsort);
	char path[PATH_SIZE];

	for (int i = 0; i < count; i++) {
		if (i < count - STORE_MIGRATIONS_MAX) {
			snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
			unlink(path);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}
