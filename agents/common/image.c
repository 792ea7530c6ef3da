// SPDX-License-Identifier: Apache-2.0
#include "agents/common/image.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024, REMOVE_DESCRIPTORS = 16 };

int image_read_text(const char *path, size_t max, char **ret, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), rc = 0;
	size_t len = 0;
	ssize_t got;
	char *text;

	if (fd < 0)
		return -errno;
	text = malloc(max + 1);
	while (text && len <= max && (got = read(fd, text + len, max + 1 - len)) != 0) {
		if (got < 0) {
			rc = -errno;
			break;
		}
		len += (size_t)got;
	}
	close(fd);
	if (!text || rc || len > max) {
		free(text);
		return !text ? -ENOMEM : rc ? rc : -EFBIG;
	}
	text[len] = '\0';
	*ret = text;
	*ret_len = len;
	return 0;
}

int image_load(const char *repository, const char *image, struct manifest **ret,
	       struct image_error *err)
{
	char path[IMAGE_PATH_MAX], *text;
	struct manifest *m;
	size_t len;
	int rc;

	if (!manifest_name_valid(image))
		return image_fail(err, -EINVAL, "'%.80s' is no name of an image", image);
	snprintf(path, sizeof(path), "%s/%s/" MANIFEST_FILE, repository, image);
	rc = image_read_text(path, MANIFEST_TEXT_MAX, &text, &len);
	if (rc == -ENOENT || rc == -ENOTDIR)
		return image_fail(err, -ENOENT, "there is no image '%s'", image);
	if (rc)
		return image_fail(err, -EBADMSG, "%.300s: %s", path, strerror(-rc));
	rc = manifest_parse(text, len, &m, err);
	free(text);
	if (rc)
		return rc;
	if (strcmp(m->image, image) != 0) {
		rc = image_fail(err, -EBADMSG, "the manifest of '%s' is that of '%s'", image,
				m->image);
		manifest_free(m);
		return rc;
	}
	*ret = m;
	return 0;
}

int image_open_file(int directory, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC |
				    O_NONBLOCK), /* a FIFO in its place must not hold us up */
		.mode = flags & O_CREAT ? 0600 : 0,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	struct stat st;
	int fd = (int)syscall(SYS_openat2, directory, path, &how, sizeof(how)), rc;

	if (fd < 0)
		return -errno;
	rc = fstat(fd, &st) ? -errno : 0;
	if (!rc && !S_ISREG(st.st_mode))
		rc = -EMEDIUMTYPE;
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

int image_digest(int fd, bool (*cancelled)(void *user), void *user,
		 uint8_t ret[MANIFEST_DIGEST_SIZE])
{
	struct sha256_ctx sha;
	uint8_t bytes[CHUNK];
	off_t at = 0;
	ssize_t got;

	sha256_init(&sha);
	while ((got = pread(fd, bytes, sizeof(bytes), at)) > 0) {
		if (cancelled && cancelled(user))
			return -ECANCELED;
		sha256_update(&sha, (size_t)got, bytes);
		at += got;
	}
	if (got < 0)
		return -errno;
	sha256_digest(&sha, MANIFEST_DIGEST_SIZE, ret);
	return 0;
}

static int check_digest(int fd, const struct manifest_file *file, bool (*cancelled)(void *user),
			void *user, struct image_error *err)
{
	uint8_t digest[MANIFEST_DIGEST_SIZE];
	int rc = image_digest(fd, cancelled, user, digest);

	if (rc == -ECANCELED)
		return rc;
	if (rc)
		return image_fail(err, -EBADMSG, "%.200s: %s", file->path, strerror(-rc));
	if (memcmp(digest, file->sha256, sizeof(digest)) != 0)
		return image_fail(err, -EBADMSG, "%.200s: its SHA-256 isn't that of the manifest",
				  file->path);
	return 0;
}

static int check_file(int directory, const struct manifest_file *file,
		      bool (*cancelled)(void *user), void *user, struct image_error *err)
{
	int fd = image_open_file(directory, file->path, O_RDONLY), rc = 0;
	struct stat st;

	if (fd == -ELOOP || fd == -EXDEV || fd == -EMEDIUMTYPE)
		return image_fail(err, -EBADMSG,
				  "%.200s: expected a plain file, found a link or something else",
				  file->path);
	if (fd < 0)
		return image_fail(err, -EBADMSG, "%.200s: %s", file->path, strerror(-fd));
	if (fstat(fd, &st))
		rc = image_fail(err, -EBADMSG, "%.200s: %s", file->path, strerror(errno));
	else if ((uint64_t)st.st_size != file->size)
		rc = image_fail(err, -EBADMSG, "%.200s: has %lld bytes, the manifest says %llu",
				file->path, (long long)st.st_size, (unsigned long long)file->size);
	else if (!(st.st_mode & 0100) != !(file->mode & 0100))
		rc = image_fail(err, -EBADMSG, "%.200s: %s, unlike in the manifest", file->path,
				st.st_mode & 0100 ? "is executable" : "isn't executable");
	if (!rc)
		rc = check_digest(fd, file, cancelled, user, err);
	close(fd);
	return rc;
}

int image_check(const char *directory, const struct manifest *m, bool (*cancelled)(void *user),
		void *user, struct image_error *err)
{
	int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return image_fail(err, -EBADMSG, "%.200s: %s", directory, strerror(errno));
	for (size_t i = 0; !rc && i < m->count; i++)
		rc = check_file(fd, &m->file[i], cancelled, user, err);
	close(fd);
	return rc;
}

void image_list(const char *repository, void (*each)(const struct manifest *m, void *user),
		void *user)
{
	DIR *dir = opendir(repository);
	const struct dirent *entry;
	struct image_error err;
	struct manifest *m;

	while (dir && (entry = readdir(dir))) {
		if (!manifest_name_valid(entry->d_name) ||
		    image_load(repository, entry->d_name, &m, &err))
			continue;
		each(m, user);
		manifest_free(m);
	}
	if (dir)
		closedir(dir);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return remove(path) && errno != ENOENT ? -1 : 0;
}

int image_remove(const char *directory)
{
	if (nftw(directory, remove_entry, REMOVE_DESCRIPTORS, FTW_DEPTH | FTW_PHYS) &&
	    errno != ENOENT)
		return -errno;
	return 0;
}
