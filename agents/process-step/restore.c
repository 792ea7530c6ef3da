// SPDX-License-Identifier: Apache-2.0
/*
 * restore: the process of the images that were brought here goes on, behind a closed gate, until
 * it answers a PING from inside. drain: what of its memory was left behind has come too.
 *
 * APP/incoming stands before the first of it, so whatever a death leaves is known to be this
 * migration's, and `drop` ends it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/process-step/arguments.h"
#include "agents/process-step/kinds.h"
#include "agents/process-step/lazy.h"
#include "agents/process-step/work.h"
#include "agents/process/stats.h"
#include "lib/daemon.h"
#include "lib/json.h"

/* Nothing of another migration's, nor a process that runs here */
static int take_place(struct process_step *s)
{
	struct process p;
	int rc;

	if (victim_is_marked(s, "incoming") && !victim_is_ours(s, "incoming"))
		return process_step_fail(s, "STEP_FAILED", "another migration brings '%s' here",
					 s->app.name);
	if (!victim_find(s, &p))
		return process_step_fail(s, "PID_IN_USE", "process %d of '%s' is here already",
					 p.pid, s->app.name);
	rc = victim_mark(s, "incoming", true);
	if (rc)
		return process_step_fail_errno(s, rc, s->app.directory);
	return work_gate_close(s, (struct in_addr){0});
}

static void take_stats(struct process_step *s)
{
	char path[VICTIM_PATH_SIZE];
	struct criu_stats stats;

	snprintf(path, sizeof(path), "%s/stats-restore", s->directory);
	if (criu_stats_read(path, &stats) || !stats.restore)
		return;
	work_set(s, "forking_us", stats.forking_us);
	work_set(s, "restore_us", stats.restore_us);
	work_set(s, "pages_restored", stats.pages_restored);
}

static int run_criu(struct process_step *s, const char *images, const char *record, bool lazy,
		    enum criu_tcp tcp)
{
	const struct criu_call call = {.what = CRIU_RESTORE,
				       .record = record,
				       .images = images,
				       .work = s->directory,
				       .page_server = -1,
				       .lazy = lazy,
				       .tcp = tcp,
				       .wake = process_step_wake()};
	struct criu_answer answer;
	uint64_t begun = clock_now_ns();
	int rc = criu_run(&call, &answer);

	if (rc)
		return work_failed(s, rc, &answer);
	rc = victim_record(s, answer.pid);
	if (!rc)
		rc = victim_note(s, VICTIM_RESTORED, answer.pid);
	if (rc)
		return process_step_fail_errno(s, rc, s->app.directory);
	work_set(s, "pid", (uint64_t)answer.pid);
	work_set(s, "us", (clock_now_ns() - begun) / 1000);
	take_stats(s);
	if (answer.cancelled)
		return process_step_fail(s, "CANCELLED", "after it was restored");
	return 0;
}

static int await_answer(struct process_step *s, uint64_t begun_ns)
{
	uint64_t answered_ns;

	if (work_await_answer(s, "the restored process", WORK_PING_MS, &answered_ns))
		return -1;
	work_set(s, "answered_us", (answered_ns - begun_ns) / 1000);
	work_set(s, "answered_ns", answered_ns);
	return 0;
}

static int prepare_lazy(struct process_step *s, const char *images)
{
	struct in_addr address;
	uint16_t port;

	if (json_endpoint(json_object_get(s->args, "from"), &address, &port))
		return process_step_fail(s, "STEP_FAILED",
					 "from: expected an address and a port, where pages are");
	return lazy_begin(s, images, address, port);
}

int step_restore(struct process_step *s)
{
	char images[VICTIM_PATH_SIZE], record[VICTIM_PATH_SIZE];
	uint64_t begun_ns = clock_now_ns();
	unsigned tcp;
	bool lazy;

	if (argument_flag(s, "lazy", &lazy) || argument_word(s, "tcp", criu_tcp_names, &tcp))
		return -1;
	if (work_await_criu(s) || work_directory(s, "criu", record))
		return -1;
	snprintf(images, sizeof(images), "%s/dump", s->images);
	if (access(images, F_OK))
		return process_step_fail(s, "TRANSFER_FAILED", "no dump has come: %s", images);
	if (take_place(s))
		return -1;
	victim_unlock(PROCESS_NUMBER(s->app.number)); /* of a restore that died */
	if (lazy && prepare_lazy(s, images))
		return -1;
	if (run_criu(s, images, record, lazy, (enum criu_tcp)tcp))
		return -1;
	return await_answer(s, begun_ns);
}

int step_drain(struct process_step *s)
{
	struct process p;

	if (lazy_await(s))
		return -1;
	if (victim_find(s, &p))
		return process_step_fail(s, "NOT_RUNNING", "the process ended on the way");
	return 0;
}
