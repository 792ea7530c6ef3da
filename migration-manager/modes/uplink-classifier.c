// SPDX-License-Identifier: Apache-2.0
/*
 * uplink-classifier: one PDU session, which stays as it is, with its anchor and its address; the
 * network leads the services' traffic out at another edge (TS 23.501 cl. 5.6.4.2, TS 23.502
 * cl. 4.3.5.4). The UE agent has nothing to do: the UE's routes, sockets and connections stay.
 *
 * Before the switch the destination gets an uplink classifier (smf-lite has the UPF's rules made)
 * and its edge a route to the UE's address: nothing uses either. The switch is one request to
 * smf-lite, which leads gNB and anchor through the classifier, or straight where the destination is
 * the anchor's edge; what fails in it smf-lite has undone when it answers. In the hold both edges
 * can be led to. Then route and classifier of the edge that was left go; rolling back, those of the
 * destination.
 */
#include <arpa/inet.h>
#include <string.h>

#include "migration-manager/manager.h"
#include "migration-manager/modes/common.h"

/* The anchor itself needs no classifier, and its edge knows the way to its UEs. */
static bool is_anchor(const struct migration *m, const char *dnai)
{
	return !dnai[0] || strcmp(dnai, migration_data_string(m, "anchor_dnai")) == 0;
}

static const char *destination_dnai(const struct migration *m)
{
	return migration_data_string(m, "destination_dnai");
}

static const char *source_dnai(const struct migration *m)
{
	return migration_data_string(m, "source_dnai");
}

/* ---- the session stays ---- */

static void same_session(struct migration *m)
{
	if (!migration_data_string(m, "anchor_dnai")[0]) {
		engine_step_failed(m, "ANCHOR_UNKNOWN",
				   "smf-lite did not say where the session is anchored");
		return;
	}
	migration_data_set_u64(m, "destination_session", migration_data_u64(m, "source_session"));
	json_object_set(m->data, "destination_address", json_object_get(m->data, "source_address"));
	json_object_set_new(m->data, "reused", json_true());
	engine_step_done(m, NULL);
}

/* ---- the classifier ---- */

static void session_path(const struct migration *m, const char *suffix, const char *dnai, char *buf,
			 size_t size)
{
	snprintf(buf, size, "/v1/pdu-sessions/%s/%llu/%s%s", m->request.ue,
		 (unsigned long long)migration_data_u64(m, "source_session"), suffix, dnai);
}

static void classified(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 200 || answer->status == 201)
		engine_step_done(m, NULL);
	else
		engine_problem(m, "smf-lite did not make the uplink classifier", answer);
}

static void classify(struct migration *m)
{
	const struct yaml_prefix *services = &m->mm->config.service_prefix;
	char path[160], addr[INET_ADDRSTRLEN], text[INET_ADDRSTRLEN + 4];

	if (is_anchor(m, destination_dnai(m))) {
		engine_step_done(m, NULL);
		return;
	}
	migration_data_set_u64(m, "classifier_sent", 1);
	inet_ntop(AF_INET, &services->addr, addr, sizeof addr);
	snprintf(text, sizeof text, "%s/%u", addr, services->len);
	session_path(m, "classifiers/", destination_dnai(m), path, sizeof path);
	engine_ask(m, PARTICIPANT_SMF, "PUT", path, json_pack("{s:[s]}", "prefixes", text),
		   classified);
}

static void declassified(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 204 || answer->status == 404) /* with its session */
		engine_step_done(m, NULL);
	else
		engine_problem(m, "smf-lite did not remove the uplink classifier", answer);
}

static void declassify(struct migration *m, const char *dnai)
{
	char path[160];

	if (is_anchor(m, dnai)) {
		engine_step_done(m, NULL);
		return;
	}
	session_path(m, "classifiers/", dnai, path, sizeof path);
	engine_ask(m, PARTICIPANT_SMF, "DELETE", path, NULL, declassified);
}

static void declassify_source(struct migration *m)
{
	declassify(m, source_dnai(m));
}

static void declassify_destination(struct migration *m)
{
	if (migration_data_u64(m, "classifier_sent"))
		declassify(m, destination_dnai(m));
	else
		engine_step_done(m, NULL);
}

/* ---- the edge's way to the UE ---- */

static void routed(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 204)
		engine_step_done(m, NULL);
	else
		engine_problem(m, "the edge agent did not route the UE's address", answer);
}

static void route(struct migration *m, enum participant edge, const char *method)
{
	char path[64];

	snprintf(path, sizeof path, "/v1/ue-routes/%s", migration_data_string(m, "source_address"));
	engine_ask(m, edge, method, path, NULL, routed);
}

static void route_destination(struct migration *m)
{
	if (is_anchor(m, destination_dnai(m)))
		engine_step_done(m, NULL);
	else
		route(m, PARTICIPANT_DESTINATION_EDGE, "PUT");
}

static void unroute_source(struct migration *m)
{
	if (is_anchor(m, source_dnai(m)))
		engine_step_done(m, NULL);
	else
		route(m, PARTICIPANT_SOURCE_EDGE, "DELETE");
}

static void unroute_destination(struct migration *m)
{
	if (is_anchor(m, destination_dnai(m)) || !migration_data_u64(m, "classifier_sent"))
		engine_step_done(m, NULL);
	else
		route(m, PARTICIPANT_DESTINATION_EDGE, "DELETE");
}

/* ---- the switch ---- */

static void led(struct migration *m, const struct http_answer *answer)
{
	json_t *outcome;

	if (answer->status != 200) {
		engine_problem(m, "smf-lite did not lead the session there", answer);
		return;
	}
	outcome = json_object();
	json_object_set(outcome, "t0_ns", json_object_get(answer->body, "t0_ns"));
	json_object_set(outcome, "uplink_ns", json_object_get(answer->body, "uplink_ns"));
	json_object_set(outcome, "switched_ns", json_object_get(answer->body, "switched_ns"));
	engine_step_done(m, outcome);
}

static void led_back(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 200 || answer->status == 404) /* with its session */
		engine_step_done(m, NULL);
	else
		engine_problem(m, "smf-lite did not lead the session back", answer);
}

static void lead(struct migration *m, const char *dnai,
		 void (*done)(struct migration *, const struct http_answer *))
{
	char path[160];

	session_path(m, "route", "", path, sizeof path);
	engine_ask(m, PARTICIPANT_SMF, "POST", path, json_pack("{s:s}", "dnai", dnai), done);
}

static void lead_to_destination(struct migration *m)
{
	migration_data_set_u64(m, "switch_sent", 1);
	lead(m, destination_dnai(m), led);
}

static void lead_to_source(struct migration *m)
{
	if (migration_data_u64(m, "switch_sent"))
		lead(m, source_dnai(m), led_back);
	else
		engine_step_done(m, NULL);
}

static const struct step surveying[] = {
	{.name = "survey", .state = MIGRATION_PREPARING, .start = common_survey},
	{0},
};
static const struct step preparing[] = {
	{.name = "same-session", .state = MIGRATION_PREPARING, .start = same_session},
	{.name = "classify", .state = MIGRATION_PREPARING, .start = classify},
	{.name = "route", .state = MIGRATION_PREPARING, .start = route_destination},
	{0},
};
static const struct step switching[] = {
	{.name = "lead",
	 .state = MIGRATION_SWITCHING,
	 .start = lead_to_destination,
	 .confirms_switch = true},
	{0},
};
static const struct step holding[] = {
	{.name = "hold", .state = MIGRATION_RELEASING, .turnable = true, .start = common_hold},
	{0},
};
static const struct step releasing[] = {
	/* An edge that is gone needs no route any more. */
	{.name = "unroute",
	 .state = MIGRATION_RELEASING,
	 .start = unroute_source,
	 .optional = true,
	 .timeout_ms = 8000},
	{.name = "declassify", .state = MIGRATION_RELEASING, .start = declassify_source},
	{0},
};
static const struct step unswitching[] = {
	{.name = "unswitch", .fails_later = true, .start = lead_to_source},
	{0},
};
static const struct step rollback[] = {
	{.name = "unroute", .start = unroute_destination, .optional = true, .timeout_ms = 8000},
	{.name = "declassify", .start = declassify_destination},
	{0},
};

const struct mode mode_uplink_classifier = {
	.name = "uplink-classifier",
	.surveying = surveying,
	.preparing = preparing,
	.switching = switching,
	.holding = holding,
	.releasing = releasing,
	.unswitching = unswitching,
	.rollback = rollback,
};
