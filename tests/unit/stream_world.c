// SPDX-License-Identifier: Apache-2.0
/* Streaming server, relay and client in one thread. */
#include "tests/unit/stream_world.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/stream/h264_rtp.h"
#include "lib/daemon.h"
#include "lib/wire.h"
#include "tests/unit/picture_scene.h"

const uint8_t world_key[CONTROL_KEY_LEN] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* ---- the server's side ---- */

static void on_joined(void *user, void *player)
{
	((struct stream_world *)user)->joined++;
}

static void on_left(void *user, void *player, enum stream_left why)
{
	struct stream_world *w = user;

	if (why == STREAM_LEFT_ASKED)
		w->left_asked++;
	else
		w->left_silent++;
}

static void on_input(void *user, void *player, const struct control_input *input)
{
	struct stream_world *w = user;

	w->inputs++;
	w->input = *input;
}

static void on_switched(void *user, void *player, uint32_t number)
{
	struct stream_world *w = user;

	w->switches++;
	w->switch_number = number;
}

static void on_view(void *user, void *player, const char *text, size_t len)
{
	struct stream_world *w = user;

	w->views++;
	memcpy(w->view, text, len);
	w->view[len] = 0;
}

void world_render(struct stream_world *w)
{
	const uint64_t start = clock_now_ns();
	struct frame_stamp stamp = {.edge = 1, .seq = ++w->seq, .tick = w->seq + 100, .input = 7};

	scene_draw(w->picture, w->seq);
	assert_int_equal(frame_stamp_draw(w->picture, &stamp), 0);
	stream_player_begin(w->player, &stamp, start);
	assert_int_equal(encoder_encode(w->encoder, w->picture, stream_player_take_key(w->player),
					stream_player_nal, w->player, NULL),
			 0);
	assert_true(stream_player_end(w->player, NULL) >= 0);
}

/* ---- the relay ---- */

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static struct sockaddr_in name_of(int fd)
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	return at;
}

static unsigned chance(struct stream_relay *r)
{
	r->random = r->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(r->random >> 33) % 1000;
}

static void relay_open(struct stream_relay *r, uint16_t server_port)
{
	const struct sockaddr_in any = loopback(0), server = loopback(server_port);

	r->random = 1;
	r->down = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	r->up = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(r->down, (const struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(connect(r->up, (const struct sockaddr *)&server, sizeof(server)), 0);
}

static void relay_give(struct stream_relay *r, const void *buf, size_t len)
{
	assert_int_equal(sendto(r->down, buf, len, 0, (const struct sockaddr *)&r->client,
				sizeof(r->client)),
			 (ssize_t)len);
}

static void relay_down(struct stream_relay *r, const uint8_t *buf, size_t len)
{
	r->carried++;
	if (rtp_is(buf, len) && !rtp_is_rtcp(buf, len))
		r->ssrc = wire_load32(buf + 8);
	if (chance(r) < r->lose_per_mille) {
		r->lost++;
		return;
	}
	if (!r->has_kept && chance(r) < r->swap_per_mille) {
		r->has_kept = true;
		r->kept_len = len;
		memcpy(r->kept, buf, len);
		return;
	}
	relay_give(r, buf, len);
	if (chance(r) < r->double_per_mille)
		relay_give(r, buf, len);
	if (r->has_kept)
		relay_give(r, r->kept, r->kept_len);
	r->has_kept = false;
}

static void relay_turn(struct stream_relay *r)
{
	uint8_t buf[2048];
	socklen_t size = sizeof(r->client);
	ssize_t len;

	while ((len = recvfrom(r->down, buf, sizeof(buf), 0, (struct sockaddr *)&r->client,
			       &size)) >= 0)
		assert_int_equal(send(r->up, buf, (size_t)len, 0), len);
	while ((len = recv(r->up, buf, sizeof(buf), 0)) >= 0)
		relay_down(r, buf, (size_t)len);
}

/* ---- the client's side ---- */

static void on_frame(void *user, const struct stream_frame *f)
{
	struct stream_world *w = user;

	w->order_errors += w->frames > 0 && f->stamp.seq <= w->stamp.seq;
	w->frames++;
	w->verified += f->verified;
	w->stamp = f->stamp;
	if (w->compare && f->stamp.seq == w->seq)
		w->psnr = scene_psnr(f->picture, w->picture, frame_stamp_strip(WORLD_WIDTH));
}

static void on_role(void *user, const struct control_role_change *role)
{
	struct stream_world *w = user;

	w->roles++;
	w->role = *role;
}

uint32_t world_ssrc(struct stream_world *w)
{
	return w->relay.ssrc;
}

struct sockaddr_in world_server_address(struct stream_world *w)
{
	return w->relayed ? name_of(w->relay.down) : loopback(stream_server_port(w->server));
}

void world_client_open(struct stream_world *w)
{
	const struct sockaddr_in to = world_server_address(w);
	struct stream_client_config config = {
		.address = to.sin_addr,
		.port = ntohs(to.sin_port),
		.codec = CODEC_OPENH264,
		.width_max = WORLD_WIDTH,
		.height_max = WORLD_HEIGHT,
		.ops = {.frame = on_frame, .role = on_role},
		.user = w,
	};

	memcpy(config.key, world_key, sizeof(config.key));
	assert_int_equal(stream_client_new(&config, &w->client), 0);
}

void world_client_close(struct stream_world *w)
{
	stream_client_free(w->client);
	w->client = NULL;
}

void world_turn(struct stream_world *w)
{
	uv_run(&w->loop, UV_RUN_NOWAIT);
	if (w->relayed)
		relay_turn(&w->relay);
	if (w->client)
		assert_int_equal(stream_client_step(w->client, 1), 0);
}

bool world_until(struct stream_world *w, bool (*done)(struct stream_world *w))
{
	const uint64_t end = clock_mono_ns() + UINT64_C(10000000000);

	while (clock_mono_ns() < end) {
		if (done(w))
			return true;
		world_turn(w);
	}
	return false;
}

void world_open(struct stream_world *w, bool relayed)
{
	const struct encoder_config encoder = {.kind = CODEC_OPENH264,
					       .width = WORLD_WIDTH,
					       .height = WORLD_HEIGHT,
					       .fps = 60,
					       .bitrate = 4000000,
					       .nal_max = H264_NAL_FIT};
	struct stream_server_config server = {
		.address = {htonl(INADDR_LOOPBACK)},
		.ops = {on_joined, on_left, on_input, on_switched, on_view},
		.user = w,
	};

	*w = (struct stream_world){.relayed = relayed, .compare = true};
	assert_int_equal(uv_loop_init(&w->loop), 0);
	server.loop = &w->loop;
	assert_int_equal(stream_server_new(&server, &w->server), 0);
	assert_int_equal(stream_server_add(w->server, world_key, w, &w->player), 0);
	assert_int_equal(encoder_new(&encoder, &w->encoder), 0);
	assert_int_equal(picture_new(WORLD_WIDTH, WORLD_HEIGHT, &w->picture), 0);
	if (relayed)
		relay_open(&w->relay, stream_server_port(w->server));
}

static bool is_joined(struct stream_world *w)
{
	return w->joined > 0;
}

void world_open_joined(struct stream_world *w, bool relayed)
{
	world_open(w, relayed);
	world_client_open(w);
	assert_true(world_until(w, is_joined));
}

bool world_is_level(struct stream_world *w)
{
	return w->stamp.seq == w->seq;
}

void world_frame_interval(struct stream_world *w)
{
	const uint64_t end = clock_mono_ns() + 16000000;

	world_render(w);
	while (!world_is_level(w) && clock_mono_ns() < end)
		world_turn(w);
}

void world_close(struct stream_world *w)
{
	stream_client_free(w->client);
	stream_server_free(w->server);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	if (w->relayed) {
		close(w->relay.down);
		close(w->relay.up);
	}
	encoder_free(w->encoder);
	picture_free(w->picture);
}
