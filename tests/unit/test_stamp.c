// SPDX-License-Identifier: Apache-2.0
/*
 * STAMP byte by byte (tests/integration/stamp.t has tshark read the same bytes), and the reflector
 * in a network namespace of its own: its own sequence, samples by REST, the ring's end, sessions
 * that make room, packets that are none.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "agents/edge-agent/reflector.h"
#include "lib/daemon.h"
#include "lib/http_client.h"
#include "lib/netlink/netlink.h"
#include "lib/stamp/sample.h"
#include "lib/stamp/stamp.h"
#include "tests/unit/hex_bytes.h"

/* ---- bytes ---- */

#define TEST_HEX                                                                                   \
	"0000002a 6553f100 075bcd15 c001 0007"                                                     \
	"00000000 00000000 00000000 00000000 00000000 00000000 00000000"
#define REPLY_HEX                                                                                  \
	"00000011 6553f100 075bd100 c001 0007 6553f100 075bcfff 0000002a"                          \
	"6553f100 075bcd15 4005 0000 3f 000000"

static void test_test_packet(void **state)
{
	const struct stamp_test test = {
		.seq = 42, .time_ns = 1700000000123456789u, .ssid = 7, .estimate = 0x1234};
	uint8_t want[STAMP_LEN + 8], have[STAMP_LEN];
	struct stamp_test found;

	assert_int_equal(bytes_from_hex(TEST_HEX, want, sizeof want), STAMP_LEN);
	stamp_test_encode(&test, have);
	assert_memory_equal(have, want, STAMP_LEN);
	assert_int_equal(stamp_test_decode(want, STAMP_LEN, &found), 0);
	assert_int_equal(found.seq, 42);
	assert_true(found.time_ns == test.time_ns);
	assert_int_equal(found.ssid, 7);
	assert_int_equal(found.estimate, 0xc001); /* synchronised, PTPv2, 2^-32 s */
	/* padding or TLVs behind it */
	memset(want + STAMP_LEN, 0xff, 8);
	assert_int_equal(stamp_test_decode(want, STAMP_LEN + 8, &found), 0);
}

static void test_reply_packet(void **state)
{
	const struct stamp_reply reply = {.seq = 17,
					  .time_ns = 1700000000123457792u,
					  .ssid = 7,
					  .received_ns = 1700000000123457535u,
					  .sender_seq = 42,
					  .sender_time_ns = 1700000000123456789u,
					  .sender_estimate = 0x4005,
					  .sender_ttl = 63};
	uint8_t want[STAMP_LEN + 8], have[STAMP_LEN];
	struct stamp_reply found;

	assert_int_equal(bytes_from_hex(REPLY_HEX, want, sizeof want), STAMP_LEN);
	stamp_reply_encode(&reply, have);
	assert_memory_equal(have, want, STAMP_LEN);
	assert_int_equal(stamp_reply_decode(want, STAMP_LEN, &found), 0);
	assert_memory_equal(&found.seq, &reply.seq, sizeof found.seq);
	assert_true(found.time_ns == reply.time_ns && found.received_ns == reply.received_ns &&
		    found.sender_time_ns == reply.sender_time_ns);
	assert_int_equal(found.ssid, 7);
	assert_int_equal(found.sender_seq, 42);
	assert_int_equal(found.sender_estimate, 0x4005);
	assert_int_equal(found.sender_ttl, 63);
}

static const struct {
	const char *what;
	size_t at; /* octet that is changed */
	uint8_t to;
	int as_test, as_reply;
} changed[] = {
	{"nothing", 0, 0x00, 0, 0},
	{"the last second", 4, 0xff, 0, 0},
	{"NTP timestamps", 12, 0x80, -ENOTSUP, -ENOTSUP},
	{"no multiplier", 13, 0x00, 0, 0},
	{"nanoseconds", 8, 0x3c, -EBADMSG, -EBADMSG},
	{"nanoseconds received", 20, 0x3c, 0, -EBADMSG},
	{"nanoseconds of the sender", 32, 0x3c, 0, -EBADMSG},
	{"what must be zero", 43, 0xff, 0, 0},
};

static void test_changed(void **state)
{
	for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++) {
		uint8_t bytes[STAMP_LEN];
		struct stamp_test test;
		struct stamp_reply reply;

		print_message("# %zu: %s\n", i, changed[i].what);
		bytes_from_hex(REPLY_HEX, bytes, sizeof bytes + 2);
		bytes[changed[i].at] = changed[i].to;
		assert_int_equal(stamp_test_decode(bytes, sizeof bytes, &test), changed[i].as_test);
		assert_int_equal(stamp_reply_decode(bytes, sizeof bytes, &reply),
				 changed[i].as_reply);
		for (size_t cut = 0; cut < STAMP_LEN; cut++) {
			assert_int_equal(stamp_test_decode(bytes, cut, &test), -EBADMSG);
			assert_int_equal(stamp_reply_decode(bytes, cut, &reply), -EBADMSG);
		}
	}
}

static void test_sample(void **state)
{
	const struct stamp_sample sample = {.sender_seq = 0x01020304,
					    .seq = 0x05060708,
					    .received_ns = 0x1112131415161718,
					    .sent_ns = 0x2122232425262728,
					    .sender.s_addr = htonl(0x0a3c0102)};
	const struct stamp_sample_header header = {
		.first = 1, .taken = 2, .began_ns = 3, .started_ns = 4};
	uint8_t want[64], have[64];
	struct stamp_sample found;
	struct stamp_sample_header found_header;

	assert_int_equal(bytes_from_hex("01020304 05060708 1112131415161718 2122232425262728 "
					"0a3c0102",
					want, sizeof want),
			 SAMPLE_LEN);
	stamp_sample_put(&sample, have);
	assert_memory_equal(have, want, SAMPLE_LEN);
	stamp_sample_get(want, &found);
	assert_int_equal(found.sender_seq, sample.sender_seq);
	assert_int_equal(found.seq, sample.seq);
	assert_true(found.received_ns == sample.received_ns && found.sent_ns == sample.sent_ns);
	assert_int_equal(found.sender.s_addr, sample.sender.s_addr);
	assert_int_equal(bytes_from_hex("0000000000000001 0000000000000002 0000000000000003 "
					"0000000000000004",
					want, sizeof want),
			 SAMPLE_HEADER_LEN);
	stamp_sample_header_put(&header, have);
	assert_memory_equal(have, want, SAMPLE_HEADER_LEN);
	stamp_sample_header_get(want, &found_header);
	assert_memory_equal(&found_header, &header, sizeof header);
}

/* ---- the reflector ---- */

enum { PATIENCE_MS = 10000, TICK_MS = 5, RING = 1024 };

struct world {
	uv_loop_t loop;
	uv_timer_t patience;
	uint64_t end_ms;
	struct reflector *reflector;
	struct http_server *server;
	struct http_client *client;
	int fd; /* the sender's */
	bool done;
	struct http_answer answer;
};

#define wait_until(w, condition)                                                                   \
	do {                                                                                       \
		(w)->end_ms = uv_now(&(w)->loop) + PATIENCE_MS;                                    \
		while (!(condition) && uv_now(&(w)->loop) < (w)->end_ms)                           \
			uv_run(&(w)->loop, UV_RUN_ONCE);                                           \
		assert_true(condition);                                                            \
	} while (0)

static void samples_get(struct http_request *req, void *user)
{
	reflector_get(((struct world *)user)->reflector, req);
}

static void samples_delete(struct http_request *req, void *user)
{
	reflector_delete(((struct world *)user)->reflector, req);
}

static const struct http_route routes[] = {
	{"GET", "/v1/reflector/{ssid}", samples_get, false},
	{"DELETE", "/v1/reflector/{ssid}", samples_delete, false},
	{0},
};

static void fresh_netns(void)
{
	static bool mapped;
	struct nl *nl;
	unsigned lo;

	assert_int_equal(unshare(CLONE_NEWNET | (geteuid() && !mapped ? CLONE_NEWUSER : 0)), 0);
	mapped = true;
	assert_int_equal(nl_open(&nl), 0);
	assert_int_equal(nl_link_index(nl, "lo", &lo), 0);
	assert_int_equal(nl_link_set_up(nl, lo, true), 0);
	nl_close(nl);
}

static struct in_addr loopback(unsigned last)
{
	return (struct in_addr){.s_addr = htonl(0x7f000000 | last)};
}

static void on_patience(uv_timer_t *timer)
{
}

static void open_sender(struct world *w)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(STAMP_PORT), .sin_addr = loopback(1)};
	int ttl = 33;

	w->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(w->fd >= 0);
	assert_int_equal(setsockopt(w->fd, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl), 0);
	assert_int_equal(connect(w->fd, (struct sockaddr *)&to, sizeof to), 0);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct http_listen listen = {.addr = loopback(1)};

	assert_non_null(w);
	fresh_netns();
	assert_int_equal(uv_loop_init(&w->loop), 0);
	uv_timer_init(&w->loop, &w->patience);
	uv_timer_start(&w->patience, on_patience, TICK_MS, TICK_MS);
	assert_int_equal(reflector_new(&w->loop, RING, &w->reflector), 0);
	assert_int_equal(reflector_listen(w->reflector, loopback(1)), 0);
	assert_int_equal(http_server_new(&w->loop, &listen, routes, w, &w->server), 0);
	assert_int_equal(http_client_new(&w->loop, &w->client), 0);
	open_sender(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	http_client_free(w->client);
	http_server_free(w->server);
	reflector_free(w->reflector);
	http_answer_done(&w->answer);
	uv_close((uv_handle_t *)&w->patience, NULL);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	close(w->fd);
	free(w);
	return 0;
}

static void send_test(struct world *w, uint16_t ssid, uint32_t seq)
{
	struct stamp_test test = {.seq = seq, .time_ns = clock_now_ns(), .ssid = ssid};
	uint8_t bytes[STAMP_LEN];

	stamp_test_encode(&test, bytes);
	assert_int_equal(send(w->fd, bytes, sizeof bytes, 0), sizeof bytes);
}

static bool reply_here(struct world *w, struct stamp_reply *ret)
{
	uint8_t bytes[256];
	ssize_t len = recv(w->fd, bytes, sizeof bytes, MSG_DONTWAIT);

	if (len < 0)
		return false;
	assert_int_equal(len, STAMP_LEN);
	assert_int_equal(stamp_reply_decode(bytes, (size_t)len, ret), 0);
	return true;
}

static struct stamp_reply round_trip(struct world *w, uint16_t ssid, uint32_t seq)
{
	struct stamp_reply reply;
	bool here = false;

	send_test(w, ssid, seq);
	wait_until(w, here || (here = reply_here(w, &reply)));
	return reply;
}

static void answered(const struct http_answer *answer, void *user)
{
	struct world *w = user;

	http_answer_done(&w->answer);
	w->answer = *answer;
	w->answer.body = json_incref(answer->body);
	w->answer.text = malloc(answer->text_len + 1);
	memcpy(w->answer.text, answer->text, answer->text_len);
	w->done = true;
}

static unsigned ask(struct world *w, const char *method, const char *path)
{
	char url[128];
	struct http_call call = {.method = method, .url = url};

	snprintf(url, sizeof url, "http://127.0.0.1:%u%s", http_server_port(w->server), path);
	w->done = false;
	assert_int_equal(http_client_call(w->client, &call, answered, w, NULL), 0);
	wait_until(w, w->done);
	assert_int_equal(w->answer.error, 0);
	return w->answer.status;
}

/* GET samples; Return: how many came */
static size_t samples(struct world *w, const char *path, struct stamp_sample_header *ret_header)
{
	assert_int_equal(ask(w, "GET", path), 200);
	assert_true(w->answer.text_len >= SAMPLE_HEADER_LEN);
	assert_int_equal((w->answer.text_len - SAMPLE_HEADER_LEN) % SAMPLE_LEN, 0);
	stamp_sample_header_get((const uint8_t *)w->answer.text, ret_header);
	return (w->answer.text_len - SAMPLE_HEADER_LEN) / SAMPLE_LEN;
}

static struct stamp_sample sample_at(const struct world *w, size_t i)
{
	struct stamp_sample sample;

	stamp_sample_get((const uint8_t *)w->answer.text + SAMPLE_HEADER_LEN + i * SAMPLE_LEN,
			 &sample);
	return sample;
}

static json_int_t counter(const struct world *w, const char *name)
{
	json_t *j = reflector_json(w->reflector);
	json_int_t value = json_integer_value(json_object_get(j, name));

	json_decref(j);
	return value;
}

static void test_own_sequence(void **state)
{
	static const uint32_t seqs[] = {5, 6, 9, 7, 7, 0xffffffff, 0};
	enum { COUNT = sizeof seqs / sizeof seqs[0] };
	struct world *w = *state;
	struct stamp_sample_header header;
	struct stamp_reply reply[COUNT];

	for (size_t i = 0; i < COUNT; i++) {
		uint64_t before = clock_now_ns();

		reply[i] = round_trip(w, 300, seqs[i]);
		assert_int_equal(reply[i].seq, i); /* its own, whatever the sender's */
		assert_int_equal(reply[i].sender_seq, seqs[i]);
		assert_int_equal(reply[i].ssid, 300);
		assert_int_equal(reply[i].sender_ttl, 33);
		assert_int_equal(reply[i].sender_estimate, 0xc001);
		assert_true(before <= reply[i].sender_time_ns &&
			    reply[i].sender_time_ns <= reply[i].received_ns &&
			    reply[i].received_ns <= reply[i].time_ns &&
			    reply[i].time_ns <= clock_now_ns());
	}
	assert_int_equal(samples(w, "/v1/reflector/300", &header), COUNT);
	assert_int_equal(header.first, 0);
	assert_int_equal(header.taken, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		struct stamp_sample s = sample_at(w, i);

		assert_int_equal(s.seq, i);
		assert_int_equal(s.sender_seq, seqs[i]);
		assert_true(s.received_ns == reply[i].received_ns && s.sent_ns == reply[i].time_ns);
		assert_int_equal(s.sender.s_addr, htonl(INADDR_LOOPBACK));
	}
	assert_int_equal(counter(w, "reflected"), COUNT);
}

/* Sessions don't disturb one another. */
static void test_sessions(void **state)
{
	struct world *w = *state;

	assert_int_equal(round_trip(w, 0, 1).seq, 0);
	assert_int_equal(round_trip(w, 65535, 1).seq, 0);
	assert_int_equal(round_trip(w, 0, 2).seq, 1);
	assert_int_equal(round_trip(w, 65535, 2).seq, 1);
	assert_int_equal(ask(w, "DELETE", "/v1/reflector/0"), 204);
	assert_int_equal(ask(w, "DELETE", "/v1/reflector/0"), 404);
	assert_int_equal(round_trip(w, 0, 3).seq, 0);
	assert_int_equal(round_trip(w, 65535, 3).seq, 2);
}

static void test_paging(void **state)
{
	static const struct {
		const char *path;
		size_t first, count;
	} rows[] = {
		{"/v1/reflector/1", 0, 10},
		{"/v1/reflector/1?from=0", 0, 10},
		{"/v1/reflector/1?from=7", 7, 3},
		{"/v1/reflector/1?from=10", 10, 0},
		{"/v1/reflector/1?from=11", 10, 0},
		{"/v1/reflector/1?from=18446744073709551615", 10, 0},
	};
	static const char *const unknown[] = {"/v1/reflector/2", "/v1/reflector/65537",
					      "/v1/reflector/x", "/v1/reflector/-1",
					      "/v1/reflector/1x"};
	struct world *w = *state;
	struct stamp_sample_header header;

	for (uint32_t seq = 0; seq < 10; seq++)
		round_trip(w, 1, seq);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("# %zu: %s\n", i, rows[i].path);
		assert_int_equal(samples(w, rows[i].path, &header), rows[i].count);
		assert_int_equal(header.first, rows[i].first);
		assert_int_equal(header.taken, 10);
		if (rows[i].count)
			assert_int_equal(sample_at(w, 0).sender_seq, rows[i].first);
	}
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		assert_int_equal(ask(w, "GET", unknown[i]), 404);
}

/* The ring keeps the latest. */
static void test_ring(void **state)
{
	struct world *w = *state;
	struct stamp_sample_header header;

	for (uint32_t seq = 0; seq < RING + 100; seq++)
		round_trip(w, 1, seq);
	assert_int_equal(samples(w, "/v1/reflector/1?from=0", &header), RING);
	assert_int_equal(header.first, 100);
	assert_int_equal(header.taken, RING + 100);
	for (size_t i = 0; i < RING; i++)
		assert_int_equal(sample_at(w, i).seq, 100 + i);
	assert_int_equal(samples(w, "/v1/reflector/1?from=1100", &header), 24);
	assert_int_equal(sample_at(w, 0).sender_seq, 1100);
}

/* One session more than there is room for: the one that was silent for longest goes. */
static void test_room(void **state)
{
	struct world *w = *state;

	for (uint16_t ssid = 0; ssid < REFLECTOR_SESSIONS_MAX; ssid++)
		round_trip(w, ssid, 1);
	round_trip(w, 0, 2);
	assert_int_equal(round_trip(w, 60000, 1).seq, 0);
	assert_int_equal(ask(w, "GET", "/v1/reflector/1"), 404);
	assert_int_equal(ask(w, "GET", "/v1/reflector/0"), 200);
	assert_int_equal(ask(w, "GET", "/v1/reflector/2"), 200);
	assert_int_equal(round_trip(w, 0, 3).seq, 2);
}

/* All together keep a bounded number: who comes late keeps less, and says so. */
static void test_full_rings(void **state)
{
	enum { MANY = REFLECTOR_FULL_RINGS + 4, SENT = RING + 10 };
	struct world *w = *state;
	struct stamp_sample_header header;
	size_t kept = 0;

	for (uint16_t ssid = 1; ssid <= MANY; ssid++)
		for (uint32_t seq = 0; seq < SENT; seq++)
			round_trip(w, ssid, seq);
	for (unsigned ssid = 1; ssid <= MANY; ssid++) {
		char path[48];
		size_t n;

		snprintf(path, sizeof path, "/v1/reflector/%u?from=0", ssid);
		n = samples(w, path, &header);
		assert_int_equal(header.taken, SENT);
		assert_int_equal(header.first, SENT - n);
		assert_int_equal(sample_at(w, n - 1).seq, SENT - 1);
		assert_true(n >= 64);
		kept += n;
	}
	assert_true(kept <= REFLECTOR_FULL_RINGS * RING + 4 * 64);
}

static void test_no_packets(void **state)
{
	struct world *w = *state;
	uint8_t bytes[STAMP_LEN];
	struct stamp_reply reply;

	bytes_from_hex(TEST_HEX, bytes, sizeof bytes + 2);
	for (size_t len = 0; len < STAMP_LEN; len++)
		assert_int_equal(send(w->fd, bytes, len, 0), len);
	bytes[12] = 0x80; /* NTP timestamps */
	assert_int_equal(send(w->fd, bytes, STAMP_LEN, 0), STAMP_LEN);
	wait_until(w, counter(w, "malformed") == STAMP_LEN + 1);
	assert_int_equal(counter(w, "reflected"), 0);
	assert_false(reply_here(w, &reply));
	assert_int_equal(round_trip(w, 7, 1).seq, 0);
}

static void test_listeners(void **state)
{
	struct world *w = *state;

	assert_int_equal(reflector_listen(w->reflector, loopback(1)), -EADDRINUSE);
	assert_int_equal(
		reflector_listen(w->reflector, (struct in_addr){.s_addr = htonl(0x0a090807)}),
		-EADDRNOTAVAIL);
	for (unsigned i = 2; i <= 32; i++)
		assert_int_equal(reflector_listen(w->reflector, loopback(i)), 0);
	assert_int_equal(reflector_listen(w->reflector, loopback(33)), -ENOSPC);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_test_packet),
		cmocka_unit_test(test_reply_packet),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_sample),
		ROW(test_own_sequence),
		ROW(test_sessions),
		ROW(test_paging),
		ROW(test_ring),
		ROW(test_room),
		ROW(test_full_rings),
		ROW(test_no_packets),
		ROW(test_listeners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
