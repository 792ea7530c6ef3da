/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP flow beside the probes: what a connection that doesn't know of the switch lives through.
 * A sender in the UE's network namespace writes at a constant rate to the service address, from a
 * socket without a source of its own; sinks at that address in the namespace of each edge read.
 * When the connection ends (the UE agent destroys the sockets of a session that is released), the
 * sender connects again at once, as an application would that waits for nothing.
 *
 * Two threads: one writes, one reads, stamps and samples. Times are CLOCK_REALTIME nanoseconds.
 */
#ifndef BATON_MEASURE_TCP_FLOW_H
#define BATON_MEASURE_TCP_FLOW_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TCP_FLOW_EDGES_MAX = 8,
	TCP_FLOW_SAMPLE_NS = 10000000, /* between samples */
	TCP_FLOW_SILENCE_NS = 1000000  /* shorter ones are not kept */
};

/* One connection of the sender. */
struct tcp_connection {
	uint64_t asked_ns;     /* the first attempt */
	uint64_t connected_ns; /* 0: never */
	uint64_t ended_ns;     /* 0: it lived to the end */
	int error;	       /* errno of its end; 0: ended by us */
	uint32_t attempts;
	struct in_addr local;
};

/* All octets that the sinks have read and all segments that the sender has sent again, so far. */
struct tcp_sample {
	uint64_t ns, received_bytes;
	uint32_t retransmissions, rtt_us;
};

/* Nothing arrived at any sink in between. */
struct tcp_silence {
	uint64_t from_ns, to_ns;
};

struct tcp_run {
	uint64_t rate_bps;
	struct tcp_connection *connection;
	struct tcp_sample *sample;
	struct tcp_silence *silence;
	size_t connection_count, sample_count, silence_count;
	bool cut; /* there was no room for more */
};

struct tcp_flow_config {
	int ue_netns_fd;
	int edge_netns_fd[TCP_FLOW_EDGES_MAX];
	size_t edge_count;
	struct in_addr service;
	uint64_t rate_bps; /* of what the application writes */
};

struct tcp_flow;

/** tcp_flow_start - descriptors are borrowed for the call; Return: 0 or a negative errno */
int tcp_flow_start(const struct tcp_flow_config *config, struct tcp_flow **ret_flow);
/** tcp_flow_finish - end, and hand what was seen over to @ret_run; NULL: nothing to do */
void tcp_flow_finish(struct tcp_flow *flow, struct tcp_run *ret_run);
void tcp_run_done(struct tcp_run *run);

/* What one switch did to the flow. Times in microseconds; NAN: there is none. */
struct tcp_result {
	double stall_us;     /* the longest silence at the sinks that begins in the window */
	double reconnect_us; /* from the end of a connection until the next one stands; NAN: it
				lived on */
	double dip_share;    /* 1 - the slowest 10 ms over the mean of the 100 ms before T0 */
	double dip_us;	     /* how long less than half of that mean arrived */
	uint32_t retransmissions, ended; /* connections */
};

/**
 * tcp_compute - the figures of the switch with @t0_ns
 * @until_ns: the end of its window, which takes in the release of the old session: where the next
 *            switch's begins, or the end of the run
 */
struct tcp_result tcp_compute(const struct tcp_run *run, uint64_t t0_ns, uint64_t until_ns);

#endif
