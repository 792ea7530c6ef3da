// SPDX-License-Identifier: Apache-2.0
/* Strategy cooperative: the session is switched before the commit, and the destination decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/process_move.h"

#define JOINED SURVEYED "anchor(dnai-b) establish(2) join(b) push(a) probe(2) switch(2) "

static void test_cooperative(void **state)
{
	struct world *w = *state;
	char states[256];

	move_post(w, "cooperative", json_pack("{s:i}", "rounds", 5));
	world_watch(w, move_id, NULL, states, sizeof states);
	move_check_end(w, "completed");
	assert_string_equal(w->peers.trace, JOINED "commit(a) join(b) open(b) " ENDED);
	assert_int_equal(move_figure(w, "t_chkp_us"), 100);
	assert_int_equal(move_figure(w, "t_copy_us"), 400);
	assert_int_equal(move_figure(w, "t_restore_us"), 400);
	assert_int_equal(move_figure(w, "t_comp_us"), 900);
	assert_int_equal(json_integer_value(json_object_get(move_detail(w, "bytes"), "rounds")),
			 64 << 20);
	assert_int_equal(json_integer_value(json_object_get(move_detail(w, "bytes"), "image")),
			 8192);
	assert_null(strstr(w->answer.text, "00112233"));
}

static void test_not_cooperative(void **state)
{
	static const struct {
		const char *told, *says;
	} rows[] = {
		{"null", "cooperative: true"},
		{"{\"supported\": false, \"why\": \"too old\"}", "too old"},
	};

	for (size_t i = 0; i < 2; i++) {
		struct world *w = move_world();
		void *own = w;

		w->peers.play.survey[0] = json_pack(
			"{s:o}", "cooperative", json_loads(rows[i].told, JSON_DECODE_ANY, NULL));
		move_run(w, "cooperative", NULL);
		move_check_end(w, "rolled-back");
		assert_string_equal(world_text(w, "cause"), "NOT_COOPERATIVE");
		assert_non_null(strstr(world_text(w, "detail"), rows[i].says));
		world_teardown(&own);
	}
}

/* What the source says of a commit that failed doesn't matter: what the destination says does,
 * also where it can't be asked at once. */
static void test_cooperative_in_doubt(void **state)
{
	static const char *const asked[] = {NULL, "fence.1"};

	for (int i = 0; i < 4; i++) {
		struct world *w = move_world();
		void *own = w;

		w->peers.play.doubt = i % 2 ? DOUBT_MOVED : DOUBT_STAYED;
		w->peers.play.fails = asked[i / 2];
		w->peers.play.cause = "TOLD_SO";
		move_run(w, "cooperative", NULL);
		move_check_end(w, i % 2 ? "completed" : "rolled-back");
		if (i % 2 == 0)
			assert_string_equal(world_text(w, "cause"), "UNDECIDED");
		assert_int_equal(process_begun(&w->peers, 0, "commit"), 1);
		assert_int_equal(process_begun(&w->peers, 1, "fence.2"),
				 i / 2 + (i % 2 == 0 && i < 2));
		world_teardown(&own);
	}
}

static void test_cooperative_fails(void **state)
{
	static const char *const fails[] = {"join", "push", "commit"};

	for (size_t i = 0; i < 3; i++) {
		struct world *w = move_world();
		void *own = w;

		print_message("# %s\n", fails[i]);
		w->peers.play.fails = fails[i];
		w->peers.play.cause = "TOLD_SO";
		move_run(w, "cooperative", NULL);
		move_check_end(w, "rolled-back");
		assert_string_equal(world_text(w, "cause"), "TOLD_SO");
		world_teardown(&own);
	}
}

/* The source says nothing any more once the commit was sent: who serves is the destination's to
 * say, before the UE is taken anywhere. */
static void test_commit_unanswered(void **state)
{
	static const struct {
		struct fault fault;
		const char *ends, *cause;
	} rows[] = {
		{{.at = "commit(a)", .what = FAULT_LOSE}, "completed", ""},
		{{.at = "commit(a)", .what = FAULT_SILENT},
		 "rolled-back",
		 "PARTICIPANT_NOT_REACHABLE"},
		{FAULT_REFUSED("commit(a)", 507, "BROKEN"), "rolled-back", "BROKEN"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world *w = move_world();
		void *own = w;

		print_message("# %zu\n", i);
		peers_fault(&w->peers, &rows[i].fault);
		move_post(w, "cooperative", NULL);
		move_wait_hastened(w, "commit", "commit(a)", "fence.1(b)");
		move_check_end(w, rows[i].ends);
		assert_string_equal(world_text(w, "cause"), rows[i].cause);
		assert_non_null(strstr(w->peers.trace, JOINED "commit(a) fence.1(b) "));
		world_teardown(&own);
	}
}

/* Nor is it known where its step gets no further. */
static void test_commit_stuck(void **state)
{
	struct world *w = *state;

	w->peers.play.stuck = "commit";
	move_post(w, "cooperative", NULL);
	move_wait_hastened(w, "commit", "commit(a)", "fence.1(b)");
	move_check_end(w, "rolled-back");
	assert_string_equal(world_text(w, "cause"), "NO_PROGRESS");
	assert_non_null(strstr(w->peers.trace, "commit(a) fence.1(b) switch(1) fence.2(b) "));
}

#define FENCED_LATE "commit(a) fence.1(b) switch(1) fence.2(b) "

/* It turns out too late that it had moved: the UE is back by then, and reaches it over the WAN. The
 * rest is rolled back, also where an edge can't be asked. */
static void test_serves_there(void **state)
{
	static const struct {
		const char *refused, *left_at;
	} rows[] = {{NULL, NULL}, {"open(b)", NULL}, {"finish(a)", "edge-a"}, {"settle(b)", NULL}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world *w = move_world();
		void *own = w;

		print_message("# %s\n", rows[i].refused ? rows[i].refused : "");
		w->peers.play.doubt = DOUBT_MOVED;
		peers_fault(&w->peers, &(struct fault)FAULT_REFUSED("fence.1(b)", 500, "BROKEN"));
		if (rows[i].refused)
			peers_fault(&w->peers,
				    &(struct fault)FAULT_REFUSED(rows[i].refused, 500, "BROKEN"));
		move_run(w, "cooperative", NULL);
		move_check_failed(w, "SERVES_THERE");
		assert_non_null(strstr(w->peers.trace,
				       FENCED_LATE "open(b) finish(a) settle(b) " NO_SESSION));
		assert_null(strstr(w->peers.trace, "thaw("));
		assert_null(strstr(w->peers.trace, "drop(b)"));
		assert_true(w->peers.edge[1].process.open);
		assert_int_equal(w->peers.edge[0].process.life,
				 rows[i].left_at ? LIFE_STOPPED : LIFE_ABSENT);
		assert_false(w->peers.session[2].up);
		if (rows[i].left_at)
			assert_string_equal(json_string_value(move_detail(w, "left_at")),
					    rows[i].left_at);
		else
			assert_null(move_detail(w, "left_at"));
		world_teardown(&own);
	}
}

/* What is left at the source then is ended as a source's, though it was rolled back. */
static void test_left_at_the_source(void **state)
{
	struct world *w = *state;

	w->peers.play.doubt = DOUBT_MOVED;
	peers_fault(&w->peers, &(struct fault)FAULT_REFUSED("fence.1(b)", 500, "BROKEN"));
	peers_fault(&w->peers, &(struct fault){.at = "finish(a)",
					       .what = FAULT_REFUSE,
					       .status = 500,
					       .cause = "BROKEN",
					       .times = 1});
	move_run(w, "cooperative", NULL);
	move_check_failed(w, "SERVES_THERE");
	move_to(w, "none", NULL, "edge-b");
	w->peers.trace[0] = '\0';
	move_to(w, "stop-and-copy", PEER_PROCESS, "edge-a");
	process_check_end(&w->peers, 0);
	assert_non_null(strstr(w->peers.trace, "process(a) finish(a) process(b) process(a) "));
}

/* Nobody can be asked: neither is woken or ended, and the network is given back. */
static void test_undecided(void **state)
{
	struct world *w = *state;

	w->peers.play.doubt = DOUBT_MOVED;
	peers_fault(&w->peers, &(struct fault)FAULT_REFUSED("fence", 500, "BROKEN"));
	move_run(w, "cooperative", NULL);
	move_check_failed(w, "BROKEN");
	assert_non_null(strstr(w->peers.trace, FENCED_LATE NO_SESSION));
	assert_string_equal(json_string_value(move_detail(w, "not_woken")), "undecided");
	assert_int_equal(w->peers.edge[0].process.life, LIFE_STOPPED);
	assert_int_equal(w->peers.edge[1].process.life, LIFE_INCOMING);
	assert_false(w->peers.session[2].up);
}

/* As of any other strategy: its program killed, an end is asked for once more. */
static void test_thaw_killed(void **state)
{
	struct world *w = *state;

	peers_fault(&w->peers, &(struct fault)FAULT_REFUSED("push(a)", 500, "BROKEN"));
	w->peers.play.fails = "thaw";
	w->peers.play.cause = "STEP_FAILED";
	w->peers.play.fails_times = 1;
	move_run(w, "cooperative", NULL);
	move_check_end(w, "rolled-back");
	assert_string_equal(world_text(w, "cause"), "BROKEN");
	assert_null(w->peers.play.fails);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, move_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_cooperative),
		cmocka_unit_test(test_not_cooperative),
		cmocka_unit_test(test_cooperative_in_doubt),
		cmocka_unit_test(test_cooperative_fails),
		cmocka_unit_test(test_commit_unanswered),
		ROW(test_commit_stuck),
		cmocka_unit_test(test_serves_there),
		ROW(test_left_at_the_source),
		ROW(test_undecided),
		ROW(test_thaw_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
