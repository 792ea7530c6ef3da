// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/modes/common.h"

#include <string.h>

#include "lib/daemon.h"
#include "migration-manager/manager.h"

enum { POLL_MS = 5, SESSION_ID_MAX = 15 /* TS 24.007 cl. 11.2.3.1b */ };

void common_done_if_ok(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 200)
		engine_step_done(m, json_incref(answer->body));
	else
		engine_problem(m, "the UE agent refused", answer);
}

static bool edges_known(const struct migration *m)
{
	struct registered *edges = m->mm->registry.edges;

	return registry_get(edges, m->request.destination) &&
	       (!m->request.source[0] || registry_get(edges, m->request.source));
}

const struct registered *common_edge(struct migration *m, void (*again)(struct migration *m))
{
	if (edges_known(m))
		return registry_get(m->mm->registry.edges, m->request.destination);
	if (clock_mono_ns() < m->deadline_mono_ns)
		engine_step_sleep(m, m->mm->times->retry, again);
	else
		engine_step_failed(m, "EDGE_NOT_FOUND", "edge '%s'%s%s is not registered",
				   m->request.destination, m->request.source[0] ? " or " : "",
				   m->request.source);
	return NULL;
}

/* ---- survey ---- */

static const json_t *find_session(const json_t *sessions, uint64_t id)
{
	const json_t *session;
	size_t i;

	json_array_foreach(sessions, i, session)
	{
		if ((uint64_t)json_integer_value(json_object_get(session, "id")) == id)
			return session;
	}
	return NULL;
}

static const char *member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* Another active session of the same DNN that is anchored at @dnai. */
static const json_t *find_anchored(const json_t *sessions, const char *dnn, const char *dnai,
				   uint64_t not_id)
{
	const json_t *session;
	size_t i;

	json_array_foreach(sessions, i, session)
	{
		if (strcmp(member(session, "dnai"), dnai) == 0 &&
		    strcmp(member(session, "dnn"), dnn) == 0 &&
		    strcmp(member(session, "state"), "active") == 0 &&
		    (uint64_t)json_integer_value(json_object_get(session, "id")) != not_id)
			return session;
	}
	return NULL;
}

static uint64_t free_id(const json_t *sessions)
{
	for (uint64_t id = 1; id <= SESSION_ID_MAX; id++) {
		if (!find_session(sessions, id))
			return id;
	}
	return 0;
}

static json_t *side(const char *prefix, const json_t *session, const char *dnai, const char *edge)
{
	json_t *j = json_object();
	char name[48];

	snprintf(name, sizeof name, "%s_session", prefix);
	json_object_set(j, name, json_object_get(session, "id"));
	snprintf(name, sizeof name, "%s_address", prefix);
	json_object_set(j, name, json_object_get(session, "address"));
	snprintf(name, sizeof name, "%s_dnai", prefix);
	json_object_set_new(j, name, json_string(dnai));
	snprintf(name, sizeof name, "%s_edge", prefix);
	json_object_set_new(j, name, json_string(edge));
	return j;
}

/* Checks that the request fits what is there. Return: false when the step was failed */
static bool source_fits(struct migration *m, const char *source_edge)
{
	if (m->request.source[0] && strcmp(m->request.source, source_edge) != 0) {
		engine_step_failed(m, "SOURCE_MISMATCH",
				   "the primary session is at '%s', not at '%s'", source_edge,
				   m->request.source);
		return false;
	}
	if (strcmp(source_edge, m->request.destination) == 0) {
		engine_step_failed(m, "ALREADY_THERE", "the primary session is at '%s' already",
				   source_edge);
		return false;
	}
	return true;
}

static void survey_sessions(struct migration *m, const struct http_answer *answer)
{
	const json_t *sessions = json_object_get(answer->body, "pdu_sessions"), *source, *standby;
	const struct registered *from,
		*to = registry_get(m->mm->registry.edges, m->request.destination);
	uint64_t primary = migration_data_u64(m, "source_session");
	json_t *outcome, *other;

	if (answer->status != 200) {
		engine_problem(m, "smf-lite", answer);
		return;
	}
	source = find_session(sessions, primary);
	if (!source) {
		engine_step_failed(m, "SESSION_NOT_FOUND",
				   "smf-lite does not know the UE's primary PDU session %llu",
				   (unsigned long long)primary);
		return;
	}
	from = registry_edge_by_dnai(&m->mm->registry, member(source, "dnai"));
	if (!source_fits(m, from ? from->name : member(source, "dnai")))
		return;
	standby = find_anchored(sessions, member(source, "dnn"), to->dnai, primary);
	outcome = side("source", source, member(source, "dnai"), from ? from->name : "");
	other = side("destination", standby, to->dnai, to->name);
	json_object_update(outcome, other);
	json_decref(other);
	json_object_set(outcome, "anchor_dnai", json_object_get(source, "anchor_dnai"));
	json_object_set(outcome, "dnn", json_object_get(source, "dnn"));
	json_object_set(outcome, "sst", json_object_get(source, "sst"));
	json_object_set_new(outcome, "reused", json_boolean(standby != NULL));
	json_object_set_new(outcome, "free_session", json_integer((json_int_t)free_id(sessions)));
	engine_step_done(m, outcome);
}

static void survey_agent(struct migration *m, const struct http_answer *answer)
{
	const json_t *session;
	uint64_t primary;
	char path[96];

	if (answer->status != 200) {
		engine_problem(m, "the UE agent", answer);
		return;
	}
	primary = (uint64_t)json_integer_value(json_object_get(answer->body, "primary"));
	session = find_session(json_object_get(answer->body, "pdu_sessions"), primary);
	if (!primary || !session) {
		engine_step_failed(m, "NO_PRIMARY_SESSION",
				   "the UE has no primary PDU session to switch from");
		return;
	}
	migration_data_set_u64(m, "source_session", primary);
	json_object_set(m->data, "source_generation", json_object_get(session, "generation"));
	snprintf(path, sizeof path, "/v1/pdu-sessions?supi=%s", m->request.ue);
	engine_ask(m, PARTICIPANT_SMF, "GET", path, NULL, survey_sessions);
}

void common_survey(struct migration *m)
{
	if (common_edge(m, common_survey))
		engine_ask(m, PARTICIPANT_UE_AGENT, "GET", "/v1/status", NULL, survey_agent);
}

/* ---- anchor ---- */

static void anchor_answered(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 204 || answer->status == 200)
		engine_step_done(m, NULL);
	else
		engine_problem(m, "smf-lite refused the anchor", answer);
}

static void set_anchor(struct migration *m, const char *dnai)
{
	char path[160];

	/* A plan that failed before its survey has nothing to put back. */
	if (!dnai[0]) {
		engine_step_done(m, NULL);
		return;
	}
	snprintf(path, sizeof path, "/v1/anchors/%s/%s", m->request.ue,
		 migration_data_string(m, "dnn"));
	engine_ask(m, PARTICIPANT_SMF, "PUT", path, json_pack("{s:s}", "dnai", dnai),
		   anchor_answered);
}

void common_anchor_destination(struct migration *m)
{
	set_anchor(m, migration_data_string(m, "destination_dnai"));
}

void common_anchor_source(struct migration *m)
{
	set_anchor(m, migration_data_string(m, "source_dnai"));
}

/* ---- the session that stays ---- */

static void check_answered(struct migration *m, const struct http_answer *answer)
{
	const json_t *sessions = json_object_get(answer->body, "pdu_sessions");

	if (answer->status == 200 && json_is_array(sessions) &&
	    !find_session(sessions, migration_data_u64(m, "staying_session")))
		migration_data_set_u64(m, "session_lost", 1);
	engine_step_done(m, NULL);
}

static void check(struct migration *m, uint64_t session)
{
	migration_data_set_u64(m, "staying_session", session);
	migration_data_set_u64(m, "session_lost", 0);
	engine_ask(m, PARTICIPANT_UE_AGENT, "GET", "/v1/status", NULL, check_answered);
}

static bool lost(const struct migration *m)
{
	return migration_data_u64(m, "session_lost") != 0;
}

void common_check_destination(struct migration *m)
{
	check(m, migration_data_u64(m, "destination_session"));
}

static bool destination_is_ours(const struct migration *m)
{
	return migration_data_u64(m, "destination_session") &&
	       !json_is_true(json_object_get(m->data, "reused"));
}

void common_check_source(struct migration *m)
{
	if (destination_is_ours(m))
		check(m, migration_data_u64(m, "source_session"));
	else
		engine_step_done(m, NULL);
}

/* ---- hold and release ---- */

static void hold_over(struct migration *m)
{
	engine_step_done(m, NULL);
}

/* Counted from the switch itself, so that a restart of the manager neither shortens nor lengthens
 * it. */
uint64_t common_hold_left(const struct migration *m)
{
	uint64_t until = migration_data_u64(m, "switched_ns") +
			 m->request.hold_ms * UINT64_C(1000000),
		 now = clock_now_ns();
	uint64_t left = until > now ? (until - now + 999999) / 1000000 : 0;

	if (json_is_true(json_object_get(m->data, "hold_ended")))
		return 0;
	return left < m->request.hold_ms ? left : m->request.hold_ms;
}

void common_hold(struct migration *m)
{
	engine_step_sleep(m, common_hold_left(m), hold_over);
}

static void release_answered(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 200)
		engine_step_done(m, NULL);
	else
		engine_problem(m, "the UE agent could not release the session", answer);
}

static void release(struct migration *m, const char *step, uint64_t session)
{
	if (lost(m))
		engine_step_done(m, NULL);
	else
		engine_agent_step(m, step, json_pack("{s:I}", "session", (json_int_t)session),
				  release_answered);
}

void common_release_source(struct migration *m)
{
	release(m, "release", migration_data_u64(m, "source_session"));
}

void common_release_destination(struct migration *m)
{
	if (destination_is_ours(m))
		release(m, "release", migration_data_u64(m, "destination_session"));
	else
		engine_step_done(m, NULL);
}

/* ---- waiting until a session is gone ---- */

static uint64_t gone_session(const struct migration *m)
{
	return migration_data_u64(m, "leaving_session");
}

static void gone_poll(struct migration *m);

static void gone_commanded(struct migration *m, const struct http_answer *answer)
{
	engine_step_sleep(m, POLL_MS, gone_poll);
}

static void gone_answered(struct migration *m, const struct http_answer *answer)
{
	const char *state = member(answer->body, "state");
	char path[128];

	if (answer->status == 404) {
		engine_step_done(m, NULL);
	} else if (answer->status != 200) {
		engine_problem(m, "smf-lite", answer);
	} else if (clock_mono_ns() >= m->deadline_mono_ns) {
		engine_step_failed(m, "SESSION_NOT_RELEASED", "PDU session %llu is still '%s'",
				   (unsigned long long)gone_session(m), state);
	} else if (strcmp(state, "active") == 0) {
		snprintf(path, sizeof path, "/v1/pdu-sessions/%s/%llu/release", m->request.ue,
			 (unsigned long long)gone_session(m));
		engine_ask(m, PARTICIPANT_SMF, "POST", path, json_pack("{s:i}", "cause", 36),
			   gone_commanded);
	} else {
		engine_step_sleep(m, POLL_MS, gone_poll);
	}
}

static void gone_poll(struct migration *m)
{
	char path[128];

	snprintf(path, sizeof path, "/v1/pdu-sessions/%s/%llu", m->request.ue,
		 (unsigned long long)gone_session(m));
	engine_ask(m, PARTICIPANT_SMF, "GET", path, NULL, gone_answered);
}

static void gone(struct migration *m, uint64_t session)
{
	if (lost(m)) {
		engine_step_failed(m, "SESSION_LOST",
				   "PDU session %llu is gone, so %llu was not released",
				   (unsigned long long)migration_data_u64(m, "staying_session"),
				   (unsigned long long)session);
		return;
	}
	migration_data_set_u64(m, "leaving_session", session);
	gone_poll(m);
}

void common_gone_source(struct migration *m)
{
	gone(m, migration_data_u64(m, "source_session"));
}

void common_gone_destination(struct migration *m)
{
	if (destination_is_ours(m))
		gone(m, migration_data_u64(m, "destination_session"));
	else
		engine_step_done(m, NULL);
}
