// SPDX-License-Identifier: Apache-2.0
/*
 * Migrations that are turned on their way: cancel in each state, the end of the hold, switch-back,
 * and what happens when the other way can't be had either.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/manager_world.h"

static char id[32];

static void post(struct world *w, const char *mode, unsigned hold_ms)
{
	snprintf(id, sizeof id, "%s", world_post(w, mode, hold_ms));
}

static json_int_t detail(struct world *w, const char *name)
{
	return json_integer_value(
		json_object_get(json_object_get(w->answer.body, "details"), name));
}

/* ---- cancel ---- */

static void cancel_at(const char *mode, const char *at, const char *wanted_state,
		      const char *answered_state)
{
	struct world *w;
	void *state;

	world_setup(&state);
	w = state;
	peers_fault(&w->peers,
		    &(struct fault){.at = at, .what = FAULT_LATE, .late_ms = 500, .times = 1});
	post(w, mode, 0);
	world_wait(w, strstr(w->peers.trace, at));
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_expect(w, 202, NULL);
	assert_string_equal(world_text(w, "state"), answered_state);
	/* again: still under way to where it goes, or there */
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_expect(w, strcmp(answered_state, "rolled-back") == 0 ? 409 : 202, NULL);
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	assert_string_equal(world_text(w, "state"), wanted_state);
	assert_string_equal(world_text(w, "cause"),
			    strcmp(wanted_state, "rolled-back") == 0 ? "CANCELLED" : "");
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_expect(w, 409, "ALREADY_SWITCHED");
	world_teardown(&state);
}

static void test_cancel_in_each_state(void **state)
{
	static const struct {
		const char *mode, *at, *end, *answered;
	} rows[] = {
		/* nothing to undo */
		{MBB, "status", "rolled-back", "rolled-back"},
		{MBB, "sessions", "rolled-back", "rolled-back"},
		{MBB, "anchor", "rolled-back", "rolling-back"},
		{MBB, "establish", "rolled-back", "rolling-back"},
		{MBB, "probe", "rolled-back", "rolling-back"},
		/* sent: its answer decides, and it was done */
		{MBB, "switch", "completed", "switching"},
		{BBM, "sessions", "rolled-back", "rolled-back"},
		{BBM, "anchor", "rolled-back", "switching"},
		{BBM, "drop", "rolled-back", "switching"},
		{BBM, "await", "completed", "switching"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("# %zu: %s at %s\n", i, rows[i].mode, rows[i].at);
		cancel_at(rows[i].mode, rows[i].at, rows[i].end, rows[i].answered);
	}
}

static void test_cancel_after_the_switch(void **state)
{
	struct world *w = *state;

	post(w, MBB, 60000);
	world_wait(w, world_holds(w, id));
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_expect(w, 409, "ALREADY_SWITCHED");
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_wait(w, world_ended(w, id));
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_expect(w, 409, "ALREADY_SWITCHED");
	world_check_end(w, id);
}

/* ---- the hold ---- */

static void test_switch_back(void **state)
{
	struct world *w = *state;
	char states[256];

	world_ask(w, "POST", "/v1/migrations/m1/switch-back", NULL);
	world_expect(w, 404, "MIGRATION_NOT_FOUND");
	post(w, MBB, 60000);
	world_ask(w, "POST", "/v1/migrations/m1/switch-back", NULL);
	world_wait(w, world_holds(w, id));
	world_ask(w, "POST", "/v1/migrations/m1/switch-back", NULL);
	world_expect(w, 202, NULL);
	assert_string_equal(world_text(w, "direction"), "back");
	world_wait(w, world_holds(w, id));
	assert_int_equal(w->peers.primary, 1);
	world_ask(w, "POST", "/v1/migrations/m1/switch-back", NULL);
	world_expect(w, 409, "NOT_HOLDING");
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_expect(w, 409, "ALREADY_SWITCHED");
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_expect(w, 202, NULL);
	world_watch(w, id, NULL, states, sizeof states);
	assert_string_equal(states, "accepted preparing synchronising ready switching releasing "
				    "switching releasing completed ");
	world_check_end(w, id);
	assert_int_equal(detail(w, "source_session"), 2);
	assert_int_equal(detail(w, "destination_session"), 1);
	assert_string_equal(w->peers.trace, MBB_UP_TO_SWITCH
			    "switch(1) anchor(dnai-a) status release(2) session(2) ");
}

static void test_switch_back_break_before_make(void **state)
{
	struct world *w = *state;

	post(w, BBM, 60000);
	world_wait(w, world_holds(w, id));
	world_ask(w, "POST", "/v1/migrations/m1/switch-back", NULL);
	world_expect(w, 202, NULL);
	world_wait(w, world_holds(w, id));
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	assert_int_equal(w->peers.session[1].generation, 3);
	assert_string_equal(w->peers.trace,
			    BBM_TRACE "anchor(dnai-a) session(1) drop(1) await(1) ");
}

/* The old session has gone in the meantime: it goes on where it is, and says why. */
static void test_switch_back_fails(void **state)
{
	struct world *w = *state;
	char states[256];

	post(w, MBB, 60000);
	world_wait(w, world_holds(w, id));
	w->peers.session[1].up = false;
	world_ask(w, "POST", "/v1/migrations/m1/switch-back", NULL);
	world_expect(w, 202, NULL);
	world_wait(w, world_holds(w, id));
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_expect(w, 202, NULL);
	world_watch(w, id, NULL, states, sizeof states);
	assert_string_equal(states, "accepted preparing synchronising ready switching releasing "
				    "switching releasing completed ");
	world_get(w, id);
	assert_string_equal(world_text(w, "state"), "completed");
	assert_string_equal(world_text(w, "direction"), "forward");
	assert_string_equal(world_text(w, "cause"), "SESSION_NOT_FOUND");
	assert_int_equal(json_integer_value(json_object_get(w->answer.body, "epoch")), 3);
	assert_int_equal(w->peers.primary, 2);
	assert_int_equal(detail(w, "source_session"), 1);
	assert_string_equal(w->peers.anchor, "dnai-b");
	assert_string_equal(w->peers.trace, MBB_UP_TO_SWITCH
			    "switch(1) switch(2) anchor(dnai-b) status release(1) session(1) ");
}

/* What the UE was to keep is gone: the other session is not released. */
static void test_destination_lost(void **state)
{
	struct world *w = *state;

	post(w, MBB, 60000);
	world_wait(w, world_holds(w, id));
	w->peers.session[2].up = false;
	w->peers.primary = 1; /* the UE agent follows the kernel */
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_wait(w, world_ended(w, id));
	world_get(w, id);
	assert_string_equal(world_text(w, "state"), "failed");
	assert_string_equal(world_text(w, "cause"), "SESSION_LOST");
	assert_true(w->peers.session[1].up);
	assert_null(strstr(w->peers.trace, "release"));
}

static void test_source_lost(void **state)
{
	struct world *w = *state;

	peers_fault(&w->peers,
		    &(struct fault){.at = "probe", .what = FAULT_LATE, .late_ms = 500, .times = 1});
	post(w, MBB, 60000);
	world_wait(w, strstr(w->peers.trace, "probe"));
	w->peers.session[1].up = false;
	w->peers.primary = 2;
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_wait(w, world_ended(w, id));
	world_get(w, id);
	assert_string_equal(world_text(w, "state"), "failed");
	assert_string_equal(world_text(w, "cause"), "SESSION_LOST");
	assert_true(w->peers.session[2].up);
	assert_null(strstr(w->peers.trace, "release"));
}

/* The UE agent doesn't answer any more after the switch: the network releases, and it ends. */
static void test_agent_gone_after_the_switch(void **state)
{
	struct world *w = *state;

	post(w, MBB, 60000);
	world_wait(w, world_holds(w, id));
	w->peers.agent.crash_wanted = true;
	w->peers.agent.crash_ms = 60000;
	world_wait(w, !w->peers.agent.server);
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_wait(w, (world_hasten(w, id, "check"), world_hasten(w, id, "release"),
		       world_ended(w, id)));
	world_check_end(w, id);
	assert_string_equal(world_text(w, "state"), "completed");
	assert_non_null(strstr(w->peers.trace, "drop(1)"));
}

static void test_rollback_fails(void **state)
{
	struct world *w = *state;

	peers_fault(&w->peers, &(struct fault)FAULT_REFUSED("probe", 504, "PATH_NOT_WORKING"));
	peers_fault(&w->peers,
		    &(struct fault)FAULT_REFUSED("anchor(dnai-a)", 404, "UPF_NOT_FOUND"));
	post(w, MBB, 0);
	world_wait(w, world_ended(w, id));
	world_get(w, id);
	assert_string_equal(world_text(w, "state"), "failed");
	assert_string_equal(world_text(w, "cause"), "UPF_NOT_FOUND");
	assert_int_equal(w->peers.primary, 1);
}

/* One UE's agent that never answers holds up no other UE. */
static void test_two_ues(void **state)
{
	struct world *w = *state;

	world_ask(w, "PUT", "/v1/ues/imsi-99999", json_pack("{s:s}", "url", "http://127.0.0.1:9"));
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s}", "ue", "imsi-99999", "destination", "edge-b"));
	world_expect(w, 202, NULL);
	post(w, MBB, 0);
	assert_string_equal(id, "m2");
	world_wait(w, world_ended(w, "m2"));
	world_check_end(w, "m2");
	assert_string_equal(world_text(w, "state"), "completed");
	world_wait(w, (world_hasten(w, "m1", "survey"), world_ended(w, "m1")));
	world_get(w, "m1");
	assert_string_equal(world_text(w, "cause"), "PARTICIPANT_NOT_REACHABLE");
	assert_string_equal(world_text(w, "state"), "rolled-back");
}

static void test_end_of_hold(void **state)
{
	struct world *w = *state;

	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_expect(w, 404, "MIGRATION_NOT_FOUND");
	peers_fault(&w->peers,
		    &(struct fault){.at = "establish", .what = FAULT_LATE, .late_ms = 300});
	post(w, MBB, 60000);
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_expect(w, 409, "NOT_HOLDING");
	world_wait(w, world_holds(w, id));
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_expect(w, 202, NULL);
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_expect(w, 409, "NOT_HOLDING");
	world_ask(w, "POST", "/v1/migrations/m1/switch-back", NULL);
	world_expect(w, 409, "NOT_HOLDING");
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cancel_in_each_state),
		ROW(test_cancel_after_the_switch),
		ROW(test_switch_back),
		ROW(test_switch_back_break_before_make),
		ROW(test_end_of_hold),
		ROW(test_switch_back_fails),
		ROW(test_destination_lost),
		ROW(test_source_lost),
		ROW(test_agent_gone_after_the_switch),
		ROW(test_rollback_fails),
		ROW(test_two_ues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
