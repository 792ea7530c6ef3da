/* SPDX-License-Identifier: Apache-2.0 */
/* Does the service answer? A PING of apps/service/wire.h over UDP, which changes nothing there. */
#ifndef BATON_AGENTS_PROCESS_PING_H
#define BATON_AGENTS_PROCESS_PING_H

#include <netinet/in.h>
#include <stdint.h>

/** process_ping_open - a socket, non-blocking, for the service at @address, @port; Return: it, or a
 * negative errno */
int process_ping_open(struct in_addr address, uint16_t port);
/** process_ping_send - one PING; Return: 0 or a negative errno */
int process_ping_send(int fd, uint64_t number);
/** process_ping_answered - 1 when an answer to a PING has come, 0 when not, or a negative errno
 * (-ECONNREFUSED: nobody listens there) */
int process_ping_answered(int fd);
/**
 * process_ping_await - until it answers; asked again every 20 ms
 * @wake: readable ends the wait, -1: nothing does
 * @ret_ns: CLOCK_REALTIME when it answered
 * Return: 0, -ETIMEDOUT, -ECANCELED, or a negative errno
 */
int process_ping_await(struct in_addr address, uint16_t port, int timeout_ms, int wake,
		       uint64_t *ret_ns);

#endif
