// SPDX-License-Identifier: Apache-2.0
/*
 * Real traffic through both roles: dataplane_traffic BACKEND [MEGABYTES].
 *
 * TCP both ways, every octet compared; with the ebpf back end in super-packets, which keep
 * segmentation offload. Then two sessions: one is changed over and over while the other carries UDP
 * without a loss.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/integration/dataplane_chain.h"

enum {
	CHUNK = 1 << 18,
	WINDOW = 128,
	CHANGES = 2000,
	CHANGES_MAX = 100 * CHANGES,
	SUPER_PACKET = 16000
};

/* The octet at each place of the stream: told by the place, so that none can be missing, doubled or
 * moved */
static void pattern(uint64_t at, uint8_t *ret, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint64_t x = at + i;

		ret[i] = (uint8_t)((x * 0x9e3779b97f4a7c15ull) >> 56);
	}
}

struct stream {
	int from, to;
	uint64_t size, received;
	bool wrong;
};

static void *stream_send(void *user)
{
	struct stream *s = user;
	uint8_t *chunk = malloc(CHUNK);

	for (uint64_t at = 0; chunk && at < s->size;) {
		ssize_t n;

		pattern(at, chunk, CHUNK);
		n = send(s->from, chunk, CHUNK, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		at += (uint64_t)n;
	}
	shutdown(s->from, SHUT_WR);
	free(chunk);
	return NULL;
}

static void stream_receive(struct stream *s)
{
	uint8_t *got = malloc(CHUNK), *want = malloc(CHUNK);
	ssize_t n;

	if (!got || !want)
		bail("memory", ENOMEM);
	while ((n = recv(s->to, got, CHUNK, 0)) > 0) {
		pattern(s->received, want, (size_t)n);
		s->wrong |= memcmp(got, want, (size_t)n) != 0;
		s->received += (uint64_t)n;
	}
	free(got);
	free(want);
}

/* The longest frame that has come by a port since it was opened */
static size_t longest(int port)
{
	size_t most = 0, len;

	while ((len = port_receive(port, frame, sizeof(frame), 0)))
		most = len > most ? len : most;
	return most;
}

static void stream_run(struct chain *c, struct stream *s, const char *name)
{
	int port = port_open(name[0] == 'u' ? &c->upf : &c->gnb, c->bridged ? "port" : "n3");
	const uint64_t start_ms = now_ms();
	pthread_t thread;
	uint64_t ms;
	size_t most;

	if (pthread_create(&thread, NULL, stream_send, s))
		bail("thread", EAGAIN);
	stream_receive(s);
	pthread_join(thread, NULL);
	ms = now_ms() - start_ms;
	tap_ok(s->received >= s->size && !s->wrong, "TCP %s: every octet arrives", name);
	most = longest(port);
	if (c->bridged)
		tap_ok(most <= 1514, "TCP %s: in pieces of up to %zu octets on N3", name, most);
	else if (!c->gtp)
		tap_ok(most > SUPER_PACKET, "TCP %s: in super-packets, up to %zu octets", name,
		       most);
	tap_note("TCP %s: %lu MB in %lu ms", name, (unsigned long)(s->received >> 20),
		 (unsigned long)ms);
	close(port);
}

static void tcp_check(struct chain *c, uint64_t size)
{
	struct stream up = {.size = size}, down = {.size = size};
	int ue, edge;

	tcp_connect(c, &ue, &edge);
	up.from = down.to = ue;
	up.to = down.from = edge;
	stream_run(c, &up, "uplink");
	stream_run(c, &down, "downlink");
	close(ue);
	close(edge);
}

/* Sender and receiver agree by @received, so that only the network can lose a packet */
struct flow {
	int from, to;
	atomic_ulong sent, received;
	atomic_bool stop;
	unsigned long lost;
};

static void *flow_send(void *user)
{
	struct flow *f = user;
	struct sockaddr_in server = server_addr();

	while (!atomic_load(&f->stop)) {
		unsigned long number = atomic_load(&f->sent);

		if (number - atomic_load(&f->received) >= WINDOW) {
			sched_yield();
			continue;
		}
		atomic_store(&f->sent, number + 1);
		if (sendto(f->from, &number, sizeof(number), 0, (struct sockaddr *)&server,
			   sizeof(server)) < 0)
			bail("sendto", errno);
	}
	return NULL;
}

static void *flow_receive(void *user)
{
	struct flow *f = user;

	while (!atomic_load(&f->stop) || atomic_load(&f->received) < atomic_load(&f->sent)) {
		struct pollfd fd = {.fd = f->to, .events = POLLIN};
		unsigned long number, expected = atomic_load(&f->received);

		/* what is on its way takes no second */
		if (!poll(&fd, 1, 1000)) {
			f->lost += atomic_load(&f->sent) - expected;
			break;
		}
		if (recv(f->to, &number, sizeof(number), 0) != sizeof(number))
			bail("recv", errno);
		f->lost += number - expected;
		atomic_store(&f->received, number + 1);
	}
	return NULL;
}

/* Session 1 carries the flow; session 2 is changed, and with ebpf session 1 too. A machine with
 * other work may have had no packet sent meanwhile: then there are more changes. Return: how often
 */
static unsigned changes_run(struct chain *c, struct flow *f)
{
	unsigned i;

	for (i = 0; i < CHANGES || (atomic_load(&f->sent) <= CHANGES && i < CHANGES_MAX); i++) {
		struct dp_session s = chain_upf_side(c, 2, UE_QFI);

		s.far[1].to.teid = 0x9000 + i;
		session_apply(c->upf_dp, &s);
		s = chain_gnb_side(c, 2, UE_QFI);
		s.far[0].to.teid = 0x8000 + i;
		session_apply(c->gnb_dp, &s);
		if (c->gtp)
			continue;
		s = chain_upf_side(c, 1, UE);
		s.pdr[0].precedence = s.pdr[1].precedence = i;
		session_apply(c->upf_dp, &s);
		s = chain_gnb_side(c, 1, UE);
		s.pdr[0].precedence = i;
		session_apply(c->gnb_dp, &s);
	}
	return i;
}

static void drops_note(const char *node, struct dataplane *dp)
{
	uint64_t drops[DP_DROP_REASONS];

	dataplane_drops(dp, drops);
	for (unsigned i = 0; i < DP_DROP_REASONS; i++)
		if (drops[i])
			tap_note("%s has dropped %lu: %s", node, (unsigned long)drops[i],
				 dp_drop_name((enum dp_drop)i));
}

static void change_check(struct chain *c)
{
	struct flow f = {.from = socket_in(&c->ue, SOCK_DGRAM, UE, 0),
			 .to = socket_in(&c->edge, SOCK_DGRAM, SERVER, SERVER_PORT)};
	struct dp_counters before, after;
	pthread_t sender, receiver;
	unsigned rounds;

	chain_session(c, 2, UE_QFI);
	if (dataplane_session_counters(c->upf_dp, 1, &before))
		bail("counters", ENOENT);
	if (pthread_create(&sender, NULL, flow_send, &f) ||
	    pthread_create(&receiver, NULL, flow_receive, &f))
		bail("thread", EAGAIN);
	rounds = changes_run(c, &f);
	atomic_store(&f.stop, true);
	pthread_join(sender, NULL);
	pthread_join(receiver, NULL);
	tap_ok(f.lost == 0 && atomic_load(&f.sent) > CHANGES,
	       "%u changes of sessions, %lu packets, %lu lost", rounds * (c->gtp ? 2 : 4),
	       atomic_load(&f.sent), f.lost);
	drops_note("UPF", c->upf_dp);
	drops_note("gNB", c->gnb_dp);
	if (dataplane_session_counters(c->upf_dp, 1, &after))
		bail("counters", ENOENT);
	tap_ok(after.uplink_packets - before.uplink_packets == atomic_load(&f.sent),
	       "and the session's counter says so");
	close(f.from);
	close(f.to);
}

static void bridged_check(const char *backend, uint64_t size)
{
	struct chain chain = {.bridged = true};

	chain_make(&chain, backend);
	tap_note("N3 over bridges");
	tcp_check(&chain, size);
	chain_free(&chain);
}

static void ip6_check(const char *backend, uint64_t size, bool bridged)
{
	struct chain chain = {.v6 = true, .bridged = bridged};

	chain_make(&chain, backend);
	tap_note("IPv6 in IPv6%s", bridged ? ", N3 over bridges" : "");
	tcp_check(&chain, size);
	chain_free(&chain);
}

int main(int argc, char **argv)
{
	uint64_t megabytes = argc > 2 ? strtoull(argv[2], NULL, 10) : 256;
	struct chain chain = {0};

	if (argc < 2 || !megabytes) {
		fprintf(stderr, "usage: dataplane_traffic BACKEND [MEGABYTES]\n");
		return 2;
	}
	chain_make(&chain, argv[1]);
	tcp_check(&chain, megabytes << 20);
	change_check(&chain);
	chain_free(&chain);
	bridged_check(argv[1], megabytes << 20);
	if (!chain.gtp) {
		ip6_check(argv[1], megabytes << 20, false);
		ip6_check(argv[1], megabytes << 20, true);
	}
	return tap_end();
}
