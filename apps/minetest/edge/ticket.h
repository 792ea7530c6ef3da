/* SPDX-License-Identifier: Apache-2.0 */
/* Who a client is to the game's server: "minetest" in the login's answer (docs/csm.md). Pure. */
#ifndef BATON_APPS_MINETEST_EDGE_TICKET_H
#define BATON_APPS_MINETEST_EDGE_TICKET_H

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum { TICKET_NAME_MAX = 19 /* of a player in Minetest */, TICKET_PASSWORD_MAX = 127 };

struct ticket {
	struct in_addr address; /* of minetestserver */
	uint16_t port;
	char name[TICKET_NAME_MAX + 1], password[TICKET_PASSWORD_MAX + 1];
};

/**
 * ticket_read - from the whole answer of the login
 *
 * Return: 0, or -EBADMSG: something lacks, is no address, or is of characters that a player's name
 * ([A-Za-z0-9_-]) or a password (printable ASCII without blanks) can't have
 */
int ticket_read(const json_t *answer, struct ticket *ret);
bool ticket_equal(const struct ticket *a, const struct ticket *b);

#endif
