// SPDX-License-Identifier: Apache-2.0
/*
 * The steps that end a migration at an edge: thaw (it stays here after all), finish (it has gone),
 * drop (it doesn't come), settle (it has come). Each finds out by itself how far the migration got,
 * and does nothing where there is nothing to do.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agents/process-step/arguments.h"
#include "agents/process-step/cooperative.h"
#include "agents/process-step/kinds.h"
#include "agents/process-step/lazy.h"
#include "agents/process-step/replay.h"
#include "agents/process-step/work.h"
#include "agents/transfer/basis.h"
#include "lib/daemon.h"
#include "lib/file.h"
#include "lib/json.h"

/* ---- CRIU that may still be at it ---- */

/* Of a lazy dump, to whose pages nobody has come, or one who is lost. */
static void release_pages(const struct process_step *s)
{
	char path[VICTIM_PATH_SIZE], record[VICTIM_PATH_SIZE];
	struct in_addr address;
	json_t *pages;
	uint16_t port;

	victim_path(s, "criu", record);
	snprintf(path, sizeof(path), "%s/pages.json", s->images);
	pages = json_load_file(path, 0, NULL);
	if (!json_endpoint(pages, &address, &port))
		criu_release_server(record, address, port);
	json_decref(pages);
}

/* ---- images: gone, but for the dump where who comes back shall find it ---- */

static int end_images(struct process_step *s)
{
	bool keep;

	if (argument_flag(s, "keep", &keep))
		return -1;
	if (keep)
		(void)transfer_basis_keep(s->app.directory, s->images); /* no more than a saving */
	return work_forget_images(s);
}

/* ---- thaw, finish: at the source ---- */

static bool moves_itself(const struct process_step *s)
{
	struct process mover;

	return !victim_noted(s, VICTIM_MOVER, &mover);
}

static int let_serve(struct process_step *s)
{
	uint64_t answered_ns;

	if (work_gate_open(s) || work_await_answer(s, "the process", WORK_PING_MS, &answered_ns))
		return -1;
	work_set(s, "answered_ns", answered_ns);
	return 0;
}

/* CRIU works inside of the process. When it is killed there, its parasite finds the way out, but
 * while it has a system call of its own in the process's code it doesn't. */
static int fail_crashed(struct process_step *s)
{
	victim_unlock(PROCESS_NUMBER(s->app.number));
	if (work_forget_images(s))
		return -1;
	return process_step_fail(s, "CRASHED", "the process of '%s' ended, and nobody asked for it",
				 s->app.name);
}

int step_thaw(struct process_step *s)
{
	struct process victim;
	int rc;

	release_pages(s);
	if (replay_undivert(s))
		return -1;
	if (work_await_criu(s) || (moves_itself(s) && cooperative_stay(s)))
		return -1;
	rc = victim_noted(s, VICTIM_DUMPED, &victim);
	if (rc == -ESRCH)
		return fail_crashed(s);
	/* Nothing was stopped by this migration, but it may have ended by itself, which its agent
	 * knows. */
	if (rc)
		return victim_is_marked(s, "crashed") ? fail_crashed(s) : work_forget_images(s);
	rc = victim_wake(&victim);
	if (rc == -ESRCH)
		return fail_crashed(s);
	if (rc)
		return process_step_fail(s, "STEP_FAILED", "CRIU's rules around the process: %s",
					 strerror(-rc));
	return let_serve(s) ? -1 : work_forget_images(s);
}

int step_finish(struct process_step *s)
{
	const struct gate gate = work_gate(s);
	struct process victim;
	bool ended;
	int rc;

	release_pages(s);
	if (replay_undivert(s))
		return -1;
	if (work_await_criu(s))
		return -1;
	if (moves_itself(s))
		cooperative_leave(s);
	rc = victim_noted(s, VICTIM_DUMPED, &victim);
	if (rc == -ENOENT)
		return end_images(s);
	ended = rc == -ESRCH; /* by itself: what the dump left around it goes all the same */
	rc = victim_mark_ended(s);
	if (!rc && !ended)
		rc = victim_end(&victim);
	if (!rc)
		rc = victim_unlock(PROCESS_NUMBER(s->app.number));
	if (!rc)
		rc = gate_clear(&gate);
	if (rc)
		return process_step_fail(s, "STEP_FAILED", "the process at the source: %s",
					 strerror(-rc));
	return end_images(s);
}

/* ---- drop, settle: at the destination ---- */

static int drop_incoming(struct process_step *s)
{
	const struct gate gate = work_gate(s);
	struct process p;
	int rc = victim_mark_ended(s);

	if (!rc && !victim_find(s, &p)) {
		victim_hush(s, p.pid);
		rc = victim_end(&p);
	}
	victim_end_numbers(s);
	if (!rc)
		rc = gate_clear(&gate);
	if (!rc)
		rc = victim_mark(s, "process", false);
	if (!rc)
		rc = victim_mark(s, "state/incoming", false);
	if (!rc)
		rc = victim_mark(s, "incoming", false);
	return rc ? process_step_fail(s, "STEP_FAILED", "what was restored: %s", strerror(-rc)) : 0;
}

/* One that moves itself may have begun to serve. */
static bool serves_already(struct process_step *s)
{
	bool serves = false;

	if (!s->app.cooperative || cooperative_settle(s, &serves) || !serves)
		return false;
	process_step_fail(s, "SERVES_THERE", "the instance of '%s' here serves", s->app.name);
	return true;
}

int step_drop(struct process_step *s)
{
	int rc = replay_stop(s);

	if (rc)
		return process_step_fail(s, "STEP_FAILED", "the forwarder: %s", strerror(-rc));
	lazy_end(s);
	if (work_await_criu(s))
		return -1;
	if (victim_is_ours(s, "incoming") && (serves_already(s) || drop_incoming(s)))
		return -1;
	return work_forget_images(s);
}

int step_settle(struct process_step *s)
{
	if (lazy_lacks_pages(s))
		return process_step_fail(s, "STEP_FAILED",
					 "pages of the process of '%s' are still coming",
					 s->app.name);
	lazy_end(s); /* of a process that has ended */
	return end_images(s);
}
