/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A filter as data planes have it: fixed size, one address prefix and one port range a side, for
 * one direction. BPF programs include this header too, so that there is nothing else in it.
 *
 * Addresses are octets in network order (IPv4 in the first four, the rest 0); numbers are in host
 * order.
 */
#ifndef BATON_IPFILTER_PACKED_H
#define BATON_IPFILTER_PACKED_H

#include <linux/types.h>

/* struct ipfilter_packed.flags */
enum {
	IPFILTER_PACKED_IP4 = 1 << 0, /* for IPv4 packets; at least one of the two is set */
	IPFILTER_PACKED_IP6 = 1 << 1,
	IPFILTER_PACKED_UPLINK = 1 << 2,
	IPFILTER_PACKED_DENY = 1 << 3,
	IPFILTER_PACKED_PROTOCOL = 1 << 4, /* protocol holds */
	IPFILTER_PACKED_PORTS = 1 << 5,	   /* packets with ports only */
	IPFILTER_PACKED_SPI = 1 << 6,
	IPFILTER_PACKED_FLOW_LABEL = 1 << 7,
	IPFILTER_PACKED_FILTER_ID = 1 << 8,
	IPFILTER_PACKED_SRC_ASSIGNED = 1 << 9, /* one of the UE's addresses; src is 0 */
	IPFILTER_PACKED_DST_ASSIGNED = 1 << 10,
	IPFILTER_PACKED_SRC_NOT = 1 << 11, /* inverted */
	IPFILTER_PACKED_DST_NOT = 1 << 12,
};

/* Entries that one filter can become: IPFILTER_MAX_PORTS squared */
#define IPFILTER_MAX_PACKED 64

/**
 * struct ipfilter_packed - one entry; equal filters are equal in memory
 * @src, @dst: of the packets of this direction, as they are in the packet
 * @src_bits, @dst_bits: of the prefix; 0 matches all of the versions in @flags
 * @src_port_low: to @src_port_high, both included; 0 to 65535 where no port is asked for
 * @tos: compared where @tos_mask has ones
 * @filter_id: of the SDF filter, for people
 */
struct ipfilter_packed {
	__u8 src[16], dst[16];
	__u16 src_port_low, src_port_high;
	__u16 dst_port_low, dst_port_high;
	__u8 src_bits, dst_bits;
	__u8 protocol;
	__u8 tos, tos_mask;
	__u8 zero;
	__u16 flags;
	__u32 spi;
	__u32 flow_label;
	__u32 filter_id;
};

_Static_assert(sizeof(struct ipfilter_packed) == 60, "no padding, and at most 64 octets");

#endif
