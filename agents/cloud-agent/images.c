// SPDX-License-Identifier: Apache-2.0
/*
 * Images over HTTP: manifests, and files with ranges, so that a pull that was cut off goes on. Only
 * what a manifest lists is served, and nothing can be changed: whoever reaches the WAN may read.
 * Secrets don't belong in images.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/cloud-agent/agent.h"

static void add_image(const struct manifest *m, void *user)
{
	json_array_append_new(user, json_pack("{s:s, s:s, s:I, s:I}", "image", m->image, "version",
					      m->version, "files", (json_int_t)m->count, "bytes",
					      (json_int_t)m->bytes));
}

static void images_get(struct http_request *req, void *user)
{
	json_t *list = json_array();

	image_list(((struct agent *)user)->config.images, add_image, list);
	http_reply(req, 200, json_pack("{s:o}", "images", list));
}

/* Answers itself when there is none. */
static struct manifest *load(struct agent *a, struct http_request *req)
{
	struct image_error err;
	struct manifest *m = NULL;
	int rc = image_load(a->config.images, http_param(req, "image"), &m, &err);

	if (rc == -EBADMSG)
		http_problem(req, 500, "IMAGE_CORRUPT", "%s", err.text);
	else if (rc)
		http_problem(req, 404, "IMAGE_NOT_FOUND", "%s", err.text);
	return m;
}

/* As it is on disk: what is pulled is compared with it. */
static void manifest_get(struct http_request *req, void *user)
{
	struct agent *a = user;
	struct manifest *m = load(a, req);
	char path[IMAGE_PATH_MAX], *text;
	size_t len;

	if (!m)
		return;
	snprintf(path, sizeof(path), "%s/%s/" MANIFEST_FILE, a->config.images, m->image);
	manifest_free(m);
	if (image_read_text(path, MANIFEST_TEXT_MAX, &text, &len)) {
		http_problem(req, 404, "IMAGE_NOT_FOUND", "the image has just gone");
		return;
	}
	http_reply_text(req, 200, "application/json", text);
	free(text);
}

static bool is_listed(const struct manifest *m, const char *path)
{
	for (size_t i = 0; i < m->count; i++)
		if (!strcmp(m->file[i].path, path))
			return true;
	return false;
}

static int open_listed(struct agent *a, const struct manifest *m, const char *path)
{
	char directory[IMAGE_PATH_MAX];
	int dir, fd;

	if (!is_listed(m, path))
		return -ENOENT;
	snprintf(directory, sizeof(directory), "%s/%s", a->config.images, m->image);
	dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	fd = image_open_file(dir, path, O_RDONLY);
	close(dir);
	return fd;
}

static void file_get(struct http_request *req, void *user)
{
	struct agent *a = user;
	struct manifest *m = load(a, req);
	const char *path = http_param(req, "path");
	struct stat st;
	int fd;

	if (!m)
		return;
	fd = open_listed(a, m, path);
	manifest_free(m);
	if (fd >= 0 && !fstat(fd, &st)) {
		a->files_served++;
		http_reply_file(req, fd, (uint64_t)st.st_size);
		return;
	}
	if (fd >= 0)
		close(fd);
	a->files_refused++;
	http_problem(req, 404, "FILE_NOT_FOUND", "the image has no file '%.200s'", path);
}

const struct http_route image_routes[] = {
	{"GET", "/v1/images", images_get, false},
	{"GET", "/v1/images/{image}", manifest_get, false},
	{"GET", "/v1/images/{image}/files/{path...}", file_get, false},
	{0},
};
