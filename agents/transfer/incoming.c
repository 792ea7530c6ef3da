// SPDX-License-Identifier: Apache-2.0
#include "agents/transfer/incoming.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "agents/common/image.h"
#include "agents/transfer/io.h"
#include "lib/file.h"

#define PREFIX ".incoming-"

/* CRIU's images are of one who may read all memory: nobody else's */
enum { DIRECTORY_MODE = 0700, IMAGE_DIRECTORY_MODE = 0755 };

static int check_disk(const char *parent, uint64_t wanted, struct image_error *err)
{
	struct statvfs fs;
	uint64_t available, kept;

	if (statvfs(parent, &fs))
		return image_fail(err, -errno, "%.300s: %s", parent, strerror(errno));
	available = (uint64_t)fs.f_bavail * fs.f_frsize;
	kept = (uint64_t)fs.f_blocks * fs.f_frsize / INCOMING_KEPT_PART;
	if (wanted <= available && available - wanted >= kept)
		return 0;
	return image_fail(err, -ENOSPC,
			  "%.200s: %llu bytes are to come, %llu are free, of which a tenth of the "
			  "file system (%llu) stays free",
			  parent, (unsigned long long)wanted, (unsigned long long)available,
			  (unsigned long long)kept);
}

/* Its maker holds a lock on it for as long as it lives: what can be locked is stale. */
static int remove_stale(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), rc;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	rc = flock(fd, LOCK_EX | LOCK_NB) ? -EBUSY : image_remove(path);
	close(fd);
	return rc;
}

static mode_t directory_mode(const struct incoming *in)
{
	return in->item.kind == TRANSFER_IMAGE ? IMAGE_DIRECTORY_MODE : DIRECTORY_MODE;
}

static int make_directory(struct incoming *in)
{
	int rc = remove_stale(in->path);

	if (rc)
		return rc;
	if (mkdir(in->path, directory_mode(in)))
		return -errno;
	in->directory = open(in->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in->directory < 0)
		return -errno;
	return flock(in->directory, LOCK_EX | LOCK_NB) ? -EBUSY : 0;
}

int incoming_begin(struct incoming *in, const char *parent, const struct transfer_item *item,
		   uint64_t reserved, struct image_error *err)
{
	int rc = check_disk(parent, item->bytes + reserved, err);

	*in = (struct incoming){.item = *item, .directory = -1, .file = -1};
	if (rc)
		return rc;
	snprintf(in->parent, sizeof(in->parent), "%s", parent);
	snprintf(in->path, sizeof(in->path), "%s/" PREFIX "%s", in->parent, item->name);
	rc = make_directory(in);
	return rc ? image_fail(err, rc, "%.300s: %s", in->path, strerror(-rc)) : 0;
}

/* The directories above a file */
static int make_above(int directory, const char *path)
{
	char above[BODY_PATH_SIZE];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(above, sizeof(above), "%.*s", (int)(slash - path), path);
		if (mkdirat(directory, above, IMAGE_DIRECTORY_MODE) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int begin_file(void *user, const struct body_file *file)
{
	struct incoming *in = user;
	int rc = make_above(in->directory, file->path);

	if (rc)
		return rc;
	in->file = image_open_file(in->directory, file->path, O_WRONLY | O_CREAT | O_EXCL);
	if (in->file < 0)
		return in->file;
	in->files++;
	in->bytes += file->size;
	return fchmod(in->file, file->mode) ? -errno : 0;
}

static int put_content(void *user, const uint8_t *bytes, size_t len)
{
	struct incoming *in = user;

	return file_write_all(in->file, bytes, len);
}

static int end_file(void *user)
{
	struct incoming *in = user;
	int rc = close(in->file) ? -errno : 0;

	in->file = -1;
	return rc;
}

const struct body_sink incoming_sink = {begin_file, put_content, end_file};

/* rsync makes a new file for what it changes: the basis stays as it is */
int incoming_basis(struct incoming *in, const char *basis)
{
	struct image_error err;
	struct tree t;
	int from, rc;

	rc = tree_read(basis, &t, &err);
	if (rc)
		return rc == -ENOENT ? 0 : rc;
	from = open(basis, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = from < 0 ? -errno : 0;
	for (uint32_t i = 0; !rc && i < t.count; i++) {
		rc = make_above(in->directory, t.file[i].path);
		if (!rc && linkat(from, t.file[i].path, in->directory, t.file[i].path, 0))
			rc = -errno;
	}
	if (from >= 0)
		close(from);
	tree_done(&t);
	return rc;
}

bool incoming_have(const char *parent, const struct transfer_item *item)
{
	uint8_t digest[TRANSFER_DIGEST_SIZE];
	char path[INCOMING_PATH_SIZE];

	if (item->kind != TRANSFER_IMAGE)
		return false;
	snprintf(path, sizeof(path), "%s/%s", parent, item->name);
	return tree_manifest_digest(path, digest) == 0 &&
	       !memcmp(digest, item->manifest, sizeof(digest));
}

static int check_image(struct incoming *in, const struct look *look, struct image_error *err)
{
	char path[INCOMING_PATH_SIZE + sizeof(MANIFEST_FILE)], *text;
	struct manifest *m;
	size_t len;
	int rc;

	snprintf(path, sizeof(path), "%s/" MANIFEST_FILE, in->path);
	rc = image_read_text(path, MANIFEST_TEXT_MAX, &text, &len);
	if (rc)
		return image_fail(err, -EBADMSG, "its " MANIFEST_FILE ": %s", strerror(-rc));
	rc = manifest_parse(text, len, &m, err);
	free(text);
	if (rc)
		return rc;
	if (strcmp(m->image, in->item.name) != 0)
		rc = image_fail(err, -EBADMSG, "the manifest of '%s' is that of '%s'",
				in->item.name, m->image);
	else if (m->count + 1 != in->item.files)
		rc = image_fail(err, -EBADMSG, "%u files with the manifest, which names %zu others",
				in->item.files, m->count);
	else
		rc = image_check(in->path, m, look ? look->cancelled : NULL,
				 look ? look->user : NULL, err);
	manifest_free(m);
	return rc;
}

static int link_parent(const struct incoming *in)
{
	char target[TRANSFER_NAME_SIZE + 4];

	if (!in->item.previous[0])
		return 0;
	snprintf(target, sizeof(target), "../%s", in->item.previous);
	/* CRIU's page server has made its own */
	return symlinkat(target, in->directory, TREE_PARENT) && errno != EEXIST ? -errno : 0;
}

/* File by file: whoever needs them asks once all is acknowledged */
static int join(struct incoming *in, const char *place)
{
	struct image_error err;
	struct tree t;
	int to, rc;

	if (mkdir(place, DIRECTORY_MODE) && errno != EEXIST)
		return -errno;
	rc = tree_read(in->path, &t, &err);
	if (rc)
		return rc;
	to = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = to < 0 ? -errno : 0;
	for (uint32_t i = 0; !rc && i < t.count; i++) {
		rc = make_above(to, t.file[i].path);
		if (!rc && renameat(in->directory, t.file[i].path, to, t.file[i].path))
			rc = -errno;
	}
	if (to >= 0)
		close(to);
	tree_done(&t);
	return rc;
}

static int put_in_place(struct incoming *in)
{
	char place[INCOMING_PATH_SIZE];
	int rc;

	snprintf(place, sizeof(place), "%s/%s", in->parent, in->item.name);
	if (in->item.join)
		return join(in, place);
	rc = fchmod(in->directory, directory_mode(in)) ? -errno
						       : link_parent(in); /* rsync changed it */
	if (rc)
		return rc;
	if (!renameat2(AT_FDCWD, in->path, AT_FDCWD, place, RENAME_NOREPLACE)) {
		in->moved = true;
		return 0;
	}
	if (errno != EEXIST)
		return -errno;
	/* what was there takes the other's name, by which it is removed */
	return renameat2(AT_FDCWD, in->path, AT_FDCWD, place, RENAME_EXCHANGE) ? -errno : 0;
}

int incoming_commit(struct incoming *in, const struct look *look, struct image_error *err)
{
	int rc = in->item.kind == TRANSFER_IMAGE ? check_image(in, look, err) : 0;

	if (rc)
		return rc;
	rc = put_in_place(in);
	if (rc)
		return image_fail(err, rc, "%.200s/%s: %s", in->parent, in->item.name,
				  strerror(-rc));
	incoming_abort(in); /* the elder, or an empty directory */
	return 0;
}

void incoming_abort(struct incoming *in)
{
	if (in->file >= 0)
		close(in->file);
	if (in->directory >= 0) {
		if (!in->moved)
			image_remove(in->path);
		close(in->directory);
	}
	in->file = in->directory = -1;
}

void incoming_remove_stale(const char *parent)
{
	DIR *dir = opendir(parent);
	const struct dirent *entry;
	char path[INCOMING_PATH_SIZE + 256];

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", parent, entry->d_name);
		remove_stale(path);
	}
	if (dir)
		closedir(dir);
}
