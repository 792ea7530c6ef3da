/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of H.264 itself (ITU-T H.264 cl. 7) is looked at outside of a codec: the header of a NAL
 * unit, the units of an access unit, and the sequence parameter set, so that nothing reaches a
 * decoder that is not what was agreed.
 */
#ifndef BATON_APPS_STREAM_H264_NAL_H
#define BATON_APPS_STREAM_H264_NAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* First octet: forbidden bit, nal_ref_idc, nal_unit_type (table 7-1; STAP-A and FU-A: RFC 6184
 * table 1) */
enum {
	H264_FORBIDDEN = 0x80,
	H264_NRI_MASK = 0x60,
	H264_TYPE_MASK = 0x1f,
	H264_SLICE = 1,
	H264_IDR = 5,
	H264_SEI = 6,
	H264_SPS = 7,
	H264_PPS = 8,
	H264_DELIMITER = 9,
	H264_STAP_A = 24,
	H264_FU_A = 28,
	H264_FU_START = 0x80,
	H264_FU_END = 0x40,
	H264_FU_RESERVED = 0x20,
	H264_START_LEN = 4, /* 00 00 00 01 */
};

struct h264_sps {
	uint8_t profile, constraints, level;
	unsigned width, height; /* in macroblocks times 16, before cropping */
	unsigned references;	/* max_num_ref_frames */
};

/** h264_sps_parse - @nal: with its header octet; Return: 0; -EBADMSG malformed; -ENOTSUP: a profile
 * other than Baseline, Main and High, chroma other than 4:2:0, samples of more than 8 bits, fields,
 * or out of the limits of level 5.2 */
int h264_sps_parse(const uint8_t *nal, size_t len, struct h264_sps *ret_sps);

/** h264_nal_next - the next NAL unit of an access unit in Annex B form, from *@at on; false: none
 * is left
 * @at: 0 at first */
bool h264_nal_next(const uint8_t *au, size_t len, size_t *at, const uint8_t **ret_nal,
		   size_t *ret_len);

#endif
