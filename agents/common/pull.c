// SPDX-License-Identifier: Apache-2.0
#include "agents/common/pull.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/http_fetch.h"

enum { URL_MAX = 2048 };

/* One pull under way. */
struct work {
	struct pull *pull;
	struct image_error *err;
	char growing[IMAGE_PATH_MAX]; /* directory */
	int directory;		      /* the same, open */
	char *text;		      /* of the manifest */
	size_t text_len;
	struct manifest *manifest;
	int fd; /* the file that grows */
	struct http_fetcher *fetcher;
};

static bool is_cancelled(void *user)
{
	return atomic_load(&((struct work *)user)->pull->cancel);
}

static int take_text(const void *bytes, size_t len, void *user)
{
	struct work *w = user;
	char *grown = realloc(w->text, w->text_len + len + 1);

	if (!grown)
		return -ENOMEM;
	memcpy(grown + w->text_len, bytes, len);
	w->text = grown;
	w->text_len += len;
	return 0;
}

/* What fetching says about a resource that isn't there depends on who asks. */
static int explain_fetch(struct work *w, int rc, const struct http_fetched *fetched)
{
	return rc ? image_fail(w->err, rc, "%s",
			       fetched->error_text[0] ? fetched->error_text : strerror(-rc))
		  : 0;
}

static int fetch_manifest(struct work *w)
{
	struct pull *p = w->pull;
	char url[URL_MAX];
	struct http_fetch fetch = {.fetcher = w->fetcher,
				   .url = url,
				   .max = MANIFEST_TEXT_MAX,
				   .rate_bytes_per_s = p->rate_bytes_per_s,
				   .sink = take_text,
				   .cancelled = is_cancelled,
				   .user = w};
	struct http_fetched fetched;
	int rc;

	snprintf(url, sizeof(url), "%s/v1/images/%s", p->cloud_url, p->image);
	rc = http_fetch_blocking(&fetch, &fetched);
	if (rc == -ENOENT)
		return image_fail(w->err, rc, "the cloud has no image '%s'", p->image);
	rc = explain_fetch(w, rc, &fetched);
	if (!rc)
		rc = manifest_parse(w->text, w->text_len, &w->manifest, w->err);
	if (rc)
		return rc;
	if (strcmp(w->manifest->image, p->image) != 0)
		return image_fail(w->err, -EBADMSG,
				  "asked for '%s', the cloud sent the manifest of '%s'", p->image,
				  w->manifest->image);
	if (p->version[0] && strcmp(w->manifest->version, p->version) != 0)
		return image_fail(w->err, -ENOENT, "the cloud has version %s of '%s', not %s",
				  w->manifest->version, p->image, p->version);
	return 0;
}

static int write_file(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), rc = 0;

	if (fd < 0)
		return -errno;
	while (len && !rc) {
		ssize_t done = write(fd, text, len);

		if (done < 0) {
			rc = -errno;
		} else {
			text += done;
			len -= (size_t)done;
		}
	}
	if (close(fd) && !rc)
		rc = -errno;
	return rc;
}

/* What an earlier pull left is of use when it was of the same image. */
static bool is_same(struct work *w, const char *manifest_path)
{
	size_t len = 0;
	char *text;
	bool same;

	if (image_read_text(manifest_path, MANIFEST_TEXT_MAX, &text, &len))
		return false;
	same = len == w->text_len && !memcmp(text, w->text, len);
	free(text);
	return same;
}

static int make_directory(const char *path)
{
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

static int open_growing(struct work *w)
{
	char path[IMAGE_PATH_MAX + 32];
	int rc;

	snprintf(path, sizeof(path), "%s/" IMAGE_PULLING, w->pull->repository);
	rc = make_directory(path);
	snprintf(path, sizeof(path), "%s/" MANIFEST_FILE, w->growing);
	if (!rc && !is_same(w, path))
		rc = image_remove(w->growing);
	if (!rc)
		rc = make_directory(w->growing);
	if (!rc)
		rc = write_file(path, w->text, w->text_len);
	if (!rc) {
		w->directory = open(w->growing, O_PATH | O_DIRECTORY | O_CLOEXEC);
		rc = w->directory < 0 ? -errno : 0;
	}
	return rc ? image_fail(w->err, rc, "%.300s: %s", w->growing, strerror(-rc)) : 0;
}

static uint64_t size_here(struct work *w, const struct manifest_file *file)
{
	int fd = image_open_file(w->directory, file->path, O_RDONLY);
	struct stat st = {0};

	if (fd < 0)
		return 0;
	if (fstat(fd, &st))
		st.st_size = 0;
	close(fd);
	return (uint64_t)st.st_size <= file->size ? (uint64_t)st.st_size : 0;
}

/* Better told before than after a long pull. */
static int check_room(struct work *w)
{
	uint64_t missing = 0, room;
	struct statvfs fs;

	for (size_t i = 0; i < w->manifest->count; i++)
		missing += w->manifest->file[i].size - size_here(w, &w->manifest->file[i]);
	atomic_store(&w->pull->image_bytes, w->manifest->bytes);
	atomic_store(&w->pull->here_bytes, w->manifest->bytes - missing);
	if (statvfs(w->growing, &fs))
		return 0;
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (missing <= room)
		return 0;
	return image_fail(w->err, -ENOSPC,
			  "%.200s: image '%s' needs %llu bytes more, there is room for %llu",
			  w->pull->repository, w->pull->image, (unsigned long long)missing,
			  (unsigned long long)room);
}

static int take_bytes(const void *bytes, size_t len, void *user)
{
	struct work *w = user;
	const char *at = bytes;

	while (len) {
		ssize_t done = write(w->fd, at, len);

		if (done < 0)
			return errno == EDQUOT ? -ENOSPC : -errno;
		at += done;
		len -= (size_t)done;
		atomic_fetch_add(&w->pull->pulled_bytes, (uint64_t)done);
		atomic_fetch_add(&w->pull->here_bytes, (uint64_t)done);
	}
	return 0;
}

/* Slashes stay; everything else that isn't plainly allowed in a path (RFC 3986 cl. 3.3) is escaped.
 */
static void put_path(char *buf, size_t size, const char *path)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	size_t len = 0;

	for (; *path && len + 4 < size; path++)
		len += (size_t)snprintf(buf + len, size - len,
					strchr(plain, *path) ? "%c" : "%%%02X",
					(unsigned char)*path);
	buf[len] = '\0';
}

static int fetch_rest(struct work *w, const struct manifest_file *file, uint64_t from)
{
	char url[URL_MAX], path[MANIFEST_PATH_MAX * 3];
	struct http_fetch fetch = {.fetcher = w->fetcher,
				   .url = url,
				   .from = from,
				   .max = file->size - from,
				   .rate_bytes_per_s = w->pull->rate_bytes_per_s,
				   .sink = take_bytes,
				   .cancelled = is_cancelled,
				   .user = w};
	struct http_fetched fetched;
	int rc;

	put_path(path, sizeof(path), file->path);
	snprintf(url, sizeof(url), "%s/v1/images/%s/files/%s", w->pull->cloud_url, w->pull->image,
		 path);
	rc = http_fetch_blocking(&fetch, &fetched);
	if (rc == -ENOENT || rc == -EFBIG)
		return image_fail(w->err, -EBADMSG, "%.200s: %s", file->path,
				  rc == -ENOENT ? "the cloud doesn't have it"
						: "is longer than the manifest says");
	if (rc == -ENOSPC)
		return image_fail(w->err, rc, "%.200s: the disk is full", file->path);
	return explain_fetch(w, rc, &fetched);
}

/* Directories on the way to a file */
static int make_parents(struct work *w, const char *path)
{
	char part[MANIFEST_PATH_MAX];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdirat(w->directory, part, 0755) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int check_file(struct work *w, const struct manifest_file *file)
{
	uint8_t digest[MANIFEST_DIGEST_SIZE];
	struct stat st;
	int rc = fstat(w->fd, &st) ? -errno : image_digest(w->fd, is_cancelled, w, digest);

	if (rc)
		return rc;
	if ((uint64_t)st.st_size != file->size || memcmp(digest, file->sha256, sizeof(digest)) != 0)
		return image_fail(w->err, -EBADMSG,
				  "%.200s: its SHA-256 isn't that of the manifest", file->path);
	return fchmod(w->fd, file->mode) ? -errno : 0;
}

static int pull_file(struct work *w, const struct manifest_file *file)
{
	uint64_t here = size_here(w, file);
	int rc = make_parents(w, file->path);

	if (!rc) {
		w->fd = image_open_file(w->directory, file->path, O_RDWR | O_CREAT | O_APPEND);
		rc = w->fd < 0 ? w->fd : 0;
	}
	if (rc)
		return image_fail(w->err, rc, "%.200s: %s", file->path, strerror(-rc));
	if (ftruncate(w->fd, (off_t)here))
		rc = -errno;
	if (!rc && here < file->size)
		rc = fetch_rest(w, file, here);
	if (!rc)
		rc = check_file(w, file);
	close(w->fd);
	if (rc && !w->err->text[0])
		image_fail(w->err, rc, "%.200s: %s", file->path, strerror(-rc));
	return rc;
}

/* In one step, also over the image of another version. */
static int install(struct work *w)
{
	char to[IMAGE_PATH_MAX];
	int rc = 0;

	snprintf(to, sizeof(to), "%s/%s", w->pull->repository, w->pull->image);
	if (!rename(w->growing, to))
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		rc = -errno;
	else if (renameat2(AT_FDCWD, w->growing, AT_FDCWD, to, RENAME_EXCHANGE))
		rc = -errno;
	else
		image_remove(w->growing);
	return rc ? image_fail(w->err, rc, "%.300s: %s", to, strerror(-rc)) : 0;
}

static int run(struct work *w)
{
	int rc = fetch_manifest(w);

	if (!rc)
		rc = open_growing(w);
	if (!rc)
		rc = check_room(w);
	for (size_t i = 0; !rc && i < w->manifest->count; i++)
		rc = pull_file(w, &w->manifest->file[i]);
	if (!rc)
		rc = install(w);
	if (rc == -EBADMSG || rc == -ENOSPC)
		image_remove(w->growing);
	return rc;
}

int pull_run(struct pull *p, struct image_error *err)
{
	struct work w = {.pull = p, .err = err, .directory = -1, .fd = -1};
	int rc;

	err->text[0] = '\0';
	snprintf(w.growing, sizeof(w.growing), "%s/" IMAGE_PULLING "/%s", p->repository, p->image);
	rc = http_fetcher_new(&w.fetcher);
	if (!rc)
		rc = run(&w);
	http_fetcher_free(w.fetcher);
	if (w.directory >= 0)
		close(w.directory);
	manifest_free(w.manifest);
	free(w.text);
	return rc;
}
