// SPDX-License-Identifier: Apache-2.0
/*
 * usrsctp's network: a raw IPPROTO_SCTP socket (or UDP, RFC 6951), a tick, and the list of sockets
 * to run.
 *
 * A raw socket sees every SCTP packet of its namespace. A packet to another process's port is left
 * to it; one to nobody's port is given to usrsctp, which answers with ABORT (RFC 9260 cl. 8.4), so
 * that the peers of a killed process learn of its end from whoever runs next.
 */
#include "lib/sctp_user.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uthash.h>

#include "lib/sctp_internal.h"

enum {
	TICK_MS = 10,
	DRAIN_MS = 3000, /* for shutdowns in the background; their peers are silent after it */
	PATHS_MAX = 4096,
	SOCKETS_MAX = 1024,
	PACKETS_PER_TURN = 256,
	PACKET_MAX = 65536,
	SOCKET_BUFFER_BYTES = 1 << 20,
	IP_HEADER_MIN = 20,
	SCTP_HEADER = 12,
	SCTP_PORT_TO = 2, /* offset of the destination port */
};

struct path {
	UT_hash_handle hh;
	uint64_t key;
	uint16_t udp_port_be; /* where the peer's packets come from */
};

struct corpse {
	struct corpse *next;
	void *memory;
};

/* The engine's place in a loop. Apart, since libuv frees handles later than a new engine may begin.
 */
struct engine_io {
	uv_loop_t *loop;
	int fd;
	uv_poll_t poll;
	uv_timer_t tick;
	uv_timer_t soon; /* the ready list was filled outside of poll and tick */
	unsigned handles;
};

/* One a process, like the stack it feeds. */
static struct engine {
	bool stack_up;	      /* usrsctp is initialised */
	struct engine_io *io; /* NULL: nothing is open */
	unsigned sockets;
	uint16_t udp_port; /* 0: raw IP */
	bool working;
	uint64_t last_tick_ms, drain_until_ms;
	struct user_socket *ready;
	struct path *paths;
	struct corpse *corpses;
	unsigned char packet[PACKET_MAX];
} engine;

_Static_assert(sizeof(void *) == sizeof(uint64_t), "a pair of IPv4 addresses lies in a pointer");

static uint64_t path_key(uint32_t local_be, uint32_t remote_be)
{
	return (uint64_t)local_be << 32 | remote_be;
}

uint32_t user_path_local(const void *path)
{
	return (uint32_t)((uintptr_t)path >> 32);
}

uint32_t user_path_remote(const void *path)
{
	return (uint32_t)(uintptr_t)path;
}

static struct path *path_find(uint64_t key)
{
	struct path *p;

	HASH_FIND(hh, engine.paths, &key, sizeof(key), p);
	return p;
}

int user_path_get(uint32_t local_be, uint32_t remote_be, void **ret_path)
{
	uint64_t key = path_key(local_be, remote_be);
	struct path *p = path_find(key);

	*ret_path = (void *)(uintptr_t)key;
	if (p)
		return 0;
	if (HASH_COUNT(engine.paths) >= PATHS_MAX)
		return -ENOSPC;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->key = key;
	p->udp_port_be = htons(engine.udp_port);
	HASH_ADD(hh, engine.paths, key, sizeof(p->key), p);
	usrsctp_register_address(*ret_path);
	return 0;
}

static void paths_free(void)
{
	struct path *p, *next;

	HASH_ITER (hh, engine.paths, p, next) {
		if (engine.stack_up)
			usrsctp_deregister_address((void *)(uintptr_t)p->key);
		HASH_DEL(engine.paths, p);
		free(p);
	}
}

int user_route_local(uint32_t remote_be, uint32_t *ret_local_be)
{
	/* Connecting a UDP socket asks the routing table and sends nothing; any port will do. */
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = remote_be};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
		err = -errno;
	else
		*ret_local_be = addr.sin_addr.s_addr;
	close(fd);
	return err;
}

/* The ready list and the dead */

static void work_off(void)
{
	struct user_socket *s;

	engine.working = true;
	while ((s = engine.ready)) {
		engine.ready = s->next_ready;
		s->ready = false;
		s->run(s);
	}
	engine.working = false;
}

static void on_soon(uv_timer_t *timer)
{
	work_off();
}

static void on_upcall(struct socket *so, void *arg, int flags)
{
	struct user_socket *s = arg, **tail = &engine.ready;

	if (s->ready)
		return;
	s->ready = true;
	s->next_ready = NULL;
	while (*tail)
		tail = &(*tail)->next_ready;
	*tail = s;
	if (!engine.working && engine.io)
		uv_timer_start(&engine.io->soon, on_soon, 0, 0);
}

void user_socket_watch(struct user_socket *s)
{
	usrsctp_set_upcall(s->so, on_upcall, s);
	/* what came before the upcall was set */
	on_upcall(s->so, s, 0);
}

void user_socket_unwatch(struct user_socket *s)
{
	struct user_socket **at = &engine.ready;

	usrsctp_set_upcall(s->so, NULL, NULL);
	while (*at && *at != s)
		at = &(*at)->next_ready;
	if (*at)
		*at = s->next_ready;
	s->ready = false;
}

void user_engine_free_later(void *memory)
{
	struct corpse *c = malloc(sizeof(*c));

	if (!c)
		return; /* leaked: better than freed under a callback */
	c->memory = memory;
	c->next = engine.corpses;
	engine.corpses = c;
}

static void bury(void)
{
	struct corpse *c;

	while ((c = engine.corpses)) {
		engine.corpses = c->next;
		free(c->memory);
		free(c);
	}
}

/* Packets */

static int on_output(void *path, void *packet, size_t len, uint8_t tos, uint8_t set_df)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in_pktinfo))] = {0};
	struct in_pktinfo info = {.ipi_spec_dst.s_addr = user_path_local(path)};
	struct path *p = path_find((uint64_t)(uintptr_t)path);
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_addr.s_addr = user_path_remote(path),
				 .sin_port = engine.udp_port && p ? p->udp_port_be : 0};
	struct iovec iov = {.iov_base = packet, .iov_len = len};
	struct msghdr msg = {.msg_name = &to,
			     .msg_namelen = sizeof(to),
			     .msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	/* What can't be sent is lost like any packet: SCTP repeats it. */
	if (!engine.io)
		return ENETDOWN;
	return sendmsg(engine.io->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}

/* An SCTP packet from @from_be to @to_be, both as on the wire. */
static void input(uint32_t from_be, uint32_t to_be, uint16_t udp_port_be,
		  const unsigned char *packet, size_t len)
{
	uint16_t port;
	void *path;

	if (len < SCTP_HEADER)
		return;
	port = (uint16_t)(packet[SCTP_PORT_TO] << 8 | packet[SCTP_PORT_TO + 1]);
	if (!user_port_is_ours(to_be, port) || user_path_get(to_be, from_be, &path) != 0)
		return;
	if (engine.udp_port)
		path_find((uint64_t)(uintptr_t)path)->udp_port_be = udp_port_be;
	usrsctp_conninput(path, packet, len, 0);
}

static void input_raw(const unsigned char *packet, size_t len)
{
	size_t header = len >= IP_HEADER_MIN ? (packet[0] & 0xfU) * 4 : 0;
	uint32_t from_be, to_be;

	if (header < IP_HEADER_MIN || header > len)
		return;
	memcpy(&from_be, packet + 12, sizeof(from_be));
	memcpy(&to_be, packet + 16, sizeof(to_be));
	input(from_be, to_be, 0, packet + header, len - header);
}

static uint32_t destination_of(struct msghdr *msg)
{
	struct in_pktinfo info = {0};

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO &&
		    c->cmsg_len >= CMSG_LEN(sizeof(info)))
			memcpy(&info, CMSG_DATA(c), sizeof(info));
	return info.ipi_addr.s_addr;
}

static bool receive_one(void)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in_pktinfo))];
	struct sockaddr_in from;
	struct iovec iov = {.iov_base = engine.packet, .iov_len = sizeof(engine.packet)};
	struct msghdr msg = {.msg_name = &from,
			     .msg_namelen = sizeof(from),
			     .msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(engine.io->fd, &msg, MSG_DONTWAIT);

	if (n < 0)
		return false;
	if (engine.udp_port)
		input(from.sin_addr.s_addr, destination_of(&msg), from.sin_port, engine.packet,
		      (size_t)n);
	else
		input_raw(engine.packet, (size_t)n);
	return true;
}

static void on_packets(uv_poll_t *poll, int status, int events)
{
	for (unsigned i = 0; i < PACKETS_PER_TURN && receive_one(); i++)
		work_off();
}

/* Life */

static int open_fd(void)
{
	struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(engine.udp_port)};
	int one = 1, bytes = SOCKET_BUFFER_BYTES, dont = IP_PMTUDISC_DONT, err, fd;

	if (engine.udp_port)
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	else
		fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_SCTP);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &dont, sizeof(dont));
	if (engine.udp_port && (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)) < 0 ||
				bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static void on_closed(uv_handle_t *handle)
{
	struct engine_io *io = handle->data;

	if (--io->handles == 0)
		free(io);
}

static void engine_close(void)
{
	struct engine_io *io = engine.io;

	paths_free();
	engine.io = NULL;
	uv_poll_stop(&io->poll);
	close(io->fd);
	uv_close((uv_handle_t *)&io->poll, on_closed);
	uv_close((uv_handle_t *)&io->tick, on_closed);
	uv_close((uv_handle_t *)&io->soon, on_closed);
}

/* The last socket is closed; its shutdown may still be under way. */
static void try_finish(void)
{
	if (usrsctp_finish() == 0) {
		engine.stack_up = false;
		engine_close();
	} else if (uv_now(engine.io->loop) >= engine.drain_until_ms) {
		engine_close();
	}
}

static void on_tick(uv_timer_t *timer)
{
	uint64_t now = uv_now(timer->loop);

	usrsctp_handle_timers((uint32_t)(now - engine.last_tick_ms));
	engine.last_tick_ms = now;
	work_off();
	bury();
	if (engine.sockets == 0)
		try_finish();
}

static int engine_open(uv_loop_t *loop)
{
	struct engine_io *io = calloc(1, sizeof(*io));
	int err;

	if (!io)
		return -ENOMEM;
	io->fd = open_fd();
	if (io->fd < 0) {
		err = io->fd;
		goto free_io;
	}
	err = uv_poll_init(loop, &io->poll, io->fd);
	if (err)
		goto close_fd;
	uv_timer_init(loop, &io->tick);
	uv_timer_init(loop, &io->soon);
	io->loop = loop;
	io->poll.data = io->tick.data = io->soon.data = io;
	io->handles = 3;
	engine.io = io;
	engine.last_tick_ms = uv_now(loop);
	uv_poll_start(&io->poll, UV_READABLE, on_packets);
	uv_timer_start(&io->tick, on_tick, TICK_MS, TICK_MS);
	return 0;

close_fd:
	close(io->fd);
free_io:
	free(io);
	return err;
}

static void stack_init(void)
{
	if (engine.stack_up)
		return;
	usrsctp_init_nothreads(0, on_output, NULL);
	/* Addresses don't change under an association; Baton uses none of these. */
	usrsctp_sysctl_set_sctp_auto_asconf(0);
	usrsctp_sysctl_set_sctp_asconf_enable(0);
	usrsctp_sysctl_set_sctp_ecn_enable(0);
	engine.stack_up = true;
}

int user_engine_get(uv_loop_t *loop)
{
	int err;

	if (engine.io && engine.io->loop != loop)
		return -EBUSY;
	if (engine.sockets >= SOCKETS_MAX)
		return -ENOSPC;
	if (!engine.io) {
		err = engine_open(loop);
		if (err)
			return err;
	}
	stack_init();
	engine.sockets++;
	return 0;
}

void user_engine_put(void)
{
	if (--engine.sockets == 0)
		engine.drain_until_ms = uv_now(engine.io->loop) + DRAIN_MS;
}

int sctp_user_encapsulate(uint16_t udp_port)
{
	if (engine.io)
		return -EBUSY;
	engine.udp_port = udp_port;
	return 0;
}
