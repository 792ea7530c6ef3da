// SPDX-License-Identifier: Apache-2.0
/* The report as JSON. The figures go through jansson; the packets (report_packets.c), which may be
 * millions, are printed straight. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "lib/version.h"
#include "testbed/measure/ascending.h"
#include "testbed/measure/report.h"

/* Fifteen digits are what a double holds of any decimal: 454.033, not 454.03300000000002. */
enum { FORM = JSON_COMPACT | JSON_REAL_PRECISION(15) };

static json_t *number(double value, double scale)
{
	return isnan(value) ? json_null() : json_real(round(value / scale * 1000) / 1000);
}

/* ---- figures ---- */

static json_t *summary_json(struct summary s, double scale)
{
	return json_pack("{s:o, s:o, s:o}", "p50", number(s.p50, scale), "p99",
			 number(s.p99, scale), "max", number(s.max, scale));
}

static json_t *figure_json(const struct report *r, size_t mode, enum report_direction d,
			   enum report_figure figure)
{
	return summary_json(report_summary(r, mode, d, figure), 1);
}

/* Of the delays, in a direction's object */
static void add_delays(json_t *j, const struct delays *delays)
{
	json_t *phases = json_object();

	if (!delays) {
		json_decref(phases);
		return;
	}
	for (int p = 0; p < DELAY_PHASES; p++)
		json_object_set_new(phases, delay_phase_name[p],
				    summary_json(hdr_summary(&delays->phase[p]), 1));
	json_object_set_new(j, "one_way_delay_us", phases);
	json_object_set_new(j, "delay_variation_us",
			    summary_json(hdr_summary(&delays->variation), 1));
}

static json_t *direction_json(const struct report *r, size_t mode, enum report_direction d,
			      const struct report_counts *c)
{
	json_t *j = json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:I}", "latency_us",
			      figure_json(r, mode, d, FIGURE_LATENCY), "largest_gap_us",
			      figure_json(r, mode, d, FIGURE_LARGEST_GAP), "loss_gap_us",
			      figure_json(r, mode, d, FIGURE_LOSS_GAP),
			      "first_lost_to_first_received_us",
			      figure_json(r, mode, d, FIGURE_FIRST_LOST), "lost",
			      (json_int_t)c->lost[d], "duplicated", (json_int_t)c->duplicated[d],
			      "reordered", (json_int_t)c->reordered[d]);

	add_delays(j, report_delays(r, mode, d));
	return j;
}

static json_t *sender_json(const struct report *r)
{
	struct summary none = {NAN, NAN, NAN, 0};
	const struct hdr *late = r->run[0].sender_late;
	struct sender_counts c = report_sender(r);

	return json_pack("{s:I, s:o, s:I, s:I}", "sent", (json_int_t)c.sent, "late_us",
			 summary_json(late ? hdr_summary(late) : none, 1), "missed",
			 (json_int_t)c.missed, "stamped_by_kernel",
			 (json_int_t)c.stamped_by_kernel);
}

static json_t *marks_json(const struct report *r)
{
	json_t *marks = json_array();
	char text[160];

	for (size_t i = 0; report_mark(r, i, text, sizeof text); i++)
		json_array_append_new(marks, json_string(text));
	return marks;
}

static json_t *tcp_json(const struct report *r, size_t mode, const struct report_counts *c)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:I}", "stall_us",
			 figure_json(r, mode, UPLINK, FIGURE_TCP_STALL), "reconnect_us",
			 figure_json(r, mode, UPLINK, FIGURE_TCP_RECONNECT), "dip_us",
			 figure_json(r, mode, UPLINK, FIGURE_TCP_DIP), "dip_share",
			 figure_json(r, mode, UPLINK, FIGURE_TCP_DIP_SHARE), "retransmissions",
			 (json_int_t)c->retransmissions, "connections_ended", (json_int_t)c->ended);
}

/* Of the inputs themselves, not of the switches' medians */
static json_t *inputs_json(const struct report *r, size_t mode, bool after)
{
	size_t n = 0;
	double *values = report_input_values(r, mode, NULL, after, &n);
	json_t *j = json_pack("{s:I, s:o, s:o, s:o}", "inputs", (json_int_t)n, "p50",
			      number(ascending_at(values, n, 0.5), 1000), "p95",
			      number(ascending_at(values, n, 0.95), 1000), "max",
			      number(ascending_at(values, n, 1), 1000));

	free(values);
	return j;
}

static json_t *gate_json(const struct report *r, size_t mode)
{
	struct report_gate gate = report_gate(r, mode);

	return json_pack("{s:I, s:I, s:o}", "passed", (json_int_t)gate.passed, "rested",
			 (json_int_t)gate.rested, "rested_share",
			 gate.known ? number((double)gate.rested / (double)gate.known, 1)
				    : json_null());
}

static json_t *app_json(const struct report *r, size_t mode)
{
	static const struct {
		const char *name;
		enum report_figure figure;
	} figures[] = {{"frame_downtime_ms", FIGURE_APP_FRAMES},
		       {"packet_downtime_ms", FIGURE_APP_PACKETS},
		       {"t_comp_ms", FIGURE_APP_COMP},
		       {"t_comp_logic_ms", FIGURE_APP_LOGIC},
		       {"settling_ms", FIGURE_APP_SETTLE},
		       {"waited_ms", FIGURE_APP_WAIT},
		       {"input_to_display_before_ms", FIGURE_APP_INPUT_BEFORE},
		       {"input_to_display_after_ms", FIGURE_APP_INPUT_AFTER},
		       {"t_mig_ms", FIGURE_APP_MIGRATION}};
	json_t *j = json_object();

	for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
		json_object_set_new(
			j, figures[i].name,
			summary_json(report_summary(r, mode, UPLINK, figures[i].figure), 1000));
	json_object_set_new(j, "given_up", json_integer((json_int_t)report_given_up(r, mode)));
	json_object_set_new(j, "gate", gate_json(r, mode));
	json_object_set_new(j, "inputs_before_ms", inputs_json(r, mode, false));
	json_object_set_new(j, "inputs_after_ms", inputs_json(r, mode, true));
	return j;
}

static json_t *mode_json(const struct report *r, size_t mode)
{
	struct report_counts c = report_count(r, mode);
	struct summary setup = report_summary(r, mode, UPLINK, FIGURE_SETUP);
	json_t *j = json_pack("{s:I, s:I, s:o, s:o, s:o}", "switches",
			      (json_int_t)(c.completed + c.failed), "failed", (json_int_t)c.failed,
			      "pdu_session_setup_ms", summary_json(setup, 1000), "uplink",
			      direction_json(r, mode, UPLINK, &c), "downlink",
			      direction_json(r, mode, DOWNLINK, &c));

	if (r->storm.rounds) {
		json_object_set_new(
			j, "switched_ms",
			summary_json(report_summary(r, mode, UPLINK, FIGURE_SWITCHED), 1000));
		json_object_set_new(
			j, "ended_ms",
			summary_json(report_summary(r, mode, UPLINK, FIGURE_ENDED), 1000));
	}
	if (r->tcp.rate_bps)
		json_object_set_new(j, "tcp", tcp_json(r, mode, &c));
	if (r->app[0])
		json_object_set_new(j, "application", app_json(r, mode));
	return j;
}

static void time_text(uint64_t ns, char buf[32])
{
	time_t seconds = (time_t)(ns / 1000000000u);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static json_t *storm_json(const struct report *r)
{
	json_t *cpu = json_array();

	for (size_t i = 0; i < r->storm.cpu_count; i++) {
		const struct report_cpu *c = &r->storm.cpu[i];

		json_array_append_new(cpu, json_pack("{s:s, s:s, s:o, s:o, s:o}", "node", c->node,
						     "daemon", c->daemon, "seconds",
						     number(c->seconds, 1), "ms_per_switch",
						     number(report_cpu_us(r, c), 1000),
						     "idle_processors", number(c->idle, 1)));
	}
	return json_pack("{s:I, s:I, s:o, s:o}", "ues", (json_int_t)r->run_count, "rounds",
			 (json_int_t)r->storm.rounds, "seconds", number(r->storm.cpu_seconds, 1),
			 "cpu", cpu);
}

static json_t *head_json(const struct report *r)
{
	json_t *modes = json_object(), *head;
	char when[32];

	time_text(r->time_ns, when);
	for (size_t m = 0; m < r->mode_count; m++)
		json_object_set_new(modes, r->mode[m].name, mode_json(r, m));
	head = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:I, s:I, s:o, s:o, s:o, s:o, s:o}",
		"version", version_string, "commit", version_commit, "time", when, "machine",
		r->machine, "kernel", r->kernel, "topology", r->topology, "dataplane", "upf",
		r->dataplane_upf, "gnb", r->dataplane_gnb, "interval_us",
		(json_int_t)(r->interval_ns / 1000), "hold_ms", (json_int_t)r->hold_ms,
		"noise_floor_us", number(fmax(r->noise_up.p50, r->noise_down.p50), 1), "sender",
		sender_json(r), "marks", marks_json(r), "links",
		r->links.ports ? json_incref(r->links.ports) : json_array(), "modes", modes);
	if (r->links.before)
		json_object_set(head, "links_before", r->links.before);
	if (r->app[0]) {
		json_object_set_new(head, "app", json_string(r->app));
		json_object_set_new(head, "strategy", json_string(r->strategy));
		json_object_set_new(head, "timeout_ms", json_integer((json_int_t)r->timeout_ms));
	}
	return head;
}

/* ---- one switch ---- */

static json_t *count(const struct direction_result *d, uint64_t value)
{
	return d->counted ? json_integer((json_int_t)value) : json_null();
}

static json_t *result_json(const struct direction_result *d)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "latency_us",
			 number(d->latency_us, 1), "largest_gap_us", number(d->largest_gap_us, 1),
			 "loss_gap_us", number(d->loss_gap_us, 1),
			 "first_lost_to_first_received_us", number(d->first_lost_us, 1), "lost",
			 count(d, d->lost), "duplicated", count(d, d->duplicated), "reordered",
			 count(d, d->reordered));
}

static json_t *input_json(const struct report *r, const struct input_sample *s)
{
	char edge[64];

	report_edge_name(r, s->edge, edge, sizeof edge);
	return json_pack(
		"{s:I, s:i, s:I, s:o, s:o, s:s, s:I, s:b}", "seq", (json_int_t)s->times.seq,
		"input", s->times.input, "made_ns", (json_int_t)s->times.made_ns, "from_switch_ms",
		number((double)s->from_switch_ns, 1e6), "latency_ms", number(s->latency_us, 1000),
		"edge", edge, "sends", (json_int_t)s->times.sends, "resent", s->resent);
}

static json_t *event_app_json(const struct report *r, const struct switch_event *e)
{
	json_t *j = app_result_json(&e->app), *before = json_array(), *after = json_array();

	for (size_t i = 0; i < e->inputs.count; i++)
		json_array_append_new(e->inputs.sample[i].from_switch_ns < 0 ? before : after,
				      input_json(r, &e->inputs.sample[i]));
	json_object_set_new(j, "destination", json_string(e->to));
	json_object_set_new(j, "inputs_before", before);
	json_object_set_new(j, "inputs_after", after);
	return j;
}

/* Of a switch that was given up, how long it waited is known. */
static json_t *given_up_json(const struct report *r)
{
	return json_pack("{s:b, s:I}", "given_up", 1, "waited_ms", (json_int_t)r->timeout_ms);
}

static json_t *event_json(const struct report *r, const struct switch_event *e)
{
	json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:b}", "ue", r->run[e->ue].ue, "mode",
			      r->mode[e->mode].name, "migration", e->migration, "state", e->state,
			      "completed", e->ok);

	if (e->cause[0])
		json_object_set_new(j, "cause", json_string(e->cause));
	if (e->given_up)
		json_object_set_new(j, "application", given_up_json(r));
	if (!e->ok)
		return j;
	if (e->note[0])
		json_object_set_new(j, "note", json_string(e->note));
	if (e->asked_ns)
		json_object_set_new(j, "asked_ns", json_integer((json_int_t)e->asked_ns));
	json_object_set_new(j, "created_ns", json_integer((json_int_t)e->created_ns));
	json_object_set_new(j, "ended_ns", json_integer((json_int_t)e->ended_ns));
	json_object_set_new(j, "t0_ns", json_integer((json_int_t)e->t0_ns));
	json_object_set_new(j, "switched_ns", json_integer((json_int_t)e->switched_ns));
	json_object_set_new(j, "pdu_session_setup_ms", number(e->setup_us, 1000));
	json_object_set_new(j, "uplink_teid", json_integer(e->uplink_teid));
	json_object_set_new(j, "sender_gap_us", number(e->sender_gap_us, 1));
	json_object_set_new(j, "uplink", result_json(&e->up));
	json_object_set_new(j, "downlink", result_json(&e->down));
	if (r->app[0])
		json_object_set_new(j, "application", event_app_json(r, e));
	if (e->bytes)
		json_object_set(j, "bytes", e->bytes);
	if (r->tcp.rate_bps)
		json_object_set_new(j, "tcp",
				    json_pack("{s:o, s:o, s:o, s:o, s:i, s:i}", "stall_us",
					      number(e->tcp.stall_us, 1), "reconnect_us",
					      number(e->tcp.reconnect_us, 1), "dip_us",
					      number(e->tcp.dip_us, 1), "dip_share",
					      number(e->tcp.dip_share, 1), "retransmissions",
					      (int)e->tcp.retransmissions, "connections_ended",
					      (int)e->tcp.ended));
	return j;
}

/* ---- all of it ---- */

/* The members of @j, returned to us, without the braces */
static int print_members(json_t *j, FILE *out)
{
	int r = j ? json_dumpf(j, out, FORM | JSON_EMBED) : -1;

	json_decref(j);
	return r < 0 ? -EIO : 0;
}

static int print_event(const struct report *r, const struct switch_event *e, FILE *out)
{
	int status;

	fputc('{', out);
	status = print_members(event_json(r, e), out);
	if (e->ok)
		report_packets_json(r, e, out);
	fputc('}', out);
	return status;
}

static json_t *connection_json(const struct tcp_connection *c)
{
	char local[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &c->local, local, sizeof local);
	return json_pack("{s:I, s:I, s:I, s:i, s:i, s:s}", "asked_ns", (json_int_t)c->asked_ns,
			 "connected_ns", (json_int_t)c->connected_ns, "ended_ns",
			 (json_int_t)c->ended_ns, "errno", c->error, "attempts", (int)c->attempts,
			 "local", local);
}

/* The whole run: [time, octets received, segments sent again, round trip time in us] every 10 ms */
static int print_tcp(const struct report *r, FILE *out)
{
	const struct tcp_run *t = &r->tcp;
	json_t *connections = json_array();
	int status;

	for (size_t i = 0; i < t->connection_count; i++)
		json_array_append_new(connections, connection_json(&t->connection[i]));
	fprintf(out, ",\"tcp\":{");
	status = print_members(json_pack("{s:I, s:o}", "rate_bps", (json_int_t)t->rate_bps,
					 "connections", connections),
			       out);
	fprintf(out, ",\"samples\":[");
	for (size_t i = 0; i < t->sample_count; i++)
		fprintf(out, "%s[%" PRIu64 ",%" PRIu64 ",%" PRIu32 ",%" PRIu32 "]", i ? "," : "",
			t->sample[i].ns, t->sample[i].received_bytes, t->sample[i].retransmissions,
			t->sample[i].rtt_us);
	fprintf(out, "]}");
	return status;
}

static int print_similarity(const struct report *r, FILE *out)
{
	size_t n = 0;
	double *live = report_live_waits(r, &n);
	json_t *j = live ? similarity_json(&r->similarity, live, n, report_given_up(r, SIZE_MAX))
			 : NULL;
	int status = -ENOMEM;

	if (j) {
		fprintf(out, ",\"similarity\":");
		status = json_dumpf(j, out, FORM) < 0 ? -EIO : 0;
	}
	json_decref(j);
	free(live);
	return status;
}

int report_json(const struct report *r, FILE *out)
{
	int status;

	fputc('{', out);
	status = print_members(head_json(r), out);
	if (r->storm.rounds && status == 0) {
		fprintf(out, ",\"storm\":{");
		status = print_members(storm_json(r), out);
		fputc('}', out);
	}
	fprintf(out, ",\"samples\":[");
	for (size_t i = 0; i < r->event_count && status == 0; i++) {
		fputs(i ? "," : "", out);
		status = print_event(r, &r->event[i], out);
	}
	fprintf(out, "]");
	if (r->similarity.count && status == 0)
		status = print_similarity(r, out);
	if (status == 0)
		status = report_watch_json(r, out);
	if (r->tcp.rate_bps && status == 0)
		status = print_tcp(r, out);
	fprintf(out, "}\n");
	return status < 0 ? status : ferror(out) ? -EIO : 0;
}
