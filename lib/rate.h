/* SPDX-License-Identifier: Apache-2.0 */
/* A rate in bytes a second, kept over any time longer than RATE_BURST_NS. Pure: who asks waits. */
#ifndef BATON_LIB_RATE_H
#define BATON_LIB_RATE_H

#include <stdint.h>

enum {
	RATE_BURST_NS =
		20 * 1000 * 1000 /* what may come at once after a pause, in time at the rate */
};

struct rate {
	uint64_t bytes_per_s; /* 0: no limit */
	uint64_t paid_ns;     /* until then the bytes so far are paid; 0: none yet */
};

/** rate_take - @bytes have been taken at @now_ns; Return: how long to wait before the next, in ns
 */
uint64_t rate_take(struct rate *r, uint64_t bytes, uint64_t now_ns);

#endif
