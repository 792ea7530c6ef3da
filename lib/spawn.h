/* SPDX-License-Identifier: Apache-2.0 */
/* A program started. Of this process it gets the descriptors that it is told, and no signal's
 * disposition; between fork and exec nothing but system calls is done, since other threads run. */
#ifndef BATON_LIB_SPAWN_H
#define BATON_LIB_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

enum { SPAWN_KEEP = 2 };

struct spawn {
	const char *program;   /* path */
	char *const *argv;     /* ended by NULL */
	char *const *envp;     /* NULL: this process' own */
	const char *directory; /* where it begins; NULL: here */
	int in, out, error;    /* become descriptors 0 to 2; -1: /dev/null */
	int keep[SPAWN_KEEP];  /* stay open, too; 0: none */
	bool session;	       /* it leads a session of its own, not only a process group */
	bool follows;	       /* it is killed when the thread that starts it ends */
	bool small_pages;      /* no huge pages, for it and what it starts */
	pid_t pid;	       /* the number that it is to have; 0: any */
	/** begins - before its first instruction: how it is found again. Once more with 0 when it
	 * came to nothing after that. Return: 0, or a negative errno: it never runs. NULL: none */
	int (*begins)(pid_t pid, void *user);
	void *user;
};

/** spawn_program - Return: the number of a child that runs it; or a negative errno, exec's too, and
 * nothing is left of it. -EEXIST: the number is taken */
pid_t spawn_program(const struct spawn *s);
/** spawn_await - @ret_status: of waitpid; Return: 0, and whoever is left of its group has been
 * killed; -ECANCELED: @wake (-1: none) is readable; -ETIMEDOUT after @timeout_ms, -1: never */
int spawn_await(pid_t pid, int wake, int timeout_ms, int *ret_status);
/** spawn_end - kill it and its group, and wait */
void spawn_end(pid_t pid);

#endif
