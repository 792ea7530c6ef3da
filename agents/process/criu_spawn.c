// SPDX-License-Identifier: Apache-2.0
/* CRIU's process: begun, recorded, waited for. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "agents/common/child.h"
#include "agents/process/criu.h"
#include "lib/process.h"
#include "lib/spawn.h"

enum { END_MS = 10000 };

const char *criu_program(void)
{
	/* a node's PATH needn't have any of them */
	static const char *const places[] = {"/usr/sbin/criu", "/usr/local/sbin/criu",
					     "/usr/bin/criu"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!access(places[i], X_OK))
			return places[i];
	return NULL;
}

static int open_output(const char *work)
{
	char path[CRIU_PATH_SIZE + 16];

	snprintf(path, sizeof(path), "%s/criu.out", work);
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Huge pages are for what it restores: memory is read in before it has the process' own advice, and
 * of huge pages a single octet dirties 2 MiB in every round of the next migration. */
pid_t criu_spawn(char *const *argv, const char *record, const char *work, int keep, int keep_too)
{
	struct child c;
	struct spawn criu = {.program = criu_program(),
			     .argv = argv,
			     .in = -1,
			     .keep = {keep, keep_too},
			     .session = true,
			     .small_pages = true,
			     .begins = record ? child_record_begins : NULL,
			     .user = &c};
	pid_t pid;

	if (!criu.program)
		return -ENOENT;
	if (record)
		child_record_in(&c, record);
	criu.out = criu.error = open_output(work);
	if (criu.out < 0)
		return -errno;
	pid = spawn_program(&criu);
	close(criu.out);
	return pid;
}

int criu_await(const char *record, int timeout_ms, int wake)
{
	struct child c;
	pid_t pid;
	int rc;

	child_record_in(&c, record);
	rc = child_record_read(&c, &pid) ? 0 : process_await(pid, wake, timeout_ms);
	if (!rc) /* of a step that was killed: nobody else removes it */
		child_record_remove(&c);
	return rc;
}

int criu_end(const char *record)
{
	struct process criu = {0};
	struct child c;

	child_record_in(&c, record);
	if (!child_record_read(&c, &criu.pid)) {
		criu.start = process_start_time(criu.pid);
		process_signal(&criu, SIGKILL);
	}
	return criu_await(record, END_MS, -1);
}

void criu_forget(const char *record)
{
	struct child c;

	child_record_in(&c, record);
	child_record_remove(&c);
}
