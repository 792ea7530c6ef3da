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

/*
 * Some functions below have another name for the linker: libusrsctp exports sctp_listen(), sctp_connect(), sctp_close()
 * and sctp_abort() of its own, which ours would replace at run time.
 */

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
 * sctp_user_encapsulate - carry usrsctp's packets in UDP (RFC 6951), where raw ones can't pass
 * @udp_port: host order, 9899 by the RFC, here and at the peer; 0: raw IP, the default
 *
 * For the whole process, before its first listener or association. One process a namespace can have the port.
 * Return: 0, or -EBUSY when usrsctp is in use already
 */
int sctp_user_encapsulate(uint16_t udp_port);

/**
 * sctp_listen - accept associations on @local
 * @accepted: a new association is up (events->up is not called for it); returns its events' user pointer. NULL as
 *            @accepted's answer is allowed, and so is sctp_abort() within it.
 * @events:   copied
 *
 * Return: 0, -EADDRINUSE, -EPERM (usrsctp wants CAP_NET_RAW), -EPROTONOSUPPORT (SCTP_KERNEL without one), ...
 */
int sctp_listen(uv_loop_t *loop, enum sctp_stack stack, const struct sockaddr_in *local, const struct sctp_events *events,
		void *(*accepted)(struct sctp_assoc *assoc, void *user), void *user, struct sctp_listener **ret_listener)
	__asm__("baton_sctp_listen");
/** sctp_listener_free - stop accepting; accepted associations live on */
void sctp_listener_free(struct sctp_listener *listener);

/**
 * sctp_connect - start an association; events->up or events->down follows from the loop, within about 2 s
 * @local: NULL or address 0: by the route to @remote; its port may be 0
 * @events: copied
 *
 * A peer that falls silent is reported (events->down, -ETIMEDOUT) after about 2 s.
 */
int sctp_connect(uv_loop_t *loop, enum sctp_stack stack, const struct sockaddr_in *local, const struct sockaddr_in *remote,
		 const struct sctp_events *events, void *user, struct sctp_assoc **ret_assoc)
	__asm__("baton_sctp_connect");
/** sctp_send - ordered; @stream below 16; what the stack doesn't take yet waits, up to 4 MiB; Return: 0, -EAGAIN when the queue is full, -ENOTCONN,
 * -EMSGSIZE over 64 KiB */
int sctp_send(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data, size_t len);
struct sockaddr_in sctp_peer(const struct sctp_assoc *assoc);
/** sctp_close - graceful shutdown in the background; no event follows, the handle is gone at once */
void sctp_close(struct sctp_assoc *assoc) __asm__("baton_sctp_close");
/** sctp_abort - ABORT to the peer; no event follows */
void sctp_abort(struct sctp_assoc *assoc) __asm__("baton_sctp_abort");

#endif
