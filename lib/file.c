// SPDX-License-Identifier: Apache-2.0
/* Small files, whole. */
#include "lib/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 16 << 20, TREE_FDS = 16, PIECE = 64 << 10 };

ssize_t file_read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got = 1;

	if (fd < 0)
		return -errno;
	while (len < size - 1 && (got = read(fd, buf + len, size - 1 - len)) > 0)
		len += (size_t)got;
	if (got < 0)
		got = -errno;
	close(fd);
	buf[len] = '\0';
	return got < 0 ? got : (ssize_t)len;
}

int file_read_all(const char *path, char **ret_text, size_t *ret_len)
{
	struct stat st;
	char *text;
	ssize_t len;

	if (stat(path, &st))
		return -errno;
	if (st.st_size > FILE_MAX)
		return -EFBIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	len = file_read_text(path, text, (size_t)st.st_size + 1);
	if (len < 0) {
		free(text);
		return (int)len;
	}
	*ret_text = text;
	*ret_len = (size_t)len;
	return 0;
}

int file_write_all(int fd, const void *octets, size_t len)
{
	const char *at = octets;

	while (len) {
		ssize_t put = write(fd, at, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		at += put;
		len -= (size_t)put;
	}
	return 0;
}

int file_write_at(int directory, const char *path, const char *text)
{
	int fd = openat(directory, path, O_WRONLY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return -errno;
	rc = file_write_all(fd, text, strlen(text));
	close(fd);
	return rc;
}

int file_write(const char *path, const char *text)
{
	return file_write_at(AT_FDCWD, path, text);
}

/* Return: the descriptor of what is renamed to @path, or a negative errno */
static int begin_new(const char *path, mode_t mode, char temporary[PATH_MAX])
{
	int fd;

	if (snprintf(temporary, PATH_MAX, "%s.new", path) >= PATH_MAX)
		return -ENAMETOOLONG;
	unlink(temporary);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	return fd < 0 ? -errno : fd;
}

/* @rc: of its writing */
static int end_new(int fd, int rc, const char *temporary, const char *path)
{
	if (close(fd) && !rc)
		rc = -errno;
	if (!rc && rename(temporary, path))
		rc = -errno;
	if (rc)
		unlink(temporary);
	return rc;
}

int file_create(const char *path, const char *text, size_t len, mode_t mode)
{
	char temporary[PATH_MAX];
	int fd = begin_new(path, mode, temporary);

	return fd < 0 ? fd : end_new(fd, file_write_all(fd, text, len), temporary, path);
}

static int copy_all(int from, int to)
{
	char piece[PIECE];
	ssize_t got;
	int rc = 0;

	do {
		got = read(from, piece, sizeof(piece));
		if (got > 0)
			rc = file_write_all(to, piece, (size_t)got);
	} while (!rc && (got > 0 || (got < 0 && errno == EINTR)));
	return rc ? rc : got < 0 ? -errno : 0;
}

int file_copy(const char *from, const char *path, mode_t mode)
{
	char temporary[PATH_MAX];
	int in = open(from, O_RDONLY | O_CLOEXEC), fd, rc;

	if (in < 0)
		return -errno;
	fd = begin_new(path, mode, temporary);
	rc = fd < 0 ? fd : end_new(fd, copy_all(in, fd), temporary, path);
	close(in);
	return rc;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path) && errno != ENOENT ? -errno : 0;
}

int file_remove_tree(const char *path)
{
	int rc = nftw(path, remove_one, TREE_FDS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);

	if (rc == -1)
		rc = -errno;
	return rc == -ENOENT ? 0 : rc;
}

bool file_is_empty_directory(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool empty = dir;

	while (empty && (entry = readdir(dir)))
		empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
	if (dir)
		closedir(dir);
	return empty;
}

bool file_is_mount(const char *path)
{
	char parent[PATH_MAX];
	struct stat st, above;

	snprintf(parent, sizeof(parent), "%s", path);
	if (!strrchr(parent, '/') || stat(path, &st))
		return false;
	strrchr(parent, '/')[0] = '\0';
	return !stat(parent[0] ? parent : "/", &above) && st.st_dev != above.st_dev;
}
