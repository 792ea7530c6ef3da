// SPDX-License-Identifier: Apache-2.0
/* REST of switches: asked for by number, once; what became of them, and what they cost. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/picture/blend.h"
#include "apps/stream-client/viewer.h"
#include "lib/session_number.h"

enum { TIMEOUT_DEFAULT_MS = 75000, TIMEOUT_MAX_MS = 3600000, ANALYSED_INPUTS = 4096 };

#define NS_PER_MS 1000000ULL
#define NS_PER_S  1000000000ULL

/* ---- the table; with the lock ---- */

static struct switch_record *find_switch(struct viewer *v, uint32_t number)
{
	unsigned kept = v->switch_count < VIEWER_SWITCHES ? v->switch_count : VIEWER_SWITCHES;

	for (unsigned i = 1; i <= kept; i++) {
		struct switch_record *r = &v->switches[(v->switch_count - i) % VIEWER_SWITCHES];

		if (r->request.number == number)
			return r;
	}
	return NULL;
}

static const struct switch_record *newest(const struct viewer *v)
{
	return v->switch_count ? &v->switches[(v->switch_count - 1) % VIEWER_SWITCHES] : NULL;
}

/* ---- what a switch cost ---- */

/* Displays from two seconds before on; Return: how many, @ret_rows to be freed */
static size_t rows_around(struct viewer *v, uint64_t t0_ns, struct display_row **ret_rows)
{
	size_t max = (2 * DOWNTIME_AROUND_S + 3) * (size_t)v->config.fps, count;
	uint64_t next = ring_next(v->displays), first, from = next;
	struct display_row *rows = calloc(max, sizeof *rows);
	struct display_row one;

	*ret_rows = rows;
	if (!rows)
		return 0;
	/* Rows are in order of time: the first one is found by halving. */
	for (uint64_t low = next > VIEWER_DISPLAYS ? next - VIEWER_DISPLAYS : 1; low < from;) {
		uint64_t middle = low + (from - low) / 2;

		if (ring_read(v->displays, middle, 1, &one, &first) == 1 &&
		    one.display_ns < t0_ns - DOWNTIME_AROUND_S * NS_PER_S)
			low = middle + 1;
		else
			from = middle;
	}
	count = ring_read(v->displays, from, max, rows, &first);
	return count;
}

static size_t read_arrivals(struct viewer *v, uint32_t n, struct arrival_row *rows)
{
	struct stream *stream = v->stream[n].stream;
	uint64_t first;

	return stream ? ring_read(stream_arrivals(stream), 0, STREAM_ARRIVALS, rows, &first) : 0;
}

/* null when a stream is gone, or so much has come since that its rows are */
static json_t *packets_json(struct viewer *v, const struct switch_record *r,
			    const struct downtime_switch *at)
{
	struct arrival_row *source = calloc(STREAM_ARRIVALS, sizeof *source);
	struct arrival_row *destination = calloc(STREAM_ARRIVALS, sizeof *destination);
	json_t *json = NULL;
	double ms;

	if (source && destination &&
	    downtime_packets(at, source, read_arrivals(v, r->from, source), destination,
			     read_arrivals(v, r->request.to, destination), &ms) == 0)
		json = json_real(ms);
	free(source);
	free(destination);
	return json ? json : json_null();
}

static json_t *delay_json(const struct downtime_delay *d)
{
	return json_pack("{s:i, s:i, s:f, s:f}", "count", (int)d->count, "unshown", (int)d->unshown,
			 "p50_ms", d->p50_ms, "max_ms", d->max_ms);
}

static json_t *downtime_json(struct viewer *v, const struct switch_record *r)
{
	struct downtime_switch at = {.t0_ns = r->t0_ns,
				     .settled_ns = r->settled_ns,
				     .role_ns = r->role_ns,
				     .to = r->request.to,
				     .interval_ns = NS_PER_S / v->config.fps};
	struct input_row *inputs = calloc(ANALYSED_INPUTS, sizeof *inputs);
	struct inputs_state state;
	struct display_row *rows;
	size_t count = rows_around(v, r->t0_ns, &rows), input_count = 0;
	struct downtime d;
	json_t *json = json_null();

	inputs_state(v->inputs, &state);
	if (inputs)
		input_count = inputs_rows(
			v->inputs, state.made > ANALYSED_INPUTS ? state.made - ANALYSED_INPUTS : 0,
			ANALYSED_INPUTS, inputs);
	if (rows && inputs && downtime_compute(&at, rows, count, inputs, input_count, &d) == 0) {
		json = json_pack("{s:b, s:f, s:I, s:I, s:i, s:i, s:o, s:o}", "complete", d.complete,
				 "frame_ms", d.frame_ms, "gap_from_ns", (json_int_t)d.gap_from_ns,
				 "gap_to_ns", (json_int_t)d.gap_to_ns, "displays", (int)d.displays,
				 "again", (int)d.again, "input_before", delay_json(&d.before),
				 "input_after", delay_json(&d.after));
		json_object_set_new(json, "comp_ms",
				    d.has_comp ? json_real(d.comp_ms) : json_null());
		json_object_set_new(json, "packet_ms", packets_json(v, r, &at));
		json_object_set_new(json, "tick_jump",
				    d.has_jump ? json_integer(d.tick_jump) : json_null());
	}
	free(rows);
	free(inputs);
	return json;
}

/* ---- JSON ---- */

static json_t *ns_json(uint64_t ns)
{
	return ns ? json_integer((json_int_t)ns) : json_null();
}

static const char *outcome_name(const struct signal_outcome *o)
{
	static const char *const name[] = {"accepted", "stale", "not-known", "refused"};

	return o->has_outcome && o->outcome <= CONTROL_REFUSED ? name[o->outcome] : NULL;
}

/* @with_downtime: it reads the trace, which is much to do for a list */
static json_t *switch_json(struct viewer *v, uint32_t number, bool with_downtime)
{
	struct signal_outcome signal = {0};
	struct switch_record r;
	uint64_t until;
	json_t *json;

	pthread_mutex_lock(&v->lock);
	r = *find_switch(v, number);
	pthread_mutex_unlock(&v->lock);
	if (r.t0_ns)
		(void)steering_outcome(v->steering, number, &signal);
	r.role_ns = signal.role_ns;
	until = r.ended_ns ? r.ended_ns : clock_now_ns();
	json = json_pack(
		"{s:I, s:i, s:i, s:s, s:s, s:f, s:i, s:I, s:b, s:o, s:I, s:I, s:o, s:o, s:o, s:o}",
		"number", (json_int_t)number, "to", (int)r.request.to, "from", (int)r.from, "state",
		switch_state_name(r.state), "reason", switch_reason_name(r.reason), "threshold",
		r.request.threshold, "window", (int)r.request.window, "timeout_ms",
		(json_int_t)(r.request.timeout_ns / NS_PER_MS), "force", r.request.force, "ssim",
		r.has_ssim ? json_real(r.ssim) : json_null(), "pairs", (json_int_t)r.pairs,
		"waited_ms", (json_int_t)((until - r.asked_ns) / NS_PER_MS), "t0_ns",
		ns_json(r.t0_ns), "first_display_ns", ns_json(r.first_display_ns), "role_ns",
		ns_json(r.role_ns), "settled_ns", ns_json(r.settled_ns));
	json_object_set_new(
		json, "settling_ms",
		json_integer(
			(json_int_t)(((r.gate_ns ? r.gate_ns : until) - r.asked_ns) / NS_PER_MS)));
	json_object_set_new(json, "asked_ns", ns_json(r.asked_ns));
	json_object_set_new(json, "tick_s", r.has_ssim ? json_integer(r.tick_s) : json_null());
	json_object_set_new(json, "tick_d", r.has_ssim ? json_integer(r.tick_d) : json_null());
	json_object_set_new(json, "signals", json_integer((json_int_t)signal.sends));
	json_object_set_new(json, "role",
			    outcome_name(&signal) ? json_string(outcome_name(&signal))
						  : json_null());
	if (with_downtime)
		json_object_set_new(json, "downtime", r.t0_ns ? downtime_json(v, &r) : json_null());
	return json;
}

/* ---- handlers ---- */

static bool read_number(struct http_request *req, uint32_t *ret_number)
{
	const char *text = http_param(req, "number");
	char *end;
	unsigned long long number = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || number < 1 || number > UINT32_MAX) {
		http_problem(req, 400, "INVALID_PARAMETER",
			     "a switch has a number from 1 to 4294967295, not '%.32s'", text);
		return false;
	}
	*ret_number = (uint32_t)number;
	return true;
}

static int read_request(struct viewer *v, struct http_request *req, struct switch_request *request)
{
	uint64_t to = 0, window = v->config.window, timeout_ms = TIMEOUT_DEFAULT_MS;
	struct json_reader r;

	request->threshold = v->config.threshold;
	json_reader_begin(&r, http_body(req));
	json_read_u64(&r, "to", true, 1, SELECTOR_STREAMS_MAX - 1, &to);
	json_read_real(&r, "threshold", false, 0, 1, &request->threshold);
	json_read_u64(&r, "window", false, 1, BLEND_WINDOW_MAX, &window);
	json_read_u64(&r, "timeout_ms", false, 1, TIMEOUT_MAX_MS, &timeout_ms);
	json_read_bool(&r, "force", false, &request->force);
	request->to = (uint32_t)to;
	request->window = (uint32_t)window;
	request->timeout_ns = timeout_ms * NS_PER_MS;
	if (json_reader_end(&r) == 0)
		return 0;
	http_problem_invalid(req, &r);
	return -EINVAL;
}

static bool same_request(const struct switch_request *a, const struct switch_request *b)
{
	return a->to == b->to && a->threshold == b->threshold && a->window == b->window &&
	       a->timeout_ns == b->timeout_ns && a->force == b->force;
}

/* What speaks against it: a status, and its cause and detail; 0 nothing */
static unsigned objection(struct viewer *v, const struct switch_request *request,
			  const char **ret_cause, char detail[128])
{
	const struct switch_record *last = newest(v);

	if (!v->stream[request->to].stream) {
		*ret_cause = "STREAM_NOT_FOUND";
		snprintf(detail, 128, "there is no stream %u to switch to", request->to);
		return 404;
	}
	if (request->number > session_number_limit(clock_now_ns())) {
		*ret_cause = "SWITCH_TOO_FAR";
		snprintf(detail, 128, "numbers now go to %u (tenths of seconds since 2024)",
			 session_number_limit(clock_now_ns()));
		return 409;
	}
	if (last && request->number < last->request.number) {
		*ret_cause = "SWITCH_STALE";
		snprintf(detail, 128, "the newest switch is %u: a new one has a larger number",
			 last->request.number);
		return 409;
	}
	if (last && last->state == SWITCH_WAITING) {
		*ret_cause = "SWITCH_WAITING";
		snprintf(detail, 128, "switch %u waits: it can be cancelled by DELETE",
			 last->request.number);
		return 409;
	}
	return 0;
}

static void ask_switch(struct viewer *v, const struct switch_request *request)
{
	struct switch_record *r = &v->switches[v->switch_count++ % VIEWER_SWITCHES];

	*r = (struct switch_record){.request = *request};
	(void)selector_ask(v->selector, r, clock_now_ns());
}

void switches_put(struct http_request *req, void *user)
{
	struct switch_request request = {0};
	struct viewer *v = user;
	const struct switch_record *known;
	const char *cause = "SWITCH_EXISTS";
	char location[40], detail[128];
	unsigned status = 0;

	if (!read_number(req, &request.number) || read_request(v, req, &request) < 0)
		return;
	pthread_mutex_lock(&v->lock);
	known = find_switch(v, request.number);
	if (known && !same_request(&known->request, &request)) {
		status = 409;
		snprintf(detail, sizeof detail, "switch %u was asked for in another way",
			 request.number);
	} else if (!known) {
		status = objection(v, &request, &cause, detail);
		if (status == 0)
			ask_switch(v, &request);
	}
	pthread_mutex_unlock(&v->lock);
	if (status) {
		http_problem(req, status, cause, "%s", detail);
		return;
	}
	snprintf(location, sizeof location, "/v1/switches/%u", request.number);
	http_reply_location(req, 202, location, switch_json(v, request.number, false));
}

static bool find_number(struct viewer *v, struct http_request *req, uint32_t *ret_number)
{
	bool found;

	if (!read_number(req, ret_number))
		return false;
	pthread_mutex_lock(&v->lock);
	found = find_switch(v, *ret_number) != NULL;
	pthread_mutex_unlock(&v->lock);
	if (!found)
		http_problem(req, 404, "SWITCH_NOT_FOUND", "there is no switch %u", *ret_number);
	return found;
}

void switches_get(struct http_request *req, void *user)
{
	uint32_t number;

	if (find_number(user, req, &number))
		http_reply(req, 200, switch_json(user, number, true));
}

void switches_get_all(struct http_request *req, void *user)
{
	struct viewer *v = user;
	unsigned kept = v->switch_count < VIEWER_SWITCHES ? v->switch_count : VIEWER_SWITCHES;
	json_t *list = json_array();

	for (unsigned i = kept; i > 0; i--) {
		unsigned at = (v->switch_count - i) % VIEWER_SWITCHES;

		json_array_append_new(list, switch_json(v, v->switches[at].request.number, false));
	}
	http_reply(req, 200, json_pack("{s:o}", "switches", list));
}

void switches_delete(struct http_request *req, void *user)
{
	struct viewer *v = user;
	struct switch_record *r;
	enum switch_state state;
	uint32_t number;
	int e;

	if (!find_number(v, req, &number))
		return;
	pthread_mutex_lock(&v->lock);
	r = find_switch(v, number);
	e = selector_cancel(v->selector, r, clock_now_ns());
	state = r->state;
	pthread_mutex_unlock(&v->lock);
	if (e == 0 || state == SWITCH_CANCELLED)
		http_reply(req, 204, NULL);
	else
		http_problem(req, 409, "SWITCH_ENDED", "switch %u is %s: nothing to cancel", number,
			     switch_state_name(state));
}
