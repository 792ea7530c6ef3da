// SPDX-License-Identifier: Apache-2.0
/*
 * Steps on disk: PROCESS_DIR/APP/steps/MIGRATION/STEP/{request,progress,outcome}.json.
 *
 * A full disk must not keep an application stopped: steps that end a migration, or let it serve,
 * free what is full, and are journalled in memory where the disk has no room: in a tmpfs of their
 * own that is mounted nowhere (fsmount(2)), so nothing of it stays when the agent ends. An agent
 * that is restarted then doesn't know them; they are asked for again, and done once more.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utlist.h>

#include "agents/edge-agent/process_step.h"
#include "agents/process/mark.h"
#include "lib/daemon.h"
#include "lib/file.h"
#include "lib/log.h"

enum {
	PATH_SIZE = STEP_PATH_SIZE + 160,
	ROOM_MIN = 256 << 10, /* for a step's files and the agent's marks, many times over */
	FILES_MIN = 16,
};

/* Beside the request until its program is started. Its absence tells what an outcome can't, for
 * which the disk may have no room: this step isn't to be begun once more. */
static const char waits[] = "waits";

void journal_directory(const struct edge_step *step, char *buf, size_t size)
{
	if (step->memory >= 0)
		snprintf(buf, size, "/proc/self/fd/%d", step->memory);
	else
		snprintf(buf, size, "%s/steps/%s/%s", step->p->app.directory, step->m->name,
			 step->name);
}

void journal_close(struct edge_step *step)
{
	if (step->memory >= 0)
		close(step->memory);
	step->memory = -1;
}

void journal_clear(struct edge_step *step)
{
	char directory[PATH_SIZE];

	journal_close(step);
	journal_directory(step, directory, sizeof(directory));
	file_remove_tree(directory);
}

static json_t *read_json(const struct edge_step *step, const char *file)
{
	char directory[PATH_SIZE], path[PATH_SIZE + 32];
	json_t *json;

	journal_directory(step, directory, sizeof(directory));
	snprintf(path, sizeof(path), "%s/%s", directory, file);
	json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	if (json && !json_is_object(json)) {
		json_decref(json);
		json = NULL;
	}
	return json;
}

json_t *journal_outcome(const struct edge_step *step)
{
	return read_json(step, "outcome.json");
}

json_t *journal_progress(const struct edge_step *step)
{
	json_t *json = read_json(step, "progress.json");

	return json ? json : json_object();
}

static int make_directory(const char *path)
{
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

/* What process-step is to know of @step; its texts fit, since directories that don't were refused
 * when the configuration was read */
static int describe(const struct edge_step *step, struct process_step *s)
{
	char directory[PATH_SIZE];
	unsigned round;

	memset(s, 0, sizeof(*s));
	s->node = step->p->all->config.node;
	s->app = step->p->app;
	s->epoch = step->epoch;
	strcpy(s->migration, step->m->name);
	if (!process_step_split(step->name, s->kind, &round))
		return -EINVAL;
	s->round = round;
	journal_directory(step, directory, sizeof(directory));
	if (snprintf(s->directory, sizeof(s->directory), "%s", directory) >=
		    (int)sizeof(s->directory) ||
	    snprintf(s->images, sizeof(s->images), "%s/migrations/%s", s->app.directory,
		     s->migration) >= (int)sizeof(s->images))
		return -ENAMETOOLONG;
	return 0;
}

static int write_request(const struct edge_step *step, const struct process_step *s)
{
	json_t *request = process_step_request(s);
	int rc;

	json_object_set_new(request, "asked_ns", json_integer((json_int_t)step->asked_ns));
	rc = process_step_write(s->directory, "request.json", request);
	json_decref(request);
	return rc;
}

static int write_on_disk(const struct edge_step *step, struct process_step *s)
{
	char above[PATH_SIZE];
	int rc;

	snprintf(above, sizeof(above), "%s/steps/%s", step->p->app.directory, step->m->name);
	rc = make_directory(above);
	if (!rc)
		rc = make_directory(s->directory);
	if (!rc)
		rc = mark_set(s->directory, waits, "");
	return rc ? rc : write_request(step, s);
}

int journal_begins(const struct edge_step *step)
{
	char directory[PATH_SIZE];

	journal_directory(step, directory, sizeof(directory));
	return mark_remove(directory, waits);
}

bool journal_waits(const struct edge_step *step)
{
	char directory[PATH_SIZE];

	journal_directory(step, directory, sizeof(directory));
	return mark_is_set(directory, waits);
}

/* ---- in memory ---- */

static int open_memory(void)
{
	int context = fsopen("tmpfs", FSOPEN_CLOEXEC), fd = -1, rc = 0;

	if (context < 0)
		return -errno;
	if (fsconfig(context, FSCONFIG_SET_STRING, "size", "1m", 0) ||
	    fsconfig(context, FSCONFIG_SET_STRING, "mode", "0700", 0) ||
	    fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		rc = -errno;
	if (!rc) {
		fd = fsmount(context, FSMOUNT_CLOEXEC, 0);
		rc = fd < 0 ? -errno : 0;
	}
	close(context);
	return rc ? rc : fd;
}

/* What would be left half written by the way is not begun. */
bool journal_has_room(const struct edge_step *step)
{
	struct statvfs st;

	return statvfs(step->p->app.directory, &st) ||
	       ((uint64_t)st.f_bavail * st.f_frsize >= ROOM_MIN &&
		(!st.f_files || st.f_favail >= FILES_MIN));
}

static int write_in_memory(struct edge_step *step, struct process_step *s)
{
	int rc;

	journal_clear(step);
	step->memory = open_memory();
	if (step->memory < 0)
		return step->memory;
	journal_directory(step, s->directory, sizeof(s->directory));
	rc = write_request(step, s);
	if (rc)
		journal_close(step);
	else
		log_warn("process", "app=%s step=%s what=\"kept in memory: the disk is full\"",
			 step->p->app.name, step->name);
	return rc;
}

int journal_write(struct edge_step *step, const json_t *args)
{
	const bool needed = process_step_is(step->kind, STEP_NEEDED);
	struct process_step s;
	int rc = describe(step, &s);

	if (rc)
		return rc;
	s.args = args;
	rc = needed && !journal_has_room(step) ? -ENOSPC : write_on_disk(step, &s);
	if ((rc == -ENOSPC || rc == -EDQUOT) && needed && !write_in_memory(step, &s))
		return 0;
	if (rc)
		journal_clear(step);
	return rc;
}

void journal_keep(struct edge_step *step)
{
	char directory[PATH_SIZE];
	struct process_step s;
	json_t *request;

	if (step->memory < 0)
		return;
	request = read_json(step, "request.json");
	journal_close(step);
	if (!describe(step, &s) && journal_has_room(step)) {
		journal_directory(step, directory, sizeof(directory));
		s.args = json_object_get(request, "args");
		if (write_on_disk(step, &s) ||
		    process_step_write(directory, "outcome.json", step->outcome))
			journal_clear(step);
	}
	json_decref(request);
}

/* ---- its end ---- */

json_t *journal_end(const struct edge_step *step, json_t *outcome, const char *cause,
		    const char *detail)
{
	struct process_step s = {.epoch = step->epoch, .outcome = outcome};
	char directory[PATH_SIZE];
	json_t *json;
	int rc;

	if (cause)
		process_step_fail(&s, cause, "%s", detail);
	json = process_step_outcome(&s, cause != NULL, step->asked_ns, clock_now_ns());
	json_decref(outcome);
	journal_directory(step, directory, sizeof(directory));
	rc = process_step_write(directory, "outcome.json", json);
	if (rc)
		log_warn("process",
			 "app=%s step=%s what=\"its outcome can't be kept\" error=\"%s\"",
			 step->p->app.name, step->name, strerror(-rc));
	return json;
}

void journal_forget(const struct edge_process *p, const struct edge_migration *m)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/steps/%s", p->app.directory, m->name);
	file_remove_tree(path);
	snprintf(path, sizeof(path), "%s/migrations/%s", p->app.directory, m->name);
	file_remove_tree(path);
}

/* ---- read again ---- */

static void load_step(struct edge_process *p, struct edge_migration *m, const char *name)
{
	char kind[STEP_NAME_SIZE];
	struct edge_step *step;
	json_t *request;
	unsigned round;

	if (!process_step_split(name, kind, &round) || m->count == PROCESS_STEPS_MAX)
		return;
	step = steps_new(p, m, name, 0);
	if (!step)
		return;
	request = read_json(step, "request.json");
	step->epoch = (uint64_t)json_integer_value(json_object_get(request, "epoch"));
	step->asked_ns = (uint64_t)json_integer_value(json_object_get(request, "asked_ns"));
	step->outcome = journal_outcome(step);
	m->epoch = step->epoch > m->epoch ? step->epoch : m->epoch;
	if (!request) /* killed between making the directory and writing what is asked: it never
			 began */
		step->outcome = journal_end(step, json_object(), "STEP_FAILED",
					    "the agent ended before it began");
	json_decref(request);
}

typedef void (*each_entry)(struct edge_process *p, void *user, const char *name);

static void each_directory(struct edge_process *p, const char *path, each_entry each, void *user)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (process_step_name_valid(entry->d_name))
			each(p, user, entry->d_name);
	if (dir)
		closedir(dir);
}

static void each_step(struct edge_process *p, void *user, const char *name)
{
	load_step(p, user, name);
}

static void each_migration(struct edge_process *p, void *user, const char *name)
{
	struct edge_migration *m = steps_new_migration(p, name);
	char path[PATH_SIZE];

	if (!m)
		return;
	snprintf(path, sizeof(path), "%s/steps/%.63s", p->app.directory, name);
	each_directory(p, path, each_step, m);
}

static int by_asked(const struct edge_step *a, const struct edge_step *b)
{
	return (a->asked_ns > b->asked_ns) - (a->asked_ns < b->asked_ns);
}

static int by_first(const struct edge_migration *a, const struct edge_migration *b)
{
	return a->steps && b->steps ? by_asked(a->steps, b->steps) : !a->steps - !b->steps;
}

void journal_load(struct edge_process *p)
{
	char path[PATH_SIZE];
	struct edge_migration *m;

	snprintf(path, sizeof(path), "%s/steps", p->app.directory);
	each_directory(p, path, each_migration, NULL);
	DL_FOREACH (p->migrations, m)
		DL_SORT(m->steps, by_asked);
	DL_SORT(p->migrations, by_first);
}
