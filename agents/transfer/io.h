/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP connection that one thread uses and that somebody may cut short: every wait also ends when
 * another descriptor becomes readable. The other side's silent end is noticed within 20 s
 * (keep-alive, TCP_USER_TIMEOUT), however long it rightly says nothing.
 */
#ifndef BATON_AGENTS_TRANSFER_IO_H
#define BATON_AGENTS_TRANSFER_IO_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agents/transfer/wire.h"

struct transfer_io {
	int fd;	  /* non-blocking */
	int wake; /* -1: none; readable: -ECANCELED */
};

struct transfer_wire_bytes {
	uint64_t sent, received; /* octets of TCP payload, each once; or of frames */
};

/** transfer_io_tune - non-blocking, TCP_NODELAY, and how its end is noticed */
int transfer_io_tune(int fd);
/** transfer_io_block - for somebody else's use, and back; Return: 0 or a negative errno */
int transfer_io_block(int fd, bool blocking);
/** transfer_is_cut - has @wake become readable? -1: never */
bool transfer_is_cut(int wake);
/** transfer_connect - Return: a descriptor, or -ECANCELED, -ETIMEDOUT, -ECONNREFUSED, ... */
int transfer_connect(struct in_addr address, uint16_t port, int wake);
/** transfer_listen - @ret_port: the kernel's choice; Return: a descriptor, or a negative errno */
int transfer_listen(struct in_addr address, int backlog, uint16_t *ret_port);
/**
 * transfer_read, transfer_write - all of @len
 * @deadline_ms: of CLOCK_MONOTONIC; 0: none
 * Return: 0; -ECONNRESET: it ended before; -ECANCELED; -ETIMEDOUT; ...
 */
int transfer_read(const struct transfer_io *io, void *bytes, size_t len, uint64_t deadline_ms);
int transfer_write(const struct transfer_io *io, const void *bytes, size_t len,
		   uint64_t deadline_ms);
/** transfer_readable - now, without waiting: the other side said something, or is gone */
bool transfer_readable(const struct transfer_io *io);

/* Messages: header and octets. A flow of data that never makes them wait is cut between two. */
int transfer_send(const struct transfer_io *io, enum transfer_type type, const uint8_t *bytes,
		  size_t len);
/** transfer_receive - @bytes: TRANSFER_DATA_MAX; Return: 0, -EBADMSG: none of ours, or as
 * transfer_read */
int transfer_receive(const struct transfer_io *io, struct transfer_header *ret, uint8_t *bytes);
int transfer_send_status(const struct transfer_io *io, const struct transfer_status *status);
/** transfer_receive_status - behind any LOOKING; other messages are -EBADMSG */
int transfer_receive_status(const struct transfer_io *io, struct transfer_status *ret);

/** transfer_wire_count - what the kernel counted of this connection */
void transfer_wire_count(int fd, struct transfer_wire_bytes *ret);
/** transfer_interface_count - octets that left and came by an interface of this namespace; zero
 * when it isn't there */
void transfer_interface_count(const char *name, struct transfer_wire_bytes *ret);

#endif
