// SPDX-License-Identifier: Apache-2.0
#include "testbed/experiment/lab.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testbed/doctor_criu.h"
#include "testbed/experiment/child.h"

enum {
	ARGUMENTS_MAX = 2 * EXPERIMENT_ONLY_MAX + 32,
	NUMBER_SIZE = 24,
	BOOT_SECONDS = 300,
	SLOWER = 4, /* than planned, at most: the lab is emulated, the machine perhaps busy */
	LAB_STATUS_FIRST = 122, /* of its own, scripts/lab --help */
	LAB_STATUS_LAST = 125
};

bool lab_is_wanted(const struct baton_context *ctx, const struct experiment *e, char *why,
		   size_t size)
{
	/* who isn't root could make no run here: said by series_run, and no reason for a lab */
	return e->needs_criu && geteuid() == 0 && !doctor_criu(ctx->libexec, why, size);
}

/* Beside the daemons where it is installed, else in the tree that they were built in */
static int find_script(const struct baton_context *ctx, char path[PATH_MAX])
{
	static const char *const places[] = {"lab", "../../scripts/lab", "../../../scripts/lab"};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		int n = snprintf(path, PATH_MAX, "%s/%s", ctx->libexec, places[i]);

		if (n > 0 && n < PATH_MAX && access(path, X_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

struct command {
	char script[PATH_MAX], self[PATH_MAX], dir[PATH_MAX], file[PATH_MAX];
	char timeout[NUMBER_SIZE], memory[NUMBER_SIZE];
	const char *argv[ARGUMENTS_MAX];
};

static size_t add_words(struct command *c, size_t n, const char *const *words)
{
	while (*words && n < ARGUMENTS_MAX - 1)
		c->argv[n++] = *words++;
	return n;
}

static int fill(struct command *c, const struct baton_context *ctx, const char *file,
		const struct experiment *e, const char *dir, double seconds,
		const char *const *options)
{
	ssize_t len = readlink("/proc/self/exe", c->self, sizeof(c->self) - 1);
	char cwd[PATH_MAX];
	size_t n = 0;

	if (len < 0 || find_script(ctx, c->script) < 0)
		return -ENOENT;
	if (!realpath(file, c->file))
		return -errno;
	if (!getcwd(cwd, sizeof(cwd)) ||
	    snprintf(c->dir, sizeof(c->dir), "%s%s%s", dir[0] == '/' ? "" : cwd,
		     dir[0] == '/' ? "" : "/", dir) >= PATH_MAX)
		return -ENAMETOOLONG;
	snprintf(c->timeout, sizeof(c->timeout), "%.0f", BOOT_SECONDS + SLOWER * seconds);
	snprintf(c->memory, sizeof(c->memory), "%" PRIu64, e->lab_memory);
	const char *const machine[] = {c->script,  "--out",    c->dir,	  "--timeout",
				       c->timeout, "--memory", c->memory, NULL},
			  *const other[] = {"--kernel", e->lab_kernel, NULL},
			  *const command[] = {"--",    c->self, "experiment", c->file,
					      "--out", c->dir,	NULL};

	n = add_words(c, n, machine);
	if (e->lab_kernel[0])
		n = add_words(c, n, other);
	n = add_words(c, n, command);
	c->argv[add_words(c, n, options)] = NULL;
	return 0;
}

/* In our process group: a terminal's Ctrl-C ends it, too; what is sent to us alone is passed on. */
static int await_end(pid_t pid)
{
	bool told = false;
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return BATON_FAILED;
		if (child_interrupted() && !told)
			kill(pid, SIGTERM);
		told = told || child_interrupted();
	}
	if (child_interrupted())
		return BATON_INTERRUPTED;
	if (!WIFEXITED(status) ||
	    (WEXITSTATUS(status) >= LAB_STATUS_FIRST && WEXITSTATUS(status) <= LAB_STATUS_LAST))
		return BATON_FAILED; /* the lab has said why */
	return WEXITSTATUS(status);
}

/* From the file's folder: the lab has a /tmp of its own, but for the folder that it is started in
 */
static void __attribute__((noreturn)) become_lab(struct command *c)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s", c->file);
	if (chdir(dirname(folder)) == 0)
		execv(c->script, (char *const *)c->argv);
	_exit(127);
}

int lab_run(const struct baton_context *ctx, const char *file, const struct experiment *e,
	    const char *dir, double seconds, const char *const *options)
{
	struct command *c = calloc(1, sizeof(*c));
	int r = c ? fill(c, ctx, file, e, dir, seconds, options) : -ENOMEM, status = BATON_FAILED;
	pid_t pid;

	if (r == -ENOENT) {
		complain("%s: needs CRIU, and scripts/lab, which could run it, is neither beside "
			 "the daemons (%s) nor in their tree",
			 file, ctx->libexec);
		status = BATON_KERNEL;
	} else if (r < 0) {
		complain("%s: %s", file, strerror(-r));
	} else {
		pid = fork();
		if (pid == 0)
			become_lab(c);
		status = pid < 0 ? BATON_FAILED : await_end(pid);
	}
	free(c);
	return status;
}
