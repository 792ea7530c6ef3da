// SPDX-License-Identifier: Apache-2.0
/* Who gets a session of snake-cloud, and who is sent away. */
#include <string.h>

#include "tests/integration/snake_cloud_cases.h"

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

/* Status, but no login, on the management address; and the world is as it was ordered */
static void case_management(struct cloud_bed *bed)
{
	struct cloud_bed there = *bed;
	struct snake_client *a;

	there.login_port = bed->rest_port;
	check(cloud_bed_number(&there, STATUS, "world.width") == 64, "width");
	check(cloud_bed_number(&there, STATUS, "world.height") == 32, "height");
	check(cloud_bed_number(&there, STATUS, "tick_hz") == 30, "ticks");
	await(bed, cloud_bed_number(&there, STATUS, "world.bots") == 3);
	check(cloud_bed_metric(&there, "baton_snake_sessions{role=\"primary\"} ") == 0, "metrics");
	check(snake_login(there.login_port, "ann", "a", "edge-a").status == 404, "no login");
	a = cloud_bed_edge(bed, "ann", "edge-a");
	check(a->welcome.width == 64 && a->welcome.height == 32 && a->welcome.tick_hz == 30,
	      "%u %u %u", a->welcome.width, a->welcome.height, a->welcome.tick_hz);
	check(cloud_bed_number(&there, ANN, "last_input") == 0, "accounts, too");
	check(cloud_bed_number(&there, "/v1/accounts/eve", "status") == 404, "but not others'");
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

const struct cloud_case cloud_login_cases[] = {
	{"login", case_login, NULL},
	{"management", case_management,
	 "world_width: 64\nworld_height: 32\ntick_hz: 30\nbots: 3\nseed: 18446744073709551615"},
	{"login-limit", case_login_limit, NULL},
	{"too-many-sessions", case_too_many_sessions, NULL},
	{"forged", case_forged, NULL},
	{"hello", case_hello, NULL},
	{"garbage", case_garbage, NULL},
	{NULL, NULL, NULL},
};
