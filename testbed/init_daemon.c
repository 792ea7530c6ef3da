// SPDX-License-Identifier: Apache-2.0
/* One daemon of a node: started, listened to, awaited, and started again when it ends. */
#include "testbed/init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MAX_MS = 5000,
	BACKOFF_RESET_MS = 10000, /* a daemon that lived this long starts over */
	PIPE_READS_MAX = 256,	  /* more than a pipe holds */
	STOP_GRACE_MS = 2000,	  /* from SIGTERM to SIGKILL */
};

const char *init_daemon_state(const struct init_daemon *daemon)
{
	static const char *const names[] = {
		[DAEMON_STARTING] = "starting",
		[DAEMON_READY] = "ready",
		[DAEMON_WAITING] = "waiting",
		[DAEMON_STOPPED] = "stopped",
	};

	return names[daemon->state];
}

static void put_line(struct init_daemon *daemon)
{
	init_log_line(&daemon->init->log, daemon->row->name, daemon->line, daemon->line_len);
	daemon->line_len = 0;
}

/* Lines longer than the buffer are logged in pieces. */
static void take_output(struct init_daemon *daemon, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n') {
			put_line(daemon);
			continue;
		}
		daemon->line[daemon->line_len++] = bytes[i];
		if (daemon->line_len == sizeof(daemon->line))
			put_line(daemon);
	}
}

static void give_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	static char bytes[65536]; /* read and used at once, by one thread */

	*buf = uv_buf_init(bytes, sizeof(bytes));
}

static void on_closed(uv_handle_t *handle)
{
	struct init_daemon *daemon = handle->data;

	daemon->output_open = false;
}

static void close_output(struct init_daemon *daemon)
{
	if (!daemon->output_open || uv_is_closing((uv_handle_t *)&daemon->output))
		return;
	if (daemon->line_len)
		put_line(daemon);
	uv_close((uv_handle_t *)&daemon->output, on_closed);
}

static void on_output(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
	struct init_daemon *daemon = stream->data;

	if (got > 0)
		take_output(daemon, buf->base, (size_t)got);
	if (got < 0)
		close_output(daemon);
}

/* What a daemon said last. A process that it left behind may keep the pipe open, but is not
 * listened to any longer. */
static void drain_output(struct init_daemon *daemon)
{
	char bytes[4096];
	ssize_t got;
	int fd;

	if (!daemon->output_open || uv_is_closing((uv_handle_t *)&daemon->output) ||
	    uv_fileno((uv_handle_t *)&daemon->output, &fd))
		return;
	for (int i = 0; i < PIPE_READS_MAX && (got = read(fd, bytes, sizeof(bytes))) > 0; i++)
		take_output(daemon, bytes, (size_t)got);
	close_output(daemon);
}

static void child_main(struct init_daemon *daemon, int output) __attribute__((noreturn));
static void child_main(struct init_daemon *daemon, int output)
{
	const struct plan *plan = daemon->init->plan;
	const char *node = plan_node_name(plan, daemon->init->node);
	char program[PATH_MAX], config[RUN_PATH_MAX], notify[RUN_PATH_MAX];
	char *const own[] = {(char *)daemon->row->name, "--config", config, NULL};
	char *const iperf3[] = {(char *)daemon->row->name, "-s", "--forceflush", NULL};
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	plan_program(plan, daemon->row, program);
	run_path(plan->run, config, "nodes/%s/%s.yaml", node, daemon->row->name);
	run_path(plan->run, notify, "nodes/%s/notify.sock", node);
	if (daemon->row->notifies)
		setenv("NOTIFY_SOCKET", notify, 1);
	execv(program, daemon->row->notifies ? own : iperf3);
	dprintf(STDERR_FILENO, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

static int open_output(struct init_daemon *daemon, int ret_pipe[2])
{
	int rc;

	if (pipe2(ret_pipe, O_CLOEXEC))
		return -errno;
	rc = uv_pipe_init(&daemon->init->loop, &daemon->output, 0);
	if (rc) {
		close(ret_pipe[0]);
		close(ret_pipe[1]);
		return rc;
	}
	daemon->output.data = daemon;
	daemon->output_open = true; /* until it is closed, also when what follows fails */
	rc = uv_pipe_open(&daemon->output, ret_pipe[0]);
	if (rc)
		close(ret_pipe[0]); /* else the handle's */
	else
		rc = uv_read_start((uv_stream_t *)&daemon->output, give_buffer, on_output);
	if (rc) {
		close(ret_pipe[1]);
		close_output(daemon);
	}
	return rc;
}

static void on_restart(uv_timer_t *timer)
{
	struct init_daemon *daemon = timer->data;

	/* the pipe of the life before is being closed */
	if (daemon->output_open)
		uv_timer_start(timer, on_restart, 1, 0);
	else
		init_daemon_start(daemon);
}

static void wait_and_restart(struct init_daemon *daemon, unsigned delay_ms)
{
	daemon->state = DAEMON_WAITING;
	uv_timer_start(&daemon->timer, on_restart, delay_ms, 0);
}

static void back_off(struct init_daemon *daemon)
{
	unsigned delay = daemon->backoff_ms;

	daemon->backoff_ms = delay * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : delay * 2;
	wait_and_restart(daemon, delay);
}

void init_daemon_start(struct init_daemon *daemon)
{
	struct init *init = daemon->init;
	int output[2];
	int rc = open_output(daemon, output);

	daemon->stop_wanted = daemon->restart_wanted = false;
	if (rc) {
		init_log_format(init, "what=start daemon=%s error=\"%s\"", daemon->row->name,
				strerror(-rc));
		back_off(daemon);
		return;
	}
	daemon->pid = _Fork(); /* no handlers: see lean_fork.h */
	if (!daemon->pid)
		child_main(daemon, output[1]);
	close(output[1]);
	if (daemon->pid < 0) {
		daemon->pid = 0;
		back_off(daemon);
		return;
	}
	daemon->started_ms = uv_now(&init->loop);
	daemon->state = daemon->row->notifies ? DAEMON_STARTING : DAEMON_READY;
	daemon->status[0] = '\0';
	init_log_format(init, "what=started daemon=%s pid=%d restarts=%u", daemon->row->name, daemon->pid,
			daemon->restarts);
}

int init_daemon_setup(struct init *init, struct init_daemon *daemon, const struct daemon_row *row)
{
	daemon->init = init;
	daemon->row = row;
	daemon->state = DAEMON_STOPPED;
	daemon->last_status = -1;
	daemon->backoff_ms = BACKOFF_FIRST_MS;
	daemon->timer.data = daemon;
	return uv_timer_init(&init->loop, &daemon->timer);
}

static void on_grace_over(uv_timer_t *timer)
{
	struct init_daemon *daemon = timer->data;

	if (daemon->pid)
		kill(daemon->pid, SIGKILL);
}

void init_daemon_stop(struct init_daemon *daemon, bool restart)
{
	daemon->stop_wanted = !restart;
	daemon->restart_wanted = restart;
	if (daemon->pid) {
		kill(daemon->pid, SIGTERM);
		uv_timer_start(&daemon->timer, on_grace_over, STOP_GRACE_MS, 0);
		return;
	}
	if (restart) { /* by the timer: the pipe of the life before may be closing just now */
		wait_and_restart(daemon, 0);
		return;
	}
	uv_timer_stop(&daemon->timer);
	daemon->state = DAEMON_STOPPED;
}

static void describe_end(int status, char *buf, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "signal %d", WTERMSIG(status));
	else
		snprintf(buf, size, "status %d", WEXITSTATUS(status));
}

/* A daemon that ends again and again before it was ever ready holds up `up`, which should hear why.
 */
static void note_early_end(struct init_daemon *daemon, const char *end)
{
	char text[200];

	if (daemon->init->up_fd < 0 || ++daemon->early_ends < INIT_EARLY_ENDS_MAX)
		return;
	snprintf(text, sizeof(text), "%s ended with %s before it was ready, %u times",
		 daemon->row->name, end, daemon->early_ends);
	init_send(daemon->init->up_fd, INIT_ERROR, text);
}

void init_daemon_ended(struct init_daemon *daemon, int status)
{
	struct init *init = daemon->init;
	bool early = daemon->state == DAEMON_STARTING;
	char end[32];

	describe_end(status, end, sizeof(end));
	drain_output(daemon);
	init_log_format(init, "what=ended daemon=%s pid=%d end=\"%s\"", daemon->row->name,
			daemon->pid, end);
	daemon->pid = 0;
	daemon->last_status = status;
	uv_timer_stop(&daemon->timer);
	if (daemon->stop_wanted) {
		daemon->state = DAEMON_STOPPED;
		return;
	}
	daemon->restarts++;
	if (uv_now(&init->loop) - daemon->started_ms >= BACKOFF_RESET_MS)
		daemon->backoff_ms = BACKOFF_FIRST_MS;
	if (daemon->restart_wanted)
		wait_and_restart(daemon, 0);
	else
		back_off(daemon);
	if (early)
		note_early_end(daemon, end);
}

void init_daemon_notified(struct init_daemon *daemon, const char *text)
{
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t len = strcspn(line, "\n");

		if (!strncmp(line, "STATUS=", 7))
			snprintf(daemon->status, sizeof(daemon->status), "%.*s", (int)len - 7,
				 line + 7);
		if (len == 7 && !strncmp(line, "READY=1", 7) && daemon->state == DAEMON_STARTING) {
			daemon->state = DAEMON_READY;
			init_log_format(daemon->init, "what=ready daemon=%s pid=%d", daemon->row->name,
					daemon->pid);
		}
	}
	init_check_ready(daemon->init);
}
