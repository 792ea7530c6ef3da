/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One direction of a link, measured by frames of its own: from a packet socket at one end's egress,
 * where shapes stand, to one at the other end, before anything else there sees them. They have the
 * local experimental ethertype 0x88b6 and a destination that no bridge passes on
 * (01-80-c2-00-00-0f, IEEE 802.1Q cl. 8.6.3), so nobody else takes notice, and a link needs no
 * addresses.
 */
#ifndef BATON_TESTBED_CHECK_PROBE_H
#define BATON_TESTBED_CHECK_PROBE_H

#include <stddef.h>
#include <stdint.h>

struct check_end {
	int netns_fd;
	const char *interface;
};

struct check_flow {
	struct check_end from, to;
	unsigned count; /* frames */
	unsigned size;	/* of each, header included: 64 to 1514 */
	unsigned burst; /* so many of them at once, before the others: fills what lets one pass */
	uint64_t interval_ns; /* between them; 0: as fast as they go */
	uint64_t longest_ns;  /* how long after the last one is waited for stragglers */
};

/* Delays in microseconds, sorted; of the first copy of each frame that came unharmed. */
struct check_seen {
	double *delay_us;
	unsigned sent, arrived, lost, duplicated, reordered, corrupted;
	double sent_bps; /* of frames after the burst: what the sender managed */
	double rate_bps; /* of frames, over the second half of the arrivals after the burst; 0: too
			    few of them */
};

/** check_probe - send and count; free ret_seen->delay_us; Return: 0 or a negative errno */
int check_probe(const struct check_flow *flow, struct check_seen *ret_seen);

#endif
