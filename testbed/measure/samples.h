/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is observed in a run, raw. All times are CLOCK_REALTIME nanoseconds; receive times are the
 * kernel's. All namespaces share that clock, so times of different nodes may be subtracted.
 */
#ifndef BATON_MEASURE_SAMPLES_H
#define BATON_MEASURE_SAMPLES_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/stamp/sample.h"

enum { EDGES_MAX = 8, SAMPLES_MAX = 1 << 24 /* of each kind: 28 minutes at 100 us */ };

/* A reply that reached the UE. */
struct probe_reply {
	uint32_t sender_seq, reflector_seq;
	uint64_t received_ns;
	struct in_addr local; /* the UE's address that it came to: it tells the session */
};

/* A probe that left a gNB on N3. */
struct tap_packet {
	uint64_t ns;
	uint32_t teid, seq;
};

struct probe_run {
	uint64_t interval_ns;
	uint64_t *sent_ns; /* by sequence number, from 0 */
	size_t sent_count;
	struct probe_reply *reply; /* in order of arrival */
	size_t reply_count;
	struct tap_packet *tap; /* of all gNBs, by time */
	size_t tap_count;
	size_t edge_count;
	char edge_name[EDGES_MAX][64];
	struct stamp_sample *
		reflected[EDGES_MAX]; /* by the reflector's sequence number, from first_reflected */
	size_t reflected_count[EDGES_MAX];
	uint64_t first_reflected[EDGES_MAX]; /* not 0: the reflector's ring ran over, earlier ones
						are lost to us */
	uint64_t sender_late_max_ns;	     /* how far behind its deadline a probe was sent */
};

void probe_run_done(struct probe_run *run);

#endif
