// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/capture.h"

enum { BYTES_MAX = 256 << 20, MARKS_MAX = 4096, COMMENTS_MAX = 16 };

struct capture_packet {
	uint64_t time_ns;
	uint32_t interface, captured, length;
	bool outbound;
	uint8_t data[];
};

struct capture_mark {
	uint64_t time_ns;
	char *text;
};

static bool before(const struct capture_packet *a, const struct capture_packet *b)
{
	return a->time_ns < b->time_ns || (a->time_ns == b->time_ns && a->interface < b->interface);
}

static void swap(struct capture_packet **a, struct capture_packet **b)
{
	struct capture_packet *c = *a;

	*a = *b;
	*b = c;
}

static void sift_up(struct capture_queue *q, size_t at)
{
	for (size_t up; at; at = up) {
		up = (at - 1) / 2;
		if (!before(q->heap[at], q->heap[up]))
			return;
		swap(&q->heap[at], &q->heap[up]);
	}
}

static void sift_down(struct capture_queue *q)
{
	size_t at = 0, down;

	while ((down = 2 * at + 1) < q->count) {
		down += down + 1 < q->count && before(q->heap[down + 1], q->heap[down]);
		if (!before(q->heap[down], q->heap[at]))
			return;
		swap(&q->heap[at], &q->heap[down]);
		at = down;
	}
}

static bool make_room(struct capture_queue *q)
{
	size_t room = q->room ? 2 * q->room : 1024;
	struct capture_packet **grown;

	if (q->count < q->room)
		return true;
	grown = reallocarray(q->heap, room, sizeof(*grown));
	if (!grown)
		return false;
	q->heap = grown;
	q->room = room;
	return true;
}

int capture_queue_add(struct capture_queue *q, uint32_t interface, bool outbound, uint64_t time_ns,
		      const void *data, uint32_t captured, uint32_t length)
{
	struct capture_packet *p = make_room(q) ? malloc(sizeof(*p) + captured) : NULL;

	if (!p)
		return -ENOMEM;
	*p = (struct capture_packet){time_ns, interface, captured, length, outbound};
	memcpy(p->data, data, captured);
	q->heap[q->count++] = p;
	q->bytes += captured;
	sift_up(q, q->count - 1);
	/* too much at once: the oldest go before their time */
	return q->bytes > BYTES_MAX ? capture_queue_flush(q, q->heap[0]->time_ns) : 0;
}

int capture_queue_mark(struct capture_queue *q, uint64_t time_ns, const char *text)
{
	struct capture_mark mark = {time_ns, NULL}, *grown;
	size_t at;

	if (q->mark_count >= MARKS_MAX)
		return -ENOSPC;
	grown = reallocarray(q->mark, q->mark_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	q->mark = grown;
	mark.text = strdup(text);
	if (!mark.text)
		return -ENOMEM;
	for (at = q->mark_count++; at && q->mark[at - 1].time_ns > time_ns; at--)
		q->mark[at] = q->mark[at - 1];
	q->mark[at] = mark;
	return 0;
}

static void drop_marks(struct capture_queue *q, size_t count)
{
	if (!count)
		return;
	for (size_t i = 0; i < count; i++)
		free(q->mark[i].text);
	q->mark_count -= count;
	memmove(q->mark, q->mark + count, q->mark_count * sizeof(*q->mark));
}

static int write_packet(struct capture_queue *q, const struct capture_packet *p)
{
	const char *comments[COMMENTS_MAX];
	struct pcapng_packet packet = {.interface = p->interface,
				       .time_ns = p->time_ns,
				       .captured = p->captured,
				       .length = p->length,
				       .data = p->data,
				       .outbound = p->outbound,
				       .comments = comments};
	int rc;

	while (packet.comment_count < q->mark_count && packet.comment_count < COMMENTS_MAX &&
	       q->mark[packet.comment_count].time_ns <= p->time_ns) {
		comments[packet.comment_count] = q->mark[packet.comment_count].text;
		packet.comment_count++;
	}
	rc = pcapng_add_packet(q->png, &packet);
	if (packet.comment_count)
		drop_marks(q, packet.comment_count);
	q->late += p->time_ns < q->last_ns;
	q->last_ns = p->time_ns > q->last_ns ? p->time_ns : q->last_ns;
	q->written++;
	q->delivered[p->interface]++;
	return rc;
}

int capture_queue_flush(struct capture_queue *q, uint64_t until_ns)
{
	int rc = 0;

	while (!rc && q->count && q->heap[0]->time_ns <= until_ns &&
	       (!q->limit || q->written < q->limit)) {
		struct capture_packet *p = q->heap[0];

		q->heap[0] = q->heap[--q->count];
		sift_down(q);
		q->bytes -= p->captured;
		rc = write_packet(q, p);
		free(p);
	}
	return rc;
}

char *capture_queue_rest(struct capture_queue *q)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = q->mark_count ? open_memstream(&text, &size) : NULL;

	if (!out)
		return NULL;
	for (size_t i = 0; i < q->mark_count; i++)
		fprintf(out, "%s%s", i ? "\n" : "", q->mark[i].text);
	fclose(out);
	return text;
}

void capture_queue_done(struct capture_queue *q)
{
	for (size_t i = 0; i < q->count; i++)
		free(q->heap[i]);
	free(q->heap);
	drop_marks(q, q->mark_count);
	free(q->mark);
}
