// SPDX-License-Identifier: Apache-2.0
/* Server and client together on loopback: join, frames, inputs, roles, loss, garbage, leaving. */
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

static bool is_joined(struct stream_world *x)
{
	return x->joined > 0;
}

/* Decoded as far as rendered */
static bool is_level(struct stream_world *x)
{
	return x->stamp.seq == x->seq;
}

static void joined_open(bool relayed)
{
	world_open(&w, relayed);
	world_client_open(&w);
	assert_true(world_until(&w, is_joined));
}

static void frames_pass(void **state)
{
	struct stream_client_state s;

	joined_open(false);
	for (unsigned i = 0; i < 120; i++) {
		world_render(&w);
		assert_true(world_until(&w, is_level));
		assert_true(w.psnr > 28);
	}
	world_turn(&w);
	stream_client_state(w.client, &s);
	assert_int_equal(w.frames, 120);
	assert_int_equal(w.verified, 120);
	assert_int_equal(s.phase, STREAM_DECODING);
	assert_int_equal(s.frames, 120);
	assert_int_equal(s.keys, 1);
	assert_int_equal(s.lost + s.broken + s.refused + s.skipped + s.unverified, 0);
	assert_int_equal(s.last_stamp.tick, 220);
	assert_true(s.rtt_us > 0);
	world_close(&w);
}

/* ---- control messages ---- */

static bool has_input(struct stream_world *x)
{
	return x->inputs > 0;
}

static bool has_switch_and_role(struct stream_world *x)
{
	return x->switches > 0 && x->roles >= 3;
}

static bool has_view(struct stream_world *x)
{
	return x->views > 0;
}

static bool has_left(struct stream_world *x)
{
	return x->left_asked > 0;
}

static void control_passes(void **state)
{
	const struct control_input input = {.first = 5, .count = 3, .input = {1, 2, 6}};
	const struct control_role_change role = {9, CONTROL_PRIMARY, CONTROL_ACCEPTED};

	joined_open(false);
	assert_int_equal(stream_client_input(w.client, &input), 0);
	assert_true(world_until(&w, has_input));
	assert_int_equal(w.input.first, 5);
	assert_int_equal(w.input.count, 3);
	assert_memory_equal(w.input.input, "\1\2\6", 3);
	assert_int_equal(stream_client_switch(w.client, 9), 0);
	stream_player_role(w.player, &role);
	assert_true(world_until(&w, has_switch_and_role));
	assert_int_equal(w.switch_number, 9);
	assert_int_equal(w.role.number, role.number);
	assert_int_equal(w.role.role, role.role);
	assert_int_equal(w.role.outcome, role.outcome);
	assert_int_equal(stream_client_view(w.client, "{\"zoom\":2}", 10), 0);
	assert_true(world_until(&w, has_view));
	assert_string_equal(w.view, "{\"zoom\":2}");
	assert_int_equal(stream_client_view(w.client, "", CONTROL_VIEW_MAX + 1), -EINVAL);
	assert_int_equal(stream_client_input(w.client, &(struct control_input){.first = 1}),
			 -EINVAL);
	world_client_close(&w);
	assert_true(world_until(&w, has_left));
	assert_false(stream_player_watched(w.player));
	world_close(&w);
}

static bool is_joined_twice(struct stream_world *x)
{
	return x->joined > 1;
}

/* A client that comes from another address, by the same key, takes the stream with it */
static void client_moves(void **state)
{
	struct stream_client *old;

	joined_open(false);
	world_render(&w);
	assert_true(world_until(&w, is_level));
	old = w.client;
	world_client_open(&w);
	assert_true(world_until(&w, is_joined_twice));
	for (unsigned i = 0; i < 5; i++) {
		world_render(&w);
		assert_true(world_until(&w, is_level));
	}
	/* what the old one says now isn't heard: it has not joined */
	assert_int_equal(stream_client_switch(old, 1), 0);
	stream_client_free(old);
	for (unsigned i = 0; i < 5; i++)
		world_turn(&w);
	assert_int_equal(w.switches, 0);
	assert_int_equal(w.left_asked, 0);
	assert_int_equal(stream_server_counters(w.server)->dropped[STREAM_DROP_NOT_JOINED], 2);
	world_close(&w);
}

static bool has_fallen_silent(struct stream_world *x)
{
	return x->left_silent > 0;
}

static void silent_client_is_forgotten(void **state)
{
	struct stream_client *client;
	uint64_t frames;

	joined_open(false);
	client = w.client;
	w.client = NULL; /* it takes no further step */
	assert_true(world_until(&w, has_fallen_silent));
	assert_false(stream_player_watched(w.player));
	frames = stream_server_counters(w.server)->packets;
	world_render(&w);
	assert_int_equal(stream_server_counters(w.server)->packets, frames);
	/* and comes again */
	w.client = client;
	assert_true(world_until(&w, is_joined_twice));
	world_render(&w);
	assert_true(world_until(&w, is_level));
	world_close(&w);
}

/* ---- loss ---- */

/* A frame, and what comes within its interval */
static void frame_interval(void)
{
	const uint64_t end = clock_mono_ns() + 16000000;

	world_render(&w);
	while (!is_level(&w) && clock_mono_ns() < end)
		world_turn(&w);
}

static struct stream_client_state lossy_run(unsigned lose, unsigned swap, unsigned twice)
{
	struct stream_client_state s;

	joined_open(true);
	w.relay.lose_per_mille = lose;
	w.relay.swap_per_mille = swap;
	w.relay.double_per_mille = twice;
	for (unsigned i = 0; i < 300; i++)
		frame_interval();
	/* then the path is good, and so is the picture, at once or after one more key frame */
	w.relay.lose_per_mille = w.relay.swap_per_mille = 0;
	w.psnr = 0;
	for (unsigned i = 0; i < 60 && !(is_level(&w) && w.psnr > 28); i++)
		frame_interval();
	assert_true(is_level(&w));
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

	joined_open(true);
	world_render(&w);
	assert_true(world_until(&w, is_level));
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

	joined_open(true);
	world_render(&w);
	assert_true(world_until(&w, is_level));
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
	for (unsigned i = 0; i < 60 && !is_level(&w); i++)
		frame_interval();
	for (unsigned i = 0; i < 60 && !is_level(&w); i++)
		frame_interval();
	assert_true(is_level(&w));
	stream_client_state(w.client, &s);
	assert_true(s.foreign > 0);
	assert_true(s.malformed > 0);
	assert_int_equal(w.verified, w.frames);
	world_close(&w);
}

/* ---- players and copies ---- */

static void players_are_bounded(void **state)
{
	uint8_t key[CONTROL_KEY_LEN] = {0xff};
	struct stream_player *p[STREAM_PLAYERS_MAX];

	world_open(&w, false);
	assert_int_equal(stream_server_add(w.server, world_key, NULL, &p[0]), -EEXIST);
	for (unsigned i = 1; i < STREAM_PLAYERS_MAX; i++) {
		key[1] = (uint8_t)i;
		assert_int_equal(stream_server_add(w.server, key, NULL, &p[i]), 0);
	}
	key[1] = STREAM_PLAYERS_MAX;
	assert_int_equal(stream_server_add(w.server, key, NULL, &p[0]), -ENOSPC);
	stream_server_remove(w.server, p[5]);
	assert_int_equal(stream_server_add(w.server, key, NULL, &p[5]), 0);
	world_close(&w);
}

static void copies_are_bounded(void **state)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct stream_player_state s;
	char sdp[STREAM_SDP_MAX];

	world_open(&w, false);
	assert_int_equal(stream_player_copy(w.player, &to, sdp), -EINVAL);
	for (unsigned i = 0; i < STREAM_COPIES_MAX; i++) {
		to.sin_port = htons((uint16_t)(40000 + 2 * i));
		assert_int_equal(stream_player_copy(w.player, &to, sdp), 0);
		assert_int_equal(stream_player_copy(w.player, &to, sdp), 0);
	}
	to.sin_port = htons(50000);
	assert_int_equal(stream_player_copy(w.player, &to, sdp), -ENOSPC);
	stream_player_state(w.player, &s);
	assert_int_equal(s.copies, STREAM_COPIES_MAX);
	assert_true(stream_player_watched(w.player));
	to.sin_port = htons(40002);
	stream_player_uncopy(w.player, &to);
	to.sin_addr.s_addr = htonl(0xe0000001);
	assert_int_equal(stream_player_copy(w.player, &to, sdp), -EINVAL);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(stream_player_copy(w.player, &to, sdp), 0);
	assert_non_null(strstr(sdp, "m=video 40002 RTP/AVP 96\r\n"));
	assert_non_null(strstr(sdp, "c=IN IP4 127.0.0.1\r\n"));
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_pass),	       cmocka_unit_test(control_passes),
		cmocka_unit_test(client_moves),	       cmocka_unit_test(silent_client_is_forgotten),
		cmocka_unit_test(survives_loss),       cmocka_unit_test(survives_disorder),
		cmocka_unit_test(survives_heavy_loss), cmocka_unit_test(plis_are_limited),
		cmocka_unit_test(strays_are_counted),  cmocka_unit_test(client_takes_garbage),
		cmocka_unit_test(players_are_bounded), cmocka_unit_test(copies_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
