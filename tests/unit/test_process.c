// SPDX-License-Identifier: Apache-2.0
/*
 * Strategies that move a process against smf-lite, UE agent and edge agents played by the test:
 * their ways, and what is refused before anything is touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/daemon.h"
#include "tests/unit/process_move.h"

static void test_stop_and_copy(void **state)
{
	struct world *w = *state;
	char states[256];
	const json_t *downtime;

	move_post(w, "stop-and-copy", NULL);
	world_watch(w, move_id, NULL, states, sizeof states);
	assert_string_equal(states, ALL_STATES);
	assert_string_equal(w->peers.trace, PREPARED STOPPED SWITCHED ENDED);
	move_check_end(w, "completed");
	assert_true(move_figure(w, "t_chkp_us") >= 300000);
	assert_true(move_figure(w, "t_copy_us") >= 1000);
	assert_true(move_figure(w, "t_restore_us") > 0);
	assert_true(move_figure(w, "t_comp_us") >= 300000);
	assert_int_equal(move_figure(w, "t_net_us"), 40);
	assert_int_equal(move_figure(w, "t_open_us"),
			 (move_figure(w, "opened_ns") - move_figure(w, "answered_ns")) / 1000);
	assert_int_equal(move_figure(w, "frozen_us"), 200000);
	assert_int_equal(move_figure(w, "memory_us"), 150000);
	assert_int_equal(move_figure(w, "write_us"), 40000);
	assert_int_equal(move_figure(w, "memory_bytes"), 64 << 20);
	assert_true(move_figure(w, "begun_ns") < move_figure(w, "opened_ns"));
	assert_int_equal(json_integer_value(json_object_get(move_detail(w, "bytes"), "image")),
			 900);
	assert_int_equal(json_integer_value(json_object_get(move_detail(w, "bytes"), "interface")),
			 950);
	assert_int_equal(move_figure(w, "cpu_us"), 7);
	assert_null(move_detail(w, "left_at"));
	/* who may send there is nobody's business */
	assert_null(strstr(w->answer.text, "00112233"));
	downtime = json_object_get(w->answer.body, "downtime");
	assert_int_equal(json_integer_value(json_object_get(downtime, "t_comp_us")),
			 move_figure(w, "t_comp_us"));
	assert_int_equal(json_integer_value(json_object_get(downtime, "t_copy_us")),
			 move_figure(w, "t_copy_us"));
}

static void test_break_before_make(void **state)
{
	struct world *w = *state;

	move_ask(w, "stop-and-copy", BBM, NULL);
	world_expect(w, 202, NULL);
	snprintf(move_id, sizeof move_id, "%s", world_text(w, "id"));
	world_wait(w, world_ended(w, move_id));
	move_check_end(w, "completed");
	assert_string_equal(w->peers.trace,
			    SURVEYED "receive(b) dump(a) receive(b) send(a) restore(b) "
				     "anchor(dnai-b) session(1) drop(1) await(1) open(b) finish(a) "
				     "settle(b) ");
}

static void test_iterative(void **state)
{
	static const struct {
		const char *name;
		json_int_t value;
	} kept[] = {{"frozen_us", 20000}, {"memory_us", 12000},	    {"write_us", 8000},
		    {"wire_bytes", 900},  {"interface_bytes", 950}, {"cpu_us", 7}};
	struct world *w = *state;
	const json_t *rounds;

	move_run(w, "iterative",
		 json_pack("{s:s, s:i, s:s, s:i}", "criterion", "rounds", "rounds", 2, "compress",
			   "gzip", "interval_ms", 400));
	move_check_end(w, "completed");
	assert_string_equal(w->peers.trace,
			    PREPARED "predump.1(a) receive(b) send.1(a) predump.2(a) receive(b) "
				     "send.2(a) " STOPPED SWITCHED ENDED);
	rounds = move_detail(w, "rounds");
	assert_int_equal(json_array_size(rounds), 2);
	assert_string_equal(json_string_value(move_detail(w, "stopped_by")), "rounds");
	assert_int_equal(json_integer_value(json_object_get(json_array_get(rounds, 0), "bytes")),
			 4 << 20);
	assert_true(json_integer_value(json_object_get(json_array_get(rounds, 1), "rate_bps")) > 0);
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		assert_int_equal(json_integer_value(
					 json_object_get(json_array_get(rounds, 1), kept[i].name)),
				 kept[i].value);
	assert_int_equal(json_integer_value(json_object_get(move_detail(w, "bytes"), "rounds")),
			 1800);
	assert_int_equal(move_figure(w, "cpu_us"), 21);
	/* the interval is more than the dump's gate is played to be closed already */
	assert_true(move_figure(w, "t_pre_us") > 0);
	assert_int_equal(move_figure(w, "t_pre_us"),
			 (move_figure(w, "gate_closed_ns") - move_figure(w, "rounds_ns")) / 1000);
}

/* Rounds end by the rate of the third, which is nothing against the link of the first. */
static void test_iterative_by_rate(void **state)
{
	struct world *w = *state;

	w->peers.play.bytes[1] = 1 << 30;
	w->peers.play.bytes[2] = 1;
	move_run(w, "iterative", json_pack("{s:i}", "threshold", 100000));
	move_check_end(w, "completed");
	assert_int_equal(json_array_size(move_detail(w, "rounds")), 3);
	assert_string_equal(json_string_value(move_detail(w, "stopped_by")), "dirty-rate");
	assert_int_equal(move_figure(w, "threshold_bps"), 100000);
}

static void test_page_server(void **state)
{
	struct world *w = *state;
	json_int_t wire = 0;

	move_run(w, "iterative",
		 json_pack("{s:s, s:i, s:s}", "criterion", "rounds", "rounds", 2, "transfer",
			   "page-server"));
	move_check_end(w, "completed");
	assert_string_equal(w->peers.trace,
			    PREPARED "receive.1(b) predump.1(a) receive.2(b) predump.2(a) probe(2) "
				     "receive.3(b) dump(a) receive(b) send(a) "
				     "restore(b) " SWITCHED ENDED);
	for (size_t i = 0; i < 2; i++) {
		const json_t *round = json_array_get(move_detail(w, "rounds"), i);
		json_int_t bytes = json_integer_value(json_object_get(round, "bytes"));

		wire += bytes + 500;
		assert_int_equal(json_integer_value(json_object_get(round, "wire_bytes")),
				 bytes + 500);
		assert_int_equal(json_integer_value(json_object_get(round, "sent_us")), 8000);
	}
	assert_int_equal(json_integer_value(json_object_get(move_detail(w, "bytes"), "rounds")),
			 wire);
}

/* Until when the step under way may get no further, from now */
static uint64_t patience_ms(struct world *w)
{
	const struct migration *m = manager_find(&w->mm, move_id);
	uint64_t now = clock_mono_ns();

	return m->deadline_mono_ns > now ? (m->deadline_mono_ns - now) / 1000000 : 0;
}

/* CRIU tells nothing while its pages are on their way over the WAN: no less patience for the first
 * look at it, nor for those that follow. */
static void test_page_server_slow(void **state)
{
	static const char *const slow[] = {"predump.1", "dump"};

	for (size_t i = 0; i < 2; i++) {
		struct world *w = move_world();
		uint64_t until = uv_hrtime() + UINT64_C(200000000);
		void *own = w;

		w->peers.play.stuck = slow[i];
		move_post(w, "iterative",
			  json_pack("{s:s, s:i, s:s}", "criterion", "rounds", "rounds", 1,
				    "transfer", "page-server"));
		world_wait(w, process_begun(&w->peers, 0, slow[i]));
		while (uv_hrtime() < until)
			world_turn(w);
		assert_in_range(patience_ms(w), 1000000, 1020000);
		world_teardown(&own);
	}
}

static void test_live_process(void **state)
{
	struct world *w = *state;

	w->peers.play.alike = 3;
	move_run(w, "live-process", NULL);
	move_check_end(w, "completed");
	assert_int_equal(json_array_size(move_detail(w, "rounds")), 4);
	assert_string_equal(json_string_value(move_detail(w, "stopped_by")), "equal-hash");
}

static void test_not_converged(void **state)
{
	struct world *w = *state;

	move_run(w, "live-process", json_pack("{s:i}", "rounds", 3));
	move_check_end(w, "rolled-back");
	assert_string_equal(world_text(w, "cause"), "NOT_CONVERGED");
	assert_non_null(strstr(world_text(w, "detail"), "'equal-hash' was not met in 3 rounds"));
	assert_int_equal(json_array_size(move_detail(w, "rounds")), 3);
	assert_int_equal(process_begun(&w->peers, 0, "dump"), 0);
	/* once more, and stopped nevertheless */
	w->peers.trace[0] = '\0';
	move_run(w, "live-process", json_pack("{s:i, s:s}", "rounds", 3, "not_converged", "stop"));
	move_check_end(w, "completed");
	assert_string_equal(json_string_value(move_detail(w, "stopped_by")), "not-converged");
}

static void test_post_copy(void **state)
{
	struct world *w = *state;

	move_run(w, "post-copy", NULL);
	move_check_end(w, "completed");
	assert_string_equal(w->peers.trace, PREPARED STOPPED SWITCHED "drain(b) " ENDED);
	assert_true(move_figure(w, "drained_ns") >= move_figure(w, "opened_ns"));
	assert_int_equal(json_integer_value(json_object_get(move_detail(w, "bytes"), "image")),
			 900 + (64 << 20));
	assert_int_equal(json_integer_value(json_object_get(move_detail(w, "bytes"), "interface")),
			 950 + (64 << 20));
}

/* Who waits for the pages is not who fetches them: killed, or without room to say that they are
 * here, it is asked again. */
static void test_drain_again(void **state)
{
	static const char *const causes[] = {"STEP_FAILED", "DISK_SHORT"};

	for (size_t i = 0; i < 2; i++) {
		struct world *w = move_world();
		void *own = w;

		w->peers.play.fails = "drain";
		w->peers.play.cause = causes[i];
		w->peers.play.fails_times = 1;
		move_run(w, "post-copy", NULL);
		move_check_end(w, "completed");
		assert_null(w->peers.play.fails);
		assert_true(move_figure(w, "drained_ns") > 0);
		world_teardown(&own);
	}
}

/* What can't be waited for may be there all the same: nothing is ended. */
static void test_drain_not_known(void **state)
{
	static const struct {
		const char *fails, *cause;
		struct fault fault;
	} rows[] = {
		{"drain", "STEP_FAILED", {0}},
		{"drain", "CANCELLED", {0}},
		{NULL, "STATE_NOT_WRITABLE", FAULT_REFUSED("drain(b)", 507, "STATE_NOT_WRITABLE")},
		{NULL, "PARTICIPANT_NOT_REACHABLE", {.at = "drain(b)", .what = FAULT_SILENT}},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world *w = move_world();
		void *own = w;

		print_message("# %s\n", rows[i].cause);
		w->peers.play.fails = rows[i].fails;
		w->peers.play.cause = rows[i].cause;
		if (rows[i].fault.at)
			peers_fault(&w->peers, &rows[i].fault);
		move_post(w, "post-copy", NULL);
		if (rows[i].fault.what == FAULT_SILENT)
			move_wait_hastened(w, "drain", "drain(b)", "end(b)");
		else
			world_wait(w, world_ended(w, move_id));
		move_check_failed(w, rows[i].cause);
		assert_int_equal(w->peers.edge[0].process.life, LIFE_STOPPED);
		assert_int_equal(w->peers.edge[1].process.life, LIFE_RUNNING);
		assert_true(w->peers.edge[1].process.open);
		world_teardown(&own);
	}
}

/* The source is lost before the last page has come: so is the process, and neither edge keeps a
 * part of it. */
static void test_pages_lost(void **state)
{
	struct world *w = *state;

	w->peers.play.fails = "drain";
	w->peers.play.cause = "TRANSFER_FAILED";
	move_run(w, "post-copy", NULL);
	world_get(w, move_id);
	assert_string_equal(world_text(w, "state"), "failed");
	assert_string_equal(world_text(w, "cause"), "PAGES_LOST");
	assert_int_equal(w->peers.edge[0].process.life, LIFE_ABSENT);
	assert_int_equal(w->peers.edge[1].process.life, LIFE_ABSENT);
	assert_non_null(strstr(w->peers.trace, "drain(b) end(b) finish(a) settle(b) "));
	assert_null(move_detail(w, "left_at"));
}

/* Where an edge can't be asked, the source is ended by the next migration to there. */
static void test_pages_lost_and_an_edge(void **state)
{
	static const struct {
		const char *at, *cause;
		enum process_life left[2];
	} rows[] = {
		{"finish(a)", "PAGES_LOST", {LIFE_STOPPED, LIFE_ABSENT}},
		{"end(b)", "BROKEN", {LIFE_STOPPED, LIFE_RUNNING}},
	};

	for (size_t i = 0; i < 2; i++) {
		struct world *w = move_world();
		void *own = w;

		w->peers.play.fails = "drain";
		w->peers.play.cause = "TRANSFER_FAILED";
		peers_fault(&w->peers, &(struct fault){.at = rows[i].at,
						       .what = FAULT_REFUSE,
						       .status = 500,
						       .cause = "BROKEN"});
		move_run(w, "post-copy", NULL);
		world_get(w, move_id);
		assert_string_equal(world_text(w, "state"), "failed");
		assert_string_equal(world_text(w, "cause"), rows[i].cause);
		assert_string_equal(json_string_value(move_detail(w, "left_at")), "edge-a");
		for (size_t edge = 0; edge < 2; edge++)
			assert_int_equal(w->peers.edge[edge].process.life, rows[i].left[edge]);
		world_teardown(&own);
	}
}

static void test_layered(void **state)
{
	struct world *w = *state;

	move_run(w, "layered", NULL);
	move_check_end(w, "completed");
	assert_string_equal(w->peers.trace, PREPARED STOPPED SWITCHED ENDED);
	assert_int_equal(json_array_size(move_detail(w, "sent")), 1);
}

/* Whose bytes the send with this number were; NULL: it has no name */
static const char *sent_name(struct world *w, size_t number)
{
	return json_string_value(
		json_object_get(json_array_get(move_detail(w, "sent"), number), "name"));
}

static void test_layer_sent(void **state)
{
	struct world *w = *state;

	w->peers.play.survey[1] = json_pack("{s:{s:b, s:b}, s:n}", "layers", "base", true,
					    "application", false, "image");
	move_run(w, "layered", NULL);
	move_check_end(w, "completed");
	assert_string_equal(w->peers.trace, PREPARED "send.1(a) " STOPPED SWITCHED ENDED);
	assert_int_equal(json_array_size(move_detail(w, "sent")), 2);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(move_detail(w, "sent"), 0), "what")),
			    "layers");
	assert_string_equal(sent_name(w, 0), "application");
	assert_null(sent_name(w, 1));
	assert_int_equal(json_integer_value(json_object_get(move_detail(w, "bytes"), "layers")),
			 900);
}

static void test_base_sent(void **state)
{
	struct world *w = *state;

	w->peers.play.survey[1] = json_pack("{s:{s:b, s:b}, s:n}", "layers", "base", false,
					    "application", false, "image");
	move_run(w, "layered", NULL);
	move_check_end(w, "completed");
	assert_string_equal(w->peers.trace,
			    PREPARED "send.2(a) receive(b) send.1(a) " STOPPED SWITCHED ENDED);
	assert_string_equal(sent_name(w, 0), "base");
	assert_string_equal(sent_name(w, 1), "application");
	assert_int_equal(json_integer_value(json_object_get(move_detail(w, "bytes"), "layers")),
			 1800);
}

/* The same layer by name, but another manifest: it is another version, whatever its name. */
static void test_layer_of_another_version(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 2; i++)
		w->peers.play.survey[i] = json_pack(
			"{s:{s:{s:s, s:i}, s:{s:s, s:i}}}", "manifests", "base", "digest", "b1",
			"bytes", 10, "application", "digest", i ? "a2" : "a1", "bytes", 10);
	move_run(w, "layered", NULL);
	move_check_end(w, "completed");
	assert_string_equal(w->peers.trace, PREPARED "send.1(a) " STOPPED SWITCHED ENDED);
	assert_string_equal(sent_name(w, 0), "application");
	assert_int_equal(json_array_size(move_detail(w, "layers_missing")), 1);
}

/* An application that builds upon none needs none. */
static void test_without_base(void **state)
{
	struct world *w = *state;

	w->peers.play.survey[0] =
		json_pack("{s:{s:b, s:b}}", "layers", "base", false, "application", true);
	w->peers.play.survey[1] = json_deep_copy(w->peers.play.survey[0]);
	move_run(w, "layered", NULL);
	move_check_end(w, "completed");
	assert_string_equal(w->peers.trace, PREPARED STOPPED SWITCHED ENDED);
}

/* ---- refused before anything is touched ---- */

static void test_resources_lack(void **state)
{
	struct world *w = *state;

	w->peers.play.survey[1] = json_pack("{s:i}", "memory_free", 5);
	move_run(w, "live-process", NULL);
	move_check_end(w, "rolled-back");
	assert_string_equal(world_text(w, "cause"), "MEMORY_SHORT");
	assert_string_equal(w->peers.trace, SURVEYED "drop(b) thaw(a) anchor(dnai-a) ");
	assert_int_equal(w->peers.switches, 0);
}

static void test_not_running(void **state)
{
	struct world *w = *state;

	w->peers.edge[0].process.life = LIFE_ABSENT;
	move_run(w, "stop-and-copy", NULL);
	world_check_end(w, move_id);
	assert_string_equal(world_text(w, "state"), "rolled-back");
	assert_string_equal(world_text(w, "cause"), "NOT_RUNNING");
	assert_string_equal(w->peers.trace, "status sessions process(a) anchor(dnai-a) ");
}

static void test_already_there(void **state)
{
	struct world *w = *state;

	process_play(&w->peers, 1);
	move_run(w, "stop-and-copy", NULL);
	world_check_end(w, move_id);
	assert_string_equal(world_text(w, "cause"), "ALREADY_THERE");
	assert_int_equal(process_begun(&w->peers, 1, "drop"), 0);
	assert_int_equal(w->peers.edge[1].process.life, LIFE_RUNNING);
}

static void test_app_not_found(void **state)
{
	struct world *w = *state;

	w->peers.edge[1].without_app = true;
	world_register(w);
	move_ask(w, "iterative", MBB, NULL);
	world_expect(w, 404, "APP_NOT_FOUND");
	/* the source's turns out in the survey */
	w->peers.edge[1].without_app = false;
	w->peers.edge[0].without_app = true;
	world_register(w);
	move_post(w, "iterative", NULL);
	world_wait(w, (world_hasten(w, move_id, "process"), world_ended(w, move_id)));
	world_check_end(w, move_id);
	assert_string_equal(world_text(w, "cause"), "APP_NOT_FOUND");
}

static void test_app_busy(void **state)
{
	struct world *w = *state;
	char first[32];

	w->peers.play.stuck = "dump";
	move_post(w, "stop-and-copy", NULL);
	snprintf(first, sizeof first, "%s", move_id);
	world_ask(w, "PUT", "/v1/ues/imsi-55555", json_pack("{s:s}", "url", "http://127.0.0.1:9"));
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s}", "ue", "imsi-55555", "destination", "edge-b",
			    "strategy", "iterative", "app", PEER_PROCESS));
	world_expect(w, 409, "APP_BUSY");
	assert_non_null(strstr(world_text(w, "detail"), first));
}

/* ---- no way back ---- */

static void test_not_reversible(void **state)
{
	struct world *w = *state;
	char path[64];

	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s, s:i}", "ue", PEER_SUPI, "destination", "edge-b",
			    "strategy", "stop-and-copy", "app", PEER_PROCESS, "hold_ms", 60000));
	world_expect(w, 202, NULL);
	snprintf(move_id, sizeof move_id, "%s", world_text(w, "id"));
	world_wait(w, world_holds(w, move_id));
	snprintf(path, sizeof path, "/v1/migrations/%s/switch-back", move_id);
	world_ask(w, "POST", path, NULL);
	world_expect(w, 409, "NOT_REVERSIBLE");
	/* and a request for the way back is one of its own, not a turn */
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s}", "ue", PEER_SUPI, "destination", "edge-a",
			    "strategy", "stop-and-copy", "app", PEER_PROCESS));
	world_expect(w, 409, "UE_BUSY");
	snprintf(path, sizeof path, "/v1/migrations/%s/switch", move_id);
	world_ask(w, "POST", path, NULL);
	world_expect(w, 202, NULL);
	world_wait(w, world_ended(w, move_id));
	move_check_end(w, "completed");
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, move_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_stop_and_copy),
		ROW(test_break_before_make),
		ROW(test_iterative),
		ROW(test_iterative_by_rate),
		ROW(test_page_server),
		ROW(test_live_process),
		ROW(test_not_converged),
		ROW(test_post_copy),
		ROW(test_pages_lost),
		cmocka_unit_test(test_pages_lost_and_an_edge),
		cmocka_unit_test(test_drain_again),
		cmocka_unit_test(test_drain_not_known),
		cmocka_unit_test(test_page_server_slow),
		ROW(test_layered),
		ROW(test_layer_sent),
		ROW(test_base_sent),
		ROW(test_layer_of_another_version),
		ROW(test_without_base),
		ROW(test_resources_lack),
		ROW(test_not_running),
		ROW(test_already_there),
		ROW(test_app_not_found),
		ROW(test_app_busy),
		ROW(test_not_reversible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
