/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets under way, by the time at which they are due; those of the same time in the order in
 * which they came. A 4-ary heap in an array of its own, as deep as the pool has packets: the times
 * of one line mostly grow, so an insert ends where it begins, and there is no tick to round to.
 */
#ifndef BATON_LINK_SHAPER_QUEUE_H
#define BATON_LINK_SHAPER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet;

struct queue_item {
	uint64_t due_ns, number;
	struct packet *packet;
};

struct queue {
	struct queue_item *item;
	size_t count, size;
	uint64_t next_number;
};

int queue_init(struct queue *q, size_t size);
void queue_done(struct queue *q);
/** queue_push - Return: 0, -ENOBUFS when it is full */
int queue_push(struct queue *q, uint64_t due_ns, struct packet *packet);
/** queue_due - the earliest time; UINT64_MAX when empty */
uint64_t queue_due(const struct queue *q);
/** queue_pop - the packet that is due first; NULL when empty */
struct packet *queue_pop(struct queue *q);
/**
 * queue_drain - hand over, in their order, all packets for which @take is true
 *
 * @each gets them and owns them then.
 */
void queue_drain(struct queue *q, bool (*take)(const struct packet *packet, void *user),
		 void (*each)(struct packet *packet, void *user), void *user);

#endif
