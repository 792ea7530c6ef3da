// SPDX-License-Identifier: Apache-2.0
#include "agents/forwarder/messages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_LEAST = 4096 };

void messages_init(struct messages *f, size_t max)
{
	*f = (struct messages){.max = max + ROOM_LEAST};
}

void messages_done(struct messages *f)
{
	free(f->at);
	*f = (struct messages){0};
}

size_t messages_room(struct messages *f, uint8_t **ret_at)
{
	size_t size = f->size ? f->size : ROOM_LEAST;
	uint8_t *grown;

	while (size - f->len < ROOM_LEAST && size < f->max)
		size *= 2;
	if (size > f->max)
		size = f->max;
	if (size != f->size) {
		grown = realloc(f->at, size);
		if (!grown)
			return 0;
		f->at = grown;
		f->size = size;
	}
	*ret_at = f->at + f->len;
	return f->size - f->len;
}

static void consume(struct messages *f, size_t used)
{
	f->len -= used;
	memmove(f->at, f->at + used, f->len);
}

int messages_requests(struct messages *f, size_t len, messages_request each, void *user)
{
	struct service_request request;
	size_t at = 0, used;
	int rc;

	f->len += len;
	while (!(rc = service_request_read(f->at + at, f->len - at, &request, &used))) {
		each(user, &request, f->at + at, used);
		at += used;
	}
	consume(f, at);
	return rc == -EAGAIN ? 0 : rc;
}

int messages_answers(struct messages *f, size_t len, messages_answer each, void *user)
{
	struct service_answer answer;
	size_t at = 0, used;
	int rc;

	f->len += len;
	while (!(rc = service_answer_read(f->at + at, f->len - at, &answer, &used))) {
		each(user, &answer, f->at + at, used);
		at += used;
	}
	consume(f, at);
	return rc == -EAGAIN ? 0 : rc;
}
