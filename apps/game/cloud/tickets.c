// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "apps/game/cloud/tickets.h"

#define NS_PER_S UINT64_C(1000000000)

int tickets_give(struct tickets *t, struct account *a, const char *edge, unsigned seat,
		 uint64_t now_ns, uint8_t ret_id[STATE_SESSION_LEN])
{
	struct ticket *one = t->ticket;

	while (one < t->ticket + TICKETS_MAX && one->account)
		one++;
	if (one == t->ticket + TICKETS_MAX)
		return -ENOSPC;
	if (getrandom(one->id, sizeof one->id, 0) != sizeof one->id)
		return -EIO;
	one->account = a;
	one->given_ns = now_ns;
	one->seat = seat;
	snprintf(one->edge, sizeof one->edge, "%s", edge);
	a->tickets++;
	memcpy(ret_id, one->id, sizeof one->id);
	return 0;
}

static void end(struct ticket *one)
{
	one->account->tickets--;
	*one = (struct ticket){0};
}

bool tickets_claim(struct tickets *t, const uint8_t id[STATE_SESSION_LEN], struct ticket *ret)
{
	for (struct ticket *one = t->ticket; one < t->ticket + TICKETS_MAX; one++) {
		if (!one->account || memcmp(one->id, id, STATE_SESSION_LEN))
			continue;
		*ret = *one;
		end(one);
		return true;
	}
	return false;
}

bool tickets_expire(struct tickets *t, uint64_t now_ns, struct ticket *ret)
{
	for (struct ticket *one = t->ticket; one < t->ticket + TICKETS_MAX; one++) {
		if (!one->account || now_ns - one->given_ns < TICKET_SECONDS * NS_PER_S)
			continue;
		t->expired++;
		*ret = *one;
		end(one);
		return true;
	}
	return false;
}
