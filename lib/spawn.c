// SPDX-License-Identifier: Apache-2.0
#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/process.h"

enum { NEVER_RAN = 125, CANNOT_TELL = 126, CANNOT_EXEC = 127 };

struct pipes {
	int go[2];     /* closed without a word: it is not to run */
	int failed[2]; /* the errno of what failed; closed by exec */
};

/* ---- in the child ---- */

static void reset_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Also what a library opened without CLOEXEC is closed: a process that has a connection of another
 * can't be restored elsewhere. */
static int set_descriptors(const struct spawn *s)
{
	const int from[] = {s->in, s->out, s->error};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i <= STDERR_FILENO; i++)
		if (dup2(from[i] < 0 ? null : from[i], i) < 0)
			return -1;
	if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC))
		return -1;
	for (int i = 0; i < SPAWN_KEEP; i++)
		if (s->keep[i] && fcntl(s->keep[i], F_SETFD, 0))
			return -1;
	return 0;
}

static void become(const struct spawn *s, const struct pipes *pipes, pid_t parent)
	__attribute__((noreturn));
static void become(const struct spawn *s, const struct pipes *pipes, pid_t parent)
{
	char word;
	int error;

	/* A session leader leads its group too; made a leader of that before, it couldn't. */
	if (s->session)
		setsid();
	else
		setpgid(0, 0);
	reset_signals();
	close(pipes->go[1]);
	if (s->follows)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (s->follows && getppid() != parent)
		_exit(NEVER_RAN);
	if (read(pipes->go[0], &word, 1) != 1)
		_exit(NEVER_RAN);
	if (s->small_pages)
		prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	if (!set_descriptors(s) && (!s->directory || !chdir(s->directory)))
		execve(s->program, s->argv, s->envp ? s->envp : environ);
	error = errno;
	_exit(write(pipes->failed[1], &error, sizeof(error)) < 0 ? CANNOT_TELL : CANNOT_EXEC);
}

/* ---- in the parent ---- */

static int open_pipes(struct pipes *pipes)
{
	int rc;

	if (pipe2(pipes->go, O_CLOEXEC))
		return -errno;
	if (!pipe2(pipes->failed, O_CLOEXEC))
		return 0;
	rc = -errno;
	close(pipes->go[0]);
	close(pipes->go[1]);
	return rc;
}

/* clone3(2): the number is chosen and taken in one, whoever forks beside it */
static pid_t fork_as(pid_t wanted)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&wanted, .set_tid_size = 1};

	return wanted ? (pid_t)syscall(SYS_clone3, &args, sizeof(args)) : fork();
}

/* With every signal blocked, so that none of this process' handlers runs in the child. */
static pid_t fork_child(const struct spawn *s, const struct pipes *pipes)
{
	sigset_t all, old;
	pid_t parent = getpid(), pid;
	int error;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork_as(s->pid);
	if (pid == 0)
		become(s, pipes, parent);
	error = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	return pid < 0 ? -error : pid;
}

static int hear_failure(int failed)
{
	int error;
	ssize_t n;

	do
		n = read(failed, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	return n == sizeof(error) ? -error : 0;
}

/* Known first, then let go: there is no moment at which it runs and nobody would find it again. */
static int let_go(const struct spawn *s, pid_t pid, struct pipes *pipes)
{
	int rc = s->begins ? s->begins(pid, s->user) : 0;

	if (!rc && write(pipes->go[1], "g", 1) != 1)
		rc = -EIO;
	close(pipes->go[1]);
	pipes->go[1] = -1;
	if (!rc)
		rc = hear_failure(pipes->failed[0]);
	if (!rc)
		return 0;
	spawn_end(pid);
	if (s->begins)
		(void)s->begins(0, s->user);
	return rc;
}

pid_t spawn_program(const struct spawn *s)
{
	struct pipes pipes;
	int rc = open_pipes(&pipes);
	pid_t pid;

	if (rc)
		return rc;
	pid = fork_child(s, &pipes);
	close(pipes.go[0]);
	close(pipes.failed[1]);
	rc = pid < 0 ? pid : let_go(s, pid, &pipes);
	if (pipes.go[1] >= 0)
		close(pipes.go[1]);
	close(pipes.failed[0]);
	return rc ? rc : pid;
}

/* ---- its end ---- */

/* Until it is waited for, its number is nobody else's, nor its group's. */
static int reap(pid_t pid)
{
	int status = 0;

	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

int spawn_await(pid_t pid, int wake, int timeout_ms, int *ret_status)
{
	int rc = process_await(pid, wake, timeout_ms);

	if (!rc)
		*ret_status = reap(pid);
	return rc;
}

void spawn_end(pid_t pid)
{
	kill(pid, SIGKILL); /* it may not have its group yet */
	reap(pid);
}
