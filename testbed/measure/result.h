/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run says: figures of each switch, and of all switches of one mode. Definitions are in
 * docs/guide.md, "What is measured".
 *
 * A direction's window is [T0 - 100 ms, end of hold]. Uplink: the UE's sequence over the union of
 * all reflectors. Downlink: each reflector's sequence at the UE; silences and runs of losses over
 * the union, in order of sending.
 */
#ifndef BATON_MEASURE_RESULT_H
#define BATON_MEASURE_RESULT_H

#include <stdbool.h>

#include "testbed/measure/app.h"
#include "testbed/measure/app_trace.h"
#include "testbed/measure/bytes.h"
#include "testbed/measure/hdr.h"
#include "testbed/measure/samples.h"
#include "testbed/measure/tcp_flow.h"

enum {
	WINDOW_LEAD_NS = 100000000,
	LOST_AFTER_NS = 1000000000, /* what takes longer is lost, RFC 7680 cl. 2.6 */
	MODES_MAX = 7,
	P99_MIN_SAMPLES = 100
};

/* One direction of one switch. Times in microseconds; NAN: there is none. */
struct direction_result {
	double latency_us; /* T0 to the first user packet in the new session: on N3 by TEID (up), at
			      the UE (down) */
	double largest_gap_us; /* longest silence at the receiver that touches the window, less the
				  nominal interval */
	double loss_gap_us;    /* longest run of consecutive lost packets, times the interval */
	double first_lost_us;  /* sending of the first lost to arrival of the first of those sent
				  after it; 0: none lost */
	bool counted; /* false: it is not known what was received; nor are the two above, nor, in
			 uplink, the gap */
	uint64_t lost, duplicated, reordered;
};

struct switch_event {
	size_t mode;	   /* index into the report's modes */
	size_t ue;	   /* index into the report's runs */
	uint64_t asked_ns; /* the first request of its storm was sent; 0: it is of none */
	char migration[24], state[16], cause[64];
	bool ok; /* completed */
	uint64_t t0_ns, switched_ns, hold_ns;
	uint64_t created_ns, ended_ns; /* of the migration: accepted, and in its last state */
	double setup_us;	       /* PDU session set-up; NAN: none was set up */
	struct in_addr destination_address;
	bool same_address; /* the session stayed: another tunnel of it is what is new */
	struct in_addr uplink_upf; /* with uplink_teid the F-TEID of the new session */
	uint32_t uplink_teid;	   /* 0: not known */
	struct in_addr uplink_gnb; /* a handover's target, on N3; 0.0.0.0: any gNB */
	double sender_gap_us; /* the sender's own largest gap in the window, less the interval */
	char note[120];	      /* what disturbed it, so that figures are missing; "": nothing */
	struct direction_result up, down;
	struct tcp_result tcp; /* where a TCP flow ran beside the probes */
	struct app_result app; /* where an application was migrated */
	char from[64], to[64]; /* edges that it was between; "": not known */
	json_t *bytes; /* between them; owned; NULL: not counted */
	bool given_up; /* not ok, because no pair of pictures was alike within the timeout */
	struct input_samples inputs; /* of the player, around the switch; owned */
};

/* Nearest-rank percentiles; p99 is NAN below 100 samples, all of them when there is none. */
struct summary {
	double p50, p99, max;
	size_t count;
};

/* A run made ready for questions. */
struct compute;

/** compute_new - @run: borrowed until compute_free; Return: 0 or -ENOMEM */
int compute_new(const struct probe_run *run, struct compute **ret_compute);
void compute_free(struct compute *c);

/** compute_switch - fill in up, down, sender_gap_us and note of @event, which says the rest */
void compute_switch(const struct compute *c, struct switch_event *event);
/** compute_noise - largest gaps of windows without a switch: one value for each of @count windows
 * of @length_ns from @start_ns */
void compute_noise(const struct compute *c, uint64_t start_ns, uint64_t length_ns, size_t count,
		   double *ret_up, double *ret_down);
/** compute_each_packet - those sent in [@from_ns, @to_ns], by time of sending; @arrived_ns: of the
 * first copy, 0: lost */
void compute_each_packet(const struct compute *c, bool uplink, uint64_t from_ns, uint64_t to_ns,
			 void (*each)(uint64_t sent_ns, uint64_t arrived_ns, void *user),
			 void *user);
/* What was lost outside of all windows: by the release at the end of a hold, by switches that
 * didn't complete, or by nothing that has to do with switches. */
struct outside {
	uint64_t sent, lost_up, lost_down;
};
/** compute_outside - from @from_ns on; @event: @count switches in order of time; times of which it
 * is not known what was received are left out */
struct outside compute_outside(const struct compute *c, const struct switch_event *event,
			       size_t count, uint64_t from_ns);
/** hdr_summary - of values in nanoseconds, in microseconds */
struct summary hdr_summary(const struct hdr *h);
/** compute_summary - of the @count values that are not NAN; sorts @values */
struct summary compute_summary(double *values, size_t count);

/** event_window - what is looked at for @event, both ends included */
void event_window(const struct switch_event *event, uint64_t *ret_from_ns, uint64_t *ret_to_ns);

#endif
