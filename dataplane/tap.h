/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A way out of the kernel and back for packets that wait: a virtual Ethernet pair; what programs
 * redirect to its one end is read from the other, super-packets and unfinished checksums as they
 * are, and sent on by any device.
 */
#ifndef BATON_DATAPLANE_TAP_H
#define BATON_DATAPLANE_TAP_H

#include <linux/virtio_net.h>
#include <net/ethernet.h>

#include "lib/netlink/netlink.h"

enum { TAP_FRAME_MAX = 65536 + ETH_HLEN };

struct tap {
	struct nl *nl;
	int in, out;	  /* packet sockets */
	unsigned ifindex; /* where programs redirect to; 0: it isn't open */
	struct virtio_net_hdr vnet;
	uint8_t frame[TAP_FRAME_MAX]; /* what was received last */
};

/** tap_open - @name: of the end that programs redirect to; the other's is @name-x; replaces a
 * predecessor's. Return: 0 or a negative errno; tap_close is needed either way */
int tap_open(struct tap *tap, struct nl *nl, const char *name);
void tap_close(struct tap *tap);
/** tap_receive - into tap->frame and tap->vnet; Return: its length, 0: none waits now */
size_t tap_receive(struct tap *tap);
/** tap_send - a frame, Ethernet header included, out of a device; Return: 0 or a negative errno */
int tap_send(struct tap *tap, unsigned ifindex, const struct virtio_net_hdr *vnet,
	     const uint8_t *frame, size_t len);

#endif
