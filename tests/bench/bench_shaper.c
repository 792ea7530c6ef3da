// SPDX-License-Identifier: Apache-2.0
/*
 * How exact and how fast link-shaper is: bench_shaper FILE. Two namespaces and a veth pair; UDP
 * packets that carry the time at which they were sent, stamped by the kernel where they come in, at
 * several rates through a delay of DELAY_US; as many packets as go; TCP. The yardstick is the same
 * pair without a shape, in the same run.
 *
 * The error of a packet is all that it took beyond the delay asked for, sending and receiving
 * included, which is what plain veth takes too.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "link-shaper/port.h"
#include "tests/bench/bench_report.h"
#include "tests/integration/dataplane_net.h"

enum {
	RUNS = 5,
	DELAY_US = 5000,
	PACKETS_MAX = 50000, /* of a run */
	RUN_MS = 1000,
	TCP_MS = 2000,
	TCP_DELAY_US = 1000,
	FLOOD_MS = 1000,
	PORT = 7000,
	BATCH = 64,
	CHUNK = 1 << 18,
	SIZE = 64, /* UDP payload */
};

static const unsigned rates[] = {1000, 10000, 50000};
enum { RATES = sizeof(rates) / sizeof(rates[0]) };

struct bench {
	struct netns a, b;
	struct config config;
	struct ports *ports;
	struct shaper_backend shaper;
	int sender, receiver; /* UDP */
};

static void must(const char *what, int rc)
{
	if (rc)
		bail(what, rc < 0 ? rc : errno);
}

/* ---- the network ---- */

static void bench_make(struct bench *b)
{
	static const uint8_t mac[2][6] = {{2, 0xba, 0x5a, 0, 0, 1}, {2, 0xba, 0x5a, 0, 0, 2}};
	struct port_config *port = calloc(1, sizeof(*port));

	netns_make(&b->a);
	netns_make(&b->b);
	link_make(&b->a, "wire", mac[0], &b->b, "wire", mac[1], 1500);
	addr_add(&b->a, "wire", "10.9.0.1", 24);
	addr_add(&b->b, "wire", "10.9.0.2", 24);
	neigh_add(&b->a, "wire", "10.9.0.2", mac[1]);
	neigh_add(&b->b, "wire", "10.9.0.1", mac[0]);
	snprintf(port->node, sizeof(port->node), "a");
	snprintf(port->interface, sizeof(port->interface), "wire");
	snprintf(port->netns, sizeof(port->netns), "/proc/self/fd/%d", b->a.fd);
	b->config = (struct config){.port = port, .port_count = 1};
	must("ports", ports_new(&b->config, &b->ports));
	b->shaper = ports_backend(b->ports);
}

static void shape(struct bench *b, uint32_t delay_us)
{
	const struct link_shape wanted = {.delay_us = delay_us};
	struct patch_error err = {""};
	const char *name;

	if (b->shaper.apply(b->shaper.user, 0, &wanted, &name, &err))
		bail(err.text, EIO);
}

static uint64_t keeping(struct bench *b)
{
	json_t *counters = b->shaper.counters(b->shaper.user, 0);
	const json_int_t behind = json_integer_value(json_object_get(counters, "late_packets")) +
				  json_integer_value(json_object_get(counters, "overrun"));

	json_decref(counters);
	return (uint64_t)behind;
}

static void udp_open(struct bench *b)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = ip("10.9.0.2")};
	const struct timeval timeout = {.tv_usec = 100000};
	const int on = 1, bytes = 64 << 20;

	netns_enter(&b->b);
	b->receiver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	must("receiver", bind(b->receiver, (const struct sockaddr *)&to, sizeof(to)));
	setsockopt(b->receiver, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	setsockopt(b->receiver, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	setsockopt(b->receiver, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	netns_enter(&b->a);
	b->sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	must("sender", connect(b->sender, (const struct sockaddr *)&to, sizeof(to)));
	setsockopt(b->sender, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
}

/* ---- receiving: what each packet took ---- */

struct receiver {
	int fd;
	atomic_bool stop;
	uint64_t count;
	int64_t took_ns[PACKETS_MAX];
};

static uint64_t stamp_of(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	struct timespec at;

	if (!c || c->cmsg_type != SCM_TIMESTAMPNS)
		bail("no stamp", EINVAL);
	memcpy(&at, CMSG_DATA(c), sizeof(at));
	return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static void *receive(void *user)
{
	struct receiver *r = user;
	static struct mmsghdr message[BATCH];
	static struct iovec part[BATCH];
	static uint8_t data[BATCH][SIZE];
	static _Alignas(8) uint8_t control[BATCH][64];

	while (!atomic_load(&r->stop)) {
		int n;

		for (int i = 0; i < BATCH; i++) {
			part[i] = (struct iovec){data[i], SIZE};
			message[i].msg_hdr = (struct msghdr){.msg_iov = &part[i],
							     .msg_iovlen = 1,
							     .msg_control = control[i],
							     .msg_controllen = 64};
		}
		n = recvmmsg(r->fd, message, BATCH, MSG_WAITFORONE, NULL);
		for (int i = 0; i < n; i++) {
			uint64_t sent;

			memcpy(&sent, data[i], sizeof(sent));
			if (r->count < PACKETS_MAX)
				r->took_ns[r->count] =
					(int64_t)(stamp_of(&message[i].msg_hdr) - sent);
			r->count++;
		}
	}
	return NULL;
}

static struct receiver *receiver_start(struct bench *b, pthread_t *ret_thread)
{
	struct receiver *r = calloc(1, sizeof(*r));

	r->fd = b->receiver;
	must("thread", pthread_create(ret_thread, NULL, receive, r));
	return r;
}

static void receiver_stop(struct receiver *r, pthread_t thread)
{
	usleep(DELAY_US + 200000);
	atomic_store(&r->stop, true);
	pthread_join(thread, NULL);
}

/* ---- sending ---- */

/* Looks at the clock, since a sleep would be later than the packets are apart */
static void send_paced(int fd, unsigned rate, unsigned count)
{
	const uint64_t gap_ns = 1000000000u / rate;
	uint64_t due = clock_mono_ns() + gap_ns;
	uint8_t data[SIZE] = {0};

	for (unsigned i = 0; i < count; i++, due += gap_ns) {
		uint64_t now;

		if (gap_ns > 200000 && due > clock_mono_ns() + 100000)
			usleep((unsigned)((due - clock_mono_ns() - 100000) / 1000));
		while (clock_mono_ns() < due)
			;
		now = clock_now_ns();
		memcpy(data, &now, sizeof(now));
		if (send(fd, data, sizeof(data), 0) < 0)
			bail("send", errno);
	}
}

struct error {
	double p50, p99, max; /* microseconds */
	uint64_t lost;
};

static int compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static struct error paced_run(struct bench *b, unsigned rate, uint32_t delay_us)
{
	const unsigned count = rate * RUN_MS / 1000;
	pthread_t thread;
	struct receiver *r;
	struct error e = {0};

	shape(b, delay_us);
	r = receiver_start(b, &thread);
	send_paced(b->sender, rate, count);
	receiver_stop(r, thread);
	for (uint64_t i = 0; i < r->count; i++)
		r->took_ns[i] = llabs(r->took_ns[i] - (int64_t)delay_us * 1000);
	qsort(r->took_ns, r->count, sizeof(r->took_ns[0]), compare);
	if (!r->count)
		bail("nothing came", EIO);
	e.p50 = (double)r->took_ns[r->count / 2] / 1e3;
	e.p99 = (double)r->took_ns[r->count * 99 / 100] / 1e3;
	e.max = (double)r->took_ns[r->count - 1] / 1e3;
	e.lost = count - r->count;
	free(r);
	return e;
}
/* ---- as many as go ---- */

static void send_flood(int fd, uint64_t until_ns)
{
	static struct mmsghdr message[BATCH];
	static struct iovec part;
	static uint8_t data[SIZE];

	part = (struct iovec){data, SIZE};
	for (int i = 0; i < BATCH; i++)
		message[i].msg_hdr = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1};
	while (clock_mono_ns() < until_ns)
		if (sendmmsg(fd, message, BATCH, 0) < 0)
			bail("sendmmsg", errno);
}

/* Thousands of packets a second that come out */
static double flood_run(struct bench *b, uint32_t delay_us)
{
	pthread_t thread;
	struct receiver *r;
	double rate;

	shape(b, delay_us);
	r = receiver_start(b, &thread);
	send_flood(b->sender, clock_mono_ns() + FLOOD_MS * 1000000ull);
	receiver_stop(r, thread);
	rate = (double)r->count / FLOOD_MS;
	free(r);
	return rate;
}

/* ---- TCP ---- */

static int tcp_socket(const struct netns *netns)
{
	int fd;

	netns_enter(netns);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		bail("socket", errno);
	return fd;
}

static void tcp_pair(struct bench *b, int *ret_from, int *ret_to)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = ip("10.9.0.2")};
	const int on = 1;
	int listener = tcp_socket(&b->b);

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	must("bind", bind(listener, (const struct sockaddr *)&at, sizeof(at)));
	must("listen", listen(listener, 1));
	*ret_from = tcp_socket(&b->a);
	must("connect", connect(*ret_from, (const struct sockaddr *)&at, sizeof(at)));
	*ret_to = accept(listener, NULL, NULL);
	close(listener);
}

static void *tcp_send(void *user)
{
	static uint8_t chunk[CHUNK];

	while (send(*(int *)user, chunk, sizeof(chunk), MSG_NOSIGNAL) > 0)
		;
	return NULL;
}

/* Gbit/s of payload, from the second half on: the first belongs to slow start */
static double tcp_run(struct bench *b, uint32_t delay_us)
{
	static uint8_t chunk[CHUNK];
	uint64_t bytes = 0;
	double start = bench_seconds(), now = start;
	pthread_t thread;
	int from, to;

	shape(b, delay_us);
	tcp_pair(b, &from, &to);
	must("thread", pthread_create(&thread, NULL, tcp_send, &from));
	while (now - start < TCP_MS / 1e3) {
		ssize_t n = recv(to, chunk, sizeof(chunk), 0);

		if (n <= 0)
			bail("recv", errno);
		now = bench_seconds();
		if (now - start > TCP_MS / 2e3)
			bytes += (uint64_t)n;
	}
	shutdown(to, SHUT_RDWR);
	shutdown(from, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(from);
	close(to);
	return (double)bytes * 8 / (TCP_MS / 2e3) / 1e9;
}

/* ---- rows ---- */

enum { P50, P99, MAX, FIGURES };

static void errors_bench(struct bench *b, struct bench_report *report, unsigned rate)
{
	static const char *const names[FIGURES] = {"p50", "p99", "max"};
	struct bench_row row[FIGURES] = {0};
	char name[FIGURES][64];
	const uint64_t before = keeping(b);
	uint64_t lost = 0;

	for (int run = 0; run < RUNS; run++) {
		const struct error shaped = paced_run(b, rate, DELAY_US);
		const struct error plain = paced_run(b, rate, 0);

		bench_run(&row[P50], shaped.p50, plain.p50);
		bench_run(&row[P99], shaped.p99, plain.p99);
		bench_run(&row[MAX], shaped.max, plain.max);
		lost += shaped.lost;
	}
	for (int i = 0; i < FIGURES; i++) {
		snprintf(name[i], sizeof(name[i]), "delay error %s, %u packets/s", names[i], rate);
		row[i].name = name[i];
		row[i].unit = "us";
		row[i].yardstick = "what plain veth takes";
		row[i].smaller_is_better = true;
		bench_add(report, &row[i]);
	}
	if (keeping(b) != before || lost)
		printf("# the shaper fell behind: %lu packets late, %lu lost\n",
		       (unsigned long)(keeping(b) - before), (unsigned long)lost);
}

static void most_bench(struct bench *b, struct bench_report *report)
{
	struct bench_row packets = {
		.name = "packets/s through one link", .unit = "kpps", .yardstick = "plain veth"};
	struct bench_row tcp = {
		.name = "TCP through a delay of 1 ms", .unit = "Gbit/s", .yardstick = "plain veth"};

	for (int run = 0; run < RUNS; run++) {
		bench_run(&packets, flood_run(b, TCP_DELAY_US), flood_run(b, 0));
		bench_run(&tcp, tcp_run(b, TCP_DELAY_US), tcp_run(b, 0));
	}
	bench_add(report, &packets);
	bench_add(report, &tcp);
}

int main(int argc, char **argv)
{
	static struct bench bench;
	struct bench_report report;

	if (argc != 2) {
		fprintf(stderr, "usage: bench_shaper FILE\n");
		return 2;
	}
	bench_make(&bench);
	udp_open(&bench);
	bench_begin(&report);
	for (unsigned i = 0; i < RATES; i++)
		errors_bench(&bench, &report, rates[i]);
	most_bench(&bench, &report);
	ports_free(bench.ports);
	free(bench.config.port);
	return bench_end(&report, NULL, argv[1]) ? 1 : 0;
}
