// SPDX-License-Identifier: Apache-2.0
/* The UE agent's REST interface: docs/contracts.md. */
#include <stdlib.h>

#include "agents/ue-agent/sessions.h"
#include "agents/ue-agent/steps.h"
#include "agents/ue-agent/trigger.h"
#include "lib/metrics.h"

struct status_query {
	struct agent *agent;
	struct http_request *req;
};

/* The kernel says which sessions there are; `ue` adds what only NAS knows. */
static json_t *session_json(const struct session *s, const json_t *ue_sessions)
{
	char device[16];
	const json_t *u;
	json_t *j;
	size_t i;

	snprintf(device, sizeof device, "pdu%u", s->id);
	j = json_pack("{s:i, s:o, s:s}", "id", (int)s->id, "address", json_ipv4(s->address),
		      "device", device);
	json_array_foreach(ue_sessions, i, u)
	{
		if (json_integer_value(json_object_get(u, "id")) != s->id)
			continue;
		json_object_set(j, "generation", json_object_get(u, "generation"));
		json_object_set(j, "dnn", json_object_get(u, "dnn"));
		json_object_set(j, "state", json_object_get(u, "state"));
	}
	return j;
}

static void status_answered(const struct http_answer *answer, void *user)
{
	struct status_query *query = user;
	struct agent *a = query->agent;
	struct session sessions[SESSION_IDS];
	json_t *array = json_array();

	if (answer->error || answer->status != 200) {
		http_problem(query->req, 503, "UE_NOT_REACHABLE", "%s",
			     answer->error ? answer->error_text
					   : "ue did not say which PDU sessions it has");
		json_decref(array);
	} else {
		sessions_read(a, sessions);
		for (unsigned id = 1; id < SESSION_IDS; id++) {
			if (sessions[id].id)
				json_array_append_new(
					array, session_json(&sessions[id],
							    json_object_get(answer->body,
									    "pdu_sessions")));
		}
		http_reply(query->req, 200,
			   json_pack("{s:s, s:i, s:I, s:o, s:o*}", "supi", a->config.supi,
				     "primary", (int)a->primary, "switches",
				     (json_int_t)a->switches, "pdu_sessions", array, "trigger",
				     trigger_json(a)));
	}
	free(query);
}

static void status_get(struct http_request *req, void *user)
{
	struct agent *a = user;
	struct status_query *query = calloc(1, sizeof *query);
	char url[192];
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = 2000};

	snprintf(url, sizeof url, "%s/v1/pdu-sessions", a->config.ue_url);
	if (query)
		*query = (struct status_query){.agent = a, .req = req};
	if (!query || http_client_call(a->client, &call, status_answered, query, NULL) < 0) {
		free(query);
		http_problem(req, 503, "UE_NOT_REACHABLE", "no request could be made to %s",
			     a->config.ue_url);
	}
}

static void health_get(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

static void metrics_get(struct http_request *req, void *user)
{
	const struct agent *a = user;
	struct metrics m;

	if (metrics_begin(&m, req) < 0)
		return;
	fprintf(m.out,
		"# HELP baton_ue_primary_session PDU session id of the primary session, 0 for "
		"none.\n"
		"# TYPE baton_ue_primary_session gauge\nbaton_ue_primary_session %u\n"
		"# HELP baton_ue_switches_total Changes of the primary session since the start of "
		"the agent.\n"
		"# TYPE baton_ue_switches_total counter\nbaton_ue_switches_total %lu\n",
		a->primary, a->switches);
	trigger_metrics(a, m.out);
	metrics_reply(&m, req);
}

const struct http_route agent_routes[] = {
	{"GET", "/v1/status", status_get, false},
	{"PUT", "/v1/steps/{migration}/{step}", steps_put, false},
	{"GET", "/v1/steps/{migration}/{step}", steps_get, false},
	{"DELETE", "/v1/steps/{migration}/{step}", steps_delete, false},
	{"GET", "/healthz", health_get, false},
	{"GET", "/metrics", metrics_get, false},
	{0},
};
