// SPDX-License-Identifier: Apache-2.0
/* The end of a replay at the destination: the restored instance serves, or the forwarder goes and
 * nothing has come of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/forwarder/control.h"
#include "agents/process-step/kinds.h"
#include "agents/process-step/lead.h"
#include "agents/process-step/replay.h"
#include "agents/process-step/work.h"
#include "lib/daemon.h"
#include "lib/json.h"
#include "lib/process.h"

enum { TURN_MS = 2, END_MS = 3000, PATH_SIZE = STEP_PATH_SIZE + 64 };

static int open_gate(struct process_step *s)
{
	if (work_gate_open(s))
		return -1;
	json_object_set_new(s->outcome, "opened_ns", json_integer((json_int_t)clock_now_ns()));
	return 0;
}

/* Is it gone, so is what it held: clients ask again. */
static void serve(struct process_step *s)
{
	json_t *status;

	if (control_ask(s->app.number, "serve", LEAD_ASK_MS, &status, NULL))
		return;
	lead_keep(s, status);
	json_decref(status);
}

/* It answers what it was asked last; what it says meanwhile is kept. */
static void leave(struct process_step *s)
{
	const uint64_t until = clock_mono_ns() + END_MS * UINT64_C(1000000);
	struct process process = {0};
	json_t *status;

	if (control_ask(s->app.number, "leave", LEAD_ASK_MS, &status, &process.pid))
		return;
	process.start = process_start_time(process.pid);
	do {
		lead_keep(s, status);
		json_decref(status);
	} while (clock_mono_ns() < until && process_await_end(&process, TURN_MS) == -ETIMEDOUT &&
		 !control_ask(s->app.number, "status", LEAD_ASK_MS, &status, NULL));
}

static void decision_path(const struct process_step *s, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/decision", s->images);
}

static bool is_decided(const struct process_step *s, const char *word)
{
	char path[PATH_SIZE], found[8];
	ssize_t len;

	decision_path(s, path);
	len = readlink(path, found, sizeof(found));
	return len == (ssize_t)strlen(word) && !memcmp(found, word, (size_t)len);
}

/*
 * What becomes of the migration is decided once, by whoever comes first: a link that says "cut" or
 * "back". Return: whether it is @word; -1 and the step has failed
 */
static int decide(struct process_step *s, const char *word)
{
	char path[PATH_SIZE];

	decision_path(s, path);
	if (symlink(word, path) && errno != EEXIST)
		return process_step_fail_errno(s, -errno, path);
	return is_decided(s, word);
}

static int taken_back(struct process_step *s)
{
	return process_step_fail(s, "CANCELLED", "the migration was taken back before");
}

/* Where the address isn't on lo, the source would answer. */
static int await_instance(struct process_step *s)
{
	const struct gate gate = work_gate(s);
	struct gate_status status;
	uint64_t answered_ns;
	int rc = gate_read(&gate, &status);

	if (!rc && status.state == GATE_NONE)
		return process_step_fail(s, "NOT_RUNNING", "there is no instance of '%s' here",
					 s->app.name);
	if (rc)
		return process_step_fail(s, "STEP_FAILED", "the gate: %s", strerror(-rc));
	return work_await_answer(s, "the restored instance", WORK_REPLAY_PING_MS, &answered_ns);
}

/* All was replayed and alike. Without a forwarder only who asks knows that: it is gone since. One
 * that runs and doesn't say how far it is may not have replayed. */
static int ready_to_serve(struct process_step *s)
{
	json_t *status;
	int rc;

	if (is_decided(s, "back"))
		return taken_back(s);
	rc = control_ask(s->app.number, "status", LEAD_ASK_MS, &status, NULL);
	if (rc == -ECONNREFUSED)
		return 0;
	if (rc)
		return process_step_fail(s, "STEP_FAILED",
					 "the forwarder doesn't say how far it is: %s",
					 strerror(-rc));
	if (!lead_is_ours(s, status) || strcmp(json_text(status, "state"), "replayed") != 0)
		rc = process_step_fail(s, "STEP_FAILED",
				       "a cut while the forwarder of migration %s is %s",
				       json_text(status, "migration"), json_text(status, "state"));
	json_decref(status);
	return rc;
}

/*
 * Once decided this only goes forward: the restored instance applies what the source hasn't. Then
 * it fails for the kernel's rules alone; who repeats it completes it, with the forwarder or
 * without.
 */
int step_cut(struct process_step *s)
{
	int rc;

	if (!is_decided(s, "cut") && (ready_to_serve(s) || await_instance(s)))
		return -1;
	rc = decide(s, "cut");
	if (rc <= 0)
		return rc ? rc : taken_back(s);
	serve(s);
	if (open_gate(s))
		return -1;
	leave(s);
	rc = replay_stop(s);
	return rc ? process_step_fail(s, "STEP_FAILED", "the redirect: %s", strerror(-rc)) : 0;
}

/* From now on there is no cut any more, or there was one, and the restored instance serves. */
int step_unforward(struct process_step *s)
{
	int back = decide(s, "back"), rc = 0;

	if (back < 0)
		return -1;
	json_object_set_new(s->outcome, "serves", json_boolean(!back));
	if (!back && open_gate(s))
		return -1;
	rc = replay_stop(s);
	return rc ? process_step_fail(s, "STEP_FAILED", "the redirect: %s", strerror(-rc)) : 0;
}
