/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets of FARs that buffer (TS 29.244 cl. 5.2.3): they wait here, in order, until their PDR
 * forwards, and go back by the wire into the stack, where they meet its rule as it is then. What
 * comes meanwhile queues up behind: the programs count who waits (struct ebpf_slot).
 */
#ifndef BATON_DATAPLANE_EBPF_BUFFER_H
#define BATON_DATAPLANE_EBPF_BUFFER_H

#include "dataplane/ebpf/shared.h"
#include "dataplane/gtpu_path.h"
#include "lib/netlink/netlink.h"

struct buffer;

struct buffer_config {
	const struct buffer *beside; /* NULL: none; it has a wire already */
	struct nl *nl;
	struct gtpu_path *path;
	unsigned stack_ifindex; /* the wire's end from which packets come back to the programs */
	struct ebpf_slot *slot; /* the map's own memory */
	uint32_t slots;
	/* does this PDR of the session in @slot buffer now? */
	bool (*buffers)(uint32_t slot, uint16_t pdr, void *user);
	void *user;
};

/** buffer_open - Return: 0 or a negative errno */
int buffer_open(const struct buffer_config *config, struct buffer **ret);
void buffer_close(struct buffer *b);
/** buffer_ifindex - where programs redirect to */
unsigned buffer_ifindex(const struct buffer *b);
void buffer_process(struct buffer *b);
/** buffer_flush - the session's rules have changed: what needn't wait any more goes on */
void buffer_flush(struct buffer *b, uint32_t slot);
/** buffer_gather - no program redirects there any more: what is on its way there waits, too, and
 * nothing goes on but by buffer_move */
void buffer_gather(struct buffer *b);
/** buffer_move - what waits in @from for the session in @slot waits in @to, where its session is in
 * @slot_now, ahead of what came there meanwhile, or goes on from there */
void buffer_move(struct buffer *to, struct buffer *from, uint32_t slot, uint32_t slot_now);
/** buffer_discard - Return: how many packets were dropped */
size_t buffer_discard(struct buffer *b, uint32_t slot);

#endif
