// SPDX-License-Identifier: Apache-2.0
#include "agents/ue-agent/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 512 };

static void path_of(const char *dir, const char *migration, const char *suffix, char *buf)
{
	snprintf(buf, PATH_SIZE, "%s/%s.json%s", dir, migration, suffix);
}

json_t *store_read(const char *dir, const char *migration)
{
	char path[PATH_SIZE];

	path_of(dir, migration, "", path);
	return json_load_file(path, 0, NULL);
}

int store_write(const char *dir, const char *migration, const json_t *record)
{
	char path[PATH_SIZE], aside[PATH_SIZE];

	path_of(dir, migration, "", path);
	path_of(dir, migration, ".new", aside);
	errno = 0;
	if (json_dump_file(record, aside, JSON_COMPACT) < 0 || rename(aside, path) < 0) {
		int r = errno ? -errno : -EIO;

		unlink(aside);
		return r;
	}
	return 0;
}

static int ends_in(const struct dirent *entry, const char *suffix)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, suffix) == 0;
}

static int is_record(const struct dirent *entry)
{
	return ends_in(entry, ".json");
}

/* what a killed agent had not renamed */
static int is_aside(const struct dirent *entry)
{
	return ends_in(entry, ".new");
}

/* versionsort puts m9 before m10: the order in which the manager counts. */
static void remove_first(const char *dir, int (*which)(const struct dirent *), int keep)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, which, versionsort);
	char path[PATH_SIZE];

	for (int i = 0; i < count; i++) {
		if (i < count - keep) {
			snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
			unlink(path);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

void store_prune(const char *dir)
{
	remove_first(dir, is_aside, 0);
	remove_first(dir, is_record, STORE_MIGRATIONS_MAX);
}
