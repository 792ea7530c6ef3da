// SPDX-License-Identifier: Apache-2.0
/*
 * Mode uplink-classifier (migration-manager/modes/uplink-classifier.c): one session, led elsewhere
 * and back by smf-lite, with the edges' routes; each step failing, and turned in the hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/manager_world.h"

static char id[32];

static void post(struct world *w, unsigned hold_ms)
{
	snprintf(id, sizeof id, "%s", world_post(w, ULC, hold_ms));
}

static void post_to(struct world *w, const char *edge)
{
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s, s:i}", "ue", PEER_SUPI, "destination", edge,
			    "strategy", "none", "mode", ULC, "hold_ms", 1));
	world_expect(w, 202, NULL);
	snprintf(id, sizeof id, "%s", world_text(w, "id"));
	world_wait(w, world_ended(w, id));
	world_get(w, id);
	assert_string_equal(world_text(w, "state"), "completed");
}

static json_int_t detail(struct world *w, const char *name)
{
	return json_integer_value(
		json_object_get(json_object_get(w->answer.body, "details"), name));
}

/* The UE agent is only looked at. */
static void test_whole(void **state)
{
	struct world *w = *state;
	char states[256];

	post(w, 10);
	world_watch(w, id, NULL, states, sizeof states);
	assert_string_equal(states, ALL_STATES);
	assert_string_equal(w->peers.trace, ULC_TRACE);
	world_check_end(w, id);
	assert_int_equal(detail(w, "source_session"), 1);
	assert_int_equal(detail(w, "destination_session"), 1);
	assert_true(detail(w, "t0_ns") <= detail(w, "uplink_ns"));
	assert_true(detail(w, "uplink_ns") <= detail(w, "switched_ns"));
	assert_in_range(json_integer_value(json_object_get(
				json_object_get(w->answer.body, "downtime"), "t_down_us")),
			40, 1000000);
	assert_int_equal(w->peers.switches, 0);
	assert_string_equal(w->peers.session[1].anchor_dnai, "dnai-a");
}

/* The way home needs no classifier: what was left of the other edge goes. */
static void test_there_and_back(void **state)
{
	struct world *w = *state;

	post(w, 1);
	world_wait(w, world_ended(w, id));
	w->peers.trace[0] = '\0';
	post_to(w, "edge-a");
	assert_string_equal(w->peers.trace,
			    "status sessions lead(dnai-a) unroute(b) declassify(dnai-b) ");
	assert_string_equal(w->peers.session[1].dnai, "dnai-a");
	classifiers_check(&w->peers);
}

/* What is in force after it counts for other modes: the session that is led to b is at b. */
static void test_break_before_make_after_it(void **state)
{
	struct world *w = *state;

	post(w, 1);
	world_wait(w, world_ended(w, id));
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s}", "ue", PEER_SUPI, "destination", "edge-b",
			    "strategy", "none", "mode", BBM));
	snprintf(id, sizeof id, "%s", world_text(w, "id"));
	world_wait(w, world_ended(w, id));
	world_get(w, id);
	assert_string_equal(world_text(w, "state"), "rolled-back");
	assert_string_equal(world_text(w, "cause"), "ALREADY_THERE");
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s, s:i}", "ue", PEER_SUPI, "destination", "edge-a",
			    "strategy", "none", "mode", BBM, "hold_ms", 1));
	snprintf(id, sizeof id, "%s", world_text(w, "id"));
	world_wait(w, world_ended(w, id));
	world_get(w, id);
	assert_string_equal(world_text(w, "state"), "completed");
	assert_string_equal(w->peers.session[1].anchor_dnai, "dnai-a");
}

static void test_turned_in_the_hold(void **state)
{
	struct world *w = *state;

	post(w, 60000);
	world_wait(w, world_holds(w, id));
	world_ask(w, "POST", "/v1/migrations/m1/switch-back", NULL);
	world_expect(w, 202, NULL);
	world_wait(w, world_holds(w, id));
	assert_string_equal(w->peers.session[1].dnai, "dnai-a");
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	assert_string_equal(w->peers.trace,
			    ULC_UP_TO_SWITCH "lead(dnai-a) unroute(b) declassify(dnai-b) ");
}

static void fail_at(struct fault fault, const char *trace)
{
	void *state = world_new(NULL);
	struct world *w = state;

	print_message("# %s\n", fault.at);
	peers_fault(&w->peers, &fault);
	post(w, 1);
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	assert_string_equal(world_text(w, "state"), "rolled-back");
	assert_string_equal(world_text(w, "cause"), fault.cause);
	assert_string_equal(w->peers.trace, trace);
	world_teardown(&state);
}

static void test_each_step_fails(void **state)
{
	fail_at((struct fault)FAULT_REFUSED("classify", 502, "UPF_REFUSED"),
		"status sessions classify(dnai-b) unroute(b) declassify(dnai-b) ");
	fail_at((struct fault)FAULT_REFUSED("route(b)", 409, "NO_UPF"),
		"status sessions classify(dnai-b) route(b) unroute(b) declassify(dnai-b) ");
	fail_at((struct fault)FAULT_REFUSED("lead(dnai-b)", 409, "GNB_REFUSED"),
		ULC_UP_TO_SWITCH "lead(dnai-a) unroute(b) declassify(dnai-b) ");
}

/* An edge that was left and is gone holds nothing up. */
static void test_left_edge_is_gone(void **state)
{
	struct world *w = *state;

	post(w, 1);
	world_wait(w, world_ended(w, id));
	peers_fault(&w->peers, &(struct fault)FAULT_REFUSED("unroute(b)", 500, "SYSTEM_FAILURE"));
	post_to(w, "edge-a");
	assert_false(w->peers.edge[1].classifier);
}

/* An edge tells of a route that no session needs: it is taken back, one that is needed is not. */
static void test_stale_route(void **state)
{
	struct world *w = *state;
	char url[128];

	post(w, 1);
	world_wait(w, world_ended(w, id));
	w->peers.trace[0] = '\0';
	peers_url(&w->peers.edge[1].server, url, sizeof url);
	for (int i = 0; i < 2; i++) {
		const char *address = i ? "10.60.1.99" : w->peers.session[1].address;

		world_ask(w, "PUT", "/v1/edges/edge-b",
			  json_pack("{s:s, s:s, s:[], s:[s]}", "url", url, "dnai", "dnai-b",
				    "services", "ue_routes", address));
		world_wait(w, strstr(w->peers.trace, "sessions ") && !w->mm.sweeping);
		world_turn(w);
		if (i == 0) {
			assert_string_equal(w->peers.trace, "sessions ");
			w->peers.trace[0] = '\0';
		}
	}
	world_wait(w, strstr(w->peers.trace, "unroute(b)"));
}

#define ROW(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_whole),
		ROW(test_there_and_back),
		ROW(test_break_before_make_after_it),
		ROW(test_turned_in_the_hold),
		cmocka_unit_test(test_each_step_fails),
		ROW(test_left_edge_is_gone),
		ROW(test_stale_route),
	};

	return cmocka_run_group_tests_name("migration_classifier", tests, NULL, NULL);
}
