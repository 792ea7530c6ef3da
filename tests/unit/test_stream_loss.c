// SPDX-License-Identifier: Apache-2.0
/*
 * Server and client with a bad path between them, and with bad neighbours: loss, disorder, doubled
 * packets, too many PLIs, garbage, what is not H.264, floods.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/stream/rtp.h"
#include "lib/daemon.h"
#include "tests/unit/stream_world.h"

static struct stream_world w;

/* ---- loss ---- */

static struct stream_client_state lossy_run(unsigned lose, unsigned swap, unsigned twice)
{
	struct stream_client_state s;

	world_open_joined(&w, true);
	w.relay.lose_per_mille = lose;
	w.relay.swap_per_mille = swap;
	w.relay.double_per_mille = twice;
	for (unsigned i = 0; i < 300; i++)
		world_frame_interval(&w);
	/* then the path is good, and so is the picture, at once or after one more key frame */
	w.relay.lose_per_mille = w.relay.swap_per_mille = 0;
	w.psnr = 0;
	for (unsigned i = 0; i < 60 && !(world_is_level(&w) && w.psnr > 28); i++)
		world_frame_interval(&w);
	assert_true(world_is_level(&w));
	assert_true(w.psnr > 28);
	world_turn(&w);
	stream_client_state(w.client, &s);
	/* nothing broken was ever shown */
	assert_int_equal(w.verified, w.frames);
	assert_int_equal(w.order_errors, 0);
	assert_int_equal(s.refused, 0);
	return s;
}

static void survives_loss(void **state)
{
	const struct stream_client_state s = lossy_run(10, 0, 0);

	assert_true(w.relay.lost > 5);
	assert_true(s.lost > 0);
	assert_true(s.broken > 0);
	assert_true(s.plis > 0);
	assert_true(s.keys > 1);
	/* a loss costs its frame and those until the key frame, not the rest of the stream */
	assert_true(w.frames > 100);
	world_close(&w);
}

static void survives_disorder(void **state)
{
	const struct stream_client_state s = lossy_run(0, 50, 50);

	assert_true(s.reordered > 0);
	assert_true(s.late > 0);
	assert_true(w.frames > 200);
	world_close(&w);
}

static void survives_heavy_loss(void **state)
{
	const struct stream_client_state s = lossy_run(200, 50, 50);

	assert_true(s.broken > 50);
	world_close(&w);
}

/* However often it is asked, one key frame in STREAM_PLI_MS */
static void plis_are_limited(void **state)
{
	struct rtcp pli = {.has_rr = true, .has_pli = true};
	struct stream_player_state s;
	const struct stream_server_counters *c;
	uint8_t buf[RTCP_LEN_MAX];
	unsigned keys = 0;
	uint64_t began;

	world_open_joined(&w, true);
	world_render(&w);
	assert_true(world_until(&w, world_is_level));
	stream_player_state(w.player, &s);
	c = stream_server_counters(w.server);
	began = clock_mono_ns();
	pli.pli_ssrc = world_ssrc(&w);
	for (unsigned i = 0; i < 500; i++) {
		const size_t len = rtcp_build(&pli, "x", buf, sizeof(buf));

		assert_int_equal(send(w.relay.up, buf, len, 0), len);
		uv_run(&w.loop, UV_RUN_NOWAIT);
		keys += stream_player_take_key(w.player);
	}
	assert_in_range(keys, 1, 2 + (clock_mono_ns() - began) / (STREAM_PLI_MS * 1000000));
	assert_true(c->dropped[STREAM_DROP_RATE] >= 500 - keys - 1);
	world_close(&w);
}

/* ---- garbage ---- */

static uint64_t drops(enum stream_drop why)
{
	return stream_server_counters(w.server)->dropped[why];
}

static const struct {
	const char *what;
	size_t len;
	uint8_t octets[24];
	enum stream_drop why;
} strays[] = {
	{"1: empty", 0, {0}, STREAM_DROP_EMPTY},
	{"2: STUN's range", 20, {0, 1}, STREAM_DROP_KIND},
	{"3: DTLS' range", 20, {22}, STREAM_DROP_KIND},
	{"4: above RTP", 20, {192}, STREAM_DROP_KIND},
	{"5: RTP", 12, {128, 96}, STREAM_DROP_RTP},
	{"6: RTCP of a stranger", 8, {128, 201, 0, 1}, STREAM_DROP_RTCP},
	{"7: no such type", 17, {7}, STREAM_DROP_TYPE},
	{"8: JOIN too short", 16, {1}, STREAM_DROP_LENGTH},
	{"9: JOIN too long", 18, {1}, STREAM_DROP_LENGTH},
	{"10: JOIN with a key of nobody", 17, {1, 9, 9, 9}, STREAM_DROP_KEY},
	{"11: SWITCH before JOIN",
	 21,
	 {3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 0, 0, 1},
	 STREAM_DROP_NOT_JOINED},
};

static void strays_are_counted(void **state)
{
	struct sockaddr_in to;
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);
	uint8_t large[600] = {1};

	world_open(&w, false);
	to = world_server_address(&w);
	for (size_t i = 0; i < sizeof(strays) / sizeof(strays[0]); i++) {
		const uint64_t before = drops(strays[i].why);

		assert_int_equal(sendto(fd, strays[i].octets, strays[i].len, 0,
					(struct sockaddr *)&to, sizeof(to)),
				 strays[i].len);
		uv_run(&w.loop, UV_RUN_NOWAIT);
		if (drops(strays[i].why) != before + 1)
			fail_msg("%s", strays[i].what);
		assert_int_equal(stream_server_counters(w.server)->received, i + 1);
	}
	sendto(fd, large, sizeof(large), 0, (struct sockaddr *)&to, sizeof(to));
	uv_run(&w.loop, UV_RUN_NOWAIT);
	assert_int_equal(drops(STREAM_DROP_EMPTY), 2);
	assert_int_equal(w.joined, 0);
	for (unsigned d = 0; d < STREAM_DROPS; d++)
		assert_true(strlen(stream_drop_name(d)) > 0);
	close(fd);
	world_close(&w);
}

/* What a client's server may send if it isn't ours: anything of any length. The stream goes on */
static void client_takes_garbage(void **state)
{
	struct stream_client_state s;
	uint64_t random = 7;
	uint8_t buf[RTP_RECEIVE_MAX + 500];

	world_open_joined(&w, true);
	world_render(&w);
	assert_true(world_until(&w, world_is_level));
	for (unsigned i = 0; i < 3000; i++) {
		size_t len;

		for (size_t at = 0; at < sizeof(buf); at += 8) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
			memcpy(buf + at, &random, 8 < sizeof(buf) - at ? 8 : sizeof(buf) - at);
		}
		len = random >> 33;
		len = i % 3 ? len % 64 : len % sizeof(buf);
		if (i % 2)
			buf[0] = 128;
		if (i % 4 == 1)
			buf[1] = 96;
		sendto(w.relay.down, buf, len, 0, (struct sockaddr *)&w.relay.client,
		       sizeof(w.relay.client));
		if (i % 16 == 15)
			world_turn(&w);
	}
	for (unsigned i = 0; i < 60 && !world_is_level(&w); i++)
		world_frame_interval(&w);
	for (unsigned i = 0; i < 60 && !world_is_level(&w); i++)
		world_frame_interval(&w);
	assert_true(world_is_level(&w));
	stream_client_state(w.client, &s);
	assert_true(s.foreign > 0);
	assert_true(s.malformed > 0);
	assert_int_equal(w.verified, w.frames);
	world_close(&w);
}

/* What is RTP and not H.264: nothing is shown, a key frame is asked for, and the true stream is
 * shown after it */
static void not_h264(void **state)
{
	static const char text[] = "\x65GET / HTTP/1.1";
	struct stream_client_state s;
	uint8_t buf[64];

	world_open_joined(&w, true);
	for (uint16_t i = 0; i < 50; i++) {
		const struct rtp_packet p = {.marker = true,
					     .payload_type = RTP_PAYLOAD_H264,
					     .seq = i,
					     .timestamp = i * 1500u,
					     .ssrc = 99};
		const size_t len = rtp_header_build(&p, buf, sizeof(buf));

		memcpy(buf + len, text, sizeof(text));
		sendto(w.relay.down, buf, len + sizeof(text), 0, (struct sockaddr *)&w.relay.client,
		       sizeof(w.relay.client));
		world_turn(&w);
	}
	for (unsigned i = 0; i < 5; i++)
		world_turn(&w);
	stream_client_state(w.client, &s);
	assert_int_equal(w.frames, 0);
	assert_int_equal(s.frames, 0);
	/* the first follows on nothing known and isn't a whole key frame */
	assert_int_equal(s.broken + s.refused + s.skipped, 50);
	assert_true(s.plis > 0);
	for (unsigned i = 0; i < 60 && !world_is_level(&w); i++)
		world_frame_interval(&w);
	assert_true(world_is_level(&w));
	world_close(&w);
}

/* Datagrams from elsewhere: the client's socket doesn't take them, the server drops them and
 * streams on */
static void flood(void **state)
{
	const uint8_t join[CONTROL_HEADER_LEN] = {CONTROL_JOIN, 9};
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct stream_client_state before, after;
	struct sockaddr_in to;

	world_open_joined(&w, true);
	world_render(&w);
	assert_true(world_until(&w, world_is_level));
	world_turn(&w);
	stream_client_state(w.client, &before);
	for (unsigned i = 0; i < 50; i++) {
		to = (struct sockaddr_in){.sin_family = AF_INET,
					  .sin_port = htons(stream_server_port(w.server)),
					  .sin_addr = {htonl(INADDR_LOOPBACK)}};
		for (unsigned n = 0; n < 300; n++) {
			sendto(fd, join, sizeof(join), 0, (struct sockaddr *)&to, sizeof(to));
			sendto(fd, join, sizeof(join), 0, (struct sockaddr *)&w.relay.client,
			       sizeof(w.relay.client));
		}
		world_render(&w);
		assert_true(world_until(&w, world_is_level));
	}
	world_turn(&w);
	stream_client_state(w.client, &after);
	assert_true(drops(STREAM_DROP_KEY) > 1000);
	assert_int_equal(after.foreign, before.foreign);
	assert_int_equal(after.frames, 51);
	assert_int_equal(after.broken, 0);
	close(fd);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survives_loss),
		cmocka_unit_test(survives_disorder),
		cmocka_unit_test(survives_heavy_loss),
		cmocka_unit_test(plis_are_limited),
		cmocka_unit_test(strays_are_counted),
		cmocka_unit_test(client_takes_garbage),
		cmocka_unit_test(not_h264),
		cmocka_unit_test(flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
