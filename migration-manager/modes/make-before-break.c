// SPDX-License-Identifier: Apache-2.0
/*
 * make-before-break: a second PDU session beside the first (SSC mode 3, TS 23.501 cl. 5.6.9.2.3;
 * 001's delayed release).
 *
 * The UE agent asks for a session at the destination (or one that is there is used), tests the new
 * path by an echo to the service, replaces one route, and after the hold lets the old session go.
 * Nothing that fails before the switch touches the old session.
 */
#include <arpa/inet.h>

#include "migration-manager/manager.h"
#include "migration-manager/modes/common.h"

static void established(struct migration *m, const struct http_answer *answer)
{
	json_t *outcome;

	if (answer->status != 200) {
		engine_problem(m, "the PDU session was not established", answer);
		return;
	}
	outcome = json_object();
	json_object_set(outcome, "destination_address", json_object_get(answer->body, "address"));
	json_object_set(outcome, "destination_generation",
			json_object_get(answer->body, "generation"));
	json_object_set(outcome, "setup_us", json_object_get(answer->body, "setup_us"));
	engine_step_done(m, outcome);
}

static void establish(struct migration *m)
{
	uint64_t id = migration_data_u64(m, "free_session");

	if (json_is_true(json_object_get(m->data, "reused"))) {
		engine_step_done(m, NULL);
		return;
	}
	if (!id) {
		engine_step_failed(m, "NO_FREE_SESSION_ID",
				   "the UE holds 15 PDU sessions, which is the limit");
		return;
	}
	migration_data_set_u64(m, "destination_session", id);
	engine_agent_step(m, "establish",
			  json_pack("{s:I, s:s, s:O*}", "session", (json_int_t)id, "dnn",
				    migration_data_string(m, "dnn"), "sst",
				    json_object_get(m->data, "sst")),
			  established);
}

/* What serves at the destination before the switch. A process isn't there yet, and its address
 * neither: then the path is tested to what the edge has of its own. */
static const char *probed_app(const struct migration *m)
{
	return m->request.strategy->process ? "" : m->request.app;
}

static void probe(struct migration *m)
{
	const struct registered *edge = common_edge(m, probe);
	const char *streams_from = migration_data_string(m, "stream_address");
	char text[INET_ADDRSTRLEN];
	struct in_addr service;

	if (!edge)
		return;
	if (streams_from[0]) {
		snprintf(text, sizeof text, "%s", streams_from);
	} else if (registry_service(edge, probed_app(m), &service) == 0) {
		inet_ntop(AF_INET, &service, text, sizeof text);
	} else {
		engine_step_failed(m, "SERVICE_NOT_FOUND", "edge '%s' offers no service%s%s",
				   m->request.destination, probed_app(m)[0] ? " for app " : "",
				   probed_app(m));
		return;
	}
	engine_agent_step(m, "probe",
			  json_pack("{s:I, s:s}", "session",
				    (json_int_t)migration_data_u64(m, "destination_session"),
				    "address", text),
			  common_done_if_ok);
}

static void switch_to(struct migration *m, uint64_t session)
{
	json_t *args = json_pack("{s:I}", "session", (json_int_t)session);

	if (m->request.strategy->switch_args)
		m->request.strategy->switch_args(m, session, args);
	engine_agent_step(m, "switch", args, common_done_if_ok);
}

static void switch_to_destination(struct migration *m)
{
	migration_data_set_u64(m, "switch_sent", 1);
	switch_to(m, migration_data_u64(m, "destination_session"));
}

static void switch_to_source(struct migration *m)
{
	if (migration_data_u64(m, "switch_sent"))
		switch_to(m, migration_data_u64(m, "source_session"));
	else
		engine_step_done(m, NULL);
}

static const struct step surveying[] = {
	{.name = "survey", .state = MIGRATION_PREPARING, .stage = 1, .start = common_survey},
	{0},
};
static const struct step preparing[] = {
	{.name = "anchor",
	 .state = MIGRATION_PREPARING,
	 .stage = 2,
	 .start = common_anchor_destination},
	{.name = "establish", .state = MIGRATION_PREPARING, .stage = 2, .start = establish},
	{0},
};
static const struct step ready[] = {
	{.name = "probe", .state = MIGRATION_READY, .stage = 4, .start = probe},
	{0},
};
static const struct step switching[] = {
	{.name = "switch",
	 .state = MIGRATION_SWITCHING,
	 .stage = 5,
	 .start = switch_to_destination,
	 .confirms_switch = true},
	{0},
};
static const struct step holding[] = {
	{.name = "hold",
	 .state = MIGRATION_RELEASING,
	 .stage = 6,
	 .turnable = true,
	 .start = common_hold},
	{0},
};
static const struct step releasing[] = {
	{.name = "anchor",
	 .state = MIGRATION_RELEASING,
	 .stage = 6,
	 .start = common_anchor_destination}, /* after a switch-back it moved */
	{.name = "check",
	 .state = MIGRATION_RELEASING,
	 .stage = 6,
	 .start = common_check_destination,
	 .optional = true,
	 .timeout_ms = 8000},
	{.name = "release",
	 .state = MIGRATION_RELEASING,
	 .stage = 6,
	 .start = common_release_source,
	 .optional = true,
	 .timeout_ms = 8000},
	{.name = "gone", .state = MIGRATION_RELEASING, .stage = 6, .start = common_gone_source},
	{0},
};
static const struct step unswitching[] = {
	/* Wherever the UE is then, a process at the source has to serve again. */
	{.name = "unswitch", .fails_later = true, .start = switch_to_source},
	{0},
};
static const struct step rollback[] = {
	{.name = "check", .start = common_check_source, .optional = true, .timeout_ms = 8000},
	{.name = "release",
	 .start = common_release_destination,
	 .optional = true,
	 .timeout_ms = 8000},
	{.name = "gone", .start = common_gone_destination},
	{.name = "anchor", .start = common_anchor_source},
	{0},
};

const struct mode mode_make_before_break = {
	.name = "make-before-break",
	.surveying = surveying,
	.preparing = preparing,
	.ready = ready,
	.switching = switching,
	.holding = holding,
	.releasing = releasing,
	.unswitching = unswitching,
	.rollback = rollback,
};
