// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/snake_link_bed.h"

#define KEY "0123456789abcdef0123456789abcdef" /* of the first login */

/* ---- the cloud ---- */

void answer_login(struct bed *s, struct http_request *req)
{
	char session[33];

	/* each login gives another session and another key */
	snprintf(session, sizeof session, "%032x", s->logins);
	if (s->login_status != 200)
		http_problem(req, s->login_status, "TOLD_SO", "by the test");
	else
		http_reply(req, 200,
			   json_pack("{s:s, s:s, s:i, s:s, s:i}", "session", session, "stream_key",
				     s->logins == 1 ? KEY : session, "account_id", 1, "address",
				     "127.0.0.1", "port", (int)(uintptr_t)s->listener.data));
}

static void login_post(struct http_request *req, void *user)
{
	struct bed *s = user;
	const json_t *body = http_body(req);

	s->logins++;
	assert_string_equal(json_string_value(json_object_get(body, "account")), "ann");
	assert_string_equal(json_string_value(json_object_get(body, "secret")), "of-ann");
	assert_string_equal(json_string_value(json_object_get(body, "edge")), "edge-a");
	if (s->login_status)
		answer_login(s, req);
	else
		s->held = req;
}

static const struct http_route login_routes[] = {{"POST", "/v1/login", login_post, true}, {0}};

static int on_heard(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	struct bed *s = user;
	struct heard *h = &s->heard[s->heard_count % HEARD_MAX];

	assert_true(len <= sizeof h->body);
	h->type = type;
	h->len = len;
	memcpy(h->body, body, len);
	s->heard_count++;
	return 0;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	struct bed *s = handle->data;

	*ret = uv_buf_init(s->in, sizeof s->in);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct bed *s = stream->data;

	if (n > 0)
		assert_int_equal(
			state_parser_feed(&s->parser, (uint8_t *)buf->base, (size_t)n, on_heard, s),
			0);
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct bed *s = (struct bed *)((char *)listener - offsetof(struct bed, listener));

	assert_int_equal(status, 0);
	assert_false(s->accepted);
	uv_tcp_init(listener->loop, &s->peer);
	s->peer.data = s;
	assert_int_equal(uv_accept(listener, (uv_stream_t *)&s->peer), 0);
	state_parser_init(&s->parser, STATE_EDGE_LEN_MAX);
	s->accepted = true;
	s->heard_count = 0;
	uv_read_start((uv_stream_t *)&s->peer, on_alloc, on_read);
}

static void on_peer_closed(uv_handle_t *handle)
{
	struct bed *s = handle->data;

	state_parser_done(&s->parser);
	s->accepted = false;
}

void hang_up(struct bed *s)
{
	if (!s->accepted)
		return;
	uv_close((uv_handle_t *)&s->peer, on_peer_closed);
	wait_until(s, !s->accepted);
}

void tell(struct bed *s, const uint8_t *frame, size_t len)
{
	uv_buf_t buf = uv_buf_init((char *)frame, (unsigned)len);

	assert_int_equal(uv_try_write((uv_stream_t *)&s->peer, &buf, 1), (int)len);
}

void tell_welcome(struct bed *s, uint8_t role, uint32_t last_input, uint32_t number)
{
	struct state_welcome m = {.role = role,
				  .player = PLAYER_ID,
				  .tick_hz = 60,
				  .width = SIDE,
				  .height = SIDE,
				  .last_input = last_input,
				  .switch_number = number};
	uint8_t frame[STATE_SMALL_MAX];

	tell(s, frame, state_put_welcome(frame, &m));
}

void tell_snapshot(struct bed *s, uint32_t tick)
{
	static uint8_t frame[STATE_WORLD_AT + WORLD_ENCODED_MAX], world[WORLD_ENCODED_MAX];
	int len = world_encode(s->world, world, sizeof world);
	size_t head;

	assert_true(len > 0);
	s->world->tick = tick;
	head = state_put_snapshot(frame, tick, (size_t)len);
	memcpy(frame + head, world, (size_t)len);
	tell(s, frame, head + (size_t)len);
}

void tell_delta(struct bed *s, uint32_t tick, uint32_t last_input,
		const struct world_change *change)
{
	uint8_t frame[STATE_WORLD_AT + 256], delta[256];
	size_t head;
	int len;

	s->world->tick = tick;
	len = world_delta_encode(s->world, change, change ? 1 : 0, delta, sizeof delta);
	assert_true(len >= 0);
	head = state_put_delta(frame, tick, last_input, (size_t)len);
	memcpy(frame + head, delta, (size_t)len);
	tell(s, frame, head + (size_t)len);
}

/* ---- set-up ---- */

static void on_slot(unsigned slot, void *user)
{
	render_frame(((struct edge *)user)->player[slot]);
}

static void on_patience(uv_timer_t *timer)
{
}

static void listen_as_cloud(struct bed *s)
{
	struct http_listen listen = {.addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr = listen.addr};
	int len = sizeof any;

	assert_int_equal(http_server_new(&s->edge.daemon.loop, &listen, login_routes, s, &s->login),
			 0);
	uv_tcp_init(&s->edge.daemon.loop, &s->listener);
	assert_int_equal(uv_tcp_bind(&s->listener, (struct sockaddr *)&any, 0), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&s->listener, 4, on_connection), 0);
	uv_tcp_getsockname(&s->listener, (struct sockaddr *)&any, &len);
	s->listener.data = (void *)(uintptr_t)ntohs(any.sin_port);
	snprintf(s->edge.config.login_url, sizeof s->edge.config.login_url, "http://127.0.0.1:%u",
		 http_server_port(s->login));
}

static const struct game game = {.renderer = &snake_renderer};

static void start_edge(struct bed *s)
{
	struct edge *e = &s->edge;
	struct stream_server_config stream = {.loop = &e->daemon.loop,
					      .address.s_addr = htonl(INADDR_LOOPBACK)};

	snprintf(e->config.edge, sizeof e->config.edge, "edge-a");
	e->game = &game;
	e->config.edge_number = 1;
	e->config.width = 320;
	e->config.height = 240;
	e->config.fps = 60;
	e->config.bitrate = 1000000;
	assert_int_equal(http_client_new(&e->daemon.loop, &e->client), 0);
	assert_int_equal(ticker_new(&e->daemon.loop, 60, on_slot, e, &e->ticker), 0);
	assert_int_equal(stream_server_new(&stream, &e->stream), 0);
}

int set_up(void **state)
{
	struct bed *s = calloc(1, sizeof *s);

	assert_non_null(s);
	assert_int_equal(uv_loop_init(&s->edge.daemon.loop), 0);
	uv_timer_init(&s->edge.daemon.loop, &s->patience);
	uv_timer_start(&s->patience, on_patience, TICK_MS, TICK_MS);
	s->login_status = 200;
	assert_int_equal(world_new(SIDE, SIDE, &s->world), 0);
	listen_as_cloud(s);
	start_edge(s);
	assert_int_equal(player_add(&s->edge, "ann", "of-ann", &s->player), 0);
	*state = s;
	return 0;
}

static void close_handle(uv_handle_t *handle, void *user)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

int tear_down(void **state)
{
	struct bed *s = *state;
	struct edge *e = &s->edge;

	for (unsigned i = 0; i < PLAYERS_MAX; i++)
		if (e->player[i])
			player_remove(e->player[i]);
	hang_up(s);
	stream_server_free(e->stream);
	ticker_free(e->ticker);
	http_client_free(e->client);
	http_server_free(s->login);
	if (s->held)
		http_reply(s->held, 503, NULL);
	uv_walk(&e->daemon.loop, close_handle, NULL);
	while (uv_run(&e->daemon.loop, UV_RUN_ONCE))
		continue;
	assert_int_equal(uv_loop_close(&e->daemon.loop), 0);
	world_free(s->world);
	free(s);
	return 0;
}

void connect_player(struct bed *s)
{
	uint8_t session[STATE_SESSION_LEN];

	wait_until(s, s->accepted && s->heard_count == 1);
	assert_int_equal(s->heard[0].type, STATE_HELLO);
	assert_int_equal(state_get_hello(s->heard[0].body, s->heard[0].len, session), 0);
	assert_int_equal(session[STATE_SESSION_LEN - 1], s->logins);
}

void synchronise(struct bed *s, uint32_t tick)
{
	connect_player(s);
	tell_welcome(s, STATE_PRIMARY, 0, 0);
	tell_snapshot(s, tick);
	wait_until(s, s->player->state == PLAYER_SYNCHRONISED);
	assert_int_equal(s->player->tick, tick);
}

const struct world *known(const struct bed *s)
{
	return ((const struct scene *)s->player->scene)->world;
}

const struct heard *last_heard(const struct bed *s)
{
	return &s->heard[(s->heard_count - 1) % HEARD_MAX];
}
