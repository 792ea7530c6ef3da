// SPDX-License-Identifier: Apache-2.0
/*
 * Migrations over the manager's REST interface, against smf-lite and a UE agent played by the test:
 * each mode's way, its events, each step failing or delayed.
 */
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

/* ---- the way of each mode ---- */

static void test_make_before_break(void **state)
{
	struct world *w = *state;
	char states[256];

	post(w, MBB, 30);
	world_watch(w, id, NULL, states, sizeof states);
	assert_string_equal(states, ALL_STATES);
	assert_string_equal(w->peers.trace,
			    MBB_UP_TO_SWITCH "anchor(dnai-b) status release(1) session(1) ");
	world_check_end(w, id);
	assert_int_equal(detail(w, "source_session"), 1);
	assert_int_equal(detail(w, "destination_session"), 2);
	assert_int_equal(detail(w, "setup_us"), 4321);
	assert_in_range(json_integer_value(json_object_get(
				json_object_get(w->answer.body, "downtime"), "t_down_us")),
			40, 1000000);
	assert_int_equal(w->peers.switches, 1);
}

static void test_break_before_make(void **state)
{
	struct world *w = *state;
	char states[256];

	post(w, BBM, 10);
	world_watch(w, id, NULL, states, sizeof states);
	assert_string_equal(states, ALL_STATES);
	assert_string_equal(w->peers.trace, BBM_TRACE);
	world_check_end(w, id);
	assert_int_equal(detail(w, "destination_generation"), 2);
}

/* A session that is at the destination already is used, and in break-before-make goes first. */
static void test_reused_session(void **state)
{
	struct world *w = *state;

	peers_session_up(&w->peers, 5, "dnai-b");
	post(w, MBB, 0);
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	assert_int_equal(w->peers.primary, 5);
	assert_null(strstr(w->peers.trace, "establish"));
}

static void test_standby_goes_first(void **state)
{
	struct world *w = *state;

	peers_session_up(&w->peers, 5, "dnai-b");
	post(w, BBM, 0);
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	assert_int_equal(w->peers.primary, 1);
	assert_non_null(strstr(w->peers.trace, "release-standby(5)"));
}

/* What is rolled back leaves a session alone that was there before. */
static void test_reused_session_stays(void **state)
{
	struct world *w = *state;

	peers_session_up(&w->peers, 5, "dnai-b");
	peers_fault(&w->peers, &(struct fault){.at = "probe",
					       .what = FAULT_REFUSE,
					       .status = 504,
					       .cause = "PATH_NOT_WORKING"});
	post(w, MBB, 0);
	world_wait(w, world_ended(w, id));
	world_get(w, id);
	assert_string_equal(world_text(w, "state"), "rolled-back");
	assert_string_equal(world_text(w, "cause"), "PATH_NOT_WORKING");
	assert_true(w->peers.session[5].up && w->peers.session[1].up);
	assert_int_equal(w->peers.primary, 1);
}

/* ---- events ---- */

static void test_events_live_and_replayed(void **state)
{
	struct world *w = *state;
	char states[256];
	int fd;

	post(w, MBB, 60000);
	world_wait(w, world_holds(w, id));
	fd = world_watch_open(w, id, NULL);
	world_wait(w, (world_watch_read(w, fd), strstr(w->events, "releasing")));
	assert_false(w->events_over);
	assert_null(strstr(w->events, "completed"));
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_expect(w, 202, NULL);
	world_wait(w, (world_watch_read(w, fd), w->events_over));
	close(fd);
	world_states(w->events, states, sizeof states);
	assert_string_equal(states, ALL_STATES);
	assert_non_null(strstr(w->events, "id: 1\nevent: state\ndata: {"));
	/* from the fifth on; from the last; from beyond; with nonsense: all */
	world_watch(w, id, "5", states, sizeof states);
	assert_string_equal(states, "releasing completed ");
	world_watch(w, id, "7", states, sizeof states);
	assert_string_equal(states, "");
	world_watch(w, id, "4000000000", states, sizeof states);
	assert_string_equal(states, "");
	world_watch(w, id, "x", states, sizeof states);
	assert_string_equal(states, ALL_STATES);
}

/* Who leaves in the middle is forgotten, and more than the limit are refused. */
static void test_event_watchers(void **state)
{
	enum { MANY = 130 };
	struct world *w = *state;
	int fd[MANY], refused = 0;

	post(w, MBB, 60000);
	world_wait(w, world_holds(w, id));
	for (int i = 0; i < MANY; i++) {
		fd[i] = world_watch_open(w, id, NULL);
		world_wait(w, (world_watch_read(w, fd[i]), strstr(w->events, "\r\n\r\n")));
		refused += strstr(w->events, "HTTP/1.1 503") != NULL;
	}
	assert_int_equal(refused, 2);
	for (int i = 0; i < MANY; i++)
		close(fd[i]);
	world_wait(w, w->mm.watches == NULL);
}

/* ---- each step failing ---- */

struct failing {
	const char *mode;
	struct fault fault;
	const char *trace;
	const char *cause;
};

#define UNDO_2 "status release(2) session(2) anchor(dnai-a) "

static const struct failing failing[] = {
	{MBB, FAULT_REFUSED("status", 500, "BROKEN"), "status ", "BROKEN"},
	{MBB, {.at = "status", .what = FAULT_NOT_JSON}, "status ", "NO_PRIMARY_SESSION"},
	{MBB, {.at = "status", .what = FAULT_SILENT}, "status ", "PARTICIPANT_NOT_REACHABLE"},
	{MBB, FAULT_REFUSED("status", 503, "NOT_NOW"), "status ", "PARTICIPANT_NOT_REACHABLE"},
	{MBB, FAULT_REFUSED("sessions", 500, "BROKEN"), "status sessions ", "BROKEN"},
	{MBB, {.at = "sessions", .what = FAULT_NOT_JSON}, "status sessions ", "SESSION_NOT_FOUND"},
	{MBB,
	 {.at = "anchor",
	  .what = FAULT_REFUSE,
	  .status = 404,
	  .cause = "UPF_NOT_FOUND",
	  .times = 1},
	 "status sessions anchor(dnai-b) anchor(dnai-a) ",
	 "UPF_NOT_FOUND"},
	{MBB, FAULT_REFUSED("establish", 502, "SESSION_REJECTED"),
	 "status sessions anchor(dnai-b) establish(2) " UNDO_2, "SESSION_REJECTED"},
	{MBB,
	 {.at = "establish", .what = FAULT_LOSE},
	 "status sessions anchor(dnai-b) establish(2) " UNDO_2,
	 "PARTICIPANT_NOT_REACHABLE"},
	{MBB, FAULT_REFUSED("probe", 504, "PATH_NOT_WORKING"),
	 "status sessions anchor(dnai-b) establish(2) probe(2) " UNDO_2, "PATH_NOT_WORKING"},
	{MBB,
	 {.at = "switch",
	  .what = FAULT_REFUSE,
	  .status = 409,
	  .cause = "SESSION_NOT_FOUND",
	  .times = 1},
	 MBB_UP_TO_SWITCH "switch(1) " UNDO_2,
	 "SESSION_NOT_FOUND"},
	/* done, and no answer until the step's time was over: it is undone */
	{MBB,
	 {.at = "switch(2)", .what = FAULT_LOSE},
	 MBB_UP_TO_SWITCH "switch(1) " UNDO_2,
	 "PARTICIPANT_NOT_REACHABLE"},
	{MBB,
	 {.at = "probe", .what = FAULT_CRASH, .times = 1, .late_ms = 2000},
	 "status sessions anchor(dnai-b) establish(2) probe(2) " UNDO_2,
	 "PARTICIPANT_NOT_REACHABLE"},
	{BBM, FAULT_REFUSED("status", 500, "BROKEN"), "status ", "BROKEN"},
	{BBM,
	 {.at = "anchor(dnai-b)",
	  .what = FAULT_REFUSE,
	  .status = 503,
	  .cause = "UPF_NOT_ASSOCIATED"},
	 "status sessions anchor(dnai-b) anchor(dnai-a) ",
	 "PARTICIPANT_NOT_REACHABLE"},
	{BBM, FAULT_REFUSED("drop", 500, "BROKEN"),
	 "status sessions anchor(dnai-b) session(1) drop(1) anchor(dnai-a) session(1) settle(1) ",
	 "BROKEN"},
	/* it came back at the destination: dropped there, it comes back at the source */
	{BBM,
	 {.at = "await", .what = FAULT_LOSE},
	 BBM_TRACE "anchor(dnai-a) session(1) drop(1) session(1) settle(1) ",
	 "PARTICIPANT_NOT_REACHABLE"},
	/* it did not come back at all */
	{BBM,
	 {.at = "never back"},
	 BBM_TRACE "anchor(dnai-a) session(1) restore(1) settle(1) ",
	 "SESSION_NOT_BACK"},
};

/* Once the fault has struck there is no need to wait for the end of the step's time. */
static bool ended_in_haste(struct world *w, const char *at)
{
	char step[32];

	snprintf(step, sizeof step, "%.*s", (int)strcspn(at, "("), at);
	if (strcmp(step, "status") == 0 || strcmp(step, "sessions") == 0)
		strcpy(step, "survey");
	if (strstr(w->peers.trace, at))
		world_hasten(w, id, step);
	return world_ended(w, id);
}

static void fail_once(const struct failing *row)
{
	struct world *w;
	void *state;

	world_setup(&state);
	w = state;
	peers_fault(&w->peers, &row->fault);
	w->peers.never_back = strcmp(row->fault.at, "never back") == 0;
	post(w, row->mode, 0);
	if (strcmp(row->cause, "PARTICIPANT_NOT_REACHABLE") == 0)
		world_wait(w, ended_in_haste(w, row->fault.at));
	else
		world_wait(w, world_ended(w, id));
	assert_string_equal(w->peers.trace, row->trace);
	world_check_end(w, id);
	assert_string_equal(world_text(w, "state"), "rolled-back");
	assert_string_equal(world_text(w, "cause"), row->cause);
	assert_true(world_text(w, "detail")[0]);
	world_teardown(&state);
}

static void test_each_step_failing(void **state)
{
	for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
		print_message("# %zu: %s fails at %s\n", i, failing[i].mode, failing[i].fault.at);
		fail_once(&failing[i]);
	}
}

/* What is slow, busy or gone for a moment fails nothing. */
static const struct fault passing[] = {
	{.at = "establish", .what = FAULT_LATE, .late_ms = 100},
	{.at = "establish", .what = FAULT_REFUSE, .status = 503, .cause = "NOT_NOW", .times = 4},
	{.at = "establish", .what = FAULT_LOSE, .times = 1},
	{.at = "probe", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "switch", .what = FAULT_LOSE, .times = 1},
	{.at = "switch", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "anchor", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "release", .what = FAULT_REFUSE, .status = 500, .cause = "BROKEN", .times = 1},
	{.at = "release", .what = FAULT_SILENT},
	{.at = "session(1)", .what = FAULT_REFUSE, .status = 503, .cause = "NOT_NOW", .times = 3},
	{.at = "session(1)", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
};

static void test_each_step_delayed(void **state)
{
	for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
		struct world *w;
		void *own;

		print_message("# %zu: %s\n", i, passing[i].at);
		world_setup(&own);
		w = own;
		peers_fault(&w->peers, &passing[i]);
		post(w, MBB, 0);
		if (passing[i].what == FAULT_SILENT)
			world_wait(w, ended_in_haste(w, passing[i].at));
		else
			world_wait(w, world_ended(w, id));
		world_check_end(w, id);
		assert_string_equal(world_text(w, "state"), "completed");
		assert_string_equal(world_text(w, "cause"), "");
		world_teardown(&own);
	}
}

/* The UE agent can't release: the network does it. */
static void test_network_releases(void **state)
{
	struct world *w = *state;

	w->peers.no_release = true;
	post(w, MBB, 0);
	world_wait(w, world_ended(w, id));
	world_check_end(w, id);
	assert_non_null(strstr(w->peers.trace, "release(1) session(1) drop(1) session(1) "));
}

/* Neither forward nor back: it says so. */
static void test_failed(void **state)
{
	struct world *w = *state;

	peers_fault(&w->peers, &(struct fault)FAULT_REFUSED("session(1)", 500, "BROKEN"));
	post(w, MBB, 0);
	world_wait(w, world_ended(w, id));
	world_get(w, id);
	assert_string_equal(world_text(w, "state"), "failed");
	assert_string_equal(world_text(w, "cause"), "BROKEN");
	assert_int_equal(w->peers.primary, 2);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_make_before_break),
		ROW(test_break_before_make),
		ROW(test_reused_session),
		ROW(test_reused_session_stays),
		ROW(test_standby_goes_first),
		ROW(test_events_live_and_replayed),
		ROW(test_event_watchers),
		cmocka_unit_test(test_each_step_failing),
		cmocka_unit_test(test_each_step_delayed),
		ROW(test_network_releases),
		ROW(test_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
