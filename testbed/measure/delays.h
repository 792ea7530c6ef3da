/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-way delays around switches (RFC 7679), and their variation from one packet to the next (IPDV,
 * RFC 3393 cl. 4.5: the difference of the delays of two consecutive packets that both arrived; its
 * absolute value is counted). All namespaces share one clock, so one-way figures are exact.
 *
 * A packet belongs to the phase in which it was sent: before T0 - 10 ms; from there until 10 ms
 * after the route was switched; after that, until the end of the window.
 */
#ifndef BATON_MEASURE_DELAYS_H
#define BATON_MEASURE_DELAYS_H

#include "testbed/measure/hdr.h"
#include "testbed/measure/result.h"

enum delay_phase { DELAY_BEFORE, DELAY_DURING, DELAY_AFTER, DELAY_PHASES };

/* Of one mode and direction, in nanoseconds. */
struct delays {
	struct hdr phase[DELAY_PHASES];
	struct hdr variation;
};

extern const char *const delay_phase_name[DELAY_PHASES];

/** delays_add - the packets of @event's window, which is completed and undisturbed, to @ret[0]
 * (uplink) and @ret[1] (downlink) */
void delays_add(const struct compute *c, const struct switch_event *event, struct delays ret[2]);

#endif
