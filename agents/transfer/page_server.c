// SPDX-License-Identifier: Apache-2.0
#include "agents/transfer/page_server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "agents/common/criu_log.h"
#include "lib/file.h"
#include "lib/spawn.h"

enum { PATH_SIZE = 640, LINE_SIZE = 250 };

static int explain(const char *log, int status, struct image_error *err)
{
	char line[LINE_SIZE];
	int rc = criu_log_error(log, line, sizeof(line));

	if (rc)
		return image_fail(err, rc, "CRIU's page server: %s", line);
	return image_fail(err, -EIO, "CRIU's page server ended with %s %d",
			  WIFEXITED(status) ? "status" : "signal",
			  WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

static int run(char *const *argv, int fd, int wake, int *ret_status)
{
	char *envp[] = {"LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	const struct spawn page_server = {.program = argv[0],
					  .argv = argv,
					  .envp = envp,
					  .in = -1,
					  .out = -1,
					  .error = -1,
					  .keep = {fd},
					  .follows = true};
	pid_t pid = spawn_program(&page_server);
	int rc;

	if (pid < 0)
		return pid;
	rc = spawn_await(pid, wake, -1, ret_status);
	if (rc)
		spawn_end(pid);
	return rc;
}

/* Statistics of its own are no part of a round: its work is elsewhere. */
int page_server_serve(const char *criu, const char *directory, const char *previous,
		      const char *run_directory, const char *tag, int fd, int wake,
		      struct image_error *err)
{
	char work[PATH_SIZE], log[PATH_SIZE + 16], socket[16], below[MANIFEST_NAME_SIZE + 4];
	char *argv[] = {(char *)criu, "page-server", "--images-dir", (char *)directory,
			"--work-dir", work,	     "--log-file",   "log",
			"-v2",	      "--ps-socket", socket,	     NULL,
			NULL,	      NULL};
	int status, rc;

	snprintf(work, sizeof(work), "%.500s/page-server.%.63s", run_directory, tag);
	snprintf(log, sizeof(log), "%s/log", work);
	snprintf(socket, sizeof(socket), "%d", fd);
	snprintf(below, sizeof(below), "../%.63s", previous);
	if (previous[0]) {
		argv[11] = "--prev-images-dir";
		argv[12] = below;
	}
	if (mkdir(work, 0700) && errno != EEXIST)
		return image_fail(err, -errno, "%.300s: %s", work, strerror(errno));
	rc = run(argv, fd, wake, &status);
	if (!rc && status)
		rc = explain(log, status, err);
	file_remove_tree(work);
	return rc;
}
