// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apps/minetest/cloud/server_files.h"
#include "lib/daemon.h"
#include "lib/log.h"

enum {
	NS_PER_MS = 1000000,
	LASTED_MS = 10000, /* it has lasted: the next delay is the first again */
	DELAY_MS = 200,	   /* until it is started again; doubled up to */
	DELAY_MAX_MS = 8000,
	TERM_MS = 3000, /* it has after SIGTERM */
	TEXT_SIZE = SERVER_PATH_SIZE + 64,
};

struct server {
	struct server_config config;
	const struct server_events *events;
	void *user;
	uv_timer_t delay;
	uv_poll_t exit; /* of pidfd; only while there is a child */
	pid_t pid;	/* 0: none */
	int pidfd;
	uint64_t born_ns, restarts;
	unsigned delay_ms;
	int handles;
	bool watching;
};

/* ---- the child's side of fork ---- */

struct run {
	char *argv[10], *envp[8];
	char text[10][TEXT_SIZE];
	pid_t parent;
};

static void prepare(const struct server_config *c, struct run *run)
{
	int n = 0;

	snprintf(run->text[0], TEXT_SIZE, "%s/server.conf", c->state_dir);
	snprintf(run->text[1], TEXT_SIZE, "%s/world", c->state_dir);
	snprintf(run->text[2], TEXT_SIZE, "HOME=%s/home", c->state_dir);
	snprintf(run->text[3], TEXT_SIZE, "MINETEST_USER_PATH=%s/home", c->state_dir);
	snprintf(run->text[4], TEXT_SIZE, "MINETEST_SUBGAME_PATH=%s", c->share_dir);
	run->argv[n++] = (char *)c->program;
	run->argv[n++] = "--config";
	run->argv[n++] = run->text[0];
	run->argv[n++] = "--world";
	run->argv[n++] = run->text[1];
	run->argv[n++] = "--logfile";
	run->argv[n++] = "";
	run->argv[n++] = "--quiet";
	run->argv[n] = NULL;
	for (n = 0; n < 3; n++)
		run->envp[n] = run->text[2 + n];
	run->envp[n++] = "PATH=/usr/bin:/bin";
	run->envp[n++] = "LC_ALL=C.UTF-8";
	run->envp[n] = NULL;
	run->parent = getpid();
}

/* Between fork and exec: only what may be called there. What the daemon ignores isn't ignored by
 * its child. */
static void become(const struct run *run)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != run->parent)
		_exit(1);
	execve(run->argv[0], run->argv, run->envp);
	_exit(127);
}

/* ---- start and end ---- */

static void on_delay(uv_timer_t *timer);

static void start_later(struct server *s)
{
	uv_timer_start(&s->delay, on_delay, s->delay_ms, 0);
	if (clock_mono_ns() - s->born_ns >= (uint64_t)LASTED_MS * NS_PER_MS)
		s->delay_ms = DELAY_MS;
	else
		s->delay_ms = s->delay_ms < DELAY_MAX_MS / 2 ? 2 * s->delay_ms : DELAY_MAX_MS;
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct server *s = handle->data;

	if (--s->handles == 0)
		free(s);
}

static void forget_child(struct server *s)
{
	if (s->watching)
		uv_close((uv_handle_t *)&s->exit, on_handle_closed);
	s->watching = false;
	close(s->pidfd);
	s->pid = 0;
}

static void on_exit_poll(uv_poll_t *poll, int status, int events)
{
	struct server *s = poll->data;
	int how = 0;

	if (waitpid(s->pid, &how, WNOHANG) != s->pid)
		return;
	log_warn("server", "pid=%d %s=%d what=ended", (int)s->pid,
		 WIFSIGNALED(how) ? "signal" : "status",
		 WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
	forget_child(s);
	s->events->on_exit(s->user);
	start_later(s);
}

static int watch(struct server *s)
{
	s->pidfd = (int)syscall(SYS_pidfd_open, s->pid, 0);
	if (s->pidfd < 0)
		return -errno;
	fcntl(s->pidfd, F_SETFD, FD_CLOEXEC);
	s->exit.data = s;
	if (uv_poll_init(s->delay.loop, &s->exit, s->pidfd) < 0)
		return -ENOMEM;
	s->handles++;
	s->watching = true;
	uv_poll_start(&s->exit, UV_READABLE, on_exit_poll);
	return 0;
}

static int start(struct server *s)
{
	struct run run;
	int r = server_files_configure(&s->config, s->events->last_step(s->user));

	if (r < 0)
		return r;
	prepare(&s->config, &run);
	s->born_ns = clock_mono_ns();
	s->pid = fork();
	if (s->pid == 0)
		become(&run);
	if (s->pid < 0) {
		s->pid = 0;
		return -errno;
	}
	r = watch(s);
	if (r < 0) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
		s->pid = 0;
		return r;
	}
	log_info("server", "pid=%d port=%u what=started", (int)s->pid, s->config.port);
	return 0;
}

/* The handle of the child before is closed by now: its close was asked for a turn of the loop ago
 */
static void on_delay(uv_timer_t *timer)
{
	struct server *s = timer->data;

	s->restarts++;
	if (start(s) < 0)
		start_later(s);
}

int server_new(uv_loop_t *loop, const struct server_config *config,
	       const struct server_events *events, void *user, struct server **ret_server)
{
	struct server *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return -ENOMEM;
	s->config = *config;
	s->events = events;
	s->user = user;
	s->delay_ms = DELAY_MS;
	r = server_files_check(config);
	if (r == 0)
		r = server_files_make(config);
	if (r < 0) {
		free(s);
		return r;
	}
	s->delay.data = s;
	s->handles = 1;
	uv_timer_init(loop, &s->delay);
	r = start(s);
	if (r < 0) {
		uv_close((uv_handle_t *)&s->delay, on_handle_closed);
		return r;
	}
	*ret_server = s;
	return 0;
}

static void end_child(struct server *s)
{
	struct pollfd ended = {.fd = s->pidfd, .events = POLLIN};

	kill(s->pid, SIGTERM);
	if (poll(&ended, 1, TERM_MS) <= 0)
		kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	forget_child(s);
}

void server_free(struct server *s)
{
	if (!s)
		return;
	if (s->pid)
		end_child(s);
	uv_close((uv_handle_t *)&s->delay, on_handle_closed);
}

void server_kill(struct server *s)
{
	if (s->pid)
		kill(s->pid, SIGKILL);
}

pid_t server_pid(const struct server *s)
{
	return s->pid;
}

uint64_t server_restarts(const struct server *s)
{
	return s->restarts;
}
