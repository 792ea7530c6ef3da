// SPDX-License-Identifier: Apache-2.0
/* A ring of rows of one size under a lock. */
#include "apps/stream-client/ring.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096 };

struct ring {
	pthread_mutex_t lock;
	size_t rows, row_bytes;
	uint64_t next; /* sequence */
	char *row;
};

/* All of it is there from the start: no row that is added waits for the kernel to find a page, and
 * a process that runs for long takes no more memory than one that has just begun. */
static void touch(char *bytes, size_t len)
{
	volatile char *at = bytes;

	for (size_t i = 0; i < len; i += PAGE)
		at[i] = 0;
}

int ring_new(size_t rows, size_t row_bytes, struct ring **ret_ring)
{
	struct ring *ring;

	if (rows == 0 || row_bytes == 0)
		return -EINVAL;
	ring = calloc(1, sizeof *ring);
	if (!ring)
		return -ENOMEM;
	ring->row = calloc(rows, row_bytes);
	if (!ring->row) {
		free(ring);
		return -ENOMEM;
	}
	touch(ring->row, rows * row_bytes);
	pthread_mutex_init(&ring->lock, NULL);
	ring->rows = rows;
	ring->row_bytes = row_bytes;
	ring->next = 1;
	*ret_ring = ring;
	return 0;
}

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	pthread_mutex_destroy(&ring->lock);
	free(ring->row);
	free(ring);
}

static char *row_at(const struct ring *ring, uint64_t sequence)
{
	return ring->row + sequence % ring->rows * ring->row_bytes;
}

uint64_t ring_add(struct ring *ring, const void *row)
{
	uint64_t sequence;

	pthread_mutex_lock(&ring->lock);
	sequence = ring->next++;
	memcpy(row_at(ring, sequence), row, ring->row_bytes);
	pthread_mutex_unlock(&ring->lock);
	return sequence;
}

size_t ring_read(struct ring *ring, uint64_t from, size_t max, void *rows, uint64_t *ret_first)
{
	uint64_t oldest;
	size_t count = 0;

	pthread_mutex_lock(&ring->lock);
	oldest = ring->next > ring->rows ? ring->next - ring->rows : 1;
	if (from < oldest)
		from = oldest;
	if (from > ring->next)
		from = ring->next;
	for (; count < max && from + count < ring->next; count++)
		memcpy((char *)rows + count * ring->row_bytes, row_at(ring, from + count),
		       ring->row_bytes);
	pthread_mutex_unlock(&ring->lock);
	*ret_first = from;
	return count;
}

uint64_t ring_next(struct ring *ring)
{
	uint64_t next;

	pthread_mutex_lock(&ring->lock);
	next = ring->next;
	pthread_mutex_unlock(&ring->lock);
	return next;
}
