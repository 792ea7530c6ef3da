/* SPDX-License-Identifier: Apache-2.0 */
/* What the stream-client records, row by row: stamps are CLOCK_REALTIME, 0 where it hasn't
 * happened. */
#ifndef BATON_APPS_STREAM_CLIENT_ROWS_H
#define BATON_APPS_STREAM_CLIENT_ROWS_H

#include "apps/picture/stamp.h"

enum { NOT_SLIDING = -1 };

/* One turn of the selector in which a picture was shown */
struct display_row {
	uint64_t display_ns;
	uint32_t stream;
	struct frame_stamp stamp; /* of a blended picture: the source's while alpha = 0, then the
				     destination's, as in the picture's own code */
	int32_t alpha_n;	  /* n of eq. 5, or NOT_SLIDING */
	bool again;		  /* this render sequence was shown before */
};

/* A pair that the gate looked at */
struct pair_row {
	uint64_t ns;
	double ssim;
	uint32_t tick_s, tick_d; /* world ticks of source and destination */
};

struct input_row {
	uint32_t seq;
	uint8_t input; /* docs/csm.md, INPUT */
	uint32_t sends;
	uint64_t made_ns, sent_ns, acked_ns, shown_ns; /* sent: first; shown: the first picture
							  whose stamp has it */
};

/* A frame as it came and was decoded */
struct arrival_row {
	struct frame_stamp stamp;
	uint64_t first_ns, last_ns, decoded_ns; /* kernel's stamps of its first and last packet */
	uint32_t bytes, packets;
	bool key;
};

#endif
