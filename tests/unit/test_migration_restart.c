// SPDX-License-Identifier: Apache-2.0
/*
 * The manager stopped at each step of each plan, before and after the step was done, and started
 * again on the same journal: the migration ends where it should, and no participant did a step
 * twice. In this process, and with the real binary and SIGKILL.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/manager_world.h"

struct stopped {
	const char *mode;
	const char *at; /* the step at which the manager is stopped */
	const char *end;
	struct fault fault; /* what has it roll back, or nothing */
	bool back;	    /* switched back in its hold */
};

#define BAD_PROBE  FAULT_REFUSED("probe", 504, "PATH_NOT_WORKING")
#define BAD_SWITCH FAULT_REFUSED("switch(2)", 409, "SESSION_NOT_FOUND")
#define BAD_LEAD   FAULT_REFUSED("lead(dnai-b)", 409, "GNB_REFUSED")
#define BAD_AWAIT  FAULT_REFUSED("await", 504, "SESSION_NOT_BACK")

static const struct stopped rows[] = {
	{.mode = MBB, .at = "status", .end = "completed"},
	{.mode = MBB, .at = "sessions", .end = "completed"},
	{.mode = MBB, .at = "anchor(dnai-b)", .end = "completed"},
	{.mode = MBB, .at = "establish(2)", .end = "completed"},
	{.mode = MBB, .at = "probe(2)", .end = "completed"},
	{.mode = MBB, .at = "switch(2)", .end = "completed"},
	{.mode = MBB, .at = "release(1)", .end = "completed"},
	{.mode = MBB, .at = "session(1)", .end = "completed"},
	{.mode = MBB, .at = "release(2)", .end = "rolled-back", .fault = BAD_PROBE},
	{.mode = MBB, .at = "session(2)", .end = "rolled-back", .fault = BAD_PROBE},
	{.mode = MBB, .at = "anchor(dnai-a)", .end = "rolled-back", .fault = BAD_PROBE},
	{.mode = MBB, .at = "switch(1)", .end = "rolled-back", .fault = BAD_SWITCH},
	{.mode = MBB, .at = "switch(1)", .end = "completed", .back = true},
	{.mode = MBB, .at = "anchor(dnai-a)", .end = "completed", .back = true},
	{.mode = MBB, .at = "release(2)", .end = "completed", .back = true},
	{.mode = MBB, .at = "session(2)", .end = "completed", .back = true},
	{.mode = BBM, .at = "status", .end = "completed"},
	{.mode = BBM, .at = "sessions", .end = "completed"},
	{.mode = BBM, .at = "anchor(dnai-b)", .end = "completed"},
	{.mode = BBM, .at = "session(1)", .end = "completed"},
	{.mode = BBM, .at = "drop(1)", .end = "completed"},
	{.mode = BBM, .at = "await(1)", .end = "completed"},
	{.mode = BBM, .at = "anchor(dnai-a)", .end = "rolled-back", .fault = BAD_AWAIT},
	{.mode = BBM, .at = "settle(1)", .end = "rolled-back", .fault = BAD_AWAIT},
	{.mode = BBM, .at = "anchor(dnai-a)", .end = "completed", .back = true},
	{.mode = ULC, .at = "sessions", .end = "completed"},
	{.mode = ULC, .at = "classify(dnai-b)", .end = "completed"},
	{.mode = ULC, .at = "route(b)", .end = "completed"},
	{.mode = ULC, .at = "lead(dnai-b)", .end = "completed"},
	{.mode = ULC, .at = "lead(dnai-a)", .end = "rolled-back", .fault = BAD_LEAD},
	{.mode = ULC, .at = "unroute(b)", .end = "rolled-back", .fault = BAD_LEAD},
	{.mode = ULC, .at = "declassify(dnai-b)", .end = "rolled-back", .fault = BAD_LEAD},
	{.mode = ULC, .at = "lead(dnai-a)", .end = "completed", .back = true},
	{.mode = ULC, .at = "unroute(b)", .end = "completed", .back = true},
	{.mode = ULC, .at = "declassify(dnai-b)", .end = "completed", .back = true},
};

static void run_row(const struct stopped *row, enum fault_what when, const char *binary,
		    bool gently)
{
	struct world *w = world_new(binary);
	void *state = w;
	char id[32];

	w->gently = gently;
	if (row->fault.what)
		peers_fault(&w->peers, &row->fault);
	peers_fault(&w->peers, &(struct fault){.at = row->at, .what = when, .times = 1});
	snprintf(id, sizeof id, "%s", world_post(w, row->mode, row->back ? 60000 : 1));
	if (row->back) {
		world_wait(w, world_holds(w, id));
		world_ask(w, "POST", "/v1/migrations/m1/switch-back", NULL);
		world_wait(w, world_holds(w, id));
		world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	}
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	assert_string_equal(world_text(w, "state"), row->end);
	assert_int_equal(w->restarts, 1);
	world_teardown(&state);
}

static void test_stopped_before_each_step(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("# %zu: %s, %s\n", i, rows[i].mode, rows[i].at);
		run_row(&rows[i], FAULT_STOP_BEFORE, NULL, false);
	}
}

static void test_stopped_after_each_step(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("# %zu: %s, %s\n", i, rows[i].mode, rows[i].at);
		run_row(&rows[i], FAULT_STOP_AFTER, NULL, false);
	}
}

/* Stopped at the same step five times in a row. */
static void test_stopped_again_and_again(void **state)
{
	struct world *w = *state;
	char id[32];

	peers_fault(&w->peers,
		    &(struct fault){.at = "establish", .what = FAULT_STOP_BEFORE, .times = 3});
	peers_fault(&w->peers,
		    &(struct fault){.at = "establish", .what = FAULT_STOP_AFTER, .times = 2});
	snprintf(id, sizeof id, "%s", world_post(w, MBB, 0));
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	assert_string_equal(world_text(w, "state"), "completed");
	assert_int_equal(w->restarts, 5);
}

/* A hold goes on where it was, and what had ended stays as it was. */
static void test_stopped_in_the_hold(void **state)
{
	struct world *w = *state;
	char id[32], states[256];

	snprintf(id, sizeof id, "%s", world_post(w, MBB, 60000));
	world_wait(w, world_holds(w, id));
	world_restart(w);
	assert_true(world_holds(w, id));
	assert_int_equal(w->peers.primary, 2);
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_expect(w, 202, NULL);
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	world_restart(w);
	world_check_end(w, id);
	assert_string_equal(world_text(w, "state"), "completed");
	world_watch(w, id, NULL, states, sizeof states);
	assert_string_equal(
		states, "accepted preparing synchronising ready switching releasing completed ");
	assert_non_null(strstr(w->events, "event: resumed"));
	world_ask(w, "GET", "/v1/migrations?state=completed", NULL);
	assert_int_equal(json_array_size(json_object_get(w->answer.body, "migrations")), 1);
}

/* What was answered 202 is not forgotten: a cancel that waits for the switch's answer. */
static void test_cancel_survives(void **state)
{
	struct world *w = *state;
	char id[32];

	peers_fault(&w->peers, &(struct fault){.at = "drop", .what = FAULT_LOSE, .times = 1});
	snprintf(id, sizeof id, "%s", world_post(w, BBM, 0));
	world_wait(w, strstr(w->peers.trace, "drop"));
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_expect(w, 202, NULL);
	world_restart(w);
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	assert_string_equal(world_text(w, "state"), "rolled-back");
	assert_string_equal(world_text(w, "cause"), "CANCELLED");
}

/* Agents come back one after another, and the edges last. */
static void test_edges_register_late(void **state)
{
	static const char *const at[] = {"status", "establish(2)"};

	for (size_t i = 0; i < 2; i++) {
		struct world *w = world_new(NULL);
		void *own = w;
		char id[32], url[64];
		unsigned turns = 0;

		peers_fault(&w->peers,
			    &(struct fault){.at = at[i], .what = FAULT_SILENT, .times = 1});
		snprintf(id, sizeof id, "%s", world_post(w, MBB, 0));
		world_wait(w, strstr(w->peers.trace, at[i]));
		world_manager_stop(w);
		world_manager_start(w);
		peers_url(&w->peers.agent, url, sizeof url);
		world_ask(w, "PUT", "/v1/ues/" PEER_SUPI, json_pack("{s:s}", "url", url));
		world_wait(w, turns++ > 20);
		assert_false(world_ended(w, id));
		world_register(w);
		world_wait(w, world_ended(w, id));
		world_check_end(w, id);
		assert_string_equal(world_text(w, "state"), "completed");
		world_teardown(&own);
	}
}

/* ---- the binary itself ---- */

/* BUILD/tests/this -> BUILD/bin/migration-manager */
static const char *binary(void)
{
	static char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 64);
	char *slash;

	assert_true(len > 0);
	path[len] = '\0';
	for (int i = 0; i < 2; i++) {
		slash = strrchr(path, '/');
		assert_non_null(slash);
		*slash = '\0';
	}
	strcat(path, "/bin/migration-manager");
	return path;
}

static void test_killed_at_each_step(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].back) /* steered by looking into the manager */
			continue;
		print_message("# %zu: %s, %s\n", i, rows[i].mode, rows[i].at);
		run_row(&rows[i], FAULT_STOP_BEFORE, binary(), false);
		run_row(&rows[i], FAULT_STOP_AFTER, binary(), false);
	}
}

/* SIGTERM in the middle of each step: an orderly end, and under ASan one without a leak */
static void test_asked_to_end_at_each_step(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].back)
			continue;
		print_message("# %zu: %s, %s\n", i, rows[i].mode, rows[i].at);
		run_row(&rows[i], FAULT_STOP_BEFORE, binary(), true);
	}
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stopped_before_each_step),
		cmocka_unit_test(test_stopped_after_each_step),
		ROW(test_stopped_again_and_again),
		ROW(test_stopped_in_the_hold),
		ROW(test_cancel_survives),
		cmocka_unit_test(test_edges_register_late),
		cmocka_unit_test(test_killed_at_each_step),
		cmocka_unit_test(test_asked_to_end_at_each_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
