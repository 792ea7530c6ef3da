// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/process_move.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char move_id[32];

struct world *move_world(void)
{
	struct world *w = world_new(NULL);

	process_play(&w->peers, 0);
	return w;
}

int move_setup(void **state)
{
	*state = move_world();
	return 0;
}

void move_ask(struct world *w, const char *strategy, const char *mode, json_t *options)
{
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:o*}", "ue", PEER_SUPI, "destination",
			    "edge-b", "strategy", strategy, "mode", mode, "app", PEER_PROCESS,
			    "hold_ms", 1, "process", options));
}

void move_post(struct world *w, const char *strategy, json_t *options)
{
	move_ask(w, strategy, MBB, options);
	world_expect(w, 202, NULL);
	snprintf(move_id, sizeof move_id, "%s", world_text(w, "id"));
}

const json_t *move_detail(struct world *w, const char *name)
{
	const json_t *details = json_object_get(w->answer.body, "details");

	return json_object_get(json_object_get(details, "process"), name);
}

json_int_t move_figure(struct world *w, const char *name)
{
	return json_integer_value(move_detail(w, name));
}

void move_check_failed(struct world *w, const char *cause)
{
	const json_t *details = json_object_get(world_get(w, move_id), "details");

	assert_string_equal(world_text(w, "state"), "failed");
	assert_string_equal(world_text(w, "cause"), cause);
	assert_null(json_object_get(details, "meanwhile"));
}

void move_wait_hastened(struct world *w, const char *step, const char *at, const char *until)
{
	world_wait(w, (strstr(w->peers.trace, at) && !strstr(w->peers.trace, until)
			       ? world_hasten(w, move_id, step)
			       : (void)0,
		       world_ended(w, move_id)));
}

void move_check_end(struct world *w, const char *state)
{
	world_check_end(w, move_id);
	assert_string_equal(world_text(w, "state"), state);
	assert_null(json_object_get(json_object_get(w->answer.body, "details"), "meanwhile"));
	process_check_end(&w->peers, strcmp(state, "completed") == 0);
}

void move_run(struct world *w, const char *strategy, json_t *options)
{
	move_post(w, strategy, options);
	world_wait(w, world_ended(w, move_id));
}

void move_to(struct world *w, const char *strategy, const char *app, const char *destination)
{
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s*, s:i}", "ue", PEER_SUPI, "destination",
			    destination, "strategy", strategy, "app", app, "hold_ms", 0));
	world_expect(w, 202, NULL);
	snprintf(move_id, sizeof move_id, "%s", world_text(w, "id"));
	world_wait(w, world_ended(w, move_id));
}

json_t *move_two_rounds(void)
{
	return json_pack("{s:s, s:i}", "criterion", "rounds", "rounds", 2);
}
