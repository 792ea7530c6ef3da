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

int tap_new(struct tap **ret_tap);
/** tap_add - watch what leaves on @device in a namespace; before tap_start */
int tap_add(struct tap *t, int netns_fd, const char *device);
int tap_start(struct tap *t);
/** tap_finish - end, and hand what was seen over to @run, in order of time */
void tap_finish(struct tap *t, struct probe_run *run);

/** tap_parse - is this IPv4 packet a G-PDU with a STAMP test packet in it? Return: its TEID and
 * sequence number, and true */
bool tap_parse(const uint8_t *packet, size_t len, uint32_t *ret_teid, uint32_t *ret_seq);

#endif
