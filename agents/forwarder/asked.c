// SPDX-License-Identifier: Apache-2.0
#include "agents/forwarder/asked.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

int asked_add(struct asked_list *list, const struct service_request *request,
	      const struct origin *origin)
{
	struct asked *new;

	if (list->count >= ASKED_MAX)
		return -ENOSPC;
	new = malloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	*new = (struct asked){.type = request->type,
			      .client = request->client,
			      .number = request->number,
			      .origin = *origin};
	DL_APPEND(list->first, new);
	list->count++;
	return 0;
}

bool asked_take(struct asked_list *list, const struct service_answer *answer,
		struct origin *ret_origin)
{
	struct asked *a;

	DL_FOREACH (list->first, a) {
		if (a->type != answer->type || a->client != answer->client ||
		    a->number != answer->number)
			continue;
		*ret_origin = a->origin;
		DL_DELETE(list->first, a);
		list->count--;
		free(a);
		return true;
	}
	return false;
}

void asked_clear(struct asked_list *list)
{
	struct asked *a, *next;

	DL_FOREACH_SAFE(list->first, a, next)
	free(a);
	*list = (struct asked_list){0};
}
