// SPDX-License-Identifier: Apache-2.0
#include "apps/minetest/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apps/minetest/child_log.h"
#include "lib/log.h"

struct child {
	pid_t pid;
	int pidfd, output;
	uv_poll_t exit_poll, output_poll;
	unsigned handles; /* that are open */
	struct child_log log;
	child_ended on_ended;
	void *user;
};

/* ---- its end ---- */

static void on_closed(uv_handle_t *handle)
{
	struct child *c = handle->data;

	if (--c->handles == 0)
		free(c);
}

static void drop(struct child *c)
{
	uv_close((uv_handle_t *)&c->exit_poll, on_closed);
	uv_close((uv_handle_t *)&c->output_poll, on_closed);
	close(c->pidfd);
	close(c->output);
}

/* What is left of its group goes, too: before it is reaped, the group's number is nobody else's. */
static void reap(struct child *c)
{
	int status = 0;

	kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	child_log_read(&c->log, c->output);
	child_log_end(&c->log);
	drop(c);
	c->on_ended(status, c->user);
}

static void on_exit_poll(uv_poll_t *poll, int error, int events)
{
	reap(poll->data);
}

static void on_output(uv_poll_t *poll, int error, int events)
{
	struct child *c = poll->data;

	/* closed by it, and it lives on: nothing more comes */
	if (child_log_read(&c->log, c->output) == 0)
		uv_poll_stop(poll);
}

pid_t child_pid(const struct child *c)
{
	return c->pid;
}

void child_kill(struct child *c)
{
	kill(-c->pid, SIGKILL);
}

void child_finish(struct child *c)
{
	reap(c);
}

const char *child_status_text(int status, char buf[32])
{
	if (WIFSIGNALED(status))
		snprintf(buf, 32, "signal %d", WTERMSIG(status));
	else
		snprintf(buf, 32, "exit %d", WEXITSTATUS(status));
	return buf;
}

/* ---- its beginning ---- */

struct pipes {
	int failed[2]; /* exec's errno; closed by exec */
	int output[2];
};

static int pipes_open(struct pipes *p)
{
	int r;

	if (pipe2(p->failed, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(p->output, O_CLOEXEC) == 0)
		return 0;
	r = -errno;
	close(p->failed[0]);
	close(p->failed[1]);
	return r;
}

/* Clear of the numbers that are given away */
static int high(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, CHILD_KEPT + 1);
}

/* Return: where exec's error is to be written */
static int place_descriptors(const struct child_command *command, const struct pipes *p)
{
	int null = high(open("/dev/null", O_RDONLY | O_CLOEXEC)), failed = high(p->failed[1]),
	    output = high(p->output[1]), keep = high(command->keep);

	dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	if (keep >= 0)
		dup2(keep, CHILD_KEPT);
	syscall(SYS_close_range, CHILD_KEPT + (keep >= 0), ~0U, CLOSE_RANGE_CLOEXEC);
	return failed;
}

static void reset_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Between fork and exec: nothing but system calls, since other threads may have held locks. The
 * daemon may have raised its own priority: that is not for those whose frames it encodes. */
__attribute__((noreturn)) static void child_main(const struct child_command *command,
						 const struct pipes *p, pid_t parent)
{
	int failed, error;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(125);
	setpgid(0, 0);
	setpriority(PRIO_PROCESS, 0, 0);
	reset_signals();
	failed = place_descriptors(command, p);
	if (chdir(command->directory) == 0)
		execve(command->program, command->argv, command->envp);
	error = errno;
	if (write(failed, &error, sizeof error) < 0)
		_exit(126);
	_exit(127);
}

/* With every signal blocked, so that none of the daemon's handlers runs in the child */
static pid_t fork_child(const struct child_command *command, const struct pipes *p)
{
	pid_t parent = getpid(), pid;
	sigset_t all, old;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid == 0)
		child_main(command, p, parent);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (pid > 0)
		setpgid(pid, pid);
	return pid < 0 ? -errno : pid;
}

static int watch(uv_loop_t *loop, struct child *c)
{
	int r;

	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0U); /* close-on-exec by itself */
	if (c->pidfd < 0)
		return -errno;
	fcntl(c->output, F_SETFL, O_NONBLOCK);
	r = uv_poll_init(loop, &c->exit_poll, c->pidfd);
	if (r < 0)
		return r;
	c->handles++;
	r = uv_poll_init(loop, &c->output_poll, c->output);
	if (r < 0)
		return r;
	c->handles++;
	c->exit_poll.data = c->output_poll.data = c;
	r = uv_poll_start(&c->exit_poll, UV_READABLE, on_exit_poll);
	return r < 0 ? r : uv_poll_start(&c->output_poll, UV_READABLE, on_output);
}

/* It could be started, but not watched */
static void give_up(struct child *c)
{
	kill(-c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	if (c->pidfd >= 0)
		close(c->pidfd);
	close(c->output);
	c->exit_poll.data = c->output_poll.data = c;
	if (c->handles == 0) {
		free(c);
		return;
	}
	if (c->handles == 2)
		uv_close((uv_handle_t *)&c->output_poll, on_closed);
	uv_close((uv_handle_t *)&c->exit_poll, on_closed);
}

/* Return: 0 when it runs, else exec's error, and it is reaped */
static int exec_error(pid_t pid, int failed)
{
	int error = 0;

	if (read(failed, &error, sizeof error) != sizeof error)
		return 0;
	waitpid(pid, NULL, 0);
	return -error;
}

static int start(struct child *c, const struct child_command *command)
{
	struct pipes p;
	int r = pipes_open(&p);

	if (r < 0)
		return r;
	c->pid = fork_child(command, &p);
	close(p.failed[1]);
	close(p.output[1]);
	r = c->pid < 0 ? c->pid : exec_error(c->pid, p.failed[0]);
	close(p.failed[0]);
	c->output = p.output[0];
	if (r < 0)
		close(p.output[0]);
	return r;
}

int child_start(uv_loop_t *loop, const struct child_command *command, child_ended on_ended,
		void *user, struct child **ret_child)
{
	struct child *c = calloc(1, sizeof *c);
	int r;

	if (!c)
		return -ENOMEM;
	c->on_ended = on_ended;
	c->user = user;
	c->pidfd = -1;
	child_log_begin(&c->log, command->name, command->about);
	r = start(c, command);
	if (r < 0) {
		free(c);
		return r;
	}
	r = watch(loop, c);
	if (r < 0) {
		give_up(c);
		return r;
	}
	log_info(command->name, "%swhat=started pid=%d", command->about, (int)c->pid);
	*ret_child = c;
	return 0;
}
