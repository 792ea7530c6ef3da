/* SPDX-License-Identifier: Apache-2.0 */
/*
 * H.264 in RTP, RFC 6184, packetization-mode 1: single NAL unit packets, STAP-A and FU-A. No I/O.
 *
 * The depacketiser gives an access unit as soon as it is whole: with the packet that has the
 * marker, when all before it are there, or with the first packet of the next timestamp. It never
 * waits for a next frame, which is what costs other receivers a frame interval. A packet that is
 * missing is waited for only while later ones are fewer than the window, or until
 * h264_unpacker_expire is called; then its access unit is lost.
 */
#ifndef BATON_APPS_STREAM_H264_RTP_H
#define BATON_APPS_STREAM_H264_RTP_H

#include "apps/picture/stamp.h"
#include "apps/stream/rtp.h"

enum {
	H264_PACKETS_MAX = 512,	  /* of one access unit */
	H264_AU_MAX = 512 * 1024, /* octets of one access unit, Annex B */
	H264_WINDOW_MAX = 128,	  /* packets that are kept while one before them is missing */
	H264_NAL_FIT = RTP_PACKET_MAX - RTP_HEADER_LEN -
		       20, /* a NAL unit that fits a packet with the stamp */
};

/* ---- sending ---- */

/* Packets of one access unit; reused from frame to frame */
struct h264_packer {
	uint32_t ssrc;
	uint16_t seq; /* of the next packet; starts at random, RFC 3550 cl. 5.1 */
	uint32_t timestamp;
	uint8_t stamp[FRAME_STAMP_LEN];
	unsigned count;
	bool stap, fragment; /* what the last packet is; neither: a single NAL unit */
	bool full;	     /* something didn't fit: the access unit is not to be sent */
	uint16_t len[H264_PACKETS_MAX];
	uint8_t (*data)[RTP_PACKET_MAX]; /* H264_PACKETS_MAX */
};

/** h264_packer_init - Return: 0, -ENOMEM */
int h264_packer_init(struct h264_packer *packer, uint32_t ssrc, uint16_t seq);
void h264_packer_done(struct h264_packer *packer);
/** h264_packer_begin - an access unit with this RTP timestamp */
void h264_packer_begin(struct h264_packer *packer, uint32_t timestamp,
		       const struct frame_stamp *stamp);
/** h264_packer_nal - the next NAL unit, without start code; Return: 0, -EINVAL empty; -EMSGSIZE too
 * much for H264_PACKETS_MAX */
int h264_packer_nal(struct h264_packer *packer, const uint8_t *nal, size_t len);
/** h264_packer_end - sets the marker; Return: 0, -EMSGSIZE as above, -ENODATA no NAL unit; after an
 * error there are no packets, and the next access unit takes their numbers */
int h264_packer_end(struct h264_packer *packer);

/* ---- receiving ---- */

struct h264_unit {
	const uint8_t *au; /* Annex B; borrowed until the next call */
	size_t len;
	uint32_t timestamp;
	bool key;	/* has an IDR slice */
	bool has_stamp; /* in each of its packets, and everywhere the same */
	struct frame_stamp stamp;
	bool after_loss; /* something between the access unit before and this one was lost */
	unsigned packets;
	uint64_t first_ns, last_ns; /* reception of its first and last packet */
};

struct h264_unpacker_counters {
	uint64_t packets, units;
	uint64_t lost;	    /* packets that never came, or came too late */
	uint64_t late;	    /* came after they were given up, or were there already */
	uint64_t reordered; /* came late, but in time */
	uint64_t broken;    /* access units that were dropped: something missing */
	uint64_t malformed; /* payloads that are not RFC 6184 */
	uint64_t oversize;  /* access units over H264_AU_MAX */
	uint64_t resets;    /* another SSRC, or a jump in the numbers: begun anew */
};

typedef void (*h264_unit_fn)(void *user, const struct h264_unit *unit);

struct h264_unpacker;

/** h264_unpacker_new - @window: 1 to H264_WINDOW_MAX packets; Return: 0, -EINVAL, -ENOMEM */
int h264_unpacker_new(unsigned window, h264_unit_fn unit, void *user,
		      struct h264_unpacker **ret_unpacker);
void h264_unpacker_free(struct h264_unpacker *unpacker);
/** h264_unpacker_push - a packet as rtp_parse gave it; @received_ns: any clock */
void h264_unpacker_push(struct h264_unpacker *unpacker, const struct rtp_packet *packet,
			uint64_t received_ns);
/** h264_unpacker_waiting - since when (clock of push) it waits for a missing packet; 0: it doesn't
 */
uint64_t h264_unpacker_waiting(const struct h264_unpacker *unpacker);
/** h264_unpacker_expire - wait no longer for what is missing first; there may be a later gap,
 * waited for since later */
void h264_unpacker_expire(struct h264_unpacker *unpacker);
/** h264_unpacker_highest - extended highest sequence number received, RFC 3550 A.1 */
uint32_t h264_unpacker_highest(const struct h264_unpacker *unpacker);
const struct h264_unpacker_counters *h264_unpacker_counters(const struct h264_unpacker *unpacker);

#endif
