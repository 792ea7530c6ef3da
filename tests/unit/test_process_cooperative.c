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

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, move_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_cooperative),
		cmocka_unit_test(test_not_cooperative),
		cmocka_unit_test(test_cooperative_in_doubt),
		cmocka_unit_test(test_cooperative_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
