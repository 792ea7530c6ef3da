// SPDX-License-Identifier: Apache-2.0
/* `apps` of topology files: what is derived, what is written is read again, and every mistake with
 * its place. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "testbed/topology.h"
#include "testbed/topology_game.h"
#include "testbed/topology_diff.h"
#include "tests/unit/topology_text.h"

#define NODES                                                                                      \
	"name: x\nnodes: {core: core, gnb: gnb, upf-a: {kind: upf, edge: edge-a}, upf-b: {kind: "  \
	"upf, edge: edge-b}, edge-a: edge, edge-b: edge, cloud: cloud, ue: {kind: ue, sessions: "  \
	"[{anchor: edge-b}, {anchor: edge-a}]}, ue2: ue, u3: ue, u4: ue, u5: ue}\napps:\n  "       \
	"snake:"

static void defaults(void **state)
{
	struct topology *t = load(NODES " {players: [{ue: ue}, {ue: ue2, account: bob}]}");
	const struct topo_app *app = &t->app[0], *played = NULL;

	assert_int_equal(t->app_count, 1);
	assert_int_equal(app->rendering, TOPO_RENDER_EDGE);
	assert_int_equal(ntohl(app->service.s_addr), 0x0a460002); /* the first is `service` */
	assert_string_equal(t->service[1].name, "snake");
	assert_true(t->service[1].on[index_of(t, "edge-b")]);
	assert_true(app->edge[index_of(t, "edge-b")]);
	assert_true(app->start[index_of(t, "edge-a")]);
	assert_false(app->start[index_of(t, "edge-b")]);
	assert_true(app->at_edges);
	assert_int_equal(app->player_count, 2);
	assert_string_equal(app->player[0].account, "ue");
	assert_int_equal(app->player[0].session, 2); /* the one to edge-a, where it starts */
	assert_int_equal(app->player[1].session, 1);
	assert_string_equal(app->player[0].input, "generated");
	assert_int_equal(app->player[0].window, 8);
	assert_true(app->player[0].threshold == 0.85);
	assert_int_equal(app->player[0].countdown_us, 30000000);
	assert_string_equal(app->player[0].record, "");
	assert_ptr_equal(topology_player_on(t, index_of(t, "ue2"), &played), &app->player[1]);
	assert_ptr_equal(played, app);
	assert_null(topology_player_on(t, index_of(t, "cloud"), &played));
	topology_free(t);
}

/* The same file with another game: what differs is the games' rows. */
static void a_game_has_its_own_defaults(void **state)
{
	struct topology *snake = load(NODES " {game: snake}");
	struct topology *minetest = load(NODES " {game: minetest, height: 320}");
	struct topology *local = load(NODES " {game: minetest, rendering: local, bots: 0}");

	assert_string_equal(snake->app[0].game, "snake");
	assert_int_equal(snake->app[0].width, 640);
	assert_int_equal(snake->app[0].height, 480);
	assert_int_equal(snake->app[0].fps, 60);
	assert_int_equal(snake->app[0].bots, 12);
	assert_int_equal(snake->app[0].world, 256);
	assert_string_equal(minetest->app[0].game, "minetest");
	assert_int_equal(minetest->app[0].width, 320);
	assert_int_equal(minetest->app[0].height, 320);
	assert_int_equal(minetest->app[0].fps, 30);
	assert_int_equal(minetest->app[0].bots, 8);
	assert_int_equal(local->app[0].bots, 0);
	assert_int_equal(local->app[0].rendering, TOPO_RENDER_LOCAL);
	topology_free(snake);
	topology_free(minetest);
	topology_free(local);
}

/* Each row is whole, whatever games there will be. */
static void every_game_is_described(void **state)
{
	for (const struct topo_game *game = topo_games; game->name; game++) {
		assert_ptr_equal(game_find(game->name), game);
		assert_true(strlen(game->name) < sizeof(((struct topo_app *)0)->game));
		assert_non_null(game->edge.name);
		assert_non_null(game->edge.image);
		assert_non_null(game->cloud.name);
		assert_non_null(game->cloud.image);
		assert_int_equal((game->width | game->height) % 16, 0);
		assert_true(game->fps && game->players_max && game->renderings);
		assert_int_equal(!game->set, !game->need[0].program);
		for (size_t i = 0; game->need[i].program; i++)
			assert_true(game->need[i].program[0] == '/' && game->need[i].package &&
				    i + 1 < GAME_NEEDS_MAX);
	}
	assert_null(game_find("chess"));
}

static void what_is_missing_is_told_by_package(void **state)
{
	const struct topo_game game = {
		.name = "x",
		.need = {{"/", "root"}, {"/nowhere/one", "one"}, {"/nowhere/two", "two"}}};
	const struct topo_game none = {.name = "x"};
	char missing[64];

	assert_true(game_missing(&game, missing, sizeof(missing)));
	assert_string_equal(missing, "one, two");
	assert_false(game_missing(&none, missing, sizeof(missing)));
	assert_string_equal(missing, "");
}

static void elsewhere_no_edge_has_it(void **state)
{
	struct topology *t = load(NODES " {rendering: local, players: [{ue: ue}]}");

	assert_int_equal(t->app[0].service.s_addr, 0);
	assert_int_equal(t->service_count, 1);
	for (size_t i = 0; i < t->node_count; i++)
		assert_false(t->app[0].edge[i] || t->app[0].start[i]);
	topology_free(t);
}

static void what_is_written_is_read_again(void **state)
{
	static const char *const texts[] = {
		NODES " {}",
		NODES " {game: minetest, bots: 0, seed: 7}",
		NODES " {rendering: cloud, players: [{ue: ue, input: /tmp/keys}]}",
		NODES " {service: 10.70.3.4, edges: [edge-b], start: [edge-b], image: cloud-only, "
		      "rate_limit: 20Mbit, bitrate: 2Mbit, codec: x264, width: 320, height: 240, "
		      "fps: 30, bots: 3, world: 64, seed: 9, cloud: cloud, game: snake, players: "
		      "[{ue: ue2, account: a.b_c-d, threshold: 0.9, window: 1, input: keyboard, "
		      "pairs: always, record: /tmp/shown.y4m, "
		      "session: 1, trigger: {rtt: 30ms, loss: 5%, for: 2s, hold_off: 1min}}]}",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct topology *t = load(texts[i]), *again;
		char *text = written(t), *second;

		again = load(text);
		second = written(again);
		assert_string_equal(text, second);
		assert_null(topology_fixed_change(t, again));
		free(text);
		free(second);
		topology_free(t);
		topology_free(again);
	}
}

static void it_is_fixed_while_up(void **state)
{
	struct topology *a = load(NODES " {bots: 3}"), *b = load(NODES " {bots: 4}");

	assert_string_equal(topology_fixed_change(a, b), "apps");
	topology_free(a);
	topology_free(b);
	a = load(NODES " {players: [{ue: ue, pairs: always}]}");
	b = load(NODES " {players: [{ue: ue, pairs: waiting}]}");
	assert_true(a->app[0].player[0].pairs_always && !b->app[0].player[0].pairs_always);
	assert_string_equal(topology_fixed_change(a, b), "apps");
	topology_free(a);
	topology_free(b);
}

static const struct {
	const char *rest, *error;
} mistakes[] = {
	{" [1]", "t.yaml:4:10: "},
	{" {gam: snake}", "t.yaml:4:11: unknown key 'gam'"},
	{" {game: chess}", "t.yaml:4:17: game: expected snake or minetest, found 'chess'"},
	{" {game: minetest, world: 64}", "t.yaml:4:34: world: minetest has no such key"},
	{" {game: minetest, players: [{ue: ue}, {ue: ue2}, {ue: u3}, {ue: u4}, {ue: u5}]}",
	 "t.yaml:4:36: players: expected at most 4, as many as an instance of minetest can have, "
	 "found 5"},
	{" {game: minetest, bots: 65}",
	 "t.yaml:4:33: bots: expected at most 64 of minetest, found 65"},
	{" {game: minetest, seed: 2147483648}",
	 "t.yaml:4:33: seed: expected at most 2147483647 of minetest, found 2147483648"},
	{" {bots: 65}", "t.yaml:4:17: bots: expected at most 64 of snake, found 65"},
	{" {game: minetest, fps: 0}", "t.yaml:4:32: "},
	{" {rendering: moon}", "t.yaml:4:22: rendering: expected edge, cloud or local"},
	{" {image: [a]}", "t.yaml:4:18: image: expected at-edges or cloud-only"},
	{" {codec: vp8}", "t.yaml:4:18: codec: expected openh264 or x264"},
	{" {bitrate: 1kbit}", "t.yaml:4:20: bitrate: expected a rate from 100kbit to 50Mbit"},
	{" {bitrate: fast}", "t.yaml:4:20: bitrate: expected a rate"},
	{" {rate_limit: 1kbit}", "t.yaml:4:23: rate_limit: expected a rate of at least 8kbit"},
	{" {service: here}", "t.yaml:4:20: "},
	{" {service: 10.70.0.1}", "t.yaml:4:20: service: another service has this address"},
	{" {service: 10.71.0.1}", "expected an address inside service_prefix"},
	{" {cloud: edge-a}", "which is of kind edge"},
	{" {edges: edge-a}", "t.yaml:4:18: edges: expected a list of edge nodes"},
	{" {edges: [edge-c]}", "found 'edge-c', which is no node"},
	{" {start: [cloud]}", "which is of kind cloud"},
	{" {edges: [edge-a], start: [edge-b]}", "start: expected some of the app's edges"},
	{" {start: [], players: [{ue: ue}]}", "start: expected an edge where the players begin"},
	{" {width: 321}", "t.yaml:4:18: width: expected a multiple of 16, such as 320, found 321"},
	{" {width: 656, height: 490}",
	 "t.yaml:4:31: height: expected a multiple of 16, such as 480, found 490"},
	{" {width: 64}", "t.yaml:4:18: "},
	{" {fps: 0}", "t.yaml:4:16: "},
	{" {fps: 121}", "t.yaml:4:16: "},
	{" {height: 224}", "t.yaml:4:19: "},
	{" {width: 1936}", "t.yaml:4:18: "},
	{" {rendering: local, service: 10.70.0.9}",
	 "t.yaml:4:38: service: nothing is rendered at edges (rendering: local)"},
	{" {rendering: cloud, image: at-edges}", "image: nothing is rendered at edges"},
	{" {players: {ue: ue}}", "t.yaml:4:20: players: expected a list"},
	{" {players: [{}]}", "key 'ue' is missing"},
	{" {players: [{ue: gnb}]}", "which is of kind gnb"},
	{" {players: [{ue: ue, account: Alice}]}", "account: expected 1 to 31 of a-z"},
	{" {players: [{ue: ue, account: ..}]}", "account: expected 1 to 31 of a-z"},
	{" {players: [{ue: ue}, {ue: ue}]}", "ue: 'ue' plays already, 'snake'"},
	{" {players: [{ue: ue}, {ue: ue2, account: ue}]}", "account: 'ue' is another player's"},
	{" {players: [{ue: ue, threshold: 2}]}", "threshold: expected a number from 0 to 1"},
	{" {players: [{ue: ue, threshold: nan}]}", "threshold: expected a number from 0 to 1"},
	{" {players: [{ue: ue, threshold: 0x1}]}", "threshold: expected a number from 0 to 1"},
	{" {players: [{ue: ue, countdown: 0s}]}", "t.yaml:4:41: countdown: expected 1ms to 10min"},
	{" {players: [{ue: ue, countdown: soon}]}", "t.yaml:4:41: "},
	{" {players: [{ue: ue, window: 0}]}", "t.yaml:4:38: "},
	{" {players: [{ue: ue, input: keys}]}", "input: expected generated, none, keyboard"},
	{" {players: [{ue: ue2, session: 2}]}", "t.yaml:4:40: session: 'ue2' has no PDU session 2"},
	{" {players: [{ue: ue, record: shown.y4m}]}", "record: expected the whole path of a file"},
	{" {players: [{ue: ue, record: [/a]}]}", "record: expected the whole path of a file"},
	{" {players: [{ue: ue, record: /a}, {ue: ue2, record: /a}]}",
	 "record: '/a' is another player's"},
	{" {players: [{ue: ue, pairs: sometimes}]}", "pairs: expected waiting or always"},
	{" {players: [{ue: ue, pairs: [always]}]}", "pairs: expected waiting or always"},
	{" {players: [{ue: ue, buffer: lifo}]}", "buffer: expected one-frame or fifo"},
	{" {players: [{ue: ue, trigger: {}}]}", "trigger: expected rtt or loss, or both"},
	{" {players: [{ue: ue, trigger: {loss: 2}}]}", "loss: expected a share from 0% to 100%"},
	{" {players: [{ue: ue, trigger: {rtt: 1us}}]}", "trigger: rtt: expected 1ms to 60s"},
	{" {players: [{ue: ue, trigger: {rtt: 9ms, for: 1ms}}]}", "trigger: for: expected 100ms"},
	{" {players: [{ue: ue, trigger: {rtt: 9ms, hold_off: 2h}}]}",
	 "trigger: hold_off: expected"},
	{" {rendering: cloud, players: [{ue: ue, trigger: {rtt: 9ms}}]}",
	 "trigger: nothing can be moved (rendering: cloud)"},
	{" {}\n  ue: {}", "t.yaml:5:3: app name: 'ue' is a node"},
	{" {}\n  Snake: {}", "t.yaml:5:3: app name: expected 1 to 32"},
	{" {}\n  a: {}\n  b: {}\n  c: {}\n  d: {}", "apps: expected at most 4 games"},
	{" {}\nservices: {snake: {address: 10.70.0.2, edges: [edge-a]}}",
	 "snake: expected its service on 'edge-b', too"},
	{" {service: 10.70.0.3}\nservices: {snake: 10.70.0.2}",
	 "service: expected the address that services give 'snake'"},
};

static void each_mistake_is_told(void **state)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct yaml_error err = {""};
		struct topology *t = NULL;
		char text[2048];

		snprintf(text, sizeof(text), NODES "%s\n", mistakes[i].rest);
		if (topology_load_memory("t.yaml", text, strlen(text), &t, &err) != -EINVAL ||
		    !strstr(err.text, mistakes[i].error))
			fail_msg("row %zu '%s': got '%s', wanted '%s'", i, mistakes[i].rest,
				 err.text, mistakes[i].error);
	}
}

static void it_needs_a_cloud(void **state)
{
	static const char text[] = "name: x\nnodes: {core: core, gnb: gnb, upf: upf, edge: edge, "
				   "ue: ue}\napps:\n  snake: {}\n";
	struct yaml_error err = {""};
	struct topology *t = NULL;

	assert_int_equal(topology_load_memory("t.yaml", text, strlen(text), &t, &err), -EINVAL);
	assert_string_equal(err.text,
			    "t.yaml:4:3: snake: expected a node of kind cloud for its logic");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(a_game_has_its_own_defaults),
		cmocka_unit_test(every_game_is_described),
		cmocka_unit_test(what_is_missing_is_told_by_package),
		cmocka_unit_test(elsewhere_no_edge_has_it),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(it_is_fixed_while_up),
		cmocka_unit_test(each_mistake_is_told),
		cmocka_unit_test(it_needs_a_cloud),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
