// SPDX-License-Identifier: Apache-2.0
/* The forwarder's mind between clients, a source and a restored instance: what each state does, and
 * what is noticed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/forwarder_world.h"

/* ---- forwarding ---- */

static void the_source_answers_through_it(void **state)
{
	struct world *w = world_new(CACHE, 100);

	apply_range(w, 7, 1, 3);
	assert_int_equal(w->logged, 0);
	assert_int_equal(proxy_owes(&w->proxy), 3);
	settle(w);
	assert_int_equal(w->logged, 3);
	for (uint64_t n = 1; n <= 3; n++)
		answer_is(&w->log[n - 1], 7, n, SERVICE_APPLIED, "edge-a");
	assert_int_equal(w->proxy.cache.answered, 3);
	assert_int_equal(proxy_owes(&w->proxy), 0);
	world_free(w);
}

static void what_is_asked_again_is_answered_as_the_service_would(void **state)
{
	struct world *w = world_new(CACHE, 100);

	apply(w, 7, 1);
	ask_from(w, 9, SERVICE_APPLY, 7, 1); /* not answered yet: it has connected anew */
	settle(w);
	assert_int_equal(w->logged, 1);
	assert_int_equal(w->log[0].origin.connection, 9);
	ask_from(w, 11, SERVICE_APPLY, 7, 1);
	assert_int_equal(w->logged, 2);
	assert_int_equal(w->log[1].origin.connection, 11);
	answer_is(&w->log[1], 7, 1, SERVICE_REPEATED, "edge-b");
	assert_int_equal(w->proxy.counters.forwarded, 1);
	world_free(w);
}

static void what_changes_nothing_is_not_cached(void **state)
{
	struct world *w = world_new(CACHE, 100);

	apply(w, 7, 1);
	ask_from(w, 3, SERVICE_PING, 7, 5);
	ask_from(w, 4, SERVICE_WHERE, 7, 0);
	settle(w);
	assert_int_equal(w->logged, 3);
	assert_int_equal(w->log[1].origin.connection, 3);
	assert_int_equal(w->log[2].origin.connection, 4);
	assert_int_equal(w->log[2].answer.applied, 1);
	assert_int_equal(w->proxy.cache.count, 1);
	world_free(w);
}

static void what_the_source_refuses_may_come_again(void **state)
{
	struct world *w = world_new(CACHE, 100);

	apply(w, 7, 2); /* of a client that isn't known */
	settle(w);
	assert_int_equal(w->log[0].answer.status, SERVICE_TOO_FAR);
	assert_int_equal(w->proxy.cache.count, 0);
	apply_range(w, 7, 1, 2);
	settle(w);
	answer_is(&w->log[2], 7, 2, SERVICE_APPLIED, "edge-a");
	world_free(w);
}

static void a_lost_connection_loses_nothing(void **state)
{
	struct world *w = world_new(CACHE, 100);

	apply_range(w, 7, 1, 4);
	arrive_one(w);
	arrive_one(w); /* applied, the answers are lost */
	hang_up(w, PROXY_SOURCE);
	settle(w);
	assert_int_equal(w->logged, 4);
	answer_is(&w->log[0], 7, 1, SERVICE_REPEATED, "edge-a");
	answer_is(&w->log[3], 7, 4, SERVICE_APPLIED, "edge-a");
	pause_whole(w);
	world_free(w);
}

static void a_full_cache_ends_the_migration_not_the_service(void **state)
{
	struct world *w = world_new(CACHE, 3);

	apply_range(w, 7, 1, 6);
	settle(w);
	assert_int_equal(w->logged, 6);
	answer_is(&w->log[5], 7, 6, SERVICE_APPLIED, "edge-a");
	assert_string_equal(w->proxy.cause, "CACHE_FULL");
	assert_int_equal(proxy_pause(&w->proxy), -EINVAL);
	apply(w, 7, 7);
	settle(w);
	answer_is(&w->log[6], 7, 7, SERVICE_APPLIED, "edge-a");
	world_free(w);

	w = world_new(sizeof(struct cached) + SERVICE_REQUEST_LEN + BODY + 10, 100);
	apply(w, 7, 1); /* the request has room, the answer hasn't */
	settle(w);
	assert_int_equal(w->logged, 1);
	assert_string_equal(w->proxy.cause, "CACHE_FULL");
	assert_true(w->proxy.cache.bytes <= w->proxy.cache.bytes_max);
	assert_int_equal(proxy_owes(&w->proxy), 0);
	apply(w, 7, 1); /* over UDP that answer may have been lost: the source repeats it */
	settle(w);
	assert_int_equal(w->logged, 2);
	answer_is(&w->log[1], 7, 1, SERVICE_REPEATED, "edge-a");
	world_free(w);
}

static void clients_are_bounded(void **state)
{
	struct world *w = world_new(CACHE, 4096);

	for (uint64_t client = 1; client <= CACHE_CLIENTS_MAX + 1; client++) {
		apply(w, client, 1);
		settle(w);
	}
	assert_int_equal(w->logged, CACHE_CLIENTS_MAX + 1);
	assert_int_equal(HASH_COUNT(w->proxy.cache.clients), CACHE_CLIENTS_MAX);
	assert_string_equal(w->proxy.cause, "CACHE_FULL");
	world_free(w);
}

/* ---- the pause ---- */

static void a_pause_holds_input_and_awaits_answers(void **state)
{
	struct world *w = world_new(CACHE, 100);

	apply_range(w, 7, 1, 3);
	assert_int_equal(proxy_pause(&w->proxy), 0);
	assert_int_equal(w->proxy.state, PROXY_PAUSING);
	apply(w, 7, 4);
	ask_from(w, 5, SERVICE_WHERE, 7, 0);
	pause_whole(w);
	assert_int_equal(w->logged, 3);
	assert_int_equal(w->proxy.cache.held, 1);
	assert_int_equal(w->proxy.query_count, 1);
	assert_int_equal(w->proxy.source_total, 3);
	assert_true(w->proxy.stamps.paused_ns >= w->proxy.stamps.pause_ns);
	world_free(w);
}

static void a_request_ahead_of_its_turn_is_not_awaited(void **state)
{
	struct world *w = world_new(CACHE, 100);

	apply(w, 7, 1);
	apply(w, 7, 3); /* 2 is lost on its way from the client */
	pause_whole(w);
	assert_int_equal(w->logged, 1);
	assert_int_equal(w->proxy.cache.held, 1);
	snapshot(w); /* 3 is held in it, too */
	replay_whole(w);
	assert_int_equal(w->proxy.state, PROXY_REPLAYED);
	assert_int_equal(proxy_serve(&w->proxy), 0);
	apply(w, 7, 2);
	settle(w);
	assert_int_equal(w->logged, 3);
	answer_is(&w->log[1], 7, 2, SERVICE_APPLIED, "edge-b");
	answer_is(&w->log[2], 7, 3, SERVICE_APPLIED, "edge-b");
	world_free(w);
}

static void a_silent_source_keeps_it_pausing(void **state)
{
	struct world *w = world_new(CACHE, 100);

	apply(w, 7, 1);
	assert_int_equal(proxy_pause(&w->proxy), 0);
	for (int i = 0; i < 100; i++)
		proxy_turn(&w->proxy);
	assert_int_equal(w->proxy.state, PROXY_PAUSING);
	assert_int_equal(w->to_end, 3); /* the request, WHERE and PING, each once */
	hang_up(w, PROXY_SOURCE);
	pause_whole(w);
	assert_int_equal(w->logged, 1);
	world_free(w);
}

/* ---- the replay ---- */

static void the_restored_instance_catches_up_and_serves(void **state)
{
	struct world *w = world_new(CACHE, 1000);

	apply_range(w, 7, 1, 5);
	settle(w);
	snapshot(w);
	for (uint64_t n = 1; n <= 50; n++) { /* two clients, mixed */
		apply(w, 8, n);
		apply(w, 7, 5 + n);
	}
	settle(w);
	pause_whole(w);
	apply(w, 7, 56);
	apply(w, 8, 51);
	replay_whole(w);
	assert_int_equal(w->proxy.state, PROXY_REPLAYED);
	assert_string_equal(w->proxy.cause, "");
	assert_int_equal(w->proxy.replay.compared, 100);
	assert_int_equal(w->logged, 105); /* no replayed answer has gone to a client */
	assert_memory_equal(w->instance[0].block, w->instance[1].block, w->instance[0].size);
	assert_int_equal(proxy_serve(&w->proxy), 0);
	settle(w);
	assert_int_equal(w->logged, 107);
	answer_is(&w->log[105], 7, 56, SERVICE_APPLIED, "edge-b");
	answer_is(&w->log[106], 8, 51, SERVICE_APPLIED, "edge-b");
	assert_int_equal(proxy_owes(&w->proxy), 0);
	world_free(w);
}

static void nothing_to_replay_is_a_replay(void **state)
{
	struct world *w = world_new(CACHE, 100);

	apply_range(w, 7, 1, 5);
	settle(w);
	snapshot(w);
	pause_whole(w);
	replay_whole(w);
	assert_int_equal(w->proxy.state, PROXY_REPLAYED);
	assert_int_equal(w->proxy.replay.compared, 0);
	world_free(w);
}

static void another_memory_is_noticed(void **state)
{
	struct world *w = world_new(CACHE, 100);

	apply_range(w, 7, 1, 2);
	settle(w);
	snapshot(w);
	*(uint8_t *)w->instance[PROXY_RESTORED].machine.memory ^= 1; /* of the first client's */
	apply(w, 7, 3);
	apply(w, 8, 1);
	settle(w);
	pause_whole(w);
	replay_whole(w);
	assert_int_equal(w->proxy.state, PROXY_REPLAYING);
	assert_string_equal(w->proxy.cause, "DIVERGED");
	assert_non_null(strstr(w->proxy.detail, "chain"));
	assert_int_equal(proxy_serve(&w->proxy), -EINVAL);
	apply(w, 8, 2);
	settle(w);
	assert_int_equal(w->logged, 4);
	world_free(w);
}

static void a_request_past_the_forwarder_is_noticed(void **state)
{
	struct world *w = world_new(CACHE, 100);
	struct service_request direct = {.type = SERVICE_APPLY, .client = 9, .number = 1};
	struct service_peer peer = {.connection = 99};

	apply(w, 7, 1);
	settle(w);
	snapshot(w);
	service_machine_take(&w->instance[PROXY_SOURCE].machine, &direct, &peer);
	settle(w);
	apply(w, 7, 2);
	settle(w);
	pause_whole(w);
	replay_whole(w);
	assert_string_equal(w->proxy.cause, "DIVERGED");
	world_free(w);

	w = world_new(CACHE, 100); /* also when nothing follows it */
	apply(w, 7, 1);
	settle(w);
	snapshot(w);
	service_machine_take(&w->instance[PROXY_SOURCE].machine, &direct, &peer);
	settle(w);
	pause_whole(w);
	replay_whole(w);
	assert_string_equal(w->proxy.cause, "DIVERGED");
	world_free(w);
}

static void a_restored_instance_that_ends_is_noticed(void **state)
{
	struct world *w = world_new(CACHE, 100);

	apply_range(w, 7, 1, 9);
	settle(w);
	pause_whole(w);
	w->instance[PROXY_RESTORED].up = true;
	assert_int_equal(proxy_replay_begin(&w->proxy), 0);
	proxy_down(&w->proxy, PROXY_RESTORED);
	assert_string_equal(w->proxy.cause, "NOT_ANSWERED");
	assert_int_equal(proxy_replay_begin(&w->proxy), -EINVAL);
	assert_int_equal(proxy_serve(&w->proxy), -EINVAL);
	world_free(w);
}

static void words_out_of_their_turn_are_refused(void **state)
{
	struct world *w = world_new(CACHE, 100);

	assert_int_equal(proxy_replay_begin(&w->proxy), -EINVAL);
	assert_int_equal(proxy_serve(&w->proxy), -EINVAL);
	pause_whole(w);
	assert_int_equal(proxy_pause(&w->proxy), 0);
	assert_int_equal(proxy_serve(&w->proxy), -EINVAL);
	snapshot(w);
	replay_whole(w);
	assert_int_equal(proxy_replay_begin(&w->proxy), 0);
	assert_int_equal(proxy_pause(&w->proxy), -EINVAL);
	assert_int_equal(proxy_serve(&w->proxy), 0);
	assert_int_equal(proxy_serve(&w->proxy), 0);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_source_answers_through_it),
		cmocka_unit_test(what_is_asked_again_is_answered_as_the_service_would),
		cmocka_unit_test(what_changes_nothing_is_not_cached),
		cmocka_unit_test(what_the_source_refuses_may_come_again),
		cmocka_unit_test(a_lost_connection_loses_nothing),
		cmocka_unit_test(a_full_cache_ends_the_migration_not_the_service),
		cmocka_unit_test(clients_are_bounded),
		cmocka_unit_test(a_pause_holds_input_and_awaits_answers),
		cmocka_unit_test(a_request_ahead_of_its_turn_is_not_awaited),
		cmocka_unit_test(a_silent_source_keeps_it_pausing),
		cmocka_unit_test(the_restored_instance_catches_up_and_serves),
		cmocka_unit_test(nothing_to_replay_is_a_replay),
		cmocka_unit_test(another_memory_is_noticed),
		cmocka_unit_test(a_request_past_the_forwarder_is_noticed),
		cmocka_unit_test(a_restored_instance_that_ends_is_noticed),
		cmocka_unit_test(words_out_of_their_turn_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
