// SPDX-License-Identifier: Apache-2.0
/*
 * Where a UE goes when the request doesn't say: each policy over what may have been measured, and
 * the way from the request over the measurement to a migration or to NO_BETTER_EDGE.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "migration-manager/policy.h"
#include "tests/unit/manager_world.h"

/* ---- the policies ---- */

enum { LOWEST_RTT, LEAST_LOADED, STAY };

struct row {
	int policy;
	struct policy_candidate c[3]; /* the first is where the UE is */
	int chosen;
};

#define HERE(rtt, load)                                                                            \
	{                                                                                          \
		.edge = "a", .rtt_us = rtt, .sessions = load, .current = true                      \
	}
#define THERE(rtt, load)                                                                           \
	{                                                                                          \
		.edge = "b", .rtt_us = rtt, .sessions = load                                       \
	}

static const struct row rows[] = {
	{LOWEST_RTT, {HERE(20000, 1), THERE(5000, 1), THERE(9000, 1)}, 1},
	{LOWEST_RTT, {HERE(20000, 1), THERE(9000, 1), THERE(5000, 1)}, 2},
	{LOWEST_RTT, {HERE(5000, 1), THERE(20000, 1), THERE(9000, 1)}, -1},
	/* no more than the margin is as good as none */
	{LOWEST_RTT, {HERE(5000, 1), THERE(4000, 1), THERE(4000, 1)}, -1},
	{LOWEST_RTT, {HERE(5001, 1), THERE(4000, 1), THERE(9000, 1)}, 1},
	/* of two alike the one with fewer sessions */
	{LOWEST_RTT, {HERE(20000, 1), THERE(5000, 7), THERE(5000, 3)}, 2},
	/* who doesn't answer is no choice, and where the UE is has to be left then */
	{LOWEST_RTT, {HERE(20000, 1), THERE(-1, 1), THERE(9000, 1)}, 2},
	{LOWEST_RTT, {HERE(20000, 1), THERE(-1, 1), THERE(-1, 1)}, -1},
	{LOWEST_RTT, {HERE(-1, 1), THERE(90000, 1), THERE(99000, 1)}, 1},
	{LOWEST_RTT, {HERE(-1, 1), THERE(-1, 1), THERE(-1, 1)}, -1},
	{LEAST_LOADED, {HERE(5000, 9), THERE(20000, 3), THERE(9000, 4)}, 1},
	{LEAST_LOADED, {HERE(5000, 3), THERE(20000, 2), THERE(9000, 2)}, -1},
	{LEAST_LOADED, {HERE(5000, 4), THERE(20000, 2), THERE(9000, 2)}, 2},
	{LEAST_LOADED, {HERE(5000, 9), THERE(-1, 0), THERE(9000, -1)}, -1},
	{STAY, {HERE(20000, 9), THERE(5000, 0), THERE(5000, 0)}, -1},
};

static void test_policies(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		print_message("# %zu: %s\n", i, policy_names[rows[i].policy]);
		assert_int_equal(policy_choose((size_t)rows[i].policy, rows[i].c, 3),
				 rows[i].chosen);
	}
	assert_int_equal(policy_choose(LOWEST_RTT, NULL, 0), -1);
}

/* ---- from the request to a migration ---- */

static const char *const n3[] = {"10.101.2.1", "10.101.2.2"};
static int rtt_us[2]; /* -1: the UPF doesn't answer */
static unsigned echoes;

static void gnb_echo(struct http_request *req, void *user)
{
	int which = strcmp(http_query(req, "address"), n3[1]) == 0;

	assert_string_equal(http_query(req, "address"), n3[which]);
	assert_true(atoi(http_query(req, "count")) > 0);
	echoes++;
	if (rtt_us[which] < 0)
		http_problem(req, 504, "NO_ECHO", "told so by a test");
	else
		http_reply(req, 200,
			   json_pack("{s:s, s:i}", "address", n3[which], "rtt_us", rtt_us[which]));
}

static const struct http_route gnb_routes[] = {{"GET", "/v1/echo", gnb_echo, false}, {0}};

static void gnb_start(struct world *w)
{
	struct peer_server *gnb = &w->peers.gnb;
	struct http_listen listen = {.addr = peers_address()};

	assert_int_equal(http_server_new(w->peers.loop, &listen, gnb_routes, NULL, &gnb->server),
			 0);
	gnb->port = http_server_port(gnb->server);
}

/* The manager as its configuration would have it */
static void configure(struct world *w)
{
	static struct manager_gnb gnb;
	static struct manager_n3 upf[2];

	strcpy(gnb.name, PEER_GNB);
	peers_url(&w->peers.gnb, gnb.url, sizeof gnb.url);
	for (int i = 0; i < 2; i++) {
		snprintf(upf[i].dnai, sizeof upf[i].dnai, "%s", w->peers.edge[i].dnai);
		upf[i].address.s_addr = inet_addr(n3[i]);
	}
	w->mm.gnb = &gnb;
	w->mm.gnb_count = 1;
	w->mm.n3 = upf;
	w->mm.n3_count = 2;
}

static int setup(void **state)
{
	struct world *w = world_new(NULL);

	game_play(&w->peers, 0, 1);
	gnb_start(w);
	configure(w);
	rtt_us[0] = 20000;
	rtt_us[1] = 5000;
	echoes = 0;
	*state = w;
	return 0;
}

static void post(struct world *w, const char *policy, const char *key)
{
	world_ask_key(w, "POST", "/v1/migrations",
		      json_pack("{s:s, s:s, s:s, s:s*, s:i}", "ue", PEER_SUPI, "strategy", "dual",
				"app", PEER_APP, "policy", policy, "hold_ms", 60000),
		      key, "t0ken");
}

static void test_chosen(void **state)
{
	struct world *w = *state;
	const json_t *choice, *candidates;

	post(w, NULL, "k");
	world_expect(w, 202, NULL);
	assert_string_equal(world_text(w, "destination"), "edge-b");
	assert_int_equal(echoes, 2);
	choice = json_object_get(json_object_get(w->answer.body, "details"), "choice");
	candidates = json_object_get(choice, "candidates");
	assert_string_equal(json_string_value(json_object_get(choice, "policy")), "lowest-rtt");
	assert_string_equal(json_string_value(json_object_get(choice, "gnb")), PEER_GNB);
	assert_int_equal(json_array_size(candidates), 2);
	assert_int_equal(
		json_integer_value(json_object_get(json_array_get(candidates, 1), "rtt_us")), 5000);
	world_wait(w, world_holds(w, "m1"));
	/* the same key: the same migration, and nothing is measured for it */
	post(w, NULL, "k");
	world_expect(w, 202, NULL);
	assert_string_equal(world_text(w, "id"), "m1");
	assert_int_equal(echoes, 2);
	/* now it is nearest */
	post(w, NULL, NULL);
	world_expect(w, 409, "NO_BETTER_EDGE");
	/* the UE has moved on: back to the side that is held, by the same migration */
	rtt_us[1] = 30000;
	post(w, NULL, NULL);
	world_expect(w, 202, NULL);
	assert_string_equal(world_text(w, "id"), "m1");
	assert_string_equal(world_text(w, "direction"), "back");
	world_wait(w, world_holds(w, "m1"));
	assert_int_equal(w->peers.game.primary, 0);
}

static void test_nothing_better(void **state)
{
	struct world *w = *state;

	post(w, "stay", NULL);
	world_expect(w, 409, "NO_BETTER_EDGE");
	rtt_us[0] = 4000;
	post(w, "lowest-rtt", NULL);
	world_expect(w, 409, "NO_BETTER_EDGE");
	rtt_us[0] = rtt_us[1] = -1;
	post(w, NULL, NULL);
	world_expect(w, 409, "NO_BETTER_EDGE");
	world_ask(w, "GET", "/v1/migrations", NULL);
	assert_int_equal(json_array_size(json_object_get(w->answer.body, "migrations")), 0);
	assert_null(strstr(w->peers.trace, "anchor"));
}

/* Who can't be asked leaves the choice without, and the request with an answer. */
static void test_nobody_answers(void **state)
{
	static const char *const at[] = {"status", "sessions", "upfs"};
	struct world *w = *state;

	for (size_t i = 0; i < 3; i++)
		peers_fault(&w->peers, &(struct fault){.at = at[i],
						       .what = FAULT_REFUSE,
						       .status = 500,
						       .cause = "BROKEN",
						       .times = 1});
	post(w, NULL, NULL);
	world_expect(w, 409, "NO_BETTER_EDGE");
	post(w, NULL, NULL);
	world_expect(w, 409, "NO_BETTER_EDGE");
	assert_int_equal(echoes, 0);
	/* without the load the RTTs do */
	post(w, NULL, NULL);
	world_expect(w, 202, NULL);
	assert_string_equal(world_text(w, "destination"), "edge-b");
}

/* An edge without the app, or whose agent is silent, is no candidate. */
static void test_candidates(void **state)
{
	struct world *w = *state;

	w->peers.edge[1].without_app = true;
	world_register(w);
	post(w, NULL, NULL);
	world_expect(w, 409, "NO_BETTER_EDGE");
	assert_int_equal(echoes, 1);
	w->peers.edge[1].without_app = false;
	world_register(w);
	registry_get(w->mm.registry.edges, "edge-b")->seen_mono_ns = 0;
	post(w, NULL, NULL);
	world_expect(w, 409, "NO_BETTER_EDGE");
	w->mm.gnb_count = 0; /* nobody to measure */
	world_register(w);
	post(w, NULL, NULL);
	world_expect(w, 409, "NO_BETTER_EDGE");
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, world_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policies), ROW(test_chosen),     ROW(test_nothing_better),
		ROW(test_nobody_answers),	 ROW(test_candidates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
