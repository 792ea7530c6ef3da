// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "apps/minetest/cloud/body.h"

enum {
	NAME_MAX_LEN = BODY_NAME_SIZE - 7, /* before "_NN", and "-KK" of clients that start again */
	LOGINS = 24,			   /* of a seat, until a name comes again */
	LANE_MM = 500,			   /* half way between columns of nodes */
	APART_MM = 3000,
	ACROSS = 16, /* bodies begin in rows of so many */
};

void body_player_name(const struct account *a, unsigned seat, unsigned login,
		      char ret[BODY_NAME_SIZE])
{
	size_t len = strlen(a->name);
	unsigned n = (login + LOGINS - 1) % LOGINS * SESSION_SET_MAX + seat;

	n %= 100;
	if (len <= NAME_MAX_LEN && !strchr(a->name, '.'))
		snprintf(ret, BODY_NAME_SIZE, "%.*s_%u", NAME_MAX_LEN, a->name, n);
	else
		snprintf(ret, BODY_NAME_SIZE, "ID%u_%u", a->id, n);
}

/* The middle of the row is the middle of the land */
static int32_t place_mm(unsigned at)
{
	return (int32_t)(at % ACROSS) * APART_MM - ACROSS / 2 * APART_MM + LANE_MM;
}

void body_begin(struct body *b, uint32_t number, uint32_t applied)
{
	unsigned at = b->account->id - 1 + ACROSS / 2;

	b->number = number;
	b->handed = applied;
	b->rests = 0;
	b->x_mm = place_mm(at);
	b->z_mm = place_mm(at / ACROSS + ACROSS / 2);
	b->heading = 0;
	b->going = true;
	b->inventory[0] = '\0';
}

void body_report(struct body *b, const struct report_body *r)
{
	b->x_mm = r->x_mm;
	b->z_mm = r->z_mm;
	b->heading = r->heading;
	b->going = r->going;
}

json_t *body_json(const struct body *b, uint32_t applied)
{
	return json_pack("{s:I, s:I, s:I, s:f, s:f, s:i, s:b, s:s}", "number",
			 (json_int_t)b->number, "applied", (json_int_t)applied, "rests",
			 (json_int_t)b->rests, "x", b->x_mm / 1000.0, "z", b->z_mm / 1000.0,
			 "heading", (int)b->heading, "going", (int)b->going, "inventory",
			 b->inventory);
}

static const char *role_word(enum session_role role)
{
	return role == SESSION_PRIMARY	   ? "primary"
	       : role == SESSION_SECONDARY ? "secondary"
					   : "none";
}

void body_players_json(const struct body *b, json_t *list)
{
	char name[BODY_NAME_SIZE];

	for (unsigned n = 1; n <= SESSION_SET_MAX; n++) {
		const struct body_seat *seat = &b->seat[n - 1];

		if (!seat->taken)
			continue;
		body_player_name(b->account, n, seat->login, name);
		json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:i, s:I, s:s}", "name",
						      name, "password", seat->password, "account",
						      (json_int_t)b->account->id, "seat", (int)n,
						      "body", (json_int_t)b->number, "role",
						      role_word(seat->role)));
	}
}

static json_t *seats_json(const struct body *b)
{
	json_t *list = json_array();
	char name[BODY_NAME_SIZE];

	for (unsigned n = 1; n <= SESSION_SET_MAX; n++) {
		const struct body_seat *seat = &b->seat[n - 1];

		if (!seat->taken)
			continue;
		body_player_name(b->account, n, seat->login, name);
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:b, s:b}", "name", name, "role",
						role_word(seat->role), "joined", (int)seat->joined,
						"attached", (int)seat->attached));
	}
	return list;
}

json_t *body_status_json(const struct body *b)
{
	static const char *const headings[] = {"north", "east", "south", "west"};
	json_t *body = json_null();

	if (b->number)
		body = json_pack("{s:I, s:f, s:f, s:s, s:b}", "number", (json_int_t)b->number, "x",
				 b->x_mm / 1000.0, "z", b->z_mm / 1000.0, "heading",
				 headings[b->heading % 4], "resting", (int)!b->going);
	return json_pack("{s:o, s:o}", "body", body, "players", seats_json(b));
}
