/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said to an instance over its control socket, STATE_DIRECTORY/cooperative.sock: a line, a
 * verb and its members as name=value; the answer is lines, the last one empty. Whoever may open the
 * socket (its owner) is trusted.
 *
 *   status                 state=.. supported=.. and figures; a line `round=..` for each round kept
 *   wait ms=N              as status, once it has converged, was decided, or failed; or after N ms
 *   listen address= key=   incoming: take the state of who connects with the key: `port=N`, then
 *                          `arm` when requests are to be brought here, which wants the line `armed`
 *                          (or `refused`); then the status once it is decided, and the end
 *   push address= port= key= [target_us=] [rounds=] [verify=1] [rate_kbps=]
 *                          serving: send rounds until the rest takes at most target_us. rounds=0:
 *                          none, all is sent while the application stands still. verify=1: the
 *                          destination compares a digest of the whole arena. rate_kbps: send no
 *                          faster
 *   commit                 move. The status once it is decided: state=left, serving (why: cause,
 *                          detail) or undecided
 *   fence                  incoming: never serve from now on, unless it serves already: the status
 *   resume                 serving again: ends a push; of one that is undecided too. Only after
 *                          `fence`, or the dead destination's files, said that it never will serve
 *   leave                  undecided: the other one serves
 */
#ifndef BATON_APPS_COOPERATIVE_COMMAND_H
#define BATON_APPS_COOPERATIVE_COMMAND_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "apps/cooperative/wire.h"

enum { COMMAND_LINE_MAX = 512 };

enum cooperative_verb {
	VERB_STATUS,
	VERB_WAIT,
	VERB_LISTEN,
	VERB_PUSH,
	VERB_COMMIT,
	VERB_FENCE,
	VERB_RESUME,
	VERB_LEAVE,
	VERBS
};

struct cooperative_command {
	enum cooperative_verb verb;
	struct in_addr address;
	uint8_t key[COOPERATIVE_KEY]; /* 64 hexadecimal digits on the line */
	uint32_t port, target_us, rounds, ms, verify, rate_kbps;
	unsigned given; /* bit i: row i of the table of members */
};

/**
 * cooperative_command_parse - @line without its newline
 * @ret_why: what is wrong with it, for people; static
 * Return: 0 or -EINVAL
 */
int cooperative_command_parse(const char *line, struct cooperative_command *ret_command,
			      const char **ret_why);

#endif
