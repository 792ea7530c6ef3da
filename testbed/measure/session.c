// SPDX-License-Identifier: Apache-2.0
/* What measurements have in common: how they begin, how they are interrupted, what they fetch, warn
 * of and tell at their end. */
#include "testbed/measure/session.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "testbed/control.h"
#include "testbed/link_client.h"
#include "testbed/link_kernel.h"
#include "testbed/measure/around.h"
#include "testbed/measure/collect.h"

enum {
	PAUSE_MS = 130,	 /* first packets resolve neighbours and warm caches */
	DRAIN_MS = 1000, /* after the last probe: LOST_AFTER_NS */
	REFLECTOR_TIMEOUT_MS = 3000,
	AGENTS_TIMEOUT_MS = 5000
};

static volatile sig_atomic_t interrupted;

bool session_interrupted(void)
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
void session_catch_interrupt(void)
{
	struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void session_progress(const struct session *s, const char *format, ...)
{
	va_list args;

	if (s->options.quiet)
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
}

/* ---- samples ---- */

void session_fetch(struct session *s)
{
	struct report *r = &s->report;

	for (size_t u = 0; u < r->run_count; u++)
		for (size_t e = 0; e < r->run[u].edge_count; e++)
			client_reflected(&s->client, &r->run[u], e, (uint16_t)(s->ssid + u));
}

/* The rest of what an edge saw. An agent that is just being started again gets some time. */
static void fetch_rest(struct session *s, size_t ue, size_t edge)
{
	struct probe_run *run = &s->report.run[ue];
	uint16_t ssid = (uint16_t)(s->ssid + ue);
	uint64_t deadline = deadline_in(REFLECTOR_TIMEOUT_MS);
	int r = -EIO;

	while (r < 0 && r != -ENOENT && clock_mono_ns() < deadline && place_is_up(&s->place)) {
		r = client_reflected(&s->client, run, edge, ssid);
		if (r < 0 && r != -ENOENT)
			pause_ms(RETRY_MS);
	}
	if (r == 0)
		client_forget(&s->client, edge, ssid);
	else if (r != -ENOENT || collect_next(run, edge) > 0)
		collect_missing(run, edge, r == -ENOENT ? HOLE_FORGOTTEN : HOLE_UNREACHABLE,
				clock_now_ns());
}

static void fetch_all(struct session *s)
{
	for (size_t u = 0; u < s->report.run_count; u++)
		for (size_t e = 0; e < s->report.run[u].edge_count; e++)
			fetch_rest(s, u, e);
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

static json_t *ask_daemons(const struct session *s)
{
	const struct run *run = &s->place.run;
	json_t *nodes = json_array();

	for (size_t i = 0; i < run->node_count; i++) {
		json_t *status = strcmp(run->node[i].name, RUN_FABRIC) != 0
					 ? control_status(run, run->node[i].name)
					 : NULL; /* link-shaper has marks of its own */

		json_array_append_new(nodes, status ? status : json_null());
	}
	return nodes;
}

json_t *session_look_around(struct session *s)
{
	json_t *shaper = ask_shaper(s);

	return json_pack("{s:o*, s:o}", "shaper", shaper, "nodes", ask_daemons(s));
}

static void compare_shaper(struct session *s, const json_t *before, const json_t *after)
{
	struct report_links *links = &s->report.links;

	links->ports = json_incref(json_object_get(after, "ports"));
	if (links->ports)
		links->missing = link_kernel_check(&s->place.run, links->ports, true);
	links->restarted = !before != !after || of(before, "since_us") != of(after, "since_us");
	if (links->restarted || !after)
		return;
	links->behind = (uint64_t)(of(after, "behind") - of(before, "behind"));
	links->changed = around_links_moved(before, after);
	if (links->changed)
		links->before = json_incref(json_object_get(before, "ports"));
}

/* @before: given. Of what is gone nothing can be compared. */
static void compare(struct session *s, json_t *before)
{
	json_t *after;

	s->report.links.gone = !place_is_up(&s->place);
	if (!s->report.links.gone) {
		after = session_look_around(s);
		compare_shaper(s, json_object_get(before, "shaper"),
			       json_object_get(after, "shaper"));
		s->report.around = around_daemons_marks(json_object_get(before, "nodes"),
							json_object_get(after, "nodes"));
		json_decref(after);
	}
	json_decref(before);
}

static void warn_of_holes(const struct probe_run *run)
{
	for (size_t i = 0; i < run->hole_count; i++) {
		const struct hole *hole = &run->hole[i];
		char text[120];

		collect_hole_text(run, hole, text, sizeof text);
		complain("%s: what it received in %.3f s, from %.3f s after the beginning on, is "
			 "not known",
			 text, (double)(hole->to_ns - hole->from_ns) / 1e9,
			 (double)(hole->from_ns - run->began_ns) / 1e9);
	}
}

/* Of many UEs the first tells for all. */
static void warn_of_unknown(const struct report *r)
{
	size_t others = 0;

	for (size_t u = 0; u < r->run_count; u++) {
		if (r->run[u].hole_count && others++ == 0)
			warn_of_holes(&r->run[u]);
	}
	if (others > 1)
		complain("and so it is for %zu more UEs", others - 1);
}

/* What makes figures less than they seem */
static void warn(const struct session *s)
{
	struct sender_counts c = report_sender(&s->report);

	warn_of_unknown(&s->report);
	if (c.replies_dropped)
		complain("%" PRIu64 " replies reached the UE and found no room in the socket: they "
			 "count as lost downlink, but the machine was too slow",
			 c.replies_dropped);
	if (c.tap_dropped)
		complain("%" PRIu64 " packets on N3 were not seen: the machine was too slow, and "
			 "an uplink switch latency may be too large",
			 c.tap_dropped);
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

/* ---- before the first probe ---- */

/* The edges are the same for all UEs. */
static int find_edges(struct session *s, size_t u)
{
	struct probe_run *run = &s->report.run[u];

	if (u == 0)
		return place_edges(&s->place, &s->client, run);
	run->edge_count = s->report.run[0].edge_count;
	memcpy(run->edge_name, s->report.run[0].edge_name, sizeof run->edge_name);
	return 0;
}

/* Agents register once a second, also with a manager that was just started: give them time before
 * calling it a mistake. */
int session_await_agents(struct session *s, size_t u, unsigned ue, char *ret_at, size_t size)
{
	const struct topo_node *node = &s->place.topology->node[ue];
	uint64_t deadline = deadline_in(AGENTS_TIMEOUT_MS);

	snprintf(s->report.run[u].ue, sizeof s->report.run[u].ue, "%s", node->name);
	do {
		s->client.error[0] = '\0';
		if (find_edges(s, u) == 0 &&
		    client_primary(&s->client, node->supi, ret_at, size) == 0)
			return 0;
		pause_ms(RETRY_MS);
	} while (clock_mono_ns() < deadline && place_is_up(&s->place) && !interrupted);
	complain("%s", s->client.error);
	return -EIO;
}

/* The first of @count; of RFC 8972 cl. 3: none is 0 */
static int choose_ssid(size_t count, uint16_t *ret_ssid)
{
	*ret_ssid = 0;
	while (*ret_ssid == 0 || *ret_ssid + count > UINT16_MAX) {
		if (getrandom(ret_ssid, sizeof *ret_ssid, 0) != sizeof *ret_ssid) {
			complain("random numbers: %s", strerror(errno));
			return -EIO;
		}
	}
	return 0;
}

/* Everything that can be wrong is found before the first probe is sent. */
int session_prepare(struct session *s, size_t ues, size_t events)
{
	struct report *r = &s->report;

	r->time_ns = clock_now_ns();
	r->interval_ns = s->options.interval_us * 1000;
	r->hold_ms = s->options.hold_ms;
	if (s->options.app) {
		snprintf(r->app, sizeof r->app, "%s", s->options.app);
		snprintf(r->strategy, sizeof r->strategy, "%s", s->options.strategy);
		r->timeout_ms =
			s->options.timeout_ms ? s->options.timeout_ms : SIMILARITY_TIMEOUT_MS;
	}
	r->mode_count = s->options.mode_count;
	memcpy(r->mode, s->options.mode, sizeof r->mode);
	r->event = calloc(events, sizeof *r->event);
	r->run = calloc(ues, sizeof *r->run);
	if (!r->event || !r->run) {
		complain("no memory for %zu switches", events);
		return -ENOMEM;
	}
	r->run_count = ues;
	for (size_t u = 0; u < ues; u++)
		r->run[u].interval_ns = r->interval_ns;
	return choose_ssid(ues, &s->ssid);
}

int session_folder(const struct session *s)
{
	int r = s->options.out ? report_folder(s->options.out) : 0;

	if (r < 0)
		complain("--out %s: %s", s->options.out, strerror(-r));
	return r;
}

static int end(struct session *s)
{
	int64_t step_ns = s->probe ? probe_finish(s->probe, s->report.run) : 0;

	app_trace_done(&s->trace);
	watch_end(&s->watch, &s->report);
	tap_finish(s->tap, s->report.run);
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

/* ---- while probes are sent ---- */

void session_listen(struct session *s, size_t windows)
{
	uint64_t window_ms = s->options.hold_ms + WINDOW_LEAD_NS / 1000000;

	session_progress(s, "  noise floor: %zu windows of %" PRIu64 " ms without a switch\n",
			 windows, window_ms);
	pause_ms(PAUSE_MS); /* first packets resolve neighbours and warm caches */
	s->noise_start_ns = clock_now_ns();
	s->noise_length_ns = window_ms * UINT64_C(1000000);
	while (s->noise_windows < windows && !interrupted) {
		pause_ms(window_ms);
		s->noise_windows++;
	}
	session_fetch(s);
}

void session_drain(struct session *s, json_t *before)
{
	probe_stop_sending(s->probe);
	pause_ms(DRAIN_MS);
	compare(s, before);
}

int session_finish(struct session *s, int measured)
{
	int r = end(s);

	if (!report_sender(&s->report).sent || r < 0)
		return BATON_FAILED;
	fetch_all(s);
	warn(s);
	r = session_compute(s);
	if (r == 0)
		r = tell(s);
	if (interrupted)
		return BATON_INTERRUPTED;
	return measured < 0 || r < 0 ? BATON_FAILED : BATON_OK;
}
