// SPDX-License-Identifier: Apache-2.0
/* What the manager's REST interface refuses, and what it does when its journal can't be written. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "migration-manager/request.h"
#include "tests/unit/manager_world.h"

#define UE   "\"ue\": \"" PEER_SUPI "\""
#define TO_B UE ", \"destination\": \"edge-b\""

static const char token[] = "t0ken";

static json_t *parse(const char *text)
{
	json_t *j = json_loads(text, 0, NULL);

	assert_non_null(j);
	return j;
}

static size_t migrations_kept(struct world *w)
{
	world_ask(w, "GET", "/v1/migrations", NULL);
	world_expect(w, 200, NULL);
	return json_array_size(json_object_get(w->answer.body, "migrations"));
}

/* ---- bodies ---- */

#define MOVE(strategy) TO_B ", \"app\": \"ledger\", \"strategy\": \"" strategy "\""

static const struct {
	const char *body, *params; /* params in order, each followed by a blank */
} bad_bodies[] = {
	{"{}", "/ue "},
	{"{\"ue\": 5, \"destination\": null}", "/ue /destination "},
	{"{\"ue\": \"imsi-1234\", \"destination\": \"edge-b\"}", "/ue "},
	{"{\"ue\": \"imsi-1234567890123456\", \"destination\": \"edge-b\"}", "/ue "},
	{"{\"ue\": \"nai-12345\", \"destination\": \"edge-b\"}", "/ue "},
	{"{" UE ", \"destination\": \"\"}", "/destination "},
	{"{\"ue\": \"\", \"destination\": \"edge-b\"}", "/ue "},
	{"{" TO_B ", \"source\": \"edge-b\"}", "/destination "},
	{"{" TO_B ", \"strategy\": \"duel\"}", "/strategy "},
	{"{" TO_B ", \"strategy\": \"dual\"}", "/strategy "},
	{"{" TO_B ", \"strategy\": \"dual\", \"app\": \"a/b\"}", "/strategy "},
	{"{" TO_B ", \"strategy\": \"dual\", \"app\": \"snake\", \"mode\": \"" BBM "\"}",
	 "/strategy "},
	{"{" TO_B ", \"threshold\": 0.5, \"window\": 2, \"timeout_ms\": 9}",
	 "/threshold /window /timeout_ms "},
	{"{" TO_B ", \"strategy\": \"dual\", \"app\": \"snake\", \"threshold\": 1.5, \"window\": "
	 "0, \"timeout_ms\": 600001}",
	 "/threshold /window /timeout_ms "},
	{"{" TO_B ", \"strategy\": \"dual\", \"app\": \"snake\", \"threshold\": \"high\"}",
	 "/threshold "},
	{"{" TO_B ", \"strategy\": \"iterative\"}", "/strategy "},
	{"{" TO_B ", \"strategy\": \"layered\", \"app\": \"a b\"}", "/strategy "},
	{"{" TO_B ", \"process\": {}}", "/process "},
	{"{" MOVE("iterative") ", \"process\": 5}", "/process "},
	{"{" MOVE("iterative") ", \"process\": {\"transfer\": \"ftp\", \"compress\": true, "
			       "\"tcp\": 1,"
			       " \"rounds\": 0, \"interval_ms\": 3600001, \"colour\": 1}}",
	 "/process/transfer /process/compress /process/tcp /process/rounds /process/interval_ms "
	 "/process/colour "},
	{"{" MOVE("iterative") ", \"process\": {\"interval_ms\": 5, \"interval_last_ms\": 6}}",
	 "/process/interval_last_ms "},
	{"{" MOVE("iterative") ", \"process\": {\"criterion\": \"rounds\", \"threshold\": 5}}",
	 "/process/threshold "},
	{"{" MOVE("iterative") ", \"process\": {\"criterion\": \"p-haul\", \"rounds\": 25}}",
	 "/process/rounds "},
	{"{" MOVE("iterative") ", \"process\": {\"transfer\": \"page-server\", \"compress\": "
			       "\"gzip\"}}",
	 "/process/compress "},
	{"{" MOVE("live-process") ", \"process\": {\"transfer\": \"page-server\"}}",
	 "/process/criterion "},
	{"{" MOVE("post-copy") ", \"process\": {\"transfer\": \"page-server\"}}",
	 "/process/transfer "},
	{"{" MOVE("stop-and-copy") ", \"process\": {\"criterion\": \"rounds\", \"rounds\": 3,"
				   " \"not_converged\": \"stop\"}}",
	 "/process/criterion /process/rounds /process/not_converged "},
	{"{" TO_B ", \"policy\": \"lowest-rtt\"}", "/policy "},
	{"{" UE ", \"policy\": \"nearest\"}", "/policy "},
	{"{" TO_B ", \"strategy\": 1, \"mode\": \"fast\"}", "/strategy /mode "},
	{"{" TO_B ", \"hold_ms\": -1}", "/hold_ms "},
	{"{" TO_B ", \"hold_ms\": 600001}", "/hold_ms "},
	{"{" TO_B ", \"hold_ms\": \"200\"}", "/hold_ms "},
	{"{" TO_B ", \"hold_ms\": 1.5}", "/hold_ms "},
	{"{" TO_B ", \"app\": [], \"source\": {}}", "/app /source "},
	{"{" TO_B ", \"colour\": \"red\", \"id\": 7}", "/colour /id "},
	{"{\"colour\": \"red\", \"hold_ms\": true, \"mode\": \"\"}", "/ue /mode /hold_ms /colour "},
};

static void invalid_params(const struct world *w, char *buf, size_t size)
{
	const json_t *list = json_object_get(w->answer.body, "invalidParams"), *each;
	size_t len = 0, i;

	buf[0] = '\0';
	json_array_foreach(list, i, each)
	{
		assert_true(strlen(json_string_value(json_object_get(each, "reason"))) > 5);
		len += (size_t)snprintf(buf + len, size - len, "%s ",
					json_string_value(json_object_get(each, "param")));
		assert_true(len < size);
	}
}

static void test_bad_bodies(void **state)
{
	struct world *w = *state;
	char params[1024], path[MIGRATION_NAME_SIZE + 8], text[512];

	for (size_t i = 0; i < sizeof bad_bodies / sizeof bad_bodies[0]; i++) {
		print_message("# %zu: %s\n", i, bad_bodies[i].body);
		world_ask(w, "POST", "/v1/migrations", parse(bad_bodies[i].body));
		world_expect(w, 400, "INVALID_PARAMETER");
		invalid_params(w, params, sizeof params);
		assert_string_equal(params, bad_bodies[i].params);
	}
	/* as long as a name may be, and one longer */
	memset(path, 'e', sizeof path);
	path[MIGRATION_NAME_SIZE - 1] = '\0';
	snprintf(text, sizeof text, "{" UE ", \"destination\": \"%s\"}", path);
	world_ask(w, "POST", "/v1/migrations", parse(text));
	world_expect(w, 404, "EDGE_NOT_FOUND");
	snprintf(text, sizeof text, "{" UE ", \"destination\": \"%se\"}", path);
	world_ask(w, "POST", "/v1/migrations", parse(text));
	world_expect(w, 400, "INVALID_PARAMETER");
	assert_int_equal(migrations_kept(w), 0);
	assert_string_equal(w->peers.trace, "");
}

/* What is wrong says who would have a use for it. */
static void test_process_options(void **state)
{
	struct world *w = *state;
	const json_t *invalid, *process;

	world_ask(w, "POST", "/v1/migrations",
		  parse("{" MOVE("stop-and-copy") ", \"process\": {\"interval_ms\": 3}}"));
	world_expect(w, 400, "INVALID_PARAMETER");
	invalid = json_array_get(json_object_get(w->answer.body, "invalidParams"), 0);
	assert_string_equal(
		json_string_value(json_object_get(invalid, "reason")),
		"strategy 'stop-and-copy' has no use for it; these have: iterative, live-process");
	/* what is left out is told, and kept */
	world_ask(w, "POST", "/v1/migrations",
		  parse("{" MOVE("iterative") ", \"process\": {\"interval_ms\": 70}}"));
	world_expect(w, 202, NULL);
	world_manager_stop(w);
	world_manager_start(w);
	world_get(w, "m1");
	process = json_object_get(w->answer.body, "process");
	assert_int_equal(json_integer_value(json_object_get(process, "interval_last_ms")), 70);
	assert_int_equal(json_integer_value(json_object_get(process, "rounds")), 10);
	assert_string_equal(json_string_value(json_object_get(process, "criterion")), "dirty-rate");
	assert_string_equal(json_string_value(json_object_get(process, "transfer")), "stream");
	assert_string_equal(json_string_value(json_object_get(process, "not_converged")), "stop");
	assert_null(json_object_get(process, "threshold"));
}

static void test_bad_registrations(void **state)
{
	static const struct {
		const char *path, *body, *params;
	} rows[] = {
		{"/v1/ues/" PEER_SUPI, "{}", "/url "},
		{"/v1/ues/" PEER_SUPI, "{\"url\": \"ftp://127.0.0.1\"}", "/url "},
		{"/v1/ues/007", "{\"url\": \"http://127.0.0.1:1\"}", "/supi "},
		{"/v1/ues/007", "{\"url\": 1}", "/url /supi "},
		{"/v1/edges/edge-c", "{}", "/url /dnai "},
		{"/v1/edges/%ff", "{\"url\": \"http://x\", \"dnai\": \"d\"}", "/id "},
		{"/v1/edges/a%0ab", "{\"url\": \"http://x\", \"dnai\": \"d\"}", "/id "},
		{"/v1/edges/edge-c", "{\"url\": \"http://x\", \"dnai\": \"\"}", "/dnai "},
		{"/v1/edges/e123456789012345678901234567890123456789012345678901234567890123",
		 "{\"url\": \"http://x\", \"dnai\": \"d\"}", "/id "},
	};
	struct world *w = *state;
	char params[1024];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("# %zu: %s %s\n", i, rows[i].path, rows[i].body);
		world_ask(w, "PUT", rows[i].path, parse(rows[i].body));
		world_expect(w, 400, "INVALID_PARAMETER");
		invalid_params(w, params, sizeof params);
		assert_string_equal(params, rows[i].params);
	}
	world_ask(w, "GET", "/v1/edges", NULL);
	assert_int_equal(json_array_size(json_object_get(w->answer.body, "edges")), 2);
}

/* ---- refusals ---- */

static void test_unknown(void **state)
{
	struct world *w = *state;

	world_ask(w, "POST", "/v1/migrations",
		  parse("{\"ue\": \"imsi-99999\", \"destination\": \"edge-b\"}"));
	world_expect(w, 404, "UE_NOT_FOUND");
	world_ask(w, "POST", "/v1/migrations", parse("{" UE ", \"destination\": \"edge-z\"}"));
	world_expect(w, 404, "EDGE_NOT_FOUND");
	world_ask(w, "POST", "/v1/migrations", parse("{" TO_B ", \"source\": \"edge-z\"}"));
	world_expect(w, 404, "EDGE_NOT_FOUND");
	world_ask(w, "GET", "/v1/migrations?state=bogus", NULL);
	world_expect(w, 400, "INVALID_PARAMETER");
	world_ask(w, "GET", "/v1/migrations?state=rolled-back", NULL);
	world_expect(w, 200, NULL);
	world_ask(w, "GET", "/v1/migrations/m1", NULL);
	world_expect(w, 404, "MIGRATION_NOT_FOUND");
	world_ask(w, "DELETE", "/v1/migrations/m1", NULL);
	world_expect(w, 404, "MIGRATION_NOT_FOUND");
	world_ask(w, "GET", "/v1/migrations/m1/events", NULL);
	world_expect(w, 404, "MIGRATION_NOT_FOUND");
	world_ask(w, "POST", "/v1/migrations/m1/cancel", NULL);
	world_expect(w, 404, "MIGRATION_NOT_FOUND");
	world_ask(w, "GET", "/v1/edges/edge-z", NULL);
	world_expect(w, 404, "EDGE_NOT_FOUND");
	world_ask(w, "GET", "/v1/ues/imsi-99999", NULL);
	world_expect(w, 404, "UE_NOT_FOUND");
	world_ask(w, "GET", "/v1/pdu-sessions?supi=x", NULL);
	world_expect(w, 400, "INVALID_PARAMETER");
	assert_int_equal(migrations_kept(w), 0);
}

/* What can only be found out in the survey rolls back, without a trace in the network. */
static void test_survey_refuses(void **state)
{
	struct world *w = *state;

	world_ask(w, "POST", "/v1/migrations", parse("{" UE ", \"destination\": \"edge-a\"}"));
	world_expect(w, 202, NULL);
	world_wait(w, world_ended(w, "m1"));
	world_check_end(w, "m1");
	assert_string_equal(world_text(w, "cause"), "ALREADY_THERE");
	w->peers.session[1] = (struct peer_session){0};
	peers_session_up(&w->peers, 1, "dnai-b");
	world_ask(w, "POST", "/v1/migrations",
		  parse("{" UE ", \"destination\": \"edge-b\", \"source\": \"edge-a\"}"));
	world_expect(w, 202, NULL);
	world_wait(w, world_ended(w, "m2"));
	world_get(w, "m2");
	assert_string_equal(world_text(w, "cause"), "SOURCE_MISMATCH");
	assert_string_equal(world_text(w, "state"), "rolled-back");
	assert_string_equal(w->peers.trace, "status sessions status sessions ");
}

static void test_service_not_found(void **state)
{
	struct world *w = *state;

	world_ask(w, "POST", "/v1/migrations", parse("{" TO_B ", \"app\": \"chess\"}"));
	world_expect(w, 202, NULL);
	world_wait(w, world_ended(w, "m1"));
	world_check_end(w, "m1");
	assert_string_equal(world_text(w, "cause"), "SERVICE_NOT_FOUND");
	assert_string_equal(world_text(w, "state"), "rolled-back");
}

static void test_no_free_session(void **state)
{
	struct world *w = *state;

	for (unsigned id = 2; id < PEER_SESSIONS; id++)
		peers_session_up(&w->peers, id, "dnai-a");
	world_post(w, MBB, 0);
	world_wait(w, world_ended(w, "m1"));
	world_get(w, "m1");
	assert_string_equal(world_text(w, "cause"), "NO_FREE_SESSION_ID");
	assert_string_equal(world_text(w, "state"), "rolled-back");
	for (unsigned id = 1; id < PEER_SESSIONS; id++)
		assert_true(w->peers.session[id].up);
}

static void test_busy(void **state)
{
	struct world *w = *state;

	world_post(w, MBB, 60000);
	world_ask(w, "POST", "/v1/migrations", parse("{" TO_B "}"));
	world_expect(w, 409, "UE_BUSY");
	world_wait(w, world_holds(w, "m1"));
	world_ask(w, "POST", "/v1/migrations", parse("{" TO_B "}"));
	world_expect(w, 409, "UE_BUSY");
	assert_non_null(strstr(world_text(w, "detail"), "m1"));
	world_ask(w, "DELETE", "/v1/migrations/m1", NULL);
	world_expect(w, 409, "MIGRATION_UNDER_WAY");
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_wait(w, world_ended(w, "m1"));
	world_check_end(w, "m1");
	world_ask(w, "DELETE", "/v1/migrations/m1", NULL);
	world_expect(w, 204, NULL);
	world_ask(w, "GET", "/v1/migrations/m1", NULL);
	world_expect(w, 404, "MIGRATION_NOT_FOUND");
	world_restart(w);
	assert_int_equal(migrations_kept(w), 0);
	/* its number is not used again */
	world_ask(w, "POST", "/v1/migrations", parse("{" UE ", \"destination\": \"edge-a\"}"));
	assert_string_equal(world_text(w, "id"), "m2");
}

static void test_token(void **state)
{
	static const struct {
		const char *method, *path;
	} rows[] = {
		{"POST", "/v1/migrations"},
		{"DELETE", "/v1/migrations/m1"},
		{"POST", "/v1/migrations/m1/cancel"},
		{"POST", "/v1/migrations/m1/switch"},
		{"POST", "/v1/migrations/m1/switch-back"},
		{"PUT", "/v1/edges/edge-a"},
		{"PUT", "/v1/ues/" PEER_SUPI},
	};
	static const char *const wrong[] = {NULL, "", "t0ke", "t0kenn", "T0KEN"};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
			world_ask_key(w, rows[i].method, rows[i].path, parse("{" TO_B "}"), NULL,
				      wrong[k]);
			world_expect(w, 401, "UNAUTHORIZED");
		}
	world_ask_key(w, "GET", "/v1/migrations", NULL, NULL, NULL);
	world_expect(w, 200, NULL);
	assert_int_equal(migrations_kept(w), 0);
}

static void test_idempotency_key(void **state)
{
	struct world *w = *state;
	char key[257];

	world_ask_key(w, "POST", "/v1/migrations", parse("{" TO_B ", \"hold_ms\": 0}"), "k1",
		      token);
	world_expect(w, 202, NULL);
	assert_string_equal(world_text(w, "id"), "m1");
	/* the same, its members in another order, while under way, after its end, after a restart
	 */
	for (int i = 0; i < 3; i++) {
		world_ask_key(w, "POST", "/v1/migrations",
			      parse("{\"hold_ms\": 0, \"destination\": \"edge-b\", " UE "}"), "k1",
			      token);
		world_expect(w, 202, NULL);
		assert_string_equal(world_text(w, "id"), "m1");
		world_ask_key(w, "POST", "/v1/migrations", parse("{" TO_B ", \"hold_ms\": 1}"),
			      "k1", token);
		world_expect(w, 422, "IDEMPOTENCY_KEY_REUSED");
		world_wait(w, world_ended(w, "m1"));
		if (i == 1)
			world_restart(w);
	}
	assert_int_equal(migrations_kept(w), 1);
	/* what was refused has not used its key */
	world_ask_key(w, "POST", "/v1/migrations", parse("{" TO_B ", \"hold_ms\": -1}"), "k2",
		      token);
	world_expect(w, 400, NULL);
	world_ask_key(w, "POST", "/v1/migrations", parse("{" UE ", \"destination\": \"edge-a\"}"),
		      "k2", token);
	world_expect(w, 202, NULL);
	/* the record goes, and its key with it */
	world_ask(w, "DELETE", "/v1/migrations/m1", NULL);
	world_wait(w, world_ended(w, "m2"));
	world_ask_key(w, "POST", "/v1/migrations", parse("{" TO_B ", \"hold_ms\": 1}"), "k1",
		      token);
	world_expect(w, 202, NULL);
	memset(key, 'k', 256);
	key[256] = '\0';
	world_ask_key(w, "POST", "/v1/migrations", parse("{" TO_B "}"), key, token);
	world_expect(w, 400, "INVALID_IDEMPOTENCY_KEY");
}

/* ---- what is passed on ---- */

static void test_pdu_sessions(void **state)
{
	struct world *w = *state;

	world_ask(w, "GET", "/v1/pdu-sessions", NULL);
	world_expect(w, 200, NULL);
	assert_int_equal(json_array_size(json_object_get(w->answer.body, "pdu_sessions")), 1);
	w->peers.smf.crash_wanted = true;
	w->peers.smf.crash_ms = 60000;
	world_wait(w, !w->peers.smf.server);
	world_ask(w, "GET", "/v1/pdu-sessions?supi=" PEER_SUPI, NULL);
	world_expect(w, 502, "SMF_NOT_REACHABLE");
}

/* The manager stops while it waits for smf-lite on behalf of a client. */
static void test_stopped_while_passing_on(void **state)
{
	struct world *w = *state;
	struct http_call call = {.method = "GET"};
	char url[96];
	unsigned before = w->peers.held_count;

	snprintf(url, sizeof url, "http://%s:%u/v1/pdu-sessions", peers_host(), w->port);
	call.url = url;
	peers_fault(&w->peers, &(struct fault){.at = "sessions", .what = FAULT_SILENT, .times = 1});
	assert_int_equal(http_client_call(w->client, &call, world_answered, w, NULL), 0);
	world_wait(w, w->peers.held_count > before);
	world_restart(w);
}

/* ---- a journal that can't be written ---- */

static void journal_writable(bool writable)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = writable ? limit.rlim_max : 0;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int teardown(void **state)
{
	journal_writable(true);
	return world_teardown(state);
}

static void test_nothing_is_begun(void **state)
{
	struct world *w = *state;

	journal_writable(false);
	world_ask_key(w, "POST", "/v1/migrations", parse("{" TO_B ", \"hold_ms\": 0}"), "k", token);
	world_expect(w, 507, "JOURNAL_NOT_WRITABLE");
	assert_int_equal(migrations_kept(w), 0);
	assert_string_equal(w->peers.trace, "");
	journal_writable(true);
	world_ask_key(w, "POST", "/v1/migrations", parse("{" TO_B ", \"hold_ms\": 0}"), "k", token);
	world_expect(w, 202, NULL);
	world_wait(w, world_ended(w, "m1"));
	world_check_end(w, "m1");
	journal_writable(false);
	world_ask(w, "DELETE", "/v1/migrations/m1", NULL);
	world_expect(w, 507, "JOURNAL_NOT_WRITABLE");
	assert_int_equal(migrations_kept(w), 1);
}

/* The disk is full in the middle: before the switch it is not sent. */
static void test_no_switch_without_journal(void **state)
{
	struct world *w = *state;

	peers_fault(&w->peers,
		    &(struct fault){.at = "probe", .what = FAULT_LATE, .late_ms = 300, .times = 1});
	world_post(w, MBB, 0);
	world_wait(w, strstr(w->peers.trace, "probe"));
	journal_writable(false);
	world_wait(w, world_ended(w, "m1"));
	assert_null(strstr(w->peers.trace, "switch"));
	world_check_end(w, "m1");
	assert_string_equal(world_text(w, "cause"), "JOURNAL_NOT_WRITABLE");
	/* nothing of the way back was written; a restart finds it and ends it once more */
	journal_writable(true);
	world_restart(w);
	world_wait(w, world_ended(w, "m1"));
	world_check_end(w, "m1");
	assert_string_equal(world_text(w, "state"), "rolled-back");
}

static void test_hold_without_journal(void **state)
{
	struct world *w = *state;

	world_post(w, MBB, 60000);
	world_wait(w, world_holds(w, "m1"));
	journal_writable(false);
	world_ask(w, "POST", "/v1/migrations/m1/switch-back", NULL);
	world_expect(w, 507, "JOURNAL_NOT_WRITABLE");
	assert_true(world_holds(w, "m1"));
	assert_int_equal(w->peers.primary, 2);
	/* forward it goes without */
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_expect(w, 202, NULL);
	world_wait(w, world_ended(w, "m1"));
	world_check_end(w, "m1");
	assert_string_equal(world_text(w, "state"), "completed");
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(w->answer.body, "details"), "source_session")),
			 1);
	journal_writable(true);
	world_restart(w);
	assert_true(world_holds(w, "m1"));
	world_ask(w, "POST", "/v1/migrations/m1/switch", NULL);
	world_wait(w, world_ended(w, "m1"));
	world_check_end(w, "m1");
}

/* What is found in a damaged journal is left out or refused, and never followed. */
static void test_damaged_journal(void **state)
{
	static const char *const damage[] = {
		"UPDATE migrations SET state = 'confused'",
		"UPDATE migrations SET direction = 7",
		"UPDATE migrations SET request = '{\"mode\": \"none\"}'",
		"UPDATE migrations SET data = 'x'",
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
		char id[32];

		world_ask(w, "POST", "/v1/migrations",
			  parse("{" UE ", \"destination\": \"edge-a\"}"));
		world_expect(w, 202, NULL);
		snprintf(id, sizeof id, "%s", world_text(w, "id"));
		world_wait(w, world_ended(w, id));
		world_manager_stop(w);
		world_damage(w, damage[i]);
		world_manager_start(w);
		world_register(w);
		assert_int_equal(migrations_kept(w), 0);
	}
}

/* As many records as are kept: the oldest that has ended makes room, one under way does not. */
static void test_room(void **state)
{
	struct world *w = *state;

	world_manager_stop(w);
	world_damage(
		w, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4096)"
		   " INSERT INTO migrations SELECT i,"
		   " '{\"ue\": \"imsi-99999\", \"destination\": \"edge-b\", \"strategy\": \"none\","
		   " \"mode\": \"make-before-break\", \"hold_ms\": 0}',"
		   " iif(i = 1, 'preparing', 'completed'), 0, 0, 1, 0, '{}', '', '', 1, 1, 0"
		   " FROM n");
	world_manager_start(w);
	world_register(w);
	assert_int_equal(migrations_kept(w), MIGRATIONS_MAX);
	world_post(w, MBB, 0);
	assert_string_equal(world_text(w, "id"), "m4097");
	assert_int_equal(migrations_kept(w), MIGRATIONS_MAX);
	world_ask(w, "GET", "/v1/migrations/m1", NULL);
	world_expect(w, 200, NULL);
	world_ask(w, "GET", "/v1/migrations/m2", NULL);
	world_expect(w, 404, NULL);
	world_wait(w, world_ended(w, "m4097"));
	world_check_end(w, "m4097");
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, world_setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_bad_bodies),
		ROW(test_process_options),
		ROW(test_bad_registrations),
		ROW(test_unknown),
		ROW(test_survey_refuses),
		ROW(test_service_not_found),
		ROW(test_no_free_session),
		ROW(test_busy),
		ROW(test_token),
		ROW(test_idempotency_key),
		ROW(test_pdu_sessions),
		ROW(test_stopped_while_passing_on),
		ROW(test_nothing_is_begun),
		ROW(test_no_switch_without_journal),
		ROW(test_hold_without_journal),
		ROW(test_damaged_journal),
		ROW(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
