// SPDX-License-Identifier: Apache-2.0
/* What sessions of minetest-cloud get, and what their inputs do to the body in the server's world.
 */
#include <string.h>

#include "tests/integration/minetest_cloud_cases.h"

static void case_login(struct cloud_bed *bed)
{
	struct snake_login l, m;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l), *b;

	check(!strcmp(l.name, "ann_1") && strlen(l.password) == 32, "%s %s", l.name, l.password);
	check(!strcmp(l.address, "127.0.0.1"), "%s", l.address);
	check(l.game_port == cloud_bed_number(bed, STATUS, "server.port"), "%u", l.game_port);
	check(a->welcome.role == STATE_PRIMARY && a->welcome.tick_hz == 30 && !a->welcome.width &&
		      !a->welcome.height && a->welcome.player == 1,
	      "welcome");
	b = minetest_edge(bed, "edge-b", &m);
	check(!strcmp(m.name, "ann_2") && strcmp(m.password, l.password), "%s", m.name);
	check(b->welcome.role == STATE_SECONDARY && b->welcome.player == 1, "the same body");
	await(bed, a->deltas > 10 && b->deltas > 10);
	check(!a->errors && !b->errors && a->snapshots == 1 && b->snapshots == 1, "in order");
	check(a->world->tick > 0, "the server's steps");
	check(cloud_bed_number(bed, STATUS, "world.bodies") == 1, "one body");
	check(cloud_bed_number(bed, STATUS, "world.bots") == 2, "and bots");
	/* the seat is free again, the next name and password are others */
	cloud_bed_drop(bed, a);
	await(bed, cloud_bed_number(bed, STATUS, "sessions.closed") == 1);
	m = snake_login(bed->login_port, "ann", "a", "edge-a");
	check(!strcmp(m.name, "ann_5") && strcmp(m.password, l.password), "%s", m.name);
}

static size_t seats(struct cloud_bed *bed)
{
	json_t *ann = cloud_bed_get(bed, ANN);
	size_t n = json_array_size(json_object_get(ann, "players"));

	json_decref(ann);
	return n;
}

/* A ticket that nobody claims gives its seat back, and its name and password are void */
static void case_unclaimed(struct cloud_bed *bed)
{
	struct snake_login l = snake_login(bed->login_port, "ann", "a", "edge-a"), m;

	check(l.status == 200 && seats(bed) == 1, "%u", l.status);
	await(bed, seats(bed) == 0);
	m = snake_login(bed->login_port, "ann", "a", "edge-a");
	check(!strcmp(m.name, "ann_5") && strcmp(m.password, l.password), "%s", m.name);
	check(cloud_bed_metric(bed, "baton_minetest_tickets_void_total ") == 1, "counted");
	check(cloud_bed_metric(bed, "baton_minetest_server_restarts_total ") == 0, "its own, too");
	for (unsigned n = 2; n <= 4; n++)
		check(snake_login(bed->login_port, "ann", "a", "edge-a").status == 200, "%u", n);
	m = snake_login(bed->login_port, "ann", "a", "edge-a");
	check(m.status == 409 && !m.name[0], "%u", m.status);
}

static void case_forged(struct cloud_bed *bed)
{
	struct snake_login l = snake_login(bed->login_port, "ann", "wrong", "edge-a");
	struct snake_client *forged;

	check(l.status == 401 && !l.name[0] && !l.password[0], "%u %s", l.status, l.name);
	forged = cloud_bed_stranger(bed, "0123456789abcdef0123456789abcdef");
	await(bed, forged->fd < 0);
	check(forged->bye == STATE_BYE_FORGED, "%u", forged->bye);
	check(cloud_bed_number(bed, STATUS, "world.bodies") == 0, "nobody came");
}

static void case_inputs(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);

	snake_client_input(a, 0, 1, 3, INPUT_RIGHT);
	await(bed, a->last_input == 3);
	/* what was not acknowledged in time comes again, with something new */
	snake_client_input(a, 0, 1, 4, INPUT_RIGHT);
	await(bed, a->last_input == 4);
	/* a gap holds */
	snake_client_input(a, 0, 7, 2, INPUT_LEFT);
	snake_client_input(a, 0, 5, 1, INPUT_UP);
	await(bed, a->last_input == 5);
	await(bed, minetest_body_heads(bed, "north"));
	snake_client_input(a, 0, 6, 1, INPUT_DOWN);
	await(bed, a->last_input == 8);
	await(bed, minetest_body_heads(bed, "west"));
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 8, "each once");
	check(cloud_bed_number(bed, STATUS, "inputs.duplicate") == 3, "and counted");
	await(bed, minetest_steered("1:2 2:2 3:2 4:2 5:1 6:3 7:4 8:4"));
	snake_client_input(a, 0, 9, 40, INPUT_DOWN);
	await(bed, a->last_input == 48);
	check(a->input_step == 1, "one a step, not %u", a->input_step);
	check(!a->gaps && !a->errors, "in order");
}

/* The body does what the inputs say, the newest last */
static void case_walk(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	long long x, z;

	snake_client_input(a, 0, 1, 1, INPUT_REST);
	await(bed, a->last_input == 1);
	await(bed, minetest_body_rests(bed));
	x = minetest_body_number(bed, "x");
	z = minetest_body_number(bed, "z");
	snake_client_input(a, 0, 2, 1, INPUT_RIGHT);
	await(bed, minetest_body_number(bed, "x") > x + 2000);
	check(!minetest_body_rests(bed) && minetest_body_heads(bed, "east"), "a turn ends a rest");
	snake_client_input(a, 0, 3, 1, INPUT_DOWN);
	await(bed, minetest_body_number(bed, "z") < z - 2000);
	snake_client_input(a, 0, 4, 1, INPUT_REST);
	await(bed, minetest_body_rests(bed));
	snake_client_input(a, 0, 5, 1, INPUT_GO);
	await(bed, !minetest_body_rests(bed));
	check(minetest_body_heads(bed, "south"), "and goes on where it went");
}

static void case_secondary(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	struct snake_client *b = minetest_edge(bed, "edge-b", &l);

	snake_client_input(b, 0, 1, 5, INPUT_REST);
	await(bed, cloud_bed_number(bed, STATUS, "inputs.secondary") == 5);
	snake_client_input(a, 0, 1, 1, INPUT_LEFT);
	await(bed, a->last_input == 1 && b->last_input == 1);
	await(bed, minetest_body_heads(bed, "west"));
	check(!minetest_body_rests(bed), "the secondary's are not");
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 1, "only the primary's");
	await(bed, minetest_steered("1:4"));
}

/* Inputs in flight on the old session when the signal comes are dropped there, and come again on
 * the new */
static void case_switch(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	struct snake_client *b = minetest_edge(bed, "edge-b", &l);

	snake_client_input(a, 0, 1, 2, INPUT_UP);
	await(bed, a->last_input == 2);
	snake_client_input(b, 1, 0, 0, INPUT_NONE);
	await(bed, b->roles == 1 && a->roles == 1);
	check(b->role.role == STATE_PRIMARY && a->role.role == STATE_SECONDARY, "swapped");
	snake_client_input(a, 0, 3, 2, INPUT_LEFT);
	await(bed, cloud_bed_number(bed, STATUS, "inputs.secondary") == 2);
	check(b->last_input == 2, "lost on the old path");
	snake_client_input(b, 0, 3, 3, INPUT_RIGHT);
	await(bed, a->last_input == 5 && b->last_input == 5);
	await(bed, minetest_body_heads(bed, "east"));
	/* back, with what is not acknowledged in the same frame */
	snake_client_input(a, 2, 5, 3, INPUT_DOWN);
	await(bed, a->last_input == 7 && a->role.role == STATE_PRIMARY);
	await(bed, minetest_body_heads(bed, "south"));
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 7, "each once");
	check(cloud_bed_number(bed, STATUS, "inputs.duplicate") == 1, "5 came twice");
	check(cloud_bed_number(bed, STATUS, "sessions.primary") == 1, "one primary");
	check(!a->gaps && !b->gaps, "in order");
	await(bed, minetest_steered("1:1 2:1 3:2 4:2 5:2 6:3 7:3"));
}

/* The last session gone, the body leaves the world, and the next life is another */
static void case_leave(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	long long number = minetest_body_number(bed, "number");

	snake_client_input(a, 0, 1, 1, INPUT_GO);
	await(bed, a->last_input == 1);
	cloud_bed_drop(bed, a);
	await(bed, cloud_bed_number(bed, STATUS, "world.bodies") == 0);
	a = minetest_edge(bed, "edge-a", &l);
	check(a->welcome.last_input == 0 && a->welcome.role == STATE_PRIMARY, "as new");
	check(minetest_body_number(bed, "number") != number, "another body");
	snake_client_input(a, 0, 1, 1, INPUT_GO);
	await(bed, a->last_input == 1);
}

const struct minetest_case minetest_session_cases[] = {
	{"login", case_login, 0},
	{"unclaimed", case_unclaimed, 0},
	{"forged", case_forged, 0},
	{"inputs", case_inputs, 0},
	{"walk", case_walk, 0},
	{"secondary", case_secondary, 0},
	{"switch", case_switch, 0},
	{"leave", case_leave, 2},
	{0},
};
