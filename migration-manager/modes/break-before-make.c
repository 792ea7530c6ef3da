// SPDX-License-Identifier: Apache-2.0
/*
 * break-before-make: one PDU session, released with 5GSM cause 39 and asked for again by the UE
 * (SSC mode 2, TS 23.501 cl. 5.6.9.2.2, TS 24.501 cl. 6.3.3), this time at the destination's
 * anchor.
 *
 * The session keeps its id; which of the two it is tells its generation, the number of times that
 * id was established. Rolling back establishes it at the source again.
 */
#include <string.h>

#include "lib/daemon.h"
#include "migration-manager/manager.h"
#include "migration-manager/modes/common.h"

enum { POLL_MS = 20 };

/* SSC mode 2 means one session at a time: one that waits at the destination would catch the traffic
 * and hide the break. */
static void release_standby(struct migration *m)
{
	uint64_t standby = migration_data_u64(m, "destination_session"),
		 source = migration_data_u64(m, "source_session");

	if (!json_is_true(json_object_get(m->data, "reused")) || standby == source) {
		engine_step_done(m, NULL);
		return;
	}
	engine_agent_step(m, "release-standby", json_pack("{s:I}", "session", (json_int_t)standby),
			  common_done_if_ok);
}

static void one_session(struct migration *m)
{
	/* Without it the session before the drop could pass for the one after it. */
	if (!migration_data_u64(m, "source_generation")) {
		engine_step_failed(m, "GENERATION_UNKNOWN",
				   "ue did not say which establishment the session is of");
		return;
	}
	migration_data_set_u64(m, "destination_session", migration_data_u64(m, "source_session"));
	json_object_set_new(m->data, "reused", json_false());
	engine_step_done(m, NULL);
}

static void session_path(const struct migration *m, const char *suffix, char *buf, size_t size)
{
	snprintf(buf, size, "/v1/pdu-sessions/%s/%llu%s", m->request.ue,
		 (unsigned long long)migration_data_u64(m, "source_session"), suffix);
}

/* ---- drop: release with cause 39, once for each generation ---- */

static void drop_answered(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 202 || answer->status == 204 || answer->status == 404)
		engine_step_done(m, NULL);
	else
		engine_problem(m, "smf-lite did not release the session", answer);
}

static void command_release(struct migration *m,
			    void (*done)(struct migration *, const struct http_answer *))
{
	char path[128];

	session_path(m, "/release", path, sizeof path);
	engine_ask(m, PARTICIPANT_SMF, "POST", path, json_pack("{s:i}", "cause", 39), done);
}

/* After a restart of the manager the command may have been sent already: then smf-lite has the
 * session elsewhere, or not at all. */
static void drop_checked(struct migration *m, const struct http_answer *answer)
{
	const char *dnai = json_string_value(json_object_get(answer->body, "dnai"));

	if (answer->status == 200 && dnai &&
	    strcmp(dnai, migration_data_string(m, "source_dnai")) == 0)
		command_release(m, drop_answered);
	else if (answer->status == 200 || answer->status == 404)
		engine_step_done(m, NULL);
	else
		engine_problem(m, "smf-lite", answer);
}

static void drop(struct migration *m)
{
	char path[128];

	migration_data_set_u64(m, "switch_sent", 1);
	session_path(m, "", path, sizeof path);
	engine_ask(m, PARTICIPANT_SMF, "GET", path, NULL, drop_checked);
}

/* ---- await: the UE is back with a newer generation of the session ---- */

static void await_answered(struct migration *m, const struct http_answer *answer)
{
	json_t *outcome;

	if (answer->status != 200) {
		engine_problem(m, "the UE did not come back", answer);
		return;
	}
	outcome = json_deep_copy(answer->body);
	json_object_set(outcome, "destination_generation",
			json_object_get(answer->body, "generation"));
	json_object_set(outcome, "destination_address", json_object_get(answer->body, "address"));
	json_object_del(outcome, "generation");
	json_object_del(outcome, "address");
	engine_step_done(m, outcome);
}

static void await_step(struct migration *m, const char *name, uint64_t generation,
		       void (*done)(struct migration *, const struct http_answer *))
{
	engine_agent_step(m, name,
			  json_pack("{s:I, s:I}", "session",
				    (json_int_t)migration_data_u64(m, "source_session"),
				    "generation", (json_int_t)generation + 1),
			  done);
}

static void await(struct migration *m)
{
	await_step(m, "await", migration_data_u64(m, "source_generation"), await_answered);
}

/* ---- rolling back: whatever became of the session, it ends at the source ---- */

static void restore_check(struct migration *m);

static void restored(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 200)
		engine_step_done(m, NULL);
	else
		engine_problem(m, "the session could not be established at the source again",
			       answer);
}

static void restore_later(struct migration *m, const struct http_answer *answer)
{
	engine_step_sleep(m, POLL_MS, restore_check);
}

static void restore_checked(struct migration *m, const struct http_answer *answer)
{
	const char *dnai = json_string_value(json_object_get(answer->body, "dnai"));
	const char *state = json_string_value(json_object_get(answer->body, "state"));

	if (answer->status == 404) {
		engine_agent_step(m, "restore",
				  json_pack("{s:I, s:s, s:O*}", "session",
					    (json_int_t)migration_data_u64(m, "source_session"),
					    "dnn", migration_data_string(m, "dnn"), "sst",
					    json_object_get(m->data, "sst")),
				  restored);
	} else if (answer->status != 200 || !dnai || !state) {
		engine_problem(m, "smf-lite", answer);
	} else if (clock_mono_ns() >= m->deadline_mono_ns) {
		engine_step_failed(m, "NOT_RESTORED", "the session is '%s' at '%s'", state, dnai);
	} else if (strcmp(state, "active") != 0) {
		engine_step_sleep(m, POLL_MS, restore_check);
	} else if (strcmp(dnai, migration_data_string(m, "source_dnai")) == 0) {
		engine_step_done(m, NULL);
	} else {
		command_release(m, restore_later);
	}
}

static void restore_check(struct migration *m)
{
	char path[128];

	if (!migration_data_u64(m, "switch_sent")) {
		engine_step_done(m, NULL);
		return;
	}
	session_path(m, "", path, sizeof path);
	engine_ask(m, PARTICIPANT_SMF, "GET", path, NULL, restore_checked);
}

/* ---- settle: the UE's traffic is back on it, wherever another session took it in between ---- */

static void settled(struct migration *m, const struct http_answer *answer)
{
	if (answer->status == 200)
		engine_step_done(m, NULL); /* its times are not those of a switch */
	else
		engine_problem(m, "the UE's traffic is not on the session", answer);
}

static void settle(struct migration *m)
{
	if (migration_data_u64(m, "switch_sent"))
		await_step(m, "settle", 0, settled);
	else
		engine_step_done(m, NULL);
}

static const struct step surveying[] = {
	{.name = "survey", .state = MIGRATION_PREPARING, .start = common_survey},
	{0},
};
static const struct step preparing[] = {
	{.name = "release-standby", .state = MIGRATION_PREPARING, .start = release_standby},
	{.name = "one-session", .state = MIGRATION_PREPARING, .start = one_session},
	{0},
};
static const struct step switching[] = {
	{.name = "anchor", .state = MIGRATION_SWITCHING, .start = common_anchor_destination},
	{.name = "drop", .state = MIGRATION_SWITCHING, .start = drop},
	{.name = "await", .state = MIGRATION_SWITCHING, .start = await, .confirms_switch = true},
	{0},
};
static const struct step holding[] = {
	{.name = "hold", .state = MIGRATION_RELEASING, .turnable = true, .start = common_hold},
	{0},
};
static const struct step rollback[] = {
	{.name = "anchor", .start = common_anchor_source},
	{.name = "restore", .start = restore_check},
	{.name = "settle", .start = settle},
	{0},
};

const struct mode mode_break_before_make = {
	.name = "break-before-make",
	.surveying = surveying,
	.preparing = preparing,
	.switching = switching,
	.holding = holding,
	.rollback = rollback,
};
