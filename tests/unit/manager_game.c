// SPDX-License-Identifier: Apache-2.0
/*
 * The game of strategy dual as the manager meets it: two edge agents behind real HTTP servers, and
 * what cloud and stream-client would do, over one small model. Whatever is asked of it in whatever
 * order, it insists that the account never loses its primary.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/daemon.h"
#include "tests/unit/manager_peers.h"

enum { LOGGING_IN = 1, SYNCHRONISING = 2, SYNCHRONISED = 3 };

static void reply_with(struct ask *ask, unsigned status, json_t *body)
{
	ask->status = status;
	ask->body = body;
}

static void refuse(struct ask *ask, unsigned status, const char *cause)
{
	reply_with(ask, status, json_pack("{s:s}", "cause", cause));
}

static struct peer_edge *edge_of(struct ask *ask)
{
	for (int i = 0; i < PEER_EDGES; i++)
		if (ask->server == &ask->p->edge[i].server)
			return &ask->p->edge[i];
	fail_msg("no such edge");
	return NULL;
}

/* ---- instances ---- */

static json_t *instance_json(const struct peer_edge *e)
{
	static const char *const names[] = {"absent", "starting", "running", "failed"};

	return json_pack("{s:s, s:s, s:i, s:i, s:i}", "app", PEER_APP, "state", names[e->instance],
			 "pull_us", 5000, "start_us", 700, "image_bytes", 1234);
}

/* What was starting is running when it is looked at again. */
static bool act_instance(struct ask *ask)
{
	struct peer_edge *e = edge_of(ask);

	if (e->instance == INSTANCE_STARTING)
		e->instance = e->dies_on_start ? INSTANCE_FAILED : INSTANCE_RUNNING;
	reply_with(ask, 200, instance_json(e));
	return true;
}

static bool act_start(struct ask *ask)
{
	struct peer_edge *e = edge_of(ask);

	if (e->instance == INSTANCE_ABSENT || e->instance == INSTANCE_FAILED) {
		e->instance = INSTANCE_STARTING;
		e->starts++;
	}
	reply_with(ask, e->instance == INSTANCE_RUNNING ? 200 : 202, instance_json(e));
	return true;
}

static bool act_stop(struct ask *ask)
{
	struct peer_edge *e = edge_of(ask);

	if (e->player || e->others) {
		refuse(ask, 409, "IN_USE");
		return true;
	}
	e->stops += e->instance != INSTANCE_ABSENT;
	e->instance = INSTANCE_ABSENT;
	reply_with(ask, 204, NULL);
	return true;
}

/* ---- players ---- */

static json_t *player_json(const struct peer_edge *e)
{
	static const char *const names[] = {"", "logging-in", "synchronising", "synchronised"};
	const struct peer_game *game = &e->peers->game;
	bool primary = game->primary >= 0 && e == &e->peers->edge[game->primary];

	return json_pack("{s:s, s:s, s:i, s:s, s:s, s:i, s:i, s:i}", "account", PEER_ACCOUNT,
			 "state", names[e->player], "role", primary ? 1 : 2, "stream_key",
			 "00112233445566778899aabbccddeeff", "address", "10.70.0.1", "port", 5004,
			 "login_us", 900, "snapshot_bytes", 4096);
}

static bool act_login(struct ask *ask)
{
	struct peer_edge *e = edge_of(ask);

	if (e->instance != INSTANCE_RUNNING) {
		refuse(ask, 409, "INSTANCE_NOT_RUNNING");
		return true;
	}
	if (!e->player)
		e->logins++;
	if (e->player < SYNCHRONISING)
		e->player++;
	reply_with(ask, 202, player_json(e));
	return true;
}

static bool act_player(struct ask *ask)
{
	struct peer_edge *e = edge_of(ask);

	if (e->instance != INSTANCE_RUNNING) {
		refuse(ask, 409, "INSTANCE_NOT_RUNNING");
	} else if (!e->player) {
		refuse(ask, 404, "PLAYER_NOT_FOUND");
	} else {
		e->player += e->player < SYNCHRONISED;
		reply_with(ask, 200, player_json(e));
	}
	return true;
}

static bool act_logout(struct ask *ask)
{
	struct peer_edge *e = edge_of(ask);

	assert_false(e->player && e == &e->peers->edge[ask->p->game.primary]);
	reply_with(ask, e->player ? 204 : 404, e->player ? NULL : json_object());
	e->player = 0;
	return true;
}

/* ---- the edge agents' routes ---- */

static void handle(struct http_request *req, struct peer_edge *e, const char *verb,
		   bool (*act)(struct ask *))
{
	char word[32];
	struct ask ask = {
		.p = e->peers, .server = &e->server, .req = req, .word = word, .act = act};

	assert_string_equal(http_param(req, "app"), PEER_APP);
	snprintf(word, sizeof word, "%s(%s)", verb, e->letter);
	peers_answer(&ask);
}

static void instance_get(struct http_request *req, void *user)
{
	handle(req, user, "image", act_instance);
}

static void instance_put(struct http_request *req, void *user)
{
	handle(req, user, "start", act_start);
}

static void instance_delete(struct http_request *req, void *user)
{
	handle(req, user, "stop", act_stop);
}

static void player_put(struct http_request *req, void *user)
{
	assert_string_equal(http_param(req, "account"), PEER_ACCOUNT);
	handle(req, user, "login", act_login);
}

static void player_get(struct http_request *req, void *user)
{
	handle(req, user, "player", act_player);
}

static void player_delete(struct http_request *req, void *user)
{
	handle(req, user, "logout", act_logout);
}

static const struct http_route edge_routes[] = {
	{"GET", "/v1/instances/{app}", instance_get, false},
	{"PUT", "/v1/instances/{app}", instance_put, false},
	{"DELETE", "/v1/instances/{app}", instance_delete, false},
	{"GET", "/v1/instances/{app}/players/{account}", player_get, false},
	{"PUT", "/v1/instances/{app}/players/{account}", player_put, false},
	{"DELETE", "/v1/instances/{app}/players/{account}", player_delete, false},
	{"PUT", "/v1/ue-routes/{address}", ue_route_put, false},
	{"DELETE", "/v1/ue-routes/{address}", ue_route_delete, false},
	{"GET", "/v1/processes/{app}", process_state_get, false},
	{"DELETE", "/v1/processes/{app}", process_state_delete, false},
	{"PUT", "/v1/processes/{app}/steps/{migration}/{step}", process_step_put, false},
	{"GET", "/v1/processes/{app}/steps", process_steps_get, false},
	{"GET", "/v1/processes/{app}/steps/{migration}/{step}", process_step_get, false},
	{"DELETE", "/v1/processes/{app}/steps/{migration}/{step}", process_step_delete, false},
	{0},
};

void game_begin(struct peers *p)
{
	static const char *const letters[] = {"a", "b"}, *const dnais[] = {"dnai-a", "dnai-b"};

	for (int i = 0; i < PEER_EDGES; i++) {
		p->edge[i] = (struct peer_edge){.peers = p, .letter = letters[i], .dnai = dnais[i]};
		p->edge[i].server.routes = edge_routes;
		p->edge[i].server.user = &p->edge[i];
	}
	p->game.primary = -1;
}

void game_play(struct peers *p, int edge, unsigned session)
{
	p->edge[edge].instance = INSTANCE_RUNNING;
	p->edge[edge].player = SYNCHRONISED;
	p->game.primary = edge;
	p->game.joined[session] = true;
	p->game.displayed = session;
}

/* ---- the UE's steps ---- */

static int edge_of_session(const struct peers *p, unsigned session)
{
	for (int i = 0; i < PEER_EDGES; i++)
		if (strcmp(p->edge[i].dnai, p->session[session].dnai) == 0)
			return i;
	return -1;
}

static bool same_text(const json_t *object, const char *name, const char *wanted)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text && strcmp(text, wanted) == 0;
}

static void join(struct ask *ask, unsigned session)
{
	const json_t *body = http_body(ask->req);
	const struct peer_edge *e = &ask->p->edge[edge_of_session(ask->p, session)];

	assert_true(same_text(body, "app", PEER_APP) && same_text(body, "address", "10.70.0.1") &&
		    same_text(body, "key", "00112233445566778899aabbccddeeff"));
	assert_int_equal(json_integer_value(json_object_get(body, "port")), 5004);
	assert_int_equal(e->player, SYNCHRONISED);
	ask->p->game.joined[session] = true;
	reply_with(ask, 200, json_pack("{s:i}", "join_us", 30000));
}

static json_t *figures(const struct peers *p)
{
	json_int_t now = (json_int_t)clock_now_ns();

	return json_pack("{s:I, s:i, s:f, s:i, s:I, s:I, s:I, s:{s:b, s:f}}", "number",
			 p->game.number, "to", (int)p->game.displayed, "ssim", 0.93, "waited_ms",
			 40, "t0_ns", now - 700000, "role_ns", now - 600000, "settled_ns",
			 now - 100, "downtime", "complete", true, "comp_ms", 0.1);
}

/* Return: false when the step goes on as one without a stream does */
static bool switch_stream(struct ask *ask, unsigned session)
{
	struct peer_game *game = &ask->p->game;
	const json_t *stream = json_object_get(http_body(ask->req), "stream");
	json_int_t number = json_integer_value(json_object_get(stream, "number"));
	bool force = json_is_true(json_object_get(stream, "force"));
	json_int_t now = (json_int_t)clock_now_ns();

	if (!stream)
		return false;
	assert_true(number > game->number); /* never one twice, never an older one */
	if (game->unlike && !force) {
		refuse(ask, 409, "SIMILARITY_NOT_REACHED");
		return true;
	}
	if (!game->joined[session]) {
		refuse(ask, 502, "STREAM_NOT_FOUND");
		return true;
	}
	game->number = number;
	game->displayed = session;
	game->signals++;
	if (ask->p->edge[edge_of_session(ask->p, session)].player)
		game->primary = edge_of_session(ask->p, session);
	ask->p->switches += ask->p->primary != session;
	ask->p->primary = session;
	reply_with(ask, 200,
		   json_pack("{s:I, s:I, s:o}", "t0_ns", now - 40000, "switched_ns", now, "stream",
			     figures(ask->p)));
	return true;
}

bool game_step(struct ask *ask, const char *name, unsigned session)
{
	struct peer_game *game = &ask->p->game;

	if (strcmp(name, "stream") == 0) {
		join(ask, session);
	} else if (strcmp(name, "unstream") == 0) {
		assert_int_not_equal(game->displayed, session);
		game->joined[session] = false;
		reply_with(ask, 200, json_object());
	} else if (strcmp(name, "figures") == 0) {
		reply_with(ask, 200, json_pack("{s:o}", "stream", figures(ask->p)));
	} else {
		return strcmp(name, "switch") == 0 && switch_stream(ask, session);
	}
	return true;
}

bool game_waits(struct ask *ask, const char *name)
{
	struct peer_game *game = &ask->p->game;
	const json_t *stream = json_object_get(http_body(ask->req), "stream");

	if (!game->waits || strcmp(name, "switch") != 0 ||
	    json_is_true(json_object_get(stream, "force")))
		return false;
	if (game->cut) {
		http_problem(ask->req, 409, "CANCELLED", "told so by a test");
		return true;
	}
	if (game->waiting)
		http_reply(game->waiting, 503, NULL);
	game->waiting = ask->req;
	return true;
}

void game_cut(struct http_request *req, void *user)
{
	struct peers *p = user;

	if (p->game.waiting)
		http_problem(p->game.waiting, 409, "CANCELLED", "told so by a test");
	p->game.waiting = NULL;
	p->game.cut = true; /* also for who asks for its outcome again */
	http_reply(req, 204, NULL);
}

void game_check_end(const struct peers *p, int edge)
{
	const struct peer_edge *here = &p->edge[edge], *there = &p->edge[!edge];

	assert_int_equal(p->game.primary, edge);
	assert_int_equal(here->instance, INSTANCE_RUNNING);
	assert_int_equal(here->player, SYNCHRONISED);
	assert_int_equal(there->player, 0);
	for (unsigned id = 1; id < PEER_SESSIONS; id++)
		assert_int_equal(p->game.joined[id], id == p->game.displayed);
	assert_int_equal(edge_of_session(p, p->game.displayed), edge);
	assert_int_equal(p->primary, p->game.displayed);
}
