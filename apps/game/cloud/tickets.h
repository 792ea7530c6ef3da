/* SPDX-License-Identifier: Apache-2.0 */
/* Session ids between a login and the HELLO that claims them, once and soon. */
#ifndef BATON_APPS_GAME_CLOUD_TICKETS_H
#define BATON_APPS_GAME_CLOUD_TICKETS_H

#include "apps/game/cloud/account.h"

enum { TICKETS_MAX = 1024, TICKET_SECONDS = 5 };

struct ticket {
	struct account *account; /* NULL: free */
	uint64_t given_ns;
	uint8_t id[STATE_SESSION_LEN];
	char edge[ACCOUNT_EDGE_SIZE];
	unsigned seat; /* its number */
};

struct tickets {
	struct ticket ticket[TICKETS_MAX];
	uint64_t expired; /* how many nobody has claimed in time */
};

/** tickets_give - a fresh random id; Return: 0; -ENOSPC; -EIO: there is no randomness */
int tickets_give(struct tickets *t, struct account *a, const char *edge, unsigned seat,
		 uint64_t now_ns, uint8_t ret_id[STATE_SESSION_LEN]);
/** tickets_claim - Return: whether there was one with @id; it is gone now */
bool tickets_claim(struct tickets *t, const uint8_t id[STATE_SESSION_LEN], struct ticket *ret);
/** tickets_expire - one that is TICKET_SECONDS old is void; Return: whether there was one, so call
 * until there is none */
bool tickets_expire(struct tickets *t, uint64_t now_ns, struct ticket *ret);

#endif
