// SPDX-License-Identifier: Apache-2.0
/*
 * Links of a user plane behind link-shaper: shaper_gtp BACKEND. TCP through GTP-U while N3 is
 * shaped in both directions and the radio link downwards: the data planes' own programs and the
 * shaper's work side by side, and super-packets inside the tunnel arrive with right lengths.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link-shaper/port.h"
#include "tests/integration/dataplane_chain.h"

enum { CHUNK = 1 << 16, SIZE = 16 << 20, SHAPED = 3 };

static void pattern(uint64_t at, uint8_t *ret, size_t len)
{
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)((at + i) * 0x9e3779b97f4a7c15ull >> 56);
}

static void *stream_send(void *user)
{
	const int fd = *(const int *)user;
	uint8_t chunk[CHUNK];

	for (uint64_t at = 0; at < SIZE;) {
		ssize_t n;

		pattern(at, chunk, CHUNK);
		n = send(fd, chunk, SIZE - at < CHUNK ? (size_t)(SIZE - at) : CHUNK, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		at += (uint64_t)n;
	}
	shutdown(fd, SHUT_WR);
	return NULL;
}

static bool arrives(int from, int to)
{
	uint8_t got[CHUNK], want[CHUNK];
	uint64_t at = 0;
	bool right = true;
	pthread_t thread;
	ssize_t n;

	pthread_create(&thread, NULL, stream_send, &from);
	while ((n = recv(to, got, sizeof(got), 0)) > 0) {
		pattern(at, want, (size_t)n);
		right &= !memcmp(got, want, (size_t)n);
		at += (uint64_t)n;
	}
	pthread_join(thread, NULL);
	return right && at == SIZE;
}

static void port_of(struct port_config *port, const char *node, const char *interface,
		    const struct netns *netns)
{
	snprintf(port->node, sizeof(port->node), "%s", node);
	snprintf(port->interface, sizeof(port->interface), "%s", interface);
	snprintf(port->netns, sizeof(port->netns), "/proc/self/fd/%d", netns->fd);
}

static json_int_t count(struct shaper_backend *backend, size_t port, const char *what)
{
	json_t *counters = backend->counters(backend->user, port);
	json_int_t value = json_integer_value(json_object_get(counters, what));

	json_decref(counters);
	return value;
}

static void shape_all(struct shaper_backend *backend, const struct link_shape *shape)
{
	struct patch_error err = {""};
	const char *name;

	for (size_t i = 0; i < SHAPED; i++)
		if (backend->apply(backend->user, i, shape, &name, &err))
			bail(err.text, EIO);
}

/* One direction at a time, so that what is counted is its packets */
static void case_tcp(struct chain *chain, struct shaper_backend *backend, const char *name,
		     bool uplink)
{
	json_int_t packets = count(backend, uplink ? 0 : 1, "packets");
	int ue, edge;
	bool right;

	tcp_connect(chain, &ue, &edge);
	right = uplink ? arrives(ue, edge) : arrives(edge, ue);
	close(ue);
	close(edge);
	packets = count(backend, uplink ? 0 : 1, "packets") - packets;
	tap_ok(right, "%s, %s: every octet", name, uplink ? "uplink" : "downlink");
	tap_ok(packets >= SIZE / 1500, "in %lld packets, one for each GTP-U header",
	       (long long)packets);
	if (getenv("BATON_LAB")) /* a ring's room is a matter of time, which isn't the lab's */
		return;
	for (size_t i = 0; i < SHAPED; i++)
		tap_ok(!count(backend, i, "overrun") && !count(backend, i, "unsent"),
		       "port %zu has room", i);
}

int main(int argc, char **argv)
{
	static const struct link_shape delay = {.delay_us = 500},
				       lossy = {.delay_us = 200, .loss = 0.001};
	static struct port_config port[SHAPED];
	const struct config config = {.port = port, .port_count = SHAPED};
	struct shaper_backend backend;
	struct ports *ports;
	struct chain chain = {0};

	if (argc != 2) {
		fprintf(stderr, "usage: shaper_gtp BACKEND\n");
		return 2;
	}
	chain_make(&chain, argv[1]);
	port_of(&port[0], "gnb", "n3", &chain.gnb);
	port_of(&port[1], "upf", "n3", &chain.upf);
	port_of(&port[2], "gnb", "radio", &chain.gnb);
	if (ports_new(&config, &ports))
		bail("ports", EIO);
	backend = ports_backend(ports);
	shape_all(&backend, &delay);
	case_tcp(&chain, &backend, "delay", true);
	case_tcp(&chain, &backend, "delay", false);
	shape_all(&backend, &lossy);
	case_tcp(&chain, &backend, "loss", true);
	case_tcp(&chain, &backend, "loss", false);
	ports_free(ports);
	chain_free(&chain);
	return tap_end();
}
