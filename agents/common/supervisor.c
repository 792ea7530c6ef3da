// SPDX-License-Identifier: Apache-2.0
#include "agents/common/supervisor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utlist.h>

#include "lib/daemon.h"
#include "lib/file.h"
#include "lib/log.h"

enum { CLOSE_WAIT_MS = 3000, DEFINITION_MAX = 256 * 1024 };
#define DEFINITION_SUFFIX ".json"

static int make_directory(const char *path)
{
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

int supervisor_init(struct supervisor *s)
{
	char path[CHILD_PATH_MAX];
	int rc = make_directory(s->config.state_dir);

	snprintf(path, sizeof(path), "%s/definitions", s->config.state_dir);
	if (!rc)
		rc = make_directory(path);
	if (!rc && mkdir(s->config.repository, 0755) && errno != EEXIST)
		rc = -errno;
	return rc;
}

struct instance *supervisor_find(struct supervisor *s, const char *name)
{
	struct instance *i;

	DL_FOREACH (s->instances, i)
		if (!strcmp(i->w.name, name))
			return i;
	return NULL;
}

static bool port_is_taken(const struct supervisor *s, const struct workload *w)
{
	const struct instance *i;

	DL_FOREACH (s->instances, i)
		if (i->w.rest_port == w->rest_port && strcmp(i->w.name, w->name) != 0)
			return true;
	return false;
}

int supervisor_add(struct supervisor *s, struct workload *w)
{
	struct instance *i;
	int rc = 0;

	if (supervisor_find(s, w->name))
		rc = -EEXIST;
	else if (port_is_taken(s, w))
		rc = -EADDRINUSE;
	else if (s->count == INSTANCES_MAX)
		rc = -ENOSPC;
	i = rc ? NULL : calloc(1, sizeof(*i));
	if (!i) {
		workload_done(w);
		return rc ? rc : -ENOMEM;
	}
	rc = instance_init(i, s, w);
	if (rc) {
		workload_done(&i->w);
		free(i);
		return rc;
	}
	DL_APPEND(s->instances, i);
	s->count++;
	return 0;
}

bool supervisor_uses(const struct supervisor *s, const char *image)
{
	const struct instance *i;

	DL_FOREACH (s->instances, i)
		if (!strcmp(i->w.image, image) && instance_is_there(i))
			return true;
	return false;
}

/* ---- what the configuration file has ---- */

int supervisor_add_configured(struct supervisor *s, struct yaml_doc *doc,
			      const struct yaml_node *list, const char *what)
{
	struct yaml_error err;
	char error[96];
	int r = 0;

	for (const struct yaml_node *n = list ? list->child : NULL; n && r == 0; n = n->next) {
		struct workload w;

		r = workload_read_yaml(doc, n, &w, &err);
		if (r == 0)
			r = supervisor_add(s, &w);
		if (r == -EEXIST)
			snprintf(error, sizeof(error), "the %s is there twice", what);
		else if (r == -EADDRINUSE)
			snprintf(error, sizeof(error), "another %s has this rest_port", what);
		else
			snprintf(error, sizeof(error), "%s", strerror(-r));
		if (r < 0)
			log_error("config", "error=\"%s:%u:%u: %s\"", yaml_name(doc), n->line,
				  n->column, error);
	}
	return r;
}

/* ---- what REST registered, on disk: it may hold secrets ---- */

static void definition_path(const struct supervisor *s, const char *name, char *buf, size_t size)
{
	snprintf(buf, size, "%s/definitions/%s" DEFINITION_SUFFIX, s->config.state_dir, name);
}

static int save(const struct supervisor *s, const struct workload *w)
{
	char path[CHILD_PATH_MAX];
	json_t *json = workload_json(w, true);
	char *text = json_dumps(json, JSON_INDENT(2));
	int rc = text ? 0 : -ENOMEM;

	json_decref(json);
	definition_path(s, w->name, path, sizeof(path));
	if (!rc)
		rc = file_create(path, text, strlen(text), 0600);
	free(text);
	return rc;
}

static void restore_one(struct supervisor *s, const char *name, const char *text, size_t len)
{
	json_t *json = json_loadb(text, len, 0, NULL);
	struct json_reader reader;
	struct workload w;
	int rc = json ? workload_read(name, json, &reader, &w) : -EINVAL;

	if (!rc)
		rc = supervisor_add(s, &w);
	if (rc && rc != -EEXIST)
		log_error("workload", "%s=%s what=\"its definition can't be used\" error=\"%s\"",
			  s->config.noun, name, strerror(-rc));
	json_decref(json);
}

void supervisor_restore(struct supervisor *s)
{
	const size_t suffix = strlen(DEFINITION_SUFFIX);
	char path[CHILD_PATH_MAX];
	const struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/definitions", s->config.state_dir);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name), text_len;
		char name[MANIFEST_NAME_SIZE], *text;

		if (len <= suffix || len - suffix >= sizeof(name) ||
		    strcmp(entry->d_name + len - suffix, DEFINITION_SUFFIX) != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(len - suffix), entry->d_name);
		definition_path(s, name, path, sizeof(path));
		if (!manifest_name_valid(name) ||
		    image_read_text(path, DEFINITION_MAX, &text, &text_len))
			continue;
		restore_one(s, name, text, text_len);
		free(text);
	}
	if (dir)
		closedir(dir);
}

/* ---- registration by REST ---- */

static int replace(struct supervisor *s, struct instance *i, struct workload *w)
{
	int rc = 0;

	if (workload_equal(&i->w, w))
		workload_done(w);
	else if (i->w.configured)
		rc = -EPERM;
	else if (instance_is_there(i))
		rc = -EBUSY;
	else if (port_is_taken(s, w))
		rc = -EADDRINUSE;
	else
		rc = save(s, w);
	if (rc)
		workload_done(w);
	else if (w->command) {
		workload_done(&i->w);
		i->w = *w;
	}
	return rc;
}

int supervisor_register(struct supervisor *s, struct workload *w)
{
	struct instance *i = supervisor_find(s, w->name);
	char name[MANIFEST_NAME_SIZE];
	int rc;

	if (i)
		return replace(s, i, w);
	strcpy(name, w->name);
	rc = supervisor_add(s, w);
	if (rc)
		return rc;
	rc = save(s, &supervisor_find(s, name)->w);
	if (!rc)
		return 1;
	supervisor_unregister(s, name);
	return rc;
}

int supervisor_unregister(struct supervisor *s, const char *name)
{
	struct instance *i = supervisor_find(s, name);
	char path[CHILD_PATH_MAX];

	if (!i)
		return -ENOENT;
	if (i->w.configured)
		return -EPERM;
	if (instance_is_there(i) || i->child.handles)
		return -EBUSY;
	definition_path(s, name, path, sizeof(path));
	if (unlink(path) && errno != ENOENT)
		return -errno;
	DL_DELETE(s->instances, i);
	s->count--;
	instance_close(i);
	return 0;
}

/* ---- beginning and end ---- */

void supervisor_begin(struct supervisor *s)
{
	struct instance *i;

	DL_FOREACH (s->instances, i)
		instance_resume(i);
}

void supervisor_free(struct supervisor *s)
{
	uint64_t end = clock_mono_ns() + CLOSE_WAIT_MS * 1000000ULL;
	struct instance *i, *next;

	s->closing = true;
	DL_FOREACH_SAFE(s->instances, i, next)
	{
		DL_DELETE(s->instances, i);
		instance_close(i);
	}
	while (s->jobs && clock_mono_ns() < end)
		uv_run(s->config.loop, UV_RUN_ONCE);
}
