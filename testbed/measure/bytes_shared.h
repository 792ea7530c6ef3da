/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What the byte counter in the kernel and who reads it agree on. Addresses in network byte order.
 */
#ifndef BATON_MEASURE_BYTES_SHARED_H
#define BATON_MEASURE_BYTES_SHARED_H

#include <linux/types.h>

#define BYTES_FLOWS_MAX 16384 /* of a node */

/* No padding: the kernel compares whole keys. */
struct bytes_key {
	__be32 outer_source, outer_destination; /* of the first header; alike with those below where
						   there is no tunnel */
	__be32 source, destination;		/* of the innermost header that is understood */
	__u32 ifindex;
	__u16 port;    /* the smaller of both, which mostly is the service's; 0: none */
	__u8 protocol; /* of the innermost header */
	__u8 flags;
};

#define BYTES_OUT      1 /* it leaves the node; else it comes */
#define BYTES_TUNNEL   2 /* there is an inner header */
#define BYTES_NOT_IPV4 4 /* no address is told: IPv6, not ARP */
#define BYTES_STRAY                                                                                \
	8 /* it came with another MAC address than its interface's: flooded, or a bearer's */

struct bytes_value {
	__u64 packets;
	__u64 octets;  /* of IP packets, with all their headers; a super-packet has them once */
	__u64 payload; /* what TCP or UDP carries; of other protocols, what IP does */
};

#endif
