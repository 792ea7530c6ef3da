// SPDX-License-Identifier: Apache-2.0
/* REST of the whole: status, inputs, view, the screen's picture, metrics; and the table of routes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/picture/png.h"
#include "apps/stream-client/viewer.h"
#include "lib/metrics.h"

/* ---- status ---- */

static const char *viewer_state(struct viewer *v)
{
	struct viewer_counters c;
	uint32_t shown;
	bool stalled;

	pthread_mutex_lock(&v->lock);
	c = v->counters;
	shown = selector_shown(v->selector);
	stalled = v->stalled;
	pthread_mutex_unlock(&v->lock);
	if (shown == 0)
		return "no-stream";
	if (!stalled)
		return "showing";
	return c.displayed ? "stalled" : "joining";
}

static json_t *inputs_status(struct viewer *v)
{
	struct inputs_state s;

	inputs_state(v->inputs, &s);
	return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I}", "ready", s.ready, "made",
			 (json_int_t)s.made, "acked", (json_int_t)s.acked, "sends",
			 (json_int_t)s.sends, "resends", (json_int_t)s.resends, "refused",
			 (json_int_t)s.refused);
}

static json_t *record_status(struct viewer *v)
{
	struct record_state s;

	if (!v->record)
		return json_null();
	record_state(v->record, &s);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:o}", "path", v->config.record, "state",
			 s.state, "frames", (json_int_t)s.frames, "bytes", (json_int_t)s.bytes,
			 "left_out", (json_int_t)s.left_out, "cause",
			 s.error == -ENOSPC ? json_string("DISK_FULL")
			 : s.error	    ? json_string(strerror(-s.error))
					    : json_null());
}

static json_t *jumps_status(struct viewer *v)
{
	struct jumps_state s;

	if (!v->jumps)
		return json_null();
	jumps_state(v->jumps, &s);
	return json_pack("{s:I, s:I}", "computed", (json_int_t)s.computed, "left_out",
			 (json_int_t)s.left_out);
}

static void status_get(struct http_request *req, void *user)
{
	struct viewer *v = user;
	struct steering_counters sent;
	struct viewer_counters c;
	uint32_t shown;

	steering_counters(v->steering, &sent);
	pthread_mutex_lock(&v->lock);
	c = v->counters;
	shown = selector_shown(v->selector);
	pthread_mutex_unlock(&v->lock);
	http_reply(req, 200,
		   json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:s, s:f, s:i, s:I, s:I, s:I, s:I, "
			     "s:I, s:I, s:o, s:o, s:o}",
			     "account", v->config.account, "state", viewer_state(v), "shown",
			     (int)shown, "steered", (int)steering_where(v->steering), "fps",
			     (int)v->config.fps, "window", (int)v->config.window, "buffer",
			     v->config.buffer_word, "threshold", v->config.threshold, "switches",
			     (int)v->switch_count, "turns", (json_int_t)c.turns, "late",
			     (json_int_t)c.late, "displayed", (json_int_t)c.displayed, "again",
			     (json_int_t)c.again, "blended", (json_int_t)c.blended, "reclaims",
			     (json_int_t)sent.reclaims, "inputs", inputs_status(v), "record",
			     record_status(v), "jumps", jumps_status(v)));
}

/* ---- inputs and view ---- */

static void inputs_post(struct http_request *req, void *user)
{
	struct viewer *v = user;
	enum input_kind input = INPUT_NONE;
	char word[16] = "";
	struct json_reader r;
	uint32_t seq = 0;
	int e;

	json_reader_begin(&r, http_body(req));
	json_read_string(&r, "input", true, word, sizeof word);
	if (word[0] && input_parse(word, &input) < 0)
		json_reader_fail(&r, "input", "expected up, right, down, left, rest or go");
	if (json_reader_end(&r) < 0 || input == INPUT_NONE) {
		http_problem_invalid(req, &r);
		return;
	}
	e = viewer_input(v, input, &seq);
	if (e == 0)
		http_reply(req, 202, json_pack("{s:I}", "seq", (json_int_t)seq));
	else if (e == -EAGAIN)
		http_problem(req, 409, "NOT_READY",
			     "no picture has come yet: it tells where input numbers go on");
	else
		http_problem(req, 503, "TOO_MANY_INPUTS", "%d inputs are not acknowledged yet",
			     INPUTS_UNACKED_MAX);
}

/* Client-side state that goes up during a migration (B16) instead of our own */
static void view_put(struct http_request *req, void *user)
{
	struct viewer *v = user;
	char *text = json_dumps(http_body(req), JSON_COMPACT);
	size_t len = text ? strlen(text) : 0;

	if (len > CONTROL_VIEW_MAX) {
		http_problem(req, 413, "TOO_LONG", "%zu octets, and a view has at most %d", len,
			     CONTROL_VIEW_MAX);
		free(text);
		return;
	}
	pthread_mutex_lock(&v->lock);
	memcpy(v->view, text ? text : "", len + 1);
	v->view_len = len > 2 ? len : 0; /* {}: our own again */
	pthread_mutex_unlock(&v->lock);
	free(text);
	http_reply(req, 204, NULL);
}

/* ---- the screen ---- */

static void png_reply(struct http_request *req, int r, uint8_t *png, size_t len, const char *none)
{
	if (r == 0)
		http_reply_bytes_as(req, 200, "image/png", png, len);
	else if (r == -ENODATA)
		http_problem(req, 404, "NOTHING_SHOWN", "%s", none);
	else if (r == -EINVAL)
		http_problem(req, 409, "TOO_WIDE", "side by side the pictures are wider than %d",
			     PICTURE_SIDE_MAX);
	else
		http_problem(req, 500, "NO_PICTURE", "%s", strerror(-r));
	free(png);
}

static void strip_get(struct http_request *req, void *user)
{
	struct viewer *v = user;
	struct picture *strip = NULL;
	uint8_t *png = NULL;
	size_t len = 0;
	int r;

	pthread_mutex_lock(&v->lock);
	r = strip_join(v->strip, &strip);
	pthread_mutex_unlock(&v->lock);
	if (r == 0)
		r = picture_png(strip, 6, &png, &len);
	picture_free(strip);
	png_reply(req, r, png, len, "there was no switch yet");
}

static void screen_get(struct http_request *req, void *user)
{
	struct viewer *v = user;
	const struct frame *frame = one_frame_buffer_read(v->display);
	uint8_t *png = NULL;
	size_t len = 0;
	int r = -ENODATA;

	if (frame)
		r = picture_png(frame->picture, 1, &png, &len);
	one_frame_buffer_let_go(v->display, frame);
	png_reply(req, r, png, len, "nothing has been shown yet");
}

/* ---- health and metrics ---- */

static void health_get(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

static void write_metric(FILE *out, const char *name, const char *help, uint64_t value)
{
	fprintf(out, "# HELP baton_stream_client_%s %s\n# TYPE baton_stream_client_%s counter\n",
		name, help, name);
	fprintf(out, "baton_stream_client_%s %llu\n", name, (unsigned long long)value);
}

static void write_streams(FILE *out, struct viewer *v)
{
	struct stream_state s;

	fprintf(out,
		"# HELP baton_stream_client_packets_total RTP packets, by what became of them.\n"
		"# TYPE baton_stream_client_packets_total counter\n");
	for (uint32_t n = 0; n < SELECTOR_STREAMS_MAX; n++) {
		if (!v->stream[n].stream)
			continue;
		stream_state(v->stream[n].stream, &s);
		fprintf(out,
			"baton_stream_client_packets_total{stream=\"%u\",outcome=\"received\"} "
			"%llu\n"
			"baton_stream_client_packets_total{stream=\"%u\",outcome=\"lost\"} %llu\n",
			n, (unsigned long long)s.client.packets, n,
			(unsigned long long)s.client.lost);
	}
}

void metrics_get(struct http_request *req, void *user)
{
	struct viewer *v = user;
	struct steering_counters sent;
	struct viewer_counters c;
	struct inputs_state in;
	struct metrics m;

	if (metrics_begin(&m, req) < 0)
		return;
	pthread_mutex_lock(&v->lock);
	c = v->counters;
	pthread_mutex_unlock(&v->lock);
	steering_counters(v->steering, &sent);
	inputs_state(v->inputs, &in);
	write_metric(m.out, "turns_total", "Turns of the selector.", c.turns);
	write_metric(m.out, "turns_late_total", "Turns left out since it was late.", c.late);
	write_metric(m.out, "displayed_total", "New render sequences shown.", c.displayed);
	write_metric(m.out, "displayed_again_total", "Pictures shown again.", c.again);
	write_metric(m.out, "blended_total", "Pictures of a sliding.", c.blended);
	write_metric(m.out, "switches_total", "Switches asked for.", v->switch_count);
	write_metric(m.out, "signals_total", "SWITCH messages sent.", sent.signal_sends);
	write_metric(m.out, "reclaims_total",
		     "Signals of our own accord, the role having been lost.", sent.reclaims);
	write_metric(m.out, "inputs_total", "Inputs made.", in.made);
	write_metric(m.out, "input_sends_total", "INPUT messages sent.", in.sends);
	write_metric(m.out, "input_resends_total", "Of them without a new input.", in.resends);
	write_metric(m.out, "inputs_refused_total", "Inputs that there was no room for.",
		     in.refused);
	write_metric(m.out, "views_total", "VIEW messages sent.", sent.views);
	write_metric(m.out, "send_errors_total", "Messages that the socket didn't take.",
		     sent.send_errors);
	write_streams(m.out, v);
	metrics_reply(&m, req);
}

/* ---- routes ---- */

static const struct http_route routes[] = {
	{"GET", "/v1/status", status_get, false},
	{"GET", "/v1/streams", streams_get_all, false},
	{"PUT", "/v1/streams/{n}", streams_put, false},
	{"GET", "/v1/streams/{n}", streams_get, false},
	{"DELETE", "/v1/streams/{n}", streams_delete, false},
	{"GET", "/v1/streams/{n}/frames", arrivals_get, false},
	{"GET", "/v1/switches", switches_get_all, false},
	{"PUT", "/v1/switches/{number}", switches_put, false},
	{"GET", "/v1/switches/{number}", switches_get, false},
	{"DELETE", "/v1/switches/{number}", switches_delete, false},
	{"GET", "/v1/trace", trace_get, false},
	{"GET", "/v1/ssim", ssim_get, false},
	{"GET", "/v1/screen.png", screen_get, false},
	{"GET", "/v1/strip.png", strip_get, false},
	{"POST", "/v1/inputs", inputs_post, false},
	{"PUT", "/v1/view", view_put, false},
	{"GET", "/healthz", health_get, false},
	{"GET", "/metrics", metrics_get, false},
	{0},
};

int rest_start(struct viewer *viewer)
{
	struct http_listen listen = {.addr = viewer->config.rest_address,
				     .port = (uint16_t)viewer->config.rest_port,
				     .token = viewer->token,
				     .fair = true};

	return http_server_new(&viewer->daemon.loop, &listen, routes, viewer, &viewer->server);
}
