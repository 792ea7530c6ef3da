// SPDX-License-Identifier: Apache-2.0
/*
 * A strategy that switches the UE early, which doesn't confirm: replay, whose cut does. Its way;
 * until then every failure and every cancel switches the UE back as well; the manager stopped on
 * the way. (cooperative: test_process_cooperative.c)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "migration-manager/openapi.h"
#include "migration-manager/step.h"
#include "tests/unit/process_move.h"

#define ESTABLISHED SURVEYED "anchor(dnai-b) establish(2) "
#define REPLAY_WAY  ESTABLISHED "receive(b) forward(b) probe(2) switch(2) "
#define REPLAY_CUT                                                                                 \
	"divert(a) dump(a) receive(b) send(a) restore(b) pause(b) suspend(a) replay(b) cut(b) "
#define OPENED	   "open(b) finish(a) settle(b) anchor(dnai-b) status release(1) session(1) "
#define UNSWITCHED "switch(1) "

static void test_replay(void **state)
{
	struct world *w = *state;
	char states[256];

	move_post(w, "replay", NULL);
	world_watch(w, move_id, NULL, states, sizeof states);
	assert_string_equal(states, ALL_STATES);
	assert_string_equal(w->peers.trace, REPLAY_WAY REPLAY_CUT OPENED);
	move_check_end(w, "completed");
}

/* ---- failures ---- */

struct failing {
	const char *strategy, *step, *trace;
};

static const struct failing failing[] = {
	{"replay", "forward", ESTABLISHED "receive(b) forward(b) " DROPPED NO_SESSION},
	{"replay", "divert", REPLAY_WAY "divert(a) " UNSWITCHED DROPPED NO_SESSION},
	{"replay", "dump", REPLAY_WAY "divert(a) dump(a) " UNSWITCHED DROPPED NO_SESSION},
	{"replay", "restore",
	 REPLAY_WAY
	 "divert(a) dump(a) receive(b) send(a) restore(b) " UNSWITCHED DROPPED NO_SESSION},
	{"replay", "replay",
	 REPLAY_WAY "divert(a) dump(a) receive(b) send(a) restore(b) pause(b) suspend(a) "
		    "replay(b) " UNSWITCHED DROPPED NO_SESSION},
	/* what came of a cut is asked, before anybody is woken */
	{"replay", "cut", REPLAY_WAY REPLAY_CUT UNSWITCHED "unforward(b) " DROPPED NO_SESSION},
};

static void fail_once(const struct failing *row)
{
	struct world *w = move_world();
	void *own = w;

	w->peers.play.fails = row->step;
	w->peers.play.cause = "DIVERGED";
	move_post(w, row->strategy, NULL);
	world_wait(w, world_ended(w, move_id));
	assert_string_equal(w->peers.trace, row->trace);
	move_check_end(w, "rolled-back");
	assert_string_equal(world_text(w, "cause"), "DIVERGED");
	world_teardown(&own);
}

static void test_each_step_failing(void **state)
{
	for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
		print_message("# %zu: %s %s\n", i, failing[i].strategy, failing[i].step);
		fail_once(&failing[i]);
	}
}

/* The UE switched, and nobody heard that it did: not confirmed, so it is switched back. */
static void test_switch_refused(void **state)
{
	struct world *w = *state;

	peers_fault(&w->peers, &(struct fault)FAULT_REFUSED("switch(2)", 409, "BROKEN"));
	move_post(w, "replay", NULL);
	world_wait(w, world_ended(w, move_id));
	assert_string_equal(w->peers.trace, REPLAY_WAY UNSWITCHED DROPPED NO_SESSION);
	move_check_end(w, "rolled-back");
}

/* ---- a cut of which nobody heard ---- */

/* It was made: the UE is switched back, and what it reaches is the destination. */
static void test_cut_lost(void **state)
{
	struct world *w = *state;

	peers_fault(&w->peers, &(struct fault){.at = "cut(b)", .what = FAULT_LOSE});
	move_post(w, "replay", NULL);
	move_wait_hastened(w, "cut", "cut(b)", UNSWITCHED);
	move_check_failed(w, "SERVES_THERE");
	assert_string_equal(w->peers.trace, REPLAY_WAY REPLAY_CUT UNSWITCHED
			    "unforward(b) open(b) finish(a) settle(b) " NO_SESSION);
	assert_int_equal(w->peers.edge[0].process.life, LIFE_ABSENT);
	assert_true(w->peers.edge[1].process.open);
	assert_false(w->peers.edge[1].process.receiving);
	assert_false(w->peers.session[2].up);
}

/* Who decides can't be asked: nobody is woken or ended, and the rest is rolled back. Killed, it is
 * asked once more. */
static void test_unforward_fails(void **state)
{
	static const char *const kinds[] = {"BROKEN", "STEP_FAILED"};

	for (size_t i = 0; i < 2; i++) {
		struct world *w = move_world();
		void *own = w;

		peers_fault(&w->peers, &(struct fault)FAULT_REFUSED("cut(b)", 500, "TOLD_SO"));
		w->peers.play.fails = "unforward";
		w->peers.play.cause = kinds[i];
		w->peers.play.fails_times = 1;
		move_run(w, "replay", NULL);
		if (i) {
			move_check_end(w, "rolled-back");
		} else {
			move_check_failed(w, "BROKEN");
			assert_int_equal(w->peers.edge[0].process.life, LIFE_STOPPED);
			assert_int_equal(w->peers.edge[1].process.life, LIFE_INCOMING);
			assert_false(w->peers.session[2].up);
			assert_string_equal(json_string_value(move_detail(w, "not_woken")),
					    "undecided");
		}
		world_teardown(&own);
	}
}

/* ---- cancelled ---- */

static void cancel(struct world *w, unsigned status)
{
	char path[64];

	snprintf(path, sizeof path, "/v1/migrations/%s/cancel", move_id);
	world_ask(w, "POST", path, NULL);
	world_expect(w, status, NULL);
}

/* In state switching, and yet nothing is decided: it rolls back at once. */
static void test_cancelled_before_the_cut(void **state)
{
	static const char *const stuck[] = {"divert", "dump", "restore", "replay"};

	for (size_t i = 0; i < sizeof stuck / sizeof stuck[0]; i++) {
		struct world *w = move_world();
		void *own = w;
		char at[32];

		w->peers.play.stuck = stuck[i];
		move_post(w, "replay", NULL);
		snprintf(at, sizeof at, "%s(", stuck[i]);
		world_wait(w, strstr(w->peers.trace, at));
		assert_true(world_in(w, move_id, MIGRATION_SWITCHING));
		cancel(w, 202);
		world_wait(w, world_ended(w, move_id));
		move_check_end(w, "rolled-back");
		assert_string_equal(world_text(w, "cause"), "CANCELLED");
		assert_non_null(strstr(w->peers.trace, UNSWITCHED));
		world_teardown(&own);
	}
}

/* A cut that is under way decides: here it comes to nothing. */
static void test_cancelled_in_the_cut(void **state)
{
	struct world *w = *state;

	w->peers.play.stuck = "cut";
	move_post(w, "replay", NULL);
	world_wait(w, strstr(w->peers.trace, "cut("));
	cancel(w, 202);
	assert_true(world_in(w, move_id, MIGRATION_SWITCHING));
	assert_null(strstr(w->peers.trace, UNSWITCHED));
	world_wait(w, (world_hasten(w, move_id, "cut"), world_ended(w, move_id)));
	move_check_end(w, "rolled-back");
}

static void test_cancelled_after_the_cut(void **state)
{
	struct world *w = *state;

	w->peers.play.stuck = "finish";
	move_post(w, "replay", NULL);
	world_wait(w, strstr(w->peers.trace, "finish("));
	cancel(w, 409);
}

/* ---- the manager stopped ---- */

struct stopped {
	const char *strategy, *at, *fails;
};

static const struct stopped stops[] = {
	{"replay", "forward(b)", NULL},	   {"replay", "switch(2)", NULL},
	{"replay", "divert(a)", NULL},	   {"replay", "dump(a)", NULL},
	{"replay", "restore?(b)", NULL},   {"replay", "pause(b)", NULL},
	{"replay", "suspend(a)", NULL},	   {"replay", "replay(b)", NULL},
	{"replay", "cut(b)", NULL},	   {"replay", "open(b)", NULL},
	{"replay", "switch(1)", "replay"}, {"replay", "unforward(b)", "cut"},
	{"replay", "drop(b)", "suspend"},
};

static void stop_at(const struct stopped *row, enum fault_what when)
{
	struct world *w = move_world();
	void *own = w;

	w->peers.play.fails = row->fails;
	w->peers.play.cause = "TOLD_SO";
	peers_fault(&w->peers, &(struct fault){.at = row->at, .what = when, .times = 1});
	move_post(w, row->strategy, NULL);
	world_wait(w, world_ended(w, move_id));
	move_check_end(w, row->fails ? "rolled-back" : "completed");
	assert_int_equal(w->restarts, 1);
	assert_in_range(process_begun(&w->peers, 1, "cut"), 0, 1);
	assert_in_range(process_begun(&w->peers, 0, "commit"), 0, 1);
	world_teardown(&own);
}

static void test_stopped_at_each_step(void **state)
{
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
		print_message("# %zu: %s %s\n", i, stops[i].strategy, stops[i].at);
		stop_at(&stops[i], FAULT_STOP_BEFORE);
		stop_at(&stops[i], FAULT_STOP_AFTER);
	}
}

/* ---- plans ---- */

static size_t length(const struct step *steps)
{
	size_t n = 0;

	while (steps && steps[n].name)
		n++;
	return n;
}

/* What doesn't fit into a plan would be left out in silence. */
static void test_plans_fit(void **state)
{
	for (size_t i = 0; strategy_names[i]; i++)
		for (size_t k = 0; mode_names[k]; k++) {
			const struct strategy *s = strategy_find(strategy_names[i]);
			const struct mode *m = mode_find(mode_names[k]);
			size_t forward = length(m->surveying) + length(s->initialising) +
					 length(m->preparing) + length(s->preparing) +
					 length(s->synchronising) + length(m->ready) +
					 length(s->stopping) + length(m->switching) +
					 length(s->switched) +
					 length(s->holding ? s->holding : m->holding) +
					 length(s->releasing) + length(m->releasing);

			assert_in_range(forward, 1, PLAN_MAX);
			assert_in_range(length(m->unswitching) + length(s->rollback) +
						length(m->rollback),
					1, PLAN_MAX);
			assert_true(!s->process || s->one_way);
		}
}

/* What a request may name is what there is. */
static void test_names(void **state)
{
	json_t *document = json_loads(openapi_text, 0, NULL), *names;
	size_t i;

	assert_int_equal(json_unpack(document, "{s:{s:{s:{s:{s:{s:o}}}}}}", "components", "schemas",
				     "MigrationRequest", "properties", "strategy", "enum", &names),
			 0);
	for (i = 0; strategy_names[i]; i++) {
		assert_string_equal(json_string_value(json_array_get(names, i)), strategy_names[i]);
		assert_string_equal(strategy_find(strategy_names[i])->name, strategy_names[i]);
	}
	assert_int_equal(json_array_size(names), i);
	json_decref(document);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, move_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_replay),
		cmocka_unit_test(test_each_step_failing),
		ROW(test_switch_refused),
		ROW(test_cut_lost),
		cmocka_unit_test(test_unforward_fails),
		cmocka_unit_test(test_cancelled_before_the_cut),
		ROW(test_cancelled_in_the_cut),
		ROW(test_cancelled_after_the_cut),
		cmocka_unit_test(test_stopped_at_each_step),
		cmocka_unit_test(test_plans_fit),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
