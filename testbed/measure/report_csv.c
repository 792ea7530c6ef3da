// SPDX-License-Identifier: Apache-2.0
/* The report as CSV: a line a switch, the same columns in each. */
#include <inttypes.h>
#include <math.h>

#include "testbed/measure/report.h"

static void number(FILE *out, double value)
{
	if (isnan(value))
		fprintf(out, ",");
	else
		fprintf(out, ",%.3f", value);
}

static void count(FILE *out, bool known, uint64_t value)
{
	if (known)
		fprintf(out, ",%" PRIu64, value);
	else
		fprintf(out, ",");
}

static const struct direction_result nothing = {NAN, NAN, NAN, NAN, false, 0, 0, 0};

static void direction(FILE *out, const struct direction_result *d)
{
	number(out, d->latency_us);
	number(out, d->largest_gap_us);
	number(out, d->loss_gap_us);
	number(out, d->first_lost_us);
	count(out, d->counted, d->lost);
	count(out, d->counted, d->duplicated);
	count(out, d->counted, d->reordered);
}

static void head(FILE *out, const struct report *r)
{
	static const char *const directions[] = {"uplink", "downlink"};
	static const char *const figures[] = {
		"latency_us", "largest_gap_us", "loss_gap_us", "first_lost_to_first_received_us",
		"lost",	      "duplicated",	"reordered"};

	fprintf(out, "ue,mode,migration,state,t0_ns,switched_ns,pdu_session_setup_us");
	for (int d = 0; d < 2; d++) {
		for (size_t f = 0; f < sizeof figures / sizeof figures[0]; f++)
			fprintf(out, ",%s_%s", directions[d], figures[f]);
	}
	if (r->storm.rounds)
		fprintf(out, ",storm_switched_us,storm_ended_us");
	if (r->tcp.rate_bps)
		fprintf(out, ",tcp_stall_us,tcp_reconnect_us,tcp_dip_us,tcp_dip_share,tcp_"
			     "retransmissions,tcp_connections_ended");
	if (r->app[0]) {
		fprintf(out, ",frame_downtime_us,t_comp_us,t_mig_us,waited_us,ssim,tick_jump,input_"
			     "before_us,input_after_us,image_pull_us");
		for (int i = 0; i < APP_STAGES; i++)
			fprintf(out, ",stage_%d_us", i + 1);
		fprintf(out, ",gate_passed,rested,t_comp_logic_us,settling_us");
	}
	fprintf(out, "\n");
}

static void app(FILE *out, const struct app_result *a)
{
	const double values[] = {a->frame_us,	     a->comp_us,	a->migration_us,
				 a->wait_us,	     a->ssim,		a->tick_jump,
				 a->input_before_us, a->input_after_us, a->pull_us};

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		number(out, values[i]);
	for (int i = 0; i < APP_STAGES; i++)
		number(out, a->stage_us[i]);
	fprintf(out, ",%s,%s", a->passed ? "yes" : "no", app_rest_text(a->rest));
	number(out, a->logic_us);
	number(out, a->settle_us);
}

static void tcp(FILE *out, bool known, const struct tcp_result *t)
{
	number(out, known ? t->stall_us : NAN);
	number(out, known ? t->reconnect_us : NAN);
	number(out, known ? t->dip_us : NAN);
	number(out, known ? t->dip_share : NAN);
	count(out, known, t->retransmissions);
	count(out, known, t->ended);
}

void report_csv(const struct report *r, FILE *out)
{
	head(out, r);
	for (size_t i = 0; i < r->event_count; i++) {
		const struct switch_event *e = &r->event[i];

		fprintf(out, "%s,%s,%s,%s", r->run[e->ue].ue, r->mode[e->mode].name, e->migration,
			e->state);
		count(out, e->ok, e->t0_ns);
		count(out, e->ok, e->switched_ns);
		number(out, e->ok ? e->setup_us : NAN);
		direction(out, e->ok ? &e->up : &nothing);
		direction(out, e->ok ? &e->down : &nothing);
		if (r->storm.rounds) {
			number(out, report_figure_of(e, UPLINK, FIGURE_SWITCHED));
			number(out, report_figure_of(e, UPLINK, FIGURE_ENDED));
		}
		if (r->tcp.rate_bps)
			tcp(out, e->ok, &e->tcp);
		if (r->app[0])
			app(out, &e->app);
		fprintf(out, "\n");
	}
}
