// SPDX-License-Identifier: Apache-2.0
#include "agents/process-step/soundness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/process-step/step.h"
#include "agents/process/criu.h"
#include "lib/file.h"
#include "lib/process.h"

enum { PATH_SIZE = STEP_PATH_SIZE + 32, END_MS = 10000, LOOK_MS = 50 };

struct trial {
	char directory[PATH_SIZE]; /* of its own, gone afterwards */
	struct criu_call call;
	struct criu_answer answer;
};

/* ---- the process that does nothing ---- */

static void do_nothing(int ready) __attribute__((noreturn));
static void do_nothing(int ready)
{
	setsid();
	signal(SIGTERM, SIG_DFL);
	dup2(ready, 3);
	close_range(4, ~0U, 0);
	close_range(0, 2, 0);
	if (open("/dev/null", O_RDWR) || dup(0) != 1 || dup(0) != 2 || chdir("/"))
		_exit(1);
	if (write(3, "r", 1) != 1)
		_exit(1);
	close(3);
	for (;;)
		pause();
}

/* Return: its pid, once it has come to rest, or a negative errno */
static pid_t begin_nothing(void)
{
	int ready[2];
	char word;
	pid_t pid;
	bool rests;

	if (pipe2(ready, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid)
		do_nothing(ready[1]);
	close(ready[1]);
	/* the word, and the end: it has no other descriptors then */
	rests = pid > 0 && read(ready[0], &word, 1) == 1 && read(ready[0], &word, 1) == 0;
	close(ready[0]);
	return rests ? pid : pid > 0 ? -ECHILD : -EAGAIN;
}

/* ---- dumped and restored ---- */

static int dump(struct trial *t, pid_t pid)
{
	int rc;

	t->call.what = CRIU_DUMP;
	t->call.pid = pid;
	t->call.leave = CRIU_LEAVE_DEAD;
	rc = criu_run(&t->call, &t->answer);
	kill(pid, SIGKILL); /* where the dump failed; restored it is another child's child */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return rc;
}

static int restore(struct trial *t)
{
	struct process p;
	int rc;

	t->call.what = CRIU_RESTORE;
	rc = criu_run(&t->call, &t->answer);
	if (rc)
		return rc;
	p.pid = t->answer.pid;
	p.start = process_start_time(p.pid);
	if (!p.start) {
		snprintf(t->answer.text, sizeof(t->answer.text), "restored, and dead");
		return -EREMOTEIO;
	}
	process_signal(&p, SIGKILL);
	return process_await_end(&p, END_MS);
}

static int ask_version(struct trial *t, char version[CRIU_VERSION_SIZE])
{
	int rc;

	t->call.what = CRIU_VERSION;
	rc = criu_run(&t->call, &t->answer);
	if (!rc)
		strcpy(version, t->answer.version);
	return rc;
}

/* What CRIU itself said, and of want of room alone, holds for this boot. A machine that is busy, a
 * CRIU that is killed or not installed yet, pass. */
static bool lasts(int rc, const struct criu_answer *answer)
{
	return !rc || (rc == -EREMOTEIO && !answer->disk_full);
}

static json_t *make_trial(struct trial *t, bool *ret_lasts)
{
	char version[CRIU_VERSION_SIZE] = "";
	pid_t pid = 0;
	int rc = ask_version(t, version);

	if (!rc) {
		pid = begin_nothing();
		rc = pid < 0 ? pid : dump(t, pid);
	}
	if (!rc)
		rc = restore(t);
	*ret_lasts = lasts(rc, &t->answer);
	return json_pack("{s:s, s:b, s:s}", "version", version, "sound", !rc, "why",
			 !rc		     ? ""
			 : t->answer.text[0] ? t->answer.text
					     : strerror(-rc));
}

static int find_out(const char *directory, json_t **ret, bool *ret_lasts)
{
	struct trial t = {.call = {.images = t.directory,
				   .work = t.directory,
				   .page_server = -1,
				   .tcp = CRIU_TCP_CLOSE,
				   .wake = -1}};

	snprintf(t.directory, sizeof(t.directory), "%s/.criu-trial", directory);
	file_remove_tree(t.directory);
	if (mkdir(t.directory, 0700))
		return -errno;
	*ret = make_trial(&t, ret_lasts);
	file_remove_tree(t.directory);
	return *ret ? 0 : -ENOMEM;
}

/* ---- kept ---- */

static json_t *read_kept(const char *path, const char *boot)
{
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	const char *of = json_string_value(json_object_get(json, "boot"));

	if (of && !strcmp(of, boot)) {
		json_object_del(json, "boot");
		return json;
	}
	json_decref(json);
	return NULL;
}

static int keep(const char *directory, const char *boot, const json_t *json)
{
	json_t *with_boot = json_copy((json_t *)(uintptr_t)json);
	int rc;

	json_object_set_new(with_boot, "boot", json_string(boot));
	rc = process_step_write(directory, "criu.json", with_boot);
	json_decref(with_boot);
	return rc;
}

/* Another's trial takes seconds. */
static int await_turn(int fd)
{
	struct pollfd wake = {.fd = process_step_wake(), .events = POLLIN};

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			return -errno;
		if (poll(&wake, 1, LOOK_MS) > 0)
			return -ECANCELED;
	}
	return 0;
}

int soundness_get(const char *directory, json_t **ret)
{
	char path[PATH_SIZE], lock[PATH_SIZE], boot[BOOT_ID_SIZE];
	bool holds = false;
	int fd, rc;

	snprintf(path, sizeof(path), "%s/criu.json", directory);
	snprintf(lock, sizeof(lock), "%s/.criu-lock", directory);
	rc = boot_id_read(boot);
	if (rc)
		return rc;
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = await_turn(fd);
	*ret = rc ? NULL : read_kept(path, boot);
	if (!rc && !*ret)
		rc = find_out(directory, ret, &holds);
	if (!rc && holds)
		rc = keep(directory, boot, *ret);
	close(fd);
	return rc;
}
