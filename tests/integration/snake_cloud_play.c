// SPDX-License-Identifier: Apache-2.0
/* What sessions of snake-cloud get and give: the world, inputs, roles, views. */
#include <string.h>

#include "tests/integration/snake_cloud_cases.h"

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

/* A number that leaves none for those who come later is refused, and not kept */
static void case_forged_number(struct cloud_bed *bed)
{
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	struct snake_client *b = cloud_bed_edge(bed, "ann", "edge-b");

	snake_client_input(b, UINT32_MAX, 1, 1, INPUT_REST);
	await(bed, b->roles == 1);
	check(b->role.outcome == STATE_REFUSED && b->role.role == STATE_SECONDARY &&
		      b->role.switch_number == 0,
	      "refused, with the newest number");
	snake_client_input(a, UINT32_MAX, 1, 1, INPUT_GO);
	await(bed, a->roles == 1 && a->last_input == 1);
	check(a->role.outcome == STATE_REFUSED && a->role.role == STATE_PRIMARY,
	      "the primary's, too; what it writes is written");
	check(cloud_bed_metric(bed, "baton_snake_switching_signals_total{outcome=\"refused\"} ") ==
		      2,
	      "counted");
	cloud_bed_kill(bed);
	await(bed, a->fd < 0 && b->fd < 0);
	cloud_bed_start(bed);
	a = cloud_bed_edge(bed, "ann", "edge-a");
	b = cloud_bed_edge(bed, "ann", "edge-b");
	check(a->welcome.switch_number == 0 && b->welcome.switch_number == 0, "not kept");
	snake_client_input(b, 1, 2, 1, INPUT_GO);
	await(bed, b->role.role == STATE_PRIMARY && b->role.outcome == STATE_ACCEPTED);
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

/* Also when it was the only one */
static void case_nobody_left(struct cloud_bed *bed)
{
	struct snake_client *b = cloud_bed_edge(bed, "bob", "edge-b");
	struct snake_client *a = cloud_bed_edge(bed, "ann", "edge-a");
	unsigned me = a->welcome.player;

	cloud_bed_drop(bed, a);
	await(bed, world_snake(b->world, me) && world_snake(b->world, me)->resting);
	a = cloud_bed_edge(bed, "ann", "edge-b");
	check(a->welcome.role == STATE_PRIMARY && a->welcome.player == me, "it is there");
	snake_client_input(a, 0, 1, 1, INPUT_GO);
	await(bed, !world_snake(b->world, me)->resting);
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

const struct cloud_case cloud_play_cases[] = {
	{"world", case_world, NULL},
	{"replica-heals", case_replica_heals, NULL},
	{"inputs", case_inputs, NULL},
	{"rest-and-go", case_rest_and_go, "bots: 0"},
	{"secondary", case_secondary, NULL},
	{"switch", case_switch, NULL},
	{"stale-signal", case_stale_signal, NULL},
	{"forged-number", case_forged_number, NULL},
	{"logout-of-one", case_logout_of_one, NULL},
	{"primary-lost", case_primary_lost, "bots: 0"},
	{"nobody-left", case_nobody_left, "bots: 0"},
	{"leave", case_leave, "leave_after: 1"},
	{"view", case_view, NULL},
	{NULL, NULL, NULL},
};
