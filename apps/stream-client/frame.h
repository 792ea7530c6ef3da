/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A decoded frame as it goes from a streaming client thread to the selector: the picture, where it
 * comes from and when. Whoever holds one only reads it; it is never changed after it was put.
 */
#ifndef BATON_APPS_STREAM_CLIENT_FRAME_H
#define BATON_APPS_STREAM_CLIENT_FRAME_H

#include "apps/picture/stamp.h"

struct frame {
	struct picture *picture;
	struct frame_stamp stamp;
	uint64_t decoded_ns; /* CLOCK_REALTIME */
	uint64_t generation; /* of its buffer: 1 for the first frame put, then counting up */
	bool verified;	     /* the code in the picture says what the packets said */
};

#endif
