/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usrsctp's parts: sctp_user.c speaks to its sockets, sctp_user_net.c to the network,
 * sctp_user_port.c keeps ports.
 *
 * usrsctp is one stack a process; so is this engine. It knows peers by AF_CONN addresses, opaque to
 * it: ours is not a pointer but the pair of IPv4 addresses itself, so that nothing can dangle. No
 * threads: packets come from a descriptor in the loop, timers from a 10 ms tick. Upcalls only put
 * their socket on the ready list, which is worked off when usrsctp has returned: callbacks never
 * run within it.
 */
#ifndef BATON_LIB_SCTP_USER_H
#define BATON_LIB_SCTP_USER_H

#include <stdbool.h>
#include <usrsctp.h>
#include <uv.h>

/* A usrsctp socket of ours, embedded in an association or a listener. */
struct user_socket {
	struct socket *so;
	void (*run)(struct user_socket *s); /* something happened */
	struct user_socket *next_ready;
	bool ready;
	struct user_port *port;
	uint32_t local_be, remote_be; /* addresses; remote 0: a listener */
};

/* A local port: owned by this process alone, in its network namespace. */
struct user_port;

/* Up with the first socket, down when the last one is closed and usrsctp has finished with its
 * associations. */
int user_engine_get(uv_loop_t *loop);
void user_engine_put(void);
/* The memory of a closed association or listener: freed when no callback can be on the stack. */
void user_engine_free_later(void *memory);

void user_socket_watch(struct user_socket *s);
void user_socket_unwatch(struct user_socket *s);

/**
 * user_port_get - own @port of @addr_be, or share it within this process
 * @port: host order; 0: any free one
 * Return: 0, -EADDRINUSE when another process has it
 */
int user_port_get(uint32_t addr_be, uint16_t port, struct user_port **ret_port);
struct user_port *user_port_share(struct user_port *port);
void user_port_put(struct user_port *port);
uint16_t user_port_number(const struct user_port *port);
/* Is a packet to @port of @addr_be for this process to answer? Also when nobody has the port. */
bool user_port_is_ours(uint32_t addr_be, uint16_t port);

/* usrsctp's address of the pair; made known to it. Return: 0, or -ENOSPC: too many peers */
int user_path_get(uint32_t local_be, uint32_t remote_be, void **ret_path);
uint32_t user_path_local(const void *path);
uint32_t user_path_remote(const void *path);
/* the local address by which @remote_be is reached */
int user_route_local(uint32_t remote_be, uint32_t *ret_local_be);

#endif
