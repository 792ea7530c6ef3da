// SPDX-License-Identifier: Apache-2.0
/* Strategies that move a process: the manager stopped, and a cancel, at each step */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/process_move.h"

/* ---- the manager stopped ---- */

struct stopped {
	const char *strategy, *at, *fails; /* fails: has it roll back */
};

static const struct stopped stops[] = {
	{"iterative", "process(a)", NULL},   {"iterative", "survey(b)", NULL},
	{"iterative", "receive(b)", NULL},   {"iterative", "predump.1(a)", NULL},
	{"iterative", "send.1?(a)", NULL},   {"iterative", "predump.2?(a)", NULL},
	{"iterative", "send.2(a)", NULL},    {"iterative", "probe(2)", NULL},
	{"iterative", "dump(a)", NULL},	     {"iterative", "dump?(a)", NULL},
	{"iterative", "send(a)", NULL},	     {"iterative", "restore(b)", NULL},
	{"iterative", "switch(2)", NULL},    {"iterative", "open(b)", NULL},
	{"iterative", "finish(a)", NULL},    {"iterative", "settle(b)", NULL},
	{"iterative", "release(1)", NULL},   {"iterative", "drop(b)", "restore"},
	{"iterative", "thaw(a)", "restore"}, {"iterative", "release(2)", "restore"},
	{"iterative", "drop(b)", "send.2"},
};

static const struct stopped stops_of_others[] = {
	{"post-copy", "dump(a)", NULL},		 {"post-copy", "restore(b)", NULL},
	{"post-copy", "drain(b)", NULL},	 {"layered", "send.1(a)", NULL},
	{"live-process", "predump.2(a)", NULL},	 {"cooperative", "join(b)", NULL},
	{"cooperative", "push(a)", NULL},	 {"cooperative", "switch(2)", NULL},
	{"cooperative", "commit(a)", NULL},	 {"cooperative", "commit?(a)", NULL},
	{"cooperative", "open(b)", NULL},	 {"cooperative", "finish(a)", NULL},
	{"cooperative", "fence.1(b)", "commit"}, {"cooperative", "drop(b)", "commit"},
	{"cooperative", "thaw(a)", "push"},
};

static void stop_at(const struct stopped *row, enum fault_what when)
{
	bool rounds = strcmp(row->strategy, "iterative") == 0;
	struct world *w = move_world();
	void *own = w;

	w->peers.play.fails = row->fails;
	w->peers.play.cause = "TOLD_SO";
	w->peers.play.alike = 1;
	if (strcmp(row->strategy, "layered") == 0)
		w->peers.play.survey[1] =
			json_pack("{s:{s:b, s:b}}", "layers", "base", true, "application", false);
	peers_fault(&w->peers, &(struct fault){.at = row->at, .what = when, .times = 1});
	move_run(w, row->strategy, rounds ? move_two_rounds() : NULL);
	move_check_end(w, row->fails ? "rolled-back" : "completed");
	assert_int_equal(w->restarts, 1);
	assert_in_range(process_begun(&w->peers, 0, "dump"), 0, 1);
	assert_in_range(process_begun(&w->peers, 0, "predump.1"), 0, 1);
	if (rounds && !row->fails)
		assert_int_equal(json_array_size(move_detail(w, "rounds")), 2);
	if (rounds && !row->fails)
		assert_int_equal(
			json_integer_value(json_object_get(move_detail(w, "bytes"), "rounds")),
			1800);
	world_teardown(&own);
}

static void test_stopped_at_each_step(void **state)
{
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
		print_message("# %zu: %s\n", i, stops[i].at);
		stop_at(&stops[i], FAULT_STOP_BEFORE);
		stop_at(&stops[i], FAULT_STOP_AFTER);
	}
}

static void test_others_stopped(void **state)
{
	for (size_t i = 0; i < sizeof stops_of_others / sizeof stops_of_others[0]; i++) {
		print_message("# %zu: %s %s\n", i, stops_of_others[i].strategy,
			      stops_of_others[i].at);
		stop_at(&stops_of_others[i], FAULT_STOP_BEFORE);
		stop_at(&stops_of_others[i], FAULT_STOP_AFTER);
	}
}

/* ---- cancelled ---- */

struct cancelled {
	const char *stuck, *strategy;
};

static const struct cancelled cancels[] = {
	{"survey", "iterative"},  {"predump.1", "iterative"}, {"send.1", "iterative"},
	{"dump", "iterative"},	  {"send", "iterative"},      {"restore", "iterative"},
	{"restore", "post-copy"}, {"send.1", "layered"},      {"push", "cooperative"},
};

static void cancel_at(const struct cancelled *row)
{
	struct world *w = move_world();
	void *own = w;
	char at[32], path[64];

	w->peers.play.stuck = row->stuck;
	if (strcmp(row->strategy, "layered") == 0)
		w->peers.play.survey[1] =
			json_pack("{s:{s:b, s:b}}", "layers", "base", true, "application", false);
	move_post(w, row->strategy, NULL);
	snprintf(at, sizeof at, "%s(", row->stuck);
	world_wait(w, strstr(w->peers.trace, at));
	snprintf(path, sizeof path, "/v1/migrations/%s/cancel", move_id);
	world_ask(w, "POST", path, NULL);
	world_expect(w, 202, NULL);
	world_wait(w, world_ended(w, move_id));
	move_check_end(w, "rolled-back");
	assert_string_equal(world_text(w, "cause"), "CANCELLED");
	world_teardown(&own);
}

static void test_cancelled_at_each_step(void **state)
{
	for (size_t i = 0; i < sizeof cancels / sizeof cancels[0]; i++) {
		print_message("# %zu: %s %s\n", i, cancels[i].strategy, cancels[i].stuck);
		cancel_at(&cancels[i]);
	}
}

static void test_cancelled_too_late(void **state)
{
	struct world *w = *state;
	char path[64];

	w->peers.play.stuck = "finish";
	move_post(w, "stop-and-copy", NULL);
	world_wait(w, strstr(w->peers.trace, "finish("));
	snprintf(path, sizeof path, "/v1/migrations/%s/cancel", move_id);
	world_ask(w, "POST", path, NULL);
	world_expect(w, 409, "ALREADY_SWITCHED");
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, move_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stopped_at_each_step),
		cmocka_unit_test(test_others_stopped),
		cmocka_unit_test(test_cancelled_at_each_step),
		ROW(test_cancelled_too_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
