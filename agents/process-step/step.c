// SPDX-License-Identifier: Apache-2.0
/* One step, run: step.h. */
#include "agents/process-step/step.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "lib/file.h"
#include "lib/log.h"

enum { FILE_PATH_SIZE = STEP_PATH_SIZE + 32, ROUND_MAX = 9999 };

/* ---- SIGTERM: what a handler may touch is global ---- */

static volatile sig_atomic_t cancelled;
static int wake = -1;

static void on_term(int signal)
{
	int saved = errno;
	uint64_t one = 1;

	cancelled = 1;
	if (write(wake, &one, sizeof(one)) < 0)
		errno = EAGAIN; /* readable already */
	errno = saved;
}

int process_step_listen(void)
{
	/* without SA_RESTART: a call that blocks comes back with EINTR */
	struct sigaction action = {.sa_handler = on_term};

	wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake < 0)
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	return sigaction(SIGTERM, &action, NULL) ? -errno : 0;
}

bool process_step_cancelled(void)
{
	return cancelled;
}

int process_step_wake(void)
{
	return wake;
}

/* ---- what it tells ---- */

int process_step_fail(struct process_step *s, const char *cause, const char *format, ...)
{
	va_list args;

	snprintf(s->cause, sizeof(s->cause), "%s", cause);
	va_start(args, format);
	vsnprintf(s->detail, sizeof(s->detail), format, args);
	va_end(args);
	return -1;
}

int process_step_fail_errno(struct process_step *s, int rc, const char *what)
{
	return process_step_fail(s, rc == -ENOSPC || rc == -EDQUOT ? "DISK_SHORT" : "STEP_FAILED",
				 "%s: %s", what, strerror(-rc));
}

int process_step_write(const char *directory, const char *file, const json_t *json)
{
	char path[FILE_PATH_SIZE], *text = json_dumps(json, JSON_INDENT(1));
	int rc;

	if (!text)
		return -ENOMEM;
	if (snprintf(path, sizeof(path), "%s/%s", directory, file) >= (int)sizeof(path))
		rc = -ENAMETOOLONG;
	else
		rc = file_create(path, text, strlen(text), 0600);
	free(text);
	return rc;
}

void process_step_progress(const struct process_step *s, json_t *progress)
{
	int rc = process_step_write(s->directory, "progress.json", progress);

	if (rc)
		log_warn("step", "what=\"its progress can't be written\" error=\"%s\"",
			 strerror(-rc));
	json_decref(progress);
}

json_t *process_step_outcome(const struct process_step *s, bool failed, uint64_t begun_ns,
			     uint64_t ended_ns)
{
	json_t *json = json_pack("{s:s, s:I, s:I, s:I, s:O}", "state", failed ? "failed" : "done",
				 "epoch", (json_int_t)s->epoch, "begun_ns", (json_int_t)begun_ns,
				 "ended_ns", (json_int_t)ended_ns, "outcome", s->outcome);

	if (failed) {
		json_object_set_new(json, "cause",
				    json_string(s->cause[0] ? s->cause : "STEP_FAILED"));
		json_object_set_new(json, "detail", json_string(s->detail));
	}
	return json;
}

/* ---- kinds ---- */

bool process_step_is(const char *kind, enum process_step_trait trait)
{
	enum { END = STEP_ENDS | STEP_SETTLES | STEP_NEEDED | STEP_BARE };
	static const struct {
		const char *kind;
		unsigned traits;
	} rows[] = {
		{"thaw", END},
		{"finish", END},
		{"drop", END},
		{"settle", END},
		{"open", STEP_SETTLES | STEP_NEEDED},
		{"fence", STEP_NEEDED},
		{"drain", STEP_NEEDED},
		{"unforward", STEP_NEEDED},
		{"survey", STEP_BARE},
		{"dump", STEP_CLOSES},
		{"divert", STEP_CLOSES},
		{"push", STEP_CLOSES},
		{"commit", STEP_CLOSES},
		{"restore", STEP_CLOSES},
		{"join", STEP_CLOSES},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].kind, kind))
			return rows[i].traits & trait;
	return false;
}

/* ---- its run ---- */

static const struct process_step_kind *find_kind(const struct process_step_kind *kinds,
						 const char *name)
{
	for (; kinds->name; kinds++)
		if (!strcmp(kinds->name, name))
			return kinds;
	return NULL;
}

static int make_images(struct process_step *s)
{
	char path[STEP_PATH_SIZE];
	char *slash;

	snprintf(path, sizeof(path), "%s", s->images);
	slash = strrchr(path, '/');
	if (!slash)
		return process_step_fail(s, "STEP_FAILED", "no directory for images");
	*slash = '\0';
	if ((mkdir(path, 0700) && errno != EEXIST) || (mkdir(s->images, 0700) && errno != EEXIST))
		return process_step_fail_errno(s, -errno, s->images);
	return 0;
}

static int run_kind(struct process_step *s, const struct process_step_kind *kinds)
{
	const struct process_step_kind *kind = find_kind(kinds, s->kind);

	if (!kind)
		return process_step_fail(s, "STEP_FAILED", "there is no step '%s'", s->kind);
	if (process_step_cancelled())
		return process_step_fail(s, "CANCELLED", "before it began");
	if (!process_step_is(kind->name, STEP_BARE) && make_images(s))
		return -1;
	return kind->run(s);
}

int process_step_run(struct process_step *s, const struct process_step_kind *kinds)
{
	uint64_t begun_ns = clock_now_ns();
	bool failed = run_kind(s, kinds) != 0;
	json_t *outcome = process_step_outcome(s, failed, begun_ns, clock_now_ns());
	int rc = process_step_write(s->directory, "outcome.json", outcome);

	json_decref(outcome);
	if (failed)
		log_warn("step", "migration=%s step=%s cause=%s detail=\"%s\"", s->migration,
			 s->kind, s->cause, s->detail);
	return rc;
}

void process_step_free(struct process_step *s)
{
	json_decref((json_t *)(uintptr_t)s->args);
	json_decref(s->outcome);
	s->args = s->outcome = NULL;
}

/* ---- names ---- */

bool process_step_name_valid(const char *name)
{
	size_t len = strlen(name);

	return len && len < STEP_NAME_SIZE && name[0] != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       len;
}

bool process_step_split(const char *step, char kind[STEP_NAME_SIZE], unsigned *ret_round)
{
	const char *dot = strchr(step, '.');
	size_t len = dot ? (size_t)(dot - step) : strlen(step);
	unsigned long round = 0;
	char *end = NULL;

	if (!process_step_name_valid(step) || !len ||
	    strspn(step, "abcdefghijklmnopqrstuvwxyz-") != len)
		return false;
	if (dot) {
		round = strtoul(dot + 1, &end, 10);
		if (dot[1] < '1' || dot[1] > '9' || *end || round > ROUND_MAX)
			return false;
	}
	memcpy(kind, step, len);
	kind[len] = '\0';
	*ret_round = (unsigned)round;
	return true;
}
