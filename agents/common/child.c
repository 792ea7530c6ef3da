// SPDX-License-Identifier: Apache-2.0
#include "agents/common/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/log.h"

void child_handle_closed(uv_handle_t *handle)
{
	struct child *c = handle->data;

	if (--c->handles == 0 && c->closed)
		c->closed(c);
}

int child_init(struct child *c, uv_loop_t *loop, const char *name, const char *directory,
	       child_ended on_ended, void *user)
{
	int rc;

	memset(c, 0, sizeof(*c));
	c->loop = loop;
	c->pidfd = c->output = -1;
	c->on_ended = on_ended;
	c->user = user;
	snprintf(c->name, sizeof(c->name), "%s", name);
	snprintf(c->directory, sizeof(c->directory), "%s", directory);
	rc = uv_timer_init(loop, &c->grace);
	c->grace.data = c;
	return rc;
}

/* ---- its end ---- */

/* What is left of its group goes too. Of a child of ours the number can't be another's yet: it is
 * reaped after this. */
static void end_group(pid_t pid)
{
	kill(-pid, SIGKILL);
}

static int reap(struct child *c)
{
	int status = CHILD_STATUS_UNKNOWN;

	end_group(c->pid);
	if (!c->adopted && waitpid(c->pid, &status, 0) < 0)
		status = CHILD_STATUS_UNKNOWN;
	return status;
}

static void forget(struct child *c)
{
	uv_timer_stop(&c->grace);
	uv_close((uv_handle_t *)&c->exit, child_handle_closed);
	close(c->pidfd);
	c->pidfd = -1;
	c->pid = 0;
	c->adopted = false;
}

static void on_exit_poll(uv_poll_t *poll, int error, int events)
{
	struct child *c = poll->data;
	int status = reap(c);

	child_output_close(c);
	child_record_remove(c);
	forget(c);
	c->on_ended(c, status, c->user);
}

/* pidfd_open(2): readable when the process has ended, whoever's child it is */
static int watch(struct child *c, pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0U), rc;

	if (fd < 0)
		return -errno;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	rc = uv_poll_init(c->loop, &c->exit, fd);
	if (rc) {
		close(fd);
		return rc;
	}
	c->handles++;
	c->exit.data = c;
	c->pidfd = fd;
	c->pid = pid;
	return uv_poll_start(&c->exit, UV_READABLE, on_exit_poll);
}

/* ---- its beginning ---- */

struct pipes {
	int go[2];     /* closed without a word: the agent died before the record was written */
	int failed[2]; /* exec's errno; closed by exec */
};

static void child_main(const struct child_command *command, int output, const struct pipes *pipes)
	__attribute__((noreturn));
static void child_main(const struct child_command *command, int output, const struct pipes *pipes)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), error;
	char word;

	close(pipes->go[1]);
	close(pipes->failed[0]);
	if (read(pipes->go[0], &word, 1) != 1)
		_exit(125);
	unsetenv("NOTIFY_SOCKET"); /* the agent's, not its */
	dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	if (!chdir(command->directory))
		execv(command->program, command->argv);
	error = errno;
	if (write(pipes->failed[1], &error, sizeof(error)) < 0)
		_exit(126);
	_exit(127);
}

static void reset_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int open_pipes(struct pipes *pipes)
{
	if (pipe2(pipes->go, O_CLOEXEC))
		return -errno;
	if (!pipe2(pipes->failed, O_CLOEXEC))
		return 0;
	close(pipes->go[0]);
	close(pipes->go[1]);
	return -errno;
}

/* With every signal blocked, so that none of the agent's handlers runs in the child. */
static pid_t fork_child(const struct child *c, const struct child_command *command,
			const struct pipes *pipes)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		reset_signals();
		child_main(command, c->output, pipes);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (pid > 0)
		setpgid(pid, pid);
	return pid < 0 ? -errno : pid;
}

/* Recorded first, then let go: there is no moment at which it runs and nobody would find it again.
 */
static int release_child(struct child *c, pid_t pid, struct pipes *pipes)
{
	int rc = child_record_write(c, pid), error = 0;

	if (!rc && write(pipes->go[1], "g", 1) != 1)
		rc = -EIO;
	close(pipes->go[1]);
	pipes->go[1] = -1;
	if (!rc && read(pipes->failed[0], &error, sizeof(error)) == sizeof(error))
		rc = -error;
	return rc;
}

int child_start(struct child *c, const struct child_command *command)
{
	struct pipes pipes;
	pid_t pid;
	int rc;

	if (c->pid || c->handles)
		return -EBUSY;
	rc = child_output_open(c);
	if (!rc)
		rc = open_pipes(&pipes);
	if (rc) {
		child_output_close(c);
		return rc;
	}
	pid = fork_child(c, command, &pipes);
	close(pipes.go[0]);
	close(pipes.failed[1]);
	rc = pid < 0 ? pid : release_child(c, pid, &pipes);
	if (!rc)
		rc = watch(c, pid);
	if (pipes.go[1] >= 0)
		close(pipes.go[1]);
	close(pipes.failed[0]);
	if (!rc)
		return 0;
	if (pid > 0) {
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
		child_record_remove(c);
	}
	child_output_close(c);
	return rc;
}

int child_adopt(struct child *c)
{
	pid_t pid;
	int rc;

	if (c->pid || c->handles)
		return -EBUSY;
	rc = child_record_read(c, &pid);
	if (rc)
		return rc;
	rc = watch(c, pid);
	if (rc)
		return -ESRCH;
	/* between the two looks its number may have come round */
	if (child_record_read(c, &pid)) {
		forget(c);
		return -ESRCH;
	}
	c->adopted = true;
	rc = child_output_open(c);
	if (rc)
		log_warn("child", "name=%s what=\"its output is not read\" error=\"%s\"", c->name,
			 strerror(-rc));
	return 0;
}

/* ---- stop ---- */

static void on_grace_over(uv_timer_t *timer)
{
	struct child *c = timer->data;

	log_warn("child", "name=%s pid=%d what=\"killed: SIGTERM did not end it\"", c->name,
		 c->pid);
	kill(-c->pid, SIGKILL);
}

void child_stop(struct child *c, unsigned grace_ms)
{
	if (!c->pid)
		return;
	kill(-c->pid, grace_ms ? SIGTERM : SIGKILL);
	if (grace_ms)
		uv_timer_start(&c->grace, on_grace_over, grace_ms, 0);
}

void child_leave(struct child *c)
{
	child_output_close(c);
	if (c->pid)
		forget(c);
	uv_timer_stop(&c->grace);
}

void child_close(struct child *c, void (*closed)(struct child *c))
{
	child_leave(c);
	c->closed = closed;
	c->handles++;
	uv_close((uv_handle_t *)&c->grace, child_handle_closed);
}
