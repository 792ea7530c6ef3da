/* SPDX-License-Identifier: Apache-2.0 */
/* baton run by baton: its output caught, its time bounded, ended with us. */
#ifndef BATON_EXPERIMENT_CHILD_H
#define BATON_EXPERIMENT_CHILD_H

#include <stdbool.h>
#include <stddef.h>

enum { CHILD_OUTPUT_MAX = 256 << 20, CHILD_ARGUMENTS_MAX = 96 };

struct child_result {
	int status;	 /* exit status; 128 + signal; 124 when its time was over */
	char *out, *err; /* NUL-terminated; @err the last of it */
	size_t out_len;
};

/**
 * child_run - run this very program with @arguments (NULL-ended, without argv[0])
 * @seconds: after these it is interrupted, and killed 10 s later
 *
 * @shielded: an interrupt of ours is not handed on to it
 *
 * Return: 0, or a negative errno; free with child_free, always
 */
int child_run(const char *const *arguments, double seconds, bool shielded,
	      struct child_result *ret);
void child_free(struct child_result *r);
/** child_catch_interrupts - SIGINT, SIGTERM and SIGHUP end the child under way; child_interrupted -
 * one came */
void child_catch_interrupts(void);
bool child_interrupted(void);

#endif
