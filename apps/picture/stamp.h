/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a frame comes from (docs/csm.md, "The frame stamp"): 14 octets that go with each of its RTP
 * packets, and the same as a code in the picture's first lines, which outlives coding.
 *
 * The code: blocks of 8x8 luma samples, as many a row as fit, most significant bit first, 1 is luma
 * 200 and 0 is luma 48, chroma 128; the 14 octets, then CRC-16/CCITT-FALSE over them. The strip
 * that holds it is a whole number of macroblock rows, so that nothing else is coded with it.
 */
#ifndef BATON_APPS_PICTURE_STAMP_H
#define BATON_APPS_PICTURE_STAMP_H

#include <stdbool.h>

#include "apps/picture/picture.h"

enum {
	FRAME_STAMP_LEN = 14,
	FRAME_STAMP_WIDTH_MIN = 320, /* of a picture that a code fits in */
};

struct frame_stamp {
	uint16_t edge;	/* number of the edge, from 1 */
	uint32_t seq;	/* render sequence, from 1 */
	uint32_t tick;	/* of the world that is shown */
	uint32_t input; /* last input of the account that this world has applied; 0 none */
};

void frame_stamp_encode(const struct frame_stamp *stamp, uint8_t ret_octets[FRAME_STAMP_LEN]);
void frame_stamp_decode(const uint8_t octets[FRAME_STAMP_LEN], struct frame_stamp *ret_stamp);
bool frame_stamp_equal(const struct frame_stamp *a, const struct frame_stamp *b);

/** frame_stamp_strip - luma lines that the code takes in a picture so wide (640: 16), always a
 * multiple of 16; 0 when it is narrower than FRAME_STAMP_WIDTH_MIN */
unsigned frame_stamp_strip(unsigned width);

/** frame_stamp_draw - over the whole strip; Return: 0, -EINVAL: no room for it */
int frame_stamp_draw(struct picture *picture, const struct frame_stamp *stamp);
/** frame_stamp_read - Return: 0, -EINVAL: no room for a code; -EBADMSG: there is none, or its CRC
 * is wrong */
int frame_stamp_read(const struct picture *picture, struct frame_stamp *ret_stamp);

/** frame_stamp_crc - CRC-16/CCITT-FALSE: polynomial 1021, first FFFF, most significant bit first,
 * nothing inverted */
uint16_t frame_stamp_crc(const uint8_t *octets, size_t len);

#endif
