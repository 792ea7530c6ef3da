/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How steps speak to a forwarder: an abstract Unix socket of the node's network namespace, which
 * leaves no file and is gone with its process. A line with a word is asked, a line of JSON
 * answered. Only the forwarder's own user is listened to.
 */
#ifndef BATON_FORWARDER_CONTROL_H
#define BATON_FORWARDER_CONTROL_H

#include <jansson.h>
#include <sys/un.h>
#include <uv.h>

enum { CONTROL_LINE_MAX = 64, CONTROL_ANSWER_MAX = 8192 };

/** control_address - of application @number's; Return: its length */
socklen_t control_address(unsigned number, struct sockaddr_un *ret);

struct control;
/* @word: NUL-terminated; new object returned, or NULL when there is no such word */
typedef json_t *(*control_word)(void *user, const char *word);

/** control_new - Return: 0, -EADDRINUSE when there is a forwarder of this application already, ...
 */
int control_new(uv_loop_t *loop, unsigned number, control_word word, void *user,
		struct control **ret_control);
void control_free(struct control *c);

/**
 * control_ask - for steps: blocking
 * @ret_answer: returned; NULL: not wanted
 * @ret_pid:    whose forwarder it is; NULL
 *
 * Return: 0, -ECONNREFUSED when there is none, -ETIMEDOUT, -EPERM (it isn't ours), -EINVAL (no such
 * word), -EPROTO
 */
int control_ask(unsigned number, const char *word, int timeout_ms, json_t **ret_answer,
		pid_t *ret_pid);

#endif
