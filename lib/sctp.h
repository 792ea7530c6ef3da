/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCTP associations with message boundaries (RFC 9260): the kernel's where socket(IPPROTO_SCTP) works, else usrsctp inside the
 * loop (AF_CONN over a raw IP socket, RFC 6951 UDP encapsulation as an option; no threads). Chosen by probing, once a process; both
 * speak to each other. Messages up to 64 KiB, queues bounded.
 */
#ifndef BATON_LIB_SCTP_H
#define BATON_LIB_SCTP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

enum sctp_stack { SCTP_AUTO, SCTP_KERNEL, SCTP_USER };

struct sctp_assoc;
struct sctp_listener;

struct sctp_events {
	void (*up)(struct sctp_assoc *assoc, void *user);
	/* @data borrowed until return */
	void (*message)(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data, size_t len, void *user);
	/* connect failed, peer went, abort: @error negative errno, 0 for an orderly shutdown. The association is freed after it. */
	void (*down)(struct sctp_assoc *assoc, int error, void *user);
};

/** sctp_probe - which stack SCTP_AUTO takes here: SCTP_KERNEL or SCTP_USER */
enum sctp_stack sctp_probe(void);
const char *sctp_stack_name(enum sctp_stack stack); /* "kernel", "usrsctp" */

/**
 * sctp_listen - accept associations on @local
 * @accepted: a new association is up; returns its events' user pointer. NULL as @accepted's answer is allowed.
 */
int sctp_listen(uv_loop_t *loop, enum sctp_stack stack, const struct sockaddr_in *local, const struct sctp_events *events,
		void *(*accepted)(struct sctp_assoc *assoc, void *user), void *user, struct sctp_listener **ret_listener);
void sctp_listener_free(struct sctp_listener *listener);

/** sctp_connect - @local's port may be 0; events->up or events->down follows from the loop */
int sctp_connect(uv_loop_t *loop, enum sctp_stack stack, const struct sockaddr_in *local, const struct sockaddr_in *remote,
		 const struct sctp_events *events, void *user, struct sctp_assoc **ret_assoc);
/** sctp_send - ordered; Return: 0, -EAGAIN when the queue is full, -ENOTCONN */
int sctp_send(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data, size_t len);
struct sockaddr_in sctp_peer(const struct sctp_assoc *assoc);
void sctp_set_user(struct sctp_assoc *assoc, void *user);
/** sctp_close - graceful shutdown in the background; no event follows, the handle is gone at once */
void sctp_close(struct sctp_assoc *assoc);
/** sctp_abort - ABORT to the peer; no event follows */
void sctp_abort(struct sctp_assoc *assoc);

#endif
