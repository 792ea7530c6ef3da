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

/* Cut to its length afterwards and not to nothing before: ext4 takes that for the replacing of a
 * file, and writes it to the disk at once. */
static int write_whole(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), r = 0;

	if (fd < 0)
		return -errno;
	for (size_t done = 0; done < len && r == 0;) {
		ssize_t n = write(fd, text + done, len - done);

		if (n < 0 && errno != EINTR)
			r = -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	if (r == 0 && ftruncate(fd, (off_t)len) < 0)
		r = -errno;
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

/* The two change places, so that both inodes live on: a file system that is no tmpfs takes its time
 * to make new ones, a step after the other. */
static int put_in_place(const char *aside, const char *path)
{
	if (renameat2(AT_FDCWD, aside, AT_FDCWD, path, RENAME_EXCHANGE) == 0)
		return 0;
	return rename(aside, path) < 0 ? -errno : 0;
}

int store_write(const char *dir, const char *migration, const json_t *record)
{
	char path[PATH_SIZE], aside[PATH_SIZE];
	char *text = json_dumps(record, JSON_COMPACT);
	int r;

	if (!text)
		return -ENOMEM;
	path_of(dir, migration, path);
	snprintf(aside, sizeof aside, "%s/aside", dir);
	r = write_whole(aside, text, strlen(text));
	free(text);
	if (r == 0)
		r = put_in_place(aside, path);
	if (r < 0)
		unlink(aside);
	return r;
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
