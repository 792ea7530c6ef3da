// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/service_bed.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apps/ledger/calls.h"
#include "apps/service/memory.h"
#include "apps/service/server.h"

enum { WAITING = 64, ROOM = 1 << 16, LINKS = 8 };

const struct ledger_settings bed_model = {
	.heap = 256 << 10, .read = 4096, .write = 4096, .compressible = 0.5, .shares = 1};
const struct in_addr bed_loopback = {.s_addr = 0x0100007f};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- service ---- */

static int server_open(struct service_machine *m, uint16_t *port, struct service_server **ret)
{
	const uint16_t first = (uint16_t)(20000 + getpid() * 37 % 20000);
	int rc = -EADDRINUSE;

	if (*port)
		return service_server_new(bed_loopback, *port, m, ret);
	for (uint16_t i = 0; rc == -EADDRINUSE && i < 1000; i++)
		rc = service_server_new(bed_loopback, *port = (uint16_t)(first + i), m, ret);
	return rc;
}

static void serve(const struct ledger_settings *settings, const char *socket_path,
		  const char *worker, uint16_t port, int ready)
{
	struct service_machine m = {
		.ops = &ledger_ops, .settings = settings, .shares = settings->shares};
	const size_t size = service_machine_size(&m);
	struct calls calls = {.count = 1};
	struct service_server *server;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (service_machine_use(&m, service_memory_new(size), size) < 0 ||
	    server_open(&m, &port, &server) < 0)
		_exit(1);
	if (socket_path) {
		const int fd = calls_socket(socket_path);

		if (fd < 0 || calls_path(worker, &calls.workers[0]) < 0)
			_exit(1);
		calls_begin(&calls, &m, fd);
		service_server_tick(server, CALLS_AGAIN_MS, calls_tick, &calls);
		service_server_watch(server, fd, calls_ready, &calls);
	}
	if (write(ready, &port, sizeof(port)) != sizeof(port))
		_exit(1);
	service_server_run(server);
	service_server_free(server);
	_exit(0);
}

struct bed_service bed_start(const struct ledger_settings *settings, const char *socket_path,
			     const char *worker, uint16_t port)
{
	struct bed_service s;
	int ready[2];

	assert(pipe(ready) == 0);
	s.pid = fork();
	assert(s.pid >= 0);
	if (s.pid == 0) {
		close(ready[0]);
		serve(settings, socket_path, worker, port, ready[1]);
	}
	close(ready[1]);
	assert(read(ready[0], &s.port, sizeof(s.port)) == sizeof(s.port));
	close(ready[0]);
	return s;
}

void bed_stop(struct bed_service *s)
{
	int status;

	kill(s->pid, SIGTERM);
	assert(waitpid(s->pid, &status, 0) == s->pid);
	assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- proxy ---- */

struct link {
	int client, service; /* -1: none */
	size_t octets;
};

struct later {
	uint8_t octets[2048];
	size_t len; /* 0: none */
};

struct proxy {
	struct proxy_faults faults;
	struct sockaddr_in service, client;
	uint16_t port;
	int front, back, listener;
	struct later later[2];
	struct link links[LINKS];
	uint64_t chance;
	unsigned lost, cuts;
};

static unsigned percent(struct proxy *p)
{
	p->chance = p->chance * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(p->chance >> 33) % 100;
}

static int bound(int type, uint16_t port)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_addr = bed_loopback, .sin_port = htons(port)};
	const int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert(fd >= 0);
	if (bind(fd, (const void *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

struct proxy *proxy_new(uint16_t service_port, const struct proxy_faults *faults)
{
	struct proxy *p = calloc(1, sizeof(*p));
	socklen_t len = sizeof(p->client);

	assert(p);
	p->faults = *faults;
	p->service = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr = bed_loopback, .sin_port = htons(service_port)};
	/* one number for both, as the service has */
	do {
		p->front = bound(SOCK_DGRAM, 0);
		assert(p->front >= 0 && getsockname(p->front, (void *)&p->client, &len) == 0);
		p->port = ntohs(p->client.sin_port);
		p->listener = bound(SOCK_STREAM, p->port);
		if (p->listener < 0)
			close(p->front);
	} while (p->listener < 0);
	assert(listen(p->listener, LINKS) == 0);
	p->back = bound(SOCK_DGRAM, 0);
	for (unsigned i = 0; i < LINKS; i++)
		p->links[i].client = p->links[i].service = -1;
	return p;
}

uint16_t proxy_port(const struct proxy *p)
{
	return p->port;
}

unsigned proxy_lost(const struct proxy *p)
{
	return p->lost;
}

unsigned proxy_cuts(const struct proxy *p)
{
	return p->cuts;
}

static void datagram_out(const struct proxy *p, bool to_service, const void *octets, size_t len)
{
	const struct sockaddr_in *to = to_service ? &p->service : &p->client;

	if (len)
		sendto(to_service ? p->back : p->front, octets, len, 0, (const void *)to,
		       sizeof(*to));
}

static void datagram_pass(struct proxy *p, bool to_service, const uint8_t *octets, size_t len)
{
	struct later *later = &p->later[to_service];

	assert(len <= sizeof(later->octets));
	if (percent(p) < p->faults.lose) {
		p->lost++;
		return;
	}
	if (!later->len && percent(p) < p->faults.later) {
		memcpy(later->octets, octets, len);
		later->len = len;
		return;
	}
	datagram_out(p, to_service, octets, len);
	if (percent(p) < p->faults.twice)
		datagram_out(p, to_service, octets, len);
	datagram_out(p, to_service, later->octets, later->len); /* after who came after it */
	later->len = 0;
}

static void datagrams(struct proxy *p)
{
	uint8_t octets[2048];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t len;

	while ((len = recvfrom(p->front, octets, sizeof(octets), 0, (void *)&from, &from_len)) >
	       0) {
		p->client = from;
		datagram_pass(p, true, octets, (size_t)len);
	}
	while ((len = recv(p->back, octets, sizeof(octets), 0)) > 0)
		datagram_pass(p, false, octets, (size_t)len);
}

static void link_close(struct link *l)
{
	if (l->client >= 0)
		close(l->client);
	if (l->service >= 0)
		close(l->service);
	l->client = l->service = -1;
}

static void link_open(struct proxy *p)
{
	const int client = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);

	if (client < 0)
		return;
	for (struct link *l = p->links; l < p->links + LINKS; l++) {
		if (l->client >= 0)
			continue;
		*l = (struct link){.client = client,
				   .service = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
		if (connect(l->service, (const void *)&p->service, sizeof(p->service)) < 0)
			link_close(l);
		return;
	}
	close(client);
}

/* Return: false at the end of it */
static bool octets_pass(struct proxy *p, struct link *l, int from, int to)
{
	static uint8_t octets[ROOM];
	size_t room = sizeof(octets);
	ssize_t len;

	if (p->faults.cut && p->faults.cut - l->octets < room)
		room = p->faults.cut - l->octets; /* in the middle of a message, too */
	len = recv(from, octets, room, MSG_DONTWAIT);
	if (len < 0)
		return errno == EAGAIN;
	if (len == 0 || send(to, octets, (size_t)len, MSG_NOSIGNAL) != len)
		return false;
	l->octets += (size_t)len;
	if (!p->faults.cut || l->octets < p->faults.cut)
		return true;
	p->cuts++;
	return false;
}

static void links(struct proxy *p)
{
	link_open(p);
	for (struct link *l = p->links; l < p->links + LINKS; l++)
		if (l->client >= 0 && (!octets_pass(p, l, l->client, l->service) ||
				       !octets_pass(p, l, l->service, l->client)))
			link_close(l);
}

static unsigned proxy_poll(const struct proxy *p, struct pollfd *fds)
{
	unsigned n = 0;

	fds[n++].fd = p->front;
	fds[n++].fd = p->back;
	fds[n++].fd = p->listener;
	for (unsigned i = 0; i < LINKS; i++) {
		fds[n++].fd = p->links[i].client;
		fds[n++].fd = p->links[i].service;
	}
	for (unsigned i = 0; i < n; i++)
		fds[i].events = POLLIN;
	return n;
}

void proxy_free(struct proxy *p)
{
	for (unsigned i = 0; i < LINKS; i++)
		link_close(&p->links[i]);
	close(p->front);
	close(p->back);
	close(p->listener);
	free(p);
}

/* ---- client ---- */

static void complain(void *user, const char *text)
{
	printf("# client: %s\n", text);
}

struct service_client_settings bed_client(const struct ledger_settings *settings, uint16_t port)
{
	return (struct service_client_settings){.address = bed_loopback,
						.port = port,
						.client = 7,
						.body = 40,
						.resend_ms = 20,
						.ops = &ledger_ops,
						.model = settings,
						.complain = complain};
}

struct service_client *bed_client_new(const struct service_client_settings *settings)
{
	struct service_client *c = NULL;
	int rc = service_client_new(settings, &c);

	assert(rc == 0);
	return c;
}

static void wait_a_little(struct service_client *c, const struct proxy *p)
{
	struct pollfd fds[4 + 2 * LINKS] = {{0}};
	const uint64_t ns = service_client_poll(c, &fds[0].fd, &fds[0].events);
	const unsigned n = p ? proxy_poll(p, fds + 1) : 0;

	poll(fds, 1 + n, ns > 50000000 ? 50 : (int)(ns / 1000000) + 1);
}

bool bed_run(struct service_client *c, struct proxy *p, uint64_t count, unsigned window,
	     unsigned patience_ms)
{
	const uint64_t end = service_client_figures(c)->made + count;
	uint64_t answered = 0, since = now_ms();

	while (service_client_figures(c)->answered < end && !service_client_figures(c)->forgotten) {
		while (service_client_figures(c)->made < end && service_client_waiting(c) < window)
			assert(service_client_make(c, 1) == 0);
		service_client_run(c);
		if (p) {
			datagrams(p);
			links(p);
		}
		if (service_client_figures(c)->answered != answered)
			since = now_ms();
		answered = service_client_figures(c)->answered;
		if (now_ms() - since > patience_ms)
			return false;
		if (service_client_waiting(c) >= window || service_client_figures(c)->made == end)
			wait_a_little(c, p);
	}
	return !service_client_figures(c)->forgotten;
}
