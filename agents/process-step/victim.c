// SPDX-License-Identifier: Apache-2.0
#include "agents/process-step/victim.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/common/child.h"
#include "agents/process/mark.h"
#include "agents/process/tree.h"

enum { END_MS = 10000 };

void victim_path(const struct process_step *s, const char *file, char buf[VICTIM_PATH_SIZE])
{
	snprintf(buf, VICTIM_PATH_SIZE, "%s/%s", s->app.directory, file);
}

/* ---- marks ---- */

bool victim_is_marked(const struct process_step *s, const char *file)
{
	return mark_is_set(s->app.directory, file);
}

int victim_mark(const struct process_step *s, const char *file, bool so)
{
	return so ? mark_set(s->app.directory, file, s->migration)
		  : mark_remove(s->app.directory, file);
}

int victim_mark_ended(const struct process_step *s)
{
	return mark_set(s->app.directory, "ended", "");
}

bool victim_is_ours(const struct process_step *s, const char *file)
{
	return mark_says(s->app.directory, file, s->migration);
}

/* ---- who it is ---- */

static int read_record(const char *directory, struct process *ret)
{
	struct child c;

	child_record_in(&c, directory);
	if (child_record_read(&c, &ret->pid))
		return -ESRCH;
	ret->start = process_start_time(ret->pid);
	return ret->start ? 0 : -ESRCH;
}

int victim_find(const struct process_step *s, struct process *ret)
{
	return read_record(s->app.directory, ret);
}

int victim_record(const struct process_step *s, pid_t pid)
{
	struct child c;

	child_record_in(&c, s->app.directory);
	return child_record_write(&c, pid);
}

void victim_note_path(const struct process_step *s, enum victim_role role,
		      char buf[VICTIM_PATH_SIZE])
{
	static const char *const names[] = {
		[VICTIM_DUMPED] = "victim",
		[VICTIM_MOVER] = "mover",
		[VICTIM_RESTORED] = "restored",
		[VICTIM_KEEPER] = "lazy",
	};

	snprintf(buf, VICTIM_PATH_SIZE, "%s/%s", s->images, names[role]);
}

int victim_note(const struct process_step *s, enum victim_role role, pid_t pid)
{
	char directory[VICTIM_PATH_SIZE];
	struct child c;

	victim_note_path(s, role, directory);
	if (mkdir(directory, 0700) && errno != EEXIST)
		return -errno;
	child_record_in(&c, directory);
	return child_record_write(&c, pid);
}

/* Without its record it is of a note that was not made: nothing followed it. */
int victim_noted(const struct process_step *s, enum victim_role role, struct process *ret)
{
	char directory[VICTIM_PATH_SIZE];

	victim_note_path(s, role, directory);
	return mark_is_set(directory, "process") ? read_record(directory, ret) : -ENOENT;
}

/* ---- its tree ---- */

int victim_signal(const struct process *p, int signal)
{
	pid_t tree[PROCESS_TREE_MAX];
	size_t count = process_alive(p) ? process_tree(p->pid, tree) : 0;

	for (size_t i = 0; i < count; i++) {
		const struct process one = {tree[i], process_start_time(tree[i])};

		(void)process_signal(&one, signal); /* one that has ended needs none */
	}
	return process_signal(p, signal);
}

int victim_end(const struct process *p)
{
	int rc = victim_signal(p, SIGKILL);

	if (rc == -ESRCH)
		return 0;
	return rc ? rc : process_await_end(p, END_MS);
}

/* Is it, or was it started by, the CRIU of an application other than @s's? */
static bool is_anothers(const struct process_step *s, pid_t pid)
{
	char record[2 * STEP_PATH_SIZE + 8];
	const struct dirent *entry;
	struct process criu;
	bool found = false;
	DIR *dir = opendir(s->node.directory);

	while (dir && !found && (entry = readdir(dir))) {
		snprintf(record, sizeof(record), "%s/%s/criu", s->node.directory, entry->d_name);
		if (!process_step_name_valid(entry->d_name) ||
		    !strcmp(entry->d_name, s->app.name) || read_record(record, &criu))
			continue;
		for (pid_t p = pid; p > 1 && !found; p = process_parent(p))
			found = p == criu.pid;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* One of its programs, or a task of CRIU's that was to become one: that has the number already. */
static bool is_of_app(const struct process_step *s, pid_t pid)
{
	char link[64], exe[STEP_PATH_SIZE], image[2 * STEP_PATH_SIZE];
	const char *name;
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%d/exe", pid);
	len = readlink(link, exe, sizeof(exe) - 1);
	if (len < 0)
		return false;
	exe[len] = '\0';
	snprintf(image, sizeof(image), "%s/%s/", s->node.repository, s->app.image);
	if (!strncmp(exe, image, strlen(image)))
		return true;
	name = strrchr(exe, '/');
	return name && !strcmp(name, "/criu") && !is_anothers(s, pid);
}

void victim_end_numbers(const struct process_step *s)
{
	pid_t first = PROCESS_NUMBER(s->app.number);

	for (pid_t pid = first; pid < first + PROCESS_PID_EACH; pid++) {
		const struct process p = {pid, process_start_time(pid)};

		if (!p.start || !is_of_app(s, pid))
			continue;
		victim_hush(s, pid);
		victim_end(&p);
	}
}
