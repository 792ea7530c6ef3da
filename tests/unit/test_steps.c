// SPDX-License-Identifier: Apache-2.0
/*
 * The UE agent's steps: each done once for (migration, step, epoch), its outcome kept over a
 * restart, what a kill leaves half-way run again; and each kind of step against `ue` played by the
 * test and the kernel's own sessions.
 */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/agent_world.h"

static void restart(struct world *w)
{
	world_agent_stop(w);
	world_agent_start(w);
}

static json_int_t kept(struct world *w, const char *path, const char *member)
{
	const struct http_answer *answer = world_ask(w, "GET", path, NULL);

	world_expect(answer, 200, NULL);
	return world_number(answer, member);
}

/* ---- once ---- */

static void test_done_once(void **state)
{
	struct world *w = *state;
	const struct http_answer *answer = world_step(w, "m1", "establish", 1, 2);
	json_t *first;

	world_expect(answer, 200, NULL);
	assert_int_equal(world_number(answer, "session"), 2);
	assert_int_equal(world_number(answer, "setup_us"), 1234);
	assert_int_equal(world_number(answer, "generation"), 1);
	first = json_incref(answer->body);
	for (int i = 0; i < 3; i++) {
		answer = world_step(w, "m1", "establish", 1, 2);
		world_expect(answer, 200, NULL);
		assert_true(json_equal(answer->body, first));
		restart(w);
	}
	assert_int_equal(w->ue_calls, 1);
	/* another epoch, another migration: done anew */
	world_expect(world_step(w, "m1", "establish", 2, 2), 200, NULL);
	world_expect(world_step(w, "m2", "establish", 1, 2), 200, NULL);
	assert_int_equal(w->ue_calls, 3);
	json_decref(first);
}

static void test_older_epoch_is_refused(void **state)
{
	struct world *w = *state;

	world_expect(world_step(w, "m1", "release", 3, 2), 200, NULL);
	world_expect(world_step(w, "m1", "release", 2, 2), 409, "STALE_EPOCH");
	world_expect(world_step(w, "m1", "establish", 2, 2), 409, "STALE_EPOCH");
	restart(w);
	world_expect(world_step(w, "m1", "establish", 2, 2), 409, "STALE_EPOCH");
	world_expect(world_step(w, "m1", "establish", 3, 2), 200, NULL);
	assert_int_equal(w->ue_calls, 2);
}

/* The same request while the step is under way waits for the same outcome; too many ask again. */
static void test_joined(void **state)
{
	struct world *w = *state;
	struct world_call *call[STEP_WAITERS_MAX];

	w->ue_holds = true;
	for (int i = 0; i < STEP_WAITERS_MAX; i++)
		call[i] = world_start(w, "PUT", "/v1/steps/m1/establish",
				      json_pack("{s:i, s:i}", "epoch", 1, "session", 2));
	world_wait(w, w->held_count == 1);
	world_expect(world_ask(w, "GET", "/v1/steps/m1/establish", NULL), 200, NULL);
	world_expect(world_step(w, "m1", "establish", 1, 2), 503, "TOO_MANY_WAIT");
	world_ue_answer(w);
	for (unsigned i = 0; i < STEP_WAITERS_MAX; i++) {
		world_wait(w, call[i]->done);
		world_expect(&call[i]->answer, 200, NULL);
	}
	assert_int_equal(w->ue_calls, 1);
}

/* Killed between intent and outcome: it was accepted when it was first, and is run again. */
static void test_cut_off(void **state)
{
	struct world *w = *state;
	json_int_t accepted;

	w->ue_holds = true;
	world_start(w, "PUT", "/v1/steps/m1/establish",
		    json_pack("{s:i, s:i}", "epoch", 1, "session", 2));
	world_wait(w, w->held_count == 1);
	assert_int_equal(kept(w, "/v1/steps/m1/establish", "status"), 0);
	accepted = kept(w, "/v1/steps/m1/establish", "accepted_ns");
	assert_true(accepted > 0);
	restart(w);
	assert_int_equal(kept(w, "/v1/steps/m1/establish", "status"), 0);
	w->ue_holds = false;
	world_expect(world_step(w, "m1", "establish", 1, 2), 200, NULL);
	assert_int_equal(w->ue_calls, 2);
	assert_int_equal(kept(w, "/v1/steps/m1/establish", "status"), 200);
	assert_true(kept(w, "/v1/steps/m1/establish", "accepted_ns") == accepted);
}

/* A step of an older plan that ends late takes nothing from the newer one's. */
static void test_late_end_of_an_older_plan(void **state)
{
	struct world *w = *state;

	world_pdu(w, 2);
	world_wait(w, w->a.primary == 2);
	w->ue_holds = true;
	world_start(w, "PUT", "/v1/steps/m1/await",
		    json_pack("{s:i, s:i, s:i}", "epoch", 1, "session", 2, "generation", 1));
	world_wait(w, w->held_count == 1);
	w->ue_holds = false;
	w->generation[2] = 1;
	world_expect(world_step(w, "m1", "await", 2, 2), 200, NULL);
	assert_int_equal(kept(w, "/v1/steps/m1/await", "epoch"), 2);
	world_ue_answer(w);
	world_wait(w, !w->a.ops);
	assert_int_equal(kept(w, "/v1/steps/m1/await", "epoch"), 2);
	world_expect(world_step(w, "m1", "await", 1, 2), 409, "STALE_EPOCH");
}

static void test_refusals_are_kept(void **state)
{
	struct world *w = *state;

	w->ue_status = 409;
	world_expect(world_step(w, "m1", "establish", 1, 2), 502, "TOLD_SO");
	w->ue_status = 0;
	world_expect(world_step(w, "m1", "establish", 1, 2), 502, "TOLD_SO");
	restart(w);
	world_expect(world_step(w, "m1", "establish", 1, 2), 502, "TOLD_SO");
	assert_int_equal(w->ue_calls, 1);
	/* not now is not never */
	w->ue_status = 503;
	world_expect(world_step(w, "m2", "establish", 1, 2), 503, "NOT_NOW");
	w->ue_status = 0;
	world_expect(world_step(w, "m2", "establish", 1, 2), 200, NULL);
}

static void test_bad_requests(void **state)
{
	static const struct {
		const char *path, *body;
		unsigned status;
		size_t invalid;
	} rows[] = {
		{"/v1/steps/m1/dance", "{\"epoch\": 1, \"session\": 2}", 404, 0},
		{"/v1/steps/M1/switch", "{\"epoch\": 1, \"session\": 2}", 404, 0},
		{"/v1/steps/..%2fm1/switch", "{\"epoch\": 1, \"session\": 2}", 404, 0},
		{"/v1/steps/m1234567890123456789012345678901/switch",
		 "{\"epoch\": 1, \"session\": 2}", 404, 0},
		{"/v1/steps/m1/switch", "{}", 400, 2},
		{"/v1/steps/m1/switch", "{\"epoch\": 0, \"session\": 2}", 400, 1},
		{"/v1/steps/m1/switch", "{\"epoch\": 1, \"session\": 16}", 400, 1},
		{"/v1/steps/m1/switch", "{\"epoch\": -1, \"session\": \"2\"}", 400, 2},
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct http_answer *answer =
			world_ask(w, "PUT", rows[i].path, json_loads(rows[i].body, 0, NULL));

		print_message("# %zu: %s %s\n", i, rows[i].path, rows[i].body);
		world_expect(answer, rows[i].status, NULL);
		assert_int_equal(json_array_size(json_object_get(answer->body, "invalidParams")),
				 rows[i].invalid);
	}
	world_expect(world_ask(w, "GET", "/v1/steps/m1/switch", NULL), 404, "STEP_NOT_FOUND");
	assert_int_equal(w->ue_calls, 0);
}

/* ---- the store ---- */

static void disk_full(bool full)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = full ? 0 : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int teardown(void **state)
{
	disk_full(false);
	return world_teardown(state);
}

static void test_state_not_writable(void **state)
{
	struct world *w = *state;

	disk_full(true);
	world_expect(world_step(w, "m1", "establish", 1, 2), 507, "STATE_NOT_WRITABLE");
	assert_int_equal(w->ue_calls, 0);
	assert_null(w->a.ops);
	disk_full(false);
	world_expect(world_step(w, "m1", "establish", 1, 2), 200, NULL);
	assert_int_equal(w->ue_calls, 1);
}

/* The outcome is told though it can't be kept; whoever asks again has it done again. */
static void test_outcome_not_kept(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	w->ue_holds = true;
	call = world_start(w, "PUT", "/v1/steps/m1/establish",
			   json_pack("{s:i, s:i}", "epoch", 1, "session", 2));
	world_wait(w, w->held_count == 1);
	disk_full(true);
	world_ue_answer(w);
	world_wait(w, call->done);
	world_expect(&call->answer, 200, NULL);
	disk_full(false);
	assert_int_equal(kept(w, "/v1/steps/m1/establish", "status"), 0);
	world_expect(world_step(w, "m1", "establish", 1, 2), 200, NULL);
	assert_int_equal(w->ue_calls, 2);
}

static void test_folder_is_gone(void **state)
{
	struct world *w = *state;

	assert_int_equal(rmdir(w->dir), 0);
	world_expect(world_step(w, "m1", "establish", 1, 2), 507, "STATE_NOT_WRITABLE");
	assert_int_equal(w->ue_calls, 0);
}

/* A record that can't be read is none: the step is run again, and its outcome kept. */
static void test_damaged_record(void **state)
{
	struct world *w = *state;
	char path[128];
	FILE *f;

	world_expect(world_step(w, "m1", "establish", 1, 2), 200, NULL);
	snprintf(path, sizeof path, "%s/m1.json", w->dir);
	f = fopen(path, "w");
	fputs("{\"establish\": {\"epo", f);
	fclose(f);
	world_expect(world_step(w, "m1", "establish", 1, 2), 200, NULL);
	assert_int_equal(w->ue_calls, 2);
	assert_int_equal(kept(w, "/v1/steps/m1/establish", "status"), 200);
}

static unsigned files_in(const char *dir)
{
	DIR *d = opendir(dir);
	unsigned count = 0;

	for (struct dirent *e; (e = readdir(d));)
		count += e->d_name[0] != '.';
	closedir(d);
	return count;
}

static void test_pruned(void **state)
{
	struct world *w = *state;
	char name[96];
	FILE *f;

	snprintf(name, sizeof name, "%s/aside", w->dir); /* what a killed agent left */
	f = fopen(name, "w");
	fclose(f);
	for (unsigned i = 1; i <= STORE_MIGRATIONS_MAX + 40; i++) {
		snprintf(name, sizeof name, "m%u", i);
		world_expect(world_step(w, name, "release", 1, 2), 200, NULL);
		assert_true(files_in(w->dir) <= STORE_MIGRATIONS_MAX + 2);
	}
	assert_int_equal(files_in(w->dir), STORE_MIGRATIONS_MAX + 2); /* with aside */
	world_expect(world_ask(w, "GET", "/v1/steps/m9/release", NULL), 404, NULL);
	world_expect(world_ask(w, "GET", "/v1/steps/m39/release", NULL), 404, NULL);
	world_expect(world_ask(w, "GET", "/v1/steps/m40/release", NULL), 200, NULL);
	world_expect(world_ask(w, "GET", "/v1/steps/m104/release", NULL), 200, NULL);
}

/* ---- the steps ---- */

static void test_switch(void **state)
{
	struct world *w = *state;
	const struct http_answer *answer;

	world_pdu(w, 1);
	world_pdu(w, 2);
	world_wait(w, w->a.primary == 1);
	answer = world_step(w, "m1", "switch", 1, 2);
	world_expect(answer, 200, NULL);
	assert_true(world_number(answer, "t0_ns") > 0);
	assert_true(world_number(answer, "switched_ns") >= world_number(answer, "t0_ns"));
	assert_true(world_number(answer, "switched_ns") - world_number(answer, "t0_ns") <
		    1000000000);
	assert_int_equal(w->a.primary, 2);
	world_expect(world_step(w, "m1", "switch", 2, 5), 409, "SESSION_NOT_FOUND");
	assert_int_equal(w->a.primary, 2);
	answer = world_ask(w, "GET", "/v1/status", NULL);
	assert_int_equal(world_number(answer, "primary"), 2);
	assert_int_equal(json_array_size(json_object_get(answer->body, "pdu_sessions")), 2);
}

static void test_probe(void **state)
{
	struct world *w = *state;
	const struct http_answer *answer;

	world_pdu(w, 1);
	world_pdu(w, 2);
	answer = world_step(w, "m1", "probe", 1, 2);
	world_expect(answer, 200, NULL);
	assert_true(world_number(answer, "probe_rtt_us") >= 0);
	assert_true(world_number(answer, "probe_rtt_us") < 1000000);
	world_expect(world_step(w, "m1", "probe", 2, 7), 409, "SESSION_NOT_FOUND");
	answer = world_ask(w, "PUT", "/v1/steps/m2/probe",
			   json_pack("{s:i, s:i, s:s}", "epoch", 1, "session", 2, "address", "x"));
	world_expect(answer, 400, "INVALID_PARAMETER");
}

/* Nobody answers: the path does not work; and an agent that ends in between leaves nothing. */
static void test_probe_unanswered(void **state)
{
	struct world *w = *state;
	json_t *body =
		json_pack("{s:i, s:i, s:s}", "epoch", 1, "session", 2, "address", "10.70.0.9");

	world_pdu(w, 2);
	world_start(w, "PUT", "/v1/steps/m1/probe", json_incref(body));
	world_wait(w, w->a.ops);
	restart(w);
	assert_null(w->a.ops);
	world_expect(world_ask(w, "PUT", "/v1/steps/m1/probe", body), 504, "PATH_NOT_WORKING");
}

static void test_release(void **state)
{
	struct world *w = *state;

	/* an establishment that was given up ends first */
	w->ue_holds = true;
	world_start(w, "PUT", "/v1/steps/m1/establish",
		    json_pack("{s:i, s:i}", "epoch", 1, "session", 2));
	world_wait(w, w->held_count == 1);
	world_start(w, "PUT", "/v1/steps/m1/release",
		    json_pack("{s:i, s:i}", "epoch", 2, "session", 2));
	world_wait(w, w->a.ops && w->a.ops->next);
	world_expect(world_ask(w, "GET", "/healthz", NULL), 204, NULL);
	assert_int_equal(w->ue_calls, 1);
	world_ue_answer(w);
	world_wait(w, !w->a.ops);
	assert_int_equal(w->ue_calls, 2);
	assert_int_equal(kept(w, "/v1/steps/m1/release", "status"), 200);
	/* what is not there is released */
	w->ue_status = 404;
	world_expect(world_step(w, "m2", "release", 1, 2), 200, NULL);
	w->ue_status = 500;
	world_expect(world_step(w, "m3", "release", 1, 2), 502, "SESSION_NOT_RELEASED");
}

static void test_await(void **state)
{
	struct world *w = *state;
	const struct http_answer *answer;
	struct world_call *call;
	json_int_t gone_ns;

	world_pdu(w, 1);
	world_wait(w, w->a.primary == 1);
	w->generation[1] = 1;
	call = world_start(w, "PUT", "/v1/steps/m1/await",
			   json_pack("{s:i, s:i, s:i}", "epoch", 1, "session", 1, "generation", 2));
	world_wait(w, w->a.ops);
	world_pdu_del(w, 1);
	world_pdu(w, 1);
	gone_ns = (json_int_t)clock_now_ns();
	w->release_command_ns = (uint64_t)gone_ns - 1000;
	/* the agent hears of it from `ue` and from the kernel in one turn */
	w->generation[1] = 2;
	world_wait(w, call->done);
	answer = &call->answer;
	world_expect(answer, 200, NULL);
	assert_int_equal(world_number(answer, "generation"), 2);
	assert_true(world_number(answer, "t0_ns") == gone_ns - 1000);
	assert_true(world_number(answer, "switched_ns") > world_number(answer, "t0_ns"));
	assert_int_equal(world_route(w, "10.70.0.0", 16), 1);
}

/* Another session takes the traffic while this one is away. */
static void test_await_takes_traffic_back(void **state)
{
	struct world *w = *state;
	struct world_call *call;

	world_pdu(w, 1);
	world_wait(w, w->a.primary == 1);
	world_pdu(w, 3);
	w->generation[1] = 1;
	call = world_start(w, "PUT", "/v1/steps/m1/await",
			   json_pack("{s:i, s:i, s:i}", "epoch", 1, "session", 1, "generation", 2));
	world_wait(w, w->a.ops);
	world_pdu_del(w, 1);
	world_wait(w, w->a.primary == 3);
	world_pdu(w, 1);
	w->generation[1] = 2;
	world_wait(w, call->done);
	world_expect(&call->answer, 200, NULL);
	assert_int_equal(w->a.primary, 1);
	assert_int_equal(world_route(w, "10.70.0.0", 16), 1);
}

static void test_status_without_ue(void **state)
{
	struct world *w = *state;

	w->ue_status = 500;
	world_expect(world_ask(w, "GET", "/v1/status", NULL), 503, "UE_NOT_REACHABLE");
	w->ue_status = 0;
	world_expect(world_ask(w, "GET", "/v1/status", NULL), 200, NULL);
	/* it ends while it waits for an answer */
	w->ue_holds = true;
	world_start(w, "GET", "/v1/status", NULL);
	world_wait(w, w->held_count == 1);
	restart(w);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, world_setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_done_once),
		ROW(test_older_epoch_is_refused),
		ROW(test_joined),
		ROW(test_cut_off),
		ROW(test_late_end_of_an_older_plan),
		ROW(test_refusals_are_kept),
		ROW(test_bad_requests),
		ROW(test_state_not_writable),
		ROW(test_outcome_not_kept),
		ROW(test_folder_is_gone),
		ROW(test_damaged_record),
		ROW(test_pruned),
		ROW(test_switch),
		ROW(test_probe),
		ROW(test_probe_unanswered),
		ROW(test_release),
		ROW(test_await),
		ROW(test_await_takes_traffic_back),
		ROW(test_status_without_ue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
