// SPDX-License-Identifier: Apache-2.0
/*
 * The UE agent's keeper (agents/ue-agent/player.h) against a stream-client and a game instance that
 * the test plays, behind real HTTP: a player is logged in and joins his first stream; a
 * stream-client that was restarted gets back what it had, the shown one first; a player whom his
 * instance has forgotten is logged in anew; nothing of it while a migration's step is under way.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "agents/ue-agent/player.h"
#include "agents/ue-agent/steps.h"
#include "lib/http_server.h"

enum { STREAMS = 4, PATIENCE_MS = 20000, TICK_MS = 5 };

struct stage {
	struct agent a;
	char dir[64];
	struct http_server *server;
	uv_timer_t tick;
	/* the stream-client */
	bool there[STREAMS], away;
	const char *state[STREAMS];
	char key[STREAMS][40], device[STREAMS][16];
	unsigned shown, order[16], puts, deletes, looks;
	/* the instance */
	const char *login;
	const char *login_key, *login_address;
	unsigned logins;
};

static unsigned wanted(struct http_request *req)
{
	unsigned n = (unsigned)strtoul(http_param(req, "n"), NULL, 10);

	assert_in_range(n, 1, STREAMS - 1);
	return n;
}

static void copy(const json_t *body, const char *name, char *buf, size_t size)
{
	const char *text = json_string_value(json_object_get(body, name));

	assert_non_null(text);
	snprintf(buf, size, "%s", text);
}

static void streams_get(struct http_request *req, void *user)
{
	struct stage *s = user;
	json_t *list = json_array();

	s->looks++;
	for (unsigned n = 1; n < STREAMS && !s->away; n++)
		if (s->there[n])
			json_array_append_new(list,
					      json_pack("{s:i, s:s, s:b}", "n", (int)n, "state",
							s->state[n], "shown", s->shown == n));
	if (s->away)
		http_problem(req, 503, "NOT_NOW", "away");
	else
		http_reply(req, 200, json_pack("{s:O}", "streams", list));
	json_decref(list);
}

static void stream_put(struct http_request *req, void *user)
{
	struct stage *s = user;
	unsigned n = wanted(req);

	s->there[n] = true;
	s->state[n] = "decoding";
	s->shown = s->shown ? s->shown : n;
	copy(http_body(req), "key", s->key[n], sizeof s->key[n]);
	copy(http_body(req), "device", s->device[n], sizeof s->device[n]);
	s->order[s->puts++ % 16] = n;
	http_reply(req, 201, json_object());
}

static void stream_delete(struct http_request *req, void *user)
{
	struct stage *s = user;

	s->there[wanted(req)] = false;
	s->deletes++;
	http_reply(req, 204, NULL);
}

static void player_put(struct http_request *req, void *user)
{
	struct stage *s = user;

	s->logins++;
	http_reply(req, 200,
		   json_pack("{s:s, s:s, s:s, s:i}", "state", s->login, "stream_key", s->login_key,
			     "address", s->login_address, "port", 5004));
}

static const struct http_route routes[] = {
	{"GET", "/v1/streams", streams_get, false},
	{"PUT", "/v1/streams/{n}", stream_put, false},
	{"DELETE", "/v1/streams/{n}", stream_delete, false},
	{"PUT", "/v1/player", player_put, false},
	{0},
};

static void on_tick(uv_timer_t *timer)
{
}

static int setup(void **state)
{
	struct http_listen listen = {.addr.s_addr = htonl(INADDR_LOOPBACK), .token = "t0ken"};
	struct stage *s = calloc(1, sizeof *s);
	struct ue_player *p;

	assert_non_null(s);
	strcpy(s->dir, "/tmp/test_player_keeper.XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	strcpy(s->a.config.state_dir, s->dir);
	strcpy(s->a.token, "t0ken");
	assert_int_equal(uv_loop_init(&s->a.daemon.loop), 0);
	assert_int_equal(http_client_new(&s->a.daemon.loop, &s->a.client), 0);
	assert_int_equal(http_server_new(&s->a.daemon.loop, &listen, routes, s, &s->server), 0);
	uv_timer_init(&s->a.daemon.loop, &s->tick);
	uv_timer_start(&s->tick, on_tick, TICK_MS, TICK_MS);
	p = &s->a.player[0];
	s->a.player_count = 1;
	p->session = 1;
	strcpy(p->app, "snake");
	strcpy(p->account, "alice");
	snprintf(p->stream_url, sizeof p->stream_url, "http://127.0.0.1:%u",
		 http_server_port(s->server));
	snprintf(p->player_url, sizeof p->player_url, "%s/v1/player", p->stream_url);
	s->login = "synchronised";
	s->login_key = "k1";
	s->login_address = "10.70.0.2";
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct stage *s = *state;
	char path[128];

	players_stop(&s->a);
	http_client_free(s->a.client);
	http_server_free(s->server);
	uv_close((uv_handle_t *)&s->tick, NULL);
	while (uv_run(&s->a.daemon.loop, UV_RUN_DEFAULT))
		;
	assert_int_equal(uv_loop_close(&s->a.daemon.loop), 0);
	snprintf(path, sizeof path, "%s/streams.snake", s->dir);
	unlink(path);
	assert_int_equal(rmdir(s->dir), 0);
	free(s);
	return 0;
}

#define await(s, condition)                                                                        \
	do {                                                                                       \
		uint64_t end_ = uv_now(&(s)->a.daemon.loop) + PATIENCE_MS;                         \
		while (!(condition) && uv_now(&(s)->a.daemon.loop) < end_)                         \
			uv_run(&(s)->a.daemon.loop, UV_RUN_ONCE);                                  \
		assert_true(condition);                                                            \
	} while (0)

/* Whatever the keeper does when it has looked so often */
static void looks(struct stage *s, unsigned more)
{
	unsigned until = s->looks + more;

	await(s, s->looks >= until);
}

static void begin(struct stage *s)
{
	assert_int_equal(players_start(&s->a), 0);
	await(s, s->puts == 1);
	looks(s, 2);
}

static void restart_agent(struct stage *s)
{
	players_stop(&s->a);
	assert_int_equal(players_start(&s->a), 0);
}

/* As a migration's step does: a second stream, which then is the one that is shown */
static void migrate(struct stage *s, unsigned n)
{
	json_t *place = json_pack("{s:s, s:s, s:i, s:s}", "device", "pdu2", "address", "10.70.0.2",
				  "port", 5004, "key", "k2");
	char url[192];

	snprintf(url, sizeof url, "%s/v1/player", s->a.player[0].stream_url);
	s->there[n] = true;
	s->state[n] = "decoding";
	s->shown = n;
	player_joined(&s->a, "snake", n, place, url);
	player_shown(&s->a, "snake", n);
	json_decref(place);
}

static void test_first_stream(void **state)
{
	struct stage *s = *state;
	struct stat st;
	char path[128];

	s->login = "synchronising";
	assert_int_equal(players_start(&s->a), 0);
	await(s, s->logins >= 3);
	assert_int_equal(s->puts, 0);
	s->login = "synchronised";
	await(s, s->puts == 1);
	assert_string_equal(s->key[1], "k1");
	assert_string_equal(s->device[1], "pdu1");
	snprintf(path, sizeof path, "%s/streams.snake", s->dir);
	assert_int_equal(stat(path, &st), 0); /* it holds the key */
	assert_int_equal(st.st_mode & 0777, 0600);
	/* while all is well nothing is asked of anybody */
	looks(s, 1);
	s->logins = 0;
	looks(s, 3);
	assert_true(s->logins == 0 && s->puts == 1 && s->deletes == 0);
}

static void test_rendered_on_the_ue_itself(void **state)
{
	struct stage *s = *state;

	s->login_address = "127.0.0.1";
	begin(s);
	assert_string_equal(s->device[1], "lo");
}

static void test_a_restarted_client_gets_all_back(void **state)
{
	struct stage *s = *state;

	begin(s);
	migrate(s, 2);
	looks(s, 2);
	s->away = true;
	looks(s, 2);
	s->there[1] = s->there[2] = s->away = false;
	s->shown = 0;
	s->puts = s->logins = 0;
	await(s, s->puts == 2);
	assert_true(s->order[0] == 2 && s->order[1] == 1);
	assert_string_equal(s->key[2], "k2");
	assert_string_equal(s->key[1], "k1");
	assert_true(s->shown == 2 && s->logins == 0);
}

/* The agent is killed, and the stream-client with it */
static void test_a_restarted_agent_knows(void **state)
{
	struct stage *s = *state;

	begin(s);
	migrate(s, 2);
	player_left(&s->a, "snake", 1);
	s->there[1] = false;
	looks(s, 2);
	s->there[2] = false;
	s->shown = 0;
	s->puts = s->logins = 0;
	restart_agent(s);
	await(s, s->puts == 1);
	looks(s, 3);
	assert_true(s->order[0] == 2 && s->puts == 1 && s->logins == 0);
}

static void test_a_forgotten_player_is_logged_in(void **state)
{
	struct stage *s = *state;

	begin(s);
	migrate(s, 2);
	looks(s, 2);
	s->logins = s->puts = 0;
	s->state[2] = "stalled";
	s->login_key = "k2"; /* it knows him as before: the path is what fails */
	await(s, s->logins >= 2);
	assert_int_equal(s->puts, 0);
	s->login_key = "k3"; /* it was restarted */
	await(s, s->puts == 1);
	assert_int_equal(s->order[0], 2);
	assert_string_equal(s->key[2], "k3");
	looks(s, 2);
	s->logins = 0;
	looks(s, 2);
	assert_true(s->logins == 0 && s->puts == 1);
}

/* What was shown has gone: the one that is left is added anew, since that is shown then */
static void test_none_is_shown(void **state)
{
	struct stage *s = *state;

	begin(s);
	migrate(s, 2);
	player_left(&s->a, "snake", 2);
	s->there[2] = false;
	s->shown = 0;
	s->puts = 0;
	await(s, s->puts == 1);
	assert_true(s->deletes == 1 && s->order[0] == 1 && s->shown == 1);
}

static void test_a_step_has_the_say(void **state)
{
	struct stage *s = *state;
	struct step_op step = {.name = "switch"};

	begin(s);
	s->a.ops = &step;
	s->there[1] = false;
	s->shown = 0;
	s->puts = s->logins = 0;
	looks(s, 5);
	assert_true(s->puts == 0 && s->logins == 0);
	strcpy(step.name, "figures"); /* it only reads */
	await(s, s->puts == 1);
	s->a.ops = NULL;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_first_stream),
		TEST(test_rendered_on_the_ue_itself),
		TEST(test_a_restarted_client_gets_all_back),
		TEST(test_a_restarted_agent_knows),
		TEST(test_a_forgotten_player_is_logged_in),
		TEST(test_none_is_shown),
		TEST(test_a_step_has_the_say),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("player_keeper", tests, NULL, NULL);
}
