/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One end of a radio link: control frames in order and without loss (as RLC in acknowledged mode
 * gives them), and whether the other end is there.
 *
 * Each end numbers its frames from 1 and repeats what is not acknowledged; a frame out of order is
 * dropped. Ends tell a restart of the other by its instance number: then both count from 1 again
 * and `restarted` is called, before anything of the new instance.
 *
 * Nothing protects the link against forged frames, but none does lasting harm: ends that don't
 * agree on numbers for a second start over, as if both had been restarted.
 */
#ifndef BATON_RAN_RADIO_LINK_H
#define BATON_RAN_RADIO_LINK_H

#include <uv.h>

#include "ran/radio_frame.h"

enum { RADIO_QUEUE_MAX = 32 };

struct radio_link;

struct radio_link_events {
	void (*frame)(struct radio_link *link, const struct radio_frame *frame, void *user);
	/* Another instance is at the other end, or this one has started over: what was agreed is
	 * void. Also called for the first one. */
	void (*restarted)(struct radio_link *link, void *user);
	/* Nothing heard for RADIO_LOST_MS, or heard again */
	void (*alive)(struct radio_link *link, bool alive, void *user);
};

struct radio_counters {
	uint64_t sent, received, repeated, malformed, out_of_order, started_over;
};

/**
 * radio_link_new - one end on an Ethernet device
 * @source, @destination: MAC addresses of the control channel
 * @any_source: take the other end's address from what comes in (gNB: the UE tells who it is)
 */
struct radio_link_config {
	const char *device;
	uint8_t source[6], destination[6];
	bool any_source;
};
int radio_link_new(uv_loop_t *loop, const struct radio_link_config *config,
		   const struct radio_link_events *events, void *user,
		   struct radio_link **ret_link);
void radio_link_free(struct radio_link *link);

/** radio_link_send - @frame's type and body; copied; Return: 0, -ENOBUFS when RADIO_QUEUE_MAX
 * frames wait, -EINVAL */
int radio_link_send(struct radio_link *link, const struct radio_frame *frame);
unsigned radio_link_ifindex(const struct radio_link *link);
const char *radio_link_device(const struct radio_link *link);
bool radio_link_alive(const struct radio_link *link);
const struct radio_counters *radio_link_counters(const struct radio_link *link);
/** radio_link_instance, radio_link_peer_instance - of this end, of the other end (0: not heard) */
uint32_t radio_link_instance(const struct radio_link *link);
uint32_t radio_link_peer_instance(const struct radio_link *link);
/** radio_link_peer - the other end's control address */
const uint8_t *radio_link_peer(const struct radio_link *link);

#endif
