/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the SCTP stacks share: sctp.c forwards to one of them by its table, keeps what is common to
 * all associations, and puts messages together that a stack delivers in pieces.
 *
 * A freed association may still be on the stack of its own callback: it is marked closed, which
 * each reader checks after every callback, and its memory goes later (uv_close, or the tick of
 * usrsctp).
 */
#ifndef BATON_LIB_SCTP_INTERNAL_H
#define BATON_LIB_SCTP_INTERNAL_H

#include "lib/sctp.h"

/*
 * One set of timers for both stacks. An idle peer that falls silent is noticed by heartbeats: 5
 * rounds of interval + RTO (RFC 9260 cl. 8.3), about 2 s; one that owes acknowledgements sooner.
 * SACKs are not delayed, since 200 ms of delay exceed the smallest RTO.
 */
enum {
	ASSOC_RTO_INITIAL_MS = 200,
	ASSOC_RTO_MIN_MS = 100,
	ASSOC_RTO_MAX_MS = 400,
	ASSOC_HEARTBEAT_MS = 200,
	ASSOC_RETRANS_MAX = 4,
	ASSOC_INIT_ATTEMPTS = 4,
	ASSOC_STREAMS = 16,
	ASSOC_MESSAGE_MAX = 65536,
	ASSOC_BUFFER_BYTES = 256 * 1024,
	ASSOC_QUEUE_BYTES =
		4 << 20, /* behind a stack that takes no more: usrsctp holds 512 chunks */
	LISTENER_BACKLOG = 16,
};

/* What the stack would not take yet */
struct sctp_waiting {
	struct sctp_waiting *prev, *next;
	uint16_t stream;
	uint32_t ppid;
	size_t len;
	char data[];
};

struct sctp_assoc {
	const struct sctp_ops *ops;
	struct sctp_events events;
	void *user;
	struct sockaddr_in peer;
	bool up;
	bool closed;   /* by its user, or after events->down */
	char *partial; /* first pieces of a message */
	size_t partial_len;
	struct sctp_waiting *waiting;
	size_t waiting_bytes;
};

struct sctp_listener {
	const struct sctp_ops *ops;
	uv_loop_t *loop;
	struct sctp_events events;
	void *(*accepted)(struct sctp_assoc *assoc, void *user);
	void *user;
	bool closed;
};

struct sctp_ops {
	/* Each allocates its own struct, whose first member is the common one. */
	int (*listen)(uv_loop_t *loop, const struct sockaddr_in *local, struct sctp_listener **ret);
	void (*unlisten)(struct sctp_listener *listener);
	int (*connect)(uv_loop_t *loop, const struct sockaddr_in *local,
		       const struct sockaddr_in *remote, struct sctp_assoc **ret);
	int (*send)(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data,
		    size_t len);
	/* call sctp_assoc_writable when more can be sent, or no longer; NULL: it always does */
	void (*want_writable)(struct sctp_assoc *assoc, bool wanted);
	void (*close)(struct sctp_assoc *assoc, bool abort);
};

extern const struct sctp_ops sctp_kernel_ops, sctp_user_ops;

/* For the stacks: what happened. After each of these @assoc may be closed. */
void sctp_assoc_accepted(struct sctp_listener *listener, struct sctp_assoc *assoc);
void sctp_assoc_up(struct sctp_assoc *assoc);
/* One piece of a message, @end: the last; Return: 0, or -EMSGSIZE, -ENOMEM: the association must go
 */
int sctp_assoc_input(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data,
		     size_t len, bool end);
/* More can be sent */
void sctp_assoc_writable(struct sctp_assoc *assoc);
/* Calls events->down and closes. */
void sctp_assoc_down(struct sctp_assoc *assoc, int error, bool abort);

#endif
