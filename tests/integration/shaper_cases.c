// SPDX-License-Identifier: Apache-2.0
/*
 * link-shaper on this machine's kernel: counts and octets of what comes out of a shaped port, and
 * what is left after each kind of end. No times: those are the bench's.
 */
#include <errno.h>
#include <bpf/bpf.h>
#include <linux/pkt_cls.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/integration/shaper_bed.h"

enum { COUNT = 200, SIZE = 142, COME_MS = 3000, NOTHING_MS = 300 };

/* How many come; @ret_ordered: each number not below the one before; @ret_same: as they were sent
 */
static unsigned receive_all(struct shaper_bed *bed, unsigned wanted, bool *ret_ordered,
			    bool *ret_same)
{
	uint8_t got[2048], sent[2048];
	unsigned count = 0, last = 0;
	size_t len;

	*ret_ordered = *ret_same = true;
	while ((len = bed_receive(bed, got, sizeof(got), count < wanted ? COME_MS : NOTHING_MS))) {
		bed_frame(sent, bed_number(got), SIZE);
		*ret_same &= len == SIZE && !memcmp(got, sent, SIZE);
		*ret_ordered &= bed_number(got) >= last;
		last = bed_number(got);
		count++;
	}
	return count;
}

static void case_shares(struct shaper_bed *bed)
{
	static const struct {
		const char *shape, *counter;
		unsigned come;
	} rows[] = {
		{"{\"delay_us\": 1000}", NULL, COUNT},
		{"{\"loss\": 1}", "dropped_loss", 0},
		{"{\"duplicate\": 1}", "duplicated", 2 * COUNT},
		{"{\"duplicate\": 1, \"delay_us\": 2000, \"jitter_us\": 2000}", "duplicated",
		 2 * COUNT},
		{"{\"delay_us\": 3000, \"jitter_us\": 3000}", NULL, COUNT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool ordered, same, user = !strcmp(bed_set(bed, "a", rows[i].shape), "user");
		json_int_t before = rows[i].counter ? bed_count(bed, "a", rows[i].counter) : 0;
		unsigned come;

		tap_ok(user, "%s: in user space", rows[i].shape);
		bed_send(bed, COUNT, SIZE);
		come = receive_all(bed, rows[i].come, &ordered, &same);
		tap_ok(come == rows[i].come && ordered && same,
		       "%u of %u come, in order, unchanged", come, rows[i].come);
		if (rows[i].counter)
			tap_ok(bed_count(bed, "a", rows[i].counter) - before == COUNT,
			       "and are counted as %s", rows[i].counter);
	}
}

static void case_reorder(struct shaper_bed *bed)
{
	bool ordered, same;
	unsigned come;

	bed_set(bed, "a", "{\"delay_us\": 50000, \"reorder\": 0.5}");
	bed_send(bed, COUNT, SIZE);
	come = receive_all(bed, COUNT, &ordered, &same);
	tap_ok(come == COUNT && same && !ordered, "reorder: all of them, not in order");
	tap_ok(bed_count(bed, "a", "reordered") > 0, "and counted");
}

static unsigned bits_apart(const uint8_t *a, const uint8_t *b, size_t len)
{
	unsigned bits = 0;

	for (size_t i = 0; i < len; i++)
		bits += (unsigned)__builtin_popcount(a[i] ^ b[i]);
	return bits;
}

/* Each by one bit after the headers; the number in it may be what has changed, so they are told by
 * their order. */
static void case_corrupt(struct shaper_bed *bed)
{
	uint8_t got[2048], sent[2048];
	unsigned one = 0, wrong = 0, n;

	bed_set(bed, "a", "{\"corrupt\": 1}");
	bed_send(bed, COUNT, SIZE);
	for (n = 0; n < COUNT; n++) {
		size_t len = port_receive(bed->port_b, got, sizeof(got), COME_MS);

		bed_frame(sent, n, SIZE);
		one += len == SIZE && bits_apart(got, sent, SIZE) == 1;
		wrong += len == SIZE && !bed_checksum_is_right(got, SIZE) && !memcmp(got, sent, 34);
	}
	tap_ok(one == COUNT, "corrupt: exactly one bit in %u of %d", one, COUNT);
	tap_ok(wrong == COUNT, "after the headers, and the checksum shows it in %u", wrong);
}

/* The kernel leaves this one's checksum to the card: it is finished first, and then wrong by a bit
 */
static void case_corrupt_partial(struct shaper_bed *bed)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(7777), .sin_addr = ip("10.9.0.2")};
	uint8_t text[100], got[2048], repaired[2048];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	size_t len;
	unsigned repairs = 0;
	int fd;

	memset(text, 'x', sizeof(text));
	netns_enter(&bed->a);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (sendto(fd, text, sizeof(text), 0, (const struct sockaddr *)&to, sizeof(to)) < 0)
		bail("sendto", errno);
	if (getsockname(fd, (struct sockaddr *)&from, &from_len) < 0)
		bail("getsockname", errno);
	close(fd);
	len = port_receive(bed->port_b, got, sizeof(got), COME_MS);
	tap_ok(len == 142 && !bed_checksum_is_right(got, len), "corrupt: a sum left to the card");
	for (size_t bit = 34 * 8; bit < len * 8; bit++) {
		bool sent;

		memcpy(repaired, got, len);
		repaired[bit / 8] ^= (uint8_t)(1u << bit % 8);
		/* all but the sum: else a bit of the header would make up for another */
		sent = !memcmp(repaired + 34, &from.sin_port, 2) &&
		       !memcmp(repaired + 36, &to.sin_port, 2) && repaired[38] == 0 &&
		       repaired[39] == 108 && !memcmp(repaired + 42, text, sizeof(text));
		repairs += sent && bed_checksum_is_right(repaired, len);
	}
	tap_ok(repairs == 1, "is a finished one with one bit wrong");
}

/* 1250 octets at 100 kbit/s are 100 ms: what is sent at once fills the queue */
static void case_queue(struct shaper_bed *bed)
{
	json_int_t before = bed_count(bed, "a", "dropped_queue");
	uint8_t got[2048];
	unsigned come = 0;
	bool first = true;

	bed_set(bed, "a", "{\"rate_bps\": 100000, \"queue\": 5, \"delay_us\": 1}");
	bed_send(bed, 20, 1250);
	while (bed_receive(bed, got, sizeof(got), come < 5 ? COME_MS : NOTHING_MS))
		first &= bed_number(got) == come++;
	tap_ok(come == 5 && first, "queue: the first 5 fit in");
	tap_ok(bed_count(bed, "a", "dropped_queue") - before == 15, "15 are counted as dropped");
}

/* ---- TCP ---- */

enum { CHUNK = 1 << 16 };

static void pattern(uint64_t at, uint8_t *ret, size_t len)
{
	for (size_t i = 0; i < len; i++)
		ret[i] = (uint8_t)((at + i) * 0x9e3779b97f4a7c15ull >> 56);
}

struct stream {
	int fd;
	uint64_t size;
};

static void *stream_send(void *user)
{
	struct stream *s = user;
	uint8_t chunk[CHUNK];

	for (uint64_t at = 0; at < s->size;) {
		const size_t left = s->size - at < CHUNK ? (size_t)(s->size - at) : CHUNK;
		ssize_t n;

		pattern(at, chunk, left);
		n = send(s->fd, chunk, left, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		at += (uint64_t)n;
	}
	shutdown(s->fd, SHUT_WR);
	return NULL;
}

static int tcp_socket(struct netns *netns)
{
	const struct timeval patience = {.tv_sec = 30};
	int fd;

	netns_enter(netns);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		bail("socket", errno);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return fd;
}

static void tcp_pair(struct shaper_bed *bed, int *ret_from, int *ret_to)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(7000), .sin_addr = ip("10.9.0.2")};
	const int on = 1;
	int listener = tcp_socket(&bed->b);

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (const struct sockaddr *)&at, sizeof(at)) || listen(listener, 1))
		bail("listen", errno);
	*ret_from = tcp_socket(&bed->a);
	if (connect(*ret_from, (const struct sockaddr *)&at, sizeof(at)))
		bail("connect", errno);
	*ret_to = accept(listener, NULL, NULL);
	close(listener);
}

/* Every octet, each where it belongs */
static bool tcp_arrives(struct shaper_bed *bed, uint64_t size)
{
	uint8_t got[CHUNK], want[CHUNK];
	struct stream s = {.size = size};
	uint64_t at = 0;
	bool right = true;
	pthread_t thread;
	ssize_t n;
	int to;

	tcp_pair(bed, &s.fd, &to);
	pthread_create(&thread, NULL, stream_send, &s);
	while ((n = recv(to, got, sizeof(got), 0)) > 0) {
		pattern(at, want, (size_t)n);
		right &= !memcmp(got, want, (size_t)n);
		at += (uint64_t)n;
	}
	pthread_join(thread, NULL);
	close(s.fd);
	close(to);
	return right && at == size;
}

static void case_tcp(struct shaper_bed *bed)
{
	static const struct {
		const char *shape;
		uint64_t size;
		bool whole;
	} rows[] = {
		{"{\"delay_us\": 1000}", 64 << 20, true},
		{"{\"delay_us\": 100, \"rate_bps\": 2000000000}", 32 << 20, true},
		{"{\"delay_us\": 100, \"rate_bps\": 10000000}", 1 << 19, false},
		{"{\"delay_us\": 100, \"loss\": 0.002, \"duplicate\": 0.01, \"corrupt\": 0.002}",
		 4 << 20, false},
		{"{\"delay_us\": 300, \"reorder\": 0.05}", 4 << 20, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_int_t packets = bed_count(bed, "a", "packets"), average;
		json_int_t bytes = bed_count(bed, "a", "bytes");

		bed_set(bed, "a", rows[i].shape);
		tap_ok(tcp_arrives(bed, rows[i].size), "TCP through %s: every octet",
		       rows[i].shape);
		packets = bed_count(bed, "a", "packets") - packets;
		bytes = bed_count(bed, "a", "bytes") - bytes;
		average = bytes / packets;
		tap_note("%lld octets a packet", (long long)average);
		tap_ok(rows[i].whole ? average > 3000 : average <= 1514, "super-packets %s",
		       rows[i].whole ? "go whole" : "go in pieces");
		tap_ok(bytes > (json_int_t)rows[i].size * 1514 / 1500, "every header is counted");
	}
}

/* ---- life ---- */

static bool passes(struct shaper_bed *bed)
{
	uint8_t got[2048];

	bed_send(bed, 1, SIZE);
	return bed_receive(bed, got, sizeof(got), NOTHING_MS);
}

static bool arrives(struct shaper_bed *bed)
{
	uint8_t got[2048];

	bed_send(bed, 1, SIZE);
	return bed_receive(bed, got, sizeof(got), COME_MS);
}

static bool shape_is(struct shaper_bed *bed, const char *node, const char *key, double value)
{
	json_t *port = bed_port(bed, node);
	double got = json_number_value(json_object_get(json_object_get(port, "shape"), key));

	json_decref(port);
	return got == value;
}

static void case_killed(struct shaper_bed *bed)
{
	bed_set(bed, "a", "{\"delay_us\": 2000}");
	bed_set(bed, "b", "{\"loss\": 1}");
	tap_ok(arrives(bed), "a port passes before the kill");
	tap_ok(bed_stop(bed, SIGKILL) == 256, "kill -9");
	tap_ok(!passes(bed), "nothing passes without its shaper");
	bed_start(bed);
	tap_ok(arrives(bed), "it does again with the next one");
	tap_ok(shape_is(bed, "a", "delay_us", 2000),
	       "which has the shape in force, not the file's");
	tap_ok(shape_is(bed, "b", "loss", 1), "of the other port too");
}

/* What a killed one left on a port goes, also when the next is to do without */
static void case_killed_then_other(struct shaper_bed *bed)
{
	bed_set(bed, "a", "{\"loss\": 1}");
	bed_stop(bed, SIGKILL);
	bed_config(bed, ", rate: 50Mbit", "", "");
	bed_start(bed);
	tap_ok(arrives(bed), "kill -9, and another shape in the file: it is that");
	bed_stop(bed, SIGKILL);
	bed_config(bed, ", delay: 1ms", "", "");
	bed_start(bed);
	tap_ok(arrives(bed), "and from tbf to user space");
	tap_ok(!strstr(bed_output(&bed->a, "tc qdisc show dev wire"), "tbf"), "without tbf");
	bed_stop(bed, SIGTERM);
	bed_config(bed, "", "", "");
	bed_start(bed);
}

/* Somebody else's program on the port's egress: sees what leaves, and may stop it */
static void other_program(struct shaper_bed *bed, int verdict)
{
	const struct bpf_insn code[] = {
		{.code = 0xb7, .dst_reg = 0, .imm = verdict}, /* r0 = verdict */
		{.code = 0x95},				      /* exit */
	};
	struct nl_bpf_filter filter = {.ifindex = link_index(&bed->a, "wire"),
				       .egress = true,
				       .priority = 0xba70,
				       .handle = 0xba70,
				       .name = "other"};
	int rc = nl_clsact_add(bed->a.nl, filter.ifindex);

	filter.prog_fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "other", "GPL", code, 2, NULL);
	if (!rc)
		rc = filter.prog_fd < 0 ? -errno : nl_bpf_filter_replace(bed->a.nl, &filter);
	if (rc)
		bail("another program", rc);
	close(filter.prog_fd);
}

static void case_others(struct shaper_bed *bed)
{
	bed_set(bed, "a", "{\"delay_us\": 1000}");
	other_program(bed, TC_ACT_OK);
	tap_ok(arrives(bed), "another's program that accepts lets it pass");
	tap_ok(bed_count(bed, "a", "packets") > 0, "and the packet was shaped");
	other_program(bed, TC_ACT_SHOT);
	tap_ok(!passes(bed), "one that drops has its way");
	other_program(bed, TC_ACT_OK);
	tap_ok(!strcmp(bed_set(bed, "a", "{}"), "none"), "the shape is removed");
	tap_ok(arrives(bed), "packets pass");
	tap_ok(strstr(bed_output(&bed->a, "tc filter show dev wire egress"), "other") != NULL,
	       "the other's program is there still");
}

static void case_kernel(struct shaper_bed *bed)
{
	tap_ok(!strcmp(bed_set(bed, "a", "{\"rate_bps\": 50000000}"), "tbf"), "a rate alone: tbf");
	tap_ok(strstr(bed_output(&bed->a, "tc qdisc show dev wire"), "tbf") != NULL,
	       "the kernel has it");
	tap_ok(arrives(bed), "packets pass");
	tap_ok(!strcmp(bed_set(bed, "a", "{\"rate_bps\": 50000000, \"delay_us\": 10}"), "user"),
	       "with a delay: in user space");
	tap_ok(strstr(bed_output(&bed->a, "tc qdisc show dev wire"), "tbf") == NULL,
	       "tbf is gone then");
	tap_ok(arrives(bed), "packets pass");
	bed_set(bed, "a", "{}");
}

static bool is_clean(struct netns *netns)
{
	return !strstr(bed_output(netns, "tc filter show dev lo ingress"), "shaper_swallow") &&
	       !strstr(bed_output(netns, "tc filter show dev wire egress"), "shaper_take") &&
	       !strstr(bed_output(netns, "tc qdisc show dev wire"), "tbf");
}

static void case_reload(struct shaper_bed *bed)
{
	const uint64_t end = now_ms() + 10000;

	bed_set(bed, "b", "{\"loss\": 0.5}");
	bed_config(bed, ", loss: 100%", "", "");
	kill(bed->shaper, SIGHUP);
	while (!shape_is(bed, "a", "loss", 1) && now_ms() < end)
		usleep(10000);
	tap_ok(shape_is(bed, "a", "loss", 1), "SIGHUP: what the file says now of a port is so");
	tap_ok(shape_is(bed, "b", "loss", 0.5), "what it says as before leaves what was set");
	tap_ok(!passes(bed), "and is carried out");
}

/* The link is made again, with the same numbers: SIGHUP finds it. */
static void case_made_anew(struct shaper_bed *bed)
{
	const uint64_t end = now_ms() + 10000;
	json_int_t before;
	bool passed = false, shaped = false;

	bed_set(bed, "a", "{\"delay_us\": 1000}");
	bed_relink(bed);
	while (!passed && now_ms() < end) /* until the kernel has seen the carrier, it drops */
		passed = passes(bed);
	tap_ok(passed, "a link made anew isn't shaped yet");
	before = bed_count(bed, "a", "packets");
	kill(bed->shaper, SIGHUP);
	while (!shaped && now_ms() < end) {
		arrives(bed);
		shaped = bed_count(bed, "a", "packets") > before;
	}
	tap_ok(shaped, "after SIGHUP it is, as before");
}

static void case_end(struct shaper_bed *bed)
{
	bed_set(bed, "a", "{\"delay_us\": 1000}");
	bed_set(bed, "b", "{\"rate_bps\": 1000000}");
	tap_ok(!is_clean(&bed->a) && !is_clean(&bed->b), "shaped ports have traces");
	tap_ok(bed_stop(bed, SIGTERM) == 0, "SIGTERM ends it well");
	tap_ok(is_clean(&bed->a) && is_clean(&bed->b), "nothing of it is left");
	tap_ok(arrives(bed), "packets pass");
}

/* Told that the kernel has netem, it has netem do it; and says so where the kernel has none. */
static void case_netem(struct shaper_bed *bed)
{
	const char *refusal;
	bool ordered, same;
	json_t *port;

	bed_config(bed, "", "", "netem: true\n");
	bed_start(bed);
	refusal = bed_refusal(bed, "a", "{\"duplicate\": 1}");
	port = bed_port(bed, "a");
	if (refusal[0]) {
		tap_ok(strstr(refusal, "a:wire: ") == refusal, "no netem here: %s", refusal);
		tap_ok(!strcmp(json_string_value(json_object_get(port, "backend")), "failed"),
		       "which the port shows");
		tap_ok(arrives(bed), "packets pass, unshaped");
	} else {
		tap_ok(!strcmp(json_string_value(json_object_get(port, "backend")), "netem"),
		       "netem does it");
		bed_send(bed, COUNT, SIZE);
		tap_ok(receive_all(bed, 2 * COUNT, &ordered, &same) == 2 * COUNT && same,
		       "every packet comes twice");
		tap_ok(!strcmp(bed_set(bed, "a", "{\"loss\": 1}"), "netem") && !passes(bed),
		       "none passes a loss of all");
	}
	json_decref(port);
	bed_stop(bed, SIGTERM);
	tap_ok(!strstr(bed_output(&bed->a, "tc qdisc show dev wire"), "netem"),
	       "and leaves nothing");
}

/* A namespace that isn't there, or a port: told, and the others are shaped */
static void case_missing(struct shaper_bed *bed)
{
	json_t *port;

	bed_config(bed, ", delay: 1ms", ", delay: 1ms",
		   "  - {node: c, interface: wire, netns: /nowhere, delay: 1ms}\n");
	bed_start(bed);
	port = bed_port(bed, "c");
	tap_ok(strstr(json_string_value(json_object_get(port, "error")), "c:wire: No such file") !=
		       NULL,
	       "a port that isn't there says so");
	json_decref(port);
	tap_ok(arrives(bed), "the others are shaped");
	tap_ok(bed_count(bed, "a", "packets") == 1, "and counted");
	bed_stop(bed, SIGTERM);
}

int main(void)
{
	struct shaper_bed bed;

	bed_make(&bed);
	bed_config(&bed, "", "", "");
	bed_start(&bed);
	case_shares(&bed);
	case_reorder(&bed);
	case_corrupt(&bed);
	case_corrupt_partial(&bed);
	case_queue(&bed);
	case_tcp(&bed);
	case_killed(&bed);
	case_killed_then_other(&bed);
	case_others(&bed);
	case_kernel(&bed);
	case_reload(&bed);
	case_made_anew(&bed);
	case_end(&bed);
	case_netem(&bed);
	case_missing(&bed);
	bed_free(&bed);
	return tap_end();
}
