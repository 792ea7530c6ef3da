// SPDX-License-Identifier: Apache-2.0
#include "agents/edge-agent/process_step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <utlist.h>

#include "agents/process/mark.h"
#include "lib/daemon.h"
#include "lib/log.h"

enum {
	CUT_GRACE_MS = 30000, /* CRIU is waited for, and is slow on a busy machine */
	FORSAKEN_S = 3600,    /* no manager waits as long between two steps */
	PATH_SIZE = STEP_PATH_SIZE + 160,
};

/* ---- in memory ---- */

struct edge_migration *steps_find_migration(const struct edge_process *p, const char *name)
{
	struct edge_migration *m;

	DL_FOREACH (p->migrations, m)
		if (!strcmp(m->name, name))
			return m;
	return NULL;
}

struct edge_step *steps_find(const struct edge_migration *m, const char *name)
{
	struct edge_step *step;

	DL_FOREACH (m->steps, step)
		if (!strcmp(step->name, name))
			return step;
	return NULL;
}

struct edge_migration *steps_new_migration(struct edge_process *p, const char *name)
{
	struct edge_migration *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	snprintf(m->name, sizeof(m->name), "%s", name);
	DL_APPEND(p->migrations, m);
	return m;
}

struct edge_step *steps_new(struct edge_process *p, struct edge_migration *m, const char *name,
			    uint64_t epoch)
{
	struct edge_step *step = calloc(1, sizeof(*step));
	unsigned round;

	if (!step)
		return NULL;
	step->p = p;
	step->m = m;
	step->epoch = epoch;
	step->memory = -1;
	step->asked_ns = clock_now_ns();
	snprintf(step->name, sizeof(step->name), "%s", name);
	process_step_split(name, step->kind, &round);
	DL_APPEND(m->steps, step);
	m->count++;
	return step;
}

static void free_steps(struct edge_migration *m)
{
	struct edge_step *step, *next;

	DL_FOREACH_SAFE(m->steps, step, next)
	{
		json_decref(step->outcome);
		journal_close(step);
		free(step);
	}
	free(m);
}

void steps_forget_migration(struct edge_process *p, struct edge_migration *m)
{
	DL_DELETE(p->migrations, m);
	journal_forget(p, m);
	free_steps(m);
}

static bool is_done(const struct edge_step *step)
{
	const char *state = json_string_value(json_object_get(step->outcome, "state"));

	return state && !strcmp(state, "done");
}

/* Who was stopped by it is still there. */
static bool has_victim(const struct edge_process *p, const struct edge_migration *m)
{
	struct child victim = {0};
	pid_t pid;

	return snprintf(victim.directory, sizeof(victim.directory), "%s/migrations/%s/victim",
			p->app.directory, m->name) < (int)sizeof(victim.directory) &&
	       !child_record_read(&victim, &pid);
}

/* What settles it has ended: well, or there is nobody left for whom it could be tried once more. */
static bool has_settled(const struct edge_process *p, const struct edge_migration *m)
{
	const struct edge_step *step;

	DL_FOREACH (m->steps, step)
		if (step->outcome && process_step_is(step->kind, STEP_SETTLES) &&
		    (is_done(step) || !has_victim(p, m)))
			return true;
	return false;
}

static bool has_closed(const struct edge_migration *m)
{
	const struct edge_step *step;

	DL_FOREACH (m->steps, step)
		if (process_step_is(step->kind, STEP_CLOSES))
			return true;
	return false;
}

bool steps_are_over(const struct edge_migration *m)
{
	const struct edge_step *step;
	uint64_t latest_ns = 0;
	bool ended = false;

	DL_FOREACH (m->steps, step) {
		if (!step->outcome)
			return false;
		ended |= process_step_is(step->kind, STEP_ENDS);
		latest_ns = step->asked_ns > latest_ns ? step->asked_ns : latest_ns;
	}
	return ended || clock_now_ns() - latest_ns > FORSAKEN_S * UINT64_C(1000000000);
}

bool steps_gate_is_held(const struct edge_process *p)
{
	const struct edge_migration *m;

	DL_FOREACH (p->migrations, m)
		if (has_closed(m) && !has_settled(p, m))
			return true;
	return false;
}

/* ---- its end ---- */

static void begin_held(struct edge_migration *m);

static void on_run_closed(struct child *child)
{
	free(child->user);
}

static void end(struct edge_step *step, json_t *outcome)
{
	const char *state = json_string_value(json_object_get(outcome, "state"));

	step->outcome = outcome;
	step->held = false;
	journal_keep(step);
	if (!state || strcmp(state, "done") != 0)
		step->p->all->steps_failed++;
	log_info("process", "app=%s migration=%s step=%s state=%s", step->p->app.name,
		 step->m->name, step->name, state ? state : "unknown");
	process_look_again(step->p);
	process_step_answer(step);
	begin_held(step->m);
}

static void end_badly(struct edge_step *step, const char *cause, const char *detail)
{
	end(step, journal_end(step, json_object(), cause, detail));
}

static void describe_end(int status, char *buf, size_t size)
{
	if (status == CHILD_STATUS_UNKNOWN)
		snprintf(buf, size, "process-step ended without an outcome");
	else if (WIFSIGNALED(status))
		snprintf(buf, size, "process-step ended with signal %d", WTERMSIG(status));
	else
		snprintf(buf, size, "process-step ended with status %d and no outcome",
			 WEXITSTATUS(status));
}

/* Of one that couldn't say why */
static const char *cause_of(const struct edge_step *step, int status)
{
	const bool full =
		!journal_has_room(step) || (status != CHILD_STATUS_UNKNOWN && WIFEXITED(status) &&
					    WEXITSTATUS(status) == STEP_STATUS_DISK);

	if (step->cut)
		return "CANCELLED";
	return full ? "DISK_SHORT" : "STEP_FAILED";
}

static void on_ended(struct child *child, int status, void *user)
{
	struct step_run *run = user;
	struct edge_step *step = run->step;
	json_t *outcome = journal_outcome(step);
	char detail[80];

	step->run = NULL;
	run->step = NULL;
	child_close(&run->child, on_run_closed);
	describe_end(status, detail, sizeof(detail));
	if (outcome)
		end(step, outcome);
	else
		end_badly(step, cause_of(step, status), detail);
}

/* ---- its beginning ---- */

static void end_unbegun(struct edge_step *step, int rc)
{
	end_badly(step, rc == -ENOSPC || rc == -EDQUOT ? "DISK_SHORT" : "STEP_FAILED",
		  strerror(-rc));
}

static int prepare_run(struct edge_step *step)
{
	char directory[PATH_SIZE], name[2 * STEP_NAME_SIZE];
	struct step_run *run = calloc(1, sizeof(*run));
	int rc;

	if (!run)
		return -ENOMEM;
	journal_directory(step, directory, sizeof(directory));
	snprintf(name, sizeof(name), "%.30s %.30s", step->p->app.name, step->name);
	rc = child_init(&run->child, step->p->all->config.loop, name, directory, on_ended, run);
	if (rc) {
		free(run);
		return rc;
	}
	run->step = step;
	step->run = run;
	return 0;
}

static void drop_run(struct edge_step *step)
{
	struct step_run *run = step->run;

	step->run = NULL;
	run->step = NULL;
	child_close(&run->child, on_run_closed);
}

/* In memory it is the step's own directory, which holds it whatever becomes of the agent. */
static int start(struct edge_step *step)
{
	char directory[PATH_SIZE], word[] = "process-step", here[] = ".";
	bool in_memory = step->memory >= 0;
	char *argv[] = {word, in_memory ? here : directory, NULL};
	const struct child_command command = {.program = step->p->all->config.program,
					      .argv = argv,
					      .directory = in_memory ? directory : "/"};

	int rc = journal_begins(step);

	journal_directory(step, directory, sizeof(directory));
	return rc ? rc : child_start(&step->run->child, &command);
}

static void spawn(struct edge_step *step)
{
	int rc = prepare_run(step);

	process_keep_numbers(step->p->all);
	step->held = false;
	if (rc) {
		end_unbegun(step, rc);
		return;
	}
	rc = start(step);
	if (!rc)
		return;
	drop_run(step);
	end_unbegun(step, rc);
}

static void open_now(struct edge_step *step)
{
	struct process_step s = {.outcome = json_object()};
	int rc = process_step_open(step->p, &s);

	end(step, journal_end(step, s.outcome, rc ? s.cause : NULL, s.detail));
}

static void join_now(struct edge_step *step)
{
	int rc = process_join(step->p, step->m->name);

	if (!rc)
		step->p->joining = step;
	else if (rc == -EEXIST)
		end_badly(step, "ALREADY_THERE", "an instance is here already");
	else
		end_unbegun(step, rc);
}

void steps_joined(struct edge_process *p, int rc)
{
	struct edge_step *step = p->joining;
	char cause[sizeof(p->cause)], detail[sizeof(p->detail)];

	p->joining = NULL;
	if (!step)
		return;
	if (!rc) {
		spawn(step);
		return;
	}
	strcpy(cause, p->cause[0] ? p->cause : "CANCELLED");
	strcpy(detail, p->detail[0] ? p->detail : "its process was ended before it began");
	process_join_undo(p);
	end_badly(step, cause, detail);
}

static void run(struct edge_step *step)
{
	if (!strcmp(step->kind, "open"))
		open_now(step);
	else if (!strcmp(step->kind, "join"))
		join_now(step);
	else
		spawn(step);
}

static bool others_run(const struct edge_step *step)
{
	const struct edge_step *other;

	DL_FOREACH (step->m->steps, other)
		if (other != step && !other->outcome && !other->held)
			return true;
	return false;
}

/* One at a time: the end of each begins the next. */
static void begin_held(struct edge_migration *m)
{
	struct edge_step *step;

	DL_FOREACH (m->steps, step)
		if (step->held && !others_run(step)) {
			run(step);
			return;
		}
}

void steps_cut(struct edge_step *step)
{
	if (step->outcome)
		return;
	step->cut = true;
	if (step->run) {
		child_stop(&step->run->child, CUT_GRACE_MS);
		return;
	}
	if (step->p->joining == step) {
		step->p->joining = NULL;
		process_join_undo(step->p);
	}
	end_badly(step, "CANCELLED", "before it began");
}

static void cut_others(struct edge_step *step)
{
	struct edge_step *other, *next;

	DL_FOREACH_SAFE(step->m->steps, other, next)
	if (other != step && !process_step_is(other->kind, STEP_ENDS))
		steps_cut(other);
}

void steps_begin(struct edge_step *step)
{
	step->p->all->steps_begun++;
	if (!process_step_is(step->kind, STEP_ENDS)) {
		run(step);
		return;
	}
	step->held = true;
	cut_others(step);
	if (step->held)
		begin_held(step->m);
}

/* ---- after a restart of the agent ---- */

/* The instance that one of kind join waits for may have been started, or not. */
static void begin_at_last(struct edge_step *step)
{
	const char *directory = step->p->app.directory;

	if (!strcmp(step->kind, "join") && mark_says(directory, "incoming", step->m->name)) {
		if (step->p->child.pid) {
			spawn(step);
			return;
		}
		process_join_undo(step->p);
	}
	run(step);
}

static void resume(struct edge_step *step)
{
	int rc;

	if (process_step_is(step->kind, STEP_ENDS))
		step->held = true; /* unless it runs; it may be repeated */
	rc = prepare_run(step);
	if (!rc)
		rc = child_adopt(&step->run->child);
	if (!rc) {
		step->held = false;
		return;
	}
	if (step->run)
		drop_run(step);
	/* it may have ended well between the look at its outcome and the one at it */
	step->outcome = journal_outcome(step);
	if (step->outcome || step->held)
		return;
	if (journal_waits(step))
		begin_at_last(step);
	else
		end_badly(step, cause_of(step, CHILD_STATUS_UNKNOWN), "ended while its agent was away");
}

void steps_resume(struct edge_process *p)
{
	struct edge_migration *m;
	struct edge_step *step;

	DL_FOREACH (p->migrations, m) {
		DL_FOREACH (m->steps, step)
			if (!step->outcome)
				resume(step);
		DL_FOREACH (m->steps, step)
			if (step->held)
				cut_others(step);
		begin_held(m);
	}
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void steps_close(struct edge_process *p)
{
	struct edge_migration *m, *next;
	struct edge_step *step;

	DL_FOREACH_SAFE(p->migrations, m, next)
	{
		DL_FOREACH (m->steps, step) {
			if (step->run)
				drop_run(step);
			if (step->timer)
				uv_close((uv_handle_t *)step->timer, on_timer_closed);
			for (size_t i = 0; i < step->waiter_count; i++)
				http_problem(step->waiter[i].req, 503, "NOT_NOW",
					     "the agent is ending");
		}
		DL_DELETE(p->migrations, m);
		free_steps(m);
	}
}
