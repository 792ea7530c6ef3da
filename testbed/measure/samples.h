/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is observed in a run, raw. All times are CLOCK_REALTIME nanoseconds; receive times are the
 * kernel's. All namespaces share that clock, so times of different nodes may be subtracted.
 *
 * What the reflectors saw is fetched from them piece by piece (collect.h). A reflector whose agent
 * is restarted counts from 0 again, so what was fetched is kept in segments, each of consecutive
 * samples of one reflector session; and what could not be fetched is kept too, as a hole: a time of
 * which it is not known what an edge received.
 */
#ifndef BATON_MEASURE_SAMPLES_H
#define BATON_MEASURE_SAMPLES_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/stamp/sample.h"
#include "testbed/measure/hdr.h"

enum {
	EDGES_MAX = 8,
	SEGMENTS_MAX = 64,
	HOLES_MAX = 64,
	SAMPLES_MAX = 1 << 23 /* of each kind: 14 minutes at 100 us, two hours at 1 ms */
};

/* A reply that reached the UE. */
struct probe_reply {
	uint32_t sender_seq, reflector_seq;
	uint64_t received_ns;
	uint64_t reflected_ns; /* the reflector sent it: with both numbers it tells which one */
	struct in_addr local;  /* the UE's address that it came to: it tells the session */
};

/* A probe that left a gNB on N3. */
struct tap_packet {
	uint64_t ns;
	struct in_addr upf; /* where to; with the TEID it tells the session */
	uint32_t teid, seq;
	struct in_addr gnb; /* from where */
};

/* Consecutive samples of one reflector session. */
struct segment {
	size_t edge;
	uint64_t began_ns; /* of the session */
	uint64_t first;	   /* number of sample[0] */
	struct stamp_sample *sample;
	size_t count, room;
};

enum hole_why {
	HOLE_RESTARTED,	 /* the edge agent was */
	HOLE_FORGOTTEN,	 /* the reflector dropped the session for other ones */
	HOLE_OVERRUN,	 /* its ring ran over before it was asked */
	HOLE_UNREACHABLE /* it did not answer any more */
};

/* From when to when it is not known what an edge received. */
struct hole {
	size_t edge;
	uint64_t from_ns, to_ns;
	enum hole_why why;
};

/* Of one UE */
struct probe_run {
	char ue[64]; /* its node */
	uint64_t interval_ns;
	uint64_t began_ns;
	uint64_t *sent_ns; /* by sequence number, from 0 */
	size_t sent_count;
	struct probe_reply *reply; /* by time of arrival */
	size_t reply_count;
	struct tap_packet *tap; /* of all gNBs, by time */
	size_t tap_count;
	size_t edge_count;
	char edge_name[EDGES_MAX][64];
	uint64_t known_ns[EDGES_MAX]; /* until when all that the edge received is here; 0: began_ns
				       */
	struct segment segment[SEGMENTS_MAX];
	size_t segment_count, sample_count; /* of all segments */
	struct hole hole[HOLES_MAX];
	size_t hole_count;
	uint64_t sender_late_max_ns;	       /* how far behind its deadline a probe was sent */
	struct hdr *sender_late;	       /* that of each, in nanoseconds; NULL: not known */
	uint64_t sender_missed;		       /* by an interval or more */
	uint64_t stamped_by_kernel;	       /* of sent_ns; the others are the program's */
	uint64_t replies_dropped, tap_dropped; /* by our own sockets, for want of room */
};

void probe_run_done(struct probe_run *run);

#endif
