// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/queue.h"

#include <errno.h>
#include <stdlib.h>

enum { ARITY = 4 };

int queue_init(struct queue *q, size_t size)
{
	*q = (struct queue){.item = malloc(size * sizeof(*q->item)), .size = size};
	return q->item ? 0 : -ENOMEM;
}

void queue_done(struct queue *q)
{
	free(q->item);
	*q = (struct queue){0};
}

static bool before(const struct queue_item *a, const struct queue_item *b)
{
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->number < b->number;
}

int queue_push(struct queue *q, uint64_t due_ns, struct packet *packet)
{
	const struct queue_item item = {due_ns, q->next_number, packet};
	size_t at = q->count;

	if (q->count == q->size)
		return -ENOBUFS;
	q->next_number++;
	q->count++;
	while (at && before(&item, &q->item[(at - 1) / ARITY])) {
		q->item[at] = q->item[(at - 1) / ARITY];
		at = (at - 1) / ARITY;
	}
	q->item[at] = item;
	return 0;
}

uint64_t queue_due(const struct queue *q)
{
	return q->count ? q->item[0].due_ns : UINT64_MAX;
}

static size_t first_child(const struct queue *q, size_t at)
{
	size_t child = at * ARITY + 1, best = child, end = child + ARITY;

	if (end > q->count)
		end = q->count;
	for (child++; child < end; child++)
		if (before(&q->item[child], &q->item[best]))
			best = child;
	return best;
}

static void sink(struct queue *q, size_t at)
{
	const struct queue_item item = q->item[at];

	while (at * ARITY + 1 < q->count) {
		size_t child = first_child(q, at);

		if (!before(&q->item[child], &item))
			break;
		q->item[at] = q->item[child];
		at = child;
	}
	q->item[at] = item;
}

struct packet *queue_pop(struct queue *q)
{
	struct packet *packet;

	if (!q->count)
		return NULL;
	packet = q->item[0].packet;
	q->item[0] = q->item[--q->count];
	if (q->count)
		sink(q, 0);
	return packet;
}

static int compare(const void *a, const void *b)
{
	return before(a, b) ? -1 : 1;
}

/* A sorted array is a heap. */
void queue_drain(struct queue *q, bool (*take)(const struct packet *packet, void *user),
		 void (*each)(struct packet *packet, void *user), void *user)
{
	size_t kept = 0;

	qsort(q->item, q->count, sizeof(*q->item), compare);
	for (size_t i = 0; i < q->count; i++) {
		if (take(q->item[i].packet, user))
			each(q->item[i].packet, user);
		else
			q->item[kept++] = q->item[i];
	}
	q->count = kept;
}
