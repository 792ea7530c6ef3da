// SPDX-License-Identifier: Apache-2.0
/*
 * Streaming servers without a game, for tests of the stream-client: each renders the same moving
 * texture with a stamp and streams it by the real server; they share one account, whose inputs are
 * applied once and in order, and only from the server that is primary (the newest switching signal
 * decides), as the cloud would do.
 *
 *   play_bed REST-PORT WIDTH HEIGHT FPS PORT KEY [PORT KEY]...
 *
 *   GET /v1/bed                 what happened
 *   PUT /v1/bed                 {"moving": bool}: whether the scene scrolls with the ticks
 *   PUT /v1/servers/{n}         {"up": bool, "lag": ticks behind, "freeze_ms": from now,
 *                                "freeze_on_switch_ms": at the next signal,
 *                                "takes_role": as if signalled there with this number}
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "apps/stream/codec.h"
#include "apps/stream/server.h"
#include "lib/daemon.h"
#include "lib/http_server.h"
#include "lib/log.h"

enum { SERVERS_MAX = 4, TEXTURE = 512, BITRATE = 3000000 };

struct bed;

struct edge {
	struct bed *bed;
	unsigned n;
	uint16_t port;
	uint8_t key[CONTROL_KEY_LEN];
	struct stream_server *server; /* NULL: down */
	struct stream_player *player;
	struct encoder *encoder;
	uint32_t seq, lag;
	uint64_t frozen_until_ns, freeze_on_switch_ns;
	uint64_t joined, left, inputs, switches, views, frames;
	char view[CONTROL_VIEW_MAX + 1];
};

struct bed {
	uv_loop_t loop;
	uv_timer_t timer;
	uv_signal_t on_term;
	struct http_server *rest;
	struct picture *picture;
	uint8_t texture[TEXTURE][TEXTURE];
	unsigned fps, count;
	uint64_t start_ns;
	uint32_t tick, scroll;
	bool moving;
	uint32_t applied, switch_number;
	unsigned primary;
	uint64_t repeated, gaps, from_secondary, stale;
	struct edge edge[SERVERS_MAX];
};

/* ---- the scene ---- */

/* Smooth enough for the codec, and textured: two scenes a few ticks apart differ. */
static void make_texture(struct bed *b)
{
	uint32_t state = 12345;
	static uint8_t coarse[TEXTURE / 8][TEXTURE / 8];

	for (unsigned i = 0; i < TEXTURE / 8 * TEXTURE / 8; i++) {
		state = state * 1664525 + 1013904223;
		coarse[i / (TEXTURE / 8)][i % (TEXTURE / 8)] =
			(uint8_t)(40 + state / 16777216 * 3 / 4);
	}
	for (unsigned y = 0; y < TEXTURE; y++)
		for (unsigned x = 0; x < TEXTURE; x++) {
			unsigned wrap = TEXTURE / 8, cx = x / 8, cy = y / 8, fx = x % 8, fy = y % 8;
			unsigned a = coarse[cy][cx] * (8 - fx) + coarse[cy][(cx + 1) % wrap] * fx;
			unsigned c = coarse[(cy + 1) % wrap][cx] * (8 - fx) +
				     coarse[(cy + 1) % wrap][(cx + 1) % wrap] * fx;

			b->texture[y][x] = (uint8_t)((a * (8 - fy) + c * fy) / 64);
		}
}

static void render(struct bed *b, uint32_t scroll)
{
	struct picture *p = b->picture;

	for (unsigned y = 0; y < p->height; y++)
		for (unsigned x = 0; x < p->width; x++)
			p->plane[PICTURE_Y][y * p->stride[PICTURE_Y] + x] =
				b->texture[y % TEXTURE][(x + 2 * scroll) % TEXTURE];
}

static void stream_frame(struct edge *e, uint64_t now_ns)
{
	struct bed *b = e->bed;
	uint32_t lag = e->lag < b->tick ? e->lag : b->tick;
	struct frame_stamp stamp = {.edge = (uint16_t)e->n,
				    .seq = ++e->seq,
				    .tick = b->tick - lag,
				    .input = b->applied};

	if (!stream_player_watched(e->player) || now_ns < e->frozen_until_ns)
		return;
	render(b, b->moving ? b->scroll - lag : b->scroll);
	frame_stamp_draw(b->picture, &stamp);
	stream_player_begin(e->player, &stamp, now_ns);
	if (encoder_encode(e->encoder, b->picture, stream_player_take_key(e->player),
			   stream_player_nal, e->player, NULL) < 0)
		abort();
	e->frames += stream_player_end(e->player, NULL) > 0;
}

static void on_timer(uv_timer_t *timer)
{
	struct bed *b = timer->data;
	uint64_t now_ns = clock_now_ns();
	uint32_t due = (uint32_t)((now_ns - b->start_ns) * b->fps / 1000000000);

	if (due == b->tick)
		return;
	b->scroll += b->moving ? due - b->tick : 0;
	b->tick = due;
	for (unsigned i = 0; i < b->count; i++)
		if (b->edge[i].server)
			stream_frame(&b->edge[i], now_ns);
}

/* ---- the account ---- */

static void on_joined(void *user, void *player)
{
	((struct edge *)player)->joined++;
}

static void on_left(void *user, void *player, enum stream_left why)
{
	((struct edge *)player)->left++;
}

static void on_input(void *user, void *player, const struct control_input *input)
{
	struct bed *b = user;
	struct edge *e = player;

	e->inputs++;
	if (e->n != b->primary) {
		b->from_secondary += input->count;
		return;
	}
	for (unsigned i = 0; i < input->count; i++) {
		uint32_t seq = input->first + i;

		if (seq == b->applied + 1)
			b->applied = seq;
		else if (seq <= b->applied)
			b->repeated++;
		else
			b->gaps++;
	}
}

static void tell_roles(struct bed *b)
{
	for (unsigned i = 0; i < b->count; i++) {
		struct edge *e = &b->edge[i];
		struct control_role_change role = {.number = b->switch_number,
						   .role = e->n == b->primary ? CONTROL_PRIMARY
									      : CONTROL_SECONDARY};

		if (e->server)
			stream_player_role(e->player, &role);
	}
}

/* From the frame that would come next on */
static void freeze(struct edge *e, uint64_t for_ns)
{
	e->frozen_until_ns = for_ns ? clock_now_ns() + for_ns + 1000000000 / e->bed->fps : 0;
}

static void on_switched(void *user, void *player, uint32_t number)
{
	struct bed *b = user;
	struct edge *e = player;
	struct control_role_change stale = {.number = b->switch_number,
					    .role = e->n == b->primary ? CONTROL_PRIMARY
								       : CONTROL_SECONDARY,
					    .outcome = CONTROL_STALE};

	e->switches++;
	if (number > b->switch_number) {
		b->switch_number = number;
		b->primary = e->n;
		freeze(e, e->freeze_on_switch_ns);
		e->freeze_on_switch_ns = 0;
		tell_roles(b);
	} else if (number < b->switch_number || e->n != b->primary) {
		b->stale++;
		stream_player_role(e->player, &stale);
	} else {
		tell_roles(b);
	}
}

static void on_view(void *user, void *player, const char *text, size_t len)
{
	struct edge *e = player;

	e->views++;
	memcpy(e->view, text, len);
	e->view[len] = '\0';
}

static int set_up(struct edge *e, bool up)
{
	struct stream_server_config config = {
		.loop = &e->bed->loop,
		.address.s_addr = htonl(INADDR_LOOPBACK),
		.port = e->port,
		.ops = {.joined = on_joined,
			.left = on_left,
			.input = on_input,
			.switched = on_switched,
			.view = on_view},
		.user = e->bed,
	};
	int r;

	if (up == (e->server != NULL))
		return 0;
	if (!up) {
		stream_server_free(e->server);
		e->server = NULL;
		return 0;
	}
	r = stream_server_new(&config, &e->server);
	return r < 0 ? r : stream_server_add(e->server, e->key, e, &e->player);
}

/* ---- REST ---- */

static void bed_get(struct http_request *req, void *user)
{
	struct bed *b = user;
	json_t *servers = json_array();

	for (unsigned i = 0; i < b->count; i++) {
		struct edge *e = &b->edge[i];
		struct stream_player_state s = {0};

		if (e->server)
			stream_player_state(e->player, &s);
		json_array_append_new(
			servers, json_pack("{s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "up",
					   e->server != NULL, "watched", s.joined, "joined",
					   (json_int_t)e->joined, "left", (json_int_t)e->left,
					   "inputs", (json_int_t)e->inputs, "switches",
					   (json_int_t)e->switches, "views", (json_int_t)e->views,
					   "frames", (json_int_t)e->frames, "view", e->view));
	}
	http_reply(req, 200,
		   json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "tick",
			     (json_int_t)b->tick, "applied", (json_int_t)b->applied, "repeated",
			     (json_int_t)b->repeated, "gaps", (json_int_t)b->gaps, "from_secondary",
			     (json_int_t)b->from_secondary, "stale", (json_int_t)b->stale,
			     "primary", (json_int_t)b->primary, "switch_number",
			     (json_int_t)b->switch_number, "servers", servers));
}

static void bed_put(struct http_request *req, void *user)
{
	struct bed *b = user;
	struct json_reader r;

	json_reader_begin(&r, http_body(req));
	json_read_bool(&r, "moving", true, &b->moving);
	if (json_reader_end(&r) < 0)
		http_problem_invalid(req, &r);
	else
		bed_get(req, user);
}

static void server_put(struct http_request *req, void *user)
{
	struct bed *b = user;
	unsigned n = (unsigned)atoi(http_param(req, "n"));
	uint64_t lag, freeze_ms = 0, on_switch_ms = 0, number = 0;
	struct json_reader r;
	struct edge *e;
	bool up;

	if (n < 1 || n > b->count) {
		http_problem(req, 404, "SERVER_NOT_FOUND", "1 to %u", b->count);
		return;
	}
	e = &b->edge[n - 1];
	up = e->server != NULL;
	lag = e->lag;
	json_reader_begin(&r, http_body(req));
	json_read_bool(&r, "up", false, &up);
	json_read_u64(&r, "lag", false, 0, 1000, &lag);
	json_read_u64(&r, "freeze_ms", false, 0, 60000, &freeze_ms);
	json_read_u64(&r, "freeze_on_switch_ms", false, 0, 60000, &on_switch_ms);
	json_read_u64(&r, "takes_role", false, 1, UINT32_MAX, &number);
	if (json_reader_end(&r) < 0 || set_up(e, up) < 0) {
		http_problem_invalid(req, &r);
		return;
	}
	e->lag = (uint32_t)lag;
	freeze(e, freeze_ms * 1000000);
	e->freeze_on_switch_ns = on_switch_ms * 1000000;
	if (number) {
		b->switch_number = (uint32_t)number;
		b->primary = n;
		tell_roles(b);
	}
	bed_get(req, user);
}

static const struct http_route routes[] = {
	{"GET", "/v1/bed", bed_get, true},
	{"PUT", "/v1/bed", bed_put, true},
	{"PUT", "/v1/servers/{n}", server_put, true},
	{0},
};

/* ---- start and end ---- */

static int read_key(const char *text, uint8_t ret_key[CONTROL_KEY_LEN])
{
	for (unsigned i = 0; i < CONTROL_KEY_LEN; i++)
		if (sscanf(text + 2 * i, "%2hhx", &ret_key[i]) != 1)
			return -EINVAL;
	return 0;
}

static int add_edge(struct bed *b, const char *port, const char *key)
{
	struct edge *e = &b->edge[b->count++];
	struct encoder_config config = {.kind = CODEC_OPENH264,
					.width = b->picture->width,
					.height = b->picture->height,
					.fps = b->fps,
					.bitrate = BITRATE,
					.nal_max = 1100};
	int r = read_key(key, e->key);

	e->bed = b;
	e->n = b->count;
	e->port = (uint16_t)atoi(port);
	if (r == 0)
		r = encoder_new(&config, &e->encoder);
	return r < 0 ? r : set_up(e, true);
}

static void on_term(uv_signal_t *handle, int number)
{
	uv_stop(handle->loop);
}

static int start(struct bed *b, int argc, char **argv)
{
	struct http_listen listen = {.addr.s_addr = htonl(INADDR_LOOPBACK),
				     .port = (uint16_t)atoi(argv[1])};
	int r = picture_new((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]), &b->picture);

	b->fps = (unsigned)atoi(argv[4]);
	b->start_ns = clock_now_ns();
	b->moving = true;
	b->primary = 1;
	b->timer.data = b;
	make_texture(b);
	for (int i = 5; i + 1 < argc && b->count < SERVERS_MAX && r == 0; i += 2)
		r = add_edge(b, argv[i], argv[i + 1]);
	if (r == 0)
		r = http_server_new(&b->loop, &listen, routes, b, &b->rest);
	if (r == 0)
		r = uv_timer_start(&b->timer, on_timer, 1, 1);
	return r;
}

static void close_handle(uv_handle_t *handle, void *user)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

int main(int argc, char **argv)
{
	static struct bed b;
	int r;

	if (argc < 7 || argc % 2 == 0) {
		fprintf(stderr, "play_bed REST-PORT WIDTH HEIGHT FPS PORT KEY [PORT KEY]...\n");
		return 2;
	}
	log_open("play_bed", LOG_LEVEL_INFO);
	uv_loop_init(&b.loop);
	uv_timer_init(&b.loop, &b.timer);
	uv_signal_init(&b.loop, &b.on_term);
	uv_signal_start(&b.on_term, on_term, SIGTERM);
	r = start(&b, argc, argv);
	if (r == 0)
		uv_run(&b.loop, UV_RUN_DEFAULT);
	else
		log_error("play_bed", "error=\"%s\"", strerror(-r));
	http_server_free(b.rest);
	for (unsigned i = 0; i < b.count; i++) {
		set_up(&b.edge[i], false);
		encoder_free(b.edge[i].encoder);
	}
	uv_walk(&b.loop, close_handle, NULL);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	uv_loop_close(&b.loop);
	picture_free(b.picture);
	return r < 0;
}
