// SPDX-License-Identifier: Apache-2.0
/*
 * From samples to figures: pure functions. A direction is prepared once for the whole run: the
 * packets in order of sending, each with its first arrival, and the times of all arrivals. What is
 * asked about a window is then found by binary search.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "testbed/measure/ascending.h"
#include "testbed/measure/collect.h"
#include "testbed/measure/result.h"
#include "testbed/measure/search.h"

struct packet {
	uint64_t sent_ns, arrived_ns; /* first copy; 0: lost */
	uint32_t copies;
	bool reordered;
};

struct direction {
	struct packet *packet; /* by sent_ns */
	size_t packet_count;
	uint64_t *arrival_ns; /* sorted */
	size_t arrival_count;
};

struct compute {
	const struct probe_run *run;
	struct direction up, down;
};

/* An arrival on its way to its packet. */
struct arrival {
	uint64_t ns;
	uint32_t seq;	 /* of its stream */
	uint32_t stream; /* uplink: 0; downlink: which segment */
	size_t packet;	 /* NOWHERE: what was sent is not known */
};

#define NOWHERE SIZE_MAX

/* ---- arrivals to their packets ---- */

static int by_time(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int by_sending(const void *a, const void *b)
{
	const struct packet *x = a, *y = b;

	return x->sent_ns < y->sent_ns ? -1 : x->sent_ns > y->sent_ns;
}

/* One packet's next copy. Only the first can be out of order (RFC 4737 cl. 3.3): a later one is a
 * duplicate. What comes too late is as if it had never come. */
static void note_arrival(struct packet *packet, const struct arrival *a, uint64_t *highest)
{
	if (a->ns > packet->sent_ns + LOST_AFTER_NS)
		return;
	if (packet->copies++ > 0)
		return;
	packet->arrived_ns = a->ns;
	packet->reordered = a->seq < *highest;
	if (!packet->reordered)
		*highest = a->seq;
}

/* @arrival: taken over and freed */
static int take_arrivals(struct direction *d, struct arrival *arrival, size_t count)
{
	uint64_t highest[SEGMENTS_MAX] = {0};

	d->arrival_ns = malloc((count ? count : 1) * sizeof *d->arrival_ns);
	if (!d->arrival_ns) {
		free(arrival);
		return -ENOMEM;
	}
	qsort(arrival, count, sizeof *arrival, by_time);
	for (size_t i = 0; i < count; i++) {
		d->arrival_ns[i] = arrival[i].ns;
		if (arrival[i].packet != NOWHERE)
			note_arrival(&d->packet[arrival[i].packet], &arrival[i],
				     &highest[arrival[i].stream]);
	}
	d->arrival_count = count;
	free(arrival);
	return 0;
}

/* ---- the two directions ---- */

static int prepare_uplink(const struct probe_run *run, struct direction *up)
{
	struct arrival *arrival = malloc((run->sample_count + 1) * sizeof *arrival);
	size_t n = 0;

	up->packet = calloc(run->sent_count + 1, sizeof *up->packet);
	if (!arrival || !up->packet) {
		free(arrival);
		return -ENOMEM;
	}
	for (size_t i = 0; i < run->sent_count; i++)
		up->packet[i].sent_ns = run->sent_ns[i];
	up->packet_count = run->sent_count;
	for (size_t s = 0; s < run->segment_count; s++) {
		for (size_t i = 0; i < run->segment[s].count; i++) {
			const struct stamp_sample *sample = &run->segment[s].sample[i];
			size_t packet =
				sample->sender_seq < run->sent_count ? sample->sender_seq : NOWHERE;

			arrival[n++] = (struct arrival){sample->received_ns, sample->sender_seq, 0,
							packet};
		}
	}
	return take_arrivals(up, arrival, n);
}

/* Which sample is a reply's? Reflectors count alike, so its numbers alone don't tell. Return:
 * whether there is one */
static bool find_sample(const struct probe_run *run, const struct probe_reply *reply,
			uint32_t *ret_segment, size_t *ret_index)
{
	for (size_t s = 0; s < run->segment_count; s++) {
		const struct segment *segment = &run->segment[s];
		uint64_t index = reply->reflector_seq - segment->first;

		if (reply->reflector_seq < segment->first || index >= segment->count ||
		    segment->sample[index].sender_seq != reply->sender_seq ||
		    segment->sample[index].sent_ns != reply->reflected_ns)
			continue;
		*ret_segment = (uint32_t)s;
		*ret_index = index;
		return true;
	}
	return false;
}

static int prepare_downlink(const struct probe_run *run, struct direction *down)
{
	struct arrival *arrival = malloc((run->reply_count + 1) * sizeof *arrival);
	size_t base[SEGMENTS_MAX], n = 0;
	int r;

	down->packet = calloc(run->sample_count + 1, sizeof *down->packet);
	if (!arrival || !down->packet) {
		free(arrival);
		return -ENOMEM;
	}
	for (size_t s = 0; s < run->segment_count; s++) {
		base[s] = n;
		for (size_t i = 0; i < run->segment[s].count; i++)
			down->packet[n++].sent_ns = run->segment[s].sample[i].sent_ns;
	}
	down->packet_count = n;
	for (size_t i = 0; i < run->reply_count; i++) {
		const struct probe_reply *reply = &run->reply[i];
		struct arrival *a = &arrival[i];
		size_t index;

		*a = (struct arrival){reply->received_ns, reply->reflector_seq, 0, NOWHERE};
		if (find_sample(run, reply, &a->stream, &index))
			a->packet = base[a->stream] + index;
	}
	r = take_arrivals(down, arrival, run->reply_count);
	qsort(down->packet, down->packet_count, sizeof *down->packet, by_sending);
	return r;
}

int compute_new(const struct probe_run *run, struct compute **ret_compute)
{
	struct compute *c = calloc(1, sizeof *c);
	int r;

	if (!c)
		return -ENOMEM;
	c->run = run;
	r = prepare_uplink(run, &c->up);
	if (r == 0)
		r = prepare_downlink(run, &c->down);
	if (r < 0)
		compute_free(c);
	else
		*ret_compute = c;
	return r;
}

void compute_free(struct compute *c)
{
	if (!c)
		return;
	free(c->up.packet);
	free(c->up.arrival_ns);
	free(c->down.packet);
	free(c->down.arrival_ns);
	free(c);
}

/* ---- gaps ---- */

/* Longest silence that touches [from, to], whole: an arrival before it and one behind it bound the
 * first and the last. With nothing on that side the window itself does. */
static double largest_gap(const struct direction *d, uint64_t from, uint64_t to,
			  uint64_t interval_ns)
{
	size_t i = search_time(d->arrival_ns, d->arrival_count, sizeof *d->arrival_ns, 0, from);
	uint64_t previous = i > 0 ? d->arrival_ns[i - 1] : from, longest = 0;

	for (; previous <= to; i++) {
		uint64_t next = i < d->arrival_count ? d->arrival_ns[i] : to + 1;
		uint64_t silence = (i < d->arrival_count ? next : to) - previous;

		longest = silence > longest ? silence : longest;
		previous = next;
	}
	return longest > interval_ns ? (double)(longest - interval_ns) / 1000 : 0;
}

/* ---- losses, duplicates, order ---- */

/* From the sending of @first to the earliest arrival among those sent after it, wherever the window
 * ends; NAN: none came any more. */
static double until_received(const struct direction *d, size_t first)
{
	uint64_t sent = d->packet[first].sent_ns, earliest = UINT64_MAX;

	for (size_t i = first + 1; i < d->packet_count && d->packet[i].sent_ns < earliest; i++) {
		if (d->packet[i].arrived_ns && d->packet[i].arrived_ns < earliest)
			earliest = d->packet[i].arrived_ns;
	}
	return earliest == UINT64_MAX ? NAN : (double)(earliest - sent) / 1000;
}

static void count_packets(const struct direction *d, size_t begin, size_t end, uint64_t interval_ns,
			  struct direction_result *ret)
{
	size_t streak = 0, longest = 0;

	for (size_t i = begin; i < end; i++) {
		const struct packet *p = &d->packet[i];

		streak = p->copies ? 0 : streak + 1;
		longest = streak > longest ? streak : longest;
		if (!p->copies && ret->lost++ == 0)
			ret->first_lost_us = until_received(d, i);
		ret->duplicated += p->copies > 1 ? p->copies - 1 : 0;
		ret->reordered += p->reordered;
	}
	ret->loss_gap_us = (double)longest * (double)interval_ns / 1000;
	ret->counted = true;
}

static struct direction_result compute_direction(const struct direction *d, uint64_t from,
						 uint64_t to, uint64_t interval_ns)
{
	struct direction_result result = {.latency_us = NAN};
	size_t begin = SEARCH_TIME(d->packet, d->packet_count, sent_ns, from);
	size_t end = SEARCH_TIME(d->packet, d->packet_count, sent_ns, to + 1);

	result.largest_gap_us = largest_gap(d, from, to, interval_ns);
	count_packets(d, begin, end, interval_ns, &result);
	return result;
}

/* ---- the first packet of the new session ---- */

/* The first in the tunnel that is new, on N3; NULL: none was seen */
static const struct tap_packet *first_in_tunnel(const struct probe_run *run,
						const struct switch_event *event, uint64_t until)
{
	size_t i = SEARCH_TIME(run->tap, run->tap_count, ns, event->t0_ns);

	for (; event->uplink_teid && i < run->tap_count && run->tap[i].ns <= until; i++) {
		if (run->tap[i].teid == event->uplink_teid &&
		    run->tap[i].upf.s_addr == event->uplink_upf.s_addr &&
		    (!event->uplink_gnb.s_addr ||
		     run->tap[i].gnb.s_addr == event->uplink_gnb.s_addr))
			return &run->tap[i];
	}
	return NULL;
}

static double uplink_latency(const struct probe_run *run, const struct switch_event *event,
			     uint64_t until)
{
	const struct tap_packet *first = first_in_tunnel(run, event, until);

	return first ? (double)(first->ns - event->t0_ns) / 1000 : NAN;
}

/* By the address that the new session has; where it stays, by what it answers: a probe that left in
 * the new tunnel, or a later one. */
static bool is_of_new(const struct probe_reply *reply, const struct switch_event *event,
		      const struct tap_packet *first)
{
	if (event->same_address)
		return first && reply->sender_seq >= first->seq;
	return reply->local.s_addr == event->destination_address.s_addr;
}

static double downlink_latency(const struct probe_run *run, const struct switch_event *event,
			       uint64_t until)
{
	const struct tap_packet *first =
		event->same_address ? first_in_tunnel(run, event, until) : NULL;
	const struct probe_reply *reply;

	for (size_t i = SEARCH_TIME(run->reply, run->reply_count, received_ns, event->t0_ns);
	     i < run->reply_count; i++) {
		reply = &run->reply[i];
		if (reply->received_ns > until)
			break;
		if (is_of_new(reply, event, first))
			return (double)(reply->received_ns - event->t0_ns) / 1000;
	}
	return NAN;
}

/* ---- what others call ---- */

void event_window(const struct switch_event *event, uint64_t *ret_from_ns, uint64_t *ret_to_ns)
{
	*ret_from_ns = event->t0_ns > WINDOW_LEAD_NS ? event->t0_ns - WINDOW_LEAD_NS : 0;
	*ret_to_ns = event->switched_ns + event->hold_ns;
}

static const struct direction_result nothing_known = {
	.latency_us = NAN, .largest_gap_us = NAN, .loss_gap_us = NAN, .first_lost_us = NAN};

/* What was received is not known: then neither is what was lost. The UE's own arrivals are. */
static void forget_counts(struct switch_event *event)
{
	double up_latency = event->up.latency_us, down_latency = event->down.latency_us;
	double down_gap = event->down.largest_gap_us;

	event->up = event->down = nothing_known;
	event->up.latency_us = up_latency;
	event->down.latency_us = down_latency;
	event->down.largest_gap_us = down_gap;
}

/* The sender's largest gap of its own: it delays what is measured at the receivers. */
static double sender_gap(const struct direction *up, uint64_t from, uint64_t to,
			 uint64_t interval_ns)
{
	size_t begin = SEARCH_TIME(up->packet, up->packet_count, sent_ns, from);
	uint64_t longest = 0;

	for (size_t i = begin + 1; i < up->packet_count && up->packet[i].sent_ns <= to; i++) {
		uint64_t gap = up->packet[i].sent_ns - up->packet[i - 1].sent_ns;

		longest = gap > longest ? gap : longest;
	}
	return longest > interval_ns ? (double)(longest - interval_ns) / 1000 : 0;
}

/* Why nothing can be said of a window; NULL: something can. */
static const char *obstacle(const struct compute *c, const struct switch_event *event,
			    uint64_t from, uint64_t to)
{
	const struct direction *up = &c->up;
	size_t first = SEARCH_TIME(up->packet, up->packet_count, sent_ns, from);

	if (!event->t0_ns || event->switched_ns < event->t0_ns)
		return "the migration manager told no T0";
	if (first == up->packet_count || up->packet[first].sent_ns > to)
		return "no probe was sent";
	return NULL;
}

void compute_switch(const struct compute *c, struct switch_event *event)
{
	uint64_t interval = c->run->interval_ns, from, to;
	const struct hole *hole;
	const char *why;

	event_window(event, &from, &to);
	event->up = event->down = nothing_known;
	event->sender_gap_us = NAN;
	event->note[0] = '\0';
	why = obstacle(c, event, from, to);
	if (why) {
		snprintf(event->note, sizeof event->note, "%s", why);
		return;
	}
	event->up = compute_direction(&c->up, from, to, interval);
	event->down = compute_direction(&c->down, from, to, interval);
	event->up.latency_us = uplink_latency(c->run, event, to + LOST_AFTER_NS);
	event->down.latency_us = downlink_latency(c->run, event, to + LOST_AFTER_NS);
	event->sender_gap_us = sender_gap(&c->up, from, to, interval);
	hole = collect_hole_in(c->run, from, to);
	if (hole) {
		forget_counts(event);
		collect_hole_text(c->run, hole, event->note, sizeof event->note);
	}
}

void compute_noise(const struct compute *c, uint64_t start_ns, uint64_t length_ns, size_t count,
		   double *ret_up, double *ret_down)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t from = start_ns + i * length_ns, to = from + length_ns;

		ret_up[i] = collect_hole_in(c->run, from, to)
				    ? NAN
				    : largest_gap(&c->up, from, to, c->run->interval_ns);
		ret_down[i] = largest_gap(&c->down, from, to, c->run->interval_ns);
	}
}

/* Is @ns in the window of a completed switch? @at: the first of @count that may be it; moves on
 * with growing @ns */
static bool in_window(const struct switch_event *event, size_t count, size_t *at, uint64_t ns)
{
	uint64_t from, to;

	for (; *at < count; (*at)++) {
		if (!event[*at].ok || !event[*at].t0_ns)
			continue;
		event_window(&event[*at], &from, &to);
		if (ns <= to)
			return ns >= from;
	}
	return false;
}

static uint64_t lost_outside(const struct compute *c, const struct direction *d,
			     const struct switch_event *event, size_t count, uint64_t from_ns,
			     uint64_t *ret_sent)
{
	uint64_t lost = 0;
	size_t at = 0;

	*ret_sent = 0;
	for (size_t i = SEARCH_TIME(d->packet, d->packet_count, sent_ns, from_ns);
	     i < d->packet_count; i++) {
		const struct packet *p = &d->packet[i];

		if (in_window(event, count, &at, p->sent_ns) ||
		    collect_hole_in(c->run, p->sent_ns, p->sent_ns))
			continue;
		(*ret_sent)++;
		lost += !p->copies;
	}
	return lost;
}

struct outside compute_outside(const struct compute *c, const struct switch_event *event,
			       size_t count, uint64_t from_ns)
{
	struct outside o = {0};
	uint64_t replied;

	o.lost_up = lost_outside(c, &c->up, event, count, from_ns, &o.sent);
	o.lost_down = lost_outside(c, &c->down, event, count, from_ns, &replied);
	return o;
}

void compute_each_packet(const struct compute *c, bool uplink, uint64_t from_ns, uint64_t to_ns,
			 void (*each)(uint64_t sent_ns, uint64_t arrived_ns, void *user),
			 void *user)
{
	const struct direction *d = uplink ? &c->up : &c->down;

	for (size_t i = SEARCH_TIME(d->packet, d->packet_count, sent_ns, from_ns);
	     i < d->packet_count && d->packet[i].sent_ns <= to_ns; i++)
		each(d->packet[i].sent_ns, d->packet[i].arrived_ns, user);
}

struct summary compute_summary(double *values, size_t count)
{
	struct summary s = {NAN, NAN, NAN, 0};

	for (size_t i = 0; i < count; i++) {
		if (!isnan(values[i]))
			values[s.count++] = values[i];
	}
	if (s.count == 0)
		return s;
	ascending_sort(values, s.count);
	s.p50 = ascending_at(values, s.count, 0.5);
	if (s.count >= P99_MIN_SAMPLES)
		s.p99 = ascending_at(values, s.count, 0.99);
	s.max = values[s.count - 1];
	return s;
}
