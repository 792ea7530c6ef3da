// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/daemon.h"
#include "lib/http_client.h"

enum { TIMEOUT_MS = 5000, POLL_MS = 5 };

static void full_url(const struct client *c, const char *url, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s", url[0] == '/' ? c->manager : "", url);
}

/* One call; an answer of another status is an error in the words of its problem details. */
static int call(struct client *c, const char *method, const char *url, const json_t *body,
		struct http_answer *ret)
{
	char full[256];
	struct http_call http = {.method = method,
				 .url = full,
				 .body = body,
				 .token = c->token,
				 .timeout_ms = TIMEOUT_MS};
	const char *detail;

	full_url(c, url, full, sizeof full);
	http_call_blocking(&http, ret);
	if (!ret->error && ret->status < 300)
		return 0;
	detail = json_string_value(json_object_get(ret->body, "detail"));
	snprintf(c->error, sizeof c->error, "%s %.100s: %.100s", method, full,
		 ret->error ? ret->error_text
		 : detail   ? detail
			    : "refused");
	return -EIO;
}

json_t *client_get(struct client *c, const char *url)
{
	struct http_answer answer;
	json_t *body = call(c, "GET", url, NULL, &answer) == 0 ? json_incref(answer.body) : NULL;

	http_answer_done(&answer);
	return body;
}

int client_migrate(struct client *c, const char *supi, const char *destination, const char *mode,
		   uint64_t hold_ms, char ret_id[24])
{
	json_t *body =
		json_pack("{s:s, s:s, s:s, s:s, s:I}", "ue", supi, "destination", destination,
			  "strategy", "none", "mode", mode, "hold_ms", (json_int_t)hold_ms);
	struct http_answer answer;
	int r = call(c, "POST", "/v1/migrations", body, &answer);
	const char *id = json_string_value(json_object_get(answer.body, "id"));

	if (r == 0)
		snprintf(ret_id, 24, "%s", id ? id : "");
	http_answer_done(&answer);
	json_decref(body);
	return r;
}

static bool has_ended(const json_t *migration)
{
	const char *state = json_string_value(json_object_get(migration, "state"));

	return state && (strcmp(state, "completed") == 0 || strcmp(state, "rolled-back") == 0 ||
			 strcmp(state, "failed") == 0);
}

json_t *client_await(struct client *c, const char *id, uint64_t timeout_ms)
{
	uint64_t deadline = clock_mono_ns() + timeout_ms * UINT64_C(1000000);
	const struct timespec pause = {0, POLL_MS * 1000000};
	char path[64];

	snprintf(path, sizeof path, "/v1/migrations/%s", id);
	while (clock_mono_ns() < deadline) {
		json_t *migration = client_get(c, path);

		if (migration && has_ended(migration))
			return migration;
		json_decref(migration);
		nanosleep(&pause, NULL);
	}
	snprintf(c->error, sizeof c->error, "migration %s did not end within %llu ms", id,
		 (unsigned long long)timeout_ms);
	return NULL;
}

/* ---- who is where ---- */

static const json_t *find(const json_t *array, const char *member, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		const char *value = json_string_value(json_object_get(item, member));

		if (value && strcmp(value, text) == 0)
			return item;
	}
	return NULL;
}

static const json_t *find_number(const json_t *array, const char *member, json_int_t number)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		if (json_integer_value(json_object_get(item, member)) == number)
			return item;
	}
	return NULL;
}

static json_t *sessions_of(struct client *c, const char *supi)
{
	char path[96];

	snprintf(path, sizeof path, "/v1/pdu-sessions?supi=%s", supi);
	return client_get(c, path);
}

static json_int_t primary_session(struct client *c, const char *supi)
{
	char url[192];
	json_t *ue, *status;
	json_int_t primary;

	snprintf(url, sizeof url, "/v1/ues/%s", supi);
	ue = client_get(c, url);
	snprintf(url, sizeof url, "%s/v1/status",
		 ue ? json_string_value(json_object_get(ue, "url")) : "");
	status = ue ? client_get(c, url) : NULL;
	primary = json_integer_value(json_object_get(status, "primary"));
	json_decref(ue);
	json_decref(status);
	return primary;
}

int client_primary(struct client *c, const char *supi, char *ret_edge, size_t size)
{
	json_int_t primary = primary_session(c, supi);
	json_t *sessions = primary ? sessions_of(c, supi) : NULL,
	       *edges = sessions ? client_get(c, "/v1/edges") : NULL;
	const json_t *session =
		find_number(json_object_get(sessions, "pdu_sessions"), "id", primary);
	const char *dnai = json_string_value(json_object_get(session, "dnai"));
	const json_t *edge = dnai ? find(json_object_get(edges, "edges"), "dnai", dnai) : NULL;
	const char *name = json_string_value(json_object_get(edge, "id"));

	if (name)
		snprintf(ret_edge, size, "%s", name);
	else if (!c->error[0])
		snprintf(c->error, sizeof c->error,
			 "%s has no primary PDU session at a registered edge", supi);
	json_decref(sessions);
	json_decref(edges);
	return name ? 0 : -EIO;
}

uint32_t client_uplink_teid(struct client *c, const char *supi, json_int_t id)
{
	json_t *sessions = sessions_of(c, supi);
	const json_t *session = find_number(json_object_get(sessions, "pdu_sessions"), "id", id);
	json_int_t teid =
		json_integer_value(json_object_get(json_object_get(session, "uplink"), "teid"));

	json_decref(sessions);
	return (uint32_t)teid;
}

int client_edges(struct client *c, struct probe_run *run)
{
	json_t *answer = client_get(c, "/v1/edges");
	const json_t *edge;
	size_t i;

	json_array_foreach(json_object_get(answer, "edges"), i, edge)
	{
		const char *name = json_string_value(json_object_get(edge, "id"));

		if (name && run->edge_count < EDGES_MAX)
			snprintf(run->edge_name[run->edge_count++], sizeof run->edge_name[0], "%s",
				 name);
	}
	json_decref(answer);
	if (!answer)
		return -EIO;
	if (run->edge_count < 2)
		snprintf(c->error, sizeof c->error, "a switch needs two edges; %zu have registered",
			 run->edge_count);
	return run->edge_count < 2 ? -EIO : 0;
}

/* ---- samples ---- */

/* Appends one answer; Return: samples that are still there, or negative */
static int64_t append(struct probe_run *run, size_t e, const char *bytes, size_t len)
{
	size_t n = len >= SAMPLE_HEADER_LEN ? (len - SAMPLE_HEADER_LEN) / SAMPLE_LEN : 0,
	       have = run->reflected_count[e];
	struct stamp_sample_header header;
	struct stamp_sample *larger;

	if (len < SAMPLE_HEADER_LEN)
		return -EBADMSG;
	stamp_sample_header_get((const uint8_t *)bytes, &header);
	if (have == 0)
		run->first_reflected[e] = header.first;
	larger = realloc(run->reflected[e], (have + n + 1) * sizeof *larger);
	if (!larger)
		return -ENOMEM;
	run->reflected[e] = larger;
	for (size_t i = 0; i < n; i++)
		stamp_sample_get((const uint8_t *)bytes + SAMPLE_HEADER_LEN + i * SAMPLE_LEN,
				 &larger[have + i]);
	run->reflected_count[e] += n;
	return (int64_t)(header.taken - header.first - n);
}

static int fetch_edge(struct client *c, struct probe_run *run, size_t e, const char *url,
		      uint16_t ssid)
{
	struct http_answer answer;
	int64_t left = 1;
	char path[192];
	int r = 0;

	while (left > 0 && r == 0) {
		snprintf(path, sizeof path, "%s/v1/reflector/%u?from=%llu", url, ssid,
			 (unsigned long long)(run->first_reflected[e] + run->reflected_count[e]));
		r = call(c, "GET", path, NULL, &answer);
		if (answer.status == 404) { /* no probe ever came to this edge */
			http_answer_done(&answer);
			return 0;
		}
		left = r == 0 ? append(run, e, answer.text, answer.text_len) : 0;
		http_answer_done(&answer);
		if (left < 0)
			return -EIO;
	}
	snprintf(path, sizeof path, "%s/v1/reflector/%u", url, ssid);
	if (r == 0) {
		r = call(c, "DELETE", path, NULL, &answer);
		http_answer_done(&answer);
	}
	return r;
}

int client_reflected(struct client *c, struct probe_run *run, uint16_t ssid)
{
	json_t *answer = client_get(c, "/v1/edges");
	int r = answer ? 0 : -EIO;

	for (size_t e = 0; e < run->edge_count && r == 0; e++) {
		const json_t *edge =
			find(json_object_get(answer, "edges"), "id", run->edge_name[e]);
		const char *url = json_string_value(json_object_get(edge, "url"));

		r = url ? fetch_edge(c, run, e, url, ssid) : -EIO;
	}
	json_decref(answer);
	return r;
}
