// SPDX-License-Identifier: Apache-2.0
#include "agents/process/mark.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"

enum { TEXT_MAX = 256 };

/* One that doesn't fit names no file. */
static void path_of(const char *directory, const char *file, char buf[PATH_MAX])
{
	if (snprintf(buf, PATH_MAX, "%s/%s", directory, file) >= PATH_MAX)
		buf[0] = '\0';
}

int mark_set(const char *directory, const char *file, const char *text)
{
	char path[PATH_MAX];
	int fd;

	path_of(directory, file, path);
	if (text[0])
		return file_create(path, text, strlen(text), 0600);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int mark_remove(const char *directory, const char *file)
{
	char path[PATH_MAX];

	path_of(directory, file, path);
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

bool mark_is_set(const char *directory, const char *file)
{
	char path[PATH_MAX];

	path_of(directory, file, path);
	return !access(path, F_OK);
}

bool mark_says(const char *directory, const char *file, const char *text)
{
	char path[PATH_MAX], found[TEXT_MAX];

	path_of(directory, file, path);
	return file_read_text(path, found, sizeof(found)) >= 0 && !strcmp(found, text);
}
