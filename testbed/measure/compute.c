// SPDX-License-Identifier: Apache-2.0
/*
 * From samples to figures: pure functions. An arrival is (when, which sequence number); a direction
 * is a list of arrivals in order of time and, for each sequence number, when it was sent.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/result.h"

struct arrival {
	uint64_t ns;
	uint32_t seq;
	uint32_t stream; /* uplink: 0; downlink: which reflector */
};

struct arrivals {
	struct arrival *at;
	size_t count;
};

/* Sent packets of one stream: times by sequence number, which grow. */
struct stream {
	const uint64_t *sent_ns;
	size_t count;
	uint64_t first; /* sequence number of sent_ns[0] */
};

static int by_time(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

/* ---- gaps ---- */

/* Longest silence that touches [from, to]: an arrival before it and one behind it bound the first
 * and the last. */
static double largest_gap(const struct arrivals *all, uint64_t from, uint64_t to,
			  uint64_t interval_ns)
{
	uint64_t previous = from, longest = 0;
	size_t i = 0;

	while (i < all->count && all->at[i].ns < from)
		previous = all->at[i++].ns;
	for (; i < all->count; i++) {
		uint64_t silence = all->at[i].ns - previous;

		longest = silence > longest ? silence : longest;
		previous = all->at[i].ns;
		if (previous > to)
			break;
	}
	if (previous <= to && to - previous > longest)
		longest = to - previous;
	return longest > interval_ns ? (double)(longest - interval_ns) / 1000 : 0;
}

/* ---- losses, duplicates, order ---- */

static size_t first_sent_after(const struct stream *s, uint64_t ns)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->sent_ns[middle] < ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct compute {
	const struct probe_run *run;
	struct arrivals up, down;
	struct stream sent;		  /* uplink */
	struct stream replied[EDGES_MAX]; /* downlink, one a reflector */
	uint64_t *replied_ns[EDGES_MAX];  /* what those point to */
};

struct window {
	size_t begin, end;  /* indices into the stream's sent_ns */
	uint32_t *received; /* how often, by index - begin */
	uint64_t *first_ns; /* arrival of the first copy */
};

static void take_arrivals(const struct arrivals *all, uint32_t stream, const struct stream *s,
			  struct window *w, struct direction_result *d)
{
	uint64_t highest = 0;
	bool any = false;

	for (size_t i = 0; i < all->count; i++) {
		const struct arrival *a = &all->at[i];
		size_t index = (size_t)(a->seq - s->first);

		if (a->stream != stream || a->seq < s->first || index < w->begin || index >= w->end)
			continue;
		if (w->received[index - w->begin]++ == 0)
			w->first_ns[index - w->begin] = a->ns;
		else
			d->duplicated++;
		d->reordered += any && a->seq < highest;
		highest = any && highest > a->seq ? highest : a->seq;
		any = true;
	}
}

static void count_losses(const struct stream *s, const struct window *w, uint64_t interval_ns,
			 struct direction_result *d)
{
	size_t n = w->end - w->begin, streak = 0, longest = 0, first = n;
	double first_lost_us = 0;

	for (size_t i = 0; i < n; i++) {
		streak = w->received[i] ? 0 : streak + 1;
		longest = streak > longest ? streak : longest;
		d->lost += !w->received[i];
		if (!w->received[i] && first == n)
			first = i;
		if (w->received[i] && first < i && first_lost_us == 0 &&
		    w->first_ns[i] > s->sent_ns[w->begin + first])
			first_lost_us =
				(double)(w->first_ns[i] - s->sent_ns[w->begin + first]) / 1000;
	}
	if (first < n && first_lost_us == 0)
		first_lost_us = NAN; /* nothing came any more */
	d->loss_gap_us = fmax(d->loss_gap_us, (double)longest * (double)interval_ns / 1000);
	d->first_lost_us =
		isnan(first_lost_us) ? first_lost_us : fmax(d->first_lost_us, first_lost_us);
}

static int compute_stream(const struct arrivals *all, uint32_t number, const struct stream *s,
			  uint64_t from, uint64_t to, uint64_t interval_ns,
			  struct direction_result *d)
{
	struct window w = {.begin = first_sent_after(s, from), .end = first_sent_after(s, to + 1)};
	size_t n = w.end - w.begin;
	int r = -ENOMEM;

	if (n == 0)
		return 0;
	w.received = calloc(n, sizeof *w.received);
	w.first_ns = calloc(n, sizeof *w.first_ns);
	if (w.received && w.first_ns) {
		take_arrivals(all, number, s, &w, d);
		count_losses(s, &w, interval_ns, d);
		r = 0;
	}
	free(w.received);
	free(w.first_ns);
	return r;
}

/* ---- the two directions as arrivals ---- */

static int uplink_arrivals(const struct probe_run *run, struct arrivals *ret)
{
	size_t total = 0, n = 0;

	for (size_t e = 0; e < run->edge_count; e++)
		total += run->reflected_count[e];
	ret->at = calloc(total ? total : 1, sizeof *ret->at);
	if (!ret->at)
		return -ENOMEM;
	for (size_t e = 0; e < run->edge_count; e++) {
		for (size_t i = 0; i < run->reflected_count[e]; i++)
			ret->at[n++] = (struct arrival){run->reflected[e][i].received_ns,
							run->reflected[e][i].sender_seq, 0};
	}
	ret->count = n;
	qsort(ret->at, n, sizeof *ret->at, by_time);
	return 0;
}

/* Both numbers of a reply together tell which reflector sent it. */
static uint32_t reflector_of(const struct probe_run *run, const struct probe_reply *reply)
{
	for (size_t e = 0; e < run->edge_count; e++) {
		uint64_t index = reply->reflector_seq - run->first_reflected[e];

		if (reply->reflector_seq >= run->first_reflected[e] &&
		    index < run->reflected_count[e] &&
		    run->reflected[e][index].sender_seq == reply->sender_seq)
			return (uint32_t)e;
	}
	return UINT32_MAX;
}

static int downlink_arrivals(const struct probe_run *run, struct arrivals *ret)
{
	ret->at = calloc(run->reply_count ? run->reply_count : 1, sizeof *ret->at);
	if (!ret->at)
		return -ENOMEM;
	for (size_t i = 0; i < run->reply_count; i++)
		ret->at[i] =
			(struct arrival){run->reply[i].received_ns, run->reply[i].reflector_seq,
					 reflector_of(run, &run->reply[i])};
	ret->count = run->reply_count;
	qsort(ret->at, ret->count, sizeof *ret->at, by_time);
	return 0;
}

/* Only what lies around a window: a run is long, and switches are many. */
static struct arrivals around(const struct arrivals *all, uint64_t from, uint64_t to)
{
	const uint64_t margin = 5000000000u; /* what arrives later counts as lost */
	size_t begin = 0, end;

	while (begin < all->count && all->at[begin].ns + margin < from)
		begin++;
	for (end = begin; end < all->count && all->at[end].ns < to + margin; end++)
		;
	return (struct arrivals){all->at + begin, end - begin};
}

/* ---- the first packet of the new session ---- */

static double uplink_latency(const struct probe_run *run, const struct switch_event *event)
{
	for (size_t i = 0; i < run->tap_count; i++) {
		if (run->tap[i].ns >= event->t0_ns && run->tap[i].teid == event->uplink_teid)
			return (double)(run->tap[i].ns - event->t0_ns) / 1000;
	}
	return NAN;
}

static double downlink_latency(const struct probe_run *run, const struct switch_event *event)
{
	for (size_t i = 0; i < run->reply_count; i++) {
		if (run->reply[i].received_ns >= event->t0_ns &&
		    run->reply[i].local.s_addr == event->destination_address.s_addr)
			return (double)(run->reply[i].received_ns - event->t0_ns) / 1000;
	}
	return NAN;
}

/* ---- what others call ---- */

static int keep_streams(struct compute *c)
{
	const struct probe_run *run = c->run;

	c->sent = (struct stream){run->sent_ns, run->sent_count, 0};
	for (size_t e = 0; e < run->edge_count; e++) {
		size_t n = run->reflected_count[e];

		c->replied_ns[e] = calloc(n ? n : 1, sizeof(uint64_t));
		if (!c->replied_ns[e])
			return -ENOMEM;
		for (size_t i = 0; i < n; i++)
			c->replied_ns[e][i] = run->reflected[e][i].sent_ns;
		c->replied[e] = (struct stream){c->replied_ns[e], n, run->first_reflected[e]};
	}
	return 0;
}

int compute_new(const struct probe_run *run, struct compute **ret_compute)
{
	struct compute *c = calloc(1, sizeof *c);
	int r;

	if (!c)
		return -ENOMEM;
	c->run = run;
	r = uplink_arrivals(run, &c->up);
	if (r == 0)
		r = downlink_arrivals(run, &c->down);
	if (r == 0)
		r = keep_streams(c);
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
	free(c->up.at);
	free(c->down.at);
	for (size_t e = 0; e < EDGES_MAX; e++)
		free(c->replied_ns[e]);
	free(c);
}

int compute_switch(const struct compute *c, struct switch_event *event)
{
	uint64_t from = event->t0_ns - WINDOW_LEAD_NS, to = event->switched_ns + event->hold_ns;
	struct arrivals up = around(&c->up, from, to), down = around(&c->down, from, to);
	uint64_t interval = c->run->interval_ns;
	int r;

	event->up = event->down = (struct direction_result){0};
	event->up.largest_gap_us = largest_gap(&up, from, to, interval);
	event->down.largest_gap_us = largest_gap(&down, from, to, interval);
	event->up.latency_us = uplink_latency(c->run, event);
	event->down.latency_us = downlink_latency(c->run, event);
	r = compute_stream(&up, 0, &c->sent, from, to, interval, &event->up);
	for (size_t e = 0; e < c->run->edge_count && r == 0; e++)
		r = compute_stream(&down, (uint32_t)e, &c->replied[e], from, to, interval,
				   &event->down);
	return r;
}

void compute_noise(const struct compute *c, uint64_t start_ns, uint64_t length_ns, size_t count,
		   double *ret_up, double *ret_down)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t from = start_ns + i * length_ns, to = from + length_ns;

		ret_up[i] = largest_gap(&c->up, from, to, c->run->interval_ns);
		ret_down[i] = largest_gap(&c->down, from, to, c->run->interval_ns);
	}
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double nearest_rank(const double *sorted, size_t count, double percent)
{
	size_t rank = (size_t)ceil(percent / 100 * (double)count);

	return sorted[rank ? rank - 1 : 0];
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
	qsort(values, s.count, sizeof *values, by_value);
	s.p50 = nearest_rank(values, s.count, 50);
	if (s.count >= P99_MIN_SAMPLES)
		s.p99 = nearest_rank(values, s.count, 99);
	s.max = values[s.count - 1];
	return s;
}

void probe_run_done(struct probe_run *run)
{
	free(run->sent_ns);
	free(run->reply);
	free(run->tap);
	for (size_t e = 0; e < run->edge_count; e++)
		free(run->reflected[e]);
	memset(run, 0, sizeof *run);
}
