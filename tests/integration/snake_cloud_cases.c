// SPDX-License-Identifier: Apache-2.0
/*
 * snake-cloud from outside, by the wires of docs/csm.md: one case a run. Without an argument it
 * lists them. Counts, order and octets; no times.
 */
#include <string.h>

#include "tests/integration/snake_cloud_bed.h"

#define STATUS "/v1/status"
#define ANN    "/v1/accounts/ann"

/* ---- login and HELLO ---- */

static void case_login(struct cloud_bed *bed)
{
	struct snake_login l = snake_login(bed->login_port, "ann", "wrong", "edge-a"), other;

	check(l.status == 401 && !strcmp(l.cause, "LOGIN_REFUSED"), "%u %s", l.status, l.cause);
	l = snake_login(bed->login_port, "nobody", "a", "edge-a");
	check(l.status == 401 && !strcmp(l.cause, "LOGIN_REFUSED"), "%u %s", l.status, l.cause);
	l = snake_login(bed->login_port, "ann", "a", "");
	check(l.status == 400, "%u", l.status);
	l = snake_login(bed->login_port, "ann", "a", "edge-a");
	other = snake_login(bed->login_port, "ann", "a", "edge-b");
	check(l.status == 200 && other.status == 200, "%u %u", l.status, other.status);
	check(strlen(l.session) == 32 && strlen(l.key) == 32, "%s %s", l.session, l.key);
	check(strcmp(l.session, other.session) && strcmp(l.key, other.key), "each its own");
	check(l.port == bed->state_port, "%u", l.port);
	check(cloud_bed_number(bed, STATUS, "sessions.opened") == 0, "nobody has said HELLO");
}

static void case_login_limit(struct cloud_bed *bed)
{
	struct snake_login l;
	unsigned refused = 0;

	do {
		l = snake_login(bed->login_port, "ann", "guess", "edge-a");
		refused += l.status == 401;
	} while (l.status == 401 && refused < 100);
	check(l.status == 429 && !strcmp(l.cause, "TOO_MANY_LOGINS"), "%u after %u", l.status,
	      refused);
	check(refused >= 10, "%u", refused);
	await(bed, snake_login(bed->login_port, "ann", "a", "edge-a").status == 200);
}

static void case_too_many_sessions(struct cloud_bed *bed)
{
	struct snake_login l;
	int i;

	for (i = 0; i < 3; i++)
		cloud_bed_edge(bed, "ann", "edge-a");
	l = snake_login(bed->login_port, "ann", "a", "edge-b");
	check(l.status == 200, "the fourth: %u", l.status);
	l = snake_login(bed->login_port, "ann", "a", "edge-b");
	check(l.status == 409 && !strcmp(l.cause, "TOO_MANY_SESSIONS"), "%u %s", l.status, l.cause);
	check(snake_login(bed->login_port, "bob", "b", "edge-b").status == 200, "bob has none");
	/* a session id that nobody claims is void after 5 s: its place is free again */
	await(bed, snake_login(bed->login_port, "ann", "a", "edge-b").status == 200);
	check(cloud_bed_metric(bed, "baton_snake_tickets_void_total ") >= 1, "counted");
}

static void case_forged(struct cloud_bed *bed)
{
	struct snake_login l = snake_login(bed->login_port, "ann", "a", "edge-a");
	struct snake_client *c;

	c = cloud_bed_stranger(bed, "00112233445566778899aabbccddeeff");
	await(bed, c->fd < 0);
	check(c->bye == STATE_BYE_FORGED && !c->welcomes, "bye %d", c->bye);
	c = cloud_bed_stranger(bed, l.session);
	await(bed, c->welcomes);
	c = cloud_bed_stranger(bed, l.session);
	await(bed, c->fd < 0);
	check(c->bye == STATE_BYE_FORGED && !c->welcomes, "a used one: bye %d", c->bye);
	l = snake_login(bed->login_port, "ann", "a", "edge-a");
	await(bed, cloud_bed_metric(bed, "baton_snake_tickets_void_total ") == 1);
	c = cloud_bed_stranger(bed, l.session);
	await(bed, c->fd < 0);
	check(c->bye == STATE_BYE_FORGED && !c->welcomes, "a void one: bye %d", c->bye);
	check(cloud_bed_metric(bed, "baton_snake_sessions_ended_total{reason=\"forged\"} ") == 3,
	      "counted");
}

static void case_hello(struct cloud_bed *bed)
{
	struct snake_client *silent = cloud_bed_stranger(bed, NULL), *rude, *early;
	uint8_t frame[STATE_SMALL_MAX];

	rude = cloud_bed_stranger(bed, NULL);
	snake_client_send(rude, frame, state_put_ask(frame));
	await(bed, rude->fd < 0);
	check(rude->bye == STATE_BYE_PROTOCOL, "bye %d", rude->bye);
	early = cloud_bed_stranger(bed, NULL);
	snake_client_send(early, (const uint8_t[]){0, 0, 0, 18, STATE_HELLO}, 5);
	await(bed, silent->fd < 0 && early->fd < 0);
	check(silent->bye == STATE_BYE_PROTOCOL && early->bye == STATE_BYE_PROTOCOL, "bye %d %d",
	      silent->bye, early->bye);
	check(cloud_bed_metric(bed, "baton_snake_sessions_ended_total{reason=\"hello-late\"} ") ==
		      2,
	      "counted");
}

static void case_garbage(struct cloud_bed *bed)
{
	static const struct {
		uint8_t bytes[12];
		size_t len;
	} rows[] = {
		{{0, 0, 0, 0, 1}, 5},		   /* no type */
		{{0, 16, 0, 1, 5}, 5},		   /* too long for anybody */
		{{0, 0, 4, 1, 5}, 5},		   /* too long for an edge */
		{{0, 0, 0, 1, 99}, 5},		   /* no such type */
		{{0, 0, 0, 1, STATE_WELCOME}, 5},  /* not an edge's to say */
		{{0, 0, 0, 2, STATE_ASK, 7}, 6},   /* nothing belongs there */
		{{0, 0, 0, 2, STATE_BYE, 9}, 6},   /* no such reason */
		{{0, 0, 0, 2, STATE_VIEW, 4}, 6},  /* shorter than it says */
		{{0, 0, 0, 2, STATE_INPUT, 0}, 6}, /* half of one */
		{"GET / HTTP/1", 12},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct snake_client *c = cloud_bed_edge(bed, "bob", "edge-a");

		snake_client_send(c, rows[i].bytes, rows[i].len);
		await(bed, c->fd < 0);
		check(c->bye == STATE_BYE_PROTOCOL, "row %zu: bye %d", i, c->bye);
		cloud_bed_drop(bed, c);
	}
	check(cloud_bed_metric(bed, "baton_snake_sessions_ended_total{reason=\"malformed\"} ") ==
		      sizeof(rows) / sizeof(rows[0]),
	      "counted");
}

/* ---- the world ---- */

static void case_world(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a"), *b;
	uint8_t ask[STATE_SMALL_MAX];

	check(a->welcome.role == STATE_PRIMARY && a->welcome.last_input == 0, "welcome");
	check(a->welcome.tick_hz == 120 && a->welcome.width == 256 && a->welcome.height == 256,
	      "%u %u %u", a->welcome.tick_hz, a->welcome.width, a->welcome.height);
	await(bed, world_snake(a->world, a->welcome.player));
	check(!world_snake(a->world, a->welcome.player)->bot, "a player's");
	b = cloud_bed_edge(bed, "ann", "edge-b");
	check(b->welcome.role == STATE_SECONDARY, "role %u", b->welcome.role);
	check(b->welcome.player == a->welcome.player, "the same snake");
	await(bed, a->checked >= 3 && b->checked >= 3);
	await(bed, a->world->tick == b->world->tick);
	check(world_checksum(a->world) == world_checksum(b->world), "one world");
	check(a->snapshots == 1 && b->snapshots == 1, "%u %u", a->snapshots, b->snapshots);
	check(!a->gaps && !b->gaps && !a->errors && !b->errors, "a delta each tick, all fit");
	snake_client_send(a, ask, state_put_ask(ask));
	await(bed, a->snapshots == 2);
	check(!a->gaps && !a->errors, "a snapshot fits between the deltas");
	check(b->snapshots == 1, "and is for whom has asked");
}

static void case_replica_heals(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");

	/* what no delta repairs: a score */
	await(bed, world_snake(a->world, a->welcome.player));
	a->world->snake[a->welcome.player].score += 1000;
	await(bed, a->errors == 1);
	await(bed, a->snapshots == 2);
	await(bed, a->checked >= 2);
	check(a->errors == 1, "%u", a->errors);
}

/* ---- inputs and roles ---- */

static void case_inputs(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");

	snake_client_input(a, 0, 1, 3, INPUT_GO);
	await(bed, a->last_input == 3);
	/* what was not acknowledged in time comes again, with something new */
	snake_client_input(a, 0, 1, 4, INPUT_GO);
	await(bed, a->last_input == 4);
	/* a gap holds */
	snake_client_input(a, 0, 7, 2, INPUT_GO);
	snake_client_input(a, 0, 5, 1, INPUT_GO);
	await(bed, a->last_input == 5);
	snake_client_input(a, 0, 6, 1, INPUT_GO);
	await(bed, a->last_input == 8);
	/* too far ahead */
	snake_client_input(a, 0, 8 + 257, 1, INPUT_GO);
	await(bed, cloud_bed_number(bed, STATUS, "inputs.ahead") == 1);
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 8, "each once");
	check(cloud_bed_number(bed, STATUS, "inputs.duplicate") == 3, "and counted");
	snake_client_input(a, 0, 9, 64, INPUT_GO);
	await(bed, a->last_input == 72);
	check(a->input_step == 1, "one a tick, not %u", a->input_step);
}

static void case_rest_and_go(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	unsigned me = a->welcome.player;

	await(bed, world_snake(a->world, me));
	snake_client_input(a, 0, 1, 1, INPUT_REST);
	await(bed, world_snake(a->world, me)->resting);
	snake_client_input(a, 0, 2, 1, INPUT_GO);
	await(bed, !world_snake(a->world, me)->resting);
	snake_client_input(a, 0, 3, 1, INPUT_UP);
	snake_client_input(a, 0, 4, 1, INPUT_RIGHT);
	await(bed, world_snake(a->world, me)->dir == WORLD_RIGHT);
	snake_client_input(a, 0, 5, 1, INPUT_DOWN);
	await(bed, world_snake(a->world, me)->dir == WORLD_DOWN);
}

static void case_secondary(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_client *b = cloud_bed_edge(bed, "ann", "edge-b");

	snake_client_input(b, 0, 1, 5, INPUT_REST);
	await(bed, cloud_bed_number(bed, STATUS, "inputs.secondary") == 5);
	snake_client_input(a, 0, 1, 1, INPUT_GO);
	await(bed, a->last_input == 1 && b->last_input == 1);
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 1, "only the primary's");
	check(!a->roles && !b->roles, "no roles were told");
}

/* Inputs in flight on the old session when the signal comes are dropped there, and come again on
 * the new */
static void case_switch(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_client *b = cloud_bed_edge(bed, "ann", "edge-b");

	snake_client_input(a, 0, 1, 2, INPUT_GO);
	await(bed, a->last_input == 2);
	snake_client_input(b, 1, 0, 0, INPUT_NONE);
	await(bed, b->roles == 1 && a->roles == 1);
	check(b->role.role == STATE_PRIMARY && b->role.switch_number == 1 &&
		      b->role.outcome == STATE_ACCEPTED,
	      "the new one");
	check(a->role.role == STATE_SECONDARY && a->role.switch_number == 1, "the old one");
	snake_client_input(a, 0, 3, 2, INPUT_REST);
	await(bed, cloud_bed_number(bed, STATUS, "inputs.secondary") == 2);
	check(b->last_input == 2, "lost on the old path");
	snake_client_input(b, 0, 3, 3, INPUT_GO);
	await(bed, a->last_input == 5 && b->last_input == 5);
	/* back, with what is not acknowledged in the same frame */
	snake_client_input(a, 2, 5, 3, INPUT_GO);
	await(bed, a->last_input == 7 && a->role.role == STATE_PRIMARY);
	await(bed, b->role.role == STATE_SECONDARY);
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 7, "each once");
	check(cloud_bed_number(bed, STATUS, "inputs.duplicate") == 1, "5 came twice");
	check(cloud_bed_number(bed, ANN, "switch_number") == 2, "the newest");
	check(cloud_bed_number(bed, STATUS, "sessions.primary") == 1, "one primary");
	check(!a->gaps && !b->gaps, "no tick was missed");
}

static void case_stale_signal(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_client *b = cloud_bed_edge(bed, "ann", "edge-b");

	snake_client_input(b, 5, 1, 1, INPUT_GO);
	await(bed, b->roles == 1 && a->roles == 1 && b->last_input == 1);
	for (unsigned number = 3; number <= 5; number++) {
		snake_client_input(a, number, 2, 1, INPUT_REST);
		await(bed, a->roles == number - 1);
		check(a->role.outcome == STATE_STALE && a->role.role == STATE_SECONDARY &&
			      a->role.switch_number == 5,
		      "number %u", number);
	}
	/* the UE repeats its signal until it is answered: the same answer */
	snake_client_input(b, 5, 1, 1, INPUT_GO);
	await(bed, b->roles == 2);
	check(b->role.outcome == STATE_ACCEPTED && b->role.role == STATE_PRIMARY, "repeated");
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 1, "nothing of a stale one");
	check(cloud_bed_number(bed, STATUS, "sessions.switches_stale") == 3, "counted");
	check(a->roles == 4 && cloud_bed_number(bed, STATUS, "sessions.primary") == 1, "as before");
}

static void case_logout_of_one(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a"), *b, *c;
	uint8_t bye[STATE_SMALL_MAX];

	b = cloud_bed_edge(bed, "ann", "edge-b");
	c = cloud_bed_edge(bed, "bob", "edge-b");
	await(bed, world_snake(a->world, b->welcome.player));
	snake_client_send(b, bye, state_put_bye(bye, STATE_BYE_LOGOUT));
	await(bed, b->fd < 0);
	check(b->bye == STATE_BYE_LOGOUT, "bye %d", b->bye);
	snake_client_input(a, 0, 1, 1, INPUT_GO);
	await(bed, a->last_input == 1);
	check(world_snake(a->world, a->welcome.player), "the snake is there");
	check(cloud_bed_number(bed, ANN, "snake.player") == a->welcome.player, "the same one");
	check(!a->roles && !c->roles && c->fd >= 0, "others were not touched");
	await(bed, c->checked >= 1);
}

static void case_primary_lost(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a"), *b;
	unsigned me = a->welcome.player;

	b = cloud_bed_edge(bed, "ann", "edge-b");
	snake_client_input(a, 0, 1, 1, INPUT_GO);
	await(bed, b->last_input == 1 && world_snake(b->world, me));
	cloud_bed_drop(bed, a);
	await(bed, cloud_bed_number(bed, STATUS, "sessions.primary") == 0);
	await(bed, world_snake(b->world, me)->resting);
	check(!b->roles, "nobody was promoted");
	snake_client_input(b, 0, 2, 1, INPUT_GO);
	await(bed, cloud_bed_number(bed, STATUS, "inputs.secondary") == 1);
	snake_client_input(b, 1, 2, 1, INPUT_GO);
	await(bed, b->last_input == 2 && b->role.role == STATE_PRIMARY);
	await(bed, !world_snake(b->world, me)->resting);
	cloud_bed_drop(bed, b);
	await(bed, cloud_bed_number(bed, STATUS, "sessions.secondary") == 0);
	b = cloud_bed_edge(bed, "ann", "edge-b");
	check(b->welcome.role == STATE_PRIMARY && b->welcome.last_input == 2 &&
		      b->welcome.switch_number == 1 && b->welcome.player == me,
	      "who logs in while alone is the first again");
}

/* The snake leaves some time after its last session; the next game counts anew */
static void case_leave(struct cloud_bed *bed)
{
	struct snake_client *b = cloud_bed_edge(bed, "bob", "edge-b");
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	unsigned me = a->welcome.player;

	snake_client_input(a, 3, 1, 2, INPUT_GO);
	await(bed, a->last_input == 2);
	cloud_bed_drop(bed, a);
	await(bed, !world_snake(b->world, me));
	check(cloud_bed_number(bed, ANN, "last_input") == 0 &&
		      cloud_bed_number(bed, ANN, "switch_number") == 0,
	      "forgotten");
	a = cloud_bed_edge(bed, "ann", "edge-a");
	check(a->welcome.role == STATE_PRIMARY && a->welcome.last_input == 0, "anew");
	/* a UE that has outlived its snake counts on */
	snake_client_input(a, 1, 3, 2, INPUT_GO);
	await(bed, a->last_input == 4);
	check(!b->gaps && !b->errors, "the other saw it go and come");
}

static void case_view(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a"), *b, *other;

	b = cloud_bed_edge(bed, "ann", "edge-b");
	other = cloud_bed_edge(bed, "bob", "edge-b");
	snake_client_view(b, "{\"zoom\": 3}");
	snake_client_view(a, "not json");
	await(bed, cloud_bed_metric(bed, "baton_snake_views_total{outcome=\"dropped\"} ") == 2);
	snake_client_view(a, "{\"zoom\": 2}");
	await(bed, b->views == 1);
	check(!strcmp(b->view.text, "{\"zoom\": 2}"), "%s", b->view.text);
	check(!a->views && !other->views, "nobody else");
	check(cloud_bed_number(bed, ANN, "view.zoom") == 2, "and REST");
	b = cloud_bed_edge(bed, "ann", "edge-c");
	await(bed, b->views == 1);
	check(!strcmp(b->view.text, "{\"zoom\": 2}"), "who comes later gets it, too");
}

/* ---- robustness ---- */

static void case_slow_reader(struct cloud_bed *bed)
{
	struct snake_client *slow = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_client *b = cloud_bed_edge(bed, "bob", "edge-b");

	slow->deaf = true;
	await(bed,
	      cloud_bed_metric(bed, "baton_snake_sessions_ended_total{reason=\"slow\"} ") == 1);
	await(bed, b->checked >= 1);
	check(!b->gaps && !b->errors, "the other missed nothing");
	check(cloud_bed_number(bed, STATUS, "sessions.primary") == 1, "the slow one is out");
	slow->deaf = false;
	await(bed, slow->fd < 0);
	check(!slow->gaps, "what it got was whole");
}

static void case_flood(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_client *b = cloud_bed_edge(bed, "bob", "edge-b");
	uint8_t ask[STATE_SMALL_MAX];
	size_t len = state_put_ask(ask);
	unsigned before = b->deltas;

	for (int i = 0; i < 20000; i++) {
		snake_client_send(a, ask, len);
		if (i % 100 == 0)
			snake_clients_turn(bed->edge, bed->edges, 0);
	}
	snake_client_input(a, 0, 1, 1, INPUT_GO);
	await(bed, a->last_input == 1 && b->deltas > before + 10);
	check(a->snapshots <= 1 + (unsigned)(b->deltas / 12) + 1, "%u snapshots in %u ticks",
	      a->snapshots, b->deltas);
	check(!b->gaps && !b->errors && !a->errors, "everybody is served");
}

static void case_restart(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	uint32_t tick;

	snake_client_input(a, 4, 1, 20, INPUT_GO);
	await(bed, a->last_input == 20);
	snake_client_input(a, 0, 21, 20, INPUT_GO);
	await(bed, a->last_input > 22);
	tick = a->world->tick;
	cloud_bed_kill(bed);
	await(bed, a->fd < 0);
	cloud_bed_start(bed);
	check(cloud_bed_number(bed, ANN, "last_input") >= a->last_input, "what was acknowledged");
	check(cloud_bed_number(bed, ANN, "switch_number") == 4, "and the switch");
	a = cloud_bed_edge(bed, "ann", "edge-a");
	check(a->welcome.role == STATE_PRIMARY && a->welcome.switch_number == 4, "welcome");
	check(a->world->tick > tick, "%u is not above %u", a->world->tick, tick);
	/* all is sent again: only what was not applied is applied */
	snake_client_input(a, 0, 1, 41, INPUT_GO);
	await(bed, a->last_input == 41);
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 41 - a->welcome.last_input, "%lld",
	      cloud_bed_number(bed, STATUS, "inputs.applied"));
	snake_client_input(a, 4, 42, 1, INPUT_GO);
	await(bed, a->roles == 1 && a->last_input == 42);
	check(a->role.outcome == STATE_STALE, "an old signal is old after a restart, too");
}

static void case_shutdown(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_login l = snake_login(bed->login_port, "bob", "b", "edge-b");

	check(l.status == 200, "%u", l.status);
	cloud_bed_stranger(bed, NULL);
	cloud_bed_tell(bed);
	await(bed, a->fd < 0);
	check(a->bye == STATE_BYE_SHUTDOWN, "bye %d", a->bye);
}

static const struct {
	const char *name;
	void (*run)(struct cloud_bed *bed);
	const char *config;
} cases[] = {
	{"login", case_login, NULL},
	{"login-limit", case_login_limit, NULL},
	{"too-many-sessions", case_too_many_sessions, NULL},
	{"forged", case_forged, NULL},
	{"hello", case_hello, NULL},
	{"garbage", case_garbage, NULL},
	{"world", case_world, NULL},
	{"replica-heals", case_replica_heals, NULL},
	{"inputs", case_inputs, NULL},
	{"rest-and-go", case_rest_and_go, "bots: 0"},
	{"secondary", case_secondary, NULL},
	{"switch", case_switch, NULL},
	{"stale-signal", case_stale_signal, NULL},
	{"logout-of-one", case_logout_of_one, NULL},
	{"primary-lost", case_primary_lost, "bots: 0"},
	{"leave", case_leave, "leave_after: 1"},
	{"view", case_view, NULL},
	{"slow-reader", case_slow_reader, "tick_hz: 1000\nbots: 64\nworld_width: 128"},
	{"flood", case_flood, NULL},
	{"restart", case_restart, NULL},
	{"shutdown", case_shutdown, NULL},
};

int main(int argc, char **argv)
{
	struct cloud_bed bed;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (argc < 2)
			puts(cases[i].name);
		if (argc < 2 || strcmp(argv[1], cases[i].name))
			continue;
		cloud_bed_begin(&bed, cases[i].config);
		cases[i].run(&bed);
		cloud_bed_end(&bed);
		return 0;
	}
	return argc < 2 ? 0 : 2;
}
