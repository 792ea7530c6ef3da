// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/events.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "migration-manager/manager.h"

struct event_watch {
	struct manager *mm;
	char migration[MIGRATION_ID_SIZE]; /* "": all of them */
	struct http_stream *stream;
	struct event_watch *prev, *next;
};

static void watch_closed(struct http_stream *stream, void *user)
{
	struct event_watch *watch = user;

	DL_DELETE(watch->mm->watches, watch);
	free(watch);
}

void events_publish(struct migration *m, const char *name, json_t *data)
{
	struct event_watch *watch, *next;

	if (!data)
		data = json_object();
	m->event_count++;
	json_object_set_new(data, "migration", json_string(m->id));
	json_object_set_new(data, "state", json_string(migration_state_name(m->state)));
	json_object_set_new(data, "time_ns", json_integer((json_int_t)clock_now_ns()));
	/* Not fatal for the migration: the state itself is journalled by the engine, which reacts
	 * to failure. */
	(void)journal_event(m->mm->journal, m->id, m->event_count, name, data);
	DL_FOREACH_SAFE(m->mm->watches, watch, next)
	{
		bool all = !watch->migration[0];

		if (!all && strcmp(watch->migration, m->id) != 0)
			continue;
		http_stream_send(watch->stream, all ? 0 : m->event_count, name, data);
		if (!all && migration_ended(m))
			http_stream_end(watch->stream);
	}
	json_decref(data);
}

static void send_past(struct http_stream *stream, const struct migration *m, uint64_t after)
{
	json_t *past = journal_events(m->mm->journal, m->id, after), *event;
	size_t i;

	json_array_foreach(past, i, event)
	{
		http_stream_send(
			stream,
			(unsigned long long)json_integer_value(json_object_get(event, "seq")),
			json_string_value(json_object_get(event, "event")),
			json_object_get(event, "data"));
	}
	json_decref(past);
}

/* @migration: "" for all; NULL when there are too many, which was answered */
static struct event_watch *open_watch(struct http_request *req, struct manager *mm,
				      const char *migration)
{
	struct event_watch *watch, *each;
	unsigned count;

	DL_COUNT(mm->watches, each, count);
	watch = count < EVENT_WATCHES_MAX ? calloc(1, sizeof *watch) : NULL;
	if (!watch) {
		http_problem(req, 503, "TOO_MANY_STREAMS",
			     "%d event streams are open, which is the limit", EVENT_WATCHES_MAX);
		return NULL;
	}
	watch->mm = mm;
	snprintf(watch->migration, sizeof watch->migration, "%s", migration);
	DL_APPEND(mm->watches, watch);
	watch->stream = http_stream_open(req, watch_closed, watch);
	if (!watch->stream) {
		DL_DELETE(mm->watches, watch);
		free(watch);
		return NULL;
	}
	return watch;
}

void events_watch_all(struct http_request *req, struct manager *mm, uint64_t since_ns)
{
	struct event_watch *watch = open_watch(req, mm, "");
	struct migration *m, *next;

	if (!watch || !since_ns)
		return;
	HASH_ITER (hh, mm->migrations, m, next) {
		json_t *past = journal_events(mm->journal, m->id, 0), *event;
		size_t i;

		json_array_foreach(past, i, event)
		{
			json_t *data = json_object_get(event, "data");

			if ((uint64_t)json_integer_value(json_object_get(data, "time_ns")) <
			    since_ns)
				continue;
			http_stream_send(watch->stream, 0,
					 json_string_value(json_object_get(event, "event")), data);
		}
		json_decref(past);
	}
}

void events_watch(struct http_request *req, struct migration *m)
{
	const char *last = http_header(req, "Last-Event-ID");
	uint64_t after = last ? strtoull(last, NULL, 10) : 0;
	struct event_watch *watch = open_watch(req, m->mm, m->id);

	if (!watch)
		return;
	send_past(watch->stream, m, after);
	if (migration_ended(m))
		http_stream_end(watch->stream);
}
