// SPDX-License-Identifier: Apache-2.0
/* The table of streams, and its REST: PUT starts a client thread, DELETE ends it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/stream-client/viewer.h"
#include "lib/hex.h"
#include "lib/log.h"

static bool same_place(const struct stream_config *a, const struct stream_config *b)
{
	return strcmp(a->client.device, b->client.device) == 0 &&
	       a->client.address.s_addr == b->client.address.s_addr &&
	       a->client.port == b->client.port &&
	       memcmp(a->client.key, b->client.key, sizeof a->client.key) == 0;
}

/* The table's entry is emptied under the lock; the thread is ended outside it. */
static struct stream *unlink_stream(struct viewer *v, uint32_t n)
{
	struct stream *stream;

	pthread_mutex_lock(&v->lock);
	stream = v->stream[n].stream;
	v->stream[n].stream = NULL;
	if (stream)
		selector_forget(v->selector, n, clock_now_ns());
	if (selector_shown(v->selector) == 0)
		steering_to(v->steering, 0);
	pthread_mutex_unlock(&v->lock);
	return stream;
}

/* Return: the one that it takes the place of, or NULL */
static struct stream *link_stream(struct viewer *v, struct stream *stream)
{
	uint32_t n = stream_config(stream)->n;
	struct stream *old;

	pthread_mutex_lock(&v->lock);
	old = v->stream[n].stream;
	if (!old)
		v->stream[n] = (struct viewer_stream){0};
	v->stream[n].stream = stream;
	if (selector_shown(v->selector) == 0) {
		selector_show(v->selector, n);
		steering_to(v->steering, n);
	}
	pthread_mutex_unlock(&v->lock);
	return old;
}

int viewer_add(struct viewer *viewer, const struct stream_config *config)
{
	struct stream *old = viewer->stream[config->n].stream, *stream;
	int r;

	if (old && same_place(stream_config(old), config))
		return 1;
	r = stream_new(config, &stream);
	if (r < 0)
		return r;
	stream_free(link_stream(viewer, stream));
	log_info("stream", "n=%u device=\"%s\" what=%s", config->n, config->client.device,
		 old ? "replaced" : "started");
	return 0;
}

int viewer_remove(struct viewer *viewer, uint32_t n)
{
	struct stream *stream = unlink_stream(viewer, n);

	if (!stream)
		return -ENOENT;
	stream_free(stream);
	log_info("stream", "n=%u what=ended", n);
	return 0;
}

void viewer_remove_all(struct viewer *viewer)
{
	for (uint32_t n = 0; n < SELECTOR_STREAMS_MAX; n++)
		(void)viewer_remove(viewer, n);
}

int viewer_input(struct viewer *viewer, enum input_kind input, uint32_t *ret_seq)
{
	uint32_t n = steering_where(viewer->steering);
	int r = inputs_make(viewer->inputs, input, clock_now_ns(), ret_seq);

	if (r == 0 && n && viewer->stream[n].stream)
		stream_wake(viewer->stream[n].stream);
	return r;
}

/* ---- REST ---- */

static json_t *stamp_json(const struct frame_stamp *stamp)
{
	return json_pack("{s:i, s:I, s:I, s:I}", "edge", stamp->edge, "seq", (json_int_t)stamp->seq,
			 "tick", (json_int_t)stamp->tick, "input", (json_int_t)stamp->input);
}

static void set_counter(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void set_client(json_t *object, const struct stream_client_state *c)
{
	set_counter(object, "datagrams", c->datagrams);
	set_counter(object, "foreign", c->foreign);
	set_counter(object, "malformed", c->malformed);
	set_counter(object, "packets", c->packets);
	set_counter(object, "late", c->late);
	set_counter(object, "reordered", c->reordered);
	set_counter(object, "keys", c->keys);
	set_counter(object, "broken", c->broken);
	set_counter(object, "refused", c->refused);
	set_counter(object, "skipped", c->skipped);
	set_counter(object, "unverified", c->unverified);
	set_counter(object, "plis", c->plis);
	set_counter(object, "joins", c->joins);
	set_counter(object, "send_errors", c->send_errors);
	set_counter(object, "jitter_us", c->jitter_us);
}

static void set_buffer(json_t *object, const struct one_frame_buffer_counters *b)
{
	json_t *buffer = json_object();

	set_counter(buffer, "puts", b->puts);
	set_counter(buffer, "overwritten", b->overwritten);
	set_counter(buffer, "reads", b->reads);
	set_counter(buffer, "again", b->again);
	set_counter(buffer, "full", b->full);
	set_counter(buffer, "foreign", b->foreign);
	json_object_set_new(object, "buffer", buffer);
}

/* REST is the only one that changes the table, so the stream stays while it is looked at. */
static json_t *stream_json(struct viewer *v, uint32_t n)
{
	struct stream *stream = v->stream[n].stream;
	const struct stream_config *config = stream_config(stream);
	struct stream_state state;
	uint64_t displayed, again;
	bool shown;
	json_t *json;

	stream_state(stream, &state);
	pthread_mutex_lock(&v->lock);
	displayed = v->stream[n].displayed;
	again = v->stream[n].displayed_again;
	shown = selector_shown(v->selector) == n;
	pthread_mutex_unlock(&v->lock);
	json = json_pack(
		"{s:i, s:s, s:b, s:b, s:s, s:o, s:i, s:I, s:I, s:I, s:I, s:I, s:I}", "n", (int)n,
		"state", stream_client_phase_name(state.client.phase), "shown", shown, "steered",
		steering_where(v->steering) == n, "device", config->client.device, "address",
		json_ipv4(config->client.address), "port", config->client.port, "displayed",
		(json_int_t)displayed, "displayed_again", (json_int_t)again, "frames",
		(json_int_t)state.client.frames, "lost", (json_int_t)state.client.lost, "rtt_us",
		(json_int_t)state.client.rtt_us, "restarts", (json_int_t)state.restarts);
	json_object_set_new(json, "last_stamp",
			    state.client.has_stamp ? stamp_json(&state.client.last_stamp)
						   : json_null());
	json_object_set_new(json, "cause",
			    state.error ? json_string(strerror(-state.error)) : json_null());
	set_client(json, &state.client);
	set_buffer(json, &state.buffer);
	return json;
}

/* The path's number; 404 or 400 has been answered when false */
static bool read_n(struct http_request *req, uint32_t *ret_n)
{
	const char *text = http_param(req, "n");
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || n < 1 || n >= SELECTOR_STREAMS_MAX) {
		http_problem(req, 400, "INVALID_PARAMETER",
			     "a stream's number is a PDU session id, 1 to %d, not '%.32s'",
			     SELECTOR_STREAMS_MAX - 1, text);
		return false;
	}
	*ret_n = (uint32_t)n;
	return true;
}

static bool find_n(struct viewer *v, struct http_request *req, uint32_t *ret_n)
{
	if (!read_n(req, ret_n))
		return false;
	if (v->stream[*ret_n].stream)
		return true;
	http_problem(req, 404, "STREAM_NOT_FOUND", "there is no stream %u", *ret_n);
	return false;
}

static int read_place(struct http_request *req, struct stream_client_config *client)
{
	char key[2 * CONTROL_KEY_LEN + 2] = "";
	struct json_reader r;
	uint64_t port = 0;

	json_reader_begin(&r, http_body(req));
	json_read_string(&r, "device", false, client->device, sizeof client->device);
	json_read_ipv4(&r, "address", true, &client->address);
	json_read_u64(&r, "port", true, 1, 65535, &port);
	json_read_string(&r, "key", true, key, sizeof key);
	if (key[0] && hex_read(key, client->key, sizeof client->key) < 0)
		json_reader_fail(&r, "key", "expected 32 hexadecimal digits, in lower case");
	client->port = (uint16_t)port;
	if (json_reader_end(&r) == 0)
		return 0;
	http_problem_invalid(req, &r);
	return -EINVAL;
}

static void refuse_stream(struct http_request *req, const struct stream_config *config, int error)
{
	const char *device = config->client.device;

	if (error == -ENODEV)
		http_problem(req, 409, "DEVICE_NOT_FOUND", "there is no device '%s'", device);
	else if (error == -EADDRNOTAVAIL)
		http_problem(req, 503, "DEVICE_NOT_READY", "'%s' has no address yet", device);
	else if (error == -EPERM)
		http_problem(req, 403, "NOT_PERMITTED", "binding to '%s' takes CAP_NET_RAW",
			     device);
	else
		http_problem(req, 500, "STREAM_NOT_STARTED", "%s", strerror(-error));
}

void streams_put(struct http_request *req, void *user)
{
	struct viewer *v = user;
	struct stream_config config = {
		.client = {.codec = v->config.codec,
			   .width_max = v->config.width,
			   .height_max = v->config.height},
		.buffer = v->config.buffer,
		.steering = v->steering,
		.inputs = v->inputs,
	};
	char location[32];
	bool there;
	int r;

	if (!read_n(req, &config.n) || read_place(req, &config.client) < 0)
		return;
	there = v->stream[config.n].stream != NULL;
	r = viewer_add(v, &config);
	if (r < 0) {
		refuse_stream(req, &config, r);
		return;
	}
	snprintf(location, sizeof location, "/v1/streams/%u", config.n);
	if (there)
		http_reply(req, 200, stream_json(v, config.n));
	else
		http_reply_location(req, 201, location, stream_json(v, config.n));
}

void streams_get_all(struct http_request *req, void *user)
{
	struct viewer *v = user;
	json_t *list = json_array();

	for (uint32_t n = 0; n < SELECTOR_STREAMS_MAX; n++)
		if (v->stream[n].stream)
			json_array_append_new(list, stream_json(v, n));
	http_reply(req, 200, json_pack("{s:o}", "streams", list));
}

void streams_get(struct http_request *req, void *user)
{
	uint32_t n;

	if (find_n(user, req, &n))
		http_reply(req, 200, stream_json(user, n));
}

void streams_delete(struct http_request *req, void *user)
{
	uint32_t n;

	if (!find_n(user, req, &n))
		return;
	(void)viewer_remove(user, n);
	http_reply(req, 204, NULL);
}

void arrivals_get(struct http_request *req, void *user)
{
	uint32_t n;

	if (find_n(user, req, &n))
		rest_arrivals(req, stream_arrivals(((struct viewer *)user)->stream[n].stream));
}
