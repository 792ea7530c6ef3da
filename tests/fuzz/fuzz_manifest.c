// SPDX-License-Identifier: Apache-2.0
/*
 * Manifests of arbitrary text, as another machine may send them. Besides not crashing: what is read
 * keeps its promises (no path leads out of the image or is in another's way, sizes add up); what is
 * refused is told. The same bytes as a workload's definition: what is taken can be filled in, and
 * is written and read again as the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agents/common/workload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_manifest: %s\n", what);
	abort();
}

static void check_path(const char *path)
{
	require(path[0] && path[0] != '/' && strlen(path) < MANIFEST_PATH_MAX,
		"a path that isn't relative");
	for (const char *part = path; part;
	     part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL) {
		size_t len = strcspn(part, "/");

		require(len && !(len == 1 && part[0] == '.'), "an empty part of a path");
		require(!(len == 2 && part[0] == '.' && part[1] == '.'), "a path that leads out");
	}
}

static void check(const struct manifest *m)
{
	uint64_t bytes = 0;

	require(manifest_name_valid(m->image) && manifest_name_valid(m->version),
		"a name that is none");
	require(m->count && m->count <= MANIFEST_FILES_MAX, "too many files, or none");
	for (size_t i = 0; i < m->count; i++) {
		check_path(m->file[i].path);
		require(m->file[i].mode == 0644 || m->file[i].mode == 0755, "an odd mode");
		bytes += m->file[i].size;
		for (size_t k = 0; k < i && m->count < 64; k++) {
			size_t len = strlen(m->file[k].path);

			require(strncmp(m->file[i].path, m->file[k].path, len) != 0 ||
					(m->file[i].path[len] && m->file[i].path[len] != '/'),
				"two in one place");
		}
	}
	require(bytes == m->bytes && bytes <= MANIFEST_BYTES_MAX, "sizes that don't add up");
}

static void check_workload(struct workload *w)
{
	const struct workload_words words = {"/c", "/i", "/s", "n", "/t", 1, 2, {0}, {0}};
	json_t *whole = workload_json(w, true), *filled;
	struct json_reader reader;
	struct workload again;

	require(w->image[0] && w->rest_port && w->rest_port < 65536,
		"a workload without an image or port");
	require(!workload_read(w->name, whole, &reader, &again), "what was written can't be read");
	require(workload_equal(w, &again), "what was written is read as another");
	filled = workload_fill_json(w->config, &words);
	require(filled != NULL, "a configuration that can't be filled in");
	json_decref(filled);
	json_decref(whole);
	workload_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *body = json_loadb((const char *)data, size, 0, NULL);
	struct image_error err = {""};
	struct json_reader reader;
	struct manifest *m = NULL;
	struct workload w;

	if (!manifest_parse((const char *)data, size, &m, &err)) {
		check(m);
		manifest_free(m);
	} else {
		require(err.text[0], "refused without a word");
	}
	if (json_is_object(body) && !workload_read("game", body, &reader, &w)) {
		check_workload(&w);
		workload_done(&w);
	}
	json_decref(body);
	return 0;
}
