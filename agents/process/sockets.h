/* SPDX-License-Identifier: Apache-2.0 */
/* TCP sockets of another process, each as a descriptor of our own for a moment (pidfd_getfd(2)). */
#ifndef BATON_AGENTS_PROCESS_SOCKETS_H
#define BATON_AGENTS_PROCESS_SOCKETS_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/types.h>

/** sockets_each - @each is given every TCP socket of @pid, which it must not close */
void sockets_each(pid_t pid, void (*each)(int fd, void *user), void *user);
/** sockets_received - octets that have come on the TCP connections that the tree of @pid has */
uint64_t sockets_received(pid_t pid);
/** sockets_shut - its connections at this local address and port end; who waits there is told */
void sockets_shut(pid_t pid, struct in_addr address, uint16_t port);
/** sockets_acknowledged - octets sent on them that the other end has */
uint64_t sockets_acknowledged(pid_t pid);

#endif
