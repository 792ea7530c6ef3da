/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe streams of one UE or of many: STAMP senders on absolute deadlines, spread evenly over
 * the interval. Two threads of real-time priority: one sends, one receives.
 */
#ifndef BATON_MEASURE_PROBE_H
#define BATON_MEASURE_PROBE_H

#include "testbed/measure/samples.h"

struct probe;

struct probe_config {
	size_t count;		/* streams, at least one */
	const int *netns_fd;	/* the UEs', borrowed for the call */
	struct in_addr service; /* STAMP_PORT */
	uint64_t interval_ns;	/* of each stream */
	uint16_t ssid;		/* of the first stream; the others count up */
};

/** probe_start - Return: 0 or a negative errno */
int probe_start(const struct probe_config *config, struct probe **ret_probe);
/** probe_stop_sending - no more probes; answers are still taken */
void probe_stop_sending(struct probe *p);
/** probe_trouble - why going on makes no sense, for people: no room for more samples, the clock was
 * set; NULL: it does */
const char *probe_trouble(const struct probe *p);
/**
 * probe_finish - end, and hand what was seen over
 * @runs: one a stream (sent_*, reply*, interval_ns, sender_*); sender_late is of all streams and in
 * the first alone
 *
 * Return: by how much CLOCK_REALTIME was stepped meanwhile, 0: it wasn't
 */
int64_t probe_finish(struct probe *p, struct probe_run *runs);

/** netns_socket - socket(2) in another network namespace; Return: descriptor or negative errno */
int netns_socket(int netns_fd, int domain, int type, int protocol);

#endif
