/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Super-packets: what segmentation offload (TCP over IPv4 and IPv6, UDP_SEGMENT) has not cut yet,
 * also inside GTP-U over UDP. Their virtio_net_hdr says how long a piece is; everything else is in
 * their headers.
 *
 * The kernel's own segmentation must not get hold of those in GTP-U: it doesn't know that the GTP
 * header has a length too (dataplane/ebpf_wire.c).
 *
 * Spec: virtio 1.2 cl. 5.1.6; TS 29.281 cl. 5.1
 */
#ifndef BATON_LINK_SHAPER_SEGMENT_H
#define BATON_LINK_SHAPER_SEGMENT_H

#include "link-shaper/packet.h"

enum { SEGMENT_IP_MAX = 2, SEGMENT_HEADERS_MAX = 512 };

/* Where the headers of a super-packet are; offsets from its first octet */
struct segment_plan {
	bool gtp; /* two IP headers and a GTP-U header between them */
	unsigned ip_count;
	uint16_t ip[SEGMENT_IP_MAX]; /* the outermost first */
	bool ip6[SEGMENT_IP_MAX];
	uint16_t udp, gtp_at; /* of the tunnel */
	uint16_t transport;   /* TCP or UDP that is cut */
	bool tcp;
	uint16_t headers; /* octets before the payload */
	uint16_t size;	  /* payload of a piece */
	uint32_t pieces;
};

/** segment_is_super - it is longer than the wire takes at once */
bool segment_is_super(const struct packet *packet);

/**
 * segment_plan - how @packet falls into pieces
 *
 * Return: 0, or -EPROTONOSUPPORT when it is none, or of no known form: then it can only go whole
 */
int segment_plan(const struct packet *packet, struct segment_plan *ret_plan);

/** segment_wire_bytes - octets on the wire, all pieces with their headers */
uint64_t segment_wire_bytes(const struct packet *packet, const struct segment_plan *plan);

/**
 * segment_cut - piece number @index of @packet, from 0
 * @ret_piece: a new packet of the pool, of the same owner, its checksum still to be completed
 *
 * Return: 0, or -ENOBUFS when the pool is empty
 */
int segment_cut(struct packet_pool *pool, const struct packet *packet,
		const struct segment_plan *plan, uint32_t index, struct packet **ret_piece);

#endif
