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
#include "lib/spawn.h"

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

/* This process' environment, but for what is the agent's alone; freed by the caller */
static char **environment(void)
{
	static const char own[] = "NOTIFY_SOCKET=";
	size_t count = 0, kept = 0;
	char **envp;

	while (environ[count])
		count++;
	envp = calloc(count + 1, sizeof(*envp));
	for (size_t i = 0; envp && i < count; i++)
		if (strncmp(environ[i], own, sizeof(own) - 1) != 0)
			envp[kept++] = environ[i];
	return envp;
}

static pid_t spawn(struct child *c, const struct child_command *command)
{
	char **envp = environment();
	const struct spawn what = {.program = command->program,
				   .argv = command->argv,
				   .envp = envp,
				   .directory = command->directory,
				   .in = -1,
				   .out = c->output,
				   .error = c->output,
				   .session = command->session,
				   .pid = command->pid,
				   .begins = child_record_begins,
				   .user = c};
	pid_t pid = envp ? spawn_program(&what) : -ENOMEM;

	free(envp);
	return pid;
}

int child_start(struct child *c, const struct child_command *command)
{
	pid_t pid;
	int rc;

	if (c->pid || c->handles)
		return -EBUSY;
	rc = child_output_open(c);
	pid = rc ? rc : spawn(c, command);
	rc = pid < 0 ? pid : watch(c, pid);
	if (!rc)
		return 0;
	if (pid > 0) {
		spawn_end(pid);
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
