/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of an instance's control socket (command.h): for who moves it. */
#ifndef BATON_APPS_COOPERATIVE_ASK_H
#define BATON_APPS_COOPERATIVE_ASK_H

#include <stddef.h>
#include <stdint.h>

struct cooperative_reply {
	char text[8192]; /* lines name=value */
	size_t length;
};

/** cooperative_ask_open - @directory: the instance's state directory
 * Return: 0, -ENOENT or -ECONNREFUSED when no instance is there, or another negative errno */
int cooperative_ask_open(const char *directory, int *ret_fd);
/** cooperative_ask_say - @line: without its newline */
int cooperative_ask_say(int fd, const char *line);
/**
 * cooperative_ask_hear - the next reply
 * @timeout_ms: for all of it; below 0: as long as it takes
 * @wake: a descriptor that, readable, ends the wait; -1: none
 * Return: 0, -ETIMEDOUT, -ECANCELED, -ECONNRESET when the instance is gone, -EMSGSIZE
 */
int cooperative_ask_hear(int fd, struct cooperative_reply *ret_reply, int timeout_ms, int wake);
/** cooperative_ask - one line, one reply */
int cooperative_ask(const char *directory, const char *line, struct cooperative_reply *ret_reply,
		    int timeout_ms, int wake);

/** cooperative_reply_text - the first line's value of that @name, "" without one; @ret: returned */
const char *cooperative_reply_text(const struct cooperative_reply *reply, const char *name,
				   char *ret, size_t size);
/** cooperative_reply_number - 0 without one */
uint64_t cooperative_reply_number(const struct cooperative_reply *reply, const char *name);
/** cooperative_reply_round - round @i's three figures; Return: 0, -ENOENT when there is none */
int cooperative_reply_round(const struct cooperative_reply *reply, unsigned i, uint64_t *ret_bytes,
			    uint64_t *ret_zeros, uint64_t *ret_us);

#endif
