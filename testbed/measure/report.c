// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/version.h"
#include "testbed/baton.h"

void report_done(struct report *r)
{
	free(r->event);
	probe_run_done(&r->run);
}

/* ---- figures ---- */

static double figure_of(const struct switch_event *e, enum report_direction direction,
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
	}
	return NAN;
}

size_t report_values(const struct report *r, size_t mode, enum report_direction direction,
		     enum report_figure figure, double *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < r->event_count; i++) {
		double value = figure_of(&r->event[i], direction, figure);

		if (r->event[i].mode == mode && r->event[i].ok && !isnan(value))
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

struct report_counts report_count(const struct report *r, size_t mode)
{
	struct report_counts c = {0};

	for (size_t i = 0; i < r->event_count; i++) {
		const struct switch_event *e = &r->event[i];

		if (e->mode != mode)
			continue;
		c.completed += e->ok;
		c.failed += !e->ok;
		if (!e->ok)
			continue;
		c.lost[UPLINK] += e->up.lost;
		c.lost[DOWNLINK] += e->down.lost;
		c.duplicated[UPLINK] += e->up.duplicated;
		c.duplicated[DOWNLINK] += e->down.duplicated;
		c.reordered[UPLINK] += e->up.reordered;
		c.reordered[DOWNLINK] += e->down.reordered;
	}
	return c;
}

/* ---- JSON ---- */

static json_t *number(double value, double scale)
{
	return isnan(value) ? json_null() : json_real(round(value / scale * 1000) / 1000);
}

static json_t *summary_json(struct summary s, double scale)
{
	return json_pack("{s:o, s:o, s:o}", "p50", number(s.p50, scale), "p99",
			 number(s.p99, scale), "max", number(s.max, scale));
}

static json_t *direction_json(const struct report *r, size_t mode, enum report_direction d,
			      const struct report_counts *c)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:I, s:I, s:I}", "latency_us",
		summary_json(report_summary(r, mode, d, FIGURE_LATENCY), 1), "largest_gap_us",
		summary_json(report_summary(r, mode, d, FIGURE_LARGEST_GAP), 1), "loss_gap_us",
		summary_json(report_summary(r, mode, d, FIGURE_LOSS_GAP), 1),
		"first_lost_to_first_received_us",
		summary_json(report_summary(r, mode, d, FIGURE_FIRST_LOST), 1), "lost",
		(json_int_t)c->lost[d], "duplicated", (json_int_t)c->duplicated[d], "reordered",
		(json_int_t)c->reordered[d]);
}

static json_t *mode_json(const struct report *r, size_t mode)
{
	struct report_counts c = report_count(r, mode);

	return json_pack("{s:I, s:I, s:o, s:o, s:o}", "switches",
			 (json_int_t)(c.completed + c.failed), "failed", (json_int_t)c.failed,
			 "pdu_session_setup_ms",
			 summary_json(report_summary(r, mode, UPLINK, FIGURE_SETUP), 1000),
			 "uplink", direction_json(r, mode, UPLINK, &c), "downlink",
			 direction_json(r, mode, DOWNLINK, &c));
}

static json_t *result_json(const struct direction_result *d)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:I}", "latency_us",
			 number(d->latency_us, 1), "largest_gap_us", number(d->largest_gap_us, 1),
			 "loss_gap_us", number(d->loss_gap_us, 1),
			 "first_lost_to_first_received_us", number(d->first_lost_us, 1), "lost",
			 (json_int_t)d->lost, "duplicated", (json_int_t)d->duplicated, "reordered",
			 (json_int_t)d->reordered);
}

/* Raw packets of a window, times in nanoseconds from T0. */
struct window {
	uint64_t t0, from, to;
};

static bool inside(const struct window *w, uint64_t ns)
{
	return ns >= w->from && ns <= w->to;
}

static json_int_t relative(const struct window *w, uint64_t ns)
{
	return (json_int_t)(ns - w->t0);
}

/* [sequence number, sent] of each probe */
static json_t *sent_json(const struct probe_run *run, const struct window *w)
{
	json_t *a = json_array();

	for (size_t i = 0; i < run->sent_count; i++) {
		if (inside(w, run->sent_ns[i]))
			json_array_append_new(a, json_pack("[I, I]", (json_int_t)i,
							   relative(w, run->sent_ns[i])));
	}
	return a;
}

/* [edge, sender's sequence number, reflector's, received, reply sent] of each probe that an edge
 * got */
static json_t *reflected_json(const struct probe_run *run, const struct window *w)
{
	json_t *a = json_array();

	for (size_t e = 0; e < run->edge_count; e++) {
		for (size_t i = 0; i < run->reflected_count[e]; i++) {
			const struct stamp_sample *s = &run->reflected[e][i];

			if (inside(w, s->received_ns))
				json_array_append_new(
					a, json_pack("[s, I, I, I, I]", run->edge_name[e],
						     (json_int_t)s->sender_seq, (json_int_t)s->seq,
						     relative(w, s->received_ns),
						     relative(w, s->sent_ns)));
		}
	}
	return a;
}

/* [sender's sequence number, reflector's, received] of each reply */
static json_t *replies_json(const struct probe_run *run, const struct window *w)
{
	json_t *a = json_array();

	for (size_t i = 0; i < run->reply_count; i++) {
		if (inside(w, run->reply[i].received_ns))
			json_array_append_new(a, json_pack("[I, I, I]",
							   (json_int_t)run->reply[i].sender_seq,
							   (json_int_t)run->reply[i].reflector_seq,
							   relative(w, run->reply[i].received_ns)));
	}
	return a;
}

/* [TEID, sequence number, time] of each probe seen on N3 */
static json_t *tap_json(const struct probe_run *run, const struct window *w)
{
	json_t *a = json_array();

	for (size_t i = 0; i < run->tap_count; i++) {
		if (inside(w, run->tap[i].ns))
			json_array_append_new(a,
					      json_pack("[I, I, I]", (json_int_t)run->tap[i].teid,
							(json_int_t)run->tap[i].seq,
							relative(w, run->tap[i].ns)));
	}
	return a;
}

static json_t *event_json(const struct report *r, const struct switch_event *e, bool samples)
{
	struct window w = {e->t0_ns, e->t0_ns - WINDOW_LEAD_NS, e->switched_ns + e->hold_ns};
	json_t *j = json_pack("{s:s, s:s, s:s, s:b}", "mode", r->mode[e->mode].name, "migration",
			      e->migration, "state", e->state, "completed", e->ok);

	if (e->cause[0])
		json_object_set_new(j, "cause", json_string(e->cause));
	if (!e->ok)
		return j;
	json_object_set_new(j, "t0_ns", json_integer((json_int_t)e->t0_ns));
	json_object_set_new(j, "switched_ns", json_integer((json_int_t)e->switched_ns));
	json_object_set_new(j, "pdu_session_setup_ms", number(e->setup_us, 1000));
	json_object_set_new(j, "uplink_teid", json_integer(e->uplink_teid));
	json_object_set_new(j, "uplink", result_json(&e->up));
	json_object_set_new(j, "downlink", result_json(&e->down));
	if (samples)
		json_object_set_new(
			j, "packets",
			json_pack("{s:o, s:o, s:o, s:o}", "sent", sent_json(&r->run, &w),
				  "reflected", reflected_json(&r->run, &w), "replies",
				  replies_json(&r->run, &w), "n3", tap_json(&r->run, &w)));
	return j;
}

static void time_text(uint64_t ns, char buf[32])
{
	time_t seconds = (time_t)(ns / 1000000000u);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

json_t *report_json(const struct report *r, bool samples)
{
	json_t *modes = json_object(), *events = json_array();
	char when[32];
	json_t *j;

	time_text(r->time_ns, when);
	for (size_t m = 0; m < r->mode_count; m++)
		json_object_set_new(modes, r->mode[m].name, mode_json(r, m));
	for (size_t i = 0; i < r->event_count; i++)
		json_array_append_new(events, event_json(r, &r->event[i], samples));
	j = json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:{s:s, s:s}, s:I, s:I, s:o}", "version",
		      version_string, "commit", version_commit, "time", when, "machine", r->machine,
		      "emulated", r->emulated, "kernel", r->kernel, "topology", r->topology,
		      "dataplane", "upf", r->dataplane_upf, "gnb", r->dataplane_gnb, "interval_us",
		      (json_int_t)(r->interval_ns / 1000), "hold_ms", (json_int_t)r->hold_ms,
		      "noise_floor_us", number(fmax(r->noise_up.p50, r->noise_down.p50), 1));
	json_object_set_new(j, "noise",
			    json_pack("{s:I, s:o, s:o}", "windows", (json_int_t)r->noise_up.count,
				      "uplink_largest_gap_us", summary_json(r->noise_up, 1),
				      "downlink_largest_gap_us", summary_json(r->noise_down, 1)));
	json_object_set_new(j, "sender_late_max_us",
			    number((double)r->run.sender_late_max_ns, 1000));
	json_object_set_new(j, "modes", modes);
	json_object_set_new(j, "samples", events);
	return j;
}

/* ---- CSV ---- */

static void csv_number(FILE *out, double value)
{
	if (isnan(value))
		fprintf(out, ",");
	else
		fprintf(out, ",%.3f", value);
}

static void csv_direction(FILE *out, const struct direction_result *d)
{
	csv_number(out, d->latency_us);
	csv_number(out, d->largest_gap_us);
	csv_number(out, d->loss_gap_us);
	csv_number(out, d->first_lost_us);
	fprintf(out, ",%llu,%llu,%llu", (unsigned long long)d->lost,
		(unsigned long long)d->duplicated, (unsigned long long)d->reordered);
}

void report_csv(const struct report *r, FILE *out)
{
	static const char *const directions[] = {"uplink", "downlink"};

	fprintf(out, "mode,migration,state,t0_ns,switched_ns,pdu_session_setup_us");
	for (int d = 0; d < 2; d++)
		fprintf(out,
			",%1$s_latency_us,%1$s_largest_gap_us,%1$s_loss_gap_us,%1$s_first_lost_to_"
			"first_received_us,%1$s_lost,"
			"%1$s_duplicated,%1$s_reordered",
			directions[d]);
	fprintf(out, "\n");
	for (size_t i = 0; i < r->event_count; i++) {
		const struct switch_event *e = &r->event[i];

		fprintf(out, "%s,%s,%s,", r->mode[e->mode].name, e->migration, e->state);
		if (e->ok) {
			fprintf(out, "%llu,%llu", (unsigned long long)e->t0_ns,
				(unsigned long long)e->switched_ns);
			csv_number(out, e->setup_us);
			csv_direction(out, &e->up);
			csv_direction(out, &e->down);
		} else {
			fprintf(out, ",,,,,,,,,,,,,,,,");
		}
		fprintf(out, "\n");
	}
}

/* ---- files ---- */

static int write_json(const struct report *r, FILE *out)
{
	json_t *j = report_json(r, true);
	int status = json_dumpf(j, out, JSON_INDENT(0) | JSON_COMPACT);

	json_decref(j);
	fputc('\n', out);
	return status < 0 ? -EIO : 0;
}

static int write_csv(const struct report *r, FILE *out)
{
	report_csv(r, out);
	return 0;
}

static int write_svg(const struct report *r, FILE *out)
{
	report_svg(r, out);
	return 0;
}

static int write_file(const struct report *r, const char *dir, const char *name,
		      int (*write)(const struct report *, FILE *))
{
	char path[PATH_MAX], aside[PATH_MAX];
	FILE *out;
	int status;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	snprintf(aside, sizeof aside, "%s/.%s.new", dir, name);
	out = fopen(aside, "we");
	status = out ? write(r, out) : -errno;
	if (out && fclose(out) != 0 && status == 0)
		status = -errno;
	if (status == 0 && rename(aside, path) < 0)
		status = -errno;
	if (status < 0) {
		complain("%s can't be written: %s", path, strerror(-status));
		unlink(aside);
	}
	return status;
}

static int make_folders(const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s", dir);
	for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(path, 0777) < 0 && errno != EEXIST) {
			complain("%s can't be made: %s", path, strerror(errno));
			return -errno;
		}
		if (!slash)
			return 0;
		*slash = '/';
	}
}

int report_write(const struct report *r, const char *dir)
{
	int status = make_folders(dir);

	if (status == 0)
		status = write_file(r, dir, "report.json", write_json);
	if (status == 0)
		status = write_file(r, dir, "report.csv", write_csv);
	if (status == 0)
		status = write_file(r, dir, "report.svg", write_svg);
	return status;
}
