/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that lives no longer than its daemon: in a process group of its own, killed with the
 * daemon however that ends (PR_SET_PDEATHSIG), at ordinary priority, its output in the daemon's
 * log, watched by a pidfd. It inherits nothing but its three standard descriptors and one that it
 * is given.
 */
#ifndef BATON_APPS_MINETEST_CHILD_H
#define BATON_APPS_MINETEST_CHILD_H

#include <sys/types.h>
#include <uv.h>

enum {
	CHILD_KEPT = 3,	       /* the number of the descriptor that it is given */
	CHILD_LINE_MAX = 256,  /* characters of a line that are logged */
	CHILD_LINES_MAX = 200, /* that are logged a second; what is more is counted */
};

struct child;

struct child_command {
	const char *name;      /* in the log: its module */
	const char *about;     /* begins its lines: "account=ann " or "" */
	const char *program;   /* a path */
	char *const *argv;     /* with the name, ended by NULL */
	char *const *envp;     /* the whole environment, ended by NULL */
	const char *directory; /* where it starts */
	int keep;	       /* it gets this one as CHILD_KEPT; -1: none */
};

/* Once for each child: it has ended and is reaped. @status: as waitpid says. The child's memory is
 * the loop's matter from then on. */
typedef void (*child_ended)(int status, void *user);

/** child_start - all of @command is copied; Return: 0 or a negative errno, exec's too */
int child_start(uv_loop_t *loop, const struct child_command *command, child_ended on_ended,
		void *user, struct child **ret_child);
pid_t child_pid(const struct child *c);
/** child_kill - SIGKILL to the whole group; on_ended follows in a turn of the loop */
void child_kill(struct child *c);
/** child_finish - child_kill, and wait for its end: on_ended is called before this returns */
void child_finish(struct child *c);
/** child_status_text - "exit 1", "signal 9"; Return: @buf */
const char *child_status_text(int status, char buf[32]);

#endif
