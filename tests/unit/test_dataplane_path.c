// SPDX-License-Identifier: Apache-2.0
/* GTP-U path management over loopback: what is answered, told, counted and limited. No root needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dataplane/address.h"
#include "dataplane/gtpu_path.h"

enum { WAIT_MS = 5000, FLOOD = 500 };

/* A path on one loopback address, and a peer on another */
struct bed {
	struct gtpu_path *path;
	int peer;
	struct in_addr local, peer_addr;
	unsigned errors, losses, answers, malformed, markers;
	uint32_t error_teid, marker_teid;
	bool teid_known;
};

static bool is_peer(const struct bed *bed, const struct dp_addr *peer)
{
	const struct dp_addr wanted = dp_addr_ip4(bed->peer_addr);

	return dp_addr_equal(peer, &wanted);
}

static void on_error(const struct dp_addr *peer, uint32_t teid, void *user)
{
	struct bed *bed = user;

	assert_true(is_peer(bed, peer));
	bed->errors++;
	bed->error_teid = teid;
}

static void on_path(const struct dp_addr *peer, bool lost, void *user)
{
	struct bed *bed = user;

	assert_true(is_peer(bed, peer));
	*(lost ? &bed->losses : &bed->answers) += 1;
}

static void on_end_marker(const struct dp_addr *peer, uint32_t teid, void *user)
{
	struct bed *bed = user;

	assert_true(is_peer(bed, peer));
	bed->markers++;
	bed->marker_teid = teid;
}

static bool on_stray(const struct gtpu_msg *msg, void *user)
{
	struct bed *bed = user;

	return !bed->teid_known;
}

static void on_malformed(bool user_packet, void *user)
{
	struct bed *bed = user;

	bed->malformed++;
}

/* Addresses of this process's own, so that tests may run side by side */
static struct in_addr loopback(unsigned n)
{
	return (struct in_addr){
		.s_addr = htonl(0x7f000000u | ((uint32_t)getpid() & 0x3fff) << 8 | (0x40 + n))};
}

static void bed_open(struct bed *bed)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(2152)};
	struct gtpu_path_config config = {.events = {.error_indication = on_error,
						     .path = on_path,
						     .end_marker = on_end_marker,
						     .user = bed},
					  .stray = on_stray,
					  .malformed = on_malformed,
					  .echo_t3_s = 1,
					  .echo_n3 = 2,
					  .user = bed};

	memset(bed, 0, sizeof(*bed));
	bed->local = loopback(1);
	config.local[config.local_count++] = dp_addr_ip4(bed->local);
	bed->peer_addr = addr.sin_addr = loopback(2);
	assert_int_equal(gtpu_path_new(&config, &bed->path), 0);
	bed->peer = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(bed->peer, (struct sockaddr *)&addr, sizeof(addr)), 0);
}

static void bed_close(struct bed *bed)
{
	gtpu_path_free(bed->path);
	close(bed->peer);
}

static void send_to(struct bed *bed, const uint8_t *data, size_t len)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(2152), .sin_addr = bed->local};

	assert_int_equal(sendto(bed->peer, data, len, 0, (const struct sockaddr *)&to, sizeof(to)),
			 len);
	gtpu_path_process(bed->path);
}

#define SEND(bed, ...)                                                                             \
	do {                                                                                       \
		const uint8_t data[] = {__VA_ARGS__};                                              \
		send_to(bed, data, sizeof(data));                                                  \
	} while (0)

static size_t answer(struct bed *bed, uint8_t *ret, size_t size)
{
	ssize_t n = recv(bed->peer, ret, size, MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

static void echo_request_is_answered(void **state)
{
	static const uint8_t want[] = {0x32, 2, 0, 6, 0, 0, 0, 0, 0xab, 0xcd, 0, 0, 14, 0};
	uint8_t got[64];
	struct bed bed;

	bed_open(&bed);
	SEND(&bed, 0x32, 1, 0, 4, 0, 0, 0, 0, 0xab, 0xcd, 0, 0);
	assert_int_equal(answer(&bed, got, sizeof(got)), sizeof(want));
	assert_memory_equal(got, want, sizeof(want));
	assert_int_equal(gtpu_path_counters(bed.path)->echo_requests, 1);
	bed_close(&bed);
}

static void unknown_teid_is_told_within_a_budget(void **state)
{
	static const uint8_t user[] = {0x30, 255, 0, 4, 0, 0, 9, 0x99, 0x45, 0, 0, 4};
	uint8_t got[64];
	unsigned answers = 0;
	struct bed bed;

	bed_open(&bed);
	for (int i = 0; i < FLOOD; i++)
		send_to(&bed, user, sizeof(user));
	while (answer(&bed, got, sizeof(got))) {
		assert_int_equal(got[1], 26);
		answers++;
	}
	/* 10 in a second, which may have turned meanwhile */
	assert_in_range(answers, 1, 20);
	assert_int_equal(gtpu_path_counters(bed.path)->unanswered, FLOOD - answers);
	bed.teid_known = true;
	send_to(&bed, user, sizeof(user));
	assert_int_equal(answer(&bed, got, sizeof(got)), 0);
	bed_close(&bed);
}

static void error_indication_is_told(void **state)
{
	struct bed bed;
	uint8_t message[] = {0x32, 26, 0, 16,	0, 0,	 0, 0, 0, 0, 0, 0,
			     0x10, 0,  0, 0x20, 1, 0x85, 0, 4, 0, 0, 0, 0};

	bed_open(&bed);
	memcpy(message + 20, &bed.peer_addr, 4);
	send_to(&bed, message, sizeof(message));
	assert_int_equal(bed.errors, 1);
	assert_int_equal(bed.error_teid, 0x2001);
	/* a peer may not speak for another */
	memcpy(message + 20, &bed.local, 4);
	send_to(&bed, message, sizeof(message));
	assert_int_equal(bed.errors, 1);
	assert_int_equal(gtpu_path_counters(bed.path)->error_indications_received, 2);
	bed_close(&bed);
}

static void unknown_extension_is_told(void **state)
{
	uint8_t got[64];
	struct bed bed;

	bed_open(&bed);
	SEND(&bed, 0x34, 255, 0, 8, 0, 0, 9, 0x99, 0, 0, 0, 0xc0, 1, 0, 0, 0);
	assert_int_equal(answer(&bed, got, sizeof(got)), 15);
	assert_int_equal(got[1], 31);
	assert_int_equal(got[14], 0x85);
	assert_int_equal(gtpu_path_counters(bed.path)->extension_notifications_sent, 1);
	/* an NR RAN container is known, and nothing for N3 */
	SEND(&bed, 0x34, 255, 0, 8, 0, 0, 9, 0x99, 0, 0, 0, 0x84, 1, 0, 0, 0);
	assert_int_equal(answer(&bed, got, sizeof(got)), 15);
	assert_int_equal(got[1], 31);
	assert_int_equal(gtpu_path_counters(bed.path)->extension_notifications_sent, 2);
	bed_close(&bed);
}

static void nonsense_is_counted(void **state)
{
	uint8_t got[64];
	struct bed bed;

	bed_open(&bed);
	SEND(&bed, 0x32);
	SEND(&bed, 0x32, 1, 0, 99, 0, 0, 0, 0, 0, 0, 0, 0);
	SEND(&bed, 0x34, 255, 0, 8, 0, 0, 9, 0x99, 0, 0, 0, 0x85, 0, 0, 0, 0);
	SEND(&bed, 0x50, 1, 0, 0, 0, 0, 0, 0);
	assert_int_equal(bed.malformed, 4);
	assert_int_equal(gtpu_path_counters(bed.path)->malformed, 3); /* and a G-PDU */
	assert_int_equal(gtpu_path_counters(bed.path)->user_packets, 1);
	/* a message of a later release is no fault */
	SEND(&bed, 0x30, 200, 0, 0, 0, 0, 0, 0);
	assert_int_equal(bed.malformed, 4);
	assert_int_equal(gtpu_path_counters(bed.path)->unknown_types, 1);
	/* nor an End Marker */
	SEND(&bed, 0x30, 254, 0, 0, 0, 0, 0x10, 1);
	assert_int_equal(gtpu_path_counters(bed.path)->end_markers, 1);
	assert_int_equal(bed.markers, 1);
	assert_int_equal(bed.marker_teid, 0x1001);
	/* nor an Echo Response that nobody waits for */
	SEND(&bed, 0x32, 2, 0, 6, 0, 0, 0, 0, 0, 1, 0, 0, 14, 0);
	assert_int_equal(gtpu_path_counters(bed.path)->unexpected, 1);
	assert_int_equal(gtpu_path_counters(bed.path)->received, 7);
	assert_int_equal(answer(&bed, got, sizeof(got)), 0);
	bed_close(&bed);
}

static void wait_for(struct bed *bed, const unsigned *count)
{
	struct pollfd fd = {.fd = gtpu_path_fd(bed->path), .events = POLLIN};

	while (!*count) {
		assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
		gtpu_path_process(bed->path);
	}
}

static int echo_to(struct bed *bed, struct in_addr addr)
{
	const struct dp_addr peer = dp_addr_ip4(addr);

	return gtpu_path_echo(bed->path, &peer);
}

static void echo_is_answered(void **state)
{
	uint8_t got[64];
	struct bed bed;

	bed_open(&bed);
	assert_int_equal(echo_to(&bed, bed.peer_addr), 0);
	assert_int_equal(echo_to(&bed, bed.peer_addr), 0);
	assert_int_equal(answer(&bed, got, sizeof(got)), 12);
	assert_int_equal(got[1], 1);
	assert_int_equal(answer(&bed, got + 20, 12), 0); /* one is under way */
	/* another sequence number is no answer */
	SEND(&bed, 0x32, 2, 0, 6, 0, 0, 0, 0, got[8], (uint8_t)(got[9] + 1), 0, 0, 14, 7);
	assert_int_equal(bed.answers, 0);
	SEND(&bed, 0x32, 2, 0, 6, 0, 0, 0, 0, got[8], got[9], 0, 0, 14, 7);
	assert_int_equal(bed.answers, 1);
	bed_close(&bed);
}

static void silence_is_told(void **state)
{
	uint8_t got[64];
	unsigned requests = 0;
	struct bed bed;

	bed_open(&bed);
	assert_int_equal(echo_to(&bed, bed.peer_addr), 0);
	wait_for(&bed, &bed.losses);
	assert_int_equal(bed.losses, 1);
	while (answer(&bed, got, sizeof(got)))
		requests++;
	assert_int_equal(requests, 2);
	bed_close(&bed);
}

static void echoes_are_bounded(void **state)
{
	struct bed bed;
	int rc = 0;
	unsigned n;

	bed_open(&bed);
	for (n = 0; n < 1000 && !rc; n++)
		rc = echo_to(&bed, (struct in_addr){.s_addr = htonl(0x7f7f0001 + n)});
	assert_int_equal(rc, -ENOSPC);
	assert_int_equal(echo_to(&bed, (struct in_addr){0}), -EINVAL);
	bed_close(&bed);
}

static void end_marker_is_sent(void **state)
{
	static const uint8_t want[] = {0x30, 254, 0, 0, 0, 0, 0x20, 1};
	struct dp_addr peer;
	uint8_t got[64];
	struct bed bed;

	bed_open(&bed);
	peer = dp_addr_ip4(bed.peer_addr);
	assert_int_equal(gtpu_path_end_marker(bed.path, &peer, 0x2001), 0);
	assert_int_equal(answer(&bed, got, sizeof(got)), sizeof(want));
	assert_memory_equal(got, want, sizeof(want));
	bed_close(&bed);
}

/* The socket is an IPv4 one */
static void ipv6_without_an_address_of_it(void **state)
{
	const struct dp_addr peer = {.family = AF_INET6, .ip6 = IN6ADDR_LOOPBACK_INIT};
	struct bed bed;

	bed_open(&bed);
	assert_int_equal(gtpu_path_echo(bed.path, &peer), -EAFNOSUPPORT);
	assert_int_equal(gtpu_path_end_marker(bed.path, &peer, 0x2001), -EAFNOSUPPORT);
	bed_close(&bed);
}

static void the_port_is_taken_once(void **state)
{
	const struct gtpu_path_config config = {.local_count = 1,
						.local = {dp_addr_ip4(loopback(1))}};
	struct gtpu_path *second;
	struct bed bed;

	bed_open(&bed);
	assert_int_equal(gtpu_path_new(&config, &second), -EADDRINUSE);
	bed_close(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echo_request_is_answered),
		cmocka_unit_test(unknown_teid_is_told_within_a_budget),
		cmocka_unit_test(error_indication_is_told),
		cmocka_unit_test(unknown_extension_is_told),
		cmocka_unit_test(nonsense_is_counted),
		cmocka_unit_test(echo_is_answered),
		cmocka_unit_test(silence_is_told),
		cmocka_unit_test(echoes_are_bounded),
		cmocka_unit_test(end_marker_is_sent),
		cmocka_unit_test(ipv6_without_an_address_of_it),
		cmocka_unit_test(the_port_is_taken_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
