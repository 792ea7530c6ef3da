/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probes of one UE: a STAMP sender's socket in its network namespace, unconnected, so that each
 * packet takes the route of its moment, and what was sent and received on it. One thread sends,
 * another receives; each touches its own half.
 */
#ifndef BATON_MEASURE_PROBE_STREAM_H
#define BATON_MEASURE_PROBE_STREAM_H

#include <stdbool.h>

#include "testbed/measure/samples.h"

/* When the kernel gave a probe to the session's interface. */
struct departure {
	uint64_t ns;
	uint32_t seq;
};

struct probe_stream {
	int fd;
	uint16_t ssid;
	struct sockaddr_in to;

	/* the sender's half */
	uint64_t *sent_ns;
	size_t sent_count, sent_room;
	uint64_t late_max_ns, missed;

	/* the receiver's */
	struct probe_reply *reply;
	size_t reply_count, reply_room;
	uint32_t dropped; /* replies, by the socket */
	bool departures;  /* the kernel tells them */
	struct departure *departure;
	size_t departure_count, departure_room;
};

/**
 * probe_stream_open - @s: zero-initialised; probe_stream_done in every case
 * @departures: have the kernel stamp what leaves; without it the program does, before it sends
 *
 * Return: 0 or a negative errno
 */
int probe_stream_open(struct probe_stream *s, int netns_fd, struct in_addr service, uint16_t ssid,
		      bool departures);
/** probe_stream_send - the next probe, stamped with @now_ns; Return: 0, or -ENOSPC */
int probe_stream_send(struct probe_stream *s, uint64_t now_ns);
/** probe_stream_receive - some of what waits in the socket; Return: negative: -ENOSPC */
int probe_stream_receive(struct probe_stream *s);
/** probe_stream_finish - hand what was seen over to @run (sent_*, reply*, sender_*) */
void probe_stream_finish(struct probe_stream *s, struct probe_run *run);
void probe_stream_done(struct probe_stream *s);

#endif
