/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the mod `baton` reports of a server step (docs/csm.md, "Minetest"), read from JSON. Pure.
 */
#ifndef BATON_APPS_MINETEST_CLOUD_REPORT_H
#define BATON_APPS_MINETEST_CLOUD_REPORT_H

#include <jansson.h>

#include "apps/game/cloud/account.h"

enum {
	REPORT_PLAYERS_MAX = ACCOUNTS_MAX * SESSION_SET_MAX,
	REPORT_INVENTORIES_MAX = 8,
	REPORT_INVENTORY_SIZE = 4096, /* of its text, base64, with the NUL */
	REPORT_PLACE_MAX = 1000000,   /* mm from the middle */
};

/* A body, as the mod has it */
struct report_body {
	uint32_t number;
	uint32_t applied;   /* last input */
	int32_t x_mm, z_mm; /* to the east and to the north of the middle */
	uint8_t heading;    /* 0 north, 1 east, 2 south, 3 west */
	bool going;
};

struct report_player {
	unsigned account; /* id */
	unsigned seat;	  /* 1 to SESSION_SET_MAX */
	bool attached;
};

struct report_inventory {
	uint32_t number;  /* of the body */
	const char *text; /* borrowed from the JSON; shorter than REPORT_INVENTORY_SIZE */
};

struct report {
	uint32_t step;
	uint32_t revision; /* of the lists that the mod has */
	size_t body_count, player_count, inventory_count;
	struct report_body body[ACCOUNTS_MAX];
	struct report_player player[REPORT_PLAYERS_MAX];
	struct report_inventory inventory[REPORT_INVENTORIES_MAX];
};

/** report_read - Return: 0, or -EBADMSG */
int report_read(const json_t *json, struct report *ret);

#endif
