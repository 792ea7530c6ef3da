/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets and where they come from: one pool, made at the start, whose memory is touched only as
 * far as it is used. A packet has room for an ordinary frame; what is longer (super-packets of
 * segmentation offload) goes on in a tail, of which there are fewer.
 */
#ifndef BATON_LINK_SHAPER_PACKET_H
#define BATON_LINK_SHAPER_PACKET_H

#include <linux/virtio_net.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PACKET_HEAD = 2048,
	PACKET_TAIL = 65536 + 256 - PACKET_HEAD, /* 64 KiB of IP and all headers below it */
	PACKET_MAX = PACKET_HEAD + PACKET_TAIL,
	PACKET_POOL = 65536,
	PACKET_TAILS = 4096,
};

struct packet {
	struct packet *next; /* in the pool */
	void *owner;	     /* of whom it is, for the path */
	uint64_t due_ns;     /* CLOCK_MONOTONIC */
	uint32_t len;
	struct virtio_net_hdr
		vnet;  /* little endian fields are of the host here, as packet(7) has it */
	uint8_t *tail; /* from PACKET_HEAD on; NULL: none */
	uint8_t head[PACKET_HEAD];
};

struct packet_pool {
	struct packet *packets;
	uint8_t *tails;
	struct packet *free;
	uint8_t **free_tail;
	size_t free_tails;
	size_t used, used_max;
	uint64_t exhausted; /* how often none was left */
};

int packet_pool_init(struct packet_pool *pool);
void packet_pool_done(struct packet_pool *pool);
/** packet_new - without a tail; NULL when none is left */
struct packet *packet_new(struct packet_pool *pool);
/** packet_tail_new - room for a tail; NULL when none is left */
uint8_t *packet_tail_new(struct packet_pool *pool);
void packet_tail_free(struct packet_pool *pool, uint8_t *tail);
void packet_free(struct packet_pool *pool, struct packet *packet);
/** packet_clone - a copy, of the same owner; NULL when none is left */
struct packet *packet_clone(struct packet_pool *pool, const struct packet *packet);

/** packet_read, packet_write - @len octets at @at, wherever they lie; false when they aren't there
 */
bool packet_read(const struct packet *packet, size_t at, void *ret, size_t len);
bool packet_write(struct packet *packet, size_t at, const void *bytes, size_t len);
/** packet_byte - the octet at @at, which is below len */
uint8_t *packet_byte(struct packet *packet, size_t at);

#endif
