// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/packet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* Freed packets are used again first, so that memory once touched is enough. */
struct packet *packet_new(struct packet_pool *pool)
{
	struct packet *packet = pool->free;

	if (packet) {
		pool->free = packet->next;
	} else if (pool->used_max < PACKET_POOL) {
		packet = &pool->packets[pool->used_max++];
	} else {
		pool->exhausted++;
		return NULL;
	}
	pool->used++;
	packet->tail = NULL;
	packet->next = NULL;
	return packet;
}

uint8_t *packet_tail_new(struct packet_pool *pool)
{
	if (pool->free_tails)
		return pool->free_tail[--pool->free_tails];
	pool->exhausted++;
	return NULL;
}

void packet_tail_free(struct packet_pool *pool, uint8_t *tail)
{
	if (tail)
		pool->free_tail[pool->free_tails++] = tail;
}

void packet_free(struct packet_pool *pool, struct packet *packet)
{
	if (!packet)
		return;
	packet_tail_free(pool, packet->tail);
	packet->tail = NULL;
	packet->next = pool->free;
	pool->free = packet;
	pool->used--;
}

int packet_pool_init(struct packet_pool *pool)
{
	memset(pool, 0, sizeof(*pool));
	pool->packets = map(PACKET_POOL * sizeof(*pool->packets));
	pool->tails = map((size_t)PACKET_TAILS * PACKET_TAIL);
	pool->free_tail = malloc(PACKET_TAILS * sizeof(*pool->free_tail));
	if (!pool->packets || !pool->tails || !pool->free_tail) {
		packet_pool_done(pool);
		return -ENOMEM;
	}
	/* the lowest comes first */
	for (size_t i = PACKET_TAILS; i-- > 0;)
		packet_tail_free(pool, pool->tails + i * PACKET_TAIL);
	return 0;
}

void packet_pool_done(struct packet_pool *pool)
{
	if (pool->packets)
		munmap(pool->packets, PACKET_POOL * sizeof(*pool->packets));
	if (pool->tails)
		munmap(pool->tails, (size_t)PACKET_TAILS * PACKET_TAIL);
	free(pool->free_tail);
	memset(pool, 0, sizeof(*pool));
}

struct packet *packet_clone(struct packet_pool *pool, const struct packet *packet)
{
	struct packet *copy = packet_new(pool);
	size_t head = packet->len < PACKET_HEAD ? packet->len : PACKET_HEAD;

	if (!copy)
		return NULL;
	if (packet->tail) {
		copy->tail = packet_tail_new(pool);
		if (!copy->tail) {
			packet_free(pool, copy);
			return NULL;
		}
		memcpy(copy->tail, packet->tail, packet->len - head);
	}
	memcpy(copy->head, packet->head, head);
	copy->owner = packet->owner;
	copy->due_ns = packet->due_ns;
	copy->len = packet->len;
	copy->vnet = packet->vnet;
	return copy;
}

uint8_t *packet_byte(struct packet *packet, size_t at)
{
	return at < PACKET_HEAD ? packet->head + at : packet->tail + (at - PACKET_HEAD);
}

static size_t head_part(size_t at, size_t len)
{
	if (at >= PACKET_HEAD)
		return 0;
	return len < PACKET_HEAD - at ? len : PACKET_HEAD - at;
}

bool packet_read(const struct packet *packet, size_t at, void *ret, size_t len)
{
	size_t head = head_part(at, len);

	if (at > packet->len || len > packet->len - at)
		return false;
	if (head)
		memcpy(ret, packet->head + at, head);
	if (len > head)
		memcpy((uint8_t *)ret + head, packet->tail + (at + head - PACKET_HEAD), len - head);
	return true;
}

bool packet_write(struct packet *packet, size_t at, const void *bytes, size_t len)
{
	size_t head = head_part(at, len);

	if (at > packet->len || len > packet->len - at)
		return false;
	if (head)
		memcpy(packet->head + at, bytes, head);
	if (len > head)
		memcpy(packet->tail + (at + head - PACKET_HEAD), (const uint8_t *)bytes + head,
		       len - head);
	return true;
}
