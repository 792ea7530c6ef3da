// SPDX-License-Identifier: Apache-2.0
#include "apps/service/server.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/rseq.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "apps/service/connection.h"
#include "lib/clock.h"

enum { AT_ONCE = 64, DATAGRAM_ROOM = 1 << 16, EVENTS = 16 };

struct watch {
	int fd;
	void (*ready)(void *user);
	void *user;
};

struct service_server {
	struct service_machine *machine;
	int epoll, udp, listener;
	struct connection connections[SERVICE_CONNECTIONS_MAX];
	uint64_t opened, clock; /* for identities and ages of connections */
	struct watch watches[SERVICE_WATCHES_MAX];
	unsigned watch_count;
	void (*tick)(void *user);
	void *tick_user;
	uint64_t tick_ns, tick_last_ns;
	bool ticking, restless;
	struct service_counters counters;
	bool stopping;
	uint8_t datagram[DATAGRAM_ROOM];
};

/* The one thing that a signal's handler can reach */
static volatile sig_atomic_t stop_asked;

static void on_stop(int signal_number)
{
	stop_asked = 1;
}

/* ---- answers ---- */

static struct connection *connection_of(struct service_server *s, uint64_t id)
{
	struct connection *c = &s->connections[id % SERVICE_CONNECTIONS_MAX];

	return c->id == id ? c : NULL;
}

static void connection_poll(struct service_server *s, const struct connection *c)
{
	struct epoll_event event = {.data.u64 = (uint64_t)(c - s->connections)};

	event.events = (connection_full(c) ? 0 : EPOLLIN) | (c->out_len ? EPOLLOUT : 0);
	epoll_ctl(s->epoll, EPOLL_CTL_MOD, c->fd, &event);
}

static void send_connection(struct service_server *s, uint64_t id, const struct service_answer *a)
{
	struct connection *c = connection_of(s, id);

	if (!c || connection_put(c, a) < 0) {
		s->counters.unsent++;
		return;
	}
	if (connection_flush(c) < 0)
		c->out_len = 0; /* its end comes by epoll */
	connection_poll(s, c);
}

static void server_send(void *user, const struct service_peer *peer, const struct service_answer *a)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr = peer->address, .sin_port = peer->port_be};
	uint8_t octets[SERVICE_ANSWER_LEN + SERVICE_ANSWER_BODY_MAX];
	struct service_answer answer = *a;
	struct service_server *s = user;
	struct utsname name;
	size_t len;

	/* asked each time: the process may be at another edge by now */
	uname(&name);
	memset(answer.edge, 0, sizeof(answer.edge));
	memcpy(answer.edge, name.nodename, strnlen(name.nodename, SERVICE_EDGE_LEN - 1));
	if (peer->connection) {
		send_connection(s, peer->connection, &answer);
		return;
	}
	len = service_answer_write(&answer, octets, sizeof(octets));
	if (sendto(s->udp, octets, len, MSG_DONTWAIT, (const void *)&to, sizeof(to)) < 0)
		s->counters.unsent++;
}

static void refuse(struct service_server *s, const struct service_request *r,
		   const struct service_peer *peer)
{
	const struct service_answer a = {.type = r->type,
					 .status = SERVICE_REFUSED,
					 .client = r->client,
					 .number = r->number};

	server_send(s, peer, &a);
}

/* ---- UDP ---- */

static void take_datagram(struct service_server *s, size_t len, const struct sockaddr_in *from)
{
	const struct service_peer peer = {.address = from->sin_addr, .port_be = from->sin_port};
	struct service_request r;
	size_t used = 0;
	const int rc = service_request_read(s->datagram, len, &r, &used);

	if (rc == -EMSGSIZE || (rc == 0 && r.length > SERVICE_DATAGRAM_BODY_MAX)) {
		s->counters.malformed++;
		refuse(s, &r, &peer);
	} else if (rc < 0 || used != len) {
		s->counters.malformed++;
	} else {
		service_machine_take(s->machine, &r, &peer);
	}
}

static void udp_ready(void *user)
{
	struct service_server *s = user;

	for (unsigned i = 0; i < AT_ONCE; i++) {
		struct sockaddr_in from;
		socklen_t from_len = sizeof(from);
		const ssize_t len = recvfrom(s->udp, s->datagram, sizeof(s->datagram), MSG_DONTWAIT,
					     (void *)&from, &from_len);

		if (len < 0)
			return;
		s->counters.datagrams++;
		take_datagram(s, (size_t)len, &from);
	}
}

/* ---- TCP ---- */

/* A free place, else that of the connection that had no request for longest: its client may be gone
 * for good. */
static struct connection *connection_place(struct service_server *s)
{
	struct connection *oldest = s->connections;

	for (struct connection *c = s->connections; c < s->connections + SERVICE_CONNECTIONS_MAX;
	     c++) {
		if (!c->id)
			return c;
		if (c->used < oldest->used)
			oldest = c;
	}
	s->counters.displaced++;
	connection_close(oldest);
	return oldest;
}

static void listener_ready(void *user)
{
	struct service_server *s = user;
	const int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
	struct epoll_event event = {.events = EPOLLIN};
	struct connection *c;

	if (fd < 0)
		return;
	c = connection_place(s);
	event.data.u64 = (uint64_t)(c - s->connections);
	if (connection_open(c, fd, ++s->opened * SERVICE_CONNECTIONS_MAX + event.data.u64) < 0)
		return;
	c->used = ++s->clock;
	s->counters.connections++;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		connection_close(c);
}

/* Return: 0, or negative: the connection ends */
static int take_requests(struct service_server *s, struct connection *c)
{
	const struct service_peer peer = {.connection = c->id};
	struct service_request r;
	size_t used = 0;
	int rc;

	while (!connection_full(c) && (rc = connection_next(c, &r, &used)) != -EAGAIN) {
		if (rc == -EMSGSIZE) {
			refuse(s, &r, &peer);
			connection_flush(c);
		}
		if (rc < 0) {
			s->counters.malformed++;
			return rc;
		}
		c->used = ++s->clock;
		service_machine_take(s->machine, &r, &peer);
		connection_took(c, used);
	}
	return 0;
}

static int connection_serve(struct service_server *s, struct connection *c)
{
	int rc = connection_flush(c);
	long len = 0;

	if (rc == 0)
		rc = take_requests(s, c); /* what waited for room */
	if (rc == 0 && !connection_full(c)) {
		len = connection_fill(c);
		if (len == -EAGAIN || len == -EINTR)
			return 0;
		if (len <= 0)
			return -ECONNRESET;
		rc = take_requests(s, c);
	}
	return rc;
}

static void connection_ready(struct service_server *s, struct connection *c)
{
	if (!c->id)
		return; /* closed since the kernel told of it */
	if (connection_serve(s, c) < 0)
		connection_close(c);
	else
		connection_poll(s, c);
}

/* ---- life ---- */

int service_server_watch(struct service_server *s, int fd, void (*ready)(void *user), void *user)
{
	struct epoll_event event = {.events = EPOLLIN,
				    .data.u64 = SERVICE_CONNECTIONS_MAX + s->watch_count};

	if (s->watch_count == SERVICE_WATCHES_MAX)
		return -ENOSPC;
	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	s->watches[s->watch_count++] = (struct watch){.fd = fd, .ready = ready, .user = user};
	return 0;
}

void service_server_tick(struct service_server *s, unsigned ms, void (*tick)(void *user),
			 void *user)
{
	s->tick = tick;
	s->tick_user = user;
	s->tick_ns = ms * 1000000ull;
	s->ticking = s->restless;
}

void service_server_restless(struct service_server *s)
{
	s->restless = true;
}

static int bound_socket(struct in_addr address, uint16_t port, int type)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr = address, .sin_port = htons(port)};
	const int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
	int rc = 0;

	if (fd < 0)
		return -errno;
	/* A service that is on its way here is bound before its address has come. */
	if (setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one)) < 0)
		rc = -errno;
	if (rc == 0 && type == SOCK_STREAM &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0)
		rc = -errno;
	if (rc == 0 && bind(fd, (const void *)&at, sizeof(at)) < 0)
		rc = -errno;
	if (rc == 0 && type == SOCK_STREAM && listen(fd, SERVICE_CONNECTIONS_MAX) < 0)
		rc = -errno;
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return fd;
}

static void signals_set(void)
{
	const struct sigaction stop = {.sa_handler = on_stop};
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/*
 * The kernel writes the number of the processor that a thread runs on into its memory (rseq, which
 * glibc registers), so that two dumps of an idle process differ; live-process waits for two that
 * don't. Nothing here uses it.
 */
static void rseq_end(void)
{
	struct rseq *area = (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);

	if (__rseq_size)
		syscall(SYS_rseq, area, sizeof(*area), RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
}

static int sockets_open(struct service_server *s, struct in_addr address, uint16_t port)
{
	int rc;

	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0)
		return -errno;
	s->udp = bound_socket(address, port, SOCK_DGRAM);
	if (s->udp < 0)
		return s->udp;
	s->listener = bound_socket(address, port, SOCK_STREAM);
	if (s->listener < 0)
		return s->listener;
	rc = service_server_watch(s, s->udp, udp_ready, s);
	return rc < 0 ? rc : service_server_watch(s, s->listener, listener_ready, s);
}

int service_server_new(struct in_addr address, uint16_t port, struct service_machine *m,
		       struct service_server **ret)
{
	struct service_server *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->machine = m;
	s->epoll = s->udp = s->listener = -1;
	rc = sockets_open(s, address, port);
	if (rc < 0) {
		service_server_free(s);
		return rc;
	}
	m->send = server_send;
	m->user = s;
	signals_set();
	rseq_end();
	*ret = s;
	return 0;
}

void service_server_drain(struct service_server *s)
{
	uint64_t before;

	do {
		before = s->counters.datagrams;
		udp_ready(s);
	} while (s->counters.datagrams - before == AT_ONCE);
	for (unsigned i = 0; i < SERVICE_CONNECTIONS_MAX; i++)
		connection_ready(s, &s->connections[i]);
}

/* Nothing ticks, and no memory is written, while no request is held: an idle service is the same
 * from one dump to the next. */
static int until_tick_ms(const struct service_server *s)
{
	uint64_t since;

	if (!s->ticking)
		return -1; /* the time would stay behind on the stack */
	since = clock_mono_ns() - s->tick_last_ns;
	return since >= s->tick_ns ? 0 : (int)((s->tick_ns - since) / 1000000 + 1);
}

static void run_tick(struct service_server *s)
{
	const bool wanted = s->tick && (s->restless || service_machine_waiting(s->machine));
	const bool begins = wanted && !s->ticking;

	if (wanted != s->ticking)
		s->ticking = wanted;
	if (!wanted || (!begins && clock_mono_ns() - s->tick_last_ns < s->tick_ns))
		return;
	s->tick_last_ns = clock_mono_ns();
	if (!begins)
		s->tick(s->tick_user);
}

static void dispatch(struct service_server *s, uint64_t which)
{
	if (which < SERVICE_CONNECTIONS_MAX) {
		connection_ready(s, &s->connections[which]);
	} else {
		const struct watch *w = &s->watches[which - SERVICE_CONNECTIONS_MAX];

		w->ready(w->user);
	}
}

int service_server_run(struct service_server *s)
{
	struct epoll_event events[EVENTS];
	sigset_t open;

	sigprocmask(SIG_SETMASK, NULL, &open);
	sigdelset(&open, SIGTERM);
	sigdelset(&open, SIGINT);
	while (!s->stopping && !stop_asked) {
		const int n = epoll_pwait(s->epoll, events, EVENTS, until_tick_ms(s), &open);

		if (n < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < n; i++)
			dispatch(s, events[i].data.u64);
		run_tick(s);
	}
	return 0;
}

void service_server_stop(struct service_server *s)
{
	s->stopping = true;
}

const struct service_counters *service_server_counters(const struct service_server *s)
{
	return &s->counters;
}

void service_server_free(struct service_server *s)
{
	if (!s)
		return;
	for (unsigned i = 0; i < SERVICE_CONNECTIONS_MAX; i++)
		if (s->connections[i].id)
			connection_close(&s->connections[i]);
	if (s->udp >= 0)
		close(s->udp);
	if (s->listener >= 0)
		close(s->listener);
	if (s->epoll >= 0)
		close(s->epoll);
	free(s);
}
