// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/daemon.h"
#include "lib/http_client.h"
#include "testbed/measure/collect.h"

enum { TIMEOUT_MS = 5000 };

static void full_url(const struct client *c, const char *url, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s", url[0] == '/' ? c->manager : "", url);
}

/* "/strategy: expected one of none, dual, found ..." of the first parameter that is refused, else
 * the detail; "": neither is told */
static void reason_of(const json_t *problem, char *buf, size_t size)
{
	const json_t *first = json_array_get(json_object_get(problem, "invalidParams"), 0);
	const char *detail = json_string_value(json_object_get(problem, "detail"));
	const char *param = json_string_value(json_object_get(first, "param"));
	const char *reason = json_string_value(json_object_get(first, "reason"));

	if (param && reason)
		snprintf(buf, size, "%s: %s", param, reason);
	else
		snprintf(buf, size, "%s", detail ? detail : "");
}

static void note_refusal(struct client *c, const char *method, const char *url,
			 const struct http_answer *answer)
{
	const char *detail = json_string_value(json_object_get(answer->body, "detail"));
	const char *cause = json_string_value(json_object_get(answer->body, "cause"));
	char reason[320];

	reason_of(answer->body, reason, sizeof reason);
	c->status = answer->error ? 0 : answer->status;
	snprintf(c->cause, sizeof c->cause, "%s", cause ? cause : "");
	snprintf(c->detail, sizeof c->detail, "%s", detail ? detail : "");
	if (answer->error) /* with the URL */
		snprintf(c->error, sizeof c->error, "%s %.200s", method, answer->error_text);
	else
		snprintf(c->error, sizeof c->error, "%s %.100s: %.319s", method, url,
			 reason[0] ? reason : "refused");
}

/* An answer of another status than success is an error in the words of its problem details. */
static int call(struct client *c, struct http_call *http, struct http_answer *ret)
{
	char full[256];

	full_url(c, http->url, full, sizeof full);
	http->url = full;
	http->token = c->token;
	http->timeout_ms = TIMEOUT_MS;
	http_call_blocking(http, ret);
	if (!ret->error && ret->status < 300)
		return 0;
	note_refusal(c, http->method, full, ret);
	return -EIO;
}

json_t *client_get(struct client *c, const char *url)
{
	struct http_call http = {.method = "GET", .url = url};
	struct http_answer answer;
	json_t *body = call(c, &http, &answer) == 0 ? json_incref(answer.body) : NULL;

	http_answer_done(&answer);
	return body;
}

int client_bytes(struct client *c, const char *url, char **ret, size_t *ret_len)
{
	struct http_call http = {.method = "GET", .url = url};
	struct http_answer answer;
	int r = call(c, &http, &answer);

	if (r == 0) {
		*ret = malloc(answer.text_len + 1);
		*ret_len = answer.text_len;
		if (*ret)
			memcpy(*ret, answer.text, answer.text_len);
		else
			r = -EIO;
	}
	http_answer_done(&answer);
	return r;
}

/* Of one line of Prometheus text; NAN: it isn't @name's */
static double sample_of(const char *line, const char *name)
{
	size_t len = strlen(name);
	const char *value = line + len;

	if (strncmp(line, name, len) != 0 || (*value != ' ' && *value != '{'))
		return NAN;
	if (*value == '{')
		value = strchr(value, '}');
	return value ? strtod(value + 1, NULL) : NAN;
}

double client_metric(struct client *c, const char *url, const char *name)
{
	char full[160];
	struct http_call http = {.method = "GET", .url = full};
	struct http_answer answer;
	double sum = NAN;

	snprintf(full, sizeof full, "%s/metrics", url);
	if (call(c, &http, &answer) == 0) {
		char *rest = answer.text;

		for (char *line; (line = strsep(&rest, "\n"));) {
			double value = sample_of(line, name);

			if (!isnan(value))
				sum = isnan(sum) ? value : sum + value;
		}
	}
	http_answer_done(&answer);
	return sum;
}

int client_migrate(struct client *c, const struct client_migration *m, char ret_id[24])
{
	json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:O*}", "ue", m->supi, "destination",
				 m->destination, "strategy", m->strategy ? m->strategy : "none",
				 "mode", m->mode, "process", m->process);
	struct http_call http = {
		.method = "POST", .url = "/v1/migrations", .body = body, .idempotency_key = m->key};
	struct http_answer answer;
	const char *id;
	int r;

	if (m->hold_ms != UINT64_MAX)
		json_object_set_new(body, "hold_ms", json_integer((json_int_t)m->hold_ms));
	if (m->app)
		json_object_set_new(body, "app", json_string(m->app));
	if (m->app && m->threshold >= 0)
		json_object_set_new(body, "threshold", json_real(m->threshold));
	if (m->app && m->window)
		json_object_set_new(body, "window", json_integer((json_int_t)m->window));
	if (m->app && m->timeout_ms)
		json_object_set_new(body, "timeout_ms", json_integer((json_int_t)m->timeout_ms));
	r = call(c, &http, &answer);
	id = json_string_value(json_object_get(answer.body, "id"));

	if (r == 0)
		snprintf(ret_id, 24, "%s", id ? id : "");
	http_answer_done(&answer);
	json_decref(body);
	return r;
}

json_t *client_migration(struct client *c, const char *id)
{
	char path[64];

	snprintf(path, sizeof path, "/v1/migrations/%s", id);
	return client_get(c, path);
}

bool client_has_ended(const json_t *migration)
{
	const char *state = json_string_value(json_object_get(migration, "state"));

	return state && (strcmp(state, "completed") == 0 || strcmp(state, "rolled-back") == 0 ||
			 strcmp(state, "failed") == 0);
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
	json_t *ue, *status = NULL;
	const char *agent;
	json_int_t primary;

	snprintf(url, sizeof url, "/v1/ues/%s", supi);
	ue = client_get(c, url);
	agent = json_string_value(json_object_get(ue, "url"));
	if (agent) {
		snprintf(url, sizeof url, "%s/v1/status", agent);
		status = client_get(c, url);
	}
	primary = json_integer_value(json_object_get(status, "primary"));
	json_decref(ue);
	json_decref(status);
	return primary;
}

json_int_t client_primary_session(struct client *c, const char *supi)
{
	return primary_session(c, supi);
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

uint32_t client_uplink(struct client *c, const char *supi, json_int_t id, struct in_addr *ret_upf)
{
	json_t *sessions = sessions_of(c, supi);
	const json_t *session = find_number(json_object_get(sessions, "pdu_sessions"), "id", id);
	const json_t *uplink = json_object_get(session, "uplink");
	const char *address = json_string_value(json_object_get(uplink, "address"));
	json_int_t teid = json_integer_value(json_object_get(uplink, "teid"));

	if (!address || inet_pton(AF_INET, address, ret_upf) != 1)
		teid = 0;
	json_decref(sessions);
	return (uint32_t)teid;
}

static void take_edge(struct client *c, struct probe_run *run, const json_t *edge)
{
	const char *name = json_string_value(json_object_get(edge, "id"));
	const char *url = json_string_value(json_object_get(edge, "url"));
	size_t e = run->edge_count;

	if (!name || !url || e == EDGES_MAX)
		return;
	snprintf(run->edge_name[e], sizeof run->edge_name[e], "%s", name);
	snprintf(c->edge_url[e], sizeof c->edge_url[e], "%s", url);
	run->edge_count++;
}

int client_edges(struct client *c, struct probe_run *run)
{
	json_t *answer = client_get(c, "/v1/edges");
	const json_t *edge;
	size_t i;

	run->edge_count = 0;
	json_array_foreach(json_object_get(answer, "edges"), i, edge) take_edge(c, run, edge);
	json_decref(answer);
	return answer ? 0 : -EIO;
}

/* ---- samples ---- */

int client_reflected(struct client *c, struct probe_run *run, size_t edge, uint16_t ssid)
{
	int r = 1;

	while (r > 0) {
		uint64_t asked_ns = clock_now_ns();
		char url[192];
		struct http_call http = {.method = "GET", .url = url};
		struct http_answer answer;

		snprintf(url, sizeof url, "%s/v1/reflector/%u?from=%llu", c->edge_url[edge], ssid,
			 (unsigned long long)collect_next(run, edge));
		r = call(c, &http, &answer);
		if (r == 0)
			r = collect_answer(run, edge, (const uint8_t *)answer.text, answer.text_len,
					   asked_ns);
		else if (c->status == 404) {
			collect_none(run, edge, asked_ns);
			r = -ENOENT;
		}
		http_answer_done(&answer);
	}
	return r;
}

void client_forget(struct client *c, size_t edge, uint16_t ssid)
{
	char url[192];
	struct http_call http = {.method = "DELETE", .url = url};
	struct http_answer answer;

	snprintf(url, sizeof url, "%s/v1/reflector/%u", c->edge_url[edge], ssid);
	call(c, &http, &answer);
	http_answer_done(&answer);
}
