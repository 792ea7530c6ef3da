// SPDX-License-Identifier: Apache-2.0
/* The loop of a node's init: the daemons' ends and notifications, `up`, and the control socket. */
#include "testbed/init.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Orphans of the node are ours too, and only reaped. */
static void on_child(uv_signal_t *handle, int signum)
{
	struct init *init = handle->data;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < init->daemon_count; i++)
			if (init->daemon[i].pid == pid)
				init_daemon_ended(&init->daemon[i], status);
}

static void on_term(uv_signal_t *handle, int signum)
{
	/* process 1 takes the whole node with it */
	_exit(0);
}

void init_check_ready(struct init *init)
{
	if (init->up_fd < 0 || init->ready_sent)
		return;
	for (size_t i = 0; i < init->daemon_count; i++)
		if (init->daemon[i].state != DAEMON_READY)
			return;
	init->ready_sent = true;
	if (init_send(init->up_fd, INIT_READY, NULL))
		_exit(1);
}

static void on_up(uv_poll_t *handle, int status, int events)
{
	struct init *init = handle->data;
	struct init_message message;

	if (init_receive(init->up_fd, &message) || message.word != INIT_COMMIT) {
		init_log_format(init, "what=end reason=\"baton up ended early\"");
		_exit(1);
	}
	uv_poll_stop(handle);
	close(init->up_fd);
	init->up_fd = -1;
}

static int watch(struct init *init)
{
	int rc;

	init->child.data = init->term.data = init->up.data = init;
	if ((rc = uv_signal_init(&init->loop, &init->child)) ||
	    (rc = uv_signal_start(&init->child, on_child, SIGCHLD)) ||
	    (rc = uv_signal_init(&init->loop, &init->term)) ||
	    (rc = uv_signal_start(&init->term, on_term, SIGTERM)) ||
	    (rc = uv_poll_init(&init->loop, &init->up, init->up_fd)))
		return rc;
	return uv_poll_start(&init->up, UV_READABLE | UV_DISCONNECT, on_up);
}

static int open_all(struct init *init)
{
	const char *name = plan_node_name(init->plan, init->node);
	const struct daemon_row *rows[DAEMONS_PER_NODE];
	char path[RUN_PATH_MAX];
	int rc;

	run_path(init->plan->run, path, "nodes/%s/%s.log", name, name);
	if ((rc = init_log_open(&init->log, path)) || (rc = uv_loop_init(&init->loop)) ||
	    (rc = watch(init)) || (rc = init_notify_open(init)) || (rc = init_control_open(init)))
		return rc;
	init->daemon_count = plan_daemons(init->plan, init->node, rows);
	for (size_t i = 0; !rc && i < init->daemon_count; i++)
		rc = init_daemon_setup(init, &init->daemon[i], rows[i]);
	return rc;
}

/* A node without daemons: nothing to do but to be there, and to let the kernel reap. */
static void idle(int up_fd) __attribute__((noreturn));
static void idle(int up_fd)
{
	struct init_message message;

	signal(SIGCHLD, SIG_IGN);
	if (init_send(up_fd, INIT_READY, NULL) || init_receive(up_fd, &message) ||
	    message.word != INIT_COMMIT)
		_exit(1);
	close(up_fd);
	for (;;)
		pause();
}

void init_run(const struct plan *plan, unsigned node, int up_fd)
{
	const struct daemon_row *rows[DAEMONS_PER_NODE];
	struct node_error err;
	struct init *init;
	int rc;

	if (!plan_daemons(plan, node, rows))
		idle(up_fd);
	init = calloc(1, sizeof(*init));
	rc = init ? 0 : -ENOMEM;
	if (init) {
		init->plan = plan;
		init->node = node;
		init->up_fd = up_fd;
		rc = open_all(init);
	}
	if (rc) {
		node_fail(&err, rc, "init");
		init_send(up_fd, INIT_ERROR, err.text);
		_exit(1);
	}
	for (size_t i = 0; i < init->daemon_count; i++)
		init_daemon_start(&init->daemon[i]);
	init_check_ready(init);
	uv_run(&init->loop, UV_RUN_DEFAULT);
	_exit(1);
}
