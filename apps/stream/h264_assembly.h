/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second half of the depacketiser: payloads, in order and with their losses, into access units.
 * Internal to apps/stream.
 */
#ifndef BATON_APPS_STREAM_H264_ASSEMBLY_H
#define BATON_APPS_STREAM_H264_ASSEMBLY_H

#include "apps/stream/h264_rtp.h"

struct h264_assembly {
	h264_unit_fn unit;
	void *user;
	struct h264_unpacker_counters *counters;
	uint8_t *au; /* H264_AU_MAX octets */
	size_t len;
	struct h264_unit now; /* what is being put together */
	bool open;	      /* there is such */
	bool broken;	      /* something of it is missing or bad: it will be dropped */
	bool fragment;	      /* a NAL unit in FU-A has begun */
	bool lost;	      /* something before the next packet is missing */
	bool after_loss;      /* and since the last access unit that was given */
	uint8_t stamp[FRAME_STAMP_LEN];
};

int h264_assembly_init(struct h264_assembly *a, h264_unit_fn unit, void *user,
		       struct h264_unpacker_counters *counters);
void h264_assembly_done(struct h264_assembly *a);
/** h264_assembly_put - the next packet: marker, timestamp, ext and payload are used */
void h264_assembly_put(struct h264_assembly *a, const struct rtp_packet *packet,
		       uint64_t received_ns);
/** h264_assembly_lost - a packet is missing here */
void h264_assembly_lost(struct h264_assembly *a);

#endif
