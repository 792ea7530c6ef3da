/* SPDX-License-Identifier: Apache-2.0 */
/* What the bench's BPF programs and bench_dataplane.c share */
#ifndef BATON_BENCH_DATAPLANE_GENERATOR_H
#define BATON_BENCH_DATAPLANE_GENERATOR_H

#include <linux/types.h>

enum {
	GENERATOR_SIZE = 128,	     /* of a frame */
	GENERATOR_TEID = 14 + 28 + 4, /* offsets in a G-PDU without options */
	GENERATOR_UE = 14 + 36 + 12,
};

struct generator_frame {
	__u64 words[GENERATOR_SIZE / 8];
};

struct generator_config {
	__u32 sessions; /* over 1: TEID and inner source of one of them, at random */
	__u32 teid, ue; /* the first one's, host order */
	__u32 send; /* out of the device it runs on, not taken as received */
};

#endif
