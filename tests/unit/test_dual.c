// SPDX-License-Identifier: Apache-2.0
/*
 * Strategy dual against smf-lite, UE agent, edge agents and a game played by the test: its way, its
 * stages, each step failing (the source plays on), and the manager stopped at each step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/manager_world.h"

#define UP_TO_IMAGE  "status sessions image(b) "
#define UP_TO_START  UP_TO_IMAGE "start(b) image(b) "
#define UP_TO_PDU    UP_TO_START "anchor(dnai-b) establish(2) "
#define UP_TO_LOGIN  UP_TO_PDU "login(b) "
#define UP_TO_PLAYER UP_TO_LOGIN "player(b) "
#define UP_TO_STREAM UP_TO_PLAYER "stream(2) "
#define UP_TO_PROBE  UP_TO_STREAM "probe(2) "
#define UP_TO_SWITCH UP_TO_PROBE "switch(2) "
#define RELEASED                                                                                   \
	"figures(2) player(b) unstream(1) logout(a) stop(a) anchor(dnai-b) status release(1) "     \
	"session(1) "

static char id[32];

static struct world *begin_world(void)
{
	struct world *w = world_new(NULL);

	game_play(&w->peers, 0, 1);
	return w;
}

static int setup(void **state)
{
	*state = begin_world();
	return 0;
}

static void post(struct world *w, unsigned hold_ms)
{
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s, s:i}", "ue", PEER_SUPI, "destination", "edge-b",
			    "strategy", "dual", "app", PEER_APP, "hold_ms", (int)hold_ms));
	world_expect(w, 202, NULL);
	snprintf(id, sizeof id, "%s", world_text(w, "id"));
}

static const json_t *detail(struct world *w, const char *name)
{
	return json_object_get(json_object_get(w->answer.body, "details"), name);
}

/* Where it ended the player plays, and nothing of him is left elsewhere. */
static void check_end(struct world *w, const char *state)
{
	world_check_end(w, id);
	assert_string_equal(world_text(w, "state"), state);
	game_check_end(&w->peers, strcmp(state, "completed") == 0);
}

/* ---- the way ---- */

static void check_stages(const json_t *stages, unsigned last)
{
	const json_t *stage;
	json_int_t before = 0;
	size_t i;

	assert_int_equal(json_array_size(stages), last);
	json_array_foreach(stages, i, stage)
	{
		json_int_t started = json_integer_value(json_object_get(stage, "started_ns")),
			   ended = json_integer_value(json_object_get(stage, "ended_ns"));

		assert_int_equal(json_integer_value(json_object_get(stage, "stage")), i + 1);
		assert_true(json_string_length(json_object_get(stage, "name")) > 0);
		assert_true(started > 0 && started >= before && ended >= started);
		before = ended;
	}
}

static void test_dual(void **state)
{
	struct world *w = *state;
	char states[256];
	const json_t *downtime;

	post(w, 20);
	world_watch(w, id, NULL, states, sizeof states);
	assert_string_equal(states, ALL_STATES);
	assert_string_equal(w->peers.trace, UP_TO_SWITCH RELEASED);
	check_end(w, "completed");
	check_stages(detail(w, "stages"), 6);
	assert_int_equal(w->peers.edge[1].starts, 1);
	assert_int_equal(w->peers.edge[0].stops, 1);
	assert_int_equal(w->peers.edge[1].logins, 1);
	assert_int_equal(w->peers.game.signals, 1);
	assert_int_equal(json_integer_value(detail(w, "instance_start_us")), 700);
	assert_int_equal(json_integer_value(detail(w, "snapshot_bytes")), 4096);
	assert_int_equal(json_integer_value(detail(w, "join_us")), 30000);
	assert_int_equal(json_integer_value(json_object_get(detail(w, "stream"), "waited_ms")), 40);
	/* the key that opens the stream is nobody's business */
	assert_null(strstr(w->answer.text, "00112233445566778899aabbccddeeff"));
	assert_null(strstr(w->events, "00112233445566778899aabbccddeeff"));
	downtime = json_object_get(w->answer.body, "downtime");
	assert_int_equal(json_integer_value(json_object_get(downtime, "t_chkp_us")), 0);
	assert_int_equal(json_integer_value(json_object_get(downtime, "t_copy_us")), 0);
	assert_int_equal(json_integer_value(json_object_get(downtime, "t_restore_us")), 0);
	assert_int_equal(json_integer_value(json_object_get(downtime, "t_net_us")), 40);
	assert_int_equal(json_integer_value(json_object_get(downtime, "t_comp_us")), 100);
	assert_int_equal(json_integer_value(json_object_get(downtime, "t_down_us")), 100);
	assert_int_equal(json_integer_value(json_object_get(downtime, "t_mig_us")),
			 json_integer_value(json_object_get(downtime, "t_pre_us")) + 100);
}

/* B17: others play at both: nothing is started, nothing is stopped. */
static void test_shared_instances(void **state)
{
	struct world *w = *state;

	w->peers.edge[0].others = 2;
	w->peers.edge[1].others = 1;
	w->peers.edge[1].instance = INSTANCE_RUNNING;
	post(w, 0);
	world_wait(w, world_ended(w, id));
	check_end(w, "completed");
	assert_int_equal(w->peers.edge[0].instance, INSTANCE_RUNNING);
	assert_int_equal(w->peers.edge[0].stops + w->peers.edge[1].starts, 0);
	assert_non_null(strstr(w->peers.trace, "stop(a)")); /* asked, and refused: IN_USE */
	assert_null(strstr(w->peers.trace, "start(b)"));
}

/* An instance that was there before stays when the migration is rolled back, also without players.
 */
static void test_rollback_leaves_an_instance(void **state)
{
	struct world *w = *state;

	w->peers.edge[1].instance = INSTANCE_RUNNING;
	w->peers.game.unlike = true;
	post(w, 0);
	world_wait(w, world_ended(w, id));
	check_end(w, "rolled-back");
	assert_string_equal(world_text(w, "cause"), "SIMILARITY_NOT_REACHED");
	assert_int_equal(w->peers.edge[1].instance, INSTANCE_RUNNING);
	assert_null(strstr(w->peers.trace, "stop("));
}

/* ---- each step failing ---- */

#define UNSWITCHED   "switch(1) "
#define NO_STREAM    "unstream(2) "
#define NO_PLAYER    "logout(b) "
#define NO_INSTANCE  "stop(b) "
#define NO_PDU	     "status release(2) session(2) anchor(dnai-a) "
#define ANCHOR_AGAIN "anchor(dnai-a) "

struct failing {
	struct fault fault;
	const char *trace, *cause;
};

static const struct failing failing[] = {
	{FAULT_REFUSED("sessions", 500, "BROKEN"), "status sessions ", "BROKEN"},
	{FAULT_REFUSED("image", 404, "APP_NOT_FOUND"), UP_TO_IMAGE ANCHOR_AGAIN, "APP_NOT_FOUND"},
	{FAULT_REFUSED("start", 507, "DISK_FULL"), UP_TO_IMAGE "start(b) " NO_INSTANCE ANCHOR_AGAIN,
	 "DISK_FULL"},
	{{.at = "anchor",
	  .what = FAULT_REFUSE,
	  .status = 404,
	  .cause = "UPF_NOT_FOUND",
	  .times = 1},
	 UP_TO_START "anchor(dnai-b) " NO_INSTANCE ANCHOR_AGAIN,
	 "UPF_NOT_FOUND"},
	{FAULT_REFUSED("establish", 502, "SESSION_REJECTED"), UP_TO_PDU NO_INSTANCE NO_PDU,
	 "SESSION_REJECTED"},
	{FAULT_REFUSED("login", 401, "LOGIN_REFUSED"), UP_TO_LOGIN NO_PLAYER NO_INSTANCE NO_PDU,
	 "LOGIN_REFUSED"},
	{FAULT_REFUSED("player", 404, "PLAYER_NOT_FOUND"),
	 UP_TO_PLAYER NO_PLAYER NO_INSTANCE NO_PDU, "PLAYER_NOT_FOUND"},
	{FAULT_REFUSED("stream", 504, "STREAM_NOT_DECODED"),
	 UP_TO_STREAM NO_STREAM NO_PLAYER NO_INSTANCE NO_PDU, "STREAM_NOT_DECODED"},
	/* it joined, and nobody heard that it did */
	{{.at = "stream", .what = FAULT_LOSE},
	 UP_TO_STREAM NO_STREAM NO_PLAYER NO_INSTANCE NO_PDU,
	 "PARTICIPANT_NOT_REACHABLE"},
	{FAULT_REFUSED("probe", 504, "PATH_NOT_WORKING"),
	 UP_TO_PROBE NO_STREAM NO_PLAYER NO_INSTANCE NO_PDU, "PATH_NOT_WORKING"},
	{FAULT_REFUSED("switch(2)", 409, "SIMILARITY_NOT_REACHED"),
	 UP_TO_SWITCH UNSWITCHED NO_STREAM NO_PLAYER NO_INSTANCE NO_PDU, "SIMILARITY_NOT_REACHED"},
	/* it switched, and nobody heard that it did: it is switched back, whatever the pictures */
	{{.at = "switch(2)", .what = FAULT_LOSE},
	 UP_TO_SWITCH UNSWITCHED NO_STREAM NO_PLAYER NO_INSTANCE NO_PDU,
	 "PARTICIPANT_NOT_REACHABLE"},
	/* what can't be undone at the destination holds up nothing */
	{FAULT_REFUSED("unstream", 500, "BROKEN"),
	 UP_TO_SWITCH UNSWITCHED NO_STREAM NO_PLAYER NO_INSTANCE NO_PDU, "SIMILARITY_NOT_REACHED"},
	{FAULT_REFUSED("logout", 500, "BROKEN"),
	 UP_TO_SWITCH UNSWITCHED NO_STREAM NO_PLAYER NO_INSTANCE NO_PDU, "SIMILARITY_NOT_REACHED"},
	{FAULT_REFUSED("stop", 500, "BROKEN"),
	 UP_TO_SWITCH UNSWITCHED NO_STREAM NO_PLAYER NO_INSTANCE NO_PDU, "SIMILARITY_NOT_REACHED"},
};

/* Once the fault has struck there is no need to wait for the end of the step's time. */
static bool ended_in_haste(struct world *w, const char *at)
{
	char step[32];

	snprintf(step, sizeof step, "%.*s", (int)strcspn(at, "("), at);
	if (strstr(w->peers.trace, at))
		world_hasten(w, id, step);
	return world_ended(w, id);
}

static void fail_once(const struct failing *row)
{
	struct world *w = begin_world();
	bool undoing = strncmp(row->fault.at, "un", 2) == 0 ||
		       strcmp(row->fault.at, "logout") == 0 || strcmp(row->fault.at, "stop") == 0;
	void *state = w;

	w->peers.game.unlike = undoing;
	peers_fault(&w->peers, &row->fault);
	post(w, 0);
	world_wait(w, ended_in_haste(w, row->fault.at));
	assert_string_equal(w->peers.trace, row->trace);
	if (undoing) {
		world_check_end(w, id);
		assert_int_equal(w->peers.game.primary, 0);
	} else {
		check_end(w, "rolled-back");
		assert_int_equal(w->peers.edge[1].instance, INSTANCE_ABSENT);
	}
	assert_string_equal(world_text(w, "state"), "rolled-back");
	assert_string_equal(world_text(w, "cause"), row->cause);
	assert_int_equal(w->peers.game.displayed, 1);
	world_teardown(&state);
}

static void test_each_step_failing(void **state)
{
	for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
		print_message("# %zu: fails at %s\n", i, failing[i].fault.at);
		fail_once(&failing[i]);
	}
}

static void test_instance_fails(void **state)
{
	struct world *w = *state;

	w->peers.edge[1].dies_on_start = true;
	post(w, 0);
	world_wait(w, world_ended(w, id));
	check_end(w, "rolled-back");
	assert_string_equal(world_text(w, "cause"), "INSTANCE_FAILED");
	check_stages(detail(w, "stages"), 1);
}

/* What is slow, busy or gone for a moment fails nothing. */
static const struct fault passing[] = {
	{.at = "image", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "start", .what = FAULT_LOSE, .times = 1},
	{.at = "login",
	 .what = FAULT_REFUSE,
	 .status = 502,
	 .cause = "INSTANCE_UNREACHABLE",
	 .times = 3},
	{.at = "login", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "player",
	 .what = FAULT_REFUSE,
	 .status = 409,
	 .cause = "INSTANCE_NOT_RUNNING",
	 .times = 2},
	{.at = "stream", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "switch", .what = FAULT_LOSE, .times = 1},
	{.at = "figures", .what = FAULT_REFUSE, .status = 502, .cause = "STREAM_CLIENT_REFUSED"},
	{.at = "logout",
	 .what = FAULT_REFUSE,
	 .status = 502,
	 .cause = "INSTANCE_UNREACHABLE",
	 .times = 3},
	{.at = "logout", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
	{.at = "stop", .what = FAULT_CRASH, .times = 1, .late_ms = 60},
};

static void test_each_step_delayed(void **state)
{
	for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
		struct world *w = begin_world();
		void *own = w;

		print_message("# %zu: %s\n", i, passing[i].at);
		peers_fault(&w->peers, &passing[i]);
		post(w, 0);
		world_wait(w, world_ended(w, id));
		check_end(w, "completed");
		assert_string_equal(world_text(w, "cause"), "");
		assert_int_equal(w->peers.edge[0].instance, INSTANCE_ABSENT);
		world_teardown(&own);
	}
}

/* ---- the manager stopped ---- */

struct stopped {
	const char *at, *end;
	bool unlike; /* the pictures: has it roll back */
};

static const struct stopped rows[] = {
	{"image(b)", "completed", false},	{"start(b)", "completed", false},
	{"anchor(dnai-b)", "completed", false}, {"establish(2)", "completed", false},
	{"login(b)", "completed", false},	{"player(b)", "completed", false},
	{"stream(2)", "completed", false},	{"probe(2)", "completed", false},
	{"switch(2)", "completed", false},	{"figures(2)", "completed", false},
	{"unstream(1)", "completed", false},	{"logout(a)", "completed", false},
	{"stop(a)", "completed", false},	{"release(1)", "completed", false},
	{"switch(1)", "rolled-back", true},	{"unstream(2)", "rolled-back", true},
	{"logout(b)", "rolled-back", true},	{"stop(b)", "rolled-back", true},
	{"release(2)", "rolled-back", true},
};

static void stop_at(const struct stopped *row, enum fault_what when)
{
	struct world *w = begin_world();
	void *own = w;

	w->peers.game.unlike = row->unlike;
	peers_fault(&w->peers, &(struct fault){.at = row->at, .what = when, .times = 1});
	post(w, 1);
	world_wait(w, world_ended(w, id));
	check_end(w, row->end);
	assert_int_equal(w->restarts, 1);
	assert_int_equal(w->peers.edge[1].starts, 1);
	assert_int_equal(w->peers.edge[1].logins, 1);
	/* what it started is stopped, also when it is another who remembers */
	assert_int_equal(w->peers.edge[row->unlike].instance, INSTANCE_ABSENT);
	check_stages(detail(w, "stages"), row->unlike ? 5 : 6);
	world_teardown(&own);
}

static void test_stopped_at_each_step(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("# %zu: %s\n", i, rows[i].at);
		stop_at(&rows[i], FAULT_STOP_BEFORE);
		stop_at(&rows[i], FAULT_STOP_AFTER);
	}
}

/* Agents come back one after another; the UE's is the last. */
static void test_agents_register_late(void **state)
{
	struct world *w = *state;
	unsigned turns = 0;

	peers_fault(&w->peers, &(struct fault){.at = "login", .what = FAULT_SILENT, .times = 1});
	post(w, 0);
	world_wait(w, strstr(w->peers.trace, "login"));
	world_manager_stop(w);
	world_manager_start(w);
	world_register_ue(w);
	world_wait(w, turns++ > 20);
	assert_false(world_ended(w, id));
	world_register(w);
	world_wait(w, world_ended(w, id));
	check_end(w, "completed");
}

/* ---- refused at once ---- */

static void refused(struct world *w, const char *ue, const char *app, const char *destination,
		    const char *cause)
{
	world_ask(w, "POST", "/v1/migrations",
		  json_pack("{s:s, s:s, s:s, s:s}", "ue", ue, "destination", destination,
			    "strategy", "dual", "app", app));
	world_expect(w, 404, cause);
}

static void test_not_known(void **state)
{
	struct world *w = *state;

	refused(w, PEER_SUPI, "chess", "edge-b", "PLAYER_NOT_FOUND");
	refused(w, "imsi-55555", PEER_APP, "edge-b", "UE_NOT_FOUND");
	world_ask(w, "PUT", "/v1/ues/imsi-55555", json_pack("{s:s}", "url", "http://127.0.0.1:9"));
	refused(w, "imsi-55555", PEER_APP, "edge-b", "PLAYER_NOT_FOUND");
	w->peers.edge[1].without_app = true;
	world_register(w);
	refused(w, PEER_SUPI, PEER_APP, "edge-b", "APP_NOT_FOUND");
	assert_string_equal(w->peers.trace, "");
	/* the source's turns out in the survey */
	w->peers.edge[1].without_app = false;
	w->peers.edge[0].without_app = true;
	world_register(w);
	post(w, 0);
	world_wait(w, (world_hasten(w, id, "agents"), world_ended(w, id)));
	check_end(w, "rolled-back");
	assert_string_equal(world_text(w, "cause"), "APP_NOT_FOUND");
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_dual),
		ROW(test_shared_instances),
		ROW(test_rollback_leaves_an_instance),
		cmocka_unit_test(test_each_step_failing),
		ROW(test_instance_fails),
		cmocka_unit_test(test_each_step_delayed),
		cmocka_unit_test(test_stopped_at_each_step),
		ROW(test_agents_register_late),
		ROW(test_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
