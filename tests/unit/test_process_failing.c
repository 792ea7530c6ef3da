// SPDX-License-Identifier: Apache-2.0
/* Strategies that move a process, each step failing: until the switch the source serves on, after
 * it there is only forward. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/process_move.h"

struct failing {
	const char *step; /* of the edges */
	const char *trace;
};

static const struct failing failing[] = {
	{"survey", "status sessions process(a) process(b) survey(a) " DROPPED "anchor(dnai-a) "},
	{"predump.1", PREPARED "predump.1(a) " DROPPED NO_SESSION},
	{"send.1", PREPARED "predump.1(a) receive(b) send.1(a) " DROPPED NO_SESSION},
	{"predump.2",
	 PREPARED "predump.1(a) receive(b) send.1(a) predump.2(a) " DROPPED NO_SESSION},
	{"dump", PREPARED "predump.1(a) receive(b) send.1(a) predump.2(a) receive(b) send.2(a) "
			  "probe(2) dump(a) " DROPPED NO_SESSION},
	{"send", PREPARED "predump.1(a) receive(b) send.1(a) predump.2(a) receive(b) send.2(a) "
			  "probe(2) dump(a) receive(b) send(a) " DROPPED NO_SESSION},
	{"restore", PREPARED
	 "predump.1(a) receive(b) send.1(a) predump.2(a) receive(b) send.2(a) " STOPPED DROPPED
		 NO_SESSION},
};

static void fail_once(const struct failing *row)
{
	struct world *w = move_world();
	void *own = w;

	w->peers.play.fails = row->step;
	w->peers.play.cause = "TOLD_SO";
	move_run(w, "iterative", move_two_rounds());
	move_check_end(w, "rolled-back");
	assert_string_equal(w->peers.trace, row->trace);
	assert_string_equal(world_text(w, "cause"), "TOLD_SO");
	world_teardown(&own);
}

static void test_each_step_failing(void **state)
{
	for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
		print_message("# %zu: %s\n", i, failing[i].step);
		fail_once(&failing[i]);
	}
}

/* Refused, or never answered: the same */
static const struct fault refused[] = {
	FAULT_REFUSED("process(a)", 500, "BROKEN"), FAULT_REFUSED("survey(b)", 500, "BROKEN"),
	FAULT_REFUSED("receive(b)", 507, "BROKEN"), FAULT_REFUSED("send.2(a)", 500, "BROKEN"),
	FAULT_REFUSED("probe(2)", 504, "BROKEN"),   FAULT_REFUSED("dump(a)", 500, "BROKEN"),
	FAULT_REFUSED("restore(b)", 500, "BROKEN"), FAULT_REFUSED("switch(2)", 409, "BROKEN"),
};

static void test_each_step_refused(void **state)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct world *w = move_world();
		void *own = w;

		print_message("# %zu: %s\n", i, refused[i].at);
		peers_fault(&w->peers, &refused[i]);
		move_run(w, "iterative", move_two_rounds());
		move_check_end(w, "rolled-back");
		assert_string_equal(world_text(w, "cause"), "BROKEN");
		world_teardown(&own);
	}
}

/* The UE switched, and nobody heard that it did: it is switched back and the source thawed. */
static void test_switch_lost(void **state)
{
	struct world *w = *state;

	peers_fault(&w->peers, &(struct fault){.at = "switch(2)", .what = FAULT_LOSE});
	move_post(w, "stop-and-copy", NULL);
	world_wait(w, (strstr(w->peers.trace, "switch(2)") ? world_hasten(w, move_id, "switch")
							   : (void)0,
		       world_ended(w, move_id)));
	move_check_end(w, "rolled-back");
	assert_string_equal(w->peers.trace,
			    PREPARED STOPPED "switch(2) switch(1) " DROPPED NO_SESSION);
}

/* The UE can't be switched back: what is at the edges and in the network is undone all the same,
 * and the record says the gravest of what failed. */
static void test_unswitch_fails(void **state)
{
	static const struct {
		struct fault then; /* in the rest of the roll-back */
		const char *cause;
		enum process_life source;
	} rows[] = {
		{{0}, "BROKEN", LIFE_RUNNING},
		{{.at = "thaw(a)", .what = FAULT_STOP_BEFORE, .times = 1}, "BROKEN", LIFE_RUNNING},
		{{.at = "drop(b)", .what = FAULT_STOP_AFTER, .times = 1}, "BROKEN", LIFE_RUNNING},
		{FAULT_REFUSED("thaw(a)", 409, "WORSE"), "WORSE", LIFE_STOPPED},
		{FAULT_REFUSED("anchor(dnai-a)", 500, "LATER"), "BROKEN", LIFE_RUNNING},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world *w = move_world();
		void *own = w;

		print_message("# %zu: %s\n", i, rows[i].then.at ? rows[i].then.at : "");
		peers_fault(&w->peers, &(struct fault){.at = "switch(2)", .what = FAULT_LOSE});
		peers_fault(&w->peers, &(struct fault)FAULT_REFUSED("switch(1)", 409, "BROKEN"));
		if (rows[i].then.at)
			peers_fault(&w->peers, &rows[i].then);
		move_post(w, "stop-and-copy", NULL);
		move_wait_hastened(w, "switch", "switch(2)", "switch(1)");
		move_check_failed(w, rows[i].cause);
		assert_int_equal(w->peers.edge[0].process.life, rows[i].source);
		assert_int_equal(w->peers.edge[1].process.life, LIFE_ABSENT);
		assert_int_equal(w->peers.edge[1].process.images, 0);
		assert_false(w->peers.session[2].up);
		assert_int_equal(w->peers.primary, 1);
		world_teardown(&own);
	}
}

/* The source is lost, and then the network can't be given back either: of both, the first is what
 * has to be known. */
static void test_fails_twice(void **state)
{
	static const char *const then[] = {"session(2)", "anchor(dnai-a)"};

	for (size_t i = 0; i < 2; i++) {
		struct world *w = move_world();
		void *own = w;

		w->peers.play.fails = "restore";
		w->peers.play.cause = "TOLD_SO";
		peers_fault(&w->peers, &(struct fault)FAULT_REFUSED("thaw(a)", 409, "CRASHED"));
		peers_fault(&w->peers, &(struct fault)FAULT_REFUSED(then[i], 500, "BROKEN"));
		move_run(w, "stop-and-copy", NULL);
		move_check_failed(w, "CRASHED");
		assert_non_null(strstr(world_text(w, "detail"), "thaw: "));
		world_teardown(&own);
	}
}

/* What steps only tell each other is in no record that has ended. */
static void test_nothing_passing_stays(void **state)
{
	static const struct {
		const char *strategy;
		struct fault fault;
	} rows[] = {
		{"stop-and-copy", FAULT_REFUSED("survey(b)", 500, "BROKEN")},
		{"post-copy", FAULT_REFUSED("restore(b)", 500, "BROKEN")},
	};

	for (size_t i = 0; i < 2; i++) {
		struct world *w = move_world();
		void *own = w;

		peers_fault(&w->peers, &rows[i].fault);
		move_run(w, rows[i].strategy, NULL);
		move_check_end(w, "rolled-back");
		assert_null(strstr(w->answer.text, "kernel"));
		assert_null(strstr(w->answer.text, "9001"));
		world_teardown(&own);
	}
}

/* A step that gets no further ends by itself. */
static void test_no_progress(void **state)
{
	struct world *w = *state;

	w->peers.play.stuck = "send";
	move_post(w, "stop-and-copy", NULL);
	world_wait(w,
		   (strstr(w->peers.trace, "send(a)") ? world_hasten(w, move_id, "send") : (void)0,
		    world_ended(w, move_id)));
	move_check_end(w, "rolled-back");
	assert_string_equal(world_text(w, "cause"), "NO_PROGRESS");
}

/* CRIU may take long, but who doesn't answer at all is not waited for as long: the source stands
 * still meanwhile. */
static void test_not_reached(void **state)
{
	struct world *w = *state;
	struct engine_times times = *w->mm.times;

	times.unreached = 200;
	w->mm.times = &times;
	peers_fault(&w->peers, &(struct fault){.at = "restore(b)", .what = FAULT_SILENT});
	move_run(w, "stop-and-copy", NULL);
	move_check_end(w, "rolled-back");
	assert_string_equal(world_text(w, "cause"), "PARTICIPANT_NOT_REACHABLE");
}

/* After the switch there is only forward: what ends the source is noted and holds up nothing, and
 * the next migration to there ends it first. */
static void test_source_gone_after_switch(void **state)
{
	struct world *w = *state;
	char first[32], trace[96];

	peers_fault(&w->peers, &(struct fault){.at = "finish(a)",
					       .what = FAULT_REFUSE,
					       .status = 500,
					       .cause = "BROKEN",
					       .times = 1});
	move_run(w, "stop-and-copy", NULL);
	world_check_end(w, move_id);
	assert_string_equal(world_text(w, "state"), "completed");
	assert_string_equal(json_string_value(move_detail(w, "left_at")), "edge-a");
	assert_int_equal(w->peers.edge[0].process.life, LIFE_STOPPED);
	assert_true(w->peers.edge[1].process.open);
	snprintf(first, sizeof first, "%s", move_id);
	w->peers.trace[0] = '\0';
	move_to(w, "stop-and-copy", PEER_PROCESS, "edge-a");
	process_check_end(&w->peers, 0);
	snprintf(
		trace, sizeof trace, "%s",
		"status sessions process(b) process(a) finish(a) process(b) process(a) survey(b) ");
	assert_memory_equal(w->peers.trace, trace, strlen(trace));
	world_get(w, first);
	assert_null(move_detail(w, "left_at"));
}

static void test_open_fails(void **state)
{
	struct world *w = *state;

	w->peers.play.fails = "open";
	w->peers.play.cause = "TOLD_SO";
	move_run(w, "stop-and-copy", NULL);
	world_get(w, move_id);
	assert_string_equal(world_text(w, "state"), "failed");
	assert_string_equal(world_text(w, "cause"), "TOLD_SO");
	/* nothing was killed */
	assert_int_equal(w->peers.edge[0].process.life, LIFE_STOPPED);
	assert_int_equal(w->peers.edge[1].process.life, LIFE_INCOMING);
}

/* What processes.md recommends then: who knows that the destination is dead thaws the source, and
 * brings the UE back. Should it return, what was restored there goes before the next comes. */
static void test_after_open_failed(void **state)
{
	struct world *w = *state;

	test_open_fails(state);
	w->peers.play.fails = NULL;
	w->peers.edge[0].process.life = LIFE_RUNNING;
	w->peers.edge[0].process.open = true;
	move_to(w, "none", NULL, "edge-a");
	w->peers.trace[0] = '\0';
	move_run(w, "stop-and-copy", NULL);
	move_check_end(w, "completed");
	assert_non_null(strstr(w->peers.trace, "process(b) steps(b) drop(b) survey(a) "));
}

/* The source is lost with the process: that has failed, but the UE keeps no session that serves
 * nothing, also when the manager is stopped meanwhile. */
static void test_source_gone(void **state)
{
	static const struct {
		const char *strategy, *fails, *stops;
	} rows[] = {
		{"stop-and-copy", "dump", NULL},
		{"stop-and-copy", "restore", "release(2)"},
		{"cooperative", "push", NULL},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world *w = move_world();
		void *own = w;

		print_message("# %s: %s\n", rows[i].strategy, rows[i].fails);
		w->peers.play.fails = rows[i].fails;
		w->peers.play.cause = "TOLD_SO";
		peers_fault(&w->peers, &(struct fault){.at = "thaw(a)",
						       .what = FAULT_REFUSE,
						       .status = 500,
						       .cause = "BROKEN"});
		if (rows[i].stops)
			peers_fault(&w->peers, &(struct fault){.at = rows[i].stops,
							       .what = FAULT_STOP_AFTER,
							       .times = 1});
		move_run(w, rows[i].strategy, NULL);
		world_get(w, move_id);
		assert_string_equal(world_text(w, "state"), "failed");
		assert_string_equal(world_text(w, "cause"), "BROKEN");
		assert_non_null(strstr(world_text(w, "detail"), "thaw: "));
		assert_non_null(strstr(w->peers.trace, "thaw(a) status release(2) "));
		assert_false(w->peers.session[2].up);
		assert_int_equal(w->peers.primary, 1);
		assert_int_equal(w->restarts, rows[i].stops ? 1 : 0);
		world_teardown(&own);
	}
}

/* A destination that is away holds up no thaw, and is cleaned when it is back. */
static void test_drop_late(void **state)
{
	struct world *w = *state;

	w->peers.play.fails = "restore";
	w->peers.play.cause = "TOLD_SO";
	peers_fault(&w->peers, &(struct fault){.at = "drop(b)",
					       .what = FAULT_REFUSE,
					       .status = 500,
					       .cause = "BROKEN",
					       .times = 1});
	move_run(w, "stop-and-copy", NULL);
	move_check_end(w, "rolled-back");
	assert_non_null(strstr(w->peers.trace, "drop(b) thaw(a) drop(b) "));
	assert_null(move_detail(w, "left_at"));
}

/* Its failure is kept by the agent, for the epoch in which it was asked. */
static void test_drop_fails(void **state)
{
	struct world *w = *state;

	w->peers.play.survey[1] = json_pack("{s:i}", "memory_free", 5);
	w->peers.play.fails = "drop";
	w->peers.play.cause = "TOLD_SO";
	w->peers.play.fails_times = 1;
	move_run(w, "stop-and-copy", NULL);
	move_check_end(w, "rolled-back");
	assert_null(w->peers.play.fails);
	assert_non_null(strstr(w->peers.trace, "drop(b) thaw(a) drop(b) "));
	assert_null(move_detail(w, "left_at"));
}

/* The program of a step that ends a side is killed: the other half of the end is made all the same.
 */
static void test_end_killed(void **state)
{
	static const struct {
		const char *kind, *state;
		long memory_free; /* at the destination; 0: enough */
	} rows[] = {{"finish", "completed", 0}, {"thaw", "rolled-back", 5}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		void *own = NULL;
		struct world *w;

		assert_int_equal(move_setup(&own), 0);
		w = own;
		if (rows[i].memory_free)
			w->peers.play.survey[1] =
				json_pack("{s:I}", "memory_free", (json_int_t)rows[i].memory_free);
		w->peers.play.fails = rows[i].kind;
		w->peers.play.cause = "STEP_FAILED";
		w->peers.play.fails_times = 1;
		move_run(w, "stop-and-copy", NULL);
		move_check_end(w, rows[i].state);
		assert_null(w->peers.play.fails);
		assert_null(move_detail(w, "left_at"));
		world_teardown(&own);
	}
	(void)state;
}

/* Nor then: the next migration to there does it, once more in another epoch. */
static void test_drop_fails_twice(void **state)
{
	struct world *w = *state;

	w->peers.play.survey[1] = json_pack("{s:i}", "memory_free", 5);
	w->peers.play.fails = "drop";
	w->peers.play.cause = "TOLD_SO";
	w->peers.play.fails_times = 2;
	move_run(w, "stop-and-copy", NULL);
	move_check_end(w, "rolled-back");
	assert_string_equal(json_string_value(move_detail(w, "left_at")), "edge-b");
	json_decref(w->peers.play.survey[1]);
	w->peers.play.survey[1] = NULL;
	w->peers.trace[0] = '\0';
	move_run(w, "stop-and-copy", NULL);
	move_check_end(w, "completed");
	assert_non_null(strstr(w->peers.trace, "process(b) drop(b) "));
}

/* What is slow, busy or gone for a moment fails nothing. */
static const struct fault passing[] = {
	{.at = "process(a)", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "predump.1(a)", .what = FAULT_LOSE, .times = 1},
	{.at = "predump.1?(a)", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "send.1?(a)", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "dump?(a)", .what = FAULT_SILENT, .times = 1},
	{.at = "send(a)", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "restore?(b)", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "switch(2)", .what = FAULT_LOSE, .times = 1},
	{.at = "open(b)", .what = FAULT_LOSE, .times = 1},
	{.at = "open?(b)", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "finish(a)", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "settle(b)", .what = FAULT_LOSE, .times = 1},
};

static void test_each_step_delayed(void **state)
{
	for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
		struct world *w = move_world();
		void *own = w;

		print_message("# %zu: %s\n", i, passing[i].at);
		peers_fault(&w->peers, &passing[i]);
		move_run(w, "iterative", move_two_rounds());
		move_check_end(w, "completed");
		assert_string_equal(world_text(w, "cause"), "");
		assert_int_equal(process_begun(&w->peers, 0, "dump"), 1);
		world_teardown(&own);
	}
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, move_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_step_failing),
		cmocka_unit_test(test_each_step_refused),
		ROW(test_switch_lost),
		cmocka_unit_test(test_unswitch_fails),
		cmocka_unit_test(test_fails_twice),
		cmocka_unit_test(test_nothing_passing_stays),
		ROW(test_no_progress),
		ROW(test_not_reached),
		ROW(test_source_gone_after_switch),
		ROW(test_open_fails),
		ROW(test_after_open_failed),
		cmocka_unit_test(test_source_gone),
		ROW(test_drop_late),
		ROW(test_drop_fails),
		cmocka_unit_test(test_end_killed),
		ROW(test_drop_fails_twice),
		cmocka_unit_test(test_each_step_delayed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
