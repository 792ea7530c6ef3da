// SPDX-License-Identifier: Apache-2.0
/* Server and client together on loopback: join, frames, control messages, moving, silence, devices,
 * players, copies. */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/stream/rtp.h"
#include "lib/daemon.h"
#include "tests/unit/stream_world.h"

static struct stream_world w;

static void frames_pass(void **state)
{
	struct stream_client_state s;

	world_open_joined(&w, false);
	for (unsigned i = 0; i < 120; i++) {
		world_render(&w);
		assert_true(world_until(&w, world_is_level));
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

	world_open_joined(&w, false);
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

	world_open_joined(&w, false);
	world_render(&w);
	assert_true(world_until(&w, world_is_level));
	old = w.client;
	world_client_open(&w);
	assert_true(world_until(&w, is_joined_twice));
	for (unsigned i = 0; i < 5; i++) {
		world_render(&w);
		assert_true(world_until(&w, world_is_level));
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

	world_open_joined(&w, false);
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
	assert_true(world_until(&w, world_is_level));
	world_close(&w);
}

static struct stream_client_state client_state(struct stream_world *x)
{
	struct stream_client_state s;

	stream_client_state(x->client, &s);
	return s;
}

static bool is_stalled(struct stream_world *x)
{
	return client_state(x).phase == STREAM_STALLED;
}

static bool is_decoding(struct stream_world *x)
{
	return client_state(x).phase == STREAM_DECODING;
}

static void phases(void **state)
{
	uint64_t joins;

	world_open_joined(&w, false);
	assert_int_equal(client_state(&w).phase, STREAM_JOINING);
	world_render(&w);
	assert_true(world_until(&w, is_decoding));
	assert_true(world_until(&w, is_stalled));
	/* it asks to be let in again, in case the server has forgotten it */
	joins = client_state(&w).joins;
	while (client_state(&w).joins < joins + 3)
		world_turn(&w);
	assert_int_equal(w.joined, 1);
	world_render(&w);
	assert_true(world_until(&w, is_decoding));
	for (unsigned phase = STREAM_JOINING; phase <= STREAM_STALLED; phase++)
		assert_true(strlen(stream_client_phase_name(phase)) > 0);
	world_close(&w);
}

static void on_no_frame(void *user, const struct stream_frame *frame)
{
	fail_msg("a frame");
}

static void devices(void **state)
{
	static const struct {
		const char *device;
		uint16_t port;
		int rc;
	} row[] = {
		{"lo", 5004, 0}, {"", 5004, 0}, {"no-such-dev", 5004, -ENODEV}, {"", 0, -EINVAL}};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct stream_client_config config = {.address = {htonl(INADDR_LOOPBACK)},
						      .port = row[i].port,
						      .width_max = 640,
						      .height_max = 480,
						      .ops = {.frame = on_no_frame}};
		struct stream_client *client = NULL;

		snprintf(config.device, sizeof(config.device), "%s", row[i].device);
		assert_int_equal(stream_client_new(&config, &client), row[i].rc);
		/* nobody is there: that is no error, somebody may come */
		for (unsigned n = 0; client && n < 3; n++)
			assert_int_equal(stream_client_step(client, 1), 0);
		stream_client_free(client);
	}
}

static void *wake_soon(void *client)
{
	stream_client_wake(client);
	return NULL;
}

/* A step that would wait, at least for the next keep-alive, returns before that when it is woken */
static void waking(void **state)
{
	pthread_t thread;
	uint64_t joins;

	world_open_joined(&w, false);
	world_render(&w);
	assert_true(world_until(&w, world_is_level));
	world_turn(&w);
	joins = client_state(&w).joins;
	stream_client_wake(w.client);
	stream_client_wake(w.client);
	assert_int_equal(stream_client_step(w.client, 60000), 0);
	assert_int_equal(pthread_create(&thread, NULL, wake_soon, w.client), 0);
	assert_int_equal(stream_client_step(w.client, 60000), 0);
	pthread_join(thread, NULL);
	assert_int_equal(client_state(&w).joins, joins);
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
		cmocka_unit_test(frames_pass),
		cmocka_unit_test(control_passes),
		cmocka_unit_test(client_moves),
		cmocka_unit_test(silent_client_is_forgotten),
		cmocka_unit_test(phases),
		cmocka_unit_test(devices),
		cmocka_unit_test(waking),
		cmocka_unit_test(players_are_bounded),
		cmocka_unit_test(copies_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
