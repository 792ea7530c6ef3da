// SPDX-License-Identifier: Apache-2.0
/*
 * `baton measure switch`: a UE is switched to and fro between two edges under a probe stream, one
 * migration after the other, and each switch is worked out from the packets around it.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "testbed/link_client.h"
#include "testbed/measure/collect.h"
#include "testbed/measure/measure.h"
#include "testbed/measure/session.h"

enum {
	PAUSE_MS = 130,	 /* before each switch: its window begins 100 ms before T0 */
	DRAIN_MS = 1000, /* after the last probe: LOST_AFTER_NS */
	NOISE_WINDOWS = 10,
	REFLECTOR_TIMEOUT_MS = 3000,
	FAILURES_MAX = 3, /* in a row, then it makes no sense to go on */
	AGENTS_TIMEOUT_MS = 5000
};

static volatile sig_atomic_t interrupted;

static bool is_interrupted(void)
{
	return interrupted;
}

static void on_interrupt(int signal)
{
	static const char text[] = "\nbaton: ending after the switch under way; once more ends "
				   "at once\n";

	interrupted = 1;
	(void)!write(STDERR_FILENO, text, sizeof text - 1);
}

/* A first Ctrl-C ends the measurement after the switch under way; what was measured is told. */
static void catch_interrupt(void)
{
	struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void __attribute__((format(printf, 2, 3)))
progress(const struct session *s, const char *format, ...)
{
	va_list args;

	if (s->options.quiet)
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
}

/* Between two windows, so that answering costs no probe its time. What can't be had now is asked
 * for again after the next switch. */
static void fetch_samples(struct session *s)
{
	for (size_t e = 0; e < s->report.run.edge_count; e++)
		client_reflected(&s->client, &s->report.run, e, s->ssid);
}

/* Return: 0, or negative when going on makes no sense */
static int switch_once(struct session *s, size_t mode)
{
	struct switch_event *event = &s->report.event[s->report.event_count];
	int r;

	pause_ms(PAUSE_MS);
	if (interrupted)
		return -EINTR;
	event->mode = mode;
	r = session_migrate(s, event);
	if (r != -ENOENT)
		s->report.event_count++;
	if (r == 0)
		fetch_samples(s);
	return r;
}

/* ---- what shapes the links ---- */

/* Where no link-shaper runs the answer is NULL, and nothing is unknown: a rate alone may be the
 * kernel's, which doesn't fall behind. */
static json_t *ask_shaper(struct session *s)
{
	struct link_client_error err;
	char socket[RUN_PATH_MAX];
	json_t *answer = NULL;
	int r;

	link_client_socket(&s->place.run, socket);
	r = link_client_get(socket, &answer, &err);
	if (r < 0 && r != -ENOENT)
		s->report.links.unknown = true;
	return answer;
}

static json_int_t of(const json_t *answer, const char *key)
{
	return json_integer_value(json_object_get(answer, key));
}

/* @before: given */
static void compare_shaper(struct session *s, json_t *before)
{
	struct report_links *links = &s->report.links;
	json_t *after = ask_shaper(s);

	links->ports = json_incref(json_object_get(after, "ports"));
	links->restarted = !before != !after || of(before, "since_us") != of(after, "since_us");
	if (!links->restarted)
		links->behind = (uint64_t)(of(after, "behind") - of(before, "behind"));
	json_decref(before);
	json_decref(after);
}

/* ---- the run ---- */

static void show_progress(const struct session *s, size_t mode, uint64_t done)
{
	bool tty = isatty(STDERR_FILENO), last = done == s->report.mode[mode].wanted;

	if (tty || last || done % 25 == 0)
		progress(s, "%s  %s: %" PRIu64 " of %zu switches%s", tty ? "\r" : "",
			 s->report.mode[mode].name, done, s->report.mode[mode].wanted,
			 tty && !last ? "" : "\n");
}

static int run_mode(struct session *s, size_t mode)
{
	unsigned failures = 0;
	int r = 0;

	for (uint64_t i = 0; i < s->report.mode[mode].wanted && r == 0; i++) {
		size_t before = s->report.event_count;
		const char *trouble;

		r = interrupted ? -EINTR : switch_once(s, mode);
		if (r < 0)
			break;
		failures = s->report.event[before].ok ? 0 : failures + 1;
		if (failures == FAILURES_MAX) {
			complain("%u switches in a row did not complete; giving up", failures);
			r = -EIO;
		}
		trouble = probe_trouble(s->probe);
		if (trouble) {
			complain("%s; ending here", trouble);
			r = -EIO;
		}
		show_progress(s, mode, i + 1);
	}
	return r;
}

static void listen_to_silence(struct session *s)
{
	uint64_t window_ms = s->options.hold_ms + WINDOW_LEAD_NS / 1000000;

	progress(s, "  noise floor: %d windows of %" PRIu64 " ms without a switch\n", NOISE_WINDOWS,
		 window_ms);
	pause_ms(PAUSE_MS); /* first packets resolve neighbours and warm caches */
	s->noise_start_ns = clock_now_ns();
	s->noise_length_ns = window_ms * UINT64_C(1000000);
	while (s->noise_windows < NOISE_WINDOWS && !interrupted) {
		pause_ms(window_ms);
		s->noise_windows++;
	}
	fetch_samples(s);
}

static int begin(struct session *s)
{
	int r = place_taps(&s->place, s->ssid, &s->tap);

	if (r == 0)
		r = tap_start(s->tap);
	s->report.run.began_ns = clock_now_ns();
	if (r == 0)
		r = place_probe(&s->place, s->report.interval_ns, s->ssid, &s->probe);
	if (r < 0)
		complain("probes can't be sent: %s", strerror(-r));
	if (r < 0 || !s->options.tcp_bps)
		return r;
	r = place_tcp(&s->place, &s->report.run, s->options.tcp_bps, &s->tcp);
	if (r < 0)
		complain("no TCP flow beside the probes: %s", strerror(-r));
	return r;
}

static int measure(struct session *s)
{
	int r = begin(s);
	json_t *shaper;

	if (r < 0)
		return r;
	shaper = ask_shaper(s);
	listen_to_silence(s);
	for (size_t m = 0; m < s->report.mode_count && r == 0; m++)
		r = run_mode(s, m);
	pause_ms(PAUSE_MS);
	probe_stop_sending(s->probe);
	pause_ms(DRAIN_MS);
	compare_shaper(s, shaper);
	return r;
}

/* ---- working it out ---- */

/* Ends probes and taps; Return: 0, or -EINVAL when the stamps can't be compared */
static int end(struct session *s)
{
	int64_t step_ns = s->probe ? probe_finish(s->probe, &s->report.run) : 0;

	tap_finish(s->tap, &s->report.run);
	tcp_flow_finish(s->tcp, &s->report.tcp);
	s->tcp = NULL;
	s->probe = NULL;
	s->tap = NULL;
	if (step_ns == 0)
		return 0;
	complain("the machine's clock was set by %.3f ms during the measurement, so its stamps "
		 "can't be compared; measure again",
		 (double)step_ns / 1e6);
	return -EINVAL;
}

/* The rest of what an edge saw. An agent that is just being started again gets some time. */
static void fetch_rest(struct session *s, size_t edge)
{
	uint64_t deadline = deadline_in(REFLECTOR_TIMEOUT_MS);
	int r = -EIO;

	while (r < 0 && r != -ENOENT && clock_mono_ns() < deadline && place_is_up(&s->place)) {
		r = client_reflected(&s->client, &s->report.run, edge, s->ssid);
		if (r < 0 && r != -ENOENT)
			pause_ms(RETRY_MS);
	}
	if (r == 0)
		client_forget(&s->client, edge, s->ssid);
	else if (r != -ENOENT || collect_next(&s->report.run, edge) > 0)
		collect_missing(&s->report.run, edge,
				r == -ENOENT ? HOLE_FORGOTTEN : HOLE_UNREACHABLE, clock_now_ns());
}

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

static int compute_delays(struct session *s, const struct compute *c)
{
	struct report *r = &s->report;

	r->delays = calloc(2 * r->mode_count, sizeof *r->delays);
	for (size_t i = 0; r->delays && i < r->event_count; i++)
		if (r->event[i].ok && !r->event[i].note[0])
			delays_add(c, &r->event[i], &r->delays[2 * r->event[i].mode]);
	return r->delays ? 0 : -ENOMEM;
}

static int compute_timelines(struct session *s, const struct compute *c)
{
	struct report *report = &s->report;
	int r = 0;

	report->timelines = calloc(report->mode_count, sizeof *report->timelines);
	for (size_t m = 0; report->timelines && m < report->mode_count && r == 0; m++)
		r = timelines_make(c, report->event, report->event_count, m, &report->timelines[m]);
	return report->timelines ? r : -ENOMEM;
}

static int compute(struct session *s)
{
	double up[NOISE_WINDOWS], down[NOISE_WINDOWS];
	struct compute *c;
	int r = compute_new(&s->report.run, &c);

	if (r < 0) {
		complain("the samples can't be worked out: %s", strerror(-r));
		return r;
	}
	compute_noise(c, s->noise_start_ns, s->noise_length_ns, s->noise_windows, up, down);
	s->report.noise_up = compute_summary(up, s->noise_windows);
	s->report.noise_down = compute_summary(down, s->noise_windows);
	for (size_t i = 0; i < s->report.event_count; i++) {
		if (s->report.event[i].ok)
			compute_switch(c, &s->report.event[i]);
	}
	compute_tcp(s);
	s->report.outside =
		compute_outside(c, s->report.event, s->report.event_count, s->noise_start_ns);
	r = compute_delays(s, c);
	if (r == 0)
		r = compute_timelines(s, c);
	compute_free(c);
	return r;
}

/* The release at the end of a hold, say, must not cost anything either. */
static void warn_of_losses(const struct outside *o)
{
	if (o->lost_up || o->lost_down)
		complain("outside of all windows %" PRIu64 " of %" PRIu64 " probes and %" PRIu64
			 " replies were lost",
			 o->lost_up, o->sent, o->lost_down);
}

/* What makes figures less than they seem */
static void warn(const struct session *s)
{
	const struct probe_run *run = &s->report.run;

	for (size_t i = 0; i < run->hole_count; i++) {
		const struct hole *hole = &run->hole[i];
		char text[120];

		collect_hole_text(run, hole, text, sizeof text);
		complain("%s: what it received in %.3f s, from %.3f s after the beginning on, is "
			 "not known",
			 text, (double)(hole->to_ns - hole->from_ns) / 1e9,
			 (double)(hole->from_ns - run->began_ns) / 1e9);
	}
	if (run->replies_dropped)
		complain("%" PRIu64 " replies reached the UE and found no room in the socket: they "
			 "count as lost downlink, but the machine was too slow",
			 run->replies_dropped);
	if (run->tap_dropped)
		complain("%" PRIu64 " packets on N3 were not seen: the machine was too slow, and "
			 "an uplink switch latency may be too large",
			 run->tap_dropped);
}

static int tell(const struct session *s)
{
	char path[PATH_MAX];
	int r = 0, printed = 0;

	/* an earlier report is worth more than one of nothing */
	if (!s->report.event_count)
		complain("no switch was measured");
	else if (s->options.out)
		r = report_write(&s->report, s->options.out, path);
	if (r < 0)
		complain("%s can't be written: %s", path, strerror(-r));
	if (s->options.json)
		printed = report_json(&s->report, stdout);
	else if (s->report.event_count)
		report_table(&s->report, stdout);
	if (fflush(stdout) != 0 || printed < 0)
		complain("the report can't be printed");
	return r < 0 ? r : printed;
}

/* ---- from beginning to end ---- */

/* Agents register once a second, also with a manager that was just started: give them time before
 * calling it a mistake. */
static int await_agents(struct session *s)
{
	uint64_t deadline = deadline_in(AGENTS_TIMEOUT_MS);

	do {
		s->client.error[0] = '\0';
		if (place_edges(&s->place, &s->client, &s->report.run) == 0 &&
		    client_primary(&s->client, s->place.supi, s->at, sizeof s->at) == 0)
			return 0;
		pause_ms(RETRY_MS);
	} while (clock_mono_ns() < deadline && place_is_up(&s->place) && !interrupted);
	complain("%s", s->client.error);
	return -EIO;
}

/* Of RFC 8972 cl. 3: not 0 */
static int choose_ssid(uint16_t *ret_ssid)
{
	*ret_ssid = 0;
	while (*ret_ssid == 0) {
		if (getrandom(ret_ssid, sizeof *ret_ssid, 0) != sizeof *ret_ssid) {
			complain("random numbers: %s", strerror(errno));
			return -EIO;
		}
	}
	return 0;
}

static int make_report(struct session *s)
{
	struct report *r = &s->report;
	size_t wanted = 0;

	r->time_ns = clock_now_ns();
	r->interval_ns = r->run.interval_ns = s->options.interval_us * 1000;
	r->hold_ms = s->options.hold_ms;
	r->mode_count = s->options.mode_count;
	for (size_t m = 0; m < r->mode_count; m++) {
		r->mode[m] = s->options.mode[m];
		wanted += r->mode[m].wanted;
	}
	r->event = calloc(wanted, sizeof *r->event);
	if (!r->event)
		complain("no memory for %zu switches", wanted);
	return r->event ? 0 : -ENOMEM;
}

/* Everything that can be wrong is found before the first probe is sent. */
static int prepare(struct session *s)
{
	int r = s->options.out ? report_folder(s->options.out) : 0;

	if (r < 0) {
		complain("--out %s: %s", s->options.out, strerror(-r));
		return r;
	}
	r = choose_ssid(&s->ssid);
	if (r == 0)
		r = make_report(s);
	if (r == 0)
		r = place_lock(&s->place);
	if (r == 0)
		r = place_manager(&s->place, &s->client);
	if (r == 0)
		r = await_agents(s);
	if (r == 0)
		place_describe(&s->place, &s->client, &s->report);
	return r;
}

static int run_session(struct session *s)
{
	int measured, r;

	catch_interrupt();
	if (prepare(s) < 0)
		return interrupted ? BATON_INTERRUPTED : BATON_FAILED;
	measured = measure(s);
	r = end(s);
	if (!s->report.run.sent_count || r < 0)
		return BATON_FAILED;
	for (size_t e = 0; e < s->report.run.edge_count; e++)
		fetch_rest(s, e);
	warn(s);
	r = compute(s);
	if (r == 0) {
		warn_of_losses(&s->report.outside);
		r = tell(s);
	}
	if (interrupted)
		return BATON_INTERRUPTED;
	return measured < 0 || r < 0 ? BATON_FAILED : BATON_OK;
}

static int switch_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct session s = {.options.json = ctx->json, .interrupted = is_interrupted};
	int status;

	if (measure_options_read(&s.options, argc, argv) < 0) {
		complain("%s", s.options.error);
		return BATON_USAGE;
	}
	if (s.options.help) {
		fputs(measure_usage, stdout);
		return BATON_OK;
	}
	status = place_find(&s.place, ctx, &s.options);
	if (status == BATON_OK)
		status = run_session(&s);
	report_done(&s.report);
	place_done(&s.place);
	return status;
}

int measure_main(const struct baton_context *ctx, int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], "switch") == 0)
		return switch_main(ctx, argc - 1, argv + 1);
	if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
		fputs(measure_usage, stdout);
		return BATON_OK;
	}
	complain("measure: expected 'switch'%s%s", argc >= 2 ? ", found " : "",
		 argc >= 2 ? argv[1] : "");
	fputs(measure_usage, stderr);
	return BATON_USAGE;
}
