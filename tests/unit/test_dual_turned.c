// SPDX-License-Identifier: Apache-2.0
/*
 * Strategy dual turned on its way: ping-pong in the countdown any number of times (B15), a way back
 * that can't be had, a side that has died, cancel in each state, and the manager stopped in each of
 * them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/manager_world.h"

static struct world *begin_world(void)
{
	struct world *w = world_new(NULL);

	game_play(&w->peers, 0, 1);
	return w;
}

static int setup(void **state)
{
	*state = begin_world();
	return 0;
}

static void ask(struct world *w, const char *edge, const char *key, int hold_ms)
{
	world_ask_key(w, "POST", "/v1/migrations",
		      json_pack("{s:s, s:s, s:s, s:s, s:i}", "ue", PEER_SUPI, "destination", edge,
				"strategy", "dual", "app", PEER_APP, "hold_ms", hold_ms),
		      key, "t0ken");
}

static void ask_for(struct world *w, const char *edge, const char *key)
{
	ask(w, edge, key, 60000);
}

static void begin(struct world *w)
{
	ask_for(w, "edge-b", NULL);
	world_expect(w, 202, NULL);
	assert_string_equal(world_text(w, "id"), "m1");
}

static void end_hold(struct world *w)
{
	world_wait(w, world_holds(w, "m1"));
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_expect(w, 202, NULL);
}

static json_int_t number(struct world *w, const char *name)
{
	world_get(w, "m1");
	return json_integer_value(
		json_object_get(json_object_get(w->answer.body, "details"), name));
}

static void check_end(struct world *w, int edge)
{
	world_check_end(w, "m1");
	game_check_end(&w->peers, edge);
	assert_int_equal(w->peers.edge[!edge].instance, INSTANCE_ABSENT);
}

/* ---- ping-pong ---- */

/* To and fro by new requests: the same migration, one switch each and nothing else, and the
 * countdown anew each time. */
static void test_ping_pong(void **state)
{
	enum { TIMES = 7 };
	struct world *w = *state;
	json_int_t switched = 0;

	begin(w);
	for (int i = 0; i < TIMES; i++) {
		bool back = i % 2 == 0;

		world_wait(w, world_holds(w, "m1"));
		assert_true(number(w, "switched_ns") > switched);
		switched = number(w, "switched_ns");
		w->peers.trace[0] = '\0';
		ask_for(w, back ? "edge-a" : "edge-b", NULL);
		world_expect(w, 202, NULL);
		assert_string_equal(world_text(w, "id"), "m1");
		assert_string_equal(world_text(w, "direction"), back ? "back" : "forward");
		world_wait(w, world_holds(w, "m1"));
		assert_string_equal(w->peers.trace,
				    back ? "switch(1) figures(1) " : "switch(2) figures(2) ");
		assert_int_equal(w->peers.game.primary, back ? 0 : 1);
		assert_int_equal(w->peers.game.displayed, back ? 1 : 2);
	}
	assert_int_equal(number(w, "turns"), TIMES);
	assert_int_equal(w->peers.game.signals, TIMES + 1);
	assert_int_equal(w->peers.edge[0].logins, 0);
	assert_int_equal(w->peers.edge[1].logins, 1);
	assert_int_equal(w->peers.edge[1].starts, 1);
	w->peers.trace[0] = '\0';
	end_hold(w);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 0);
	assert_string_equal(w->peers.trace,
			    "player(a) unstream(2) logout(b) stop(b) anchor(dnai-a) "
			    "status release(2) session(2) ");
	assert_string_equal(world_text(w, "state"), "completed");
	world_ask(w, "GET", "/v1/migrations", NULL);
	assert_int_equal(json_array_size(json_object_get(w->answer.body, "migrations")), 1);
}

/* The same by the verb; and ended where it went first */
static void test_switch_back_twice(void **state)
{
	struct world *w = *state;

	begin(w);
	for (int i = 0; i < 2; i++) {
		world_wait(w, world_holds(w, "m1"));
		world_ask(w, "POST", "/v1/migrations/m1/switch-back", NULL);
		world_expect(w, 202, NULL);
	}
	end_hold(w);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 1);
	assert_string_equal(world_text(w, "direction"), "forward");
}

/* A key belongs to the request that turned it, and is answered so afterwards. */
static void test_keys(void **state)
{
	struct world *w = *state;

	ask_for(w, "edge-b", "there");
	for (int i = 0; i < 2; i++) {
		world_wait(w, world_holds(w, "m1"));
		ask_for(w, "edge-a", "back");
		world_expect(w, 202, NULL);
		assert_string_equal(world_text(w, "id"), "m1");
		if (i == 1)
			break;
		world_wait(w, world_holds(w, "m1"));
		world_restart(w);
	}
	assert_int_equal(number(w, "turns"), 1);
	ask_for(w, "edge-b", "back");
	world_expect(w, 422, "IDEMPOTENCY_KEY_REUSED");
}

/* What is not for the side that is held, or comes at another time, is refused as ever. */
static void test_not_adopted(void **state)
{
	struct world *w = *state;

	peers_fault(&w->peers,
		    &(struct fault){.at = "login", .what = FAULT_LATE, .late_ms = 300, .times = 1});
	begin(w);
	world_wait(w, strstr(w->peers.trace, "login"));
	ask_for(w, "edge-a", NULL);
	world_expect(w, 409, "UE_BUSY");
	world_wait(w, world_holds(w, "m1"));
	ask_for(w, "edge-b", NULL);
	world_expect(w, 409, "UE_BUSY");
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s}", "ue", PEER_SUPI, "destination", "edge-a"));
	world_expect(w, 409, "UE_BUSY"); /* strategy none */
	assert_int_equal(number(w, "turns"), 0);
}

/* The pair is not alike any more: the player stays where he is, and the next try is a new one. */
static void test_way_back_not_alike(void **state)
{
	struct world *w = *state;

	begin(w);
	world_wait(w, world_holds(w, "m1"));
	w->peers.game.unlike = true;
	ask_for(w, "edge-a", NULL);
	world_expect(w, 202, NULL);
	world_wait(w, world_holds(w, "m1"));
	world_get(w, "m1");
	assert_string_equal(world_text(w, "cause"), "SIMILARITY_NOT_REACHED");
	assert_string_equal(world_text(w, "direction"), "forward");
	assert_int_equal(w->peers.game.primary, 1);
	w->peers.game.unlike = false;
	ask_for(w, "edge-a", NULL);
	world_wait(w, world_holds(w, "m1"));
	world_get(w, "m1");
	assert_string_equal(world_text(w, "cause"), "");
	assert_int_equal(w->peers.game.primary, 0);
	end_hold(w);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 0);
}

/* Where there is no other way a stream that stalls just then is no reason to leave it at that. */
static void test_forced_again(void **state)
{
	struct world *w = *state;

	peers_fault(&w->peers, &(struct fault){.at = "switch(1)",
					       .what = FAULT_REFUSE,
					       .status = 409,
					       .cause = "STREAM_STALLED",
					       .times = 2});
	w->peers.game.unlike = true;
	begin(w);
	world_wait(w, world_ended(w, "m1"));
	world_get(w, "m1");
	assert_string_equal(world_text(w, "state"), "rolled-back");
	assert_string_equal(world_text(w, "cause"), "SIMILARITY_NOT_REACHED");
	assert_int_equal(json_integer_value(json_object_get(w->answer.body, "epoch")), 4);
	game_check_end(&w->peers, 0);
}

/* Asked for while the figures are awaited, the end of the hold is the end of both. */
static void test_hold_ends_early(void **state)
{
	struct world *w = *state;

	peers_fault(&w->peers, &(struct fault){.at = "figures", .what = FAULT_SILENT, .times = 1});
	begin(w);
	world_wait(w, strstr(w->peers.trace, "figures"));
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_expect(w, 202, NULL);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 1);
}

/* ---- a side that has died ---- */

static void test_destination_dies(void **state)
{
	struct world *w = *state;

	begin(w);
	world_wait(w, world_holds(w, "m1"));
	w->peers.edge[1].instance = INSTANCE_ABSENT;
	w->peers.edge[1].player = 0;
	w->peers.game.primary = -1;
	w->peers.game.unlike = true; /* there is no second picture */
	end_hold(w);
	world_wait(w, (world_hasten(w, "m1", "primary"), world_holds(w, "m1")));
	world_get(w, "m1");
	assert_string_equal(world_text(w, "cause"), "NOT_PRIMARY");
	assert_string_equal(world_text(w, "direction"), "back");
	assert_int_equal(w->peers.game.primary, 0);
	assert_null(strstr(w->peers.trace, "logout"));
	end_hold(w);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 0);
}

/* Long before the countdown's end, as long as the side that is held follows the game. */
static void test_destination_dies_in_the_countdown(void **state)
{
	struct world *w = *state;
	const struct migration *m;

	begin(w);
	world_wait(w, world_holds(w, "m1"));
	w->peers.edge[1].instance = INSTANCE_ABSENT;
	w->peers.edge[1].player = w->peers.edge[0].player = 0; /* the cloud is away, too */
	w->peers.game.primary = -1;
	w->peers.game.unlike = true;
	m = manager_find(&w->mm, "m1");
	world_wait(w, m->misses > 4);
	assert_true(world_holds(w, "m1"));
	assert_int_equal(m->epoch, 1);
	w->peers.edge[0].player = 2;
	world_wait(w, m->direction == DIRECTION_BACK && world_holds(w, "m1"));
	world_get(w, "m1");
	assert_string_equal(world_text(w, "cause"), "NOT_PRIMARY");
	assert_int_equal(w->peers.game.primary, 0);
	assert_int_equal(w->peers.game.displayed, 1);
	end_hold(w);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 0);
	assert_string_equal(world_text(w, "state"), "completed");
}

/* An edge agent that is away for a while, or an instance that logs in anew, turns nothing. */
static void test_primary_away_for_a_moment(void **state)
{
	struct world *w = *state;
	const struct migration *m;

	begin(w);
	world_wait(w, world_holds(w, "m1"));
	m = manager_find(&w->mm, "m1");
	w->peers.game.primary = -1;
	world_wait(w, m->misses == 1);
	w->peers.game.primary = 1;
	world_wait(w, m->misses == 0);
	assert_int_equal(m->epoch, 1);
	assert_true(world_holds(w, "m1"));
	end_hold(w);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 1);
}

static bool failed_in_haste(struct world *w)
{
	world_hasten(w, "m1", "primary");
	if (world_holds(w, "m1"))
		world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	return world_ended(w, "m1");
}

/* Both: it says so, and touches nothing. */
static void test_both_die(void **state)
{
	struct world *w = *state;

	begin(w);
	world_wait(w, world_holds(w, "m1"));
	for (int i = 0; i < PEER_EDGES; i++) {
		w->peers.edge[i].instance = INSTANCE_ABSENT;
		w->peers.edge[i].player = 0;
	}
	w->peers.game.primary = -1;
	world_wait(w, failed_in_haste(w));
	world_get(w, "m1");
	assert_string_equal(world_text(w, "state"), "failed");
	assert_string_equal(world_text(w, "cause"), "NOT_PRIMARY");
	assert_null(strstr(w->peers.trace, "release"));
}

/* ---- cancel ---- */

static void cancel_at(const char *at, bool completes)
{
	struct world *w = begin_world();
	void *own = w;

	peers_fault(&w->peers,
		    &(struct fault){.at = at, .what = FAULT_LATE, .late_ms = 500, .times = 1});
	begin(w);
	world_wait(w, strstr(w->peers.trace, at));
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_expect(w, 202, NULL);
	if (completes)
		end_hold(w);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, completes);
	assert_string_equal(world_text(w, "state"), completes ? "completed" : "rolled-back");
	assert_string_equal(world_text(w, "cause"), completes ? "" : "CANCELLED");
	world_teardown(&own);
}

static void test_cancel_in_each_state(void **state)
{
	static const char *const at[] = {"sessions", "image",  "start",	 "anchor", "establish",
					 "login",    "player", "stream", "probe"};

	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
		print_message("# %zu: %s\n", i, at[i]);
		cancel_at(at[i], false);
	}
	cancel_at("switch", true); /* it was done */
}

/* While it waits for a pair that is alike, also over a restart of the manager, and again */
static void test_cancel_while_waiting(void **state)
{
	for (int restarts = 0; restarts < 2; restarts++) {
		struct world *w = begin_world();
		void *own = w;

		w->peers.game.waits = true;
		begin(w);
		world_wait(w, w->peers.game.waiting);
		if (restarts)
			world_restart(w);
		world_wait(w, w->peers.game.waiting);
		assert_true(world_in(w, "m1", MIGRATION_SWITCHING));
		world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
		world_expect(w, 202, NULL);
		world_wait(w, world_ended(w, "m1"));
		check_end(w, 0);
		assert_string_equal(world_text(w, "state"), "rolled-back");
		assert_string_equal(world_text(w, "cause"), "CANCELLED");
		world_teardown(&own);
	}
}

/* The wait is longer than any other step's time, and longer than one request. */
static void test_long_wait(void **state)
{
	struct world *w = *state;
	struct http_request *first;
	const struct migration *m;

	w->peers.game.waits = true;
	begin(w);
	world_wait(w, w->peers.game.waiting);
	m = manager_find(&w->mm, "m1");
	assert_true(m->deadline_mono_ns > clock_mono_ns() + UINT64_C(75000000000));
	first = w->peers.game.waiting;
	world_wait(w, w->peers.game.waiting != first); /* asked again meanwhile */
	w->peers.game.waits = false;
	end_hold(w);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 1);
	assert_int_equal(w->peers.game.signals, 1);
}

/* What the request says of the stream switch comes to the UE agent, and back from the journal. */
static void test_arguments(void **state)
{
	struct world *w = *state;

	w->peers.game.waits = true;
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s, s:f, s:i, s:i}", "ue", PEER_SUPI, "destination",
			    "edge-b", "strategy", "dual", "app", PEER_APP, "threshold", 0.95,
			    "window", 3, "timeout_ms", 1234));
	world_expect(w, 202, NULL);
	assert_int_equal(json_integer_value(json_object_get(w->answer.body, "hold_ms")), 30000);
	for (int i = 0; i < 2; i++) {
		const json_t *stream;

		world_wait(w, w->peers.game.waiting);
		stream = json_object_get(http_body(w->peers.game.waiting), "stream");
		assert_true(json_number_value(json_object_get(stream, "threshold")) == 0.95);
		assert_int_equal(json_integer_value(json_object_get(stream, "window")), 3);
		assert_int_equal(json_integer_value(json_object_get(stream, "timeout_ms")), 1234);
		assert_false(json_is_true(json_object_get(stream, "force")));
		if (i == 0) {
			http_problem(w->peers.game.waiting, 503, "NOT_NOW", "told so by a test");
			w->peers.game.waiting = NULL;
			world_restart(w);
		}
	}
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 0);
}

/* Who asks for nothing gives up after 75 s, and has the player's own threshold and window */
static void test_default_arguments(void **state)
{
	struct world *w = *state;
	const json_t *stream;

	w->peers.game.waits = true;
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s}", "ue", PEER_SUPI, "destination", "edge-b",
			    "strategy", "dual", "app", PEER_APP));
	world_expect(w, 202, NULL);
	world_wait(w, w->peers.game.waiting);
	stream = json_object_get(http_body(w->peers.game.waiting), "stream");
	assert_int_equal(json_integer_value(json_object_get(stream, "timeout_ms")), 75000);
	assert_null(json_object_get(stream, "threshold"));
	assert_null(json_object_get(stream, "window"));
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 0);
}

/* How long to hold: as the request says, else as the UE agent does of its player */
static void test_countdown(void **state)
{
	static const struct {
		int told, asked, held;
	} rows[] = {{0, 0, 30000}, {7000, 0, 7000}, {7000, 9000, 9000}, {-5, 0, 30000}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world *w = begin_world();
		void *own = w;
		char url[64];

		peers_url(&w->peers.agent, url, sizeof url);
		world_ask(w, "PUT", "/v1/ues/" PEER_SUPI,
			  json_pack("{s:s, s:[{s:s, s:s, s:i}]}", "url", url, "players", "app",
				    PEER_APP, "account", PEER_ACCOUNT, "countdown_ms",
				    rows[i].told));
		world_ask(w, "POST", "/v1/migrations",
			  json_pack("{s:s, s:s, s:s, s:s, s:o*}", "ue", PEER_SUPI, "destination",
				    "edge-b", "strategy", "dual", "app", PEER_APP, "hold_ms",
				    rows[i].asked ? json_integer(rows[i].asked) : NULL));
		world_expect(w, 202, NULL);
		assert_int_equal(json_integer_value(json_object_get(w->answer.body, "hold_ms")),
				 rows[i].held);
		world_teardown(&own);
	}
}

static json_int_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (json_int_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The old side is held for the whole countdown after the latest switch, not after the first, and
 * released when that is over without being asked (B15, B32). */
static void test_countdown_anew(void **state)
{
	enum { HOLD_MS = 2000, LATER_MS = 300 };
	struct world *w = *state;
	json_int_t first, turned;

	ask(w, "edge-b", NULL, HOLD_MS);
	world_expect(w, 202, NULL);
	world_wait(w, world_holds(w, "m1"));
	first = number(w, "switched_ns");
	world_wait(w, now_ns() > first + LATER_MS * 1000000LL);
	ask(w, "edge-a", NULL, HOLD_MS);
	world_expect(w, 202, NULL);
	assert_string_equal(world_text(w, "id"), "m1");
	world_wait(w, world_holds(w, "m1"));
	turned = number(w, "switched_ns");
	assert_true(turned > first + LATER_MS * 1000000LL);
	w->peers.trace[0] = '\0';
	world_wait(w, strstr(w->peers.trace, "unstream(2)"));
	assert_true(now_ns() >= turned + (HOLD_MS - 2) * 1000000LL); /* timers are of whole ms */
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 0);
	assert_non_null(strstr(w->peers.trace, "unstream(2) logout(b) stop(b)"));
}

/* ---- the manager stopped on the way back ---- */

static void stop_at(const char *at, enum fault_what when, unsigned skip)
{
	struct world *w = begin_world();
	void *own = w;

	peers_fault(&w->peers, &(struct fault){.at = at, .what = when, .skip = skip, .times = 1});
	begin(w);
	world_wait(w, world_holds(w, "m1"));
	ask_for(w, "edge-a", NULL);
	world_expect(w, 202, NULL);
	world_wait(w, world_holds(w, "m1"));
	end_hold(w);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 0);
	assert_string_equal(world_text(w, "state"), "completed");
	assert_int_equal(w->restarts, 1);
	assert_int_equal(w->peers.game.signals, 2);
	world_teardown(&own);
}

static void test_stopped_on_the_way_back(void **state)
{
	static const char *const at[] = {"switch(1)", "figures(1)", "player(a)", "unstream(2)",
					 "logout(b)", "stop(b)",    "release(2)"};

	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
		print_message("# %zu: %s\n", i, at[i]);
		stop_at(at[i], FAULT_STOP_BEFORE, 0);
		stop_at(at[i], FAULT_STOP_AFTER, 0);
	}
}

/* The countdown goes on where it was: neither shorter nor longer for a restart. */
static void test_countdown_survives(void **state)
{
	struct world *w = *state;
	json_int_t switched;

	begin(w);
	world_wait(w, world_holds(w, "m1"));
	switched = number(w, "switched_ns");
	world_restart(w);
	assert_true(world_holds(w, "m1"));
	assert_int_equal(number(w, "switched_ns"), switched);
	end_hold(w);
	world_wait(w, world_ended(w, "m1"));
	check_end(w, 1);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_ping_pong),
		ROW(test_switch_back_twice),
		ROW(test_keys),
		ROW(test_not_adopted),
		ROW(test_way_back_not_alike),
		ROW(test_forced_again),
		ROW(test_hold_ends_early),
		ROW(test_destination_dies),
		ROW(test_destination_dies_in_the_countdown),
		ROW(test_primary_away_for_a_moment),
		ROW(test_both_die),
		cmocka_unit_test(test_cancel_in_each_state),
		cmocka_unit_test(test_cancel_while_waiting),
		ROW(test_long_wait),
		ROW(test_arguments),
		ROW(test_default_arguments),
		cmocka_unit_test(test_countdown),
		ROW(test_countdown_anew),
		cmocka_unit_test(test_stopped_on_the_way_back),
		ROW(test_countdown_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
