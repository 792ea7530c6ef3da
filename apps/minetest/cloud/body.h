/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parent keeps of each account for the world: its body, as the mod last reported it, and
 * its seats' players. All that a new server needs to go on where the last one stopped.
 */
#ifndef BATON_APPS_MINETEST_CLOUD_BODY_H
#define BATON_APPS_MINETEST_CLOUD_BODY_H

#include "apps/game/cloud/logic_server.h"
#include "apps/minetest/cloud/report.h"

enum { BODY_NAME_SIZE = 20 /* of a player's name in Minetest, with the NUL */, BODY_KEY_SIZE = 33 };

struct body_seat {
	bool taken;
	unsigned login; /* how often it was taken */
	enum session_role role;
	char password[BODY_KEY_SIZE];
	bool joined, attached; /* its client, by the newest report */
};

struct body {
	const struct account *account;
	uint32_t number; /* another for each life; 0: it isn't in the world */
	uint32_t handed; /* number of the newest input that was handed over, and kept in the state
			    file before; what of it is confirmed is the account's inputs.applied */
	uint32_t rests;	 /* how often it was told to rest */
	int32_t x_mm, z_mm;
	uint8_t heading;
	bool going;
	char inventory[REPORT_INVENTORY_SIZE];
	struct body_seat seat[SESSION_SET_MAX];
};

/**
 * body_player_name - what the player of a seat's @login-th login (from 1) is called
 *
 * ACCOUNT_N where Minetest takes that (13 letters, digits, hyphens and underscores at most), else
 * IDn_N of the account's id, which no account is called, since those have no capitals. N, 1 to 96,
 * is another one for each login: the server counts a player whose client was killed as connected
 * for 5 s, and nobody comes in by its name meanwhile. For the same reason room is left for "-KK",
 * which a client appends that starts again.
 */
void body_player_name(const struct account *a, unsigned seat, unsigned login,
		      char ret[BODY_NAME_SIZE]);

/** body_begin - a new life: @number, at a place of its own near the middle of the land */
void body_begin(struct body *b, uint32_t number, uint32_t applied);

/** body_report - take what the mod says of it; inputs are the caller's */
void body_report(struct body *b, const struct report_body *r);

/* Its life: what the mod makes a body of. New. */
json_t *body_json(const struct body *b, uint32_t applied);
/* Appends a player for each seat that is taken */
void body_players_json(const struct body *b, json_t *list);
/* What GET /v1/accounts says; new */
json_t *body_status_json(const struct body *b);

#endif
