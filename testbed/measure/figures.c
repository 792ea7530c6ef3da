// SPDX-License-Identifier: Apache-2.0
/* The figures of the switches of one mode, picked from a report. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "testbed/measure/report.h"

void report_done(struct report *r)
{
	json_decref(r->links.ports);
	json_decref(r->links.before);
	json_decref(r->around);
	for (size_t i = 0; r->event && i < r->event_count; i++)
		input_samples_done(&r->event[i].inputs);
	report_watch_done(r);
	free(r->event);
	similarity_done(&r->similarity);
	for (size_t i = 0; i < r->run_count; i++)
		probe_run_done(&r->run[i]);
	free(r->run);
	tcp_run_done(&r->tcp);
	free(r->delays);
	for (size_t m = 0; r->timelines && m < r->mode_count; m++)
		timelines_done(&r->timelines[m]);
	free(r->timelines);
}

static double since_asked(const struct switch_event *e, uint64_t ns)
{
	return e->asked_ns && ns ? (double)(int64_t)(ns - e->asked_ns) / 1000 : NAN;
}

static double app_figure(const struct switch_event *e, enum report_figure figure)
{
	const struct app_result *a = &e->app;

	switch (figure) {
	case FIGURE_APP_FRAMES:
		return a->frame_us;
	case FIGURE_APP_PACKETS:
		return fmax(e->up.largest_gap_us, e->down.largest_gap_us);
	case FIGURE_APP_COMP:
		return a->comp_us;
	case FIGURE_APP_LOGIC:
		return a->logic_us;
	case FIGURE_APP_MIGRATION:
		return a->migration_us;
	case FIGURE_APP_SETTLE:
		return a->settle_us;
	case FIGURE_APP_WAIT:
		return a->wait_us;
	case FIGURE_APP_INPUT_BEFORE:
		return a->input_before_us;
	case FIGURE_APP_INPUT_AFTER:
		return a->input_after_us;
	default:
		return a->stage_us[figure - FIGURE_APP_STAGE];
	}
}

double report_figure_of(const struct switch_event *e, enum report_direction direction,
			enum report_figure figure)
{
	const struct direction_result *d = direction == UPLINK ? &e->up : &e->down;

	switch (figure) {
	case FIGURE_SETUP:
		return e->setup_us;
	case FIGURE_LATENCY:
		return d->latency_us;
	case FIGURE_LARGEST_GAP:
		return d->largest_gap_us;
	case FIGURE_LOSS_GAP:
		return d->loss_gap_us;
	case FIGURE_FIRST_LOST:
		return d->first_lost_us;
	case FIGURE_SWITCHED:
		return since_asked(e, e->switched_ns);
	case FIGURE_ENDED:
		return since_asked(e, e->ended_ns);
	case FIGURE_TCP_STALL:
		return e->tcp.stall_us;
	case FIGURE_TCP_RECONNECT:
		return e->tcp.reconnect_us;
	case FIGURE_TCP_DIP:
		return e->tcp.dip_us;
	case FIGURE_TCP_DIP_SHARE:
		return e->tcp.dip_share;
	default:
		return app_figure(e, figure);
	}
}

/* A switch that something else disturbed, which its note says, is no figure of its mode. */
static bool is_figure(const struct switch_event *e)
{
	return e->ok && !e->note[0];
}

size_t report_values(const struct report *r, size_t mode, enum report_direction direction,
		     enum report_figure figure, double *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < r->event_count; i++) {
		double value = report_figure_of(&r->event[i], direction, figure);

		if (r->event[i].mode == mode && is_figure(&r->event[i]) && !isnan(value))
			ret[n++] = value;
	}
	return n;
}

struct summary report_summary(const struct report *r, size_t mode, enum report_direction direction,
			      enum report_figure figure)
{
	double *values = calloc(r->event_count + 1, sizeof *values);
	struct summary s = {NAN, NAN, NAN, 0};

	if (values)
		s = compute_summary(values, report_values(r, mode, direction, figure, values));
	free(values);
	return s;
}

struct summary hdr_summary(const struct hdr *h)
{
	struct summary s = {NAN, NAN, NAN, h->total};

	if (!h->total)
		return s;
	s.p50 = (double)hdr_percentile(h, 50) / 1000;
	if (h->total >= P99_MIN_SAMPLES)
		s.p99 = (double)hdr_percentile(h, 99) / 1000;
	s.max = (double)h->max / 1000;
	return s;
}

const struct delays *report_delays(const struct report *r, size_t mode, enum report_direction d)
{
	return r->delays ? &r->delays[2 * mode + d] : NULL;
}

static bool link_mark(const struct report_links *links, char *buf, size_t size)
{
	if (links->gone)
		return snprintf(buf, size, "the topology was taken down during the run");
	if (links->unknown)
		return snprintf(buf, size,
				"link-shaper didn't answer: whether it kept up is not known");
	if (links->restarted)
		return snprintf(buf, size, "link-shaper was started again during the run");
	if (links->missing)
		return snprintf(buf, size,
				"%zu shaped link end%s not shaped by the kernel any more",
				links->missing, links->missing == 1 ? " was" : "s were");
	if (links->behind)
		return snprintf(buf, size,
				"link-shaper fell behind: %" PRIu64
				" packets were late or found no room",
				links->behind);
	return false;
}

struct sender_counts report_sender(const struct report *r)
{
	struct sender_counts c = {0};

	for (size_t i = 0; i < r->run_count; i++) {
		const struct probe_run *run = &r->run[i];

		c.sent += run->sent_count;
		c.missed += run->sender_missed;
		c.stamped_by_kernel += run->stamped_by_kernel;
		c.replies_dropped += run->replies_dropped;
		c.tap_dropped += run->tap_dropped;
		if (run->sender_late_max_ns > c.late_max_ns)
			c.late_max_ns = run->sender_late_max_ns;
	}
	return c;
}

bool report_mark(const struct report *r, size_t index, char *buf, size_t size)
{
	struct sender_counts run = report_sender(r);
	size_t n = 0;

	if (run.missed && n++ == index)
		return snprintf(buf, size,
				"%" PRIu64 " of %" PRIu64
				" probes were sent an interval or more late: "
				"the sender fell behind",
				run.missed, run.sent);
	if (run.replies_dropped && n++ == index)
		return snprintf(buf, size,
				"%" PRIu64 " replies found no room in the socket and count as lost",
				run.replies_dropped);
	if (run.tap_dropped && n++ == index)
		return snprintf(buf, size, "%" PRIu64 " packets on N3 were not seen",
				run.tap_dropped);
	if (r->links.changed && n++ == index)
		return snprintf(buf, size, "links were changed during the run");
	if (index >= n && index - n < json_array_size(r->around))
		return snprintf(buf, size, "%s",
				json_string_value(json_array_get(r->around, index - n)));
	n += json_array_size(r->around);
	if (link_mark(&r->links, buf, size) && n++ == index)
		return true;
	if (r->tcp.cut && n++ == index)
		return snprintf(buf, size, "the TCP flow was watched for a part of the run only");
	if (r->bytes_places && (r->bytes.untold || r->bytes_places->untold) && n++ == index)
		return snprintf(buf, size, "not all bytes were counted: too many flows or nodes");
	if (r->resources.late && n++ == index)
		return snprintf(buf, size,
				"%" PRIu64 " of %zu looks at what nodes use were left out",
				r->resources.late, r->resources.count + (size_t)r->resources.late);
	return false;
}

static void add_counts(struct report_counts *c, enum report_direction d,
		       const struct direction_result *result)
{
	c->lost[d] += result->lost;
	c->duplicated[d] += result->duplicated;
	c->reordered[d] += result->reordered;
}

struct report_counts report_count(const struct report *r, size_t mode)
{
	struct report_counts c = {0};

	for (size_t i = 0; i < r->event_count; i++) {
		const struct switch_event *e = &r->event[i];

		if (e->mode != mode)
			continue;
		c.completed += e->ok;
		c.failed += !e->ok;
		c.disturbed += e->ok && !is_figure(e);
		if (!is_figure(e))
			continue;
		add_counts(&c, UPLINK, &e->up);
		add_counts(&c, DOWNLINK, &e->down);
		c.retransmissions += e->tcp.retransmissions;
		c.ended += e->tcp.ended;
	}
	return c;
}

double report_cpu_us(const struct report *r, const struct report_cpu *cpu)
{
	double beyond = cpu->seconds - cpu->idle * r->storm.cpu_seconds;
	size_t failed = 0;

	for (size_t i = 0; i < r->event_count; i++)
		failed += !r->event[i].ok;
	if (isnan(beyond) || failed == r->event_count)
		return NAN;
	/* less than without a switch: none to be seen, or, where UEs failed, not known */
	if (beyond < 0)
		return failed ? NAN : 0;
	return beyond * 1e6 / (double)r->event_count;
}
