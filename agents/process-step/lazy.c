// SPDX-License-Identifier: Apache-2.0
#include "agents/process-step/lazy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/process-step/work.h"
#include "agents/process/criu.h"
#include "agents/process/mark.h"
#include "agents/process/sockets.h"
#include "agents/transfer/io.h"
#include "lib/daemon.h"
#include "lib/file.h"

enum { READY_MS = 30000, LOOK_MS = 1000, STALL_MS = 60000, KEEPER_UNKNOWN = 125 };

/* ---- what came of it ---- */

static uint64_t received_bytes(const struct process_step *s)
{
	struct transfer_wire_bytes count;

	transfer_interface_count(s->node.wan_interface, &count);
	return count.received;
}

/* How it ended has to be told on a disk without any room, too: another name takes none. */
static const char partial_mark[] = "lazy.partial", whole_mark[] = "lazy.whole";

static void mark_whole(const struct process_step *s)
{
	char partial[VICTIM_PATH_SIZE], whole[VICTIM_PATH_SIZE];

	snprintf(partial, sizeof(partial), "%s/%s", s->images, partial_mark);
	snprintf(whole, sizeof(whole), "%s/%s", s->images, whole_mark);
	(void)rename(partial, whole);
}

static void note_end(const struct process_step *s, bool whole, uint64_t begun_bytes,
		     uint64_t begun_ns)
{
	uint64_t now = clock_now_ns();
	json_int_t bytes = (json_int_t)(received_bytes(s) - begun_bytes);
	json_t *json =
		json_pack("{s:I, s:I, s:I, s:I}", "bytes", bytes, "interface_bytes", bytes, "us",
			  (json_int_t)((now - begun_ns) / 1000), "ended_ns", (json_int_t)now);

	process_step_write(s->images, "lazy.json", json); /* figures: no more than a loss */
	json_decref(json);
	if (whole)
		mark_whole(s);
}

static bool is_whole(const struct process_step *s)
{
	return mark_is_set(s->images, whole_mark);
}

/* ---- its process ---- */

/* Nor must who restores it go on, first of all: a CRIU whose tasks are killed by another may wait
 * for them for ever. */
static void end_restore(const struct process_step *s)
{
	char record[VICTIM_PATH_SIZE];

	victim_path(s, "criu", record);
	(void)criu_end(record);
	victim_end_numbers(s);
}

/* Without its pages it must not go on: zeros are no data. It, and no other that has come to its
 * place: as long as it isn't noted, the restore has the place for itself. */
static void end_process(const struct process_step *s)
{
	struct process p;
	int rc = victim_noted(s, VICTIM_RESTORED, &p);

	if (rc == -ENOENT && victim_is_ours(s, "incoming"))
		end_restore(s);
	if (rc)
		return;
	process_signal(&p, SIGSTOP);
	victim_hush(s, p.pid);
	(void)victim_end(&p);
}

/* ---- the keeper ---- */

static void keep(const struct process_step *s, char *const *argv, int status_pipe)
	__attribute__((noreturn));
static void keep(const struct process_step *s, char *const *argv, int status_pipe)
{
	uint64_t bytes = received_bytes(s), begun_ns = clock_now_ns();
	int status = -1;
	bool whole;
	pid_t pid;

	setsid();
	signal(SIGTERM, SIG_DFL);
	/* Who ends this migration finds it before there is anything to be ended. */
	if (mark_set(s->images, partial_mark, "") || victim_note(s, VICTIM_KEEPER, getpid()))
		_exit(KEEPER_UNKNOWN);
	pid = criu_spawn(argv, NULL, s->directory, status_pipe, 0);
	close(status_pipe);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	whole = pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
	if (!whole)
		end_process(s);
	note_end(s, whole, bytes, begun_ns);
	_exit(0);
}

/* ---- begin ---- */

static int await_ready(struct process_step *s, int pipe)
{
	struct pollfd pfd[] = {{.fd = pipe, .events = POLLIN},
			       {.fd = process_step_wake(), .events = POLLIN}};
	char octet;
	int rc = poll(pfd, 2, READY_MS);

	if (rc < 0 || pfd[1].revents)
		return process_step_fail(s, "CANCELLED", "while the daemon of lazy pages began");
	if (!rc)
		return process_step_fail(s, "CRIU_FAILED",
					 "the daemon of lazy pages doesn't begin");
	if (read(pipe, &octet, 1) != 1)
		return process_step_fail(s, "CRIU_FAILED",
					 "the daemon of lazy pages ended: see %s/lazy-pages.log",
					 s->directory);
	return 0;
}

static pid_t start_keeper(const struct process_step *s, const char *images, struct in_addr address,
			  uint16_t port, int status_pipe)
{
	char at[INET_ADDRSTRLEN], number[8], pipe[16];
	const char *argv[] = {"criu",	     "lazy-pages",    "--images-dir", images,
			      "--work-dir",  s->directory,    "--log-file",   "lazy-pages.log",
			      "--verbosity", "--page-server", "--address",    at,
			      "--port",	     number,	      "--status-fd",  pipe,
			      NULL};
	pid_t pid;

	inet_ntop(AF_INET, &address, at, sizeof(at));
	snprintf(number, sizeof(number), "%u", port);
	snprintf(pipe, sizeof(pipe), "%d", status_pipe);
	pid = fork();
	if (!pid)
		keep(s, (char *const *)(uintptr_t)argv, status_pipe);
	return pid < 0 ? -errno : pid;
}

/* Of a restore of this migration that failed or died */
static void forget_elder(const struct process_step *s)
{
	char path[VICTIM_PATH_SIZE];

	lazy_end(s);
	victim_note_path(s, VICTIM_KEEPER, path);
	(void)file_remove_tree(path);
	victim_note_path(s, VICTIM_RESTORED, path);
	(void)file_remove_tree(path);
	(void)mark_remove(s->images, "lazy.json");
	(void)mark_remove(s->images, whole_mark);
}

int lazy_begin(struct process_step *s, const char *images, struct in_addr address, uint16_t port)
{
	int pipe[2], rc;
	pid_t pid;

	if (!criu_program())
		return process_step_fail(s, "CRIU_UNAVAILABLE", "criu is not installed");
	forget_elder(s);
	if (pipe2(pipe, O_CLOEXEC))
		return process_step_fail(s, "STEP_FAILED", "pipe: %s", strerror(errno));
	pid = start_keeper(s, images, address, port, pipe[1]);
	close(pipe[1]);
	if (pid < 0)
		rc = process_step_fail(s, "STEP_FAILED", "the daemon of lazy pages: %s",
				       strerror(-pid));
	else
		rc = await_ready(s, pipe[0]);
	close(pipe[0]);
	return rc;
}

/* ---- end ---- */

static uint64_t keepers_bytes(const struct process_step *s, uint64_t before)
{
	struct process keeper;

	return victim_noted(s, VICTIM_KEEPER, &keeper) ? before : sockets_received(keeper.pid);
}

/* It takes as long as the link lets it, and tells how far it is; when nothing comes any more on its
 * connections, whatever else the interface carries, it has failed. */
static int await_keeper(struct process_step *s)
{
	uint64_t before = 0, since = clock_mono_ns();
	char record[VICTIM_PATH_SIZE];
	int rc;

	victim_note_path(s, VICTIM_KEEPER, record);
	while ((rc = criu_await(record, LOOK_MS, process_step_wake())) == -ETIMEDOUT) {
		uint64_t now = clock_mono_ns(), bytes = keepers_bytes(s, before);

		if (bytes != before) {
			process_step_progress(s, json_pack("{s:I}", "bytes", (json_int_t)bytes));
			since = now;
		}
		if (now - since > STALL_MS * UINT64_C(1000000))
			return rc;
		before = bytes;
	}
	return rc;
}

/* A connection whose other end is silent breaks some day, long after the migration. */
static int fail_stalled(struct process_step *s)
{
	lazy_end(s);
	return process_step_fail(s, "TRANSFER_FAILED",
				 "nothing has come for %d s, and not all pages are here: the "
				 "process is ended",
				 STALL_MS / 1000);
}

int lazy_await(struct process_step *s)
{
	char path[VICTIM_PATH_SIZE];
	json_t *json;
	int rc = await_keeper(s);

	if (rc == -ETIMEDOUT)
		return fail_stalled(s);
	if (rc)
		return process_step_fail(s, rc == -ECANCELED ? "CANCELLED" : "TRANSFER_FAILED",
					 "not all pages are here yet: %s", strerror(-rc));
	if (!is_whole(s)) {
		end_process(s); /* where the keeper was killed */
		return process_step_fail(s, "TRANSFER_FAILED",
					 "the source's pages ended before all were here, and the "
					 "process with them");
	}
	snprintf(path, sizeof(path), "%s/lazy.json", s->images);
	json = json_load_file(path, 0, NULL);
	json_object_update(s->outcome, json);
	json_decref(json);
	return 0;
}

void lazy_end(const struct process_step *s)
{
	struct process keeper;
	int rc = victim_noted(s, VICTIM_KEEPER, &keeper);

	if (rc == -ENOENT || is_whole(s))
		return;
	end_process(s); /* first: who has lost its daemon reads zeros */
	if (!rc)
		(void)victim_end(&keeper);
}

bool lazy_lacks_pages(const struct process_step *s)
{
	struct process keeper, p;

	return !victim_noted(s, VICTIM_KEEPER, &keeper) && !victim_noted(s, VICTIM_RESTORED, &p);
}
