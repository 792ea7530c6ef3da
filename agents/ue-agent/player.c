// SPDX-License-Identifier: Apache-2.0
#include "agents/ue-agent/player.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agents/ue-agent/steps.h"
#include "lib/file.h"
#include "lib/log.h"

enum {
	LOOK_MS = 500,	   /* while all is well */
	HURRY_MS = 200,	   /* while it isn't */
	PATIENCE_MS = 400, /* a stream that stalls this long is looked into */
	ANSWER_MS = 2000,
	PATH_SIZE = 512,
};

struct player_keeper {
	struct agent *agent;
	const struct ue_player *player;
	uv_timer_t timer;
	unsigned long call;    /* under way; 0: none */
	json_t *streams;       /* {"N": {"place", "player_url"}} */
	unsigned shown;	       /* the one that was on the screen last; 0: none yet */
	unsigned session;      /* that is being logged in */
	uint64_t bad_since_ns; /* CLOCK_MONOTONIC; 0: it is decoded */
	bool told;	       /* of the trouble, in the log */
};

static void look(uv_timer_t *timer);

/* ---- what is remembered ---- */

static void path_of(const struct player_keeper *k, char buf[PATH_SIZE])
{
	snprintf(buf, PATH_SIZE, "%s/streams.%s", k->agent->config.state_dir, k->player->app);
}

static void save(const struct player_keeper *k)
{
	char path[PATH_SIZE];
	json_t *record = json_pack("{s:i, s:O}", "shown", (int)k->shown, "streams", k->streams);
	char *text = json_dumps(record, JSON_COMPACT);
	int rc = text ? 0 : -ENOMEM;

	path_of(k, path);
	if (!rc)
		rc = file_create(path, text, strlen(text), 0600);
	if (rc)
		log_warn("player", "app=%s what=\"streams are not saved\" error=\"%s\"",
			 k->player->app, strerror(-rc));
	free(text);
	json_decref(record);
}

static void restore(struct player_keeper *k)
{
	char path[PATH_SIZE];
	json_t *record, *streams;

	path_of(k, path);
	record = json_load_file(path, 0, NULL);
	streams = json_object_get(record, "streams");
	if (json_is_object(streams)) {
		json_decref(k->streams);
		k->streams = json_incref(streams);
		k->shown = (unsigned)json_integer_value(json_object_get(record, "shown"));
	}
	json_decref(record);
}

static json_t *record_of(const struct player_keeper *k, unsigned session)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", session);
	return json_object_get(k->streams, name);
}

static void remember(struct player_keeper *k, unsigned session, const json_t *place,
		     const char *player_url)
{
	char name[16];
	json_t *record = json_object();

	json_object_set_new(record, "place", json_deep_copy(place));
	if (player_url)
		json_object_set_new(record, "player_url", json_string(player_url));
	snprintf(name, sizeof(name), "%u", session);
	json_object_set_new(k->streams, name, record);
	save(k);
}

static struct player_keeper *keeper_of(struct agent *a, const char *app)
{
	for (size_t i = 0; i < a->player_count; i++)
		if (a->keeper[i] && !strcmp(a->keeper[i]->player->app, app))
			return a->keeper[i];
	return NULL;
}

void player_joined(struct agent *a, const char *app, unsigned session, const json_t *place,
		   const char *player_url)
{
	struct player_keeper *k = keeper_of(a, app);

	if (k)
		remember(k, session, place, player_url);
}

void player_left(struct agent *a, const char *app, unsigned session)
{
	struct player_keeper *k = keeper_of(a, app);
	char name[16];

	if (!k)
		return;
	snprintf(name, sizeof(name), "%u", session);
	json_object_del(k->streams, name);
	save(k);
}

void player_shown(struct agent *a, const char *app, unsigned session)
{
	struct player_keeper *k = keeper_of(a, app);

	if (!k || k->shown == session)
		return;
	k->shown = session;
	save(k);
}

/* ---- asking ---- */

static void again(struct player_keeper *k, uint64_t ms)
{
	uv_timer_start(&k->timer, look, ms, 0);
}

/* One call at a time; @body: given or NULL */
static void ask(struct player_keeper *k, const char *method, const char *url, json_t *body,
		http_done done)
{
	struct http_call call = {.method = method,
				 .url = url,
				 .body = body,
				 .token = k->agent->token,
				 .timeout_ms = ANSWER_MS};

	if (http_client_call(k->agent->client, &call, done, k, &k->call)) {
		k->call = 0;
		again(k, HURRY_MS);
	}
	json_decref(body);
}

static void joined(const struct http_answer *answer, void *user)
{
	struct player_keeper *k = user;

	k->call = 0;
	if (answer->error != -ECANCELED)
		again(k, HURRY_MS);
}

static void join(struct player_keeper *k, unsigned session, json_t *place)
{
	char url[192];

	snprintf(url, sizeof(url), "%s/v1/streams/%u", k->player->stream_url, session);
	ask(k, "PUT", url, json_incref(place), joined);
}

/* ---- the login ---- */

/* Loopback when the player's own UE renders */
static json_t *place_of(const struct player_keeper *k, const json_t *answer)
{
	const char *address = json_string_value(json_object_get(answer, "address"));
	const char *key = json_string_value(json_object_get(answer, "stream_key"));
	json_int_t port = json_integer_value(json_object_get(answer, "port"));
	char device[16];

	if (!address || !key || !port)
		return NULL;
	snprintf(device, sizeof(device), "pdu%u", k->session);
	return json_pack("{s:s, s:s, s:I, s:s}", "device",
			 !strncmp(address, "127.", 4) ? "lo" : device, "address", address, "port",
			 port, "key", key);
}

static bool is_synchronised(const json_t *answer)
{
	const char *state = json_string_value(json_object_get(answer, "state"));

	return state && (!strcmp(state, "synchronised") || !strcmp(state, "streaming"));
}

static const char *url_of(const struct player_keeper *k, unsigned session)
{
	const char *url = json_string_value(json_object_get(record_of(k, session), "player_url"));

	/* of a stream that nobody recorded only the first one's is known */
	return url ? url : session == k->player->session ? k->player->player_url : NULL;
}

static void logged_in(const struct http_answer *answer, void *user)
{
	struct player_keeper *k = user;
	json_t *place = NULL, *known = json_object_get(record_of(k, k->session), "place");

	k->call = 0;
	if (answer->error == -ECANCELED)
		return;
	if (!answer->error && answer->status < 300 && is_synchronised(answer->body))
		place = place_of(k, answer->body);
	if (!place || (known && json_equal(place, known) && k->bad_since_ns)) {
		json_decref(place); /* not yet, or it knows him as before: the path is what fails */
		again(k, HURRY_MS);
		return;
	}
	log_info("player", "app=%s account=%s session=%u what=\"%s\"", k->player->app,
		 k->player->account, k->session, known ? "known anew" : "logged in");
	remember(k, k->session, place, url_of(k, k->session));
	join(k, k->session, place);
	json_decref(place);
}

static void log_in(struct player_keeper *k, unsigned session)
{
	const char *url = url_of(k, session);

	k->session = session;
	if (url && *url)
		ask(k, "PUT", url, json_object(), logged_in);
	else
		again(k, LOOK_MS);
}

/* ---- the look ---- */

/* What the stream-client had and lost: the one that was shown first, which it then shows again. */
static void give_back(struct player_keeper *k, const json_t *list)
{
	const char *name;
	json_t *record, *chosen = NULL;
	unsigned session = 0;

	json_object_foreach(k->streams, name, record)
	{
		unsigned n = (unsigned)strtoul(name, NULL, 10);
		bool is_there = false;
		json_t *stream;
		size_t i;

		json_array_foreach((json_t *)(uintptr_t)list, i, stream) is_there |=
			(unsigned)json_integer_value(json_object_get(stream, "n")) == n;
		if (!is_there && (!chosen || n == k->shown)) {
			chosen = json_object_get(record, "place");
			session = n;
		}
	}
	if (chosen) {
		log_info("player",
			 "app=%s session=%u what=\"the stream-client has lost it, and gets it "
			 "again\"",
			 k->player->app, session);
		join(k, session, chosen);
	} else {
		log_in(k, k->player->session);
	}
}

static json_t *shown_stream(const json_t *list)
{
	json_t *stream;
	size_t i;

	json_array_foreach(
		(json_t *)(uintptr_t)list, i,
		stream) if (json_is_true(json_object_get(stream, "shown"))) return stream;
	return json_array_get(list, 0);
}

/* What was shown has gone, and what is left waits for a switch that nobody will ask for: a stream
 * that is added where none is shown is shown. */
static void add_anew(struct player_keeper *k, const json_t *stream)
{
	unsigned n = (unsigned)json_integer_value(json_object_get(stream, "n"));
	char url[192];

	log_info("player", "app=%s session=%u what=\"none is shown: it is added anew\"",
		 k->player->app, n);
	snprintf(url, sizeof(url), "%s/v1/streams/%u", k->player->stream_url, n);
	ask(k, "DELETE", url, NULL, joined);
}

/* It may have been the instance that was restarted: then another login gives another key. */
static void look_into(struct player_keeper *k, unsigned session)
{
	if (!k->bad_since_ns)
		k->bad_since_ns = clock_mono_ns();
	if (clock_mono_ns() - k->bad_since_ns < PATIENCE_MS * 1000000ULL) {
		again(k, HURRY_MS);
		return;
	}
	if (!k->told)
		log_info("player", "app=%s session=%u what=\"its pictures don't come any more\"",
			 k->player->app, session);
	k->told = true;
	log_in(k, session);
}

static void be_calm(struct player_keeper *k, unsigned session)
{
	k->bad_since_ns = 0;
	k->told = false;
	if (k->shown != session) {
		k->shown = session;
		save(k);
	}
	again(k, LOOK_MS);
}

static void looked(const struct http_answer *answer, void *user)
{
	struct player_keeper *k = user;
	const json_t *list = json_object_get(answer->body, "streams");
	size_t known = json_object_size(k->streams);
	const char *state;
	json_t *stream;
	unsigned session;

	k->call = 0;
	if (answer->error == -ECANCELED)
		return;
	if (answer->error || answer->status != 200) {
		again(k, HURRY_MS);
		return;
	}
	if (steps_want_quiet(k->agent)) { /* a migration's step has the say */
		again(k, HURRY_MS);
		return;
	}
	if (json_array_size(list) < (known ? known : 1)) {
		give_back(k, list);
		return;
	}
	stream = shown_stream(list);
	if (stream && !json_is_true(json_object_get(stream, "shown"))) {
		add_anew(k, stream);
		return;
	}
	session = (unsigned)json_integer_value(json_object_get(stream, "n"));
	state = json_string_value(json_object_get(stream, "state"));
	if (state && !strcmp(state, "decoding"))
		be_calm(k, session);
	else
		look_into(k, session);
}

static void look(uv_timer_t *timer)
{
	struct player_keeper *k = timer->data;
	char url[160];

	snprintf(url, sizeof(url), "%s/v1/streams", k->player->stream_url);
	ask(k, "GET", url, NULL, looked);
}

/* ---- beginning and end ---- */

static int keep(struct agent *a, size_t i)
{
	struct player_keeper *k = calloc(1, sizeof(*k));

	if (!k)
		return -ENOMEM;
	k->agent = a;
	k->player = &a->player[i];
	k->streams = json_object();
	restore(k);
	uv_timer_init(&a->daemon.loop, &k->timer);
	k->timer.data = k;
	a->keeper[i] = k;
	again(k, 0);
	return 0;
}

int players_start(struct agent *a)
{
	int r = 0;

	for (size_t i = 0; i < a->player_count && r == 0; i++)
		if (a->player[i].player_url[0])
			r = keep(a, i);
	return r;
}

static void on_closed(uv_handle_t *handle)
{
	struct player_keeper *k = handle->data;

	json_decref(k->streams);
	free(k);
}

void players_stop(struct agent *a)
{
	for (size_t i = 0; i < a->player_count; i++) {
		struct player_keeper *k = a->keeper[i];

		a->keeper[i] = NULL;
		if (!k)
			continue;
		if (k->call)
			http_client_cancel(a->client, k->call);
		uv_close((uv_handle_t *)&k->timer, on_closed);
	}
}
