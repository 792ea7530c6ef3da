/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node's init: process 1 of the node, forked by `baton up` with the plan in its memory. It sets up its own node in step
 * with `up` (over a socket pair), then starts, awaits, logs, restarts and reaps the node's daemons, and answers
 * on nodes/NODE/init.sock, until it is killed; then the node is gone. A node without daemons has no such socket. If `up` ends before it commits, so does the init.
 *
 * Control protocol (init_control.c): one request a line, up to 200 bytes; one line of answer each.
 *   status                     {"node", "daemons": [{"name", "pid", "state", "restarts", "status", "last_exit"}]}
 *   start|stop|restart DAEMON  "ok" or "error: ..."
 *   kill DAEMON SIGNAL         the number; "ok" or "error: ..."
 */
#ifndef BATON_TESTBED_INIT_H
#define BATON_TESTBED_INIT_H

#include <uv.h>

#include "testbed/node.h"

/* Between `up` and an init: one message a packet. */
enum init_word {
	INIT_PREPARED = 'P', /* init: namespaces, mounts and settings are done */
	INIT_LINKED = 'L',   /* up: the links are there */
	INIT_CONFIGURED = 'N', /* init: interfaces and routes are done */
	INIT_START = 'S',    /* up: start the daemons */
	INIT_READY = 'R',    /* init: every daemon is ready */
	INIT_COMMIT = 'C',   /* up: live on without me */
	INIT_ERROR = 'E',    /* init: text says what failed */
};

struct init_message {
	char word;
	char text[400];
};

int init_send(int fd, enum init_word word, const char *text);
/** init_receive - Return: 0, -EPIPE at the end, -EAGAIN, ... */
int init_receive(int fd, struct init_message *ret_message);

/** init_spawn - clone a node's init; Return: 0, and its process and the socket to it */
int init_spawn(const struct plan *plan, unsigned node, pid_t *ret_pid, int *ret_fd);

/* --- inside the init --- */

enum { INIT_LINE_MAX = 2048, INIT_LOG_MAX = 8 << 20, INIT_CLIENTS_MAX = 16, INIT_EARLY_ENDS_MAX = 3 };

enum daemon_state { DAEMON_STARTING, DAEMON_READY, DAEMON_WAITING /* to be restarted */, DAEMON_STOPPED };

struct init;

struct init_daemon {
	struct init *init;
	const struct daemon_row *row;
	enum daemon_state state;
	pid_t pid; /* 0: not running */
	uint64_t started_ms;
	unsigned restarts, early_ends;
	unsigned backoff_ms;
	int last_status;    /* of waitpid; -1: it has not ended yet */
	bool stop_wanted, restart_wanted;
	char status[128];   /* of its notifications */
	uv_timer_t timer;
	uv_pipe_t output;
	bool output_open;
	char line[INIT_LINE_MAX];
	size_t line_len;
};

struct init_log {
	int fd;
	size_t bytes;
	char path[RUN_PATH_MAX];
};

struct init {
	const struct plan *plan;
	unsigned node;
	int up_fd; /* -1 after commit */
	uv_loop_t loop;
	uv_signal_t child, term;
	uv_poll_t notify, up;
	uv_pipe_t control;
	unsigned clients;
	struct init_log log;
	size_t daemon_count;
	struct init_daemon daemon[DAEMONS_PER_NODE];
	bool ready_sent;
};

/** init_run - from the start of the daemons on; never returns */
void init_run(const struct plan *plan, unsigned node, int up_fd) __attribute__((noreturn));

int init_log_open(struct init_log *log, const char *path);
/** init_log_line - time, @who and the line; at the size limit the file becomes NODE.log.1 */
void init_log_line(struct init_log *log, const char *who, const char *line, size_t len);
void init_log_format(struct init *init, const char *format, ...) __attribute__((format(printf, 2, 3)));

int init_daemon_setup(struct init *init, struct init_daemon *daemon, const struct daemon_row *row);
void init_daemon_start(struct init_daemon *daemon);
void init_daemon_stop(struct init_daemon *daemon, bool restart);
void init_daemon_ended(struct init_daemon *daemon, int status);
void init_daemon_notified(struct init_daemon *daemon, const char *text);
const char *init_daemon_state(const struct init_daemon *daemon);
/** init_check_ready - tell `up` once all daemons are ready */
void init_check_ready(struct init *init);

int init_notify_open(struct init *init);
int init_control_open(struct init *init);

#endif
