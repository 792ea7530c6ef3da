// SPDX-License-Identifier: Apache-2.0
/* Event streams: the listeners, and what they are told. */
#include "smf-lite/events.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/daemon.h"
#include "smf-lite/rest.h"
#include "smf-lite/session.h"

struct events {
	struct http_stream *stream[SMF_STREAMS_MAX];
	size_t count;
	unsigned long long last_id;
};

int events_new(struct events **ret_events)
{
	*ret_events = calloc(1, sizeof(**ret_events));
	return *ret_events ? 0 : -ENOMEM;
}

void events_free(struct events *events)
{
	free(events);
}

static void on_close(struct http_stream *stream, void *user)
{
	struct events *events = user;

	for (size_t i = 0; i < events->count; i++) {
		if (events->stream[i] != stream)
			continue;
		events->stream[i] = events->stream[--events->count];
		return;
	}
}

void events_open(struct events *events, struct http_request *req)
{
	struct http_stream *stream;

	if (events->count == SMF_STREAMS_MAX) {
		http_problem(req, 503, "TOO_MANY_STREAMS", "at most %d event streams are open",
			     SMF_STREAMS_MAX);
		return;
	}
	stream = http_stream_open(req, on_close, events);
	if (stream)
		events->stream[events->count++] = stream;
}

size_t events_listeners(const struct events *events)
{
	return events->count;
}

void events_session(const struct session *s)
{
	struct events *events = s->smf->events;
	json_t *data;

	if (!events)
		return;
	events->last_id++;
	if (!events->count)
		return;
	data = rest_session_json(s);
	json_object_set_new(data, "time_ns", json_integer((json_int_t)clock_now_ns()));
	/* backwards: a listener too slow is dropped, and the last one takes its place */
	for (size_t i = events->count; i > 0; i--)
		http_stream_send(events->stream[i - 1], events->last_id, "pdu-session", data);
	json_decref(data);
}
