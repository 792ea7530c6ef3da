// SPDX-License-Identifier: Apache-2.0
#include "agents/process/lazy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/process/criu.h"
#include "agents/process/mark.h"
#include "agents/process/sockets.h"
#include "agents/process/work.h"
#include "lib/daemon.h"
#include "lib/file.h"

enum { READY_MS = 30000, LOOK_MS = 1000, STALL_MS = 60000, KEEPER_UNKNOWN = 125 };

/* ---- the keeper ---- */

/* Its record is as the application's own, in another directory. */
static int keeper_step(const struct process_step *s, struct process_step *ret)
{
	*ret = *s;
	if (snprintf(ret->app.directory, sizeof(ret->app.directory), "%.500s/lazy",
		     s->app.directory) != (int)strlen(s->app.directory) + 5)
		return -ENAMETOOLONG;
	return 0;
}

static uint64_t received_bytes(const struct process_step *s)
{
	char path[96], text[32];

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/rx_bytes",
		 s->node.wan_interface);
	return file_read_text(path, text, sizeof(text)) < 0 ? 0 : strtoull(text, NULL, 10);
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

/* Without its pages it must not go on: zeros are no data. Nor must who restores it, first of all: a
 * CRIU whose tasks are killed by another may wait for them for ever. */
static void end_process(const struct process_step *s)
{
	char record[VICTIM_PATH_SIZE];
	struct process p;

	victim_path(s, "criu", record);
	(void)criu_end(record);
	if (!victim_find(s, &p)) {
		process_signal(&p, SIGSTOP);
		victim_hush(s, p.pid);
		process_signal(&p, SIGKILL);
	}
	victim_end_numbers(s);
}

static void keep(const struct process_step *s, char *const *argv, int status_pipe)
	__attribute__((noreturn));
static void keep(const struct process_step *s, char *const *argv, int status_pipe)
{
	struct process_step own;
	uint64_t bytes = received_bytes(s), begun_ns = clock_now_ns();
	int status = -1;
	bool whole;
	pid_t pid;

	setsid();
	signal(SIGTERM, SIG_DFL);
	/* Who ends this migration finds it before there is anything to be ended. */
	if (keeper_step(s, &own) || mark_remove(s->images, whole_mark) ||
	    mark_set(s->images, partial_mark, "") || victim_record(&own, getpid()))
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

static int find_keeper(const struct process_step *s, struct process *ret)
{
	struct process_step own;

	return keeper_step(s, &own) ? -ESRCH : victim_find(&own, ret);
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

int lazy_begin(struct process_step *s, const char *images, struct in_addr address, uint16_t port)
{
	char directory[VICTIM_PATH_SIZE];
	int pipe[2], rc;
	pid_t pid;

	if (!criu_program())
		return process_step_fail(s, "CRIU_UNAVAILABLE", "criu is not installed");
	if (work_directory(s, "lazy", directory))
		return -1;
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

/* It takes as long as the link lets it, and tells how far it is; when nothing comes any more on its
 * connections, whatever else the interface carries, it has failed. */
static int await_keeper(struct process_step *s, const char *record)
{
	uint64_t before = 0, since = clock_mono_ns();
	struct process keeper;
	int rc;

	while ((rc = criu_await(record, LOOK_MS, process_step_wake())) == -ETIMEDOUT) {
		uint64_t now = clock_mono_ns(),
			 bytes = find_keeper(s, &keeper) ? before : sockets_received(keeper.pid);

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

int lazy_await(struct process_step *s)
{
	char record[VICTIM_PATH_SIZE], path[VICTIM_PATH_SIZE];
	json_t *json;
	int rc;

	victim_path(s, "lazy", record);
	rc = await_keeper(s, record);
	if (rc)
		return process_step_fail(s, rc == -ECANCELED ? "CANCELLED" : "TRANSFER_FAILED",
					 "not all pages are here yet");
	file_remove_tree(record);
	if (!mark_is_set(s->images, whole_mark))
		return process_step_fail(s, "TRANSFER_FAILED",
					 "the source's pages ended before all were here, and the "
					 "process with them");
	snprintf(path, sizeof(path), "%s/lazy.json", s->images);
	json = json_load_file(path, 0, NULL);
	json_object_update(s->outcome, json);
	json_decref(json);
	return 0;
}

void lazy_end(struct process_step *s)
{
	char record[VICTIM_PATH_SIZE];
	struct process keeper;

	if (find_keeper(s, &keeper) || !victim_end(&keeper)) {
		victim_path(s, "lazy", record);
		file_remove_tree(record);
	}
}
