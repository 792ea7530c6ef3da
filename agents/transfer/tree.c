// SPDX-License-Identifier: Apache-2.0
#include "agents/transfer/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/common/image.h"
#include "agents/transfer/io.h"

enum { DEPTH_MAX = 16, CHUNK = 64 << 10, PERMISSIONS = 07777 };

struct walk {
	struct tree *tree;
	size_t room;
	struct image_error *err;
};

static int walk_directory(struct walk *w, int fd, const char *path, int depth);

static int add_file(struct walk *w, const char *path, const struct stat *st)
{
	struct tree *t = w->tree;
	struct body_file *file;

	if (t->count == TRANSFER_FILES_MAX || (uint64_t)st->st_size > TRANSFER_BYTES_MAX - t->bytes)
		return image_fail(w->err, -EBADMSG, "more than %d files or %llu bytes",
				  TRANSFER_FILES_MAX, TRANSFER_BYTES_MAX);
	if (t->count == w->room) {
		size_t room = w->room ? 2 * w->room : 64;

		file = realloc(t->file, room * sizeof(*file));
		if (!file)
			return -ENOMEM;
		t->file = file;
		w->room = room;
	}
	file = &t->file[t->count++];
	*file = (struct body_file){.mode = st->st_mode & PERMISSIONS,
				   .size = (uint64_t)st->st_size};
	snprintf(file->path, sizeof(file->path), "%.511s", path); /* valid: shorter */
	t->bytes += file->size;
	return 0;
}

static int add_parent(struct walk *w, int fd, const char *path)
{
	char target[TRANSFER_NAME_SIZE + 8];
	ssize_t len = readlinkat(fd, TREE_PARENT, target, sizeof(target) - 1);

	if (len < 0)
		return -errno;
	target[len] = '\0';
	if (strcmp(path, TREE_PARENT) != 0 || strncmp(target, "../", 3) != 0 ||
	    !transfer_name_valid(target + 3))
		return image_fail(w->err, -EBADMSG,
				  "%.200s: expected a link to ../NAME, found %.60s", path, target);
	strcpy(w->tree->previous, target + 3);
	return 0;
}

static int add_directory(struct walk *w, int fd, const char *name, const char *path, int depth)
{
	int sub, rc;

	if (depth == DEPTH_MAX)
		return image_fail(w->err, -EBADMSG, "%.200s: more than %d directories deep", path,
				  DEPTH_MAX);
	sub = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (sub < 0)
		return -errno;
	rc = walk_directory(w, sub, path, depth + 1);
	return rc;
}

static int add_entry(struct walk *w, int fd, const char *name, const char *path, int depth)
{
	struct stat st;

	if (!transfer_path_valid(path))
		return image_fail(w->err, -EBADMSG, "%.200s: a name that can't be sent", path);
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return -errno;
	if (S_ISREG(st.st_mode))
		return add_file(w, path, &st);
	if (S_ISDIR(st.st_mode))
		return add_directory(w, fd, name, path, depth);
	if (S_ISLNK(st.st_mode) && !strcmp(name, TREE_PARENT))
		return add_parent(w, fd, path);
	return image_fail(w->err, -EBADMSG, "%.200s: expected plain files and directories", path);
}

/* @fd: given */
static int walk_directory(struct walk *w, int fd, const char *path, int depth)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;
	int rc = 0;

	if (!dir) {
		rc = -errno;
		close(fd);
		return rc;
	}
	while (!rc && (entry = readdir(dir))) {
		char below[PATH_MAX];

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(below, sizeof(below), "%s%s%s", path, path[0] ? "/" : "", entry->d_name);
		rc = add_entry(w, dirfd(dir), entry->d_name, below, depth);
	}
	closedir(dir);
	return rc;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct body_file *)a)->path, ((const struct body_file *)b)->path);
}

int tree_read(const char *directory, struct tree *ret, struct image_error *err)
{
	struct walk w = {.tree = ret, .err = err};
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	*ret = (struct tree){0};
	if (fd < 0)
		return image_fail(err, -errno, "%.300s: %s", directory, strerror(errno));
	err->text[0] = '\0';
	rc = walk_directory(&w, fd, "", 0);
	if (rc && !err->text[0])
		image_fail(err, rc, "%.300s: %s", directory, strerror(-rc));
	if (rc)
		tree_done(ret);
	else if (ret->count)
		qsort(ret->file, ret->count, sizeof(*ret->file), compare);
	return rc;
}

void tree_done(struct tree *t)
{
	free(t->file);
	*t = (struct tree){0};
}

static int digest_content(int fd, uint64_t size, const struct look *look, struct sha256_ctx *sha)
{
	uint8_t bytes[CHUNK];

	while (size) {
		ssize_t got = read(fd, bytes, size < CHUNK ? (size_t)size : CHUNK);

		if (look && look->cancelled(look->user))
			return -ECANCELED;
		if (got <= 0)
			return got ? -errno : -EBADMSG;
		sha256_update(sha, (size_t)got, bytes);
		size -= (uint64_t)got;
	}
	return 0;
}

static int digest_file(int directory, const struct body_file *file, const struct look *look,
		       struct sha256_ctx *sha)
{
	uint8_t head[BODY_HEAD_MAX];
	int fd = image_open_file(directory, file->path, O_RDONLY), rc;

	if (fd < 0)
		return fd;
	sha256_update(sha, body_head_write(head, file), head);
	rc = digest_content(fd, file->size, look, sha);
	close(fd);
	return rc;
}

int tree_digest(const char *directory, const struct tree *t, const struct look *look,
		uint8_t ret[TRANSFER_DIGEST_SIZE])
{
	int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), rc = 0;
	uint8_t head[BODY_HEAD_MAX];
	struct sha256_ctx sha;

	if (fd < 0)
		return -errno;
	sha256_init(&sha);
	for (uint32_t i = 0; !rc && i < t->count; i++)
		rc = digest_file(fd, &t->file[i], look, &sha);
	close(fd);
	sha256_update(&sha, body_head_write(head, NULL), head);
	sha256_digest(&sha, TRANSFER_DIGEST_SIZE, ret);
	return rc;
}

int tree_manifest_digest(const char *directory, uint8_t ret[TRANSFER_DIGEST_SIZE])
{
	char path[PATH_MAX];
	struct sha256_ctx sha;
	size_t len;
	char *text;
	int rc;

	snprintf(path, sizeof(path), "%s/" MANIFEST_FILE, directory);
	rc = image_read_text(path, MANIFEST_TEXT_MAX, &text, &len);
	if (rc)
		return rc;
	sha256_init(&sha);
	sha256_update(&sha, len, (const uint8_t *)text);
	sha256_digest(&sha, TRANSFER_DIGEST_SIZE, ret);
	free(text);
	return 0;
}
