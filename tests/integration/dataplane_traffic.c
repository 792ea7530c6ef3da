// SPDX-License-Identifier: Apache-2.0
/*
 * Real traffic through both roles: dataplane_traffic BACKEND [MEGABYTES].
 *
 *   ue radio ==== radio gNB n3 ==== n3 UPF n6 ==== n6 edge (lo 10.70.0.1)
 *
 * TCP both ways, every octet compared; with the ebpf back end in super-packets, which keep
 * segmentation offload. Then two sessions: one is changed over and over while the other carries UDP
 * without a loss.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ran/radio.h"
#include "tests/integration/dataplane_bed.h"

enum { CHUNK = 1 << 18, SERVER_PORT = 5000, WINDOW = 128, CHANGES = 2000, SUPER_PACKET = 16000 };

struct chain {
	struct netns ue, gnb, upf, edge;
	struct dataplane *gnb_dp, *upf_dp;
	bool gtp, bridged;
};

static const uint8_t ue_mac[6] = {0x02, 0xba, 0, 0, 1, 1};
static const uint8_t gnb_mac[6] = RADIO_GNB_MAC;

/* N3 by way of a bridge in each node: no virtual Ethernet device as far as the data plane can see
 */
static void bridge_in(struct netns *netns, const char *port, const char *name)
{
	if (nl_link_add_bridge(netns->nl, name) ||
	    nl_link_set_master(netns->nl, link_index(netns, port), link_index(netns, name)) ||
	    nl_link_set_up(netns->nl, link_index(netns, name), true))
		bail(name, EIO);
}

static void chain_links(struct chain *c)
{
	netns_make(&c->ue);
	netns_make(&c->gnb);
	netns_make(&c->upf);
	netns_make(&c->edge);
	link_make(&c->ue, "radio", ue_mac, &c->gnb, "radio", gnb_mac, 1500);
	if (!c->bridged) {
		link_make(&c->gnb, "n3", NULL, &c->upf, "n3", NULL, 1500);
	} else {
		link_make(&c->gnb, "port", NULL, &c->upf, "port", NULL, 1500);
		bridge_in(&c->gnb, "port", "n3");
		bridge_in(&c->upf, "port", "n3");
	}
	link_make(&c->upf, "n6", NULL, &c->edge, "n6", NULL, 1500);
}

static void chain_addresses(struct chain *c)
{
	addr_add(&c->ue, "radio", UE, 24);
	addr_add(&c->ue, "radio", UE_QFI, 24);
	neigh_add(&c->ue, "radio", "10.60.1.1", gnb_mac);
	route_add(&c->ue, "radio", "0.0.0.0", 0, "10.60.1.1", 0);
	if (nl_link_set_mtu(c->ue.nl, link_index(&c->ue, "radio"), 1456))
		bail("MTU", EINVAL);
	addr_add(&c->gnb, "n3", GNB_N3, 16);
	addr_add(&c->upf, "n3", UPF_N3, 16);
	addr_add(&c->upf, "n6", UPF_N6, 24);
	route_add(&c->upf, "n6", "10.110.1.0", 24, NULL, 106);
	route_add(&c->upf, "n6", "0.0.0.0", 0, EDGE_N6, 106);
	addr_add(&c->edge, "n6", EDGE_N6, 24);
	addr_add(&c->edge, "lo", SERVER, 32);
	route_add(&c->edge, "n6", "10.60.0.0", 16, UPF_N6, 0);
}

static void session_apply(struct dataplane *dp, const struct dp_session *session)
{
	struct dp_error err;
	int rc = dataplane_session_apply(dp, session, &err);

	if (rc) {
		printf("# %s\n", err.text);
		bail("dataplane_session_apply", rc);
	}
}

static struct dp_session upf_side(struct chain *c, unsigned n, const char *ue)
{
	const struct bed bed = {.gtp = c->gtp};

	return upf_session(&bed, n, ue, 0x1000 + n, 0x2000 + n);
}

static struct dp_session gnb_side(struct chain *c, unsigned n, const char *ue)
{
	struct bed bed = {.gtp = c->gtp, .node = c->gnb};
	struct dp_session s = gnb_session(&bed);

	s.id = n;
	s.bearer.ue_mac[5] = (uint8_t)n;
	s.pdr[0].ue_addr = ip(ue);
	s.pdr[1].teid = 0x2000 + n;
	s.far[0].teid = 0x1000 + n;
	return s;
}

static void chain_session(struct chain *c, unsigned n, const char *ue)
{
	struct dp_session s = upf_side(c, n, ue);

	session_apply(c->upf_dp, &s);
	s = gnb_side(c, n, ue);
	session_apply(c->gnb_dp, &s);
}

static struct dataplane *start(struct netns *netns, const struct dp_config *config)
{
	struct dataplane *dp;
	struct dp_error err;
	int rc;

	netns_enter(netns);
	rc = dataplane_new(config, NULL, &dp, &err);
	if (rc) {
		printf("# %s\n", err.text);
		bail("dataplane_new", rc);
	}
	return dp;
}

static void chain_make(struct chain *c, const char *backend)
{
	const struct dp_config upf = upf_config(backend), gnb = gnb_config(backend);
	int rc;

	chain_links(c);
	chain_addresses(c);
	c->upf_dp = start(&c->upf, &upf);
	c->gnb_dp = start(&c->gnb, &gnb);
	rc = dataplane_radio_add(c->gnb_dp, link_index(&c->gnb, "radio"));
	if (rc)
		bail("dataplane_radio_add", rc);
	c->gtp = !strcmp(dataplane_backend(c->upf_dp), "gtp");
	chain_session(c, 1, UE);
}

static void chain_free(struct chain *c)
{
	netns_enter(&c->gnb);
	dataplane_free(c->gnb_dp);
	netns_enter(&c->upf);
	dataplane_free(c->upf_dp);
	netns_free(&c->ue);
	netns_free(&c->gnb);
	netns_free(&c->upf);
	netns_free(&c->edge);
}

static int socket_in(struct netns *netns, int type, const char *addr, uint16_t port)
{
	struct sockaddr_in local = {
		.sin_family = AF_INET, .sin_addr = ip(addr), .sin_port = htons(port)};
	const int on = 1;
	int fd;

	netns_enter(netns);
	fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		bail("socket", errno);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&local, sizeof(local)))
		bail("bind", errno);
	return fd;
}

static struct sockaddr_in server_addr(void)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr = ip(SERVER), .sin_port = htons(SERVER_PORT)};
}

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
	const struct timeval limit = {.tv_sec = 30};
	struct sockaddr_in server = server_addr();
	struct stream up = {.size = size}, down = {.size = size};
	int listener = socket_in(&c->edge, SOCK_STREAM, SERVER, SERVER_PORT), accepted, client;

	if (listen(listener, 1))
		bail("listen", errno);
	client = socket_in(&c->ue, SOCK_STREAM, UE, 0);
	setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(client, (struct sockaddr *)&server, sizeof(server)))
		bail("connect", errno);
	accepted = accept(listener, NULL, NULL);
	if (accepted < 0)
		bail("accept", errno);
	setsockopt(accepted, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(accepted, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	up.from = down.to = client;
	up.to = down.from = accepted;
	stream_run(c, &up, "uplink");
	stream_run(c, &down, "downlink");
	close(client);
	close(accepted);
	close(listener);
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

/* Session 1 carries the flow; session 2 is changed, and with ebpf session 1 too */
static void changes_run(struct chain *c)
{
	for (unsigned i = 0; i < CHANGES; i++) {
		struct dp_session s = upf_side(c, 2, UE_QFI);

		s.far[1].teid = 0x9000 + i;
		session_apply(c->upf_dp, &s);
		s = gnb_side(c, 2, UE_QFI);
		s.far[0].teid = 0x8000 + i;
		session_apply(c->gnb_dp, &s);
		if (c->gtp)
			continue;
		s = upf_side(c, 1, UE);
		s.pdr[0].precedence = s.pdr[1].precedence = i;
		session_apply(c->upf_dp, &s);
		s = gnb_side(c, 1, UE);
		s.pdr[0].precedence = i;
		session_apply(c->gnb_dp, &s);
	}
}

static void change_check(struct chain *c)
{
	struct flow f = {.from = socket_in(&c->ue, SOCK_DGRAM, UE, 0),
			 .to = socket_in(&c->edge, SOCK_DGRAM, SERVER, SERVER_PORT)};
	struct dp_counters before, after;
	pthread_t sender, receiver;

	chain_session(c, 2, UE_QFI);
	if (dataplane_session_counters(c->upf_dp, 1, &before))
		bail("counters", ENOENT);
	if (pthread_create(&sender, NULL, flow_send, &f) ||
	    pthread_create(&receiver, NULL, flow_receive, &f))
		bail("thread", EAGAIN);
	changes_run(c);
	atomic_store(&f.stop, true);
	pthread_join(sender, NULL);
	pthread_join(receiver, NULL);
	tap_ok(f.lost == 0 && atomic_load(&f.sent) > CHANGES,
	       "%d changes of sessions, %lu packets, %lu lost", CHANGES * (c->gtp ? 2 : 4),
	       atomic_load(&f.sent), f.lost);
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
	return tap_end();
}
