/* SPDX-License-Identifier: Apache-2.0 */
/* Packets in and out of packet sockets, many a system call. See path.h. */
#ifndef BATON_LINK_SHAPER_PATH_BATCH_H
#define BATON_LINK_SHAPER_PATH_BATCH_H

#include <sys/socket.h>

#include "link-shaper/packet.h"
#include "link-shaper/path.h"

enum { BATCH_SIZE = 64, BATCH_PARTS = 3 /* virtio header, head, tail */, BATCH_CONTROL = 64 };

struct batch_in {
	struct mmsghdr message[BATCH_SIZE];
	struct iovec part[BATCH_SIZE][BATCH_PARTS];
	struct packet *packet[BATCH_SIZE];
	uint8_t *tail[BATCH_SIZE];
	_Alignas(8) uint8_t control[BATCH_SIZE][BATCH_CONTROL];
};

struct batch_out {
	struct mmsghdr message[BATCH_SIZE];
	struct iovec part[BATCH_SIZE][BATCH_PARTS];
	struct packet *packet[BATCH_SIZE];
	unsigned count;
};

int batch_in_init(struct batch_in *b, struct packet_pool *pool);
void batch_in_done(struct batch_in *b, struct packet_pool *pool);
/** batch_receive - Return: how many have come, 0 for none, or a negative errno */
int batch_receive(struct batch_in *b, int fd);
/**
 * batch_take - number @index of those that have come
 * @ret_stamp_ns: CLOCK_REALTIME, 0 when the kernel gave none
 *
 * Return: the packet, given; NULL when the pool can't replace it, it is lost then
 */
struct packet *batch_take(struct batch_in *b, struct packet_pool *pool, unsigned index,
			  uint64_t *ret_stamp_ns);

void batch_out_init(struct batch_out *b);
/** batch_add - @packet is given; the batch must not be full */
void batch_add(struct batch_out *b, struct packet *packet);
/** batch_send - all of them, by @lane; what the port refuses is counted */
void batch_send(struct batch_out *b, struct packet_pool *pool, struct lane *lane);

#endif
