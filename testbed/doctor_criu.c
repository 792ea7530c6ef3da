// SPDX-License-Identifier: Apache-2.0
#include "testbed/doctor_criu.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/netlink/netlink.h"

/* The first call of a boot takes seconds in the lab. */
enum { TIMEOUT_MS = 60000, LO = 1, ANSWER_SIZE = 4096 };

/* CRIU asks a socket what the kernel can do. */
static int set_up(void)
{
	struct nl *nl;
	int rc =
		mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) ? -errno : 0;

	if (!rc)
		rc = nl_open(&nl);
	if (rc)
		return rc;
	rc = nl_link_set_up(nl, LO, true);
	nl_close(nl);
	return rc;
}

static void run_trial(const char *program, const char *directory, int out)
	__attribute__((noreturn));
static void run_trial(const char *program, const char *directory, int out)
{
	dup2(out, STDOUT_FILENO);
	execl(program, program, "--criu", directory, NULL);
	_exit(127);
}

/* Process 1 of the namespaces: what is restored, and ends, is its child by then. */
static void be_init(const char *program, const char *directory, int out) __attribute__((noreturn));
static void be_init(const char *program, const char *directory, int out)
{
	pid_t trial, pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (set_up())
		_exit(1);
	trial = fork();
	if (!trial)
		run_trial(program, directory, out);
	do
		pid = wait(NULL);
	while (pid >= 0 ? pid != trial : errno == EINTR);
	_exit(0);
}

static void enter(const char *program, const char *directory, int out) __attribute__((noreturn));
static void enter(const char *program, const char *directory, int out)
{
	pid_t init;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL))
		_exit(1);
	init = fork();
	if (!init)
		be_init(program, directory, out);
	while (init > 0 && waitpid(init, NULL, 0) < 0 && errno == EINTR)
		;
	_exit(0);
}

/* Until its end, or until the time is over */
static void read_answer(int fd, char answer[ANSWER_SIZE])
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	size_t len = 0;
	ssize_t got;

	while (len < ANSWER_SIZE - 1 && poll(&pfd, 1, TIMEOUT_MS) == 1) {
		got = read(fd, answer + len, ANSWER_SIZE - 1 - len);
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	answer[len] = '\0';
}

static int ask(const char *program, const char *directory, char answer[ANSWER_SIZE])
{
	int pair[2];
	pid_t pid;

	if (pipe(pair))
		return -errno;
	pid = fork();
	if (!pid) {
		close(pair[0]);
		enter(program, directory, pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return -errno;
	}
	read_answer(pair[0], answer);
	close(pair[0]);
	kill(pid, SIGKILL); /* with it all that is left in there */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

static bool tell(const char *answer, char *found, size_t size)
{
	json_t *json = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
	const char *version = json_string_value(json_object_get(json, "version"));
	const char *why = json_string_value(json_object_get(json, "why"));
	bool sound = json_is_true(json_object_get(json, "sound"));

	if (!version || !why)
		snprintf(found, size, "process-step doesn't answer");
	else if (sound)
		snprintf(found, size, "%s: a process was dumped and restored", version);
	else if (strstr(why, "vdso"))
		snprintf(found, size, "%s can't read the vDSO of kernels since 6.13: %s", version,
			 why);
	else
		snprintf(found, size, "%s%s%s", version, *version ? ": " : "", why);
	json_decref(json);
	return sound;
}

bool doctor_criu(const char *libexec, char *found, size_t size)
{
	const char *tmp = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	char program[PATH_MAX], directory[PATH_MAX], answer[ANSWER_SIZE] = "";
	bool sound = false;

	snprintf(program, sizeof(program), "%.*s/process-step", PATH_MAX - 32, libexec);
	if (geteuid()) {
		snprintf(found, size, "%s", strerror(EPERM));
		return false;
	}
	if (access(program, X_OK)) {
		snprintf(found, size, "%.100s: %s", program, strerror(errno));
		return false;
	}
	if (snprintf(directory, sizeof(directory), "%s/baton-criu.XXXXXX", tmp) >=
		    (int)sizeof(directory) ||
	    !mkdtemp(directory)) {
		snprintf(found, size, "%.100s: %s", tmp, strerror(errno));
		return false;
	}
	if (!ask(program, directory, answer))
		sound = tell(answer, found, size);
	file_remove_tree(directory);
	return sound;
}
