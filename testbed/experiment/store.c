// SPDX-License-Identifier: Apache-2.0
#include "testbed/experiment/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"

static int make_folder(const char *path)
{
	char parent[PATH_MAX];
	int first = 0;

	snprintf(parent, sizeof(parent), "%s", path);
	for (char *slash = strchr(parent + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(parent, 0777) < 0 && errno != EEXIST && !first)
			first = -errno;
		*slash = '/';
	}
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return 0;
	return first ? first : -errno; /* what kept the parent from being, not that it isn't */
}

int store_open(const char *dir, struct store *ret)
{
	char path[PATH_MAX];
	int r;

	ret->lock = -1;
	if (snprintf(path, sizeof(path), "%s/runs", dir) >= (int)sizeof(path) - 64)
		return -ENAMETOOLONG;
	r = make_folder(path);
	if (r < 0)
		return r;
	if (!realpath(dir, ret->dir))
		return -errno;
	if (snprintf(path, sizeof(path), "%s/lock", ret->dir) >= (int)sizeof(path) - 64)
		return -ENAMETOOLONG;
	ret->lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
	if (ret->lock < 0)
		return -errno;
	return flock(ret->lock, LOCK_EX | LOCK_NB) < 0 ? (errno == EWOULDBLOCK ? -EBUSY : -errno)
						       : 0;
}

void store_close(struct store *s)
{
	if (s->lock >= 0)
		close(s->lock);
}

static bool path_of(const struct store *s, const char *name, char path[PATH_MAX])
{
	return snprintf(path, PATH_MAX, "%s/%s", s->dir, name) < PATH_MAX;
}

json_t *store_load(const struct store *s, const char *name)
{
	char path[PATH_MAX];

	return path_of(s, name, path) ? json_load_file(path, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

int store_save(const struct store *s, const char *name, const json_t *document)
{
	char *text = json_dumps(document, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
	char path[PATH_MAX];
	int r = -ENOMEM;

	if (text && path_of(s, name, path))
		r = file_create(path, text, strlen(text), 0666);
	free(text);
	return r;
}

static long long number(const json_t *run, const char *key)
{
	return json_integer_value(json_object_get(run, key));
}

void store_run_name(const json_t *run, char *buf, size_t size)
{
	snprintf(buf, size, "runs/%03lld-p%lld-r%lld.json", number(run, "number"),
		 number(run, "point") + 1, number(run, "repeat"));
}

json_t *store_run_load(const struct store *s, const json_t *run)
{
	static const char *const same[] = {"number", "point", "repeat", "settings"};
	char name[96];
	json_t *record;
	const char *status;

	store_run_name(run, name, sizeof(name));
	record = store_load(s, name);
	for (size_t i = 0; record && i < sizeof(same) / sizeof(*same); i++)
		if (!json_equal(json_object_get(record, same[i]), json_object_get(run, same[i]))) {
			json_decref(record);
			record = NULL;
		}
	status = json_string_value(json_object_get(record, "status"));
	if (record && (!status || (!strcmp(status, "done") &&
				   !json_is_object(json_object_get(record, "report"))))) {
		json_decref(record);
		return NULL;
	}
	return record;
}
