// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/path_batch.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>
#include <time.h>

/* Reading into a packet's own memory: the parts of a slot, for the packet and the tail in it */
static void slot_fill(struct batch_in *b, unsigned i)
{
	struct msghdr *m = &b->message[i].msg_hdr;

	b->part[i][0] = (struct iovec){&b->packet[i]->vnet, sizeof(b->packet[i]->vnet)};
	b->part[i][1] = (struct iovec){b->packet[i]->head, PACKET_HEAD};
	b->part[i][2] = (struct iovec){b->tail[i], PACKET_TAIL};
	*m = (struct msghdr){.msg_iov = b->part[i],
			     .msg_iovlen = BATCH_PARTS,
			     .msg_control = b->control[i],
			     .msg_controllen = BATCH_CONTROL};
}

int batch_in_init(struct batch_in *b, struct packet_pool *pool)
{
	for (unsigned i = 0; i < BATCH_SIZE; i++) {
		b->packet[i] = packet_new(pool);
		b->tail[i] = packet_tail_new(pool);
		if (!b->packet[i] || !b->tail[i])
			return -ENOBUFS;
		slot_fill(b, i);
	}
	return 0;
}

void batch_in_done(struct batch_in *b, struct packet_pool *pool)
{
	for (unsigned i = 0; i < BATCH_SIZE; i++) {
		packet_free(pool, b->packet[i]);
		packet_tail_free(pool, b->tail[i]);
	}
}

int batch_receive(struct batch_in *b, int fd)
{
	int n = recvmmsg(fd, b->message, BATCH_SIZE, MSG_DONTWAIT, NULL);

	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

static uint64_t stamp_of(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct timespec at;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&at, CMSG_DATA(c), sizeof(at));
		return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
	}
	return 0;
}

/* What goes out of a slot is replaced, and only then. */
static struct packet *slot_exchange(struct batch_in *b, struct packet_pool *pool, unsigned i)
{
	struct packet *packet = b->packet[i], *next = packet_new(pool);
	uint8_t *tail = NULL;

	if (!next)
		return NULL;
	if (packet->len > PACKET_HEAD) {
		tail = packet_tail_new(pool);
		if (!tail) {
			packet_free(pool, next);
			return NULL;
		}
		packet->tail = b->tail[i];
		b->tail[i] = tail;
	}
	b->packet[i] = next;
	return packet;
}

struct packet *batch_take(struct batch_in *b, struct packet_pool *pool, unsigned i,
			  uint64_t *ret_stamp_ns)
{
	const uint32_t len = b->message[i].msg_len, header = sizeof(b->packet[i]->vnet);
	const bool cut = b->message[i].msg_hdr.msg_flags & MSG_TRUNC;
	struct packet *packet = NULL;

	*ret_stamp_ns = stamp_of(&b->message[i].msg_hdr);
	if (len > header && !cut) {
		b->packet[i]->len = len - header;
		packet = slot_exchange(b, pool, i);
	}
	slot_fill(b, i);
	return packet;
}

void batch_out_init(struct batch_out *b)
{
	b->count = 0;
}

void batch_add(struct batch_out *b, struct packet *p)
{
	const unsigned i = b->count++;
	const size_t head = p->len < PACKET_HEAD ? p->len : PACKET_HEAD;

	b->packet[i] = p;
	b->part[i][0] = (struct iovec){&p->vnet, sizeof(p->vnet)};
	b->part[i][1] = (struct iovec){p->head, head};
	b->part[i][2] = (struct iovec){p->tail, p->len - head};
	b->message[i].msg_hdr =
		(struct msghdr){.msg_iov = b->part[i], .msg_iovlen = p->len > head ? 3 : 2};
}

/* A packet that can't be sent is lost, as on a wire; those behind it have their turn. */
void batch_send(struct batch_out *b, struct packet_pool *pool, struct lane *lane)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)lane->ifindex};
	unsigned done = 0;

	for (unsigned i = 0; i < b->count; i++) {
		b->message[i].msg_hdr.msg_name = &to;
		b->message[i].msg_hdr.msg_namelen = sizeof(to);
	}
	while (done < b->count) {
		int n = sendmmsg(lane->fd, b->message + done, b->count - done, MSG_DONTWAIT);

		if (n > 0) {
			done += (unsigned)n;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		lane->unsent++;
		done++;
	}
	for (unsigned i = 0; i < b->count; i++)
		packet_free(pool, b->packet[i]);
	b->count = 0;
}
