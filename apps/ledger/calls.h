/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ledger that is split (002): the stateful process has bodies digested by stateless workers, over
 * Unix datagrams to the path of a socket, unconnected, so that after a move the path is that of the
 * destination's own worker.
 *
 *   call    magic u32 0x4253434c, length u32, call u64, body
 *   answer  magic u32 0x42534341, 32 u32, call u64, SHA-256 of the body
 *
 * A call without an answer is made again every CALLS_AGAIN_MS, to the next worker.
 */
#ifndef BATON_APPS_LEDGER_CALLS_H
#define BATON_APPS_LEDGER_CALLS_H

#include <sys/un.h>

#include "apps/service/state.h"

enum { CALLS_WORKERS_MAX = 16, CALLS_AGAIN_MS = 50, CALL_HEADER_LEN = 16, CALL_ANSWER_LEN = 48 };

struct call {
	uint64_t call;
	uint32_t length;
	const uint8_t *body; /* borrowed */
};

struct calls {
	int fd;
	struct service_machine *machine;
	struct sockaddr_un workers[CALLS_WORKERS_MAX];
	unsigned count, next;
	uint64_t made, unsent, malformed;
};

/** calls_socket - a datagram socket bound to @path, where nothing or an old socket is; Return: it,
 * or a negative errno */
int calls_socket(const char *path);
/** calls_path - Return: 0 or -ENAMETOOLONG */
int calls_path(const char *path, struct sockaddr_un *ret);

/** calls_begin - @machine has its bodies digested through @c from here on */
void calls_begin(struct calls *c, struct service_machine *machine, int fd);
/** calls_ready - its socket is readable */
void calls_ready(void *user);
/** calls_tick - every CALLS_AGAIN_MS */
void calls_tick(void *user);

/* Bytes of the two messages. Reading: 0 or -EBADMSG. */
size_t call_write(const struct call *call, uint8_t *octets, size_t size);
int call_read(const uint8_t *octets, size_t len, struct call *ret);
void call_answer_write(uint64_t call, const uint8_t digest[SHA256_DIGEST_SIZE],
		       uint8_t octets[CALL_ANSWER_LEN]);
int call_answer_read(const uint8_t *octets, size_t len, uint64_t *ret_call,
		     const uint8_t **ret_digest);

#endif
