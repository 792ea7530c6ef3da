/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that an agent runs: in a process group of its own, its output relayed to the agent's,
 * watched by a pidfd, ended by SIGTERM and, after a grace, SIGKILL.
 *
 * It outlives its agent. Who it is stands in DIRECTORY/process (pid, start time, boot id) before it
 * runs its first instruction, and what it writes goes through the FIFO DIRECTORY/output, which it
 * holds open for both: neither the agent's death nor its successor's opening is an error to it. A
 * restarted agent takes it up again by child_adopt.
 */
#ifndef BATON_AGENTS_CHILD_H
#define BATON_AGENTS_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

enum { CHILD_LINE_MAX = 1024, CHILD_PATH_MAX = 512, CHILD_STATUS_UNKNOWN = -1 };

struct child;
/** @status: of waitpid; CHILD_STATUS_UNKNOWN of one that was adopted, whose end its parent alone is
 * told */
typedef void (*child_ended)(struct child *c, int status, void *user);

struct child {
	uv_loop_t *loop;
	char name[64];			/* in the log */
	char directory[CHILD_PATH_MAX]; /* of its own, exists */
	child_ended on_ended;
	void *user;

	pid_t pid; /* 0: none */
	bool adopted;
	int pidfd;
	uv_poll_t exit;
	uv_timer_t grace;
	unsigned handles; /* of a process, that are not closed yet */
	void (*closed)(struct child *c);

	int output;
	uv_poll_t output_poll;
	bool relaying;
	char line[CHILD_LINE_MAX];
	size_t line_len;
};

struct child_command {
	const char *program;   /* absolute path */
	char *const *argv;     /* ended by NULL */
	const char *directory; /* where it starts */
	bool session;	       /* it leads a session of its own, not only a process group */
	pid_t pid;	       /* the number it is to have; 0: any. -EEXIST when it is taken */
};

/** child_init - once; Return: 0 or a negative errno */
int child_init(struct child *c, uv_loop_t *loop, const char *name, const char *directory,
	       child_ended on_ended, void *user);
/** child_start - Return: 0, -EBUSY when it runs, or what kept it from being started, exec's errno
 * too */
int child_start(struct child *c, const struct child_command *command);
/** child_adopt - the one that an earlier life of this agent started; Return: 0, -ESRCH when it
 * isn't there any more */
int child_adopt(struct child *c);
/** child_stop - SIGTERM to its group, SIGKILL after @grace_ms; on_ended follows. Without a process:
 * nothing */
void child_stop(struct child *c, unsigned grace_ms);
/** child_leave - let it run on, and forget it: the agent ends. No callback follows */
void child_leave(struct child *c);
/** child_close - child_leave, and @closed once nothing of it is the loop's any more */
void child_close(struct child *c, void (*closed)(struct child *c));
/** child_handle_closed - callback of every uv_close */
void child_handle_closed(uv_handle_t *handle);

/* child_record.c: what DIRECTORY/process says */
int child_record_write(const struct child *c, pid_t pid);
/** child_record_read - the process that it names, alive and the same; Return: 0, -ESRCH */
int child_record_read(const struct child *c, pid_t *ret_pid);
void child_record_remove(const struct child *c);
/** child_record_begins - of struct spawn; @user: struct child */
int child_record_begins(pid_t pid, void *user);
/** child_record_in - for child_record_* alone: nobody's child, in @directory */
void child_record_in(struct child *c, const char *directory);

/* child_output.c */
int child_output_open(struct child *c);
void child_output_close(struct child *c);
/** child_output_drain - what it said last */
void child_output_drain(struct child *c);

#endif
