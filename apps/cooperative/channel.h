/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP connection that one thread uses alone, blocking, while another can cut it short; and every
 * wait is bounded.
 */
#ifndef BATON_APPS_COOPERATIVE_CHANNEL_H
#define BATON_APPS_COOPERATIVE_CHANNEL_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "apps/cooperative/wire.h"

struct channel {
	int fd;		   /* -1: none */
	int cancel;	   /* borrowed: an eventfd; readable: every call ends with -ECANCELED */
	uint64_t until_ms; /* channel_bound; 0: not bound */
};

/** channel_bound - all waits from now on, taken together, end after @ms, whatever the other side
 * says meanwhile; 0: each is bound by itself alone again */
void channel_bound(struct channel *ch, int ms);
/** channel_pause - for @ms; Return: 0 or -ECANCELED */
int channel_pause(const struct channel *ch, int ms);

/** channel_connect - Return: 0, -ECANCELED, -ETIMEDOUT or a negative errno */
int channel_connect(struct channel *ch, const struct sockaddr_in *to, int timeout_ms);
/** channel_pace - send no faster; Return: 0 or a negative errno */
int channel_pace(struct channel *ch, uint64_t bytes_per_s);
/** channel_listen - one connection, at a port of the kernel's choice; @ret_port: host order */
int channel_listen(struct in_addr address, int *ret_fd, uint16_t *ret_port);
/** channel_accept - @timeout_ms below 0: as long as it takes; Return: as channel_connect */
int channel_accept(struct channel *ch, int listener, int timeout_ms);
void channel_close(struct channel *ch);

/** channel_send - all of it; @iov: used up. @timeout_ms: without any progress
 * Return: 0, -ECANCELED, -ETIMEDOUT, or a negative errno */
int channel_send(struct channel *ch, struct iovec *iov, int count, int timeout_ms);
/** channel_receive - @length octets; Return: as channel_send; -ECONNRESET when it ended */
int channel_receive(struct channel *ch, void *buf, size_t length, int timeout_ms);

/** channel_send_frame - without a body */
int channel_send_frame(struct channel *ch, const struct cooperative_frame *frame, int timeout_ms);
/** channel_receive_frame - its header; Return: as channel_receive, or -EBADMSG */
int channel_receive_frame(struct channel *ch, struct cooperative_frame *ret_frame, int timeout_ms);

#endif
