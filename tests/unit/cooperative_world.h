/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of moves share: a small application (a counter in each page of its arena) in processes
 * of its own, and who speaks to one as another instance would. */
#ifndef TESTS_UNIT_COOPERATIVE_WORLD_H
#define TESTS_UNIT_COOPERATIVE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "apps/cooperative/ask.h"
#include "apps/cooperative/command.h"
#include "apps/cooperative/wire.h"

enum { PAGE = 4096, PAGES = 1024, ANSWER_MS = 60000, NUMBER = 7 };
#define KEY    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define TARGET "target_us=2000000 rounds=100" /* the application writes as fast as it can */

struct instance {
	char directory[64];
	pid_t pid;
	int report;
};

extern struct cooperative_reply instance_reply;
extern const uint8_t instance_key[COOPERATIVE_KEY];

/** instance_await - until it reports @wanted: o open, s serves, . turns go on */
void instance_await(const struct instance *a, char wanted);
/** instance_begin - in a process of its own */
void instance_begin(struct instance *a, const char *name, bool incoming, size_t bytes);
bool instance_has(const struct instance *a, const char *name);
/** instance_end - once it has ended by itself; Return: its exit status, or - its signal */
int instance_end(struct instance *a);
int instance_kill(struct instance *a);
/** instance_ask - @line over a connection of its own; Return: @name of the answer, which is in
 * instance_reply */
const char *instance_ask(const struct instance *a, const char *line, const char *name);
/** instance_listen - Return: the connection, over which requests are said to be brought here */
int instance_listen(const struct instance *a, unsigned *ret_port);
void instance_push(const struct instance *a, unsigned port, const char *more);
/** instance_commit - Return: the connection; instance_hear waits for the answer */
int instance_commit(const struct instance *a);
const char *instance_hear(int fd, const char *name);
/** instance_check_serves - back to serving, with its state, and able to try again */
void instance_check_serves(struct instance *a);
void peer_send(int fd, enum cooperative_frame_type type, const void *body, size_t length);
enum cooperative_frame_type peer_receive(int fd, struct cooperative_frame *ret);
/** peer_welcome - as a destination: the source shows that it has the key, for the nonce that it was
 * sent */
void peer_welcome(int fd);
/** peer_answer_until - takes what comes, up to a frame of @last, and says what is right but to that
 * of COMMIT: nothing */
void peer_answer_until(int fd, enum cooperative_frame_type last);
/** peer_listen - of the loopback, any port */
int peer_listen(unsigned *ret_port);

#endif
