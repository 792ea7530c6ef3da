/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a line does to a packet: one direction of a link, as arithmetic only. No clock, no packet
 * bytes; who asks tells the time (CLOCK_MONOTONIC) and the length.
 *
 *   packet --> loss --> copies --> queue --> rate --> delay --> out
 *                       (duplicate) (tail drop) (one at a time)  (jitter, reorder)
 *
 * The rate counts Ethernet frames as tcpdump sees them: 14 octets of header, no preamble and no
 * checksum, as the kernel's qdiscs do. The queue holds packets that wait for the rate, or are being
 * sent by it; packets on their way through the delay are on the wire, not in the queue, and without
 * a rate nothing waits.
 *
 * Jitter is uniform in delay +- jitter. Packets keep their order, a later one waits for the
 * earlier: unless `reorder` is given, whose share of packets leaves without any delay, past the
 * others; then jitter changes the order too. (netem lets jitter change the order always.)
 */
#ifndef BATON_LINK_SHAPER_LINE_H
#define BATON_LINK_SHAPER_LINE_H

#include "lib/shape/shape.h"
#include "link-shaper/random.h"

enum { LINE_QUEUE_DEFAULT = 1000, LINE_QUEUE_MAX = 65536, LINE_COPIES_MAX = 2 };

struct line_counters {
	uint64_t packets, bytes; /* that came in; bytes on the wire */
	uint64_t dropped_loss, dropped_queue, duplicated, corrupted, reordered;
};

struct line {
	struct link_shape shape;
	struct random random;
	uint64_t free_ns;     /* when the last bit of the last packet is sent */
	uint64_t free_rest;   /* of a nanosecond, in 1/rate_bps of it */
	uint64_t last_due_ns; /* of the packet before */
	uint64_t *end;	      /* ring: when each packet in the queue has been sent */
	uint32_t end_size, end_first, end_count;
	struct line_counters counters;
};

/* A copy of a packet that goes through */
struct line_copy {
	uint64_t due_ns; /* when it arrives at the other end */
	bool corrupt;
};

struct line_verdict {
	unsigned copies; /* 0: dropped */
	struct line_copy copy[LINE_COPIES_MAX];
};

void line_init(struct line *l, uint64_t seed);
void line_done(struct line *l);

/**
 * line_set - another shape, from the next packet on; what is under way keeps its time
 *
 * Return: 0, -ENOMEM (the shape before stays), -EINVAL for a queue over LINE_QUEUE_MAX
 */
int line_set(struct line *l, const struct link_shape *shape);

/**
 * line_admit - a packet of @bytes octets came at @now_ns
 *
 * Counts it. Times of arrival that run backwards are taken as they are.
 */
void line_admit(struct line *l, uint64_t now_ns, uint32_t bytes, struct line_verdict *ret);

/** line_send_ns - how long @bytes octets take at the rate; 0 without one */
uint64_t line_send_ns(const struct line *l, uint32_t bytes);

/** line_queued - packets that wait for the rate at @now_ns */
uint32_t line_queued(struct line *l, uint64_t now_ns);

#endif
