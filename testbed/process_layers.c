// SPDX-License-Identifier: Apache-2.0
/*
 * What edges have on disk of applications that move as processes, before any daemon is
 * (docs/processes.md): REPOSITORY/base, the base layer, at each edge; REPOSITORY/APP, the
 * application layer, at the edges that the file names: the programs' image and, beside it, data of
 * the size that the file gives. Programs are copied; data is made once and linked, since nobody
 * writes into it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <nettle/sha2.h>

#include "apps/ledger/state.h"
#include "lib/file.h"
#include "lib/hex.h"
#include "testbed/app.h"
#include "testbed/topology_workload.h"

enum { BLOCK_PAGES = 128, DIGEST_TEXT_SIZE = 2 * SHA256_DIGEST_SIZE + 1 };

/* Data of one layer, which is made once */
struct data {
	double compressible;
	uint64_t bytes;
	char first[RUN_PATH_MAX]; /* "" before the first edge that has it, then its file */
	char digest[DIGEST_TEXT_SIZE];
};

/* ---- data: the ledger's model knows it by heart, so that an answer tells of the file, too ---- */

static int fill(int fd, struct data *data)
{
	uint8_t *block = malloc(BLOCK_PAGES * LEDGER_PAGE), digest[SHA256_DIGEST_SIZE];
	uint64_t page = 0, bytes = data->bytes;
	struct sha256_ctx hash;
	int rc = block ? 0 : -ENOMEM;

	sha256_init(&hash);
	while (!rc && bytes) {
		size_t len = BLOCK_PAGES * LEDGER_PAGE;

		for (size_t i = 0; i < BLOCK_PAGES; i++)
			ledger_data_page(page++, data->compressible, block + i * LEDGER_PAGE);
		if (len > bytes)
			len = (size_t)bytes;
		sha256_update(&hash, len, block);
		rc = file_write_all(fd, block, len);
		bytes -= len;
	}
	free(block);
	sha256_digest(&hash, sizeof(digest), digest);
	hex_text(digest, sizeof(digest), data->digest);
	return rc;
}

static int make_data(const char *path, struct data *data)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644), rc;

	if (fd < 0)
		return -errno;
	rc = fill(fd, data);
	return close(fd) && !rc ? -errno : rc;
}

static int place_data(const char *directory, struct data *data)
{
	char path[RUN_PATH_MAX];
	int rc;

	if (!data->bytes)
		return 0;
	if (snprintf(path, sizeof(path), "%s/%s", directory, PROCESS_DATA) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	if (data->first[0])
		return link(data->first, path) ? -errno : 0;
	rc = make_data(path, data);
	strcpy(data->first, path);
	return rc;
}

/* ---- layers ---- */

static int make_repository(const struct plan *plan, unsigned edge)
{
	char path[RUN_PATH_MAX];

	run_path(plan->run, path, "nodes/%s/repository", plan->t->node[edge].name);
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

static int write_manifest(const char *directory, const json_t *manifest)
{
	char path[RUN_PATH_MAX + 32], *text = json_dumps(manifest, 0);
	int rc = -ENOMEM;

	snprintf(path, sizeof(path), "%s/manifest.json", directory);
	if (text)
		rc = file_create(path, text, strlen(text), 0644);
	free(text);
	return rc;
}

static int name_data(json_t *manifest, const struct data *data)
{
	if (!data->bytes)
		return 0;
	return json_array_append_new(json_object_get(manifest, "files"),
				     json_pack("{s:s, s:I, s:s, s:s}", "path", PROCESS_DATA, "size",
					       (json_int_t)data->bytes, "sha256", data->digest,
					       "mode", "0644"));
}

/* By it the base layer is found, and sent, as an image is. */
static int make_base_manifest(const char *directory, const struct data *data)
{
	json_t *manifest = json_pack("{s:s, s:s, s:[]}", "image", "base", "version", "1", "files");
	int rc = manifest && !name_data(manifest, data) ? write_manifest(directory, manifest)
							: -ENOMEM;

	json_decref(manifest);
	return rc;
}

static int place_base(const struct plan *plan)
{
	struct data data = {.compressible = 1};
	char path[RUN_PATH_MAX];
	int rc = 0;

	for (size_t a = 0; a < plan->t->process_count; a++)
		if (plan->t->process[a].base_bytes)
			data.bytes = plan->t->process[a].base_bytes;
	for (unsigned i = 0; !rc && i < plan->t->node_count; i++) {
		if (plan->t->node[i].kind != TOPO_EDGE)
			continue;
		rc = make_repository(plan, i);
		run_path(plan->run, path, "nodes/%s/repository/base", plan->t->node[i].name);
		if (!rc && mkdir(path, 0755))
			rc = -errno;
		if (!rc)
			rc = place_data(path, &data);
		if (!rc && data.bytes)
			rc = make_base_manifest(path, &data);
	}
	return rc;
}

/* Two applications may be one workload: the image in the repository is called as the application.
 * The data is a part of it: sent, and looked at, with it. */
static int name_manifest(const char *directory, const char *image, const struct data *data)
{
	char path[RUN_PATH_MAX + 32];
	json_t *manifest;
	int rc = -ENOMEM;

	snprintf(path, sizeof(path), "%s/manifest.json", directory);
	manifest = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(manifest)) {
		json_decref(manifest);
		return -EBADMSG;
	}
	if (!json_object_set_new(manifest, "image", json_string(image)) &&
	    !name_data(manifest, data))
		rc = write_manifest(directory, manifest);
	json_decref(manifest);
	return rc;
}

static int place_application_at(const struct plan *plan, const struct topo_process *app,
				unsigned edge, struct data *data)
{
	char from[PATH_MAX], to[RUN_PATH_MAX], images[PATH_MAX];
	int rc;

	app_images(plan, images);
	snprintf(from, sizeof(from), "%.*s/%s", PATH_MAX - 64, images,
		 workload_find(app->workload)->program);
	run_path(plan->run, to, "nodes/%s/repository/%s", plan->t->node[edge].name, app->name);
	rc = app_copy_tree(from, to);
	if (!rc)
		rc = place_data(to, data);
	return rc ? rc : name_manifest(to, app->name, data);
}

static int place_application(const struct plan *plan, const struct topo_process *app)
{
	struct data data = {.compressible = app->compressible, .bytes = app->application_bytes};
	int rc = 0;

	for (unsigned i = 0; !rc && i < plan->t->node_count; i++)
		if (app->layered[i])
			rc = place_application_at(plan, app, i, &data);
	return rc;
}

int process_layers_place(const struct plan *plan)
{
	int rc = plan->t->process_count ? place_base(plan) : 0;

	for (size_t a = 0; !rc && a < plan->t->process_count; a++)
		rc = place_application(plan, &plan->t->process[a]);
	return rc;
}
