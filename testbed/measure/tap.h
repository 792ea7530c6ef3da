/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tap on N3 at each gNB: when did a probe leave in which tunnel. Packet sockets in the gNBs'
 * network namespaces, one thread for all.
 */
#ifndef BATON_MEASURE_TAP_H
#define BATON_MEASURE_TAP_H

#include <stdbool.h>

#include "testbed/measure/samples.h"

struct tap;

/** tap_new - @ssid: of the probes that count */
int tap_new(uint16_t ssid, struct tap **ret_tap);
/** tap_add - watch what leaves on @device in a namespace; before tap_start */
int tap_add(struct tap *t, int netns_fd, const char *device);
int tap_start(struct tap *t);
/** tap_finish - end, and hand what was seen over to @run (tap, tap_dropped), in order of time */
void tap_finish(struct tap *t, struct probe_run *run);

/**
 * tap_parse - is this IPv4 packet, possibly cut, a G-PDU with a STAMP test packet in it?
 * @ret: its time is left as it is
 */
bool tap_parse(const uint8_t *packet, size_t len, struct tap_packet *ret, uint16_t *ret_ssid);

#endif
