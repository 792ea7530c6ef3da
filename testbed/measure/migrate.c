// SPDX-License-Identifier: Apache-2.0
/* One switch of the UE, by way of the migration manager: asked for, awaited, noted. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lib/json.h"
#include "testbed/measure/session.h"

enum {
	MIGRATION_TIMEOUT_MS = 60000,
	MANAGER_TIMEOUT_MS = 10000, /* its node starts it again; agents register within a second */
	POLL_MS = 5
};

static const char *other_edge(const struct session *s)
{
	for (size_t e = 0; e < s->report.run[0].edge_count; e++) {
		if (strcmp(s->report.run[0].edge_name[e], s->at) != 0)
			return s->report.run[0].edge_name[e];
	}
	return s->at;
}

/* A manager that is just being started again, or that the agents have not found yet, is worth
 * another try. */
static bool worth_retrying(const struct client *c)
{
	return c->status == 0 || c->status == 404 || c->status == 503;
}

int session_ask(struct session *s, const struct client_migration *migration, char ret_id[24])
{
	uint64_t deadline = deadline_in(MANAGER_TIMEOUT_MS);

	while (client_migrate(&s->client, migration, ret_id) < 0) {
		if (!place_is_up(&s->place)) {
			complain("topology %s was taken down", s->place.run.name);
			return -EIO;
		}
		if (strcmp(s->client.cause, "UE_BUSY") == 0) {
			complain("somebody else is migrating the UE: %s", s->client.detail);
			return -EIO;
		}
		if (!worth_retrying(&s->client) || clock_mono_ns() > deadline ||
		    session_interrupted()) {
			complain("%s", s->client.error);
			return -EIO;
		}
		pause_ms(RETRY_MS);
	}
	return 0;
}

static int ask(struct session *s, struct switch_event *event)
{
	const char *name = s->report.mode[event->mode].name;
	char key[64], mode[32];
	struct client_migration migration = {.supi = s->place.supi,
					     .destination = other_edge(s),
					     .mode = mode,
					     .app = s->options.app,
					     .strategy = s->options.strategy,
					     .threshold = s->options.threshold,
					     .window = s->options.window,
					     .timeout_ms = s->options.timeout_ms,
					     .key = key,
					     .hold_ms = s->options.hold_ms};

	snprintf(mode, sizeof mode, "%.*s", (int)strcspn(name, "+"), name);
	snprintf(key, sizeof key, "measure-%u-%" PRIu64 "-%zu", s->ssid, s->report.time_ns,
		 s->report.event_count + s->recordings);
	return session_ask(s, &migration, event->migration);
}

json_t *session_await_end(struct session *s, const char *id, uint64_t timeout_ms)
{
	uint64_t deadline = deadline_in(timeout_ms);

	while (clock_mono_ns() < deadline) {
		json_t *migration = client_migration(&s->client, id);

		/* looked at last: once it is down, another topology may have its addresses */
		if (!place_is_up(&s->place)) {
			complain("topology %s was taken down during migration %s",
				 s->place.run.name, id);
			json_decref(migration);
			return NULL;
		}
		if (migration && client_has_ended(migration))
			return migration;
		pause_ms(migration ? POLL_MS : RETRY_MS);
		json_decref(migration);
	}
	complain("migration %s did not end within %" PRIu64 " s", id, timeout_ms / 1000);
	return NULL;
}

static void copy_text(char *buf, size_t size, const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	snprintf(buf, size, "%s", text ? text : "");
}

void session_note_end(struct switch_event *event, const json_t *migration, uint64_t hold_ms)
{
	const json_t *details = json_object_get(migration, "details");
	const char *address = json_string_value(json_object_get(details, "destination_address"));
	const char *before = json_string_value(json_object_get(details, "source_address"));
	uint64_t setup_us = json_u64(details, "setup_us");

	copy_text(event->state, sizeof event->state, migration, "state");
	copy_text(event->cause, sizeof event->cause, migration, "cause");
	event->ok = strcmp(event->state, "completed") == 0;
	event->given_up = !event->ok && strcmp(event->cause, "SIMILARITY_NOT_REACHED") == 0;
	event->created_ns = json_u64(migration, "created_ns");
	event->ended_ns = json_u64(migration, "state_since_ns");
	event->t0_ns = json_u64(details, "t0_ns");
	event->switched_ns = json_u64(details, "switched_ns");
	event->hold_ns = hold_ms * UINT64_C(1000000);
	event->setup_us = setup_us ? (double)setup_us : NAN;
	event->app = app_result_read(migration);
	if (address)
		inet_pton(AF_INET, address, &event->destination_address);
	event->same_address = address && before && strcmp(address, before) == 0;
}

/* Which tunnel tells the new session on N3 */
static void note_session(struct session *s, struct switch_event *event, const json_t *migration)
{
	const json_t *details = json_object_get(migration, "details");

	copy_text(s->at, sizeof s->at, details, "destination_edge");
	event->uplink_teid = client_uplink(&s->client, s->place.supi,
					   (json_int_t)json_u64(details, "destination_session"),
					   &event->uplink_upf);
}

/* The session stays where it was: the UE goes back to where it was, too, so that the next try finds
 * what this one found. */
static int take_back(struct session *s, const struct switch_event *event)
{
	json_t *answer = NULL;
	int r = 0;

	if (session_mode_hands_over(s->report.mode[event->mode].name))
		r = session_move(s, &answer);
	json_decref(answer);
	return r < 0 ? -EIO : 0;
}

int session_migrate(struct session *s, struct switch_event *event)
{
	json_t *migration, *handover = NULL;
	int moved = 0, r = 0;

	*event = (struct switch_event){
		.mode = event->mode, .setup_us = NAN, .app = app_result_none()};
	if (ask(s, event) < 0)
		return -ENOENT;
	if (session_mode_hands_over(s->report.mode[event->mode].name))
		moved = session_move(s, &handover);
	json_decref(handover);
	migration =
		session_await_end(s, event->migration,
				  MIGRATION_TIMEOUT_MS + s->options.hold_ms + s->report.timeout_ms);
	if (!migration) {
		snprintf(event->state, sizeof event->state, "unknown");
		return -EIO;
	}
	session_note_end(event, migration, s->options.hold_ms);
	if (moved < 0) {
		event->ok = false;
		snprintf(event->cause, sizeof event->cause, "HANDOVER_FAILED");
	}
	if (event->ok)
		note_session(s, event, migration);
	else if (event->given_up && moved == 0)
		r = take_back(s, event);
	else
		complain("migration %s ended %s: %s", event->migration, event->state, event->cause);
	json_decref(migration);
	session_note_inputs(s, event);
	return r;
}
