// SPDX-License-Identifier: Apache-2.0
/*
 * Routes to single UEs at edges (mode uplink-classifier) that nobody needs any more: their session
 * has ended without a migration, or an edge agent could not be asked when it was its turn. An edge
 * tells its routes with its registration; one whose address no session leads there is taken back.
 * Not while a migration of that mode is under way: its steps put them there and take them back.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/json.h"
#include "lib/log.h"
#include "migration-manager/manager.h"
#include "migration-manager/step.h"

struct sweep {
	struct manager *mm;
	char edge[REGISTRY_NAME_SIZE];
};

static bool under_way(const struct manager *mm)
{
	for (const struct migration *m = mm->migrations; m; m = m->hh.next)
		if (!migration_ended(m) && m->request.mode == &mode_uplink_classifier)
			return true;
	return false;
}

static bool has_classifier(const json_t *session, const char *dnai)
{
	const json_t *classifier;
	size_t i;

	json_array_foreach(json_object_get(session, "classifiers"), i, classifier)
	{
		if (strcmp(json_text(classifier, "dnai"), dnai) == 0)
			return true;
	}
	return false;
}

static bool is_needed(const json_t *sessions, const char *address, const char *dnai)
{
	const json_t *session;
	size_t i;

	json_array_foreach(sessions, i, session)
	{
		if (strcmp(json_text(session, "address"), address) == 0 &&
		    has_classifier(session, dnai))
			return true;
	}
	return false;
}

/* What comes of it the edge's next registration tells. */
static void taken_back(const struct http_answer *answer, void *user)
{
}

static void take_back(struct manager *mm, const struct registered *edge, const char *address)
{
	char url[REGISTRY_URL_SIZE + 64];
	struct http_call call = {.method = "DELETE", .url = url, .token = mm->token};

	snprintf(url, sizeof url, "%s/v1/ue-routes/%s", edge->url, address);
	log_info("ue-route", "edge=%s ue=%s what=\"not needed any more\"", edge->name, address);
	(void)http_client_call(mm->client, &call, taken_back, NULL, NULL);
}

static void told(const struct http_answer *answer, void *user)
{
	struct sweep *sweep = user;
	struct manager *mm = sweep->mm;
	const json_t *sessions = json_object_get(answer->body, "pdu_sessions"), *address;
	const struct registered *edge = registry_get(mm->registry.edges, sweep->edge);
	size_t i;

	free(sweep);
	mm->sweeping = false;
	if (answer->error || answer->status != 200 || !json_is_array(sessions) || !edge ||
	    under_way(mm))
		return;
	json_array_foreach(json_object_get(edge->info, "ue_routes"), i, address)
	{
		const char *text = json_string_value(address);

		if (text && !is_needed(sessions, text, edge->dnai))
			take_back(mm, edge, text);
	}
}

void ue_routes_registered(struct manager *mm, const char *edge)
{
	const struct registered *r = registry_get(mm->registry.edges, edge);
	char url[sizeof mm->config.smf_url + 32];
	struct http_call call = {.method = "GET", .url = url, .token = mm->token};
	struct sweep *sweep;

	if (!r || !json_array_size(json_object_get(r->info, "ue_routes")) || mm->sweeping ||
	    under_way(mm))
		return;
	sweep = calloc(1, sizeof *sweep);
	if (!sweep)
		return;
	sweep->mm = mm;
	snprintf(sweep->edge, sizeof sweep->edge, "%s", edge);
	snprintf(url, sizeof url, "%s/v1/pdu-sessions", mm->config.smf_url);
	mm->sweeping = http_client_call(mm->client, &call, told, sweep, NULL) == 0;
	if (!mm->sweeping)
		free(sweep);
}
