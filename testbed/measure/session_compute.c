// SPDX-License-Identifier: Apache-2.0
/* From what a measurement has seen to what its report says, a UE after the other. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/session.h"

/* The old session, and with it a connection, ends after the window of the probes: the flow's window
 * ends where the next switch's begins. */
static void compute_tcp(struct session *s)
{
	struct report *r = &s->report;
	uint64_t until = clock_now_ns();

	for (size_t i = r->event_count; r->tcp.rate_bps && i-- > 0;) {
		if (!r->event[i].ok)
			continue;
		r->event[i].tcp = tcp_compute(&r->tcp, r->event[i].t0_ns, until);
		until = r->event[i].t0_ns - WINDOW_LEAD_NS;
	}
}

/* One UE's: its events follow one another. */
static void compute_run(struct session *s, const struct compute *c, size_t first, size_t count,
			double *up, double *down)
{
	struct report *r = &s->report;
	struct outside o;

	compute_noise(c, s->noise_start_ns, s->noise_length_ns, s->noise_windows, up, down);
	for (size_t i = first; i < first + count; i++) {
		if (!r->event[i].ok)
			continue;
		compute_switch(c, &r->event[i]);
		if (!r->event[i].note[0])
			delays_add(c, &r->event[i], &r->delays[2 * r->event[i].mode]);
	}
	o = compute_outside(c, &r->event[first], count, s->noise_start_ns);
	r->outside.sent += o.sent;
	r->outside.lost_up += o.lost_up;
	r->outside.lost_down += o.lost_down;
}

static int compute_runs(struct session *s, double *up, double *down)
{
	struct report *r = &s->report;
	size_t first = 0;

	for (size_t u = 0; u < r->run_count; u++) {
		size_t count = 0, at = u * s->noise_windows;
		struct compute *c;
		int status = compute_new(&r->run[u], &c);

		if (status < 0)
			return status;
		while (first + count < r->event_count && r->event[first + count].ue == u)
			count++;
		compute_run(s, c, first, count, up + at, down + at);
		compute_free(c);
		first += count;
	}
	return 0;
}

static int compute_timeline(struct report *r, size_t mode)
{
	struct timelines *t = &r->timelines[mode];
	int status = timelines_pick(r->event, r->event_count, mode, &t->event);
	struct compute *c;

	if (status < 0 || t->event == SIZE_MAX)
		return status;
	status = compute_new(&r->run[r->event[t->event].ue], &c);
	if (status == 0) {
		status = timelines_fill(c, &r->event[t->event], t);
		compute_free(c);
	}
	return status;
}

static int compute_all(struct session *s, double *up, double *down)
{
	struct report *r = &s->report;
	size_t windows = r->run_count * s->noise_windows;
	int status = compute_runs(s, up, down);

	r->noise_up = compute_summary(up, windows);
	r->noise_down = compute_summary(down, windows);
	compute_tcp(s);
	for (size_t m = 0; m < r->mode_count; m++)
		r->timelines[m].event = SIZE_MAX;
	for (size_t m = 0; m < r->mode_count && status == 0; m++)
		status = compute_timeline(r, m);
	return status;
}

/* The release at the end of a hold, say, must not cost anything either. */
static void warn_of_losses(const struct outside *o)
{
	if (o->lost_up || o->lost_down)
		complain("outside of all windows %" PRIu64 " of %" PRIu64 " probes and %" PRIu64
			 " replies were lost",
			 o->lost_up, o->sent, o->lost_down);
}

int session_compute(struct session *s)
{
	struct report *r = &s->report;
	size_t windows = r->run_count * s->noise_windows + 1;
	double *up = calloc(windows, sizeof *up), *down = calloc(windows, sizeof *down);
	int status = -ENOMEM;

	r->delays = calloc(2 * r->mode_count, sizeof *r->delays);
	r->timelines = calloc(r->mode_count, sizeof *r->timelines);
	if (up && down && r->delays && r->timelines)
		status = compute_all(s, up, down);
	free(up);
	free(down);
	if (status < 0)
		complain("the samples can't be worked out: %s", strerror(-status));
	else
		warn_of_losses(&r->outside);
	return status;
}
