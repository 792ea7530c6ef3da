/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that are handed on without being kept: whom the answer goes to. Bounded. */
#ifndef BATON_FORWARDER_ASKED_H
#define BATON_FORWARDER_ASKED_H

#include "agents/forwarder/cache.h"

enum { ASKED_MAX = 65536 };

struct asked {
	enum service_type type;
	uint64_t client, number;
	struct origin origin;
	struct asked *prev, *next;
};

struct asked_list {
	unsigned count;
	struct asked *first;
};

/** asked_add - Return: 0, -ENOSPC, -ENOMEM */
int asked_add(struct asked_list *list, const struct service_request *request,
	      const struct origin *origin);
/** asked_take - the first that @answer answers, forgotten; Return: whether there was one */
bool asked_take(struct asked_list *list, const struct service_answer *answer,
		struct origin *ret_origin);
void asked_clear(struct asked_list *list);

#endif
