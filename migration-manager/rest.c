// SPDX-License-Identifier: Apache-2.0
/* The REST interface, /v1: one handler a route, in the order of the table at the end. See
 * docs/rest.md and openapi.json. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/metrics.h"
#include "lib/version.h"
#include "migration-manager/create.h"
#include "migration-manager/engine.h"
#include "migration-manager/events.h"
#include "migration-manager/manager.h"
#include "migration-manager/metrics.h"
#include "migration-manager/openapi.h"
#include "migration-manager/request.h"

/* ---- helpers ---- */

static struct migration *wanted_migration(struct http_request *req, struct manager *mm)
{
	struct migration *m = manager_find(mm, http_param(req, "id"));

	if (!m)
		http_problem(req, 404, "MIGRATION_NOT_FOUND", "no migration '%s'",
			     http_param(req, "id"));
	return m;
}

static void reply_table(struct http_request *req, const struct registered *table, const char *list,
			const char *name_member)
{
	json_t *array = json_array();

	for (const struct registered *r = table; r; r = r->hh.next)
		json_array_append_new(array, registry_json(r, name_member));
	http_reply(req, 200, json_pack("{s:o}", list, array));
}

/* ---- migrations ---- */

static void migrations_list(struct http_request *req, void *user)
{
	struct manager *mm = user;
	const char *ue = http_query(req, "ue"), *state = http_query(req, "state");
	enum migration_state known;
	json_t *array;

	if (state && migration_state_parse(state, &known) < 0) {
		http_problem(
			req, 400, "INVALID_PARAMETER",
			"state: expected a migration's state, such as completed, found '%.40s'",
			state);
		return;
	}
	array = json_array();
	for (const struct migration *m = mm->migrations; m; m = m->hh.next) {
		if (ue && strcmp(ue, m->request.ue) != 0)
			continue;
		if (state && strcmp(state, migration_state_name(m->state)) != 0)
			continue;
		json_array_append_new(array, migration_json(m));
	}
	http_reply(req, 200, json_pack("{s:o}", "migrations", array));
}

static void migration_get(struct http_request *req, void *user)
{
	const struct migration *m = wanted_migration(req, user);

	if (m)
		http_reply(req, 200, migration_json(m));
}

static void migration_delete(struct http_request *req, void *user)
{
	struct manager *mm = user;
	struct migration *m = wanted_migration(req, mm);

	if (!m)
		return;
	if (!migration_ended(m)) {
		http_problem(req, 409, "MIGRATION_UNDER_WAY", "migration %s is %s; cancel it first",
			     m->id, migration_state_name(m->state));
		return;
	}
	if (journal_delete(mm->journal, m->id) < 0) {
		http_problem(req, 507, "JOURNAL_NOT_WRITABLE",
			     "the journal can't be written, so the record stays");
		return;
	}
	manager_forget(mm, m);
	http_reply(req, 204, NULL);
}

static void migration_cancel(struct http_request *req, void *user)
{
	struct migration *m = wanted_migration(req, user);

	if (!m)
		return;
	if (engine_cancel(m, "CANCELLED", "cancelled by request") < 0)
		http_problem(req, 409, "ALREADY_SWITCHED",
			     "migration %s is %s; only before the switch can it be cancelled",
			     m->id, migration_state_name(m->state));
	else
		create_reply(req, m);
}

static void migration_switch(struct http_request *req, void *user)
{
	struct migration *m = wanted_migration(req, user);

	if (!m)
		return;
	if (engine_end_hold(m) < 0)
		http_problem(req, 409, "NOT_HOLDING", "migration %s is %s; there is no hold to end",
			     m->id, migration_state_name(m->state));
	else
		create_reply(req, m);
}

static void migration_switch_back(struct http_request *req, void *user)
{
	struct migration *m = wanted_migration(req, user);
	int r;

	if (!m)
		return;
	r = engine_turn(m, "", "");
	if (r == -ENOSPC)
		http_problem(req, 507, "JOURNAL_NOT_WRITABLE",
			     "the journal can't be written, so the hold goes on");
	else if (r == -EOPNOTSUPP)
		http_problem(req, 409, "NOT_REVERSIBLE",
			     "strategy '%s' moves a process, of which nothing is left at the "
			     "source; a migration the other way brings it back",
			     m->request.strategy->name);
	else if (r < 0)
		http_problem(req, 409, "NOT_HOLDING",
			     "migration %s is %s; it can be switched back once, while the old "
			     "session is held",
			     m->id, migration_state_name(m->state));
	else
		create_reply(req, m);
}

static void all_events(struct http_request *req, void *user)
{
	const char *since = http_query(req, "since_ns");
	char *end = "";
	uint64_t since_ns = since ? strtoull(since, &end, 10) : 0;
	struct json_reader r;

	if (*end || (since && (*since < '0' || *since > '9'))) {
		json_t *none = json_object();

		json_reader_begin(&r, none);
		json_reader_fail(&r, "since_ns", "expected nanoseconds since 1970, found \"%.40s\"",
				 since);
		http_problem_invalid(req, &r);
		json_decref(none);
		return;
	}
	events_watch_all(req, user, since_ns);
}

static void migration_events(struct http_request *req, void *user)
{
	struct migration *m = wanted_migration(req, user);

	if (m)
		events_watch(req, m);
}

/* ---- who registers ---- */

static void read_registration(struct json_reader *r, const json_t *body, char *url, char *dnai)
{
	json_reader_begin(r, body);
	request_read_name(r, "url", url, REGISTRY_URL_SIZE);
	if (dnai)
		request_read_name(r, "dnai", dnai, REGISTRY_NAME_SIZE);
	if (url[0] && strncmp(url, "http://", 7) != 0)
		json_reader_fail(r, "url", "expected an http:// URL");
	/* What else an agent tells is shown as it is. */
	r->known_count = 0;
}

static void reply_registered(struct http_request *req, int r)
{
	if (r == -ENOSPC)
		http_problem(req, 503, "REGISTRY_FULL",
			     "%d agents have registered, which is the limit", REGISTRY_MAX);
	else if (r < 0)
		http_problem(req, 500, "SYSTEM_FAILURE", "%s", strerror(-r));
	else
		http_reply(req, r == 1 ? 201 : 204, NULL);
}

/* As node names are: what goes into logs, events and paths. */
static bool edge_name_valid(const char *name)
{
	return strlen(name) < REGISTRY_NAME_SIZE &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       strlen(name);
}

static void edge_put(struct http_request *req, void *user)
{
	struct manager *mm = user;
	char url[REGISTRY_URL_SIZE] = "", dnai[REGISTRY_NAME_SIZE] = "";
	struct json_reader reader;
	int r;

	read_registration(&reader, http_body(req), url, dnai);
	if (!edge_name_valid(http_param(req, "id")))
		json_reader_fail(&reader, "id",
				 "expected fewer than %d letters, digits, '.', '_', '-'",
				 REGISTRY_NAME_SIZE);
	if (reader.invalid_count) {
		http_problem_invalid(req, &reader);
		return;
	}
	r = registry_put(&mm->registry.edges, http_param(req, "id"), url, dnai, http_body(req));
	ue_routes_registered(mm, http_param(req, "id"));
	reply_registered(req, r);
}

static void ue_put(struct http_request *req, void *user)
{
	struct manager *mm = user;
	char url[REGISTRY_URL_SIZE] = "";
	struct json_reader reader;

	read_registration(&reader, http_body(req), url, NULL);
	if (!supi_valid(http_param(req, "supi")))
		json_reader_fail(&reader, "supi", "expected \"imsi-\" and 5 to 15 digits");
	if (reader.invalid_count)
		http_problem_invalid(req, &reader);
	else
		reply_registered(req, registry_put(&mm->registry.ues, http_param(req, "supi"), url,
						   "", http_body(req)));
}

static void edges_list(struct http_request *req, void *user)
{
	reply_table(req, ((struct manager *)user)->registry.edges, "edges", "id");
}

static void ues_list(struct http_request *req, void *user)
{
	reply_table(req, ((struct manager *)user)->registry.ues, "ues", "supi");
}

static void edge_get(struct http_request *req, void *user)
{
	const struct registered *r =
		registry_get(((struct manager *)user)->registry.edges, http_param(req, "id"));

	if (r)
		http_reply(req, 200, registry_json(r, "id"));
	else
		http_problem(req, 404, "EDGE_NOT_FOUND", "no edge '%s' has registered",
			     http_param(req, "id"));
}

static void ue_get(struct http_request *req, void *user)
{
	const struct registered *r =
		registry_get(((struct manager *)user)->registry.ues, http_param(req, "supi"));

	if (r)
		http_reply(req, 200, registry_json(r, "supi"));
	else
		http_problem(req, 404, "UE_NOT_FOUND", "no UE agent has registered for '%s'",
			     http_param(req, "supi"));
}

/* ---- PDU sessions: smf-lite's word, passed on ---- */

static void sessions_answered(const struct http_answer *answer, void *user)
{
	struct http_request *req = user;

	if (answer->error)
		http_problem(req, 502, "SMF_NOT_REACHABLE", "%s", answer->error_text);
	else
		http_reply(req, answer->status, json_incref(answer->body));
}

static void sessions_list(struct http_request *req, void *user)
{
	struct manager *mm = user;
	const char *supi = http_query(req, "supi");
	char url[256];
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = 2000};

	if (supi && !supi_valid(supi)) {
		http_problem(req, 400, "INVALID_PARAMETER",
			     "supi: expected \"imsi-\" and 5 to 15 digits");
		return;
	}
	snprintf(url, sizeof url, "%s/v1/pdu-sessions%s%s", mm->config.smf_url,
		 supi ? "?supi=" : "", supi ? supi : "");
	if (http_client_call(mm->client, &call, sessions_answered, req, NULL) < 0)
		http_problem(req, 502, "SMF_NOT_REACHABLE", "no request could be made to %s",
			     mm->config.smf_url);
}

/* ---- about the manager itself ---- */

static void about_get(struct http_request *req, void *user)
{
	struct manager *mm = user;

	http_reply(req, 200,
		   json_pack("{s:s, s:s, s:s, s:s}", "name", "migration-manager", "version",
			     version_string, "commit", version_commit, "topology",
			     mm->config.topology));
}

static void health_get(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

static void openapi_get(struct http_request *req, void *user)
{
	http_reply_text(req, 200, "application/json", openapi_text);
}

static void metrics_get(struct http_request *req, void *user)
{
	struct metrics m;

	if (metrics_begin(&m, req) < 0)
		return;
	manager_metrics(user, m.out);
	metrics_reply(&m, req);
}

const struct http_route rest_routes[] = {
	{"GET", "/v1/migrations", migrations_list, false},
	{"POST", "/v1/migrations", create_migration, false},
	{"GET", "/v1/migrations/{id}", migration_get, false},
	{"DELETE", "/v1/migrations/{id}", migration_delete, false},
	{"POST", "/v1/migrations/{id}/cancel", migration_cancel, false},
	{"POST", "/v1/migrations/{id}/switch", migration_switch, false},
	{"POST", "/v1/migrations/{id}/switch-back", migration_switch_back, false},
	{"GET", "/v1/migrations/{id}/events", migration_events, false},
	{"GET", "/v1/events", all_events, false},
	{"GET", "/v1/edges", edges_list, false},
	{"GET", "/v1/edges/{id}", edge_get, false},
	{"PUT", "/v1/edges/{id}", edge_put, false},
	{"GET", "/v1/ues", ues_list, false},
	{"GET", "/v1/ues/{supi}", ue_get, false},
	{"PUT", "/v1/ues/{supi}", ue_put, false},
	{"GET", "/v1/pdu-sessions", sessions_list, false},
	{"GET", "/v1/about", about_get, false},
	{"GET", "/healthz", health_get, false},
	{"GET", "/openapi.json", openapi_get, false},
	{"GET", "/metrics", metrics_get, false},
	{0},
};
