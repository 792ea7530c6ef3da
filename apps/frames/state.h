/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame-analysing service (003): each request brings a picture, of which a running background
 * model learns and in which what moves is found. The answer's body says what that was; its chain
 * proves the model, too. Beside the model it has a ledger's memory, its record of earlier frames,
 * with read and write a request as there. Pure.
 *
 *   request's body  width u16, height u16, format u8 (1 grey, 2 I420), 0 u8, 0 u16, samples (of
 * I420 the luma is looked at) answer's body   blobs u16, moving samples u32, then of the 16 largest
 * blobs: x, y, width, height u16 each
 *
 * Background: each sample's running mean in 1/256, a 1/16 of the difference nearer each frame; what
 * differs by more than FRAMES_THRESHOLD moves; what touches by side or corner, and has at least
 * FRAMES_BLOB_MIN samples, is one blob. A picture of another size than the one before begins the
 * model anew.
 */
#ifndef BATON_APPS_FRAMES_STATE_H
#define BATON_APPS_FRAMES_STATE_H

#include "apps/ledger/state.h"

enum {
	FRAMES_SAMPLES_MAX = 640 * 480,
	FRAMES_THRESHOLD = 24,
	FRAMES_BLOB_MIN = 8,
	FRAMES_BLOBS_TOLD = 16,
	FRAMES_HEADER_LEN = 8
};

struct frame {
	unsigned width, height;
	const uint8_t *samples; /* luma, borrowed */
};

struct frame_blob {
	uint16_t x, y, width, height;
	uint32_t samples;
};

/** frames_ops - settings: struct ledger_settings */
extern const struct service_ops frames_ops;

/** frame_read - Return: 0 or -EBADMSG */
int frame_read(const uint8_t *body, size_t length, struct frame *ret);
/** frame_blobs - of @moving (1 or 0 a sample; written over); Return: how many there are; the
 * largest are in @ret, ordered */
unsigned frame_blobs(uint8_t *moving, unsigned width, unsigned height,
		     struct frame_blob ret[FRAMES_BLOBS_TOLD]);

#endif
