// SPDX-License-Identifier: Apache-2.0
/*
 * The UE agent's steps about streams, against a stream-client played by the test: joined and left,
 * switched when the pictures are alike, given up, cut short, found again after kill -9; the routes
 * follow the stream and never lead it. And the trigger, against a reflector in the network and a
 * manager, both played by the test.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "agents/ue-agent/trigger.h"
#include "lib/stamp/stamp.h"
#include "tests/unit/agent_world.h"

#define APP "snake"

/* ---- the stream-client ---- */

struct stream_client {
	struct http_server *server;
	bool there[SESSION_IDS];
	unsigned decodes_after; /* looks at a stream before it decodes */
	unsigned looks, puts, switch_puts, deletes;
	char device[32], address[32], key[64];
	/* the one switch that is known */
	json_int_t number;
	unsigned to, shown;
	bool force, alike, given_up, cancelled, complete;
	const char *state, *reason;
};
static struct stream_client sc;

static unsigned wanted(struct http_request *req)
{
	return (unsigned)strtoul(http_param(req, "n"), NULL, 10);
}

static void copy(const json_t *body, const char *name, char *buf, size_t size)
{
	const char *text = json_string_value(json_object_get(body, name));

	snprintf(buf, size, "%s", text ? text : "");
}

static void stream_put(struct http_request *req, void *user)
{
	unsigned n = wanted(req);

	assert_in_range(n, 1, SESSION_IDS - 1);
	sc.puts++;
	sc.there[n] = true;
	sc.looks = 0;
	copy(http_body(req), "device", sc.device, sizeof sc.device);
	copy(http_body(req), "address", sc.address, sizeof sc.address);
	copy(http_body(req), "key", sc.key, sizeof sc.key);
	http_reply(req, 201, json_object());
}

static void stream_get(struct http_request *req, void *user)
{
	if (!sc.there[wanted(req)])
		http_problem(req, 404, "STREAM_NOT_FOUND", "none");
	else
		http_reply(req, 200,
			   json_pack("{s:s}", "state",
				     sc.looks++ < sc.decodes_after ? "joining" : "decoding"));
}

static void stream_delete(struct http_request *req, void *user)
{
	unsigned n = wanted(req);

	sc.deletes++;
	if (sc.there[n])
		http_reply(req, 204, NULL);
	else
		http_problem(req, 404, "STREAM_NOT_FOUND", "none");
	sc.there[n] = false;
}

static void turn(void)
{
	if (strcmp(sc.state, "waiting") != 0)
		return;
	if (sc.alike || sc.force) {
		sc.state = "switched";
		sc.shown = sc.to;
	} else if (sc.given_up) {
		sc.state = "given-up";
	}
}

static void switch_put(struct http_request *req, void *user)
{
	const json_t *body = http_body(req);
	json_int_t number = atoll(http_param(req, "n"));

	sc.switch_puts++;
	if (sc.state && strcmp(sc.state, "waiting") == 0 && number != sc.number) {
		http_problem(req, 409, "SWITCH_WAITING", "another waits");
		return;
	}
	if (number != sc.number) {
		assert_true(number > sc.number);
		sc.number = number;
		sc.state = "waiting";
		sc.to = (unsigned)json_integer_value(json_object_get(body, "to"));
		sc.force = json_is_true(json_object_get(body, "force"));
		assert_true(json_number_value(json_object_get(body, "threshold")) == 0.9);
		assert_int_equal(json_integer_value(json_object_get(body, "timeout_ms")), 75000);
	}
	http_reply(req, 202, json_object());
}

static void switch_get(struct http_request *req, void *user)
{
	if (!sc.number || atoll(http_param(req, "n")) != sc.number) {
		http_problem(req, 404, "SWITCH_NOT_FOUND", "none");
		return;
	}
	turn();
	http_reply(req, 200,
		   json_pack("{s:I, s:s*, s:s, s:f, s:I, s:{s:b}}", "number", sc.number, "reason",
			     sc.reason, "state", sc.state, "ssim", 0.71, "t0_ns",
			     (json_int_t)clock_now_ns(), "downtime", "complete", sc.complete));
}

static void switch_delete(struct http_request *req, void *user)
{
	if (atoll(http_param(req, "n")) != sc.number) {
		http_problem(req, 404, "SWITCH_NOT_FOUND", "none");
	} else if (strcmp(sc.state, "waiting") != 0) {
		http_problem(req, 409, "SWITCH_ENDED", "it has");
	} else {
		sc.state = "cancelled";
		http_reply(req, 204, NULL);
	}
}

static const struct http_route sc_routes[] = {
	{"PUT", "/v1/streams/{n}", stream_put, false},
	{"GET", "/v1/streams/{n}", stream_get, false},
	{"DELETE", "/v1/streams/{n}", stream_delete, false},
	{"PUT", "/v1/switches/{n}", switch_put, false},
	{"GET", "/v1/switches/{n}", switch_get, false},
	{"DELETE", "/v1/switches/{n}", switch_delete, false},
	{0},
};

static void stream_client_start(struct world *w)
{
	struct http_listen listen = {.addr.s_addr = htonl(INADDR_LOOPBACK), .token = "t0ken"};

	assert_int_equal(http_server_new(&w->a.daemon.loop, &listen, sc_routes, w, &sc.server), 0);
	snprintf(w->a.player[0].stream_url, sizeof w->a.player[0].stream_url, "http://127.0.0.1:%u",
		 http_server_port(sc.server));
}

static int setup(void **state)
{
	struct world *w;

	world_setup(state);
	w = *state;
	sc = (struct stream_client){.shown = 1};
	w->a.player_count = 1;
	strcpy(w->a.player[0].app, APP);
	strcpy(w->a.player[0].account, "alice");
	stream_client_start(w);
	world_pdu(w, 1);
	world_pdu(w, 2);
	world_wait(w, w->a.primary == 1);
	sc.there[1] = sc.there[2] = true;
	return 0;
}

static int teardown(void **state)
{
	http_server_free(sc.server);
	return world_teardown(state);
}

static void restart(struct world *w)
{
	world_agent_stop(w);
	world_agent_start(w);
}

/* ---- stream, unstream ---- */

static json_t *stream_args(unsigned epoch)
{
	return json_pack("{s:i, s:i, s:s, s:s, s:i, s:s}", "epoch", (int)epoch, "session", 2, "app",
			 APP, "address", WORLD_SERVICE, "port", 5004, "key", "00ff");
}

static void test_stream(void **state)
{
	struct world *w = *state;
	const struct http_answer *answer;

	sc.there[2] = false;
	sc.decodes_after = 3;
	answer = world_ask(w, "PUT", "/v1/steps/m1/stream", stream_args(1));
	world_expect(answer, 200, NULL);
	assert_true(world_number(answer, "join_us") > 0);
	assert_string_equal(sc.device, "pdu2");
	assert_string_equal(sc.address, WORLD_SERVICE);
	assert_string_equal(sc.key, "00ff");
	assert_int_equal(sc.looks, 4);
	assert_int_equal(w->a.primary, 1);
	/* the key is nowhere on disk */
	answer = world_ask(w, "GET", "/v1/steps/m1/stream", NULL);
	assert_null(strstr(answer->text, "00ff"));
	for (unsigned epoch = 2; epoch < 4; epoch++) /* once there, once not any more */
		world_expect(world_ask(w, "PUT", "/v1/steps/m1/unstream",
				       json_pack("{s:i, s:i, s:s}", "epoch", (int)epoch, "session",
						 2, "app", APP)),
			     200, NULL);
	assert_int_equal(sc.deletes, 2);
	assert_false(sc.there[2]);
	assert_true(sc.there[1]);
}

static void test_stream_refused(void **state)
{
	struct world *w = *state;
	json_t *args = stream_args(1);

	json_object_set_new(args, "app", json_string("chess"));
	world_expect(world_ask(w, "PUT", "/v1/steps/m1/stream", args), 404, "PLAYER_NOT_FOUND");
	args = stream_args(2);
	json_object_del(args, "key");
	world_expect(world_ask(w, "PUT", "/v1/steps/m1/stream", args), 400, "INVALID_PARAMETER");
	assert_int_equal(sc.puts, 0);
}

/* Neither the first answer nor none of it is the end: the manager asks again. */
static void test_stream_client_away(void **state)
{
	struct world *w = *state;

	http_server_free(sc.server);
	sc.server = NULL;
	world_expect(world_ask(w, "PUT", "/v1/steps/m1/stream", stream_args(1)), 503, "NOT_NOW");
	stream_client_start(w);
	world_expect(world_ask(w, "PUT", "/v1/steps/m1/stream", stream_args(1)), 200, NULL);
}

/* ---- switch ---- */

static json_t *switch_args(unsigned epoch, unsigned session, bool force)
{
	json_t *stream = json_pack("{s:i, s:f, s:i, s:b}", "number", 100 + (int)epoch, "threshold",
				   0.9, "timeout_ms", 75000, "force", force);

	if (force)
		json_object_set_new(stream, "cancel", json_integer(99 + (int)epoch));
	return json_pack("{s:i, s:i, s:s, s:o}", "epoch", (int)epoch, "session", (int)session,
			 "app", APP, "stream", stream);
}

static struct world_call *start_switch(struct world *w, unsigned epoch, unsigned session)
{
	return world_start(w, "PUT", "/v1/steps/m1/switch", switch_args(epoch, session, false));
}

static bool turns_passed(unsigned *turns)
{
	return ++*turns > 40;
}

static void test_switch(void **state)
{
	struct world *w = *state;
	struct world_call *call = start_switch(w, 1, 2);
	const json_t *stream;
	unsigned turns = 0;

	/* not alike: neither stream nor routes, however long */
	world_wait(w, sc.state);
	world_wait(w, turns_passed(&turns));
	assert_false(call->done);
	assert_int_equal(w->a.primary, 1);
	assert_int_equal(world_route(w, "10.70.0.0", 16), 1);
	sc.alike = true;
	world_wait(w, call->done);
	world_expect(&call->answer, 200, NULL);
	assert_int_equal(w->a.primary, 2);
	assert_int_equal(world_route(w, "10.70.0.0", 16), 2);
	assert_int_equal(sc.shown, 2);
	stream = json_object_get(call->answer.body, "stream");
	assert_int_equal(json_integer_value(json_object_get(stream, "number")), 101);
	assert_null(json_object_get(stream, "state"));
	assert_true(world_number(&call->answer, "t0_ns") >=
		    json_integer_value(json_object_get(stream, "t0_ns")));
	assert_true(world_number(&call->answer, "switched_ns") >=
		    world_number(&call->answer, "t0_ns"));
	assert_int_equal(sc.switch_puts, 1);
}

static void test_given_up(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	sc.given_up = true;
	call = start_switch(w, 1, 2);
	world_wait(w, call->done);
	world_expect(&call->answer, 409, "SIMILARITY_NOT_REACHED");
	assert_non_null(strstr(call->answer.text, "0.710"));
	sc.reason = "destination-stalled";
	call = start_switch(w, 2, 2);
	world_wait(w, call->done);
	world_expect(&call->answer, 409, "STREAM_STALLED");
	assert_int_equal(w->a.primary, 1);
	assert_int_equal(sc.shown, 1);
}

static void test_cut_short(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	world_expect(world_ask(w, "DELETE", "/v1/steps/m1/switch", NULL), 404, "STEP_NOT_FOUND");
	call = start_switch(w, 1, 2);
	world_wait(w, sc.state);
	world_expect(world_ask(w, "DELETE", "/v1/steps/m1/switch", NULL), 204, NULL);
	world_wait(w, call->done);
	world_expect(&call->answer, 409, "CANCELLED");
	assert_int_equal(w->a.primary, 1);
}

/* It came too late: what has happened is told. */
static void test_cut_too_late(void **state)
{
	struct world *w = *state;
	struct world_call *call = start_switch(w, 1, 2), *cut;

	world_wait(w, sc.state);
	sc.alike = true;
	turn();
	cut = world_start(w, "DELETE", "/v1/steps/m1/switch", NULL);
	world_wait(w, call->done && cut->done);
	world_expect(&call->answer, 200, NULL);
	assert_int_equal(w->a.primary, 2);
}

/* Killed while the stream waits; it has switched when the agent is back, and is not switched again.
 */
static void test_killed(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	start_switch(w, 1, 2);
	world_wait(w, sc.state);
	restart(w);
	assert_int_equal(w->a.primary, 1);
	sc.alike = true;
	turn();
	assert_int_equal(sc.shown, 2);
	call = start_switch(w, 1, 2);
	world_wait(w, call->done);
	world_expect(&call->answer, 200, NULL);
	assert_int_equal(w->a.primary, 2);
	assert_int_equal(sc.number, 101);
	restart(w);
	/* and its outcome is kept */
	world_expect(world_ask(w, "PUT", "/v1/steps/m1/switch", switch_args(1, 2, false)), 200,
		     NULL);
	assert_int_equal(sc.switch_puts, 2);
}

/* Who waited longer than a request does makes room for who asks again. */
static void test_waits_longer_than_a_request(void **state)
{
	struct world *w = *state;
	struct world_call *call[STEP_WAITERS_MAX + 1];

	for (int i = 0; i < STEP_WAITERS_MAX; i++)
		call[i] = start_switch(w, 1, 2);
	world_wait(w, w->a.ops && w->a.ops->waiter_count == STEP_WAITERS_MAX);
	w->a.ops->waiter_since_ns[0] -= STEP_WAITER_MS * UINT64_C(1000000);
	call[STEP_WAITERS_MAX] = start_switch(w, 1, 2);
	world_wait(w, call[0]->done);
	world_expect(&call[0]->answer, 503, "NOT_NOW");
	sc.alike = true;
	for (int i = 1; i <= STEP_WAITERS_MAX; i++) {
		world_wait(w, call[i]->done);
		world_expect(&call[i]->answer, 200, NULL);
	}
	assert_int_equal(sc.switch_puts, 1);
}

/* Rolling back: the one that still waits is cancelled, and the source shown whatever the pictures;
 * the older step, which ends late, doesn't take the routes back. */
static void test_forced_back(void **state)
{
	struct world *w = *state;
	struct world_call *old = start_switch(w, 1, 2);

	world_wait(w, sc.state);
	world_expect(world_ask(w, "PUT", "/v1/steps/m1/switch", switch_args(2, 1, true)), 200,
		     NULL);
	assert_int_equal(sc.number, 102);
	assert_int_equal(sc.shown, 1);
	world_wait(w, old->done);
	assert_int_not_equal(old->answer.status, 200);
	assert_int_equal(w->a.primary, 1);
	/* and where the older one had switched already */
	sc.alike = true;
	world_expect(world_ask(w, "PUT", "/v1/steps/m1/switch", switch_args(3, 2, false)), 200,
		     NULL);
	assert_int_equal(w->a.primary, 2);
	world_expect(world_ask(w, "PUT", "/v1/steps/m1/switch", switch_args(4, 1, true)), 200,
		     NULL);
	assert_int_equal(sc.shown, 1);
	assert_int_equal(w->a.primary, 1);
}

/* The stream-client was restarted and knows of no such switch or stream any more. */
static void test_switch_forgotten(void **state)
{
	struct world *w = *state;
	struct world_call *call = start_switch(w, 1, 2);

	world_wait(w, sc.state);
	sc.number = 0;
	world_wait(w, call->done);
	world_expect(&call->answer, 502, "SWITCH_NOT_FOUND");
	assert_int_equal(w->a.primary, 1);
}

static void test_bad_number(void **state)
{
	struct world *w = *state;
	json_t *args = switch_args(1, 2, false);

	json_object_set_new(json_object_get(args, "stream"), "number", json_string("many"));
	world_expect(world_ask(w, "PUT", "/v1/steps/m1/switch", args), 400, "INVALID_PARAMETER");
	assert_int_equal(sc.switch_puts, 0);
}

static void test_figures(void **state)
{
	struct world *w = *state;
	struct world_call *call;
	unsigned turns = 0;

	sc.alike = true;
	world_expect(world_ask(w, "PUT", "/v1/steps/m1/switch", switch_args(1, 2, false)), 200,
		     NULL);
	call = world_start(w, "PUT", "/v1/steps/m1/figures",
			   json_pack("{s:i, s:i, s:s, s:i, s:i}", "epoch", 1, "session", 2, "app",
				     APP, "number", 101, "wait_ms", 5000));
	world_wait(w, turns_passed(&turns));
	assert_false(call->done);
	sc.complete = true;
	world_wait(w, call->done);
	world_expect(&call->answer, 200, NULL);
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(call->answer.body, "stream"), "number")),
			 101);
	/* as they are when the time is over */
	sc.complete = false;
	world_expect(world_ask(w, "PUT", "/v1/steps/m2/figures",
			       json_pack("{s:i, s:i, s:s, s:i, s:i}", "epoch", 1, "session", 2,
					 "app", APP, "number", 101, "wait_ms", 0)),
		     200, NULL);
}

/* ---- the trigger ---- */

struct network {
	int fd;
	uv_poll_t poll;
	bool silent;
	unsigned seen;
	struct http_server *manager;
	unsigned asked;
	unsigned status;
};
static struct network net;

static void reflect(uv_poll_t *poll, int status, int events)
{
	struct stamp_test test;
	struct stamp_reply reply = {0};
	struct sockaddr_in from;
	socklen_t len = sizeof from;
	uint8_t packet[256];
	ssize_t n = recvfrom(net.fd, packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr *)&from,
			     &len);

	if (n <= 0)
		return;
	assert_int_equal(stamp_test_decode(packet, (size_t)n, &test), 0);
	net.seen++;
	if (net.silent)
		return;
	reply.seq = net.seen;
	reply.ssid = test.ssid;
	reply.sender_seq = test.seq;
	reply.sender_time_ns = test.time_ns;
	reply.time_ns = reply.received_ns = clock_now_ns();
	stamp_reply_encode(&reply, packet);
	sendto(net.fd, packet, STAMP_LEN, 0, (struct sockaddr *)&from, len);
}

static void migrations_post(struct http_request *req, void *user)
{
	const json_t *body = http_body(req);

	assert_string_equal(json_string_value(json_object_get(body, "app")), APP);
	assert_string_equal(json_string_value(json_object_get(body, "strategy")), "dual");
	assert_null(json_object_get(body, "destination"));
	net.asked++;
	if (net.status == 202)
		http_reply(req, 202, json_pack("{s:s}", "id", "m1"));
	else
		http_problem(req, net.status, "NO_BETTER_EDGE", "told so by a test");
}

static const struct http_route manager_routes[] = {
	{"POST", "/v1/migrations", migrations_post, false}, {0}};

static void network_start(struct world *w)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(STAMP_PORT)};
	struct http_listen listen = {.addr.s_addr = htonl(INADDR_LOOPBACK), .token = "t0ken"};
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	net = (struct network){.status = 202};
	inet_pton(AF_INET, WORLD_SERVICE, &at.sin_addr);
	assert_int_equal(setns(w->network_ns, CLONE_NEWNET), 0);
	net.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(net.fd, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(setns(own, CLONE_NEWNET), 0);
	close(own);
	uv_poll_init(&w->a.daemon.loop, &net.poll, net.fd);
	uv_poll_start(&net.poll, UV_READABLE, reflect);
	assert_int_equal(
		http_server_new(&w->a.daemon.loop, &listen, manager_routes, w, &net.manager), 0);
	snprintf(w->a.config.manager_url, sizeof w->a.config.manager_url, "http://127.0.0.1:%u",
		 http_server_port(net.manager));
}

static void trigger_begin(struct world *w, uint32_t rtt_ms, double loss, uint32_t hold_off_ms)
{
	network_start(w);
	w->a.trigger_config = (struct trigger_config){.rtt_ms = rtt_ms,
						      .loss = loss,
						      .for_ms = 100,
						      .hold_off_ms = hold_off_ms,
						      .interval_ms = 10};
	inet_pton(AF_INET, WORLD_SERVICE, &w->a.trigger_config.service);
	assert_int_equal(trigger_start(&w->a), 0);
}

static int trigger_teardown(void **state)
{
	struct world *w = *state;

	trigger_stop(&w->a);
	if (net.manager) {
		http_server_free(net.manager);
		uv_close((uv_handle_t *)&net.poll, NULL);
		uv_run(&w->a.daemon.loop, UV_RUN_NOWAIT);
		close(net.fd);
	}
	return teardown(state);
}

static json_int_t trigger_count(struct world *w, const char *name)
{
	json_t *j = trigger_json(&w->a);
	json_int_t count = json_integer_value(json_object_get(j, name));

	json_decref(j);
	return count;
}

/* A path that loses everything is asked to be left; once, and again after the hold-off. */
static void test_trigger_loss(void **state)
{
	struct world *w = *state;

	trigger_begin(w, 0, 0.2, 300);
	world_wait(w, net.seen > 90); /* a good one isn't */
	assert_int_equal(net.asked, 0);
	assert_true(trigger_count(w, "rtt_us") > 0);
	net.silent = true;
	world_wait(w, net.asked == 1);
	assert_int_equal(trigger_count(w, "asked"), 1);
	world_wait(w, trigger_count(w, "begun") == 1);
	net.status = 409;
	world_wait(w, net.asked == 2);
	world_wait(w, trigger_count(w, "asked") == 2);
	assert_int_equal(trigger_count(w, "begun"), 1);
}

/* Any round trip takes longer than none at all: with a threshold of 1 ms it is the test's own delay
 * that is over it. */
static void test_trigger_rtt(void **state)
{
	struct world *w = *state;
	unsigned seen;

	trigger_begin(w, 60000, 0, 100000);
	world_wait(w, net.seen > 40);
	assert_int_equal(net.asked, 0);
	w->a.trigger_config.rtt_ms = 1;
	uv_poll_stop(&net.poll);
	for (seen = 0; seen < 400 && !net.asked; seen++) {
		/* answered late: a batch at a time, each older than the threshold by then */
		for (int turns = 0; turns < 4; turns++)
			uv_run(&w->a.daemon.loop, UV_RUN_ONCE);
		reflect(&net.poll, 0, UV_READABLE);
	}
	assert_int_equal(net.asked, 1);
	uv_poll_start(&net.poll, UV_READABLE, reflect);
	seen = net.seen;
	world_wait(w, net.seen > seen + 40); /* held off */
	assert_int_equal(net.asked, 1);
}

/* What was measured over the old path, which each further packet would show to be over the
 * threshold, says nothing of the new one: that has to lose packets for as long itself. */
static void test_trigger_new_path(void **state)
{
	struct world *w = *state;
	const uint64_t least_ns = UINT64_C(600000000); /* until they are lost, and for_ms */
	json_int_t asked;
	uint64_t since;

	trigger_begin(w, 0, 0.2, 0);
	net.silent = true;
	world_wait(w, trigger_count(w, "asked") > 0);
	asked = trigger_count(w, "asked");
	w->a.primary_set_ns++;
	since = clock_mono_ns();
	world_wait(w, trigger_count(w, "asked") > asked);
	assert_true(clock_mono_ns() - since >= least_ns);
}

int main(void)
{
#define ROW(name)     cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TRIGGER(name) cmocka_unit_test_setup_teardown(name, setup, trigger_teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_stream),
		ROW(test_stream_refused),
		ROW(test_stream_client_away),
		ROW(test_switch),
		ROW(test_given_up),
		ROW(test_cut_short),
		ROW(test_cut_too_late),
		ROW(test_killed),
		ROW(test_waits_longer_than_a_request),
		ROW(test_forced_back),
		ROW(test_switch_forgotten),
		ROW(test_bad_number),
		ROW(test_figures),
		TRIGGER(test_trigger_loss),
		TRIGGER(test_trigger_rtt),
		TRIGGER(test_trigger_new_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
