// SPDX-License-Identifier: Apache-2.0
/*
 * The render module with renderers that draw at once, later, not at all, or fail; with and without
 * somebody who watches. Server and client are in one thread.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/game/edge/player.h"
#include "apps/stream/client.h"

enum { PATIENCE_MS = 20000, WIDTH = 320, HEIGHT = 240 };

struct bed {
	struct edge edge;
	struct player *player;
	struct stream_client *client;
	struct frame_stamp stamp; /* of the last frame that came */
	unsigned frames;
	/* the renderer */
	int result; /* what draw returns */
	struct render_mark mark;
	bool wants;
	unsigned draws;
};

/* ---- the renderer ---- */

static int draw(void *scene, struct picture *to, struct render_mark *mark)
{
	struct bed *b = scene;

	b->draws++;
	if (b->result < 0)
		return b->result;
	picture_fill(to, (uint8_t)(16 + b->draws), 128, 128);
	if (b->mark.tick)
		*mark = b->mark;
	return 0;
}

static bool wanted(void *scene)
{
	return ((struct bed *)scene)->wants;
}

static const struct renderer renderer = {.players_max = 1, .draw = draw, .wanted = wanted};
static const struct game game = {.renderer = &renderer};

/* ---- the bed ---- */

static void on_frame(void *user, const struct stream_frame *f)
{
	struct bed *b = user;

	b->frames++;
	b->stamp = f->stamp;
	assert_true(f->verified);
}

static void turn(struct bed *b)
{
	uv_run(&b->edge.daemon.loop, UV_RUN_NOWAIT);
	if (b->client)
		assert_int_equal(stream_client_step(b->client, 1), 0);
}

#define wait_until(b, condition)                                                                   \
	do {                                                                                       \
		uint64_t end = clock_mono_ns() + PATIENCE_MS * 1000000ULL;                         \
		while (!(condition) && clock_mono_ns() < end)                                      \
			turn(b);                                                                   \
		assert_true(condition);                                                            \
	} while (0)

static int set_up(void **state)
{
	struct bed *b = calloc(1, sizeof *b);
	struct edge *e = &b->edge;
	struct stream_server_config stream = {.loop = &e->daemon.loop,
					      .address.s_addr = htonl(INADDR_LOOPBACK)};

	assert_non_null(b);
	b->player = calloc(1, sizeof *b->player);
	assert_non_null(b->player);
	assert_int_equal(uv_loop_init(&e->daemon.loop), 0);
	e->game = &game;
	e->config = (struct config){
		.edge_number = 3, .width = WIDTH, .height = HEIGHT, .fps = 30, .bitrate = 1000000};
	assert_int_equal(picture_new(WIDTH, HEIGHT, &e->picture), 0);
	assert_int_equal(stream_server_new(&stream, &e->stream), 0);
	b->player->edge = e;
	b->player->scene = b;
	b->player->tick = 7;
	b->player->applied = 5;
	b->player->stream_key[0] = 1;
	assert_int_equal(
		stream_server_add(e->stream, b->player->stream_key, b->player, &b->player->stream),
		0);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bed *b = *state;
	struct edge *e = &b->edge;

	if (b->client)
		stream_client_free(b->client);
	stream_server_remove(e->stream, b->player->stream);
	stream_server_free(e->stream);
	encoder_free(b->player->encoder);
	while (uv_run(&e->daemon.loop, UV_RUN_ONCE))
		continue;
	assert_int_equal(uv_loop_close(&e->daemon.loop), 0);
	picture_free(e->picture);
	free(b->player);
	free(b);
	return 0;
}

static void watch(struct bed *b)
{
	struct stream_client_config config = {.address.s_addr = htonl(INADDR_LOOPBACK),
					      .port = stream_server_port(b->edge.stream),
					      .codec = CODEC_OPENH264,
					      .width_max = WIDTH,
					      .height_max = HEIGHT,
					      .ops = {.frame = on_frame},
					      .user = b};

	memcpy(config.key, b->player->stream_key, sizeof config.key);
	assert_int_equal(stream_client_new(&config, &b->client), 0);
	wait_until(b, stream_player_watched(b->player->stream));
}

static const struct frame_row *last_row(const struct bed *b)
{
	return &b->player->frames.row[(b->player->frames.count - 1) % FRAMES_MAX];
}

/* ---- tests ---- */

static void test_at_once(void **state)
{
	struct bed *b = *state;

	watch(b);
	render_frame(b->player);
	wait_until(b, b->frames == 1);
	assert_int_equal(b->stamp.edge, 3);
	assert_int_equal(b->stamp.seq, 1);
	assert_int_equal(b->stamp.tick, 7); /* what the cloud has told */
	assert_int_equal(b->stamp.input, 5);
	b->mark = (struct render_mark){4, 2}; /* what the renderer knows of its picture */
	render_frame(b->player);
	wait_until(b, b->frames == 2);
	assert_int_equal(b->stamp.tick, 4);
	assert_int_equal(b->stamp.input, 2);
	assert_int_equal(b->edge.counters.frames, 2);
}

static void test_later(void **state)
{
	struct bed *b = *state;
	uint64_t asked_ns;

	watch(b);
	b->result = -EINPROGRESS;
	render_frame(b->player);
	asked_ns = b->player->render_start_ns;
	assert_int_equal(b->player->seq, 0);
	render_frame(b->player); /* due, and the one before isn't there */
	assert_int_equal(b->edge.counters.frames_late, 1);
	assert_int_equal(b->player->render_start_ns, asked_ns);
	b->result = 0;
	render_ready(b->player);
	wait_until(b, b->frames == 1);
	assert_int_equal(b->stamp.seq, 1);
	assert_true(last_row(b)->render_start_ns == asked_ns);
	b->result = -EINPROGRESS;
	render_frame(b->player);
	assert_true(b->player->render_start_ns > asked_ns);
	assert_int_equal(b->edge.counters.frames_late, 1);
}

/* Nothing to show is no failure, and takes no number; a frozen player gets none that was asked for
 * before */
static void test_nothing(void **state)
{
	struct bed *b = *state;

	watch(b);
	b->result = -EAGAIN;
	render_frame(b->player);
	assert_int_equal(b->edge.counters.frames_failed, 0);
	b->result = -EINPROGRESS;
	render_frame(b->player);
	b->result = 0;
	b->player->frozen_until_ns = UINT64_MAX;
	render_ready(b->player);
	render_frame(b->player);
	assert_int_equal(b->edge.counters.frames_frozen, 2);
	assert_int_equal(b->player->seq, 0);
	b->player->frozen_until_ns = 0;
	render_frame(b->player);
	assert_int_equal(b->player->seq, 1);
}

/* A failure drops the encoder: the next frame is a key frame */
static void test_failure(void **state)
{
	struct bed *b = *state;

	watch(b);
	render_frame(b->player);
	render_frame(b->player);
	assert_false(last_row(b)->key);
	b->result = -EINVAL;
	render_frame(b->player);
	assert_int_equal(b->edge.counters.frames_failed, 1);
	b->result = 0;
	render_frame(b->player);
	assert_true(last_row(b)->key);
	assert_int_equal(b->player->seq, 3);
}

static void test_nobody(void **state)
{
	struct bed *b = *state;

	render_frame(b->player);
	assert_int_equal(b->draws, 0);
	b->wants = true; /* for its own sake: drawn, and not streamed */
	render_frame(b->player);
	assert_int_equal(b->draws, 1);
	assert_int_equal(b->player->seq, 0);
	assert_int_equal(b->edge.counters.frames + b->edge.counters.frames_failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_failure, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nobody, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("edge_render", tests, NULL, NULL);
}
